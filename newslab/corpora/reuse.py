"""Re-use: passages and whole documents that a collection holds more than once.

Both rest on fingerprints, which `extract_fingerprints` takes of each document for itself: a few of the hashes of its
runs of words, chosen by what they are and not by where they stand, so that two documents that share a passage share
some of them. What is found by them is checked against the words.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from spacy.tokens import Doc

from newslab.tables import build_table, check_columns
from newslab.words import locate_words, read_text, split_words

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 8
"""Words of a run that is hashed: news repeats phrases of five or six words by chance, of eight hardly."""

FINGERPRINT_COLUMNS = {"doc_id": "str", "start": "int64", "end": "int64", "fingerprint": "int64"}
"""Columns of `extract_fingerprints`, and their dtypes."""

_WINDOW = 12  # runs of which one is kept; two of them, and so any 31 words in common, are sure to be seen
_GAP = 150  # characters between two fingerprints of one passage: some words were changed, or none was chosen
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
        text = read_text(doc)
        words = locate_words(doc)
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
    known = np.fromiter(
        (_hash_word(text[start:end]) for start, end in zip(*words.T.tolist(), strict=True)), np.uint64, len(words)
    )
    runs = sliding_window_view(known, min(SHINGLE, len(known)))
    found = np.zeros(len(runs), np.uint64)
    for column in runs.T:  # unsigned integers wrap around, which is what a hash wants
        found = (found + column + np.uint64(1)) * _BASE
        found = (found ^ (found >> np.uint64(29))) * _MIX
    return (found ^ (found >> np.uint64(32))).view(np.int64)


@lru_cache(maxsize=100_000)  # a few words are most of any text
def _hash_word(word: str) -> int:
    return zlib.crc32(_fold(word).encode("utf-8", "replace"))


def _winnow(hashes: np.ndarray) -> np.ndarray:
    """Choose of each window the least hash, the last where several are, and give their places in order."""
    if len(hashes) <= _WINDOW:
        return np.array([len(hashes) - 1 - hashes[::-1].argmin()] if len(hashes) else [], np.int64)
    windows = sliding_window_view(hashes, _WINDOW)
    return np.unique(np.arange(len(windows)) + _WINDOW - 1 - windows[:, ::-1].argmin(axis=1))


def find_reused(fingerprints: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Find the passages of each document that an earlier one holds too.

    A passage is a row of fingerprints, two at least, that stand in the same order in both documents, with at most 150
    characters between one and the next. Whatever 31 words two documents share is found. Time grows with the number of
    fingerprints, not with that of pairs of documents.

    Parameters
    ----------
    fingerprints
        As of `extract_fingerprints`.
    documents
        A row a document, with ``doc_id`` and ``published``; of one date, the first row counts as the earlier, and
        documents without a date come last.

    Returns
    -------
    DataFrame, from the earliest document to the latest, then by place
        doc_id, start, end : the passage, characters into the article, end exclusive
        other_id, other_start, other_end : where it stands in the earliest document that has it
        n_fingerprints : how many of them the two share

    Raises
    ------
    ValueError
        If a column is missing, or a fingerprint is of a document that is not in ``documents``.
    """
    ids, rank = _rank(fingerprints, documents)
    spans = fingerprints[["start", "end", "fingerprint"]].assign(rank=rank)
    spans = spans[_is_repeated(spans["fingerprint"].to_numpy())]  # most stand once: what is left is quick to sort
    spans = spans.sort_values(["fingerprint", "rank", "start"], ignore_index=True)
    hashes = spans["fingerprint"].to_numpy()
    is_first = np.ones(len(hashes), bool)
    is_first[1:] = hashes[1:] != hashes[:-1]
    first = np.flatnonzero(is_first)[np.cumsum(is_first) - 1]  # of each fingerprint, where the earliest stands
    seen = {name: spans[name].to_numpy() for name in ("rank", "start", "end")}
    again = np.flatnonzero(seen["rank"] != seen["rank"][first])
    again = again[np.lexsort((seen["start"][again], seen["rank"][again]))]
    here = {name: column[again] for name, column in seen.items()}
    there = {name: column[first[again]] for name, column in seen.items()}
    begins = np.ones(len(again), bool)
    begins[1:] = ~(
        (here["rank"][1:] == here["rank"][:-1])
        & (there["rank"][1:] == there["rank"][:-1])
        & (here["start"][1:] <= here["end"][:-1] + _GAP)
        & (there["start"][1:] > there["start"][:-1])
        & (there["start"][1:] <= there["end"][:-1] + _GAP)
    )
    at = np.flatnonzero(begins)
    last = np.append(at[1:], len(again)) - 1 if len(at) else at
    found = pd.DataFrame(
        {
            "doc_id": pd.Series(ids[here["rank"][at]], dtype="str"),
            "start": here["start"][at],
            "end": here["end"][last],
            "other_id": pd.Series(ids[there["rank"][at]], dtype="str"),
            "other_start": there["start"][at],
            "other_end": there["end"][last],
            "n_fingerprints": last - at + 1,
        }
    )
    return found[found["n_fingerprints"] > 1].reset_index(drop=True)  # eight words alone may be a turn of phrase


