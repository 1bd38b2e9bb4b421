import numpy as np
import pandas as pd
import pytest
import spacy

from newslab.corpora.reuse import (
    SHINGLE,
    compare_documents,
    compare_passages,
    extract_fingerprints,
    find_duplicates,
    find_reused,
)

NLP = spacy.blank("en")


def write(seed: int, n: int) -> str:
    """Write a text of ``n`` words that no other seed gives, in sentences of eleven."""
    letters = np.random.default_rng(seed).choice(list("bcdfglmnprst"), (n, 4))
    words = [f"{a}a{b}e{c}i{d}" for a, b, c, d in letters.tolist()]
    return " ".join(w.capitalize() if i % 11 == 0 else w + "." * (i % 11 == 10) for i, w in enumerate(words))


def read(texts: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    documents = pd.DataFrame({"doc_id": list(texts), "published": pd.NaT}).astype({"published": "datetime64[ms]"})
    return extract_fingerprints({doc_id: NLP.make_doc(text) for doc_id, text in texts.items()}), documents


SHARED = write(0, 31)


@pytest.mark.parametrize("before", range(12))
def test_whatever_31_words_are_shared_is_found_wherever_they_stand(before):
    texts = {"a": f"{write(1, 40)} {SHARED} {write(2, 40)}", "b": f"{write(3, before)} {SHARED} {write(4, 50)}"}
    (row,) = find_reused(*read(texts)).to_dict("records")
    assert (row["doc_id"], row["other_id"]) == ("b", "a")
    assert texts["b"][row["start"] : row["end"]] in SHARED
    assert texts["a"][row["other_start"] : row["other_end"]] in SHARED


def test_a_passage_is_made_whole_whatever_its_capitals_and_line_ends():
    texts = {"a": f"{write(1, 40)} {SHARED} {write(2, 40)}", "b": f"{write(3, 7)}\n{SHARED.upper()}\n{write(4, 50)}"}
    (row,) = compare_passages(find_reused(*read(texts)), texts.items()).to_dict("records")
    assert row["text"] == SHARED.upper().removesuffix(".")
    assert texts["a"][row["other_start"] : row["other_end"]] == SHARED.removesuffix(".")
    assert (row["n_words"], row["jaccard"]) == (31, 1.0)


def test_a_changed_word_does_not_cut_a_passage_in_two():
    words = write(0, 120).split()
    changed = [*words[:60], "otherwise", *words[61:]]
    texts = {"a": " ".join(words), "b": write(1, 20) + " " + " ".join(changed)}
    (row,) = compare_passages(find_reused(*read(texts)), texts.items()).to_dict("records")
    n_runs, n_lost = 120 - SHINGLE + 1, SHINGLE
    assert row["n_words"] == 120
    assert row["jaccard"] == pytest.approx((n_runs - n_lost) / (n_runs + n_lost))


def test_the_earliest_document_is_the_one_that_is_named():
    texts = {doc_id: f"{write(seed, 40)} {SHARED}" for seed, doc_id in enumerate("abcd", 1)}
    fingerprints, documents = read(texts)
    documents["published"] = pd.to_datetime([None, "2020-05-02", "2020-05-01", "2020-05-02"])
    found = find_reused(fingerprints, documents)
    # what has no date comes last, and of one day the first row
    assert found[["doc_id", "other_id"]].to_numpy().tolist() == [["b", "c"], ["d", "c"], ["a", "c"]]


def test_a_turn_of_phrase_and_what_a_document_repeats_itself_are_not_reused():
    phrase = write(9, SHINGLE)
    texts = {"a": f"{write(1, 30)} {phrase} {write(2, 30)}", "b": f"{SHARED} {write(3, 30)} {phrase} {SHARED}"}
    assert find_reused(*read(texts)).empty


def test_near_duplicates_are_those_whose_words_agree():
    words = write(0, 300).split()
    edited = [*words[:100], "otherwise", *words[101:], *write(5, 12).split()]
    texts = {
        "a": " ".join(words),
        "b": write(1, 300),
        "c": " ".join(edited),
        "d": " ".join(words),
        "e": SHARED,
        "f": "",
    }
    pairs = find_duplicates(*read(texts))
    found = compare_documents(pairs, texts.items())
    assert found[["doc_id", "other_id"]].to_numpy().tolist() == [["c", "a"], ["d", "a"]]
    n_runs = 300 - SHINGLE + 1
    assert found["jaccard"].tolist() == pytest.approx([(n_runs - SHINGLE) / (n_runs + SHINGLE + 12), 1])
    assert found["estimate"].tolist() == pytest.approx(found["jaccard"].tolist(), abs=0.2)


def test_half_a_document_is_no_duplicate():
    half = write(0, 200)
    texts = {"a": f"{half} {write(1, 200)}", "b": f"{half} {write(2, 200)}"}
    assert compare_documents(find_duplicates(*read(texts)), texts.items()).empty


@pytest.mark.parametrize("texts", [{}, {"a": "", "b": ""}, {"a": "Rain."}, {"a": write(1, 50)}])
def test_where_nothing_is_shared_nothing_is_found(texts):
    fingerprints, documents = read(texts)
    passages, pairs = find_reused(fingerprints, documents), find_duplicates(fingerprints, documents)
    assert compare_passages(passages, texts.items()).empty
    assert compare_documents(pairs, texts.items()).empty


def test_short_texts_are_known_again_by_all_their_words():
    one, other = extract_fingerprints({"a": NLP("Rain, rain."), "b": NLP("rain rain")})["fingerprint"]
    assert one == other


def test_a_text_that_does_not_come_is_named():
    texts = {"a": SHARED, "b": SHARED}
    with pytest.raises(ValueError, match="document 'b' is to be compared"):
        compare_documents(find_duplicates(*read(texts)), [("a", SHARED)])


def test_a_fingerprint_of_no_document_is_named():
    fingerprints, documents = read({"a": SHARED})
    with pytest.raises(ValueError, match="document 'a' has fingerprints"):
        find_reused(fingerprints, documents.iloc[:0])
