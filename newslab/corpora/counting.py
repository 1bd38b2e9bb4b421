"""Counting: what the tables of a collection come to, by date, outlet, topic and passage."""

import pandas as pd

from newslab.tables import check_columns
from newslab.words import split_paragraphs

_REST, _NOT_STATED = "all others", "not stated"


def count_dates(documents: pd.DataFrame, by: str, *, top: int = 4) -> pd.DataFrame:
    """Count the documents of each day, month or year: whichever gives a picture of at most some dozen bars.

    Parameters
    ----------
    documents
        As of `read_documents`; those without a date are left out.
    by
        Column to count by, such as ``"source"``.
    top
        Values of ``by`` to keep, those with most documents; the rest is counted together.

    Returns
    -------
    DataFrame, in order of time
        begin, end : the day, month or year, its end exclusive
        by : a value, ``not stated`` for null, ``all others`` for the rest
        n_documents : documents

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(documents, ["published", by], name="documents")
    dated = documents.dropna(subset=["published"])
    days = (dated["published"].max() - dated["published"].min()).days if len(dated) else 0
    unit = "D" if days <= 62 else "M" if days <= 366 * 6 else "Y"
    periods = dated["published"].dt.to_period(unit)
    named = name_rare(dated[by], top=top)
    counted = dated.groupby([periods, named], as_index=False, sort=True).size()
    counted.columns = pd.Index(["period", by, "n_documents"])
    begin, end = (counted["period"].dt.to_timestamp(how=how).dt.normalize() for how in ("start", "end"))
    return pd.DataFrame(
        {"begin": begin, "end": end + pd.Timedelta(days=1), by: counted[by], "n_documents": counted["n_documents"]}
    )


def name_rare(values: pd.Series, *, top: int) -> pd.Series:
    """Keep the most frequent values, and call all others so; a null is ``not stated``.

    >>> name_rare(pd.Series(["a", "a", "b", "c", None]), top=1).tolist()
    ['a', 'a', 'all others', 'all others', 'not stated']
    """
    named = values.astype("str")
    kept = named.isin(named.value_counts().index[:top]) | named.isna()
    return named.where(kept, _REST).fillna(_NOT_STATED)


def name_dates(documents: pd.DataFrame) -> str:
    """Say from when to when documents were published.

    >>> name_dates(pd.DataFrame({"published": pd.to_datetime(["2020-05-01", None, "2019-03-07"])}))
    'from 2019-03-07 to 2020-05-01'
    """
    check_columns(documents, ["published"], name="documents")
    dates = documents["published"].dropna().dt.strftime("%Y-%m-%d")
    if dates.empty:
        return "of no stated date"
    return f"of {dates.min()}" if dates.min() == dates.max() else f"from {dates.min()} to {dates.max()}"


def count_sources(documents: pd.DataFrame) -> pd.DataFrame:
    """Sum up the documents of each outlet.

    Parameters
    ----------
    documents
        As of `read_documents`, with the measures ``n_words`` and ``flesch_reading_ease``.

    Returns
    -------
    DataFrame, most documents first
        source : outlet, ``not stated`` for null
        n_documents : documents
        first, last : dates of publication
        n_words, flesch_reading_ease : medians

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(documents, ["source", "published", "n_words", "flesch_reading_ease"], name="documents")
    named = documents.assign(source=documents["source"].astype("str").fillna(_NOT_STATED))
    counted = named.groupby("source", as_index=False, sort=True).agg(
        n_documents=("doc_id", "size"),
        first=("published", "min"),
        last=("published", "max"),
        n_words=("n_words", "median"),
        flesch_reading_ease=("flesch_reading_ease", "median"),
    )
    return counted.sort_values("n_documents", ascending=False, kind="stable", ignore_index=True)


