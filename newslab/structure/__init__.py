"""Structure: paragraphs with their role and topic fit, and sentences.

News that was scraped or stitched together holds more than its story: headlines in mid-text, share bars,
passages of another article.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

import pandas as pd
from spacy.tokens import Doc

from newslab.structure.anomalies import extract_anomalies as extract_anomalies
from newslab.structure.anomalies import repair_articles as repair_articles
from newslab.structure.roles import Paragraph, find_paragraphs
from newslab.structure.topics import (
    Passage,
    embed_passages,
    flag_passages,
    read_passage,
    score_passages,
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

_BATCH = 16
"""Documents whose passages are embedded together."""


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
            ``byline``, ``dateline`` (mostly figures: dates, times, counts; or a place before a dash), ``credit`` (in
            brackets, or at the end of a caption), ``call`` (addresses or orders the reader), ``label`` (a line
            without a stop that shares no telling word with the text under it, so also a link to another story),
            ``notice`` (a short sentence in no clause or of the page itself, a note on who wrote it, what trails a
            page); null for headlines and body
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
    paragraphs: list[Paragraph]
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
    paragraphs = find_paragraphs(doc)
    # a headline goes with what it heads: it is words of its story, and out of place with it
    body = [i for i, paragraph in enumerate(paragraphs) if paragraph.role == "body"] if topics else []
    passages = [range(_top(paragraphs, i), i + 1) for i in body]
    read = [
        read_passage(
            list(chain(*(paragraphs[i].tokens for i in passage[:-1]))),
            paragraphs[passage[-1]].tokens,
            headed=passages[0][-1] < passage[0] < passage[-1],
        )
        for passage in passages
    ]
    return _Outline(doc_id, read_text(doc), paragraphs, passages, read)


def _judge(outline: _Outline, found: Sequence[float]) -> Iterator[dict[str, object]]:
    scores, flags = [math.nan] * len(outline.paragraphs), [False] * len(outline.paragraphs)
    for passage, score, flag in zip(outline.passages, found, flag_passages(found), strict=True):
        scores[passage[-1]] = score
        for i in passage:
            flags[i] = flag
    for paragraph, score, flag in zip(outline.paragraphs, scores, flags, strict=True):
        yield {
            "doc_id": outline.doc_id,
            "start": paragraph.start,
            "end": paragraph.end,
            "text": outline.text[paragraph.start : paragraph.end],
            "role": paragraph.role,
            "kind": paragraph.kind,
            "off_topic": flag,
            "topic_score": score,
        }


def _top(paragraphs: Sequence[Paragraph], i: int) -> int:
    """Find the first of the headlines right above paragraph ``i``, or ``i`` itself."""
    while i and paragraphs[i - 1].role == "headline":
        i -= 1
    return i
