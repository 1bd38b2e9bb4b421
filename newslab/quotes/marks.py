"""Quotation marks: which of them open, which close, and which are apostrophes; nothing here needs a parse.

Marks are read by their neighbours (a mark after white space and before a word opens), as typewriter marks have no
direction and typeset ones often point the wrong way. They are paired on a stack, paragraph by paragraph, in one pass.
What stays on the stack has lost its other half, which moves no other pair.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from newslab.words import split_paragraphs


class Quotation(NamedTuple):
    """A quoted stretch of text: ``start, end`` without its marks, ``outer_start, outer_end`` with them."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool


class _Mark(NamedTuple):
    start: int
    end: int
    double: bool
    direction: int  # +1 opens, -1 closes, 0 either
    sure: bool  # a single mark that cannot well be an apostrophe


_TAG = re.compile(r"<[A-Za-z/!][^<>\n]{0,1000}>")
_MARK = re.compile(
    r"(?P<double>[“”„‟«»\"]|''|``|’’|‘‘)"
    r"|(?P<single>[‘’‚‛'`])"
)
_OPENING, _CLOSING = frozenset("“„‟«‘‚‛"), frozenset("”»’")
_BEFORE_OPENING = frozenset("([{<—–-−/=*_>|\u200b\ufeff…")
_AFTER_CLOSING = frozenset(".,;:!?)]}>—–-−/…*_<|\u200b\ufeff")
_QUOTES = frozenset("“”„‟«»\"‘’‚‛'`")

# Words that begin with an apostrophe, so that what looks like an opening mark is none.
_ELISION = re.compile(
    r"(?:tis|twas|twere|em|til|till|cause|bout|round|n|neath|gainst|[0-9]{2}s?|er|im|ello)(?![A-Za-z0-9])", re.I
)
# Words that may end with one: possessive plurals, and "nothin' doin'".
_MAY_END = re.compile(r"(?:[sxzSXZ]|[a-z]in|[a-z]an|(?<![A-Za-z])[oO]|(?<![A-Za-z])[nN])$")
_STOP = re.compile(r"[.!?…][\"”’')\]]*\s+")


def find_quotations(text: str) -> list[Quotation]:
    """Pair the quotation marks of a text; where marks are nested the outermost pair wins.

    Parameters
    ----------
    text
        Any text; its lines are its paragraphs.

    Returns
    -------
    list of Quotation
        In order, none overlapping another. ``closed`` is False where one mark of a pair is missing; the stretch
        then ends (or starts) with its paragraph, or at the nearest other quotation. Where a paragraph has no closing
        mark and the next one opens again, which is how long quotations are set, it is closed all the same.

    Examples
    --------
    >>> text = "“Go,” she said. “Take the children’s coats.”"
    >>> [text[q.start : q.end] for q in find_quotations(text)]
    ['Go,', 'Take the children’s coats.']
    """
    text = blank_tags(text)
    marks = list(_read_marks(text))
    if not marks:
        return []
    paragraphs = split_paragraphs(text)
    doubles = _pair_all(text, [m for m in marks if m.double], paragraphs)
    singles = _pair_all(text, [m for m in marks if not m.double], paragraphs)
    return _outermost(text, doubles, singles)


def blank_tags(text: str) -> str:
    """Put blanks for the tags of a text, so that the marks around their attributes are not taken for speech.

    Parameters
    ----------
    text
        Any text, with HTML in it or not.

    Returns
    -------
    str
        The text with nothing moved.

    Examples
    --------
    >>> blank_tags('<b class="x">"Go"</b>')
    '             "Go"    '
    """
    return _TAG.sub(lambda tag: " " * len(tag.group()), text) if "<" in text else text


def _pair_all(text: str, marks: list[_Mark], paragraphs: list[tuple[int, int]]) -> list[Quotation]:
    """Pair the marks of one kind, paragraph by paragraph, joining what goes on from one into the next."""
    starts = [m.start for m in marks]
    paired: list[Quotation] = []
    carried = False  # whether the paragraph before was left open
    for k, (start, end) in enumerate(paragraphs):
        here = marks[bisect_left(starts, start) : bisect_left(starts, end)]
        if not here:
            carried = False
            continue
        reopened = k + 1 < len(paragraphs) and _opens(marks, starts, paragraphs[k + 1][0])
        double = here[0].double
        found = _pair(text, here if double else _without_apostrophes(here), start, end, reopened)
        if not double:
            found = [q for q in found if q.closed or _is_speech(text, q, start, end)]
        left_open = any(q.end == end == q.outer_end for q in found)
        if carried and found and found[0].outer_start == found[0].start == start:
            # the mark that it lacks is the one left open
            first = found.pop(0)
            paired[-1] = paired[-1]._replace(end=first.end, outer_end=first.outer_end, closed=True)
        carried = left_open
        paired += found
    return paired


