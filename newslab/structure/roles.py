"""Roles of paragraphs: headline, body, or furniture of a page, from form, place and tie to the text around.

No list of known lines is looked at: a page words its furniture as it likes.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise, takewhile
from operator import attrgetter
from typing import NamedTuple

from spacy.tokens import Doc, Token

from newslab.structure.topics import weigh_words
from newslab.words import read_text, split_paragraphs

# a stop, then perhaps closing quotes and brackets
_STOP = re.compile(r"""[.!?…:;,][\s"'”’»)\]]*$""")
_CLOCK = re.compile(r"\d ?[ap]\.m\.$")
_MENU = re.compile(r"[|•·»©®→]|\s>\s|^[Cc]opyright\b|https?:|www\.|\S@\S")
_DASH = re.compile("[-–—]$")
_ITEM = re.compile(r"[•·▪◦‣*–-]\s+")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s")
_HEADING = re.compile(r"#{1,6}\s")
# names at the end of a caption: "(Ana Lind/Northern Press)", or after its stop "Photo: Ana Lind"
_CREDIT = re.compile(r"(?:[.!?]\s+|\()[^\d.!?()]{1,40}[/:]\s?[A-Z][^\d.!?]{1,40}$")
_QUESTION = re.compile(r"""\?["'”’)]*$""")
_TURN = re.compile(r"[QA][:.]\s")
# who speaks or what it is about, before a sentence: "MODERATOR: Welcome.", "Museums: Entry is free."
_ENTRY = re.compile(r"[A-Z][^\W\d]*(?: [^\W\d.]+\.?){0,2}: (?=[^\n]*[.!?][\"'”’)]*$)")
_SENTENCE_MARKS = frozenset(".!?")
_QUOTE = re.compile("[\"“”„«»‘]|''|``|^'.*'$")
_LONGEST_HEADLINE = 25
_LONGEST_NOTICE = 16
_SENTENCE = 8
"""Words from which on a line may be a whole sentence, and among which one to the reader says so."""

_LONGEST_CALL = 30
_SHORT = 20
"""Tokens up to which a paragraph is no measure of what the text around a line is about."""

_NEAR = 20
"""Paragraphs on either side that a line may belong to."""

_HEADED = 3
"""Paragraphs that a headline may be about, of those right under it."""

_TELLING = 5.0
"""Weight from which on a word tells what a line is about: that of rank 150, the end of the words found everywhere."""

_TIED = 0.2
"""Share of its telling words from which on a line belongs to the text around it."""

_WELL_TIED = 0.5
"""The same for a line that has to do with other paragraphs than those under it."""

_PAST = frozenset({"had", "was", "were"})
_SECOND_PERSON = frozenset({"you", "your", "yours"})
_ONE_PERSON = frozenset({"i", "me", "my"})
_SPEAKER = frozenset({"i", "we"})
_MAKERS = frozenset({"us", "our"})
_OF_ITSELF = frozenset({"we", "us", "our", "this", "these"})
_PAGE = frozenset(
    {"article", "blog", "content", "email", "interview", "newsletter", "page", "post", "site", "story", "website"}
)
_FEWEST_QUESTIONS = 5
_QUESTIONS = 6
"""Paragraphs to each that asks a question, at most, of an interview."""

_QUESTIONS_IN_A_ROW = 3
_ANSWER = 2
"""Paragraphs of an answer, at most, where only a part of a text is questions and answers."""

_OPENING = 3
"""Tokens among which a byline has its "by"."""

_FEWEST_ITEMS = 3
_FEWEST_ENTRIES = 4

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_NAME = frozenset({"NNP", "NNPS", "CC", ",", "NN"})
_CREDITED = frozenset({"NNP", "NNPS", "VBN"})
_NAMED = frozenset({"DT", "NNP", "PRP"})
"""Tags that open who said it, behind the verb: "Sit down, said the judge", not "Our digest, sent on Mondays". """


