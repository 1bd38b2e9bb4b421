"""Entities: who and what a document names, with one type and one identity for each.

The pipeline tags mentions one sentence at a time. What the document says elsewhere mends much of it: the same
string is the same thing, "Mr Bali" is a person, "the village of Baghouz" a settlement.
"""

import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise

import pandas as pd
from spacy.tokens import Doc

from newslab.entities.aliases import GENERATIONS, Name, first_letters, link_names
from newslab.entities.corrections import Rule, apply_corrections
from newslab.entities.descriptions import find_descriptions
from newslab.entities.lexicon import fold_name, read_countries, read_demonyms, read_equivalents, read_gazetteer
from newslab.entities.mentions import (
    NAMED,
    Mention,
    Tokens,
    find_missed,
    read_known_names,
    read_mentions,
    read_tokens,
    split_name,
)
from newslab.entities.types import Decision, decide_types
from newslab.tables import SPAN_COLUMNS, build_table
from newslab.words import iter_docs

COLUMNS = SPAN_COLUMNS | {
    "label": "str",
    "entity_id": "str",
    "name": "str",
    "title": "str",
    "related_id": "str",
    "model_label": "str",
    "evidence": "str",
}

# letters; what is longer and in capitals is a word, not an acronym
_LONGEST_ACRONYM = 5

_SAME_AS = re.compile(
    r"(?:an acronym for|(?:also|popularly|better|widely|commonly|formerly|previously)? ?(?:known as|called)"
    r"|also|formerly|previously|aka|a\.k\.a\.|alias|n[ée]e|short for|nicknamed)(?: the| ['\"“‘])*"
)


