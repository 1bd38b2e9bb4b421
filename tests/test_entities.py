import json
import time
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.entities import COLUMNS, extract_entities
from newslab.entities.lexicon import fold_name
from newslab.parsing import parse_articles


def make_doc(text: str) -> Doc:
    """A Doc from words parted by blanks; ``Name_of_it/LABEL`` is an entity of those words."""
    words, ents = [], []
    for piece in text.split():
        name, slash, label = piece.partition("/")
        parts = name.split("_")
        words += parts
        ents += [f"B-{label}"] + [f"I-{label}"] * (len(parts) - 1) if slash else ["O"] * len(parts)
    return Doc(Vocab(), words=words, ents=ents)


def extract(text: str, **options) -> list[dict]:
    doc = make_doc(text)
    rows = extract_entities({"a": doc}, **options).to_dict("records")
    assert all(doc.text[row["start"] : row["end"]] == row["text"] for row in rows)
    return rows


def labels(text: str) -> dict[str, str]:
    return {row["text"]: row["label"] for row in extract(text)}


def together(text: str) -> list[list[str]]:
    """The different strings of each entity that has several."""
    by_id: dict[str, list[str]] = {}
    for row in extract(text):
        strings = by_id.setdefault(row["entity_id"], [])
        if row["text"] not in strings:
            strings.append(row["text"])
    return [strings for strings in by_id.values() if len(strings) > 1]


def test_mentions_are_located_by_character_and_lose_article_and_possessive():
    rows = extract("But the_Red_Cross_'s/ORG doctors left .")
    assert [(r["start"], r["end"], r["text"]) for r in rows] == [(8, 17, "Red Cross")]


@pytest.mark.parametrize("text", ["", "  \n ", "!!! ... ,,,", "'' \" ”", "😀 ١٢٣ 12"])
def test_odd_text_gives_no_rows_but_all_columns(text):
    table = extract_entities({"a": Doc(Vocab(), words=text.split(), ents=["O"] * len(text.split()))})
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert table.empty


def test_a_document_without_entities_marked_is_an_error():
    with pytest.raises(ValueError, match=r"document 'a17' has no entities marked; parse it with 'ner'"):
        extract_entities({"a17": Doc(Vocab(), words=["Tokyo"])})


def test_an_unknown_label_is_an_error():
    with pytest.raises(ValueError, match="labels has DATE"):
        extract_entities({}, labels={"DATE", "ORG"})


def test_labels_select_rows_and_leave_ids_alone():
    text = "Tokyo/GPE thanked Toyota/ORG ."
    assert [(r["text"], r["entity_id"]) for r in extract(text, labels={"ORG"})] == [("Toyota", "e2")]


def test_a_title_stands_outside_the_name_and_makes_a_person():
    rows = extract("Gen_Duran/ORG and Duran/GPE met Prime Minister Okoye/PERSON .")
    assert [(r["text"], r["label"], r["title"]) for r in rows if r["title"] == r["title"]] == [
        ("Duran", "PERSON", "Gen"),
        ("Okoye", "PERSON", "Prime Minister"),
    ]
    assert rows[1]["label"] == "PERSON"


def test_part_of_a_company_is_nobody_unless_someone_has_the_name():
    assert labels("Olmec_Bank/ORG rose . Olmec/PERSON fell .")["Olmec"] == "ORG"
    assert labels("Ana_Olmec/PERSON left Olmec_Bank/ORG . Olmec/PERSON fell .")["Olmec"] == "PERSON"


def test_a_settlement_noun_makes_a_place():
    assert labels("The village of Tarhun/ORG fell . Tarhun/ORG burned .") == {"Tarhun": "GPE"}


def test_missed_mentions_of_a_name_are_found():
    rows = extract("Lomax/ORG paid . Later Lomax paid again .")
    assert [r["evidence"] for r in rows] == ["model", "same string"]


def test_what_the_model_said_is_kept_beside_what_was_decided():
    rows = extract("Mr Bali/GPE left . Bali ran .")
    assert [(r["label"], r["model_label"], r["evidence"]) for r in rows[:1]] == [("PERSON", "GPE", "model; title Mr")]
    assert [(r["label"], r["evidence"]) for r in rows[1:]] == [("PERSON", "same string; title Mr")]
    assert rows[1]["model_label"] != rows[1]["model_label"]  # null


@pytest.mark.parametrize(
    ("text", "name"),
    [("<b>Ana_Ruiz<br/PERSON > left", "Ana Ruiz"), ("<i>Lima/GPE rose", "Lima"), ("href='x'>Lima/GPE rose", "Lima")],
)
def test_markup_is_no_part_of_a_name(text, name):
    assert [row["text"] for row in extract(text)] == [name]


