"""Reported clauses: what a reporting verb or noun governs, or a reporting phrase interrupts or follows."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from newslab.quotes.syntax import (
    ANY_SUBJECT,
    DASHES,
    FINITE,
    LONGEST,
    MARKS,
    PAUSES,
    REACH,
    RELATIVES,
    STOPS,
    VERBAL,
    Frame,
    Page,
    Said,
    cue_lemma,
    find_agent,
    find_subject,
    is_cue,
    is_finite,
    make_according_frame,
    make_frame,
    noun_phrase,
    opens_phrase,
    previous_token,
    shares_cue,
    starts_sentence,
)

_MAIN = frozenset({"ROOT", "ccomp", "conj", "parataxis", "dep"})
_NOT_RESUMING = frozenset({"and", "but", "who", "which"})
_OBJECTS = frozenset({"dobj", "xcomp", "oprd", "attr", "acomp"})
# Where a story is filed from is nobody's words: "GENEVA, May 2 (AP) — ", "Paris (AFP) - ".
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'’/ -]{2,30}(?:, ?[A-Z][^\n—–(]{1,40}?)?|[A-Z][\w.'’ -]{2,30}(?= ?\([A-Z]))"
    r" ?(?:\([A-Z][\w./ ]{1,20}\))?(?:, ?[A-Z][\w. ]{1,20}?)? ?(?:—|–|--?) ?(?=[\"“‘A-Z0-9])"
)


def find_clauses(page: Page, hints: dict[int, Frame]) -> Iterator[Said]:
    """Yield the clauses that a reporting verb or noun governs; note in ``hints`` which quotations it does."""
    for i in range(len(page.lower)):
        if page.inside[i] >= 0:
            continue
        if page.lower[i] == "according":
            yield from _according(page, i, hints)
        elif page.pos[i] in VERBAL:
            lemma = cue_lemma(page, i)
            if lemma is not None and lemma not in page.cues.plain:
                frame = make_frame(page, i, lemma)
                if _is_asked(page, i):
                    head = find_agent(page, i)
                    frame = Frame(frame.cue, lemma, noun_phrase(page, head) if head is not None else None, head)
                for first, last in _content(page, i, frame):
                    yield from _settle(page, first, last, frame, hints)
        elif page.pos[i] == "NOUN" and page.lower[i] in page.cues.nouns:
            for child in page.children[i]:
                if page.dep[child] in {"acl", "ccomp"} and _is_that_clause(page, child):
                    frame = _noun_frame(page, i)
                    if frame.speaker is None:
                        continue  # "allegations that ...": nobody says whose
                    yield from _settle(page, page.left[child], page.right[child] + 1, frame, hints)


def _is_asked(page: Page, verb: int) -> bool:
    """Whether a participle tells what was said to its subject: "asked whether it was true, she nodded"."""
    if verb and page.lower[verb - 1] in {"when", "if", "once"} and page.tag[verb] in {"VBN", "VBD"}:
        return True
    return (
        page.tag[verb] == "VBN"
        and not any(page.dep[c] in {"aux", "auxpass"} for c in page.children[verb])
        and (page.dep[verb] in {"advcl", "acl", "ROOT"})
    )


def _has_finite_verb(page: Page, first: int, last: int) -> bool:
    return any(page.tag[i] in FINITE and page.pos[i] in VERBAL for i in range(first, last))


def _is_that_clause(page: Page, verb: int) -> bool:
    return any(page.dep[c] == "mark" and page.lower[c] in {"that", "whether"} for c in page.children[verb])


def _content(page: Page, verb: int, frame: Frame) -> Iterator[tuple[int, int]]:
    """Yield token stretches of what a reporting verb reports: after it, before it, or around it."""
    inserted = list(_around(page, verb, frame))
    if inserted:
        yield from inserted
        return
    for child in _clauses_of(page, verb) or _clause_after(page, verb):
        first, last = page.left[child], page.right[child] + 1
        if verb < last <= first + LONGEST:
            # where it starts before the verb, that is a relative pronoun: "the group that police said was gone"
            first = max(first, verb + 1)
            yield first, _end(page, verb, first, _rest(page, verb, last))


def _clauses_of(page: Page, verb: int) -> list[int]:
    """Find the finite clauses that a verb governs, also by way of whom it was told to."""
    found = []
    for child in page.children[verb]:
        if page.dep[child] == "ccomp" and is_finite(page, child):
            found.append(child)
        elif page.dep[child] in {"dobj", "dative"} and child > verb:
            found += [c for c in page.children[child] if page.dep[c] == "ccomp" and is_finite(page, c)]
    return found


def _clause_after(page: Page, verb: int) -> list[int]:
    """Find the clause with "that" or "whether" that the parse tied to a word in between: "he said on air that ..."."""
    last = min(page.sentence[verb][1], verb + REACH // 2)
    asks = page.cues.classes[cue_lemma(page, verb) or "ask"] == "ask"
    wanted = {"that", "whether", "if"} if asks else {"that", "whether"}
    for i in range(verb + 1, last):
        if page.dep[i] == "mark" and page.lower[i] in wanted and page.head[i] > i:
            clause = page.head[i]
            # "that dropping the plan ... was a mistake"
            return [page.head[clause] if page.dep[clause] in ANY_SUBJECT else clause]
        if page.pos[i] in VERBAL or page.lower[i] in {",", *MARKS}:
            break
    return []


def _past_circumstances(page: Page, verb: int, stop: int, last: int) -> int:
    """Where an inserted phrase ends with its when and where: "X, he said on Monday, Y"."""
    for child in page.children[verb]:
        if child >= stop and page.dep[child] in {"prep", "npadvmod", "advmod", "dative", "dobj"}:
            end = page.right[child] + 1
            if end < last and end - verb < REACH // 2 and page.lower[end] == ",":
                return end
    return stop


def _has_main_verb(page: Page, first: int, last: int) -> bool:
    """Whether a stretch holds the verb of a main clause, not only of an adjunct."""
    return any(page.pos[i] in VERBAL and page.dep[i] in _MAIN and is_finite(page, i) for i in range(first, last))


def _around(page: Page, verb: int, frame: Frame) -> Iterator[tuple[int, int]]:
    """Yield what an inserted phrase reports: "X, he said", "X, said the minister, Y", "As she put it, Y"."""
    if frame.speaker is None or frame.head is None or page.tag[verb] not in FINITE | {"VBN"}:
        return
    start, stop = min(frame.speaker[0], verb), max(frame.speaker[1], frame.cue[1])
    if frame.head < verb:
        # "Ana Ruiz, the mayor, said" and "Ana Ruiz (Green) said"
        between = range(max(frame.speaker[1], page.right[frame.head] + 1), verb)
    else:
        between = range(frame.cue[1], frame.speaker[0])
        stop = max(stop, page.right[frame.head] + 1)
    if any(page.pos[i] not in {"ADV", "AUX", "PART"} for i in between):
        return
    if page.tag[frame.head] in RELATIVES or page.lower[frame.head] == "that":
        return
    if "tell" not in frame.lemma and any(page.dep[c] in _OBJECTS and c >= frame.cue[1] for c in page.children[verb]):
        return
    first, last = page.sentence[verb]
    if last - first > LONGEST:
        return
    stop = _past_circumstances(page, verb, stop, last)
    while last > stop and (page.pos[last - 1] == "SPACE" or page.lower[last - 1] in STOPS):
        last -= 1
    after = page.lower[stop] if stop < last else ""
    if start > first and page.lower[start - 1] == "as":
        start -= 1
        if start <= first + 1 and after in {",", ":"}:
            yield stop + 1, last
        elif start > first and _pauses(page, start - 1) and (stop >= last - 1 or page.pos[stop] == "ADP"):
            yield first, start - 1
        return
    if start <= first or not _pauses(page, start - 1):
        return
    left = _has_main_verb(page, first, start - 1)
    right = after in {",", *DASHES} and _has_main_verb(page, stop + 1, last)
    if right and left:  # not "..., he said, reports the Elda Post"
        right = not is_cue(page, stop + 1) and not opens_phrase(page, stop + 1, last)
    if right and page.lower[stop + 1] not in _NOT_RESUMING | MARKS:
        if left and page.pos[first] not in {"SCONJ", "ADP"}:
            yield first, start - 1
        yield stop + 1, last
    elif left and not any(c > verb for c in _clauses_of(page, verb)):
        yield first, start - 1


def _pauses(page: Page, i: int) -> bool:
    """Whether a token sets off what follows: a comma, a dash, or a quotation that ends here."""
    return page.lower[i] in {",", *DASHES} or page.inside[i] >= 0


def _rest(page: Page, verb: int, last: int) -> int:
    """Take in what the parse tied to the reporting verb, though it goes on with what was said."""
    stop = min(page.sentence[verb][1], last + LONGEST)
    while stop > last and (page.pos[stop - 1] == "SPACE" or page.lower[stop - 1] in STOPS | MARKS):
        stop -= 1
    if last >= stop or page.inside[last] >= 0:
        return last
    rest = range(last, stop)
    if any(is_cue(page, i) for i in rest):
        return last
    if page.lower[last] == ",":
        nxt = page.lower[last + 1] if last + 1 < stop else ""
        return stop if nxt in {"but", "and", "so"} and not _goes_on(page, verb, rest) else last
    return stop if page.pos[last] in {"CCONJ", "ADP"} else last


def _goes_on(page: Page, verb: int, rest: range) -> bool:
    """Whether the speaker's own doings follow: "he asked whether it was safe, but left early"."""
    first = next((i for i in rest if page.pos[i] in VERBAL), verb)
    return page.dep[first] == "conj" and page.head[first] == verb and page.subject[first] < 0


