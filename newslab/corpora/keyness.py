"""Keyness: the words that one part of a collection uses more than another."""

import math

import numpy as np
import pandas as pd

from newslab.tables import check_columns
from newslab.terms import log_likelihood


def compare_words(
    counts: pd.DataFrame, part: str, *, min_count: int = 5, min_documents: int = 3, min_g2: float = 15.13
) -> pd.DataFrame:
    """Find the words that one part of a collection uses more often, or less, than all others together.

    Parameters
    ----------
    counts
        A row a word and part, as of `count_vocabulary`.
    part
        The part to compare with the others.
    min_count
        Occurrences in both together from which a word is listed.
    min_documents
        Documents of the side that uses it more, from which a word is listed: a name that one story repeats tells of
        that story, not of the part.
    min_g2
        Log-likelihood from which a word is listed. 15.13 is the value for p < 0.0001 (Rayson, Berridge and Francis
        2004, JADT), if words fell independently; they do not, so it is a threshold and no test.

    Returns
    -------
    DataFrame, highest ``g2`` first; no rows where there are no others
        word : in small letters
        count, other_count : occurrences in the part, and in the others
        per_million, other_per_million : the same per million words
        n_documents, other_documents : documents that hold it
        g2 : log-likelihood ratio of the four cells, higher is surer (Dunning 1993, Computational Linguistics 19(1);
            Rayson and Garside 2000, Workshop on Comparing Corpora)
        log_ratio : binary logarithm of the ratio of the two rates: 1 is twice as often as in the others, -1 half as
            often; half an occurrence stands in for none (Hardie 2014, CASS Lancaster)

    Raises
    ------
    ValueError
        If a column is missing, or words are only of other parts.

    Examples
    --------
    >>> rows = [("a", "rain", 52, 9), ("a", "the", 49_948, 9), ("b", "rain", 57, 9), ("b", "the", 74_943, 9)]
    >>> counts = pd.DataFrame(rows, columns=["part", "word", "count", "n_documents"])
    >>> compare_words(counts, "a", min_g2=0)[["word", "g2", "log_ratio"]].round(2).to_numpy().tolist()
    [['rain', 2.65, 0.45], ['the', 2.65, -0.0]]
    """
    check_columns(counts, ["part", "word", "count", "n_documents"], name="counts")
    counts = counts[counts["part"].notna()]
    own = counts["part"] == part
    n_own, n_other = int(counts["count"][own].sum()), int(counts["count"][~own].sum())
    if len(counts) and not n_own:
        known = ", ".join(map(repr, counts["part"].unique()[:5]))
        raise ValueError(f"no words are of {part!r}; the parts that have some are {known}")
    if not n_other:  # nothing to compare with
        counts, own = counts.iloc[:0], own.iloc[:0]
    number = counts["word"].astype("category").cat.codes.to_numpy()  # most words are rare, and need no name here
    enough = np.bincount(number, weights=counts["count"])[number] >= min_count
    frequent = counts[enough].astype({"word": "str"})
    sides = [frequent[side].groupby("word")[["count", "n_documents"]].sum() for side in (own[enough], ~own[enough])]
    both = sides[0].join(sides[1], how="outer", rsuffix="_other").fillna(0).astype("int64").reset_index()
    both.columns = pd.Index(["word", "count", "n_documents", "other_count", "other_documents"])
    total = n_own + n_other
    pairs = list(zip(both["count"].tolist(), both["other_count"].tolist(), strict=True))
    found = both.assign(
        per_million=1e6 * both["count"] / n_own,
        other_per_million=1e6 * both["other_count"] / n_other,
        g2=np.array([log_likelihood(one, n_own, one + other, total) for one, other in pairs], dtype=float),
        log_ratio=np.array([log_ratio(one, n_own, other, n_other) for one, other in pairs], dtype=float),
    )
    names = ["word", "count", "other_count", "per_million", "other_per_million", "n_documents", "other_documents"]
    where = found["n_documents"].where(found["log_ratio"] > 0, found["other_documents"])
    found = found.loc[(found["g2"] >= min_g2) & (where >= min_documents), [*names, "g2", "log_ratio"]]
    return found.sort_values(["g2", "word"], ascending=[False, True], ignore_index=True)


def log_ratio(count: int, n_words: int, other_count: int, other_n_words: int) -> float:
    """Give how many times as often, as a power of two; 0 is as often in both, 1 twice as often in the first.

    log2 of (count / n_words) / (other_count / other_n_words), with 0.5 in place of a count of 0
    (Hardie 2014, "Log Ratio: an informal introduction", CASS Lancaster).

    >>> log_ratio(20, 1000, 10, 1000)
    1.0
    """
    return math.log2((count or 0.5) / n_words / ((other_count or 0.5) / other_n_words))
