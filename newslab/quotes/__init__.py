"""Quotations and reported speech: what was said, by whom, and how the writer put it.

`marks` pairs the quotation marks, `clauses` and `speech` find what is reported and the phrase that reports it, `cues`
holds the words that do, `sources` tells who the speaker is; here they become a table.
"""

from collections.abc import Mapping

import pandas as pd
from spacy.tokens import Doc

from newslab.entities import extract_entities
from newslab.quotes.sources import name_sources
from newslab.quotes.speech import find_speech
from newslab.quotes.syntax import Page, Said, read_page
from newslab.tables import SPAN_COLUMNS, build_table, check_columns, group_rows
from newslab.words import iter_docs

COLUMNS = SPAN_COLUMNS | {
    "kind": "str",
    "cue": "str",
    "cue_start": "Int64",
    "cue_end": "Int64",
    "cue_class": "str",
    "speaker": "str",
    "speaker_start": "Int64",
    "speaker_end": "Int64",
    "speaker_name": "str",
    "entity_id": "str",
    "source_kind": "str",
    "anonymity": "str",
    "closed": "bool",
}


def extract_quotes(docs: Mapping[str, Doc], *, entities: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find what is said in each document and by whom, one row an attribution.

    Direct speech is what stands in quotation marks and is somebody's words; single words in marks, titles and
    nicknames are left out. Indirect speech is a clause that a reporting verb or noun governs. A speaker is given
    only where the text states one close by: in the reporting phrase, or in the sentence or paragraph before a
    quotation that goes on.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``tagger`` and ``parser``.
    entities
        Table of `extract_entities` for the same documents, to name speakers by; None makes it here.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article of one contiguous stretch of content, end exclusive
        text : the content, without its outer quotation marks; one that goes on over paragraphs is one row
        kind : ``direct`` (in quotation marks), ``indirect`` (in the writer's words) or ``mixed``
        cue, cue_start, cue_end : the word that reports it, such as "said" or "according to", or the colon or dash of
            "RUIZ:" and "— Ana Ruiz"; null where none does
        cue_class : stance of the cue, one of the groups in ``cues.toml`` (``neutral``, ``claim``,
            ``admit`` ...); null where the cue is not listed
        speaker, speaker_start, speaker_end : the speaker as written, null where none is stated
        speaker_name : the speaker's name in ``entities``, or the description first given of someone unnamed; null
            where a pronoun cannot be resolved
        entity_id : the speaker in ``entities``, null for anyone who is none
        source_kind : ``named`` (a person), ``unnamed`` (a person or people without a name), ``collective`` (a body
            of people), ``document``, or ``none`` (no speaker, or one the text does not tell)
        anonymity : the condition on which an unnamed source spoke with the reason given, or null
        closed : whether the quotation marks are balanced; True where there are none

    Raises
    ------
    ValueError
        If a document has no dependency parse or no tags, or ``entities`` lacks a column.

    Examples
    --------
    >>> from newslab.parsing import parse_articles
    >>> articles = pd.DataFrame({"doc_id": ["a"], "text": ['"We left," said Ana Ruiz. She denied that it was late.']})
    >>> extract_quotes(parse_articles(articles))[["text", "kind", "cue", "speaker_name"]].values.tolist()
    [['We left', 'direct', 'said', 'Ana Ruiz'], ['that it was late', 'indirect', 'denied', 'Ana Ruiz']]
    """
    if entities is None:
        entities = extract_entities(docs)
    needed = ["doc_id", "start", "end", "label", "entity_id", "name"]
    check_columns(entities, needed, name="entities")
    mentions = group_rows(entities, [*needed, *(["title"] if "title" in entities else [])])
    rows = []
    for doc_id, doc in iter_docs(docs):
        page = read_page(doc_id, doc)
        found = find_speech(page)
        sources = name_sources(page, found, mentions.get(doc_id, []))
        rows += [{"doc_id": doc_id} | _row(page, said) | source for said, source in zip(found, sources, strict=True)]
    return build_table(rows, COLUMNS)


def _row(page: Page, said: Said) -> dict[str, object]:
    row: dict[str, object] = {
        "start": said.start,
        "end": said.end,
        "text": page.text[said.start : said.end],
        "kind": said.kind,
        "closed": said.closed,
    }
    if said.frame is not None:
        row |= _place(page, "cue", said.frame.cue)
        row["cue_class"] = page.cues.classes.get(said.frame.lemma)
        if said.frame.speaker is not None:
            row |= _place(page, "speaker", said.frame.speaker)
    return row


def _place(page: Page, name: str, tokens: tuple[int, int]) -> dict[str, object]:
    start, end = page.starts[tokens[0]], page.ends[tokens[1] - 1]
    return {name: page.text[start:end], f"{name}_start": start, f"{name}_end": end}
