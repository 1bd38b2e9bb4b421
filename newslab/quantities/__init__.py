"""Quantities: the figures of a text, with value, unit, bound and trend, and what each of them counts.

A text is read in three steps: `numerals` finds numbers, `figures` adds what the characters around them say (units,
ranges, bounds), and here the parse is asked which are names and what others count. `claims` compares what was found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache

import numpy as np
import pandas as pd
from spacy.tokens import Doc, Token

from newslab.quantities.figures import (
    AGE,
    OUT_OF,
    YEAR,
    Figure,
    find_bound,
    read_decades,
    read_figures,
    read_lexicon,
    read_multiples,
)
from newslab.quantities.units import Match, Unit, add_rate, find_unit_after
from newslab.tables import SPAN_COLUMNS, build_table
from newslab.words import check_pos, iter_docs, read_text

COLUMNS = SPAN_COLUMNS | {
    "value": "float64",
    "value_high": "Float64",
    "bound": "str",
    "trend": "str",
    "unit": "str",
    "counted": "str",
    "counted_start": "Int64",
    "counted_end": "Int64",
    "vague": "bool",
    "kind": "str",
    "dimension": "str",
    "value_si": "Float64",
}

# Entity types that a number may be a part of: "Nine Inch Nails", "Apollo 11".
_NAMES = frozenset({"PRODUCT", "ORG", "WORK_OF_ART", "EVENT", "FAC", "LAW", "PERSON", "NORP", "GPE", "LOC"})
_DATED = frozenset({"DATE", "EVENT", "LAW", "PRODUCT", "ORG", "WORK_OF_ART"})
_NOMINAL = frozenset({"NOUN", "PROPN"})
_PLURAL = frozenset({"NNS", "NNPS"})
_PERSONAL = frozenset({"he", "she", "i", "who"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
# Dependencies (ClearNLP labels of spaCy's English pipelines) by what they join:
_MODIFIES = frozenset(  # a figure to the noun after it
    {"nummod", "compound", "amod", "nmod", "quantmod", "appos", "npadvmod", "poss", "advmod", "det"}
)
_SAID_OF = frozenset({"prep", "appos", "nmod", "amod", "acl", "relcl", "npadvmod", "nummod"})  # to the noun before it
_CHANGES_BY = frozenset(  # to a verb of change
    {"dobj", "npadvmod", "advmod", "prep", "attr", "oprd", "pobj", "quantmod", "acomp", "conj"}
)
_LEFT = frozenset(  # what belongs to a noun phrase left and right of its head
    {"det", "amod", "compound", "nmod", "poss", "case", "nummod", "advmod", "quantmod", "punct", "npadvmod"}
)
_RIGHT = frozenset(
    {"prep", "pobj", "compound", "amod", "det", "poss", "case", "nummod", "nmod", "quantmod", "conj", "cc"}
)
_ARGUMENTS = frozenset(  # what is said of a verb or a preposition, and belongs to no noun behind it
    {"pobj", "dobj", "dative", "appos", "conj", "npadvmod", "nsubj", "nsubjpass", "attr", "oprd"}
)
_TIMES = frozenset({"DATE", "TIME"})
_WHERE_AND_WHEN = _TIMES | {"GPE", "LOC", "FAC"}
_REACHES = frozenset({"to", "from", "by"})  # more likely with the verb than with a noun: "rose on the day to 55"
_PARTS = frozenset({"", "and"})
_TO_A_LEVEL = frozenset({"to", "to end at", "to close at", "to finish at", "to settle at", "to a record"})
_AT_A_LEVEL = frozenset({"at", ", at", "to"})
_COMPARED = frozenset({"with", "against", "than", "from", "versus"})
_PLAYED = frozenset(
    {"inning", "innings", "match", "game", "round", "stage", "race", "season", "episode", "session", "set"}
)
_HOW_PAID = frozenset({"cash", "stock", "trading", "trade", "dealing", "support", "exchange", "return", "advance"})
_MEASURES = frozenset({"away", "tall", "long", "wide", "deep", "high", "thick", "across", "old"})
_REPORTING = frozenset(
    {"say", "tell", "add", "note", "announce", "claim", "explain", "warn", "write", "think", "believe"}
)
_CLAUSE_STARTS = frozenset({"but", "while", "whilst", "yet", "so"})  # what joins clauses, and no nouns
_SHARES = frozenset({"conj", "appos", "prep", "dep", "nmod"})  # a figure to the one whose thing it shares
_NO_START = frozenset({"DET", "PUNCT", "ADV", "PRON", "NUM", "SPACE"})
_NO_END = frozenset({"ADP", "CCONJ", "DET", "PUNCT", "SPACE"})
_OBJECT_PREPOSITIONS = frozenset({"to", "from", "by", "at", "for"})
_ALL = frozenset(
    {"total", "overall", "entire", "whole", "combined", "record", "mere", "staggering", "estimated"}
)  # how much of the thing, not what it is
_WHEN = frozenset({"quarter", "year", "month", "week", "day", "season", "period", "decade", "half", "session"})
_SUMMARY = frozenset(
    {"average", "total", "maximum", "minimum", "mean", "median", "age", "equivalent"}
)  # "an average of 12"
_BY_HOW_MUCH = frozenset({"by", "of", "under", "over", "about", "around", "than"})
_LEVELS = frozenset(  # verbs whose subject a bare figure measures: "the index hit 4,000"
    {"reach", "hit", "total", "number", "exceed", "top", "near", "approach", "pass", "touch", "measure", "average"}
)
_ADVERBS = {
    "up": "up",
    "down": "down",
    "upward": "up",
    "downward": "down",
    "upwards": "up",
    "downwards": "down",
    "higher": "up",
    "lower": "down",
}
_HEDGES = frozenset(
    {"about", "around", "approximately", "roughly", "some", "nearly", "almost", "more", "than", "less", "fewer", "over"}
    | {"under", "by", "least", "most", "a", "an", "the", "another", "only", "just", "estimated"}
)
_PAYS = frozenset({"pay", "bid", "offer"})
_NO_MOVE = frozenset({"make", "take"})  # "women make up 28%"
_OF_THESE = frozenset({"which", "whom", "them", "these", "those"})
_WHICH_TIME = frozenset({"last", "this", "next", "that"})
_ASIDE = frozenset({"for", "in", "over", "within", "after", "during", "per"})
_PLUS_OR_MINUS = frozenset({"plus", "or", "minus"})
_NOT_COUNTING = frozenset({"no", "this", "that", "each", "every", "any", "which", "the", "another"})  # "no one"
_BRACKETED = frozenset({"(", "[", "or", ", or", ", or about"})
_NO_PLURAL = frozenset(  # "300 staff" counts, where "717 jet" names
    {
        "aircraft",
        "staff",
        "people",
        "police",
        "personnel",
        "crew",
        "cattle",
        "sheep",
        "fish",
        "species",
        "series",
        "head",
    }
    | {"spacecraft", "deer", "dead", "offspring", "cavalry", "infantry", "troop", "strong", "percent"}
)
_CASUALTIES = frozenset({"dead", "injured", "wounded", "missing", "hurt", "homeless", "unaccounted"})
_AGES = frozenset({"age", "aged", "ages"})
_OF_AGE = frozenset({"age", "oldest", "youngest", "eldest"})  # "the youngest is 18"
_GOES_ON = frozenset({"when", "and", "but", "today", "now", "on", "last", "next", "this"})  # behind an age in words
# The wide forms of East Asian typesetting, character for character
_FULL_WIDTH = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | dict(zip(map(ord, "￠￡￥￦"), "¢£¥₩", strict=True))
_OVER = re.compile(
    r"\b(?:people|persons|those|any(?:one|body)|every(?:one|body)|no(?: one|body)|children|kids|adults|women|men|boys|"
    r"girls|voters|patients|residents|"
    r"citizens|workers|employees|players|drivers|students|females|males)\s(?:over|under|above|below|older than|"
    r"younger than)\s(?:the age of\s)?\Z",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"\b(?:aged|ages?(?:\s+of)?)[\s:]+(?:(?:between|from|about|around|under|over|below|above|up to|at least)\s+)?\Z",
    re.IGNORECASE,
)
_AND_OLDER = re.compile(r"\s(?:and|or)\s(?:over|above|older|under|below|younger)\b")
_CLOSES = frozenset({",", ".", ")", ";", ":"})
_STILL = frozenset({"now", "then", "both", "only", "just", "aged"})  # between a name and its age
_LISTED = frozenset({" and ", ", ", ", and ", " or "})
_AT_AN_AGE = frozenset(  # "she died at 92"
    {"die", "marry", "retire", "begin", "start", "debut", "live", "become", "emigrate", "enlist", "graduate"}
)
_REACH = 25  # tokens a noun phrase may extend on either side of its head; keeps odd text linear
_BACK = 4  # figures before one that may lend it their noun
_CLIMB = 8  # heads followed from a figure to the subject of its clause


def extract_quantities(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Find the figures in each document, one row a quantity.

    Years, dates, clock times, labels ("Article 50"), model and version names and the pronoun "one", also in "one of
    the best", are no quantities. A range is one row, never an average. Words that multiply without a number
    ("doubled", "twice the price", "fivefold") are rows in the unit "fold".

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``tagger`` and ``parser``.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the figure with its unit, as written; both ends of a range
        value : the number, scale words applied ("2.5 million" is 2500000); the first of a range
        value_high : the second number of a range, a score ("7-4") or a vague amount, but for "dozens" and "scores", of
            which nobody agrees where they end; null otherwise
        bound : how exact the text is: ``=``, ``~``, ``<``, ``<=``, ``>`` or ``>=``
        trend : ``up`` or ``down`` where a verb or adverb makes the figure an amount of change, else null; "a 7% rise"
            has none, since the rise is what is counted
        unit : normalised, singular ("percent", "kilometre", "dollar per barrel"); null for a bare count; ages are in
            "year" or "month", which ``dimension`` tells from other times
        counted : what is counted, or what the value is measured of, as written; null where none is stated
        counted_start, counted_end : characters into the article, end exclusive
        vague : an order of magnitude rather than a number ("hundreds", "dozens", "tens of thousands"), or an age told
            to ten years ("in her 50s")
        kind : ``cardinal``, ``range`` (also of a change, in the order told: "fell from 52% to 23%"), ``fraction`` ("a
            third", "one in four"), ``multiple`` ("doubled"), ``vague`` or ``score`` ("7-4", odds of "3 to 1"), whose
            two numbers are no ends of a range
        dimension : "length", "money", "time", "age", "share" ...; "count" without a unit
        value_si : value in the SI unit of its dimension (metre, second, kilogram, kelvin; a share as 0 to 1);
            null for money and for what has none

    Raises
    ------
    ValueError
        If a document was parsed without ``parser`` or without ``tagger``.

    Examples
    --------
    >>> extract_quantities({}).columns[:4].tolist()
    ['doc_id', 'start', 'end', 'text']
    """
    return build_table((row for doc_id, doc in iter_docs(docs) for row in _document_rows(doc_id, doc)), COLUMNS)


