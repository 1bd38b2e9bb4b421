import doctest
import json
from datetime import date
from pathlib import Path
from time import process_time

import pandas as pd
import pytest
import spacy
from spacy.tokens import Doc

from newslab import times
from newslab.parsing import parse_articles
from newslab.times import COLUMNS, DATE_COLUMNS, extract_times, find_published
from newslab.times import values as timevalues
from newslab.times import words as timewords
from newslab.times.values import cover_value, resolve_holiday, shift_date, show_date

CASES_PATH = Path(__file__).parent / "data/times.jsonl"
CASES = [json.loads(line) for line in CASES_PATH.read_text(encoding="utf-8").splitlines()]


def make_doc(text: str) -> Doc:
    return spacy.blank("en").make_doc(text)


def values(text: str, **options) -> list[list]:
    return extract_times({"a": make_doc(text)}, **options)[["text", "value"]].to_numpy().tolist()


@pytest.fixture(scope="module")
def parsed() -> dict[str, Doc]:
    return parse_articles(pd.DataFrame({"doc_id": [c["label"] for c in CASES], "text": [c["text"] for c in CASES]}))


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, id=c["label"], marks=[pytest.mark.xfail] if c.get("expect") == "fail" else []) for c in CASES],
)
def test_cases(case, parsed):
    doc = parsed[case["label"]]
    table = extract_times({"a": doc}, published=case.get("published"))
    assert table[["text", "type", "value"]].to_numpy().tolist() == case["times"]
    assert all(doc.text[row.start : row.end] == row.text for row in table.itertuples())


def test_no_rows_have_all_columns():
    table = extract_times({"a": make_doc("Nothing here .")})
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert find_published({}).dtypes.astype(str).to_dict() == DATE_COLUMNS


def test_earliest_and_latest_cover_the_value():
    row = extract_times({"a": make_doc("It began in March 2019 .")}).iloc[0]
    assert (row.earliest, row.latest) == (pd.Timestamp("2019-03-01"), pd.Timestamp("2019-03-31 23:59:59"))
    assert not row.anchored


@pytest.mark.parametrize(
    ("text", "mod", "first", "last"),
    [
        ("late Friday", "END", "2019-03-08 18:00", "2019-03-08 23:59:59"),
        ("early on Friday", "START", "2019-03-08", "2019-03-08 11:59:59"),
    ],
)
def test_late_and_early_in_a_day_are_dates_that_cover_a_part_of_it(text, mod, first, last):
    row = extract_times({"a": make_doc(f"It began {text} .")}, published="2019-03-09").iloc[0]
    assert (row.text, row.type, row.value, row["mod"]) == (text, "DATE", "2019-03-08", mod)
    assert (row.earliest, row.latest) == (pd.Timestamp(first), pd.Timestamp(last))


def test_what_the_calendar_cannot_place_is_not_pinned():
    text = "The first quarter of fiscal 2019 , Q3 FY2022 , its fiscal second quarter and 44 BC"
    table = extract_times({"a": make_doc(text)}, published="2019-03-10")
    assert table["value"].tolist() == ["2019-Q1", "2022-Q3", "2019-Q2", "BC0044"]
    assert table["earliest"].isna().all()
    assert table["latest"].isna().all()


def test_a_length_next_to_publication_is_pinned():
    row = extract_times({"a": make_doc("over the past three weeks")}, published="2019-03-10T12:00").iloc[0]
    assert (row.earliest, row.latest) == (pd.Timestamp("2019-02-17"), pd.Timestamp("2019-03-10 23:59:59"))
    assert row.anchored


@pytest.mark.parametrize("published", ["2019-03-09", date(2019, 3, 9), pd.Timestamp("2019-03-09 08:00")])
def test_published_may_be_any_date(published):
    assert values("since yesterday", published=published) == [["yesterday", "2019-03-08"]]


def test_published_by_document():
    docs = {"a": make_doc("yesterday"), "b": make_doc("yesterday"), "c": make_doc("yesterday")}
    published = pd.Series({"a": pd.Timestamp("2019-03-09"), "b": pd.NaT})
    table = extract_times(docs, published=published)
    assert table["value"].tolist() == ["2019-03-08", "XXXX-XX-XX", "XXXX-XX-XX"]
    assert table["anchored"].all()
    assert table["earliest"].isna().tolist() == [False, True, True]


def test_two_dates_for_a_document_are_refused():
    with pytest.raises(ValueError, match="2 dates for document 'a'"):
        extract_times({"a": make_doc("today")}, published=pd.Series(["2019-03-07", "2019-03-08"], index=["a", "a"]))


