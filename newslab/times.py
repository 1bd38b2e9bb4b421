"""Times: expressions of date, time, length and recurrence, with the stretch of the calendar that they mean.

Types and values are those of TIMEX3 (TimeML 1.2.1). What depends on the day the article appeared is worked
out from it where it is known, and otherwise left with an X for every figure that it would give:
``XXXX-WXX-5`` for Friday.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from spacy.tokens import Doc
from spacy.tokens import Token as Word

from newslab.tables import SPAN_COLUMNS, build_table
from newslab.timex import (
    Found,
    Token,
    cover_value,
    find_expressions,
    make_date,
    read_tokens,
    resolve_holiday,
    shift_date,
    show_date,
    show_length,
)
from newslab.words import split_paragraphs

COLUMNS = SPAN_COLUMNS | {
    "type": "str",
    "value": "str",
    "earliest": "datetime64[s]",
    "latest": "datetime64[s]",
    "anchored": "bool",
    "mod": "str",
}

Published = str | date | pd.Timestamp | pd.Series | None


@dataclass
class _Time:
    """What an expression means; `day` and `grain` let a later one count from it."""

    type: str
    value: str | None
    mod: str | None = None
    anchored: bool = False
    day: date | None = None
    grain: str = "D"
    cover: tuple[datetime, datetime] | None = None


@dataclass
class _Scene:
    """What is known where an expression stands."""

    published: date | None
    leaning: Callable[[], int]  # -1 the verb tells of the past, 1 of the future, 0 neither
    told: _Time | None  # the last calendar time told of before
    before: Token | None
    after: Token | None
    nearby: Callable[[], _Time | None]  # a day in the same sentence


_UNKNOWN_SCENE = _Scene(None, lambda: 0, None, None, None, lambda: None)


def extract_times(docs: Mapping[str, Doc], *, published: Published = None) -> pd.DataFrame:
    """Find the time expressions of each document, pinned to the calendar where they can be.

    Parameters
    ----------
    docs
        Parsed documents by id. Words are enough; a tagger and parser let a bare weekday or month look forward
        ("will vote on Tuesday"), an ``ner`` keeps out people and titles (April Jones, the Sunday Times).
    published
        Day of publication: one for all documents, or a Series by ``doc_id``; null where it is not known. A
        time of day in it is not used.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the expression as written
        type : TIMEX3 type: DATE, TIME (of day), DURATION or SET (recurring)
        value : TIMEX3 value, in ISO 8601 where it has a form for it: ``2019-03-08``, ``2019-W10``,
            ``2019-03-08TEV``, ``P3W``, ``PXM`` (some months), ``PAST_REF``; X stands for what only the
            publication date would tell
        earliest, latest : first and last second that the value covers, null where not pinned. For a length
            next to the publication date ("the past three weeks") both are that far apart
        anchored : whether the publication date is needed (and, where known, was used) to pin it
        mod : TIMEX3 modifier: START, MID, END (of the value), APPROX, LESS_THAN, MORE_THAN, EQUAL_OR_MORE,
            EQUAL_OR_LESS, BEFORE, AFTER; null if none

    Raises
    ------
    ValueError
        If ``published`` is no date.

    Notes
    -----
    A weekday, month or quarter without a year is the latest one up to the publication date, unless its verb
    is about the future; then the next one. Weeks are those of ISO 8601, Monday to Sunday. A decade is
    written with three figures (199), a century with two (18 for the 19th). Adjectives that name a kind
    rather than a time (annual, quarterly, former, current) and ages are left out, and so is "currently",
    which tells nothing that the tense does not.

    Examples
    --------
    >>> from spacy.tokens import Doc
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["It", "began", "late", "Friday", "."])
    >>> extract_times({"a": doc}, published="2019-03-09")[["text", "value"]].values.tolist()
    [['late Friday', '2019-03-08TEV']]
    """
    days = {doc_id: _published_day(published, doc_id) for doc_id in docs}
    return build_table((row for doc_id, doc in docs.items() for row in _rows(doc_id, doc, days[doc_id])), COLUMNS)


DATE_COLUMNS = SPAN_COLUMNS | {"kind": "str", "value": "str", "published": "datetime64[s]"}

_DAY = r"(?:\d{4}|XXXX)-(?:\d\d-\d\d|XX-XX|WXX-\d)"
# A dateline opens its paragraph with place or agency and ends in a dash, a colon or the agency's bracket; a
# date line is a paragraph of a date, with at most a label, a clock time and the like. Both stand above the
# story or open it.
_TOP_PARAGRAPHS = 8
_LINE_LENGTH = 80
_DATELINE = re.compile(r"[^.!?\n]{0,60}?(?:\([A-Z][\w./ ]+\)|\b[A-Z]{3,}[\w, .]*?)[\s,.–—-]*")
_LABEL = re.compile(
    r"\W*(?:(?:first |last )?(?:published|posted|updated|created|date|issued)\W*(?:on|at)?\W*)?",
    re.IGNORECASE,
)


def find_published(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Find the date that each text gives itself: an offer, never used unasked.

    It looks at the opening paragraphs only, for a line that holds a date and little else ("Published 7 March
    2019, 10:30") and for a dateline ("BEIRUT (Reuters), March 7 -", "(Reuters) March 7").

    Parameters
    ----------
    docs
        Parsed documents by id; the words are enough.

    Returns
    -------
    DataFrame, at most one row a document, in their order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the date as written
        kind : ``line`` (a line of its own) or ``dateline``
        value : TIMEX3 value, with XXXX for a year that the text doesn't give
        published : the date, null where the text gives no year

    Examples
    --------
    >>> from spacy.tokens import Doc
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["(", "Reuters", ")", "March", "7", "-", "Rain", "fell", "."])
    >>> find_published({"a": doc})[["text", "kind", "value"]].values.tolist()
    [['March 7', 'dateline', 'XXXX-03-07']]
    """
    return build_table((row for doc_id, doc in docs.items() for row in _offers(doc_id, doc.text)), DATE_COLUMNS)


