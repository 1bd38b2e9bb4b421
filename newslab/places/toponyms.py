"""Toponyms: which stretches of a text name a place, from its entities and the gazetteer.

Places that the entities mark; people and adjectives ("French"), which say where as well as a country's name does;
places that are part of a longer name ("Waterford" in "Waterford High School"); and names taken for a person's or a
firm's where the text itself says otherwise ("Norman, Okla.", "the port of Limassol", datelines).
"""

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from newslab.places.gazetteer import Place, find_places, fold_name, is_own, is_usual, load_gazetteer


@dataclass(frozen=True, slots=True)
class Toponym:
    """A stretch of text that names a place.

    ``people`` is whose people or things a demonym names, ``part_of`` the longer name that the stretch is part of.
    """

    start: int
    end: int
    text: str
    label: str
    entity_id: str | None
    name: str
    people: Place | None = None
    part_of: str | None = None


# Word lists written for newslab: heads of names of public bodies, which are named for where they are
_PUBLIC = frozenset(
    "academy administration agency airport army assembly association authority bank board bureau center centre chamber "
    "clinic club college commission committee congress corporation council county court department district "
    "embassy federation fire force forces government guard hospital house institute jail league legislature library "
    "ministry museum navy news office parliament party police post prison public school schools senate service sheriff "
    "society star state station stadium symphony team times tribune union university zoo".split()
)
_LOCAL = frozenset(
    "airport area borough central city civic community county council elementary fire general high independent junior "
    "circuit library medical memorial middle municipal police public regional school schools senior sheriff superior "
    "town township village volunteer".split()
)
_COUNTIES = (" County", " Parish", " Borough")
_SITES = frozenset(
    "airport arena barracks cathedral centre center college courthouse dam embassy harbor harbour hall hospital jail "
    "mosque museum park port prison school stadium station university zoo".split()
)

# Words that are a village's name somewhere and hardly ever that village in the news
_GENERIC = frozenset(
    "north south east west northern southern eastern western northeast northwest southeast southwest central centre "
    "center upper lower old new city county state street road national united international federal royal grand "
    "general first metro port downtown congress senate house olympic fort lake park hill valley island beach "
    "republic peninsula assembly stadium union".split()
)
_CALENDAR = frozenset([*month_name, *month_abbr, *day_name, *day_abbr])

_FEDERAL = frozenset({"US", "CA", "AU", "GB"})
_CITY = 100_000  # people, from which a body's name tells of a city that the text doesn't mention otherwise
_WORD = re.compile(r"[^\W_][\w.'’&]*")
_POSSESSIVE = re.compile(r"['’]s?$")
# Written before or after a name that the gazetteer has without it; what is left is looked up
_GENERIC_BEFORE = re.compile(
    r"(?:city|town|village|township|borough|county|state|province|district|region|republic|kingdom|commonwealth|"
    r"gulf|isle|island|islands) of (?:the )?",
    re.IGNORECASE,
)
_GENERIC_AFTER = re.compile(
    r" (city|town|village|township|state|province|governorate|region|district|prefecture|oblast|island|islands|"
    r"metropolitan area|area)$",
    re.IGNORECASE,
)
_DIRECTION = re.compile(
    r"(?:(?:(?:north|south)?-?(?:east|west)?(?:ern)?|central|upper|lower|greater|downtown|metro|mid|rural|[NSEW]\.)"
    r"[ -]){1,2}(?=[A-Z])",
    re.IGNORECASE,
)
_NAMED_PLACE_BEFORE = re.compile(
    r"\b(?:(?:city|town|village|hamlet|port|suburb|community|municipality|township) of|villages of|"
    r"(?:in|near|outside)(?: nearby| downtown)?) $"
)
_PLACE_BEFORE = re.compile(r"\b(in|near|outside|from|into|to|of|at|on|over|between|towards?|through|around) $")
_UNMARKED = re.compile(
    r"\b(?:in|near|outside|from|into|to|of|at|on|over|between|towards?|through|around) "
    r"((?:[A-Z][\w'’-]{1,30} ?){1,3})(?![\w'’-])"
)
# of limited length, as every stop in "A.A.A" may begin a name
_COUNTY = re.compile(r"\b([A-Z][\w'’.-]{1,30}(?: [A-Z][\w'’.-]{1,30})? (?:County|Parish|Borough))\b")
_DIVISION_AFTER = re.compile(r",? ?\(?([A-Z][\w.]*(?: [A-Z][\w.]*)?)")
_DATELINE = re.compile(
    r"(?:^|[\n.?!] ?)([A-Z][A-Z.'’ -]{2,30}[A-Z])(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)? ?"
    r"(?:\([A-Z][\w ]{1,20}\) ?)?(?:—|–|--| - )"
)
_HALF_BEFORE = re.compile(r"\b[A-Z][\w'’]*-$")
_HALF_AFTER = re.compile(r"-[A-Z][\w'’]*")
_LISTED = re.compile(r",? and |, |/")
_PARTY = re.compile(r"\b(?:R|D|DFL|I)[-–]([A-Z][\w.]+(?: [A-Z][a-z]+)?)")


