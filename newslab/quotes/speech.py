"""Speech: the quotations of a document with their reporting phrases, and with them its reported clauses.

A quotation looks for its reporting phrase after it, before it and, where there is none, one sentence back. Marks are
paired without the parse (`newslab.quotes.marks`); reported clauses come from it (`newslab.quotes.clauses`).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from newslab.quotes.clauses import find_clauses
from newslab.quotes.marks import Quotation
from newslab.quotes.syntax import (
    DASHES,
    FINITE,
    NOMINAL,
    PAUSES,
    REACH,
    RELATIVES,
    STOPS,
    SUBJECTS,
    VERBAL,
    Frame,
    Page,
    Said,
    cue_lemma,
    find_agent,
    find_subject,
    is_cue,
    make_according_frame,
    make_frame,
    nearest_subject,
    nominal_at,
    noun_phrase,
    previous_token,
    starts_sentence,
)

_SHORT = 5
_PLURALS = frozenset({"NNS", "NNPS", "CD"})
_WORDS = r"[ \t]+(?P<words>[^\s\"“'‘«][^\n]*)"
_LINE = re.compile(r"^[ \t]*(?P<name>[A-Z][A-Z.'’-]{2,30}(?: [A-Z][A-Z.'’-]{0,30}){0,3}):" + _WORDS, re.MULTILINE)
_PART = re.compile(r"^[ \t]*(?P<part>Q[.:]|A[.:]|Question:|Answer:)" + _WORDS, re.MULTILINE)
# Characters in a title, at most.
_TITLE = 80


def find_speech(page: Page) -> list[Said]:
    """Find all that is said in a document, in order; no stretch overlaps another.

    Parameters
    ----------
    page
        From `read_page`.

    Returns
    -------
    list of Said
        Quotations and reported clauses with their reporting phrases.
    """
    hints: dict[int, Frame] = {}
    clauses = list(find_clauses(page, hints))
    return _choose([*_transcript(page), *clauses, *_direct(page, clauses, hints)])


def _choose(found: list[Said]) -> list[Said]:
    """Put all in order, without what stands inside a longer stretch: a clause in a clause is the outer speaker's."""
    kept: list[Said] = []
    for said in sorted(found, key=lambda s: (s.start, -s.end)):
        if kept and said.start < kept[-1].end:
            continue
        kept.append(said)
    return kept


def _transcript(page: Page) -> list[Said]:
    """Find the lines of a transcript, "RUIZ: It was never safe."; one such line alone may be anything."""
    lines = []
    names = set()
    for match in _LINE.finditer(page.text):
        first = bisect_left(page.starts, match.start("name"))
        last = bisect_left(page.starts, match.end("name"))
        words = match.group("words").rstrip()
        if first < last <= first + REACH and any(c.isalpha() for c in words):
            names.add(match.group("name"))
            start = match.start("words")
            frame = Frame((last, last + 1), ":", (first, last), last - 1)
            lines.append(Said(start, start + len(words), "direct", frame, True))
    return (lines if len(names) > 1 else []) + _interview(page)


def _interview(page: Page) -> list[Said]:
    """Find questions and answers, "Q: Was it safe?": the letter says what a line is, not whose."""
    found = [(m.group("part")[0], m.start("words"), m.group("words").rstrip()) for m in _PART.finditer(page.text)]
    if len({part for part, _, _ in found}) < 2:
        return []
    return [Said(start, start + len(words), "direct", None, True) for _, start, words in found]


