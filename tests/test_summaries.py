import pandas as pd
import pytest

from newslab.quotes import extract_quotes
from newslab.summaries import (
    NO_SPEAKER,
    SOURCE_KINDS,
    count_conflicts,
    count_cues,
    count_source_kinds,
    count_speakers,
    count_unplaced,
    quote_sentences,
)


@pytest.fixture
def quotes() -> pd.DataFrame:
    rows = [
        ("We left", "Ms Ruiz", "Ana Ruiz", "named", None, "said", "neutral"),
        ("and nobody stopped us", "she", "Ana Ruiz", "named", None, "Said", "neutral"),
        ("the bridge is shut", "an aide", "an aide", "unnamed", "asked not to be named", "claimed", "claim"),
        ("it is over", "It", None, "none", None, "sobbed", None),
        ("Never", None, None, "none", None, None, None),
    ]
    names = ["text", "speaker", "speaker_name", "source_kind", "anonymity", "cue", "cue_class"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(doc_id="a", start=range(5), end=range(1, 6), cue_start=range(10, 15))


def test_speakers_are_counted_by_their_words_and_lead_to_their_first_quote(quotes):
    speakers = count_speakers(quotes)
    assert speakers["source"].tolist() == ["Ana Ruiz", "an aide", "“it”", NO_SPEAKER]
    assert speakers["n_words"].tolist() == [6, 4, 3, 1]
    assert speakers["share"].tolist() == pytest.approx([6 / 14, 4 / 14, 3 / 14, 1 / 14])
    assert speakers.loc[0, ["start", "text", "n_quotes"]].tolist() == [0, "We left", 2]
    assert speakers.loc[1, "anonymity"] == "asked not to be named"


def test_a_pronoun_that_nobody_is_known_for_is_not_the_same_as_no_speaker(quotes):
    kinds = count_source_kinds(quotes).set_index("source_kind")
    assert kinds["n_words"].to_dict() == {
        "named": 6,
        "unnamed": 4,
        "collective": 0,
        "document": 0,
        "pronoun": 3,
        "none": 1,
    }
    assert kinds["share"].sum() == pytest.approx(1)


def test_cues_are_counted_by_stance_without_regard_to_case(quotes):
    cues = count_cues(quotes).set_index("cue_class")
    assert cues["cues"].to_dict() == {"neutral": "said 2", "claim": "claimed 1", "not listed": "sobbed 1"}
    assert cues["share"].tolist() == [0.5, 0.25, 0.25]


def test_a_cue_that_several_quotes_share_counts_once_in_its_document(quotes):
    quotes["cue_start"] = [10, 10, 12, 13, 14]
    assert count_cues(quotes).set_index("cue_class")["cues"]["neutral"] == "said 1"
    quotes["doc_id"] = ["a", "b", "a", "a", "a"]
    assert count_cues(quotes).set_index("cue_class")["cues"]["neutral"] == "said 2"


def test_without_quotes_there_is_nothing_to_count():
    none = extract_quotes({})
    assert count_speakers(none).empty
    assert count_cues(none).empty
    kinds = count_source_kinds(none)
    assert kinds["source_kind"].tolist() == list(SOURCE_KINDS)
    assert kinds["share"].tolist() == [0.0] * len(SOURCE_KINDS)


def spans(*rows: tuple, **columns: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["start", "end", "text"]).assign(doc_id="a", **columns)


def test_conflicts_are_mentions_that_the_model_called_something_else():
    entities = spans(
        (0, 4, "Bali"),
        (9, 13, "Bali"),
        (20, 24, "Bali"),
        (30, 34, "Zorb"),
        label=["PERSON", "PERSON", "PERSON", "ORG"],
        model_label=["PERSON", "GPE", "GPE", None],
        entity_id=["e1", "e1", "e1", "e2"],
        name=["Bali", "Bali", "Bali", "Zorb"],
        evidence=["title Mr", "model; title Mr", "model; in a list", "same string"],
    )
    found = count_conflicts(entities)
    assert found[["start", "model_label", "n_mentions", "evidence"]].to_numpy().tolist() == [
        [9, "GPE", 2, "model; title Mr; in a list"]
    ]


def test_the_unplaced_are_counted_by_name_and_the_placed_left_out():
    places = spans(
        (0, 4, "Lima"),
        (5, 9, "Zorb"),
        (10, 16, "Zorbia"),
        name=["Lima", "Zorbia", "Zorbia"],
        latitude=[-12.0, None, None],
        country=["PE", "PE", "PE"],
        evidence=["the only place known by that name", "not in the gazetteer", "not in the gazetteer"],
    )
    found = count_unplaced(places)
    assert found[["text", "name", "n_mentions", "country"]].to_numpy().tolist() == [["Zorb", "Zorbia", 2, "PE"]]


def test_a_span_outside_all_sentences_quotes_none_and_keeps_its_row():
    sentences = spans((0, 10, "In Lima\nit"), (10, 20, "rains here"))
    found = quote_sentences(spans((3, 7, "Lima"), (12, 14, "in"), (40, 44, "Zorb")).iloc[::-1], sentences)
    assert found.isna().tolist() == [True, False, False]
    assert found.tolist()[1:] == ["rains here", "In Lima it"]
