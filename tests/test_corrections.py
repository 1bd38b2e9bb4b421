import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.entities import COLUMNS, extract_entities
from newslab.entities.corrections import (
    apply_corrections,
    correct_speakers,
    find_corrections,
    read_corrections,
    report_places,
)
from newslab.places import extract_places

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
        ('[[retype]]\nname = "A"\nlabel = "CITY"', "label = 'CITY'; give one of PERSON"),
        ("[[ignore]]\ntext = Acme", "c.toml: is no TOML .* put "),
        ('[ignore]\ntext = "Acme"', r"has \[ignore\]; write \[\[ignore\]\]"),
        ('[[merge]]\nnames = "Acme"', "names = 'Acme'; give a list of two names"),
        ('[[merge]]\nnames = ["Acme"]', r"names = \['Acme'\]; give a list of two names or more"),
        ('[[speaker]]\nto = "A"', "lacks from or quote"),
        ('[[place]]\nname = "A"\nlatitude = 91\nlongitude = 0', "latitude = 91; give degrees north"),
    ],
)
def test_a_wrong_rule_is_an_error(tmp_path, toml, message):
    path = tmp_path / "c.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_corrections(path)


def test_a_name_alone_is_nothing_to_merge(docs, tmp_path):
    table, report = correct(docs, tmp_path, '[[merge]]\nnames = ["Zorb Holding", "Zorb"]')
    assert report["matched"].tolist() == [0]
    assert table["name"].tolist()[-1] == "Zorb"


def test_a_rule_for_another_document_changes_nothing(docs, tmp_path):
    table, report = correct(docs, tmp_path, '[[ignore]]\ntext = "Acme"\ndoc_id = "b"')
    assert "Acme" in table["text"].tolist()
    assert report["matched"].tolist() == [0]


PLACE = '[[place]]\nname = "Zorb"\nlatitude = 34.5\nlongitude = 41\ncountry = "SY"\n'
SPEAKER = '[[speaker]]\nfrom = "the Spokesman"\nto = "Leo Ruiz"\n'


def test_what_is_ignored_is_no_place_either():
    doc = Doc(Vocab(), words="Libya lost the road from Misrata to Sirte .".split(), ents=["B-GPE", *["O"] * 8])
    assert extract_places({"a": doc})["text"].tolist() == ["Libya", "Misrata", "Sirte"]
    rules = [{"rule": 1, "action": "ignore", "text": "misrata", "doc_id": "a"}]
    assert extract_places({"a": doc}, corrections=rules)["text"].tolist() == ["Libya", "Sirte"]


def test_corrections_are_found_beside_the_document(tmp_path):
    for name in ("story.html", "other.txt"):
        (tmp_path / name).write_text("Zorb fell.", encoding="utf-8")
    (tmp_path / "story.corrections.toml").write_text(SPEAKER + PLACE, encoding="utf-8")
    found = find_corrections(tmp_path)
    assert [(rule["rule"], rule["action"], rule["doc_id"]) for rule in found] == [
        (1, "place", "story"),
        (2, "speaker", "story"),
    ]
    assert find_corrections(tmp_path / "other.txt") == []


def test_a_place_is_put_where_the_file_says_and_in_its_document_only(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(PLACE, encoding="utf-8")
    rules = [rule | {"doc_id": "a"} for rule in read_corrections(path)]
    docs = {doc_id: Doc(Vocab(), words=["In", "Zorb"], ents=["O", "B-GPE"]) for doc_id in "ab"}
    places = extract_places(docs, corrections=rules)
    assert places["country"].tolist()[0] == "SY"
    assert places["latitude"].notna().tolist() == [True, False]
    assert places["evidence"].iloc[0] == "correction 1"
    assert report_places(places, rules)["matched"].tolist() == [1]
    assert report_places(places.iloc[1:], rules)["matched"].tolist() == [0]


def test_a_speaker_becomes_the_one_who_is_quoted_under_that_name(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(SPEAKER + SPEAKER.replace("the Spokesman", "Nobody"), encoding="utf-8")
    rows = [
        {"doc_id": "a", "speaker": "Ruiz", "speaker_name": "Leo Ruiz", "entity_id": "e3", "source_kind": "named"},
        {"doc_id": "a", "speaker": "the spokesman", "speaker_name": None, "entity_id": None, "source_kind": "unnamed"},
        {"doc_id": "a", "speaker": None, "speaker_name": None, "entity_id": None, "source_kind": "none"},
    ]
    quotes, report = correct_speakers(pd.DataFrame(rows), read_corrections(path))
    assert quotes["speaker_name"].tolist()[:2] == ["Leo Ruiz", "Leo Ruiz"]
    assert quotes["entity_id"].tolist()[:2] == ["e3", "e3"]
    assert quotes["source_kind"].tolist() == ["named", "named", "none"]
    assert report["matched"].tolist() == [1, 0]


def test_words_find_a_quotation_that_the_text_gives_to_nobody(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text('[[speaker]]\nquote = "left to go back"\nto = "Ana Ruiz"\n', encoding="utf-8")
    nobody = {"doc_id": "a", "speaker": None, "speaker_name": None, "entity_id": None, "source_kind": "none"}
    rows = [nobody | {"text": text} for text in ("There is nothing left to go back to.", "We left to go backwards.")]
    quotes, report = correct_speakers(pd.DataFrame(rows), read_corrections(path))
    assert quotes["speaker_name"].tolist()[0] == "Ana Ruiz"
    assert quotes["speaker"].isna().all()
    assert quotes["source_kind"].tolist() == ["named", "none"]
    assert report["matched"].tolist() == [1]


def test_names_match_whatever_their_case_and_with_their_title(tmp_path):
    words = "CEDAR FALLS , Iowa . Cedar Falls thanked Mr. Keller . Who saw the cedar falls ?".split()
    docs = {"a": Doc(Vocab(), words=words, ents=["O"] * 9 + ["B-PERSON"] + ["O"] * 7)}
    table, report = correct(
        docs,
        tmp_path,
        """
        [[add]]
        text = "Cedar Falls"
        label = "GPE"
        [[add]]
        text = "WHO"
        label = "ORG"
        [[rename]]
        name = "Mr. Keller"
        to = "Jan Keller"
        """,
    )
    assert report["matched"].tolist() == [2, 0, 1]
    assert table["text"].tolist() == ["CEDAR FALLS", "Cedar Falls", "Keller"]
    assert table["entity_id"].nunique() == 2
    assert table["name"].iloc[-1] == "Jan Keller"
