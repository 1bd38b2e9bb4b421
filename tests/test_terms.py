import json
import math
from pathlib import Path

import pandas as pd
import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.parsing import parse_articles
from newslab.terms import (
    deviation_of_proportions,
    extract_collocations,
    extract_concordance,
    extract_keyterms,
    extract_ngrams,
    extract_terms,
    log_likelihood,
    measure_dispersion,
    npmi,
)

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "terms.jsonl").read_text(encoding="utf-8").splitlines()
]
PARSED = (extract_keyterms, extract_ngrams, extract_collocations)


@pytest.fixture(scope="module")
def docs():
    return parse_articles(
        pd.DataFrame({"doc_id": [case["label"] for case in CASES], "text": [c["text"] for c in CASES]})
    )


@pytest.fixture(scope="module")
def keyterms(docs):
    return extract_keyterms(docs)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["label"], marks=[pytest.mark.xfail] if case.get("expect") == "fail" else [])
        for case in CASES
    ],
)
def test_key_terms_are_what_a_reader_would_underline(case, keyterms):
    found = set(keyterms.loc[keyterms["doc_id"] == case["label"], "term"])
    assert found >= set(case["terms"])
    assert not found & set(case["not"])


def test_key_terms_stand_where_they_say(docs, keyterms):
    for row in keyterms.to_dict("records"):
        assert docs[row["doc_id"]].text[row["start"] : row["end"]] == row["text"]


def test_key_terms_are_ranked_by_score_and_cut_at_top(docs):
    table = extract_keyterms(docs, top=2)
    for _, terms in table.groupby("doc_id"):
        assert terms["rank"].to_list() == [1, 2][: len(terms)]
        assert terms["score"].is_monotonic_decreasing


def tag(words, pos, spaces=None):
    return Doc(Vocab(), words=words, pos=pos, spaces=spaces, sent_starts=[True] + [False] * (len(words) - 1))


def test_a_score_agrees_with_a_count_by_hand():
    doc = tag(["harbour", "tax", "and", "tax"], ["NOUN", "NOUN", "CCONJ", "NOUN"])
    table = extract_keyterms({"a": doc})
    # "tax" is on its own once, but says nothing more; "harbour" never is
    assert table[["term", "count"]].to_numpy().tolist() == [["harbour tax", 1]]
    assert table["score"].iloc[0] == pytest.approx(math.log2(3) * 1 * 2)
    doc = tag(["tax", "and", "tax", "and", "harbour", "tax"], ["NOUN", "CCONJ", "NOUN", "CCONJ", "NOUN", "NOUN"])
    scores = extract_keyterms({"a": doc}).set_index("term")["score"].to_dict()
    # 28 characters, the closing space among them; the longer term comes first at 16
    assert scores == pytest.approx({"tax": math.log2(2) * (3 - 1) * 2, "harbour tax": math.log2(3) * (2 - 16 / 28)})


def test_what_is_left_out_makes_no_term():
    doc = tag(["Ferry", "strike", ".", "Latest", "ferry"], ["NOUN", "NOUN", "PUNCT", "ADJ", "NOUN"])
    left_out = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [14]})
    assert "Ferry strike" in set(extract_keyterms({"a": doc})["term"])
    assert set(extract_keyterms({"a": doc}, leave_out=left_out)["term"]) == {"ferry"}


def test_runs_of_words_are_counted_within_a_clause():
    doc = spacy.blank("en")("The harbour tax, harbour tax. The tax of the harbour tax")
    table = extract_ngrams({"a": doc}, n=2, min_count=1)
    assert table[["text", "term", "count"]].to_numpy().tolist() == [["harbour tax", "harbour tax", 3]]
    assert table["per_thousand"].iloc[0] == pytest.approx(1000 * 3 / 11)
    # none of three words: a comma or a stop word is in the way
    assert extract_ngrams({"a": doc}, n=3, min_count=1).empty
    assert extract_ngrams({"a": doc}, n=5, min_count=1)["term"].to_list() == ["tax of the harbour tax"]
    assert extract_ngrams({"a": doc}, n=1)["term"].to_list() == ["tax", "harbour"]


def test_pairs_are_counted_whichever_comes_first():
    doc = tag(
        ["cod", "prices", "rose", "prices", "of", "cod"],
        ["NOUN", "NOUN", "VERB", "NOUN", "ADP", "NOUN"],
    )
    table = extract_collocations({"a": doc}, window=2)
    # within two words: cod+prices, cod+rose, prices+rose, rose+prices, prices+cod
    assert table[["first", "second", "count", "text"]].to_numpy().tolist() == [
        ["cod", "prices", 2, "cod prices"],
        ["prices", "rose", 2, "prices rose"],
    ]
    # each pair from either side: 10; cod in 3, prices in 4
    assert table["expected"].iloc[0] == pytest.approx(3 * 4 / 10)


def test_pairs_do_not_reach_over_a_sentence():
    doc = Doc(Vocab(), words=["cod", "rose", "cod", "fell"], pos=["NOUN", "VERB"] * 2, sent_starts=[True, False] * 2)
    assert set(extract_collocations({"a": doc}, min_count=1)["text"]) == {"cod rose", "cod fell"}


