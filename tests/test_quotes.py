import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.parsing import parse_articles
from newslab.quotes import COLUMNS, extract_quotes
from newslab.quotes.cues import load_cues
from newslab.quotes.marks import find_quotations

LINES = (Path(__file__).parent / "data" / "quotes.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]
ODD = {
    "empty": "",
    "space": " \n\t ",
    "marks": "\"\" '' “ ” ‘ ’ «»",
    "digits": "1 2 3",
    "emoji": '😀 "😀" said 😀',
    "arabic": "قال «نعم» وذهب",
    "unclosed": "\"\n'\n“said\n‘\n” said",
    "attributes": "<a href=\"x\" title='y'>“</a>",
    "every mark": "“”„‟«»\"‘’‚‛'`\u2039\u203a\uff02\u300c\u300d\u2032\u2033 ''``",
    "nested without end": '“‘"«' * 50,
    "half a tag": '<a href="x "Go," <b "No"',
}


@pytest.fixture(scope="module")
def parsed() -> pd.DataFrame:
    texts = {case["label"]: case["text"] for case in CASES} | ODD
    return extract_quotes(parse_articles(pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())})))


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, id=c["label"], marks=[pytest.mark.xfail] if c.get("expect") == "fail" else []) for c in CASES],
)
def test_case(case, parsed):
    table = parsed[parsed["doc_id"] == case["label"]]
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    keys = {key for row in case["rows"] for key in row}
    assert [{k: row[k] for k in keys if k in wanted} for row, wanted in zip(found, case["rows"], strict=False)] == [
        {k: wanted[k] for k in keys if k in wanted} for wanted in case["rows"]
    ]
    assert len(found) == len(case["rows"])


def test_spans_are_what_the_text_says(parsed):
    texts = {case["label"]: case["text"] for case in CASES} | ODD
    for row in parsed.itertuples():
        text = texts[row.doc_id]
        assert text[row.start : row.end] == row.text
        if pd.notna(row.cue):
            assert text[row.cue_start : row.cue_end] == row.cue
        if pd.notna(row.speaker):
            assert text[row.speaker_start : row.speaker_end] == row.speaker


def test_odd_text_gives_no_speaker_and_no_error(parsed):
    odd = parsed[parsed["doc_id"].isin(list(ODD)) & (parsed["doc_id"] != "emoji")]
    assert odd["speaker"].isna().all()


def test_no_rows_still_have_all_columns():
    table = extract_quotes({})
    assert table.dtypes.astype(str).to_dict() == COLUMNS


def test_speaker_is_named_by_the_entities_given():
    doc = make_said("Ruiz")
    entities = pd.DataFrame(
        {"doc_id": ["a"], "start": [0], "end": [4], "label": ["PERSON"], "entity_id": ["e9"], "name": ["Ana Ruiz"]}
    )
    rows = extract_quotes({"a": doc}, entities=entities).to_dict("records")
    assert [(r["text"], r["speaker"], r["speaker_name"], r["entity_id"]) for r in rows] == [
        ("it rained", "Ruiz", "Ana Ruiz", "e9")
    ]


def test_a_document_without_a_parse_is_an_error():
    doc = Doc(Vocab(), words=["Tokyo"], ents=["O"])
    with pytest.raises(ValueError, match="document 'a17' has no dependency parse; parse it with 'parser'"):
        extract_quotes({"a17": doc})


def test_entities_without_names_are_an_error():
    with pytest.raises(ValueError, match="entities has no column name"):
        extract_quotes({}, entities=pd.DataFrame(columns=["doc_id", "start", "end", "label", "entity_id"]))


