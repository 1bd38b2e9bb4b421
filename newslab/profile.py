"""Profiles: one row a document of counts, readability and lexical diversity, over small functions of counts.

Every count rests on `newslab.words`. `describe_measures` says of each measure what it is, which way is up,
where it comes from and for what length of text it means anything; below that length its cell is null.
"""

import inspect
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from spacy import explain
from spacy.tokens import Doc

from newslab.tables import build_table
from newslab.words import (
    Word,
    count_syllables,
    group_spans,
    is_within,
    iter_sentences,
    iter_words,
    split_paragraphs,
)

# parts of speech that carry content (Ure 1971, in Applications of Linguistics, with adverbs)
_LEXICAL = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "ADV"})
_SPOKEN_ENDING = re.compile(r"(?:[td]ed|(?:[sxzcg]|[cs]h)es)$")


def flesch_reading_ease(n_words: int, n_sentences: int, n_syllables: int) -> float:
    """Score how easily English reads; higher is easier, NaN without words.

    206.835 - 1.015 * words per sentence - 84.6 * syllables per word
    (Flesch 1948, Journal of Applied Psychology 32(3)).

    >>> round(flesch_reading_ease(13, 1, 24), 1)
    37.5
    """
    return 206.835 - 1.015 * _ratio(n_words, n_sentences) - 84.6 * _ratio(n_syllables, n_words)


def flesch_kincaid_grade(n_words: int, n_sentences: int, n_syllables: int) -> float:
    """Give the US school grade that reads the text with ease; higher is harder, NaN without words.

    0.39 * words per sentence + 11.8 * syllables per word - 15.59
    (Kincaid et al. 1975, Naval Technical Training Command, Research Branch Report 8-75).
    """
    return 0.39 * _ratio(n_words, n_sentences) + 11.8 * _ratio(n_syllables, n_words) - 15.59


def gunning_fog(n_words: int, n_sentences: int, n_complex_words: int) -> float:
    """Give the years of schooling that the text asks for; higher is harder, NaN without words.

    0.4 * (words per sentence + complex words in a hundred), complex being three syllables or more, but for
    names, hyphenated compounds and verbs made long by -es or -ed (Gunning 1952, The Technique of Clear
    Writing).
    """
    return 0.4 * (_ratio(n_words, n_sentences) + 100 * _ratio(n_complex_words, n_words))


def smog(n_sentences: int, n_polysyllables: int) -> float:
    """Give the US school grade that understands the text in full; higher is harder, NaN without sentences.

    3.1291 + 1.0430 * root of the words of three syllables or more in 30 sentences
    (McLaughlin 1969, Journal of Reading 12(8)); the sample of 30 sentences is part of the formula.
    """
    return 3.1291 + 1.0430 * math.sqrt(30 * _ratio(n_polysyllables, n_sentences))


def coleman_liau(n_words: int, n_sentences: int, n_characters: int) -> float:
    """Give the US school grade that the text asks for; higher is harder, NaN without words.

    0.0588 * letters and digits per hundred words - 0.296 * sentences per hundred words - 15.8
    (Coleman and Liau 1975, Journal of Applied Psychology 60(2)).

    >>> round(coleman_liau(119, 5, 639), 1)  # the abstract of that paper
    14.5
    """
    return 5.88 * _ratio(n_characters, n_words) - 29.6 * _ratio(n_sentences, n_words) - 15.8


def automated_readability(n_words: int, n_sentences: int, n_characters: int) -> float:
    """Give the US school grade that the text asks for; higher is harder, NaN without words.

    4.71 * letters and digits per word + 0.5 * words per sentence - 21.43
    (Senter and Smith 1967, Aerospace Medical Research Laboratories, AMRL-TR-66-220).
    """
    return 4.71 * _ratio(n_characters, n_words) + 0.5 * _ratio(n_words, n_sentences) - 21.43


