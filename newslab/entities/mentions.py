"""Mentions: where a document names something, with edges cut and titles set apart.

Every rule looks at words and the space between them only, so that any pipeline with ``ner`` will do.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, pairwise

from spacy.tokens import Doc

from newslab.entities.lexicon import (
    fold_name,
    read_country_names,
    read_demonyms,
    read_equivalents,
    read_gazetteer,
    read_kinds,
    read_words,
)
from newslab.words import list_tokens, read_attribute, read_text

NAMED = ("PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE")
"""OntoNotes 5 types that are names; the others (dates, amounts, counts) have extractors of their own."""

# four-type schemes write PER; their MISC says too little to be kept
_SAME_LABEL = {"PER": "PERSON"} | {label: label for label in NAMED}

_EDGES = "\"'“”‘’`´,;:()[]{}<>*|/–—-…•●▪◦·‣■►✓ \t\r\xa0"
_CLOCK = re.compile(r"\d{1,2}:\d\d(?:[ap]m)?|\d{1,2}\.\d\d[ap]m")
_SCORE = re.compile(r"\d{1,2}[-–]\d{1,2}")
_MARKUP = re.compile(r"</?\w[^<>]*>?|^[^<>]*>")
_ARTICLES = frozenset({"the", "a", "an"})
_POSSESSIVES = frozenset({"'s", "’s", "'", "’", "'S", "’S"})
# names of more tokens are not looked for again
_LONGEST = 15
_HYPHENS = frozenset("-‐‑–")


@dataclass(slots=True)
class Mention:
    """A name where it stands: tokens ``first`` to ``last`` (exclusive), its type so far and why it is here."""

    first: int
    last: int
    text: str
    key: str
    label: str
    evidence: str
    title: str | None = None


@dataclass(slots=True)
class Tokens:
    """A Doc as plain lists, which rules read many times: words, lower case, offsets, spaces, words in small letters."""

    text: str
    words: list[str]
    lower: list[str]
    starts: list[int]
    spaced: list[bool]
    proper: list[bool]
    common: set[str] = field(init=False)
    capitals: bytearray = field(init=False)
    title_case: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.common = {word for word in self.words if word.islower()}
        self.capitals, self.title_case = bytearray(len(self.words)), bytearray(len(self.words))
        start = 0
        for i in range(len(self.words) + 1):
            if i == len(self.words) or "\n" in self.words[i]:
                self._mark_line(start, i)
                start = i + 1

    def _mark_line(self, start: int, end: int) -> None:
        """Mark a line where capitals tell nothing: all in capitals, or a headline in title case."""
        alphabetic = [w for w in self.words[start:end] if w.isalpha()]
        long = [w for w in alphabetic if len(w) > 3]
        if len(alphabetic) > 2 and sum(map(str.isupper, alphabetic)) > 0.7 * len(alphabetic):
            self.capitals[start:end] = b"\1" * (end - start)
        elif len(long) > 3 and end - start < 25 and all(w[0].isupper() for w in long):
            self.title_case[start:end] = b"\1" * (end - start)

    def word(self, i: int) -> str:
        """Lower-case word at ``i``, empty outside the document."""
        return self.lower[i] if 0 <= i < len(self.lower) else ""

    def in_headline(self, i: int) -> bool:
        """Whether token ``i`` is on a line where capitals tell nothing."""
        return bool(self.capitals[i] or self.title_case[i])

    def end(self, i: int) -> int:
        """Character where token ``i`` ends."""
        return self.starts[i] + len(self.words[i])


def read_tokens(doc: Doc) -> Tokens:
    """Read what the rules need of a Doc; tags are used where there are any."""
    words = list_tokens(doc)
    return Tokens(
        read_text(doc),
        words,
        [word.lower() for word in words],
        doc.to_array("IDX").tolist(),
        doc.to_array("SPACY").astype(bool).tolist(),
        [pos in {"", "PROPN"} for pos in read_attribute(doc, "POS")],  # empty without a tagger
    )


def read_mentions(doc: Doc, tokens: Tokens) -> list[Mention]:
    """Read the model's named mentions: edges cut, lists and hyphens parted, names of people made whole."""
    spans: list[tuple[int, int, str]] = []
    for ent in doc.ents:
        if label := _SAME_LABEL.get(ent.label_):
            parts = _part(tokens, ent.start, ent.end, label)
            spans += [(*span, label) for part in parts if (span := _cut(tokens, *part, label))]
    blocked = bytearray(len(doc))
    for ent in doc.ents:
        blocked[ent.start : ent.end] = b"\1" * (ent.end - ent.start)
    towns = list(_find_datelines(tokens))
    held = {i: town for town in towns for i in range(*town)}
    # the model often takes all of "ABIDJAN/YAMOUSSOUKRO, Ivory Coast" for one name
    spans = [span for span in spans if all(held.get(i, span[:2]) == span[:2] for i in range(*span[:2]))]
    marked = {span[:2] for span in spans}
    unmarked = dict.fromkeys(((*town, "GPE") for town in towns if town not in marked), "dateline")
    unmarked |= _find_unmarked(tokens, blocked)
    whole = _join_people(tokens, sorted([*spans, *unmarked]), blocked)
    made = (make_mention(tokens, *span, unmarked.get(span, "model")) for span in whole)
    return [m for m in _drop_chance_names(tokens, list(filter(None, made))) if not _is_furniture(tokens, m)]


