"""Speech: the quotations of a document with their reporting phrases, and with them its reported clauses.

A quotation looks for its reporting phrase after it, before it and, where there is none, one sentence back. Marks are
paired without the parse (`newslab.quotes.marks`); reported clauses come from it (`newslab.quotes.clauses`).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from newslab.quotes.clauses import find_clauses
from newslab.quotes.marks import Quotation
from newslab.quotes.sources import load_roles
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
_PRONOUNS = frozenset({"he", "she", "it", "they", "who", "i", "we", "you"})
# What is done with a work as well as with words: "She had read “The Lamp”."
_MAKING = frozenset({"read", "write", "sing", "publish", "print", "recite"})
_SOMEBODY = frozenset({"he", "she", "other", "others", "another"})
_PLURALS = frozenset({"NNS", "NNPS", "CD"})
_WORDS = r"[ \t]+(?P<words>[^\s\"“'‘«][^\n]*)"
_LINE = re.compile(r"^[ \t]*(?P<name>[A-Z][A-Z.'’-]{2,30}(?: [A-Z][A-Z.'’-]{0,30}){0,3}):" + _WORDS, re.MULTILINE)
_NAMED_LINE = re.compile(r"^[ \t]*(?P<name>[A-Z][\w.'’-]{1,30}(?: [A-Z][\w.'’-]{0,30}){0,3}):" + _WORDS, re.MULTILINE)
_PART = re.compile(r"^[ \t]*(?P<part>Q[.:]|A[.:]|Question:|Answer:)" + _WORDS, re.MULTILINE)
_WORD = re.compile(r"[^\W_][\w'’-]*")
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
    """Find the lines of a transcript, "RUIZ: It was never safe."; one such line alone may be anything.

    A label in small letters ("Ana Ruiz:", but also "Venue:") needs more: two that take turns, one of them again, and
    sentences behind them.
    """
    lines = list(_LINE.finditer(page.text))
    if len({match["name"] for match in lines}) < 2:
        lines = list(_NAMED_LINE.finditer(page.text))
        names = {match["name"] for match in lines}
        ended = sum(match["words"].rstrip()[-1] in '.?!…”"’' and " " in match["words"].strip() for match in lines)
        if not 1 < len(names) < len(lines) or ended < 0.8 * len(lines):
            lines = []
    said = []
    for match in lines:
        first = bisect_left(page.starts, match.start("name"))
        last = bisect_left(page.starts, match.end("name"))
        words = match["words"].rstrip()
        if first < last <= first + REACH and any(c.isalpha() for c in words):
            start = match.start("words")
            frame = Frame((last, last + 1), ":", (first, last), last - 1)
            said.append(Said(start, start + len(words), "direct", frame, True))
    return said + _interview(page)


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
    turns: dict[int, Frame | None] = {}  # who speaks first in each paragraph that a quotation opens
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
            found = _carried(page, k, last, turns)
        elif found is not None and found.speaker is None and last is not None and last[0] == paragraph:
            found = _shared(page, found, last[1])
        if found is None and (not speech or _is_title(page, k)):
            continue
        if _starts_paragraph(page, first):
            turns[paragraph] = found
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
    words = [word for word in _WORD.findall(text[:_TITLE]) if len(word) > 3]
    return (
        text[-1] not in "!?"
        and len(text) < _TITLE
        and (bool(words) or not starts_sentence(page, k))
        and all(word[0].isupper() or not word[0].isalpha() for word in words)
    )


def _qualifies(page: Page, k: int) -> bool:
    """Whether a quotation only qualifies the noun or name after it: the "brown coat" men, "Red" Vega."""
    stop = page.spans[k][1]
    ended = page.text[page.quotations[k].end - 1] in ",.?!"
    return not ended and stop < len(page.pos) and page.pos[stop] in {"NOUN", "PROPN"}


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
        if capital and end_mark in "?!" and not _is_name(page, head) and not _ends_soon(page, verb, gap):
            break
        return make_frame(page, verb, lemma or page.lower[verb], head)._replace(speaker=phrase)
    return None


def _is_name(page: Page, head: int) -> bool:
    """Whether a word is a name, if only by its capital where no article or plural says otherwise."""
    alone = page.tag[head] == "NN" and page.left[head] == head and page.text[page.starts[head]].isupper()
    return alone or page.pos[head] == "PROPN"


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
    frame = make_frame(page, verb, lemma, head if head is not None else find_subject(page, verb))
    if frame.speaker and frame.speaker[0] <= verb < follow < frame.speaker[1]:  # where the tagger takes both for a name
        frame = frame._replace(speaker=(follow, frame.speaker[1]))
    return frame


def _before(page: Page, k: int) -> Frame | None:
    """Find the phrase before a quotation: "she added:", "he called it", "according to the ministry,"."""
    gap = _gap_before(page, k)
    if not gap:
        return None
    i = max(previous_token(page, gap.stop), gap.start)
    cued = is_cue(page, i) and page.lower[i] != "told"
    work = cued and cue_lemma(page, i) in _MAKING and _is_title(page, k) and _is_person_shown(page, page.subject[i])
    led = page.lower[i] in {":", "that"} or (cued and not work)
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
        if lemma == "call" and i == gap.stop - 1 and page.subject[i] < 0:
            return None  # "a work by Ana Ruiz called “...”"
        head = find_subject(page, i)
        leads = page.tag[i] == "VBG" and head is not None and page.inside[head] < 0  # "Citing “...,” the mayor said"
        if head is not None and head >= page.spans[k][0] and not leads:
            head = None
        passive = any(page.dep[c] == "auxpass" for c in page.children[i])
        if passive or (page.dep[i] == "acl" and page.tag[i] == "VBN"):
            head = find_agent(page, i)  # "a boy called", "what has been described as"
            if head is None:
                return None
        elif head is None and i == page.sentence[i][0] and page.tag[i] in FINITE | {"VBN"}:
            return _inverted(page, i, lemma, gap.stop)  # "Replied Ana Ruiz, “...”"
        elif head is None:
            head = nearest_subject(page, i, gap.start)
        speaker = noun_phrase(page, head) if head is not None else None
        return Frame((i, i + (2 if " " in lemma else 1)), lemma, speaker, head)
    return None


def _colon(page: Page, k: int) -> Frame | None:
    """Read "PENCE: ...", and a sentence that leads up to a quotation without a word of saying: "She was blunt:"."""
    i = previous_token(page, page.spans[k][0])
    if i < 1 or page.lower[i] != ":" or page.lower[i - 1] in {"as", "like"}:  # "instructions such as:"
        return None
    gap = _gap_before(page, k)
    label = i
    while label > gap.start and (page.pos[label - 1] == "PROPN" or _joins_names(page, label - 1, gap)):
        label -= 1
    # "The tests were poor - Ana Ruiz: ..."
    if label < i and (label == gap.start or page.lower[label - 1] in DASHES):
        return Frame((i, i + 1), ":", (label, i), i - 1)
    if _is_title(page, k) and page.text[page.quotations[k].start : page.quotations[k].end].count(" ") > 1:
        return None  # "on the theme: “Bridges of the World”"
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


def _joins_names(page: Page, i: int, gap: range) -> bool:
    """Whether a token joins two names: "Ana Ruiz and Mateo Vega: ..."."""
    return page.lower[i] in {"and", "&"} and i > gap.start and page.pos[i - 1] == "PROPN"


def _carried(page: Page, k: int, last: tuple[int, Frame] | None, turns: Mapping[int, Frame | None]) -> Frame | None:
    """Go on with the speaker of the sentence or paragraph before, for a quotation without a phrase of its own."""
    first, stop = page.spans[k]
    paragraph = page.paragraph[first]
    if not _starts_paragraph(page, first):
        ahead = _lead(page, first)
        if last is None or last[0] != paragraph:
            shown = ahead is not None and (_is_person_shown(page, ahead) or _is_role_described(page, ahead))
            return _doing(page, ahead) if ahead is not None and shown else None
        if ahead is not None and last[1].cue[0] < page.sentence[ahead][0] and _is_person_shown(page, ahead):
            return _doing(page, ahead)
        return last[1]
    if announced := _announced(page, first):
        return announced
    # a signature ends what it signs, and behind a comma stands who spoke, if only as a name
    awaits = page.text[page.quotations[k].end - 1] == "," or page.lower[min(stop, len(page.lower) - 1)] == ","
    carries = last is not None and last[0] == paragraph - 1 and last[1].lemma not in DASHES and not awaits
    before = last[1] if last is not None and carries else None
    if paragraph - 1 in turns:
        before = _turn(page, k, before, turns.get(paragraph - 2))
    actor = _actor(page, stop)
    if actor is None:
        return before
    if _speaks_on(page, k):
        return _doing(page, actor)
    return _doing(page, actor) if before is None else None


def _turn(page: Page, k: int, before: Frame | None, earlier: Frame | None) -> Frame | None:
    """Tell whose turn it is behind a quotation with which a paragraph began: two that differ take turns.

    Without a second speaker the same one goes on, which is how news is set, but nobody answers a question of their own.
    """
    if before is None or before.head is None:
        return before
    if earlier is not None and earlier.head is not None:
        names = {page.lower[before.head], page.lower[earlier.head]}
        if len(names) == 2 and not names & _PRONOUNS:
            return earlier
    asked = k > 0 and page.text[page.quotations[k - 1].end - 1] == "?"
    return None if asked and page.cues.classes.get(before.lemma) == "ask" else before


def _doing(page: Page, subject: int) -> Frame:
    """Build the frame of a sentence that only shows somebody: "Ms Jones was blunt.", "He laughed."."""
    verb = page.head[subject]
    return Frame((verb, verb + 1), cue_lemma(page, verb) or page.lower[verb], noun_phrase(page, subject), subject)


def _actor(page: Page, stop: int) -> int | None:
    """Find the person with whom the sentence right behind a quotation begins: “...” Ana Ruiz shook her head.

    What a verb of saying reports there is something else: “...” Ana Ruiz said that the bridge was safe.
    """
    size = len(page.lower)
    while stop < size and page.pos[stop] == "SPACE" and "\n" not in page.text[page.starts[stop] : page.ends[stop]]:
        stop += 1
    last = min(stop + _SHORT, size)
    here = page.paragraph[stop - 1]
    shown = (i for i in range(stop, last) if page.paragraph[i] == here and _is_person_shown(page, i))
    return next((i for i in shown if not is_cue(page, page.head[i]) or not _governs_clause(page, page.head[i])), None)


def _governs_clause(page: Page, verb: int) -> bool:
    return any(page.dep[child] == "ccomp" and child > verb for child in page.children[verb])


def _speaks_on(page: Page, k: int) -> bool:
    """Whether one more quotation follows in the same paragraph."""
    return k + 1 < len(page.spans) and page.paragraph[page.spans[k + 1][0]] == page.paragraph[page.spans[k][0]]


def _is_person_shown(page: Page, i: int) -> bool:
    """Whether a token is the subject of a sentence that tells of a person, or of anybody who says something."""
    verb = page.head[i]
    if i < 0 or page.dep[i] not in SUBJECTS or page.inside[i] >= 0 or page.dep[verb] != "ROOT":
        return False
    if page.lower[i] in _SOMEBODY or page.doc[i].ent_type_ == "PERSON" or is_cue(page, verb):
        return True
    # "His deputy, Ana Ruiz, was blunt."
    return any(page.dep[child] == "appos" and page.doc[child].ent_type_ == "PERSON" for child in page.children[i])


def _announced(page: Page, first: int) -> Frame | None:
    """Find who is announced by a paragraph that ends in a colon: "The ministry put it this way:"."""
    i = first - 1
    while i > 0 and page.pos[i] == "SPACE":
        i -= 1
    if i <= 0 or page.lower[i] != ":":
        return None
    start, stop = page.sentence[i]
    if cue_lemma(page, start) and start + 1 < i and page.pos[start + 1] in {"PROPN", "DET"}:
        return _inverted(page, start, cue_lemma(page, start) or "", i)  # "Stated Ruiz:", whatever the tagger says
    verbs = [v for v in range(max(start, stop - REACH), stop) if page.pos[v] in VERBAL and page.inside[v] < 0]
    for verb in [v for v in verbs if cue_lemma(page, v)] + [v for v in verbs if page.dep[v] == "ROOT"]:
        head = find_subject(page, verb)
        if head is not None:
            return make_frame(page, verb, cue_lemma(page, verb) or page.lower[verb], head)
    return None


def _lead(page: Page, first: int) -> int | None:
    """Find the subject of the sentence before a quotation: "Ms Jones was blunt."."""
    i = previous_token(page, first)
    if i < 0 or page.inside[i] >= 0:
        return None
    start, end = page.sentence[i]
    for k in range(start, min(end, start + REACH)):
        if page.dep[k] in SUBJECTS and page.inside[k] < 0 and page.dep[page.head[k]] == "ROOT":
            return k
    return None


def _is_role_described(page: Page, i: int) -> bool:
    """Whether a sentence tells how somebody without a name is: "Her lawyer was scathing."."""
    below = {page.dep[child] for child in page.children[page.head[i]]}
    return page.tag[i] == "NN" and page.lower[i] in load_roles() and "acomp" in below


def _starts_paragraph(page: Page, i: int) -> bool:
    return previous_token(page, i) < 0