def lix(n_words: int, n_sentences: int, n_long_words: int) -> float:
    """Score how hard the text reads, whatever its language; higher is harder, NaN without words.

    Words per sentence + words of more than six letters in a hundred; 40 to 50 is usual for newspapers
    (Björnsson 1968, Läsbarhet).
    """
    return _ratio(n_words, n_sentences) + 100 * _ratio(n_long_words, n_words)


def type_token_ratio(counts: Sequence[int]) -> float:
    """Give different words as a share of all; higher is more diverse, NaN without words.

    Types / words. It falls as any text goes on, so compare texts of one length only.
    """
    return _ratio(len(counts), sum(counts))


def herdans_c(counts: Sequence[int]) -> float:
    """Give the type-token ratio of logarithms; higher is more diverse, NaN below two words.

    log types / log words (Herdan 1960, Type-Token Mathematics). It falls with length too, but more slowly.
    """
    return _ratio(math.log(len(counts)), math.log(sum(counts))) if counts else math.nan


def yules_k(counts: Sequence[int]) -> float:
    """Give the rate at which words repeat; higher is less diverse, NaN without words.

    10,000 * (sum over types of (count / words) ** 2 - 1 / words)
    (Yule 1944, The Statistical Study of Literary Vocabulary). The last term keeps it steady as a text grows.
    """
    n_words = sum(counts)
    return 10_000 * (sum(count * count for count in counts) / n_words**2 - 1 / n_words) if n_words else math.nan


def simpsons_d(counts: Sequence[int]) -> float:
    """Give the chance that two words drawn from the text are the same; higher is less diverse.

    Sum over types of count * (count - 1), over words * (words - 1) (Simpson 1949, Nature 163). NaN below two
    words.
    """
    n_words = sum(counts)
    return _ratio(sum(count * (count - 1) for count in counts), n_words * (n_words - 1))


def hdd(counts: Sequence[int], *, sample: int = 42) -> float:
    """Give the type-token ratio expected of a sample; higher is more diverse, NaN if it can't be drawn.

    Sum over types of the chance that a sample of 42 words holds the type (hypergeometric), over 42
    (McCarthy and Jarvis 2007, Language Testing 24(4)).
    """
    n_words = sum(counts)
    if n_words < sample:
        return math.nan
    # types of one count share their chance, which keeps a long text cheap
    present = sum(
        n_types * (1 - _chance_of_none(n_words, count, sample)) for count, n_types in sorted(Counter(counts).items())
    )
    return present / sample


def _chance_of_none(n_words: int, count: int, sample: int) -> float:
    """Chance that ``sample`` words drawn without putting back hold none of ``count``."""
    chance = 1.0
    for drawn in range(sample):
        chance *= max(0, n_words - count - drawn) / (n_words - drawn)
    return chance


def mattr(words: Sequence[str], *, window: int = 50) -> float:
    """Give the mean type-token ratio of a moving window; higher is more diverse, NaN below one window.

    Types / 50 in each stretch of 50 words, averaged (Covington and McFall 2010, Journal of Quantitative
    Linguistics 17(2)). The length of the text doesn't matter.
    """
    if len(words) < window:
        return math.nan
    inside = Counter(words[:window])
    total = len(inside)
    for leaving, entering in zip(words, words[window:], strict=False):
        inside[entering] += 1
        inside[leaving] -= 1
        if not inside[leaving]:
            del inside[leaving]
        total += len(inside)
    return total / (window * (len(words) - window + 1))


def mtld(words: Sequence[str], *, threshold: float = 0.72) -> float:
    """Give the mean length of a stretch of diverse words; higher is more diverse, NaN if no word repeats.

    Words / stretches. A stretch ends when its type-token ratio falls to 0.72; what is left over counts as the
    part of a stretch that it is; the mean of a pass forward and one backward (McCarthy and Jarvis 2010,
    Behavior Research Methods 42(2)).
    """
    forward = _count_factors(words, threshold)
    backward = _count_factors(words[::-1], threshold)
    return (_ratio(len(words), forward) + _ratio(len(words), backward)) / 2


