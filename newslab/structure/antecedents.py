"""Antecedents: pronouns and speakers that the text leans on without having introduced anybody.

Where a passage was cut out, or taken from another story, "she" has nobody to stand for and "Ruiz said" no Ana Ruiz.
"""

from collections.abc import Iterator

import numpy as np
from spacy.tokens import Doc, Span, Token

from newslab.words import list_tokens, read_attribute, read_text, split_paragraphs

_PRONOUNS = frozenset({"he", "she", "him", "her", "his", "hers", "himself", "herself"})
_PARAGRAPHS_BACK = 2
"""Paragraphs above in which somebody may be found: a story that changes the subject names people again."""

# Nouns for one person: by ending, and those that have none. "Power" and "water" only hide a pronoun that hangs loose.
_PERSON_ENDINGS = ("er", "or", "ist", "ian", "ant", "ee", "man", "woman", "person", "ess")
_PERSON_NOUNS = frozenset(
    """
    adult aide athlete aunt bishop boss boy bride brother chief child clerk coach colleague cop dad daughter detective
    executive expert father fellow figure fiance friend girl graduate groom guard guest guy head heir hero host husband
    imam infant judge kid king lawmaker lead lord male female migrant mom monk mother mum native nephew niece nun
    nurse official one opponent orphan parent patient pope priest prince professional pupil queen rabbi relative
    representative reverend rival scholar sheikh sister son source spouse star suspect teen thief uncle victim
    volunteer widow wife witness youth
    """.split()
)
_TITLES = frozenset({"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss"})
_SAYING = frozenset({"add", "admit", "argue", "claim", "explain", "insist", "note", "recall", "say", "tell", "warn"})


def find_loose_ends(doc: Doc) -> Iterator[tuple[Span, str, str]]:
    """Find the pronouns and speakers without an antecedent in reach.

    Parameters
    ----------
    doc
        With named entities and a dependency parse.

    Yields
    ------
    (span, kind, note)
        ``loose pronoun``: "he", "she" and their forms where nobody, by name or noun, comes before in its paragraph
        and the two above, nor in its sentence; one in a paragraph, none in the first.
        ``loose speaker``: a speaker by surname alone whom nothing before introduces by more.
    """
    paragraphs = [start for start, _ in split_paragraphs(read_text(doc))]
    places = np.searchsorted(paragraphs, doc.to_array("IDX"), side="right").tolist()
    lower = [word.lower() for word in list_tokens(doc)]
    pos, types = read_attribute(doc, "POS"), read_attribute(doc, "ENT_TYPE")
    people = [_is_person(*token) for token in zip(lower, pos, types, strict=True)]
    told, last = set[int](), -_PARAGRAPHS_BACK
    for i, at in enumerate(places):
        if people[i]:
            last = at
            continue
        # an opening may hold its name back
        loose = lower[i] in _PRONOUNS and at > max(1, last + _PARAGRAPHS_BACK) and at not in told
        # "In his speech the mayor said": somebody may follow in the sentence
        if loose and not any(people[i : doc[i].sent.end]):
            told.add(at)
            yield doc[i : i + 1], "loose pronoun", "nobody is named or described before"
    yield from _loose_speakers(doc)


def _is_person(low: str, pos: str, entity: str) -> bool:
    if pos == "PROPN":
        # taggers of names miss some people; places and dates they know
        return entity not in {"GPE", "LOC", "FAC", "DATE", "TIME", "NORP", "EVENT"}
    return pos == "NOUN" and (low in _PERSON_NOUNS or low.endswith(_PERSON_ENDINGS))


def _loose_speakers(doc: Doc) -> Iterator[tuple[Span, str, str]]:
    known = set[str]()
    for ent in doc.ents:
        if ent.label_ != "PERSON":
            continue
        names = [token for token in ent if token.lower_ not in _TITLES and token.text[:1].isupper()]
        # what is all in capitals is an agency more often than a person
        alone = len(names) == 1 and names[0].text not in known and not names[0].text.isupper()
        if alone and _speaks(names[0]) and not _is_described(ent):
            yield ent, "loose speaker", "is not introduced before"
        known.update(token.text for token in names)


def _speaks(token: Token) -> bool:
    return token.dep_ == "nsubj" and token.head.lemma_.lower() in _SAYING


def _is_described(ent: Span) -> bool:
    """Whether words beside the name say who it is: "spokesman Ruiz", "Ruiz, a plumber"."""
    start = ent.start
    while start and ent.doc[start - 1].lower_ in _TITLES:
        start -= 1
    before, after = ent.doc[max(0, start - 1) : start], ent.doc[ent.end : ent.end + 1]
    return any(t.pos_ in {"NOUN", "ADJ", "PROPN"} for t in before) or any(t.text in {",", "("} for t in after)
