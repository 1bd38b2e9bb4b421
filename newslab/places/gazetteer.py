"""Gazetteer: what places are called and where they stand, offline.

The tables lie in ``newslab/places``: ``gazetteer.tsv.gz`` holds populated places from 500 people and admin regions,
compiled by `newslab.places.compile_gazetteer`; ``countries.tsv``, ``regions.tsv``, ``names.tsv`` and
``demonyms.tsv`` hold the points of countries, seas, rivers and regions, short names and peoples, gathered for
newslab. All follow GeoNames (geonames.org, CC BY 4.0), to be credited wherever its places are published.
``outlines.json`` holds country outlines for maps: Natural Earth 1:110m, public domain, by way of world-atlas 2.0.2.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

COLUMNS = ("geoname_id", "name", "latitude", "longitude", "country", "admin1", "population", "kind", "names")
"""Columns of ``gazetteer.tsv.gz``."""

_DATA = files("newslab")

_APOSTROPHES = re.compile(r"['’‘ʻʼʾʿ`´.]")
_NO_LETTERS = re.compile(r"[\W_]+")
# Written with a hyphen, a blank or not at all, and made to rhyme with the next letter: as-Sukhnah, Deir ez-Zor
_ARTICLE = re.compile(r"\b(?:[ae]l|[aeu](sh|[dhnrstz]h?)(?= \1))(?= \w)")
_JOINED_ARTICLE = re.compile(r"\b[aeu](?:sh(?=sh)|([dnrstz])(?=\1))")  # Deir Ezzor; only where nothing else is found
_INITIALS = re.compile(r"(?:\w\. ?)+|[A-Z][a-z]{1,4}\.")  # U.S. and Calif.
_SHORT_WORDS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}


class Place(NamedTuple):
    """One place: GeoNames id, name, point in degrees, codes of country and region, people, kind."""

    geoname_id: int | None
    name: str
    latitude: float
    longitude: float
    country: str
    admin1: str
    population: int
    kind: str


@dataclass(frozen=True)
class Gazetteer:
    """The places by folded name.

    ``lines`` has those of GeoNames as lines of the table, read when asked for; ``own`` those whose name or point is in
    the project's own tables. ``demonyms`` says which place a people or an adjective belongs to, ``divisions`` has
    countries and admin regions by code (``SY``, ``US.TX``).
    """

    lines: dict[str, tuple[str, ...]]
    own: dict[str, tuple[Place, ...]]
    demonyms: dict[str, Place]
    divisions: dict[str, Place]


@lru_cache(maxsize=65536)
def fold_name(name: str) -> str:
    """Spell a place name the way it is looked up: small letters without accents, marks or variants of the article.

    Parameters
    ----------
    name
        A place name in any script.

    Returns
    -------
    str
        The folded name; empty if the name has no letter or digit.

    Examples
    --------
    >>> fold_name("As-Sukhnah") == fold_name("Al Sukhna"), fold_name("The St. Lawrence River")
    (True, 'st lawrence river')
    """
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = _NO_LETTERS.sub(" ", _APOSTROPHES.sub("", name.casefold())).split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    folded = " ".join(_SHORT_WORDS.get(word, word) for word in words)
    if " " not in folded:
        return folded
    arabic = _ARTICLE.sub("al", folded)
    # a final h is as optional as the article's rhyme; elsewhere it is not (Utah)
    return re.sub(r"ah\b", "a", arabic) if arabic.startswith("al ") or " al " in arabic else folded


def _read_rows(file: str) -> Iterator[list[str]]:
    """Rows of one of the project's tables, without its comments and its header."""
    lines = (line for line in (_DATA / file).read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    next(lines)
    for line in lines:
        yield line.split("\t")


def _is_short(name: str) -> bool:
    """Whether a name is so short that case and dots must tell it from a word: US, U.S., Ill."""
    return len(name) <= 3 or _INITIALS.fullmatch(name) is not None


def _key(name: str) -> str:
    return name if _is_short(name) else fold_name(name)


def _split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def _read_line(line: str) -> Place:
    geoname_id, name, latitude, longitude, country, admin1, population, kind, _ = line.split("\t")
    # a country's point is in the project's own table
    return Place(
        int(geoname_id),
        name,
        float(latitude or "nan"),
        float(longitude or "nan"),
        country,
        admin1,
        int(population),
        kind,
    )


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read the gazetteer, once: a quarter of a million places and twice as many names.

    Examples
    --------
    >>> load_gazetteer().divisions["SY"].name
    'Syria'
    """
    lines: dict[str, tuple[str, ...]] = {}
    own: dict[str, tuple[Place, ...]] = {}
    divisions: dict[str, Place] = {}
    by_name: dict[str, Place] = {}

    def add(place: Place, keys: Iterable[str]) -> None:
        for key in dict.fromkeys(keys):
            own[key] = (*own.get(key, ()), place)

    countries = {code: rest for code, *rest in _read_rows("places/countries.tsv")}
    regions = list(_read_rows("places/regions.tsv"))
    points = {admin1: (float(lat), float(lon), names) for _, lat, lon, _, _, admin1, names in regions if admin1}
    with gzip.open(str(_DATA / "places" / "gazetteer.tsv.gz"), "rt", encoding="utf-8") as file:
        table = file.read().splitlines()[2:]
    for line in table:
        cells, _, names = line.rpartition("\t")
        keys = names.split("|") if names else [line.split("\t", 2)[1].lower()]
        kind = cells.rpartition("\t")[2]
        if kind in {"country", "admin1"}:
            place = _read_line(line)
            code = place.admin1 if kind == "admin1" else place.country
            if code in countries or code in points:
                latitude, longitude, others = countries[code] if code in countries else points[code]
                place = place._replace(latitude=float(latitude), longitude=float(longitude))
                add(place, [*keys, *(_key(name) for name in _split(others))])
                keys = []
            divisions[code] = place
        for key in keys:
            lines[key] = (*lines[key], line) if key in lines else (line,)
    for geoname_id, name, names in _read_rows("places/names.tsv"):
        key = fold_name(name)
        places = {place.geoname_id: place for place in (*own.get(key, ()), *map(_read_line, lines.get(key, ())))}
        add(places[int(geoname_id)], map(_key, names.split("|")))
    for name, latitude, longitude, kind, country, admin1, names in regions:
        if not admin1:
            place = Place(None, name, float(latitude), float(longitude), country, "", 0, kind)
            add(place, (_key(n) for n in (name, *_split(names))))
            by_name[name] = place
    demonyms: dict[str, Place] = {}
    for code, forms, *_ in _read_rows("entities/demonyms.tsv"):
        if code in divisions:
            demonyms |= {fold_name(form + plural): divisions[code] for form in forms.split("|") for plural in ("", "s")}
    for name, forms in _read_rows("places/demonyms.tsv"):
        place = by_name.get(name) or divisions.get(name) or own[name][0]
        demonyms |= {fold_name(form): place for form in forms.split("|")}
    return Gazetteer(lines, own, demonyms, divisions)


@lru_cache(maxsize=16384)
def find_places(name: str) -> tuple[Place, ...]:
    """Find the places that bear a name, the most populous first.

    Parameters
    ----------
    name
        A place name as written in a text.

    Returns
    -------
    tuple of Place
        Empty if there is none; an Arabic article more or less is tried then.

    Examples
    --------
    >>> [(place.name, place.country) for place in find_places("Tadmur")]
    [('Tadmur', 'SY')]
    >>> find_places("Nowhere-upon-Newslab")
    ()
    """
    if len(name) <= 3 and not name[:1].isupper():
        return ()  # us is no town
    gazetteer = load_gazetteer()
    # Okla may have lost its stop; La is an article
    for exact in (name, f"{name}.") if len(name) > 2 else (name,):
        if _is_short(exact) and exact in gazetteer.own:
            return gazetteer.own[exact]
    if len(name) <= 3 and name.isupper():
        return ()  # EU is no Eu in France
    folded = fold_name(name)
    bare = folded.removeprefix("al ")
    apart = _JOINED_ARTICLE.sub("al ", folded)
    for key in (folded, bare, f"al {bare}", f"al {bare.removesuffix('h')}", f"al {bare}h", apart):
        if found := (*gazetteer.own.get(key, ()), *map(_read_line, gazetteer.lines.get(key, ()))):
            return tuple(sorted(dict.fromkeys(found), key=lambda place: -place.population))
    return ()


def is_usual(name: str, place: Place) -> bool:
    """Whether ``name`` is the first name of ``place``, or one that news uses as often.

    Examples
    --------
    >>> [is_usual(name, find_places("New York City")[0]) for name in ("New York", "Big Apple")]
    [True, False]
    """
    return fold_name(place.name) == fold_name(name) or is_own(name, place)


def is_own(name: str, place: Place) -> bool:
    """Whether the project's own tables call ``place`` by ``name``.

    Examples
    --------
    >>> [is_own("Rome", place) for place in find_places("Rome")[:1]], is_own("UK", find_places("Britain")[0])
    ([False], True)
    """
    own = load_gazetteer().own
    return place in own.get(fold_name(name), ()) or place in own.get(name, ())


@lru_cache(maxsize=1)
def _outlines_text() -> str:
    return (_DATA / "places" / "outlines.json").read_text(encoding="utf-8")


def read_country_outlines() -> dict:
    """Read the outlines of the countries for a map.

    Returns
    -------
    dict
        TopoJSON with one object, ``countries``; each geometry's ``id`` is the ISO 3166 alpha-2 code (null where
        there is none) and ``properties.name`` its name.

    Examples
    --------
    >>> sorted(read_country_outlines()["objects"])
    ['countries']
    """
    return json.loads(_outlines_text())