def _end(page: Page, verb: int, first: int, last: int) -> int:
    """Where a reported clause ends: before a verb of saying that goes on with the same speaker, or an aside."""
    for i in range(first + 1, last):
        cut = page.left[i]
        if page.lower[i] == ";" and any(is_cue(page, k) and page.subject[k] > i for k in range(i + 1, last)):
            return i
        if page.dep[i] == "conj" and cut > first + 1 and shares_cue(page, i, verb):
            return cut
        if page.tag[i] == "VBG" and page.dep[i] == "advcl" and cut > first + 1 and is_cue(page, i):
            return cut
        if page.tag[i] in {"WDT", "WP", "WP$"} and page.lower[i - 1] == "," and page.right[page.head[i]] + 1 >= last:
            return i
        # ", who left early" and ", a far higher figure", but not the name of somebody just described
        aside = page.dep[i] == "relcl" or (page.dep[i] == "appos" and page.pos[cut] == "DET")
        aside &= page.right[i] + 1 >= last
        if aside and cut > first + 1 and page.lower[cut - 1] in {",", *DASHES}:
            return cut
    return last


def _noun_frame(page: Page, noun: int) -> Frame:
    """Find who makes the claim in "his claim that ...", "the claim by X that ..." and "he made the claim that ..."."""
    owner = next((c for c in page.children[noun] if page.dep[c] == "poss"), None)
    if owner is None:
        for child in page.children[noun]:
            if page.dep[child] == "prep" and page.lower[child] in {"by", "from", "of"}:
                owner = next((c for c in page.children[child] if page.dep[c] == "pobj"), None)
    up = page.head[noun]
    if owner is None and page.dep[noun] == "dobj" and page.pos[up] in VERBAL:
        owner = find_subject(page, up)
    lemma = page.cues.nouns[page.lower[noun]]
    return Frame((noun, noun + 1), lemma, noun_phrase(page, owner) if owner is not None else None, owner)