def _document_rows(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    if len(doc) and not doc.has_annotation("DEP"):
        raise ValueError(f"document {doc_id!r} has no dependencies; parse it with 'parser'")
    check_pos(doc_id, doc)
    written = read_text(doc)
    text = written.translate(_FULL_WIDTH)
    figures = sorted([*read_figures(text), *read_multiples(text), *read_decades(text)], key=lambda figure: figure.start)
    if not figures:
        return
    _place(doc, figures)
    kept: list[Figure] = []
    for figure in figures:
        if not _is_name(doc, text, figure, kept[-1] if kept else None):
            kept.append(figure)
    figures = _join_shares(doc, kept)
    parse = _Parse(doc, text, figures)
    previous: Figure | None = None
    for k, figure in enumerate(figures):
        figure.bound = "=" if _lasts(doc, figure, previous) else find_bound(text, figure)
        figure.trend = _trend(doc, figure)
        parse.count(figure, figures[max(0, k - _BACK) : k])
        _age(doc, text, figure, previous)
        previous = figure
    for earlier, later in zip(reversed(figures[:-1]), reversed(figures), strict=False):
        if earlier.suspended and earlier.unit is None:
            earlier.counted = later.counted
    for figure in figures:
        _rate(doc, text, figure)
        unit, counted = figure.unit, figure.counted
        span = doc[counted[0] : counted[1]] if counted else None
        yield {
            "doc_id": doc_id,
            "start": figure.start,
            "end": figure.end,
            "text": written[figure.start : figure.end],
            "value": figure.value,
            "value_high": figure.high,
            "bound": figure.bound,
            "trend": figure.trend,
            "unit": unit.name if unit else None,
            "counted": span.text if span else None,
            "counted_start": span.start_char if span else None,
            "counted_end": span.end_char if span else None,
            "vague": figure.kind == "vague",
            "kind": "range" if figure.kind == "cardinal" and figure.high is not None else figure.kind,
            "dimension": unit.dimension if unit else "share" if figure.kind == "fraction" else "count",
            "value_si": _in_si(figure),
        }


def _in_si(figure: Figure) -> float | None:
    """Convert a value to the SI unit of its dimension; None where there is none. A share without a unit is its own."""
    if figure.unit is None:
        return figure.value if figure.kind == "fraction" else None
    return figure.value * figure.unit.factor + figure.unit.offset if figure.unit.factor else None


def _join_shares(doc: Doc, figures: list[Figure]) -> list[Figure]:
    """Make one figure of "one house in ten" and "two women in five"."""
    joined: list[Figure] = []
    for right in figures:
        left = joined[-1] if joined else None
        if left is not None and left.counted is None and _is_share(doc, left, right):
            left.counted = (left.last, left.last + 1)
            left.end, left.last, left.value, left.kind = right.end, right.last, left.value / right.value, "fraction"
        else:
            joined.append(right)
    return joined


def _is_share(doc: Doc, left: Figure, right: Figure) -> bool:
    """Whether a noun and "in" stand between two bare numbers, and the second counts nothing else."""
    if right.first - left.last != 2 or left.unit or right.unit or left.high or right.high:
        return False
    noun, link = doc[left.last], doc[left.last + 1]
    after = doc[right.last] if right.last < len(doc) else None
    shared = (left.value == 1 or noun.dep_ in _SUBJECTS) and left.value < right.value and right.value in OUT_OF
    counts = after is not None and after.pos_ in _NOMINAL and after.dep_ != "nsubj"
    return shared and noun.pos_ == "NOUN" and link.lower_ == "in" and not counts


def _lasts(doc: Doc, figure: Figure, previous: Figure | None) -> bool:
    """Whether "over" says through what the figure extends rather than what it exceeds: "a rise over 24 months"."""
    over = doc[figure.first - 1] if figure.first else None
    time = figure.unit is not None and figure.unit.dimension == "time"
    if time and previous is not None and over is not None and over.lower_ == "over" and previous.last == over.i:
        return True  # "worth $50,000 over three years"
    root = doc[figure.root]
    if time and over is not None and over.lower_ == "over" and root.dep_ == "npadvmod":
        return any(
            child.dep_ == "dobj" for child in root.head.rights if child.i < over.i
        )  # "tested 9 men over 20 weeks"
    if over is None or over.lower_ != "over" or over.dep_ != "prep" or figure.value >= 100:
        return False
    if figure.unit is None:
        return doc[figure.root].head.lemma_.lower() in _PLAYED
    done = over.head.pos_ == "VERB" and any(t.dep_ in ("dobj", "nsubjpass") for t in over.head.children)
    return figure.unit.dimension == "time" and (over.head.pos_ in _NOMINAL or done)


# --- names and other numbers that are no figures ------------------------------------------------------------


def _place(doc: Doc, figures: list[Figure]) -> None:
    """Set the tokens of each figure, and the one that hangs highest."""
    starts = doc.to_array("IDX")
    firsts = np.searchsorted(starts, [figure.start for figure in figures], side="right") - 1
    lasts = np.searchsorted(starts, [figure.end - 1 for figure in figures], side="right")
    for figure, first, last in zip(figures, firsts.tolist(), lasts.tolist(), strict=True):
        figure.first, figure.last, figure.root = first, last, last - 1
        for i in range(last - 1, first - 1, -1):  # its last token if the parse splits the figure
            if not first <= doc[i].head.i < last:
                figure.root = i
                break
        if _is_rate(figure) and figure.end > figure.number_end:
            figure.root = first  # what follows is the whole, not what is counted: "5 per 100,000 births"
            while figure.root < doc[figure.root].head.i < last + _REACH and doc[figure.root].dep_ in _MODIFIES:
                figure.root = doc[figure.root].head.i


def _is_rate(figure: Figure) -> bool:
    """Whether the unit is that of a rate without one of its own: "per 100,000"."""
    return figure.unit is not None and figure.unit.name.startswith("per ")


def _is_name(doc: Doc, text: str, figure: Figure, previous: Figure | None) -> bool:
    """Whether the number is a year, a label, a part of a name or the pronoun "one"."""
    token, root = doc[figure.first], doc[figure.root]
    before = doc[figure.first - 1] if figure.first else None
    after = doc[figure.last] if figure.last < len(doc) else None
    noun = root.head if root.head.i >= figure.last and root.dep_ in _MODIFIES and root.dep_ != "npadvmod" else None
    if figure.high is None and figure.value == 1 and not figure.digits:
        once = figure.unit is not None and figure.unit.name == "count"  # "a one-time charge"
        return once or (figure.unit is None and _is_pronoun(doc, figure, before, after, noun))
    if figure.kind == "multiple":
        if after is not None and after.lower_ == "as":  # "scored twice as it rained"
            return figure.last + 1 >= len(doc) or doc[figure.last + 1].pos_ not in ("ADJ", "ADV")
        return token.pos_ in _NOMINAL  # the doubles of tennis
    if figure.unit is not None:
        lettered = figure.end - figure.number_end == 1 and text[figure.number_end] in "ABCDEF"  # "Pad 39A"
        return lettered and before is not None and (before.lemma_.lower() in _labels() or before.pos_ == "PROPN")
    written = token.text[figure.number_start - token.idx :]
    if figure.digits and figure.high is None and figure.last - figure.first == 1 and YEAR.fullmatch(written):
        return _is_year(doc, figure, before, noun)
    if before is None or before.lower_ in _AGES or (figure.digits and _AND_OLDER.match(text, figure.end)):
        return False
    if (
        {before.lower_, before.lemma_.lower()} & _labels()
        and (before.pos_ in _NOMINAL or (noun is None and before.i and before.nbor(-1).pos_ == "ADP"))
        and figure.kind in ("cardinal", "score")
    ):
        return noun is None or noun.tag_ not in _PLURAL or (figure.digits and not before.is_lower)
    if figure.kind != "cardinal":
        return False
    if before.pos_ == "PROPN" and before.i and before.nbor(-1).is_sent_start and before.nbor(-1).pos_ == "ADP":
        counted = doc[figure.last].tag_ if figure.last < len(doc) else ""
        if counted == "NNS":  # "At Brno 70 shops shut": where, then how many
            return False
    gapped = previous is not None and _is_gapped(doc, figure, previous)
    if gapped and (before.tag_ == "NNPS" or (token.is_lower and not figure.digits)):
        return False  # whatever "Labour five" and "the Liberals 17" were taken for
    if token.ent_type_ in _NAMES and (token.ent_iob_ == "I" or (after is not None and after.ent_iob_ == "I")):
        return True
    if figure.high is not None or gapped:
        return False
    titled = not figure.digits and token.is_title and not token.is_sent_start
    if titled and figure.value == 0 and (noun is None or noun.pos_ == "PROPN"):
        return True  # "Net Zero", "Zero Hedge"
    if titled and before.pos_ == "PROPN" and before.is_title and (noun is None or noun.pos_ == "PROPN"):
        return True  # "Operation Zero", "the Oslo Four"
    if token.ent_type_ == "PRODUCT" and noun is not None:
        return True  # "the 8088 chip"
    if figure.digits and noun is not None and _is_inside(doc, before, noun):
        return True
    model = figure.digits and len(written) == 3 and written.isdecimal()
    if model and noun is not None and noun.i == figure.last and noun.tag_ == "NN":
        return noun.lemma_.lower() not in _NO_PLURAL  # "its 777 airliner"
    if not before.whitespace_ or (figure.digits and not written.lstrip("-−–").isdecimal()):
        return False  # a number with a point or a comma is an amount: "the index 129.49"
    if figure.digits and noun is not None and noun.i == figure.last and noun.tag_ == "NNP":
        return noun.is_title and noun.ent_type_ != "ORG"  # "22 Avenue Foch", not "10 House of Commons members"
    if noun is None and ((before.is_upper and len(before) > 1) or (figure.value < 0 and before.pos_ == "PROPN")):
        return figure.digits  # "the FTSE 100", "COVID -19"
    nominal = before.pos_ in _NOMINAL and root.dep_ in ("appos", "npadvmod", "nmod")
    if root.head == before and (nominal or root.dep_ == "nummod"):
        return True
    if before.pos_ == "PROPN" and figure.first <= before.head.i < figure.last and before.dep_ in ("compound", "nmod"):
        return True
    return not figure.digits and noun is None and before.lower_ in ("top", "bottom", "last", "final", "first", "big")


def _is_inside(doc: Doc, before: Token, noun: Token) -> bool:
    """Whether a number stands between a noun and a name that describes it: "Nasdaq 100 futures".

    What counts stands before a name: "100 Nasdaq futures". "At Stoke 12 people died" and items of a list, "Britain 23
    medals", look alike, but for what stands before the name.
    """
    if before.pos_ != "PROPN" or before.dep_ not in ("nmod", "compound") or before.head != noun:
        return False
    i = before.i
    while i and doc[i - 1].pos_ == "PROPN" and not doc[i].is_sent_start:
        i -= 1
    if doc[i].is_sent_start:
        return True
    return doc[i - 1].pos_ == "DET" or (doc[i - 1].pos_ == "ADP" and noun.dep_ == "pobj")


def _is_gapped(doc: Doc, figure: Figure, previous: Figure) -> bool:
    """Whether a name and a number go on a list that leaves out verb and noun: "Labour has 40 seats, the Tories 33"."""
    i = figure.first - 1
    after = doc[figure.last].text if figure.last < len(doc) else "."
    if not previous.last < i or figure.first - previous.last > _REACH or doc[i].pos_ != "PROPN":
        return False
    if figure.kind != "cardinal" or not (after in _CLOSES or after == "and"):
        return False
    while i > previous.last and doc[i].pos_ == "PROPN" and not doc[i].is_sent_start:
        i -= 1
    if doc[i].lower_ == "the" and not doc[i].is_sent_start:
        i -= 1
    return doc[i].is_sent_start or doc[i].lower_ in (",", ";", "and")


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    return frozenset(read_lexicon()["labels"]["words"])


def _is_year(doc: Doc, figure: Figure, before: Token | None, noun: Token | None) -> bool:
    """Whether a number such as 1945 is a year: unless it is hedged or the parser saw a count of things."""
    token = doc[figure.first]
    if before is not None:
        hedged = before.lower_ in ("than", "about", "some", "nearly", "almost", "least", "over")
        if hedged and (noun is not None or figure.value % 50 == 0):  # "better than 2021" is a year
            return False
        if before.lower_ == "of" and before.i and doc[before.i - 1].lower_ in ("average", "total", "sum", "some"):
            return False
    return token.ent_type_ in _DATED or noun is None or noun.tag_ not in _PLURAL or token.ent_type_ != "CARDINAL"


def _is_pronoun(doc: Doc, figure: Figure, before: Token | None, after: Token | None, noun: Token | None) -> bool:
    """Whether "one" stands for something ("one of the best", "no one") rather than counts."""
    if after is None or (before is not None and before.lower_ in _NOT_COUNTING):
        return True
    return noun is None or noun.pos_ not in _NOMINAL or doc[figure.first].dep_ != "nummod"


# --- change, age and rate -----------------------------------------------------------------------------------


def _trend(doc: Doc, figure: Figure) -> str | None:
    """Say whether the figure is by how much something went up or down; a level it reached is neither."""
    if figure.kind == "multiple" and doc[figure.first].pos_ == "VERB":
        return "up" if figure.value > 1 else "down"
    i = figure.first - 1
    while i > 0 and i > figure.first - 5:
        if doc[i].lower_ in ("least", "most") or doc[max(0, i - 2) : i + 1].text == "by up to":
            i -= 2  # "at least"
        elif doc[i].lower_ in _HEDGES or doc[i].lower_ == "between":
            i -= 1
        else:
            break
    if figure.high is not None and i > 0 and i < figure.first - 1 and doc[i].lower_ == "to":
        return None  # "fell to between 2 and 3 percent"
    if i > 0 and doc[i].dep_ == "prt" and doc[i].head.lemma_ in _NO_MOVE:
        return None
    if i >= 0 and (trend := _ADVERBS.get(doc[i].lower_)) and not doc[i].lower_.endswith("er"):
        return trend
    if i >= 0 and doc[i].pos_ == "VERB" and (trend := _direction(doc[i], figure)):
        return trend  # "lost $12 to $1,780"
    if (
        i >= 0
        and i == figure.first - 1
        and doc[i].lower_ in (("to", "at") if figure.high is None else ("from", "to", "at"))
    ):
        return None  # a level, or two of them
    if figure.unit and figure.last < len(doc) and (trend := _ADVERBS.get(doc[figure.last].lower_)):
        after = doc[figure.last + 1] if figure.last + 1 < len(doc) else None  # "1.5 cents higher"
        if after is None or (after.pos_ not in _NOMINAL and after.lower_ != "than"):
            return trend
    if figure.first and (by := doc[figure.first - 1]).lower_ == "by":
        verb = by.head.head if by.head.dep_ == "dobj" else by.head  # "trimmed its dividend by a fifth"
        if trend := _direction(verb, figure):
            return trend
    token = doc[figure.root]
    for _ in range(3):
        head = token.head
        if token.dep_ == "pobj":
            if head.lower_ not in _BY_HOW_MUCH and figure.high is None:
                return None
        elif head == token:
            return None
        else:
            if token.dep_ in _CHANGES_BY and (trend := _direction(head, figure)):
                return trend
            if token.dep_ != "conj":
                return None
        token = head
    return None


def _direction(token: Token, figure: Figure) -> str | None:
    """Say which way a word moves the figure, if any."""
    trend, lemma = read_lexicon()["trend"], token.lemma_.lower()
    if figure.unit is None and figure.kind != "fraction" and lemma in trend["one_by_one"]:
        return None
    if figure.unit is not None and figure.unit.dimension in ("time", "age"):
        return None
    if figure.unit is not None and figure.unit.dimension == "money" and lemma == "raise":
        return None  # "raised $4m" from investors
    if token.pos_ == "NOUN":  # "a 7% rise": the rise is what is measured, and did not go up itself
        return None
    return "up" if lemma in trend["up"] else "down" if lemma in trend["down"] else None


def _rate(doc: Doc, text: str, figure: Figure) -> None:
    """Give "3,000 tests a day" its unit, "test per day"; what is counted stays a span."""
    if figure.unit is None and figure.counted and 0 <= figure.counted[0] - figure.last < 3:
        head = doc[figure.counted[1] - 1]
        stop = head.idx + len(head)
        rate = add_rate(text, Match(Unit(head.lemma_.lower(), "count"), head.idx, stop))
        if rate.end > stop:
            figure.unit = rate.unit


def _age(doc: Doc, text: str, figure: Figure, previous: Figure | None) -> None:
    """Give years of age to "aged 44", to "Ana Ruiz, 44,", to "her sons, 4 and 7," and to "she was 44"."""
    if figure.unit is not None or not 0 < figure.value < 120 or figure.scaled or figure.kind != "cardinal":
        return
    if _AGED.search(text[max(0, figure.start - 24) : figure.start]):
        figure.unit = AGE
    after = doc[figure.last] if figure.last < len(doc) else None
    alone = after is None or after.pos_ not in (*_NOMINAL, "ADJ")
    if (alone and _OVER.search(text[max(0, figure.start - 40) : figure.start])) or _AND_OLDER.match(text, figure.end):
        figure.unit = AGE  # "women over 65", "patients 65 and older"
    if figure.high is not None or figure.value != int(figure.value):
        return
    closing = after.text if after is not None else "."
    if not figure.digits and closing not in _CLOSES and closing not in _GOES_ON:
        return  # "she was two points behind"
    if previous is not None and previous.unit == AGE and alone and text[previous.end : figure.start] in _LISTED:
        figure.unit, figure.counted = AGE, previous.counted
        return
    root, i = doc[figure.root], figure.first - 1
    if i > 1 and doc[i].lower_ in _STILL:
        i -= 1  # "Farah, now 29,"
    if i > 0 and doc[i].text in {",", "("} and _has_age(doc[i - 1], closing, figure.value):
        figure.unit = AGE
        first = i - 1
        while first > max(0, i - _REACH) and doc[first].ent_iob_ == "I":
            first -= 1
        figure.counted = (first, i)
    elif verb := _verb_of_age(root):
        near = verb.lefts if verb.i - verb.left_edge.i < _REACH else ()
        subject = next((child for child in near if child.dep_ == "nsubj"), None)
        if subject is not None and (_is_person(subject) or subject.lower_ in _OF_AGE):
            figure.unit = AGE


def _verb_of_age(root: Token) -> Token | None:
    """Find the verb by which a bare number may be an age: "is 44", "turned 44", "died at 44"."""
    verb = root.head
    if root.dep_ == "pobj" and verb.lower_ == "at":
        opens = verb.is_sent_start and root.i + 1 < len(root.doc) and root.nbor().text == ","  # "At 18, he joined"
        return verb.head if opens or verb.head.lemma_ in _AT_AN_AGE else None
    if root.dep_ == "pobj" and verb.lower_ == "to" and verb.head.lemma_ == "live":
        return verb.head  # "he lived to 98"
    if verb.lemma_ == "be" and verb.dep_ == "xcomp" and verb.head.lemma_ == "live":
        return verb.head  # "she lived to be 98"
    relations = {"be": ("attr", "acomp", "oprd"), "turn": ("attr", "acomp", "oprd", "dobj", "npadvmod")}
    return verb if root.dep_ in relations.get(verb.lemma_, ()) else None


def _is_person(token: Token) -> bool:
    lemma = token.lemma_.lower()
    return token.lower_ in _PERSONAL or token.ent_type_ == "PERSON" or (token.tag_ == "NN" and lemma in _people())


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    return frozenset(read_lexicon()["people"]["words"])


def _has_age(token: Token, after: str, value: float) -> bool:
    """Whether a number set off behind a word is an age: of kin, of a name, of "the singer, 58,"."""
    if token.lemma_.lower() in _people():
        return after in _CLOSES or after in ("and", "or")
    if after not in _CLOSES or value < 5:
        return False
    if token.ent_type_ == "PERSON" or (token.pos_ == "PROPN" and token.ent_type_ in ("", "ORG", "NORP")):
        return True
    if token.ent_type_ == "GPE" and token.dep_ in _SUBJECTS:  # "Hague, 44, resigned"
        return after == "," and value > 12
    return token.tag_ == "NN" and after == "," and value > 12 and token.dep_ in ("nsubj", "nsubjpass", "dobj")


# --- what is counted ----------------------------------------------------------------------------------------


def _is_hyphen(token: Token) -> bool:
    """Whether a token is a hyphen or a stroke inside a word."""
    return token.text in ("-", "/") and token.i > 0 and not token.nbor(-1).whitespace_ and not token.whitespace_


class _Parse:
    """What the parse of one document says about its figures."""

    def __init__(self, doc: Doc, text: str, figures: list[Figure]) -> None:
        self.doc, self.text = doc, text  # Doc.text is put together anew at each call
        self.index: Figure | None = None  # the last figure in points
        self.subject: dict[int, int] = {}
        self.object: dict[int, int] = {}
        self.figure_at: dict[int, Figure] = {i: f for f in figures for i in range(f.first, f.last)}
        relations = doc.to_array("DEP")
        for found, names in ((self.subject, _SUBJECTS), (self.object, ("dobj",))):
            for i in np.flatnonzero(np.isin(relations, [doc.vocab.strings[name] for name in names])).tolist():
                verb = doc[i].head.i
                if verb not in found or i < verb:  # the one nearest before it: a dateline stands further off
                    found[verb] = i

    def count(self, figure: Figure, earlier: Sequence[Figure]) -> None:
        """Set what the figure counts or measures, and the unit that it leaves to one before it."""
        if figure.counted is not None:
            return  # "one house in ten"
        previous = earlier[-1] if earlier else None
        bare = figure.unit is None and figure.kind == "cardinal"
        antecedent = self._antecedent(figure, earlier) if bare else None
        if antecedent is not None and _is_gapped(self.doc, figure, antecedent):
            figure.unit, figure.counted = antecedent.unit, antecedent.counted
            return
        if figure.unit is None and (pronoun := self._of_pronoun(figure)):
            counts = (other.counted for other in reversed(earlier) if other.unit is None and other.counted)
            figure.counted = next(counts, None) if pronoun in _OF_THESE else None
            return
        if previous is not None and figure.first - previous.last < _REACH:
            gap = self.text[previous.end : figure.start].strip()
            same_again = figure.unit and (previous.unit or figure.unit.dimension == "share")
            if same_again and gap in _BRACKETED:
                # an amount in brackets says the same in another unit, a share of the same things
                figure.counted, figure.trend = previous.counted, figure.trend or previous.trend
                if figure.bound == "=":
                    figure.bound = previous.bound
                return
            if antecedent is not None and self._noun(figure) is None:
                role, before = self._role(figure), self._role(antecedent)
                parallel = self._is_parallel(figure, antecedent)
                same = role == before or (before[1], role[1]) == ("from", "to") or parallel
                same = same or (role[1] in _COMPARED and antecedent.trend is None)
                borrows = not antecedent.signed or role[1] == "to"
                if antecedent.unit and gap in _TO_A_LEVEL and self._keeps_unit(antecedent):
                    figure.unit = antecedent.unit  # an index that moves by points stands at points
                elif same and borrows and antecedent.unit and antecedent.unit.dimension != "age":
                    figure.unit = antecedent.unit
                    if parallel:
                        figure.counted = antecedent.counted
                        return
                elif antecedent.unit is None and antecedent.counted and (same or role[1] in ("conj", "from", "than")):
                    figure.counted = antecedent.counted
                    return
            if gap in _AT_A_LEVEL and figure.unit and previous.trend and previous.counted:
                figure.counted = previous.counted  # "down 68p at 1,112p"
                return
            both = (previous.unit, figure.unit) if previous.unit and figure.unit else None
            if gap in _PARTS and both and both[0] != both[1] and both[0].dimension == both[1].dimension != "money":
                figure.counted = previous.counted  # "4 hours 20 minutes"
                return
            if figure.unit is None and previous.unit is None and self._adds(figure, previous):
                figure.counted = previous.counted
                return
        if figure.unit is not None and figure.unit.dimension == "age":
            head = self.doc[figure.root].head.i
            if any(i in self.figure_at for i in range(figure.last, min(head, figure.last + _REACH))):
                return  # "a 2-year-old, three teenagers": the child is its age
        whole = _is_rate(figure) and figure.end > figure.number_end
        noun = None if whole else self._beside(figure) or self._share_of(figure) or self._noun(figure)
        if noun and figure.unit is None and self._takes_unit(figure, noun):
            noun = None
        figure.counted = noun or self._out_of(figure) or self._measured(self.doc[figure.root], figure)
        if figure.unit is not None and figure.unit.name == "point":
            self.index = figure
        elif figure.unit is None and self.index and noun is None and figure.counted == self.index.counted:
            at = figure.first > 0 and self.doc[figure.first - 1].lower_ == "at"
            if at and figure.first - self.index.last < _REACH:
                figure.unit = self.index.unit  # "down 84 points, or 0.4%, at 20,612"

    def _out_of(self, figure: Figure) -> tuple[int, int] | None:
        """Find what a sentence begins by taking some out of: "Of the patients given the drug, 43 relapsed"."""
        doc = self.doc
        opens = figure.first and doc[figure.first - 1].text == ","
        if figure.unit is not None or not (opens or doc[figure.root].dep_ in _SUBJECTS):
            return None
        for i in range(figure.first - 2, max(-1, figure.first - _REACH), -1):
            if doc[i].is_sent_start:
                whole = next((t for t in doc[i + 1 : figure.first] if t.dep_ == "pobj" and t.head.i == i), None)
                return self._phrase(whole, figure, right=False) if whole is not None and doc[i].lower_ == "of" else None
        return None

    def _antecedent(self, figure: Figure, earlier: Sequence[Figure]) -> Figure | None:
        """Find the figure that a bare one may leave its unit or noun to: the last in its sentence, none in brackets.

        A sentence without a verb ("The Liberals eight.") goes on the one before it. What is set against an earlier
        value passes over circumstances: "9,000 rials for 20 litres, up from 3,500".
        """
        doc, role = self.doc, self._role(figure)
        for previous in reversed(earlier):
            if figure.first - previous.last >= _REACH:
                return None
            between = doc[previous.last : figure.first + 1]
            starts = [token.i for token in between if token.is_sent_start]
            if starts and ("\n" in self.text[previous.end : figure.start] or self._has_verb(starts[-1])):
                return None
            brackets = [token.text for token in between if token.text in ("(", ")")]
            other = self._role(previous)
            aside = role[1] in _COMPARED and other[0] == "pobj" and other[1] in _ASIDE and other != role
            if brackets[:1] != [")"] and not aside:
                return previous
        return None

    def _has_verb(self, start: int) -> bool:
        """Whether the sentence that begins at a token has a verb."""
        for token in self.doc[start : start + _REACH]:
            if token.is_sent_start and token.i > start:
                return False
            if token.pos_ in ("VERB", "AUX"):
                return True
        return False

    def _of_pronoun(self, figure: Figure) -> str | None:
        """Give the pronoun behind "of" that stands for what is counted: "five of us", "12 of them"."""
        after = self.doc[figure.last : figure.last + 3]
        if len(after) < 2 or after[0].lower_ != "of" or after[1].pos_ not in ("PRON", "DET"):
            return None
        alone = after[1].dep_ == "pobj" and not (
            len(after) > 2 and after[2].head == after[1] and after[2].dep_ == "acl"
        )
        return after[1].lower_ if alone else None

    def _adds(self, figure: Figure, previous: Figure) -> bool:
        """Whether a bare figure counts more of what the one before counts: "12 dead and dozens more", "of 40, 12"."""
        doc, first, last = self.doc, figure.first, figure.last
        after = doc[last].lower_ if last < len(doc) else "."
        if previous.counted is None or self._noun(figure) is not None:
            return False
        added = after in ("more", "others") or (first and doc[first - 1].lower_ in ("another", "further", "other"))
        if first and doc[first - 1].lower_ == "to" and previous.last <= previous.counted[0]:
            return first - 1 == previous.counted[1]  # "218 votes to 210"
        opening = doc[max(0, previous.first - 2) : previous.first]
        return bool(added) or any(token.is_sent_start and token.lower_ == "of" for token in opening)

    def _beside(self, figure: Figure) -> tuple[int, int] | None:
        """Find what is measured by the words right beside a value, which say more than a parse of them.

        "gems worth $3m", "the index (up 3%)", "a tree 30 metres tall", "with prices at $40", "$3m in aid".
        """
        doc, i, last = self.doc, figure.first - 1, figure.last
        if figure.unit is None or i < 1:
            return None
        after = doc[last] if last < len(doc) else None
        if figure.unit.dimension.startswith("money") and after is not None and after.lower_ == "in":
            noun = next((doc[k] for k in range(last + 1, min(len(doc), last + 4)) if doc[k].head == after), None)
            if noun is not None and noun.pos_ == "NOUN" and noun.ent_type_ not in _WHERE_AND_WHEN:
                idle = noun.lemma_.lower() in _WHEN | _HOW_PAID or doc[last + 1].pos_ in ("DET", "PRON")
                if not idle:
                    return self._phrase(noun, figure)
        while i > 1 and i > figure.first - 5 and doc[i].lower_ in _HEDGES | _PLUS_OR_MINUS:
            i -= 1
        paid = doc[figure.root].dep_ == "dobj" and doc[figure.root].head.lemma_.lower() in _PAYS
        if paid and after is not None and after.lower_ == "for":
            noun = next((doc[k] for k in range(last + 1, min(len(doc), last + 8)) if doc[k].head == after), None)
            if noun is not None and noun.pos_ in _NOMINAL and noun.ent_type_ not in _WHERE_AND_WHEN:
                return self._phrase(noun, figure)  # "paid $4 billion for the brewer"
        if after is not None and after.lower_ in _MEASURES:
            owner = doc[i - 1] if doc[i].text == "," else doc[i]  # "the asteroid, some 340 metres across,"
            if owner.pos_ in _NOMINAL:
                return self._before(owner, figure)
        stated = doc[figure.root].head.i == i or doc[i + 1].lower_ == "plus"
        if doc[i].lower_ == "of" and stated and doc[i - 1].pos_ == "NOUN" and doc[i - 1].lemma_.lower() not in _SUMMARY:
            said = self._before(doc[i - 1], figure)
            return said and (said[0], i)  # "a debt of 140 percent of output"
        if worth := next((k for k in range(i, max(1, i - 4), -1) if doc[k].lower_ == "worth"), 0):
            i = worth  # "heroin worth close to $15 million"
        moved = doc[i].lower_ in _ADVERBS
        near = doc[i - 1]
        if moved and near.text in ("(", "[", ",") and i > 1:
            named = doc[i - 2].pos_ == "PROPN" and doc[i - 2].ent_type_ not in _WHERE_AND_WHEN
            near = doc[i - 2] if named or near.text != "," else near  # "the gainers were Nokia, up 3%"
        absolute = doc[i].lower_ == "at" and near.dep_ == "pobj" and near.head.lower_ == "with"
        bracketed = doc[i].text in ("(", "[") and doc[i].i == figure.first - 1
        if near.pos_ in _NOMINAL and (moved or bracketed or absolute or doc[i].lower_ == "worth"):
            return self._before(near, figure)
        if doc[i].pos_ in _NOMINAL and i == figure.first - 1 and (phrase := self._phrase(doc[i], figure)):
            before = phrase[0] - (2 if phrase[0] > 1 and doc[phrase[0] - 1].pos_ == "DET" else 1)
            listed = before >= 0 and doc[before].text in (",", ";", "and")
            if listed and phrase[1] == figure.first:  # "Exports grew 4 percent, imports 2 percent"
                return phrase
        return None

    def _share_of(self, figure: Figure) -> tuple[int, int] | None:
        """Find what makes up a share: "the deficit fell to 3% of output", "women are 51% of voters"."""
        root = self.doc[figure.root]
        if (
            figure.unit is None
            or figure.unit.dimension != "share"
            or self.doc[figure.last : figure.last + 1].text != "of"
        ):
            return None
        verb = root.head.head if root.dep_ == "pobj" and root.head.lower_ in ("to", "at") else root.head
        if root.dep_ not in ("pobj", "attr", "acomp") or (verb == root.head and root.dep_ == "pobj"):
            return None
        subject = self.subject.get(verb.i) if verb.pos_ in ("VERB", "AUX") else None
        return self._subject(self.doc[subject], verb, figure) if subject is not None else None

    def _before(self, token: Token, figure: Figure) -> tuple[int, int] | None:
        """Span the noun phrase that ends at a token."""
        for _ in range(3):
            inner = token.dep_ == "pobj" and (token.head.lower_ == "of" or token.ent_type_ in _WHERE_AND_WHEN)
            if not inner or token.head.head.pos_ not in _NOMINAL or token.head.head.i in self.figure_at:
                break
            token = token.head.head
        return self._phrase(token, figure)

    def _keeps_unit(self, previous: Figure) -> bool:
        """Whether what moved by so many units now stands at so many of the same: "rose 3 points to 78"."""
        unit = previous.unit
        if unit is None or previous.trend is None:
            return False
        return unit.name == "point" or not unit.dimension.startswith(("money", "share", "times"))

    def _is_parallel(self, figure: Figure, previous: Figure) -> bool:
        """Whether a bare figure stands as the one before it does: "400 units in June, 380 in July"."""
        doc, stop = self.doc, previous.last
        if previous.counted and previous.counted[0] >= stop:
            stop = previous.counted[1]
        if not stop < figure.first or figure.last >= len(doc):
            return False
        if doc[figure.last].pos_ == "ADP" and doc[figure.last].lower_ == doc[stop].lower_:
            return all(token.pos_ != "VERB" for token in doc[stop : figure.first])
        # "twelve soldiers died and 30 were wounded"
        root, noun = doc[figure.root], doc[previous.root].head
        if root.dep_ not in _SUBJECTS or noun.dep_ not in _SUBJECTS or noun.i >= figure.first:
            return False
        return root.head.dep_ == "conj" and root.head.head == noun.head

    def _takes_unit(self, figure: Figure, noun: tuple[int, int]) -> bool:
        """Whether the noun is a stretch of time behind an adjective: "the 50 previous years"."""
        head = self.doc[noun[1] - 1]
        if figure.kind != "cardinal" or noun[0] != figure.last or not 2 <= noun[1] - noun[0] <= 3:
            return False
        found = find_unit_after(self.text, head.idx - 1, digits=False)
        if found is None or found.unit.dimension != "time" or self.doc[noun[0]].tag_ not in ("JJ", "JJR"):
            return False
        figure.unit, figure.end = found.unit, head.idx + len(head)
        return True

    def _role(self, figure: Figure) -> tuple[str, str]:
        """Say how the figure hangs in its sentence: its relation, and the preposition or verb it hangs on."""
        root = self.doc[figure.root]
        if root.dep_ in ("conj", "appos"):
            return root.dep_, root.dep_
        return root.dep_, root.head.lower_ if root.dep_ == "pobj" else root.head.lemma_

    def _noun(self, figure: Figure) -> tuple[int, int] | None:
        """Find the noun that the figure stands before: "44 grey seals", "10,000 of their followers"."""
        doc, root = self.doc, self.doc[figure.root]
        after = doc[figure.last] if figure.last < len(doc) else None
        if after is not None and after.text == "[" and figure.last + 2 < len(doc) and doc[figure.last + 2].text == "]":
            return (figure.last + 1, figure.last + 2)  # "3,000 [people]": the editor says what was counted
        if after is not None and (after.lower_ == "of" or (after.lower_ == "off" and figure.unit is not None)):
            for k in range(figure.last + 1, min(len(doc), figure.last + 10)):
                if doc[k].dep_ != "pobj":
                    continue
                if doc[k].pos_ in _NOMINAL:
                    return self._phrase(doc[k], figure, right=figure.unit is not None)
                if doc[k].head.i == figure.last and doc[k].pos_ in ("ADJ", "VERB") and doc[k - 1].lower_ == "the":
                    return self._phrase(doc[k], figure, right=False)  # "27 of the dead"
                if doc[k].lower_ == "those" and k + 1 < len(doc) and doc[k + 1].tag_ in ("VBN", "VBG"):
                    return (k, k + 2)  # "three of those killed"
        if figure.unit is None and after is not None and after.lower_ in _CASUALTIES and after.head.pos_ != "NOUN":
            return (after.i, after.i + 1)  # "58 dead and more than 500 injured"
        if after is not None and after.lower_ in _WHICH_TIME and root.head.tag_ not in _PLURAL:
            return None  # "down from 47 last spring"
        head, steps = root.head, 0
        if head.i < figure.last or root.dep_ not in _MODIFIES:
            return None
        while head.pos_ not in _NOMINAL and head.dep_ in _MODIFIES and steps < 3:
            head, steps = head.head, steps + 1
        named = head.pos_ == "NUM" and head.i not in self.figure_at  # "twenty Boeing 747"
        if not (head.pos_ in _NOMINAL or named) or not 0 <= head.i - figure.last < _REACH:
            return None
        if figure.unit is not None and head.dep_ == "npadvmod":  # "rose 5% year on year"
            return None
        return self._phrase(head, figure, right=figure.unit is not None, joined=False)

    def _measured(self, token: Token, figure: Figure) -> tuple[int, int] | None:
        """Find what a value is said of: the subject of its clause, or the noun it hangs on."""
        preposition = ""
        if figure.kind == "multiple" and (i := self.object.get(token.i)) is not None:
            return self._phrase(self.doc[i], figure)  # "doubled its profits"
        if figure.kind == "multiple" and (i := self.subject.get(token.i)) is not None:
            return self._subject(self.doc[i], token, figure)
        bare = figure.unit is None and token.dep_ == "dobj" and token.head.lower_ not in _AGES
        bare = bare and token.head.lemma_.lower() not in _LEVELS
        if bare and not _direction(token.head, figure):
            return None  # "the navy saved 200" does not count navies
        for _ in range(_CLIMB):
            head, relation = token.head, token.dep_
            if head == token or relation in _SUBJECTS:  # "between 40 and 50 will be sold" does not say what
                return None
            if relation == "prep":
                preposition = token.lower_
            other = self.figure_at.get(head.i)
            if other is not None and other is not figure:
                if other.counted and relation in _SHARES:
                    return other.counted
            elif (
                other is None
                and head.pos_ in _NOMINAL
                and (relation in _SAID_OF and (relation != "nummod" or head.i < token.i))
                and not self._passes(head, figure, preposition)
                and not (preposition in _REACHES and head.dep_ == "pobj" and head.head.head.pos_ == "VERB")
            ):
                return self._phrase(head, figure)
            elif head.pos_ in ("VERB", "AUX"):
                if head.lemma_.lower() in _REPORTING and not _direction(head, figure):  # who speaks is not measured
                    of = (
                        head.head if head.dep_ == "relcl" and relation == "ccomp" else None
                    )  # "a phone they say costs $5"
                    return self._phrase(of, figure) if of is not None and of.pos_ in _NOMINAL else None
                if relation == "dobj" and head.lemma_.lower() == "fine":
                    fined = next((t for t in head.rights if t.dep_ == "dative" and t.pos_ in _NOMINAL), None)
                    if fined is not None:
                        return self._phrase(fined, figure)  # "the court fined the bank 3 billion rand"
                changed, by = self.object.get(head.i), preposition
                preposition = ""
                if by in _OBJECT_PREPOSITIONS and changed is not None and changed not in self.figure_at:
                    return self._phrase(self.doc[changed], figure)  # "cut the rate to 3%"
                if (i := self.subject.get(head.i)) is not None:
                    other = self.figure_at.get(i)
                    if other is None:
                        return self._subject(self.doc[i], head, figure)
                    if other is not figure and other.counted:
                        return other.counted
            token = head
        return None

    def _passes(self, noun: Token, figure: Figure, preposition: str) -> bool:
        """Whether a noun only says how the figure was reached ("an average of 12"), or when ("rose in 18 months")."""
        span = figure.unit is not None and figure.unit.dimension == "time" and preposition != "of"
        return span or noun.lemma_.lower() in _SUMMARY

    def _subject(self, subject: Token, verb: Token, figure: Figure) -> tuple[int, int] | None:
        if subject.tag_ in ("WDT", "WP"):
            if verb.dep_ != "relcl":
                return None
            if verb.head.pos_ in _NOMINAL:
                return self._phrase(verb.head, figure)
            # "those on low incomes, who pay 5% more"
            inner = [t for t in self.doc[verb.head.i + 1 : min(verb.i, verb.head.i + 5)] if t.dep_ == "pobj"]
            return self._phrase(inner[0], figure) if inner else None
        return None if subject.pos_ in ("PRON", "DET", "VERB", "AUX") else self._phrase(subject, figure)

    def _cut(self, figure: Figure, head: int, last: int) -> int:
        """End a phrase before a time ("revenue in the quarter") and before what leads to the figure itself."""
        doc, token = self.doc, self.doc[figure.root]
        for _ in range(_CLIMB):
            token = token.head
            if head < token.i <= last and token.head.i >= head:
                last = token.i - 1
        for i in range(head + 1, last + 1):
            preposition, time = doc[i].head, doc[i].ent_type_ in _TIMES or doc[i].lemma_.lower() in _WHEN
            if (
                time
                and doc[i].dep_ == "pobj"
                and preposition.head.i == head < preposition.i
                and preposition.lower_ != "of"
            ):
                return preposition.i - 1
        return last

    def _belongs(self, token: Token, inside: Set[int]) -> bool:
        """Whether a token belongs to the noun phrase whose tokens to its right are ``inside``."""
        doc, i = self.doc, token.i
        if _is_hyphen(token) or (i + 1 in inside and _is_hyphen(doc[i + 1])):
            return True  # "e-minis" and "mid-size" are one word in three tokens, whatever the parser made of them
        if token.dep_ in _LEFT and token.dep_ != "punct":
            # the parser may hang a modifier on another one: "the benchmark TA-25 index"
            return token.head.i in inside or (token.head.i == i - 1 and doc[i - 1].head.i in inside)
        if token.dep_ in ("cc", "conj") and token.head.dep_ == "amod" and token.pos_ in ("ADJ", "CCONJ"):
            return token.head.head.i in inside  # "black and white dogs"
        loose = token.dep_ not in _ARGUMENTS or token.head.i in inside  # two nouns side by side are one name
        loose = loose or (token.dep_ == "pobj" and token.pos_ == "PROPN" and token.ent_type_ not in _WHERE_AND_WHEN)
        return token.pos_ in _NOMINAL and doc[i + 1].pos_ in _NOMINAL and loose and token.ent_type_ not in _TIMES

    def _phrase(
        self, head: Token, figure: Figure, *, right: bool = True, joined: bool = True
    ) -> tuple[int, int] | None:
        """Span the noun phrase of ``head`` without determiner, cut where a figure stands in it."""
        doc = self.doc
        if head.i in self.figure_at:
            return None
        above = head.head.i
        if figure.unit and head.dep_ in ("compound", "nmod") and 0 < above - head.i < 6 and above not in self.figure_at:
            head = head.head  # a "5 litre V10 engine" is an engine
        inside = {head.i}
        first = last = head.i
        for i in range(head.i - 1, max(-1, head.i - _REACH), -1):
            token = doc[i]
            if i in self.figure_at:
                if _is_hyphen(doc[i + 1]):  # "the 27-nation bloc" is a bloc
                    first = min(head.i, i + 3)
                break
            if not self._belongs(token, inside):
                break
            inside.add(i)
            first = i
        if right:
            for i in range(head.i + 1, min(len(doc), head.i + _REACH)):
                token = doc[i]
                if token.lower_ == "per" and _is_rate(figure):
                    break  # "120 cases per 10,000 people"
                if i in self.figure_at or (token.dep_ == "cc" and (not joined or token.lower_ in _CLAUSE_STARTS)):
                    break
                numbered = token.pos_ == "NUM" and doc[i - 1].pos_ == "PROPN"  # "the Galaxy S 10"
                if not numbered and not _is_hyphen(token) and (token.dep_ not in _RIGHT):
                    break
                if not numbered and token.head.i not in inside and not last < token.head.i < head.i + _REACH:
                    break
                inside.add(i)
                last = i
            last = self._cut(figure, head.i, last)
            while last > head.i and (
                doc[last].pos_ in _NO_END
                or doc[last].dep_ in ("prep", "case")
                or doc[last].head.i > last
                or doc[last].lower_ == "worth"
            ):
                last -= 1
        while last + 2 < len(doc) and last < head.i + _REACH and _is_hyphen(doc[last + 1]):
            last += 2  # "e-minis" and "mid-size" are one word in three tokens
        while first < head.i and (
            (doc[first].pos_ in _NO_START and not (doc[first].dep_ == "advmod" and first < doc[first].head.i < head.i))
            or doc[first].tag_ in ("PRP$", "POS")
            or doc[first].lower_ in _ALL
        ):
            if doc[first].pos_ == "NUM" and not doc[first].whitespace_:
                break  # "5G data"
            first += 1
        return None if doc[first].pos_ == "PRON" else (first, last + 1)