class Paragraph(NamedTuple):
    """A paragraph of a document, and what it is: ``role`` and ``kind`` as in `newslab.extract_paragraphs`."""

    start: int
    end: int
    tokens: list[Token]
    role: str
    kind: str | None


def find_paragraphs(doc: Doc) -> list[Paragraph]:
    """Find the paragraphs of a document, and say what each is.

    Parameters
    ----------
    doc
        Tagged. What ``doc.spans["headings"]`` holds is a headline, whatever it looks like.

    Returns
    -------
    list of Paragraph
        In document order.
    """
    text = read_text(doc)
    edges = split_paragraphs(text)
    parts = list(_part(doc, edges))
    lines = _mark_items([_read(part, text[start:end]) for part, (start, end) in zip(parts, edges, strict=True)])
    marked = {span.start_char for span in doc.spans.get("headings", [])}
    headings = {i for i, (start, _) in enumerate(edges) if start in marked or _is_numbered(lines[i])}
    kinds = _kinds(lines, headings, set(_turns(text, edges)))
    roles = [
        "boilerplate" if kind else "headline" if i in headings or _heads(line, opens=not i) else "body"
        for i, (line, kind) in enumerate(zip(lines, kinds, strict=True))
    ]
    found = zip(edges, parts, roles, kinds, strict=True)
    return [Paragraph(start, end, part, role, kind) for (start, end), part, role, kind in found]


def _part(doc: Doc, edges: list[tuple[int, int]]) -> Iterator[list[Token]]:
    """Tokens of each paragraph, in one pass: a look-up by character would walk the Doc each time."""
    tokens = list(doc)
    starts = [token.idx for token in tokens]
    at = 0
    for start, end in edges:
        while at < len(tokens) and starts[at] + len(tokens[at]) <= start:
            at += 1
        until = bisect_left(starts, end, at)
        yield tokens[at:until]
        at = until


class _Line(NamedTuple):
    """A paragraph and what its form says."""

    tokens: list[Token]
    text: str
    """As written, without the sign that makes it an item of a list."""
    is_item: bool
    words: list[str]
    tags: list[str]
    """Of the words."""
    telling: Mapping[str, float]
    """Weight of each word that tells what it is about, by stem."""
    tells: bool
    """Whether it has a finished sentence that speaks of the world: no headline or label does."""
    stopped: bool
    """Whether it ends in a stop, or tells something before its end."""
    finite: bool
    quoted: bool
    addressed: bool
    """Whether a sentence of it speaks to the reader."""
    told: bool
    """Whether it may say what somebody said: "Follow the money, the prosecutor told jurors." """


def _read(tokens: list[Token], text: str) -> _Line:
    item = _ITEM.match(text)
    line = text[item.end() :] if item else text
    words = [t for t in tokens if any(map(str.isalnum, t.text))]
    tells = _tells(tokens)
    stopped = tells or bool(_STOP.search(line))
    return _Line(
        tokens,
        line,
        bool(item),
        [t.lower_ for t in words],
        [t.tag_ for t in words],
        {word: x for word, x in weigh_words(tokens).items() if x > _TELLING},
        tells,
        stopped,
        any(t.tag_ in _FINITE for t in words),
        bool(_QUOTE.search(line)),
        any(map(_is_addressed, _cut(tokens))),
        # but not "You are here because you signed up."
        stopped
        and any(
            b.tag_ == "VBD" and a.lower_ not in _SECOND_PERSON and (a.is_alpha or (a.text == "," and c.tag_ in _NAMED))
            for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False)
        ),
    )


def _mark_items(lines: Sequence[_Line]) -> list[_Line]:
    """Mark lines without a stop, in a row, most of which open with a figure: ingredients, rankings."""
    marked: list[_Line] = []
    for stopped, run in groupby(lines, key=attrgetter("stopped")):
        row = list(run)
        counted = [] if stopped else [i for i, line in enumerate(row) if line.text[0].isdigit()]
        if len(counted) >= _FEWEST_ITEMS:
            items = range(counted[0], counted[-1] + 1)
            is_list = 2 * len(counted) > len(items)
            row = [line._replace(is_item=line.is_item or is_list) if i in items else line for i, line in enumerate(row)]
        marked += row
    return marked


