"""Aliases: which different names in one document are names of one thing.

A name is linked to one fuller name or to none. Each rule needs its own evidence and a single candidate; nothing
is linked because it looks like something already linked, and a short form that two names could own stays alone.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_NOT_WORD = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b((?:[^\W\d_]\.){2,}[^\W\d_]?)", re.UNICODE)
_ARTICLES = frozenset({"al", "el", "ul", "as", "ash", "ad", "ar", "az", "ez", "an", "at"})
# "ez" of Ezzor: the article takes the first consonant of its noun
_JOINED_ARTICLE = re.compile(r"^[ae]([drstnzl])(?=\1)")
_SAME_SOUND = (("ou", "u"), ("oo", "u"), ("ee", "i"), ("ei", "i"), ("ai", "i"), ("ay", "i"), ("ph", "f"))
_HONOURS = frozenset(["jr", "sr", "ii", "iii", "iv"])

PLACES = frozenset({"GPE", "LOC", "FAC"})


def fold_name(text: str) -> str:
    """Reduce a name to what is compared: no case, accents, articles at the front, dots or hyphens.

    >>> fold_name("the U.S."), fold_name("Deir ez-Zor")
    ('us', 'deir ez zor')
    """
    text = _DOTTED.sub(lambda m: m.group().replace(".", ""), text.replace("’", "'"))
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NOT_WORD.sub(" ", letters.replace("'", "").casefold()).split()
    if len(words) > 1 and words[0] in {"the", "a", "an"}:
        words = words[1:]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a document has it: folded, with its type, usual spelling, first place and frequency."""

    key: str
    label: str
    text: str
    first: int
    count: int

    @property
    def words(self) -> list[str]:
        """Words of the folded form."""
        return self.key.split()


@lru_cache(maxsize=1)
def _read_table() -> dict:
    return tomllib.loads((_DATA / "entities_words.toml").read_text(encoding="utf-8"))


@cache
def read_words(kind: str) -> frozenset[str]:
    """Words of one kind from the module's table, such as ``honorifics``."""
    return frozenset(_read_table()[kind].split())


@lru_cache(maxsize=1)
def read_kinds() -> dict[str, str]:
    """Label by the noun that heads a name: ``university`` is an ORG."""
    return {word: label for label, words in _read_table()["kinds"].items() for word in words.split()}


@lru_cache(maxsize=1)
def read_equivalents() -> dict[str, tuple[int, str, str, bool]]:
    """Known equivalent names: (row, label, spelling, safe to look for anywhere) by folded form."""
    found: dict[str, tuple[int, str, str, bool]] = {}
    lines = (_DATA / "entities_equivalents.tsv").read_text(encoding="utf-8").splitlines()
    for row, line in enumerate(lines):
        if line.startswith("#") or line == "label\tnames":
            continue
        label, names = line.split("\t")
        for name in names.split("|"):
            spelling = name.strip("()") if name.startswith("(") else name
            found.setdefault(fold_name(spelling), (row, label, spelling, not name.startswith("(")))
    return found


def _sound(key: str) -> str:
    """Fold the letters that transliterations from Arabic, Persian or Cyrillic write in several ways.

    Articles go too (al-, el-, ez-), since they assimilate: Deir ez-Zor, Deir Ezzor, Deir al-Zor.
    """
    s = "".join(_JOINED_ARTICLE.sub("", w) for w in key.split() if w not in _ARTICLES)
    for old, new in _SAME_SOUND:
        s = s.replace(old, new)
    s = s.translate(str.maketrans("yoeqjwc", "iuikgvk"))
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?<=[^aeiou])h", "", s))


def _initials(words: Iterable[str], *, minor: bool) -> str:
    return "".join(w[0] for w in words if minor or w not in read_words("minor"))


