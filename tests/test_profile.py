import math

import pandas as pd
import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.profile import (
    MEASURES,
    automated_readability,
    coleman_liau,
    describe_measures,
    flesch_kincaid_grade,
    flesch_reading_ease,
    gunning_fog,
    hdd,
    herdans_c,
    lix,
    mattr,
    measure_pos,
    measure_profile,
    mtld,
    simpsons_d,
    smog,
    type_token_ratio,
    yules_k,
)

# the abstract of Coleman and Liau 1975 (Journal of Applied Psychology 60(2), 283), the usual sample of their
# index: 119 words, 5 sentences, 639 letters or digits, grade 14.5
COLEMAN_LIAU_SAMPLE = (
    "Existing computer programs that measure readability are based largely upon subroutines which estimate "
    "number of syllables, usually by counting vowels. The shortcoming in estimating syllables is that it "
    "necessitates keypunching the prose into the computer. There is no need to estimate syllables since word "
    "length in letters is a better predictor of readability than word length in syllables. Therefore, a new "
    "readability formula was computed that has for its predictors letters per 100 words and sentences per 100 "
    "words. Both predictors can be counted by an optical scanning device, and thus the formula makes it "
    "economically feasible for an organization such as the U.S. Office of Education to calibrate the "
    "readability of all textbooks for the public school system."
)
# the usual example of Flesch's reading ease: 13 words, 24 syllables, 37.5
PLATYPUS = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."


