import json
import math
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.entities import extract_entities
from newslab.parsing import parse_articles
from newslab.places import COLUMNS, extract_places

CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "places.jsonl").read_text().splitlines()]


def place(text: str, *mentions: str, labels: dict[str, str] | None = None) -> pd.DataFrame:
    """The table for a text whose place names are given; each counts where it first occurs."""
    rows = []
    for mention in mentions:
        label = (labels or {}).get(mention, "GPE")
        start = text.index(mention)
        rows.append(("a", start, start + len(mention), mention, label, mention, mention))
    columns = ["doc_id", "start", "end", "text", "label", "entity_id", "name"]
    entities = pd.DataFrame(sorted(rows), columns=columns)
    return extract_places({"a": Doc(Vocab(), words=[text], spaces=[False])}, entities=entities)


def test_rows_are_mentions_in_order_with_their_places():
    table = place("From Tunis to Cairo", "Tunis", "Cairo")
    assert table[["start", "end", "text", "country"]].to_numpy().tolist() == [
        [5, 10, "Tunis", "TN"],
        [14, 19, "Cairo", "EG"],
    ]
    assert table["kind"].tolist() == ["capital", "capital"]


@pytest.mark.parametrize("text", ["", "  \n ", "!!! ...", "😀 ١٢٣"])
def test_odd_text_gives_no_rows_but_all_columns(text):
    doc = Doc(Vocab(), words=text.split(), ents=["O"] * len(text.split()))
    table = extract_places({"a": doc})
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert table.empty


def test_a_document_without_entities_marked_is_an_error():
    with pytest.raises(ValueError, match=r"document 'a17' has no entities marked; parse it with 'ner'"):
        extract_places({"a17": Doc(Vocab(), words=["Tokyo"])})


def test_entities_without_labels_are_an_error():
    with pytest.raises(ValueError, match="entities has no column label"):
        extract_places({}, entities=pd.DataFrame(columns=["doc_id", "start", "end", "text"]))


def test_an_unplaced_mention_stays_with_the_country_its_text_suggests():
    row = place("Raqqa, Homs and Qworblat", "Raqqa", "Homs", "Qworblat").iloc[2]
    assert math.isnan(row["latitude"])
    assert math.isnan(row["longitude"])
    assert pd.isna(row["geoname_id"])
    assert (row["country"], row["candidates"]) == ("SY", 0)
    assert "not in the gazetteer" in row["evidence"]


def test_parties_and_faiths_are_no_places_but_peoples_are():
    table = place("Muslim and Dutch", "Muslim", "Dutch", labels={"Muslim": "NORP", "Dutch": "NORP"})
    assert table[["text", "country", "kind"]].to_numpy().tolist() == [["Dutch", "NL", "demonym"]]


def test_a_building_is_no_town_of_its_name():
    table = place("The White House", "White House", labels={"White House": "FAC"})
    assert table["country"].tolist() == ["US"]
    assert table["kind"].tolist() == ["building"]


def test_a_part_of_a_longer_name_says_of_which():
    table = place(
        "Oslo and Oslo University Hospital",
        "Oslo",
        "Oslo University Hospital",
        labels={"Oslo University Hospital": "ORG"},
    )
    assert table[["start", "text", "country"]].to_numpy().tolist() == [[0, "Oslo", "NO"], [9, "Oslo", "NO"]]
    assert table["part_of"].tolist()[1] == "Oslo University Hospital"
    assert pd.isna(table["part_of"].iloc[0])


def test_a_firm_with_an_abbreviated_name_is_not_in_a_town_of_that_name():
    assert place("Ghana and Jos. Smith Bank", "Ghana", "Jos. Smith Bank", labels={"Jos. Smith Bank": "ORG"})[
        "text"
    ].tolist() == ["Ghana"]


def test_a_site_stands_at_the_town_whose_name_it_bears():
    table = place("Lima then Lima Airport", "Lima", "Lima Airport", labels={"Lima Airport": "FAC"})
    site = table[table["text"] == "Lima Airport"].iloc[0]
    assert (site["kind"], site["country"]) == ("facility", "PE")
    assert pd.isna(site["geoname_id"])


