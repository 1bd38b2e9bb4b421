"""Places: where the places that a document mentions lie, offline, and why there.

A name alone rarely says which place is meant: there are over thirty places called Paris. Each place a name could
mean gets a weight from what it is and how many people live there, and the weights of all names in a document are
then settled together: places in the country and the region of the others gain. What the text says outright
("Paris, Texas") decides before that. A document uses a name in one sense.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
from spacy.tokens import Doc

from newslab.entities import extract_entities
from newslab.gazetteer import Gazetteer, find_rows, fold_name, load_gazetteer
from newslab.tables import SPAN_COLUMNS, build_table, check_columns

COLUMNS = SPAN_COLUMNS | {
    "entity_id": "str",
    "name": "str",
    "latitude": "float64",
    "longitude": "float64",
    "country": "str",
    "geoname_id": "Int64",
    "kind": "str",
    "candidates": "int64",
    "evidence": "str",
}

PLACE_LABELS = ("GPE", "LOC", "FAC", "NORP")

# Weights in nats, chosen in coarse steps on local and on world news; a factor of e in population is worth POPULATION.
POPULATION = 0.5
KIND = {"country": 2.5, "capital": 1.5, "city": 0.0, "admin1": -1.0, "admin2": -2.0}
FEATURE = 9.0  # a sea, river or region of the project's own tables: as a big city
OTHER_NAME = -1.5  # known by another name, as Palmyra for Tadmur
SAME_COUNTRY, NO_COUNTRY = 1.5, 0.1  # the part of a document's other names that a country holds, against this part
SAME_REGION, NO_REGION = 2.0, 0.3  # how many of them a region holds, against this number
LARGE_REGION = 5e6  # people; that two places are both in England says less than that both are in Vermont
ROUNDS = 4
MOST_CANDIDATES = 40

# Between a place and what it lies in: Paris, Texas; Paris (Texas); Paris, in northern Texas
_INSIDE = re.compile(r"(?:,|,? in|,? ?\()\s(?:the |(?:north|south|east|west|central)\w* ){0,2}|\s\(", re.IGNORECASE)
# Between a country or region and a place in it: the Syrian village of Baghuz
_HOLDS = re.compile(
    r"(?:['’]s?)? (?:[\w-]+ ){0,3}?(?:city|town|village|hamlet|capital|port|suburb|province|region|district|county)"
    r"(?: of)? (?:the )?"
)
_POSTAL = re.compile(r", ?([A-Z]{2})\b")
_CLASSES = {"city": {"city", "capital"}, "state": {"admin1"}, "province": {"admin1"}, "county": {"admin2"}}
_CLASSES |= {word: {"admin1", "admin2"} for word in ("governorate", "region", "district", "oblast", "prefecture")}
_WORD_AFTER = re.compile(r" (\w+)")


@dataclass
class _Name:
    """One name of a document, the places it could mean and how well each fits."""

    text: str
    places: list[int]
    weights: list[float]
    mentions: list[int] = field(default_factory=list)
    holder: int | None = None
    shares: list[float] = field(default_factory=list)


def extract_places(docs: Mapping[str, Doc], *, entities: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find the place mentions in each document and put each on the map, one row a mention.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``ner`` unless ``entities`` is given.
    entities
        Table of `newslab.extract_entities` for the same documents; computed when None.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the mention as written
        entity_id : as in ``entities``
        name : name of the place in the gazetteer, of the entity where the place isn't known
        latitude, longitude : degrees north and east (WGS 84), null where the mention couldn't be placed
        country : ISO 3166 alpha-2 code; for an unplaced mention the country that the rest of the document suggests;
            null for what lies in several or none
        geoname_id : GeoNames id, null for the project's own points
        kind : ``city``, ``country``, ``admin1``, ``admin2``, ``continent``, ``region``, ``sea``, ``river`` and so on;
            ``demonym`` for people and adjectives ("French"), placed where their country or region is; null if unplaced
        candidates : how many places of that name were weighed
        evidence : why this one, in words

    Raises
    ------
    ValueError
        If a document was parsed without ``ner``, or ``entities`` lacks a column.

    Notes
    -----
    Positions are those of GeoNames (CC BY 4.0). Each candidate of a name starts with a weight for its kind and the
    logarithm of its population; in a few rounds, the shares that the names of a document give to each country and
    region are added to the weights of the candidates in them, a mean-field settlement of the coherence that
    Leidner (2007, Toponym Resolution in Text) calls "one referent per discourse" and spatial minimality.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["Paris", ",", "Texas"], spaces=[False, True, False], ents=["B-GPE", "O", "B-GPE"])
    >>> extract_places({"a": doc})[["name", "country", "kind"]].values.tolist()
    [['Paris', 'US', 'city'], ['Texas', 'US', 'admin1']]
    """
    if entities is None:
        entities = extract_entities(docs)
    check_columns(entities, [*SPAN_COLUMNS, "label", "entity_id", "name"], name="entities")
    places = entities[entities["label"].isin(PLACE_LABELS)]
    by_doc = {doc_id: rows.to_dict("records") for doc_id, rows in places.groupby("doc_id", sort=False)}
    rows: list[dict] = []
    for doc_id, doc in docs.items():
        rows += _place_rows(doc.text, by_doc.get(doc_id, []))
    return build_table(rows, COLUMNS)