def test_parts_of_names_and_acronyms_are_found_where_the_model_misses_them():
    rows = extract("Ana_Ruiz_Vega/PERSON joined the World_Fair_Trade_Board/ORG . Ruiz left the WFTB ; Ana stayed .")
    assert [(r["text"], r["name"]) for r in rows[2:]] == [
        ("Ruiz", "Ana Ruiz Vega"),
        ("WFTB", "World Fair Trade Board"),
        ("Ana", "Ana Ruiz Vega"),
    ]


def resolved(text: str) -> list[tuple[str, str, str]]:
    """Text, name and evidence of what stands for a name without being one."""
    return [
        (r["text"], r["name"], r["evidence"])
        for r in extract(text)
        if r["evidence"].startswith(("office", "short for"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mayor Ana_Ruiz/PERSON left . The Mayor ran .", [("Mayor", "Ana Ruiz")]),
        ("Ana_Ruiz/PERSON , the mayor of Lima/GPE , left . The Mayor ran .", [("Mayor", "Ana Ruiz")]),
        ("The home secretary , Ana_Ruiz/PERSON , left . The Home Secretary ran .", [("Home Secretary", "Ana Ruiz")]),
        ("Home Secretary Ana_Ruiz/PERSON left . Then the Secretary ran .", [("Secretary", "Ana Ruiz")]),
        ("Mayor Ana_Ruiz/PERSON met Mayor Leo_Kost/PERSON . The Mayor ran .", []),
        ("Mayor Ana_Ruiz/PERSON ran . The Mayor greeted Mayor Leo_Kost/PERSON .", [("Mayor", "Ana Ruiz")]),
        ("Mayor Ana_Ruiz/PERSON left . Later the Mayor Leo_Kost/PERSON ran .", []),
        ("Deputy Mayor Ana_Ruiz/PERSON left . The Mayor ran .", []),
        ("President Ana_Ruiz/PERSON left . The President of Peru/GPE ran .", []),
        ("The Mayor ran . Mayor Ana_Ruiz/PERSON left .", []),
        ("Mayor Ana_Ruiz/PERSON left . The mayor ran .", []),
        ("The Royal_Seed_Board/ORG met . The Board voted .", [("Board", "Royal Seed Board")]),
        ("The Board_of_Seeds/ORG met . The Board voted .", [("Board", "Board of Seeds")]),
        ("The Seed_Board/ORG met the Fish_Board/ORG . The Board voted .", []),
        ("At Grange_Hotel/FAC , the Hotel burned .", [("Hotel", "Grange Hotel")]),
        ("Crown Prince Sheikh Nadim/PERSON left . The Crown Prince ran .", [("Crown Prince", "Nadim")]),
        ("Prime Minister Ana_Ruiz/PERSON left . The PM ran .", [("PM", "Ana Ruiz")]),
        ("Mayor Ana_Ruiz/PERSON left . The Mayor 's Office burned .", []),
        ("North_Korea/GPE rose . The North fell .", [("North", "North Korea")]),
        ("North_Haven/GPE rose . The North fell .", []),
        ("The White_House/ORG met . The House voted .", []),
    ],
)
def test_a_description_is_found_where_one_name_answers_to_it(text, expected):
    assert [found[:2] for found in resolved(text)] == expected


def test_the_name_is_never_a_description():
    rows = extract("Prime Minister Ruiz/PERSON left . The Prime Minister ran .")
    assert [(r["text"], r["name"], r["label"], r["evidence"]) for r in rows[1:]] == [
        ("Prime Minister", "Ruiz", "PERSON", "office of Ruiz; title Prime Minister")
    ]


def test_a_portfolio_is_no_body():
    rows = extract("Health/ORG Minister Ruiz/PERSON left .")
    assert [(r["text"], r["title"]) for r in rows] == [("Ruiz", "Health Minister")]


def test_letters_after_a_name_are_no_part_of_it():
    rows = extract("Fiona_Kost_KC/PERSON left . Kost/PERSON ran .")
    assert [(row["text"], row["name"]) for row in rows] == [("Fiona Kost", "Fiona Kost"), ("Kost", "Fiona Kost")]


def test_a_surname_is_of_the_only_one_named_before():
    rows = extract("Ana_Ruiz/PERSON ran . Ruiz/PERSON met Leo_Ruiz/PERSON . Ruiz/PERSON left .")
    assert [row["name"] for row in rows] == ["Ana Ruiz", "Ana Ruiz", "Leo Ruiz", "Ruiz"]
    assert [row["model_label"] for row in rows] == ["PERSON"] * 4


def test_a_role_in_capitals_is_no_part_of_a_name():
    rows = extract("Lawyer_Ana_Ruiz/PERSON left .")
    assert [row["text"] for row in rows] == ["Ana Ruiz"]


def test_a_score_is_no_part_of_a_name():
    assert [row["text"] for row in extract("Peru_2/ORG ; Chile_1/FAC ; Apollo_11/PRODUCT")] == [
        "Peru",
        "Chile",
        "Apollo 11",
    ]


def test_furniture_is_no_entity():
    assert extract("Latest_News/ORG") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana_Ruiz/PERSON left . Ruiz/PERSON ran .", [["Ana Ruiz", "Ruiz"]]),
        ("Ana_Ruiz/PERSON met Leo_Ruiz/PERSON . Ruiz/PERSON ran .", []),
        ("Ana_Ruiz/PERSON ran . Ruiz/PERSON met Leo_Ruiz/PERSON .", [["Ana Ruiz", "Ruiz"]]),
        ("Ruiz/PERSON ran . Ana_Ruiz/PERSON met Leo_Ruiz/PERSON .", []),
        ("Norvik_Shipping_AS/ORG sued . Norvik/ORG won .", [["Norvik Shipping AS", "Norvik"]]),
        ("The Fair_Trade_Board/ORG met . The FTB/ORG voted .", [["Fair Trade Board", "FTB"]]),
        ("ISIS/ORG lost , Daesh/ORG fled .", [["ISIS", "Daesh"]]),
        ("U.S./GPE troops , US/GPE jets .", [["U.S.", "US"]]),
        ("France/GPE won ; French/NORP fans sang .", []),
        ("Novak/PERSON , formerly known as Orel/PERSON , sang .", [["Novak", "Orel"]]),
        ("Larry_Kost/PERSON and Lawrence_Kost/PERSON .", [["Larry Kost", "Lawrence Kost"]]),
        ("Ana_B._Ruiz/PERSON and Ana_C._Ruiz/PERSON .", []),
        ("US_State_Department/ORG ; State_Department/ORG .", [["US State Department", "State Department"]]),
        (
            "Free_Farmer_Union/ORG or Free_Farmers_Union/ORG ; FFU/ORG .",
            [["Free Farmer Union", "Free Farmers Union", "FFU"]],
        ),
        ("Marlow_Port_Spokeswoman/ORG said Marlow_Port/ORG shut .", []),
        ("Marlow_Port_—_Dover/ORG and Marlow_Port/ORG .", []),
        ("Syrian/NORP troops ; Syrians/NORP fled .", [["Syrian", "Syrians"]]),
        ("Scottish/NORP and Welsh/NORP fans .", []),
        ("Magic/ORG and Magic_of_Oz/ORG .", []),
        ("In Baghouz/GPE and Baghuz/GPE .", [["Baghouz", "Baghuz"]]),
        ("Omar_Gadafi/PERSON ; Gadhafi/PERSON ; Gadafi/PERSON .", [["Omar Gadafi", "Gadhafi", "Gadafi"]]),
        ("J._P._Kost/PERSON is James_Kost/PERSON .", [["J. P. Kost", "James Kost"]]),
        ("Ana_Ruiz_Vega/PERSON ; Ruiz/PERSON .", [["Ana Ruiz Vega", "Ruiz"]]),
        ("Ana_Ruiz_Vega/PERSON ; Leo_Ruiz/PERSON ; Ruiz/PERSON .", [["Leo Ruiz", "Ruiz"]]),
        ("Ministry_of_Trade/ORG or Trade_Ministry/ORG .", [["Ministry of Trade", "Trade Ministry"]]),
        ("University_of_Texas/ORG ; Texas_University/ORG .", []),
        ("Mexico/GPE and Mexico_City/GPE .", []),
        ("Hebden_University/ORG and Hebden_University_Hospital/ORG .", []),
        ("Rovers_Club/ORG and Rovers_Club_Cup/EVENT .", []),
        ("Concord/ORG and Concord_Police_Department/ORG .", []),
        ("In Deir_Ezzor/GPE and Deir_ez-Zor/GPE .", [["Deir Ezzor", "Deir ez-Zor"]]),
        ("Department_of_Fish/ORG ; Department/ORG .", [["Department of Fish", "Department"]]),
        ("Marlow_Rovers/ORG ; Rovers/ORG .", [["Marlow Rovers", "Rovers"]]),
        ("Marlow_Rovers/ORG ; Ashby_Rovers/ORG ; Rovers/ORG .", []),
        ("ZBX_News/ORG ; ZBX/ORG .", [["ZBX News", "ZBX"]]),
        ("South_Korea/GPE ; the South/LOC .", [["South Korea", "South"]]),
        ("South_Korea/GPE ; Korea/GPE .", [["South Korea", "Korea"]]),
        ("South_Sudan/GPE ; Sudan/GPE .", []),
        ("African_Union/ORG ; Union/ORG .", [["African Union", "Union"]]),
        ("Hurricane_Olga/EVENT ; Olga/PERSON .", [["Hurricane Olga", "Olga"]]),
    ],
)
def test_aliases_are_merged(text, expected):
    assert together(text) == expected


