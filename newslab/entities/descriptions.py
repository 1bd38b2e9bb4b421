"""Descriptions: "the Prime Minister" and "the Committee", where a document leaves no doubt whom or what they mean.

A description is capitalised, follows "the", and comes after the name that it stands for. It counts only if one entity
named before answers to it; all others stay out of the table.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from newslab.entities.aliases import short_forms
from newslab.entities.lexicon import fold_name, read_words
from newslab.entities.mentions import Mention, Tokens, make_mention
from newslab.entities.types import Decision

_ABBREVIATED = {"pm": ["prime", "minister"]}


def find_descriptions(
    tokens: Tokens, mentions: Sequence[Mention], roots: Mapping[str, str], types: Mapping[str, Decision]
) -> Iterator[tuple[Mention, str]]:
    """Find the descriptions that only one entity answers to.

    Parameters
    ----------
    tokens, mentions
        The document and its names, in document order.
    roots
        Folded name to the folded name that stands for its entity.
    types
        Label by the latter.

    Yields
    ------
    tuple
        The mention, and the folded name that stands for its entity.
    """
    first: dict[str, Mention] = {}
    for m in mentions:
        first.setdefault(roots[m.key], m)
    held = bytearray(len(tokens.words) + 1)
    for m in mentions:
        held[m.first : m.last] = b"\1" * (m.last - m.first)
    bodies = _name_bodies(roots, types)
    offices = defaultdict(set)
    for m in mentions:
        if types[roots[m.key]][0] == "PERSON":
            for words in _read_offices(tokens, m, held):
                offices[words[-1]].add((words, roots[m.key]))
    for i in range(1, len(tokens.words)):
        if tokens.lower[i - 1] != "the" or not _is_free(tokens, held, i):
            continue
        last = i + 1
        while _is_free(tokens, held, last) or (tokens.word(last) == "-" and _is_free(tokens, held, last + 1)):
            last += 1
        key = fold_name(" ".join(tokens.words[i:last]))
        *ranks, office = _ABBREVIATED.get(key, key.split())
        holders = {root for words, root in offices.get(office, ()) if _fits(ranks, words)}
        owners = {root for root in bodies.get(key, set()) | holders if first[root].first < i}
        if len(owners) != 1 or (_is_longer(tokens, held, last) if holders else held[last]):
            continue
        (root,) = owners
        if not tokens.in_headline(i):
            how = f"office of {first[root].text}" if holders else f"short for {first[root].text}"
            if described := make_mention(tokens, i, last, types[root][0], how):
                yield described, root


def _is_longer(tokens: Tokens, held: bytearray, last: int) -> bool:
    """Whether what goes on makes another thing of an office: the Mayor Ruiz, of Lima, 's Office."""
    possessive = tokens.word(last) in {"'s", "’s"} and _is_free(tokens, held, last + 1)
    return bool(held[last]) or possessive or tokens.word(last) in {"of", "for"}


def _is_free(tokens: Tokens, held: bytearray, i: int) -> bool:
    """Whether a word is capitalised and of no name."""
    return i < len(tokens.words) and tokens.words[i][0].isupper() and not held[i]


def _name_bodies(roots: Mapping[str, str], types: Mapping[str, Decision]) -> dict[str, set[str]]:
    """Entities by the short forms of their names."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for key, root in roots.items():
        if types[root][0] not in {"PERSON", "NORP", "LANGUAGE"}:
            for short in short_forms(key.split()):
                bodies[short].add(root)
    return bodies


def _fits(ranks: Sequence[str], office: Sequence[str]) -> bool:
    """Whether words before an office are among those it was named with, and no rank is left out."""
    return set(ranks) <= set(office) and set(office) & read_words("ranks") <= set(ranks)


def _read_offices(tokens: Tokens, m: Mention, held: bytearray) -> Iterator[tuple[str, ...]]:
    """Yield the offices that stand beside a person's name: "Mayor Ruiz", "Ruiz, the mayor", "the mayor, Ana Ruiz,"."""
    before = m.first - (tokens.word(m.first - 1) == "," and tokens.word(m.last) in {",", "."})
    if words := _office_ending(tokens, before):
        yield words
    if tokens.word(m.last) not in {",", "is", "was"}:
        return
    i = m.last + 1
    while i < m.last + 6 and not _is_part(tokens.word(i)) and _may_precede(tokens, i):
        i += 1
    while _is_part(tokens.word(i)):
        i += 1
    if not held[min(i, len(held) - 1)] and (words := _office_ending(tokens, i)):
        yield words


def _may_precede(tokens: Tokens, i: int) -> bool:
    """Whether a word may stand between a name and its office: "Ana Ruiz, the country's"."""
    return tokens.word(i) in {"the", "a", "an", "its", "their", "'s", "’s"} or tokens.words[i : i + 1][0].istitle()


def _office_ending(tokens: Tokens, end: int) -> tuple[str, ...]:
    """Words of the office that ends before a token, none if there is none: "Crown Prince" before "Sheikh"."""
    start = end
    while start and _is_part(tokens.word(start - 1)):
        start -= 1
    words = [word for word in tokens.lower[start:end] if word != "-"]
    for styles in (read_words("plain_honorifics"), read_words("honorifics")):
        shorter = list(words)
        while shorter and shorter[-1].rstrip(".") in styles:
            shorter.pop()
        words = shorter or words
    return tuple(words) if words and _is_office(words[-1]) else ()


def _is_part(word: str) -> bool:
    """Whether a word may belong to an office: the office itself, what it is for, its rank, a style."""
    bare = word.rstrip(".")
    return (
        word == "-"
        or any(bare in read_words(kind) for kind in ("portfolios", "ranks", "honorifics"))
        or _is_office(word)
    )


def _is_office(word: str) -> bool:
    office = any(word in read_words(kind) for kind in ("offices", "roles", "honorifics"))
    return office and word not in read_words("plain_honorifics")
