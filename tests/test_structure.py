import json
from pathlib import Path

import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.parsing import parse_articles
from newslab.structure import extract_paragraphs, extract_sentences

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "structure.jsonl").read_text(encoding="utf-8").splitlines()
]

STORY = [
    "Harbour bridge delayed again as Tolland council runs short of money",
    "The new bridge over the harbour at Tolland will open two years later than promised, the council admitted on"
    " Tuesday, after its budget for the steel ran out in the spring.",
    "Councillor Maria Venn, who chairs the harbour committee, said the steel for the last two spans had doubled in"
    " price since the contract was signed, and that the port could not pay for it alone.",
    "Ferry operators, who carry some nine thousand commuters a day across the harbour, welcomed the delay. The bridge"
    " would have put them out of business within a year, their union has warned.",
    "Opposition members of the council want an inquiry into the contract. They say that the committee knew of the"
    " shortfall in Tolland's budget before the election and kept it from voters.",
    "Venn denied this. The figures reached the port only in May, she said, and the committee had published them as"
    " soon as the steel maker confirmed its price for the spans.",
    "A smaller bridge, without the cycle lanes the council had asked for, is now being drawn up by the engineers and"
    " would need a third less steel.",
]
STRANGER = (
    "The goalkeeper saved two penalties before Halvorsen headed the winner in the final minute, sending the home fans"
    " into raptures and the visitors out of the cup."
)


def parse(texts: dict[str, str]) -> dict[str, Doc]:
    return parse_articles(pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())}))


@pytest.fixture(scope="module")
def case_paragraphs() -> pd.DataFrame:
    texts = {case["label"]: "\n\n".join([*STORY[:3], case["line"], *STORY[3:]]) for case in CASES}
    return extract_paragraphs(parse(texts))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["label"], marks=[pytest.mark.xfail] * (case.get("expect") == "fail"))
        for case in CASES
    ],
)
def test_lines_are_known_by_form_and_tie(case_paragraphs, case):
    rows = case_paragraphs[case_paragraphs["doc_id"] == case["label"]]
    line = rows[rows["text"] == case["line"]].iloc[0]
    assert line["role"] == case["role"]
    assert (None if pd.isna(line["kind"]) else line["kind"]) == case.get("kind")


def test_the_story_around_a_line_stays_headline_and_body(case_paragraphs):
    story = case_paragraphs[case_paragraphs["text"].isin(STORY)]
    assert set(story[story["text"] == STORY[0]]["role"]) == {"headline"}
    assert set(story[story["text"] != STORY[0]]["role"]) == {"body"}
    assert not story["off_topic"].any()


def test_a_stranger_is_flagged_with_its_headline_and_nothing_else_is():
    heading = "Halvorsen heads Rovers into cup semi-final"
    docs = parse({"a": "\n".join([*STORY[:4], heading, STRANGER, *STORY[4:]])})
    table = extract_paragraphs(docs)
    assert table[table["off_topic"]]["text"].to_list() == [heading, STRANGER]
    body = table[table["role"] == "body"]
    assert body.loc[body["topic_score"].idxmin(), "text"] == STRANGER


def test_an_interview_is_no_furniture():
    asked = ["What would you tell commuters?", "Do you sleep well?", "Would you sign again?", "Who pays?", "When?"]
    answers = ["Take your bicycle.", "You get used to it.", "Not at night.", "Ask me in spring.", "You heard me."]
    lines = [line for pair in zip(asked, answers, strict=True) for line in pair]
    docs = parse({"interview": "\n".join([*STORY, *lines]), "story": "\n".join([*STORY, *lines[:4]])})
    table = extract_paragraphs(docs)
    n_furniture = table["role"].eq("boilerplate").groupby(table["doc_id"]).sum()
    assert n_furniture["interview"] == 0
    assert n_furniture["story"] > 1


def test_questions_and_answers_in_a_story_are_no_furniture():
    lines = [
        *("Do you sleep well?", "You get used to it.", "Who pays for it?", "Ask me in spring."),
        *("Would you sign again?", "Not at night."),
    ]
    table = extract_paragraphs(parse({"a": "\n".join([*STORY, *STORY[1:], *STORY[1:], *STORY[1:], *lines, STORY[1]])}))
    assert set(table[table["text"].isin(lines)]["role"]) <= {"body", "headline"}


