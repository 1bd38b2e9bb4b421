"""Aliases: which different names in one document are names of one thing.

A name is linked to one fuller name or to none. Each rule needs its own evidence and a single candidate; nothing
is linked because it looks like something already linked, and a short form that two names could own stays alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from newslab.entities.lexicon import (
    fold_sound,
    read_countries,
    read_demonyms,
    read_equivalents,
    read_gazetteer,
    read_kinds,
    read_nicknames,
    read_words,
)

GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
# "New York City", "Euphrates River": the noun adds nothing to the name
_PLACE_NOUNS = frozenset({"city", "town", "village", "river", "desert", "sea"})

# a word shared by more names than this tells nothing, and to compare them all would be quadratic
_MOST_OWNERS = 40


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

    @property
    def family(self) -> str:
        """What it can share a name with: a city may be tagged as a region, never as a person."""
        return "place" if self.label in {"GPE", "LOC", "FAC"} else self.label


Proposal = tuple[str, list[str], str]
"""A name, the names that could own it, and the evidence; it counts only if all candidates are one entity."""


def link_names(
    names: Iterable[Name], stated: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, tuple[str, str]], dict[str, set[str]]]:
    """Link names that mean one thing.

    Parameters
    ----------
    names
        The different names of one document.
    stated
        What the text itself says: a folded name, the folded name it stands for, and how that is said.

    Returns
    -------
    dict
        Folded name to (folded name it is linked to, the evidence in words); names that stand alone are
        absent. A name linked to is itself never linked.
    dict
        Of the names that stand alone because several could own them, those several.
    """
    fullest_first = sorted(names, key=lambda n: (-len(n.words), -len(n.key), n.first))
    by_key = {n.key: n for n in fullest_first}
    links: dict[str, tuple[str, str]] = {}
    rivals: dict[str, set[str]] = {}

    def root(key: str) -> str:
        while key in links:
            key = links[key][0]
        return key

    long = [n for n in fullest_first if len(n.words) > 1]
    proposals = chain(
        _link_equivalents(fullest_first),
        ((key, [full], how) for key, (full, how) in stated.items() if key in by_key and full in by_key),
        _link_spellings(long),
        _link_inversions(long),
        _link_acronyms(fullest_first),
        _link_short_forms(fullest_first),
        # a surname first goes to its full name, so that what only sounds like it can follow
        _link_spellings([n for n in fullest_first if len(n.words) == 1]),
    )
    for key, candidates, how in proposals:
        owners = {root(candidate) for candidate in candidates} - {key}
        if key not in links and len(owners) == 1:
            (owner,) = owners
            links[key] = owner, f"{how} {by_key[owner].text}"
        elif len(owners) > 1:
            rivals.setdefault(key, owners)
    rivals = {key: {root(owner) for owner in owners} for key, owners in rivals.items() if key not in links}
    return {key: (root(owner), how) for key, (owner, how) in links.items()}, rivals


def _link_equivalents(names: list[Name]) -> Iterator[Proposal]:
    """Propose what the tables know: "ISIS" and "Daesh", "Syrian" and "Syrians"."""
    known, demonyms = read_equivalents(), read_demonyms()
    rows: dict[tuple, list[str]] = defaultdict(list)
    for name in names:
        if name.key in known and name.label != "PERSON":
            rows["name", known[name.key].row].append(name.key)
        elif name.key in demonyms and name.label == "NORP":
            rows["people", demonyms[name.key].people].append(name.key)
    for keys in rows.values():
        yield from ((key, keys[:1], "known equivalent of") for key in keys[1:])


def _link_acronyms(names: list[Name]) -> Iterator[Proposal]:
    initials: dict[str, list[str]] = defaultdict(list)
    for name in names:
        words = [w for w in name.words if w not in read_words("company_forms")]
        if len(words) > 1 and name.label not in {"PERSON", "NORP"}:
            firsts = [(w, first_letters(w)) for w in words]
            letters = "".join(c for _, c in firsts), "".join(c for w, c in firsts if w not in read_words("minor"))
            for form in set(letters):
                initials[form].append(name.key)
    for name in names:
        # "US" is no "University of Salford"
        if name.text.replace(".", "").isupper() and len(name.key) > 1 and name.key not in read_gazetteer():
            yield name.key, initials[name.key] if name.label != "PERSON" else [], "acronym of"


def first_letters(word: str) -> str:
    """Give what a word of a name adds to the name's acronym: its first letter, or all of "US" in USGS."""
    letters = word.replace(".", "")
    return letters if letters.lower() in {"us", "uk", "eu", "un"} else word[0]


def _link_spellings(names: list[Name]) -> Iterator[Proposal]:
    """Propose names that differ as transliterations do: "Baghouz" and "Baghuz"."""
    sounds: dict[tuple[str, str], list[Name]] = defaultdict(list)
    for name in names:
        # of longer names also the number: "New People Party" and "New People's Party"
        sound = fold_sound(name.key if len(name.words) < 3 else " ".join(w.removesuffix("s") for w in name.words))
        # short names that sound alike are too often different things
        if len(sound) >= 5 and not name.text.isupper():
            sounds[sound, name.family].append(name)
    for alike in sounds.values():
        usual = max(alike, key=lambda n: (n.count, -n.first))
        for name in alike if len(alike) > 1 else ():
            yield name.key, [usual.key], "spelling of"
            yield usual.key, [name.key], "spelling of"


