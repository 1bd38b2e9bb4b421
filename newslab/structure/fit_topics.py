"""Recipe of ``narrow.safetensors`` and ``topics.json``: fit topic fit on stories with passages of one another put in.

    python -m newslab.structure.fit_topics STORIES.jsonl SENTENCES.jsonl ...

The first file holds one story a line, with ``doc_id``, ``topic``, ``headline`` (or null) and ``paragraphs``; the
shipped coefficients come from the Wikinews stories and interviews of GUM (Zeldes 2017) and MEANTIME (Minard et al.
2016), both CC BY.
The others hold texts of all sorts of news under ``text``, such as the cases of newslab's own tests, from which, half
and half with the stories, the mean embedding of news is taken. On both the encoder is made narrower first.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import save
from scipy.optimize import minimize

from newslab.parsing import parse_articles
from newslab.structure import embeddings, topics
from newslab.structure.topics import FEATURES, Array, Model, Passage

_WIDTH = 768
"""Hidden units of each layer that the narrow encoder keeps, of 1536."""

_STEADY = 1e-3
"""Share of their mean square that is added to each unit's, so that units that fire together share their weight."""

_SEED = 5
_COPIES = 96
"""Documents made of each story."""

_OWN_HEADINGS = 0.06
"""Share of a story's own passages that stand under a heading, as in Wikinews; else one would give a stranger away."""

_PENALTY = 6.0
"""Strength of the ridge, for features of unit variance."""

_SHORTEST, _LONGEST = 15, 90
"""Words of the passages put in."""


