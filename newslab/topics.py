"""Topic fit: how well each passage of a document belongs with the rest of it."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np


def score_passages(passages: Sequence[Sequence[str]]) -> list[float]:
    """Score each passage by the cosine of its words with those of all the others.

    Parameters
    ----------
    passages
        The content words of each passage, in document order.

    Returns
    -------
    list of float
        0 to 1, higher fits the rest better; NaN for a passage without words and for one that stands alone.
    """
    counts = [Counter(words) for words in passages]
    n_with = Counter(word for count in counts for word in count)
    n = len(counts)
    vectors = [{word: math.sqrt(k) * math.log(1 + n / n_with[word]) for word, k in count.items()} for count in counts]
    total: Counter[str] = Counter()
    for vector in vectors:
        total.update(vector)
    norm2 = sum(x * x for x in total.values())
    scores = []
    for vector in vectors:
        own = sum(x * x for x in vector.values())
        shared = sum(x * total[word] for word, x in vector.items()) - own
        # |total - vector|^2, so that leaving one out costs its own words only
        rest = norm2 - 2 * (shared + own) + own
        scores.append(shared / math.sqrt(own * rest) if own > 0 and rest > 1e-9 else math.nan)
    return scores


def flag_passages(scores: Sequence[float]) -> list[bool]:
    """Flag the passages whose score lies far below those of the rest of the document.

    Parameters
    ----------
    scores
        From `score_passages`, in document order.

    Returns
    -------
    list of bool
        True for a passage of another story; all False where there are fewer than four to compare.
    """
    known = np.array([s for s in scores if not math.isnan(s)])
    if len(known) < 4:
        return [False] * len(scores)
    middle = float(np.median(known))
    return [not math.isnan(s) and s < 0.25 * middle for s in scores]