def find_toponyms(text: str, entities: Iterable[dict]) -> list[Toponym]:
    """Find what names a place in a document, in order.

    Parameters
    ----------
    text
        The document's text.
    entities
        Its rows of the entities table: ``start``, ``end``, ``text``, ``label``, ``entity_id`` and ``name``.

    Returns
    -------
    list of Toponym
        By position; one may lie inside another if it is part of that name.

    Examples
    --------
    >>> row = {"start": 0, "end": 21, "text": "Waterford High School", "label": "ORG"}
    >>> [t.text for t in find_toponyms("Waterford High School", [row | {"entity_id": "e1", "name": "the school"}])]
    ['Waterford']
    """
    entities = [_rejoin(text, entity) for entity in entities]
    found: list[Toponym] = []
    others: list[dict] = []
    for entity in entities:
        if entity["label"] in {"GPE", "LOC", "NORP", "FAC"}:
            found += _read_place(entity)
        else:
            others.append(entity)
    known = {
        fold_name(place.text): place.entity_id for place in found if place.label != "FAC" and find_places(place.text)
    }
    for place in [place for place in found if place.label == "FAC"]:
        row = {"start": place.start, "text": place.text, "label": place.label}
        found += [part for part in _read_parts(row, known) if fold_name(part.text) in known]
    regions = _count_regions(found)
    for entity in others:
        if _is_land(entity) or _reads_as_place(text, entity) or _keeps_company(text, entity, regions):
            known.setdefault(fold_name(entity["text"]), entity["entity_id"])
    for previous, entity in pairwise(entities):
        if fold_name(previous["text"]) in known and _is_listed(text, previous, entity):
            known.setdefault(fold_name(entity["text"]), entity["entity_id"])
    for entity in others:
        if _is_land(entity) or (entity["name"] == entity["text"] and fold_name(entity["text"]) in known):
            found.append(_toponym(entity, label="GPE"))
        elif entity["label"] in {"ORG", "EVENT", "PERSON"}:
            found += _read_parts(entity, known)
    taken = bytearray(len(text))
    for place in found:
        taken[place.start : place.end] = b"\1" * (place.end - place.start)
    for pattern in (_DATELINE, _PARTY):
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if not any(taken[start:end]) and find_places(match[1]):
                name = match[1].title() if match[1].isupper() else match[1]
                found.append(Toponym(start, end, match[1], "GPE", known.get(fold_name(name)), name))
    for start, end in _find_unmarked(text, entities, taken, regions):
        name = text[start:end]
        found.append(Toponym(start, end, name, "GPE", known.get(fold_name(name)), name))
    by_span = {(place.start, place.end): place for place in reversed(found)}
    return [by_span[span] for span in sorted(by_span, key=lambda span: (span[0], -span[1]))]


def _find_unmarked(
    text: str, entities: list[dict], taken: bytearray, regions: Counter[str]
) -> Iterator[tuple[int, int]]:
    """Find places near the others that nobody marked: "a memorial in Ferriday"."""
    for entity in entities:
        taken[entity["start"] : entity["end"]] = b"\1" * (entity["end"] - entity["start"])
    for pattern in (_UNMARKED, _COUNTY):
        for match in pattern.finditer(text):
            start, name = match.start(1), match[1].rstrip()
            free = not any(taken[start : start + len(name)]) and name not in _CALENDAR
            if free and _is_among(name, regions):
                yield start, start + len(name)