@pytest.mark.parametrize(
    "lines",
    [
        ["HOST: Thank you for coming.", "PARK: Good evening.", "HOST: Did you sleep?", "PARK: Ask my dog."],
        ["Bins: No change.", "Lamps: Two per street.", "Buses: Cheaper for pupils.", "Dogs: Keep yours on the lead."],
    ],
)
def test_turns_and_entries_that_open_with_a_name_are_no_furniture(lines):
    assert set(read_roles(*STORY[:4], *lines, *STORY[4:])[lines]) == {"body"}
    assert read_roles(*STORY[:4], lines[0], *STORY[4:])[lines[0]] == "boilerplate"


@pytest.mark.parametrize("line", ["Who pays for the flood wall?", "The last lamplighters of Veremont"])
def test_a_teaser_over_a_story_is_its_headline(line):
    table = extract_paragraphs(parse({"a": "\n".join([line, *STORY[1:]])}), topics=False)
    assert table["role"].to_list() == ["headline", *["body"] * (len(STORY) - 1)]


def read_roles(*lines: str) -> pd.Series:
    return extract_paragraphs(parse({"a": "\n".join(lines)}), topics=False).set_index("text")["role"]


def test_furniture_above_a_headline_does_not_hide_it():
    top = ["Search", "SPORT | CULTURE | MONEY"]
    for line in ("What voters forgot about concrete", "Stop trusting your steel makers"):
        assert read_roles(*top, line, *STORY[1:]).to_list() == [*["boilerplate"] * 2, "headline", *["body"] * 6]


def test_headlines_stacked_over_a_story_may_be_about_any_part_of_it():
    stacked = [STORY[0], "Union of ferry operators welcomes delay", "Smaller bridge without cycle lanes drawn up"]
    assert set(read_roles(*stacked, *STORY[1:])[stacked]) == {"headline"}


def test_a_line_in_the_past_tense_is_no_label():
    line = "The driest week was that of the regatta in July"
    assert read_roles(*STORY[:4], line, *STORY[4:])[line] != "boilerplate"


def test_a_clause_that_names_nothing_heads_its_part_if_other_parts_are_headed_so():
    line = "There is space for prams"
    headed = [*STORY[:2], "Steel has doubled in price", STORY[2], "Ferry operators welcome the delay", *STORY[3:5]]
    assert read_roles(*headed, line, *STORY[5:])[line] == "headline"
    link = "Actor weds in secret"
    assert read_roles(*headed, link, *STORY[5:])[link] == "boilerplate"
    assert read_roles(*STORY[:5], line, *STORY[5:])[line] == "boilerplate"


def test_what_heads_nothing_is_a_link():
    line = "Ferry union in row over bridge contract"
    assert read_roles(*STORY[:4], line, *STORY[4:])[line] == "headline"
    assert read_roles(*STORY, line)[line] == "boilerplate"


def test_a_text_that_speaks_to_its_reader_may_tell_them_what_to_do():
    recipe = [
        "Slice the onions, salt them well and leave them in a bowl for as long as it takes you to scrub the pot.",
        "Rinse the barley in the bowl until the water runs clear, then let it simmer with the onions on a low flame for"
        " half an hour, or longer if you like it soft.",
    ]
    assert set(read_roles("Barley and onions for a cold week", *recipe, "Serve at once.")[1:]) == {"body"}
    assert read_roles(*STORY[:4], "Serve at once.", *STORY[4:])["Serve at once."] == "boilerplate"


def test_who_speaks_of_themselves_may_address_us_in_short():
    speech = [
        "When I took this office the quay was a heap of rust, and they told me no ship would ever tie up at it again.",
        "Lift your eyes.",
        "We have mended nine cranes since then, without a crown of debt, and we shall mend the other three by winter.",
        "Good evening.",
    ]
    assert set(read_roles(*speech)) == {"body"}
    assert read_roles(*STORY, speech[1])[speech[1]] == "boilerplate"


def test_advice_may_begin_with_never():
    advice = [
        "Never light a stove in a tent, however cold it is. Its fumes have no smell and kill in sleep.",
        "Keep the batteries of lamps warm in the sleeping bag. In hard frost they last for half as long as in summer.",
        "Ring a friend before setting out.",
    ]
    assert set(read_roles("Camping in the frost", *advice)[1:]) == {"body"}


