"""Structure: paragraphs with their role and topic fit, and sentences.

News that was scraped or stitched together holds more than its story: headlines in mid-text, share bars,
passages of another article. Roles are read from form and place, never from lists of known lines.
"""

import math
import re
from collections.abc import Iterator, Mapping

import pandas as pd
from spacy.tokens import Doc, Span

from newslab.tables import SPAN_COLUMNS, build_table
from newslab.topics import flag_passages, score_passages
from newslab.words import iter_sentences, split_paragraphs

PARAGRAPH_COLUMNS = SPAN_COLUMNS | {"role": "str", "off_topic": "bool", "topic_score": "float64"}
SENTENCE_COLUMNS = SPAN_COLUMNS | {"paragraph": "int64"}

# a stop, then perhaps closing quotes and brackets
_STOP = re.compile(r"""[.!?…:;,][\s"'”’»)\]]*$""")
_MENU = re.compile(r"[|•·»©@]|https?:|www\.")
_LONGEST_HEADLINE = 25
_SECOND_PERSON = {"you", "your", "yours"}
_CONTENT = {"NOUN", "PROPN", "VERB", "ADJ", "NUM"}


def extract_paragraphs(docs: Mapping[str, Doc], *, topics: bool = True) -> pd.DataFrame:
    """Find the paragraphs of each document, what each is, and whether it belongs, one row a paragraph.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include a tagger.
    topics
        False leaves the topic fit out, for large collections.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the paragraph as written
        role : ``headline``, ``body`` or ``boilerplate``
        off_topic : True for a passage of another story, and for the headline over one
        topic_score : fit with the rest of the document, higher fits better; null for headlines and boilerplate,
            for a paragraph without words, and without ``topics``

    Raises
    ------
    ValueError
        If a document was parsed without a tagger.

    Examples
    --------
    >>> extract_paragraphs({}).columns.to_list()
    ['doc_id', 'start', 'end', 'text', 'role', 'off_topic', 'topic_score']
    """
    rows = (row for doc_id, doc in docs.items() for row in _paragraphs(doc_id, doc, topics=topics))
    return build_table(rows, PARAGRAPH_COLUMNS)


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
    return build_table((row for doc_id, doc in docs.items() for row in _sentences(doc_id, doc)), SENTENCE_COLUMNS)


def _sentences(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    if len(doc) and not doc.has_annotation("SENT_START"):
        raise ValueError(f"document {doc_id!r} has no sentence boundaries; parse it with 'parser'")
    text = doc.text  # once: spaCy joins all tokens on each access
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


def _paragraphs(doc_id: str, doc: Doc, *, topics: bool) -> Iterator[dict[str, object]]:
    if len(doc) and not doc.has_annotation("TAG"):
        raise ValueError(f"document {doc_id!r} has no parts of speech; parse it with 'tagger'")
    text = doc.text
    edges = split_paragraphs(text)
    spans = list(_spans(doc, edges))
    roles = [_role(span, i + 1 == len(spans)) for i, span in enumerate(spans)]
    scores, flags = [math.nan] * len(spans), [False] * len(spans)
    body = [i for i, role in enumerate(roles) if role == "body"]
    if topics:
        found = score_passages([_content(spans[i]) for i in body])
        for i, score, flag in zip(body, found, flag_passages(found), strict=True):
            scores[i], flags[i] = score, flag
    for i in reversed(range(len(spans) - 1)):
        if roles[i] == "headline" and flags[i + 1]:
            flags[i] = True
    for (start, end), role, flag, score in zip(edges, roles, flags, scores, strict=True):
        yield {
            "doc_id": doc_id,
            "start": start,
            "end": end,
            "text": text[start:end],
            "role": role,
            "off_topic": flag,
            "topic_score": score,
        }


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


def _content(span: Span) -> list[str]:
    return [t.lower_ for t in span if t.pos_ in _CONTENT and not t.is_stop]


def _role(span: Span, is_last: bool) -> str:
    words = [t for t in span if not t.is_punct and not t.is_space]
    if not words or len(words) > _LONGEST_HEADLINE:
        return "body" if words else "boilerplate"
    addressed = any(t.lower_ in _SECOND_PERSON for t in span) and not any(t.is_quote for t in span)
    if addressed or _MENU.search(span.text) or words[0].tag_ == "VB" or span.text.isupper():
        return "boilerplate"
    if _STOP.search(span.text):
        return "body"
    has_verb = any(t.tag_ in {"VBD", "VBZ", "VBP", "VBN", "MD"} for t in words)
    if is_last or (len(words) < 4 and not has_verb):
        return "boilerplate"
    return "headline"