def _direct(page: Page, clauses: list[Said], hints: dict[int, Frame]) -> Iterator[Said]:
    """Yield each quotation that is speech, with its reporting phrase: after it, before it, or one sentence back."""
    covered = sorted(((c.start, c.end, c.frame) for c in clauses if c.frame), key=lambda c: c[:2])
    at = 0
    last: tuple[int, Frame] | None = None  # paragraph and frame of the attribution heard last
    for k, quotation in enumerate(page.quotations):
        first, stop = page.spans[k]
        if first >= stop:
            continue
        paragraph = page.paragraph[first]
        while at < len(covered) and covered[at][0] <= quotation.start:
            place = page.paragraph[covered[at][2].cue[0]]
            if last is None or last[0] != place or not _is_aside(page, covered[at][2]):
                last = (place, covered[at][2])
            at += 1
        if at and covered[at - 1][0] <= quotation.start and quotation.end <= covered[at - 1][1]:
            continue
        found = _after(page, k) if _may_lead(page, k) else None
        found = found or _before(page, k) or _colon(page, k) or hints.get(k) or _signed(page, k)
        speech = _is_speech(page, k, going_on=last is not None and last[0] == paragraph)
        start = quotation.start
        if found is None and speech:
            found = _carried(page, k, last)
        elif found is not None and found.speaker is None and last is not None and last[0] == paragraph:
            found = _shared(page, found, last[1])
        if found is None and (not speech or _is_title(page, k)):
            continue
        if found is not None:
            last = (paragraph, found)
        yield Said(start, _trim(page, quotation), "direct", found, quotation.closed)


def _shared(page: Page, frame: Frame, before: Frame) -> Frame:
    """Give a participle that opens a sentence the speaker before it: "... said Ruiz. Adding, “...”"."""
    verb = frame.cue[0]
    opens = page.tag[verb] == "VBG" and verb == page.sentence[verb][0]
    return frame._replace(speaker=before.speaker, head=before.head) if opens else frame


def _is_aside(page: Page, frame: Frame) -> bool:
    """Whether a reporting phrase stands in a subordinate clause, so that the story does not go on with its speaker."""
    if frame.head is not None and page.tag[frame.head] in RELATIVES:
        return True
    verb = frame.cue[0]
    return page.dep[verb] in {"relcl", "acl", "advcl"} and page.tag[verb] != "VBG"


def _trim(page: Page, quotation: Quotation) -> int:
    """End of a quotation without the comma that the reporting phrase asked for."""
    end = quotation.end
    return end - 1 if page.text[end - 1] == "," and end - 1 > quotation.start else end


def _is_speech(page: Page, k: int, *, going_on: bool = False) -> bool:
    """Whether a quotation can stand by itself: a sentence, of several words unless one speaks already."""
    quotation = page.quotations[k]
    first, stop = page.spans[k]
    n_words = sum(page.pos[i] not in {"PUNCT", "SPACE"} for i in range(first, min(stop, first + 12)))
    if not starts_sentence(page, k):
        return False
    if n_words < 2:
        return going_on and page.text[quotation.end - 1] in ".!?"
    ended = page.text[quotation.end - 1] in ".!?,…—-" or not quotation.closed
    has_verb = any(page.pos[i] in VERBAL for i in range(first, min(stop, first + 60)))
    return ended or (n_words >= 4 and has_verb)


def _may_lead(page: Page, k: int) -> bool:
    """Whether a reporting phrase after a quotation can be its own: it starts a sentence, or follows a pause."""
    return starts_sentence(page, k) or page.lower[previous_token(page, page.spans[k][0])] in PAUSES


def _is_title(page: Page, k: int) -> bool:
    """Whether every longer word of a quotation is capitalised, as in the name of a book, a show or a programme."""
    text = page.text[page.quotations[k].start : page.quotations[k].end]
    words = [word for word in text[:_TITLE].split() if len(word) > 3]
    return (
        text[-1] not in "!?"
        and len(text) < _TITLE
        and all(word[0].isupper() or not word[0].isalpha() for word in words)
    )


def _qualifies(page: Page, k: int) -> bool:
    """Whether a quotation only qualifies the noun after it: the "brown coat" men."""
    stop = page.spans[k][1]
    return page.text[page.quotations[k].end - 1] not in ",.?!" and stop < len(page.pos) and page.pos[stop] == "NOUN"


def _gap_after(page: Page, k: int) -> range:
    """Tokens from a quotation to the next one, the end of the sentence or of the paragraph, as far as one reads on."""
    start = stop = page.spans[k][1]
    size = len(page.lower)
    here = page.paragraph[page.spans[k][0]]
    while stop < size and stop - start < REACH:
        if page.paragraph[stop] != here or page.lower[stop] in STOPS or page.inside[stop] >= 0:
            break
        stop += 1
    while start < stop and (page.lower[start] in PAUSES or page.pos[start] == "SPACE"):
        start += 1
    return range(start, stop)