@pytest.mark.parametrize(("city", "kind"), [("Lisbon", "capital"), ("Washington", "capital"), ("New York", "city")])
def test_a_site_in_no_gazetteer_stands_in_the_city_not_in_its_province(city, kind):
    table = place(f"The Rivoli Arena in {city}", "Rivoli Arena", city, labels={"Rivoli Arena": "FAC"})
    assert table["kind"].tolist()[1] == kind


def test_a_name_in_no_gazetteer_does_not_choose_among_namesakes():
    table = place("The Qworblat Fair in St. Louis", "Qworblat Fair", "St. Louis")
    assert (table["country"].tolist()[1], table["kind"].tolist()[1]) == ("US", "city")


@pytest.mark.parametrize("label", ["PERSON", "ORG"])
def test_a_name_taken_for_something_else_is_a_place_near_the_others(label):
    labels = {"Misrata": label}
    assert place("Libya lost the road from Misrata", "Libya", "Misrata", labels=labels)["text"].tolist() == [
        "Libya",
        "Misrata",
    ]
    assert place("Libya thanked Misrata", "Libya", "Misrata", labels=labels)["text"].tolist() == ["Libya"]
    assert place("Peru lost the road from Misrata", "Peru", "Misrata", labels=labels)["text"].tolist() == ["Peru"]


def test_places_that_nobody_marked_are_found_near_the_others():
    text = "Natchez, Mississippi, mourned in May. Families drove to Vicksburg; Adams County Sheriff Lee Pratt spoke."
    assert place(text, "Natchez", "Mississippi")["text"].tolist() == [
        "Natchez",
        "Mississippi",
        "Vicksburg",
        "Adams County",
    ]


def test_the_county_of_a_sheriff_is_a_place_and_the_sheriff_is_not():
    name = "Adams County Sheriff Lee Pratt"
    assert place(name, name, labels={name: "PERSON"})["text"].tolist() == ["Adams County"]


def test_a_name_taken_for_a_person_is_a_place_where_the_text_says_so():
    text = "Norman, Okla., cheered. Norman Mills wept."
    table = place(text, "Norman", "Norman Mills", labels={"Norman": "PERSON", "Norman Mills": "PERSON"})
    assert table[["text", "country"]].to_numpy().tolist() == [["Norman", "US"]]


@pytest.mark.parametrize("name", ["NERI", "AMEL"])
def test_an_acronym_is_no_village(name):
    row = place(f"Ohio and {name}", "Ohio", name).iloc[1]
    assert pd.isna(row["kind"])
    assert row["text"] == name


def test_points_of_the_compass_are_no_villages():
    assert place("The West and Ghana", "West", "Ghana")["text"].tolist() == ["Ghana"]


def test_a_country_is_suggested_only_where_it_stands_out():
    row = place("Raqqa, Mosul, Homs, Erbil and Qworblat", "Raqqa", "Mosul", "Homs", "Erbil", "Qworblat").iloc[4]
    assert pd.isna(row["country"])


def test_hyphenated_halves_are_rejoined():
    table = place("Rain in Gilgit-Baltistan fell", "Gilgit")
    assert table[["text", "country"]].to_numpy().tolist() == [["Gilgit-Baltistan", "PK"]]


def test_a_town_taken_for_a_person_is_known_by_the_list_it_stands_in():
    table = place(
        "Cairo, Giza and Nasser spoke", "Cairo", "Giza", "Nasser", labels={"Giza": "PERSON", "Nasser": "PERSON"}
    )
    assert table["text"].tolist() == ["Cairo", "Giza"]


def test_a_town_is_called_as_in_the_text_and_a_country_by_its_usual_name():
    table = place(
        "Syrians and Britons in Homs, Hama and Palmyra",
        "Britons",
        "Homs",
        "Hama",
        "Palmyra",
        "Syrians",
        labels={"Syrians": "NORP", "Britons": "NORP"},
    )
    assert table["name"].tolist() == ["Syria", "United Kingdom", "Homs", "Hama", "Palmyra"]
    assert table["evidence"].iloc[4].endswith("listed as Tadmur")