def test_lines_that_open_with_figures_are_a_list():
    items = ["200g steel wool", "2 pots of paint", "Oil from the harbour", "3 brushes"]
    roles = read_roles(*STORY[:4], *items, *STORY[4:])
    assert set(roles[items]) == {"body"}


def test_a_note_on_who_wrote_it_is_furniture():
    note = "Ana Lind has written about the harbour and its ferries since 2009."
    assert read_roles(*STORY, note)[note] == "body"
    assert read_roles(STORY[0], "By Ana Lind and Peter Ross", *STORY[1:], note)[note] == "boilerplate"


def test_a_story_does_not_end_by_telling_who_somebody_new_is():
    note = "Peter Ross teaches geology and keeps bees."
    assert read_roles(*STORY, note, "Most read")[note] == "boilerplate"
    assert read_roles(*STORY[:4], note, *STORY[4:])[note] == "body"
    assert read_roles(*STORY, "Maria Venn remains in charge.")["Maria Venn remains in charge."] == "body"


def test_what_trails_a_page_is_furniture_like_the_lines_before_it():
    line = "Comments are closed."
    assert read_roles(*STORY, line)[line] == "body"
    assert read_roles(*STORY, "Most read", "Terms | Privacy", line)[line] == "boilerplate"


def test_a_list_behind_a_label_is_of_links_if_it_is_of_other_stories():
    news = ["• Ferry union welcomes the delay", "• Inquiry into the contract", "• No cycle lanes"]
    links = ["• Ten beaches for the summer", "• Actor weds in secret", "• Quiz: name these cheeses"]
    docs = parse(
        {
            kind: "\n".join([*STORY[:4], "Related stories:", *lines, *STORY[4:]])
            for kind, lines in {"news": news, "links": links}.items()
        }
    )
    table = extract_paragraphs(docs).set_index("text")
    assert set(table.loc[news, "role"]) == {"body"}
    assert set(table.loc[links, "role"]) == {"boilerplate"}


def test_what_the_page_marks_up_as_a_heading_is_a_headline_unless_it_leads_elsewhere():
    links = ["- Ten beaches for the summer", "- Actor weds in secret", "- Quiz: name these cheeses"]
    lines = [*STORY[:4], "22:15 Queues and complaints", *STORY[4:], "Most read", *links]
    text = "\n".join(lines)
    headings = [lines[0], "22:15 Queues and complaints", "Most read"]
    starts = " ".join(str(text.index(line)) for line in headings)
    articles = pd.DataFrame({"doc_id": ["a"], "text": [text], "heading_starts": [starts]})
    roles = extract_paragraphs(parse_articles(articles)).set_index("text")["role"]
    assert roles[headings].to_list() == ["headline", "headline", "boilerplate"]
    assert extract_paragraphs(parse({"a": text})).set_index("text")["role"][headings[1]] == "boilerplate"


def test_a_list_under_marked_up_heading_is_of_links_only_if_no_item_is_of_the_story():
    items = ["- Buses 7 and 9 end at the harbour", "- Lorries go round by Millfield", "- Footpath lit until midnight"]
    text = "\n".join([*STORY[:4], "What closes when", *items, *STORY[4:]])
    heading = str(text.index("What closes when"))
    articles = pd.DataFrame({"doc_id": ["a"], "text": [text], "heading_starts": [heading]})
    roles = extract_paragraphs(parse_articles(articles), topics=False).set_index("text")["role"]
    assert roles["What closes when"] == "headline"
    assert set(roles[items]) == {"body"}


def test_nothing_is_flagged_in_a_brief_or_without_topics():
    docs = parse({"brief": f"{STORY[1]}\n{STRANGER}", "long": "\n".join([*STORY, STRANGER])})
    assert not extract_paragraphs({"brief": docs["brief"]})["off_topic"].any()
    table = extract_paragraphs(docs, topics=False)
    assert not table["off_topic"].any()
    assert table["topic_score"].isna().all()


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
    with pytest.raises(ValueError, match="and 'attribute_ruler'"):
        extract_paragraphs({"a": Doc(Vocab(), words=["Two", "words"], tags=["CD", "NNS"])})


@pytest.mark.parametrize("text", ["", " \n ", "...", "12 13", '"' * 300, "😀\n😀", "مرحبا بالعالم"])
def test_odd_text_gives_rows_that_show_the_text(text):
    docs = parse({"a": text})
    for table in (extract_paragraphs(docs), extract_sentences(docs)):
        assert [text[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == table["text"].to_list()