def _gap_before(page: Page, k: int) -> range:
    """Tokens of the same sentence before a quotation, those in other quotations included."""
    stop = start = page.spans[k][0]
    here = page.paragraph[stop]
    while start > 0 and stop - start < REACH:
        i = start - 1
        if page.paragraph[i] != here:
            break
        if page.inside[i] < 0 and page.lower[i] in STOPS:
            break
        if page.inside[i] >= 0:
            quotation = page.quotations[page.inside[i]]
            if page.text[quotation.end - 1] in ".!?":
                break
        start -= 1
    return range(start, stop)


def _after(page: Page, k: int) -> Frame | None:
    """Find the phrase after a quotation: "he said", "said the minister", "according to her", "— Ana Ruiz"."""
    quotation = page.quotations[k]
    gap = _gap_after(page, k)
    if not gap:
        return None
    at = gap.start
    end_mark = page.text[quotation.end - 1]
    touching = page.text[quotation.outer_end : page.starts[at]].strip()
    if page.lower[at] == "according" and at + 2 < len(page.lower) and page.lower[at + 1] == "to":
        return make_according_frame(page, at)
    if page.tag[at] in RELATIVES or page.pos[at] == "CCONJ" or (page.pos[at] == "SCONJ" and page.lower[at] != "as"):
        return None
    comma = end_mark in ",?!—–-" or touching[:1] == ","
    capital = page.text[page.starts[at]].isupper()
    if end_mark in ".…" and capital and not (len(gap) <= _SHORT and cue_lemma(page, gap[-1])):
        return None
    # said Ana Ruiz
    i = at
    while i < gap.stop and page.pos[i] in {"ADV", "CCONJ"} and i < at + 2:
        i += 1
    lemma = cue_lemma(page, i) if i < gap.stop else None
    if lemma and not capital and page.tag[i] in {"VBD", "VBZ", "VBP", "VBN", "VB"}:
        return _inverted(page, i, lemma, gap.stop)
    # beamed Ana Ruiz
    if not lemma and comma and not capital and page.pos[at] == "VERB" and page.tag[at] in {"VBD", "VBZ"}:
        # the parser may take an inverted subject for an object
        subject = next((c for c in page.children[at] if page.dep[c] in SUBJECTS | {"dobj"} and c > at), -1)
        if at < subject < gap.stop and _is_speech(page, k):
            return make_frame(page, at, page.lower[at], subject)
    # Ana Ruiz said
    for verb in range(at, gap.stop):
        if page.pos[verb] not in VERBAL and not _cue_after_subject(page, verb, at):
            continue
        if page.dep[verb] in {"relcl", "acl", "aux", "auxpass"} and not _cue_after_subject(page, verb, at):
            continue
        head = find_subject(page, verb)
        if page.tag[verb - 1] == "NNP" and verb > at and page.lower[at : verb - 1].count(",") != 1:
            head = verb - 1
        if head is None or not at <= head < verb:
            head = nominal_at(page, at, verb)
        if head is None:
            break
        if page.tag[head] in RELATIVES:
            continue
        lemma = cue_lemma(page, verb)
        if lemma is None and page.lower[at] == "as":
            break
        first, last = noun_phrase(page, head)
        if lemma is not None and comma and _is_name_run(page, at, first):
            first = at
        phrase = (first, min(last, verb))
        if any(page.pos[i] not in {"ADV", "INTJ", "PUNCT", "SCONJ"} for i in range(at, phrase[0])):
            break
        if lemma is None and (
            not comma or (capital and end_mark in "?!") or page.pos[verb] == "AUX" or page.tag[verb] not in FINITE
        ):
            break
        if lemma is not None and not comma and page.inside[head] >= 0:
            break
        if capital and end_mark in "?!" and page.pos[head] != "PROPN" and not _ends_soon(page, verb, gap):
            break
        return make_frame(page, verb, lemma or page.lower[verb], head)._replace(speaker=phrase)
    return None


