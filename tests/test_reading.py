"""Tables of a collection are read from disk as they would be counted whole."""

import json

import pandas as pd
import pytest

from newslab.corpora.reading import (
    cite_spans,
    cite_words,
    count_spans,
    count_vocabulary,
    find_partitions,
    read_claims,
    read_collection,
    read_documents,
    read_texts,
)
from newslab.tables import find_within


@pytest.fixture(params=["all at once", "one partition at a time"])
def folder(collection, request, monkeypatch):
    if request.param != "all at once":
        monkeypatch.setattr("newslab.corpora.reading._N_ROWS", 1)
        monkeypatch.setattr("newslab.corpora.reading._N_PARTITIONS", 1)
    return collection


def read_whole(folder, table: str) -> pd.DataFrame:
    return pd.read_parquet(folder / table)


def test_documents_have_their_measures_and_say_in_which_file_they_are(folder):
    documents = read_documents(folder, measures=["n_words", "n_sentences"])
    assert documents["doc_id"].tolist() == read_whole(folder, "articles")["doc_id"].tolist()
    assert documents["n_words"].tolist() == read_whole(folder, "profile")["n_words"].tolist()
    assert documents["partition"].tolist() == [f"part-{n:06}.parquet" for n in (0, 0, 1, 1, 2)]
    assert "text" not in documents


def test_rows_are_counted_as_in_the_whole_table(folder):
    counted = count_spans(folder, "entities", ["name", "label"], first=["text"])
    whole = read_whole(folder, "entities")
    groups = whole.groupby(["name", "label"])
    expected = groups.agg(
        n_documents=("doc_id", "nunique"),
        n_spans=("doc_id", "size"),
        doc_id=("doc_id", "first"),
        start=("start", "first"),
        end=("end", "first"),
        text=("text", "first"),
    )
    pd.testing.assert_frame_equal(
        counted.set_index(["name", "label"]).sort_index(), expected.sort_index(), check_dtype=False
    )
    assert counted["n_documents"].is_monotonic_decreasing


def test_rows_are_counted_by_what_is_known_of_their_document(folder):
    documents = read_documents(folder).iloc[:4]
    counted = count_spans(folder, "quotes", ["source", "source_kind"], documents=documents, sums=["n_words"])
    whole = read_whole(folder, "quotes").merge(documents[["doc_id", "source"]], on="doc_id")
    expected = whole.groupby(["source", "source_kind"])["n_words"].sum()
    assert counted.set_index(["source", "source_kind"])["n_words"].sort_index().to_dict() == expected.to_dict()


def test_a_null_counts_as_a_value(folder):
    counted = count_spans(folder, "quotes", ["anonymity"])
    assert counted["anonymity"].isna().sum() == 1
    assert counted["n_spans"].sum() == len(read_whole(folder, "quotes"))


def test_words_are_counted_by_part(folder):
    documents = read_documents(folder).assign(part=["a", "b", "a", None, "b"])
    words = count_vocabulary(folder, documents, "part")
    whole = read_whole(folder, "vocabulary").merge(documents[["doc_id", "part"]].dropna(), on="doc_id")
    groups = whole.groupby(["part", "word"])
    expected = groups.agg(
        count=("count", "sum"), n_documents=("doc_id", "size"), doc_id=("doc_id", "first"), start=("start", "first")
    )
    found = words.astype({"word": "str"}).set_index(["part", "word"]).sort_index()
    pd.testing.assert_frame_equal(found, expected.sort_index(), check_dtype=False, check_index_type=False)


def test_spans_are_cited_with_document_and_sentence(folder):
    documents = read_documents(folder)
    spans = read_whole(folder, "quantities").iloc[::-1]
    cited = cite_spans(folder, spans, documents)
    assert cited["doc_id"].tolist() == spans["doc_id"].tolist()
    assert all(text.split()[0] in sentence for text, sentence in zip(cited["text"], cited["sentence"], strict=True))
    by_document = cited.drop_duplicates("doc_id").set_index("doc_id")
    assert by_document.loc["boats", ["title", "source"]].tolist() == ["boats", "Harbour Post"]  # it has no title
    assert by_document.loc["ferry", "published"] == pd.Timestamp("2020-01-05")


def test_a_keyword_is_cited_from_the_side_that_uses_it_more(folder):
    documents = read_documents(folder).assign(part=["a", "a", "b", "b", "b"])
    words = count_vocabulary(folder, documents, "part")
    keywords = pd.DataFrame({"word": ["the", "said", "the"], "log_ratio": [1.0, -1.0, -1.0]})
    cited = cite_words(folder, keywords, words, "a", documents)
    assert cited["doc_id"].tolist() == ["ferry", "boats", "boats"]
    assert all(word in sentence for word, sentence in zip(cited["word"], cited["sentence"], strict=True))


def test_no_spans_are_cited_as_none(folder):
    cited = cite_spans(folder, read_whole(folder, "quotes").iloc[:0], read_documents(folder))
    assert cited.empty
    assert "sentence" in cited


def test_claimed_figures_are_those_inside_quotations(folder):
    inside = find_within(read_whole(folder, "quantities"), read_whole(folder, "quotes"), suffix="_quote")
    expected = inside.drop_duplicates(["doc_id", "start"])[["doc_id", "start"]].to_numpy().tolist()
    assert read_claims(folder)[["doc_id", "start"]].to_numpy().tolist() == expected
    assert expected


def test_texts_are_read_of_the_documents_asked_for(folder):
    texts = dict(read_texts(folder, read_documents(folder), pd.Series(["undated", "ferry", "ferry"])))
    whole = read_whole(folder, "articles").set_index("doc_id")["text"]
    assert texts == whole[["ferry", "undated"]].to_dict()


def test_only_finished_partitions_are_read(collection, tmp_path):
    for path in collection.rglob("part-*"):
        (tmp_path / path.relative_to(collection)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path.relative_to(collection)).write_bytes(path.read_bytes())
    record = tmp_path / "partitions" / "part-000000.json"
    record.write_text(json.dumps(json.loads(record.read_bytes()) | {"status": "failed"}))
    (tmp_path / "partitions" / "part-000002.json").unlink()
    assert find_partitions(tmp_path) == ["part-000001.parquet"]
    assert read_documents(tmp_path)["doc_id"].tolist() == ["boats", "script"]


def test_a_folder_without_a_collection_is_named(tmp_path):
    with pytest.raises(ValueError, match="holds no collection; let analyse_corpus"):
        read_documents(tmp_path)


def test_a_column_that_is_not_there_is_named(collection):
    with pytest.raises(ValueError, match=r"quotes lacks the column .*n_lines"):
        read_collection(collection, "quotes", ["doc_id", "n_lines"])
