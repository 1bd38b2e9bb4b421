"""Gazetteer: what places are called and where they stand, offline.

The tables lie in ``newslab/data``: ``gazetteer.tsv.gz`` holds populated places from 500 people and admin regions,
compiled by ``tools/build_gazetteer.py``; ``places_countries.tsv``, ``places_regions.tsv``, ``places_names.tsv`` and
``places_demonyms.tsv`` hold the points of countries, seas, rivers and regions, short names and peoples, gathered for
newslab. All follow GeoNames (geonames.org, CC BY 4.0), to be credited wherever its places are published.
``countries.json`` holds country outlines for maps: Natural Earth 1:110m, public domain, by way of world-atlas 2.0.2.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

COLUMNS = ("geoname_id", "name", "latitude", "longitude", "country", "admin1", "population", "kind", "names")
"""Columns of ``gazetteer.tsv.gz``."""

_DATA = files("newslab") / "data"

_APOSTROPHES = re.compile(r"['’‘ʻʼʾʿ`´.]")
_NO_LETTERS = re.compile(r"[\W_]+")
# Written with a hyphen, a blank or not at all, and made to rhyme with the next letter: as-Sukhnah, Deir ez-Zor
_ARTICLE = re.compile(r"\b(?:[ae]l|[aeu](sh|[dhnrstz]h?)(?= \1))(?= \w)")
_JOINED_ARTICLE = re.compile(r"\b[aeu](?:sh(?=sh)|([dnrstz])(?=\1))")  # Deir Ezzor; only where nothing else is found
_INITIALS = re.compile(r"(?:\w\. ?)+|[A-Z][a-z]{1,4}\.")  # U.S. and Calif.
_SHORT_WORDS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}


@dataclass(frozen=True)
class Gazetteer:
    """The places, by row number; rows are in the order of the tables.

    ``index`` has the rows of each folded name, ``demonyms`` the row that a folded demonym speaks of, ``divisions`` the
    row of each country and admin region by its code (``SY``, ``US.TX``), ``usual`` the names and rows of
    the project's own tables, which news uses as often as a place's first name.
    """

    geoname_id: list[int | None]
    name: list[str]
    latitude: list[float]
    longitude: list[float]
    country: list[str]
    admin1: list[str]
    population: list[int]
    kind: list[str]
    index: dict[str, tuple[int, ...]]
    demonyms: dict[str, int]
    divisions: dict[str, int]
    usual: frozenset[tuple[str, int]]


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


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read the gazetteer, once: some 280,000 places and half a million names.

    Returns
    -------
    Gazetteer
        Columns by row number, and the rows of each name.

    Examples
    --------
    >>> gazetteer = load_gazetteer()
    >>> [gazetteer.country[row] for row in find_rows("Tadmur")]
    ['SY']
    """
    countries = {code: rest for code, *rest in _read_rows("places_countries.tsv")}
    columns: list[list] = [[] for _ in COLUMNS[:-1]]
    index: dict[str, tuple[int, ...]] = {}
    divisions: dict[str, int] = {}
    usual: set[tuple[str, int]] = set()

    def add(cells: list, names: list[str]) -> int:
        row = len(columns[0])
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
        for name in dict.fromkeys(names):
            index[name] = (*index.get(name, ()), row)
        return row

    def also(name: str, row: int) -> None:
        usual.add((_key(name), row))
        if row not in (rows := index.get(_key(name), ())):
            index[_key(name)] = (*rows, row)

    with gzip.open(str(_DATA / "gazetteer.tsv.gz"), "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()[2:]
    shared: dict[str, str] = {}  # one string for each country and region, not one for each of its places
    for line in lines:
        geoname_id, name, latitude, longitude, country, admin1, population, kind, names = line.split("\t")
        country, admin1, kind = (shared.setdefault(cell, cell) for cell in (country, admin1, kind))
        keys = names.split("|") if names else [name.lower()]
        if kind == "country":
            latitude, longitude, others = countries[country]
            keys += [_key(n) for n in _split(others)]
        row = add(
            [int(geoname_id), name, float(latitude), float(longitude), country, admin1, int(population), kind], keys
        )
        if kind == "country":
            divisions[country] = row
        elif kind == "admin1":
            divisions[admin1] = row

    by_id = {geoname_id: row for row, geoname_id in enumerate(columns[0])}
    for geoname_id, _, names in _read_rows("places_names.tsv"):
        for name in names.split("|"):
            also(name, by_id[int(geoname_id)])
    by_name: dict[str, int] = {}
    for name, latitude, longitude, kind, country, admin1, names in _read_rows("places_regions.tsv"):
        if admin1 in divisions:
            row = divisions[admin1]
            columns[2][row], columns[3][row] = float(latitude), float(longitude)
            for other in (name, *_split(names)):
                also(other, row)
        else:
            folded = [_key(n) for n in (name, *_split(names))]
            row = add([None, name, float(latitude), float(longitude), country, admin1, 0, kind], folded)
        by_name[name] = row
    demonyms: dict[str, int] = {}
    for code, forms in _read_rows("entities_demonyms.tsv"):
        if code in divisions:
            demonyms |= {fold_name(form + plural): divisions[code] for form in forms.split("|") for plural in ("", "s")}
    for place, forms in _read_rows("places_demonyms.tsv"):
        row = by_name[place] if place in by_name else index[fold_name(place)][0]
        demonyms |= {fold_name(form): row for form in forms.split("|")}
    return Gazetteer(*columns, index, demonyms, divisions, frozenset(usual))  # type: ignore[arg-type, call-arg]


def find_rows(name: str) -> tuple[int, ...]:
    """Find the places that bear a name, as rows of the gazetteer.

    Parameters
    ----------
    name
        A place name as written in a text.

    Returns
    -------
    tuple of int
        Rows of `load_gazetteer`, the most populous first; an Arabic article more or less is tried when there is none.

    Examples
    --------
    >>> find_rows("Nowhere-upon-Newslab")
    ()
    """
    index = load_gazetteer().index
    if len(name) <= 3 and not name[:1].isupper():
        return ()  # us is no town
    for exact in (name, f"{name}."):
        if _is_short(exact) and exact in index:
            return index[exact]
    if len(name) <= 3 and name.isupper():
        return ()  # EU is no Eu in France
    folded = fold_name(name)
    bare = folded.removeprefix("al ")
    apart = _JOINED_ARTICLE.sub("al ", folded)
    tries = (folded, bare, f"al {bare}", f"al {bare.removesuffix('h')}", f"al {bare}h", apart)
    rows = next((index[t] for t in tries if t in index), ())
    return tuple(sorted(rows, key=load_gazetteer().population.__getitem__, reverse=True))


def is_usual(name: str, row: int) -> bool:
    """Whether ``name`` is the first name of the place in ``row``, or a short one that news uses as often.

    Examples
    --------
    >>> [is_usual(name, row) for name in ("New York", "Big Apple") for row in find_rows("New York City")[:1]]
    [True, False]
    """
    gazetteer, key = load_gazetteer(), fold_name(name)
    return fold_name(gazetteer.name[row]) == key or not gazetteer.usual.isdisjoint({(key, row), (name, row)})


@lru_cache(maxsize=1)
def _outlines_text() -> str:
    return (_DATA / "countries.json").read_text(encoding="utf-8")


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