def _kinds(lines: Sequence[_Line], headings: set[int], turns: Collection[int]) -> list[str | None]:
    """Say what sort of page furniture each line is, by its form, its tie to the text around and its place."""
    kinds = [_judge_form(line) for line in lines]
    spoken, opens = _speaks(lines), True
    for i, line in enumerate(lines):
        if i in turns and (line.stopped or kinds[i] == "call"):
            # two speakers address each other, and answer in short
            kinds[i] = None if kinds[i] == "call" else kinds[i]
        elif opens and kinds[i] == "call" and not line.stopped:
            # "Can you still swim in the lake?" heads a story about the lake
            told = [x for x in lines[i + 1 : i + 1 + _NEAR] if x.tells]
            kinds[i] = kinds[i] if _is_loose(lines, i) and not _tie(lines, range(i, i + 1), told) >= _TIED else None
        elif kinds[i] is None and _is_open(line) and _is_loose(lines, i):
            # under furniture only news opens a story
            news = not i or (line.finite and len(line.words) > 3 and not _count_figures(line))
            kinds[i] = _judge_loose(line, opens=opens and news, spoken=spoken)
        opens = opens and kinds[i] is not None
    _judge_headings(lines, kinds, headings)
    _judge_notes(lines, kinds)
    return kinds


def _judge_headings(lines: Sequence[_Line], kinds: list[str | None], headings: set[int]) -> None:
    """Tell the headings in mid-text and over lists from labels of what leads elsewhere."""
    # where parts of a text are headed by clauses, one that names nothing may head one too: "It is late"
    inner = [i for i in range(2, len(lines) - 1) if _is_between(lines, i)]
    if sum(kinds[i] is None for i in inner) > 1:
        headings.update(i for i in inner if kinds[i] == "label" and lines[i].tags[0] in {"EX", "PRP"})
    for run in _lists(lines):
        # a list is of links to other stories, or it goes on with this one and what is over it is its heading
        label, around = run.start - 1, _around(lines, run)
        n_loose = sum(_tie(lines, range(i, i + 1), around) < _TIED for i in run)
        few = len(run) - 1 if label in headings else len(run) / 2
        if kinds[label] in {"label", "notice"} and n_loose > few:
            headings.discard(label)
            kinds[run.start : run.stop] = ["label"] * len(run)
        elif kinds[label] == "label":
            headings.add(label)
    for i in headings:
        # what addresses the reader is furniture all the same
        kinds[i] = None if kinds[i] in {"label", "notice", "dateline"} else kinds[i]


def _judge_notes(lines: Sequence[_Line], kinds: list[str | None]) -> None:
    """Find the notes on who wrote a text, and those that trail its page."""
    bylines = (line for line, kind in zip(lines, kinds, strict=True) if kind == "byline")
    authors = tuple({name for byline in bylines for name in _part_names(byline)})
    for i, line in enumerate(lines):
        if kinds[i] is None and len(line.words) <= _LONGEST_CALL and line.text.startswith(authors):
            kinds[i] = "notice"
    last = max((i for i, kind in enumerate(kinds) if kind is None), default=0)
    end = range(last, last + 1)
    if last > 1 and _introduces(lines[last]) and _tie(lines, end, _around(lines, end)) == 0:
        kinds[last] = "notice"
    for i in range(len(lines) - 1, 1, -1):
        # what trails a page, one piece of furniture after the other
        if kinds[i] is None and not (all(kinds[i - 2 : i]) and _trails(lines, i)):
            break
        kinds[i] = kinds[i] or "notice"