def _find_datelines(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """Find places in capitals that open a paragraph: "NORTH HAVEN, April 5", "LIMA (Reuters)", "SANAA/ADEN -"."""
    for i in range(len(tokens.words)):
        if (i and "\n" not in tokens.words[i - 1]) or tokens.capitals[i] or not tokens.words[i].isupper():
            continue
        towns = [(i, _capitals_end(tokens, i))]
        while tokens.word(towns[-1][1]) == "/":
            towns.append((towns[-1][1] + 1, _capitals_end(tokens, towns[-1][1] + 1)))
        last = end = towns[-1][1]
        months = tokens.word(last) == "," and tokens.word(last + 1).rstrip(".") in read_words("months")
        if tokens.word(last) == "," and not months:
            # "CEDAR FALLS, Iowa (AP)"
            end = last + 1
            while end - last < 4 and tokens.words[end : end + 1] and tokens.words[end].istitle():
                end += 1
        agency = tokens.word(end) == "(" and tokens.word(end + 2) == ")"
        dash = tokens.word(end) in {"-", "--", "–", "—"} and (len(towns) > 1 or end > last + 1)
        for first, last in towns if months or agency or dash else ():
            if last > first and len(tokens.words[first]) > 2:
                yield first, last


def _capitals_end(tokens: Tokens, first: int) -> int:
    """End of the words in capitals that start at a token, four at most."""
    last = first
    while last - first < 4 and tokens.word(last).isalpha() and tokens.words[last].isupper():
        last += 1
    return last


def _find_unmarked(tokens: Tokens, blocked: bytearray) -> dict[tuple[int, int, str], str]:
    """Find names that only the tagger saw, where what stands around them tells that and what they are."""
    found: dict[tuple[int, int, str], str] = {}
    last, n_of = 0, Counter(tokens.words)
    # without a tagger, every word passes for a name's
    for i in range(len(tokens.words) if not all(tokens.proper) else 0):
        if i < last or not _is_unmarked(tokens, blocked, i):
            continue
        last = i + 1
        while last < len(tokens.words) and _is_unmarked(tokens, blocked, last):
            last += 1
        first = i
        while last - first > 1 and _is_title(tokens.words[first]):
            first += 1
        beside = i and blocked[i - 1] and tokens.spaced[i - 1]
        if not beside and not tokens.in_headline(i) and not _is_title(tokens.words[last - 1]):
            label, why = _read_surroundings(tokens, first, last, n_of)
            if label:
                found[first, last, label] = why
    return found


def _read_surroundings(tokens: Tokens, first: int, last: int, n_of: Mapping[str, int]) -> tuple[str, str]:
    """Type of an unmarked name, and what tells it; empty where nothing does."""
    before, after, word = tokens.word(first - 1), tokens.word(last), tokens.words[last - 1]
    kind = read_kinds("kinds").get(word.lower())
    sure = (kind == "FAC" and word.lower() not in read_words("surnames")) or word == "County"
    if kind and sure and last - first > 1:
        return kind, f"the word {word.lower()}"
    if kind:
        return "", ""
    # "the Courier reported", "told Wikiforum"
    if after in read_words("reporting") or before == "told":
        return "ORG", f"{after} after it" if before != "told" else "told before it"
    if after in read_words("saying") and before in read_words("bearings"):
        return "GPE", f"after {before}"
    if after in read_words("saying") and before != "the":
        return "PERSON", f"{after} after it"
    if last - first > 1 and _is_initial(tokens.words[first]):
        return "PERSON", "initials"
    if before == ":" and tokens.word(first - 2) in read_words("credits") and not word.isupper():
        return "PERSON", f"{tokens.word(first - 2)} before it"
    if before == "the" and last - first == 1 and word.isupper() and len(word) > 2 and n_of[word] > 1:
        return "ORG", "an acronym used again"
    return "", ""


def _is_unmarked(tokens: Tokens, blocked: bytearray, i: int) -> bool:
    """Whether a word is tagged as part of a name, but not marked as one."""
    word = tokens.words[i]
    known = tokens.lower[i] in tokens.common or tokens.lower[i] in read_words("not_names")
    return tokens.proper[i] and word[0].isupper() and not blocked[i] and not known


def _drop_chance_names(tokens: Tokens, mentions: list[Mention]) -> Iterator[Mention]:
    """Drop what has capitals by its place alone, in a headline or at the head of a sentence.

    "Musk Sells Stake" goes when "Musk" is a name below, so that it can be found; "ON" goes for being a small word.
    """
    body = {tuple(tokens.lower[m.first : m.last]) for m in mentions if not tokens.in_headline(m.first)}
    body |= read_safe_names()
    # words of longer names, and those with capitals inside a sentence
    named = {word for m in mentions if m.last - m.first > 1 for word in tokens.lower[m.first : m.last]}
    named |= {
        tokens.lower[i + 1]
        for i, (before, word) in enumerate(pairwise(tokens.words))
        if word[0].isupper() and before[-1].isalnum() and not tokens.in_headline(i + 1)
    }
    for m in mentions:
        words = tuple(tokens.lower[m.first : m.last])
        if tokens.in_headline(m.first) and words not in body and len(words) <= _LONGEST:
            parts = (words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1))
            if any(part in body for part in parts) or all(w in read_words("minor") for w in words):
                continue
        # "Strong winds" opens a sentence where "strong" is a word like any other
        if len(words) == 1 and m.text.istitle() and _is_chance(tokens, m, named):
            continue
        yield m


