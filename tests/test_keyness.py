import math

import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from newslab.corpora.keyness import compare_words, log_ratio


def count(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["part", "word", "count", "n_documents"])


def in_two_corpora(one: int, n_one: int, other: int, n_other: int) -> pd.DataFrame:
    """Give the counts of one word in two corpora, all else as another word."""
    return count(("a", "w", one, 9), ("a", "-", n_one - one, 9), ("b", "w", other, 9), ("b", "-", n_other - other, 9))


@pytest.mark.parametrize(
    ("one", "n_one", "other", "n_other", "g2", "within"),
    [
        # worked example of Lancaster's teaching material on the log-likelihood calculator of P. Rayson
        (52, 50_000, 57, 75_000, 2.65, 0.005),
        # the lemma "keep" in learners' and natives' English, P. Rayson on the Corpora list, 18 January 2002
        (392, 1_000_000, 170, 1_000_000, 90, 0.5),
    ],
)
def test_log_likelihood_is_that_of_worked_examples(one, n_one, other, n_other, g2, within):
    found = compare_words(in_two_corpora(one, n_one, other, n_other), "a", min_g2=0).set_index("word")
    assert found.loc["w", "g2"] == pytest.approx(g2, abs=within)


def test_log_likelihood_is_that_of_scipy():
    found = compare_words(in_two_corpora(30, 9_000, 5, 14_000), "a", min_g2=0).set_index("word")
    table = [[30, 8_970], [5, 13_995]]
    expected = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert found.loc["w", "g2"] == pytest.approx(expected)


def test_rates_ratio_and_documents_of_both_sides():
    counts = count(("a", "storm", 20, 4), ("a", "the", 980, 9), ("b", "storm", 3, 2), ("c", "storm", 2, 1))
    counts = pd.concat([counts, count(("b", "the", 997, 9), ("c", "the", 998, 9))])
    row = compare_words(counts, "a", min_g2=0).set_index("word").loc["storm"]
    assert row[["count", "other_count", "n_documents", "other_documents"]].tolist() == [20, 5, 4, 3]
    assert row[["per_million", "other_per_million"]].tolist() == pytest.approx([20_000, 2_500])
    assert row["log_ratio"] == pytest.approx(3)  # eight times as often


def test_half_an_occurrence_stands_in_for_none():
    assert log_ratio(4, 1000, 0, 1000) == 3
    assert log_ratio(0, 1000, 4, 1000) == -3


def test_a_word_that_few_documents_repeat_is_no_keyword():
    counts = count(("a", "baghouz", 40, 2), ("a", "the", 960, 9), ("b", "the", 950, 9), ("b", "vote", 50, 9))
    assert compare_words(counts, "a")["word"].tolist() == ["vote"]


def test_words_of_no_part_are_left_out():
    counts = count(("a", "rain", 9, 3), ("b", "sun", 9, 3), (None, "snow", 900, 3))
    assert "snow" not in compare_words(counts, "a", min_g2=0)["word"].tolist()


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no words are of 'z'; the parts that have some are 'a', 'b'"):
        compare_words(count(("a", "rain", 9, 3), ("b", "sun", 9, 3)), "z")


@pytest.mark.parametrize("rows", [[("a", "rain", 9, 3)], []])
def test_without_others_there_are_no_keywords(rows):
    assert compare_words(count(*rows), "a").empty


def test_no_words_left_is_a_table_of_none():
    found = compare_words(in_two_corpora(1, 10, 1, 10), "a", min_count=100)
    assert found.empty
    assert math.isnan(found["g2"].max())