@pytest.mark.parametrize("published", ["soon", "2019", "2019-03", 20190307, 2019.0])
def test_published_that_is_no_date_is_refused(published):
    with pytest.raises(ValueError, match=f"published {published!r}, which is no date"):
        extract_times({"a": make_doc("today")}, published=published)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", None])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "year 99999 , 31 February , 2019-13-45 , 99/99/2019 , 25:99 , 13 p.m.",
        "99999999999999999999 years ago , in 500 centuries , next month , last decade , the 99th century",
        "Easter , next weekend , last winter , this quarter , tomorrow night , the next 9999 years",
        "“ ” ’ ' \" - -- … 🕐 يوم الجمعة 第一季度",
        "last fortnight , that weekend , the quarter ended March",
        "hundred " * 400 + "years ago , " + "9" * 400 + " years ago",
    ],
)
def test_odd_text_does_not_raise(text, day):
    extract_times({"a": make_doc(text)}, published=day)
    find_published({"a": make_doc(text)})


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("BEIRUT , March 7 (Reuters) - Rain fell .", "dateline", "XXXX-03-07"),
        ("(Reuters) March 7 , 2019 Rain fell .", "dateline", "2019-03-07"),
        ("Rain falls\nPublished: 7 March 2019 10:30 GMT\nIt fell .", "line", "2019-03-07"),
        ("Ana Ruiz , Ports Correspondent | Updated 7 March 2019 | 4 min read\nIt fell .", "line", "2019-03-07"),
        ("Home | World | 7 March 2019 | 10:30\nIt fell .", "line", "2019-03-07"),
        ("Kigali: March 7, 2019: Rain fell.", "dateline", "2019-03-07"),
        ("Rain falls\nPublished: 25/03/2019 10:15\nIt fell .", "line", "2019-03-25"),
        ("Posted by Ana Ruiz on 7 March 2019\nIt fell .", "line", "2019-03-07"),
        ("Menu\nSport\nSign in\n" * 5 + "Rain falls\nMarch 7, 2019\nIt fell .", "line", "2019-03-07"),
    ],
)
def test_the_text_may_give_its_date(text, kind, value):
    row = find_published({"a": make_doc(text)}).iloc[0]
    assert (row.kind, row.value) == (kind, value)
    assert row.published == pd.Timestamp(value) if value[0] != "X" else pd.isna(row.published)


def test_a_date_of_two_readings_is_offered_unpinned():
    row = find_published({"a": make_doc("Rain falls\nPublished: 07/03/2019 10:15\nIt fell .")}).iloc[0]
    assert (row.text, row.value, pd.isna(row.published)) == ("07/03/2019 10:15", "2019-XX-XX", True)


@pytest.mark.parametrize(
    "text",
    [
        "The bridge fell on March 7, 2019.",
        "UN Water Day was March 22, 2019. It is held each year.",
        "The dividend is due on June 1 to holders of record May 10.",
    ],
)
def test_a_date_of_the_story_is_not_its_own(text):
    assert find_published({"a": make_doc(text)}).empty


@pytest.mark.parametrize(("text", "n_times"), [("1 " * 30_000, 0), ("Friday " * 8_000, 8_000)])
def test_long_runs_take_linear_time(text, n_times):
    # a run of figures was once searched again from each of them, a text put together again for each row
    doc = make_doc(text)
    started = process_time()
    assert len(extract_times({"a": doc})) == n_times
    assert process_time() - started < 5


# Thanksgiving and Easter as given by the US Naval Observatory
@pytest.mark.parametrize(
    ("rule", "day"),
    [("11/4/4", (2018, 11, 22)), ("0", (2019, 4, 21)), ("0", (2000, 4, 23)), ("5/-1/1", (2021, 5, 31))],
)
def test_holidays(rule, day):
    assert resolve_holiday(rule, day[0]) == date(*day)


def test_calendar_arithmetic():
    assert show_date(date(2018, 12, 31), "W") == "2019-W01"  # ISO 8601: the week of the year's first Thursday
    assert shift_date(date(2019, 3, 31), -1, "M") == date(2019, 2, 28)
    assert shift_date(date(9999, 12, 31), 1, "D") is None
    assert cover_value("2020-W54") is None
    assert [str(t) for t in cover_value("1999-WI")] == ["1999-12-01 00:00:00", "2000-02-29 23:59:59"]


@pytest.mark.parametrize("module", [times, timevalues, timewords])
def test_examples_in_docstrings_hold(module):
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)