def extract_entities(
    docs: Mapping[str, Doc],
    *,
    labels: Collection[str] | None = None,
    corrections: Sequence[Rule] | None = None,
) -> pd.DataFrame:
    """Find the named entities in each document, one row a mention.

    The pipeline's mentions lose articles, titles, quote marks and possessives at their edges. Mentions of one
    string get one type, by the model's votes and what stands around them; later mentions that the model
    missed are added; and names of one thing get one ``entity_id``. "The Prime Minister" and "the Committee" are
    added where one entity answers to them; what stands for two, or for nobody named before, is left out.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must include ``ner``.
    labels
        OntoNotes labels to keep, such as ``{"PERSON", "ORG"}``; None keeps all that are names.
    corrections
        What an analyst knows better, from `find_corrections`; a rule about entities that matches nothing gives
        a warning. `apply_corrections` gives the same table and a report.

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
        related_id : of a people, language or nationality, the ``entity_id`` of its land or else its country in the
            same document
        model_label : what the pipeline called this mention, null where it found none; another than ``label`` where
            the document knew better
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
    rows = (row for doc_id, doc in iter_docs(docs) for row in _entity_rows(doc_id, doc))
    table = build_table(rows, COLUMNS)
    if corrections:
        table, report = apply_corrections(table, corrections, {doc_id: doc.text for doc_id, doc in iter_docs(docs)})
        for rule in report[report["matched"] == 0].to_dict("records"):
            warnings.warn(f"correction {rule['rule']} ({rule['action']}: {rule['what']}) matches nothing", stacklevel=2)
    return table if labels is None else table[table["label"].isin(labels)].reset_index(drop=True)


def _entity_rows(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    if len(doc) and not doc.has_annotation("ENT_IOB"):
        raise ValueError(f"document {doc_id!r} has no entities marked; parse it with 'ner'")
    tokens = read_tokens(doc)
    mentions = read_mentions(doc, tokens)
    types = decide_types(tokens, mentions)
    mentions = find_missed(doc, tokens, mentions, _wanted(tokens, mentions, types))
    types = {m.key: (m.label, None) for m in reversed(mentions)} | types
    names = _collect_names(tokens, mentions, types)
    links, rivals = link_names(names.values(), _stated_aliases(tokens, mentions))
    roots = {key: links[key][0] if key in links else key for key in names}
    forms: dict[str, list[Name]] = defaultdict(list)
    for key, name in names.items():
        forms[roots[key]].append(name)
    fullest = {root: _fullest(found) for root, found in forms.items()}
    named = list(_identify(mentions, roots, rivals))
    described = list(find_descriptions(tokens, mentions, roots, types))
    found = sorted([*named, *described], key=lambda pair: pair[0].first)
    ids: dict[str, str] = {}
    for _, root in found:
        ids.setdefault(root, f"e{len(ids) + 1}")
    countries, demonyms = read_countries(), read_demonyms()
    country_ids = {countries[key]: ids[roots[key]] for key in names if key in countries and roots[key] in ids}
    lands = {key: ids[roots[key]] for key, name in names.items() if name.family == "place" and roots[key] in ids}

    def relate(key: str) -> str | None:
        if (demonym := demonyms.get(key)) is None:
            return None
        return next((lands[place] for place in demonym.places if place in lands), country_ids.get(demonym.country))

    for m, root in found:
        label, why = types[root]
        reasons = [m.evidence, why, links[m.key][1] if m.key in links else None]
        start = tokens.text.index(m.text, tokens.starts[m.first])
        yield {
            "doc_id": doc_id,
            "start": start,
            "end": start + len(m.text),
            "text": m.text,
            "label": label,
            "entity_id": ids[root],
            "name": fullest[root],
            "title": m.title,
            "related_id": relate(m.key),
            "model_label": m.label if m.evidence.startswith("model") else None,
            "evidence": "; ".join(dict.fromkeys(reason for reason in reasons if reason)),
        }


def _identify(
    mentions: list[Mention], roots: Mapping[str, str], rivals: Mapping[str, set[str]]
) -> Iterator[tuple[Mention, str]]:
    """Yield each mention with its entity: "Ruiz" is Ana Ruiz until another Ruiz comes in, and then nobody."""
    seen: set[str] = set()
    for m in mentions:
        root = roots[m.key]
        if len(before := rivals.get(m.key, set()) & seen) == 1:
            (root,) = before
            m.evidence += "; the only one named before"
        seen.add(root)
        yield m, root


def _wanted(
    tokens: Tokens, mentions: list[Mention], types: Mapping[str, Decision]
) -> dict[tuple[str, ...], tuple[str, str]]:
    """Names to look for: those found somewhere, parts of people's names, acronyms, and those known beforehand."""
    wanted: dict[tuple[str, ...], tuple[str, str]] = {}
    for m in mentions:
        words, label = tuple(tokens.words[m.first : m.last]), types[m.key][0]
        wanted.setdefault(words, (label, "same string"))
        if label == "GPE" and m.text.isupper() and len(m.text) > _LONGEST_ACRONYM:
            wanted.setdefault(tuple(w.title() for w in words), (label, "same string"))
        if label == "PERSON" and len(words) > 1:
            parts = [w for w in words if w.rstrip(".").lower() not in GENERATIONS]
            wanted.setdefault(tuple(parts[-1:]), (label, f"surname of {m.text}"))
            for word in (*parts[:1], *parts[1:-1][: len(parts) == 3]):
                if len(word) > 2 and word.istitle():
                    wanted.setdefault((word,), (label, f"part of {m.text}"))
        elif label == "ORG" and len(initials := "".join(first_letters(w) for w in words if w[0].isupper())) > 2:
            wanted.setdefault((initials,), (label, f"acronym of {m.text}"))
    for host, i in (*_bracketed_acronyms(tokens, mentions), *_bracketed_nouns(tokens, mentions)):
        wanted.setdefault((tokens.words[i],), (types[host.key][0], f"acronym of {host.text}"))
    known = read_equivalents()
    here = {known[m.key].row for m in mentions if m.key in known}
    for name in known.values() if here else ():
        if name.row in here:
            wanted.setdefault(split_name(name.spelling), (name.label, "known name"))
    anywhere = read_known_names()
    for first in sorted(anywhere.keys() & set(tokens.words)):
        for words, label in anywhere[first]:
            wanted.setdefault(words, (label, "known name"))
    return wanted