def _place_rows(text: str, mentions: list[dict]) -> Iterator[dict[str, object]]:
    """Rows for the place mentions of one document."""
    if not mentions:
        return
    gazetteer = load_gazetteer()
    peoples = [_people_row(gazetteer, mention) for mention in mentions]
    kept = [
        (m, people) for m, people in zip(mentions, peoples, strict=True) if m["label"] != "NORP" or people is not None
    ]
    names = _collect_names(gazetteer, kept)
    _hold(gazetteer, text, [mention for mention, _ in kept], names)
    countries, regions = _settle(gazetteer, names)
    suggested = max(countries, key=countries.__getitem__, default=None)
    by_mention = {row: name for name in names for row in name.mentions}
    for row, (mention, people) in enumerate(kept):
        name = by_mention[row]
        found = {column: mention[column] for column in (*SPAN_COLUMNS, "entity_id", "name")}
        found |= {"candidates": len(name.places)}
        if not name.places:
            country = suggested if name.holder is None else gazetteer.country[name.holder]
            why = "; country suggested by the places around it" if country else ""
            yield found | {"country": country, "evidence": f"not in the gazetteer{why}"}
            continue
        best = max(range(len(name.places)), key=name.shares.__getitem__)
        place = name.places[best]
        yield found | {
            "name": gazetteer.name[place],
            "latitude": gazetteer.latitude[place],
            "longitude": gazetteer.longitude[place],
            "country": gazetteer.country[place] or None,
            "geoname_id": gazetteer.geoname_id[place],
            "kind": gazetteer.kind[place] if people is None else "demonym",
            "evidence": _explain(gazetteer, name, best, countries, regions),
        }


def _people_row(gazetteer: Gazetteer, mention: dict) -> int | None:
    """Find the country or region whose people or things a mention names; None for a place, a party or a faith."""
    if mention["label"] != "NORP" and find_rows(mention["text"]):
        return None
    return gazetteer.demonyms.get(fold_name(mention["text"]))


def _collect_names(gazetteer: Gazetteer, mentions: list[tuple[dict, int | None]]) -> list[_Name]:
    """One entry for each distinct name, with the places it could mean weighed by themselves."""
    names: dict[object, _Name] = {}
    for row, (mention, people) in enumerate(mentions):
        key = fold_name(mention["text"]) or mention["text"]
        if key not in names:
            places = [people] if people is not None else list(_candidates(gazetteer, mention))
            names[key] = _Name(mention["text"], places, [_prior(gazetteer, place, key) for place in places])
        names[key].mentions.append(row)
    return list(names.values())


def _candidates(gazetteer: Gazetteer, mention: dict) -> tuple[int, ...]:
    """Rows of the places that a mention could mean; for a name not known, those of its fullest form in the text."""
    rows = find_rows(mention["text"]) or find_rows(mention["name"])
    if mention["label"] == "FAC":  # the Plaza is no town of that name
        rows = tuple(row for row in rows if gazetteer.kind[row] not in {"city", "admin1", "admin2", "country"})
    return rows[:MOST_CANDIDATES]


def _prior(gazetteer: Gazetteer, place: int, key: str) -> float:
    kind, population = gazetteer.kind[place], gazetteer.population[place]
    weight = KIND[kind] + POPULATION * math.log(max(population, 100)) if kind in KIND else FEATURE
    return weight if fold_name(gazetteer.name[place]) == key else weight + OTHER_NAME


