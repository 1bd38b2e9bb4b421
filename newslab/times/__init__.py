"""Times: expressions of date, time, length and recurrence, with the stretch of the calendar that they mean.

Types and values are those of TIMEX3 (TimeML 1.2.1). What depends on the day the article appeared is worked
out from it where it is known, and otherwise left with an X for every figure that it would give:
``XXXX-WXX-5`` for Friday.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from numbers import Number

import pandas as pd
from spacy.tokens import Doc
from spacy.tokens import Token as Word

from newslab.tables import SPAN_COLUMNS, build_table
from newslab.times.tense import TELLING, WORDS_BEFORE, opens_story, read_lean
from newslab.times.timex import NAMESAKES, Scene, Time, resolve
from newslab.times.values import cover_value, shift_date
from newslab.times.words import Found, Token, find_expressions, read_tokens
from newslab.words import count_words, iter_docs, read_text, split_paragraphs

COLUMNS = SPAN_COLUMNS | {
    "type": "str",
    "value": "str",
    "earliest": "datetime64[s]",
    "latest": "datetime64[s]",
    "anchored": "bool",
    "mod": "str",
}

Published = str | date | pd.Timestamp | pd.Series | None


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
        anchored : whether the publication date is needed (and, where known, was used) to pin it; all of
            those are null in ``earliest`` without one
        mod : TIMEX3 modifier: START, MID, END (of the value), APPROX, LESS_THAN, MORE_THAN, EQUAL_OR_MORE,
            EQUAL_OR_LESS, BEFORE, AFTER; null if none

    Raises
    ------
    ValueError
        If ``published`` is no date, as are a year, a month and a number.

    Notes
    -----
    A bare weekday is the last one up to the publication date, or the next one where its verb is about the future
    ("will", "is due to", "planned for", and the present tense of verbs of schedules: "opens on"). What is so "since" a
    day or month is never ahead. A month, a day of a month and a holiday are the nearest, those that the tense speaks
    against counting as farther off, and never to come where it is of a past verb itself ("closed in December"); a
    quarter of a year is the nearest. Where a main verb of the sentence or the one before has a date of two or more
    years ago, they follow on it ("It fell in May 1998 and rose in June"). "That day" and "two weeks later" count from
    the last date told of before, and stay unpinned where there is none; "two weeks later" also where that is more than
    a sentence back or would end in the future. Of 7/8/07 the reading within a month of publication is taken, if there
    is one. Weeks are those of ISO 8601, Monday to Sunday. "Late Friday" and "late on Friday" are a DATE that covers its
    evening, "early Friday" one that is over at noon; "dawn on Friday" is a TIME, its morning, "overnight" the night
    before. A decade has three figures (199), a century two (18 for the 19th); years before Christ are BC0044, and are
    not pinned; a fiscal year is FY2019, which covers nothing certain, nor do its quarters (2019-Q1). Holidays are those
    of the United States. Adjectives that name a kind rather than a time (annual, quarterly, former, current) and ages
    are left out, and so is "currently", which tells nothing that the tense does not.

    Examples
    --------
    >>> from spacy.tokens import Doc
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["It", "began", "late", "Friday", "."])
    >>> extract_times({"a": doc}, published="2019-03-09")[["text", "value"]].values.tolist()
    [['late Friday', '2019-03-08']]
    """
    days = {doc_id: _published_day(published, doc_id) for doc_id, _ in iter_docs(docs)}
    return build_table((row for doc_id, doc in iter_docs(docs) for row in _rows(doc_id, doc, days[doc_id])), COLUMNS)


DATE_COLUMNS = SPAN_COLUMNS | {"kind": "str", "value": "str", "published": "datetime64[s]"}

_DAY = r"(?:\d{4}|XXXX)-(?:\d\d-\d\d|XX-XX|WXX-\d)"
_TOP_PARAGRAPHS = 8
_LINE_LENGTH = 80
_MENU_WORDS = 4
"""Words of a line up to which it may be one of a menu, however many stand over the story."""

