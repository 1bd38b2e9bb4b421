"""Tense: whether the verb over a time expression tells of what has been or of what is to come.

For that "Friday" may be the last or the next one. Everything here reads spaCy's tags and dependencies; without a parse
nothing leans.
"""

import tomllib
from pathlib import Path

from spacy.tokens import Doc, Span
from spacy.tokens import Token as Word

_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words)
    for name, words in tomllib.loads(Path(__file__).with_name("tense.toml").read_text(encoding="utf-8")).items()
}
TELLING = _WORDS["telling"]
WORDS_BEFORE = 12  # words before a verb
_CONDITIONS = {"after", "before", "if", "once", "unless", "until", "when"}
_RANKS = {"first", "second", "third", "latest", "last", "only"}
_FUTURE_HELPERS = {"will", "'ll", "’ll", "wo", "shall", "would", "should", "may", "might", "must", "can"}
_PAST_HELPERS = {"did", "was", "were", "had", "has", "have", "'d", "’d", "'ve", "’ve", "having"}
_PLUPERFECT = {"had", "'d", "’d"}
_PRESENT_HELPERS = {"is", "are", "am", "'re", "’re"}
# "rose ahead of Friday's vote", "left before Friday's vote": the vote was still to come
_AHEAD_OF = ("ahead of ", "run-up to ", "before ")
_OUT_OF = ("from ", "after ", "since ", "over ")
# "shut in May" is over, "shut until May" or "from May" need not be
_AT = {"after", "at", "before", "during", "in", "of", "on"}
DONE = -2


def read_lean(doc: Doc, first: int, i: int) -> int:
    """Tell whether the verb over a word is of the past (-1), of the future (1), or neither (0).

    Where the word hangs on the verb itself, as in "closed in May", the past is certain (`DONE`, -2).

    Parameters
    ----------
    doc
        A parsed document; without a parse the words "as early as", "for" and the like before it are all that counts.
    first
        Place of the first word of the time expression.
    i
        Place of the word in it that hangs on the verb, as the weekday of "9 a.m. EST Tuesday".
    """
    word = doc[i]
    before = doc[max(0, first - 4) : first].text_with_ws
    if before.endswith(("as early as ", "as soon as ")):
        return 1
    # "to recover from Monday's debate": what only belongs to a noun is not when the purpose is to be reached
    belongs = word.dep_ in {"poss", "compound", "nmod", "amod", "nummod"}
    if belongs and word.head.lemma_.lower() in _WORDS["unforeseen"]:
        return -1
    ahead = word.dep_ == "poss" and before.lower().endswith(_AHEAD_OF)
    if ahead and before.lower().endswith("before "):
        # not "the price before Friday's rise", nor "two weeks before Friday's vote"
        lead, earlier = doc[first - 1], doc[max(0, first - 2)]
        ahead = lead.dep_ == "prep" and lead.head.pos_ in {"VERB", "AUX"} and earlier.ent_type_ != "DATE"
    # "to win Sunday's match", but "to recover from Sunday's match"
    if belongs and word.head.lemma_.lower() in _WORDS["appointed"] and not before.endswith(_OUT_OF):
        belongs, word = False, word.head
    direct, below = not belongs, word
    called = direct and word.i == i and before.endswith("for ")
    for _ in range(20):
        # "gave them until Friday", "has been banned until Friday"
        if before.endswith("until ") and (
            word.lemma_.lower() in {"give", "allow"} | _WORDS["prospective"]
            or _helpers(word) & {"has", "have", "'ve", "’ve"}
        ):
            return 1
        # "called a strike for Friday", but "reported 23 cases for Friday"
        if called and word.tag_.startswith("VB"):
            if word.lemma_.lower() not in TELLING:
                return 1
            called = False
        if word.tag_.startswith(("VB", "MD")) and (lean := _verb_lean(word, doc[i], belongs, direct)) is not None:
            if ahead and not _PLUPERFECT & _helpers(word):
                return 1
            return DONE if lean < 0 and _is_done(word, doc[i], first) else lean
        if word.head.i == word.i and 0 < first <= word.i < i:
            word = doc[first - 1]  # "EST Thursday" is at times parsed as a sentence of its own
            continue
        if word.head.i == word.i:
            if direct and (word.pos_ == "ADJ" or below.lower_ in _WORDS["scheduled"]):
                return 1  # "Doors open on Sunday", "Entries close on Monday", where neither is tagged as a verb
            break
        below, word = word, word.head
        # "is due in court on Friday", "is at 8 p.m. on Friday", but "is a survivor of the crash on Friday"
        direct = direct and (
            word.pos_ in {"ADP", "ADV", "VERB", "AUX"}
            or word.dep_ in {"acomp", "ROOT"}
            or word.ent_type_ == "TIME"
            or (word.dep_ == "attr" and doc[max(0, word.head.i - 1)].dep_ == "expl")  # "there is a rally on Friday"
        )
    return 1 if ahead or called else 0