def _judge_form(line: _Line) -> str | None:
    """Say what sort of furniture a line is if its form alone tells."""
    words, tags = line.words, line.tags
    if not words:
        return "rule"
    if _appeals(line):
        return "call"
    if len(words) > _LONGEST_CALL:
        return None
    if _MENU.search(line.text):
        return "menu"
    page = next((i for i, (a, b) in enumerate(pairwise(words)) if a == "this" and b in _PAGE), -1)
    to_reader = line.addressed and not line.quoted and not line.told
    if page == 0 or (page > 0 and (words[0] == "we" or to_reader or (words[page - 1] == "of" and page < _SENTENCE))):
        return "notice"
    if line.is_item and to_reader and not _MAKERS.isdisjoint(words):
        # else what a list tells its readers to do is its matter
        return "call"
    if not _is_open(line):
        return None
    bare = not line.stopped and not line.finite
    if (not line.stopped and words[0] == "by" and all(tag in _NAME for tag in tags[1:])) or (
        bare and _names_people(line)
    ):
        return "byline"
    timed = bare or (not line.finite and _CLOCK.search(line.text))
    if timed and (2 * _count_figures(line) >= len(words) or _DASH.search(line.text)):
        return "dateline"
    if (line.text[0] == "(" and line.text[-1] == ")" and not line.tells) or _CREDIT.search(line.text):
        return "credit"
    if to_reader and not line.stopped:
        return "call"
    return "label" if bare and len(words) < 3 else None


def _count_figures(line: _Line) -> int:
    return sum(any(map(str.isdigit, word)) for word in line.words)


def _names_people(line: _Line) -> bool:
    """Whether a line is names of people: "Ana Lind and Peter Ross in Oslo", "Photographs by Ana Lind"."""
    start = next((i for i, t in enumerate(line.tokens[:_OPENING], 1) if t.lower_ == "by"), 0)
    names = [t for t in line.tokens[start:] if t.ent_type_ == "PERSON"]
    return bool(names) and all(t in names or t.tag_ in _NAME or t.lower_ in {"at", "in"} for t in line.tokens[start:])


def _is_open(line: _Line) -> bool:
    """Whether a line may be furniture for all that its form says; what a page says of itself begins with a capital."""
    # "(1 euro = 1.09 dollars)"
    news = line.is_item or line.quoted or line.text[0].islower() or "=" in line.text or _HEADING.match(line.text)
    return len(line.words) <= _LONGEST_CALL and not news


def _judge_loose(line: _Line, *, opens: bool, spoken: bool) -> str | None:
    """Say what sort of furniture a line is that shares no telling words with the text around it."""
    n_words = len(line.words)
    if not line.stopped:
        # what heads a story of which nothing follows is a link to it; only the first line may speak for itself
        news = (opens and (line.finite or n_words > 3)) or n_words > _LONGEST_HEADLINE or _is_sentence(line)
        return None if news else "label"
    if line.told or not _ONE_PERSON.isdisjoint(line.words):
        return None
    if line.addressed:
        # "Consider the figures. In May alone ten ships sank."
        return "call" if not ((line.tells or spoken) and _MAKERS.isdisjoint(line.words)) else None
    if "?" in line.text or n_words > _LONGEST_NOTICE:
        return None
    if not line.finite:
        # not "Not quite.", "Silence." or "What a day!", nor the figures of a market or a match
        named = (
            # "Noon. A square in Turin."
            (
                line.text[-2:] == ".."
                or line.text.isupper()
                or all(sum(t.is_alpha or t.like_num for t in sentence) != 1 for sentence in _cut(line.tokens))
            )
            # "Good night."
            and any(tag in _CREDITED if spoken else tag[:2] == "NN" or tag == "VBN" for tag in line.tags)
            and line.tags[0][0] != "W"
        )
        return "notice" if named and 3 * _count_figures(line) < n_words else None
    # a page speaks of itself as "we" or "this", or in no clause at all; "The trial continues." tells of the world
    names = sum(tag in {"NNP", "NNPS"} for tag in line.tags)
    return "notice" if names < 2 and not _OF_ITSELF.isdisjoint(line.words) else None