def find_duplicates(fingerprints: pd.DataFrame, documents: pd.DataFrame, *, threshold: float = 0.5) -> pd.DataFrame:
    """Find the documents that are nearly the same as an earlier one, by MinHash and locality-sensitive hashing.

    The first document of a kind stands for those that follow (Broder 1997, SEQUENCES; the search is that of
    ``datasketch``). What is found is an estimate, from a few runs of words of each document: `compare_documents`
    tells how much the words have in common.

    Parameters
    ----------
    fingerprints, documents
        As for `find_reused`.
    threshold
        Share of the runs of words, of those in either document, that must stand in both: 0 to 1.

    Returns
    -------
    DataFrame, from the earliest document to the latest
        doc_id : a document that comes again
        other_id : the earliest of its kind
        estimate : the share, within about 0.06

    Raises
    ------
    ValueError
        If a column is missing, or a fingerprint is of a document that is not in ``documents``.
    """
    from datasketch import MinHashLSH  # here: it brings SciPy, which nothing else wants

    ids, rank = _rank(fingerprints, documents)
    lsh = MinHashLSH(threshold=0.8 * threshold, num_perm=_N_HASHES)  # at the threshold itself it misses one in two
    firsts: dict[int, MinHash] = {}
    rows = []
    for document, sketch in _sketch(rank, fingerprints["fingerprint"].to_numpy(), threshold):
        alike = [(sketch.jaccard(firsts[other]), -other) for other in lsh.query(sketch)]
        share, other = max(alike, default=(0.0, 0))
        if share >= threshold:
            rows.append((document, -other, share))
        else:
            lsh.insert(document, sketch, check_duplication=False)
            firsts[document] = sketch
    again, others, shares = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"doc_id": ids[list(again)], "other_id": ids[list(others)], "estimate": list(shares)}
    return pd.DataFrame(columns).astype({"doc_id": "str", "other_id": "str", "estimate": "float64"})


def _sketch(rank: np.ndarray, hashes: np.ndarray, threshold: float) -> "Iterator[tuple[int, MinHash]]":
    """Yield the MinHash of each document that shares enough with others to be like one, from the earliest on."""
    from datasketch import MinHash

    alike = np.bincount(rank, weights=_is_repeated(hashes)) >= threshold * np.bincount(rank)
    kept = np.flatnonzero(alike[rank])
    kept = kept[np.argsort(rank[kept], kind="stable")]
    bounds = np.flatnonzero(np.diff(rank[kept], prepend=-1)).tolist()
    sets = ((hashes[kept[begin:end]] & 0xFFFFFFFF).tolist() for begin, end in pairwise([*bounds, len(kept)]))
    yield from zip(rank[kept[bounds]].tolist(), MinHash.generator(sets, num_perm=_N_HASHES, hashfunc=int), strict=True)


def _is_repeated(hashes: np.ndarray) -> np.ndarray:
    """Whether each number stands more than once; of millions, sorting tells sooner than a table of them does."""
    order = np.argsort(hashes)
    is_same = hashes[order[1:]] == hashes[order[:-1]]
    repeated = np.zeros(len(hashes), bool)
    repeated[order[1:][is_same]] = repeated[order[:-1][is_same]] = True
    return repeated


