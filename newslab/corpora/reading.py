"""Reading: the tables of a collection from disk, as few columns of them as an answer needs.

The partitions of a collection hold different documents. So whatever is counted is counted some partitions at a time
and added up, and memory does not grow with the collection.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset

from newslab.summaries import quote_sentences
from newslab.tables import check_columns, find_within

_N_ROWS = 1_000_000  # read at a time: some tens of megabytes
_N_PARTITIONS = 100  # read at a time where two tables meet
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
    return _read(folder, table, columns).to_pandas()


def _read(
    folder: str | Path,
    table: str,
    columns: Sequence[str],
    *,
    categorical: Sequence[str] = ("doc_id",),
    names: Sequence[str] | None = None,
) -> pa.Table:
    """Read some partitions, or all, strings that come again and again as categories."""
    files = [str(Path(folder) / table / name) for name in names or find_partitions(folder)]
    words = [column for column in categorical if column in columns]
    held = dataset.dataset(files, format=dataset.ParquetFileFormat(dictionary_columns=words))
    if missing := [column for column in columns if column not in held.schema.names]:
        raise ValueError(f"{Path(folder) / table} lacks the column {missing[0]!r}; analyse the collection anew")
    return held.to_table(columns=list(columns)).unify_dictionaries().combine_chunks()


def _iter_batches(
    folder: str | Path, table: str, columns: Sequence[str], *, categorical: Sequence[str] = ("doc_id",)
) -> Iterator[pa.Table]:
    """Read some whole partitions at a time, as `_read` does."""
    records = _read_records(folder)
    batch = np.cumsum([record["rows"][table] for record in records.values()]) // _N_ROWS
    for _, names in pd.Series(list(records)).groupby(batch):
        yield _read(folder, table, columns, categorical=categorical, names=names.tolist())


def find_partitions(folder: str | Path) -> list[str]:
    """Name the files of the finished partitions of a collection, the same in the folder of every table."""
    return list(_read_records(folder))


def _read_records(folder: str | Path) -> dict[str, dict[str, Any]]:
    """Read the records of the finished partitions, by the names of their files."""
    paths = sorted((Path(folder) / "partitions").glob("part-*.json"))
    records = {f"{path.stem}.parquet": json.loads(path.read_bytes()) for path in paths}
    done = {name: record for name, record in records.items() if record["status"] == "done"}
    if not done:
        raise ValueError(f"{folder}: holds no collection; let analyse_corpus write one there")
    return done


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
    records = _read_records(folder)
    documents, profile = (
        _read(folder, *what, categorical=()).to_pandas()
        for what in (("articles", ["doc_id", *_ABOUT]), ("profile", ["doc_id", *measures]))
    )
    partition = np.repeat(list(records), [record["rows"]["articles"] for record in records.values()])
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
    columns = list(dict.fromkeys([*_FIRST, *(column for column in by if column not in told), *sums, *first]))
    firsts = [(column, "first") for column in [*_FIRST, *first]]
    names = [*by, "n_documents", "n_spans", *sums, *_FIRST, *first]
    waiting: list[pa.Table] = []
    for batch in _iter_batches(folder, table, columns, categorical=["doc_id", *by]):
        if documents is not None:
            batch = _tell(batch, documents, told)
        known = {column: batch[column].combine_chunks() for column in ("doc_id", *by)}
        codes = {column: values.indices for column, values in known.items() if pa.types.is_dictionary(values.type)}
        for column, of_it in codes.items():  # to group by numbers is far quicker than by words
            batch = batch.set_column(batch.schema.get_field_index(column), column, of_it)
        counts = [("doc_id", "count_distinct"), ("doc_id", "count"), *((column, "sum") for column in sums)]
        counted = batch.group_by(list(by), use_threads=False).aggregate([*counts, *firsts]).rename_columns(names)
        for column in codes:
            words = known[column].dictionary.take(counted[column].combine_chunks())
            counted = counted.set_column(names.index(column), column, words)
        waiting.append(counted)
        if sum(map(len, waiting[1:])) > max(_N_ROWS, len(waiting[0])):
            waiting = [_add_up(waiting, by, sums, firsts, names)]
    total = _add_up(waiting, by, sums, firsts, names).to_pandas()
    return total.sort_values(["n_documents", "n_spans"], ascending=False, kind="stable", ignore_index=True)


def _add_up(
    counted: Sequence[pa.Table], by: Sequence[str], sums: Sequence[str], firsts: Sequence[tuple], names: Sequence[str]
) -> pa.Table:
    """Add up what was counted of different partitions: their documents are different ones too."""
    adding = [(column, "sum") for column in ("n_documents", "n_spans", *sums)]
    both = pa.concat_tables(counted).group_by(list(by), use_threads=False)
    return both.aggregate([*adding, *firsts]).rename_columns(list(names))


def _tell(batch: pa.Table, documents: pd.DataFrame, told: Sequence[str]) -> pa.Table:
    """Add to each row what is known of its document, and leave out the rows of other documents."""
    ids = batch["doc_id"].combine_chunks()
    at = pd.Index(documents["doc_id"]).get_indexer(ids.dictionary.to_pandas())[ids.indices.to_numpy()]
    if (at < 0).any():
        batch, at = batch.filter(pa.array(at >= 0)), at[at >= 0]
    for column in told:
        values = documents[column].astype("category").cat
        codes = values.codes.to_numpy()[at].astype(np.int32)
        told_by = pa.DictionaryArray.from_arrays(
            pa.array(codes, mask=codes < 0), pa.array(values.categories, pa.string())
        )
        batch = batch.append_column(column, told_by)
    return batch


def count_vocabulary(folder: str | Path, documents: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count the words of each part of a collection.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    documents
        A row a document: ``doc_id`` and the column ``by``. Documents of no part, and those left out, don't count.
    by
        Column that names the part of each document, such as of `name_parts`.

    Returns
    -------
    DataFrame
        word : in small letters, a categorical
        part : a value of ``by``
        count : occurrences in the part
        n_documents : documents of the part that hold it
        doc_id, start : the first occurrence in the part, in the order of the collection

    Raises
    ------
    ValueError
        If the folder holds no finished partition, or a column is missing.
    """
    check_columns(documents, ["doc_id", by], name="documents")
    parts = documents[by].astype("category").cat
    names, ids, part_of = parts.categories, pd.Index(documents["doc_id"]), parts.codes.to_numpy()
    numbers: dict[str, int] = {}  # of the words; millions at most, however many articles there are
    held = {name: np.zeros((len(names), 0), np.int64) for name in ("count", "n_documents", "document", "start")}
    columns = ["doc_id", "word", "count", "start"]
    for table in _iter_batches(folder, "vocabulary", columns, categorical=["doc_id", "word"]):
        own, words = (_read_codes(table[column]) for column in ("doc_id", "word"))
        document = ids.get_indexer(own.dictionary)[own.codes] if len(table) else np.empty(0, np.int64)
        part = np.where(document >= 0, part_of[document], -1)
        kept = np.flatnonzero(part >= 0)
        here = np.array([numbers.setdefault(word, len(numbers)) for word in words.dictionary], np.int64)
        more = len(numbers) - held["count"].shape[1]
        if more > 0:  # doubled, so that this is seldom
            room = ((0, 0), (0, max(more, held["count"].shape[1])))
            held = {name: np.pad(counts, room) for name, counts in held.items()}
        count, start = (table[column].to_numpy() for column in ("count", "start"))
        cells = part[kept].astype(np.int64) * len(here) + words.codes[kept]  # one a part and word
        size, shape = len(names) * len(here), (len(names), len(here))
        n = np.bincount(cells, minlength=size).reshape(shape)
        total = np.bincount(cells, weights=count[kept], minlength=size).reshape(shape)
        first = np.zeros(size, np.int64)
        first[cells[::-1]] = kept[::-1]
        at, word = np.nonzero((held["n_documents"][:, here] == 0) & (n > 0))
        rows = first.reshape(shape)[at, word]
        held["document"][at, here[word]] = document[rows]
        held["start"][at, here[word]] = start[rows]
        held["n_documents"][:, here] += n
        held["count"][:, here] += total.astype(np.int64)
    known = [np.flatnonzero(held["n_documents"][at]) for at in range(len(names))]
    word, of_it = np.concatenate(known), np.repeat(np.arange(len(names)), [len(one) for one in known])
    return pd.DataFrame(
        {
            "word": pd.Categorical.from_codes(word, pd.Index(list(numbers), dtype="str")),
            "part": names.to_numpy()[of_it],
            "count": held["count"][of_it, word],
            "n_documents": held["n_documents"][of_it, word],
            "doc_id": ids.to_numpy()[held["document"][of_it, word]],
            "start": held["start"][of_it, word],
        }
    )