def count_claims(claims: pd.DataFrame, terms: pd.DataFrame, *, ranks: int = 3) -> pd.DataFrame:
    """Count the figures that are claimed in the documents on each topic.

    A document is on the topics that its first key terms name; so it may be on several.

    Parameters
    ----------
    claims
        As of `read_claims`.
    terms
        ``doc_id, term, rank``, as of `extract_keyterms`.
    ranks
        Key terms of a document to take as its topics.

    Returns
    -------
    DataFrame, topics of most documents first
        topic : key term
        n_documents : documents on it
        n_claiming : those in which somebody claims a figure
        n_claims : figures claimed
        named_share, unnamed_share : of these figures, 0 to 1, by people with and without a name; null without figures
        counted : what most of them count, with how often

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(claims, ["doc_id", "source_kind", "counted"], name="claims")
    topics = name_topics(terms, ranks=ranks)
    claimed = topics.merge(claims[["doc_id", "source_kind", "counted"]], on="doc_id")
    claimed = claimed.assign(named=claimed["source_kind"] == "named", unnamed=claimed["source_kind"] == "unnamed")
    about = claimed.groupby("topic", sort=False).agg(
        n_claiming=("doc_id", "nunique"),
        n_claims=("doc_id", "size"),
        named_share=("named", "mean"),
        unnamed_share=("unnamed", "mean"),
    )
    # of all topics at once: there may be as many as documents
    things = claimed.assign(thing=claimed["counted"].str.casefold()).value_counts(["topic", "thing"]).reset_index()
    things = things.groupby("topic", sort=False).head(4)
    things["thing"] += " " + things["count"].astype("str")
    about["counted"] = things.groupby("topic")["thing"].agg("; ".join)
    counted = topics.groupby("topic", sort=True).size().rename("n_documents").to_frame().join(about)
    whole = {"n_claiming": "int64", "n_claims": "int64"}
    counted = counted.fillna(dict.fromkeys(whole, 0)).astype(whole).reset_index()
    return counted.sort_values(["n_documents", "n_claims"], ascending=False, kind="stable", ignore_index=True)


def name_topics(terms: pd.DataFrame, *, ranks: int = 3) -> pd.DataFrame:
    """Name the topics of each document, its first key terms in their most frequent spelling: a row each.

    >>> terms = pd.DataFrame({"doc_id": ["a", "b", "c"], "term": ["Tax", "tax", "tax"], "rank": [1, 1, 9]})
    >>> name_topics(terms)["topic"].tolist()
    ['Tax', 'Tax']
    """
    check_columns(terms, ["doc_id", "term", "rank"], name="terms")
    first = terms[terms["rank"] <= ranks]
    named = pd.DataFrame({"doc_id": first["doc_id"].astype("str"), "term": first["term"]})
    named["key"] = named["term"].str.casefold()
    spelling = (
        named.value_counts(["key", "term"], sort=True).reset_index().drop_duplicates("key").set_index("key")["term"]
    )
    topics = named.assign(topic=named["key"].map(spelling))
    return topics[["doc_id", "topic"]].drop_duplicates(ignore_index=True)


def count_reused(passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Count the documents that hold each re-used passage: one row a passage of the earliest document that has it.

    Parameters
    ----------
    passages
        As of `find_reused`. Passages that overlap in the earliest document count as one.
    documents
        A row a document, with ``doc_id`` and ``source``.

    Returns
    -------
    DataFrame, passages of most documents first, then the longest
        doc_id, start, end, other_id, other_start, other_end, n_fingerprints : as in ``passages``, for the first
            document that took the passage up at its longest
        n_documents : documents that hold it, the earliest included
        n_sources : their outlets, of those that are known

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(passages, ["doc_id", "other_id", "other_start", "other_end", "n_fingerprints"], name="passages")
    check_columns(documents, ["doc_id", "source"], name="documents")
    ordered = passages.sort_values(["other_id", "other_start"], kind="stable", ignore_index=True)
    before = ordered.groupby("other_id", sort=False)["other_end"].cummax().shift(1)
    begins = (ordered["other_id"] != ordered["other_id"].shift(1)) | (ordered["other_start"] >= before)
    source = documents.set_index("doc_id")["source"]
    ordered = ordered.assign(passage=begins.cumsum(), source=source.reindex(ordered["doc_id"]).to_numpy())
    groups = ordered.groupby("passage", sort=False)
    longest = ordered.loc[groups["n_fingerprints"].idxmax()]
    sources = pd.concat(
        [
            ordered[["passage", "source"]],
            longest.assign(source=source.reindex(longest["other_id"]).to_numpy())[["passage", "source"]],
        ]
    )
    counted = longest.assign(
        n_documents=groups["doc_id"].nunique().to_numpy() + 1,
        n_sources=sources.groupby("passage", sort=False)["source"].nunique().reindex(longest["passage"]).to_numpy(),
    )
    counted = counted.sort_values(["n_documents", "n_fingerprints"], ascending=False, kind="stable", ignore_index=True)
    return counted[[*passages.columns, "n_documents", "n_sources"]]


def count_exchanges(pairs: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Count from which outlet to which documents or passages went: a row a pair of outlets.

    Parameters
    ----------
    pairs
        As of `find_reused` or `find_duplicates`.
    documents
        A row a document, with ``doc_id`` and ``source``.

    Returns
    -------
    DataFrame, most documents first
        source, other : outlet of the later document and of the earlier, ``not stated`` for null
        n_documents : later documents

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(pairs, ["doc_id", "other_id"], name="pairs")
    source = documents.set_index("doc_id")["source"].astype("str").fillna(_NOT_STATED)
    ends = [source.reindex(pairs[column]).to_numpy() for column in ("doc_id", "other_id")]
    table = pd.DataFrame({"source": ends[0], "other": ends[1], "doc_id": pairs["doc_id"]})
    counted = table.groupby(["source", "other"], as_index=False).agg(n_documents=("doc_id", "nunique"))
    return counted.sort_values("n_documents", ascending=False, kind="stable", ignore_index=True)


def describe_pairs(pairs: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Add to pairs of documents what is known of either: ``title, source, published`` and the same after ``other_``."""
    check_columns(pairs, ["doc_id", "other_id"], name="pairs")
    known = documents.set_index("doc_id")[["title", "source", "published"]]
    for column, prefix in (("doc_id", ""), ("other_id", "other_")):
        about = known.reindex(pairs[column]).set_axis(pairs.index)
        about["title"] = about["title"].fillna(pairs[column])
        pairs = pairs.assign(**about.add_prefix(prefix))
    return pairs


