"""Profiles: one row a document of counts, readability and lexical diversity, over small functions of counts.

Every count rests on `newslab.words`. `describe_measures` says of each measure what it is, which way is up,
where it comes from and for what length of text it means anything; below that length its cell is null.
"""

import inspect
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from spacy import explain
from spacy.tokens import Doc

from newslab.tables import build_table
from newslab.words import (
    check_pos,
    check_sentences,
    count_syllables,
    group_spans,
    iter_docs,
    iter_sentences,
    iter_words,
    read_text,
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
    return 206.835 - 1.015 * ratio(n_words, n_sentences) - 84.6 * ratio(n_syllables, n_words)


def flesch_kincaid_grade(n_words: int, n_sentences: int, n_syllables: int) -> float:
    """Give the US school grade that reads the text with ease; higher is harder, NaN without words.

    0.39 * words per sentence + 11.8 * syllables per word - 15.59
    (Kincaid et al. 1975, Naval Technical Training Command, Research Branch Report 8-75).
    """
    return 0.39 * ratio(n_words, n_sentences) + 11.8 * ratio(n_syllables, n_words) - 15.59


def gunning_fog(n_words: int, n_sentences: int, n_complex_words: int) -> float:
    """Give the years of schooling that the text asks for; higher is harder, NaN without words.

    0.4 * (words per sentence + complex words in a hundred), complex being three syllables or more, but for
    names, hyphenated compounds and verbs made long by -es or -ed (Gunning 1952, The Technique of Clear
    Writing).
    """
    return 0.4 * (ratio(n_words, n_sentences) + 100 * ratio(n_complex_words, n_words))


def smog(n_sentences: int, n_polysyllables: int) -> float:
    """Give the US school grade that understands the text in full; higher is harder, NaN without sentences.

    3.1291 + 1.0430 * root of the words of three syllables or more in 30 sentences
    (McLaughlin 1969, Journal of Reading 12(8)); the sample of 30 sentences is part of the formula.
    """
    return 3.1291 + 1.0430 * math.sqrt(30 * ratio(n_polysyllables, n_sentences))


def coleman_liau(n_words: int, n_sentences: int, n_characters: int) -> float:
    """Give the US school grade that the text asks for; higher is harder, NaN without words.

    0.0588 * letters and digits per hundred words - 0.296 * sentences per hundred words - 15.8
    (Coleman and Liau 1975, Journal of Applied Psychology 60(2)).

    >>> round(coleman_liau(119, 5, 639), 1)  # the abstract of that paper
    14.5
    """
    return 5.88 * ratio(n_characters, n_words) - 29.6 * ratio(n_sentences, n_words) - 15.8


def automated_readability(n_words: int, n_sentences: int, n_characters: int) -> float:
    """Give the US school grade that the text asks for; higher is harder, NaN without words.

    4.71 * letters and digits per word + 0.5 * words per sentence - 21.43
    (Senter and Smith 1967, Aerospace Medical Research Laboratories, AMRL-TR-66-220).
    """
    return 4.71 * ratio(n_characters, n_words) + 0.5 * ratio(n_words, n_sentences) - 21.43


def lix(n_words: int, n_sentences: int, n_long_words: int) -> float:
    """Score how hard the text reads, whatever its language; higher is harder, NaN without words.

    Words per sentence + words of more than six letters in a hundred (Björnsson 1968, Läsbarhet).
    """
    return ratio(n_words, n_sentences) + 100 * ratio(n_long_words, n_words)


def type_token_ratio(counts: Sequence[int]) -> float:
    """Give different words as a share of all; higher is more diverse, NaN without words.

    Types / words. It falls as any text goes on, so compare texts of one length only.
    """
    return ratio(len(counts), sum(counts))


def herdans_c(counts: Sequence[int]) -> float:
    """Give the type-token ratio of logarithms; higher is more diverse, NaN below two words.

    log types / log words (Herdan 1960, Type-Token Mathematics). It falls with length too, but more slowly.
    """
    return ratio(math.log(len(counts)), math.log(sum(counts))) if counts else math.nan


def yules_k(counts: Sequence[int]) -> float:
    """Give the rate at which words repeat; higher is less diverse, NaN without words.

    10,000 * (sum over types of (count / words) ** 2 - 1 / words)
    (Yule 1944, The Statistical Study of Literary Vocabulary). The last term keeps it steady as a text grows.
    """
    n_words = sum(counts)
    return 10_000 * (sum(count * count for count in counts) / n_words**2 - 1 / n_words) if n_words else math.nan


def simpsons_d(counts: Sequence[int]) -> float:
    """Give the chance that two words of a text are the same; higher is less diverse, NaN below two words.

    Sum over types of count * (count - 1), over words * (words - 1) (Simpson 1949, Nature 163).
    """
    n_words = sum(counts)
    return ratio(sum(count * (count - 1) for count in counts), n_words * (n_words - 1))


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
    total, last_window, last = 0, len(words) - window, dict[str, int]()
    for at, word in enumerate(words):
        # it adds a type to each window that begins after the same word stood last
        first = max(last.get(word, -1), at - window) + 1
        if first <= last_window:
            total += min(at, last_window) - first + 1
        last[word] = at
    return total / (window * (last_window + 1))


def mtld(words: Sequence[str], *, threshold: float = 0.72) -> float:
    """Give the mean length of a stretch of diverse words; higher is more diverse, NaN if no word repeats.

    Words / stretches. A stretch ends when its type-token ratio falls to 0.72; what is left over counts as the
    part of a stretch that it is; the mean of a pass forward and one backward (McCarthy and Jarvis 2010,
    Behavior Research Methods 42(2)).
    """
    forward = _count_factors(words, threshold)
    backward = _count_factors(words[::-1], threshold)
    return (ratio(len(words), forward) + ratio(len(words), backward)) / 2


def _count_factors(words: Sequence[str], threshold: float) -> float:
    factors, types, n_words = 0.0, set[str](), 0
    for word in words:
        types.add(word)
        n_words += 1
        if len(types) / n_words <= threshold:
            factors, types, n_words = factors + 1, set(), 0
    return factors + ((1 - len(types) / n_words) / (1 - threshold) if n_words else 0)


def ratio(part: float, whole: float) -> float:
    """Divide; NaN by zero."""
    return part / whole if whole else math.nan


class Measure(NamedTuple):
    """A column of `measure_profile`."""

    label: str
    unit: str
    higher: str
    """What a higher value means."""
    steady_from: int | None
    """Words from which the value is steady; None if it depends on the length of any text."""
    function: Callable[..., float]
    takes: tuple[str, ...]
    """Counts that the function takes, or the lists ``words`` and ``counts`` (of each type)."""
    method: str = ""
    """Formula and source, where the docstring of the function doesn't say."""
    min_words: int = 1
    """The value is null below so many words."""
    min_sentences: int = 1
    """The value is null below so many sentences."""


_WORDS_SENTENCES = ("n_words", "n_sentences")
_LEXICAL_METHOD = "nouns, names, verbs, adjectives and adverbs / words (Ure 1971, in Applications of Linguistics)"

# steady_from was measured on the 14 Wikinews texts of the GUM corpus that have 800 words: cut into stretches of 50,
# 100, 200 or 400 words, the standard deviation within a text is at most 15 percent of its mean (median of the texts).
# MTLD's least length is that of Koizumi (2012, Vocabulary Learning and Instruction 1(1)), HD-D's and MATTR's their
# own sample and window, SMOG's the 30 sentences of its formula.
MEASURES = {
    "words_per_sentence": Measure(
        "Words per sentence", "words", "longer sentences", 400, ratio, _WORDS_SENTENCES, "words / sentences"
    ),
    "syllables_per_word": Measure(
        "Syllables per word", "syllables", "longer words", 50, ratio, ("n_syllables", "n_words"), "syllables / words"
    ),
    "characters_per_word": Measure(
        "Characters per word",
        "characters",
        "longer words",
        50,
        ratio,
        ("n_characters", "n_words"),
        "letters and digits / words",
    ),
    "long_word_share": Measure(
        "Long words",
        "share of words",
        "longer words",
        400,
        ratio,
        ("n_long_words", "n_words"),
        "words of more than six letters / words",
    ),
    "lexical_density": Measure(
        "Lexical density",
        "share of words",
        "more content",
        50,
        ratio,
        ("n_lexical_words", "n_words"),
        _LEXICAL_METHOD,
    ),
    "flesch_reading_ease": Measure(
        "Flesch reading ease", "points", "easier", 200, flesch_reading_ease, (*_WORDS_SENTENCES, "n_syllables")
    ),
    "flesch_kincaid_grade": Measure(
        "Flesch-Kincaid", "US grade", "harder", 400, flesch_kincaid_grade, (*_WORDS_SENTENCES, "n_syllables")
    ),
    "gunning_fog": Measure(
        "Gunning fog", "years of school", "harder", 200, gunning_fog, (*_WORDS_SENTENCES, "n_complex_words")
    ),
    "smog": Measure("SMOG", "US grade", "harder", 400, smog, ("n_sentences", "n_polysyllables"), min_sentences=30),
    "coleman_liau": Measure(
        "Coleman-Liau", "US grade", "harder", 200, coleman_liau, (*_WORDS_SENTENCES, "n_characters")
    ),
    "automated_readability": Measure(
        "Automated readability", "US grade", "harder", 400, automated_readability, (*_WORDS_SENTENCES, "n_characters")
    ),
    "lix": Measure("LIX", "points", "harder", 200, lix, (*_WORDS_SENTENCES, "n_long_words")),
    "type_token_ratio": Measure(
        "Type-token ratio", "share of words", "more diverse", None, type_token_ratio, ("counts",)
    ),
    "herdans_c": Measure("Herdan's C", "0 to 1", "more diverse", None, herdans_c, ("counts",)),
    "mattr": Measure("MATTR", "share of words", "more diverse", 50, mattr, ("words",), min_words=50),
    "mtld": Measure("MTLD", "words", "more diverse", 400, mtld, ("words",), min_words=100),
    "hdd": Measure("HD-D", "0 to 1", "more diverse", 50, hdd, ("counts",), min_words=42),
    "yules_k": Measure("Yule's K", "points", "less diverse", 400, yules_k, ("counts",)),
    "simpsons_d": Measure("Simpson's D", "chance", "less diverse", 400, simpsons_d, ("counts",)),
    "hapax_share": Measure(
        "Words used once",
        "share of types",
        "more diverse",
        None,
        ratio,
        ("n_hapaxes", "n_types"),
        "types that occur once / types; it falls as any text goes on",
    ),
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
        steady_from : words from which the value means something: stretches of that length from one news text differ
            by 15 percent or less; null if the value depends on the length itself, so that only texts of one length
            compare
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
            "method": measure.method or _read_method(measure.function),
        }
        for name, measure in MEASURES.items()
    ]
    return build_table(
        rows,
        dict.fromkeys(("measure", "label", "unit", "higher"), "str")
        | dict.fromkeys(("min_words", "min_sentences"), "int64")
        | {"steady_from": "Int64", "method": "str"},
    )


