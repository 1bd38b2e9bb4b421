"""Topic fit: how well each passage of a document belongs with the rest of it.

A passage belongs if it shares telling words with the others: rare ones, names above all.
Static vectors distilled from all-MiniLM-L6-v2, added to this or used to match words of like meaning, ranked worse on
stories with a passage of another put in; they are not worth their megabytes.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Token

_CONTENT = {"NOUN", "PROPN", "VERB", "ADJ"}
_NAME_WEIGHT = 1.5
_UNLISTED = 50_000
"""Rank given to a word that is not among the listed ones."""

_DAMPING = 0.75
"""Power of a word's weight in the rest: what is said often there counts, but not in proportion."""

_WINDOW = 18
"""Passages that are compared with one another; in a longer document the nearest, as its parts have topics too."""

# Log-odds of being an intruder: a logistic regression on Wikinews stories of GUM and MEANTIME (CC BY) with paragraphs
# of one another put in, rounded. Newspaper stories that it has not seen gave the same precision and recall.
_FIT, _COHESION, _NAMES, _BIAS = -3.1, 2.8, 1.0, -6.6
_HEADED = 1.0  # set by hand: longer news than those stories has headings of its own in mid-text
_FLOOR = 0.02  # a cosine of nothing shared, so that its logarithm exists
_BELONGS = 0.3
"""Probability of belonging below which a passage is flagged, at odds of over two to one: a false alarm costs trust.

Fewer than one in twenty of 269 sound stories by outlets the world over has a flag."""

_FEWEST = 4
"""Passages that it takes to say that one of them is out of place."""

_FEWEST_WORDS = 8
"""Telling words that it takes to say that a passage is."""


class Passage(NamedTuple):
    """What of a passage says where it belongs."""

    weights: Mapping[str, float]
    """Weight of each telling word, by stem."""

    n_names: int
    """Tokens of proper names: a passage with names of its own and none in common is strange, one without is vague."""

    headed: bool = False
    """Whether it stands under a headline in mid-text, as passages stitched in often do."""

    continues: bool = False
    """Whether it opens with "he", "she" or "they": it has pronouns for the words it would share with what is before."""


@lru_cache(maxsize=1)
def list_ranks() -> dict[str, int]:
    """Rank common English words by frequency, from 1; lower-case, of two letters and more."""
    lines = (Path(__file__).with_name("topics.txt")).read_text(encoding="utf-8").splitlines()
    return {word: rank for rank, word in enumerate((line for line in lines if not line.startswith("#")), start=1)}


def weigh_words(tokens: Iterable[Token], *, headed: bool = False, continues: bool = False) -> Passage:
    """Weigh the content words of a passage by how rare they are in English.

    Parameters
    ----------
    tokens
        The passage, tagged.
    headed
        Whether it stands under a headline in mid-text.
    continues
        Whether it opens with a pronoun for someone named before it.

    Returns
    -------
    Passage
        Each weight is the logarithm of the word's rank by frequency, times 1.5 for names, times the root of its
        count. A stem is the first six letters, which also joins "Germany" and "German".
    """
    ranks = list_ranks()
    n_names = 0
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for token in tokens:
        if token.pos_ not in _CONTENT or not token.text[:1].isalpha():
            continue
        n_names += token.pos_ == "PROPN"
        word = token.text.lower()
        stem = word[:6]
        counts[stem] += 1
        weight = math.log(ranks.get(word, _UNLISTED)) * (_NAME_WEIGHT if token.pos_ == "PROPN" else 1)
        weights[stem] = max(weight, weights.get(stem, 0.0))
    return Passage(
        {stem: weight * math.sqrt(counts[stem]) for stem, weight in weights.items()}, n_names, headed, continues
    )


def score_passages(passages: Sequence[Passage]) -> list[float]:
    """Give each passage the probability that it belongs with the others.

    Parameters
    ----------
    passages
        From `weigh_words`, in document order.

    Returns
    -------
    list of float
        0 to 1, higher fits better; NaN for a passage without words, and for all where there are fewer than three.
    """
    known = [i for i, passage in enumerate(passages) if passage.weights]
    scores = [math.nan] * len(passages)
    if len(known) < 3:
        return scores
    windows: dict[int, list[float]] = {}
    for place, i in enumerate(known):
        # windows begin at every sixth passage, so that neighbours share one
        first = max(0, min(6 * round((place - _WINDOW / 2) / 6), len(known) - _WINDOW))
        if first not in windows:
            windows[first] = _compare([passages[j] for j in known[first : first + _WINDOW]])
        scores[i] = windows[first][place - first]
    return scores


def flag_passages(passages: Sequence[Passage], scores: Sequence[float]) -> list[bool]:
    """Flag the passages that seem to come from another story.

    Parameters
    ----------
    passages, scores
        From `weigh_words` and `score_passages`. Passages of fewer than eight telling words are not judged, since a
        place or a name on a line of its own shares nothing either, nor are those that continue what is before.

    Returns
    -------
    list of bool
        All False where fewer than four passages could be compared, and where more than a third would be flagged: such
        a document has several topics rather than an intruder.
    """
    flags = [
        # NaN is not below
        score < _BELONGS and len(passage.weights) >= _FEWEST_WORDS and not passage.continues
        for passage, score in zip(passages, scores, strict=True)
    ]
    n_known = sum(not math.isnan(score) for score in scores)
    if n_known < _FEWEST or 3 * sum(flags) > n_known:
        return [False] * len(scores)
    return flags


def _compare(passages: Sequence[Passage]) -> list[float]:
    n = len(passages)
    total: Counter[str] = Counter()
    for passage in passages:
        total.update(passage.weights)
    norm2 = sum(x ** (2 * _DAMPING) for x in total.values())
    fits = [_cosine_with_rest(passage.weights, total, norm2) for passage in passages]
    whole = sum(fits)
    scores = [
        _belongs(fit, (whole - fit) / (n - 1), passage.n_names, headed=passage.headed)
        for fit, passage in zip(fits, passages, strict=True)
    ]
    # two strange paragraphs in a row vouch for each other unless they are weighed as one
    for i in range(n - 1 if n > _FEWEST else 0):
        pair = Counter(passages[i].weights)
        pair.update(passages[i + 1].weights)
        others = (whole - fits[i] - fits[i + 1]) / (n - 2)
        n_names = passages[i].n_names + passages[i + 1].n_names
        headed = passages[i].headed  # the second one's headline would part them
        score = _belongs(_cosine_with_rest(pair, total, norm2), others, n_names, headed=headed)
        scores[i], scores[i + 1] = min(scores[i], score), min(scores[i + 1], score)
    return scores


def _cosine_with_rest(vector: Mapping[str, float], total: Mapping[str, float], norm2: float) -> float:
    shared = own2 = 0.0
    for word, x in vector.items():
        rest = max(total[word] - x, 0.0)
        shared += x * rest**_DAMPING
        own2 += x * x
        # leaves this passage out of the norm of all
        norm2 += rest ** (2 * _DAMPING) - total[word] ** (2 * _DAMPING)
    return shared / math.sqrt(own2 * norm2) if norm2 > 1e-9 else 0.0


def _belongs(fit: float, cohesion: float, n_names: int, *, headed: bool) -> float:
    """Turn fit, mean fit of the others and names into one minus the logistic of the log-odds above."""
    odds = (
        _FIT * math.log(fit + _FLOOR)
        + _COHESION * math.log(cohesion + _FLOOR)
        + _NAMES * math.log(n_names + 1)
        + _HEADED * headed
        + _BIAS
    )
    return 1 / (1 + math.exp(odds))
