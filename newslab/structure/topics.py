"""Topic fit: how well each passage of a document belongs with the rest of it.

A stranger is a run of one to three passages. Every such run is weighed against the others and against there being
none: by how alike in meaning it is to the rest (sentence embeddings), which telling words and names they share, and
how alike the rest is among itself. So a document is its own measure: a loose one has to be left far behind.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Token

from newslab.structure.embeddings import embed_texts, list_ranks

_CONTENT = {"NOUN", "PROPN", "VERB", "ADJ"}
_NAME_WEIGHT = 1.5
_UNLISTED = 50_000
"""Rank given to a word that is not among the listed ones."""

_STEM = 6
_DAMPING = 0.75
"""Power of a word's weight in the rest: what is said often there counts, but not in proportion."""

_N_TOKENS = 20
"""Word pieces of a passage that are embedded: of its content words, which say in 20 what the text does in 40."""

_LONGEST = 3
"""Passages of a stranger at most."""

_WINDOW = 18
"""Passages that are compared with one another; in a longer document the nearest, as its parts have topics too."""

_STEP = 6
_FEWEST = 4
"""Passages that it takes to say that one of them is out of place."""

_FLOOR = 0.02  # a cosine of nothing shared, so that its logarithm exists
_BELONGS = 3 / 8
"""Probability of belonging below which a passage is flagged, at odds of five to three: a false alarm costs trust."""

Array = NDArray[np.float64]


class Passage(NamedTuple):
    """What of a passage says where it belongs."""

    weights: Mapping[str, float]
    """Weight of each telling word, by stem."""

    names: Mapping[str, int]
    """How often each part of a proper name stands in it, by stem."""

    content: str
    """Its nouns, names, verbs, adjectives and figures."""

    headed: bool = False
    """Whether it stands under a headline in mid-text, as passages stitched in often do."""


class Model(NamedTuple):
    """A fitted model: what `newslab.structure.fit_topics` writes."""

    background: Array
    """Mean embedding of news, which says nothing of any story and is taken off."""

    coefficients: Array
    """Log-odds for each of `FEATURES`."""


@lru_cache(maxsize=1)
def load_model() -> Model:
    """Read the coefficients, fitted on Wikinews stories of GUM and MEANTIME (CC BY)."""
    data = json.loads(Path(__file__).with_name("topics.json").read_text(encoding="utf-8"))
    return Model(np.array(data["background"]), np.array([data["coefficients"][name] for name in FEATURES]))


def weigh_words(tokens: Iterable[Token]) -> dict[str, float]:
    """Weigh the content words of a passage by how rare they are in English.

    Parameters
    ----------
    tokens
        The passage, tagged.

    Returns
    -------
    dict
        Weight by stem: the logarithm of the word's rank by frequency, times 1.5 for names, times the root of its
        count. A stem is the first six letters, which also joins "Germany" and "German".
    """
    counts: dict[str, int] = {}
    weights: dict[str, float] = {}
    for token in tokens:
        if (pos := token.pos_) in _CONTENT:
            stem, weight = _weigh(token.text, pos)
            if stem:
                counts[stem] = counts.get(stem, 0) + 1
                weights[stem] = max(weight, weights.get(stem, 0.0))
    return {stem: weight * math.sqrt(counts[stem]) for stem, weight in weights.items()}


@lru_cache(maxsize=100_000)  # a few words are most of any text
def _weigh(word: str, pos: str) -> tuple[str, float]:
    """Give the stem of a word and what it weighs where it stands once; what begins with no letter has no stem."""
    word = word.lower()
    weight = math.log(list_ranks().get(word, _UNLISTED)) * (_NAME_WEIGHT if pos == "PROPN" else 1)
    return word[:_STEM] if word[0].isalpha() else "", weight


def read_passage(heads: Sequence[Token], tokens: Sequence[Token], *, headed: bool) -> Passage:
    """Gather what `score_passages` needs of a paragraph and of the headlines right above it.

    Parameters
    ----------
    heads, tokens
        The headlines and the paragraph, tagged.
    headed
        Whether the headlines stand in mid-text rather than over the document.
    """
    everything = [*heads, *tokens]
    return Passage(
        weigh_words(everything),
        Counter(t.text.lower()[:_STEM] for t in everything if t.pos_ == "PROPN" and t.text[0].isalpha()),
        " ".join(token.text for token in tokens if token.pos_ in _CONTENT or token.pos_ == "NUM"),
        headed,
    )


def embed_passages(passages: Sequence[Passage]) -> Array:
    """Embed passages, of any number of documents at once, which is quicker than one by one.

    Parameters
    ----------
    passages
        From `read_passage`.

    Returns
    -------
    array of shape (passages, 384)
        Means of token states over the first content words.
    """
    rows = {content: i for i, content in enumerate(dict.fromkeys(passage.content for passage in passages))}
    vectors = embed_texts(list(rows), n_tokens=_N_TOKENS, narrow=True).astype(np.float64)
    return vectors[[rows[passage.content] for passage in passages]]


def score_passages(passages: Sequence[Passage], vectors: Array) -> list[float]:
    """Give each passage of a document the probability that it belongs with the others.

    Parameters
    ----------
    passages, vectors
        From `read_passage` and `embed_passages`, in document order.

    Returns
    -------
    list of float
        0 to 1, higher fits better; NaN for a passage without words, and for all where there are fewer than three.
    """
    known = [i for i, passage in enumerate(passages) if passage.weights]
    scores = [math.nan] * len(passages)
    if len(known) < _FEWEST - 1:
        return scores
    windows: dict[int, Array] = {}
    for place, i in enumerate(known):
        # windows begin at every sixth passage, so that neighbours share one
        first = max(0, min(_STEP * round((place - _WINDOW / 2) / _STEP), len(known) - _WINDOW))
        if first not in windows:
            inside = known[first : first + _WINDOW]
            runs, features = compare_runs([passages[j] for j in inside], vectors[inside] - load_model().background)
            windows[first] = 1 - weigh_runs(features) @ runs
        scores[i] = float(windows[first][place - first])
    return scores