def _turns(text: str, edges: list[tuple[int, int]]) -> Iterator[int]:
    """Find questions and answers, which are all of an interview, else in a row or marked so; entries too."""
    asked = [i for i, (start, end) in enumerate(edges) if _QUESTION.search(text, max(start, end - 3), end)]
    if len(asked) >= _FEWEST_QUESTIONS and _QUESTIONS * len(asked) >= len(edges):
        yield from range(len(edges))
        return
    yield from (i for i, (start, end) in enumerate(edges) if _TURN.match(text, start, end))
    entries = [i for i, (start, end) in enumerate(edges) if _ENTRY.match(text, start, end)]
    if len(entries) >= _FEWEST_ENTRIES:
        yield from entries
    row: list[int] = []
    for i in [*asked, len(edges) + _ANSWER + 1]:
        if row and i - row[-1] > _ANSWER + 1:
            if len(row) >= _QUESTIONS_IN_A_ROW:
                yield from range(row[0], min(row[-1] + 2, len(edges)))
            row = []
        row.append(i)


def _part_names(byline: _Line) -> Iterator[str]:
    """Find the full names of the authors that a byline names."""
    for is_name, run in groupby(byline.tokens, key=lambda t: t.ent_type_ == "PERSON"):
        name = " ".join(t.text for t in run)
        if is_name and " " in name:
            yield f"{name} "


def _is_between(lines: Sequence[_Line], i: int) -> bool:
    """Whether a line is a clause without a stop right between two paragraphs."""
    line = lines[i]
    clause = line.finite and not line.stopped and not line.is_item
    return clause and lines[i - 1].tells and lines[i + 1].tells


def _introduces(line: _Line) -> bool:
    """Whether a line tells in one sentence who a full name is, which a story does in passing."""
    names = list(takewhile(lambda t: t.ent_type_ == "PERSON", line.tokens))
    rest = line.tokens[len(names) :]
    # "Ana Lind covers southern Spain."
    told = _is_open(line) and not line.told and sum(t.text in _SENTENCE_MARKS for t in rest) == 1
    return told and len(names) > 1 and rest[0].tag_ == "VBZ"


def _trails(lines: Sequence[_Line], i: int) -> bool:
    return len(lines[i].words) <= _LONGEST_NOTICE and _is_open(lines[i]) and _is_loose(lines, i)


def _speaks(lines: Sequence[_Line]) -> bool:
    """Whether a text speaks to its reader, as columns and recipes do, also where it is about its matter."""
    to_reader = (
        len(line.tokens) > _SHORT or not _is_loose(lines, i)
        for i, line in enumerate(lines)
        if (line.addressed or not _SECOND_PERSON.isdisjoint(line.words))
        and line.stopped
        and not line.quoted
        and _MAKERS.isdisjoint(line.words)
    )
    # who speaks of themselves speaks to somebody, as in speeches and letters
    of_speaker = [
        not line.quoted and not _SPEAKER.isdisjoint(line.words) for line in lines if len(line.tokens) > _SHORT
    ]
    return sum(to_reader) > 1 or (sum(of_speaker) > 1 and 3 * sum(of_speaker) >= len(of_speaker))


def _lists(lines: Sequence[_Line]) -> Iterator[range]:
    """Find the lists: items in a row, behind another line."""
    start = 0
    for is_item, run in groupby(lines, key=attrgetter("is_item")):
        stop = start + len(list(run))
        if is_item and start:
            yield range(start, stop)
        start = stop


