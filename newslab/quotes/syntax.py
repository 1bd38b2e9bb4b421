"""Syntax: a parsed document as plain lists, and who does what in it, as far as reporting somebody's words goes.

Parsers err most where speech and story meet, so nothing here trusts one arc alone.
"""

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from spacy.tokens import Doc

from newslab.quotes.cues import Cues, load_cues
from newslab.quotes.marks import Quotation, blank_tags, find_quotations
from newslab.words import list_tokens, read_attribute, read_text, split_paragraphs

SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
ANY_SUBJECT = SUBJECTS | _PASSIVE_SUBJECTS
_FINITE_SIGNS = ANY_SUBJECT | {"expl", "mark"}
_GOVERNED = frozenset({"pobj", "dobj", "iobj", "dative", "compound", "poss"})
VERBAL = frozenset({"VERB", "AUX"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
RELATIVES = frozenset({"WDT", "WP", "WP$", "WRB"})
MARKS = frozenset("“”„‟«»\"‘’‚‛'`") | {"''", "``"}
PAUSES = frozenset({",", ";", "--", "—", "–", "-", "...", "…", ")", "]"})
DASHES = frozenset({"-", "--", "—", "–"})
STOPS = frozenset(".!?")
# A reporting phrase is short: neither its subject nor its verb is looked for further off than this many tokens.
REACH = 40
# No clause is longer; what is, is no sentence.
LONGEST = 400
_WORD = re.compile(r"\w+(?:[^\w\s]+\w+)*")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?:[ap]m)?")  # of a live report, before who speaks
_SIGNS = re.compile(r"\S+")
# Steps up the tree from a participle to the verb that it goes with.
_STEPS = 30


class Page(NamedTuple):
    """A document as plain lists by token, which are read many times."""

    doc: Doc
    text: str
    starts: list[int]
    ends: list[int]
    lower: list[str]
    small: frozenset[str]  # words that the text writes in small letters
    pos: list[str]
    tag: list[str]
    dep: list[str]
    head: list[int]
    left: list[int]  # first token of the subtree
    right: list[int]  # last token of the subtree
    children: list[list[int]]
    subject: list[int]  # subject that the parse gives a token, or -1
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
        What `find_speech` and `newslab.quotes.sources.name_sources` work on.

    Raises
    ------
    ValueError
        If the document was parsed without ``tagger`` or ``parser``.
    """
    if len(doc) and not (doc.has_annotation("DEP") and doc.has_annotation("SENT_START")):
        raise ValueError(f"document {doc_id!r} has no dependency parse; parse it with 'parser'")
    if len(doc) and not doc.has_annotation("TAG"):
        raise ValueError(f"document {doc_id!r} has no part-of-speech tags; parse it with 'tagger'")
    text = read_text(doc)
    head = (np.arange(len(doc)) + doc.to_array("HEAD").astype(np.int64)).tolist()
    words = list_tokens(doc)
    dep, pos, tag = (read_attribute(doc, name) for name in ("DEP", "POS", "TAG"))
    # not token.lower_, which a bare vocabulary leaves empty
    lower = [word.lower() for word in words]
    starts = doc.to_array("IDX").tolist()
    ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
    plain = blank_tags(text)
    if plain != text:
        for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if plain[start:end] == text[start:end]:
                continue
            # a tag is a blank, and what hangs on it ("said</b>") is the word without it
            word = _WORD.search(plain, start, end) or _SIGNS.search(plain, start, end)
            if word:
                starts[i], ends[i], lower[i] = word.start(), word.end(), word.group().lower()
            else:
                pos[i], tag[i], dep[i], lower[i] = "SPACE", "_SP", "", " "
    children: list[list[int]] = [[] for _ in head]
    subject = [-1] * len(head)
    for i, up in enumerate(head):
        if up != i:
            children[up].append(i)
            # of two before the verb the nearer one; "Of Vega, Ruiz said" has a preposition for one
            if dep[i] in ANY_SUBJECT and pos[i] != "ADP" and (subject[up] < 0 or i < up):
                subject[up] = i
    left, right = _find_edges(head)
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
        ends=ends,
        lower=lower,
        small=frozenset(filter(str.islower, set(words))),
        pos=pos,
        tag=tag,
        dep=dep,
        head=head,
        left=left,
        right=right,
        children=children,
        subject=subject,
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


def _find_edges(head: list[int]) -> tuple[list[int], list[int]]:
    """Find the first and the last token of each subtree, in two passes as spaCy does, without its tokens."""
    left, right = list(range(len(head))), list(range(len(head)))
    for order in (range(len(head)), range(len(head) - 1, -1, -1)):
        for i in order:
            up = head[i]
            if left[i] < left[up]:
                left[up] = left[i]
            if right[i] > right[up]:
                right[up] = right[i]
    return left, right


def _join(page: Page, quotations: list[Quotation]) -> list[Quotation]:
    """Mend the quotations that lack a mark: join one that only goes on in a new paragraph, bound the others."""
    # whether each goes right on to the next, and in the end comes to a closing mark
    goes_on = [
        here.outer_end == here.end and not page.text[here.end : after.outer_start].strip()
        for here, after in pairwise(quotations)
    ]
    ends = [quotation.closed for quotation in quotations]
    for k in range(len(quotations) - 2, -1, -1):
        ends[k] = ends[k] or (goes_on[k] and ends[k + 1])
    mended: list[Quotation] = []
    for k, quotation in enumerate(quotations):
        before = mended[-1] if mended else None
        # “... in the rain. “And then it snowed.” goes on, but “... in the rain. “We left,” said Ana Ruiz. does not
        if before and goes_on[k - 1] and before.outer_end == before.end and (before.closed or ends[k]):
            phrase = _own_phrase(page, quotation)
            if phrase is None:
                mended[-1] = before._replace(end=quotation.end, outer_end=quotation.outer_end, closed=quotation.closed)
                continue
            # “... in the rain. ¶ “And then it snowed,” she said. needs no mark between
            before = before._replace(closed=before.closed and page.tag[phrase] == "PRP")
            mended[-1] = before if before.closed else _close(page, before)
        if not quotation.closed and quotation.outer_end == quotation.end:
            quotation = _close(page, quotation)
        elif not quotation.closed:
            quotation = _open(page, quotation)
        mended.append(quotation)
    return mended


def _own_phrase(page: Page, quotation: Quotation) -> int | None:
    """Find the token at which a bare reporting phrase follows a quotation."""
    after = bisect_left(page.starts, quotation.outer_end)
    here = page.paragraph[after - 1]
    last = after
    while last < len(page.lower) and last < after + REACH and page.paragraph[last] == here:
        last += 1
    if after < last and page.lower[after] == ",":
        after += 1
    return after if opens_phrase(page, after, last) else None


def _open(page: Page, quotation: Quotation) -> Quotation:
    """Start a quotation whose opening mark is lost after the sentence that still reports the one before it."""
    first = bisect_right(page.ends, quotation.start)
    last = bisect_left(page.starts, quotation.end)
    for i in range(first, min(last, first + REACH) - 1):
        if page.lower[i] in {".", ":"} and any(is_cue(page, k) for k in range(first, i)):
            return quotation._replace(start=page.starts[i + 1], outer_start=page.starts[i + 1])
        if page.lower[i] in STOPS:
            break
    return quotation


def _close(page: Page, quotation: Quotation) -> Quotation:
    """End a quotation whose closing mark is lost before the first reporting phrase that follows a pause."""
    first = bisect_right(page.ends, quotation.start)
    last = bisect_left(page.starts, quotation.end)
    for i in range(first + 1, last - 2):
        if page.lower[i] in {",", "?", "!", "—", "--"} and opens_phrase(page, i + 1, last):
            end = page.starts[i] if page.lower[i] == "," else page.ends[i]
            return quotation._replace(end=end, outer_end=page.ends[i])
    return quotation


def opens_phrase(page: Page, i: int, last: int) -> bool:
    """Whether a bare reporting phrase starts at a token: "he said", "the mayor said", "said the mayor"."""
    while i < last - 1 and page.pos[i] == "SPACE":
        i += 1
    if i >= last:
        return False
    if page.tag[i] in {"VBD", "VBZ"} and cue_lemma(page, i):
        return page.tag[i + 1] in {"PRP", "NNP", "DT", "NNS"} if i + 1 < last else False
    k = i
    named = {"NNP", "NNPS"} if page.tag[i] != "DT" else {"DT", "JJ", "NN", "NNS", "NNP", "NNPS"}
    while k < last - 1 and k < i + 5 and page.tag[k] in named:
        k += 1
    if k == i and page.lower[i] in {"he", "she", "they", "it"}:
        k += 1
    if k == i or page.tag[k] not in {"VBD", "VBZ", "VBP"} or not cue_lemma(page, k):
        return False
    return k + 1 >= last or page.pos[k + 1] in {"PUNCT", "ADP", "ADV", "SPACE", "PROPN", "NOUN", "SCONJ"}


def cue_lemma(page: Page, i: int) -> str | None:
    """Lemma of the reporting verb at a token, with its particle ("point out"), or None."""
    lemma = page.cues.verbs.get(page.lower[i])
    if lemma is None:
        return None
    if lemma in page.cues.particles and i + 1 < len(page.lower):
        phrase = f"{lemma} {page.lower[i + 1]}"
        if phrase in page.cues.classes:
            return phrase
    return lemma if lemma in page.cues.classes else None


def is_cue(page: Page, i: int) -> bool:
    """Whether a token is a reporting verb, used as a verb."""
    return page.pos[i] in VERBAL and cue_lemma(page, i) is not None


def find_subject(page: Page, verb: int) -> int | None:
    """Head word of who does what the verb says, up the tree through co-ordinations and participles."""
    at = verb
    for _ in range(6):
        if (child := page.subject[at]) >= 0:
            told = at == verb and page.dep[child] in _PASSIVE_SUBJECTS
            return find_agent(page, verb) if told else child
        up, dep = page.head[at], page.dep[at]
        if up == at:
            return None
        if dep == "conj" and page.dep[up] == "ccomp" and shares_cue(page, verb, page.head[up]):
            at = page.head[up]
            continue
        if page.tag[verb] == "VBG" and dep in {"advcl", "acl"}:
            up = _host(page, up)
            if page.pos[up] in VERBAL:
                at = up
                continue
        if page.pos[up] in NOMINAL and dep in {"acl", "relcl"}:
            return up
        if dep not in {"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "aux"} or page.pos[up] in NOMINAL:
            return None
        at = up
    return None


def _host(page: Page, at: int) -> int:
    """Climb to the verb whose subject goes on with "..., saying that ...", past all that was said or done before.

    "He told the crowd that it was late, adding ...", "he issued a statement saying ...".
    """
    for _ in range(_STEPS):
        if page.head[at] == at or page.dep[at] in {"nsubj", "nsubjpass", "parataxis"}:
            break
        if page.dep[at] == "ccomp" and not is_cue(page, page.head[at]):
            break
        if page.dep[at] in {"conj", "advcl"} and page.subject[at] >= 0:
            break  # "They said it was late, and the mayor left, adding ..."
        at = page.head[at]
    return at


def shares_cue(page: Page, verb: int, outer: int) -> bool:
    """Whether a verb that the parse put into a reported clause goes on from the reporting verb itself."""
    if not (is_cue(page, verb) and is_cue(page, outer)):
        return False
    helpers = [*page.children[verb], *page.children[outer]]  # "he did say ... and called"
    return page.tag[verb] == page.tag[outer] or any(page.lower[c] in {"did", "does", "do"} for c in helpers)


def find_agent(page: Page, verb: int) -> int | None:
    """Find the doer in a passive: "the fire was described by police as ..."."""
    for child in page.children[verb]:
        if page.dep[child] == "agent":
            return next((c for c in page.children[child] if page.dep[c] == "pobj"), None)
    return None


def nearest_subject(page: Page, verb: int, start: int) -> int | None:
    """Find the speaker where the parse gives the verb no subject: the noun or the person last named before it."""
    i = verb - 1
    while i >= start and page.pos[i] in {"ADV", "AUX"}:
        i -= 1
    if i >= start and page.pos[i] in {"PROPN", "PRON"}:
        return i
    people = [k for k in range(i, max(start, verb - REACH) - 1, -1) if page.doc[k].ent_type_ == "PERSON"]
    # "Mr Vega, asked about the fall of Mr Ruiz, had said"
    return next((k for k in people if page.dep[k] not in _GOVERNED), people[0] if people else None)


def noun_phrase(page: Page, head: int) -> tuple[int, int]:
    """Tokens of the noun phrase around a head word, up to an apposition or a relative clause."""
    start = max(page.left[head], head - REACH)
    end = head + 1
    while end <= page.right[head] and end - head < REACH:
        if page.lower[end] in PAUSES or page.lower[end] in MARKS or page.lower[end] in {"(", ":", "["}:
            break
        if page.tag[end] in RELATIVES or page.dep[end] in {"relcl", "appos", "advcl", "ccomp"}:
            break
        if page.tag[end] == "IN" and page.dep[end] == "mark":
            break
        end += 1
    while end < len(page.pos) and page.pos[end - 1] in NOMINAL and _is_name_part(page, end):
        end += 1
    while end > head + 1 and page.pos[end - 1] in {"ADP", "CCONJ", "PUNCT", "SPACE"}:
        end -= 1
    # what precedes may hold a whole clause where the parse went wrong; a name is what stands after its last mark
    for i in range(start, head):
        if page.lower[i] in MARKS or page.pos[i] == "SPACE" or page.lower[i] in {":", ";", "—", "--", "–"}:
            start = i + 1
    if page.inside[head] < 0:
        while start < head and page.inside[start] >= 0:
            start += 1
    while start < head and (
        page.pos[start] in {"PUNCT", "CCONJ"}
        or page.dep[start] in {"mark", "cc"}
        or _CLOCK.fullmatch(page.lower[start])
    ):
        start += 1
    return start, end


def _is_name_part(page: Page, i: int) -> bool:
    """Whether a name goes on at a token that the parse gave to something else ("press secretary Ana Ruiz")."""
    return page.tag[i] in {"NNP", "NNPS"} and page.dep[i] not in {"npadvmod", "dative", "dobj"} and page.inside[i] < 0


def nominal_at(page: Page, start: int, stop: int) -> int | None:
    """Head of the noun phrase that starts at a token; a number where there is no noun ("the two write")."""
    best = number = None
    for i in range(start, min(stop, start + 12)):
        if page.pos[i] in NOMINAL and (best is None or page.left[i] <= start):
            best = i
        elif page.pos[i] == "NUM":
            number = i
        elif page.pos[i] not in NOMINAL | {"DET", "ADJ", "PART", "ADV"}:
            break
    return best if best is not None else number


def _is_dateline(page: Page, i: int) -> bool:
    """Whether a token is the place a story is filed from: "GENEVA, May 2 (AP) — Ana Ruiz said"."""
    return previous_token(page, i) < 0 and page.doc[i].text.isupper() and len(page.lower[i]) > 3


def make_frame(page: Page, verb: int, lemma: str | None = None, head: int | None = None) -> Frame:
    """Build the reporting phrase of a verb; its speaker is the verb's subject unless given."""
    found = lemma or cue_lemma(page, verb) or page.doc[verb].lemma_ or page.lower[verb]
    if head is None:
        head = find_subject(page, verb)
        if head is None and page.tag[verb] in FINITE:
            head = nearest_subject(page, verb, page.sentence[verb][0])
        if head is not None and head < verb - 1 and page.tag[verb - 1] == "NNP" and _is_dateline(page, head):
            head = verb - 1
    width = 2 if " " in found else 1
    return Frame((verb, verb + width), found, noun_phrase(page, head) if head is not None else None, head)


def make_according_frame(page: Page, at: int) -> Frame:
    """Build the reporting phrase "according to X" that starts at a token."""
    head = next((c for i in (at, at + 1) for c in page.children[i] if page.dep[c] == "pobj" and c > at), None)
    if head is None:
        head = nominal_at(page, at + 2, at + 14)
    return Frame((at, at + 2), "according to", noun_phrase(page, head) if head is not None else None, head)


def is_finite(page: Page, verb: int) -> bool:
    """Whether a clause is finite: its verb or an auxiliary is, or it has a subject, or "that" or "whether"."""
    if page.tag[verb] in FINITE or any(
        page.tag[c] in FINITE and page.dep[c] in {"aux", "auxpass"} for c in page.children[verb]
    ):
        return True
    subject = page.subject[verb]
    if page.tag[verb] == "VBG" and subject >= 0 and page.lower[page.left[subject] - 1] == ",":
        return False  # "he said, his voice breaking"
    return any(page.dep[c] in _FINITE_SIGNS for c in page.children[verb])


def previous_token(page: Page, i: int) -> int:
    """Token before another in its paragraph, blanks left out; -1 where there is none."""
    here = page.paragraph[i]
    i -= 1
    while i >= 0 and page.paragraph[i] == here and page.pos[i] == "SPACE":
        i -= 1
    return i if i >= 0 and page.paragraph[i] == here else -1


def starts_sentence(page: Page, k: int) -> bool:
    """Whether a quotation begins a paragraph or comes after a stop, a colon or another quotation."""
    i = previous_token(page, page.spans[k][0])
    if i < 0 or page.inside[i] >= 0:
        return True
    return page.lower[i] in STOPS | {":", "…", "...", "—", "--", ")", "]"} or page.lower[i][-1] == "."