def _hold(gazetteer: Gazetteer, text: str, mentions: list[dict], names: list[_Name]) -> None:
    """Narrow names to the places inside the region or country that stands beside a mention of them."""
    by_mention = {row: name for name in names for row in name.mentions}
    for row, mention in enumerate(mentions):
        holders: list[int] = []
        if row + 1 < len(mentions) and _INSIDE.fullmatch(text, mention["end"], mentions[row + 1]["start"]):
            holders += by_mention[row + 1].places
        if row and _HOLDS.fullmatch(text, mentions[row - 1]["end"], mention["start"]):
            holders += by_mention[row - 1].places
        if (postal := _POSTAL.match(text, mention["end"])) and f"US.{postal[1]}" in gazetteer.divisions:
            holders.append(gazetteer.divisions[f"US.{postal[1]}"])
        name = by_mention[row]
        for holder in holders:
            inside = [i for i, place in enumerate(name.places) if _lies_in(gazetteer, place, holder)]
            if inside or (not name.places and gazetteer.kind[holder] in {"country", "admin1"}):
                name.holder = holder
                name.places, name.weights = [name.places[i] for i in inside], [name.weights[i] for i in inside]
                break
        if after := _WORD_AFTER.match(text, mention["end"]):
            kinds = _CLASSES.get(after[1].lower(), set())
            fit = [i for i, place in enumerate(name.places) if gazetteer.kind[place] in kinds]
            if fit:
                name.places, name.weights = [name.places[i] for i in fit], [name.weights[i] for i in fit]


def _lies_in(gazetteer: Gazetteer, place: int, holder: int) -> bool:
    if place == holder or gazetteer.country[place] != gazetteer.country[holder]:
        return False
    return gazetteer.kind[holder] == "country" or (
        gazetteer.kind[holder] == "admin1" and gazetteer.admin1[place] == gazetteer.admin1[holder]
    )


def _settle(gazetteer: Gazetteer, names: list[_Name]) -> tuple[dict[str, float], dict[str, float]]:
    """Share each name out among its places until names of one country and region agree; give both their sums."""
    countries: dict[str, float] = {}
    regions: dict[str, float] = {}
    for _ in range(ROUNDS):
        total = sum(countries.values())
        for name in names:
            # the rest of the document speaks, not the name's other places in the same region
            own: dict[str, float] = defaultdict(float)
            for place, share in zip(name.places, name.shares, strict=False):
                own[gazetteer.country[place]] += share
                own[gazetteer.admin1[place]] += share
            rest = max(total - sum(name.shares), 1.0)
            gains = []
            for place, weight in zip(name.places, name.weights, strict=True):
                country, region = gazetteer.country[place], gazetteer.admin1[place]
                gain = weight
                if country:
                    part = max(countries.get(country, 0.0) - own[country], 0.0) / rest
                    gain += SAME_COUNTRY * math.log1p(part / NO_COUNTRY)
                if region in gazetteer.divisions:
                    near = max(regions.get(region, 0.0) - own[region], 0.0)
                    size = max(gazetteer.population[gazetteer.divisions[region]] / LARGE_REGION, 1.0)
                    gain += SAME_REGION * math.log1p(near / NO_REGION / math.sqrt(size))
                gains.append(gain)
            top = max(gains, default=0.0)
            odds = [math.exp(gain - top) for gain in gains]
            name.shares = [odd / sum(odds) for odd in odds]
        countries, regions = defaultdict(float), defaultdict(float)
        for name in names:
            for place, share in zip(name.places, name.shares, strict=True):
                if country := gazetteer.country[place]:
                    countries[country] += share
                if region := gazetteer.admin1[place]:
                    regions[region] += share
    return countries, regions


def _explain(
    gazetteer: Gazetteer, name: _Name, best: int, countries: Mapping[str, float], regions: Mapping[str, float]
) -> str:
    """Say what decided for the place of a name."""
    place = name.places[best]
    if name.holder is not None:
        return f"named as in {gazetteer.name[name.holder]}"
    if len(name.places) == 1:
        return "the only place known by that name"
    if name.weights[best] == max(name.weights):
        return f"the likeliest of {len(name.places)} by kind and population"
    region, country = gazetteer.admin1[place], gazetteer.country[place]
    if regions.get(region, 0.0) - name.shares[best] >= 0.5:
        return f"other places of the text lie in {gazetteer.name[gazetteer.divisions[region]]}"
    return f"other places of the text lie in {gazetteer.name[gazetteer.divisions[country]]}"