def _is_chance(tokens: Tokens, m: Mention, named: Collection[str]) -> bool:
    """Whether one word has its capital for opening a sentence: it is a common word elsewhere, or tagged as one."""
    word, opens = tokens.word(m.first), not any(map(str.isalnum, tokens.word(m.first - 1)))
    if word in tokens.common and not tokens.proper[m.first]:
        return True
    alone = opens and word not in named and m.key not in read_gazetteer() and not m.title
    # the tagger knows towns and peoples less well than the model does
    return alone and (word in tokens.common or not (tokens.proper[m.first] or m.label in {"GPE", "NORP"}))


def make_mention(tokens: Tokens, first: int, last: int, label: str, evidence: str) -> Mention | None:
    """Make a mention of tokens, None if nothing of a name is left."""
    start, end = tokens.starts[first], tokens.end(last - 1)
    text = tokens.text[start:end]
    if "<" in text or ">" in text:
        # markup that a page was not rid of, and what is left of it where the tokeniser cut it
        text = max(_MARKUP.sub("\0", text).split("\0"), key=len)
    text = text.strip(_EDGES)
    # "on X.", where the tokeniser takes the stop for an initial's
    text = text[:1] if len(text) == 2 and text[1] == "." else text
    key = fold_name(text)
    return Mention(first, last, text, key, label, evidence, _title_before(tokens, first)) if key else None


def _part(tokens: Tokens, first: int, last: int, label: str) -> Iterator[tuple[int, int]]:
    """Part a span at line ends; lists of people and places at commas; "Sino-US" and "Paris/London" at the mark."""
    start = first
    for i in range(first, last):
        word = tokens.words[i]
        # a dash between spaces parts what a hyphen joins
        cut = "\n" in word or word in {"(", "[", "—", "--"} or (word in {"-", "–"} and _stands_apart(tokens, i))
        if label in {"PERSON", "GPE", "NORP"} and word in {",", ";"}:
            # "Sammy Davis, Jr." and "Washington, D.C." are one name
            cut = tokens.word(i + 1) not in {"jr", "jr.", "sr", "sr.", "d.c.", "dc", "iii"}
        if label == "PERSON" and word in {"of", "at", "from"} and i - start > 1 and i + 1 < last:
            # "Ada Okoye of Lagos United" is a person and something else
            yield start, i
            break
        if label in {"GPE", "NORP", "LOC"} and word in {"/", "-", "–"}:
            cut = i > start and i + 1 < last and _joins_places(tokens, i)
        if cut or _is_score(tokens, i, label):
            if i > start:
                yield start, i
            start = i + 1
    else:
        if start < last:
            yield start, last


