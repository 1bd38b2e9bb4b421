"""Figures as they are written: numbers with their units, ranges and bounds, read off a text without a parse.

What the characters alone show to be no figure (dates, clock times, telephone numbers, versions, addresses) is
left out here; what takes a parse is left to `newslab.quantities`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from newslab.quantities.numerals import LETTERS, ONES, TEENS, TENS, Numeral, any_of, find_numerals
from newslab.quantities.units import (
    Match,
    Unit,
    add_rate,
    find_country_after,
    find_currency_before,
    find_unit_after,
    is_paid,
)

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
# by what they begin with, so that one look tells at most places that there is none
_NO_FIGURE = re.compile(
    r"""
      (?:https?://|www\.)\S{1,300} | \b[\w-]{1,60}\.(?:com|org|net|co|uk|io|gov|ly)/\S{1,300} | (?<!\S)\S{1,64}@\S{1,64}
    | (?=\d)(?:
        (?<![\d.])\d+(?:\.\d+){2,}                                        # versions, addresses of machines
      | (?<![\d.])\d+(?:\.\d+)?[eE][+-]?(?:[3-9]\d|\d{3,})                            # 1e999
      | (?<!\d)(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s(?:to|and)\s|\s?[-–]\s?))?
          \d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{month}\b(?:,?\s(?:1[5-9]|2[01])\d\d(?!\d))?
      | (?<!\d)(?:1[5-9]|2[01])\d\d-\d\d-\d\d(?!\d) | (?<!\d)\d{{1,2}}([/.-])\d{{1,2}}\1(?:\d\d){{1,2}}(?!\d)
      | (?<![\d,])(?:\d[\d,]{{0,6}}(?:\s(?:to|and)\s|\s?[-–]\s?))?\d[\d,]{{0,6}}\s(?:BCE?|CE|AD|B\.C)\b
      | (?<!\d)\d{{1,2}}:\s?\d\d(?!\d)(?::\d\d)?(?:\.\d+)?                   # clock times, running times
      | (?<=\b[Aa][Tt]\s)\d\d?\s{part_of_day}
      | (?<![\d.])\d{{1,2}}(?:\.\d\d)?\s?(?:[ap]m\b|[AP]M\b|[ap]\.m\.|o['’]clock)
      | (?<![\d.,])\d{{4}}\s(?:GMT|UTC|[A-Z]{{1,2}}[SD]T)\b
      | (?<!\d)\d{{3}}[-.]\d{{3}}[-.]\d{{4}}(?!\d)
      | (?<![\d.,$€£])0\d{{2,4}}\s\d{{3}}\s?\d{{3,4}}(?!\d)
      | (?<!\d)\d{{3}}-\d{{4}}(?!\d) | (?<![\d-])\d{{1,4}}(?:-\d{{1,4}}){{2,}}(?![\d-])
      | (?<![\d.,$€£])(?:1[5-9]|2[01])\d\d\s?[-–/]\s?(?:\d\d|(?:1[5-9]|2[01])\d\d)(?![\d,.]\d|\d)
      | (?<![\d.,])\d+['’]?s\b                                            # the 1990s
      | (?<![\d.,])\d+(?:,\d{{3}})*(?:st|nd|rd|th)\b
      | (?<!\d)(?:9/11|24/7|7/7|50/50|50-50)(?!\d)
      | (?<![\d.,$€£])\d{{1,5}}[A-Z]?(?:-\d{{1,5}})?\s(?:[A-Z0-9][\w.'’]{{0,20}}\s){{1,4}}
          (?:St|Street|Ave|Avenue|Road|Rd|Way|Lane|Drive|Blvd|Boulevard|Court|Place|Square|Terrace|Highway)\b
      | (?<!\d)\d{{5}}(?=\s[Zz](?:IP|ip)\b)
      | (?<=[A-Z]/)\d(?![\d.,%])                                           # PS/2
      )
    | \b(?=[^\W\d_])(?:
        {month}\.?\s{{1,2}}\d{{1,2}}(?!\d|[.,]\d|%|\s(?:million|billion|per|percent))
          (?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and)\s)\d{{1,2}}(?![\d%.,]\d|\d|%|\s[a-z]+s\b))?
          (?:,?\s(?:1[5-9]|2[01])\d\d(?!\d))?
      | {month},\s\d{{1,2}}(?=,\s?(?:1[5-9]|2[01])\d\d)
      | {month}\.?,?\s(?:of\s)?(?:1[5-9]|2[01])\d\d(?!\d)
      | A\.?D\.?\s\d{{1,4}}(?:\s(?:and|to)\s\d{{1,4}})?(?!\d)
      | (?i:(?:{ones}|ten|eleven|twelve)\so['’]clock)
      | (?i:(?:half|(?:a\s)?quarter|five|ten|twenty)\spast\s(?:\d\d?|{ones}|ten|eleven|twelve|midnight|noon)\b)
      | (?i:quarter\sto\s(?:\d\d?|{ones}|ten|eleven|twelve|midnight|noon)\b(?!\s(?:million|billion|per|of)|[%.,]\d))
      | (?i:(?:call|dial|ring)(?:ed|ing|s)?\s(?:999|911|112|101|111|000)\b)
      | (?<=\b[Aa][Tt]\s)(?i:{ones}|ten|eleven|twelve)\s{part_of_day}
      | (?i:(?:seventeen|eighteen|nineteen|twenty)[ -](?:(?:{tens})(?:[ -](?:{ones}))?|{teens}|o[h’'])\b)
      | (?i:in|since|until|during|by)
          \s(?:1[5-9]|2[01])\d\d\b(?!\s?[a-z]+s\b|[.,]?\d|\s?%|\s?[-–]|\s(?:people|more))
      | [Zz](?:IP|ip)\s[Cc]ode\s\d{{5}}
      | [Nn]os?\.?\s\d+(?![\d.,]*\s(?:million|billion))
      )
    | (?<!\w)\+\d[\d ().-]{{6,17}}\d | \(\d{{3}}\)\s?\d{{3}}[- ]\d{{4}}
    | (?<![\w'’])['’]\d\d(?!\d)                                            # '68
    | (?:\#|№)\d+(?![\d.,]*\s(?:million|billion))
    | ^[ \t]*\d{{1,3}}(?:[.)](?=[ \t]+\S)|-(?=[A-Z][a-z]))                # list numbers
    """.replace("{month}", _MONTH)
    .replace("{part_of_day}", r"(?i:in\sthe\s(?:morning|afternoon|evening)|at\snight|sharp)\b")
    .replace("{tens}", "|".join(TENS))
    .replace("{teens}", "|".join(TEENS))
    .replace("{ones}", "|".join(ONES))
    .replace("{{", "{")
    .replace("}}", "}"),
    re.VERBOSE | re.MULTILINE,
)
YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d")
_TO = re.compile(r"(?:\s|-)to(?:\s|-)|-\sto\s|\s?[-–—−]\s?|\sto-|-to\s")
_CHANGED_BY = re.compile(r"\bby[\s\w.~]{0,22}\Z", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|between)\s+(?:[a-z]+\s+){0,2}\W?\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:(?:the\s+)?ages\s+(?:of\s+)?|(?:[a-z]+\s+){0,2})\W?\Z", re.IGNORECASE)
_SCORED = re.compile(
    r"\b(?:win|won|beat|beaten|los[et]|lost|defeat\w*|draw|drew|drawn|victory|lead|led|score\w*|tie|tied|vot\w+|record|"
    r"down|ahead|game|result|final)\b",
    re.IGNORECASE,
)
_GLUE = r"(?:\s+|(?<=[-~≈<>≤≥])|(?<=[Ss]ub))(?i:(?:an?|another|just|the age of|age)\s+){0,3}[(\[]?\Z"
_IN = re.compile(r"\s(?:(?:in|out of)\s(?:every\s)?|of every\s)", re.IGNORECASE)
OUT_OF = frozenset({*range(2, 11), 12, 20, 50, 100, 1000})
_AND = re.compile(r"\s+and\s+")
_OR = re.compile(r"\s+or\s+")
_WORD_TO = re.compile(r"\s(?:[a-z]+\s|in\s\d{4}\s)?to\s")
_HYPHEN = re.compile(r"\s?[-–—−]\s?")
_TIMES = re.compile(r"\s?[x×]\s?|\sby\s|-by-")
_LETTER_APART = re.compile(r"\s([BMKT])(?![\w.&’'-])")  # "$1.5 B"
_BELOW_ZERO = re.compile(r"\sbelow\s(?:zero|freezing)\b")
_MONEY_TOO = {"pound": "pound sterling", "roentgen": "south african rand"}  # "5 pounds" weigh, or are paid
_OF_MONEY = re.compile(
    r"\sof\s(?:[\w'’]+\s){0,2}(?:money|cash|debts?|aid|funds?|funding|damages?|investments?|savings|profits?|losses|"
    r"revenue|tax\w*|public|government)\b"
)
_ABOUT = re.compile(r"(?:\b(?:about|around|approximately|roughly|some|nearly|almost|estimated|circa)\s+|~\s?)\Z", re.I)
_GONE_UP = re.compile(  # "prices went up to $5" reaches $5, where "up to $5" is no more than that
    r"\b(?:go|goes|going|gone|went|com(?:e|es|ing)|came|shot|shoot(?:s|ing)?|mov(?:e|es|ed|ing)|push(?:es|ed|ing)?|"
    r"jump(?:s|ed|ing)?|climb(?:s|ed|ing)?|crept|creep(?:s|ing)?|bump(?:s|ed|ing)?|r[iou]s(?:e|es|en|ing)|"
    r"bring(?:s|ing)?|brought|edg(?:e|es|ed|ing)|inch(?:es|ed|ing)?|"
    r"driv(?:e|es|en|ing)|drove)\sup\Z",
    re.IGNORECASE,
)
_PRICED_FROM = re.compile(r"(?<!up )(?<!down )\bfrom (?:just |only |as little as )?\Z")
_EACH = re.compile(r"\s(?:each|apiece|a head|per person|pp)\b")
_STEMS = {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "halv": 0.5}
_MULTIPLES = {"twice": 2.0, "thrice": 3.0} | _STEMS | {f"{n}fold": float(v) for n, v in (ONES | TEENS | TENS).items()}
_MULTIPLE = re.compile(
    rf"(?<!\w)(?:(?:{any_of(['twice', 'thrice'])})(?=\s(?:as|the|that|what|its|their|his|her)\b)"  # not "met her twice"
    rf"|(?:{any_of(_STEMS)})(?:(?i:ed|es|ing)|(?i:e)(?=\s(?:the|that|what|its|their|his|her)\b))"
    rf"|(?:{any_of([*ONES, *TEENS, *TENS])})(?i:fold))\b"
)
AGE = Unit("year", "age", 31556952.0)
_DECADE = re.compile(
    r"(?i:\b(?:his|her|their|my|our|your|whose))\s(?P<age>(?:(?:early|mid|middle|late)(?:\s|-)(?:to[\s-](?:mid|late)[\s-])?)?"
    rf"(?:(?P<digits>[1-9]0)['’]?s|(?P<word>(?i:{'|'.join(ten[:-1] for ten in TENS)}))ies)\b)"
)
_ORDINAL = re.compile(r"[ ]?(?:st|nd|rd|th)\b")
_IDENTIFIER = 9  # digits in a row that no one would print as an amount without separators
_HIGHEST_SCORE = 200  # with the larger number last; what is larger is a range
_MAX_SIDES = 3
_BEFORE, _AFTER = 60, 120  # characters around a number in which a date or an address that holds it may begin and end
_MAX_GAP = 16  # characters between the ends of a range
_SUSPENDED = re.compile(r"[-–](?:,|\s(?:or|and|to)\s)")
_ODD = re.compile(r"(?:-odd|-plus|\+) (?=[a-z])")
_PER_SO_MANY = re.compile(
    r"(?P<noun>(?:\s[a-z-]{2,20}){0,3})\s(?:per|for\severy)\s(?P<number>(?:1|10|100)(?:,?000){1,3}|"
    r"(?:(?:an?|one|1|ten|10|an?\shundred|one\shundred|100)\s)?(?:thousand|million|billion))\b(?![,.]\d)"
)
_MANY = {1e6: "million", 1e9: "billion"}
_ONE = re.compile(r"\b[Aa]n?(?=\s[a-z]+(?:\s[a-z]+)?\Z)")  # before a unit: "an hour", "a square mile"
_OF_UNIT = re.compile(r"\s(?:of\s)?an?\s(?=\w)|\sof\s(?=\w)")
_SO_MANY = re.compile(
    r"(?:\s(?!(?:in|of|for|at|to|on|from|by|with|away|tall|high|long|wide|deep|above|below)\b)[a-z-]{1,20}){0,4}"
    r"\s(?:[a-z-]{2,20}s|people|men|women|children)\b"
)
_HYPHENATED = re.compile(r"([^\W\d_]+\d*)[-–]\Z")
_BEFORE_HYPHEN = frozenset(
    (
        "sub",
        "to",
        "or",
        "and",
        "minus",
        "then",
        "by",
        "foot",
        "ft",
        "nearly",
        "almost",
        "about",
        "roughly",
        "over",
        "under",
        "mid",
    )
)


@lru_cache(maxsize=1)
def read_lexicon() -> dict[str, dict[str, list[str]]]:
    """Read the words that bound, move and label figures (``figures.toml``)."""
    return tomllib.loads(Path(__file__).with_name("figures.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _bounds() -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str], dict[str, str]]:
    before, before_label = _pattern(read_lexicon()["before"])
    after, after_label = _pattern(read_lexicon()["after"])
    return (
        re.compile(rf"(?:(?<!\w)|(?=[<>≤≥]))({before}){_GLUE}"),
        before_label,
        re.compile(rf"(?:\s(?!odd)|-(?=odd|plus))({after})\b|\s?(\+)(?!\s?\d)"),
        after_label,
    )


def _pattern(table: Mapping[str, list[str]]) -> tuple[str, dict[str, str]]:
    label = {phrase: name for name, phrases in table.items() for phrase in phrases}
    return any_of(label), label


@dataclass(slots=True)
class Figure:
    """A figure being read: the number, then its unit, then what surrounds both."""

    start: int  # of the sign, number or unit that comes first
    end: int
    number_start: int
    number_end: int
    value: float
    high: float | None = None
    unit: Unit | None = None
    kind: str = "cardinal"
    digits: bool = False
    scaled: bool = False
    signed: bool = False  # the unit stands before the number
    suspended: bool = False  # "a 7- or 8-inch screen": the unit or noun comes with the next one
    bound: str = "="
    trend: str | None = None
    first: int = 0  # tokens, end exclusive
    last: int = 0
    root: int = 0  # the token that hangs highest
    counted: tuple[int, int] | None = None  # tokens, end exclusive


def read_figures(text: str) -> list[Figure]:
    """Find the numbers of a text with their units, ranges joined, from left to right.

    Parameters
    ----------
    text
        Any text; dates, clock times, versions and the like are left out.

    Returns
    -------
    list of Figure
        With characters and value; bound, trend, tokens and what is counted are still to be filled in.

    Examples
    --------
    >>> [(f.value, f.high, f.unit.name) for f in read_figures("from 5 to 10 km on May 3, 2004")]
    [(5.0, 10.0, 'kilometre')]
    """
    figures: list[Figure] = []
    suspended: list[Figure] = []
    numerals = list(find_numerals(text))
    blocked = _find_others(text, numerals)
    block = next(blocked, None)
    below = 0  # where the denominator of a rate ends
    for numeral in numerals:
        while block is not None and block.end() <= numeral.start:
            block = next(blocked, None)
        if numeral.start < below or (block is not None and block.start() < numeral.end):
            continue
        figure = _with_unit(text, numeral)
        if figure is None:
            continue
        hyphen = _SUSPENDED.match(text, numeral.end) if text[numeral.end : numeral.end + 1] in ("-", "–") else None
        if hyphen and "to" not in hyphen.group():  # "18- to 24-year-olds" is a range
            figure.suspended = True
            suspended.append(figure)
            figures.append(figure)
            continue
        if suspended:
            for earlier in suspended:
                if figure.start - earlier.end < 40:
                    earlier.unit = earlier.unit or figure.unit
            suspended = []
        if figure.unit is None and (per := _PER_SO_MANY.match(text, figure.end)):
            many = next(find_numerals(re.sub(r"\A(?=[tmb]\w{3})", "one ", per["number"]))).value
            figure.unit = Unit(f"per {_MANY.get(many) or f'{many:,.0f}'}", "share", 1 / many)
            figure.end, below = figure.end if per["noun"] else per.end(), per.end()
        _share_length(text, figures, figure)
        if figure.unit is None and text.startswith(" and a half", max(0, figure.start - len(" and "))):
            _add_half(text, figures, figure)
            figures.append(figure)
        elif figures and (joined := _join(text, figures[-1], figure)):
            figures[-1] = joined
        elif not figures or figure.start >= figures[-1].end:
            figures.append(figure)
    return figures


def _add_half(text: str, figures: list[Figure], half: Figure) -> None:
    """Make one figure of "an hour and a half" and of "two years and a half"; half of something else stays."""
    end = half.start - len(" and ")
    whole = figures[-1] if figures and figures[-1].end == end and figures[-1].high is None else None
    one = None if whole else _ONE.search(text, max(0, end - 30), end)
    found = find_unit_after(text, one.end(), digits=False) if one else None
    if whole and whole.unit:
        start, value, unit = whole.start, whole.value, whole.unit
        figures.pop()
    elif one and found and found.end == end:
        start, value, unit = one.start(), 1.0, found.unit
    else:
        return
    half.start, half.number_start, half.value, half.unit, half.kind = start, start, value + 0.5, unit, "cardinal"
    aged = find_unit_after(f" {unit.name}s{text[half.end : half.end + len(' old')]}", 0, digits=False)
    if aged and aged.unit.dimension == "age":
        half.unit, half.end = aged.unit, half.end + len(" old")


def _share_length(text: str, figures: list[Figure], figure: Figure) -> None:
    """Give inches to "6-foot-2", and the unit of the last side to the others: "30 x 20 x 10 cm"."""
    left = figures[-1] if figures else None
    if left and left.unit and left.unit.name == "foot" and figure.unit is None and figure.value < 12:
        close = text[left.end : figure.start] in ("-", " ")
        figure.unit = Unit("inch", "length", 0.0254) if close else None
    right = figure
    for left in reversed(figures[-_MAX_SIDES:]):
        gap = text[left.end : right.start]
        if left.unit or not figure.unit or not _TIMES.fullmatch(gap) or left.high is not None:
            return
        if "b" in gap and figure.unit.dimension != "length":
            return
        left.unit, right = figure.unit, left


def _find_others(text: str, numerals: list[Numeral]) -> Iterator[re.Match[str]]:
    """Find dates, clock times, versions and the like around the numerals; between them there is nothing to look for."""
    start = end = 0
    for numeral in numerals:
        if numeral.start - _BEFORE > end:
            yield from _NO_FIGURE.finditer(text, start, end)
            start = numeral.start - _BEFORE
            while start > end and not text[start - 1].isspace():
                start -= 1
        end = min(len(text), numeral.end + _AFTER)
    yield from _NO_FIGURE.finditer(text, start, end)


def read_multiples(text: str) -> list[Figure]:
    """Find the words that multiply without a number: "doubled", "twice", "tenfold", "halved", "double the"."""
    fold = Unit("fold", "times", 1.0)
    found = []
    for match in _MULTIPLE.finditer(text):
        word = match.group().lower()
        value = next(value for stem, value in _MULTIPLES.items() if word.startswith(stem))
        found.append(Figure(*match.span(), *match.span(), value, None, fold, "multiple"))
    return found


def read_decades(text: str) -> list[Figure]:
    """Find the ages that are told to ten years: "in her 50s", "in his early forties"."""
    found = []
    for match in _DECADE.finditer(text):
        low = float(match["digits"] or TENS[match["word"].lower() + "y"])
        found.append(Figure(*match.span("age"), *match.span("age"), low, low + 9, AGE, "vague"))
    return found


def _with_unit(text: str, numeral: Numeral) -> Figure | None:
    """Add the unit before or after the numeral; None where letters beside it make it part of a name."""
    start, end, value, scaled = numeral.start, numeral.end, numeral.value, numeral.scaled
    sign = find_currency_before(text, start)
    if sign is None:
        if start and (text[start - 1].isalpha() or text[start - 1] == "_"):
            return None  # "V10"
        if start > 1 and text[start - 1] == "." and text[start - 2].isalpha():
            return None  # "ID.4"
        hyphenated = _HYPHENATED.search(text, max(0, start - 20), start)
        if hyphenated and hyphenated.group(1).lower() not in _BEFORE_HYPHEN:
            return None  # "COVID-19", "TA-25", "A350-900"
    if numeral.digits and _ORDINAL.match(text, end):
        return None  # "the 15,599 th plane"
    decimal = "." in text[start:end]
    million = numeral.letter == "m" and decimal and is_paid(text, start, 20)  # "paid 1.2m"
    if numeral.letter and (sign or million or _scales(text, end, numeral.letter, decimal=decimal)):
        value, end, scaled = value * LETTERS[numeral.letter], end + 1, True
    elif sign and numeral.digits and (apart := _LETTER_APART.match(text, end)):
        value, end, scaled = value * LETTERS[apart[1]], apart.end(), True
    odd = _ODD.match(text, end)  # "forty-odd miles", "100+ km"
    unit = find_unit_after(text, odd.end() - 1 if odd else end, digits=numeral.digits)
    unit = unit or _linked_unit(text, end, numeral.kind)
    figure = Figure(start, end, start, end, value, numeral.high, None, numeral.kind, numeral.digits, scaled)
    if sign is not None:
        if unit is not None and unit.unit == sign.unit and text[unit.start].isalpha():
            end = unit.end  # "$5 million dollars"
        rate = add_rate(text, find_country_after(text, sign, end))  # "$5 a day"
        figure.start, figure.end, figure.unit, figure.signed = sign.start, rate.end, rate.unit, True
    elif unit is not None:
        figure.end, figure.unit = unit.end, unit.unit
        name, per, thing = unit.unit.name.partition(" per ")
        if (
            name in _MONEY_TOO
            and unit.unit.dimension.startswith(("mass", "radiation"))
            and _is_money(text, start, unit.end, value)
        ):
            figure.unit = Unit(_MONEY_TOO[name] + per + thing, "money" + per + thing)
        if unit.unit.dimension in ("temperature", "angle") and (below := _BELOW_ZERO.match(text, unit.end)):
            figure.end, figure.value = below.end(), -abs(value)
    elif below := _BELOW_ZERO.match(text, end):
        figure.end, figure.value, figure.unit = below.end(), -abs(value), Unit("degree", "temperature")
    else:
        rest = text[end : end + 2]
        if numeral.digits and (rest[:1].isalpha() or (text[start:end].isdecimal() and end - start >= _IDENTIFIER)):
            return None  # "3D", "737s", "778257943"
        if (value == 1 or numeral.kind == "fraction") and rest[:1] in ("-", "–") and rest[1:].isalpha():
            return None  # "one-off", "half-staff"
    return figure


def _is_money(text: str, start: int, end: int, value: float) -> bool:
    """Whether pounds are paid rather than weighed: "3 million pounds of debt" are, "2 million pounds of beef" not."""
    if text.startswith(" of ", end):
        return _OF_MONEY.match(text, end) is not None
    return is_paid(text, start) or abs(value) >= 1e6


def _scales(text: str, end: int, letter: str, *, decimal: bool) -> bool:
    """Whether a letter without a currency is a scale: "2.7m sales" is, "100m" is a length, "5K" a race."""
    if letter in "kb" or (letter in "BT" and decimal) or _SO_MANY.match(text, end + 1):
        return True
    return text[end + 1 : end + 2] == " " and find_unit_after(text, end + 1, digits=False) is not None  # "40m km"


def _linked_unit(text: str, end: int, kind: str) -> Match | None:
    """Find the unit in "hundreds of miles" and "half an hour"; "a third of the hours" has none."""
    link = _OF_UNIT.match(text, end) if kind != "cardinal" else None
    if link is None or (link.group() == " of ") != (kind == "vague"):
        return None
    return find_unit_after(text, link.end() - 1, digits=False)


def _join(text: str, left: Figure, right: Figure) -> Figure | None:
    """Join two figures side by side to a range, score or share; None if they are two."""
    if left.high is not None or right.high is not None or not 0 <= right.start - left.end <= _MAX_GAP:
        return None
    gap, low, high = text[left.end : right.start], left.value, right.value
    before = text[max(0, left.start - 40) : left.start]
    bare = left.unit is None and right.unit is None
    if bare and _IN.fullmatch(gap) and 0 < low < high and low == int(low):
        usual = high in OUT_OF or "out" in gap or "every" in gap  # "one in four", but not "three in 2018"
        usual = usual or (low == 1 and not YEAR.fullmatch(text, right.start, right.end))
        return _merged(left, right, low / high, None, "fraction") if usual else None
    per = left.unit.name + " per " if left.unit else ""  # "$5 to $10 a day"
    if left.unit and right.unit and left.unit != right.unit and not right.unit.name.startswith(per):
        return None
    if right.unit is None and any(f.digits and YEAR.fullmatch(text, f.start, f.end) for f in (left, right)):
        return None
    if gap == ":" and bare and left.digits and right.digits:
        return _merged(left, right, low, high, "score")  # "a ratio of 3:1"
    if not _is_range(text, left, right, gap, before):
        return None
    whole = low == int(low) and high == int(high)
    if bare and whole and "to" not in gap and _HYPHEN.fullmatch(gap):
        near = text[max(0, left.start - 60) : right.end + 30]
        if low >= high or (high <= _HIGHEST_SCORE and _SCORED.search(near)):
            return _merged(left, right, low, high, "score")
    if right.scaled and not left.scaled and left.digits and low < 1000:
        mantissa = _mantissa(text, right)
        low *= high / mantissa if low < mantissa else 1.0  # "24 to 33 billion", but "$200 to $4 million"
    if low == high:
        return None
    if bare and whole and _HIGHEST_SCORE >= low > high and "to" in gap and not _FROM.search(before):
        return _merged(left, right, low, high, "score")  # odds: "beaten by 3 to 1"
    joined = _merged(left, right, low, high, right.kind)
    joined.unit = right.unit or left.unit
    return joined


def _is_range(text: str, left: Figure, right: Figure, gap: str, before: str) -> bool:
    """Whether what stands between two figures, and before them, makes them the ends of one range."""
    if _AND.fullmatch(gap):
        return _BETWEEN.search(before) is not None
    low, high = left.value, right.value
    if _OR.fullmatch(gap):  # "three or four"; other alternatives are two figures
        close = low < high <= 2 * low or low + 1 == high
        return left.unit is None and left.digits == right.digits and close and low <= 100
    origin = _FROM.search(before) is not None
    if origin and left.unit and _WORD_TO.fullmatch(gap):
        return True  # "from 21 mpg combined to 23"
    if not _TO.fullmatch(gap):
        return False
    if "to" not in gap or origin:
        return True
    if left.kind == "fraction" != right.kind and (right.signed or _CHANGED_BY.search(before) or _moves(before)):
        return False  # "fell by a third to $400m"
    if left.unit is None:  # "trim 275 to 350 jobs", but "eased 1 to 416"
        return right.unit is not None or high <= 3 * low or not _moves(before)
    if right.unit is None:
        return left.signed  # "fell 3% to 12"
    if _CHANGED_BY.search(before):
        return False  # "rose by $3 to $12"
    return not _moves(before) if left.signed else low <= high or (left.unit == right.unit and not _moves(before))


def _moves(before: str) -> bool:
    """Whether one of the last words before a figure is a verb of change in the past or the present."""
    trend = read_lexicon()["trend"]
    words = re.findall(r"[a-z]+", before.lower())[-4:]
    stems = {stem for word in words for stem in (word, word[:-1], word[:-2], word[:-3])}
    past = {"rose", "fell", "grew", "lost", "slid", "sank", "shrank"}
    return not (stems.isdisjoint(trend["up"]) and stems.isdisjoint(trend["down"]) and past.isdisjoint(words))


def _mantissa(text: str, figure: Figure) -> float:
    """Read the figure without its scale: 33 of "33 billion"."""
    written = text[figure.number_start : figure.number_end].split()[0].rstrip("bnmtkrlBMTK")
    first = next(find_numerals(written), None)
    return first.value if first and first.value else figure.value


def _merged(left: Figure, right: Figure, value: float, high: float | None, kind: str) -> Figure:
    return Figure(
        left.start, right.end, left.number_start, right.number_end, value, high, None, kind,
        digits=left.digits, scaled=right.scaled, signed=left.signed,
    )  # fmt: skip


def _is_lowest(text: str, figure: Figure) -> bool:
    """Whether a price for one, behind "from", is the least of several; "from $50 a barrel to $60" is where it was."""
    if figure.unit is None or not figure.unit.dimension.startswith("money"):
        return False
    each = _EACH.match(text, figure.end)
    end = each.end() if each else figure.end
    return bool(each or " per " in figure.unit.name) and not re.match(r"[^.;]{0,40}?\sto\s", text[end : end + 44])


def find_bound(text: str, figure: Figure) -> str:
    """Read how exact the words beside a figure say it is: ``=``, ``~``, ``<``, ``<=``, ``>`` or ``>=``."""
    before = text[max(0, figure.start - 45) : figure.start]
    if figure.high is not None and figure.kind != "vague" and not _ABOUT.search(before):
        return "="  # "from 5 up to 10" has both its ends
    pattern_before, label_before, pattern_after, label_after = _bounds()
    if _PRICED_FROM.search(before) and not _moves(before) and _is_lowest(text, figure):
        return ">="  # "from $50 each"
    if (found := pattern_before.search(before)) and not _GONE_UP.search(before, 0, found.start() + 2):
        return label_before[" ".join(found.group(1).lower().split())]
    after = figure.number_end if _ODD.match(text, figure.number_end) else figure.end
    if found := pattern_after.match(text, after, min(len(text), after + 20)):
        return ">=" if found.group(2) else label_after[" ".join(found.group(1).lower().split())]
    return "="