def _read_method(function: Callable[..., float]) -> str:
    """Read formula and source, which stand in the second paragraph of a docstring."""
    _, *paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    return " ".join(" ".join(paragraphs[:1]).split()).removesuffix(".")


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
    rows = [{"doc_id": doc_id} | _profile(doc_id, doc, left_out.get(doc_id, ())) for doc_id, doc in iter_docs(docs)]
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
    for doc_id, doc in iter_docs(docs):
        check_pos(doc_id, doc)
        counts = Counter(word.pos for word in iter_words(doc, leave_out=left_out.get(doc_id, ())))
        total = counts.total()
        rows += [
            {"doc_id": doc_id, "pos": pos, "label": explain(pos) or pos, "n_words": n, "share": n / total}
            for pos, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
    return build_table(rows, {"doc_id": "str", "pos": "str", "label": "str", "n_words": "int64", "share": "float64"})


def _profile(doc_id: str, doc: Doc, left_out: Sequence[tuple[int, int]]) -> dict[str, object]:
    check_sentences(doc_id, doc)
    starts: list[int] = []
    words: list[str] = []
    forms = Counter[tuple[str, str]]()  # a few words are most of any text: each is measured once
    for word in iter_words(doc, leave_out=left_out):
        starts.append(word.start)
        words.append(word.text.casefold().replace("’", "'"))
        forms[word.text, word.pos] += 1
    counts = list(Counter(words).values())
    characters = {form: sum(map(str.isalnum, form[0])) for form in forms}
    syllables = {form: count_syllables(form[0]) for form in forms}
    tagged = doc.has_annotation("POS")
    found: dict[str, Any] = {
        "n_words": len(words),
        "n_types": len(counts),
        "n_sentences": _count_holding([sent.start_char for sent in iter_sentences(doc)], starts),
        "n_paragraphs": _count_holding([start for start, _ in split_paragraphs(read_text(doc))], starts),
        "n_characters": sum(n * characters[form] for form, n in forms.items()),
        "n_syllables": sum(n * syllables[form] for form, n in forms.items()),
        "n_polysyllables": sum(n for form, n in forms.items() if syllables[form] >= 3),
        "n_long_words": sum(n for form, n in forms.items() if characters[form] > 6),
    }
    needed = found | {
        "words": words,
        "counts": counts,
        "n_hapaxes": sum(count == 1 for count in counts),
        "n_lexical_words": sum(n for (_, pos), n in forms.items() if pos in _LEXICAL) if tagged else math.nan,
        "n_complex_words": sum(n for form, n in forms.items() if _is_complex(*form, syllables[form]))
        if tagged
        else math.nan,
    }
    return found | {
        name: measure.function(*(needed[count] for count in measure.takes))
        for name, measure in MEASURES.items()
        if found["n_words"] >= measure.min_words and found["n_sentences"] >= measure.min_sentences
    }


def _is_complex(word: str, pos: str, n_syllables: int) -> bool:
    """Tell whether Gunning counts a word as complex."""
    if n_syllables < 3 or pos == "PROPN" or "-" in word:
        return False
    return not (n_syllables == 3 and _SPOKEN_ENDING.search(word.lower()))


def _count_holding(starts: list[int], positions: list[int]) -> int:
    """Count the stretches, given by where each starts, that hold one of the positions."""
    return len(np.unique(np.searchsorted(starts, positions, side="right")))