def _is_score(tokens: Tokens, i: int, label: str) -> bool:
    """Whether a token is part of a result, as in "Leeds 2-2 Burnley", which the tokeniser parts or not."""
    if label in {"EVENT", "LAW", "WORK_OF_ART"} or tokens.words[i].isalpha():
        return False
    results = (tokens.words[i], *("".join(tokens.words[j : j + 3]) for j in range(max(i - 2, 0), i + 1)))
    return any(map(_SCORE.fullmatch, results))


def _stands_apart(tokens: Tokens, i: int) -> bool:
    return tokens.text[tokens.starts[i] - 1].isspace() and tokens.text[tokens.starts[i] + 1 :][:1].isspace()


def _joins_places(tokens: Tokens, i: int) -> bool:
    """Whether a mark parts two places, as in "Paris/London" and "India-Pakistan", not in "Sharm El-Sheikh"."""
    sides = [tokens.words[i - 1], tokens.words[i + 1]]
    known = any(fold_name(side) in read_gazetteer() for side in sides)
    return all(side[0].isupper() for side in sides) and (known or tokens.words[i] == "/")


def _cut(tokens: Tokens, first: int, last: int, label: str) -> tuple[int, int] | None:
    """Cut marks, articles, possessives, titles and loose small words from both edges."""
    words, lower = tokens.words, tokens.lower
    proper = any(any(c.isupper() for c in w) for w in words[first:last])
    particles = read_words("particles")
    while first < last:
        word = words[first]
        loose = proper and word.islower() and lower[first] not in particles
        titled = last - first > 1 and _is_title_of(tokens, first, last, label)
        affix = last - first > 2 and words[first + 1] == "-" and lower[first] in {"pro", "anti", "non", "ex"}
        zone = lower[first] in read_words("zones") and first and _CLOCK.fullmatch(words[first - 1])
        stamp = zone or _CLOCK.fullmatch(word) or _is_score(tokens, first, label)
        if all(c in _EDGES for c in word) or lower[first] in _ARTICLES or loose or titled or affix or stamp:
            first += 1
        else:
            break
    while last > first:
        word = words[last - 1]
        loose = proper and word.islower() and label not in {"WORK_OF_ART", "LAW", "EVENT", "PRODUCT"}
        loose = loose and not (label == "ORG" and word in {"plc", "ltd", "inc"})
        number = word.isdigit() and last - first > 1 and _has_no_number(tokens, first, last - 1, label)
        letters = (
            label == "PERSON" and last - first > 1 and word.isupper() and lower[last - 1] in read_words("post_nominals")
        )
        speaks = label == "ORG" and last - first > 1 and lower[last - 1].startswith("spokes")
        stamp = _CLOCK.fullmatch(word) or _is_score(tokens, last - 1, label)
        if all(c in _EDGES for c in word) or word in _POSSESSIVES or loose or number or letters or speaks or stamp:
            last -= 1
        else:
            break
    # "Health Minister Ana Ruiz" names no body
    portfolio = (
        label == "ORG" and _is_title(tokens.word(last)) and all(_is_portfolio(tokens, i) for i in range(first, last))
    )
    if first == last or portfolio or not _may_name(tokens, first, last):
        return None
    return first, last


def _has_no_number(tokens: Tokens, first: int, last: int, label: str) -> bool:
    """Whether a number after a name is no part of it, as in the score "Peru 2, Chile 1"."""
    return label in {"PERSON", "GPE", "NORP"} or " ".join(tokens.lower[first:last]) in read_gazetteer()


def _may_name(tokens: Tokens, first: int, last: int) -> bool:
    """Whether words can be a name: not all in lower case, no title alone, nothing like "COVID-19"."""
    words = tokens.words[first:last]
    if any(w.islower() for w in words) and not any(c.isupper() for w in words for c in w):
        return False
    folded = "".join(words).rstrip(".").lower()
    singular = folded.removesuffix("s")
    return folded not in read_words("not_names") | read_words("zones") and not (
        last - first == 1 and _is_title(singular)
    )


