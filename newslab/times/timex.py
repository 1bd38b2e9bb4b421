"""TIMEX3: what a time expression means, given the publication date and what was told before.

One small resolver a rule of ``times.toml``: from the named tokens of a match to type, value and the date that a
later expression may count from; None where it turns out to be no time.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock

from spacy.tokens import Token as Word

from newslab.times.tense import DONE
from newslab.times.values import (
    Interval,
    cover_value,
    join_lengths,
    make_date,
    resolve_holiday,
    shift_date,
    show_date,
    show_length,
)
from newslab.times.words import Found, Token


@dataclass
class Time:
    """What an expression means; `day` and `grain` let a later one count from it."""

    type: str
    value: str | None
    mod: str | None = None
    anchored: bool = False
    day: date | None = None
    grain: str = "D"
    cover: Interval | None = None
    uncovered: bool = False  # as a fiscal quarter, which has its own months


@dataclass
class Scene:
    """What is known where an expression stands; by default nothing."""

    published: date | None = None
    leaning: Callable[[], int] = lambda: 0  # -1 the verb tells of the past, -2 for certain, 1 of the future, 0 neither
    told: Time | None = None  # the last calendar time told of before
    told_day: Time | None = None  # the last that is a day
    opens: Callable[[], bool] = lambda: False  # whether a story goes on from this date
    far: bool = False  # whether that was sentences ago
    story: date | None = None  # the month, of a former year, that the story goes on from
    near: Time | None = None  # a day in the same sentence
    previous: Token | None = None  # the last but one before
    before: Token | None = None
    after: Token | None = None
    follower: Found | None = None  # the next match, a few words on
    ends: bool = False  # a length that is told of right before
    joined: bool = False  # by a hyphen to what follows
    word_before: Word | None = None
    word_first: Word | None = None
    word: Word | None = None  # the last word of the expression


def resolve(found: Found, scene: Scene) -> Time | None:
    """Say what a match means in its scene; None if it is no time after all."""
    if "beyond" in found.parts and "relative" in found.parts and found.parts["relative"].low not in {"last", "next"}:
        return None
    return _RESOLVERS[found.rule](found.parts, scene)


Parts = dict[str, Token]


def _mod(parts: Parts) -> str | None:
    for name in ("edge", "edge_noun", "approx", "bound"):
        if name in parts:
            return str(parts[name].value)
    return None


def _pin(day: date | None, grain: str, *, anchored: bool, mod: str | None = None) -> Time:
    return Time("DATE", show_date(day, grain), mod, anchored, day, grain)


def _pick(published: date, candidates: Iterable[date | None], lean: int) -> date | None:
    """Of the dates a name can mean, take the last up to the publication date, or the first from it on."""
    known = [day for day in candidates if day]
    if lean > 0:
        return min((day for day in known if day >= published), default=None)
    return max((day for day in known if day <= published), default=None)


# how much nearer the date on the other side must be for the tense not to decide: "was invited to a ceremony
# on March 12" in February is of the coming March
_AGAINST_TENSE = 4


def _pick_near(published: date, candidates: Iterable[date | None], lean: int) -> date | None:
    """Of the dates a name can mean, take the nearest, those against the tense counting as farther off.

    What was done for certain was not done later than the day after, which publication may be elsewhere on earth.
    """

    def distance(day: date) -> tuple[int, bool]:
        days = (day - published).days
        against = _AGAINST_TENSE if days * lean < 0 else 2 if days > 0 and lean == 0 else 1
        return abs(days) * against, days > 0

    known = [day for day in candidates if day and (lean > DONE or (day - published).days <= 1)]
    return min(known, key=distance, default=None)


_UP_TO = {"until", "till", "by"}


def _is_since(scene: Scene) -> bool:
    """Whether something has been so since then, which is not to come."""
    return scene.before is not None and scene.before.low == "since"


def _pick_told(scene: Scene, today: date, candidates: Iterable[date | None]) -> date | None:
    """Of the dates a name can mean, take the one that its verb and the word before it speak for."""
    if _is_since(scene):
        return _pick(today, (day for day in candidates if day != today), -1)
    before = scene.before.low if scene.before else ""
    lean = scene.leaning()
    if (before in _UP_TO and lean >= 0) or (before == "before" and lean > 0):
        return _pick(today, candidates, 1)
    return _pick_near(today, candidates, lean)


def _pick_story(scene: Scene, date_in: Callable[[int], date | None]) -> date | None:
    """Of the dates a name can mean, take the next one in a story of former years: June of 1944, July."""
    if scene.story is None or scene.leaning() >= 0:
        return None
    return _pick(scene.story, (date_in(scene.story.year + y) for y in (0, 1)), 1)


def _weekday(parts: Parts, scene: Scene) -> tuple[date | None, bool]:
    """Give the date of a weekday and whether it took the publication date."""
    number = int((parts.get("weekday") or parts["weekday_short"]).value)
    today, anchored = scene.published, True
    relative = parts.get("relative") or parts.get("relative_told")
    from_told = relative and (relative.kind == "relative_told" or ("the" in parts and relative.low == "previous"))
    if from_told:
        today, anchored = _told_day(scene)
    if "unit" in parts and "relative" in parts:  # Tuesday of last week
        day, _, anchored = _unit_day(parts, scene)
        return shift_date(day, number - day.isoweekday(), "D") if day else None, anchored
    if today is None:
        return None, anchored
    back = (today.isoweekday() - number) % 7
    if "unit" in parts and parts["unit"].value == "W" and scene.leaning() >= 0:
        back -= 14 if back else 7  # a week on Friday
    elif relative is None:
        back -= 7 if back and not _is_since(scene) and scene.leaning() > 0 else 0
    elif relative.value < 0:
        back = back or 7
    elif relative.kind == "relative_told" and relative.value == 0:
        back = (back + 3) % 7 - 3  # "that Friday" is the one next to what was told
    elif relative.value > 0 or (back and relative.low == "this" and scene.leaning() >= 0):
        back -= 7
    if "beyond" in parts:
        back -= 7 * int(parts["beyond"].value)
    return shift_date(today, -back, "D"), anchored


def _told_day(scene: Scene) -> tuple[date | None, bool]:
    """Give the day that "that day" or "the next morning" counts from; None where the text told of none."""
    return (scene.told_day.day, scene.told_day.anchored) if scene.told_day else (None, False)


def _base(parts: Parts, scene: Scene) -> tuple[date | None, bool]:
    """Give the day that a name counts from: publication, or what was told for "that summer"; and whether anchored."""
    if "relative_told" not in parts:
        return scene.published, True
    return (scene.told.day, scene.told.anchored) if scene.told and scene.told.day else (None, False)


def _relative(parts: Parts) -> Token | None:
    return parts.get("relative") or parts.get("relative_told")


def _step(parts: Parts) -> int:
    """Count the units from publication: -1 for last, -2 for the one before last."""
    return sum(int(parts[name].value) for name in ("relative", "beyond") if name in parts)


def _year_of(parts: Parts) -> int | None:
    if "fy" in parts:
        digits = re.sub(r"\D", "", str(parts["fy"].value))
        return int(digits if len(digits) == 4 else "20" + digits)
    return int(parts["year"].value) if "year" in parts else None


def _read_day(parts: Parts, scene: Scene) -> tuple[date | None, str, bool] | None:
    """Read the day named, its value, and whether it took the publication date."""
    today = scene.published
    if "isodate" in parts:
        shown = str(parts["isodate"].value)
        day = make_date(*map(int, shown[:10].split("-")))
        return (day, shown, False) if day else None
    if "slashdate" in parts:
        return _read_slashes(str(parts["slashdate"].value), today)
    if "month" in parts:
        month = int(parts["month"].value)
        number = next(int(parts[n].value) for n in ("day", "daynum", "dord", "ordinal") if n in parts)
        if not 1 <= number <= 31 or make_date(2000, month, number) is None:
            return None
        if (year := _year_of(parts)) is not None:
            day = make_date(year, month, number)
            return (day, day.isoformat(), False) if day else None
        if today is None:
            return None, f"XXXX-{month:02}-{number:02}", True
        if step := parts.get("relative"):
            day = _pick(
                today, (make_date(today.year + y, month, number) for y in (-1, 0, 1)), step.value or scene.leaning()
            )
            return day, show_date(day, "D"), True
        if day := _pick_story(scene, lambda year: make_date(year, month, number)):
            return day, day.isoformat(), False
        if scene.ends and scene.leaning() <= 0:
            # figures are of a stretch that is over
            day = _pick(today, (make_date(today.year + y, month, number) for y in (-1, 0)), -1)
            return day, show_date(day, "D"), True
        # four years each way, for 29 February
        years = range(today.year - 4, today.year + 5)
        days = [make_date(y, month, number) for y in years]
        named = parts.get("weekday") or parts.get("weekday_short")
        fitting = [day for day in days if day and named and day.isoweekday() == named.value]

        def pick(days: Iterable[date | None]) -> date | None:
            return _pick_told(scene, today, days) if _is_since(scene) else _pick_near(today, days, scene.leaning())

        day = pick(fitting) or pick(days)
        return day, show_date(day, "D"), True
    if "relday" in parts:
        day = shift_date(today, int(parts["relday"].value), "D")
        return day, show_date(day, "D"), True
    if "tonight" in parts:
        # the night a paper of the morning after calls overnight began the day before
        back = -1 if parts["tonight"].low == "overnight" and scene.leaning() <= 0 else 0
        day = shift_date(today, back, "D")
        return day, show_date(day, "D"), True
    if weekday := parts.get("weekday") or parts.get("weekday_short"):
        day, anchored = _weekday(parts, scene)
        return day, show_date(day, "D") if day else f"XXXX-WXX-{weekday.value}", anchored
    if "part" in parts and ("relative" in parts or "relative_told" in parts):
        if "relative_told" in parts or ("the" in parts and "beyond" not in parts):
            base, anchored = _told_day(scene)
            by = 1 if (parts.get("relative") or parts["relative_told"]).low in {"next", "following"} else 0
        else:
            base, anchored = today, True
            by = _step(parts)
        day = shift_date(base, by, "D")
        return day, show_date(day, "D"), anchored
    return None


def _read_slashes(shown: str, today: date | None) -> tuple[date | None, str, bool] | None:
    """Read 7/8/07, month or day first: the possible one, or the one nearer to publication, or neither."""
    a, b, year = map(int, re.split(r"[/.]", shown))
    if year < 100:
        year += 1900 if year > 50 else 2000
    options = [make_date(year, b, a)] if "." in shown else [make_date(year, a, b), make_date(year, b, a)]
    known = sorted({day for day in options if day}, key=lambda d: abs(d - today) if today else timedelta(0))
    if not known:
        return None
    if len(known) > 1 and (today is None or abs(known[0] - today) > timedelta(days=31)):
        return None, f"{year:04}-XX-XX", True
    return known[0], known[0].isoformat(), len(known) > 1


# "early Friday" may be two hours after midnight, "late Friday" is its evening
_EDGES_OF_DAY = {"START": (clock.min, clock(11, 59, 59)), "END": (clock(18), clock(23, 59, 59))}


def _resolve_day(parts: Parts, scene: Scene) -> Time | None:
    read = _read_day(parts, scene)
    if read is None:
        return None
    day, value, anchored = read
    mod = _mod(parts)
    if shown := _read_clock(parts):
        return Time("TIME", value + shown, mod, anchored, day)
    part = parts.get("part") or parts.get("tonight")
    if part:
        return Time("TIME", f"{value}T{part.value}", mod, anchored, day)
    time = Time("TIME" if "T" in value else "DATE", value, mod, anchored, day)
    if day and mod in _EDGES_OF_DAY:
        first, last = _EDGES_OF_DAY[mod]
        time.cover = datetime.combine(day, first), datetime.combine(day, last)
    return time


def _read_clock(parts: Parts, part: str = "") -> str | None:
    """Write a clock time, at a part of the day, as ``Thh:mm`` with its offset from UTC; None if there is none."""
    offset = ""
    if "clock" in parts:
        match = re.match(
            r"(\d\d?)[:.]?(\d\d)?(?::(\d\d))?\s*([ap])?(?:([+\u2212-]\d\d):?(\d\d))?", str(parts["clock"].value).lower()
        )
        if match is None:
            return None
        hour, minute, second, half = int(match[1]), int(match[2] or 0), match[3], match[4]
        offset = f"{match[5]}:{match[6]}".replace("\u2212", "-") if match[5] else ""
    elif "noon" in parts:
        hour, minute = map(int, str(parts["noon"].value).split(":"))
        second = half = None
    elif "hhmm" in parts:
        hour, minute = divmod(int(parts["hhmm"].value), 100)
        second = half = None
    elif "hour" in parts:
        hour, minute, second, half = int(parts["hour"].value), 0, None, None
        if hour > 12:
            return None
    else:
        return None
    part = part or next((str(parts[name].value) for name in ("part", "tonight") if name in parts), "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif part in {"AF", "EV", "NI"} and 1 <= hour < 12:
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return f"T{hour:02}:{minute:02}" + (f":{second}" if second else "") + (offset or _show_zone(parts))


def _show_zone(parts: Parts) -> str:
    if "zone" not in parts or parts["zone"].value == "local":
        return ""
    hours = float(parts["zone"].value)
    if "offset" in parts:
        hours += float(parts["offset"].value)
    if hours == 0:
        return "Z"
    return f"{'-' if hours < 0 else '+'}{int(abs(hours)):02}:{int(abs(hours) % 1 * 60):02}"


def _resolve_time(parts: Parts, scene: Scene) -> Time | None:
    if "edge" in parts and "dash" in parts and parts["edge"].value != "MID":
        return None  # late-night television
    near = scene.near
    day = near.day if near else scene.published
    anchored = near.anchored if near else True
    shown = (near.value or "").split("T")[0] if near else show_date(scene.published, "D")
    bare = "clock" in parts and str(parts["clock"].value)[-1].isdigit() and "zone" not in parts
    if bare and scene.word is not None and scene.word.dep_ == "dobj":
        return None  # a score
    if bare and scene.before and scene.before.low in {"in", "of"} | _NUMBERED:
        return None  # "finished in 2:14:31", "verse 3:16"
    # "2:30 on Sunday afternoon"
    on = scene.after is not None and scene.after.low == "on"
    part = scene.follower.parts.get("part") if on and scene.follower else None
    if hour_shown := _read_clock(parts, str(part.value) if part else ""):
        return Time("TIME", shown + hour_shown, _mod(parts), anchored, day)
    if "part" in parts and not {"clock", "hour"} & parts.keys():
        return Time("TIME", f"{shown}T{parts['part'].value}", _mod(parts), anchored, day)
    return None


# months that are also verbs, people or marches: alone they need a word before that only a month would have
NAMESAKES = {"march", "april", "may", "june", "august"}
_MONTH_BEFORE = {
    "in", "of", "since", "until", "till", "by", "from", "to", "through", "during", "before", "after", "for", "between",
    "and", "or", "late", "early", "mid", "-", "–", "/", "(", ","
}  # fmt: skip


def _is_month(scene: Scene) -> bool:
    before, after = scene.before, scene.after
    word, word_before = scene.word, scene.word_before
    if word is not None and word.ent_type_ == "DATE" and not (word_before and word_before.pos_ == "PROPN"):
        follower = word.doc[word.i + 1] if word.i + 1 < len(word.doc) else None
        return follower is None or follower.ent_iob_ != "I" or follower.pos_ == "CCONJ"
    if before is None or before.kind == "break":
        return False
    if before.low in _MONTH_BEFORE:
        return True
    # "a March agreement", but the March for Life
    return before.kind in {"a", "the"} and after is not None and after.kind == "word" and after.low not in {"for", "of"}


def _resolve_month(parts: Parts, scene: Scene) -> Time | None:
    month = int(parts["month"].value)
    (today, anchored), mod = _base(parts, scene), _mod(parts)
    if (year := _year_of(parts)) is not None:
        return _pin(make_date(year, month, 1), "M", anchored=False, mod=mod)
    name = parts["month"].low
    bare = len(parts) == 1
    if bare and name in NAMESAKES and not _is_month(scene):
        return None
    if bare and len(name) == 3 and name != "may":
        return None
    if "unit" in parts:
        day, _, anchored = _unit_day(parts, scene)
        if day:
            return _pin(make_date(day.year, month, 1), "M", anchored=anchored, mod=mod)
    if today is None or "unit" in parts:
        return Time("DATE", f"XXXX-{month:02}", mod, anchored, None, "M")
    this = today.replace(day=1)
    months = [make_date(y, month, 1) for y in range(today.year - 1, today.year + 2)]
    relative = _relative(parts)
    step = int(relative.value) if relative else None
    if step is None and (day := _pick_story(scene, lambda year: make_date(year, month, 1))):
        anchored = False
    elif step is None and scene.ends and scene.leaning() <= 0:
        day = _pick(shift_date(this, -1, "M") or this, months, -1)
    elif step is None:
        day = _pick_told(scene, this, months)
    elif step == 0:
        day = months[1]
    else:
        day = _pick(shift_date(this, step, "M") or this, months, step)
    return _pin(day, "M", anchored=anchored, mod=mod)


# a year out of our times needs one of these before it
_YEAR_BEFORE = {
    "in", "of", "since", "from", "until", "till", "by", "around", "circa", "before", "after", "between", "and", "to",
    "through", "during", "early", "late", "("
}  # fmt: skip
# of these, those that are also before a number of things
_COUNT_BEFORE = {"and", "of"}
_AMOUNTS = {"CARDINAL", "MONEY", "QUANTITY", "PERCENT"}
_SIGNS = {*"$€£¥#%", "kg", "km", "m", "cm", "mm", "ft", "lb", "lbs", "mph", "mw", "hp"}
# what is told apart by numbers: Room 1984
_NUMBERED = {
    "article", "asteroid", "box", "bus", "chapter", "flight", "form", "gate", "highway", "interstate", "lot", "model",
    "no", "number", "page", "platform", "resolution", "room", "route", "section", "suite", "train", "unit", "verse"
}  # fmt: skip


def _is_counted(scene: Scene) -> bool:
    """Whether a year is a number of things: "hired 2005 teachers", but "the 2005 elections", "in 2005 voters"."""
    word, before = scene.word, scene.word_before
    if word is None or word.dep_ != "nummod" or word.head.i != word.i + 1 or word.head.tag_ not in {"NNS", "NNPS"}:
        return False
    if scene.word_first and scene.word_first.i < word.i:
        return True  # about 2000 people
    if scene.previous and scene.previous.kind == "year":
        return False  # "in 2004 and 2005 voters"
    if before is None:
        return False
    if before.lower_ == "of":  # "a crowd of 2019 people", but "the winners of 2019 awards"
        return any(left.lower_ in {"a", "an"} for left in before.head.lefts)
    return before.pos_ in {"VERB", "AUX"} or before.dep_ == "quantmod" or before.lower_ == "and"


def _resolve_year(parts: Parts, scene: Scene) -> Time | None:
    if "era" in parts:
        return _resolve_era(parts, scene)
    year = _year_of(parts) or 0
    if "fiscal" in parts or "fy" in parts:
        return Time("DATE", f"FY{year}", None)
    if "unit" in parts and parts["unit"].value != "Y":
        return None
    if "number" in parts:
        year = int(parts["number"].value)
        if not 1000 <= year < 3000:
            return None
    before = scene.before.low if scene.before else ""
    if "edge" not in parts and "unit" not in parts:
        if before in _SIGNS or (scene.after and scene.after.low in _SIGNS):
            return None
        if before in _NUMBERED or (before not in _YEAR_BEFORE - _COUNT_BEFORE and _is_counted(scene)):
            return None
        lead = scene.previous.kind if scene.previous and scene.before and scene.before.kind == "dash" else ""
        ranged = lead == "year"
        if lead in {"daynum", "number"}:
            return None  # of a telephone number or a score
        if (
            scene.word is not None
            and scene.word.ent_type_ in _AMOUNTS
            and year % 50 == 0
            and before not in _YEAR_BEFORE
        ):
            return None
        if not 1900 <= year <= 2100 and not ranged and before not in _YEAR_BEFORE:
            return None
    return _pin(make_date(year, 1, 1), "Y", anchored=False, mod=_mod(parts))


def _resolve_era(parts: Parts, scene: Scene) -> Time | None:
    """Read "44 BC" and "AD 79"; but not "BC 44", nor "44 BC residents" of British Columbia."""
    number, era = parts["figure"], parts["era"]
    year = int(number.value)
    compound = scene.word is not None and scene.word.dep_ == "compound"
    if year < 1 or year != number.value or (era.value < 0 and (compound or number.start > era.start)):
        return None
    if era.value < 0:
        return Time("DATE", f"BC{year:04}", _mod(parts))
    return _pin(make_date(year, 1, 1), "Y", anchored=False, mod=_mod(parts)) if year < 3000 else None


def _unit_day(parts: Parts, scene: Scene) -> tuple[date | None, str, bool]:
    """Give a day in the unit that "last year" or "that month" names, its grain, and whether anchored."""
    grain = str(parts["unit"].value)
    relative, of_told = parts.get("relative"), parts.get("relative_told")
    told = scene.told if scene.told and scene.told.day else None
    if of_told or (grain == "D" and relative and "beyond" not in parts and "the" in parts):
        step = int((of_told or relative).value)  # type: ignore[union-attr]
        day, anchored = _told_day(scene) if grain == "D" else (told.day, told.anchored) if told else (None, False)
        return shift_date(day, step, grain), grain, anchored
    previous = relative and relative.low in {"previous", "preceding"} and "the" in parts
    if previous and told and not scene.far and _size(told.grain) <= _size(grain):
        return shift_date(told.day, -1, grain), grain, told.anchored  # "in June, after a rise in the previous month"
    if relative:
        return shift_date(scene.published, _step(parts), grain), grain, True
    if grain == "Q" and not (told and told.grain == "Q"):
        return shift_date(scene.published, -1, grain), grain, True  # figures are of a quarter that is over
    if grain in {"Q", "M"} and told:
        return told.day, grain, told.anchored
    return scene.published, grain, True


def _resolve_relunit(parts: Parts, scene: Scene) -> Time | None:
    relative, told = parts.get("relative"), parts.get("told")
    grain = str(parts["unit"].value)
    bare = relative is None and "relative_told" not in parts
    if (bare and scene.joined) or grain == "TM" or (bare and grain not in {"W", "M", "Q", "Y"}):
        return None
    follower = scene.follower
    until = follower is not None and follower.rule in {"day", "month"}
    if bare and scene.after and scene.after.low in {"ended", "ending", *({"to", "through"} if until else ())}:
        if grain == "Y":
            return Time("DURATION", "P1Y")
        ended = _read_day(follower.parts, scene) if follower and follower.rule == "day" else None
        if ended and ended[0]:
            return _pin(ended[0], grain, anchored=ended[2])  # the quarter ended Sept. 30
    if relative and "beyond" not in parts and (relative.low == "past" or _is_length(parts)):
        return _length(1, grain, relative, scene, None)
    day, grain, anchored = _unit_day(parts, scene)
    time = _pin(day, grain, anchored=anchored, mod=_mod(parts))
    time.uncovered = "fiscal" in parts
    if told is None:
        return time
    earlier = told.low == "earlier"
    time.mod = "BEFORE" if earlier else "AFTER"
    today, cover = scene.published, cover_value(time.value)
    if today and cover and relative and cover[0].date() <= today <= cover[1].date():
        # what is said to be earlier this year lies before the article, what is later behind it
        begin, end = datetime.combine(today, clock.min), datetime.combine(today, clock(23, 59, 59))
        time.cover = (cover[0], end) if earlier else (begin, cover[1])
    return time


def _resolve_week_of(parts: Parts, scene: Scene) -> Time | None:
    read = _read_day(parts, scene)
    if read is None or parts["unit"].value != "W":
        return None
    return _pin(read[0], "W", anchored=read[2])


def _is_length(parts: Parts) -> bool:
    """Whether it is "the last year", the twelve months up to now, and not "last year"."""
    if "the" not in parts or "fiscal" in parts or parts["unit"].value in {"Q", "D"}:
        return False
    return parts["relative"].low in {"last", "next", "coming"}


def _resolve_edge_of(parts: Parts, scene: Scene) -> Time | None:
    if "month" in parts:
        return _resolve_month(parts, scene)
    if "year" in parts:
        return _pin(make_date(_year_of(parts) or 0, 1, 1), "Y", anchored=False, mod=_mod(parts))
    grain = str(parts["unit"].value)
    if grain not in {"D", "W", "M", "Q", "Y", "DE", "CE"} or (grain == "D" and "relative" not in parts):
        return None
    if "edge_noun" in parts and "the" not in parts and parts["edge_noun"].low != "end":
        return None
    day, grain, anchored = _unit_day(parts, scene)
    return _pin(day, grain, anchored=anchored, mod=_mod(parts))


_N_PERIODS = {"Q": 4, "HY": 2}


def _resolve_quarter(parts: Parts, scene: Scene) -> Time | None:
    if "qcode" in parts:
        shown = str(parts["qcode"].value)
        nth, grain = int(re.sub(r"\D", "", shown)), "HY" if "H" in shown else "Q"
    elif "half" in parts:
        # the final half is the second, as the last is
        nth, grain = min(int(parts["nth"].value), 2) if "nth" in parts else 2, "HY"
    elif parts["unit_q"].value == "Q":
        nth, grain = int(parts["ordinal"].value), "Q"
    else:
        return None
    n_periods = _N_PERIODS[grain]
    if not 1 <= nth <= n_periods:
        return None
    month = (nth - 1) * 12 // n_periods + 1
    if "unit" in parts and parts["unit"].value != "Y":
        return None  # the first half of the month
    today, year = scene.published, _year_of(parts)
    unknown = Time("DATE", f"XXXX-{grain[0]}{nth}", None, True, None, grain)
    if year is not None:
        time = _pin(make_date(year, month, 1), grain, anchored=False)
    elif "last" not in parts and parts.keys() & {"relative", "relative_told"}:
        day, _, anchored = _unit_day(parts, scene)
        time = _pin(make_date(day.year, month, 1), grain, anchored=anchored) if day else unknown
    elif today is None:
        time = unknown
    elif "half" in parts:
        time = _pin(make_date(today.year, month, 1), grain, anchored=True)
    else:
        # a quarter in the news is the nearest, also where its figures will only be reported
        this = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        quarters = [make_date(y, month, 1) for y in range(today.year - 1, today.year + 2)]
        time = _pin(_pick_near(this, quarters, min(scene.leaning(), 0)), grain, anchored=True)
    time.uncovered = "fiscal" in parts or "fy" in parts
    return time


def _resolve_same_period(parts: Parts, scene: Scene) -> Time | None:
    """Read "the 1988 period" or "the same period last year": the quarter told of, of that year."""
    if "unit_q" in parts and parts["unit_q"].value != "Q":
        return None
    told, today = scene.told, scene.published
    quarter = told.day if told and told.grain == "Q" else None
    anchored = bool(quarter and told and told.anchored)
    if (year := _year_of(parts)) is not None:
        if quarter is None:
            return _pin(make_date(year, 1, 1), "Y", anchored=False)
        return _pin(make_date(year, quarter.month, 1), "Q", anchored=anchored)
    if "unit" in parts:
        if parts["unit"].value != "Y":
            return None
        step = int(parts["relative"].value)
        return _pin(shift_date(quarter or today, step, "Y"), "Q" if quarter else "Y", anchored=True)
    if quarter is None and "latest" in parts:
        quarter, anchored = shift_date(today, -1, "Q"), True  # as in _unit_day
    return _pin(quarter, "Q", anchored=anchored) if quarter else None


def _resolve_decade(parts: Parts, scene: Scene) -> Time | None:
    if "unit_c" in parts:
        if parts["unit_c"].value != "CE":
            return None
        nth = int(parts["nth"].value)
        before_christ = "era" in parts and parts["era"].value < 0
        return Time("DATE", "BC" * before_christ + f"{nth - 1:02}", _mod(parts)) if 1 <= nth <= 99 else None
    if "decade" in parts:
        digits = re.sub(r"\D", "", str(parts["decade"].value))
        value = digits[:3] if len(digits) == 4 else f"{20 if digits in {'00', '10'} else 19}{digits[0]}"
        return Time("DATE", value, _mod(parts))
    return Time("DATE", f"19{parts['decade_word'].value}", _mod(parts))


_SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def _resolve_season(parts: Parts, scene: Scene) -> Time | None:
    if (
        parts["season"].low == "fall"
        and not parts.keys() & {"year", "relative"}
        and scene.after
        and scene.after.low in {"in", "of"}
    ):
        return None  # "the fall of the government"
    season = str(parts["season"].value)
    month = _SEASON_MONTH[season]
    (today, anchored), year = _base(parts, scene), _year_of(parts)
    if year is not None:
        anchored = False
    else:
        if today is None:
            return Time("DATE", f"XXXX-{season}", _mod(parts), anchored)
        starts = [make_date(y, month, 1) for y in range(today.year - 2, today.year + 2)]
        step = _relative(parts)
        if step is None:
            lean = scene.leaning()
            # the season that has begun is still to come for "will"
            day = _pick(shift_date(today, -2, "M") or today if lean > 0 else today, starts, lean)
        elif int(step.value) < 0:
            # last summer is the one that is over, this summer the one of this year
            day = _pick(shift_date(today, -3, "M") or today, starts, -1)
        elif int(step.value) > 0:
            day = _pick(today, starts, 1)
        else:
            day = make_date(today.year, month, 1)
            if season == "WI" and today.month < 6:
                day = make_date(today.year - 1, month, 1)
        if day is None:
            return None
        year = day.year
    return Time("DATE", f"{year:04}-{season}", _mod(parts), anchored, make_date(year, month, 1), "season")


def _resolve_weekend(parts: Parts, scene: Scene) -> Time | None:
    today, anchored = _base(parts, scene)
    if today is None:
        return _pin(None, "WE", anchored=anchored)
    saturday = shift_date(today, 6 - today.isoweekday(), "D")
    relative = _relative(parts)
    if relative is not None and (relative.value or relative.kind == "relative_told"):
        by = _step(parts) if "beyond" in parts else int(relative.value)
    else:
        # "the weekend" is over unless it is to come, "this weekend" to come unless it is over
        over = scene.leaning() < (0 if relative is not None and relative.low == "this" else 1)
        by = -1 if today.isoweekday() < 5 and over else 0
    return _pin(shift_date(saturday, by, "W"), "WE", anchored=anchored)


def _count(parts: Parts) -> float | None:
    """How many units a phrase counts; None for "a few"."""
    if "figure" in parts:
        n = float(parts["figure"].value)
        return n + 0.5 if "half" in parts else n
    if "vague" in parts:
        return float(parts["vague"].value) or None
    if "half" in parts and "and" not in parts:
        return 0.5
    return 1.5 if "half" in parts else 1


def _size(grain: str) -> int:
    """Rank grains by length."""
    return next((i for i, grains in enumerate(_SIZES) if grain in grains), len(_SIZES))


_SIZES = [{"TS", "TM", "TH", "D"}, {"W", "WE", "F"}, {"M"}, {"Q", "season", "HY"}, {"Y"}]


_CLAUSE_ENDS = {"dot", "comma", "dash", "punct", "rpar", "break", "and"}
# count from a date of the last sentence, and not from publication, as figures of "a year earlier" do
_NEAR_ONLY = {"later", "before", "after"}


def _resolve_ago(parts: Parts, scene: Scene) -> Time | None:
    unit = parts.get("anyunit") or parts.get("unit") or parts["units"]
    grain = str(unit.value)
    marker = next(parts[name] for name in ("ago", "told", "hence", "beyond") if name in parts)
    if marker.kind == "beyond" and scene.after and scene.after.kind not in _CLAUSE_ENDS:
        return None  # "the day before he left"
    step, from_told = int(marker.value), marker.kind in {"told", "beyond"}
    n = None if "units" in parts else _count(parts)
    told = scene.told if scene.told and scene.told.day and not (scene.far and marker.low in _NEAR_ONLY) else None
    if from_told and (n is None or grain in {"TH", "TM", "TS"}):
        return Time("DURATION", show_length(n, grain), _mod(parts))  # from a moment that is not known as exactly
    if n is None:
        return Time("DATE", "PAST_REF" if step < 0 else "FUTURE_REF", None, True)
    if parts.keys() & {"relday", "weekday", "relative"}:  # a year ago today, a week ago Tuesday, a year ago this month
        (day, _), shown = _weekday(parts, scene) if "weekday" in parts else (scene.published, True), "D"
        if "relative" in parts:
            day, shown, _ = _unit_day(parts, scene)
        elif "relday" in parts:
            day = shift_date(day, int(parts["relday"].value), "D")
        return _pin(shift_date(day, step * n, grain), shown, anchored=True, mod=_mod(parts))
    # what a quarter's figures are compared with a year ago are those of the same quarter
    if grain == "Y" and told and told.grain == "Q":
        return _pin(shift_date(told.day, step * n, "Y"), "Q", anchored=told.anchored, mod=_mod(parts))
    if grain == "Y" and "unit_q" in parts:
        return _pin(shift_date(scene.published, -1.25, "Y"), "Q", anchored=True)
    base, anchored = (told.day, told.anchored) if told and from_told else (scene.published, True)
    if from_told and told and _size(grain) < _size(told.grain):
        base, anchored = None, told.anchored  # four days after some day of a year
    elif from_told and told is None and (marker.low in _NEAR_ONLY or n > 1):
        base, anchored = None, False
    shown = {"F": "W", "DE": "Y", "CE": "Y"}.get(grain, grain)
    day = shift_date(base, step * n, grain)
    if marker.low in _NEAR_ONLY and day and scene.published and day > scene.published and scene.leaning() < 0:
        base = day = None  # what was done later than something else was not done in the future
    if base and day is None:  # before or after all calendars
        return Time("DATE", "PAST_REF" if step < 0 else "FUTURE_REF", _mod(parts), anchored)
    time = _pin(day, shown, anchored=anchored, mod=_mod(parts))
    if grain in {"TH", "TM", "TS"}:
        time.type = "TIME"
    return time


def _length(n: float | None, grain: str, relative: Token | None, scene: Scene, mod: str | None) -> Time:
    """Make a duration; one that reaches to or from the publication date covers what it says."""
    time = Time("DURATION", show_length(n, grain), mod)
    if relative is None:
        return time
    time.anchored = True
    today = scene.published
    if today and n and grain not in {"TH", "TM", "TS"}:
        step = 1 if int(relative.value) > 0 else -1
        other = shift_date(today, step * n, grain)
        if other:
            first, last = sorted((today, other))
            time.cover = datetime(*first.timetuple()[:3]), datetime(*last.timetuple()[:3], 23, 59, 59)
    return time


def _resolve_duration(parts: Parts, scene: Scene) -> Time | None:
    unit = parts.get("anyunit") or parts.get("unit") or parts.get("units")
    if unit is None:  # all morning
        return Time("TIME", f"XXXX-XX-XXT{parts['part'].value}", None, True)
    grain = str(unit.value)
    counted = "figure" in parts or "vague" in parts
    after = scene.after
    if scene.joined or (after and after.low == "old"):
        return None  # an age, or part of a longer word
    if "figure" in parts and parts["figure"].kind == "year" and unit.kind == "unit":
        return None  # the 1988 quarter
    if grain == "Q" and "relative" not in parts and ("dash" in parts or (after and after.low == "of")):
        return None  # three-quarters, a quarter of
    if "high" in parts or "or" in parts:  # five to six days, a year or two
        return _length(None, grain, parts.get("relative"), scene, _mod(parts))
    if "all" in parts or ("long" in parts and not counted):
        return Time("DURATION", show_length(None if unit.kind == "units" else 1, grain))
    if unit.kind == "units" and not counted:  # for years
        if grain == "TM" and scene.before and scene.before.kind == "the":
            return None  # of a meeting
        return Time("DURATION", show_length(None, grain))
    n = _count(parts)
    if "a" in parts and scene.before and scene.before.low == "on":
        return None  # on a day like this
    if "a" in parts and n == 1 and _mod(parts) is None and _is_rate(scene):
        return Time("SET", show_length(1, grain))
    time = _length(n, grain, parts.get("relative"), scene, _mod(parts))
    if "smaller" in parts:
        time.value = join_lengths([str(time.value), *(show_length(*length) for length in parts["smaller"].value)])
    return time


def _is_rate(scene: Scene) -> bool:
    """Whether "a year" here is a rate, as after a number or the noun it counts."""
    before, word = scene.before, scene.word_before
    if before is None or before.end < (word.idx if word else 0):
        return False
    if before.kind in {"number", "daynum", "year", "dash"} or before.low in {"%", "percent"}:
        return True
    return before.kind in {"word", "unit", "units"} and word is not None and word.pos_ == "NOUN"


def _resolve_set(parts: Parts, scene: Scene) -> Time | None:
    if "set" in parts and scene.word is not None and scene.word.tag_ in {"NN", "NNP"}:
        return None  # a newspaper
    if "set" in parts:
        return Time("SET", str(parts["set"].value))
    if "anyunit" in parts:
        counted = parts.keys() & {"figure", "vague"}
        n = _count(parts) if counted else float(parts["every"].value) if "every" in parts else 1
        return Time("SET", show_length(n, str(parts["anyunit"].value)))
    if "weekends" in parts or "weekend" in parts:
        return Time("SET", "XXXX-WXX-WE")
    if weekday := parts.get("weekday") or parts.get("weekdays"):
        part = parts.get("part") or parts.get("parts")
        return Time("SET", f"XXXX-WXX-{weekday.value}" + (f"T{part.value}" if part else ""))
    if "month" in parts:
        return Time("SET", f"XXXX-{parts['month'].value:02}")
    if "season" in parts:
        return Time("SET", f"XXXX-{parts['season'].value}")
    if "part" in parts:
        return Time("SET", f"XXXX-XX-XXT{parts['part'].value}")
    rule = str(parts["holiday"].value)
    return Time("SET", f"XXXX-{rule}" if re.fullmatch(r"\d\d-\d\d", rule) else "P1Y")


def _resolve_ref(parts: Parts, scene: Scene) -> Time | None:
    if "ref" in parts:
        if parts["ref"].low == "now" and scene.after and scene.after.low == "that":
            return None
        return Time("DATE", str(parts["ref"].value), None, True)
    if "recent" in parts:
        return Time("DATE", "PAST_REF", None, True)
    relative = parts["relative"]
    # "in the past he did", but not "in the past season"
    adjective = scene.after and scene.after.kind == "word" and (scene.word is None or scene.word.tag_ != "NN")
    if "units" not in parts and adjective:
        return None
    if relative.low == "past" or ("units" in parts and relative.low in {"previous", "preceding"}):
        return Time("DATE", "PAST_REF", None, True)
    if "units" in parts and relative.low in {"coming", "upcoming", "next"}:
        return Time("DATE", "FUTURE_REF", None, True)
    return None


def _resolve_holiday(parts: Parts, scene: Scene) -> Time | None:
    if scene.word and scene.word.i + 1 < len(scene.word.doc):
        follower = scene.word.nbor()
        if follower.pos_ == "PROPN" and follower.ent_type_ not in {"", "DATE", "TIME"}:
            return None  # "the Easter Rising", "Christmas Island"
    rule = str(parts["holiday"].value)
    year, today = _year_of(parts), scene.published
    if year is not None:
        return _pin(resolve_holiday(rule, year), "D", anchored=False)
    if today is None:
        return Time("DATE", f"XXXX-{rule}" if re.fullmatch(r"\d\d-\d\d", rule) else "XXXX-XX-XX", None, True)
    days = [resolve_holiday(rule, y) for y in range(today.year - 1, today.year + 2)]
    step = parts.get("relative")
    if step is None and (day := _pick_story(scene, lambda year: resolve_holiday(rule, year))):
        return _pin(day, "D", anchored=False)
    if step and step.value == 0:
        return _pin(days[1], "D", anchored=True)
    lean = int(step.value) if step else 0
    day = _pick(today, days, lean) if lean else _pick_told(scene, today, days)
    return _pin(day, "D", anchored=True)


def _resolve_nth_weekday(parts: Parts, scene: Scene) -> Time | None:
    """Read "the first Monday of May", which moves from year to year as holidays do."""
    nth = parts.get("nth") or parts["relative"]
    if nth.low != "last" and (nth.kind == "relative" or not 1 <= nth.value <= 5):
        return None
    number = -1 if nth.low in {"last", "final"} or nth.value == 5 else nth.value
    rule = f"{parts['month'].value}/{number}/{parts['weekday'].value}"
    rest = {name: token for name, token in parts.items() if name != "relative"}
    return _resolve_holiday(rest | {"holiday": nth._replace(value=rule)}, scene)


_RESOLVERS: dict[str, Callable[[Parts, Scene], Time | None]] = {
    "day": _resolve_day,
    "time": _resolve_time,
    "month": _resolve_month,
    "year": _resolve_year,
    "edge_of": _resolve_edge_of,
    "quarter": _resolve_quarter,
    "same_period": _resolve_same_period,
    "decade": _resolve_decade,
    "season": _resolve_season,
    "weekend": _resolve_weekend,
    "relunit": _resolve_relunit,
    "week_of": _resolve_week_of,
    "ago": _resolve_ago,
    "duration": _resolve_duration,
    "set": _resolve_set,
    "ref": _resolve_ref,
    "holiday": _resolve_holiday,
    "nth_weekday": _resolve_nth_weekday,
}