def _is_name_run(page: Page, start: int, stop: int) -> bool:
    """Whether nothing but the parts of a name and title stand in a stretch: "Radio Elda This Morning co-anchor"."""
    return start < stop and all(
        page.pos[i] in {"PROPN", "NOUN", "ADJ", "DET", "NUM"} or page.lower[i] == "-" or page.doc[i].text.istitle()
        for i in range(start, stop)
    )


def _signed(page: Page, k: int) -> Frame | None:
    """Find the name that signs a quotation, behind a dash, alone in its line or paragraph."""
    i = page.spans[k][1]
    while i < len(page.lower) and (page.pos[i] == "SPACE" or page.lower[i] == "."):
        i += 1
    if i + 1 >= len(page.lower) or page.lower[i] not in {"-", "--", "—", "–", "―"}:
        return None
    stop = i + 1
    while stop < len(page.lower) and stop - i < 12 and page.paragraph[stop] == page.paragraph[i]:
        stop += 1
    alone = stop == len(page.lower) or page.paragraph[stop] != page.paragraph[i]
    if not alone or any(page.pos[j] in VERBAL for j in range(i + 1, stop)):
        return None
    head = nominal_at(page, i + 1, stop)
    return Frame((i, i + 1), page.lower[i], noun_phrase(page, head), head) if head is not None else None


def _cue_after_subject(page: Page, verb: int, at: int) -> bool:
    """Whether a token right after a pronoun or a name looks like a reporting verb, whatever the tagger says."""
    if verb <= at or cue_lemma(page, verb) is None:
        return False
    subject = page.tag[verb - 1]
    if page.lower[verb] == cue_lemma(page, verb):  # "the two write", but not "White House press secretary"
        follows_noun = verb + 1 < len(page.pos) and page.pos[verb + 1] in NOMINAL
        return subject == "PRP" or (subject in _PLURALS and not follows_noun)
    return subject in {"PRP", "NNP"}


def _ends_soon(page: Page, verb: int, gap: range) -> bool:
    """Whether nothing much follows the verb, so that it reports what stands before it."""
    follow = verb + 1
    return follow >= gap.stop or page.lower[follow] in PAUSES or page.pos[follow] in {"ADP", "ADV"}


def _inverted(page: Page, verb: int, lemma: str, stop: int) -> Frame | None:
    """Read "said Ana Ruiz, the minister"; without a subject after it the verb has the one it shares."""
    follow = verb + (2 if " " in lemma else 1)
    while follow < stop - 1 and page.pos[follow] == "SPACE":
        follow += 1
    head = next((c for c in page.children[verb] if page.dep[c] in SUBJECTS and follow <= c < stop), None)
    if head is None and follow < stop and page.pos[follow] in NOMINAL | {"DET", "ADJ", "NUM"}:
        head = nominal_at(page, follow, stop)
    return make_frame(page, verb, lemma, head if head is not None else find_subject(page, verb))


def _before(page: Page, k: int) -> Frame | None:
    """Find the phrase before a quotation: "she added:", "he called it", "according to the ministry,"."""
    gap = _gap_before(page, k)
    if not gap:
        return None
    i = max(previous_token(page, gap.stop), gap.start)
    led = page.lower[i] in {":", "that"} or (is_cue(page, i) and page.lower[i] != "told")
    if not led and (_is_title(page, k) or _qualifies(page, k)):
        return None
    whole = _is_speech(page, k) or page.text[page.quotations[k].start].isupper()
    for i in reversed(gap):
        if page.inside[i] >= 0:
            continue
        if page.lower[i] == "according" and page.lower[i + 1] == "to":
            return make_according_frame(page, i)
        if page.pos[i] not in VERBAL:
            continue
        lemma = cue_lemma(page, i)
        if lemma is None and not whole and page.tag[i] in {"VBD", "VBZ", "VBP"}:
            return None  # "she starred in", "he is": words in marks, but nobody's speech
        if lemma is None or page.dep[i] in {"amod", "compound"}:
            continue
        head = find_subject(page, i)
        leads = page.tag[i] == "VBG" and head is not None and page.inside[head] < 0  # "Citing “...,” the mayor said"
        if head is not None and head >= page.spans[k][0] and not leads:
            head = None
        passive = any(page.dep[c] == "auxpass" for c in page.children[i])
        if passive or (page.dep[i] == "acl" and page.tag[i] == "VBN"):
            head = find_agent(page, i)  # "a boy called", "what has been described as"
            if head is None:
                return None
        elif head is None:
            head = nearest_subject(page, i, gap.start)
        speaker = noun_phrase(page, head) if head is not None else None
        return Frame((i, i + (2 if " " in lemma else 1)), lemma, speaker, head)
    return None