def _according(page: Page, at: int, hints: dict[int, Frame]) -> Iterator[Said]:
    """Give X the rest of the sentence in "According to X, ..." and "..., according to X"."""
    if at + 2 >= len(page.lower) or page.lower[at + 1] != "to":
        return
    frame = make_according_frame(page, at)
    if frame.speaker is None or frame.head is None:
        return
    first, last = page.sentence[at]
    if last - first > LONGEST:
        return
    after = max(frame.speaker[1], min(page.right[frame.head] + 1, last))
    if not _has_finite_verb(page, first, at):
        after = _next_pause(page, after, last)
        follow = _next_pause(page, after + 1, last)
        if follow < last and page.pos[after + 1] == "DET" and not _has_finite_verb(page, after, follow):
            after = follow  # "According to Ana Ruiz, the mayor, ..."
        yield from _settle(page, after + 1, last, frame, hints)
    else:
        yield from _settle(page, first, at, frame, hints)


def _next_pause(page: Page, i: int, last: int) -> int:
    while i < last and page.lower[i] not in {",", ":"}:
        i += 1
    return i


def _settle(page: Page, first: int, last: int, frame: Frame, hints: dict[int, Frame]) -> Iterator[Said]:
    """Trim a stretch of content to words, widen it over quotations it cuts, and tell its kind."""
    if last - first > LONGEST:
        return
    if first < last and previous_token(page, first) < 0 and (filed := _DATELINE.match(page.text, page.starts[first])):
        first = bisect_left(page.starts, filed.end())
    skip = PAUSES | MARKS | STOPS | {":"}
    while first < last and (page.lower[first] in skip or page.pos[first] in {"SPACE", "CCONJ"}):
        first += 1
    while last > first and (page.lower[last - 1] in skip or page.pos[last - 1] in {"SPACE", "CCONJ"}):
        last -= 1
    if first >= last or (page.tag[first] in {"WP", "WP$", "WDT"} and page.dep[first] != "dobj"):
        return
    within = sorted({page.inside[i] for i in range(first, last)} - {-1})
    for k in within:
        if _stands_alone(page, k):
            hints.setdefault(k, frame)
            return
    outside = [i for i in range(first, last) if page.inside[i] < 0 and page.pos[i] not in {"PUNCT", "SPACE"}]
    if not outside:
        for k in within:
            hints.setdefault(k, frame)
        return
    if not any(page.pos[i] in VERBAL for i in range(first, last)):
        return
    start, end = page.starts[first], page.ends[last - 1]
    closed = True
    for k in within:
        quotation = page.quotations[k]
        start, end = min(start, quotation.outer_start), max(end, quotation.outer_end)
        closed &= quotation.closed
    cue_start, cue_end = page.starts[frame.cue[0]], page.ends[frame.cue[1] - 1]
    if start < cue_end and cue_start < end:
        return
    yield Said(start, end, "mixed" if within else "indirect", frame, closed)


def _stands_alone(page: Page, k: int) -> bool:
    """Whether a quotation is set off as a sentence of its own, by a pause before it or by starting a paragraph."""
    start, stop = page.spans[k]
    if not page.text[page.quotations[k].start].isupper() or stop - start < 5:
        return False
    i = previous_token(page, start)
    if i > 0 and (page.lower[i] in {":", *DASHES} or (page.lower[i] == "," and is_cue(page, i - 1))):
        return True
    return starts_sentence(page, k) and page.text[page.quotations[k].end - 1] in ",?!."