def _count_factors(words: Sequence[str], threshold: float) -> float:
    factors, types, n_words = 0.0, set[str](), 0
    for word in words:
        types.add(word)
        n_words += 1
        if len(types) / n_words <= threshold:
            factors, types, n_words = factors + 1, set(), 0
    return factors + ((1 - len(types) / n_words) / (1 - threshold) if n_words else 0)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


class Measure(NamedTuple):
    """What `describe_measures` says of a column of `measure_profile`."""

    label: str
    unit: str
    higher: str
    """What a higher value means."""
    min_words: int = 1
    """The cell is null below so many words."""
    steady_from: int = 1
    """Words from which the value means something."""
    min_sentences: int = 1
    """The cell is null below so many sentences."""
    function: Callable[..., float] | None = None
    """What computes it; its docstring is the method."""
    takes: tuple[str, ...] = ()
    """Counts, or lists, that the function takes."""


_READING = ("n_words", "n_sentences")

# A hundred words is the sample that Flesch asks for. MTLD asks for a hundred, too (Koizumi 2012, Vocabulary
# Learning and Instruction 1(1)); HD-D and MATTR are defined from a sample or window of 42 and 50.
MEASURES = {
    "words_per_sentence": Measure("Words per sentence", "words", "longer sentences", 1, 100),
    "syllables_per_word": Measure("Syllables per word", "syllables", "longer words", 1, 100),
    "characters_per_word": Measure("Letters and digits per word", "characters", "longer words", 1, 100),
    "long_word_share": Measure("Words of more than six letters", "share of words", "longer words", 1, 100),
    "lexical_density": Measure("Nouns, names, verbs, adjectives, adverbs", "share of words", "more content", 1, 100),
    "flesch_reading_ease": Measure(
        "Flesch reading ease", "points", "easier", 1, 100, 1, flesch_reading_ease, (*_READING, "n_syllables")
    ),
    "flesch_kincaid_grade": Measure(
        "Flesch-Kincaid grade",
        "US grade",
        "harder",
        1,
        100,
        1,
        flesch_kincaid_grade,
        (*_READING, "n_syllables"),
    ),
    "gunning_fog": Measure(
        "Gunning fog", "years of school", "harder", 1, 100, 1, gunning_fog, (*_READING, "n_complex_words")
    ),
    "smog": Measure("SMOG", "US grade", "harder", 1, 100, 30, smog, ("n_sentences", "n_polysyllables")),
    "coleman_liau": Measure("Coleman-Liau", "US grade", "harder", 1, 100, 1, coleman_liau, (*_READING, "n_characters")),
    "automated_readability": Measure(
        "Automated readability",
        "US grade",
        "harder",
        1,
        100,
        1,
        automated_readability,
        (*_READING, "n_characters"),
    ),
    "lix": Measure("LIX", "points", "harder", 1, 100, 1, lix, (*_READING, "n_long_words")),
    "type_token_ratio": Measure(
        "Type-token ratio", "share of words", "more diverse", 1, 100, 1, type_token_ratio, ("counts",)
    ),
    "herdans_c": Measure("Herdan's C", "0 to 1", "more diverse", 2, 100, 1, herdans_c, ("counts",)),
    "mattr": Measure("MATTR (50 words)", "share of words", "more diverse", 50, 100, 1, mattr, ("words",)),
    "mtld": Measure("MTLD", "words", "more diverse", 100, 100, 1, mtld, ("words",)),
    "hdd": Measure("HD-D (42 words)", "0 to 1", "more diverse", 42, 100, 1, hdd, ("counts",)),
    "yules_k": Measure("Yule's K", "points", "less diverse", 2, 100, 1, yules_k, ("counts",)),
    "simpsons_d": Measure("Simpson's D", "chance", "less diverse", 2, 100, 1, simpsons_d, ("counts",)),
    "hapax_share": Measure("Words used once", "share of types", "more diverse", 1, 100),
}
"""Measures in a profile, by column."""