def test_a_village_without_company_is_not_believed():
    alone = place("Life on Earth and in Ghana", "Earth", "Ghana").iloc[0]
    assert math.isnan(alone["latitude"])
    assert "only a village" in alone["evidence"]
    assert place("Life in Earth, Texas", "Earth", "Texas")["country"].tolist() == ["US", "US"]


def test_a_known_place_wins_over_the_gazetteer_and_fills_its_gaps():
    rows = [("a", 0, 7, "Baghouz", "GPE", "e1", "Baghouz"), ("a", 12, 18, "Baghuz", "GPE", "e1", "Baghouz")]
    entities = pd.DataFrame(rows, columns=_entity_columns())
    doc = Doc(Vocab(), words=["Baghouz and Baghuz"], spaces=[False])
    known = {"Baghouz": {"latitude": 34.4517, "longitude": 40.9494, "country": "SY"}}
    table = extract_places({"a": doc}, entities=entities, known=known)
    assert (
        table[["name", "latitude", "country", "evidence"]].to_numpy().tolist()
        == [["Baghouz", 34.4517, "SY", "given with the call"]] * 2
    )
    assert table["geoname_id"].isna().all()


def test_a_known_place_without_a_point_is_an_error():
    with pytest.raises(ValueError, match="known place 'Baghuz' is at 34, None; give degrees"):
        extract_places({}, entities=_entities(), known={"Baghuz": {"latitude": 34}})


def test_a_dateline_is_a_place():
    table = extract_places({"a": Doc(Vocab(), words=["NAIROBI (Reuters) — Rain fell."], ents=["O"])})
    assert table[["start", "end", "country"]].to_numpy().tolist() == [[0, 7, "KE"]]


def test_long_odd_text_takes_no_time():
    text = "A" * 100_000 + " ,'\"" * 50_000 + "THE " * 50_000 + "A." * 100_000 + "in A-A" * 50_000 + "<b" * 50_000
    doc = Doc(Vocab(), words=[text], spaces=[False])
    assert extract_places({"a": doc}, entities=_entities().iloc[:0]).empty


def test_a_name_has_one_place_in_a_document():
    table = place("Paris, Texas. Everybody in Paris, said Paris.", "Paris", "Texas")
    again = pd.DataFrame([("a", 27, 32, "Paris", "GPE", "Paris", "Paris")], columns=_entity_columns())
    both = extract_places({"a": _doc()}, entities=pd.concat([_entities(), again]))
    assert set(table["country"]) == {"US"}
    assert both["geoname_id"].iloc[0] == both["geoname_id"].iloc[2]


def test_the_same_call_gives_the_same_table_and_leaves_entities_alone():
    entities = _entities()
    before = entities.copy()
    pd.testing.assert_frame_equal(
        extract_places({"a": _doc()}, entities=entities), extract_places({"a": _doc()}, entities=entities)
    )
    pd.testing.assert_frame_equal(entities, before)


def _entity_columns() -> list[str]:
    return ["doc_id", "start", "end", "text", "label", "entity_id", "name"]


def _doc() -> Doc:
    return Doc(Vocab(), words=["Paris, Texas. Everybody in Paris, said Paris."], spaces=[False])


def _entities() -> pd.DataFrame:
    rows = [("a", 0, 5, "Paris", "GPE", "e1", "Paris"), ("a", 7, 12, "Texas", "GPE", "e2", "Texas")]
    return pd.DataFrame(rows, columns=_entity_columns())


@pytest.fixture(scope="module")
def case_tables() -> dict[str, pd.DataFrame]:
    texts = list(dict.fromkeys(c["text"] for c in CASES))
    docs = parse_articles(pd.DataFrame({"doc_id": texts, "text": texts}))
    return dict(list(extract_places(docs, entities=extract_entities(docs)).groupby("doc_id")))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case["label"], marks=[pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        )
        for case in CASES
    ],
)
def test_cases(case, case_tables):
    table = case_tables[case["text"]]
    row = table[table["text"] == case["mention"]].iloc[0]
    if "country" in case:
        assert row["country"] == case["country"]
    if "kind" in case:
        assert row["kind"] == case["kind"] or (case["kind"] is None and pd.isna(row["kind"]))
    if "near" in case:
        latitude, longitude = case["near"]
        assert math.hypot(row["latitude"] - latitude, row["longitude"] - longitude) < 0.5
