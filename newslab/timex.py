"""TIMEX3: the words and rules that make up a time expression, and the arithmetic of its value.

A text is cut into tokens, each token has one class (``month``, ``unit``, ``ordinal`` ...), and the rules of
``data/times.toml`` are regular expressions over classes, one character a class: small, linear, and readable
as ``"{when_edge}? month dot? (comma? of? year)?"``. What an expression means in its document is for
`newslab.times`.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

Interval = tuple[datetime, datetime]


class Token(NamedTuple):
    """A piece of text, its class and what it stands for."""

    start: int
    end: int
    kind: str
    value: Any
    low: str


class Found(NamedTuple):
    """A stretch that a rule matched: the rule's name, its tokens (first to last) and those that it names."""

    rule: str
    first: int
    last: int
    parts: dict[str, Token]


_PIECES = {
    "isodate": r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?(?![\d-])",
    "slashdate": r"\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![\d/])|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?!\d)",
    "clock": r"\d{1,2}(?:[:.]\d\d)?[ \xa0]?[aApP](?:\.[mM]\.?|[mM]\b)|\d{1,2}:\d\d(?::\d\d)?(?![\d:]|\.\d)",
    "decade": r"(?:1\d|20)\d0['’]?s\b|['’]\d0s\b",
    "fy": r"FY[ \xa0]?['’]?(?:\d{4}|\d\d)(?!\d)",
    "qcode": r"[QH][1-4](?!\w)|[1-4][QH](?!\w)",
    "dord": r"\d{1,3}(?:st|nd|rd|th)\b",
    "fraction": r"(?:\d+[ \xa0-])?[1-9]/[2-9](?![\d/])|\d*[½¼¾]",
    "figure": r"\d+(?:,\d{3})*(?:\.\d+)?",
    "poss": r"['’]s\b",
    "word": r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*",
    "break": r"\n",
    "sign": r"[+\u2212]",
    "punct": r"[^\w\s]|_",
}
_LEXER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PIECES.items()))
_PUNCTUATION = {
    ".": "dot",
    ",": "comma",
    "-": "dash",
    "–": "dash",
    "—": "dash",
    "‑": "dash",
    "(": "lpar",
    ")": "rpar",
}
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}

_SHORTENED = {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}

# what a value shows of its date, by grain; where the date is not known, X stands for each figure
_UNKNOWN = {
    "Y": "XXXX",
    "M": "XXXX-XX",
    "D": "XXXX-XX-XX",
    "W": "XXXX-WXX",
    "WE": "XXXX-WXX-WE",
    "Q": "XXXX-QX",
    "HY": "XXXX-HX",
    "DE": "XXX",
    "CE": "XX",
    "TH": "XXXX-XX-XXTXX",
    "TM": "XXXX-XX-XXTXX:XX",
    "TS": "XXXX-XX-XXTXX:XX:XX",
}
_MONTHS = {"M": 1, "Q": 3, "HY": 6, "Y": 12, "DE": 120, "CE": 1200}
_DAYS = {"D": 1, "W": 7, "F": 14, "WE": 7}
_SECONDS = {"TS": 1, "TM": 60, "TH": 3600}
# first and last month; northern, as the meteorological seasons are; winter runs into the next year
_SEASONS = {"SP": (3, 5), "SU": (6, 8), "FA": (9, 11), "WI": (12, 14)}
# first hour, and hours that it lasts; the night runs into the next day
_DAY_PARTS = {"MO": (5, 7), "AF": (12, 6), "EV": (18, 6), "NI": (20, 10)}


def show_date(day: date | None, grain: str) -> str:
    """Write a date at a grain as a TIMEX3 value; with ``X`` for every figure when there is no date.

    Examples
    --------
    >>> show_date(date(2019, 3, 8), "W"), show_date(date(2019, 3, 8), "DE"), show_date(None, "M")
    ('2019-W10', '201', 'XXXX-XX')
    """
    if day is None:
        return _UNKNOWN[grain]
    match grain:
        case "W" | "WE":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}" + ("-WE" if grain == "WE" else "")
        case "Q" | "HY":
            months = _MONTHS[grain]
            return f"{day.year:04}-{grain[0]}{(day.month - 1) // months + 1}"
        case "CE":
            return f"{day.year:04}"[:2]
        case "DE":
            return f"{day.year:04}"[:3]
        case "TH" | "TM" | "TS":
            return f"{day.isoformat()}T{_UNKNOWN[grain].split('T')[1]}"
    return day.isoformat()[: {"Y": 4, "M": 7}.get(grain, 10)]


