"""Tables: exact columns and dtypes, and joins of spans by their position.

Every span table begins ``doc_id, start, end, text``: characters into the article, end exclusive. Tables made by
different extractors therefore meet by position, without a class of their own.
"""

from collections.abc import Collection, Iterable, Mapping

import pandas as pd

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
    >>> build_table([], {"doc_id": "str", "start": "int64"}).dtypes.to_dict()
    {'doc_id': <StringDtype(na_value=nan)>, 'start': dtype('int64')}
    """
    records = list(rows)
    for record in records:
        if unknown := sorted(record.keys() - columns.keys()):
            raise ValueError(f"row has {', '.join(unknown)}, which are not columns; expected {', '.join(columns)}")
    # object first: pandas would guess float for a column of ints and nulls, and lose large integers
    table = pd.DataFrame(
        {name: pd.Series([r.get(name) for r in records], dtype=object) for name in columns},
        columns=list(columns),
    )
    return table.astype(dict(columns))


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
        Rows in the order of ``inner``; its columns, then those of ``outer`` but ``doc_id``.

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
    pairs = inner.merge(outer, on="doc_id", how="inner", suffixes=("", suffix))
    contained = (pairs["start"] >= pairs[f"start{suffix}"]) & (pairs["end"] <= pairs[f"end{suffix}"])
    return pairs[contained].reset_index(drop=True)
