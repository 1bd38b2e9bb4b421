"""Claims: figures that count the same thing, and whether they agree.

Two figures are called in conflict only when everything the text states about them is the same (what is counted, what
happened to it, who did it, which of a series it is, where and when, and when it was told), a name, time or place ties
them together, and no reading of their bounds lets both be true. Where doers may be others ("the party", "the
opposition"), the two are unclear. Anything less is named for what sets the two apart, and both sentences are given, so
that a reader can overrule the verdict.
"""

import math
import re
import tomllib
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from spacy.tokens import Doc, Token

from newslab.quantities.figures import read_lexicon
from newslab.tables import SPAN_COLUMNS, build_table, check_columns, find_within
from newslab.words import iter_docs, read_text

CLAIM_COLUMNS = SPAN_COLUMNS | {
    "group": "int64",
    "thing": "str",
    "verdict": "str",
    "reason": "str",
    "low": "float64",
    "high": "float64",
    "sentence": "str",
    "speaker": "str",
    "when": "str",
    "where": "str",
}
COLUMNS = CLAIM_COLUMNS | {
    f"other_{name}": dtype
    for name, dtype in CLAIM_COLUMNS.items()
    if name not in {"group", "thing", "verdict", "reason"}
}

_MEMORY = 24  # earlier figures of one head that each one is compared with; keeps a wall of numbers linear
_OTHERS = 6  # earlier figures of other heads in its group
_LONGEST = 600  # characters of a sentence that are shown
_HALF = 0.4999  # of the last place: 3 and 4 euros do not meet at 3.5
_TENTH = 0.1  # how far off "about 3,000" is at the most, and a number that ends in zeros
_NEVER = frozenset({"time", "age", "sport", "points", "times"})  # dimensions in which two figures seldom mean one claim
_ADDED = frozenset({"additional", "another", "extra", "further", "more", "other", "others", "remaining", "rest"})
_TALLIES = frozenset({"number", "toll", "count", "tally", "total", "figure"})  # count what they are a tally of
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_TIMES = frozenset({"DATE", "TIME"})
_NAMES = _PLACES | {"ORG", "PERSON", "NORP", "EVENT", "PRODUCT"}
_CLAUSES = frozenset({"conj", "advcl", "relcl", "ccomp", "parataxis"})
_NARROWS = frozenset({"at", "in", "among", "against", "with", "for"})
_COMPARED = frozenset({"from", "than", "against", "with"})  # an earlier figure, which the time behind it dates
_SINCE = re.compile(r"\w+ (?:ago|earlier|before)$")
_MARKS = frozenset({"when", "after", "as"})
_AGAIN = frozenset({"also", "too", "separately"})
_NTH = re.compile(r"\d+(?:st|nd|rd|th)")
_CLIMB = 8  # heads followed from a figure to its verb
_IN_WORDS = {"=": "", "~": "about ", ">": "more than ", ">=": "at least ", "<": "less than ", "<=": "at most "}


class _Doer(NamedTuple):
    """Who or what did or has what a figure counts: "the ruling party", "a bus crash"."""

    head: str
    name: str  # the names in it
    closer: frozenset[str]  # its words that tell it from others of its kind
    written: str
    is_name: bool
    is_pronoun: bool
    plural: bool
    new: bool  # "a bomb" rather than "the bomb"
    deed: bool  # "died in a raid" rather than what soldiers did
    again: bool  # "also killed"


class _Claim(NamedTuple):
    """A figure with what its sentence states about it."""

    row: dict[str, object]
    low: float
    high: float
    bound: str
    head: str  # one word for all its synonyms
    word: str  # as written
    modifiers: frozenset[str]
    names: frozenset[str]  # the proper nouns among head and modifiers
    events: tuple[str, ...]
    doer: _Doer | None
    ordinals: frozenset[tuple[str, str]]  # which of a series, and of what: ("round", "second")
    ahead: frozenset[str]  # words by which it is forecast or planned
    told: frozenset[str]  # times at which it was said
    causes: frozenset[str]  # what did it: "killed in a fire"
    closer: frozenset[str]  # nouns that narrow it down: "12 games at home"
    when: frozenset[str]
    where: frozenset[str]
    written: dict[str, str]  # the same names, times and places as the text has them
    who: frozenset[str]  # words of all names in the sentence
    trend: str | None
    measured: bool  # in a unit, rather than counted
    added: bool  # "another 300" come on top of others
    before: tuple[float, float] | None  # the levels it changed from; all, where the figure is one: "to 17 from 12"
    said: str  # the figure with its bound