def _join_people(
    tokens: Tokens, spans: list[tuple[int, int, str]], blocked: bytearray
) -> Iterator[tuple[int, int, str]]:
    """Join what the model left of one person's name: initials, "Geun-hye", "dos Santos"."""
    particles = read_words("particles")
    held: tuple[int, int, str] | None = None
    behind = len(tokens.words), len(tokens.words), ""
    for (first, last, label), (limit, _, _) in pairwise([*spans, behind]):
        if label == "PERSON":
            while first and not blocked[first - 1] and _opens_name(tokens, first - 1):
                first -= 1
            if held and held[2] == "PERSON" and held[1] <= first:
                between = tokens.lower[held[1] : first]
                if all(w in particles or w in _HYPHENS for w in between) and tokens.spaced[held[1] - 1] == (
                    not between or between[0] not in _HYPHENS
                ):
                    first = held[0]
                    held = None
            while last < limit and not blocked[last] and _goes_on(tokens, last):
                last += 1
            end = _close_name(tokens, first, last)
            last = end if end <= limit else last
        if held:
            yield held
        held = first, last, label
    if held:
        yield held


def _goes_on(tokens: Tokens, i: int) -> bool:
    """Whether an unmarked word right after a person's name is likely part of it."""
    word = tokens.words[i]
    titled = _is_title(word) or tokens.lower[i] in read_kinds("kinds")
    return word.istitle() and word.isalpha() and tokens.proper[i] and tokens.spaced[i - 1] and not titled


def _opens_name(tokens: Tokens, i: int) -> bool:
    """Whether a word before a surname belongs to it: an initial, or a small word such as "dos"."""
    word = tokens.words[i].rstrip(".")
    return _is_initial(word) or (word in read_words("particles") and word not in {"a", "do", "le", "ten"})


def _is_initial(word: str) -> bool:
    word = word.rstrip(".")
    return len(word) == 1 and word.isalpha() and word.isupper() and word not in {"A", "I"}


def _close_name(tokens: Tokens, first: int, last: int) -> int:
    """End of a person's name that the model cut at a hyphen: after "Park Geun-hye"; after "Bong Joon-ho"."""
    if last - first > 1 and _is_hyphenated(tokens, last - 1):
        return last + 2
    if _is_hyphenated(tokens, last) and tokens.words[last][0].isupper() and tokens.words[last + 2].islower():
        return last + 3
    return last


def _is_hyphenated(tokens: Tokens, i: int) -> bool:
    """Whether token ``i`` is joined to the next word by a hyphen, as in a name, not as in "Obama-led"."""
    return (
        i + 2 < len(tokens.words)
        and tokens.words[i + 1] in _HYPHENS
        and not tokens.spaced[i]
        and not tokens.spaced[i + 1]
        and tokens.words[i].isalpha()
        and tokens.words[i + 2].isalpha()
        and not tokens.lower[i + 2].endswith(("ed", "era", "style", "born", "run"))
        and tokens.lower[i + 2] not in read_words("minor")
    )


def _is_title_of(tokens: Tokens, first: int, last: int, label: str) -> bool:
    """Whether the first word of a name is a title; "Sir Ganga Ram Hospital" has none."""
    if label == "PERSON":
        # "Lawyer Ana Ruiz", not "Star Ruiz"
        return _is_title(tokens.words[first]) or (last - first > 2 and tokens.lower[first] in read_words("roles"))
    honorific = tokens.lower[first].rstrip(".") in read_words("honorifics")
    return honorific and label in {"ORG", "GPE", "NORP"} and tokens.lower[last - 1] not in read_kinds("kinds")


def _is_title(word: str) -> bool:
    word = word.rstrip(".").lower()
    return word in read_words("honorifics") or word in read_words("offices")


def _is_portfolio(tokens: Tokens, i: int) -> bool:
    """Whether a word says what a minister or secretary is for: "Health"."""
    known = tokens.lower[i] in read_words("portfolios") or tokens.lower[i] in read_words("ranks")
    return known and tokens.words[i][0].isupper()


def _title_before(tokens: Tokens, first: int) -> str | None:
    """Words of a title that end just before a token, as written."""
    start = first
    while start and (_is_title(tokens.words[start - 1]) or (start < first and _is_portfolio(tokens, start - 1))):
        start -= 1
    if start == first or tokens.lower[first - 1] in read_words("title_parts"):
        return None
    return tokens.text[tokens.starts[start] : tokens.end(first - 1)]


def _is_furniture(tokens: Tokens, mention: Mention) -> bool:
    """Whether a mention is made of words that only pages have, such as "Latest News"."""
    return not mention.text.isupper() and all(w in read_words("furniture") for w in mention.key.split())