def _is_loose(lines: Sequence[_Line], i: int) -> bool:
    """Whether a line has to do with nothing around it; in mid-text one without a stop would head what is under it."""
    around, line = _around(lines, range(i, i + 1)), range(i, i + 1)
    tie = _tie(lines, line, around)
    if lines[i].stopped or not around or not any(len(x.tokens) > _SHORT for x in lines[max(0, i - _NEAR) : i]):
        return tie < _TIED
    under = [x for x in lines[i + 1 : i + 1 + _NEAR] if len(x.tokens) > _SHORT][:_HEADED]
    return not under or (_tie(lines, line, under) < _TIED and tie < _WELL_TIED)


def _around(lines: Sequence[_Line], run: range) -> list[_Line]:
    """Find the paragraphs that may tell what lines are about: the longer ones near them."""
    near = (*lines[max(0, run.start - _NEAR) : run.start], *lines[run.stop : run.stop + _NEAR])
    return [line for line in near if len(line.tokens) > _SHORT]


def _tie(lines: Sequence[_Line], run: range, around: Sequence[_Line]) -> float:
    """Weigh which share of the telling words of lines the paragraphs around have too; NaN if there are none."""
    if not around:
        return math.nan
    own = dict(chain.from_iterable(lines[i].telling.items() for i in run))
    return sum(x for word, x in own.items() if any(word in line.telling for line in around)) / (sum(own.values()) or 1)


def _is_sentence(line: _Line) -> bool:
    """Whether a line is a sentence that has lost its stop: no headline is so spelt out, and teasers ask why."""
    past = not _PAST.isdisjoint(line.words) and not line.quoted
    return past and len(line.words) >= _SENTENCE and not any(tag[0] == "W" for tag in line.tags)


def _is_numbered(line: _Line) -> bool:
    """Whether a line is the heading of a part that is counted: "3. Who pays?"."""
    stopped = line.stopped and not line.text.endswith("?")
    return bool(_NUMBERED.match(line.text)) and not (line.is_item or stopped)


def _heads(line: _Line, *, opens: bool) -> bool:
    if _HEADING.match(line.text):
        return True
    # "Who pays for the flood wall?"
    asks = opens and line.text.endswith("?")
    stopped = line.tells or (_is_sentence(line) and not opens) or (_STOP.search(line.text) and not asks)
    news = stopped or line.is_item or line.text[0].islower() or line.text[0] == "("
    return len(line.words) <= _LONGEST_HEADLINE and not news


def _cut(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Cut a paragraph at its stops, without need of sentence boundaries; what has none at its end comes too."""
    sentence: list[Token] = []
    for token in tokens:
        sentence.append(token)
        if token.text in _SENTENCE_MARKS:
            yield sentence
            sentence = []
    yield sentence


def _tells(tokens: Sequence[Token]) -> bool:
    return any(
        any(t.tag_ in _FINITE for t in sentence)
        and not _is_addressed(sentence)
        and not any(_QUOTE.search(t.text) for t in sentence)
        for sentence in _cut(tokens)
        if sentence and sentence[-1].text == "."
    )


def _appeals(line: _Line) -> bool:
    """Whether it is several sentences that all speak to the reader or in no clause, and some of the page: "us"."""
    if line.quoted or line.tells:
        return False
    sentences = [sentence for sentence in _cut(line.tokens) if any(t.is_alpha for t in sentence)]
    return (
        len(sentences) > 1
        and all(_is_addressed(sentence) or not any(t.tag_ in _FINITE for t in sentence) for sentence in sentences)
        and any(_is_addressed(sentence) and any(t.lower_ in _MAKERS for t in sentence) for sentence in sentences)
    )


def _is_addressed(sentence: Sequence[Token]) -> bool:
    tags = [t.tag_ for t in sentence[:_OPENING] if t.is_alpha]
    # a sentence begins with another present than "is" or "says" only if it tells to do something, or asks
    ordered = tags[:1] == ["VB"] or (tags[:1] == ["VBP"] and sentence[-1].text != "?")
    return ordered or tags[:2] == ["RB", "VB"] or any(t.lower_ in _SECOND_PERSON for t in sentence[:_SENTENCE])
