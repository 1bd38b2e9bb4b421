"""Where sentences begin: what the text itself settles before the parser is asked.

A parser alone takes closing quotation marks for sentences, splits after colons and runs headlines into the story. So
marks, capitals and abbreviations decide here, and only what they leave open is left to the parser.
"""

import re
from collections import deque
from collections.abc import Iterator

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from newslab.words import split_paragraphs

# The word lists below are our own choice of closed classes, not taken from a corpus.
_TITLES = frozenset(
    "adm atty capt cmdr col cpl det dr ft gen gov hon insp lt maj messrs mme mr mrs ms mt pfc pres prof pvt rep reps"
    " rev sen sens sgt st supt".split()
)
"""Abbreviations that stand before a name and so never end a sentence."""

_NUMBERED = frozenset("art ch fig figs n nos no n° p par pp sec vol vols".split())
"""Abbreviations that belong to a number where one follows."""

_ABBREVIATIONS = frozenset(
    "al approx apr assn ave aug blvd bros ca cf co corp dec dept dist div est etc feb fri hwy inc int intl jan jr"
    " jul jun ltd mar min mon mph nov oct plc rd sat sec sept sep sq sr sun thu thur thurs tue tues vs wed univ"
    " ala ariz ark calif colo conn del fla ga ill ind kan ky la md mich minn miss mo neb nev okla ore pa tenn tex"
    " va wash wis".split()
)
"""Other words that carry a stop of their own; the states are those of newspaper style."""

_NEVER_LAST = _TITLES | {"e.g", "i.e", "cf", "ca", "vs", "approx"}

_STARTERS = frozenset(
    "a after all although an and are as at because before both but by can could did do does during each every for from"
    " had has have he her here his how however i if in is it its many meanwhile most my nor not now on or our she"
    " should since so some that the their then there these they this those though through to under until was we were"
    " what when where which while who why will with would yet you your".split()
)
"""Function words: with a capital after an abbreviation they begin a sentence, while a name may continue one."""

_OPENING = "\"'“‘«([—–-*"
# possessive, and begun only where a run of stops begins: ten thousand stops take one pass
_STOP = re.compile(
    r"""(?<![.!?…])(?<![.!?…][ ])
        (?P<stop>[.!?…](?:[ ]?[.!?…])*+)
        (?P<close>[\])]*+["'”’»]*+[\])]*+)
        \s++(?=\S)""",
    re.VERBOSE,
)
# "the war.The army": the space got lost; but not in an address
_GLUED = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z]{2})(?!\S{0,40}[@/])")
# a caption or headline that ran into the story, "The mayor in June In the north", or into its credit; prepositions
# of more than three letters are capitalised within titles ("Gone With the Wind")
_RUN_ON = re.compile(
    r"\b(?!(?:Image|Photo|Picture|Video)s?\b)(\w++)\ (?=(?:As|At|But|By|For|He|In|It|On|She|The|They|We|When)"
    r"\ (?:an?|are|had|has|have|her|his|is|its|the|their|they|this|was|were)\b"
    r"|(?:Caption|Credit|Graphic|Illustration|Image|Photo|Photograph|Picture|Source|Video)s?(?:\ [A-Z]\w+)?:)"
)
_DOTTED = re.compile(r"(?:[^\W\d]\.)+[^\W\d]|Ph\.D")  # U.S, p.m
_CLOCK = frozenset({"a.m", "p.m"})
_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_ITEM = re.compile(r"(?:^|(?<=\s))(?:[•⁃‣▪●◦]\s?(?:\d{1,2}[.)]+\s+)?|(\d{1,2}|[a-z])[.)]{1,2}\s+)(?=\S)")
_LONGEST_UNMARKED = 400
"""Characters without any stop from which on marks are missing rather than absent (speech), and the parser decides."""


