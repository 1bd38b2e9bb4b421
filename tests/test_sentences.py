"""Sentence starts by rule.

`data/golden_rules.json`: the English golden rules of sentence splitting as kept in the tests of pySBD
(https://github.com/nipunsadvilkar/pySBD, MIT licence, copyright 2019 Nipun Sadvilkar), after Kevin Dias's
pragmatic_segmenter (MIT licence).
"""

import json
from pathlib import Path

import pytest
import spacy

from newslab.sentences import find_sentence_starts, mark_sentence_starts

RULES = json.loads((Path(__file__).parent / "data" / "golden_rules.json").read_text(encoding="utf-8"))
LOST = {"At 5 a.m. Mr. Smith went to the bank. He left the bank at 6 P.M. Mr. Smith then went to the store."}


def split(text: str) -> list[str]:
    starts = sorted({0, *(at for at, begins in find_sentence_starts(text) if begins)})
    return [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, id=rule["text"][:30], marks=[pytest.mark.xfail] * (rule["text"] in LOST)) for rule in RULES],
)
def test_golden_rule(rule):
    assert split(rule["text"]) == [sentence.strip() for sentence in rule["sentences"]]


@pytest.mark.parametrize(
    "sentences",
    [
        ['"We left at dawn."', "Nobody saw them go."],
        ["Gov. Ana Ruiz met Lt. Col. Bo Lind in Mt. Airy.", "They shook hands."],
        ["The rate fell to 3.5 percent in Sept. 2011.", "It rose in Oct. and again in Nov. 2012."],
        ["iPhone sales rose 5 pct.", "eBay fell."],
        ["The army left the war.", "The rebels stayed."],
        ["“Is it over?” she asked.", "“Not yet.”"],
        ["They meet at 5 p.m. Friday in the hall.", "Photo Credit: City archive."],
        ["crowds gather on the square", "Photo: City archive."],
        ["the vote was close.", "nobody had expected it."],
    ],
)
def test_sentences_run_together_come_apart(sentences):
    assert split(" ".join(sentences)) == sentences


def test_a_lost_space_does_not_join_sentences():
    assert split("They won the war.The army went home.") == ["They won the war.", "The army went home."]


def test_a_name_after_an_abbreviation_is_left_to_grammar():
    assert list(find_sentence_starts("He works for the U.S. Senate leaders agree.")) == [(22, None)]


def test_paragraphs_start_sentences_and_nothing_else_does_without_a_mark():
    doc = mark_sentence_starts(spacy.blank("en")("Mayor resigns\n\nShe left Ohio \u2014 for good. Nobody knew"))
    assert [t.text for t in doc if t.is_sent_start] == ["Mayor", "She", "Nobody"]


def test_a_long_stretch_without_stops_is_left_to_the_parser():
    doc = mark_sentence_starts(spacy.blank("en")("and then we went on " * 30))
    assert [t.is_sent_start for t in doc][:3] == [True, None, None]


@pytest.mark.parametrize("text", ["", "  \n", "...", '"' * 500, "." * 500, "😀😀", "مرحبا بالعالم. كيف حالك؟"])
def test_odd_text_keeps_its_tokens(text):
    nlp = spacy.blank("en")
    assert mark_sentence_starts(nlp(text)).text == text