def _offers(doc_id: str, text: str) -> list[dict[str, object]]:
    for start, end in split_paragraphs(text)[:_TOP_PARAGRAPHS]:
        # a dateline's date is in the first words: a long paragraph is not read in full
        line = text[start : min(end, start + 2 * _LINE_LENGTH)]
        tokens = read_tokens(line)
        for found in find_expressions(tokens):
            time = _resolve_day(found.parts, _UNKNOWN_SCENE) if found.rule == "day" else None
            if time is None or not re.match(r"[\dX]{4}-\d\d-\d\d", time.value or ""):
                continue
            first, last = tokens[found.first].start, tokens[found.last].end
            before, after = line[:first], line[last:]
            if _LABEL.fullmatch(before) and end - start <= _LINE_LENGTH and len(re.findall(r"[^\W\d_]+", after)) <= 5:
                kind = "line"
            elif _DATELINE.fullmatch(before) and re.match(r"[\s,.]*(?:[\d:]+|[–—:(-]|[A-Z])", after):
                kind = "dateline"
            else:
                continue
            value = str(time.value)[:10]
            return [
                {
                    "doc_id": doc_id,
                    "start": start + first,
                    "end": start + last,
                    "text": line[first:last],
                    "kind": kind,
                    "value": value,
                    "published": None if "X" in value else value,
                }
            ]
    return []


def _published_day(published: Published, doc_id: str) -> date | None:
    given = published.get(doc_id) if isinstance(published, pd.Series) else published
    if given is None or pd.isna(given):
        return None
    try:
        return pd.Timestamp(given).date()
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"document {doc_id!r} has published {given!r}, which is no date; give it as 2019-03-07"
        ) from error


def _rows(doc_id: str, doc: Doc, published: date | None) -> Iterator[dict[str, object]]:
    text = doc.text
    tokens = read_tokens(text)
    starts = [word.idx for word in doc]
    found = list(find_expressions(tokens))
    times: list[_Time | None] = [None] * len(found)
    told: _Time | None = None
    # a clock time needs the day that its sentence gives before or after it, so days go first
    for late in (False, True):
        for i, f in enumerate(found):
            if (f.rule == "time") != late:
                continue
            start = tokens[f.first].start
            scene = _Scene(
                published,
                lambda start=start: _lean(doc, bisect_right(starts, start) - 1),  # type: ignore[misc]
                told,
                tokens[f.first - 1] if f.first else None,
                tokens[f.last + 1] if f.last + 1 < len(tokens) else None,
                lambda i=i: _nearest_day(found, times, tokens, i),  # type: ignore[misc]
            )
            if _is_name(doc, starts, f, tokens):
                continue
            times[i] = time = _RESOLVERS[f.rule](f.parts, scene)
            if time and time.day and time.type in {"DATE", "TIME"} and not late:
                told = time
    for f, time in zip(found, times, strict=True):
        if time is None:
            continue
        start, end = tokens[f.first].start, tokens[f.last].end
        earliest, latest = time.cover or cover_value(time.value) or (None, None)
        yield {
            "doc_id": doc_id,
            "start": start,
            "end": end,
            "text": text[start:end],
            "type": time.type,
            "value": time.value,
            "earliest": earliest,
            "latest": latest,
            "anchored": time.anchored,
            "mod": time.mod,
        }