_COUNTS = (
    "n_words",
    "n_types",
    "n_sentences",
    "n_paragraphs",
    "n_characters",
    "n_syllables",
    "n_polysyllables",
    "n_long_words",
)


def describe_measures() -> pd.DataFrame:
    """Say of each measure in a profile what it is, which way is up and for what length it means anything.

    Returns
    -------
    DataFrame, one row a measure, in the order of the columns of `measure_profile`
        measure : name of the column
        label : its name in the field
        unit : what it is counted in
        higher : what a higher value means
        min_words, min_sentences : the profile has no value below
        steady_from : words from which a value means something
        method : formula and source

    Examples
    --------
    >>> describe_measures().query("min_words == 100")[["measure", "higher"]].to_dict("records")
    [{'measure': 'mtld', 'higher': 'more diverse'}]
    """
    rows = [
        {
            "measure": name,
            "label": measure.label,
            "unit": measure.unit,
            "higher": measure.higher,
            "min_words": measure.min_words,
            "min_sentences": measure.min_sentences,
            "steady_from": measure.steady_from,
            "method": _read_method(measure.function),
        }
        for name, measure in MEASURES.items()
    ]
    return build_table(
        rows,
        dict.fromkeys(("measure", "label", "unit", "higher"), "str")
        | dict.fromkeys(("min_words", "min_sentences", "steady_from"), "int64")
        | {"method": "str"},
    )


def _read_method(function: Callable[..., float] | None) -> str | None:
    """Read formula and source, which stand in the second paragraph of a docstring."""
    paragraphs = (inspect.getdoc(function) or "").split("\n\n") if function else []
    return " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else None


def measure_profile(docs: Mapping[str, Doc], *, leave_out: pd.DataFrame | None = None) -> pd.DataFrame:
    """Measure size, readability and lexical diversity of each document.

    Parameters
    ----------
    docs
        Parsed documents by id, with sentence boundaries.
    leave_out
        Spans (``doc_id, start, end``) whose words don't count, such as paragraphs off topic; None counts all.

    Returns
    -------
    DataFrame, one row a document
        doc_id : key of ``docs``
        n_words : words, see `newslab.words`
        n_types : different words, capitals aside
        n_sentences, n_paragraphs : those that hold a word
        n_characters : letters and digits in words
        n_syllables : syllables of all words
        n_polysyllables : words of three syllables or more
        n_long_words : words of more than six letters
        others : as `describe_measures` says; null where undefined or the text is too short, and of
            ``lexical_density`` and ``gunning_fog`` also where the document has no parts of speech

    Raises
    ------
    ValueError
        If a document has no sentence boundaries.

    Examples
    --------
    >>> from spacy.vocab import Vocab
    >>> doc = Doc(Vocab(), ["They", "do", "n't", "owe", "$", "3,000", "."], sent_starts=[True, *[False] * 6])
    >>> measure_profile({"a": doc})[["n_words", "n_sentences", "n_syllables"]].to_dict("records")
    [{'n_words': 4, 'n_sentences': 1, 'n_syllables': 6}]
    """
    left_out = group_spans(leave_out, name="leave_out")
    rows = [{"doc_id": doc_id} | _profile(doc_id, doc, left_out.get(doc_id, [])) for doc_id, doc in docs.items()]
    return build_table(rows, {"doc_id": "str"} | dict.fromkeys(_COUNTS, "int64") | dict.fromkeys(MEASURES, "float64"))


