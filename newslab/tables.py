"""Tables: exact columns and dtypes, and joins of spans by their position.

Every span table begins ``doc_id, start, end, text``: characters into the article, end exclusive. Tables made by
different extractors therefore meet by position, without a class of their own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype

SPAN_COLUMNS = {"doc_id": "str", "start": "int64", "end": "int64", "text": "str"}
"""Columns that every span table starts with, and their dtypes."""


def build_table(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Build a table that has exactly the given columns and dtypes, also when there are no rows.

    Parameters
    ----------
    rows
        One mapping a row; a key that is not a column is an error, a column without a key is null.
    columns
        dtype by column name, in order. Nullable integers are ``Int64``, times ``datetime64[s]``.

    Returns
    -------
    DataFrame
        The rows in their order, under a plain 0, 1, 2 ... index.

    Raises
    ------
    ValueError
        If a row has a key that is no column.

    Examples
    --------
    >>> build_table([], {"doc_id": "str", "start": "int64"}).dtypes.astype(str).to_dict()
    {'doc_id': 'str', 'start': 'int64'}
    """
    records = list(rows)
    for record in records:
        if not record.keys() <= columns.keys():
            unknown = ", ".join(sorted(record.keys() - columns.keys()))
            raise ValueError(f"row has {unknown}, which are not columns; expected {', '.join(columns)}")
    # object first: pandas would guess float for a column of ints and nulls, and lose large integers
    table = {
        name: pd.Series([record.get(name) for record in records], dtype=object).astype(pandas_dtype(dtype))
        for name, dtype in columns.items()
    }
    return pd.DataFrame(table, columns=list(columns))


def check_columns(table: pd.DataFrame, needed: Collection[str], *, name: str) -> None:
    """Raise a ValueError that says what is missing unless ``table`` has the ``needed`` columns.

    Parameters
    ----------
    table
        Any table.
    needed
        Column names that the caller relies on.
    name
        What to call the table in the message, such as ``"quotes"``.

    Examples
    --------
    >>> check_columns(pd.DataFrame({"start": [0]}), ["start", "end"], name="quotes")
    Traceback (most recent call last):
    ...
    ValueError: quotes has no column end; it has start
    """
    if missing := [column for column in needed if column not in table.columns]:
        raise ValueError(f"{name} has no column {', '.join(missing)}; it has {', '.join(map(str, table.columns))}")


def group_rows(table: pd.DataFrame, columns: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of each document as plain mappings, for code that goes through them one by one.

    Parameters
    ----------
    table
        Any table with ``doc_id``.
    columns
        Which columns to give.

    Returns
    -------
    dict
        Rows in their order, by ``doc_id``.

    Examples
    --------
    >>> group_rows(pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 5]}), ["start"])
    {'a': [{'start': 0}, {'start': 5}]}
    """
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    values = zip(*(table[column].tolist() for column in columns), strict=True)
    for doc_id, row in zip(table["doc_id"].tolist(), values, strict=True):
        grouped[doc_id].append(dict(zip(columns, row, strict=True)))
    return dict(grouped)


def find_within(inner: pd.DataFrame, outer: pd.DataFrame, *, suffix: str = "_outer") -> pd.DataFrame:
    """Pair each span of ``inner`` with every span of ``outer`` that contains it.

    Parameters
    ----------
    inner, outer
        Span tables (``doc_id, start, end, ...``).
    suffix
        Added to the names of ``outer``'s columns where ``inner`` has the same name.

    Returns
    -------
    DataFrame
        Rows in the order of ``inner``, then of the start in ``outer``; columns of ``inner``, then those of ``outer``
        but ``doc_id``.

    Raises
    ------
    ValueError
        If one of the tables is no span table.

    Examples
    --------
    >>> figures = pd.DataFrame({"doc_id": ["a"], "start": [5], "end": [7], "text": ["40"]})
    >>> quotes = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [9], "text": ["I am 40 !"]})
    >>> find_within(figures, quotes)[["text", "text_outer"]].values.tolist()
    [['40', 'I am 40 !']]
    """
    for table, name in ((inner, "inner"), (outer, "outer")):
        check_columns(table, ["doc_id", "start", "end"], name=name)
    outer = outer.sort_values(["doc_id", "start"], kind="stable", ignore_index=True)
    # documents one behind the other on a single line of characters, so that all are searched at once
    document = pd.Index(outer["doc_id"].unique())
    length = int(max(outer["end"].max(), inner["end"].max(), 0)) + 1 if len(outer) and len(inner) else 1
    at = document.get_indexer(inner["doc_id"])
    inner_rows = np.flatnonzero(at >= 0)
    before = at[inner_rows] * length
    inner_starts, inner_ends = (before + inner[name].to_numpy()[inner_rows] for name in ("start", "end"))
    before = document.get_indexer(outer["doc_id"]) * length
    starts, ends = (before + outer[name].to_numpy() for name in ("start", "end"))
    # those that begin early enough are a prefix; of it, those before the first that reaches far enough fall away
    last = np.searchsorted(starts, inner_starts, side="right")
    first = np.searchsorted(np.maximum.accumulate(ends), inner_ends, side="left")
    counts = np.maximum(last - first, 0)
    candidates = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts) + np.repeat(first, counts)
    reaches = ends[candidates] >= np.repeat(inner_ends, counts)
    at, of = np.repeat(inner_rows, counts)[reaches], candidates[reaches]
    found = outer.drop(columns="doc_id").rename(columns={c: f"{c}{suffix}" for c in outer if c in inner})
    pairs = [inner.iloc[at].reset_index(drop=True), found.iloc[of].reset_index(drop=True)]
    return pd.concat(pairs, axis=1)