def _nearest_day(found: list[Found], times: list[_Time | None], tokens: list[Token], i: int) -> _Time | None:
    """Find the day that the sentence of a clock time gives, before it or else after it."""
    for step in (-1, 1):
        for j in range(i + step, i + 4 * step, step):
            if not 0 <= j < len(found):
                break
            low, high = sorted((i, j))
            between = tokens[found[low].last + 1 : found[high].first]
            if len(between) > 25 or any(token.kind in {"break", "dot"} for token in between):
                break
            if (time := times[j]) and re.match(_DAY, time.value or ""):
                return time
    return None


# Names of people and titles hold words of the calendar; tools mark "Wednesday" in a headline as ORG, though,
# so the whole name must be longer than the expression.
_NAMES = {"PERSON", "ORG", "WORK_OF_ART", "FAC", "PRODUCT", "LAW"}


def _is_name(doc: Doc, starts: list[int], f: Found, tokens: list[Token]) -> bool:
    if f.rule not in {"day", "month", "season", "year", "ref"}:
        return False
    first, last = tokens[f.first], tokens[f.last]
    word = doc[bisect_right(starts, first.start) - 1]
    if f.first == f.last and first.low in {"may", "march"} and word.pos_ in {"VERB", "AUX"}:
        return True
    if word.ent_type_ == "PERSON":
        return True
    if word.ent_type_ not in _NAMES:
        return False
    if f.rule == "year":
        return False
    end = doc[bisect_right(starts, last.end - 1) - 1]
    begins = word.i > 0 and word.ent_iob_ == "I"
    goes_on = end.i + 1 < len(doc) and doc[end.i + 1].ent_iob_ == "I"
    return (begins or goes_on) and f.first == f.last


# Verbs whose infinitive is about the future, and adjectives like them: "is due to speak on Friday"
_PAST_TAGS, _MODALS = (
    {"VBD"},
    {"will", "'ll", "’ll", "shall", "would", "wo", "may", "might", "can", "could", "should", "must"},
)
_DONE = {
    "manage",
    "begin",
    "start",
    "continue",
    "fail",
    "refuse",
    "use",
    "come",
    "go",
    "happen",
    "appear",
    "seem",
    "help",
    "have",
    "say",
    "force",
}


def _lean(doc: Doc, i: int) -> int:
    """Whether the verb over a word tells of the past (-1), of the future (1) or of neither (0)."""
    word = doc[i]
    for _ in range(20):
        if word.tag_.startswith(("VB", "MD")):
            lean = _verb_lean(word)
            if lean is not None:
                return lean
        if word.head.i == word.i:
            break
        word = word.head
    return 0


def _verb_lean(verb: Word) -> int | None:
    """Lean of one verb; None if the verb above decides."""
    helpers = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    lows = {child.lower_ for child in helpers}
    if lows & {
        "will",
        "'ll",
        "’ll",
        "shall",
        "wo",
        "would",
        "should",
        "may",
        "might",
        "could",
        "must",
        "can",
    }:
        return -1 if "have" in lows else 1
    if verb.tag_ == "VBD" or any(child.tag_ == "VBD" for child in helpers):
        if verb.tag_ == "VBG":
            return 0
        return -1
    if any(child.lower_ in {"has", "have", "had", "'ve", "’ve", "having"} for child in helpers):
        return -1
    if "to" in lows:
        above = verb.head
        if verb.dep_ == "xcomp" and above.lemma_.lower() in _DONE:
            return None
        return 1
    if verb.tag_ in {"VBN", "VBG"} and not helpers:
        return None
    if verb.tag_ in {"VBP", "VBZ"} or helpers:
        return 1 if verb.tag_ == "VBG" else 0
    return None


