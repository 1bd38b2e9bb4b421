"""Aliases: which different names in one document are names of one thing.

A name is linked to one fuller name or to none. Each rule needs its own evidence and a single candidate; nothing
is linked because it looks like something already linked, and a short form that two names could own stays alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from newslab.entities.lexicon import (
    fold_sound,
    read_demonyms,
    read_equivalents,
    read_gazetteer,
    read_kinds,
    read_nicknames,
    read_words,
)

_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
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


def link_names(names: Iterable[Name], stated: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
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
        ((key, [full], how) for key, (full, how) in stated.items() if key in by_key and full in by_key),
        _link_spellings(fullest_first),
        _link_acronyms(fullest_first),
        _link_short_forms(fullest_first),
    )
    for key, candidates, how in proposals:
        owners = {root(candidate) for candidate in candidates} - {key}
        if key not in links and len(owners) == 1:
            (owner,) = owners
            links[key] = owner, f"{how} {by_key[owner].text}"
    return {key: (root(owner), how) for key, (owner, how) in links.items()}


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
            letters = "".join(w[0] for w in words), "".join(w[0] for w in words if w not in read_words("minor"))
            for form in set(letters):
                initials[form].append(name.key)
    for name in names:
        # "US" is no "University of Salford"
        if name.text.replace(".", "").isupper() and len(name.key) > 1 and name.key not in read_gazetteer():
            yield name.key, initials[name.key] if name.label != "PERSON" else [], "acronym of"


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
        yield from ((name.key, [usual.key], "spelling of") for name in alike if name is not usual)


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
            yield name.key, [full.key for full in candidates if full is not name and fits(name, full)], how


def _fits_person(short: Name, full: Name) -> bool:
    """Whether a person's name is part of a fuller one: first or last name, or both with less between."""
    part, whole = short.words, [w for w in full.words if w not in _GENERATIONS]
    n = len(part)
    if n == 1:
        return len(whole) > 1 and part[0] in (whole[0], whole[-1])
    if n < len(whole) and part in (whole[-n:], whole[:n]):
        return True
    if n > len(whole) or len(whole) < 2 or part[-1] != whole[-1] or part == whole:
        return False
    # George W. Bush is not George H. W. Bush
    inner, outer = part[1:-1], whole[1:-1]
    agree = not inner or (len(inner) == len(outer) and all(map(_same_first, inner, outer)))
    return agree and _same_first(part[0], whole[0])


def _same_first(short: str, full: str) -> bool:
    """Whether a first name is the other one, its initial or its usual short form."""
    return short == full or (len(short) == 1 and full[0] == short) or full in read_nicknames().get(short, ())


def _fits_organisation(short: Name, full: Name) -> bool:
    part, whole = short.words, full.words
    n = len(part)
    if n >= len(whole):
        return False
    if [w for w in whole if w not in read_words("company_forms")] == part:
        return True
    # "Islamic State" of "Islamic State group"; one word only if what follows says what it is: "Labour Party"
    said = all(w in read_kinds("kinds") or w in read_words("company_forms") for w in whole[n:])
    telling = n > 1 or (said and (len(part[0]) > 3 or short.text.isupper()))
    if telling and whole[:n] == part and whole[n] not in {"of", "and", "in", "for"}:
        return True
    # "State Department" of "US State Department", and "the Ministry" of "Ministry of Health"
    rest = " ".join(whole[:-n])
    if whole[-n:] == part and rest in read_gazetteer():
        return True
    return n == 1 and part[0] in read_kinds("kinds") and (whole[-1] == part[0] or whole[:2] == [part[0], "of"])


def _fits_place(short: Name, full: Name) -> bool:
    part, whole = short.words, full.words
    n = len(part)
    if n >= len(whole) or whole[:n] != part:
        return False
    # "Springfield" of "Springfield, Illinois"
    return whole[n:] in [[noun] for noun in _PLACE_NOUNS] or full.text[len(short.text) :].startswith(",")