def shift_date(day: date | None, n: float, grain: str) -> date | None:
    """Move a date by ``n`` units of a grain; None where the calendar (years 1 to 9999) ends.

    Examples
    --------
    >>> shift_date(date(2019, 3, 31), -1, "M")
    datetime.date(2019, 2, 28)
    """
    if day is None:
        return None
    try:
        if grain in _MONTHS:
            months = day.year * 12 + day.month - 1 + round(n * _MONTHS[grain])
            year, month = divmod(months, 12)
            return date(year, month + 1, min(day.day, _month_days(year, month + 1)))
        days = _DAYS[grain] * n if grain in _DAYS else _SECONDS[grain] * n / 86400
        return day + timedelta(days=round(days))
    except (ValueError, OverflowError):
        return None


def make_date(year: int, month: int, day: int) -> date | None:
    """Date of a year, month and day; None where the calendar has no such day.

    Examples
    --------
    >>> make_date(2019, 2, 31) is None
    True
    """
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def show_length(n: float | None, grain: str) -> str:
    """Write ``n`` units of a grain as a TIMEX3 duration; None means that the text doesn't say how many.

    Quarters become months, decades and centuries years, since ISO 8601 has no letter for them.

    Examples
    --------
    >>> show_length(3, "W"), show_length(2, "DE"), show_length(None, "M"), show_length(2.5, "TH")
    ('P3W', 'P20Y', 'PXM', 'PT2.5H')
    """
    factor, letter = {"Q": (3, "M"), "DE": (10, "Y"), "CE": (100, "Y"), "F": (2, "W")}.get(grain, (1, grain))
    prefix, letter = ("PT", letter[1]) if letter in _SECONDS else ("P", letter)
    return prefix + ("X" if n is None else f"{n * factor:.12g}") + letter


_VALUES = [
    (re.compile(pattern), kind)
    for pattern, kind in [
        (r"(\d{4})-(\d\d)-(\d\d)T(\d\d)(?::(\d\d))?(?::(\d\d))?(?:Z|[+-]\d\d:\d\d)?", "clock"),
        (r"(\d{4})-(\d\d)-(\d\d)T(MO|AF|EV|NI)", "part"),
        (r"(\d{4})-(\d\d)-(\d\d)", "D"),
        (r"(\d{4})-W(\d\d)", "W"),
        (r"(\d{4})-W(\d\d)-WE", "WE"),
        (r"(\d{4})-(0[1-9]|1[0-2])", "M"),
        (r"(\d{4})-Q([1-4])", "Q"),
        (r"(\d{4})-H([12])", "HY"),
        (r"(\d{4})-(SP|SU|FA|WI)", "season"),
        (r"(\d{4})", "Y"),
        (r"(\d{3})", "DE"),
        (r"(\d\d)", "CE"),
    ]
]


def cover_value(value: str | None) -> Interval | None:
    """Give the first and last second that a value covers; None for one that is no certain stretch.

    A clock time covers its minute (or hour, or second), as written on the clock: its zone is not added. A
    part of the day covers 05-12 (MO), 12-18 (AF), 18-24 (EV) or 20-06 (NI) o'clock; a season its three
    months in the north; a decade and a century their years in figures, 199 being 1990 to 1999. A fiscal year
    (FY) can begin in any month, so that it covers nothing certain.

    Examples
    --------
    >>> [str(t) for t in cover_value("2019-Q1")]
    ['2019-01-01 00:00:00', '2019-03-31 23:59:59']
    """
    if not value:
        return None
    for pattern, kind in _VALUES:
        if match := pattern.fullmatch(value):
            try:
                return _cover(kind, match.groups())
            except (ValueError, OverflowError):
                return None
    return None


def _cover(kind: str, figures: tuple[str, ...]) -> Interval | None:
    year, *rest = (int(f) if f and f.isdigit() else 0 for f in figures)
    match kind:
        case "clock":
            month, day, hour, minute, second = rest
            begin = datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)
            length = timedelta(hours=1) if figures[4] is None else timedelta(minutes=1)
            return _last(begin, length if figures[5] is None else timedelta(seconds=1))
        case "part":
            hour, hours = _DAY_PARTS[figures[3]]
            return _last(datetime(year, rest[0], rest[1], hour), timedelta(hours=hours))
        case "D":
            return _last(datetime(year, rest[0], rest[1]), timedelta(days=1))
        case "W":
            return _last(datetime.fromisocalendar(year, rest[0], 1), timedelta(weeks=1))
        case "WE":
            return _last(datetime.fromisocalendar(year, rest[0], 6), timedelta(days=2))
        case "season":
            first, last = _SEASONS[figures[1]]
        case _:
            months = _MONTHS[kind]
            if kind in {"DE", "CE"}:
                year *= months // 12
            nth = rest[0] if rest else 1
            first, last = (nth - 1) * months + 1, nth * months
    begin = datetime(year, first, 1)
    year, month = year + (last - 1) // 12, (last - 1) % 12 + 1
    return begin, datetime(year, month, _month_days(year, month), 23, 59, 59)


