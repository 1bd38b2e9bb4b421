import json
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.parsing import parse_articles
from newslab.structure import extract_anomalies, repair_articles

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "anomalies.jsonl").read_text(encoding="utf-8").splitlines()
]


def parse(texts: dict[str, str]) -> dict[str, Doc]:
    return parse_articles(pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())}))


@pytest.fixture(scope="module")
def case_anomalies() -> pd.DataFrame:
    return extract_anomalies(parse({case["label"]: case["text"] for case in CASES}))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["label"], marks=[pytest.mark.xfail] * (case.get("expect") == "fail"))
        for case in CASES
    ],
)
def test_anomalies_are_found_and_whole_text_is_left_alone(case_anomalies, case):
    rows = case_anomalies[case_anomalies["doc_id"] == case["label"]]
    assert rows[["kind", "text"]].to_numpy().tolist() == case["anomalies"]


def test_an_anomaly_points_at_what_it_stands_against():
    words = ["Bakhtour", "fell", ".", "Bakhtour", "burns", ".", "Bakhtur", "'s", "people", "left", "."]
    spaces = [True, False, True, True, False, True, False, True, True, False, False]
    pos = ["PROPN", "VERB", "PUNCT", "PROPN", "VERB", "PUNCT", "PROPN", "PART", "NOUN", "VERB", "PUNCT"]
    starts = [True, False, False, True, False, False, True, False, False, False, False]
    table = extract_anomalies({"a": Doc(Vocab(), words=words, spaces=spaces, pos=pos, sent_starts=starts)})
    assert table.drop(columns="repair").to_dict("records") == [
        {
            "doc_id": "a",
            "start": 31,
            "end": 38,
            "text": "Bakhtur",
            "kind": "name variant",
            "note": "elsewhere “Bakhtour”",
            "other_start": 0,
            "other_end": 8,
        }
    ]


def test_no_documents_still_give_all_columns():
    assert extract_anomalies({}).dtypes.astype(str).to_dict() == {
        "doc_id": "str",
        "start": "int64",
        "end": "int64",
        "text": "str",
        "kind": "str",
        "note": "str",
        "repair": "str",
        "other_start": "Int64",
        "other_end": "Int64",
    }


def test_a_document_without_tags_or_sentences_is_refused():
    with pytest.raises(ValueError, match="document 'a' has no parts of speech"):
        extract_anomalies({"a": Doc(Vocab(), words=["Two", "words"])})
    with pytest.raises(ValueError, match="document 'a' has no sentence boundaries"):
        extract_anomalies({"a": Doc(Vocab(), words=["Two", "words"], pos=["NUM", "NOUN"])})


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "...", '"' * 10_000, "'" * 10_000, "a." * 20_000, "a" * 200_000, "a -" * 10_000, "(" * 9_000, "😀 ?"],
    ids=range(10),
)
def test_odd_text_is_searched_in_time(text):
    words = [text] if text else []
    doc = Doc(Vocab(), words=words, spaces=[False] * len(words), pos=["X"] * len(words))
    if words:
        doc[0].is_sent_start = True
    table = extract_anomalies({"a": doc})
    assert [text[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == table["text"].to_list()


TOWN = "The station at Leeds was closed on Monday after a storm."


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        (f"{TOWN}\nShe said the steel had doubled in price. She left.", [("loose pronoun", "She")]),
        (f"{TOWN}\nMaria Venn runs the port. She said the steel had doubled in price.", []),
        (f"{TOWN}\nThe mayor blamed the wind. He said the steel had doubled in price.", []),
        (f"{TOWN}\nIn his speech, the mayor blamed the wind.", []),
        (f"Maria Venn runs it.\n{TOWN}\n{TOWN}\n{TOWN}\nShe blamed the wind.", [("loose pronoun", "She")]),
        (f"{TOWN}\nMr Halvorsen said that the port would open again.", [("loose speaker", "Halvorsen")]),
        (f"Erik Halvorsen runs it. {TOWN}\nMr Halvorsen said that the port would open again.", []),
        (f"{TOWN}\nThe engineer Halvorsen said that the port would open again.", []),
    ],
)
def test_pronouns_and_speakers_need_somebody_before(text, loose):
    docs = parse_articles(pd.DataFrame({"doc_id": ["a"], "text": [text]}))
    table = extract_anomalies(docs)
    found = table[table["kind"].str.startswith("loose")]
    assert [
        (kind, shown.removeprefix("Mr ")) for kind, shown in zip(found["kind"], found["text"], strict=True)
    ] == loose


def test_only_what_leaves_no_doubt_is_repaired():
    text = "The U.N. -backed plan , it is said , was Ana 's; he left -angry. Nobody came.The caf\ufffd closed."
    articles = pd.DataFrame({"doc_id": ["a"], "text": [text]})
    anomalies = extract_anomalies(parse_articles(articles))
    mended = repair_articles(articles, anomalies)["text"].item()
    assert mended == "The U.N.-backed plan, it is said, was Ana's; he left -angry. Nobody came. The caf\ufffd closed."
    listed = anomalies.dropna(subset="repair")
    assert listed["repair"].to_list() == ["U.N.-backed", "plan,", "said,", "Ana's", "came. The"]
    assert articles["text"].item() == text
    dropped = repair_articles(articles, anomalies[anomalies["kind"] == "lost space"])["text"].item()
    assert dropped == text.replace("came.The", "came. The")


def test_headings_move_with_what_is_repaired_before_them():
    text = "The plan , it is said , failed.\nKey points\nIt was old ."
    articles = pd.DataFrame({"doc_id": ["a"], "text": [text], "heading_starts": [str(text.index("Key"))]})
    docs = parse_articles(repair_articles(articles, extract_anomalies(parse_articles(articles))))
    assert [span.text for span in docs["a"].spans["headings"]] == ["Key points"]


def test_repairs_of_no_anomalies_change_nothing():
    articles = pd.DataFrame({"doc_id": ["a", "b"], "text": ["", "Rain fell."]})
    assert repair_articles(articles, extract_anomalies({})).equals(articles)