def _rejoin(text: str, entity: dict) -> dict:
    """Give a place its hyphenated half back where the whole is a place's name: Gilgit-Baltistan, Sharm el-Sheikh."""
    start, end = entity["start"], entity["end"]
    if entity["label"] not in {"GPE", "LOC", "ORG", "PERSON"} or "-" not in text[max(0, start - 1) : end + 1]:
        return entity
    before = _HALF_BEFORE.search(text, max(0, start - 30), start)
    after = _HALF_AFTER.match(text, end)
    for a, b in ((before, after), (before, None), (None, after)):
        first, last = a.start() if a else start, b.end() if b else end
        whole = text[first:last]
        if (a or b) and any(is_usual(whole, place) for place in find_places(whole)):
            return entity | {"start": first, "end": last, "text": whole, "name": whole, "label": "GPE"}
    return entity


def bare_name(name: str) -> str:
    """Leave out what kind of place it is: City of Oxford, Enugu State.

    Examples
    --------
    >>> bare_name("City of Oxford"), bare_name("Enugu State"), bare_name("Kano")
    ('Oxford', 'Enugu', 'Kano')
    """
    return _GENERIC_AFTER.sub("", _GENERIC_BEFORE.sub("", name, count=1)) or name


def is_site(name: str) -> bool:
    """Whether a facility's name ends in a word for something that stands in one spot, which a road does not."""
    return name.rpartition(" ")[2].lower() in _SITES


def _toponym(entity: dict, *, label: str | None = None, people: Place | None = None) -> Toponym:
    return Toponym(
        entity["start"],
        entity["end"],
        entity["text"],
        label or entity["label"],
        entity["entity_id"],
        entity["name"],
        people,
    )


def _read_place(entity: dict) -> Iterator[Toponym]:
    """Read an entity that is marked as a place or a people."""
    text, gazetteer = entity["text"], load_gazetteer()
    people = gazetteer.demonyms.get(fold_name(text))
    if entity["label"] == "NORP":
        if people is not None:  # parties and faiths are no places
            yield _toponym(entity, people=people)
    elif fold_name(text) in _GENERIC:
        return
    elif entity["label"] == "FAC" or find_places(text) or find_places(bare_name(text)):
        yield _toponym(entity)
    elif people is not None:
        yield _toponym(entity, people=people)
    elif (part := _DIRECTION.match(text)) and part.end() and find_places(text[part.end() :]):
        start, rest = entity["start"] + part.end(), text[part.end() :]
        yield Toponym(start, entity["end"], rest, entity["label"], None, rest, part_of=text)
    elif parts := list(_read_parts(entity, {})):
        yield from parts
    else:
        yield _toponym(entity)


def _is_land(entity: dict) -> bool:
    """Whether a name taken for an organisation's is a country's, a union's or a region's."""
    if entity["label"] != "ORG":
        return False
    text = entity["text"]
    places = [place for place in find_places(text) if is_usual(text, place)]
    # one word may be a firm's name as well: Amazon
    return any(p.kind in {"country", "union", "continent"} or (p.kind == "region" and " " in text) for p in places)


def _reads_as_place(text: str, entity: dict) -> bool:
    """Whether the text says that a name taken for a person's or a firm's is a place's."""
    if entity["label"] not in {"PERSON", "ORG"}:
        return False
    places = find_places(entity["text"])
    if not places:
        return False
    if after := _DIVISION_AFTER.match(text, entity["end"]):
        divisions = [place for place in find_places(after[1]) if place.kind in {"admin1", "country"}]
        codes = {division.admin1 or division.country for division in divisions}
        if any(place.admin1 in codes or place.country in codes for place in places):
            return True
    if entity["name"] != entity["text"]:  # the surname of somebody named in full
        return False
    return _NAMED_PLACE_BEFORE.search(text, max(0, entity["start"] - 30), entity["start"]) is not None


def _count_regions(places: Iterable[Toponym]) -> Counter[str]:
    """Count the names of a document by the state or the country that they most likely lie in, twice if they name it."""
    regions: Counter[str] = Counter()
    for name, people in {
        (toponym.text, toponym.people) for toponym in places if toponym.label in {"GPE", "LOC", "NORP"}
    }:
        for place in [people] if people else find_places(name)[:1]:
            codes = {place.country, place.admin1} - {""}
            regions.update(codes)
            if place.kind in {"country", "admin1"}:
                regions.update([place.admin1 or place.country])
    return regions


