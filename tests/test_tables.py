"""Tables have exactly their columns, and meet by position."""

import random

import pandas as pd
import pytest

from newslab.tables import SPAN_COLUMNS, build_table, check_columns, find_within


def test_no_rows_still_gives_all_columns_with_their_dtypes():
    table = build_table([], SPAN_COLUMNS | {"value": "float64", "n": "Int64", "when": "datetime64[s]", "flag": "bool"})
    assert table.dtypes.astype(str).to_dict() == {
        "doc_id": "str",
        "start": "int64",
        "end": "int64",
        "text": "str",
        "value": "float64",
        "n": "Int64",
        "when": "datetime64[s]",
        "flag": "bool",
    }


def test_missing_values_are_null_and_large_integers_whole():
    table = build_table([{"n": 2**62 + 1}, {}], {"n": "Int64", "text": "str"})
    assert table["n"].tolist() == [2**62 + 1, pd.NA]
    assert table["text"].isna().all()


def test_unknown_key_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="row has colour, which are not columns"):
        build_table([{"colour": 1}], {"start": "int64"})


def test_missing_column_is_named_with_what_there_is():
    with pytest.raises(ValueError, match="quotes has no column end; it has start"):
        check_columns(pd.DataFrame({"start": [0]}), ["start", "end"], name="quotes")


def test_spans_are_found_within_spans_of_their_own_document_only():
    def spans(*rows):
        return build_table([dict(zip(SPAN_COLUMNS, row, strict=True)) for row in rows], SPAN_COLUMNS)

    inner = spans(("a", 2, 4, "in"), ("a", 8, 12, "across"), ("b", 2, 4, "elsewhere"))
    outer = spans(("a", 0, 10, "outer"), ("a", 2, 4, "same"))
    found = find_within(inner, outer)
    assert found[["text", "text_outer"]].to_numpy().tolist() == [["in", "outer"], ["in", "same"]]
    assert list(find_within(inner.iloc[:0], outer)["text"]) == []


def test_spans_in_nested_and_overlapping_spans_are_all_found():
    rng = random.Random(7)  # noqa: S311

    def some(n, longest):
        rows = [(rng.choice("ab"), s := rng.randrange(60), s + rng.randrange(longest)) for _ in range(n)]
        return pd.DataFrame(rows, columns=["doc_id", "start", "end"])

    inner, outer = some(40, 6), some(40, 30)
    found = find_within(inner, outer)
    expected = inner.merge(outer, on="doc_id", suffixes=("", "_outer"))
    expected = expected[(expected["start"] >= expected["start_outer"]) & (expected["end"] <= expected["end_outer"])]
    assert sorted(found.itertuples(index=False, name=None)) == sorted(expected.itertuples(index=False, name=None))
