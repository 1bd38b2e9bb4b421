"""Quotations and reported speech: what was said, by whom, and how the writer put it.

Three passes over a document. Reported clauses come from the parse: the clause that a reporting verb governs, or that a
reporting phrase interrupts or follows. Quotation marks are paired without the parse (`newslab.marks`), since parsers
err most where speech and story meet; each quotation then looks for its reporting phrase after it, before it, and, where
there is none, one sentence back. At last speakers are named (`newslab.sources`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from newslab.cues import Cues, load_cues
from newslab.marks import Quotation, find_quotations
from newslab.words import split_paragraphs

SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_VERBAL = frozenset({"VERB", "AUX"})
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_MAIN = frozenset({"ROOT", "ccomp", "conj", "parataxis", "dep"})
_OBJECTS = frozenset({"dobj", "xcomp", "oprd", "attr", "acomp"})
_DASHES = frozenset({"-", "--", "—", "–"})
_RELATIVES = frozenset({"WDT", "WP", "WP$", "WRB"})
# A reporting phrase is short: neither its subject nor its verb is looked for further off than this many tokens.
_REACH = 40
_SHORT = 5
# Characters in a title, at most.
_TITLE = 80
# No clause is longer; what is, is no sentence.
_LONGEST = 400
_MARKS = frozenset("“”„‟«»\"‘’‚‛'`") | {"''", "``"}
_PAUSES = frozenset({",", ";", "--", "—", "–", "-", "...", "…", ")", "]"})
_STOPS = frozenset(".!?")


class Page(NamedTuple):
    """A document as plain lists by token, which are read many times."""

    doc: Doc
    text: str
    starts: list[int]
    ends: list[int]
    lower: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    head: list[int]
    left: list[int]  # first token of the subtree
    right: list[int]  # last token of the subtree
    children: list[list[int]]
    paragraph: list[int]  # paragraph of each token, -1 between two
    sentence: list[tuple[int, int]]  # tokens of the sentence of each token
    cues: Cues
    quotations: list[Quotation]
    spans: list[tuple[int, int]]  # tokens of each quotation, marks included, end exclusive
    inside: list[int]  # quotation that a token stands in, or -1


class Frame(NamedTuple):
    """A reporting phrase: its cue and its speaker, as tokens, end exclusive."""

    cue: tuple[int, int]
    lemma: str
    speaker: tuple[int, int] | None
    head: int | None  # head word of the speaker


class Said(NamedTuple):
    """What was said, in characters, with the phrase that reports it."""

    start: int
    end: int
    kind: str
    frame: Frame | None
    closed: bool


def read_page(doc_id: str, doc: Doc) -> Page:
    """Read a document into plain lists, its quotation marks paired.

    Parameters
    ----------
    doc_id
        Its id, for the message of an error.
    doc
        A document with tags and a dependency parse.

    Returns
    -------
    Page
        What `find_speech` and `newslab.sources.name_sources` work on.

    Raises
    ------
    ValueError
        If the document was parsed without ``tagger`` or ``parser``.
    """
    if len(doc) and not (doc.has_annotation("DEP") and doc.has_annotation("SENT_START")):
        raise ValueError(f"document {doc_id!r} has no dependency parse; parse it with 'parser'")
    if len(doc) and not doc.has_annotation("TAG"):
        raise ValueError(f"document {doc_id!r} has no part-of-speech tags; parse it with 'tagger'")
    text = doc.text
    head = [token.head.i for token in doc]
    children: list[list[int]] = [[] for _ in head]
    for i, up in enumerate(head):
        if up != i:
            children[up].append(i)
    starts = [token.idx for token in doc]
    paragraph = [-1] * len(doc)
    for k, (start, end) in enumerate(split_paragraphs(text)):
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        paragraph[first:last] = [k] * (last - first)
    sentence: list[tuple[int, int]] = []
    for sent in doc.sents:
        sentence += [(sent.start, sent.end)] * (sent.end - sent.start)
    page = Page(
        doc=doc,
        text=text,
        starts=starts,
        ends=[token.idx + len(token) for token in doc],
        # not token.lower_, which a bare vocabulary leaves empty
        lower=[token.text.lower() for token in doc],
        pos=[token.pos_ for token in doc],
        tag=[token.tag_ for token in doc],
        dep=[token.dep_ for token in doc],
        head=head,
        left=[token.left_edge.i for token in doc],
        right=[token.right_edge.i for token in doc],
        children=children,
        paragraph=paragraph,
        sentence=sentence,
        cues=load_cues(),
        quotations=[],
        spans=[],
        inside=[-1] * len(doc),
    )
    for quotation in _join(page, find_quotations(text)):
        first = bisect_right(page.ends, quotation.outer_start)
        last = bisect_left(page.starts, quotation.outer_end)
        page.inside[first:last] = [len(page.spans)] * (last - first)
        page.spans.append((first, last))
        page.quotations.append(quotation)
    return page


def _join(page: Page, quotations: list[Quotation]) -> list[Quotation]:
    """Mend the quotations that lack a mark: join one that only goes on in a new paragraph, bound the others."""
    mended: list[Quotation] = []
    for quotation in quotations:
        before = mended[-1] if mended else None
        lacks_end = before is not None and not before.closed and before.outer_end == before.end
        if before and lacks_end and not page.text[before.end : quotation.outer_start].strip(" \t"):
            # paragraphs run together: “... in the rain. “And then it snowed.”
            mended[-1] = before._replace(end=quotation.end, outer_end=quotation.outer_end, closed=quotation.closed)
            continue
        if not quotation.closed and quotation.outer_end == quotation.end:
            quotation = _close(page, quotation)
        elif not quotation.closed:
            quotation = _open(page, quotation)
        mended.append(quotation)
    return mended


def _open(page: Page, quotation: Quotation) -> Quotation:
    """Start a quotation whose opening mark is lost after the sentence that still reports the one before it."""
    first = bisect_right(page.ends, quotation.start)
    last = bisect_left(page.starts, quotation.end)
    for i in range(first, min(last, first + _REACH) - 1):
        if page.lower[i] in {".", ":"} and any(_is_cue(page, k) for k in range(first, i)):
            return quotation._replace(start=page.starts[i + 1], outer_start=page.starts[i + 1])
        if page.lower[i] in _STOPS:
            break
    return quotation


def _close(page: Page, quotation: Quotation) -> Quotation:
    """End a quotation whose closing mark is lost before the first reporting phrase that follows a pause."""
    first = bisect_right(page.ends, quotation.start)
    last = bisect_left(page.starts, quotation.end)
    for i in range(first + 1, last - 2):
        if page.lower[i] in {",", "?", "!", "—", "--"} and _reports(page, i + 1, last):
            end = page.starts[i] if page.lower[i] == "," else page.ends[i]
            return quotation._replace(end=end, outer_end=page.ends[i])
    return quotation


def _reports(page: Page, i: int, last: int) -> bool:
    """Whether a bare reporting phrase starts at a token: "he said", "Ana Ruiz said", "said the minister"."""
    while i < last - 1 and page.pos[i] == "SPACE":
        i += 1
    if page.tag[i] in {"VBD", "VBZ"} and _cue_lemma(page, i):
        return page.tag[i + 1] in {"PRP", "NNP", "DT", "NNS"} if i + 1 < last else False
    k = i
    while k < last - 1 and k < i + 5 and page.tag[k] in {"NNP", "NNPS"}:
        k += 1
    if k == i and page.lower[i] in {"he", "she", "they", "it"}:
        k += 1
    if k == i or page.tag[k] not in {"VBD", "VBZ", "VBP"} or not _cue_lemma(page, k):
        return False
    return k + 1 >= last or page.pos[k + 1] in {"PUNCT", "ADP", "ADV", "SPACE", "PROPN", "NOUN", "SCONJ"}


def _cue_lemma(page: Page, i: int) -> str | None:
    """Lemma of the reporting verb at a token, with its particle ("point out"), or None."""
    lemma = page.cues.verbs.get(page.lower[i])
    if lemma is None:
        return None
    if lemma in page.cues.particles and i + 1 < len(page.lower):
        phrase = f"{lemma} {page.lower[i + 1]}"
        if phrase in page.cues.classes:
            return phrase
    return lemma if lemma in page.cues.classes else None


def _is_cue(page: Page, i: int) -> bool:
    return page.pos[i] in _VERBAL and _cue_lemma(page, i) is not None


def _subject(page: Page, verb: int) -> int | None:
    """Head word of who does what the verb says, up the tree through co-ordinations and participles."""
    at = verb
    for _ in range(6):
        for child in page.children[at]:
            if page.dep[child] in SUBJECTS:
                return child
            if page.dep[child] in _PASSIVE_SUBJECTS:
                return child if at != verb else _agent(page, verb)
        up, dep = page.head[at], page.dep[at]
        if up == at:
            return None
        if dep == "conj" and page.dep[up] == "ccomp" and _shares_cue(page, verb, page.head[up]):
            at = page.head[up]
            continue
        if page.tag[verb] == "VBG" and dep in {"advcl", "acl"}:
            up = _host(page, up)
            if page.pos[up] in _VERBAL:
                at = up
                continue
        if page.pos[up] in _NOMINAL and dep in {"acl", "relcl"}:
            return up
        if dep not in {"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "aux"} or page.pos[up] in _NOMINAL:
            return None
        at = up
    return None


def _host(page: Page, at: int) -> int:
    """Climb to the verb whose subject goes on with "..., saying that ...", past all that was said or done before.

    "He told the crowd that it was late, adding ...", "he issued a statement saying ...".
    """
    while page.head[at] != at and page.dep[at] not in {"nsubj", "nsubjpass", "parataxis"}:
        if page.dep[at] == "ccomp" and not _is_cue(page, page.head[at]):
            break
        at = page.head[at]
    return at


def _shares_cue(page: Page, verb: int, outer: int) -> bool:
    """Whether a verb that the parse put into a reported clause goes on from the reporting verb itself."""
    if not (_is_cue(page, verb) and _is_cue(page, outer)):
        return False
    return page.tag[verb] == page.tag[outer] or any(page.lower[c] in {"did", "does", "do"} for c in page.children[verb])


def _agent(page: Page, verb: int) -> int | None:
    """Find the doer in a passive: "the fire was described by police as ..."."""
    for child in page.children[verb]:
        if page.dep[child] == "agent":
            return next((c for c in page.children[child] if page.dep[c] == "pobj"), None)
    return None


def noun_phrase(page: Page, head: int) -> tuple[int, int]:
    """Tokens of the noun phrase around a head word, up to an apposition or a relative clause."""
    start = max(page.left[head], head - _REACH)
    end = head + 1
    while end <= page.right[head] and end - head < _REACH:
        if page.lower[end] in _PAUSES or page.lower[end] in _MARKS or page.lower[end] in {"(", ":", "["}:
            break
        if page.tag[end] in _RELATIVES or page.dep[end] in {"relcl", "appos", "advcl", "ccomp"}:
            break
        if page.tag[end] == "IN" and page.dep[end] == "mark":
            break
        end += 1
    while end < len(page.pos) and page.pos[end - 1] in _NOMINAL and _is_name_part(page, end):
        end += 1
    while end > head + 1 and page.pos[end - 1] in {"ADP", "CCONJ", "PUNCT", "SPACE"}:
        end -= 1
    # what precedes may hold a whole clause where the parse went wrong; a name is what stands after its last mark
    for i in range(start, head):
        if page.lower[i] in _MARKS or page.pos[i] == "SPACE" or page.lower[i] in {":", ";", "—", "--", "–"}:
            start = i + 1
    if page.inside[head] < 0:
        while start < head and page.inside[start] >= 0:
            start += 1
    while start < head and (page.pos[start] in {"PUNCT", "CCONJ"} or page.dep[start] in {"mark", "cc"}):
        start += 1
    return start, end


def _is_name_part(page: Page, i: int) -> bool:
    """Whether a name goes on at a token that the parse gave to something else ("press secretary Ana Ruiz")."""
    return page.tag[i] in {"NNP", "NNPS"} and page.dep[i] not in {"npadvmod", "dative", "dobj"} and page.inside[i] < 0


def _frame(page: Page, verb: int, lemma: str | None = None, head: int | None = None) -> Frame:
    """Build the reporting phrase of a verb; its speaker is the verb's subject unless given."""
    found = lemma or _cue_lemma(page, verb) or page.doc[verb].lemma_ or page.lower[verb]
    if head is None:
        head = _subject(page, verb)
        if head is None and page.tag[verb] in _FINITE:
            head = _nearest_subject(page, verb, page.sentence[verb][0])
    width = 2 if " " in found else 1
    return Frame((verb, verb + width), found, noun_phrase(page, head) if head is not None else None, head)


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
    clauses = list(_clauses(page, hints))
    return sorted(_choose(clauses, list(_direct(page, clauses, hints))), key=lambda s: (s.start, s.end))