# --- resolvers: from the named tokens of a match to what it means; None if it is no time after all ---

Parts = dict[str, Token]


def _mod(parts: Parts) -> str | None:
    for name in ("edge", "edge_noun", "approx", "bound"):
        if name in parts:
            return str(parts[name].value)
    return None


def _pin(day: date | None, grain: str, *, anchored: bool, mod: str | None = None) -> _Time:
    return _Time("DATE", show_date(day, grain), mod, anchored, day, grain)


def _pick(published: date, candidates: list[date | None], lean: int) -> date | None:
    """Of the dates a name can mean, the last up to the publication date, or the first from it on."""
    known = [day for day in candidates if day]
    past = [day for day in known if day <= published]
    coming = [day for day in known if day >= published]
    if lean > 0:
        return min(coming, default=None)
    return max(past, default=None)


def _weekday(number: int, scene: _Scene, step: int | None = None) -> date | None:
    today = scene.published
    if today is None:
        return None
    back = (today.isoweekday() - number) % 7
    if step is None:
        if back and scene.leaning() > 0:
            back -= 7
    elif step < 0:
        back = back or 7
    elif step > 0:
        back = back - 7
    else:
        back = back if back < 4 else back - 7
    return shift_date(today, -back, "D")


def _year_of(parts: Parts) -> int | None:
    return int(parts["year"].value) if "year" in parts else None


def _read_day(parts: Parts, scene: _Scene) -> tuple[date | None, str, bool] | None:
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
        day = _near_day([make_date(y, month, number) for y in range(today.year - 4, today.year + 5)], scene)
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
        number = int(weekday.value)
        step = int(parts["relative"].value) if "relative" in parts else None
        day = _weekday(number, scene, step)
        return day, show_date(day, "D") if day else f"XXXX-WXX-{number}", True
    if "part" in parts and ("relative" in parts or "relative_told" in parts):
        if "the" in parts or "relative_told" in parts:
            base, anchored = (scene.told.day, scene.told.anchored) if scene.told else (today, True)
            by = 1 if (parts.get("relative") or parts["relative_told"]).low in {"next", "following"} else 0
        else:
            base, anchored = today, True
            by = int(parts["relative"].value)
        day = shift_date(base, by, "D")
        return day, show_date(day, "D"), anchored
    return None


def _near_day(candidates: list[date | None], scene: _Scene) -> date | None:
    """Choose the date that the verb leans to; where it leans nowhere, the nearest."""
    today = scene.published
    if today is None:
        return None
    lean = scene.leaning()
    nearest = min((d for d in candidates if d), key=lambda d: abs(d - today), default=None)
    if lean == 0 or nearest is None or abs(nearest - today) <= timedelta(days=14):
        return nearest
    return _pick(today, candidates, lean)


def _read_slashes(shown: str, today: date | None) -> tuple[date | None, str, bool] | None:
    """Read 7/8/07, month or day first: the possible one, or the one nearer to publication, or neither."""
    a, b, year = map(int, re.split(r"[/.]", shown))
    if year < 100:
        year += 1900 if year > 50 else 2000
    options = [make_date(year, b, a)] if "." in shown else [make_date(year, a, b), make_date(year, b, a)]
    known = sorted({day for day in options if day}, key=lambda d: abs(d - today) if today else timedelta(0))
    if not known:
        return None
    if len(known) > 1 and today is None:
        return None, f"{year:04}-XX-XX", True
    return known[0], known[0].isoformat(), len(known) > 1


_EDGE_PARTS = {"START": "MO", "END": "EV"}


def _resolve_day(parts: Parts, scene: _Scene) -> _Time | None:
    read = _read_day(parts, scene)
    if read is None:
        return None
    day, value, anchored = read
    mod = _mod(parts)
    if clock := _read_clock(parts):
        return _Time("TIME", value + clock, mod, anchored, day)
    part = parts.get("part") or parts.get("tonight")
    if part:
        return _Time("TIME", f"{value}T{part.value}", mod, anchored, day)
    if (
        mod in _EDGE_PARTS
        and value.startswith(("XXXX-W", "XXXX-X", *"0123456789"))
        and "edge" in parts
        and "month" not in parts
    ):
        return _Time("TIME", f"{value}T{_EDGE_PARTS[mod]}", None, anchored, day)
    return _Time("TIME" if "T" in value else "DATE", value, mod, anchored, day)