def _rank(fingerprints: pd.DataFrame, documents: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Give the ids of the documents from the earliest to the latest, and for each fingerprint the place among them."""
    check_columns(fingerprints, FINGERPRINT_COLUMNS, name="fingerprints")
    check_columns(documents, ["doc_id", "published"], name="documents")
    ids = documents.sort_values("published", kind="stable", na_position="last")["doc_id"].to_numpy(dtype=object)
    held = fingerprints["doc_id"].astype("category").cat  # as a few thousand ids, not as millions of strings
    places = pd.Index(ids).get_indexer(held.categories)
    rank = places[held.codes.to_numpy()] if len(places) else np.empty(0, np.int64)
    if (rank < 0).any():
        raise ValueError(f"document {fingerprints['doc_id'][rank < 0].iloc[0]!r} has fingerprints, but is no document")
    return ids, rank


def compare_documents(pairs: pd.DataFrame, texts: Iterable[tuple[str, str]], *, threshold: float = 0.6) -> pd.DataFrame:
    """Compare all words of two documents, and keep the pairs that are nearly the same.

    Parameters
    ----------
    pairs
        As of `find_duplicates`.
    texts
        Id and text of the documents named in ``pairs``, in any order; others are passed over.
    threshold
        Least ``jaccard`` to keep a pair. `find_duplicates` looks for less than that, so that it misses few.

    Returns
    -------
    DataFrame, in the order of ``pairs``
        pairs : its columns
        jaccard : runs of `SHINGLE` words that stand in both, as a share of those that stand in either

    Raises
    ------
    ValueError
        If a column is missing, or a text that is needed does not come.
    """
    check_columns(pairs, ["doc_id", "other_id"], name="pairs")
    read: dict[str, np.ndarray] = {}  # much is published again word for word
    runs: dict[str, np.ndarray] = {}
    for doc_id, text in _take(texts, pairs):
        if text not in read:
            read[text] = np.unique(hash_runs(text, split_words(text)))
        runs[doc_id] = read[text]
    both = zip(pairs["doc_id"], pairs["other_id"], strict=True)
    pairs = pairs.assign(jaccard=np.array([_jaccard(runs[one], runs[other]) for one, other in both], dtype=float))
    return pairs[pairs["jaccard"] >= threshold].reset_index(drop=True)


def compare_passages(passages: pd.DataFrame, texts: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Compare the words of passages with those of the earlier document, and see how far they agree.

    Parameters
    ----------
    passages
        As of `find_reused`: some to show, not all that there are.
    texts
        Id and text of the documents named in ``passages``, in any order; others are passed over.

    Returns
    -------
    DataFrame, in the order of ``passages``
        passages : its columns, start and end moved outwards on both sides as long as the words agree
        text : the passage
        n_words : its words
        jaccard : runs of `SHINGLE` words that stand in both passages, as a share of those that stand in either

    Raises
    ------
    ValueError
        If a column is missing, or a text that is needed does not come.
    """
    check_columns(passages, ["doc_id", "start", "end", "other_id", "other_start", "other_end"], name="passages")
    read = {doc_id: (text, split_words(text)) for doc_id, text in _take(texts, passages)}
    rows: list[dict] = []
    for row in passages.to_dict("records"):
        (text, words), (other_text, others) = read[row["doc_id"]], read[row["other_id"]]
        one, other = (
            [_fold(said[start:end]) for start, end in found.tolist()]
            for said, found in ((text, words), (other_text, others))
        )
        first, last = np.searchsorted(words[:, 0], [row["start"], row["end"]]).tolist()
        other_first, other_last = np.searchsorted(others[:, 0], [row["other_start"], row["other_end"]]).tolist()
        more = _count_alike(reversed(one[:first]), reversed(other[:other_first]))
        first, other_first = first - more, other_first - more
        more = _count_alike(one[last:], other[other_last:])
        last, other_last = last + more, other_last + more
        start, end = int(words[first, 0]), int(words[last - 1, 1])
        runs = (hash_runs(text, words[first:last]), hash_runs(other_text, others[other_first:other_last]))
        rows.append(
            row
            | {"start": start, "end": end, "text": text[start:end], "n_words": last - first}
            | {"other_start": int(others[other_first, 0]), "other_end": int(others[other_last - 1, 1])}
            | {"jaccard": _jaccard(*map(np.unique, runs))}
        )
    columns = {"text": "str", "n_words": "int64", "jaccard": "float64"}
    return build_table(rows, {str(name): str(dtype) for name, dtype in passages.dtypes.items()} | columns)


def _take(texts: Iterable[tuple[str, str]], pairs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the texts that pairs name, and raise if one does not come."""
    needed = set(pairs["doc_id"]) | set(pairs["other_id"])
    for doc_id, text in texts:
        if doc_id in needed:
            needed.remove(doc_id)
            yield doc_id, text
    if needed:
        raise ValueError(f"document {min(needed)!r} is to be compared, but its text is not there")


def _fold(word: str) -> str:
    """Write a word so that capitals and apostrophes make no difference."""
    return word.casefold().replace("’", "'")


def _count_alike(words: Iterable[str], others: Iterable[str]) -> int:
    """Count the words at the beginning of both that agree."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, others, strict=False)))


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Give what two sets share of what is in either (Jaccard 1901); 0 if both are empty."""
    n_shared = len(np.intersect1d(one, other, assume_unique=True))
    return n_shared / max(1, len(one) + len(other) - n_shared)