def name_parts(documents: pd.DataFrame, part: str | None = None) -> pd.Series:
    """Divide a collection in parts to compare: one outlet and the others, or else an earlier and a later half.

    Parameters
    ----------
    documents
        As of `read_documents`.
    part
        An outlet; None takes the one with most documents, and the halves where fewer than two are known.

    Returns
    -------
    Series
        Part of each document, under the index of ``documents``; the part to compare comes first in the categories.

    Raises
    ------
    ValueError
        If no document is of that outlet.
    """
    check_columns(documents, ["source", "published"], name="documents")
    sources = documents["source"].value_counts()
    if part is not None and part not in sources.index:
        raise ValueError(
            f"no document is of {part!r}; the outlets are {', '.join(map(str, sources.index[:5])) or 'not known'}"
        )
    if part is not None or len(sources) > 1:
        first = part or str(sources.index[0])
        named = (
            documents["source"].astype("str").where(documents["source"].isna() | (documents["source"] == first), _REST)
        )
        return pd.Series(pd.Categorical(named, [first, _REST]), documents.index)
    dates = documents["published"]
    order = dates.rank(method="first", na_option="bottom")
    halves = ["later half", "earlier half"] if dates.min() < dates.max() else ["second half", "first half"]
    named = order.gt(len(documents) / 2).map({True: halves[0], False: halves[1]})
    return pd.Series(pd.Categorical(named, halves), documents.index)


def cut_articles(articles: pd.DataFrame, *, n_paragraphs: int = 3) -> pd.DataFrame:
    """Cut articles into pieces of some paragraphs, each an article of its own: a small collection to try things on.

    Parameters
    ----------
    articles
        As of `read_articles`.
    n_paragraphs
        Paragraphs of a piece.

    Returns
    -------
    DataFrame
        As ``articles``; ``doc_id`` has the number of the piece behind it, ``title`` its first line.
    """
    check_columns(articles, ["doc_id", "text"], name="articles")
    pieces = []
    for row in articles.to_dict("records"):
        paragraphs = split_paragraphs(row["text"])
        for number, at in enumerate(range(0, len(paragraphs), n_paragraphs), 1):
            start, end = paragraphs[at][0], paragraphs[at : at + n_paragraphs][-1][1]
            title = row["text"][slice(*paragraphs[at])][:80]
            pieces.append(row | {"doc_id": f"{row['doc_id']}-{number}", "title": title, "text": row["text"][start:end]})
    return pd.DataFrame(pieces, columns=articles.columns).astype(articles.dtypes)