def compare_quantities(
    quantities: pd.DataFrame, docs: Mapping[str, Doc], *, quotes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Set figures that count the same kind of thing side by side, and say how they relate.

    Never compared are times and spans of time, ages, scores, points, multiples ("three times"), fractions without a
    percent sign ("a third"), the count one, and figures of which nothing says what they count or measure; nor money of
    two currencies, temperatures on two scales, a change and a level. Two figures of one sentence are ``different``.

    Parameters
    ----------
    quantities
        As `newslab.extract_quantities` gives them, of one document or of many.
    docs
        The parsed documents that ``quantities`` came from; times and places are compared if parsed with ``ner``.
    quotes
        As `newslab.extract_quotes` gives them, to say whose claim a figure is; None leaves ``speaker`` null.

    Returns
    -------
    DataFrame, one row a pair of figures, in document order of the first and then of the second
        doc_id, start, end, text : the earlier figure
        group : number of the group of figures that both belong to, from 0
        thing : what the group counts or measures
        verdict : ``equal``, ``compatible`` (both can be true, given bounds and rounding), ``wider`` (one counts a part
            of what the other counts: a longer time, or a wider kind of thing), ``conflict``, ``unclear`` (both cannot
            be true of one thing, but nothing says that it is one), or ``different`` (they are not about one thing)
        reason : what the verdict rests on, in words
        low, high : the least and the most that the figure says, in the SI unit of its dimension where it has one;
            "about" is read as within a tenth, a measured number and one in hundreds as rounded at its last digit that
            is not 0 (by a tenth at the most; percentages at their last digit), "from 12 to 17" as 17 where something
            changed
        sentence : the sentence around it, 600 characters at the most
        speaker : who says so, of the quotation around it; null outside quotations
        when, where : the times and places that the sentence names
        other_doc_id, other_start ... : the same of the later figure

    Raises
    ------
    ValueError
        If a table lacks a column, a figure its value, or a document of ``quantities`` is not in ``docs``.

    Examples
    --------
    >>> compare_quantities(extract_quantities(docs), docs).verdict.tolist()  # doctest: +SKIP
    ['wider', 'different']
    """
    needed = ["doc_id", "start", "end", "text", "value", "value_high", "bound", "trend", "unit", "counted", "dimension"]
    check_columns(quantities, [*needed, "counted_start", "counted_end", "vague", "value_si"], name="quantities")
    known = {doc_id for doc_id, _ in iter_docs(docs)}
    if missing := sorted(set(quantities["doc_id"]) - known):
        raise ValueError(f"document {missing[0]!r} of quantities is not in docs; pass the documents they came from")
    for row in quantities[quantities["value"].isna()].head(1).to_dict("records"):
        raise ValueError(f"quantity at {row['start']} of document {row['doc_id']!r} has no value; drop such rows")
    speakers = _speakers(quantities, quotes)
    groups: dict[tuple[object, ...], list[_Claim]] = defaultdict(list)
    for doc_id, rows in quantities.groupby("doc_id", sort=False):
        for key, claim in _read_claims(docs[str(doc_id)], rows, speakers):
            groups[key].append(claim)
    found = list(_pairs(groups))
    order = {doc_id: i for i, doc_id in enumerate(docs)}
    found.sort(key=lambda r: (order[r["doc_id"]], r["start"], order[r["other_doc_id"]], r["other_start"]))
    number: dict[object, int] = {}
    for row in found:
        row["group"] = number.setdefault(row["group"], len(number))
    return build_table(found, COLUMNS)


def _pairs(groups: Mapping[tuple[object, ...], list[_Claim]]) -> Iterator[dict]:
    for key, claims in groups.items():
        for earlier, later in _neighbours(claims):
            verdict, reason = _relate(earlier, later)
            yield {
                **earlier.row,
                **{f"other_{name}": value for name, value in later.row.items()},
                "group": key,
                "thing": key[-1],
                "verdict": verdict,
                "reason": reason,
            }


def _neighbours(claims: list[_Claim]) -> Iterator[tuple[_Claim, _Claim]]:
    """Pair each claim with earlier ones: many of the same or a general head, a few of others."""
    general = _lexicon().general
    of_head: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_MEMORY))
    for i, later in enumerate(claims):
        near = {*range(max(0, i - _OTHERS), i), *of_head[later.head]}
        for head in general - {later.head}:
            near |= {*of_head[head]}
        for k in sorted(near):
            yield claims[k], later
        of_head[later.head].append(i)


def _speakers(quantities: pd.DataFrame, quotes: pd.DataFrame | None) -> dict[tuple[object, int], str]:
    """Speaker by document and start of the figures that stand in a quotation."""
    if quotes is None or quotes.empty:
        return {}
    check_columns(quotes, ["doc_id", "start", "end", "speaker"], name="quotes")
    name = quotes["speaker_name"] if "speaker_name" in quotes.columns else quotes["speaker"]
    said = quotes[["doc_id", "start", "end"]].assign(speaker=name.fillna(quotes["speaker"]))
    inside = find_within(quantities[["doc_id", "start", "end"]], said).dropna(subset=["speaker"])
    return {(row["doc_id"], row["start"]): row["speaker"] for row in inside.to_dict("records")}


# --- reading a claim ------------------------------------------------------------------------------------------------


def _read_claims(
    doc: Doc, rows: pd.DataFrame, speakers: Mapping[tuple[object, int], str]
) -> Iterator[tuple[tuple[object, ...], _Claim]]:
    lexicon = _lexicon()
    starts = [token.idx for token in doc]
    sentences = [(sent.start, sent.end) for sent in doc.sents] if doc.has_annotation("SENT_START") else [(0, len(doc))]
    figures = frozenset(rows["start"])
    text, firsts = read_text(doc), [start for start, _ in sentences]
    bounds = [(starts[first], doc[last - 1].idx + len(doc[last - 1])) for first, last in sentences]
    scopes: dict[int, tuple[list[_Time], dict[str, str], frozenset[str], frozenset[tuple[str, str]]]] = {}
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        if (
            row.get("kind") == "score"
            or row["dimension"] in _NEVER
            or (row["dimension"] == "share" and row["unit"] is None)
        ):
            continue
        if row["value"] == 1 and row["unit"] is None:  # "one woman said" introduces her rather than counts her
            continue
        read = _read_thing(doc, starts, row)
        if read is None:
            continue
        at = bisect_right(starts, row["start"]) - 1
        number = bisect_right(firsts, at) - 1
        if number not in scopes:
            where, names = (_named(doc, sentences[number], kind) for kind in (_PLACES, _NAMES))
            who = frozenset(word for name in names for word in name.split())
            scopes[number] = (_times(doc, sentences[number]), where, who, _ordinals(doc, sentences[number], figures))
        times, where, who, ordinals = scopes[number]
        own = [time for time in times if time.of in (None, at)]
        own = [time for time in own if time.of == at] or own
        doer = _doer(doc, at, {at, *_counted(starts, row)})
        when = {time.key: time.written for time in own if not time.told}
        word, modifiers, proper, events = read
        head = lexicon.same.get(word, word)
        thing = "people" if head in lexicon.people and row["unit"] is None else head
        factor = _factor(row)
        left, level, before = _is_left(doc, at), row, None
        if left and row["value_high"] is not None:  # "from 12 to 17" is no range: 17 is what it came to
            level = {**row, "value": row["value_high"], "value_high": None}
            before = _in_si({**row, "value_high": None}, factor)
        elif left:
            before = -math.inf, math.inf
        low, high = _in_si(level, factor)
        claim = _Claim(
            {
                "doc_id": row["doc_id"],
                "start": row["start"],
                "end": row["end"],
                "text": row["text"],
                "low": low,
                "high": high,
                "sentence": _shown(text, *bounds[number], row["start"]),
                "speaker": speakers.get((row["doc_id"], row["start"])),
                "when": "; ".join(dict.fromkeys(time.written for time in times)) or None,
                "where": "; ".join(where.values()) or None,
            },
            low,
            high,
            row["bound"],
            head,
            word,
            modifiers,
            proper,
            events,
            doer,
            ordinals,
            _ahead(doc, at),
            frozenset(time.key for time in own if time.told),
            *_causes(doc, at, [doc[i] for i in _counted(starts, row)]),
            frozenset(when),
            frozenset(where),
            {time.key: time.written for time in own} | where,
            who,
            row["trend"],
            row["unit"] is not None,
            _is_added(doc, at),
            before,
            f"{_IN_WORDS[row['bound']]}{'from ' if left else ''}{row['text']}",
        )
        # percentages and money of one name only: converting needs a rate or a whole that the text does not give
        same_unit = row["dimension"] if factor else row["unit"] or row["dimension"]
        yield (same_unit, bool(row["trend"]), thing), claim


class _Lexicon(NamedTuple):
    people: frozenset[str]
    general: frozenset[str]
    same: dict[str, str]
    same_event: dict[str, str]
    outcomes: dict[str, str]
    light: frozenset[str]
    moves: frozenset[str]
    changes: frozenset[str]
    long: frozenset[str]
    rates: frozenset[str]
    said_in: frozenset[str]
    same_cause: dict[str, frozenset[str]]  # groups that a word is in, by their first words
    same_doer: dict[str, frozenset[str]]
    telling: frozenset[str]
    ahead: frozenset[str]
    ordinals: frozenset[str]
    labels: frozenset[str]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    data = tomllib.loads(Path(__file__).with_name("claims.toml").read_text("utf-8"))
    words = read_lexicon()
    same = {word: group[0] for group in data["synonyms"] for word in group}
    outcomes = {word: event for event, words in data["outcomes"].items() for word in words}
    same_event = outcomes | {word: words[0] for words in data["events"] for word in words}
    people = frozenset(same.get(word, word) for word in data["people"])
    return _Lexicon(
        people,
        frozenset(data["general"]),
        same,
        same_event,
        outcomes,
        frozenset(data["light_verbs"]),
        frozenset(data["level_verbs"]),
        frozenset([*data["changes"], *words["trend"]["up"], *words["trend"]["down"]]),
        frozenset(data["long_times"]),
        frozenset(data["rates"]),
        frozenset(data["said_in"]),
        _groups(data["causes"]),
        _groups(data["doers"]),
        frozenset(data["telling"]),
        frozenset(data["ahead"]),
        frozenset(data["ordinals"]),
        frozenset(words["labels"]["words"]),
    )


def _groups(rows: list[list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for row in rows:
        for word in row:
            found[word] |= {row[0]}
    return dict(found)


def _counted(starts: list[int], row: dict) -> range:
    """Give the tokens of what is counted."""
    if row["counted"] is None:
        return range(0)
    return range(bisect_right(starts, row["counted_start"]) - 1, bisect_right(starts, row["counted_end"] - 1))


def _read_thing(
    doc: Doc, starts: list[int], row: dict
) -> tuple[str, frozenset[str], frozenset[str], tuple[str, ...]] | None:
    """Read what a figure counts: head, modifiers, the names among them, and predicates; None if it counts nothing told.

    "12 deaths", "12 dead", "a toll of 12" and "killed 12" all count people, of whom the word or the verb says what
    became of them.
    """
    lexicon = _lexicon()
    if row["counted"] is None:
        if row["unit"] is not None:
            return None
        after = doc[bisect_right(starts, row["end"] - 1) :][:1]
        events = _events(doc, starts, row, lexicon.light)
        told = [lexicon.outcomes[t.lower_] for t in after if t.lower_ in lexicon.outcomes] or [
            event for event in events if lexicon.same_event.get(event) in lexicon.outcomes.values()
        ]
        return ("people", frozenset(), frozenset(), tuple(dict.fromkeys([*told, *events]))) if told else None
    first, last = (bisect_right(starts, at) - 1 for at in (row["counted_start"], row["counted_end"] - 1))
    head = _head(doc, first, last)
    if head.lemma_.lower() == "number":  # "the number of patients" counts patients
        of = (pobj for child in head.rights if child.lower_ == "of" for pobj in islice(child.rights, 1))
        head = next((noun for noun in of if noun.i <= last), head)
    word = head.lower_ if head.lower_ in lexicon.outcomes else head.lemma_.lower()  # "injured", were it tagged a verb
    if word == "rate" and head.i > first and doc[head.i - 1].lemma_.lower() in lexicon.rates:
        word = doc[head.i - 1].lemma_.lower()  # "the unemployment rate" and "unemployment" are one thing
    modifiers = _lemmas(doc, first, last, ("NOUN", "PROPN", "ADJ", "NUM")) - {word, "rate", "number"}
    proper = _lemmas(doc, first, last, ("PROPN",))
    idle = {*lexicon.light, word} | (lexicon.moves if row["unit"] and not row["trend"] else frozenset())
    if _is_left(doc, bisect_right(starts, row["start"]) - 1):
        idle |= lexicon.changes
    events = _events(doc, starts, row, idle)
    named = {word} if word in lexicon.outcomes else modifiers if word in _TALLIES else frozenset()
    if row["unit"] is None and (told := sorted(lexicon.outcomes[w] for w in named if w in lexicon.outcomes)):
        return "people", modifiers & lexicon.people, proper, tuple(dict.fromkeys([*told, *events]))
    return word, modifiers, proper, events


def _head(doc: Doc, first: int, last: int) -> Token:
    """Find the noun that hangs highest among the words counted."""
    for i in range(first, last + 1):
        if not first <= doc[i].head.i <= last or doc[i].head.i == i:
            return doc[i]
    return doc[last]


def _is_added(doc: Doc, first: int) -> bool:
    near = doc[max(0, first - 2) : first + 3]
    return any(t.lower_ in _ADDED and (t.i + 1 >= len(doc) or doc[t.i + 1].lower_ != "than") for t in near)


def _is_left(doc: Doc, first: int) -> bool:
    """Whether a figure is the level from which something changed: "climbed from 12"."""
    before = doc[max(0, first - 2) : first]
    source = next((t for t in reversed(before) if not t.is_currency), None)
    return source is not None and source.lower_ == "from" and source.head.lemma_.lower() in _lexicon().changes


def _lemmas(doc: Doc, first: int, last: int, parts: tuple[str, ...]) -> frozenset[str]:
    span = doc[first : last + 1]
    return frozenset(t.lemma_.lower() for t in span if t.pos_ in parts and t.ent_type_ not in _TIMES)


def _events(doc: Doc, starts: list[int], row: dict, idle: Set[str]) -> tuple[str, ...]:
    """Name the predicates that a figure hangs on, the nearest first: the noun it is an "of" of, then its verb."""
    first = bisect_right(starts, row["start"]) - 1
    last = bisect_right(starts, row["end"] - 1) - 1
    inside = {*range(first, last + 1)}
    if row["counted"] is not None and row["counted_start"] >= row["end"]:
        if row["value_si"] is not None and row["counted_start"] - row["end"] <= 1:
            return ()  # "the 203-foot ship" is that long whatever happens to it
        inside |= {*range(bisect_right(starts, row["counted_start"]) - 1, bisect_right(starts, row["counted_end"] - 1))}
    found: list[str] = []
    token, direct = doc[first], True
    for _ in range(_CLIMB):
        head = token.head
        if head.i == token.i:
            break
        if head.i not in inside:
            lemma = head.lemma_.lower()
            if head.pos_ in ("VERB", "AUX") and lemma not in idle:
                return (*found, _predicate(head, first))
            if lemma == "be":
                if state := next((t for t in islice(head.rights, _CLIMB) if t.dep_ == "acomp"), None):
                    return (*found, state.lemma_.lower()) if state.i not in inside else tuple(found)
                if head.dep_ in _CLAUSES:
                    return tuple(found)  # "it was built in 1994 and is 62 metres long"
            if token.dep_ == "prep":
                if head.pos_ == "NOUN" and token.lower_ == "of" and direct and lemma not in idle:
                    found.append(lemma)
                direct = False
        token = head
    return tuple(found)


def _predicate(verb: Token, first: int) -> str:
    """Give the lemma of a verb, with the noun or particle that makes one phrase with it: "take part"."""
    lemma, same = verb.lemma_.lower(), _lexicon().same_event
    parts = ("oprd", "acl") if lemma == "leave" else ("oprd",)  # "left 24 people dead", "left 31 injured"
    after = (t for t in verb.doc[first + 1 : first + _CLIMB] if t.dep_ in parts and verb in (t.head, t.head.head))
    if state := next((t.lower_ for t in after if t.lower_ in same), None):
        return state
    phrases = (f"{lemma} {t.lower_}" for t in islice(verb.rights, 2) if t.dep_ in ("dobj", "prt"))
    return next((phrase for phrase in phrases if phrase in same), lemma)


def _doer(doc: Doc, first: int, inside: Set[int]) -> _Doer | None:
    """Read who did what a figure is about, "Ford" of "Ford will cut 1,200 jobs", or what: "killed in a bus crash"."""
    lexicon = _lexicon()
    token, above = doc[first], set[int]()
    for _ in range(_CLIMB):
        above.add(token.i)
        if token.pos_ == "VERB":
            if token.lemma_.lower() in lexicon.telling:
                return None  # who speaks has not done it
            near = [child for child in doc[max(0, token.i - 3 * _CLIMB) : token.i + 3 * _CLIMB] if child.head == token]
            by = [pobj for child in near if child.dep_ == "agent" for pobj in islice(child.rights, 1)]
            subjects = by or [child for child in near if child.dep_ == "nsubj"]
            if subjects and subjects[0].i not in above | inside:
                subject = subjects[0]
                if subject.tag_ in ("WDT", "WP") and token.dep_ == "relcl":
                    subject = token.head  # "a bomb that killed 12"
                again = any(child.lower_ in _AGAIN for child in near)
                return None if subject.i in above | inside else _describe(doc, subject, again=again)
            if deed := next(_deeds(doc, token, near), None):
                return _describe(doc, deed, deed=True)
            if subjects or not (token.dep_ in ("xcomp", "conj") or (token.dep_ == "advcl" and token.tag_ == "VBG")):
                return None
        if token.head.i == token.i:
            break
        token = token.head
    return None


def _deeds(doc: Doc, verb: Token, near: list[Token]) -> Iterator[Token]:
    """Give the causes a verb stands with ("died in a bus crash") and what else happened: "when a bus burned"."""
    nouns = (pobj for child in near if child.dep_ == "prep" for pobj in islice(child.rights, 1))
    yield from (noun for noun in nouns if noun.lemma_.lower() in _lexicon().same_cause)
    for mark in doc[verb.i + 1 : verb.i + 2 * _CLIMB]:
        if mark.lower_ in _MARKS and mark.head.pos_ == "VERB" and mark.head.i > mark.i:
            yield from (
                t
                for t in doc[mark.i : mark.i + _CLIMB]
                if t.dep_ == "nsubj" and t.head == mark.head and t.pos_ != "PRON"
            )


def _describe(doc: Doc, head: Token, *, deed: bool = False, again: bool = False) -> _Doer:
    before = [t for t in doc[max(0, head.i - _CLIMB) : head.i] if t.head == head or t.head.head == head]
    after = [
        (child, pobj) for child in islice(head.rights, 3) if child.dep_ == "prep" for pobj in islice(child.rights, 1)
    ]
    named = [t for t in [*before, head] if t.ent_type_ in _NAMES and t.pos_ != "DET" and t.head in (head, head.head)]
    is_cause = head.lemma_.lower() in _lexicon().same_cause
    parts = {"NOUN", "PROPN"} if is_cause else {"NOUN", "PROPN", "ADJ", "NUM", "VERB"}
    closer = {
        t.lower_
        for t in [*before, *(pobj for _, pobj in after)]
        if t.pos_ in parts and t.ent_type_ not in _PLACES | _TIMES | {"NORP"}
    }
    return _Doer(
        head.lemma_.lower(),
        " ".join(t.text for t in named),
        frozenset(closer),
        " ".join(t.text for t in [*before, head]),
        head.ent_type_ in _NAMES,
        head.pos_ == "PRON",
        "Plur" in head.morph.get("Number", []),
        any(t.lower_ in ("a", "an", "one") for t in before),
        deed,
        again,
    )


def _ahead(doc: Doc, first: int) -> frozenset[str]:
    """List the words by which a figure is forecast or planned, up to what governs the verb of its clause."""
    words, token = _lexicon().ahead, doc[first]
    found = set[str]()
    for _ in range(_CLIMB):
        near = [t for t in doc[max(0, token.i - _CLIMB) : token.i] if t.head == token and t.dep_ in ("aux", "amod")]
        found |= words & {token.lemma_.lower(), *(t.lower_ for t in near), *(t.lemma_.lower() for t in near)}
        if token.head.i == token.i or (token.pos_ in ("VERB", "AUX") and token.dep_ not in ("xcomp", "ccomp")):
            break
        token = token.head
    return frozenset(found)


def _ordinals(doc: Doc, sentence: tuple[int, int], figures: Set[int]) -> frozenset[tuple[str, str]]:
    """List what a sentence numbers: ("round", "second") of "the second round", ("flight", "12") of "Flight 12"."""
    lexicon = _lexicon()
    found = set[tuple[str, str]]()
    for token in doc[sentence[0] : min(sentence[1], sentence[0] + 400)]:
        noun = token.head
        if token.ent_type_ in _TIMES or token.idx in figures:
            continue
        if (token.lower_ in lexicon.ordinals or _NTH.fullmatch(token.lower_)) and noun.pos_ in ("NOUN", "PROPN"):
            found.add((noun.lemma_.lower(), token.lower_))
        elif token.i and (token.pos_ == "NUM" or (len(token) == 1 and token.is_upper)):
            before = doc[token.i - 1].lemma_.lower()
            if before in lexicon.labels and doc[token.i - 1].pos_ in ("NOUN", "PROPN"):
                found.add((before, token.lower_))
    return frozenset(found)


def _causes(doc: Doc, first: int, counted: list[Token]) -> tuple[frozenset[str], frozenset[str]]:
    """Name what did something to what is counted ("killed in a fire"), and what narrows it down ("games at home")."""
    lexicon = _lexicon()
    token, above = doc[first], list[Token]()
    for _ in range(_CLIMB):
        above.append(token)
        if token.pos_ == "VERB" or token.head.i == token.i:
            break
        token = token.head
    same = lexicon.same_cause
    within = {t.lemma_.lower() for t in counted if t.head in counted} & {*same}  # "the toll from the fire"
    if token.pos_ != "VERB":
        return frozenset(within), frozenset()
    heads = {word.i for word in above}
    near = [child for child in doc[max(0, first - 2 * _CLIMB) : first + 2 * _CLIMB] if child.head.i in heads]
    subjects = [child.lemma_.lower() for child in near if child.dep_ in ("nsubj", "csubj")]
    told = [
        (child.lower_, pobj)
        for child in near
        if child.dep_ in ("prep", "agent")
        for pobj in islice(child.rights, 1)
        if pobj.pos_ == "NOUN" and pobj.ent_type_ not in _TIMES | _PLACES and pobj.i not in heads
    ]
    causes = within | {word for word in [*subjects, *(noun.lemma_.lower() for _, noun in told)] if word in same}
    nouns = [noun for preposition, noun in told if preposition in _NARROWS and noun.lemma_.lower() not in same]
    compounds = [t for noun in nouns for t in doc[max(0, noun.i - 3) : noun.i] if t.head == noun and t.pos_ == "NOUN"]
    closer = {noun.lemma_.lower() for noun in (*nouns, *compounds)}
    return frozenset(causes), frozenset(closer - lexicon.said_in)


def _words(claim: _Claim) -> frozenset[str]:
    return _words_of(str(claim.row["sentence"]))


@lru_cache(maxsize=1024)
def _words_of(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sentence.lower()))


class _Time(NamedTuple):
    """A time that a sentence names."""

    key: str
    written: str
    told: bool  # when something was said
    of: int | None  # first token of the figure it belongs to alone: "down from 41 four years ago"


def _times(doc: Doc, sentence: tuple[int, int]) -> list[_Time]:
    found = []
    for tokens in _entities(doc, sentence, _TIMES):
        first, of = tokens[0].i, None
        for i in range(tokens[-1].i if tokens[0].like_num else first - 1, max(sentence[0], first - 4), -1):
            compared = {doc[i - 1].lower_, doc[i - 2].lower_ if i > 1 and doc[i - 1].is_currency else ""}
            if doc[i].like_num and compared & _COMPARED:
                of = i - 1 if doc[i - 1].is_currency else i
        tokens = [token for token in tokens if of is None or token.i > of or token.i < of - 1]
        named: dict[str, str] = {}
        if tokens:
            _add_name(named, doc, tokens)
        above = next((t.head for t in tokens if t.head not in tokens), None)
        while above is not None and above.pos_ in ("ADP", "ADV", "SCONJ") and above.head != above:
            above = above.head
        if above is not None and above.dep_ == "relcl" and of is None:  # "more than the 310 it sold in 2020"
            owner = above.head
            of = next(
                (t.i for t in (owner, *doc[max(0, owner.i - 4) : owner.i]) if t.like_num and owner in (t, t.head)), None
            )
        told = above is not None and above.pos_ == "VERB" and above.lemma_.lower() in _lexicon().telling
        found += [_Time(key, written, told, of) for key, written in named.items()]
    return found


def _named(doc: Doc, sentence: tuple[int, int], labels: frozenset[str]) -> dict[str, str]:
    """List the entities of a sentence as written, by their words without articles and case."""
    found: dict[str, str] = {}
    for tokens in _entities(doc, sentence, labels):
        _add_name(found, doc, tokens)
    return found


def _entities(doc: Doc, sentence: tuple[int, int], labels: frozenset[str]) -> Iterator[list[Token]]:
    tokens: list[Token] = []
    for i in range(sentence[0], min(sentence[1], sentence[0] + 400)):
        token = doc[i]
        if tokens and (token.ent_iob_ != "I" or token.ent_type_ not in labels):
            yield tokens
            tokens = []
        if token.ent_type_ in labels:
            tokens.append(token)
    if tokens:
        yield tokens


def _add_name(found: dict[str, str], doc: Doc, tokens: list[Token]) -> None:
    key = " ".join(t.lower_ for t in tokens if t.pos_ not in ("DET", "ADP", "PUNCT"))
    if key.isdigit() and len(key) != 4:
        return  # a figure that the model took for a time; a year is one
    found.setdefault(key or tokens[0].lower_, doc[tokens[0].i : tokens[-1].i + 1].text)


def _shown(text: str, start: int, end: int, at: int) -> str:
    """Cut a sentence that is too long to show down to what stands around the figure."""
    if end - start > _LONGEST:
        start = max(start, at - _LONGEST // 2)
    return text[start : min(end, start + _LONGEST)].strip()


def _factor(row: dict) -> float | None:
    """By how much a value is multiplied to be in SI units; None if its unit has none or begins elsewhere."""
    if row["value_si"] is None or not row["value"] or row["dimension"] in ("temperature", "share"):
        return None
    return row["value_si"] / row["value"]


def _in_si(row: dict, factor: float | None) -> tuple[float, float]:
    low, high = _interval(row)
    return low * (factor or 1.0), high * (factor or 1.0)


def _interval(row: dict) -> tuple[float, float]:
    """Give the least and the most that a figure says: "more than 10,000" is 10,000 to infinity."""
    value, high, bound = row["value"], row["value_high"], row["bound"]
    if high is not None:
        return min(value, high), max(value, high)
    if row["vague"]:
        return value, value * 10  # "dozens", as "hundreds" are 100 to 1,000
    if bound in (">", ">="):
        return value, math.inf
    if bound in ("<", "<="):
        return -math.inf if value < 0 else 0.0, value
    slack = _rounding(value, measured=row["unit"] is not None, share=row["dimension"] == "share")
    if bound == "~":
        slack = max(slack, abs(value) * _TENTH)
    return value - slack, value + slack


def _rounding(value: float, *, measured: bool, share: bool) -> float:
    """Half the last place a number is given to: 8 km may be 7.5, and 15,000 people 14,500; 44 people are 44.

    Zeros at the end may be exact, so they give a tenth of the number at the most; a share is as exact as written.
    """
    place = 1.0
    if value % 1:
        place = 10.0 ** -len(repr(value).partition(".")[2])
    while value and abs(value) < 1e15 and value % (place * 10) == 0 and not share:
        place *= 10
    if place > 1:
        return min(place * _HALF, abs(value) * _TENTH) if measured or place >= 100 else 0.0
    return place * _HALF if measured else 0.0


# --- relating two claims --------------------------------------------------------------------------------------------


def _relate(a: _Claim, b: _Claim) -> tuple[str, str]:
    """Say how two figures of one group relate, and why."""
    general = _lexicon().general
    if a.head != b.head and not general & {a.head, b.head}:
        return "different", f"counts of {a.word} and of {b.word}"
    if a.row["sentence"] == b.row["sentence"] and a.row["doc_id"] == b.row["doc_id"]:
        return "different", "set side by side in one sentence"
    if a.trend != b.trend:
        return "different", f"one went {a.trend}, one {b.trend}"
    alike = (a.low, a.high, a.bound) == (b.low, b.high, b.bound)
    if bool(a.ahead) != bool(b.ahead) and not alike:
        return "different", f"one is to come: {_listed(a.ahead or b.ahead)}"
    if a.doer and b.doer and a.doer.name and b.doer.name and not _share_name(a.doer, b.doer):
        return "different", f"done by others: {a.doer.name}; {b.doer.name}"
    if numbered := _set_apart(a.ordinals, b.ordinals):
        return "different", numbered
    untold = bool(a.events) != bool(b.events)  # only one says what happened
    if not untold and not _same_event(a.events, b.events):
        return "different", f"said of different events: {_listed(a.events)}; {_listed(b.events)}"
    written = a.written | b.written
    where, other_where = _scopes(a, b, "where")
    when, other_when = _scopes(a, b, "when")
    if where and other_where and not where & other_where:
        return "different", f"other places: {_listed(where, written)}; {_listed(other_where, written)}"
    if a.row["doc_id"] != b.row["doc_id"] and a.who and b.who and not a.who & b.who:
        return "different", "no name in common"
    apart = a.modifiers - b.modifiers - (a.names & _words(b)), b.modifiers - a.modifiers - (b.names & _words(a))
    if all(apart) and a.head == b.head:
        return "different", f"counts of {_listed(apart[0])} and of {_listed(apart[1])} {a.word}"
    if untold and (a.head != b.head or any(apart)):
        return "different", f"only one says what happened: {_listed(a.events or b.events)}"
    if a.causes and b.causes and not (alike or _share_group(a.causes, b.causes, _lexicon().same_cause)):
        return "different", f"other causes: {_listed(a.causes)}; {_listed(b.causes)}"
    if when != other_when and not (alike and not (when and other_when)):
        if _is_long(when) != _is_long(other_when):
            return "wider", f"one covers a longer time: {_listed(when, written)}; {_listed(other_when, written)}"
        if when and other_when and not when & other_when:
            return "different", f"other times: {_listed(when, written)}; {_listed(other_when, written)}"
    numbers = f"{a.said} and {b.said}"
    if alike:
        return "equal", numbers
    if any(apart) and a.measured and a.head == b.head:
        return "unclear", f"only one says which {a.word}: {_listed(apart[0] | apart[1])}"
    if a.head != b.head or any(apart):
        return "wider", f"one counts a wider kind: {_kind(a)}; {_kind(b)}"
    alone = f"only one says when or where: {_listed((when ^ other_when) | (where ^ other_where), written)}"
    if a.events and b.events and _has_year(when) != _has_year(other_when):  # what happened without a year happened now
        return "unclear", alone
    if a.low <= b.high and b.low <= a.high:
        return "compatible", f"{numbers} can both be true"
    if untold:
        return "unclear", f"only one says what happened: {_listed(a.events or b.events)}"
    if a.measured and not a.events and not (when and other_when) and not a.names & b.names:
        return "unclear", "neither event nor time says that it is the same"
    if when != other_when or bool(where) != bool(other_where):
        return "unclear", alone
    if only := (a.closer - _words(b)) | (b.closer - _words(a)):
        return "unclear", f"only one says more closely which: {_listed(only)}"
    if a.added or b.added:
        return "unclear", "one comes on top of others"
    if a.before != b.before and (_may_have_left(a, b) or _may_have_left(b, a)):
        return "unclear", "one may be a level before the change"
    if a.ordinals != b.ordinals:
        only = frozenset(" ".join(reversed(pair)) for pair in a.ordinals ^ b.ordinals)
        return "unclear", f"only one says more closely which: {_listed(only)}"
    if a.told != b.told:
        return "unclear", f"told at other times: {_listed(a.told, written)}; {_listed(b.told, written)}"
    if a.doer and b.doer and _may_differ(a, b, a.doer, b.doer):
        return "unclear", f"done by others, perhaps: {a.doer.written}; {b.doer.written}"
    if not (where or when or a.told or a.names & b.names):
        return "unclear", f"no name, time or place says that it is the same {_kind(a)}"
    shared = [event for event in a.events if _same_event((event,), b.events)]
    return "conflict", f"{numbers} cannot both be true of {': '.join([_kind(a), *shared[:1]])}"


def _may_have_left(a: _Claim, b: _Claim) -> bool:
    """Whether one figure may be a level from which the other changed, or came by in the course of a year."""
    if a.before is None:
        return False
    low, high = a.before
    if _is_long(a.when) or _has_year(a.when):
        low, high = min(low, a.low), max(high, a.high)
    return low <= b.high and b.low <= high


def _may_differ(a: _Claim, b: _Claim, x: _Doer, y: _Doer) -> bool:
    """Whether two figures may be of two doers: a party and the opposition, a bus crash and a train crash."""
    lexicon = _lexicon()
    are_causes = x.head in lexicon.same_cause and y.head in lexicon.same_cause
    if x.deed != y.deed and not are_causes:
        return False  # soldiers, and the raid they made
    in_one = a.row["doc_id"] == b.row["doc_id"]
    if x.is_pronoun or y.is_pronoun or (in_one and y.again):
        return True
    if x.is_name or y.is_name:
        kinds = {x.head, y.head} & {word for doer in (x, y) for word in doer.name.lower().split()}
        return not (
            _share_name(x, y) or kinds - ({x.head} if x.is_name else {y.head})
        )  # "Hurricane Ida", "the hurricane"
    if _stem(x.head) != _stem(y.head) and not any(
        _share_group({x.head}, {y.head}, groups) for groups in (lexicon.same_cause, lexicon.same_doer)
    ):
        return not (x.deed or y.deed) or not ({x.head} & _words(b) or {y.head} & _words(a))
    apart = x.closer - _words(b), y.closer - _words(a)
    if all(apart) and not _share_group(*apart, lexicon.same_doer):
        return True
    if not are_causes and (any(apart) != all(apart) or (x.head == y.head and x.plural != y.plural)):
        return True
    return in_one and x.new and y.new  # what was told of before would have "the"


def _share_name(a: _Doer, b: _Doer) -> bool:
    """Whether words of two names begin alike: "Israel" and "Israeli jets" may be one."""
    stems, others = ({word[:4] for word in doer.name.lower().split()} for doer in (a, b))
    return bool(stems & others)


def _share_group(a: Set[str], b: Set[str], groups: Mapping[str, frozenset[str]]) -> bool:
    return any(x == y or groups.get(x, frozenset()) & groups.get(y, frozenset()) for x in a for y in b)


def _set_apart(a: frozenset[tuple[str, str]], b: frozenset[tuple[str, str]]) -> str | None:
    """Say what of one series two sentences number differently: the first flight, the second flight."""
    for noun in sorted({noun for noun, _ in a} & {noun for noun, _ in b}):
        numbers, others = (frozenset(number for word, number in pairs if word == noun) for pairs in (a, b))
        if not numbers & others:
            return f"said of another {noun}: {_listed(numbers)}; {_listed(others)}"
    return None


def _scopes(a: _Claim, b: _Claim, field: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give the times or places of two sentences; a name marked in one that the other holds unmarked counts for both."""
    mine, other = getattr(a, field), getattr(b, field)
    text, other_text = (str(claim.row["sentence"]).lower() for claim in (a, b))
    return mine | {name for name in other if name in text}, other | {name for name in mine if name in other_text}


def _same_event(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two figures share a predicate or its noun ("evacuate", "evacuation"), or neither has one."""
    if not a and not b:
        return True
    same = _lexicon().same_event
    return any(_stem(same.get(x, x)) == _stem(same.get(y, y)) for x in a for y in b)


def _stem(word: str) -> str:
    """Cut a verb and its noun to what they share; short words are kept whole."""
    for ending in ("ation", "ition", "tion", "sion", "ment", "ing", "ate", "al", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _is_long(when: frozenset[str]) -> bool:
    """Whether a time is longer than a day; "a week ago" is none, "the same week a year earlier" is."""
    return any(word in _lexicon().long for phrase in when for word in _SINCE.sub("", phrase).split())


def _has_year(when: frozenset[str]) -> bool:
    return any(word.isdigit() and len(word) == 4 for phrase in when for word in phrase.split())


def _listed(words: frozenset[str] | tuple[str, ...], written: Mapping[str, str] | None = None) -> str:
    told = [(written or {}).get(word, word) for word in (sorted(words) if isinstance(words, frozenset) else words)]
    return ", ".join(told) or "none stated"


def _kind(claim: _Claim) -> str:
    return " ".join([*sorted(claim.modifiers), claim.word])