def parse(text):
    """Parse by rule: sentences end with a stop."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return nlp(text)


def test_a_published_sentence_scores_as_published():
    row = measure_profile({"a": parse(PLATYPUS)}).iloc[0]
    assert (row["n_words"], row["n_sentences"], row["n_syllables"]) == (13, 1, 24)
    assert row["flesch_reading_ease"] == pytest.approx(37.455, abs=0.001)


def test_a_published_abstract_scores_as_published():
    row = measure_profile({"a": parse(COLEMAN_LIAU_SAMPLE)}).iloc[0]
    assert (row["n_words"], row["n_sentences"], row["n_characters"]) == (119, 5, 639)
    assert row["coleman_liau"] == pytest.approx(14.53, abs=0.01)


def test_a_text_counted_by_hand():
    text = "Ana's bank doesn't owe $3,000.\nIt owes nothing, she said: nothing.\n\n* * *\n"
    row = measure_profile({"a": parse(text)}).iloc[0]
    # A-na's bank does-n't owe three-thou-sand / It owes no-thing she said no-thing
    assert row[["n_words", "n_types", "n_sentences", "n_paragraphs"]].to_list() == [11, 10, 2, 2]
    assert row[["n_syllables", "n_polysyllables"]].to_list() == [2 + 1 + 2 + 1 + 3 + 1 + 1 + 2 + 1 + 1 + 2, 1]
    # without the apostrophes and the comma: 4 + 4 + 6 + 3 + 4 and 2 + 4 + 7 + 3 + 4 + 7
    assert row[["n_characters", "n_long_words"]].to_list() == [48, 2]
    assert row["words_per_sentence"] == pytest.approx(5.5)
    assert row["hapax_share"] == pytest.approx(9 / 10)


def test_formulas_agree_with_a_count_by_hand():
    # 100 words, 5 sentences, 150 syllables, 450 characters, 10 complex, 12 polysyllables, 20 long words
    assert flesch_reading_ease(100, 5, 150) == pytest.approx(206.835 - 20.3 - 126.9)
    assert flesch_kincaid_grade(100, 5, 150) == pytest.approx(7.8 + 17.7 - 15.59)
    assert gunning_fog(100, 5, 10) == pytest.approx(12)
    assert coleman_liau(100, 5, 450) == pytest.approx(26.46 - 1.48 - 15.8)
    assert automated_readability(100, 5, 450) == pytest.approx(21.195 + 10 - 21.43)
    assert lix(100, 5, 20) == pytest.approx(40)
    # McLaughlin: the root of the polysyllables in 30 sentences; 100 of them give 10.43 + 3.1291
    assert smog(30, 100) == pytest.approx(13.5591)
    assert smog(60, 200) == pytest.approx(13.5591)


def test_diversity_agrees_with_a_count_by_hand():
    counts = [3, 2, 1]
    assert type_token_ratio(counts) == pytest.approx(3 / 6)
    assert herdans_c(counts) == pytest.approx(math.log(3) / math.log(6))
    # 10,000 * ((9 + 4 + 1) / 36 - 1 / 6)
    assert yules_k(counts) == pytest.approx(10_000 * 8 / 36)
    # (6 + 2 + 0) / (6 * 5)
    assert simpsons_d(counts) == pytest.approx(8 / 30)
    # of 6 words draw 2: no a in 3/15, no b in 6/15, no c in 10/15
    assert hdd(counts, sample=2) == pytest.approx((12 / 15 + 9 / 15 + 5 / 15) / 2)
    # a b | b a | a a: windows of two
    assert mattr(["a", "b", "b", "a"], window=2) == pytest.approx((1 + 0.5 + 1) / 3)


def test_mtld_agrees_with_the_example_of_its_authors():
    # McCarthy and Jarvis 2010 count one whole factor forward, "of the people by the people", and none in the rest
    words = ["of", "the", "people", "by", "the", "people", "for", "the", "people"]
    # and so backward: "people the for people the" is whole, nothing repeats in "by people the of"
    assert mtld(words) == pytest.approx(9)
    # four words that fall to 3/4 are part of a factor, either way
    assert mtld(["a", "b", "c", "a"]) == pytest.approx(4 / ((1 - 3 / 4) / (1 - 0.72)))


def test_what_is_undefined_is_nan_and_not_a_large_number():
    assert math.isnan(mtld(["Hello"]))
    assert math.isnan(mtld(list("abcdefgh")))
    assert math.isnan(hdd([1] * 41))
    assert math.isnan(mattr(["a"] * 49))
    for function in (
        flesch_reading_ease,
        flesch_kincaid_grade,
        gunning_fog,
        coleman_liau,
        automated_readability,
        lix,
    ):
        assert math.isnan(function(0, 0, 0))
    for function in (type_token_ratio, herdans_c, yules_k, simpsons_d):
        assert math.isnan(function([]))
    assert math.isnan(smog(0, 0))
    assert math.isnan(herdans_c([1]))
    assert math.isnan(simpsons_d([1]))


def test_yules_k_and_hdd_hold_as_a_text_repeats_itself():
    assert yules_k([3, 3, 3]) < yules_k([30, 30, 30]) < yules_k([3000, 3000, 3000]) < 10_000 / 3
    assert hdd([5000, 5000]) == pytest.approx(2 / 42, abs=1e-9)


@pytest.mark.parametrize("n_words", [99, 100])
def test_short_texts_have_no_mtld(n_words):
    doc = parse("one two three four. " * (n_words // 4) + "five " * (n_words % 4))
    row = measure_profile({"a": doc}).iloc[0]
    assert row["n_words"] == n_words
    assert math.isnan(row["mtld"]) == (n_words < 100)


@pytest.mark.parametrize("n_sentences", [29, 30])
def test_smog_asks_for_thirty_sentences(n_sentences):
    row = measure_profile({"a": parse("Elections follow. " * n_sentences)}).iloc[0]
    assert math.isnan(row["smog"]) == (n_sentences < 30)


@pytest.mark.parametrize("text", ["", " \n ", "*** $ %", "“" * 50])
def test_a_text_without_words_has_counts_of_zero_and_no_measures(text):
    table = measure_profile({"a": parse(text)})
    assert table.filter(regex="^n_").iloc[0].eq(0).all()
    assert table[list(MEASURES)].isna().all(axis=None)


def test_no_documents_still_give_all_columns():
    table = measure_profile({})
    assert table.empty
    assert list(table.columns) == list(measure_profile({"a": parse("A.")}).columns)
    assert table["n_words"].dtype == "int64"
    assert table["mtld"].dtype == "float64"
    assert list(measure_pos({}).columns) == ["doc_id", "pos", "label", "n_words", "share"]


def test_what_is_left_out_does_not_count():
    text = "Tokyo rose.\nLatest news here.\nParis fell. It fell far."
    whole = measure_profile({"a": parse(text), "b": parse(text)})
    leave_out = pd.DataFrame({"doc_id": ["a"], "start": [12], "end": [29]})
    part = measure_profile({"a": parse(text), "b": parse(text)}, leave_out=leave_out)
    counts = ["n_words", "n_sentences", "n_paragraphs"]
    assert whole[counts].to_numpy().tolist() == [[10, 4, 3], [10, 4, 3]]
    assert part[counts].to_numpy().tolist() == [[7, 3, 2], [10, 4, 3]]


def test_a_document_without_sentences_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="document 'a17' has no sentence boundaries; parse it with 'parser'"):
        measure_profile({"a17": spacy.blank("en")("Tokyo rose.")})


def tagged():
    return Doc(
        Vocab(),
        words=["Aleppo", "authorities", "ca", "n't", "keep", "well-educated", "people", "."],
        spaces=[True, True, False, True, True, True, False, False],
        pos=["PROPN", "NOUN", "AUX", "PART", "VERB", "ADJ", "NOUN", "PUNCT"],
        sent_starts=[True] + [False] * 7,
    )


def test_content_words_and_complex_words_are_told_by_part_of_speech():
    row = measure_profile({"a": tagged()}).iloc[0]
    assert row["lexical_density"] == pytest.approx(5 / 6)
    # of Aleppo, authorities and well-educated only the second is neither a name nor a compound
    assert row["gunning_fog"] == pytest.approx(0.4 * (6 + 100 / 6))


def test_without_parts_of_speech_what_needs_them_is_null():
    row = measure_profile({"a": parse(PLATYPUS)}).iloc[0]
    assert row[["lexical_density", "gunning_fog"]].isna().all()
    with pytest.raises(ValueError, match="document 'a17' has no parts of speech"):
        measure_pos({"a17": parse(PLATYPUS)})


def test_parts_of_speech_are_counted_by_word():
    table = measure_pos({"a": tagged()})
    assert table[["pos", "n_words"]].to_numpy().tolist() == [
        ["NOUN", 2],
        ["ADJ", 1],
        ["AUX", 1],
        ["PROPN", 1],
        ["VERB", 1],
    ]
    assert table["share"].sum() == pytest.approx(1)
    assert table["label"].iloc[0] == "noun"


def test_each_measure_is_described():
    table = describe_measures()
    assert table["measure"].to_list() == list(MEASURES)
    assert table[["label", "unit", "higher", "method"]].ne("").all(axis=None)
    steady = table.dropna(subset="steady_from")
    assert (steady["steady_from"] >= steady["min_words"]).all()
    assert list(table.loc[table["steady_from"].isna(), "measure"]) == ["type_token_ratio", "herdans_c", "hapax_share"]
    method = table.set_index("measure")["method"]
    assert "Flesch 1948" in method["flesch_reading_ease"]
    assert "McCarthy and Jarvis 2010" in method["mtld"]