def _last(begin: datetime, length: timedelta) -> Interval:
    return begin, begin + (length - timedelta(seconds=1))


def _month_days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def resolve_holiday(rule: str, year: int) -> date | None:
    """Date of a holiday in a year, from ``month-day``, ``month/nth/weekday`` or days after Easter Sunday.

    Examples
    --------
    >>> resolve_holiday("11/4/4", 2018), resolve_holiday("0", 2019)
    (datetime.date(2018, 11, 22), datetime.date(2019, 4, 21))
    """
    if re.fullmatch(r"\d\d-\d\d", rule):
        month, day = map(int, rule.split("-"))
        return make_date(year, month, day)
    if "/" in rule:
        month, nth, weekday = map(int, rule.split("/"))
        if (start := make_date(year, month, 1)) is None:
            return None
        ahead = (weekday - start.isoweekday()) % 7
        last = (_month_days(year, month) - 1 - ahead) // 7
        return start + timedelta(days=ahead + 7 * (nth - 1 if nth > 0 else last))
    # the Gregorian computus of Meeus, Jones and Butcher (Nature, 20 April 1876)
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    w = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * w) // 451
    month, day = divmod(h + w - 7 * m + 114, 31)
    return shift_date(make_date(year, month, day + 1), int(rule), "D")


class _Grammar(NamedTuple):
    words: dict[str, tuple[str, object]]
    phrases: dict[str, list[tuple[tuple[str, ...], str, object]]]
    letters: dict[str, str]
    island: re.Pattern[str]
    rules: list[tuple[str, re.Pattern[str]]]


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    data = tomllib.loads(Path(__file__).with_name("data").joinpath("times.toml").read_text(encoding="utf-8"))
    words: dict[str, tuple[str, object]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str, object]]] = {}
    for kind, entries in data["words"].items():
        for text, value in entries.items():
            key = tuple(m.group() for m in _LEXER.finditer(text))
            if len(key) == 1:
                words[text] = (kind, value)
            else:
                phrases.setdefault(key[0], []).append((key, kind, value))
    for options in phrases.values():
        options.sort(key=lambda option: -len(option[0]))
    kinds = [*data["words"], *_PIECES, *_PUNCTUATION.values(), "daynum", "year", "number"]
    letters = {kind: chr(0xE000 + i) for i, kind in enumerate(dict.fromkeys(kinds))}
    classes = letters | {name: "".join(letters[k] for k in members) for name, members in data["unions"].items()}
    rules = [
        (name, _compile(pattern, data["pieces"], classes))
        for name, patterns in data["rules"].items()
        for pattern in patterns
    ]
    outside = "".join(letters[kind] for kind in ("word", "punct", "break"))
    trigger = "".join(letters[kind] for kind in data["triggers"])
    island = re.compile(f"[^{outside}{trigger}]*[{trigger}][^{outside}]*")
    return _Grammar(words, phrases, letters, island, rules)


def _compile(pattern: str, pieces: dict[str, str], classes: dict[str, str]) -> re.Pattern[str]:
    """Turn a rule over class names into a regular expression over class letters; each name is a group."""
    while "{" in pattern:
        pattern = re.sub(r"\{(\w+)\}", lambda m: pieces[m.group(1)], pattern)
    uses: dict[str, int] = {}

    def write(match: re.Match[str]) -> str:
        bang, name, kind = match.groups()
        if name is None:
            return {"(": "(?:", "<": "(?P<span__1>", ">": ")"}.get(match.group(), "")
        if bang:
            return f"(?![{classes[name]}])"
        uses[name] = uses.get(name, 0) + 1
        return f"(?P<{name}__{uses[name]}>[{classes[kind or name]}])"

    return re.compile(re.sub(r"(!?)([a-z_]+)(?:=([a-z_]+))?|[(<>]|\s", write, pattern))


