"""Summaries: from one row a span to one row an entity, a speaker, a kind of source or a pair of names."""

import re

import pandas as pd

from newslab.quotes.cues import load_cues
from newslab.tables import SPAN_COLUMNS, check_columns, find_within
from newslab.words import count_words

NO_SPEAKER = "no speaker stated"
"""How a summary names the quotes that nobody is given for."""


SOURCE_KINDS = {
    "named": "a person with a name",
    "unnamed": "a person or people without a name",
    "collective": "a body of people",
    "document": "something written or shown",
    "pronoun": "a speaker whom the text does not tell",
    "none": "no speaker stated",
}
"""Kinds of sources and what is meant; those of `extract_quotes`, with pronouns apart."""

_SOURCE_COLUMNS = ["speaker", "speaker_name", "source_kind"]
_UNLISTED = "not listed"
_FIRST = {column: (column, "first") for column in ("start", "end", "text")}  # where the first of many stands

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
        **_FIRST,
        name=("name", "first"),
        label=("label", "first"),
        n_mentions=("start", "size"),
        forms=("text", _join_distinct),
        evidence=("evidence", _join_reasons),
    )
    columns = [*SPAN_COLUMNS, "entity_id", "name", "label", "n_mentions", "forms", "evidence"]
    return counted[columns].sort_values("n_mentions", ascending=False, kind="stable", ignore_index=True)


def count_conflicts(entities: pd.DataFrame) -> pd.DataFrame:
    """Count where the document overruled the pipeline about what a name is, for an analyst to disagree with.

    Parameters
    ----------
    entities
        As of `extract_entities`.

    Returns
    -------
    DataFrame, most mentions first, then by first mention
        doc_id, start, end, text : the first such mention
        entity_id, name, label : as in ``entities``
        model_label : what the pipeline called these mentions
        n_mentions : how many of them there are
        evidence : on what the decision rests

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> columns = [*SPAN_COLUMNS, "entity_id", "name", "label", "model_label", "evidence"]
    >>> bali = pd.DataFrame([["a", 3, 7, "Bali", "e1", "Bali", "PERSON", "GPE", "title Mr"]], columns=columns)
    >>> count_conflicts(bali)[["label", "model_label", "n_mentions"]].values.tolist()
    [['PERSON', 'GPE', 1]]
    """
    key = ["doc_id", "entity_id", "label", "model_label"]
    check_columns(entities, [*SPAN_COLUMNS, *key, "name", "evidence"], name="entities")
    overruled = entities[entities["model_label"].notna() & (entities["model_label"] != entities["label"])]
    counted = overruled.groupby(key, as_index=False, sort=False).agg(
        **_FIRST,
        name=("name", "first"),
        n_mentions=("start", "size"),
        evidence=("evidence", _join_reasons),
    )
    columns = [*SPAN_COLUMNS, "entity_id", "name", "label", "model_label", "n_mentions", "evidence"]
    return counted[columns].sort_values("n_mentions", ascending=False, kind="stable", ignore_index=True)


def count_unplaced(places: pd.DataFrame) -> pd.DataFrame:
    """Count the mentions of each name that could not be put on the map.

    Parameters
    ----------
    places
        As of `extract_places`.

    Returns
    -------
    DataFrame, most mentioned first, then by first mention
        doc_id, start, end, text : the first mention
        name : as in ``places``
        n_mentions : how often it is mentioned
        country : the country that the document suggests, null for none
        evidence : why it could not be placed

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> columns = [*SPAN_COLUMNS, "name", "latitude", "country", "evidence"]
    >>> count_unplaced(pd.DataFrame(columns=columns)).empty
    True
    """
    check_columns(places, [*SPAN_COLUMNS, "name", "latitude", "country", "evidence"], name="places")
    counted = (
        places[places["latitude"].isna()]
        .groupby(["doc_id", "name"], as_index=False, sort=False)
        .agg(
            **_FIRST,
            n_mentions=("start", "size"),
            country=("country", "first"),
            evidence=("evidence", _join_reasons),
        )
    )
    columns = [*SPAN_COLUMNS, "name", "n_mentions", "country", "evidence"]
    return counted[columns].sort_values("n_mentions", ascending=False, kind="stable", ignore_index=True)


def quote_sentences(spans: pd.DataFrame, sentences: pd.DataFrame, *, longest: int = 240) -> pd.Series:
    """Quote for each span the sentence that it begins in, such as for a chart's tooltip.

    Parameters
    ----------
    spans
        A span table.
    sentences
        Span table of the same documents' sentences, as of `extract_sentences`.
    longest
        Characters to quote at the most, those around the span; what is cut off is marked.

    Returns
    -------
    Series
        One sentence a row, under the index of ``spans``; null for a span outside all sentences.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> spans = pd.DataFrame({"doc_id": ["a"], "start": [3], "end": [7], "text": ["Lima"]})
    >>> sentences = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [16], "text": ["In Lima it rains"]})
    >>> quote_sentences(spans, sentences, longest=10).tolist()
    ['In Lima…']
    """
    check_columns(spans, ["doc_id", "start"], name="spans")
    at = spans[["doc_id", "start"]].assign(end=spans["start"], row=range(len(spans)))
    held = find_within(at, sentences, suffix="_sentence").drop_duplicates("row")
    places = zip(held["text"], held["start"] - held["start_sentence"], strict=True)
    quoted = [" ".join(_cut_around(sentence, place, longest).split()) for sentence, place in places]
    return pd.Series(quoted, held["row"], dtype="str").reindex(range(len(spans))).set_axis(spans.index)