_TOP_LINES = 60
# A date line is a paragraph of a date, with at most a label, a clock time and the like, or a byline before it; where
# it is parted by bars or dots, one of the parts.
_BAR = re.compile(r"\s[|•·]\s")
_LABEL = re.compile(
    r"""\W*(?:(?:(?:posted|published|written)\s)?by\s[^.!?:;]{3,60}?(?:,|\son)\s)?
    (?:(?:first\s|last\s)?(?:published|posted|updated|modified|created|date|issued)\W*(?:on|at)?\W*)?""",
    re.IGNORECASE | re.VERBOSE,
)
# A dateline opens its paragraph: a place in capitals before the date and a dash, colon or bracket behind it
# ("KIGALI, Rwanda, Apr 12 (IPS) -"), or an agency in brackets before it ("(Reuters) March 7").
_PLACE = re.compile(r"\W*[A-Z][A-Z.'’&/ -]{2,30}(?:,+\s*[A-Z][\w. ]{1,25}){0,2}(?:\s*\([A-Z][\w./ ]{1,20}\))?[\s,–—-]*")
# or a place named as usual, between colons: "Kigali: March 7, 2019: "
_NAMED = re.compile(r"\W*[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,2}(?:, [A-Z][\w. ]{1,25})?:\s*")
_AGENCY = re.compile(r"(?:[A-Z][\w.,'’&/ -]{2,40})?\([A-Z][\w./ ]{1,20}\)[\s,.:–—-]*")
_DATELINE_END = re.compile(r"[\s,.]*[–—:(/-]")