def narrow_encoder(texts: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Choose the hidden units of each layer that the narrow encoder keeps, and their weights.

    Parameters
    ----------
    texts
        What it will embed the like of.

    Returns
    -------
    dict
        ``units``, of shape (layers, 768): those that move the output most over the texts; ``weights``, of shape
        (layers, 768, 384): those with which they come nearest to the output of all units, by least squares. After
        Kwon et al. 2022, "A fast post-training pruning framework for transformers".
    """
    model = embeddings._load_model()
    moments = [np.zeros((len(layer.output[0]),) * 2) for layer in model.layers]
    for _, ids in embeddings._batch_pieces(texts, n_tokens=topics._N_TOKENS):
        for moment, (units, _) in zip(moments, embeddings._run_layers(model, ids), strict=True):
            fired = units[ids > 0].astype(np.float64)
            moment += fired.T @ fired
    kept, weights = [], []
    for layer, moment in zip(model.layers, moments, strict=True):
        output = layer.output[0].astype(np.float64)
        units = np.sort(np.argsort(-np.diag(moment) * (output**2).sum(axis=1))[:_WIDTH])
        among = moment[np.ix_(units, units)]
        among += _STEADY * np.trace(among) / _WIDTH * np.eye(_WIDTH)
        kept.append(units)
        weights.append(np.linalg.solve(among, moment[units] @ output))
    return {"units": np.array(kept, dtype=np.int16), "weights": np.array(weights, dtype=np.float16)}


def fit_model(stories: Sequence[dict[str, Any]], read: Sequence[list[Passage]], others: Sequence[Passage]) -> Model:
    """Fit the background and the coefficients.

    Parameters
    ----------
    stories, read
        Each with ``topic`` and ``paragraphs``, and the passages of each.
    others
        Passages of all sorts of news.

    Returns
    -------
    Model
        The coefficients maximise the likelihood of the run that was put in, or of none, under a softmax over all
        runs of a document.
    """
    vectors = [topics.embed_passages(passages) for passages in read]
    news = topics.embed_passages(others).mean(axis=0)
    background = (np.mean([some.mean(axis=0) for some in vectors], axis=0) + news) / 2
    cases = list(_make_cases(stories, read, [some - background for some in vectors]))
    return Model(background, _maximise([features for features, _ in cases], [wanted for _, wanted in cases]))


def _read_story(story: dict[str, Any]) -> list[Passage]:
    lines = [*([story["headline"]] if story.get("headline") else []), *story["paragraphs"]]
    docs = list(parse_articles(pd.DataFrame({"doc_id": range(len(lines)), "text": lines})).values())
    heads = list(docs.pop(0)) if story.get("headline") else []
    passages = [topics.read_passage(heads if not i else [], list(doc), headed=False) for i, doc in enumerate(docs)]
    return [passage for passage in passages if passage.weights]


def _make_cases(
    stories: Sequence[dict[str, Any]], read: Sequence[list[Passage]], vectors: Sequence[Array]
) -> Iterator[tuple[Array, int | None]]:
    """Make documents with a stranger or none: the features of their runs, and which run it is."""
    rng = random.Random(_SEED)  # noqa: S311
    for host, story in enumerate(stories):
        if len(read[host]) < topics._FEWEST:
            continue
        for _ in range(_COPIES):
            length = rng.choices([0, 1, 2, 3], [3, 4, 2, 1])[0]
            same = [i for i, other in enumerate(stories) if i != host and other["topic"] == story["topic"]]
            others = [i for i, other in enumerate(stories) if other["topic"] != story["topic"]]
            donor = rng.choice(same if same and rng.random() < 0.5 else others)
            firsts = [
                i for i, passage in enumerate(read[donor]) if _SHORTEST <= 2 * len(passage.content.split()) <= _LONGEST
            ]
            if length and not firsts:
                continue
            first = rng.choice(firsts) if length else 0
            at = rng.randint(1, len(read[host]))
            put_in = read[donor][first : first + length]
            if put_in:
                put_in = [put_in[0]._replace(headed=rng.random() < 0.5), *put_in[1:]]
            own = [passage._replace(headed=rng.random() < _OWN_HEADINGS) for passage in read[host]]
            passages = [*own[:at], *put_in, *own[at:]]
            inside = [*vectors[host][:at], *vectors[donor][first : first + length], *vectors[host][at:]]
            runs, features = topics.compare_runs(passages, np.array(inside))
            wanted = np.zeros(len(passages))
            wanted[at : at + len(put_in)] = 1
            found = np.flatnonzero((runs == wanted).all(axis=1))
            if len(found) or not put_in:
                yield features, int(found[0]) if put_in else None


def _maximise(cases: Sequence[Array], wanted: Sequence[int | None]) -> Array:
    rows = np.vstack(cases)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    bias = FEATURES.index("bias")
    mean[bias], scale[bias] = 0, 1
    rows = (rows - mean) / scale
    firsts = np.cumsum([0, *map(len, cases[:-1])])
    of_case = np.repeat(np.arange(len(cases)), [len(case) for case in cases])
    right = [firsts[i] + run for i, run in enumerate(wanted) if run is not None]
    ridge = np.full(len(FEATURES), _PENALTY)
    ridge[bias] = 0

    def lose(coefficients: Array) -> tuple[float, Array]:
        odds = rows @ coefficients
        most = np.maximum(np.maximum.reduceat(odds, firsts), 0)
        shares = np.exp(odds - most[of_case])
        total = np.add.reduceat(shares, firsts) + np.exp(-most)
        loss = (np.log(total) + most).sum() - odds[right].sum() + (ridge * coefficients**2).sum() / 2
        slope = rows.T @ (shares / total[of_case]) - rows[right].sum(axis=0) + ridge * coefficients
        return float(loss), slope

    found = minimize(lose, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x
    coefficients = found / scale
    coefficients[bias] -= (found * mean / scale).sum()
    return coefficients


def _read_lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line]


if __name__ == "__main__":
    texts = [row["text"] for path in sys.argv[2:] for row in _read_lines(path) if len(row.get("text", "").split()) > 6]
    stories = _read_lines(sys.argv[1])
    read = [_read_story(story) for story in stories]
    others = [passage for text in sorted(set(texts)) for passage in _read_story({"paragraphs": [text]})]
    embeddings.NARROW.write_bytes(save(narrow_encoder([passage.content for passage in chain(*read, others)])))
    model = fit_model(stories, read, others)
    data = {
        "coefficients": {name: round(float(x), 3) for name, x in zip(FEATURES, model.coefficients, strict=True)},
        "background": [round(float(x), 4) for x in model.background],
    }
    Path(__file__).with_name("topics.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
