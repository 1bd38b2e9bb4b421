"""Structure: paragraphs with their role and topic fit, and sentences.

News that was scraped or stitched together holds more than its story: headlines in mid-text, share bars,
passages of another article. Roles are read from form, place and whether a line shares words with the text around
it, never from lists of known lines.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import NamedTuple

import pandas as pd
from spacy.tokens import Doc, Span, Token

from newslab.structure.anomalies import extract_anomalies as extract_anomalies
from newslab.structure.anomalies import repair_articles as repair_articles
from newslab.structure.topics import (
    Passage,
    embed_passages,
    flag_passages,
    read_passage,
    score_passages,
    weigh_words,
)
from newslab.tables import SPAN_COLUMNS, build_table
from newslab.words import check_sentences, iter_docs, iter_sentences, read_text, split_paragraphs

PARAGRAPH_COLUMNS = SPAN_COLUMNS | {
    "role": "str",
    "kind": "str",
    "off_topic": "bool",
    "topic_score": "float64",
}
SENTENCE_COLUMNS = SPAN_COLUMNS | {"paragraph": "int64"}

# a stop, then perhaps closing quotes and brackets
_STOP = re.compile(r"""[.!?…:;,][\s"'”’»)\]]*$""")
_MENU = re.compile(r"[|•·»©®→]|https?:|www\.|\S@\S")
_ITEM = re.compile(r"[•·▪◦‣*–-]\s+")
_HEADING = re.compile(r"#{1,6}\s")
_QUESTION = re.compile(r"""\?["'”’)]*$""")
_TURN = re.compile(r"[QA][:.]\s")
_SENTENCE_MARKS = frozenset(".!?")
_QUOTE = re.compile("[\"“”„«»‘]|''|``")
_LONGEST_HEADLINE = 25
_LONGEST_NOTICE = 16
_LONGEST_CALL = 30
_SHORT = 20
"""Tokens up to which a paragraph is no measure of what the text around a line is about."""

_NEAR = 20
"""Paragraphs on either side that a line may belong to."""

_TELLING = 5.0
"""Weight from which on a word tells what a line is about: that of rank 150, the end of the words found everywhere."""

_TIED = 0.2
"""Share of its telling words from which on a line belongs to the text around it."""

_SECOND_PERSON = frozenset({"you", "your", "yours"})
_OF_ITSELF = frozenset({"we", "us", "our", "this", "these"})
_PAGE = frozenset({"article", "content", "page", "post", "site", "story", "website"})
_FEWEST_QUESTIONS = 5
_QUESTIONS = 6
"""Paragraphs to each that asks a question, at most, of an interview."""

_QUESTIONS_IN_A_ROW = 3
_ANSWER = 2
"""Paragraphs of an answer, at most, where only a part of a text is questions and answers."""

_BATCH = 16
"""Documents whose passages are embedded together."""

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_NAME = frozenset({"NNP", "NNPS", "CC", ",", "NN"})


def extract_paragraphs(docs: Mapping[str, Doc], *, topics: bool = True) -> pd.DataFrame:
    """Find the paragraphs of each document, what each is, and whether it belongs, one row a paragraph.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must set tags and parts of speech. What ``doc.spans["headings"]`` holds
        is a headline, whatever it looks like.
    topics
        False leaves the topic fit out, for large collections.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the paragraph as written
        role : ``headline``, ``body`` or ``boilerplate`` (page furniture: not part of any story)
        kind : what sort of furniture, by its form: ``rule`` (no words), ``menu`` (separators, links, addresses),
            ``byline``, ``dateline`` (mostly figures: dates, times, counts), ``credit`` (in brackets), ``call``
            (addresses or orders the reader), ``label`` (a line without a stop that shares no telling word with
            the text around it, also a link to another story), ``notice`` (a short sentence of that sort, in no
            clause or of the page itself); null
            for headlines and body
        off_topic : True for a passage of another story, and for the headline over one
        topic_score : probability of belonging with the rest of the document, higher fits better; null for
            headlines and boilerplate, for a paragraph without telling words, where there are fewer than three
            paragraphs, and without ``topics``

    Raises
    ------
    ValueError
        If a document has no tags or parts of speech.

    Examples
    --------
    >>> extract_paragraphs({}).columns.to_list()
    ['doc_id', 'start', 'end', 'text', 'role', 'kind', 'off_topic', 'topic_score']
    """
    return build_table(_rows(iter_docs(docs), topics=topics), PARAGRAPH_COLUMNS)


