"""Places: where the places that a document mentions lie, offline, and why there.

A name alone rarely says which place is meant: there are over thirty places called Paris. Each place a name could
mean gets a weight from what it is and how many people live there, and the weights of all names in a document are
then settled together: places in the country, the region and the neighbourhood of the others gain. What the text says
outright ("Paris, Texas") decides before that. A document uses a name in one sense. What cannot be placed stays.

Which mentions count is said in `newslab.places.toponyms`: demonyms do, as they say where a story plays ("French
troops"), and so do places inside longer names; ``kind`` and ``part_of`` tell them apart for whoever wants them out.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd
from spacy.tokens import Doc

from newslab.entities import extract_entities
from newslab.entities.corrections import Rule, name_rule
from newslab.places.gazetteer import Place, find_places, fold_name, is_own, is_usual, load_gazetteer
from newslab.places.toponyms import Toponym, bare_name, find_toponyms, is_site
from newslab.tables import SPAN_COLUMNS, build_table, check_columns, group_rows
from newslab.words import iter_docs, read_text

COLUMNS = SPAN_COLUMNS | {
    "entity_id": "str",
    "name": "str",
    "latitude": "float64",
    "longitude": "float64",
    "country": "str",
    "geoname_id": "Int64",
    "kind": "str",
    "part_of": "str",
    "candidates": "int64",
    "evidence": "str",
}

# Weights in nats, chosen in coarse steps on local and on world news; a factor of e in population is worth POPULATION.
POPULATION = 0.5
KIND = {"country": 3.5, "capital": 1.5, "city": 0.0, "admin1": -1.0, "admin2": -2.0}
FEATURE = {"ocean": 12.0, "sea": 12.0, "continent": 12.0, "region": 10.0, "union": 12.0}
LANDMARK = 8.0  # other rivers, islands, buildings of the project's own tables: as a fair-sized city
NO_TOWN = -3.0  # the model calls it a region or a water
LONGEST_ACRONYM, LARGE_TOWN = 5, 50_000  # letters, people: NERI is hardly a village, ERIE in a headline is a city
TOWN = 5000  # people, from which a facility's name may be a town's (Fort Worth)
OTHER_NAME = -2.5  # known by another name, as Palmyra for Tadmur
SAME_COUNTRY, NO_COUNTRY = 1.5, 0.1  # the part of a document's other names that a country holds, against this part
AT_HOME = 1.25  # a state that a country shares its name with is meant at home: Georgia among American towns
SAME_REGION, NO_REGION = 1.5, 0.3  # how many of them a region holds, against this number
LARGE_REGION = 5e6  # people; that two places are both in England says less than that both are in Vermont
LIKES = 2.0  # that two states, or two countries, are mentioned says less than two towns of one state
NEAR, NO_NEAR, CELL = 1.5, 0.3, 0.75  # how many stand within a cell of so many degrees or one beside it
LEAST_SHARE = 0.01
VILLAGE = 10_000  # people, below which a place must have company to be believed: Earth is a town in Texas
SEVERAL = 1.5  # names, from which a country is suggested for those that cannot be placed
NEARBY = 0.5  # how much of another name must be there for the evidence to say so
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

_UNKNOWN = "not in the gazetteer"


@dataclass
class _Name:
    """One name of a document, the places it could mean and how well each fits."""

    text: str
    places: list[Place]
    weights: list[float]
    mentions: list[int] = field(default_factory=list)
    holder: Place | None = None
    given: str = ""
    shares: list[float] = field(default_factory=list)

    @property
    def best(self) -> Place:
        """The place with the largest share; of equals, the most populous."""
        return self.places[max(range(len(self.places)), key=self.shares.__getitem__)]

    @property
    def likeliest(self) -> list[Place]:
        """The place with the largest weight by itself, if there is any."""
        return [self.places[self.weights.index(max(self.weights))]] if self.places else []

    def keep(self, places: list[int]) -> None:
        """Keep only the candidates at these positions."""
        self.places, self.weights = [self.places[i] for i in places], [self.weights[i] for i in places]


def extract_places(
    docs: Mapping[str, Doc],
    *,
    entities: pd.DataFrame | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    corrections: Sequence[Rule] | None = None,
) -> pd.DataFrame:
    """Find the place mentions in each document and put each on the map, one row a mention.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``ner`` unless ``entities`` is given.
    entities
        Table of `newslab.extract_entities` for the same documents; computed when None.
    known
        Places that the gazetteer lacks or has wrong, by name as written or as the entity's ``name``: each with
        ``latitude`` and ``longitude`` and, if wanted, ``country`` and ``kind``.
    corrections
        As of `newslab.find_corrections`; its places count before ``known``, and only in the document they are for.
        What it ignores is no place, either.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the mention as written
        entity_id : as in ``entities``
        name : usual English name of a country, a state, a sea or a region; the entity's own name for any other place
        latitude, longitude : degrees north and east (WGS 84), null where the mention couldn't be placed
        country : ISO 3166 alpha-2 code; for an unplaced mention the country it is said to be in, or that holds twice as
            many names of the document as any other; null for what lies in several or none
        geoname_id : GeoNames id, null for the project's own points
        kind : ``city``, ``country``, ``admin1``, ``admin2``, ``continent``, ``region``, ``sea``, ``river`` and so on;
            ``demonym`` for people and adjectives ("French"), placed where their country or region is; null if unplaced
        part_of : the longer name that the mention is part of ("Texas" in "University of Texas"), null for one by itself
        candidates : how many places of that name were weighed
        evidence : why this one, in words

    Raises
    ------
    ValueError
        If a document was parsed without ``ner``, ``entities`` lacks a column, or a known place has no point on earth.

    Notes
    -----
    Positions are those of GeoNames (CC BY 4.0). Each candidate of a name starts with a weight for its kind and the
    logarithm of its population; in a few rounds, the shares that the names of a document give to each country, region
    and neighbourhood are added to the weights of the candidates in them: a mean-field settlement of what Leidner
    (2007, Toponym Resolution in Text) calls "one referent per discourse" and spatial minimality.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["Paris", ",", "Texas"], spaces=[False, True, False], ents=["B-GPE", "O", "B-GPE"])
    >>> extract_places({"a": doc})[["name", "country", "kind"]].values.tolist()
    [['Paris', 'US', 'city'], ['Texas', 'US', 'admin1']]
    """
    if entities is None:
        entities = extract_entities(docs)
    needed = [*SPAN_COLUMNS, "label", "entity_id", "name"]
    check_columns(entities, needed, name="entities")
    own = {fold_name(name): (_read_known(name, about), "given with the call") for name, about in (known or {}).items()}
    rules = corrections or ()
    # the title keeps "Mr Paris" from being a town; a table without that column is as good as one without titles
    by_doc = group_rows(entities, [*needed, *(["title"] if "title" in entities else [])])
    rows: list[dict] = []
    for doc_id, doc in iter_docs(docs):
        text = read_text(doc)
        toponyms = find_toponyms(text, by_doc.get(doc_id, []))
        here = [rule for rule in rules if rule.get("doc_id", doc_id) == doc_id]
        ignored = {fold_name(rule["text"]) for rule in here if rule["action"] == "ignore"}
        toponyms = [toponym for toponym in toponyms if fold_name(toponym.text) not in ignored]
        ruled = {
            fold_name(rule["name"]): (_read_known(rule["name"], rule), name_rule(rule))
            for rule in here
            if rule["action"] == "place"
        }
        rows += [{"doc_id": doc_id} | row for row in _place_rows(text, toponyms, own | ruled)]
    return build_table(rows, COLUMNS)


def _read_known(name: str, about: Mapping[str, Any]) -> Place:
    latitude, longitude = about.get("latitude"), about.get("longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise ValueError(f"known place {name!r} is at {latitude}, {longitude}; give degrees north and east")
    country, kind = about.get("country") or "", about.get("kind") or "city"
    return Place(None, name, float(latitude), float(longitude), country, "", 0, kind)


def _place_rows(
    text: str, toponyms: list[Toponym], known: Mapping[str, tuple[Place, str]]
) -> Iterator[dict[str, object]]:
    """Rows for the place mentions of one document."""
    if not toponyms:
        return
    names = _collect_names(toponyms, known)
    _hold(text, toponyms, names)
    mass = _settle(names)
    suggested = _main_country(mass)
    by_mention = {i: name for name in names for i in name.mentions}
    for i, toponym in enumerate(toponyms):
        name = by_mention[i]
        row: dict[str, object] = {
            "start": toponym.start,
            "end": toponym.end,
            "text": toponym.text,
            "entity_id": toponym.entity_id,
            "name": toponym.name,
            "part_of": toponym.part_of,
            "candidates": len(name.places),
        }
        if name.places and not _is_obscure(name, mass):
            kind = None if toponym.people is None else "demonym"
            place, why = name.best, _explain(name, mass)
            about = _point(place, kind)
            town = place.kind in {"city", "capital", "admin2"}
            if toponym.people is None and not name.given and (town or not is_own(toponym.text, place)):
                # readers look for Palmyra, not for Tadmur, and for the spelling they have read; but for L.A. in full
                about |= {} if toponym.text.isupper() else {"name": toponym.name}
                why += "" if is_usual(toponym.text, place) else f"; listed as {place.name}"
            yield row | about | {"evidence": why}
            continue
        namesake = by_mention.get(i + 1)
        inside = i + 1 < len(toponyms) and toponyms[i + 1].end <= toponym.end
        if inside and namesake is not None and namesake.places and is_site(toponym.text):
            place = namesake.best
            about = {"name": toponym.name, "geoname_id": None}
            why = f"{_UNKNOWN}; stands at {place.name}, whose name it bears"
            yield row | _point(place, "facility") | about | {"evidence": why}
            continue
        country = suggested if name.holder is None else name.holder.country
        why = "; country suggested by the places around it" if country else ""
        what = "only a village has that name and nothing else lies in its country" if name.places else _UNKNOWN
        yield row | {"country": country, "evidence": f"{what}{why}"}


def _is_obscure(name: _Name, mass: Mapping[str, float]) -> bool:
    """Whether the best place for a name is a village that nothing else in the document speaks for."""
    place = name.best
    if name.holder or name.given or place.kind not in {"city", "admin2"}:
        return False
    if not 0 < place.population < VILLAGE:  # nought is unknown
        return False
    return mass.get(place.country, 0.0) - _add_up([name]).get(place.country, 0.0) < NEARBY


def _main_country(mass: Mapping[str, float]) -> str | None:
    """Say which country holds several names of a document and twice as many as any other."""
    ranked = sorted(((share, code) for code, share in mass.items() if len(code) == 2), reverse=True)
    if not ranked or ranked[0][0] < SEVERAL or (len(ranked) > 1 and ranked[0][0] < 2 * ranked[1][0]):
        return None
    return ranked[0][1]


def _point(place: Place, kind: str | None) -> dict[str, object]:
    return {
        "name": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "country": place.country or None,
        "geoname_id": place.geoname_id,
        "kind": kind or place.kind,
    }


def _collect_names(toponyms: list[Toponym], known: Mapping[str, tuple[Place, str]]) -> list[_Name]:
    """One entry for each distinct name, with the places it could mean weighed by themselves."""
    names: dict[str, _Name] = {}
    for i, toponym in enumerate(toponyms):
        key = fold_name(toponym.text) or toponym.text
        if key not in names:
            given, why = known.get(key) or known.get(fold_name(toponym.name)) or (None, "")
            places = [given] if given else _candidates(toponym) if toponym.people is None else [toponym.people]
            weights = [_prior(place, toponym) for place in places]
            names[key] = _Name(toponym.text, places, weights, given=why)
        names[key].mentions.append(i)
    return list(names.values())


def _candidates(toponym: Toponym) -> list[Place]:
    """Find the places that a mention could mean; for a name not known, those of its fullest form in the text."""
    places = find_places(toponym.text)
    if not places and (places := find_places(bare := bare_name(toponym.text))):
        said = toponym.text.lower().replace(bare.lower(), "")
        kinds = next((kinds for word, kinds in _CLASSES.items() if word in said), set())
        places = tuple(place for place in places if place.kind in kinds) or places
    places = places or find_places(toponym.name)
    if toponym.text.isupper() and len(toponym.text) <= LONGEST_ACRONYM:
        places = tuple(
            place
            for place in places
            if place.kind not in {"city", "admin2"}
            or (place.population >= LARGE_TOWN and is_usual(toponym.text, place))
        )
    if toponym.label == "FAC":  # the Plaza is no town of that name
        key = fold_name(toponym.text)
        places = tuple(
            place
            for place in places
            if place.kind not in KIND or (fold_name(place.name) == key and place.population >= TOWN)
        )
    return list(places[:MOST_CANDIDATES])


def _prior(place: Place, toponym: Toponym) -> float:
    kind, population = place.kind, place.population
    weight = KIND[kind] + POPULATION * math.log(max(population, 100)) if kind in KIND else FEATURE.get(kind, LANDMARK)
    if toponym.label == "LOC" and kind in {"city", "admin2"}:
        weight += NO_TOWN
    return weight if is_usual(toponym.text, place) else weight + OTHER_NAME


def _hold(text: str, toponyms: list[Toponym], names: list[_Name]) -> None:
    """Narrow names to the places inside the region or country that stands beside a mention of them."""
    by_mention = {i: name for name in names for i in name.mentions}
    divisions = load_gazetteer().divisions
    for i, toponym in enumerate(toponyms):
        name = by_mention[i]
        holders: list[Place] = []
        if i + 1 < len(toponyms) and _INSIDE.fullmatch(text, toponym.end, toponyms[i + 1].start):
            after = toponyms[i + 1]
            # "Iran, Iraq" and "Oregon, Ohio" are lists; "Washington, Pa." is none
            level = {"country"} if "." in after.text else {"country", "admin1"}
            if not any(place.kind in level for place in name.places) or after.text == toponym.text:
                around = by_mention[i + 1]
                # what is in no gazetteer can't tell St. Louis in Missouri from Saint-Louis in Senegal
                holders += around.places if name.places else around.likeliest
        if i and _HOLDS.fullmatch(text, toponyms[i - 1].end, toponym.start):
            holders += by_mention[i - 1].places
        if (postal := _POSTAL.match(text, toponym.end)) and f"US.{postal[1]}" in divisions:
            holders.append(divisions[f"US.{postal[1]}"])
        for holder in holders if not name.given else ():
            inside = [j for j, place in enumerate(name.places) if _lies_in(place, holder)]
            if inside or (not name.places and holder.kind in {"country", "admin1"}):
                name.holder = holder
                name.keep(inside)
                break
        if word := _WORD_AFTER.match(text, toponym.end):
            kinds = _CLASSES.get(word[1].lower(), set())
            if fit := [j for j, place in enumerate(name.places) if place.kind in kinds]:
                name.keep(fit)
    # what holds another place is meant itself: a town in "England" doesn't lie in England, Arkansas; but an arena
    # in no gazetteer may stand in the city as well as in its state
    holding = {name.holder for name in names if name.places or toponyms[name.mentions[0]].label != "FAC"}
    for name in names:
        if name.holder is None and (fit := [j for j, place in enumerate(name.places) if place in holding]):
            name.keep(fit)


def _lies_in(place: Place, holder: Place) -> bool:
    if place == holder or place.country != holder.country:
        return False
    return holder.kind == "country" or (holder.kind == "admin1" and place.admin1 == holder.admin1)


class _Company(NamedTuple):
    """Codes of what a place keeps company with, and of all that it counts for.

    ``circles`` are the region, or the likes of a country, a region or a capital; ``inside`` a region itself, for the
    towns in it.
    """

    country: str
    circles: tuple[str, ...]
    inside: str
    cell: str
    gives: tuple[str, ...]


@lru_cache(maxsize=65536)
def _company(place: Place) -> _Company:
    country, inside, cell, gives = place.country, "", "", set[str]()
    circles: tuple[str, ...] = (place.admin1,)
    if place.kind == "country":
        circles = ("countries",)
    elif place.kind == "admin1":
        circles, inside = (f"states of {country}",), place.admin1
    elif place.kind == "capital":
        # a story about several has them all: "officials in Washington and London"
        circles = f"states of {country}", "capitals"
    if place.kind in {"city", "capital", "admin2"}:
        # what lies in the cell or the eight around it is near; a degree of longitude is shorter by the cosine
        row = round(place.latitude / CELL)
        column = round(place.longitude * math.cos(math.radians(row * CELL)) / CELL)
        cell = f"{row},{column}"
        gives = {f"{row + i},{column + j}" for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return _Company(country, circles, inside, cell, tuple(sorted({country, *circles, place.admin1, *gives} - {""})))


@lru_cache(maxsize=4096)
def _size(circle: str) -> float:
    """How many places a region or a kind of places has: what one more in it is worth."""
    region = load_gazetteer().divisions.get(circle)
    return LIKES if region is None else math.sqrt(max(region.population / LARGE_REGION, 1.0))


def _settle(names: list[_Name]) -> dict[str, float]:
    """Share each name out among its places until the document's names agree; give the sums by code of `_Company`."""
    mass: dict[str, float] = {}
    for _ in range(ROUNDS):
        total = sum(share for code, share in mass.items() if len(code) == 2)
        for name in names:
            # the rest of the document speaks, not the name's other places in the same region
            own = _add_up([name])
            rest = max(total - sum(name.shares), 1.0)
            gains = []
            for place, weight in zip(name.places, name.weights, strict=True):
                country, circles, inside, cell, _ = _company(place)
                others, towns, near = (
                    max(mass.get(code, 0.0) - own.get(code, 0.0), 0.0) for code in (country, inside, cell)
                )
                likes = sum(max(mass.get(code, 0.0) - own.get(code, 0.0), 0.0) / _size(code) for code in circles)
                gain = SAME_COUNTRY * math.log1p(others / rest / NO_COUNTRY)
                if place.kind == "admin1" and any(other.kind == "country" for other in name.places):
                    gain *= AT_HOME
                gain += SAME_REGION * math.log1p((likes + towns / _size(inside)) / NO_REGION)
                gains.append(weight + gain + NEAR * math.log1p(near / NO_NEAR))
            top = max(gains, default=0.0)
            odds = [math.exp(gain - top) for gain in gains]
            name.shares = [odd / sum(odds) for odd in odds]
        mass = _add_up(names)
    return mass


def _add_up(names: list[_Name]) -> dict[str, float]:
    mass: dict[str, float] = defaultdict(float)
    for name in names:
        for place, share in zip(name.places, name.shares, strict=False):
            if share > LEAST_SHARE:
                for code in _company(place).gives:
                    mass[code] += share
    return mass


def _explain(name: _Name, mass: Mapping[str, float]) -> str:
    """Say what decided for the place of a name."""
    place, divisions = name.best, load_gazetteer().divisions
    if name.given:
        return name.given
    if name.holder is not None:
        return f"named as in {name.holder.name}"
    if len(name.places) == 1:
        return "the only place known by that name"
    if name.weights[name.places.index(place)] == max(name.weights):
        return f"the likeliest of {len(name.places)} by kind and population"
    own = _add_up([name])
    country, circles, inside, cell, _ = _company(place)
    company = {code for code in (country, *circles, inside, cell) if mass.get(code, 0.0) - own.get(code, 0.0) >= NEARBY}
    if cell in company:
        return "other places of the text are near"
    if division := next(
        (divisions[code] for code in (*circles, inside, country) if code in company & divisions.keys()), None
    ):
        return f"other places of the text lie in {division.name}"
    return "other places of the text are of its kind"