def _read_clock(parts: Parts) -> str | None:
    """Write a clock time as ``Thh:mm`` with its offset from UTC; None if there is none."""
    if "clock" in parts:
        match = re.match(r"(\d+)(?:[:.](\d\d))?(?::(\d\d))?\D?\s*([ap])?", str(parts["clock"].value).lower())
        if match is None:
            return None
        hour, minute, second, half = int(match[1]), int(match[2] or 0), match[3], match[4]
    elif "noon" in parts:
        hour, minute = map(int, str(parts["noon"].value).split(":"))
        second = half = None
    elif "hhmm" in parts:
        hour, minute = divmod(int(parts["hhmm"].value), 100)
        second = half = None
    else:
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return f"T{hour:02}:{minute:02}" + (f":{second}" if second else "") + _show_zone(parts)


def _show_zone(parts: Parts) -> str:
    if "zone" not in parts or parts["zone"].value == "local":
        return ""
    hours = float(parts["zone"].value)
    if "offset" in parts:
        hours += float(parts["offset"].value)
    if hours == 0:
        return "Z"
    return f"{'-' if hours < 0 else '+'}{int(abs(hours)):02}:{int(abs(hours) % 1 * 60):02}"


def _resolve_time(parts: Parts, scene: _Scene) -> _Time | None:
    near = scene.nearby()
    day = near.day if near else scene.published
    anchored = near.anchored if near else True
    shown = (near.value or "").split("T")[0] if near else show_date(scene.published, "D")
    if "oclock" in parts or "daynum" in parts:
        hour = int(parts["daynum"].value)
        if hour > 12:
            return None
        part = parts["part"].value if "part" in parts else None
        if part in {"AF", "EV", "NI"} and hour < 12:
            hour += 12
        return _Time("TIME", f"{shown}T{hour:02}:00", _mod(parts), anchored, day)
    clock = _read_clock(parts)
    if clock:
        return _Time("TIME", shown + clock, _mod(parts), anchored, day)
    if "part" in parts and "clock" not in parts and "figure" not in parts:
        return _Time("TIME", f"{shown}T{parts['part'].value}", _mod(parts), anchored, day)
    return None


def _resolve_month(parts: Parts, scene: _Scene) -> _Time | None:
    month = int(parts["month"].value)
    today, mod = scene.published, _mod(parts)
    if (year := _year_of(parts)) is not None:
        return _pin(make_date(year, month, 1), "M", anchored=False, mod=mod)
    short = len(parts["month"].low) < 4 and parts["month"].low != "may"
    if short and "dot" not in parts:
        return None
    if today is None:
        return _Time("DATE", f"XXXX-{month:02}", mod, True, None, "M")
    if "unit" in parts:
        year = today.year + int((parts.get("relative") or parts["relative_told"]).value)
        return _pin(make_date(year, month, 1), "M", anchored=True, mod=mod)
    this = today.replace(day=1)
    months = [make_date(y, month, 1) for y in range(today.year - 1, today.year + 2)]
    step = int(parts["relative"].value) if "relative" in parts else None
    if step is None or step == 0:
        day = _pick(this, months, scene.leaning() if step is None else 0)
    else:
        day = _pick(shift_date(this, step, "M") or this, months, step)
    return _pin(day, "M", anchored=True, mod=mod)


_YEAR_BEFORE = {
    "in",
    "of",
    "since",
    "from",
    "until",
    "till",
    "by",
    "around",
    "circa",
    "before",
    "after",
    "and",
    "to",
    "through",
    "during",
    "early",
    "late",
}
_MONEY = set("$€£¥#%")


def _resolve_year(parts: Parts, scene: _Scene) -> _Time | None:
    if "fy" in parts:
        digits = re.sub(r"\D", "", str(parts["fy"].value))
        return _Time("DATE", f"FY{digits if len(digits) == 4 else '20' + digits}", None)
    year = _year_of(parts) or 0
    if "fiscal" in parts:
        return _Time("DATE", f"FY{year}", None)
    if "unit" in parts and parts["unit"].value != "Y":
        return None
    before = scene.before.low if scene.before else ""
    if "edge" not in parts and "unit" not in parts:
        if before in _MONEY or (scene.after and scene.after.low in _MONEY):
            return None
        if not 1900 <= year <= 2100 and before not in _YEAR_BEFORE:
            return None
    return _pin(make_date(year, 1, 1), "Y", anchored=False, mod=_mod(parts))