def flag_passages(scores: Sequence[float]) -> list[bool]:
    """Flag the passages that seem to come from another story.

    Parameters
    ----------
    scores
        From `score_passages`.

    Returns
    -------
    list of bool
        All False where fewer than four passages could be compared.
    """
    n_known = sum(not math.isnan(score) for score in scores)
    return [n_known >= _FEWEST and score < _BELONGS for score in scores]  # NaN is not below


FEATURES = (
    "likeness",  # mean cosine of the run with the rest
    "centroid",  # cosine of its middle with that of the rest
    "cohesion",  # mean cosine within the rest
    "nearest",  # mean over the run of the cosine with the passage most like it
    "nearest_over_loosest",  # less that of the passage of the rest that is least like any other
    "words",  # logarithm of the cosine of telling words with the rest, times the length: a long run has more to share
    "others_words",  # logarithm of its mean over the passages of the rest
    "name_tokens",  # logarithm of how many parts of names it has: without any it is vague, not strange
    "names_shared",  # and of how many different ones the rest has too
    "names_unshared",
    "length",  # logarithm of how many content words it has: what is short shows little
    "two",
    "three",
    "headed",
    "first",  # it opens the document
    "passages",  # logarithm of how many there are
    "bias",
)


def compare_runs(passages: Sequence[Passage], vectors: Array) -> tuple[Array, Array]:
    """Weigh each run of one to three passages against the rest.

    Parameters
    ----------
    passages, vectors
        At least three, each with words; the vectors less the background.

    Returns
    -------
    runs : array of shape (runs, passages)
        1 where a passage is in the run.
    features : array of shape (runs, features)
        As `FEATURES` says.
    """
    n = len(passages)
    spans = [
        (first, length)
        for length in range(1, min(_LONGEST, n // 2) + 1)
        for first in range(n - length + 1)
        # a headline parts what stands before it from what stands below
        if not any(passage.headed for passage in passages[first + 1 : first + length])
    ]
    runs = np.zeros((len(spans), n))
    for run, (first, length) in enumerate(spans):
        runs[run, first : first + length] = 1
    rest = 1 - runs
    n_in, n_out = runs.sum(axis=1), rest.sum(axis=1)

    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = directions @ directions.T
    np.fill_diagonal(cosines, 0.0)
    likeness = np.einsum("ri,ij,rj->r", runs, cosines, rest, optimize=True) / (n_in * n_out)
    middles, others = runs @ directions, rest @ directions
    centroid = (middles * others).sum(axis=1) / np.linalg.norm(middles, axis=1) / np.linalg.norm(others, axis=1)
    cohesion = np.einsum("ri,ij,rj->r", rest, cosines, rest, optimize=True) / (n_out * (n_out - 1))
    np.fill_diagonal(cosines, -1.0)
    links = np.where(rest[:, None, :] > 0, cosines, -1.0).max(axis=2)
    nearest = (links * runs).sum(axis=1) / n_in
    loosest = np.where(rest > 0, links, 1.0).min(axis=1)

    weights = _tabulate([passage.weights for passage in passages])
    whole = weights.sum(axis=0)
    log_length = np.log1p(runs @ [len(passage.content.split()) for passage in passages])
    words = np.log(_cosine_with_rest(runs @ weights, whole) + _FLOOR) * log_length
    alone = _cosine_with_rest(weights, whole)
    others_words = np.log(rest @ alone / n_out + _FLOOR)

    names = _tabulate([passage.names for passage in passages])
    inside, outside = runs @ names, rest @ names
    headed = np.array([i > 0 and passage.headed for i, passage in enumerate(passages)])
    features = [
        likeness,
        centroid,
        cohesion,
        nearest,
        nearest - loosest,
        words,
        others_words,
        np.log1p(inside.sum(axis=1)),
        np.log1p(((inside > 0) & (outside > 0)).sum(axis=1)),
        np.log1p(((inside > 0) & (outside == 0)).sum(axis=1)),
        log_length,
        n_in == 2,
        n_in == 3,
        headed[[first for first, _ in spans]],
        runs[:, 0],
        np.full(len(spans), math.log(n)),
        np.ones(len(spans)),
    ]
    return runs, np.array(features, dtype=np.float64).T


def weigh_runs(features: Array) -> Array:
    """Give each run the probability that it, and no other, is the stranger: a softmax over the runs and none."""
    odds = features @ load_model().coefficients
    most = max(float(odds.max()), 0.0)
    shares = np.exp(odds - most)
    return shares / (shares.sum() + math.exp(-most))


def _tabulate(counts: Sequence[Mapping[str, float]]) -> Array:
    """Put counts by word into a matrix of passages by words."""
    columns = {word: i for i, word in enumerate(dict.fromkeys(word for some in counts for word in some))}
    table = np.zeros((len(counts), max(len(columns), 1)))
    for row, some in enumerate(counts):
        for word, x in some.items():
            table[row, columns[word]] = x
    return table


def _cosine_with_rest(parts: Array, whole: Array) -> Array:
    """Cosine of each part, a row of weights, with what is left of the whole."""
    rest = np.maximum(whole - parts, 0.0) ** _DAMPING
    norms = np.sqrt((parts**2).sum(axis=1) * (rest**2).sum(axis=1))
    return np.divide((parts * rest).sum(axis=1), norms, out=np.zeros(len(parts)), where=norms > 0)