def _read_marks(text: str) -> Iterator[_Mark]:
    last = len(text)
    for match in _MARK.finditer(text):
        start, end = match.span()
        mark = match.group()
        left = text[start - 1] if start else " "
        right = text[end] if end < last else " "
        double = match.lastgroup == "double"
        free_left = left.isspace() or left in _BEFORE_OPENING or left in _OPENING or left in "\"'`"
        free_right = right.isspace() or right in _AFTER_CLOSING or right in _CLOSING or right in "\"'"
        if double:
            direction = _direction(mark, left, right, free_left, free_right)
            if direction < 0 and left.isdigit() and mark in "\"''" and right.isspace():
                yield _Mark(start, end, double, -1, False)  # may be inches
            else:
                yield _Mark(start, end, double, direction, True)
            continue
        if left.isalnum() and right.isalnum():
            continue  # don't
        if mark in "‘‚‛`" and not left.isalnum() and not right.isspace():
            direction = 1
        elif free_left and free_right:
            continue
        else:
            direction = 1 if free_left else -1 if free_right else 0
        if direction == 0 or (direction > 0 and _ELISION.match(text, end)):
            continue
        sure = direction > 0 or not (left.isalnum() and _MAY_END.search(text, max(0, start - 4), start))
        if direction < 0 and left.isdigit() and mark == "'":
            sure = False  # feet, or a decade
        yield _Mark(start, end, double, direction, sure)


def _direction(mark: str, left: str, right: str, free_left: bool, free_right: bool) -> int:
    """Whether a double mark opens or closes; its neighbours are heard before its shape."""
    if left.isspace() and right.isalnum():
        return 1
    if right.isspace() and (left.isalnum() or left in ".,!?"):
        return -1
    if mark[0] in _OPENING or mark == "``":
        return 1
    if mark[0] in _CLOSING:
        return -1
    if free_left == free_right:
        return 0
    return 1 if free_left else -1


def _opens(marks: list[_Mark], starts: list[int], at: int) -> bool:
    """Whether an opening mark stands at the very start of a paragraph."""
    k = bisect_left(starts, at)
    return k < len(marks) and starts[k] == at and marks[k].direction >= 0


def _pair(text: str, marks: list[_Mark], start: int, end: int, reopened: bool) -> list[Quotation]:
    """Pair the marks of one kind in one paragraph; ``reopened`` says whether the next one starts with a mark."""
    found: list[Quotation] = []
    stack: list[_Mark] = []
    floor = start  # nothing before it may be given to a quotation whose opening mark is lost
    for mark in marks:
        if mark.direction > 0 or (mark.direction == 0 and not stack):
            stack.append(mark)
        elif stack:
            opening = stack.pop()
            found.append(Quotation(opening.end, mark.start, opening.start, mark.end, True))
            floor = mark.end
        elif mark.sure and text[floor : mark.start].strip():
            found.append(Quotation(floor, mark.start, floor, mark.end, False))
            floor = mark.end
    if stack:
        # only the last of the marks left over can run on into the next paragraph
        taken = sorted(q.outer_start for q in found)
        for k, opening in enumerate(stack):
            limits = [end]
            at = bisect_left(taken, opening.end)
            if at < len(taken):
                limits.append(taken[at])
            if k + 1 < len(stack):
                limits.append(stack[k + 1].start)
            stop = min(limits)
            runs_on = reopened and stop == end
            found.append(Quotation(opening.end, stop, opening.start, stop, runs_on))
        found.sort(key=lambda q: q.outer_start)
    return found


def _without_apostrophes(marks: list[_Mark]) -> list[_Mark]:
    """Leave out what is hardly a closing mark: "the players' union" while a surer one is still to come."""
    sure_next = False
    kept: list[_Mark] = []
    for mark in reversed(marks):
        if mark.direction > 0:
            sure_next = False
        elif mark.sure:
            sure_next = True
        elif sure_next:
            continue
        kept.append(mark)
    return kept[::-1]


def _is_speech(text: str, quotation: Quotation, start: int, end: int) -> bool:
    """Whether a lone single mark is worth a quotation: it ends a sentence, or starts a paragraph."""
    if quotation.outer_end > quotation.end:
        after = text[quotation.outer_end : quotation.outer_end + 1]
        return text[quotation.end - 1] in ".,!?" or after == "." or quotation.outer_end == end
    return quotation.outer_start == start and text[quotation.outer_start] in "‘'"


def _outermost(text: str, doubles: list[Quotation], singles: list[Quotation]) -> list[Quotation]:
    """Drop empty and nested quotations; a quotation without its other half gives way to whole ones."""
    ends = [q.outer_end for q in doubles]

    def stands_apart(single: Quotation) -> bool:
        at = bisect_right(ends, single.outer_start)
        return at == len(ends) or doubles[at].outer_start >= single.outer_end

    ranked = sorted(
        doubles + [q for q in singles if q.closed or stands_apart(q)], key=lambda q: (q.outer_start, -q.outer_end)
    )
    kept: list[Quotation] = []
    reached = 0  # end of the whole quotations so far, blank ones included
    for quotation in ranked:
        if quotation.outer_end <= reached:
            continue
        if quotation.closed:
            reached = quotation.outer_end
        start, end = quotation.start, quotation.end
        while start < end and not text[start].isalnum() and (text[start].isspace() or text[start] in _QUOTES):
            start += 1
        while end > start and (text[end - 1].isspace() or text[end - 1] in _QUOTES):
            end -= 1
        if not any(c.isalnum() for c in text[start:end]):
            continue
        # a stretch without its mark ends with its words
        outer_start = start if quotation.outer_start == quotation.start else quotation.outer_start
        outer_end = end if quotation.outer_end == quotation.end else quotation.outer_end
        quotation = Quotation(start, end, outer_start, outer_end, quotation.closed)
        if kept and quotation.outer_start < kept[-1].outer_end:
            if quotation.outer_end <= kept[-1].outer_end or kept[-1].closed:
                continue
            kept[-1] = kept[-1]._replace(end=min(kept[-1].end, quotation.outer_start), outer_end=quotation.outer_start)
        kept.append(quotation)
    return kept