def measure_pos(docs: Mapping[str, Doc], *, leave_out: pd.DataFrame | None = None) -> pd.DataFrame:
    """Measure how the words of each document divide into parts of speech.

    Parameters
    ----------
    docs
        Parsed documents by id, with parts of speech.
    leave_out
        Spans (``doc_id, start, end``) whose words don't count; None counts all.

    Returns
    -------
    DataFrame, one row a document and part of speech, the most frequent first
        doc_id : key of ``docs``
        pos : Universal Dependencies tag, such as ``NOUN``; a compound or contraction counts as its main word
        label : the tag in plain words
        n_words : words of that tag
        share : of the words of the document

    Raises
    ------
    ValueError
        If a document has no parts of speech.
    """
    left_out = group_spans(leave_out, name="leave_out")
    rows = []
    for doc_id, doc in docs.items():
        if len(doc) and not doc.has_annotation("POS"):
            raise ValueError(f"document {doc_id!r} has no parts of speech; parse it with 'tagger'")
        counts = Counter(word.token.pos_ for word in _kept_words(doc, left_out.get(doc_id, [])))
        total = counts.total()
        rows += [
            {"doc_id": doc_id, "pos": pos, "label": explain(pos) or pos, "n_words": n, "share": n / total}
            for pos, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    return build_table(rows, {"doc_id": "str", "pos": "str", "label": "str", "n_words": "int64", "share": "float64"})


def _kept_words(doc: Doc, left_out: list[tuple[int, int]]) -> list[Word]:
    return [word for word in iter_words(doc) if not (left_out and is_within(word.start, left_out))]


def _profile(doc_id: str, doc: Doc, left_out: list[tuple[int, int]]) -> dict[str, object]:
    if len(doc) and not doc.has_annotation("SENT_START"):
        raise ValueError(f"document {doc_id!r} has no sentence boundaries; parse it with 'parser'")
    kept = _kept_words(doc, left_out)
    words = [word.text.casefold().replace("’", "'") for word in kept]
    counts = list(Counter(words).values())
    characters = [len(word) if word.isalnum() else sum(map(str.isalnum, word)) for word in words]
    syllables = [count_syllables(word.text) for word in kept]
    starts = [word.start for word in kept]
    tagged = doc.has_annotation("POS")
    n_words = len(words)
    found: dict[str, Any] = {
        "n_words": n_words,
        "n_types": len(counts),
        "n_sentences": _count_holding([sent.start_char for sent in iter_sentences(doc)], starts),
        "n_paragraphs": _count_holding([start for start, _ in split_paragraphs(doc.text)], starts),
        "n_characters": sum(characters),
        "n_syllables": sum(syllables),
        "n_polysyllables": sum(n >= 3 for n in syllables),
        "n_long_words": sum(n > 6 for n in characters),
    }
    needed = found | {
        "words": words,
        "counts": counts,
        "n_complex_words": sum(map(_is_complex, kept, syllables)) if tagged else math.nan,
    }
    lexical = sum(word.token.pos_ in _LEXICAL for word in kept) if tagged else math.nan
    measured = {
        "words_per_sentence": _ratio(n_words, found["n_sentences"]),
        "syllables_per_word": _ratio(found["n_syllables"], n_words),
        "characters_per_word": _ratio(found["n_characters"], n_words),
        "long_word_share": _ratio(found["n_long_words"], n_words),
        "lexical_density": _ratio(lexical, n_words),
        "hapax_share": _ratio(sum(count == 1 for count in counts), len(counts)),
    }
    for name, measure in MEASURES.items():
        if measure.function and n_words >= measure.min_words and found["n_sentences"] >= measure.min_sentences:
            measured[name] = measure.function(*(needed[count] for count in measure.takes))
    return found | measured


def _is_complex(word: Word, n_syllables: int) -> bool:
    """Tell whether Gunning counts a word as complex."""
    if n_syllables < 3 or word.token.pos_ == "PROPN" or "-" in word.text:
        return False
    return not (n_syllables == 3 and _SPOKEN_ENDING.search(word.text.lower()))


def _count_holding(starts: list[int], positions: list[int]) -> int:
    """Count the stretches, given by where each starts, that hold one of the positions."""
    return len({bisect_right(starts, position) for position in positions})