def _cut_around(sentence: str, place: int, longest: int) -> str:
    """Keep the whole words around a place, more behind it than before."""
    if len(sentence) <= longest:
        return sentence
    start = max(0, min(place - longest // 3, len(sentence) - longest))
    kept = sentence[start : start + longest]
    if start + longest < len(sentence):
        kept = re.sub(r"\s*\S*$", "…", kept, count=1)
    return re.sub(r"^\S*\s*", "…", kept, count=1) if start else kept


def count_speakers(quotes: pd.DataFrame) -> pd.DataFrame:
    """Count what each source is quoted with.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    DataFrame, most quoted words first
        doc_id, start, end, text : the first quote
        source : canonical name of the speaker, or the speaker as written, or that none is stated
        source_kind : as in ``quotes``, pronouns apart
        n_quotes : attributions
        n_words : words in them
        share : of all words attributed, 0 to 1
        anonymity : the condition or reason first stated, or null

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> quote = {"doc_id": "a", "start": 1, "end": 8, "text": "We left", "speaker": "Ana", "speaker_name": "Ana Ruiz"}
    >>> quotes = pd.DataFrame([quote | {"source_kind": "named", "anonymity": None}])
    >>> count_speakers(quotes)[["source", "source_kind", "n_quotes", "n_words", "share"]].to_dict("records")
    [{'source': 'Ana Ruiz', 'source_kind': 'named', 'n_quotes': 1, 'n_words': 2, 'share': 1.0}]
    """
    check_columns(quotes, [*SPAN_COLUMNS, *_SOURCE_COLUMNS, "anonymity"], name="quotes")
    counted = _count_said(quotes, "source", source_kind=("source_kind", "first"), anonymity=("anonymity", "first"))
    columns = [*SPAN_COLUMNS, "source", "source_kind", "n_quotes", "n_words", "share", "anonymity"]
    return counted[columns].sort_values("n_words", ascending=False, kind="stable", ignore_index=True)


def count_source_kinds(quotes: pd.DataFrame) -> pd.DataFrame:
    """Count what rests on each kind of source.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    DataFrame, a row for each kind, also those that do not occur
        start, end : the first quote, null where there is none
        source_kind : as in ``quotes``, pronouns apart
        about : what is meant
        n_sources : different sources
        n_quotes : attributions
        n_words : words in them
        share : of all words attributed, 0 to 1

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> quote = {"doc_id": "a", "start": 1, "end": 8, "text": "We left", "speaker": "it", "speaker_name": None}
    >>> kinds = count_source_kinds(pd.DataFrame([quote | {"source_kind": "none"}]))
    >>> kinds.set_index("source_kind")["n_words"].to_dict()
    {'named': 0, 'unnamed': 0, 'collective': 0, 'document': 0, 'pronoun': 2, 'none': 0}
    """
    check_columns(quotes, [*SPAN_COLUMNS, *_SOURCE_COLUMNS], name="quotes")
    counted = _count_said(quotes, "source_kind", n_sources=("source", "nunique")).set_index("source_kind")
    counted = counted.reindex(list(SOURCE_KINDS)).reset_index()
    counts = ["n_sources", "n_quotes", "n_words"]
    counted[counts] = counted[counts].fillna(0).astype("int64")
    counted[["start", "end"]] = counted[["start", "end"]].astype("Int64")
    counted["share"] = counted["share"].fillna(0.0)
    counted["about"] = counted["source_kind"].map(SOURCE_KINDS)
    return counted[["start", "end", "source_kind", "about", *counts, "share"]]


def count_cues(quotes: pd.DataFrame) -> pd.DataFrame:
    """Count the words that introduce what is said, by the stance that the writer takes with them.

    A word counts once, though several stretches may go on with it: "he told us: “...” “...”".

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    DataFrame, most frequent first
        doc_id, start, end, text : the first quote
        cue_class : as in ``quotes``, ``not listed`` where null
        about : what the choice of such a word tells, after ``newslab/quotes/cues.toml``
        cues : the words, most frequent first, with how often each occurs
        n_quotes : how often a word of the class introduces what is said
        share : of all such words, 0 to 1

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> quote = {"doc_id": "a", "start": 1, "end": 8, "text": "We left"}
    >>> quote |= {"cue": "claimed", "cue_start": 14, "cue_class": "claim"}
    >>> count_cues(pd.DataFrame([quote]))[["cue_class", "cues", "about"]].values.tolist()
    [['claim', 'claimed 1', 'leaves it to the speaker whether it is true']]
    """
    check_columns(quotes, [*SPAN_COLUMNS, "cue", "cue_start", "cue_class"], name="quotes")
    introduced = quotes.dropna(subset=["cue"]).drop_duplicates(["doc_id", "cue_start"])
    introduced = introduced.assign(
        cue=introduced["cue"].str.lower(), cue_class=introduced["cue_class"].fillna(_UNLISTED)
    )
    counted = introduced.groupby("cue_class", as_index=False, sort=False).agg(
        doc_id=("doc_id", "first"),
        **_FIRST,
        cues=("cue", _join_counts),
        n_quotes=("cue", "size"),
    )
    about = load_cues().about | {_UNLISTED: "no word of saying that we list"}
    counted["about"] = counted["cue_class"].map(about)
    counted["share"] = counted["n_quotes"] / max(1, len(introduced))
    columns = [*SPAN_COLUMNS, "cue_class", "about", "cues", "n_quotes", "share"]
    return counted[columns].sort_values("n_quotes", ascending=False, kind="stable", ignore_index=True)


def _count_said(quotes: pd.DataFrame, by: str, **named: tuple[str, str]) -> pd.DataFrame:
    """Count quotes and their words by a column, with where the first one stands."""
    n_words = quotes["text"].map(count_words).astype("int64")
    said = quotes.assign(source=name_sources(quotes), source_kind=name_source_kinds(quotes), n_words=n_words)
    counted = said.groupby(by, as_index=False, sort=False).agg(
        doc_id=("doc_id", "first"),
        **_FIRST,
        n_quotes=("n_words", "size"),
        n_words=("n_words", "sum"),
        **named,
    )
    return counted.assign(share=counted["n_words"] / max(1, counted["n_words"].sum()))


def name_source_kinds(quotes: pd.DataFrame) -> pd.Series:
    """Name the kind of source of each quote, telling pronouns that stand for nobody known from no speaker at all.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    Series
        A key of `SOURCE_KINDS` a row, under the index of ``quotes``.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> name_source_kinds(pd.DataFrame({"speaker": ["it", None], "source_kind": ["none", "none"]})).tolist()
    ['pronoun', 'none']
    """
    check_columns(quotes, ["speaker", "source_kind"], name="quotes")
    unresolved = (quotes["source_kind"] == "none") & quotes["speaker"].notna()
    return quotes["source_kind"].mask(unresolved, "pronoun").astype("str")


def name_sources(quotes: pd.DataFrame) -> pd.Series:
    """Name the source of each quote: its canonical name, else as written, else that none is stated.

    Parameters
    ----------
    quotes
        As of `extract_quotes`.

    Returns
    -------
    Series
        One name a row, under the index of ``quotes``; a pronoun that stands for nobody known is quoted.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> name_sources(pd.DataFrame({"speaker": ["She", None], "speaker_name": [None, None]})).tolist()
    ['“she”', 'no speaker stated']
    """
    check_columns(quotes, ["speaker", "speaker_name"], name="quotes")
    pronouns = "“" + quotes["speaker"].astype("str").str.lower() + "”"
    return quotes["speaker_name"].fillna(pronouns.where(quotes["speaker"].notna())).fillna(NO_SPEAKER).astype("str")


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
    of = figure.str.fullmatch(r".*(?:dozens|scores|hundreds|(?:thou|mill|bill|trill)\w+s)", case=False).fillna(False)
    link = of.astype(bool).map({True: " of ", False: " "})  # "dozens of people"
    named = (counted + ": " + figure).where(before, figure + link + counted)
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
        doc_id, start, end : the first passage that holds both
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
    [{'doc_id': 'a', 'start': 0, 'end': 12, 'name': 'Iraq', 'other': 'Syria', 'count': 1}]
    """
    check_columns(spans, [by], name="spans")
    frequent = spans[by].value_counts().head(top).index
    placed = find_within(spans[spans[by].isin(frequent)], passages, suffix="_passage")
    passage = {"doc_id": "doc_id", "start_passage": "start", "end_passage": "end"}
    held = placed[[*passage, by]].drop_duplicates().rename(columns={**passage, by: "name"})
    pairs = held.merge(held.rename(columns={"name": "other"}), on=list(passage.values()))
    pairs = pairs[pairs["name"] < pairs["other"]]
    counted = pairs.groupby(["name", "other"], as_index=False).agg(
        doc_id=("doc_id", "first"), start=("start", "first"), end=("end", "first"), count=("start", "size")
    )
    counted = counted[["doc_id", "start", "end", "name", "other", "count"]]
    return counted.sort_values(["count", "name", "other"], ascending=[False, True, True], ignore_index=True)


def _join_distinct(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values.dropna()))


def _join_reasons(values: pd.Series) -> str:
    """Join what the evidence of several mentions says, each reason once."""
    return "; ".join(dict.fromkeys(reason for value in values.dropna() for reason in value.split("; ")))


def _join_counts(values: pd.Series) -> str:
    return "; ".join(f"{value} {n}" for value, n in values.value_counts().items())