def _link_inversions(names: list[Name]) -> Iterator[Proposal]:
    """Propose bodies whose head stands first in one name and last in the other: Ministry of Health, Health Ministry."""
    by_key = {name.key: name for name in names if name.label == "ORG"}
    for name in by_key.values():
        head, of, *rest = name.words
        turned = " ".join([*(rest[1:] if rest[:1] == ["the"] else rest), head])
        # the University of Washington is not Washington University
        named = head not in {"university", "college"} or " ".join(rest) not in read_gazetteer()
        if of == "of" and head in read_kinds("kinds") and turned in by_key and named:
            yield turned, [name.key], "same words as"


def _link_short_forms(names: list[Name]) -> Iterator[Proposal]:
    """Propose fuller names of the same kind for names that are a part of them."""
    by_word: dict[tuple[str, str], list[Name]] = defaultdict(list)
    for name in names:
        for word in set(name.words):
            by_word[word, name.family].append(name)
    rules = {"PERSON": (_fits_person, "part of name"), "place": (_fits_place, "short form of")}
    for name in names:
        fits, how = rules.get(name.family, (_fits_organisation, "short form of"))
        candidates = by_word[name.words[-1], name.family]
        if len(candidates) <= _MOST_OWNERS and name.label != "NORP":
            owners = [full.key for full in candidates if full is not name and fits(name, full)]
            if not owners and len(name.words) == 1 and name.family == "PERSON":
                owners = [full.key for full in candidates if full is not name and _has_inner(full, name.key)]
            yield name.key, owners, how


def _fits_person(short: Name, full: Name) -> bool:
    """Whether a person's name is part of a fuller one: first or last name, or both with less between."""
    part, whole = short.words, [w for w in full.words if w not in GENERATIONS]
    n = len(part)
    if n == 1:
        # "Margrethe" of "Margrethe II", too
        return len(full.words) > 1 and part[0] in (whole[0], whole[-1])
    if n < len(whole) and part in (whole[-n:], whole[:n]):
        return True
    if n > len(whole) or len(whole) < 2 or part[-1] != whole[-1] or part == whole:
        return False
    # George W. Bush is not George H. W. Bush
    inner, outer = part[1:-1], whole[1:-1]
    agree = not inner or (len(inner) == len(outer) and all(map(_same_first, inner, outer)))
    return agree and _same_first(part[0], whole[0])


def _has_inner(full: Name, word: str) -> bool:
    """Whether a word is neither the first nor the last of a person's name: the first surname of two."""
    return word in full.words[1:-1] and len(word) > 1 and word not in read_words("particles")


def _same_first(one: str, other: str) -> bool:
    """Whether a first name is the other one, its initial or its usual short form."""
    initial = one[0] == other[0] and 1 in {len(one), len(other)}
    return one == other or initial or other in read_nicknames().get(one, ())


def _fits_organisation(short: Name, full: Name) -> bool:
    part, whole = short.words, full.words
    n = len(part)
    if n >= len(whole):
        return False
    forms, kinds = read_words("company_forms"), read_kinds("kinds")
    # "Magic" of "Magic of Oz" is none, unless it comes after it
    if short.key in short_forms(whole) and (part[-1] in kinds or full.first < short.first):
        return True
    if [w for w in whole if w not in forms] == part:
        return True
    if whole[:n] == part:
        # "Islamic State group", "Labour Party": what follows says what it is. "Concord Police" is no Concord, and a
        # name that is whole by itself has bodies of its own: the hospital of a university, the UN's agency
        rest = whole[n:]
        said = all(w in kinds or w in forms or w in read_words("groups") for w in rest)
        whole_by_itself = part[-1] in kinds or short.key in read_gazetteer()
        if whole_by_itself or (n == 1 and not (len(part[0]) > 3 or short.text.isupper())):
            return all(w in read_words("groups") or w in forms for w in rest)
        # "Norvik" after "Norvik Shipping", or above "Norvik Shipping Ltd" in its headline
        company = rest[-1] in forms
        said = said or ((company or full.first < short.first) and not (set(rest) - forms) & read_words("minor"))
        return said and (n > 1 or company or short.text.isupper() or not set(rest) & read_words("local_bodies"))
    # "State Department" of "US State Department"
    if whole[-n:] == part and read_gazetteer().get(" ".join(whole[:-n])) in {"GPE", "LOC", "NORP"}:
        return True
    # "the Rovers" after "Marlow Rovers"
    return part == whole[-1:] and "of" not in whole and full.first < short.first and short.key not in read_gazetteer()


def short_forms(words: Sequence[str]) -> list[str]:
    """List what is left of a name when words before its head go: of Royal Seed Board "seed board" and "board".

    The head says what the thing is. It is the last word or stands before "of", as in "Ministry of Health", or first,
    as in "Cape Horn". Of countries such as South Korea, the bearing is left.
    """
    kinds, known = read_kinds("kinds"), " ".join(words) in read_gazetteer()
    if words[0] in read_words("compass") and " ".join(words) in read_countries():
        return [words[0]]
    start = words[: words.index("of")] if "of" in words[1:] else words
    if start[-1] in kinds or (start is not words and not known):
        return [" ".join(start[i:]) for i in range(start is words, len(start))]
    return [words[0]] if words[0] in read_kinds("openings") and not known else []


def _fits_place(short: Name, full: Name) -> bool:
    part, whole = short.words, full.words
    n = len(part)
    if n < len(whole) and short.key in short_forms(whole):
        return True
    # "Korea" of South Korea; South Sudan is not Sudan
    if part == whole[1:] and whole[0] in read_words("compass") and full.key in read_countries():
        return short.key not in read_gazetteer()
    if n >= len(whole) or whole[:n] != part:
        return False
    # "Springfield" of "Springfield, Illinois"; Mexico City is not Mexico, nor the Mississippi the state
    noun = whole[n:] in [[noun] for noun in _PLACE_NOUNS]
    return (noun and short.key not in read_gazetteer()) or full.text[len(short.text) :].startswith(",")