@Language.component("sentence_starts")
def mark_sentence_starts(doc: Doc) -> Doc:
    """Set where sentences begin, so that the parser decides only where `find_sentence_starts` leaves it open.

    Parameters
    ----------
    doc
        Tokens, before the parser has seen them.

    Returns
    -------
    Doc
        The same, with ``is_sent_start`` set.
    """
    whole = doc.text  # once: spaCy joins all tokens on each access
    starts: dict[int, bool | None] = {}
    unmarked: deque[tuple[int, int]] = deque()
    for start, end in split_paragraphs(whole):
        text = whole[start:end]
        starts.update((start + at, begins) for at, begins in find_sentence_starts(text))
        starts[start] = True
        if len(text) > _LONGEST_UNMARKED and not _STOP.search(text):
            unmarked.append((start, end))
    marks = np.full(len(doc), -1, dtype="int64")  # spaCy's codes: 1 starts, -1 does not, 0 is open
    for i, at in enumerate(doc.to_array("IDX").tolist()):
        while unmarked and unmarked[0][1] <= at:
            unmarked.popleft()
        begins = starts.get(at, False)
        if begins:
            marks[i] = 1
        elif begins is None or (unmarked and unmarked[0][0] < at):
            marks[i] = 0
    # all at once: setting `is_sent_start` token by token looks through the whole Doc each time
    return doc.from_array(["SENT_START"], marks.astype("uint64").reshape(-1, 1))  # type: ignore[arg-type]


def find_sentence_starts(text: str) -> Iterator[tuple[int, bool | None]]:
    """Find where sentences begin in one paragraph, as far as its marks tell.

    Parameters
    ----------
    text
        One paragraph, without white space at its edges.

    Yields
    ------
    (int, bool or None)
        A character and whether a sentence begins with it: True, False, or None where a name follows an abbreviation
        and only grammar can decide. Nowhere else does one begin.

    Examples
    --------
    >>> list(find_sentence_starts("It cost $5.20 in St. Louis. Nobody paid."))
    [(21, False), (28, True)]
    """
    cased = text != text.lower()
    items = list(_list_items(text))
    markers = {behind for _, behind in items}
    for match in _STOP.finditer(text):
        spaced = match["stop"].count(" ")
        if spaced > 2 and text[match.start() - 1 : match.start()].isalnum():
            # "It ended. . . . The next": the ellipsis opens what follows
            yield match.start("stop") + 2, True
        elif match.end() not in markers:
            yield match.end(), _begins(text, match, cased=cased)
    yield from ((match.end(), True) for match in _GLUED.finditer(text))
    yield from ((m.end(), True) for m in _RUN_ON.finditer(text) if m[1].lower() not in _STARTERS)
    yield from ((start, True) for start, _ in items if start)


def _begins(text: str, match: re.Match[str], *, cased: bool) -> bool | None:
    following = text[match.end() : match.end() + 40].lstrip(_OPENING)
    # "iPhone" counts as a capital
    if not following or (cased and following[0].islower() and not following[1:2].isupper()):
        return False
    first = re.match(r"\w*", following)
    starter = first is not None and first.group().lower() in _STARTERS
    stop = match["stop"]
    if stop.replace(" ", "") in {"...", "…"}:
        if match["close"].startswith("]"):
            return text[match.end()] != "("  # a citation belongs to what it follows
        # three dots trail off within a sentence, a fourth is its stop
        return False if " " in stop else starter or None
    if stop != ".":
        # '"Really?" Smith asked': the name may be the speaker's
        return True if starter or not match["close"].strip("])") else None
    word = re.split(r"[\s(\[\"“‘'—–/-]", text[max(0, match.start() - 30) : match.start()])[-1]
    return _ends(word, following, starter=starter)


def _ends(word: str, following: str, *, starter: bool) -> bool | None:
    """Whether the stop behind ``word`` ends a sentence, or belongs to an abbreviation."""
    low = word.lower()
    if low in _NEVER_LAST or (low in _NUMBERED and following[0].isdigit()):
        return False
    if low in _CLOCK and _DAY.match(following):
        return False
    if len(word) == 1 and word.isupper():
        return starter
    if _DOTTED.fullmatch(word) or low in _ABBREVIATIONS:
        return starter or (False if following[0].isdigit() else None)
    return True


def _list_items(text: str) -> Iterator[tuple[int, int]]:
    """Start of each item of a list run together in one paragraph, and of the words behind its marker."""
    previous: str | None = None
    for match in _ITEM.finditer(text):
        marker = match[1] or "•"
        follows = previous is not None and (
            marker == previous == "•"
            or (marker.isdigit() and previous.isdigit() and int(marker) == int(previous) + 1)
            or (marker.isalpha() and previous.isalpha() and ord(marker) == ord(previous) + 1)
        )
        if follows or not match.start():
            previous = marker
            yield match.start(), match.end()
        elif previous is None:
            return
