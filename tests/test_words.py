import json
import random
from pathlib import Path

import pandas as pd
import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab import words as words_module
from newslab.words import (
    count_syllables,
    count_words,
    group_spans,
    iter_sentences,
    iter_words,
    split_paragraphs,
    split_words,
)


def read_cases(name, label):
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    for case in map(json.loads, lines):
        marks = [pytest.mark.xfail] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case[label], marks=marks)


@pytest.mark.parametrize("case", read_cases("words.jsonl", "label"))
def test_words_are_what_is_written_together(case):
    text = case["text"]
    assert [text[start:end] for start, end in split_words(text)] == case["words"]
    assert count_words(text) == len(case["words"])


@pytest.mark.parametrize("case", read_cases("syllables.jsonl", "word"))
def test_syllables_are_counted_as_spoken(case):
    assert count_syllables(case["word"]) == case["syllables"]


# running text of our own, divided by hand as it is spoken, figures with their count
SPOKEN = """
The may·or of Aus·tin de·nied on Tues·day that her coun·cil had hid·den the cost of a new li·brar·y, which
en·gi·neers now put at 12=1 mil·lion dol·lars. "We pub·lished all our fig·ures," said Ma·ri·a Gon·za·lez, who has led
the cit·y since 2016=4. Op·po·si·tion mem·bers, who called the pro·ject reck·less, want an in·de·pen·dent in·quir·y
in·to the con·tract be·fore the e·lec·tion in No·vem·ber. Their lead·er, Da·vid O·kon·jo, said the com·mit·tee's
ear·li·er re·port was·n't hon·est a·bout de·lays: the build·ers had asked for more time on three oc·ca·sions, and were
re·fused twice. A spokes·wom·an for the con·trac·tor de·clined to com·ment. Res·i·dents of near·by streets have
com·plained of noise, dust and cracked walls since ear·ly spring. "I ha·ven't slept prop·er·ly for weeks," said Ah·med
Kha·lil, a re·tired teach·er. "No·bod·y a·pol·o·gised, and the so-·called hot·line rings un·an·swered." Of·fi·cials
es·ti·mate that the li·brar·y will at·tract 250,000=7 vis·i·tors a year, a fig·ure that e·con·o·mists at the
u·ni·ver·si·ty con·sid·er op·ti·mis·tic. Sim·i·lar schemes in Bir·ming·ham, Rot·ter·dam and Ka·to·wi·ce o·pened late
and o·ver bud·get.
"""


def test_nearly_all_syllables_of_running_text_are_right():
    right = 0
    for item in SPOKEN.split():
        shown, _, figure = item.strip('",.:').partition("=")
        right += count_syllables(shown.replace("·", "")) == int(figure or shown.count("·") + 1)
    n_words = len(SPOKEN.split())
    assert n_words >= 150
    assert right / n_words >= 0.96


def test_words_the_dictionary_lacks_are_mostly_right(monkeypatch):
    known = words_module._pronounced()
    sample = random.Random(20240117).sample(sorted(word for word in known if word.isalpha()), 2000)  # noqa: S311
    right = 0
    for word in sample:
        first, most = known[word]
        with monkeypatch.context() as patch:
            patch.delitem(known, word)
            right += first <= count_syllables.__wrapped__(word) <= most
    assert right / len(sample) >= 0.93


@pytest.mark.parametrize(
    "text", ["'" * 10_000, "a-" * 10_000, "a." * 10_000, "a'" * 10_000, "7" * 10_000, "w" * 10_000]
)
def test_syllables_of_odd_text_are_counted_in_time(text):
    for start, end in split_words(text):
        assert count_syllables.__wrapped__(text[start:end]) > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("One line", [(0, 8)]),
        ("A headline\n\n The story. ", [(0, 10), (13, 23)]),
        ("Two\nlines\n", [(0, 3), (4, 9)]),
    ],
)
def test_paragraphs_are_lines_without_white_space_at_their_edges(text, expected):
    assert split_paragraphs(text) == expected


def test_sentences_have_no_white_space_at_their_edges():
    doc = Doc(
        Vocab(),
        words=["\n", "Tokyo", "rose", ".", "\n\n", "\n", "Paris", "fell"],
        spaces=[False, True, False, False, False, False, True, False],
        sent_starts=[True, False, False, False, False, True, True, False],
    )
    assert [sent.text for sent in iter_sentences(doc)] == ["Tokyo rose.", "Paris fell"]


def test_a_word_has_the_token_that_carries_it():
    doc = spacy.blank("en")("Ana's long-term, so-called U.S. -backed and/or plans aren't known and cannot be")
    assert [(doc.text[word.start : word.end], doc[word.token].text) for word in iter_words(doc)] == [
        ("Ana's", "Ana"),
        ("long-term", "term"),
        ("so-called", "called"),
        ("U.S", "U.S."),
        ("backed", "-backed"),
        ("and", "and/or"),
        ("or", "and/or"),
        ("plans", "plans"),
        ("aren't", "are"),
        ("known", "known"),
        ("and", "and"),
        ("cannot", "can"),
        ("be", "be"),
    ]


@pytest.mark.parametrize("text", ["", " ", "*** $", "\n\n"])
def test_a_document_without_words_has_none(text):
    assert list(iter_words(spacy.blank("en")(text))) == []


def test_spans_are_grouped_in_order_and_merged():
    spans = pd.DataFrame({"doc_id": ["b", "a", "a", "a"], "start": [1, 20, 5, 0], "end": [2, 25, 9, 6]})
    grouped = group_spans(spans, name="leave_out")
    assert grouped == {"a": [(0, 9), (20, 25)], "b": [(1, 2)]}


def test_words_that_start_in_a_span_are_left_out():
    doc = spacy.blank("en")("cod tax eel hake")
    left = iter_words(doc, leave_out=[(0, 3), (8, 9)])
    assert [(word.text, doc[word.token].text) for word in left] == [("tax", "tax"), ("hake", "hake")]


def test_no_spans_give_no_groups():
    assert group_spans(None, name="leave_out") == {}


def test_a_table_without_positions_is_refused_by_name():
    with pytest.raises(ValueError, match="leave_out has no column start, end"):
        group_spans(pd.DataFrame({"doc_id": ["a"]}), name="leave_out")