def _unit_day(parts: Parts, scene: _Scene) -> tuple[date | None, str, bool]:
    """Give a day in the unit that "last year" or "that month" names, its grain, and whether anchored."""
    grain = str(parts["unit"].value)
    today, anchored = scene.published, True
    step = int(parts["relative"].value) if "relative" in parts else 0
    if "relative_told" in parts or ("the" in parts and "relative" not in parts and grain in {"Q", "M"}):
        if scene.told and scene.told.day:
            today, anchored = scene.told.day, scene.told.anchored
        step = int(parts["relative_told"].value) if "relative_told" in parts else 0
    return shift_date(today, step, grain), grain, anchored


def _resolve_relunit(parts: Parts, scene: _Scene) -> _Time | None:
    relative = parts.get("relative")
    grain = str(parts["unit"].value)
    if relative is None and "relative_told" not in parts and grain not in {"W", "M", "Q", "Y"}:
        return None
    if grain == "TM":
        return None
    if relative and (relative.low == "past" or _is_length(parts)):
        return _length(1, grain, relative, scene, None)
    day, grain, anchored = _unit_day(parts, scene)
    if "latest" in parts and grain == "Q":
        day = scene.told.day if scene.told and scene.told.grain == "Q" else shift_date(scene.published, -1, "Q")
    mod = _mod(parts)
    time = _pin(day, grain, anchored=anchored, mod=mod)
    told = parts.get("told")
    if told is not None:
        time.mod = "BEFORE" if told.low == "earlier" else "AFTER"
        today = scene.published
        cover = cover_value(time.value)
        if today and cover and cover[0].date() <= today <= cover[1].date() and parts.get("relative"):
            # what is said to be earlier this year lies before the article, what is later behind it
            edge = datetime(today.year, today.month, today.day)
            time.cover = (cover[0], edge + timedelta(days=1, seconds=-1)) if told.low == "earlier" else (edge, cover[1])
    return time


def _is_length(parts: Parts) -> bool:
    """Whether it is "the last year", the twelve months up to now, and not "last year"."""
    if "the" not in parts or "fiscal" in parts or parts["unit"].value in {"Q", "D"}:
        return False
    return parts["relative"].low in {"last", "next", "coming"}


def _resolve_edge_of(parts: Parts, scene: _Scene) -> _Time | None:
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


def _resolve_quarter(parts: Parts, scene: _Scene) -> _Time | None:
    mod = "FISCAL" if "fiscal" in parts else None
    if "qcode" in parts:
        shown = str(parts["qcode"].value)
        nth = int(re.sub(r"\D", "", shown))
        grain = "HY" if "H" in shown else "Q"
        if nth > _N_PERIODS[grain]:
            return None
    elif "half" in parts:
        word = parts["nth"]
        nth, grain = int(word.value), "HY"
        if nth == 4:
            nth = 2
    else:
        if parts["unit_q"].value != "Q":
            return None
        nth, grain = int(parts["ordinal"].value), "Q"
    if not 1 <= nth <= _N_PERIODS[grain]:
        return None
    month = (nth - 1) * 12 // _N_PERIODS[grain] + 1
    today = scene.published
    year = _year_of(parts)
    anchored = year is None
    if year is not None:
        day = make_date(year, month, 1)
    elif today is None:
        return _Time("DATE", f"XXXX-{grain[0]}{nth}", None, True, None, grain)
    elif "unit" in parts and ("relative" in parts or "relative_told" in parts):
        by = int((parts.get("relative") or parts["relative_told"]).value)
        day = make_date(today.year + by, month, 1)
    elif "half" in parts:
        day = make_date(today.year, month, 1)
    else:
        day = _pick(today, [make_date(y, month, 1) for y in range(today.year - 1, today.year + 2)], scene.leaning())
        this = show_date(today, grain)
        here = make_date(today.year, month, 1)
        if show_date(here, grain) == this:
            day = here
    del mod
    return _pin(day, grain, anchored=anchored)


_N_PERIODS = {"Q": 4, "HY": 2}