def extract_sentences(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Find the sentences of each document, one row a sentence; none crosses the end of a paragraph.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must set sentence boundaries.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the sentence as written
        paragraph : which paragraph of the document it stands in, from 0: its row there in `extract_paragraphs`

    Raises
    ------
    ValueError
        If a document has no sentence boundaries.

    Examples
    --------
    >>> extract_sentences({}).columns.to_list()
    ['doc_id', 'start', 'end', 'text', 'paragraph']
    """
    return build_table((row for doc_id, doc in iter_docs(docs) for row in _sentences(doc_id, doc)), SENTENCE_COLUMNS)


def _sentences(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    check_sentences(doc_id, doc)
    text = read_text(doc)
    paragraphs = split_paragraphs(text)
    at = 0
    for sent in iter_sentences(doc):
        while paragraphs[at][1] <= sent.start_char:
            at += 1
        # a pipeline that knows no paragraphs may run one sentence over several
        i = at
        while i < len(paragraphs) and paragraphs[i][0] < sent.end_char:
            start, end = max(sent.start_char, paragraphs[i][0]), min(sent.end_char, paragraphs[i][1])
            yield {"doc_id": doc_id, "start": start, "end": end, "text": text[start:end], "paragraph": i}
            i += 1


class _Outline(NamedTuple):
    """The paragraphs of a document, before it is known what belongs."""

    doc_id: str
    text: str
    edges: list[tuple[int, int]]
    kinds: list[str | None]
    roles: list[str]
    passages: list[range]
    """Each paragraph of the body with the headlines right above it, which go with it."""
    read: list[Passage]


def _rows(docs: Iterable[tuple[str, Doc]], *, topics: bool) -> Iterator[dict[str, object]]:
    waiting = iter(docs)
    while outlines := [_outline(doc_id, doc, topics=topics) for doc_id, doc in islice(waiting, _BATCH)]:
        vectors = embed_passages([passage for outline in outlines for passage in outline.read])
        at = 0
        for outline in outlines:
            until = at + len(outline.read)
            yield from _judge(outline, score_passages(outline.read, vectors[at:until]))
            at = until


def _outline(doc_id: str, doc: Doc, *, topics: bool) -> _Outline:
    if len(doc) and not (doc.has_annotation("TAG") and doc.has_annotation("POS")):
        raise ValueError(f"document {doc_id!r} has no parts of speech; parse it with 'tagger' and 'attribute_ruler'")
    text = read_text(doc)
    edges = split_paragraphs(text)
    spans = list(_spans(doc, edges))
    words = [{word: x for word, x in weigh_words(span).items() if x > _TELLING} for span in spans]
    links = set(_links(words, spans))
    kinds = ["label" if i in links else _furniture(words, spans, i) for i in range(len(spans))]
    headings = {span.start_char for span in doc.spans.get("headings", [])}
    for i, (start, _) in enumerate(edges):
        # what leads to other stories, or addresses the reader, is furniture all the same
        if start in headings and kinds[i] in {"label", "notice", "dateline"} and i + 1 not in links:
            kinds[i] = None
    # two speakers address each other, and answer in short
    for i in _turns(text, edges):
        kinds[i] = None if kinds[i] in {"call", "notice"} else kinds[i]
    roles = [
        "headline" if start in headings and not kind else _role(span, kind, opens=not i)
        for i, ((start, _), span, kind) in enumerate(zip(edges, spans, kinds, strict=True))
    ]
    # a headline goes with what it heads: it is words of its story, and out of place with it
    passages = [range(_heads(roles, i), i + 1) for i, role in enumerate(roles) if role == "body"] if topics else []
    read = [
        read_passage(
            list(chain(*(spans[i] for i in passage[:-1]))),
            list(spans[passage[-1]]),
            headed=passages[0][-1] < passage[0] < passage[-1],
        )
        for passage in passages
    ]
    return _Outline(doc_id, text, edges, kinds, roles, passages, read)


def _judge(outline: _Outline, found: Sequence[float]) -> Iterator[dict[str, object]]:
    scores, flags = [math.nan] * len(outline.edges), [False] * len(outline.edges)
    for passage, score, flag in zip(outline.passages, found, flag_passages(found), strict=True):
        scores[passage[-1]] = score
        for i in passage:
            flags[i] = flag
    for i, (start, end) in enumerate(outline.edges):
        yield {
            "doc_id": outline.doc_id,
            "start": start,
            "end": end,
            "text": outline.text[start:end],
            "role": outline.roles[i],
            "kind": outline.kinds[i],
            "off_topic": flags[i],
            "topic_score": scores[i],
        }


def _turns(text: str, edges: list[tuple[int, int]]) -> Iterator[int]:
    """Find the paragraphs that are questions and answers: all of an interview, else those in a row or marked so."""
    asked = [i for i, (start, end) in enumerate(edges) if _QUESTION.search(text, max(start, end - 3), end)]
    if len(asked) >= _FEWEST_QUESTIONS and _QUESTIONS * len(asked) >= len(edges):
        yield from range(len(edges))
        return
    yield from (i for i, (start, end) in enumerate(edges) if _TURN.match(text, start, end))
    row: list[int] = []
    for i in [*asked, len(edges) + _ANSWER + 1]:
        if row and i - row[-1] > _ANSWER + 1:
            if len(row) >= _QUESTIONS_IN_A_ROW:
                yield from range(row[0], min(row[-1] + 2, len(edges)))
            row = []
        row.append(i)


def _spans(doc: Doc, edges: list[tuple[int, int]]) -> Iterator[Span]:
    """Tokens of each paragraph, in one pass: a look-up by character would walk the Doc each time."""
    at = 0
    for start, end in edges:
        while at < len(doc) and doc[at].idx + len(doc[at]) <= start:
            at += 1
        first = at
        while at < len(doc) and doc[at].idx < end:
            at += 1
        yield doc[first:at]


def _heads(roles: list[str], i: int) -> int:
    """Find the first of the headlines right above paragraph ``i``, or ``i`` itself."""
    while i and roles[i - 1] == "headline":
        i -= 1
    return i


def _tie(words: Sequence[Mapping[str, float]], spans: Sequence[Span], lines: range) -> float:
    """Weigh which share of the telling words of lines the paragraphs around have too; NaN if there are none."""
    near = range(max(0, lines.start - _NEAR), min(len(spans), lines.stop + _NEAR))
    around = [words[j] for j in near if j not in lines and len(spans[j]) > _SHORT]
    telling = dict(chain.from_iterable(words[i].items() for i in lines))
    if not around:
        return math.nan
    return sum(x for word, x in telling.items() if any(word in other for other in around)) / (
        sum(telling.values()) or 1
    )


def _links(words: Sequence[Mapping[str, float]], spans: Sequence[Span]) -> Iterator[int]:
    """Find the items of lists behind a label that, taken together, are of other stories: "Most read"."""
    is_item = [bool(_ITEM.match(span.text)) for span in spans]
    for i in range(1, len(spans)):
        if is_item[i] and not is_item[i - 1] and _furniture(words, spans, i - 1) in {"label", "notice"}:
            run = range(i, next((j for j in range(i, len(spans)) if not is_item[j]), len(spans)))
            if _tie(words, spans, run) < _TIED:
                yield from run


def _furniture(telling: Sequence[Mapping[str, float]], spans: Sequence[Span], i: int) -> str | None:
    """Say what sort of page furniture a line is, by its form and its tie to the text around; None for news."""
    span, words = spans[i], _words(spans[i])
    if not words:
        return "rule"
    if _is_appeal(span):
        return "call"
    if len(words) > _LONGEST_CALL:
        return None
    line = span.text.strip()
    item = _ITEM.match(line)
    line = line[item.end() :] if item else line
    tags, lows = [t.tag_ for t in words], [t.text.lower() for t in words]
    loose, stopped = _tie(telling, spans, range(i, i + 1)) < _TIED, bool(_STOP.search(line)) or _tells(span)
    finite = any(tag in _FINITE for tag in tags)
    quoted = bool(_QUOTE.search(line))
    if _MENU.search(line):
        return "menu"
    if _HEADING.match(line):
        return None
    if not stopped and lows[0] == "by" and all(tag in _NAME for tag in tags[1:]):
        return "byline"
    if not stopped and not finite and 2 * sum(any(map(str.isdigit, t.text)) for t in words) >= len(words):
        return "dateline"
    page = next((i for i, (a, b) in enumerate(pairwise(lows)) if a == "this" and b in _PAGE), -1)
    if page == 0 or (page > 0 and lows[0] == "we"):
        return "notice"
    if line[0] == "(" and line[-1] == ")" and not _tells(span):
        return "credit"
    addressed = any(map(_is_addressed, _cut(span)))
    told = stopped and "VBD" in tags  # "Follow the money, the prosecutor told jurors."
    if item:
        # what a list tells its readers to do is its matter, unless it speaks of the page
        return "call" if addressed and not quoted and not told and not {"us", "our"}.isdisjoint(lows) else None
    if addressed and not quoted and not told and (loose or not stopped):
        return "call"
    if line[0].islower():
        return None  # an item of a list: what a page says of itself it begins with a capital
    if not stopped and not finite and len(words) < 3:
        return "label"
    if not loose or quoted:
        return None
    if not stopped:
        # what heads a story of which nothing follows is a link to it; only the first line may speak for itself
        return None if (i == 0 and (finite or len(words) > 3)) or len(words) > _LONGEST_HEADLINE else "label"
    # a page speaks of itself as "we" or "this", or in no clause at all; "The trial continues." tells of the world
    of_itself = not finite or not _OF_ITSELF.isdisjoint(lows)
    names = sum(tag in {"NNP", "NNPS"} for tag in tags)
    short = names < 2 and len(words) <= _LONGEST_NOTICE
    return "notice" if of_itself and short and "VBD" not in tags else None


def _role(span: Span, kind: str | None, *, opens: bool) -> str:
    if kind:
        return "boilerplate"
    line = span.text.strip()
    if _HEADING.match(line):
        return "headline"
    stopped = _STOP.search(line) and not (opens and line.endswith("?"))  # "Who pays for the flood wall?"
    heads = len(_words(span)) <= _LONGEST_HEADLINE and not stopped and not line[:1].islower()
    return "headline" if heads and not _ITEM.match(line) and not _tells(span) else "body"


def _cut(span: Span) -> Iterator[list[Token]]:
    """Cut a paragraph at its stops, without need of sentence boundaries; what has none at its end comes too."""
    sentence: list[Token] = []
    for token in span:
        sentence.append(token)
        if token.text in _SENTENCE_MARKS:
            yield sentence
            sentence = []
    yield sentence


def _tells(span: Span) -> bool:
    """Whether a paragraph has a finished sentence in it that speaks of the world: no headline or label does."""
    return any(
        any(t.tag_ in _FINITE for t in sentence)
        and not _is_addressed(sentence)
        and not any(_QUOTE.search(t.text) for t in sentence)
        for sentence in _cut(span)
        if sentence and sentence[-1].text == "."
    )


def _is_appeal(span: Span) -> bool:
    """Whether it is several sentences that all speak to the reader or in no clause, and some of the page: "us"."""
    sentences = [words for sentence in _cut(span) if (words := [t for t in sentence if t.is_alpha])]
    return (
        len(sentences) > 1
        and all(_is_addressed(words) or not any(t.tag_ in _FINITE for t in words) for words in sentences)
        and any(_is_addressed(words) and any(t.lower_ in {"us", "our"} for t in words) for words in sentences)
        and not _QUOTE.search(span.text)
    )


def _is_addressed(sentence: Sequence[Token]) -> bool:
    first = next((t for t in sentence if t.is_alpha), None)
    return first is not None and (first.tag_ == "VB" or any(t.lower_ in _SECOND_PERSON for t in sentence))


def _words(span: Span) -> list[Token]:
    return [token for token in span if any(map(str.isalnum, token.text))]