def test_a_demonym_points_to_its_country():
    rows = extract("French/NORP fans in France/GPE cheered .")
    assert [r["related_id"] for r in rows] == ["e2", pytest.approx(float("nan"), nan_ok=True)]


@pytest.mark.parametrize(
    ("text", "related"),
    [
        ("Scottish/NORP and UK/GPE and Scotland/GPE", "e3"),  # the nearest
        ("Scottish/NORP and UK/GPE", "e2"),
        ("Texans/NORP left Texas/GPE", "e2"),
        ("Muslims/NORP left Peru/GPE", None),
    ],
)
def test_a_people_points_to_its_land_or_else_its_country(text, related):
    row = extract(text)[0]["related_id"]
    assert row == related or (related is None and row != row)


def test_folding_keeps_what_tells_names_apart():
    assert fold_name("the U.S.") == "us"
    assert fold_name("Côte d’Ivoire") == "cote divoire"


CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/entities.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def tables():
    articles = pd.DataFrame([{"doc_id": case["label"], "text": case["text"]} for case in CASES])
    return dict(list(extract_entities(parse_articles(articles)).groupby("doc_id")))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c["label"], marks=[pytest.mark.xfail(strict=True)] if c.get("expect") == "fail" else [])
        for c in CASES
    ],
)
def test_cases(case, tables):
    table = tables[case["label"]]
    of_text = table.groupby("text")["entity_id"].agg(set)
    for name, label in case.get("names", {}).items():
        assert set(table.loc[table["text"] == name, "label"]) == {label}, name
    for names in case.get("together", []):
        assert len(set.union(*(of_text[name] for name in names))) == 1
    for one, other in case.get("apart", []):
        assert not of_text[one] & of_text[other]
    assert not set(case.get("absent", [])) & set(of_text.index)