def _resolve_decade(parts: Parts, scene: _Scene) -> _Time | None:
    if "unit_c" in parts:
        if parts["unit_c"].value != "CE":
            return None
        nth = int(parts["nth"].value)
        return _Time("DATE", f"{nth - 1:02}", _mod(parts)) if 1 <= nth <= 99 else None
    if "decade" in parts:
        digits = re.sub(r"\D", "", str(parts["decade"].value))
        value = digits[:3] if len(digits) == 4 else f"{20 if digits in {'00', '10'} else 19}{digits[0]}"
        return _Time("DATE", value, _mod(parts))
    return _Time("DATE", f"19{parts['decade_word'].value}", _mod(parts)) if "the" in parts else None


_SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def _resolve_season(parts: Parts, scene: _Scene) -> _Time | None:
    season = str(parts["season"].value)
    month = _SEASON_MONTH[season]
    today, year = scene.published, _year_of(parts)
    anchored = year is None
    if year is None:
        if today is None:
            return _Time("DATE", f"XXXX-{season}", _mod(parts), True)
        starts = [make_date(y, month, 1) for y in range(today.year - 2, today.year + 2)]
        step = parts.get("relative")
        if step is None:
            day = _pick(today, starts, scene.leaning())
        elif step.low == "last":
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
    return _Time("DATE", f"{year:04}-{season}", _mod(parts), anchored, make_date(year, month, 1), "season")


def _resolve_weekend(parts: Parts, scene: _Scene) -> _Time | None:
    today = scene.published
    if today is None:
        return _pin(None, "WE", anchored=True)
    saturday = shift_date(today, 6 - today.isoweekday(), "D")
    relative = parts.get("relative")
    if relative is not None and relative.value:
        by = int(relative.value)
    else:
        by = -1 if today.isoweekday() < 5 and scene.leaning() <= 0 else 0
    return _pin(shift_date(saturday, by, "W"), "WE", anchored=True)


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


def _resolve_ago(parts: Parts, scene: _Scene) -> _Time | None:
    unit = parts.get("anyunit") or parts.get("unit") or parts["units"]
    grain = str(unit.value)
    marker = parts.get("ago") or parts.get("told") or parts["hence"]
    step = int(marker.value)
    n = None if "units" in parts else _count(parts)
    if n is None:
        return _Time("DATE", "PAST_REF" if step < 0 else "FUTURE_REF", None, True)
    told = scene.told if scene.told and scene.told.day else None
    base, anchored = (told.day, told.anchored) if told and marker.kind == "told" else (scene.published, True)
    if marker.kind == "told" and marker.low == "later" and told is None:
        return _Time("DATE", show_date(None, grain if grain in {"D", "W", "M", "Y"} else "D"), _mod(parts), True)
    # what the article compares with a quarter of a year ago is the same quarter
    if grain == "Y" and (parts.get("unit_q") or (told and told.grain == "Q")):
        base = told.day if told and told.grain == "Q" else scene.published
        return _pin(shift_date(base, step * n, "Y"), "Q", anchored=anchored, mod=_mod(parts))
    day = shift_date(base, step * n, grain)
    shown = {"F": "W", "DE": "Y", "CE": "Y"}.get(grain, grain)
    time = _pin(day, shown, anchored=anchored, mod=_mod(parts))
    if grain in {"TH", "TM", "TS"}:
        time.type = "TIME"
    return time


def _length(n: float | None, grain: str, relative: Token | None, scene: _Scene, mod: str | None) -> _Time:
    """Make a duration; one that reaches to or from the publication date covers what it says."""
    time = _Time("DURATION", show_length(n, grain), mod)
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


_PREPOSITIONS = {
    "in",
    "for",
    "of",
    "within",
    "after",
    "over",
    "during",
    "than",
    "by",
    "until",
    "about",
    "nearly",
    "almost",
    "before",
    "just",
    "only",
    "least",
    "took",
    "spent",
}