def _is_done(verb: Word, word: Word, first: int) -> bool:
    """Whether what a past verb tells of was done on a day: "closed in May", but not "promised a vote in May"."""
    if verb.tag_ not in {"VBD", "VBN"} or _helpers(verb) & _PRESENT_HELPERS:
        return False
    lead = word.head if word.dep_ == "pobj" and word.head.lower_ in _AT else word
    if lead.head.i != verb.i:
        return False
    # the day may be that of a noun before it, however that is parsed
    before = verb.doc[max(0, first - WORDS_BEFORE) : max(0, first - 1)]
    if verb.lemma_.lower() in TELLING | _WORDS["arranging"] and any(w.i > verb.i and w.pos_ == "NOUN" for w in before):
        return False
    return before[-1:].lemma_.lower() not in _WORDS["appointed"]


def opens_story(doc: Doc, first: int, i: int) -> bool:
    """Tell whether a date is one that a story goes on from: "The war began in May 1914", not "a shop founded in 1914".

    A year alone must come first for that: "In 1986 it burned down", but "She was born in 1986".
    """
    lead = doc[i].head if doc[i].dep_ == "pobj" else doc[i]
    verb = lead.head
    if verb.lemma_ == "bear" or verb.i == lead.i or (doc[i].like_num and verb.i < i) or read_lean(doc, first, i) > DONE:
        return False
    for _ in range(5):
        if verb.dep_ != "conj":
            break
        verb = verb.head
    return verb.dep_ in {"ROOT", "ccomp"}


def _left_of(verb: Word) -> Span:
    # not verb.children, which runs through all that hangs below the verb: a text may be one sentence
    return verb.doc[max(0, verb.i - WORDS_BEFORE) : verb.i]


def _helpers(verb: Word) -> set[str]:
    """Give the auxiliaries of a verb."""
    return {w.lower_ for w in _left_of(verb) if w.dep_ in {"aux", "auxpass"} and w.head.i == verb.i and w.tag_ != "NNP"}


def _verb_lean(verb: Word, word: Word, belongs: bool, direct: bool) -> int | None:
    """Tell where one verb leans for a word below it; None if the verb above it decides."""
    lows = _helpers(verb)
    if not lows and verb.dep_ == "conj" and verb.tag_ in {"VB", "VBN"}:
        return None  # "will meet them and leave on Friday"
    if lows & (_FUTURE_HELPERS | {"could"}):
        # "could not be reached on Friday", but "could be freed on Friday"
        denied = "could" in lows and any(w.dep_ == "neg" and w.head.i == verb.i for w in _left_of(verb))
        witnessed = "could" in lows and verb.tag_ == "VBN" and verb.lemma_.lower() in _WORDS["pictured"]
        # "may have left by Friday", but "will have left by Friday"
        done = "have" in lows and not lows & {"will", "'ll", "’ll", "wo"}
        return -1 if denied or witnessed or done else 1
    # "set a vote for Friday", but "set Friday as the day of the vote"
    fixed = verb.tag_ == "VBD" and word.dep_ in {"dobj", "npadvmod"}
    if verb.lemma_.lower() in _WORDS["prospective"] and verb.i < word.i and not fixed:
        return 1
    if lows & _PAST_HELPERS:
        return 0 if verb.tag_ == "VBG" else -1
    if verb.tag_ == "VBN" and not lows and verb.dep_ in {"acomp", "oprd"}:
        return None  # "stays closed until Easter"
    if "to" in lows:
        # "had hoped to open by March", of a hope that came to nothing
        over = verb.head
        if over.lemma_.lower() in _WORDS["hoping"] and _PLUPERFECT & _helpers(
            over.head if over.dep_ == "acomp" else over
        ):
            return -1
        # "the first party to win on Sunday" and who "was forced to leave on Sunday" did so where the verb above says
        ranked = verb.dep_ in {"acl", "relcl"} and {over.lower_, *(w.lower_ for w in over.lefts)} & _RANKS
        done = over.lemma_.lower() in _WORDS["implicative"]
        return None if belongs or verb.dep_ == "advcl" or ranked or done else 1
    if verb.tag_ in {"VBD", "VBN"}:
        # "the answer is needed by Friday"
        return 1 if direct and lows & _PRESENT_HELPERS and verb.lemma_.lower() not in _WORDS["pictured"] else -1
    if verb.tag_ == "VB" and not lows:
        return 1 if verb.is_sent_start else None  # "Join us on Sunday", but "saw him leave on Sunday"
    if verb.tag_ == "VBG":
        # "is leaving on Friday", but "are missing after Friday's flood"
        return (0 if belongs else 1) if lows else None
    # "the trial opens on Tuesday", "who arrives on Tuesday", but "he says in a letter of Tuesday"
    if not direct or verb.tag_ not in {"VBP", "VBZ"} or verb.lemma_.lower() in TELLING - {"report"}:
        return 0
    if verb.lemma_.lower() in _WORDS["scheduled"] or verb.dep_ == "relcl" or _is_condition(verb):
        return 1
    return -1 if _is_headline(word) else 0  # "Rescuers search the rubble on Friday" is of a caption


def _is_condition(verb: Word) -> bool:
    """Whether a verb is of a clause such as "if she wins on Sunday", "until the panel votes on Sunday"."""
    return any(w.lower_ in _CONDITIONS and w.head.i == verb.i for w in _left_of(verb))


def _is_headline(word: Word) -> bool:
    """Whether the sentence of a word ends without a stop."""
    if not word.dep_:
        return False  # not parsed into sentences
    last = next((other for other in reversed(word.sent) if not other.is_space), word)
    return last.text[-1].isalnum()
