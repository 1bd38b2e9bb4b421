import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.structure import extract_paragraphs, extract_sentences


def test_no_documents_still_give_all_columns():
    assert extract_paragraphs({}).dtypes["off_topic"] == "bool"
    assert extract_sentences({}).dtypes["paragraph"] == "int64"


def test_sentences_know_their_paragraph_and_do_not_cross_its_end():
    words = ["Mayor", "resigns", "\n", "She", "left", ".", "Nobody", "saw", "."]
    spaces = [True, False, False, True, False, True, True, False, False]
    doc = Doc(Vocab(), words=words, spaces=spaces, sent_starts=[1, 0, 0, 0, 0, 0, 1, 0, 0])
    table = extract_sentences({"a": doc})
    assert table[["text", "paragraph"]].to_numpy().tolist() == [
        ["Mayor resigns", 0],
        ["She left.", 1],
        ["Nobody saw.", 1],
    ]


def test_a_document_without_boundaries_is_refused():
    with pytest.raises(ValueError, match="document 'a' has no sentence boundaries; parse it with 'parser'"):
        extract_sentences({"a": Doc(Vocab(), words=["Two", "words"])})


def test_a_document_without_tags_is_refused():
    with pytest.raises(ValueError, match="document 'a' has no parts of speech; parse it with 'tagger'"):
        extract_paragraphs({"a": Doc(Vocab(), words=["Two", "words"])})


def test_an_empty_document_has_no_rows():
    assert extract_paragraphs({"a": Doc(Vocab())}).empty
    assert isinstance(extract_sentences({"a": Doc(Vocab())}), pd.DataFrame)