def _resolve_duration(parts: Parts, scene: _Scene) -> _Time | None:
    unit = parts.get("anyunit") or parts.get("unit") or parts.get("units")
    if unit is None:
        return (
            _Time("DURATION", "P1D")
            if parts["part"].low == "day"
            else _Time("TIME", f"XXXX-XX-XXT{parts['part'].value}", None, True)
        )
    grain = str(unit.value)
    after = scene.after
    if (after and after.low == "-") or (after and after.low == "old"):
        return None
    relative = parts.get("relative")
    if "recent" in parts or (relative and "figure" not in parts and "vague" not in parts):
        return (
            _length(None, grain, relative or parts["recent"], scene, None)
            if relative
            else _Time("DURATION", show_length(None, grain), None, True)
        )
    if "high" in parts:
        return _length(None, grain, relative, scene, None)
    if "all" in parts:
        return _Time("DURATION", show_length(1, grain))
    if "figure" not in parts and ("long" in parts or "ahead" in parts):
        return _Time("DURATION", show_length(None if unit.kind == "units" else 1, grain), None)
    n = _count(parts)
    if "a" in parts and n == 1 and "approx" not in parts and "bound" not in parts:
        before = scene.before
        if before is not None and _is_rate(before):
            return _Time("SET", show_length(1, grain))
    return _length(n, grain, relative, scene, _mod(parts))


def _is_rate(before: Token) -> bool:
    """Whether "a year" after this word is a rate, as after a number or "twice"."""
    return before.kind in {"number", "daynum", "figure", "year", "rate"} or before.low in {
        "%",
        "percent",
        "times",
        "once",
        "twice",
    }


def _resolve_set(parts: Parts, scene: _Scene) -> _Time | None:
    if "set" in parts:
        return _Time("SET", str(parts["set"].value))
    if "rate" in parts:
        return _Time("SET", show_length(1, str(parts["unit"].value)))
    if "weekends" in parts or "weekend" in parts:
        return _Time("SET", "XXXX-WXX-WE")
    if weekday := parts.get("weekday") or parts.get("weekdays"):
        part = parts.get("part") or parts.get("parts")
        return _Time("SET", f"XXXX-WXX-{weekday.value}" + (f"T{part.value}" if part else ""))
    if unit := parts.get("unit") or parts.get("units"):
        n = float(parts["figure"].value) if "figure" in parts else float(parts["every"].value)
        return _Time("SET", show_length(n, str(unit.value)))
    if "month" in parts:
        return _Time("SET", f"XXXX-{parts['month'].value:02}")
    if "season" in parts:
        return _Time("SET", f"XXXX-{parts['season'].value}")
    if "part" in parts:
        return _Time("SET", f"XXXX-XX-XXT{parts['part'].value}")
    rule = str(parts["holiday"].value)
    return _Time("SET", f"XXXX-{rule}" if re.fullmatch(r"\d\d-\d\d", rule) else "P1Y")


def _resolve_ref(parts: Parts, scene: _Scene) -> _Time | None:
    if "ref" not in parts:
        return _Time("DATE", "PAST_REF", None, True) if parts["relative"].low == "past" else None
    ref = parts["ref"]
    if ref.low == "now" and scene.after and scene.after.low == "that":
        return None
    return _Time("DATE", str(ref.value), None, True)


def _resolve_holiday(parts: Parts, scene: _Scene) -> _Time | None:
    rule = str(parts["holiday"].value)
    year, today = _year_of(parts), scene.published
    if year is not None:
        return _pin(resolve_holiday(rule, year), "D", anchored=False)
    if today is None:
        return _Time("DATE", f"XXXX-{rule}" if re.fullmatch(r"\d\d-\d\d", rule) else "XXXX-XX-XX", None, True)
    days = [resolve_holiday(rule, y) for y in range(today.year - 1, today.year + 2)]
    step = parts.get("relative")
    if step and step.value == 0:
        return _pin(days[1], "D", anchored=True)
    lean = int(step.value) if step else 0
    day = _pick(today, days, lean) if lean else _near_day(days, scene)
    return _pin(day, "D", anchored=True)


_RESOLVERS: dict[str, Callable[[Parts, _Scene], _Time | None]] = {
    "day": _resolve_day,
    "time": _resolve_time,
    "month": _resolve_month,
    "year": _resolve_year,
    "edge_of": _resolve_edge_of,
    "quarter": _resolve_quarter,
    "decade": _resolve_decade,
    "season": _resolve_season,
    "weekend": _resolve_weekend,
    "relunit": _resolve_relunit,
    "ago": _resolve_ago,
    "duration": _resolve_duration,
    "set": _resolve_set,
    "ref": _resolve_ref,
    "holiday": _resolve_holiday,
}