def _is_among(name: str, regions: Counter[str]) -> bool:
    """Whether a place of that name lies in a state, or outside of federal countries in a country, named otherwise."""
    return fold_name(name) not in _GENERIC and any(
        regions[place.admin1 if place.country in _FEDERAL else place.country] > 1
        for place in find_places(name)
        if is_usual(name, place)
    )


def _keeps_company(text: str, entity: dict, regions: Counter[str]) -> bool:
    """Whether a name taken for a person's or a firm's is of a place near the others: "the road from Misrata"."""
    if (
        entity["label"] not in {"PERSON", "ORG"}
        or entity["name"] != entity["text"]
        or isinstance(entity.get("title"), str)
    ):
        return False
    before = _PLACE_BEFORE.search(text, max(0, entity["start"] - 12), entity["start"])
    # "the days of Bush" and "on Bush" are more often said of people
    if not before or (entity["label"] == "PERSON" and before[1] in {"of", "on", "over", "between"}):
        return False
    return _is_among(entity["text"], regions)


def _is_listed(text: str, place: dict, entity: dict) -> bool:
    """Whether a name taken for a person's follows a place of the same country in a list: Cairo, Giza and Minya."""
    if entity["label"] not in {"PERSON", "ORG"} or fold_name(entity["text"]) in _GENERIC:
        return False
    if not _LISTED.fullmatch(text, place["end"], entity["start"]):
        return False
    # "the US and Clinton" is no list of towns
    countries = {other.country for other in find_places(place["text"]) if other.kind != "country"} - {""}
    return any(p.country in countries and is_usual(entity["text"], p) for p in find_places(entity["text"]))


def _read_parts(entity: dict, known: dict[str, str | None]) -> Iterator[Toponym]:
    """Find the place that a longer name begins with, or ends with after "of": a body named for where it is."""
    text, gazetteer = entity["text"], load_gazetteer()
    words = [match.span() for match in _WORD.finditer(text)]
    rest = {_POSSESSIVE.sub("", text[a:b]).lower() for a, b in words}
    spans = [(words[0][0], words[n - 1][1], n) for n in (3, 2, 1) if n < len(words)]
    if (of := text.rfind(" of ")) > 0:
        start = of + len(" of ")
        spans.append((start + len("the ") if text.startswith("the ", start) else start, len(text), 0))
    for start, end, n in spans:
        part = _POSSESSIVE.sub("", text[start:end])
        key = fold_name(part)
        if not part[:1].isupper() or not key or key in _GENERIC:
            continue
        if part.endswith(".") and not any(is_own(part, place) for place in find_places(part)):
            continue  # Jos. A. Bank is not in Jos
        people = gazetteer.demonyms.get(key)
        places = find_places(part)
        # elsewhere a region often has the name of a town, a saint or a point of the compass
        divisions = [
            p
            for p in places
            if p.kind == "country"
            or (p.kind == "admin1" and p.country in _FEDERAL)
            or (p.geoname_id is None and " " in part)  # the project's own, such as the Niger Delta
        ]
        own = [place for place in places if fold_name(place.name) == key]
        follower = _POSSESSIVE.sub("", text[words[n][0] : words[n][1]]).lower() if 0 < n < len(words) else ""
        county = n > 1 and any(place.kind == "admin2" for place in own) and part.endswith(_COUNTIES)
        if entity["label"] in {"EVENT", "PERSON"}:
            if county or (entity["label"] == "EVENT" and key in known):
                at = entity["start"] + start
                yield Toponym(at, at + len(part), part, "GPE", known.get(key), part, None, text)
                return
            continue
        if (
            county
            or (key in known and people is None)
            or divisions
            or (people is not None and people.kind == "country" and rest & _PUBLIC)
            or (n and rest & _PUBLIC and any(place.population >= _CITY for place in own))
            or (n and follower in _LOCAL and own)
        ):
            at = entity["start"] + start
            yield Toponym(at, at + len(part), part, "GPE", known.get(key), part, people if not places else None, text)
            return
