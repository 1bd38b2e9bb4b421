import pandas as pd
import pytest

from newslab.corpora.counting import (
    count_claims,
    count_dates,
    count_exchanges,
    count_reused,
    count_sources,
    cut_articles,
    describe_pairs,
    name_dates,
    name_parts,
)


def documents(*rows: tuple[str | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["source", "published"]).astype({"source": "str"})
    ids = [f"d{number}" for number in range(len(rows))]
    return table.assign(doc_id=ids, title=None, published=pd.to_datetime(table["published"]))


@pytest.mark.parametrize(
    ("last", "begins", "ends"),
    [
        ("2020-01-31", ["2020-01-30", "2020-01-31"], ["2020-01-31", "2020-02-01"]),
        ("2020-06-02", ["2020-01-01", "2020-06-01"], ["2020-02-01", "2020-07-01"]),
        ("2029-06-02", ["2020-01-01", "2029-01-01"], ["2021-01-01", "2030-01-01"]),
    ],
    ids=["days", "months", "years"],
)
def test_dates_are_counted_in_days_months_or_years(last, begins, ends):
    counted = count_dates(documents(("Post", "2020-01-30"), ("Post", last), ("Post", None)), "source")
    assert counted["begin"].dt.strftime("%Y-%m-%d").tolist() == begins
    assert counted["end"].dt.strftime("%Y-%m-%d").tolist() == ends
    assert counted["n_documents"].tolist() == [1, 1]


def test_rare_outlets_are_counted_together_and_apart_from_those_not_stated():
    rows = [(source, "2020-01-30") for source in ["A", "A", "B", "C", None]]
    counted = count_dates(documents(*rows), "source", top=1)
    assert counted.set_index("source")["n_documents"].to_dict() == {"A": 2, "all others": 2, "not stated": 1}


def test_no_dates_are_counted_as_none():
    none = documents(("Post", None))
    assert count_dates(none, "source").empty
    assert name_dates(none) == "of no stated date"
    assert name_dates(documents(("Post", "2020-01-30"))) == "of 2020-01-30"


def test_outlets_are_summed_up():
    table = documents(("A", "2020-01-30"), ("A", None), ("A", "2019-01-30"), (None, None))
    counted = count_sources(table.assign(n_words=[100, 300, 200, 50], flesch_reading_ease=[50.0, None, 60.0, None]))
    assert counted["source"].tolist() == ["A", "not stated"]
    assert counted.loc[0, ["n_documents", "n_words", "flesch_reading_ease"]].tolist() == [3, 200, 55]
    assert counted.loc[0, "first"] == pd.Timestamp("2019-01-30")


def test_figures_claimed_are_counted_by_the_topics_of_their_documents():
    terms = pd.DataFrame({"doc_id": ["a", "a", "b", "c"], "term": ["Tax", "rain", "tax", "tax"], "rank": [1, 9, 2, 3]})
    rows = [("a", "named", "jobs"), ("a", "unnamed", "jobs"), ("b", "named", None), ("b", "none", "homes")]
    claims = pd.DataFrame(rows, columns=["doc_id", "source_kind", "counted"])
    (row,) = count_claims(claims, terms).to_dict("records")
    assert row == {
        "topic": "tax",
        "n_documents": 3,
        "n_claiming": 2,
        "n_claims": 4,
        "named_share": 0.5,
        "unnamed_share": 0.25,
        "counted": "jobs 2; homes 1",
    }


def test_a_topic_without_figures_stays():
    terms = pd.DataFrame({"doc_id": ["a"], "term": ["tax"], "rank": [1]})
    claims = pd.DataFrame({"doc_id": [], "source_kind": [], "counted": []}, dtype="str")
    assert count_claims(claims, terms)[["topic", "n_documents", "n_claims"]].to_numpy().tolist() == [["tax", 1, 0]]


def passages(*rows: tuple[str, str, int, int, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["doc_id", "other_id", "other_start", "other_end", "n_fingerprints"])
    table = table.astype(dict.fromkeys(["other_start", "other_end", "n_fingerprints"], "int64"))
    return table.assign(start=0, end=table["other_end"] - table["other_start"])


def test_passages_that_overlap_in_the_earliest_document_are_one():
    table = documents(("A", None), ("B", None), ("A", None), (None, None))
    found = count_reused(
        passages(("d1", "d0", 10, 90, 3), ("d2", "d0", 50, 200, 7), ("d3", "d0", 300, 400, 4), ("d1", "d0", 60, 80, 2)),
        table,
    )
    columns = ["doc_id", "other_start", "n_documents", "n_sources"]
    assert found[columns].to_numpy().tolist() == [["d2", 50, 3, 2], ["d3", 300, 2, 1]]


def test_exchanges_are_counted_once_a_document():
    table = documents(("A", None), ("B", None), (None, None))
    pairs = pd.DataFrame({"doc_id": ["d1", "d1", "d2"], "other_id": ["d0", "d0", "d0"]})
    counted = count_exchanges(pairs, table)
    assert counted.to_numpy().tolist() == [["B", "A", 1], ["not stated", "A", 1]]


def test_pairs_are_described_by_title_or_else_by_id():
    table = documents(("A", "2020-01-30"), ("B", None))
    table.loc[0, "title"] = "Rain"
    (row,) = describe_pairs(pd.DataFrame({"doc_id": ["d1"], "other_id": ["d0"]}), table).to_dict("records")
    assert (row["title"], row["other_title"], row["other_source"]) == ("d1", "Rain", "A")


@pytest.mark.parametrize("count", [count_reused, count_exchanges, describe_pairs])
def test_where_nothing_is_shared_there_is_nothing_to_count(count):
    assert count(passages(), documents(("A", None))).empty


@pytest.mark.parametrize(
    ("rows", "part", "parts"),
    [
        ([("A", None), ("B", None), ("B", None), (None, None)], None, ["all others", "B", "B", None]),
        ([("A", None), ("B", None), ("B", None)], "A", ["A", "all others", "all others"]),
        ([("A", "2020-02-01"), (None, "2020-01-01")], None, ["later half", "earlier half"]),
        ([("A", None), ("A", None), (None, None)], None, ["first half", "second half", "second half"]),
    ],
)
def test_a_collection_is_divided_by_outlet_or_else_in_halves(rows, part, parts):
    named = name_parts(documents(*rows), part)
    assert [name if isinstance(name, str) else None for name in named] == parts


def test_an_outlet_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no document is of 'C'; the outlets are A"):
        name_parts(documents(("A", None)), "C")


def test_articles_are_cut_at_paragraphs():
    articles = pd.DataFrame({"doc_id": ["a"], "title": ["T"], "text": ["One.\n\nTwo.\n\nThree."]})
    pieces = cut_articles(articles, n_paragraphs=2)
    assert pieces[["doc_id", "title", "text"]].to_numpy().tolist() == [
        ["a-1", "One.", "One.\n\nTwo."],
        ["a-2", "Three.", "Three."],
    ]
