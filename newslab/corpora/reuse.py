"""Re-use: passages and whole documents that a collection holds more than once.

Both rest on fingerprints, which `extract_fingerprints` takes of each document for itself: a few of the hashes of its
runs of words, chosen by what they are and not by where they stand, so that two documents that share a passage share
some of them. What is found by them is checked against the words.
"""

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from spacy.tokens import Doc

from newslab.words import split_words

SHINGLE = 8
"""Words of a run that is hashed: news repeats phrases of five or six words by chance, of eight hardly."""

FINGERPRINT_COLUMNS = {"doc_id": "str", "start": "int64", "end": "int64", "fingerprint": "int64"}
"""Columns of `extract_fingerprints`, and their dtypes."""

_WINDOW = 12  # runs of which one is kept; two of them, and so any 31 words in common, are sure to be seen
_GAP = 100  # characters between two fingerprints of one passage: some words were changed, or none was chosen
_N_HASHES = 64  # of a MinHash: an estimate within about 0.06 (1 / sqrt(4 * 64)), to be checked anyway

_BASE, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # of SplitMix64 (Steele et al. 2014)


def extract_fingerprints(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Choose runs of eight words by which a passage is known again, by winnowing.

    Of every twelve runs in a row the one with the least hash is kept (Schleimer, Wilkerson and Aiken 2003, SIGMOD).
    Capitals, punctuation and white space make no difference.

    Parameters
    ----------
    docs
        Documents by id; any Doc will do.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : the run, characters into the article, end exclusive
        fingerprint : hash of its words, 64 bits, the same in every document and on every machine

    Examples
    --------
    >>> import spacy
    >>> said = "We will not leave the valley, the mayor said."
    >>> one, other = spacy.blank("en")(said), spacy.blank("en")(said.upper())
    >>> extract_fingerprints({"a": one, "b": other})["fingerprint"].nunique()
    1
    """
    ids, starts, ends, hashes = [], [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for doc_id, doc in docs.items():
        text = doc.text  # once: spaCy joins all tokens on each access
        words = np.array(split_words(text), dtype=np.int64).reshape(-1, 2)
        runs = hash_runs(text, words)
        chosen = _winnow(runs)
        ids += [doc_id] * len(chosen)
        starts.append(words[chosen, 0])
        ends.append(words[np.minimum(chosen + SHINGLE, len(words)) - 1, 1])
        hashes.append(runs[chosen])
    columns = [pd.Series(ids, dtype="str"), *map(np.concatenate, (starts, ends, hashes))]
    return pd.DataFrame(dict(zip(FINGERPRINT_COLUMNS, columns, strict=True)))


def hash_runs(text: str, words: np.ndarray) -> np.ndarray:
    """Hash every run of `SHINGLE` words of a text, or all of its words where it has fewer."""
    if not len(words):
        return np.empty(0, np.int64)
    folded = (text[start:end].casefold().replace("’", "'") for start, end in words.tolist())
    known = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in folded), np.uint64, len(words))
    runs = sliding_window_view(known, min(SHINGLE, len(known)))
    found = np.zeros(len(runs), np.uint64)
    for column in runs.T:  # unsigned integers wrap around, which is what a hash wants
        found = (found + column + np.uint64(1)) * _BASE
        found = (found ^ (found >> np.uint64(29))) * _MIX
    return (found ^ (found >> np.uint64(32))).view(np.int64)


def _winnow(hashes: np.ndarray) -> np.ndarray:
    """Choose of each window the least hash, the last where several are, and give their places in order."""
    if len(hashes) <= _WINDOW:
        return np.array([len(hashes) - 1 - hashes[::-1].argmin()] if len(hashes) else [], np.int64)
    windows = sliding_window_view(hashes, _WINDOW)
    return np.unique(np.arange(len(windows)) + _WINDOW - 1 - windows[:, ::-1].argmin(axis=1))