def find_missed(
    doc: Doc, tokens: Tokens, mentions: list[Mention], wanted: Mapping[tuple[str, ...], tuple[str, str]]
) -> list[Mention]:
    """Add the places where wanted names stand unmarked, or marked in fragments.

    Parameters
    ----------
    doc, tokens
        The document.
    mentions
        What is found so far, in document order.
    wanted
        Type and evidence by the words of a name.

    Returns
    -------
    list of Mention
        All mentions, in document order; fragments of a longer name that was found give way to it.
    """
    owner = [-1] * len(tokens.words)
    for ent in doc.ents:
        if ent.label_ not in _SAME_LABEL:
            owner[ent.start : ent.end] = [-2] * (ent.end - ent.start)
    for number, mention in enumerate(mentions):
        owner[mention.first : mention.last] = [number] * (mention.last - mention.first)
    # in a line of capitals, names are sought in capitals; "US" and "WHO" could be any words there
    loud = {}
    if any(tokens.capitals):
        loud = {tuple(w.upper() for w in words): found for words, found in wanted.items() if not _is_short(words)}
    lengths: dict[str, set[int]] = defaultdict(set)
    for words in chain(wanted, loud):
        if len(words) <= _LONGEST:
            lengths[words[0]].add(len(words))
    found, lost, after = [], set(), 0
    for i, word in enumerate(tokens.words):
        if i < after or word not in lengths:
            continue
        for n_words in sorted(lengths[word], reverse=True):
            last = i + n_words
            words = tuple(tokens.words[i:last])
            names = loud if tokens.capitals[i] else wanted
            if len(words) < n_words or words not in names or not _may_stand(tokens, i, words):
                continue
            held = {n for n in owner[i:last] if n != -1}
            inside = all(n >= 0 and i <= mentions[n].first and mentions[n].last <= last for n in held)
            same = any(n >= 0 and mentions[n].last - mentions[n].first == n_words for n in held)
            if not inside or same or _runs_on(tokens, owner, last, *names[words]):
                continue
            if new := make_mention(tokens, i, last, *names[words]):
                found.append(new)
                lost |= held
                after = last
                break
    kept = [m for n, m in enumerate(mentions) if n not in lost]
    return sorted(kept + found, key=lambda m: m.first)


def _may_stand(tokens: Tokens, i: int, words: tuple[str, ...]) -> bool:
    """Whether a match is a name here, not a common word that looks like it."""
    word = words[0]
    if len(words) > 1:
        return True
    # "i-Max" is no Max
    if (
        tokens.word(i - 1) in _HYPHENS
        and len(tokens.word(i - 2)) == 1
        and tokens.words[i - 2].islower()
        and not tokens.spaced[i - 1]
    ):
        return False
    if not word[0].isupper() or (tokens.capitals[i] and word.lower() in tokens.common):
        return False
    return word.isupper() or tokens.proper[i] or word.lower() not in tokens.common


def _is_short(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and (len(words[0]) < 4 or words[0].lower() in read_words("minor"))


def _runs_on(tokens: Tokens, owner: list[int], last: int, label: str, evidence: str) -> bool:
    """Whether a people known beforehand, or a first name, only opens another name, as in "Tamil Nadu"."""
    opens = (label == "NORP" and evidence == "known name") or evidence.startswith("part of ")
    if not opens or last == len(owner):
        return False
    word = tokens.words[last]
    return owner[last] == -1 and word[0].isupper() and tokens.proper[last] and not _is_title(word)


@cache
def read_safe_names() -> frozenset[tuple[str, ...]]:
    """Words, in small letters, of the known names that tell by themselves."""
    return frozenset(split_name(name.spelling.lower()) for name in read_equivalents().values() if name.safe)


@cache
def read_known_names() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Words and type of what is looked for in any document, by the first word, also as it is in a line of capitals."""
    known = [(name.spelling, name.label) for name in read_equivalents().values() if name.safe]
    known += [(country, "GPE") for country in read_country_names()]
    known += [(demonym.spelling, "NORP") for demonym in read_demonyms().values()]
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for spelling, label in known:
        words = split_name(spelling)
        for first in {words[0], words[0].upper()}:
            found[first].append((words, label))
    return dict(found)


def split_name(name: str) -> tuple[str, ...]:
    """Part a name as the tokeniser does, near enough: at blanks, hyphens and commas."""
    return tuple(name.replace("-", " - ").replace(",", " ,").split())