def _bracketed_acronyms(tokens: Tokens, mentions: list[Mention]) -> Iterator[tuple[Mention, int]]:
    """Names and the acronym in brackets after each: "Syrian Democratic Forces (SDF)"."""
    n_of = Counter(tokens.words)
    for m in mentions:
        if tokens.word(m.last) in {"(", "["} and tokens.word(m.last + 2) in {")", "]", ",", ";"}:
            acronym = tokens.words[m.last + 1]
            letters = iter(m.key)
            # its letters stand in the name, in this order, and it opens with one of the name's words
            drawn = all(c in letters for c in filter(str.isalpha, acronym.lower()))
            drawn = drawn and acronym[:1].lower() in {word[0] for word in m.key.split()}
            # or it is that of the name in another language: "National Rally (RN)", used as a name below
            foreign = m.label == "ORG" and tokens.word(m.last + 2) in {")", "]"} and acronym.isalpha()
            foreign = foreign and n_of[acronym] > 1 and fold_name(acronym) not in read_gazetteer()
            if sum(map(str.isupper, acronym)) > 1 and (drawn or foreign):
                yield m, m.last + 1


def _bracketed_nouns(tokens: Tokens, mentions: list[Mention]) -> Iterator[tuple[Mention, int]]:
    """Names of bodies and the acronym in brackets after their noun alone: "the institute (INGC)"."""
    bodies: dict[str, dict[str, Mention]] = defaultdict(dict)
    left = list(reversed(mentions))
    for i in range(2, len(tokens.words) - 2):
        if tokens.words[i] != "(" or tokens.words[i + 2] != ")" or sum(map(str.isupper, tokens.words[i + 1])) < 2:
            continue
        while left and left[-1].first < i:
            m = left.pop()
            for word in m.key.split() if m.label == "ORG" else ():
                bodies[word].setdefault(m.key, m)
        noun = tokens.words[i - 1]
        if noun.islower() and tokens.word(i - 2) in {"the", "this"} and len(bodies[noun]) == 1:
            yield from ((host, i + 1) for host in bodies[noun].values())


def _stated_aliases(tokens: Tokens, mentions: list[Mention]) -> dict[str, tuple[str, str]]:
    """Aliases that the text states: "Syrian Democratic Forces (SDF)", "Novak, formerly known as Orel"."""
    bracketed = chain(_bracketed_nouns(tokens, mentions), _bracketed_acronyms(tokens, mentions))
    acronyms = ((host, fold_name(tokens.words[i])) for host, i in bracketed)
    found = {key: (host.key, "defined as") for host, key in reversed(list(acronyms)) if key != host.key}
    for before, after in pairwise(mentions):
        between = tokens.lower[before.last : after.first] if after.first - before.last < 7 else []
        if before.key == after.key or not between:
            continue
        if between[0] in {",", "("} and _SAME_AS.fullmatch(" ".join(between[1:])):
            found.setdefault(after.key, (before.key, "stated to be"))
    return found


def _collect_names(tokens: Tokens, mentions: list[Mention], types: Mapping[str, Decision]) -> dict[str, Name]:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, int] = {}
    for m in mentions:
        # spelling in a headline tells least
        spellings[m.key][m.text] += 1 if tokens.capitals[m.first] else 3
        first.setdefault(m.key, m.first)
    return {key: Name(key, types[key][0], _usual(texts), first[key], texts.total()) for key, texts in spellings.items()}


def _usual(texts: Counter[str]) -> str:
    """Most frequent spelling; capitals only where nothing else is found, as datelines have them."""

    def shouts(text: str) -> bool:
        return text.isupper() and (len(text) > _LONGEST_ACRONYM or text.title() in texts)

    return max(texts, key=lambda text: (not shouts(text), texts[text]))


def _fullest(names: list[Name]) -> str:
    """Fullest name: most words in full, then most words, then the more frequent."""

    def fullness(name: Name) -> tuple[int, int, bool, int, int]:
        in_full = sum(len(word) > 1 for word in name.words)
        return in_full, len(name.words), not name.text.isupper(), name.count, -name.first

    return max(names, key=fullness).text