def find_published(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Find the date that each text gives itself: an offer, never used unasked.

    It looks at the opening paragraphs only, and past menus, for a line that holds a date and little else ("Published 7
    March 2019, 10:30", "By Ana Ruiz | 7 March 2019") and for a dateline ("BEIRUT (Reuters), March 7 -", "(Reuters)
    March 7").

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
        value : TIMEX3 value, with XXXX for a year that the text doesn't give, and 2019-XX-XX for 07/03/2019, which
            may be of March or July
        published : the date, null where the text gives none in full. What you accept can go on to `extract_times`:
            ``published=found.set_index("doc_id")["published"]``

    Examples
    --------
    >>> from spacy.tokens import Doc
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["(Reuters)", "March", "7", "-", "Rain", "fell", "."])
    >>> find_published({"a": doc})[["text", "kind", "value"]].values.tolist()
    [['March 7', 'dateline', 'XXXX-03-07']]
    """
    return build_table(
        (row for doc_id, doc in iter_docs(docs) for row in _offers(doc_id, read_text(doc))), DATE_COLUMNS
    )


def _offers(doc_id: str, text: str) -> list[dict[str, object]]:
    n_read = 0
    for start, end in split_paragraphs(text)[:_TOP_LINES]:
        # a dateline's date is in the first words: a long paragraph is not read in full
        line = text[start : min(end, start + 2 * _LINE_LENGTH)]
        n_read += count_words(line) > _MENU_WORDS
        if n_read > _TOP_PARAGRAPHS:
            break
        tokens = read_tokens(line)
        for found in find_expressions(tokens):
            time = resolve(found, Scene()) if found.rule == "day" else None
            if time is None or not re.match(r"[\dX]{4}-\d\d-\d\d|\d{4}-XX-XX", time.value or ""):
                continue
            first, last = tokens[found.first].start, tokens[found.last].end
            before, after = line[:first], line[last:]
            part_before, part_after = _BAR.split(before)[-1], _BAR.split(after)[0]
            length = end - start - (len(before) + len(after) - len(part_before) - len(part_after))
            n_after = len(re.findall(r"[^\W\d_]+", part_after))
            if _LABEL.fullmatch(part_before) and length <= _LINE_LENGTH and n_after <= 5:
                kind = "line"
            elif (
                _AGENCY.fullmatch(before)
                or (_PLACE.fullmatch(before) and _DATELINE_END.match(after))
                or (_NAMED.fullmatch(before) and after.startswith(":"))
            ):
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
    if isinstance(given, pd.Series):
        raise ValueError(f"published has {len(given)} dates for document {doc_id!r}; give one")
    if given is None or pd.isna(given):
        return None
    try:
        # pandas takes a number for nanoseconds since 1970, and a year or month for its first day
        if isinstance(given, Number) or re.fullmatch(r"\s*\d{4}(-\d\d?)?\s*", str(given)):
            raise ValueError
        return pd.Timestamp(given).date()
    except (ValueError, TypeError, NotImplementedError) as error:  # the last for years before 1
        raise ValueError(
            f"document {doc_id!r} has published {given!r}, which is no date; give it as 2019-03-07"
        ) from error


_TOLD_WITHIN = 1  # sentences before, from which "ten years later" can count


def _rows(doc_id: str, doc: Doc, published: date | None) -> Iterator[dict[str, object]]:
    text = read_text(doc)
    places = doc.to_array(["IDX", "SENT_START"])
    starts = places[:, 0].tolist()
    tokens = [_unclass_that(doc, starts, token) for token in read_tokens(text)]
    found = list(find_expressions(tokens))
    sentences = places[places[:, 1] == 1, 0].tolist()
    times: list[Time | None] = [None] * len(found)
    told: Time | None = None
    told_day: Time | None = None
    told_at = 0
    story: date | None = None
    # whoever is called May here once may be so again without a first name
    months = [doc[_place(starts, tokens[match.first])] for match in found if match.rule == "month"]
    people = {word.lower_ for word in months if _is_person(word)}
    # a clock time needs the day that its sentence gives before or after it, so days go first
    for i in sorted(range(len(found)), key=lambda i: found[i].rule == "time"):
        rule = found[i].rule
        scene = _set_scene(doc, starts, tokens, found, i)
        scene.published, scene.told, scene.told_day = published, told, told_day
        at = bisect_right(sentences, tokens[found[i].first].start)
        scene.far = at - told_at > _TOLD_WITHIN
        head = doc[_place(starts, tokens[found[i].first])]
        # "In 1998 it was founded. The mayor said in June": of this June
        scene.story = None if story is None or scene.far or _lemma_over(head) in TELLING else story
        scene.near = _nearest_day(doc, starts, sentences, found, times, tokens, i) if rule == "time" else None
        times[i] = None if _is_name(scene, found[i], people) else resolve(found[i], scene)
        if rule == "day" and i and _is_range(tokens, found[i - 1], found[i]):
            _order(times, found, i, scene.leaning())
        elif rule == "day" and i and _is_pair(tokens, found[i - 1], found[i]):
            _follow(times, found, i, published)
        time = times[i]
        # "a year earlier" is only compared with: the story goes on where it was
        compared = time and rule == "ago" and time.grain == "Q"
        if time and time.day and rule != "time" and not compared:
            told, told_at = time, at
            told_day = time if time.grain == "D" else told_day
            # of last year's June and a bare July it is anyone's guess
            former = published and time.day.year < published.year - 1 and not time.anchored
            story = time.day.replace(day=1) if former and time.grain in {"D", "M", "Y"} and scene.opens() else None
    for match, time in zip(found, times, strict=True):
        if time is None:
            continue
        # a few days, of "a few days later"
        last = match.last - (match.rule == "ago" and time.type == "DURATION")
        start, end = tokens[match.first].start, tokens[last].end
        cover = None if time.uncovered else time.cover or cover_value(time.value)
        earliest, latest = cover or (None, None)
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


def _place(starts: list[int], token: Token) -> int:
    """Find which word of the Doc a token begins in."""
    return bisect_right(starts, token.start) - 1


def _unclass_that(doc: Doc, starts: list[int], token: Token) -> Token:
    """Take its class from the "that" of a clause: "said that Monday was quiet"."""
    if token.low == "that":
        word = doc[_place(starts, token)]
        if word.dep_ == "mark" or word.tag_ in {"IN", "WDT"}:
            return token._replace(kind="word", value=None)
    return token


def _set_scene(doc: Doc, starts: list[int], tokens: list[Token], found: list[Found], i: int) -> Scene:
    """Gather what stands around a match."""
    first, last = found[i].first, found[i].last
    before = tokens[max(0, first - 2) : first]
    after = tokens[last + 1 : last + 3]
    head = _place(starts, tokens[first])
    # of "7:24 a.m. EST Thursday" the day is what hangs on the verb
    day = found[i].parts.get("weekday") or found[i].parts.get("month") or tokens[first]
    return Scene(
        leaning=lambda: read_lean(doc, head, _place(starts, day)),
        opens=lambda: opens_story(doc, head, _place(starts, day)),
        previous=before[-2] if len(before) > 1 else None,
        before=before[-1] if before else None,
        after=after[0] if after else None,
        follower=found[i + 1] if i + 1 < len(found) and found[i + 1].first < last + 5 else None,
        ends=i > 0 and _ends(tokens, found[i - 1], found[i]),
        # "quarter-century", but not "this week - after"
        joined=len(after) > 1 and after[0].kind == "dash" != after[1].kind and after[0].start == tokens[last].end,
        word_before=doc[head - 1] if head else None,
        word_first=doc[head],
        word=doc[bisect_right(starts, tokens[last].end - 1) - 1],
    )


_CLAUSE_TOKENS = 40  # between a clock time and the day it is of


def _nearest_day(
    doc: Doc, starts: list[int], sentences: list[int], found: list[Found], times: list[Time | None],
    tokens: list[Token], i: int,
) -> Time | None:  # fmt: skip
    """Find the day of a clock time: before it in its sentence, or else after it, or in the sentence before.

    The day on which it was told comes last: "The alarm rang at 9 p.m., police said on Friday."
    """
    lead = found[i].first
    while lead and tokens[lead - 1].kind in {"punct", "dash", "lpar"}:
        lead -= 1
    # the stamp of a live blog is not of a day that its line tells of: "10:15 The road is shut until Friday."
    is_stamp = lead == 0 or tokens[lead - 1].kind == "break"

    def look(step: int) -> int | None:
        for j in range(i + step, i + 4 * step, step):
            if not 0 <= j < len(found):
                break
            low, high = sorted((i, j))
            between = tokens[found[low].last + 1 : found[high].first]
            far = len(between) > (1 if is_stamp else _CLAUSE_TOKENS)
            if far or any(token.kind in {"break", "dot"} for token in between):
                break
            if is_day(j) or (step < 0 and found[j].rule == "time" and times[j] is not None):
                return j
        return None

    def is_day(j: int) -> bool:
        time = times[j]
        return time is not None and found[j].rule != "time" and re.match(_DAY, time.value or "") is not None

    def is_told(j: int) -> bool:
        return _lemma_over(doc[_place(starts, tokens[found[j].first])]) in TELLING

    if (before := look(-1)) is not None:
        return times[before]
    if (after := look(1)) is not None and not is_told(after):
        return times[after]
    here = bisect_right(sentences, tokens[found[i].first].start)
    for j in range(i - 1, max(i - 4, -1), -1):
        back = here - bisect_right(sentences, tokens[found[j].first].start)
        if back > 1 or is_stamp:
            break
        if back and is_day(j) and not is_told(j):
            return times[j]
    return None if after is None else times[after]


def _lemma_over(word: Word) -> str:
    """Give the verb that a word stands below."""
    for _ in range(20):
        if word.tag_.startswith("VB") or word.head.i == word.i:
            break
        word = word.head
    return word.lemma_.lower()


def _ends(tokens: list[Token], length: Found, end: Found) -> bool:
    """Whether a day or month is the end of a length that is reported on: "in the three months to June 30"."""
    between = [token.low for token in tokens[length.last + 1 : end.first] if token.kind != "dash"]
    return (
        tokens[length.first].low == "the"
        and length.rule in {"duration", "relunit"}
        and end.rule in {"day", "month"}
        and between in (["to"], ["through"], ["to", "end"], ["ended"], ["ending"])
    )


def _is_range(tokens: list[Token], start: Found, end: Found) -> bool:
    """Whether two days are the ends of one stretch: "Monday to Thursday", "between Friday and Sunday"."""
    if start.rule != "day" or end.first != start.last + 2:
        return False
    lead = tokens[start.first - 1].low if start.first else ""
    return tokens[end.first - 1].kind in {"to", "dash"} or (tokens[end.first - 1].low == "and" and lead == "between")


def _is_pair(tokens: list[Token], one: Found, other: Found) -> bool:
    """Whether two weekdays are told of together: "for Friday and Saturday"."""
    both = {"weekday"} <= one.parts.keys() & other.parts.keys() and "relative" not in other.parts
    return both and other.first == one.last + 2 and tokens[other.first - 1].kind in {"and", "or", "comma"}


def _follow(times: list[Time | None], found: list[Found], i: int, published: date | None) -> None:
    """Make the second of two weekdays be to come where the first is, which stands nearer to what tells so."""
    one, other = times[i - 1], times[i]
    if published and one and other and one.day and one.day > published:
        times[i] = _move(other, found[i], one.day, 1)


def _order(times: list[Time | None], found: list[Found], i: int, lean: int) -> None:
    """Make a range end at the first day of that name from its start on, or start at the last before its end."""
    start, end = times[i - 1], times[i]
    if not start or not end or start.day is None or end.day is None:
        return
    movable = [
        {"weekday", "month"} & match.parts.keys() and not {"relative", "relative_told", "year"} & match.parts.keys()
        for match in found[i - 1 : i + 1]
    ]
    # of what has been only the end is sure to be over
    if movable[0] and (lean < 0 or not movable[1]):
        times[i - 1] = _move(start, found[i - 1], end.day, -1)
    elif movable[1]:
        times[i] = _move(end, found[i], start.day, 1)


def _move(time: Time, match: Found, other: date, step: int) -> Time:
    """Give the nearest day of the same name on one side of another day."""
    if time.day is None or time.value is None:
        return time
    unit = "Y" if "month" in match.parts else "W"
    near = other.year - time.day.year if unit == "Y" else (other - time.day).days // 7
    days = [shift_date(time.day, near + by, unit) for by in (-1, 0, 1)]
    beyond = [day for day in days if day and (day - other).days * step >= 0]
    day = min(beyond, key=lambda day: abs(day - other), default=time.day)
    return replace(time, day=day, value=time.value.replace(time.day.isoformat(), day.isoformat()), cover=None)


# Names of people and titles hold words of the calendar; tools mark "Wednesday" in a headline as ORG, though,
# so the whole name must be longer than the expression.
_NAMES = {"PERSON", "ORG", "WORK_OF_ART", "FAC", "PRODUCT", "LAW"}


def _is_name(scene: Scene, match: Found, people: set[str]) -> bool:
    """Tell whether the word is of a name or a verb: April Jones, the Sunday Times, to march."""
    word = scene.word_first
    if word is None:
        return False
    alone = match.first == match.last
    follower = word.doc[word.i + 1] if word.i + 1 < len(word.doc) else None
    if match.rule == "time" and "part" in match.parts and scene.word and scene.word.i + 1 < len(word.doc):
        # "the Evening Standard"
        return scene.word.text[0].isupper() and scene.word.nbor().pos_ == "PROPN"
    if match.rule in {"duration", "relunit"}:
        return scene.word is not None and scene.word.text[0].isupper() and _is_title(scene.word)
    if match.rule not in {"day", "month", "season", "year", "ref"}:
        return False
    if alone and "month" in match.parts:
        if word.pos_ in {"VERB", "AUX"} or _is_person(word):
            return True
        if word.lower_ in people and not (scene.before and scene.before.low in _BEFORE_MONTH):
            return True
    if word.ent_type_ == "PERSON":
        return True
    if alone and "weekday" in match.parts and scene.before and scene.before.kind == "the" and _heads_name(word):
        return True  # "the Saturday Courier"
    if word.ent_type_ not in _NAMES or match.rule == "year" or not alone:
        return False
    return word.ent_iob_ == "I" or (follower is not None and follower.ent_iob_ == "I")


def _is_title(word: Word) -> bool:
    """Whether a capital makes a name, as of "60 Minutes" or "Person of the Year"; not where all words have one."""
    # not word.sent, which runs through all of it: a text may be one sentence
    doc, low, high = word.doc, max(0, word.i - WORDS_BEFORE), min(len(word.doc), word.i + WORDS_BEFORE)
    low = next((i for i in range(word.i, low, -1) if doc[i].is_sent_start), low)
    high = next((i for i in range(word.i + 1, high) if doc[i].is_sent_start), high)
    return any(other.text.islower() and other.pos_ in {"NOUN", "VERB"} for other in doc[low:high])


# what is before a month even in a text about one Ms May
_BEFORE_MONTH = {
    "in", "since", "until", "till", "by", "from", "through", "during", "for", "late", "early", "mid", "-", "last",
    "next", "this"
}  # fmt: skip


def _heads_name(word: Word) -> bool:
    """Whether a word belongs to a name of one more word right behind it."""
    return word.dep_ == "compound" and word.head.i == word.i + 1 and word.head.tag_ == "NNP"


_SPEAKING = {"add", "deny", "say", "tell", "write"}


def _is_person(word: Word) -> bool:
    """Tell whether a month is a name: it speaks, or has a title or a first or last name at its side."""
    if word.lower_ not in NAMESAKES:
        return False
    if word.dep_ in {"nsubj", "aux"} and word.head.lemma_.lower() in _SPEAKING:
        return True
    before = word.nbor(-1) if word.i else None
    if before is not None and before.pos_ == "PROPN" and before.dep_ == "compound" and before.head.i == word.i:
        return True
    # "in June Brent rose"
    return (before is None or before.pos_ not in {"ADP", "ADJ", "DET", "PRON", "PART"}) and _heads_name(word)