def _choose(clauses: list[Said], direct: list[Said]) -> list[Said]:
    """Drop what stands inside a longer stretch already taken; a clause inside a clause is the outer speaker's."""
    kept: list[Said] = []
    for said in sorted(clauses + direct, key=lambda s: (s.start, -s.end)):
        if kept and said.start < kept[-1].end:
            continue
        kept.append(said)
    return kept


# --- reported clauses ---------------------------------------------------------------------------------------------


def _clauses(page: Page, hints: dict[int, Frame]) -> Iterator[Said]:
    """Yield the clauses that a reporting verb or noun governs; note in ``hints`` which quotations it does."""
    for i in range(len(page.lower)):
        if page.inside[i] >= 0:
            continue
        if page.lower[i] == "according":
            yield from _according(page, i, hints)
        elif page.pos[i] in _VERBAL:
            lemma = _cue_lemma(page, i)
            if lemma is not None and lemma not in page.cues.plain:
                frame = _frame(page, i, lemma)
                if _is_asked(page, i):
                    head = _agent(page, i)
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
    return (
        page.tag[verb] == "VBN"
        and not any(page.dep[c] in {"aux", "auxpass"} for c in page.children[verb])
        and (page.dep[verb] in {"advcl", "acl", "ROOT"})
    )


def _is_finite(page: Page, verb: int) -> bool:
    """Whether a clause is finite: its verb or an auxiliary is, or it has a subject, or "that" or "whether"."""
    return page.tag[verb] in _FINITE or any(
        page.dep[c] in SUBJECTS | _PASSIVE_SUBJECTS | {"expl", "mark"} or page.tag[c] in _FINITE
        for c in page.children[verb]
    )