def make_said(name: str) -> Doc:
    return Doc(
        Vocab(),
        words=[name, "said", "it", "rained", "."],
        tags=["NNP", "VBD", "PRP", "VBD", "."],
        pos=["PROPN", "VERB", "PRON", "VERB", "PUNCT"],
        deps=["nsubj", "ROOT", "nsubj", "ccomp", "punct"],
        heads=[1, 1, 3, 1, 1],
        ents=["O"] * 5,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Go,” she said. “Stay.”", [("Go,", True), ("Stay.", True)]),
        ("“Go, she said. “Stay.”", [("Go, she said.", False), ("Stay.", True)]),
        ("Go,” she said. “Stay.”", [("Go,", False), ("Stay.", True)]),
        ("”Go,“ she said.", [("Go,", True)]),
        ("“He said ‘no’ to me,” she said", [("He said ‘no’ to me,", True)]),
        ("‘He said “no” to me,’ she said", [("He said “no” to me,", True)]),
        ("‘The players’ union won,’ he said", [("The players’ union won,", True)]),
        ("rock 'n' roll in the '90s, dogs' dinners", []),
        ("“One.\n“Two.”", [("One.", True), ("Two.", True)]),
        ("“One.\nTwo.”", [("One.\nTwo.", True)]),
        ("“One.\n\nTwo.", [("One.", False)]),
        ("“The E.U.’s plan,” she said", [("The E.U.’s plan,", True)]),
        ('<p class="big">"Go"</p>', [("Go", True)]),
        ("«Go», she said", [("Go", True)]),
    ],
)
def test_marks_are_paired(text, expected):
    assert [(text[q.start : q.end], q.closed) for q in find_quotations(text)] == expected


@pytest.mark.parametrize("piece", ['"', "'", "“", "”", "‘", "’", ' "a', "'a ", " “a ", "a” ", '"\n', "<a"])
def test_marks_are_paired_in_one_pass(piece):
    for quotation in find_quotations(piece * 10_000):
        assert quotation.outer_start <= quotation.start < quotation.end <= quotation.outer_end


@pytest.mark.parametrize(
    "words",
    [
        ['"'],
        ["“"],
        ["”"],
        ["'", "a"],
        ['"', "said", "Ruiz", "."],
        ["“", "Go", ",", "”"],
        ["“", "Go", "rain", "."],
        ["Ruiz", ":", "Go", ".", "\n"],
        ["<", "a", '"', ">"],
        ["“", "‘", "Go", "”"],
    ],
)
def test_twice_the_text_is_twice_the_work(words):
    """Lines run are counted, as time depends on the machine."""
    once, twice = (count_lines_run(make_words(words * n)) for n in (500, 1000))
    assert twice < 2.2 * once


def test_ten_thousand_marks_are_read():
    for mark in ['"', "“", "”", "'"]:
        assert len(extract_quotes({"a": make_words([mark] * 10_000)}, entities=NO_ENTITIES)) == 0


def test_a_quotation_may_be_fifty_thousand_words_long():
    doc = make_words(["“", *["rain"] * 50_000, ",", "”", "said", "Ruiz", "."])
    table = extract_quotes({"a": doc}, entities=NO_ENTITIES)
    assert table[["kind", "cue", "closed"]].to_numpy().tolist() == [["direct", "said", True]]
    assert table["text"].str.split().str.len().tolist() == [50_000]


NO_ENTITIES = pd.DataFrame(columns=["doc_id", "start", "end", "label", "entity_id", "name"])
PARTS = {"said": ("VBD", "VERB"), "Ruiz": ("NNP", "PROPN"), "rain": ("NN", "NOUN"), "Go": ("VB", "VERB")}


def make_words(words: list[str]) -> Doc:
    """One sentence in which every word hangs on the first."""
    tags, pos = zip(*(PARTS.get(word, (".", "PUNCT")) for word in words), strict=True)
    return Doc(
        Vocab(),
        words=words,
        tags=tags,
        pos=pos,
        deps=["ROOT"] + ["dep"] * (len(words) - 1),
        heads=[0] * len(words),
        ents=["O"] * len(words),
    )


def count_lines_run(doc: Doc) -> int:
    lines = 0

    def trace(frame, event, _):
        nonlocal lines
        if "newslab" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        extract_quotes({"a": doc}, entities=NO_ENTITIES)
    finally:
        sys.settrace(before)
    return lines


def test_a_reporting_verb_has_one_class_and_all_its_forms():
    cues = load_cues()
    assert cues.classes["claim"] == "claim"
    assert {form for form, lemma in cues.verbs.items() if lemma == "reply"} == {
        "reply",
        "replies",
        "replied",
        "replying",
    }