def _colon(page: Page, k: int) -> Frame | None:
    """Read "PENCE: ...", and a sentence that leads up to a quotation without a word of saying: "She was blunt:"."""
    i = previous_token(page, page.spans[k][0])
    if i < 0 or page.lower[i] != ":":
        return None
    gap = _gap_before(page, k)
    label = i
    while label > gap.start and page.pos[label - 1] == "PROPN":
        label -= 1
    # "The tests were poor - Ana Ruiz: ..."
    if label < i and (label == gap.start or page.lower[label - 1] in DASHES):
        return Frame((i, i + 1), ":", (label, i), i - 1)
    if page.doc[i - 1].ent_type_ == "PERSON" and i - 1 in gap:
        return Frame((i, i + 1), ":", noun_phrase(page, i - 1), i - 1)
    for verb in gap:
        if page.pos[verb] in VERBAL and page.inside[verb] < 0:
            head = find_subject(page, verb)
            if head is not None and head in gap and page.dep[verb] not in {"relcl", "acl"}:
                return make_frame(page, verb, page.lower[verb], head)
    names = [j for j in gap if page.pos[j] in NOMINAL and j < i]
    if not names:
        return None
    head = names[-1]
    return Frame((i, i + 1), ":", noun_phrase(page, head), head)


def _carried(page: Page, k: int, last: tuple[int, Frame] | None) -> Frame | None:
    """Go on with the speaker of the sentence or paragraph before, for a quotation without a phrase of its own."""
    first = page.spans[k][0]
    paragraph = page.paragraph[first]
    if _starts_paragraph(page, first):
        return _announced(page, first) or (last[1] if last is not None and last[0] == paragraph - 1 else None)
    ahead = _lead(page, first)
    if ahead is not None and (last is None or last[0] != paragraph or last[1].cue[0] < page.sentence[ahead][0]):
        verb = page.head[ahead]
        return Frame((verb, verb + 1), page.lower[verb], noun_phrase(page, ahead), ahead)
    return last[1] if last is not None and last[0] == paragraph else None


def _announced(page: Page, first: int) -> Frame | None:
    """Find who is announced by a paragraph that ends in a colon: "The ministry put it this way:"."""
    i = first - 1
    while i > 0 and page.pos[i] == "SPACE":
        i -= 1
    if i <= 0 or page.lower[i] != ":":
        return None
    start, stop = page.sentence[i]
    verbs = [v for v in range(max(start, stop - REACH), stop) if page.pos[v] in VERBAL and page.inside[v] < 0]
    for verb in [v for v in verbs if cue_lemma(page, v)] + [v for v in verbs if page.dep[v] == "ROOT"]:
        lemma = cue_lemma(page, verb)
        if lemma and verb == start:
            return _inverted(page, verb, lemma, i)
        head = find_subject(page, verb)
        if head is not None:
            return make_frame(page, verb, lemma or page.lower[verb], head)
    return None


def _lead(page: Page, first: int) -> int | None:
    """Find the person whom the sentence before a quotation is about: "Ms Jones was blunt."."""
    i = previous_token(page, first)
    if i < 0 or page.inside[i] >= 0:
        return None
    start, end = page.sentence[i]
    for k in range(start, min(end, start + REACH)):
        if page.dep[k] in SUBJECTS and page.inside[k] < 0 and page.dep[page.head[k]] == "ROOT":
            person = page.lower[k] in {"he", "she"} or page.doc[k].ent_type_ == "PERSON"
            return k if person else None
    return None


def _starts_paragraph(page: Page, i: int) -> bool:
    return previous_token(page, i) < 0