def test_ids_count_up_and_each_entity_has_one_label_and_one_name(tables):
    for table in tables.values():
        ids = list(table["entity_id"].drop_duplicates())
        assert ids == [f"e{n}" for n in range(1, len(ids) + 1)]
        assert not table[["entity_id", "label", "name"]].drop_duplicates()["entity_id"].duplicated().any()
        assert (table["end"].shift(fill_value=0) <= table["start"]).all()


def test_time_grows_with_length_not_with_its_square():
    def seconds(n: int) -> float:
        words = [word for i in range(n) for word in ("Ana", f"Ruiz{i}", "left", ".")]
        doc = Doc(Vocab(), words=words, ents=["B-PERSON", "I-PERSON", "O", "O"] * n)
        started = time.process_time()
        extract_entities({"a": doc})
        return time.process_time() - started

    seconds(10)
    # eight times the length; quadratic would take 64 times as long
    assert seconds(4000) < 30 * max(seconds(500), 0.01)


@pytest.fixture(scope="module")
def story():
    path = Path(__file__).parents[1] / "notebooks/data/000_fbcba355377e102d.txt"
    text = path.read_text(encoding="utf-8")
    return extract_entities(parse_articles(pd.DataFrame({"doc_id": ["story"], "text": [text]})))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Bali", "PERSON"),
        ("Twitter", "ORG"),
        ("Palmyra", "GPE"),
        ("Baghouz", "GPE"),
        ("Al Sukhna", "GPE"),
        ("Deir Ezzor", "GPE"),
        ("Thomas Muller", "PERSON"),
        ("Daesh", "ORG"),
    ],
)
def test_the_default_document_has_what_its_reader_sees(story, text, label):
    assert set(story.loc[story["text"] == text, "label"]) == {label}


def test_the_default_document_has_one_entity_for_each_thing(story):
    ids = story.groupby("text")["entity_id"].agg(set)
    assert len(set.union(*(ids[t] for t in ("IS", "ISIS", "Daesh", "Islamic State")))) == 1
    assert ids["Baghouz"] == ids["Baghuz"]
    assert not ids["Syria"] & ids["Syrian"]
    assert (story["text"] == "IS").sum() == 3
    assert "Latest News" not in ids.index
