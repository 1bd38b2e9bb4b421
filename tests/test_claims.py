import json
from pathlib import Path

import pandas as pd
import pytest

from newslab.parsing import parse_articles
from newslab.quantities import extract_quantities
from newslab.quantities.claims import COLUMNS, compare_quantities

FOLDER = Path(__file__).parent / "data"
CASES = [json.loads(line) for line in (FOLDER / "claims.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def parsed():
    texts = {f"{i} {n}": text for i, case in enumerate(CASES) for n, text in enumerate(case["texts"])}
    return parse_articles(pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())}))


def compared(parsed, label, **options):
    i = next(i for i, case in enumerate(CASES) if case["label"] == label)
    docs = {doc_id: doc for doc_id, doc in parsed.items() if doc_id.startswith(f"{i} ")}
    return compare_quantities(extract_quantities(docs), docs, **options)


def marked(case):
    return pytest.param(case, id=case["label"], marks=[pytest.mark.xfail] if case.get("expect") == "fail" else [])


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_verdict(parsed, case):
    assert compared(parsed, case["label"]).verdict.tolist() == case["verdicts"]


def test_both_sentences_are_shown(parsed):
    row = compared(parsed, "other event").iloc[0]
    assert (row.sentence, row.other_sentence) == ("Police arrested 30 protesters.", "Doctors treated 45 protesters.")


def test_who_says_so_comes_from_the_quotation_around_a_figure(parsed):
    quotes = pd.DataFrame(
        {"doc_id": ["4 0"], "start": [0], "end": [30], "speaker": ["the mayor"], "speaker_name": ["Ana Ruiz"]}
    )
    row = compared(parsed, "other event", quotes=quotes).iloc[0]
    assert (row.speaker, pd.isna(row.other_speaker)) == ("Ana Ruiz", True)


def test_no_figures_still_have_columns():
    assert compare_quantities(extract_quantities({}), {}).dtypes.astype(str).to_dict() == COLUMNS


def test_missing_document_is_named(parsed):
    quantities = extract_quantities({"a17": parsed["0 0"]})
    with pytest.raises(ValueError, match=r"document 'a17' of quantities is not in docs"):
        compare_quantities(quantities, {})


def test_figure_without_a_value_is_named(parsed):
    quantities = extract_quantities({"0 0": parsed["0 0"]})
    quantities.loc[0, "value"] = float("nan")
    with pytest.raises(ValueError, match=r"quantity at 9 of document '0 0' has no value"):
        compare_quantities(quantities, parsed)
