import math

import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab.structure.topics import Passage, flag_passages, score_passages, weigh_words

OWN = Passage(dict.fromkeys(["bridge", "steel", "harbou", "counci", "ferry", "spans", "budget", "inquir"], 8.0), 1)
OTHER = Passage(dict.fromkeys(["goalke", "penalt", "winner", "final", "fans", "cup", "home", "minute"], 7.0), 1)


def test_words_weigh_by_rarity_and_names_more():
    words = ["Germany", "said", "German", "the", "zugzwang", "harbour", "19"]
    doc = Doc(Vocab(), words=words, pos=["PROPN", "VERB", "ADJ", "DET", "NOUN", "NOUN", "NUM"])
    weights, n_names, *_ = weigh_words(doc)
    assert n_names == 1
    assert list(weights) == ["german", "said", "zugzwa", "harbou"]  # figures and "the" say nothing
    assert weights["said"] < weights["harbou"] / 1.5
    assert weights["zugzwa"] == pytest.approx(math.log(50_000))  # not among the listed words
    assert weights["harbou"] < weights["zugzwa"]


def test_the_passage_that_shares_nothing_scores_lowest():
    passages = [OWN, OWN, OTHER, OWN, OWN]
    scores = score_passages(passages)
    assert min(scores) == scores[2] < 0.1
    assert flag_passages(passages, scores) == [False, False, True, False, False]


def test_two_strangers_in_a_row_do_not_vouch_for_each_other():
    passages = [OWN, OWN, OTHER, OTHER, OWN, OWN, OWN]
    flags = flag_passages(passages, score_passages(passages))
    assert flags == [False, False, True, True, False, False, False]


def test_a_name_on_a_line_of_its_own_is_not_judged():
    passages = [OWN, OWN, Passage({"halvor": 16.0}, 1), OWN, OWN]
    scores = score_passages(passages)
    assert scores[2] < 0.2
    assert not any(flag_passages(passages, scores))


def test_a_headline_in_mid_text_makes_a_passage_stranger():
    headed = score_passages([OWN, OWN, OTHER._replace(headed=True), OWN, OWN])
    assert headed[2] < score_passages([OWN, OWN, OTHER, OWN, OWN])[2]


def test_a_passage_that_continues_is_not_flagged():
    assert flag_passages([OWN, OWN, OTHER, OWN], [0.9, 0.9, 0.1, 0.9]) == [False, False, True, False]
    assert not any(flag_passages([OWN, OWN, OTHER._replace(continues=True), OWN], [0.9, 0.9, 0.1, 0.9]))


def test_too_few_passages_are_not_scored():
    assert all(math.isnan(score) for score in score_passages([OWN, OTHER, Passage({}, 0)]))
    assert score_passages([]) == []


def test_a_document_of_many_topics_has_no_intruder():
    assert flag_passages([OWN] * 4, [0.1, 0.9, 0.1, 0.9]) == [False] * 4


def test_a_long_document_is_compared_in_windows():
    parts = [Passage({f"part{i // 20}": 9.0, f"word{i % 3}": 8.0}, 0) for i in range(200)]
    scores = score_passages(parts)
    assert len(scores) == 200
    assert not any(flag_passages(parts, scores))
