import math

import numpy as np
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.structure.topics import (
    FEATURES,
    Passage,
    compare_runs,
    embed_passages,
    flag_passages,
    load_model,
    read_passage,
    score_passages,
    weigh_runs,
    weigh_words,
)

STORY = [
    Passage(dict.fromkeys(stems.split(), 8.0), {"tollan": 1, "venn": i}, content)
    for i, (stems, content) in enumerate(
        [
            ("bridge harbou tollan steel budget", "new bridge harbour Tolland open years late budget steel"),
            ("venn harbou steel contra bridge", "Councillor Venn chairs harbour committee steel price contract"),
            ("ferry harbou bridge commut", "Ferry operators carry commuters harbour bridge welcomed delay"),
            ("tollan budget contra voters steel", "council want inquiry contract budget Tolland election voters"),
            ("venn bridge steel spans", "Venn denied figures steel maker price spans bridge"),
        ]
    )
]
STRANGER = Passage(
    dict.fromkeys(["goalke", "penalt", "halvor", "winner", "rovers"], 8.0),
    {"halvor": 1, "rovers": 1},
    "goalkeeper saved penalties Halvorsen headed winner home fans Rovers cup",
)
FOLLOWING = Passage(
    dict.fromkeys(["coach", "rovers", "season", "league"], 8.0),
    {"rovers": 1},
    "coach Rovers praised season league table players",
)


def score(passages: list[Passage]) -> list[float]:
    return score_passages(passages, embed_passages(passages))


def test_words_weigh_by_rarity_and_names_more():
    words = ["Germany", "said", "German", "the", "zugzwang", "harbour", "19"]
    doc = Doc(Vocab(), words=words, pos=["PROPN", "VERB", "ADJ", "DET", "NOUN", "NOUN", "NUM"])
    weights = weigh_words(doc)
    assert list(weights) == ["german", "said", "zugzwa", "harbou"]  # figures and "the" say nothing
    assert weights["said"] < weights["harbou"] / 1.5
    assert weights["zugzwa"] == pytest.approx(math.log(50_000))  # not among the listed words
    assert weights["harbou"] < weights["zugzwa"]


def test_a_headline_lends_words_and_names_to_what_it_heads():
    doc = Doc(Vocab(), words=["Venn", "resigns", "She", "left", "19"], pos=["PROPN", "VERB", "PRON", "VERB", "NUM"])
    passage = read_passage(list(doc[:2]), list(doc[2:]), headed=True)
    assert list(passage.weights) == ["venn", "resign", "left"]
    assert passage.names == {"venn": 1}
    assert passage.content == "left 19"
    assert passage.headed


def test_a_stranger_is_flagged_and_nothing_else_is():
    scores = score([*STORY[:2], STRANGER, *STORY[2:]])
    assert flag_passages(scores) == [False, False, True, False, False, False]
    assert not any(flag_passages(score(STORY)))


def test_two_strangers_in_a_row_do_not_vouch_for_each_other():
    scores = score([*STORY[:2], STRANGER, FOLLOWING, *STORY[2:]])
    assert flag_passages(scores) == [False, False, True, True, False, False, False]


def test_a_headline_in_mid_text_makes_a_passage_stranger():
    plain, headed = (score([*STORY[:2], FOLLOWING._replace(headed=h), *STORY[2:]])[2] for h in (False, True))
    assert headed < plain


def test_shares_of_runs_and_of_none_make_one():
    runs, features = compare_runs(STORY, embed_passages(STORY) - load_model().background)
    assert runs.sum(axis=1).tolist() == [1.0] * 5 + [2.0] * 4
    assert features.shape == (9, len(FEATURES))
    assert 0 < weigh_runs(features).sum() < 1
    assert weigh_runs(features + 1e4).sum() <= 1 + 1e-9


def test_a_run_does_not_cross_a_headline():
    passages = [*STORY[:3], STORY[3]._replace(headed=True), STORY[4]]
    runs, _ = compare_runs(passages, embed_passages(passages))
    assert not (runs[:, 2] * runs[:, 3]).any()


def test_too_few_passages_are_not_scored():
    wordless = Passage({}, {}, "")
    assert all(math.isnan(x) for x in score([STORY[0], STRANGER, wordless]))
    assert not any(flag_passages([0.9, 0.1, 0.9, math.nan]))
    assert score_passages([], np.zeros((0, 384))) == []


def test_a_long_document_is_compared_in_windows():
    passages = STORY * 40
    scores = score(passages)
    assert len(scores) == 200
    assert not any(flag_passages(scores))