class _Codes(NamedTuple):
    """A column of words as numbers, and the words."""

    codes: np.ndarray
    dictionary: list[str]


def _read_codes(column: pa.ChunkedArray) -> _Codes:
    values = column.combine_chunks()
    return _Codes(values.indices.to_numpy(), values.dictionary.to_pylist())


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
        sentence : the sentence in which the span starts, at most 160 characters around it; null outside of any

    Raises
    ------
    ValueError
        If a column is missing.
    """
    check_columns(spans, ["doc_id", "start"], name="spans")
    ids = spans["doc_id"].astype("str")
    about = documents.set_index("doc_id").reindex(ids).set_axis(spans.index)
    held = _read_some(folder, "sentences", [*_FIRST, "text"], documents, ids)
    sentence = quote_sentences(spans[["start"]].assign(doc_id=ids), held, longest=160)
    return spans.assign(**about[_ABOUT].assign(title=about["title"].fillna(ids)), sentence=sentence)


def cite_words(
    folder: str | Path, keywords: pd.DataFrame, words: pd.DataFrame, part: str, documents: pd.DataFrame
) -> pd.DataFrame:
    """Say of each keyword in which sentence the side that uses it more has it first; see `cite_spans`.

    Parameters
    ----------
    folder, documents
        As for `cite_spans`.
    keywords
        As of `compare_words`: some to show.
    words
        As of `count_vocabulary`.
    part
        The part that ``keywords`` compare with the others.

    Returns
    -------
    DataFrame, in the order of ``keywords``
        keywords : its columns
        doc_id, start, title, source, published, sentence : as of `cite_spans`
    """
    check_columns(keywords, ["word", "log_ratio"], name="keywords")
    held = words[words["word"].isin(keywords["word"])]
    held = held.assign(word=held["word"].astype("str"), is_own=held["part"] == part)
    first = held.drop_duplicates(["word", "is_own"])[["word", "is_own", "doc_id", "start"]]
    found = keywords.assign(word=keywords["word"].astype("str"), is_own=keywords["log_ratio"] > 0)
    return cite_spans(folder, found.merge(first, on=["word", "is_own"], how="left").drop(columns="is_own"), documents)


def _read_some(
    folder: str | Path, table: str, columns: Sequence[str], documents: pd.DataFrame, ids: pd.Series
) -> pd.DataFrame:
    """Read the rows of some documents from the files that hold them."""
    wanted = documents.loc[documents["doc_id"].isin(ids), ["partition", "doc_id"]]
    # the whole file, then its rows: less work than Parquet's own filters, as files are small
    names = sorted(wanted["partition"].unique()) or find_partitions(folder)[:1]
    rows = _read(folder, table, columns, categorical=(), names=names)
    return rows.filter(pc.is_in(rows["doc_id"], pa.array(wanted["doc_id"], pa.string()))).to_pandas()


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
    found, names = [], find_partitions(folder)
    for at in range(0, len(names), _N_PARTITIONS):
        some, said = (
            _read(folder, *what, categorical=(), names=names[at : at + _N_PARTITIONS]).to_pandas()
            for what in (("quantities", figures), ("quotes", quotes))
        )
        inside = find_within(some, said, suffix="_quote")
        inside = inside.drop_duplicates(["doc_id", "start", "end"], keep="last")
        found.append(inside[[*figures, "speaker_name", "source_kind"]])
    return pd.concat(found, ignore_index=True)


def describe_collection(folder: str | Path) -> dict[str, dict[str, str]]:
    """Say how a collection was made.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.

    Returns
    -------
    dict
        ``pipeline``, as of `describe_pipeline`, and ``notes``: what else is known, by what it is about; both for
        `show_method`.

    Raises
    ------
    ValueError
        If the folder holds no collection.
    """
    names = find_partitions(folder)
    manifest = json.loads((Path(folder) / "collection.json").read_bytes())
    n_failed = len(list((Path(folder) / "partitions").glob("part-*.json"))) - len(names)
    notes = {"Tables": Path(folder).resolve().name, "Partitions": f"{len(names):,} finished, {n_failed:,} failed"}
    return {"pipeline": manifest["pipeline"], "notes": notes}