def test_association_agrees_with_a_count_by_hand():
    # cells 10, 10, 20, 960 against 0.6, 19.4, 29.4, 950.6
    cells = ((10, 0.6), (10, 19.4), (20, 29.4), (960, 950.6))
    assert log_likelihood(10, 20, 30, 1000) == pytest.approx(2 * sum(o * math.log(o / e) for o, e in cells))
    assert log_likelihood(10, 100, 100, 1000) == pytest.approx(0, abs=1e-9)
    assert npmi(10, 100, 100, 1000) == pytest.approx(0, abs=1e-9)
    assert npmi(10, 10, 10, 1000) == pytest.approx(1)
    assert npmi(5, 5, 5, 5) == 1
    assert math.isnan(npmi(0, 5, 5, 50))


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("us", ["US", "us", "us"]),
        ("US", ["US"]),
        ("fight*", ["fighters", "FIGHT"]),
        ("fight", ["FIGHT"]),
        ("u.s.", ["U.S."]),
        ("islamic state", ["Islamic\n State"]),
        ("obama", ["Obama"]),
        ("*", None),
        ("", None),
        ("$", None),
    ],
)
def test_terms_are_found_as_whole_words(term, found):
    docs = {"a": spacy.blank("en")("US fighters told us, and us alone: FIGHT the U.S. or Obama's Islamic\n State.")}
    if found is None:
        with pytest.raises(ValueError, match="has no letter or digit"):
            extract_terms(docs, [term])
    else:
        table = extract_terms(docs, [term])
        assert table["text"].to_list() == found
        assert table["position"].to_list() == pytest.approx([start / len(docs["a"].text) for start in table["start"]])


def test_several_terms_come_in_document_order():
    docs = {"a": spacy.blank("en")("cod and tax and cod"), "b": spacy.blank("en")("tax")}
    table = extract_terms(docs, ["tax", "cod"])
    assert table[["doc_id", "text", "term"]].to_numpy().tolist() == [
        ["a", "cod", "cod"],
        ["a", "tax", "tax"],
        ["a", "cod", "cod"],
        ["b", "tax", "tax"],
    ]


def test_a_concordance_cuts_its_context_to_whole_words():
    docs = {"a": spacy.blank("en")("The village fell.\n\nTroops left the village at dawn.")}
    table = extract_concordance(docs, "village", width=14)
    assert table[["left", "text", "right"]].to_numpy().tolist() == [
        ["The", "village", "fell. Troops"],
        ["left the", "village", "at dawn."],
    ]
    assert extract_concordance(docs, "village", width=0)[["left", "right"]].eq("").all(axis=None)
    assert extract_concordance(docs, ["troops", "village"])["text"].to_list() == ["village", "Troops", "village"]
    assert extract_concordance(docs, []).empty


def test_dispersion_agrees_with_a_count_by_hand():
    docs = {"a": spacy.blank("en")("cod cod tax\ntax\ntax tax tax cod")}
    table = measure_dispersion(docs, ["cod", "tax", "eel"]).set_index("term")
    # paragraphs of 3, 1 and 4 of 8 words; cod 2, 0, 1 of 3
    expected = (abs(2 / 3 - 3 / 8) + abs(0 - 1 / 8) + abs(1 / 3 - 4 / 8)) / 2
    assert table.loc["cod", "dp"] == pytest.approx(expected)
    assert table.loc["cod", ["count", "n_paragraphs", "per_thousand"]].to_list() == [3, 2, 375]
    assert math.isnan(table.loc["eel", "dp"])
    assert table.loc["eel", "count"] == 0


def test_an_even_spread_has_no_deviation():
    assert deviation_of_proportions([2, 1], [20, 10]) == pytest.approx(0)
    assert deviation_of_proportions([0, 9], [99, 1]) == pytest.approx(0.99)
    assert math.isnan(deviation_of_proportions([], []))


@pytest.mark.parametrize("text", ["", "  \n ", "*** $ 5 %", "“" * 10_000, "🙂 مرحبا", "a" * 10_000, "no " * 3000])
def test_odd_text_gives_tables(text):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    doc = nlp(text)
    for token in doc:
        token.pos_ = "NOUN"
    for function in PARSED:
        assert (function({"a": doc})["doc_id"] == "a").all()
    assert measure_dispersion({"a": doc}, ["cod"])["count"].to_list() == [0]
    assert extract_concordance({"a": doc}, "cod").empty


def test_no_documents_still_give_all_columns():
    doc = tag(["cod", "prices"], ["NOUN", "NOUN"])
    for function in PARSED:
        assert function({}).empty
        assert list(function({}).dtypes.items()) == list(function({"a": doc}).dtypes.items())
    assert list(extract_terms({}, ["cod"]).columns) == ["doc_id", "start", "end", "text", "term", "position"]
    assert measure_dispersion({}, ["cod"]).empty


@pytest.mark.parametrize("function", [extract_keyterms, extract_collocations])
def test_a_document_without_parts_of_speech_is_refused_with_the_remedy(function):
    with pytest.raises(ValueError, match="document 'a17' has no parts of speech; parse it with 'tagger'"):
        function({"a17": spacy.blank("en")("Tokyo rose.")})


def test_collocations_need_sentences():
    doc = Doc(Vocab(), words=["Tokyo", "rose"], pos=["PROPN", "VERB"])
    with pytest.raises(ValueError, match="document 'a17' has no sentence boundaries"):
        extract_collocations({"a17": doc})


def test_impossible_wishes_are_refused():
    with pytest.raises(ValueError, match="n is 0"):
        extract_ngrams({}, n=0)
    with pytest.raises(ValueError, match="window is 0"):
        extract_collocations({}, window=0)
    with pytest.raises(ValueError, match="width is -1"):
        extract_concordance({}, "cod", width=-1)
