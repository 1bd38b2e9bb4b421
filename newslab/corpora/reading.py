"""Reading: the tables of a collection from disk, as few columns of them as an answer needs.

The partitions of a collection hold different documents. So whatever is counted is counted some partitions at a time
and added up, and memory does not grow with the collection.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newslab.summaries import quote_sentences
from newslab.tables import check_columns, find_within

_N_ROWS = 500_000  # read at a time: some tens of megabytes
_FIRST = ["doc_id", "start", "end"]
_ABOUT = ["title", "source", "published"]


def read_collection(folder: str | Path, table: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of one table of a collection.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    table
        Name of the table, such as ``"quotes"``.
    columns
        Columns to read; nothing else is.

    Returns
    -------
    DataFrame
        Rows in the order of the collection; ``doc_id`` is a categorical, so that it costs four bytes a row.

    Raises
    ------
    ValueError
        If the folder holds no finished partition, or the table lacks a column.
    """
    return _to_pandas(list(_iter_partitions(folder, table, columns)))


def iter_collection(folder: str | Path, table: str, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Read columns of one table of a collection, some whole partitions at a time; see `read_collection`."""
    for some in _iter_batches(folder, table, columns):
        yield _to_pandas(some)


def _iter_batches(folder: str | Path, table: str, columns: Sequence[str]) -> Iterator[list[pa.Table]]:
    some: list[pa.Table] = []
    for partition in _iter_partitions(folder, table, columns):
        some.append(partition)
        if sum(len(one) for one in some) >= _N_ROWS:
            yield some
            some = []
    if some:
        yield some


def _iter_partitions(folder: str | Path, table: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    for name in find_partitions(folder):
        file = pq.ParquetFile(Path(folder) / table / name, read_dictionary=["doc_id"])
        if missing := [column for column in columns if column not in file.schema_arrow.names]:
            raise ValueError(f"{Path(folder) / table} has no column {', '.join(missing)}; analyse the collection anew")
        yield file.read(columns=list(columns)).select(list(columns))


def find_partitions(folder: str | Path) -> list[str]:
    """Name the files of the finished partitions of a collection, the same in the folder of every table."""
    records = sorted((Path(folder) / "partitions").glob("part-*.json"))
    names = [f"{path.stem}.parquet" for path in records if json.loads(path.read_bytes())["status"] == "done"]
    if not names:
        raise ValueError(f"{folder}: holds no collection; let analyse_corpus write one there")
    return names


def _to_pandas(tables: Sequence[pa.Table]) -> pd.DataFrame:
    return pa.concat_tables(tables).unify_dictionaries().to_pandas()


def read_documents(folder: str | Path, *, measures: Sequence[str] = ("n_words",)) -> pd.DataFrame:
    """Read what is known of each document of a collection, but for its text.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    measures
        Columns of the table ``profile`` to read besides.

    Returns
    -------
    DataFrame, in the order of the collection
        doc_id, title, published, source : as of `read_articles`
        partition : file that holds the document's rows
        others : the measures

    Raises
    ------
    ValueError
        If the folder holds no finished partition, or a measure is not in the profile.
    """
    names = find_partitions(folder)
    articles = list(_iter_partitions(folder, "articles", ["doc_id", *_ABOUT]))
    documents = pa.concat_tables(articles).to_pandas().astype({"doc_id": "str"})
    profile = read_collection(folder, "profile", ["doc_id", *measures]).astype({"doc_id": "str"})
    partition = np.repeat(names, [len(article) for article in articles])
    return documents.assign(partition=partition).merge(profile, on="doc_id", how="left")


def count_spans(
    folder: str | Path,
    table: str,
    by: Sequence[str],
    *,
    documents: pd.DataFrame | None = None,
    sums: Sequence[str] = (),
    first: Sequence[str] = (),
) -> pd.DataFrame:
    """Count the rows of a table of a collection, and the documents that hold them.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    table
        Name of the table, such as ``"entities"``.
    by
        Columns to count by, of the table or of ``documents``; a null counts as a value.
    documents
        A row a document, as of `read_documents`, for columns in ``by`` that the table lacks. Rows of documents that
        it leaves out are not counted.
    sums
        Columns to add up.
    first
        More columns to give of the first row.

    Returns
    -------
    DataFrame, most documents first, then most rows
        by : as asked for
        n_documents : documents
        n_spans : rows
        sums : as asked for
        doc_id, start, end, first : of the first row in the order of the collection

    Raises
    ------
    ValueError
        If the folder holds no finished partition, or the table lacks a column.
    """
    told = [] if documents is None else [column for column in by if column in documents.columns]
    own = [column for column in by if column not in told]
    columns = list(dict.fromkeys([*_FIRST, *own, *sums, *first]))
    firsts = [(column, "first") for column in columns if column not in own and column not in sums]
    total: pa.Table | None = None
    for some in _iter_batches(folder, table, columns):
        batch = pa.concat_tables(some).unify_dictionaries().combine_chunks()
        ids = batch["doc_id"].combine_chunks()
        number = ids.indices
        if documents is not None:
            number, batch = _tell(batch, ids, documents, told)
        batch = batch.set_column(
            batch.schema.get_field_index("doc_id"), "doc_id", pc.cast(batch["doc_id"], pa.string())
        )
        batch = batch.append_column("number", number)
        counted = batch.group_by(list(by), use_threads=False).aggregate(
            [("number", "count_distinct"), ("number", "count"), *((c, "sum") for c in sums), *firsts]
        )
        names = [*by, "n_documents", "n_spans", *sums, *(column for column, _ in firsts)]
        counted = counted.rename_columns(names)
        if total is None:
            total = counted
        else:
            adding = [(column, "sum") for column in ("n_documents", "n_spans", *sums)]
            both = pa.concat_tables([total, counted]).group_by(list(by), use_threads=False)
            total = both.aggregate([*adding, *firsts]).rename_columns(names)
    assert total is not None  # noqa: S101 (there is a partition, and it has a file of each table)
    return total.to_pandas().sort_values(["n_documents", "n_spans"], ascending=False, kind="stable", ignore_index=True)


def _tell(
    batch: pa.Table, ids: pa.DictionaryArray, documents: pd.DataFrame, told: Sequence[str]
) -> tuple[pa.Array, pa.Table]:
    """Add to each row what is known of its document, and leave out the rows of other documents."""
    at = pd.Index(documents["doc_id"]).get_indexer(ids.dictionary.to_pandas())[ids.indices.to_numpy()]
    kept = np.flatnonzero(at >= 0)
    at, batch = at[kept], batch if len(kept) == len(at) else batch.take(kept)
    for column in told:
        values = documents[column].astype("category").cat
        categories = pa.array(values.categories, pa.string())
        codes = values.codes.to_numpy()[at]
        batch = batch.append_column(column, categories.take(pa.array(codes, mask=codes < 0)))
    return pa.array(at), batch


def cite_spans(folder: str | Path, spans: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Say of each span in which document and sentence it stands.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    spans
        Rows with ``doc_id`` and ``start``: some to show, not all that there are.
    documents
        As of `read_documents`.

    Returns
    -------
    DataFrame, in the order of ``spans``
        spans : its columns
        title, source, published : of the document; its id stands for a title that is not known
        sentence : the sentence in which the span starts, at most 300 characters; null outside of any

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(spans, ["doc_id", "start"], name="spans")
    ids = spans["doc_id"].astype("str")
    about = documents.set_index("doc_id").reindex(ids).set_axis(spans.index)
    held = _read_some(folder, "sentences", [*_FIRST, "text"], documents, ids)
    sentence = quote_sentences(spans[["start"]].assign(doc_id=ids), held, longest=300)
    return spans.assign(**about[_ABOUT].assign(title=about["title"].fillna(ids)), sentence=sentence)


def _read_some(
    folder: str | Path, table: str, columns: Sequence[str], documents: pd.DataFrame, ids: pd.Series
) -> pd.DataFrame:
    """Read the rows of some documents from the files that hold them."""
    wanted = documents.loc[documents["doc_id"].isin(ids), ["partition", "doc_id"]]
    read = [
        pq.read_table(Path(folder) / table / str(name), columns=list(columns), filters=[("doc_id", "in", list(of_it))])
        for name, of_it in wanted.groupby("partition")["doc_id"]
    ]
    if not read:
        return pd.DataFrame(
            {column: pd.Series(dtype="int64" if column in {"start", "end"} else "str") for column in columns}
        )
    return pa.concat_tables(read).to_pandas()


def read_texts(folder: str | Path, documents: pd.DataFrame, ids: pd.Series) -> Iterator[tuple[str, str]]:
    """Yield the id and the text of some documents, a partition at a time."""
    wanted = documents.loc[documents["doc_id"].isin(ids)]
    for _, some in wanted.groupby("partition"):
        table = _read_some(folder, "articles", ["doc_id", "text"], some, some["doc_id"])
        yield from zip(table["doc_id"], table["text"], strict=True)


def read_claims(folder: str | Path) -> pd.DataFrame:
    """Read the figures of a collection that somebody is quoted with.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.

    Returns
    -------
    DataFrame, in the order of the collection
        doc_id, start, end, text, value, unit, bound, counted, counted_start : as of `extract_quantities`
        speaker_name, source_kind : of the quotation, as of `extract_quotes`; the innermost where one holds another

    Raises
    ------
    ValueError
        If the folder holds no finished partition.
    """
    figures = [*_FIRST, "text", "value", "unit", "bound", "counted", "counted_start"]
    quotes = [*_FIRST, "speaker_name", "source_kind"]
    found = []
    pairs = zip(
        _iter_partitions(folder, "quantities", figures), _iter_partitions(folder, "quotes", quotes), strict=True
    )
    for some, said in pairs:
        inside = find_within(some.to_pandas(), said.to_pandas(), suffix="_quote")
        inside = inside.drop_duplicates(["doc_id", "start", "end"], keep="last")
        found.append(inside[[*figures, "speaker_name", "source_kind"]].astype({"doc_id": "str"}))
    return pd.concat(found, ignore_index=True)
