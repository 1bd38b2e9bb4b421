"""Units: the name, dimension and SI factor of what stands beside a number.

The tables are ``units.toml`` and ``currencies.tsv``, which name their sources. A unit has one
normalised name (``kilometre``, ``percent``, ``danish krone``) whatever its spelling.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from newslab.tables import build_table, check_columns

UNIT_COLUMNS = {"unit": "str", "dimension": "str", "n_figures": "int64", "conversion": "str"}

# What `value_si` is in; dimensions that are ratios of these read alike ("metre per second")
SI_UNITS = {
    "length": "m", "area": "m²", "volume": "m³", "time": "s", "age": "s", "mass": "kg", "temperature": "K",
    "speed": "m/s", "acceleration": "m/s²", "force": "N", "pressure": "Pa", "energy": "J", "power": "W",
    "torque": "N·m",
    "frequency": "Hz", "potential": "V", "current": "A", "charge": "C", "resistance": "Ω", "capacitance": "F",
    "angle": "rad", "data": "bit", "data_rate": "bit/s", "radiation": "Sv or Bq", "light": "lm or lx", "share": "of 1",
}  # fmt: skip

PREFIXES = {
    "da": ("deca", 1e1), "h": ("hecto", 1e2), "k": ("kilo", 1e3), "M": ("mega", 1e6), "G": ("giga", 1e9),
    "T": ("tera", 1e12), "P": ("peta", 1e15), "E": ("exa", 1e18), "Z": ("zetta", 1e21), "Y": ("yotta", 1e24),
    "d": ("deci", 1e-1), "c": ("centi", 1e-2), "m": ("milli", 1e-3), "µ": ("micro", 1e-6), "u": ("micro", 1e-6),
    "n": ("nano", 1e-9), "p": ("pico", 1e-12), "f": ("femto", 1e-15), "a": ("atto", 1e-18),
    "Ki": ("kibi", 2.0**10), "Mi": ("mebi", 2.0**20), "Gi": ("gibi", 2.0**30), "Ti": ("tebi", 2.0**40),
    "Pi": ("pebi", 2.0**50),
}  # fmt: skip
"""SI and binary prefixes by letter; ``u`` stands for ``µ`` where a keyboard has none."""

# How lengths are raised: "square" or "sq" before the name of the unit, or "squared" after it
_POWERS = (
    (2, "area", ("square", "sq", "sq."), "squared", ("²", "2", "^2")),
    (3, "volume", ("cubic", "cu", "cu."), "cubed", ("³", "3", "^3")),
)

_GAP = re.compile(r"[ \t\xa0\u2009\u202f]?-?")
_WORDS = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’·](?=\w)|/(?=[^\W\d_]))*\.?")
_SIGN = re.compile(r"[%٪%‰°º˚℃℉′″Ω¢]\s?[CFKRcf]?(?![^\W\d_])|[%٪%‰°º˚℃℉′″Ω¢]|[kM]Ω|[^\W\d_]{1,3}(?:\^?[23](?!\w)|[²³])")
_PER = re.compile(r"(?:\s*/\s*|(?:\s+|-)per(?:\s+|-)|-an?-|\s+(?:an?|each|every)\s+)(?=[^\W\d_])", re.IGNORECASE)
_SYMBOL_RATE = re.compile(r"([^\W\d_]{1,4}(?:\^?[23]|[²³])?)[ ]?/[ ]?([^\W\d_]{1,3}(?:\^?[23]|[²³])?)(?!\w)")
_CODE = re.compile(
    r"[ ]?\(?(US|[A-Z]{2}D)(?![\w$])\)?(?=[.,;:]|\s*\Z|\s(?:an?|and|at|by|each|for|from|in|on|or|per|to)\b)"
)
# Codes that stand for more than money: "COP 27", "TOP 10", "AMD"
_WORD_CODES = frozenset(
    {"ALL", "AMD", "BAM", "BIF", "BOB", "COP", "CUP", "DOP", "ERN", "GEL", "LAK", "MAD", "MOP", "NAD", "PEN", "SOS"}
    | {"STN", "TOP", "TRY", "WST"}
)
_PAID = re.compile(
    r"\b(?:cost|pay|paid|worth|price|spen[dt]|earn|fine[ds]?\b|sold|sell|bought|buy|salar|wage|fee\b|fees\b|loan|bill|"
    r"budget|fund|debt|donat|rais|charge|lent|lend|borrow|owe|bank)",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"\b[A-Z]\s[\d.,]+\Z")  # "channel C 5 N" is a name
_ORDINAL = re.compile(r" second\s(?:half|quarter|time|place|round|term|year|day|season|goal|floor|largest|biggest)\b")
_FEET = re.compile(r"['’′](?=\s?\d{1,2}[\"″”])")  # 6'2"
_INCHES = re.compile(r"\d['’′]\s?\d{1,2}\Z")
_NO_NOUN = re.compile(r"\s*(?:[.,;)]|\Z)|\s(?:of|at|and|or|per|to|from|in|for)\b")
_SYSTEM = re.compile(r"(?:US|U\.S\.|UK|imperial|statute)\s(?=(?:fluid|gallon|pint|quart|ounce|ton|mile|cup|bushel))")
_SCALE = re.compile(r"\s?(celsius|fahrenheit|centigrade|kelvin)\b", re.IGNORECASE)
_TECHNICAL = re.compile(  # in any case
    r"(?i:[kmg]?hz|[kmgt]?wh|mah|[kmgt]b(?:ps)?|[kmg]w|kj|kcal|dba?|kbps|[km]pa|kgs?|km|cm|mm|ml|mg)"
)
_WORD_SYMBOLS = frozenset({"AU", "Gt", "Mt", "Pa", "dam", "lm", "ly", "mol", "mps", "rad", "st"})  # and other things
_SPACED_LETTERS = frozenset("mglLCFWV")  # one-letter symbols that may stand apart from their number
_ACCENTS = dict.fromkeys(range(768, 880)) | {ord("ł"): "l", ord("ø"): "o"}
_MAX_NAME = 4  # words: "miles to the gallon"
_REACH = 60  # characters looked at beside a number; longer than any unit


class Unit(NamedTuple):
    """A unit of measure or a currency."""

    name: str
    dimension: str
    factor: float | None = None
    offset: float = 0.0


class Match(NamedTuple):
    """A unit found in a text, and where."""

    unit: Unit
    start: int
    end: int


class _Table(NamedTuple):
    names: dict[str, Unit]  # lower case, singular and plural
    symbols: dict[str, Unit]  # as written
    folded: dict[str, Unit]  # symbols in lower case, the likeliest reading
    before: re.Pattern[str]  # currency signs, at the end of what precedes a number
    signs: dict[str, Unit]
    after: dict[str, Unit]  # currency signs after a number
    coins: dict[str, str]  # coins whose country may be named before them


@lru_cache(maxsize=1)
def _table() -> _Table:
    names: dict[str, Unit] = {}
    symbols: dict[str, Unit] = {}
    folded: dict[str, Unit] = {}
    coins: dict[str, str] = {}
    folder = Path(__file__).parent
    for dimension, entries in tomllib.loads((folder / "units.toml").read_text(encoding="utf-8")).items():
        for name, entry in entries.items():
            unit = Unit(name, dimension, entry.get("si"), entry.get("offset", 0.0))
            spellings = [name] * entry.get("spoken", True) + entry.get("names", [])
            names |= {form: unit for spelling in spellings for form in _plurals(spelling)}
            symbols |= dict.fromkeys(entry.get("symbols", []), unit)
            if dimension == "money":
                coins |= dict.fromkeys([form for spelling in [name, *spellings] for form in _plurals(spelling)], name)
            for letter, (word, power) in PREFIXES.items() if "prefixes" in entry else ():
                scaled = Unit(word + name, dimension, unit.factor and unit.factor * power)
                names |= {word + form: scaled for spelling in spellings for form in _plurals(spelling)}
                if letter in entry["prefixes"]:
                    # the Greek letter and the sign for micro look alike
                    letters = ("µ", "μ") if letter == "µ" else (letter,)
                    symbols |= {first + symbol: scaled for first in letters for symbol in entry.get("symbols", [])}
    for power, dimension, before_name, after_name, raised in _POWERS:
        for table in (names, symbols):
            for form, unit in list(table.items()):
                if unit.dimension != "length" or not unit.factor:
                    continue
                whole = Unit(f"{before_name[0]} {unit.name}", dimension, unit.factor**power)
                glued = [f"sq{form}"] if power == 2 else []
                for written in (*(f"{word} {form}" for word in before_name), f"{form} {after_name}", *glued):
                    names.setdefault(written, whole)
                for sign in raised if table is symbols else ():
                    symbols.setdefault(form + sign, whole)
    # "2.4Ghz", "30mbps", "100MW": in lower case a prefix of thousands or more is meant
    for symbol, unit in sorted(symbols.items(), key=lambda item: (item[0][0] in "kMGTPE", item[0])):
        if len(symbol) > 1:
            folded[symbol.lower()] = unit
    folded["in"] = names["inch"]  # "6ft 4in"; apart from its number it is a preposition
    before: dict[str, Unit] = {}
    after: dict[str, Unit] = {}
    for line in (folder / "currencies.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "code\t")):
            continue
        code, name, others, left, right = line.split("\t")
        unit = Unit(name, "money")
        names |= {form: unit for spelling in [name, *_split(others)] for form in _plurals(spelling)}
        signs = [*_split(left), code]
        before |= dict.fromkeys([*signs, *(f"{s[:-1]} $" for s in signs if len(s) > 2 and s[-1] == "$")], unit)
        after |= dict.fromkeys([*_split(right), code], unit)
    after |= {"p": Unit("penny", "money"), "¢": Unit("cent", "money"), "kr": Unit("krone", "money")}
    written = "|".join(re.escape(s) for s in sorted(before, key=lambda s: (-len(s), s)))
    return _Table(names, symbols, folded, re.compile(rf"(?<![^\W_])(?:{written})\Z"), before, after, coins)


def _split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def _fold(name: str) -> str:
    """Write a name in lower case and without accents: "Złoty" is read as "złoty" and "Krónur" as "kronur"."""
    name = " ".join(name.lower().split())
    return name if name.isascii() else unicodedata.normalize("NFKD", name).translate(_ACCENTS)


def _plurals(name: str) -> tuple[str, ...]:
    """Return the name folded, in the singular and with its first or last word in the plural."""
    name = _fold(name)
    head, per, rest = name.partition(" per ")
    return (name, f"{head}s{per}{rest}") if not name.endswith("s") or per else (name,)


def count_units(quantities: pd.DataFrame) -> pd.DataFrame:
    """Count the figures of each unit and say how the unit converts to SI, the most frequent first.

    Parameters
    ----------
    quantities
        As of `newslab.extract_quantities`.

    Returns
    -------
    DataFrame, one row a unit
        unit, dimension : as in ``quantities``; figures without a unit are left out
        n_figures : how many figures have it
        conversion : what one of it is in the unit of ``value_si`` ("1 mile = 1609.344 m"); null where it has none

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> row = {"value": 2.0, "unit": "kilometre", "dimension": "length", "value_si": 2000.0}
    >>> count_units(pd.DataFrame([row])).to_dict("records")
    [{'unit': 'kilometre', 'dimension': 'length', 'n_figures': 1, 'conversion': '1 kilometre = 1000 m'}]
    """
    check_columns(quantities, ["value", "unit", "dimension", "value_si"], name="quantities")
    rows = []
    for (unit, dimension), figures in quantities.dropna(subset=["unit"]).groupby(["unit", "dimension"]):
        converted = figures[(figures["value"] != 0) & figures["value_si"].notna()]
        conversion = None
        if len(converted) and dimension != "temperature":
            factor = float(converted["value_si"].iloc[0] / converted["value"].iloc[0])
            conversion = f"1 {unit} = {factor:.10g} {SI_UNITS.get(str(dimension), 'in SI units')}"
        elif len(converted) and (known := _table().names.get(str(unit))) and known.factor:
            conversion = f"K = {known.factor:.4g} × {unit} + {known.offset:.5g}"
        rows.append({"unit": unit, "dimension": dimension, "n_figures": len(figures), "conversion": conversion})
    rows.sort(key=lambda row: (-len(quantities[quantities["unit"] == row["unit"]]), str(row["unit"])))
    return build_table(rows, UNIT_COLUMNS)


def find_currency_before(text: str, start: int) -> Match | None:
    """Find the currency sign or code that ends at ``start``, one space allowed ("US $58", "RM23", "€ 5")."""
    left = max(0, start - 8)
    stretch = text[left:start].rstrip(" \xa0\u202f")
    if not stretch or len(text[left:start]) - len(stretch) > 1:
        return None
    found = _table().before.search(stretch)
    if found is None:
        return None
    sign = found.group()
    if sign[-1].isalpha() and len(sign) < 3 and start - left > len(stretch) and sign not in ("Rs", "RM"):
        return None  # "P 5" and "Y 5" are letters; "Y5" may be yen
    if sign in _WORD_CODES and not is_paid(text, start):
        return None
    if sign in ("R", "P", "Y") and not re.compile(r"\d[\d,. ]*\d|\d\s?[mb]").match(text, start):
        return None  # "R2" is more often a name than two rand
    return Match(_table().signs[sign], left + found.start(), left + found.end())


def is_paid(text: str, at: int, reach: int = _REACH) -> bool:
    """Whether one of the last words before ``at`` says that money changes hands."""
    return _PAID.search(text, max(0, at - reach), at) is not None


def find_unit_after(text: str, end: int, *, digits: bool) -> Match | None:
    """Find the unit that follows a number that ends at ``end``, with its denominator ("dollars a day").

    Parameters
    ----------
    text
        The text the number stands in.
    end
        Where the number ends.
    digits
        Whether the number is written in digits; only then may a symbol such as "m" follow.

    Returns
    -------
    Match or None
        The unit, where its first letter stands and where it ends.

    Examples
    --------
    >>> find_unit_after("5 miles per hour", 1, digits=True).unit.name
    'mile per hour'
    """
    found = _plain_unit(text, end, digits=digits)
    return found and add_rate(text, found)


def find_country_after(text: str, sign: Match, end: int) -> Match:
    """Read the code that says whose dollars a sign means: "$31.20 US", "$5 CAD"; the match then ends behind it."""
    code = _CODE.match(text, end) if sign.unit.name == "dollar" else None
    if code is None:
        return sign._replace(end=end)
    unit = sign.unit if code[1] == "US" else _table().after.get(code[1])
    return sign._replace(end=end) if unit is None else Match(unit, sign.start, code.end())


def add_rate(text: str, found: Match) -> Match:
    """Extend a unit by the denominator that follows it, if any ("$3" + " a barrel")."""
    per = _PER.match(text, found.end, min(len(text), found.end + 12))
    if per is None:
        return found
    below = _plain_unit(text, per.end(), digits=False, gap=False)
    indefinite = "per" not in per.group().lower() and "/" not in per.group()
    if below is None:
        word = re.compile(r"[^\W\d_]{3,20}").match(text, per.end())
        if word is None or (indefinite and word.group().lower() not in _COUNTED_PER):
            return found
        name = word.group().lower()
        return Match(
            Unit(f"{found.unit.name} per {name}", found.unit.dimension + " per thing"),
            found.start,
            word.end(),
        )
    if indefinite and (below.unit.dimension not in _PER_DIMENSIONS):
        return found
    if indefinite and below.unit.dimension == "time" and _SINCE.match(text, below.end):
        return found
    name = f"{found.unit.name} per {below.unit.name}"
    if known := _table().names.get(name):
        return Match(known, found.start, below.end)
    factor = found.unit.factor / below.unit.factor if found.unit.factor and below.unit.factor else None
    dimension = f"{found.unit.dimension} per {below.unit.dimension}"
    return Match(Unit(name, dimension, factor), found.start, below.end)


_SINCE = re.compile(
    r"\s(?:earlier|ago|later|before|after|or|and\s(?:an?|one)|from|old)\b"
)  # "$6 billion a year earlier"
_PER_DIMENSIONS = {"time", "mass", "volume", "length", "area"}
_COUNTED_PER = {
    "person",
    "share",
    "head",
    "piece",
    "pop",
    "household",
    "game",
    "visit",
    "unit",
    "night",
    "ticket",
}


def _plain_unit(text: str, end: int, *, digits: bool, gap: bool = True) -> Match | None:
    table = _table()
    start = end
    if gap and (skipped := _GAP.match(text, end)):
        start = skipped.end()
    attached = start == end
    if not attached and (system := _SYSTEM.match(text, start)):
        start = system.end()
    limit = min(len(text), start + _REACH)
    if _ORDINAL.match(text, end):
        return None  # "the 1988 second quarter"
    for length in (4, 3, 2, 1) if digits else (3,):  # a code may follow "20 million" too
        sign = text[start : start + length]
        ends_in_code = sign in table.after and (digits or sign.isupper())
        if sign in _WORD_CODES and not is_paid(text, end):
            continue
        if ends_in_code and len(sign) == length and not _letter_follows(text, start + length, sign):
            return Match(table.after[sign], start, start + length)
    if digits and (rate := _SYMBOL_RATE.match(text, start, limit)):
        if unit := table.symbols.get(rate.group()):  # "km/h"
            return Match(unit, start, rate.end())
        above, below = (table.symbols.get(part) or table.names.get(part) for part in rate.groups())
        if above and below:
            name, dimension = f"{above.name} per {below.name}", f"{above.dimension} per {below.dimension}"
            factor = above.factor / below.factor if above.factor and below.factor else None
            known = table.names.get(name)
            return Match(known or Unit(name, dimension, factor), start, rate.end())
    if mark := _SIGN.match(text, start, limit):
        written = mark.group().replace(" ", "")
        if unit := table.symbols.get(written) or table.symbols.get(mark.group().strip()):
            scale = _SCALE.match(text, mark.end()) if unit.dimension == "angle" else None  # "37° Celsius"
            return Match(table.names[scale[1].lower()] if scale else unit, start, (scale or mark).end())
    if digits and attached and (feet := _FEET.match(text, start)):
        return Match(table.names["foot"], start, feet.end())
    if (
        digits
        and attached
        and text[start : start + 1] in ('"', "″", "”")
        and _INCHES.search(text, max(0, start - 8), start)
    ):
        return Match(table.names["inch"], start, start + 1)
    # the longest run of words that is a unit: "square kilometres" before "square"
    ends: list[int] = []
    at = start
    while len(ends) < _MAX_NAME and (word := _WORDS.match(text, at, limit)):
        ends.append(word.end())
        at = word.end()
        if at < limit and text[at] in " -\xa0" and at + 1 < limit:
            at += 1
        else:
            break
    for stop in reversed(ends):
        for last in (stop, stop - 1) if text[stop - 1] == "." else (stop,):
            written = text[start:last]
            name = _fold(written)
            unit = table.names.get(name) or table.names.get(name.replace("-", " "))
            if unit is None and " " not in written and (digits or len(written) > 2 or _TECHNICAL.fullmatch(written)):
                single = len(written) == 1 or (written in _WORD_SYMBOLS and not attached)
                apart = written in _SPACED_LETTERS or (
                    _NO_NOUN.match(text, last) is not None and not _LETTERED.search(text, max(0, end - 12), end)
                )
                if not single or (
                    written != "K" if attached else apart and written != "A"
                ):  # "300 K" is a temperature, "4K" a screen
                    unit = table.symbols.get(written)
                if unit is None and not single and (attached or _TECHNICAL.fullmatch(written)):
                    unit = table.folded.get(written.lower())
            if unit is None and " " in name:
                owner, _, coin = name.rpartition(" ")
                if coin in table.coins and written[0].isupper() and written.count(" ") <= 2:
                    unit = Unit(f"{owner} {table.coins[coin]}", "money")
            if unit is not None and not _letter_follows(text, last, written):
                return Match(unit, start, last)
    return None


def _letter_follows(text: str, at: int, written: str) -> bool:
    return at < len(text) and written[-1:].isalpha() and text[at].isalpha()