def link_names(names: Iterable[Name], defined: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Link names that mean one thing.

    Parameters
    ----------
    names
        The different names of one document.
    defined
        Folded acronym to the folded expansion that the text itself gives it in brackets.

    Returns
    -------
    dict
        Folded name to (folded name it is linked to, the evidence in words); names that stand alone are
        absent. A name linked to is itself never linked.
    """
    fullest_first = sorted(names, key=lambda n: (-len(n.words), -len(n.key), n.first))
    by_key = {n.key: n for n in fullest_first}
    links: dict[str, tuple[str, str]] = {}

    def root(key: str) -> str:
        while key in links:
            key = links[key][0]
        return key

    proposals = chain(
        _link_equivalents(fullest_first),
        _link_acronyms(fullest_first, defined, by_key),
        _link_spellings(fullest_first),
        _link_short_forms(fullest_first),
    )
    for key, hosts, evidence in proposals:
        owners = {root(host) for host in hosts} - {key}
        if key not in links and len(owners) == 1:
            (owner,) = owners
            links[key] = owner, f"{evidence} {by_key[owner].text}"
    return {key: (root(host), evidence) for key, (host, evidence) in links.items()}


Proposal = tuple[str, list[str], str]
"""A name, the names that could own it, and the evidence; it counts only if all candidates are one entity."""


def _link_equivalents(names: list[Name]) -> Iterator[Proposal]:
    known, rows = read_equivalents(), defaultdict(list)
    for name in names:
        if name.key in known:
            rows[known[name.key][0]].append(name.key)
    for keys in rows.values():
        yield from ((key, keys[:1], "known equivalent of") for key in keys[1:])


def _link_acronyms(names: list[Name], defined: Mapping[str, str], by_key: Mapping[str, Name]) -> Iterator[Proposal]:
    initials = defaultdict(list)
    for name in names:
        words = [w for w in name.words if w not in read_words("company_forms")]
        if len(words) > 1 and name.label not in {"PERSON", "NORP"}:
            for form in {_initials(words, minor=True), _initials(words, minor=False)}:
                initials[form].append(name.key)
    for name in names:
        if (expansion := defined.get(name.key, name.key)) in by_key and expansion != name.key:
            yield name.key, [expansion], "defined as"
        elif name.text.replace(".", "").isupper() and len(name.key) > 1 and name.label != "PERSON":
            yield name.key, initials[name.key], "acronym of"


def _link_spellings(names: list[Name]) -> Iterator[Proposal]:
    sounds = defaultdict(list)
    for name in names:
        sound = _sound(name.key)
        # short names that sound alike are too often different things
        if len(sound) >= 5 and not name.text.isupper():
            sounds[sound, _family(name.label)].append(name)
    for alike in sounds.values():
        usual = max(alike, key=lambda n: (n.count, -n.first))
        yield from ((name.key, [usual.key], "spelling of") for name in alike if name is not usual)


def _link_short_forms(names: list[Name]) -> Iterator[Proposal]:
    """Propose owners for names whose words begin, end or run within a fuller name of the same kind."""
    by_word = defaultdict(list)
    for name in names:
        for word in {name.words[0], name.words[-1], *name.words}:
            by_word[word, _family(name.label)].append(name)
    for name in names:
        fuller = by_word[name.words[-1], _family(name.label)]
        # a word shared by this many names tells nothing, and comparing all would be quadratic
        if len(fuller) > 40:
            continue
        fits = _fits_person if name.label == "PERSON" else _fits_other
        evidence = "part of name" if name.label == "PERSON" else "short form of"
        yield (
            name.key,
            [f.key for f in fuller if len(f.words) > len(name.words) and fits(name.words, f.words)],
            evidence,
        )


def _fits_person(short: list[str], full: list[str]) -> bool:
    full = [w for w in full if w not in _HONOURS]
    n = len(short)
    if n == 1:
        return short[0] in (full[0], full[-1])
    # surname of several words, or the same first and last name without what stands between
    return full[-n:] == short or full[:n] == short or (full[0] == short[0] and full[-1] == short[-1])


def _fits_other(short: list[str], full: list[str]) -> bool:
    if [w for w in full if w not in read_words("company_forms")] == short:
        return True
    n = len(short)
    return (n > 1 or len(short[0]) > 3) and full[:n] == short and full[n] not in {"of", "and", "in"}


def _family(label: str) -> str:
    return "place" if label in PLACES else label
