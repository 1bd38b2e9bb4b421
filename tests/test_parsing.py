"""Parsing keeps the text as it is, ends sentences with their paragraph, and keeps parses whole."""

import base64
import hashlib
from pathlib import Path

import pandas as pd
import pytest
import spacy

from newslab import parsing
from newslab.parsing import describe_pipeline, load_pipeline, parse_articles

TEXT = 'Rebels leave the town\n\n"We won\'t go back", said Ana Ruiz on Monday.\nThe  end.\n'


@pytest.fixture(scope="module")
def articles():
    return pd.DataFrame({"doc_id": ["b", "a"], "text": [TEXT, "Tokyo stocks rose 3%."]})


@pytest.fixture(scope="module")
def docs(articles):
    return parse_articles(articles)


def test_text_and_order_stay_as_given(docs, articles):
    assert {doc_id: doc.text for doc_id, doc in docs.items()} == dict(articles.to_numpy())
    assert list(docs) == ["b", "a"]


def test_sentences_end_with_their_paragraph(docs):
    assert next(docs["b"].sents).text.strip() == "Rebels leave the town"


def test_kept_parse_equals_a_fresh_one(docs, articles, tmp_path):
    parse_articles(articles, cache=tmp_path)
    kept = parse_articles(articles, cache=tmp_path)
    fields = "text idx lemma_ pos_ tag_ dep_ ent_type_ ent_iob_ is_sent_start is_stop like_num norm_ shape_".split()
    for doc_id, doc in docs.items():
        for fresh, token in zip(doc, kept[doc_id], strict=True):
            assert [getattr(token, f) for f in fields] == [getattr(fresh, f) for f in fields]
            assert token.head.i == fresh.head.i
            assert str(token.morph) == str(fresh.morph)


def test_damaged_parse_is_made_again(articles, tmp_path):
    parse_articles(articles, cache=tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"cut off")
    assert parse_articles(articles, cache=tmp_path)["a"].text == "Tokyo stocks rose 3%."


def test_cache_knows_text_and_holds_nothing_half_written(articles, tmp_path):
    parse_articles(articles, cache=tmp_path)
    other = articles.assign(text=articles["text"] + " More.")
    assert parse_articles(other, cache=tmp_path)["a"].text.endswith("More.")
    assert {path.suffix for path in tmp_path.iterdir()} == {".spacy"}


def test_another_rule_for_sentences_is_another_parse(articles, tmp_path, monkeypatch):
    parse_articles(articles, cache=tmp_path / "cache")
    rules = tmp_path / "sentences.py"
    rules.write_bytes(Path(parsing.sentences.__file__).read_bytes() + b"# another rule")
    monkeypatch.setattr(parsing.sentences, "__file__", str(rules))
    parsing._digest_rules.cache_clear()
    parse_articles(articles, cache=tmp_path / "cache")
    monkeypatch.undo()
    parsing._digest_rules.cache_clear()
    parse_articles(articles, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 4


def test_long_text_is_parsed_in_pieces_and_comes_out_whole(monkeypatch):
    text = "Rebels left Aleppo on Monday.\n\nAna Ruiz said so. " * 3 + "x" * 90
    monkeypatch.setattr(parsing, "_LONGEST_PIECE", 60)
    doc = parse_articles(pd.DataFrame({"doc_id": ["a"], "text": [text]}))["a"]
    assert doc.text == text
    assert [ent.text for ent in doc.ents].count("Ana Ruiz") == 3
    assert [sent.text.strip() for sent in doc.sents][:2] == ["Rebels left Aleppo on Monday.", "Ana Ruiz said so."]


def test_headings_are_spans_of_the_doc_kept_or_not(tmp_path):
    text = "Flood\n\nThe bridge fell.\nKey points\nIt was old."
    articles = pd.DataFrame({"doc_id": ["a"], "text": [text], "heading_starts": ["0 24"]})
    for _ in range(2):
        doc = parse_articles(articles, cache=tmp_path)["a"]
        assert [span.text for span in doc.spans["headings"]] == ["Flood", "Key points"]


def test_no_articles_give_no_docs():
    assert parse_articles(pd.DataFrame({"doc_id": [], "text": []})) == {}


@pytest.mark.parametrize(
    ("articles", "message"),
    [
        ({"doc_id": ["a"]}, "articles has no column text"),
        ({"doc_id": ["a", "a"], "text": ["x", "y"]}, "doc_id 'a' occurs twice"),
        ({"doc_id": ["a"], "text": [None]}, "document 'a' has no text"),
        ({"doc_id": ["a"], "text": ["odd \ud83d"]}, "document 'a' holds half a character at 4"),
        ({"doc_id": ["a"], "text": ["Key points"], "heading_starts": ["1"]}, "'a': no word begins at some"),
        ({"doc_id": ["a"], "text": ["Key points"], "heading_starts": ["Key"]}, "'a': no word begins at some"),
    ],
)
def test_bad_tables_are_refused_with_a_remedy(articles, message):
    with pytest.raises(ValueError, match=message):
        parse_articles(pd.DataFrame(articles, dtype=object))


@pytest.mark.parametrize("name", ["no_such_model", "", ".", "../x y", "a.b"])
def test_unknown_pipeline_is_refused_with_a_remedy(name):
    with pytest.raises(ValueError, match=f"no spaCy pipeline {name!r} is installed; install it"):
        load_pipeline(name)


def test_pipeline_is_described_by_what_it_is_made_of():
    about = describe_pipeline()
    assert about["model"] == "en_core_web_md 3.8.0"
    assert len(about["sha256"]) == 64


def test_a_wall_without_a_space_is_cut_and_comes_out_whole():
    text = "He said: " + "“”" * 1700 + " So there."
    assert max(map(len, parsing._cut(text))) <= 1009
    assert parse_articles(pd.DataFrame({"doc_id": ["a"], "text": [text]}))["a"].text == text


def install_pipeline(folder, monkeypatch):
    """Put a packaged pipeline and the record that its wheel leaves into a folder on the path."""
    package, info = folder / "tiny_news", folder / "tiny_news-1.0.dist-info"
    package.mkdir()
    spacy.blank("en").to_disk(package / "tiny_news-1.0")
    (package / "__init__.py").touch()
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny_news\nVersion: 1.0\n")
    digests = {
        path: base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
        for path in package.rglob("*")
        if path.is_file()
    }
    record = "".join(f"{path.relative_to(folder).as_posix()},sha256={d},1\n" for path, d in digests.items())
    (info / "RECORD").write_text(record)
    monkeypatch.syspath_prepend(folder)
    return package / "tiny_news-1.0"


def test_a_pipeline_with_a_changed_file_is_refused(tmp_path, monkeypatch):
    files = install_pipeline(tmp_path, monkeypatch)
    assert load_pipeline("tiny_news").lang == "en"
    load_pipeline.cache_clear()
    (files / "tokenizer").write_bytes((files / "tokenizer").read_bytes() + b" ")
    with pytest.raises(ValueError, match="tokenizer is not the file that pipeline 'tiny_news' was installed with"):
        load_pipeline("tiny_news")