def _has_finite_verb(page: Page, first: int, last: int) -> bool:
    return any(page.tag[i] in _FINITE and page.pos[i] in _VERBAL for i in range(first, last))


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
        if last > verb:
            # where it starts before the verb, that is a relative pronoun: "the group that police said was gone"
            first = max(first, verb + 1)
            yield first, _end(page, verb, first, _rest(page, verb, last))


def _clauses_of(page: Page, verb: int) -> list[int]:
    """Find the finite clauses that a verb governs, also by way of whom it was told to."""
    found = []
    for child in page.children[verb]:
        if page.dep[child] == "ccomp" and _is_finite(page, child):
            found.append(child)
        elif page.dep[child] in {"dobj", "dative"} and child > verb:
            found += [c for c in page.children[child] if page.dep[c] == "ccomp" and _is_finite(page, c)]
    return found


def _clause_after(page: Page, verb: int) -> list[int]:
    """Find the clause with "that" or "whether" that the parse tied to a word in between: "he said on air that ..."."""
    last = min(page.sentence[verb][1], verb + _REACH // 2)
    asks = page.cues.classes[_cue_lemma(page, verb) or "ask"] == "ask"
    wanted = {"that", "whether", "if"} if asks else {"that", "whether"}
    for i in range(verb + 1, last):
        if page.dep[i] == "mark" and page.lower[i] in wanted and page.head[i] > i:
            return [page.head[i]]
        if page.pos[i] in _VERBAL or page.lower[i] in {",", *_MARKS}:
            break
    return []


def _past_circumstances(page: Page, verb: int, stop: int, last: int) -> int:
    """Where an inserted phrase ends with its when and where: "X, he said on Monday, Y"."""
    for child in page.children[verb]:
        if child >= stop and page.dep[child] in {"prep", "npadvmod", "advmod", "dative", "dobj"}:
            end = page.right[child] + 1
            if end < last and end - verb < _REACH // 2 and page.lower[end] == ",":
                return end
    return stop


def _has_main_verb(page: Page, first: int, last: int) -> bool:
    """Whether a stretch holds the verb of a main clause, not only of an adjunct."""
    return any(page.pos[i] in _VERBAL and page.dep[i] in _MAIN and _is_finite(page, i) for i in range(first, last))


def _around(page: Page, verb: int, frame: Frame) -> Iterator[tuple[int, int]]:
    """Yield what an inserted phrase reports: "X, he said", "X, said the minister, Y", "As she put it, Y"."""
    if frame.speaker is None or frame.head is None or page.tag[verb] not in _FINITE | {"VBN"}:
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
    if page.tag[frame.head] in _RELATIVES or page.lower[frame.head] == "that":
        return
    if "tell" not in frame.lemma and any(page.dep[c] in _OBJECTS and c > verb for c in page.children[verb]):
        return
    first, last = page.sentence[verb]
    stop = _past_circumstances(page, verb, stop, last)
    while last > stop and (page.pos[last - 1] == "SPACE" or page.lower[last - 1] in _STOPS):
        last -= 1
    after = page.lower[stop] if stop < last else ""
    if start > first and page.lower[start - 1] == "as":
        start -= 1
        if start <= first + 1 and after in {",", ":"}:
            yield stop + 1, last
        elif start > first and page.lower[start - 1] in {","} | _DASHES and stop >= last - 1:
            yield first, start - 1
        return
    if start <= first or (page.lower[start - 1] not in {",", *_DASHES} and page.inside[start - 1] < 0):
        return
    left = _has_main_verb(page, first, start - 1)
    right = after in {",", *_DASHES} and _has_main_verb(page, stop + 1, last)
    if right and page.lower[stop + 1] not in _MARKS and page.lower[stop + 1] not in {"and", "but", "who", "which"}:
        if left and page.pos[first] not in {"SCONJ", "ADP"}:
            yield first, start - 1
        yield stop + 1, last
    elif left and not any(c > verb for c in _clauses_of(page, verb)):
        yield first, start - 1


def _rest(page: Page, verb: int, last: int) -> int:
    """Take in what the parse tied to the reporting verb, though it goes on with what was said."""
    stop = page.sentence[verb][1]
    while stop > last and (page.pos[stop - 1] == "SPACE" or page.lower[stop - 1] in _STOPS | _MARKS):
        stop -= 1
    if last >= stop or page.inside[last] >= 0:
        return last
    rest = range(last, stop)
    if any(_is_cue(page, i) for i in rest):
        return last
    if page.lower[last] == ",":
        nxt = page.lower[last + 1] if last + 1 < stop else ""
        if nxt in {"but", "and", "so"}:
            return stop
        return last
    return stop if page.pos[last] in {"CCONJ", "ADP"} else last


def _end(page: Page, verb: int, first: int, last: int) -> int:
    """Where a reported clause ends: before a verb of saying that goes on with the same speaker, or an aside."""
    for i in range(first + 1, last):
        cut = page.left[i]
        if page.dep[i] == "conj" and cut > first + 1 and _shares_cue(page, i, verb):
            return cut
        if page.tag[i] == "VBG" and page.dep[i] == "advcl" and cut > first + 1 and _is_cue(page, i):
            return cut
        if page.tag[i] in {"WDT", "WP", "WP$"} and page.lower[i - 1] == "," and page.right[page.head[i]] + 1 >= last:
            return i
        aside = page.dep[i] == "relcl" and page.right[i] + 1 >= last
        if aside and cut > first + 1 and page.lower[cut - 1] in {",", *_DASHES}:
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
    if owner is None and page.dep[noun] == "dobj" and page.pos[up] in _VERBAL:
        owner = _subject(page, up)
    lemma = page.cues.nouns[page.lower[noun]]
    return Frame((noun, noun + 1), lemma, noun_phrase(page, owner) if owner is not None else None, owner)


def _according(page: Page, at: int, hints: dict[int, Frame]) -> Iterator[Said]:
    """Give X the rest of the sentence in "According to X, ..." and "..., according to X"."""
    if at + 2 >= len(page.lower) or page.lower[at + 1] != "to":
        return
    frame = _according_frame(page, at)
    if frame.speaker is None or frame.head is None:
        return
    first, last = page.sentence[at]
    after = max(frame.speaker[1], min(page.right[frame.head] + 1, last))
    if not _has_finite_verb(page, first, at):
        while after < last and page.lower[after] not in {",", ":"}:
            after += 1
        yield from _settle(page, after + 1, last, frame, hints)
    else:
        yield from _settle(page, first, at, frame, hints)


def _settle(page: Page, first: int, last: int, frame: Frame, hints: dict[int, Frame]) -> Iterator[Said]:
    """Trim a stretch of content to words, widen it over quotations it cuts, and tell its kind."""
    skip = _PAUSES | _MARKS | _STOPS | {":"}
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
    if last - first > _LONGEST or not any(page.pos[i] in _VERBAL for i in range(first, last)):
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
    i = _previous(page, start)
    if i > 0 and (page.lower[i] == ":" or (page.lower[i] == "," and _is_cue(page, i - 1))):
        return True
    return _starts_sentence(page, k) and page.text[page.quotations[k].end - 1] in ",?!."


# --- quotations ---------------------------------------------------------------------------------------------------


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
        speech = _is_speech(page, k)
        start = quotation.start
        if found is None and speech:
            found = _carried(page, k, last)
        if found is None and (not speech or _is_title(page, k)):
            continue
        if found is not None:
            last = (paragraph, found)
        yield Said(start, _trim(page, quotation), "direct", found, quotation.closed)


def _is_aside(page: Page, frame: Frame) -> bool:
    """Whether a reporting phrase stands in a subordinate clause, so that the story does not go on with its speaker."""
    if frame.head is not None and page.tag[frame.head] in _RELATIVES:
        return True
    verb = frame.cue[0]
    return page.dep[verb] in {"relcl", "acl", "advcl"} and page.tag[verb] != "VBG"


def _trim(page: Page, quotation: Quotation) -> int:
    """End of a quotation without the comma that the reporting phrase asked for."""
    end = quotation.end
    return end - 1 if page.text[end - 1] == "," and end - 1 > quotation.start else end


def _is_speech(page: Page, k: int) -> bool:
    """Whether a quotation can stand by itself: a sentence of several words, not a title or a borrowed word."""
    quotation = page.quotations[k]
    first, stop = page.spans[k]
    n_words = sum(page.pos[i] not in {"PUNCT", "SPACE"} for i in range(first, min(stop, first + 12)))
    if n_words < 2 or not _starts_sentence(page, k):
        return False
    ended = page.text[quotation.end - 1] in ".!?,…—-" or not quotation.closed
    has_verb = any(page.pos[i] in _VERBAL for i in range(first, min(stop, first + 60)))
    return ended or (n_words >= 4 and has_verb)


def _may_lead(page: Page, k: int) -> bool:
    """Whether a reporting phrase after a quotation can be its own: it starts a sentence, or follows a pause."""
    return _starts_sentence(page, k) or page.lower[_previous(page, page.spans[k][0])] in _PAUSES


def _is_title(page: Page, k: int) -> bool:
    """Whether every longer word of a quotation is capitalised, as in the name of a book, a show or a programme."""
    text = page.text[page.quotations[k].start : page.quotations[k].end]
    words = [word for word in text[:_TITLE].split() if len(word) > 3]
    return (
        text[-1] not in "!?"
        and len(text) < _TITLE
        and all(word[0].isupper() or not word[0].isalpha() for word in words)
    )


def _previous(page: Page, i: int) -> int:
    """Token before another in its paragraph, blanks left out; -1 where there is none."""
    here = page.paragraph[i]
    i -= 1
    while i >= 0 and page.paragraph[i] == here and page.pos[i] == "SPACE":
        i -= 1
    return i if i >= 0 and page.paragraph[i] == here else -1


def _qualifies(page: Page, k: int) -> bool:
    """Whether a quotation only qualifies the noun after it: the "brown coat" men."""
    stop = page.spans[k][1]
    return page.text[page.quotations[k].end - 1] not in ",.?!" and stop < len(page.pos) and page.pos[stop] == "NOUN"


def _starts_sentence(page: Page, k: int) -> bool:
    """Whether a quotation begins a paragraph or comes after a stop, a colon or another quotation."""
    i = _previous(page, page.spans[k][0])
    if i < 0 or page.inside[i] >= 0:
        return True
    return page.lower[i] in _STOPS | {":", "…", "...", "—", "--", ")", "]"} or page.lower[i][-1] == "."


def _gap_after(page: Page, k: int) -> range:
    """Tokens from a quotation to the next one, the end of the sentence or of the paragraph, as far as one reads on."""
    start = stop = page.spans[k][1]
    size = len(page.lower)
    here = page.paragraph[page.spans[k][0]]
    while stop < size and stop - start < _REACH:
        if page.paragraph[stop] != here or page.lower[stop] in _STOPS or page.inside[stop] >= 0:
            break
        stop += 1
    while start < stop and (page.lower[start] in _PAUSES or page.pos[start] == "SPACE"):
        start += 1
    return range(start, stop)


def _gap_before(page: Page, k: int) -> range:
    """Tokens of the same sentence before a quotation, those in other quotations included."""
    stop = start = page.spans[k][0]
    here = page.paragraph[stop]
    while start > 0 and stop - start < _REACH:
        i = start - 1
        if page.paragraph[i] != here:
            break
        if page.inside[i] < 0 and page.lower[i] in _STOPS:
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
        return _according_frame(page, at)
    if page.tag[at] in _RELATIVES or page.pos[at] == "CCONJ" or (page.pos[at] == "SCONJ" and page.lower[at] != "as"):
        return None
    comma = end_mark in ",?!—–-" or touching[:1] == ","
    capital = page.text[page.starts[at]].isupper()
    if end_mark in ".…" and capital and not (len(gap) <= _SHORT and _cue_lemma(page, gap[-1])):
        return None
    # said Ana Ruiz
    i = at
    while i < gap.stop and page.pos[i] in {"ADV", "CCONJ"} and i < at + 2:
        i += 1
    lemma = _cue_lemma(page, i) if i < gap.stop else None
    if lemma and not capital and page.tag[i] in {"VBD", "VBZ", "VBP", "VBN", "VB"}:
        return _inverted(page, i, lemma, gap.stop)
    # Ana Ruiz said
    for verb in range(at, gap.stop):
        if page.pos[verb] not in _VERBAL and not _cue_after_subject(page, verb, at):
            continue
        if page.dep[verb] in {"relcl", "acl", "aux", "auxpass"} and not _cue_after_subject(page, verb, at):
            continue
        head = _subject(page, verb)
        if page.tag[verb - 1] == "NNP" and verb > at and page.lower[at : verb - 1].count(",") != 1:
            head = verb - 1
        if head is None or not at <= head < verb:
            head = _nominal_at(page, at, verb)
        if head is None:
            break
        if page.tag[head] in _RELATIVES:
            continue
        lemma = _cue_lemma(page, verb)
        if lemma is None and page.lower[at] == "as":
            break
        phrase = noun_phrase(page, head)
        if any(page.pos[i] not in {"ADV", "INTJ", "PUNCT", "SCONJ"} for i in range(at, phrase[0])):
            break
        if lemma is None and (
            not comma or (capital and end_mark in "?!") or page.pos[verb] == "AUX" or page.tag[verb] not in _FINITE
        ):
            break
        if lemma is not None and not comma and page.inside[head] >= 0:
            break
        if capital and end_mark in "?!" and page.pos[head] != "PROPN" and not _ends_soon(page, verb, gap):
            break
        return _frame(page, verb, lemma or page.lower[verb], head)
    return None


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
    if not alone or any(page.pos[j] in _VERBAL for j in range(i + 1, stop)):
        return None
    head = _nominal_at(page, i + 1, stop)
    return Frame((i, i + 1), page.lower[i], noun_phrase(page, head), head) if head is not None else None


def _cue_after_subject(page: Page, verb: int, at: int) -> bool:
    """Whether a token right after a pronoun or a name looks like a reporting verb, whatever the tagger says."""
    return verb > at and _cue_lemma(page, verb) is not None and page.tag[verb - 1] in {"PRP", "NNP"}


def _ends_soon(page: Page, verb: int, gap: range) -> bool:
    """Whether nothing much follows the verb, so that it reports what stands before it."""
    follow = verb + 1
    return follow >= gap.stop or page.lower[follow] in _PAUSES or page.pos[follow] in {"ADP", "ADV"}


def _nominal_at(page: Page, start: int, stop: int) -> int | None:
    """Head of the noun phrase that starts at a token."""
    best = None
    for i in range(start, min(stop, start + 12)):
        if page.pos[i] in _NOMINAL and page.left[i] <= start:
            best = i
        elif page.pos[i] not in _NOMINAL | {"DET", "ADJ", "NUM", "PART", "ADV"}:
            break
        elif page.pos[i] in _NOMINAL and best is None:
            best = i
    return best


def _inverted(page: Page, verb: int, lemma: str, stop: int) -> Frame | None:
    """Read "said Ana Ruiz, the minister"; without a subject after it the verb has the one it shares."""
    follow = verb + (2 if " " in lemma else 1)
    head = next((c for c in page.children[verb] if page.dep[c] in SUBJECTS and follow <= c < stop), None)
    if head is None and follow < stop and page.pos[follow] in _NOMINAL | {"DET", "ADJ", "NUM"}:
        head = _nominal_at(page, follow, stop)
    return _frame(page, verb, lemma, head if head is not None else _subject(page, verb))


def _according_frame(page: Page, at: int) -> Frame:
    head = next((c for i in (at, at + 1) for c in page.children[i] if page.dep[c] == "pobj" and c > at), None)
    if head is None:
        head = _nominal_at(page, at + 2, at + 14)
    return Frame((at, at + 2), "according to", noun_phrase(page, head) if head is not None else None, head)


def _before(page: Page, k: int) -> Frame | None:
    """Find the phrase before a quotation: "she added:", "he called it", "according to the ministry,"."""
    gap = _gap_before(page, k)
    if not gap:
        return None
    i = max(_previous(page, gap.stop), gap.start)
    led = page.lower[i] in {":", "that"} or (_is_cue(page, i) and page.lower[i] != "told")
    if not led and (_is_title(page, k) or _qualifies(page, k)):
        return None
    whole = _is_speech(page, k) or page.text[page.quotations[k].start].isupper()
    for i in reversed(gap):
        if page.inside[i] >= 0:
            continue
        if page.lower[i] == "according" and page.lower[i + 1] == "to":
            return _according_frame(page, i)
        if page.pos[i] not in _VERBAL:
            continue
        lemma = _cue_lemma(page, i)
        if lemma is None and not whole and page.tag[i] in {"VBD", "VBZ", "VBP"}:
            return None  # "she starred in", "he is": words in marks, but nobody's speech
        if lemma is None or page.dep[i] in {"amod", "compound"}:
            continue
        head = _subject(page, i)
        if head is not None and head >= page.spans[k][0]:
            head = None
        passive = any(page.dep[c] == "auxpass" for c in page.children[i])
        if passive or (page.dep[i] == "acl" and page.tag[i] == "VBN"):
            head = _agent(page, i)  # "a boy called", "what has been described as"
            if head is None:
                return None
        elif head is None:
            head = _nearest_subject(page, i, gap.start)
        speaker = noun_phrase(page, head) if head is not None else None
        return Frame((i, i + (2 if " " in lemma else 1)), lemma, speaker, head)
    return None


def _nearest_subject(page: Page, verb: int, start: int) -> int | None:
    """Find the speaker where the parse gives the verb no subject: the noun or the person last named before it."""
    i = verb - 1
    while i >= start and page.pos[i] in {"ADV", "AUX"}:
        i -= 1
    if i >= start and page.pos[i] in {"PROPN", "PRON"}:
        return i
    return next((k for k in range(i, start - 1, -1) if page.doc[k].ent_type_ == "PERSON"), None)


def _colon(page: Page, k: int) -> Frame | None:
    """Read "PENCE: ...", and a sentence that leads up to a quotation without a word of saying: "She was blunt:"."""
    i = _previous(page, page.spans[k][0])
    if i < 0 or page.lower[i] != ":":
        return None
    gap = _gap_before(page, k)
    if page.doc[i - 1].ent_type_ == "PERSON" and i - 1 in gap:
        return Frame((i, i + 1), ":", noun_phrase(page, i - 1), i - 1)
    for verb in gap:
        if page.pos[verb] in _VERBAL and page.inside[verb] < 0:
            head = _subject(page, verb)
            if head is not None and head in gap and page.dep[verb] not in {"relcl", "acl"}:
                return _frame(page, verb, page.lower[verb], head)
    names = [j for j in gap if page.pos[j] in _NOMINAL and j < i]
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
    verbs = [v for v in range(max(start, stop - _REACH), stop) if page.pos[v] in _VERBAL and page.inside[v] < 0]
    for verb in [v for v in verbs if _cue_lemma(page, v)] + [v for v in verbs if page.dep[v] == "ROOT"]:
        head = _subject(page, verb)
        if head is not None:
            return _frame(page, verb, page.lower[verb], head)
    return None


def _lead(page: Page, first: int) -> int | None:
    """Find the person whom the sentence before a quotation is about: "Ms Jones was blunt."."""
    i = _previous(page, first)
    if i < 0 or page.inside[i] >= 0:
        return None
    start, end = page.sentence[i]
    for k in range(start, min(end, start + _REACH)):
        if page.dep[k] in SUBJECTS and page.inside[k] < 0 and page.dep[page.head[k]] == "ROOT":
            person = page.lower[k] in {"he", "she"} or page.doc[k].ent_type_ == "PERSON"
            return k if person else None
    return None


def _starts_paragraph(page: Page, i: int) -> bool:
    return _previous(page, i) < 0
