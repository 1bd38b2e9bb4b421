import json
import time
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.parsing import parse_articles
from newslab.quantities import COLUMNS, extract_quantities
from newslab.quantities.numerals import find_numerals
from newslab.quantities.units import UNIT_COLUMNS, count_units

CASES = [json.loads(line) for line in (Path(__file__).parent / "data/quantities.jsonl").read_text("utf-8").splitlines()]
ODD_TEXTS = [
    "",
    "   \n ",
    "?!... --- ...",
    "1 2 3 4 5 6 7 8 9",
    "5 " * 500,
    "1.2.3.4 and 1..2 and 1,,2 and 1.2.",
    "$1e999 and 1e999% and -1e999",
    "$ 5, £ million, % of, 5 %%, €€5",
    "a half of a half a million billion trillion",
    "minus minus 5 below below zero",
    "one point point six, six point",
    "9" * 400,
    "1e999 and 1.2.3.4",
    "1e999 dollars, 1.2.3.4 km and 5.6.7",
    "12 345 678 90 1234567890123456789012345678901234567890",
    ("7" * 400 + " people and $" + "8" * 400 + " million"),
    "$ and € or £ , then ¥ . US$ RM kr",
    "٣٤٥ شخصا و ٪ ٥٠ و ١٢٫٥ مليون",
    "１２．５％ of ５００",
    "$ € £ ¥ %",
    '"' * 10_000,
    "😀 5 😀",
    "بلغ عدد القتلى ٣٤٥ شخصا",
    "１２，３４５ 人",
    "one one one hundred hundred and and million",
    "-5 - -5 – 5 to to 5",
    "½ ¼ ⅔ 3/4 9/11",
    "²³",
]


@pytest.fixture(scope="module")
def parsed():
    texts = {f"case {i}": case["text"] for i, case in enumerate(CASES)}
    texts |= {f"odd {i}": text for i, text in enumerate(ODD_TEXTS)}
    return parse_articles(pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())}))


def marked(i, case):
    return pytest.param(i, id=case["label"], marks=[pytest.mark.xfail] if case.get("expect") == "fail" else [])


@pytest.mark.parametrize("i", [marked(i, case) for i, case in enumerate(CASES)])
def test_case(parsed, i):
    table = extract_quantities({"a": parsed[f"case {i}"]}).rename(columns={"value_high": "high"})
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    wanted = CASES[i]["figures"]
    assert [row["text"] for row in found] == [figure["text"] for figure in wanted]
    for row, figure in zip(found, wanted, strict=True):
        standard = {"high": None, "bound": "=", "vague": False}
        assert {key: row[key] for key in standard | figure} == standard | figure


@pytest.mark.parametrize("i", range(len(ODD_TEXTS)))
def test_odd_text_gives_located_rows(parsed, i):
    doc = parsed[f"odd {i}"]
    table = extract_quantities({"a": doc})
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert [doc.text[s:e] for s, e in zip(table.start, table.end, strict=True)] == table.text.tolist()
    assert table.start.is_monotonic_increasing
    numbers = table[["value", "value_high", "value_si"]].astype("float64")
    assert (numbers.abs().lt(1e30) | numbers.isna()).all(axis=None)  # no infinity either


def hand_built(words, **annotations):
    heads = list(range(len(words)))
    standard = {"heads": heads, "deps": ["ROOT"] * len(words), "pos": ["NOUN"] * len(words)}
    return Doc(Vocab(), words=words, **(standard | annotations))


def test_what_is_counted_is_located_by_character():
    doc = hand_built(
        ["Some", "96", "fans", "sang"],
        heads=[1, 2, 3, 3],
        deps=["advmod", "nummod", "nsubj", "ROOT"],
        pos=["ADV", "NUM", "NOUN", "VERB"],
    )
    row = extract_quantities({"a1": doc}).iloc[0]
    assert (row.start, row.end, row.text, row.value, row.bound) == (5, 7, "96", 96.0, "~")
    assert (row.counted_start, row.counted_end, row.counted) == (8, 12, "fans")


def test_si_value_converts_physical_units_only():
    doc = hand_built(["5", "km", ",", "20", "°C", ",", "$", "3"], pos=["NUM"] * 8)
    table = extract_quantities({"a": doc})
    assert table.unit.tolist() == ["kilometre", "celsius", "dollar"]
    assert table.value_si.tolist()[:2] == [5000.0, pytest.approx(293.15)]
    assert table.value_si.isna().tolist() == [False, False, True]


def test_units_are_counted_with_their_conversion():
    words = ["3", "miles", ",", "5", "miles", ",", "$", "2", ",", "20", "°C"]
    units = count_units(extract_quantities({"a": hand_built(words, pos=["NUM"] * len(words))}))
    assert dict(zip(units.unit, units.n_figures, strict=True)) == {"mile": 2, "celsius": 1, "dollar": 1}
    assert units.conversion.fillna("").tolist() == ["1 mile = 1609.344 m", "K = 1 × celsius + 273.15", ""]


def test_no_rows_still_have_columns():
    assert extract_quantities({}).dtypes.astype(str).to_dict() == COLUMNS
    assert count_units(extract_quantities({})).dtypes.astype(str).to_dict() == UNIT_COLUMNS


def test_unparsed_document_is_named():
    with pytest.raises(ValueError, match=r"document 'a17' has no dependencies; parse it with 'parser'"):
        extract_quantities({"a17": Doc(Vocab(), words=["5", "apples"])})


@pytest.mark.parametrize("word", ["1,234", "$5", "5-10", "one", "(5)"])
def test_a_wall_of_numbers_takes_linear_time(word):
    seconds = []
    for n in (500, 4_000):
        doc = hand_built([word] * n, heads=[0] * n, deps=["dep"] * n, pos=["NUM"] * n)
        started = time.process_time()
        extract_quantities({"a": doc})
        seconds.append(time.process_time() - started)
    assert seconds[1] < 24 * max(seconds[0], 0.01)  # eight times as many: linear is 8, quadratic 64


def test_a_hundred_thousand_numbers_on_one_line_are_all_read():
    numerals = list(find_numerals(" ".join(["1,234"] * 100_000)))
    assert len(numerals) == 100_000
