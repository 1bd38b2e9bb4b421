"""Values of TIMEX3 and the calendar behind them: write them, move dates, and say what stretch a value covers."""

import re
from datetime import date, datetime, timedelta

Interval = tuple[datetime, datetime]

# what a value shows of its date, by grain; where the date is not known, X stands for each figure
_UNKNOWN = {
    "Y": "XXXX",
    "M": "XXXX-XX",
    "D": "XXXX-XX-XX",
    "W": "XXXX-WXX",
    "F": "XXXX-WXX",
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
        case "W" | "F" | "WE":
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
    ('P3W', 'P20Y', 'PXM', 'PT2H30M')
    """
    if n and grain in {"TH", "TM"} and n % 1 == 0.5:
        whole, half = ("H", "30M") if grain == "TH" else ("M", "30S")
        return "PT" + (f"{n:.0f}"[:0] + f"{int(n)}{whole}" if n > 1 else "") + half
    factor, letter = {"Q": (3, "M"), "DE": (10, "Y"), "CE": (100, "Y"), "F": (2, "W")}.get(grain, (1, grain))
    prefix, letter = ("PT", letter[1]) if letter in _SECONDS else ("P", letter)
    return prefix + ("X" if n is None else f"{n * factor:.12g}") + letter


def join_lengths(lengths: list[str]) -> str:
    """Write lengths of falling units as one.

    Examples
    --------
    >>> join_lengths(["P1D", "PT2H", "PT9M"]), join_lengths(["P1Y", "P3M"])
    ('P1DT2H9M', 'P1Y3M')
    """
    dates, _, clock = "".join(length[1:] for length in lengths).partition("T")
    return f"P{dates}" + ("T" + clock.replace("T", "") if clock else "")


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
    year, *rest = (int(f) if f and f.isdecimal() else 0 for f in figures)
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
    """Date of a holiday in a year, from ``month-day``, ``month/nth/weekday/days after`` or days after Easter Sunday.

    Examples
    --------
    >>> resolve_holiday("11/4/4", 2018), resolve_holiday("11/1/1/1", 2018), resolve_holiday("0", 2019)
    (datetime.date(2018, 11, 22), datetime.date(2018, 11, 6), datetime.date(2019, 4, 21))
    """
    if re.fullmatch(r"\d\d-\d\d", rule):
        month, day = map(int, rule.split("-"))
        return make_date(year, month, day)
    if "/" in rule:
        month, nth, weekday, *after = map(int, rule.split("/"))
        if (start := make_date(year, month, 1)) is None:
            return None
        ahead = (weekday - start.isoweekday()) % 7
        last = (_month_days(year, month) - 1 - ahead) // 7
        return start + timedelta(days=ahead + 7 * (nth - 1 if nth > 0 else last) + sum(after))
    # the Gregorian computus of Meeus, Jones and Butcher (Nature, 20 April 1876)
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    w = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * w) // 451
    month, day = divmod(h + w - 7 * m + 114, 31)
    return shift_date(make_date(year, month, day + 1), int(rule), "D")
