"""Summaries: from one row a span to one row an entity, a speaker or a pair of names."""

import pandas as pd

from newslab.tables import SPAN_COLUMNS, check_columns, find_within
from newslab.words import count_words

NO_SPEAKER = "no speaker stated"
"""How a summary names the quotes that nobody is given for."""


BOUND_WORDS = {"~": "about", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
"""What a reader calls the bounds of a figure; an exact one has none."""


def count_entities(entities: pd.DataFrame) -> pd.DataFrame:
    """Count the mentions of each entity.

    Parameters
    ----------
    entities
        As of `extract_entities`.

    Returns
    -------
    DataFrame, most mentioned first, then by first mention
        doc_id, start, end, text : the first mention
        entity_id, name, label : as in ``entities``
        n_mentions : how often it is mentioned
        forms : the ways in which it is written, separated by semicolons
        evidence : on what its type and its forms rest, separated by semicolons

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> count_entities(pd.DataFrame(columns=[*SPAN_COLUMNS, "entity_id", "name", "label", "evidence"])).empty
    True
    """
    check_columns(entities, [*SPAN_COLUMNS, "entity_id", "name", "label", "evidence"], name="entities")
    counted = entities.groupby(["doc_id", "entity_id"], as_index=False, sort=False).agg(
        start=("start", "first"),
        end=("end", "first"),
        text=("text", "first"),
        name=("name", "first"),
        label=("label", "first"),
        n_mentions=("start", "size"),
        forms=("text", _join_distinct),
        evidence=("evidence", _join_distinct),
    )
    columns = [*SPAN_COLUMNS, "entity_id", "name", "label", "n_mentions", "forms", "evidence"]
    return counted[columns].sort_values("n_mentions", ascending=False, kind="stable", ignore_index=True)


def count_speakers(quotes: pd.DataFrame) -> pd.DataFrame:
    """Count what each source is quoted with.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    DataFrame, most quoted words first
        source : canonical name of the speaker, or the speaker as written, or that none is stated
        source_kind : as in ``quotes``
        n_quotes : attributions
        n_words : words in them
        share : of all words attributed, 0 to 1

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> quotes = pd.DataFrame({"text": ["We left"], "speaker": ["Ana"], "speaker_name": ["Ana Ruiz"]})
    >>> count_speakers(quotes.assign(source_kind="named")).to_dict("records")
    [{'source': 'Ana Ruiz', 'source_kind': 'named', 'n_quotes': 1, 'n_words': 2, 'share': 1.0}]
    """
    check_columns(quotes, ["text", "speaker", "speaker_name", "source_kind"], name="quotes")
    said = pd.DataFrame(
        {
            "source": name_sources(quotes),
            "source_kind": quotes["source_kind"],
            "n_words": quotes["text"].map(count_words).astype("int64"),
        }
    )
    counted = said.groupby("source", as_index=False, sort=False).agg(
        source_kind=("source_kind", "first"), n_quotes=("n_words", "size"), n_words=("n_words", "sum")
    )
    counted["share"] = counted["n_words"] / max(1, counted["n_words"].sum())
    return counted.sort_values("n_words", ascending=False, kind="stable", ignore_index=True)


def name_sources(quotes: pd.DataFrame) -> pd.Series:
    """Name the source of each quote: its canonical name, else as written, else that none is stated.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    Series
        One name a row, under the index of ``quotes``.

    Examples
    --------
    >>> name_sources(pd.DataFrame({"speaker": ["she", None], "speaker_name": [None, None]})).tolist()
    ['she', 'no speaker stated']
    """
    check_columns(quotes, ["speaker", "speaker_name"], name="quotes")
    return quotes["speaker_name"].fillna(quotes["speaker"]).fillna(NO_SPEAKER).astype("str")


def name_figures(quantities: pd.DataFrame) -> pd.Series:
    """Say each figure as a reader would: its bound, its words and what it counts.

    Parameters
    ----------
    quantities
        As of `extract_quantities`.

    Returns
    -------
    Series
        One phrase a row, under the index of ``quantities``.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> row = {"start": 4, "text": "3,000", "bound": "~", "counted": "people", "counted_start": 10}
    >>> name_figures(pd.DataFrame([row, row | {"counted": None}, row | {"counted_start": 0}])).tolist()
    ['about 3,000 people', 'about 3,000', 'people: about 3,000']
    """
    check_columns(quantities, ["start", "text", "bound", "counted", "counted_start"], name="quantities")
    bound = quantities["bound"].map(BOUND_WORDS).astype("str")
    figure = quantities["text"].where(bound.isna(), bound + " " + quantities["text"])
    counted = quantities["counted"].astype("str")
    before = (quantities["counted_start"] < quantities["start"]).fillna(False).astype(bool)
    named = (counted + ": " + figure).where(before, figure + " " + counted)
    return named.fillna(figure).str.replace(r"\s+", " ", regex=True)


def count_cooccurrence(spans: pd.DataFrame, passages: pd.DataFrame, *, by: str = "name", top: int = 40) -> pd.DataFrame:
    """Count in how many passages two names occur together.

    Parameters
    ----------
    spans
        A span table with a column ``by``.
    passages
        Span table of the passages, such as paragraphs or sentences.
    by
        Column that names what a span stands for; nulls are left out.
    top
        Names to consider, those with most spans first: what more a reader could see would be a grey square.

    Returns
    -------
    DataFrame, most frequent first
        name, other : two values of ``by``, each pair once
        count : passages that hold both

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> spans = pd.DataFrame({"doc_id": "a", "start": [0, 5], "end": [4, 10], "name": ["Iraq", "Syria"]})
    >>> count_cooccurrence(spans, pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [12]})).to_dict("records")
    [{'name': 'Iraq', 'other': 'Syria', 'count': 1}]
    """
    check_columns(spans, [by], name="spans")
    frequent = spans[by].value_counts().head(top).index
    placed = find_within(spans[spans[by].isin(frequent)], passages, suffix="_passage")
    held = placed[["doc_id", "start_passage", by]].drop_duplicates().rename(columns={by: "name"})
    pairs = held.merge(held.rename(columns={"name": "other"}), on=["doc_id", "start_passage"])
    pairs = pairs[pairs["name"] < pairs["other"]]
    counted = pairs.groupby(["name", "other"], as_index=False).size().rename(columns={"size": "count"})
    return counted.sort_values(["count", "name", "other"], ascending=[False, True, True], ignore_index=True)


def _join_distinct(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values.dropna()))
