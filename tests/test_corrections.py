import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.entities import COLUMNS, extract_entities
from newslab.entities.corrections import apply_corrections, read_corrections

WORDS = "Ana Ruiz of Acme met Leo Ruiz ; Ruiz praised Acme Ltd and Zed . See Zorb".split()
ENTS = [
    *("B-PERSON", "I-PERSON", "O", "B-ORG", "O", "B-PERSON", "I-PERSON", "O", "B-PERSON", "O", "B-ORG", "I-ORG"),
    *("O", "O", "O", "O", "B-ORG"),
]


@pytest.fixture
def docs() -> dict[str, Doc]:
    return {"a": Doc(Vocab(), words=WORDS, ents=ENTS)}


def correct(docs, tmp_path, toml: str):
    path = tmp_path / "story.corrections.toml"
    path.write_text(toml, encoding="utf-8")
    texts = {doc_id: doc.text for doc_id, doc in docs.items()}
    return apply_corrections(extract_entities(docs), read_corrections(path), texts)


def test_every_kind_of_rule(docs, tmp_path):
    table, report = correct(
        docs,
        tmp_path,
        """
        [[add]]
        text = "Zed"
        label = "ORG"
        [[ignore]]
        text = "Zorb"
        [[split]]
        text = "Acme Ltd"
        [[merge]]
        names = ["Leo Ruiz", "Ruiz"]
        [[retype]]
        name = "Acme"
        label = "PRODUCT"
        [[rename]]
        name = "ana ruiz"
        to = "Ana María Ruiz"
        """,
    )
    assert table[["text", "label", "entity_id", "name"]].to_numpy().tolist() == [
        ["Ana Ruiz", "PERSON", "e1", "Ana María Ruiz"],
        ["Acme", "PRODUCT", "e2", "Acme"],
        ["Leo Ruiz", "PERSON", "e3", "Leo Ruiz"],
        ["Ruiz", "PERSON", "e3", "Leo Ruiz"],
        ["Acme Ltd", "ORG", "e4", "Acme Ltd"],
        ["Zed", "ORG", "e5", "Zed"],
    ]
    assert report[["action", "matched"]].to_numpy().tolist() == [
        ["add", 1],
        ["ignore", 1],
        ["split", 1],
        ["merge", 2],
        ["retype", 1],
        ["rename", 1],
    ]
    assert table["evidence"].iloc[-1] == "correction 1"
    assert table.dtypes.astype(str).to_dict() == COLUMNS


def test_a_rule_that_matches_nothing_is_reported(docs, tmp_path):
    path = tmp_path / "c.toml"
    path.write_text('[[retype]]\nname = "Nobody"\nlabel = "ORG"\n', encoding="utf-8")
    with pytest.warns(UserWarning, match="correction 1 .*Nobody.* matches nothing"):
        extract_entities(docs, corrections=read_corrections(path))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[[unite]]\nnames = []", "has unite; rules are add, ignore"),
        ('[[rename]]\nname = "A"', "lacks to"),
        ('[[ignore]]\ntext = "A"\nnote = "B"', "has note; it takes doc_id, text"),
        ('[[retype]]\nname = "A"\nlabel = "CITY"', "label 'CITY'; choose from PERSON"),
    ],
)
def test_a_wrong_rule_is_an_error(tmp_path, toml, message):
    path = tmp_path / "c.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_corrections(path)


def test_a_rule_for_another_document_changes_nothing(docs, tmp_path):
    table, report = correct(docs, tmp_path, '[[ignore]]\ntext = "Acme"\ndoc_id = "b"')
    assert "Acme" in table["text"].tolist()
    assert report["matched"].tolist() == [0]