def read_tokens(text: str) -> list[Token]:
    """Cut a text into classed tokens: phrases joined, number words added up, white space left out.

    Examples
    --------
    >>> [(t.kind, t.value) for t in read_tokens("twenty-two days ago")]
    [('number', 22), ('units', 'D'), ('ago', -1)]
    """
    words, phrases, *_ = _grammar()
    raw = [(m.start(), m.end(), m.lastgroup or "", m.group()) for m in _LEXER.finditer(text)]
    tokens: list[Token] = []
    i = 0
    while i < len(raw):
        start, end, kind, shown = raw[i]
        low = shown.lower().replace("’", "'")
        for key, phrase, value in phrases.get(low, ()):
            if tuple(r[3].lower().replace("’", "'") for r in raw[i : i + len(key)]) == key:
                if phrase == "holiday" and not shown[0].isupper():
                    continue
                i += len(key)
                tokens.append(Token(start, raw[i - 1][1], phrase, value, " ".join(key)))
                break
        else:
            i += 1
            tokens.append(Token(start, end, *_classify(kind, shown, low, words), low))
    return list(_add_numbers(tokens))


def _classify(kind: str, shown: str, low: str, words: dict[str, tuple[str, object]]) -> tuple[str, object]:
    if kind == "word":
        found, value = words.get(low, ("word", None))
        # "march", "may", "sun", "et" and their like are times only as names are written
        if found in {"month", "weekday_short", "holiday"} and len(low) < 6 and not shown[0].isupper():
            return "word", None
        if found == "zone" and not shown.isupper() and low != "z":
            return "word", None
        return found, value
    if kind == "figure":
        number = float(shown.replace(",", ""))
        if number.is_integer() and shown.isdigit():
            if len(shown) == 4 and 1000 <= number < 3000:
                return "year", int(number)
            if len(shown) <= 2 and 1 <= number <= 31:
                return "daynum", int(number)
        return "number", number
    if kind == "fraction":
        if shown[-1] in _FRACTIONS:
            return "number", float(shown[:-1] or 0) + _FRACTIONS[shown[-1]]
        whole, over, under = re.fullmatch(r"(?:(\d+)[ \xa0-])?(\d)/(\d)", shown).groups()  # type: ignore[union-attr]
        return "number", float(whole or 0) + int(over) / int(under)
    if kind == "dord":
        return "dord", int(shown[:-2])
    if kind == "punct":
        return _PUNCTUATION.get(shown, "punct"), None
    return kind, shown


def _add_numbers(tokens: list[Token]) -> Iterator[Token]:
    """Join the words of a number: ``twenty-two``, ``two hundred``, and the year ``nineteen ninety-seven``."""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        j = i + 1
        if token.kind == "number" and token.low.isalpha():
            total = last = int(token.value)
            kind = "number"
            while j < len(tokens):
                k = j + (tokens[j].kind == "dash" and last in range(20, 100, 10))
                if k >= len(tokens) or tokens[k].kind != "number" or not tokens[k].low.isalpha():
                    break
                more = int(tokens[k].value)
                if more in {100, 1000}:
                    total *= more
                elif more < 10 and last in range(20, 100, 10):
                    total += more
                elif more >= 10 and last in range(10, 21) and total == last:
                    total, kind = total * 100 + more, "year"
                elif last in {100, 1000}:
                    total += more
                else:
                    break
                last, j = more, k + 1
            if j > i + 1:
                token = Token(token.start, tokens[j - 1].end, kind, total, "number")
        yield token
        i = j


def find_expressions(tokens: list[Token]) -> Iterator[Found]:
    """Match the rules, leftmost and longest first; matches don't overlap."""
    grammar = _grammar()
    classes = "".join(grammar.letters[token.kind] for token in tokens)
    for island in grammar.island.finditer(classes):
        at, stop = island.start(), island.end()
        while at < stop:
            best: tuple[str, re.Match[str]] | None = None
            for name, pattern in grammar.rules:
                # one token of the surroundings, for the rules that look ahead
                match = pattern.match(classes, at, stop + 1)
                if match and match.end() > (best[1].end() if best else at):
                    best = name, match
            if best is None:
                at += 1
                continue
            name, match = best
            parts: dict[str, Token] = {}
            for group in match.re.groupindex:
                if match.start(group) >= 0:
                    parts.setdefault(group.rpartition("__")[0], tokens[match.start(group)])
            first, last = match.span("span__1") if "span__1" in match.re.groupindex else match.span()
            if tokens[last - 1].kind == "dot" and tokens[last - 2].low not in _SHORTENED:
                last -= 1  # the stop after "in October." is the sentence's, that of "Oct." is its own
            yield Found(name, first, last - 1, parts)
            at = match.end()
