"""Terms: what a document is about in its own words, which words keep company, and where chosen ones stand.

Every count rests on the words of `newslab.words`. Only words with nothing but white space between them make a term;
none reaches over a comma, a quotation mark or the end of a paragraph. Each function is linear in the length of the
document.
"""

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Doc

from newslab.tables import SPAN_COLUMNS, build_table
from newslab.words import (
    Word,
    check_pos,
    check_sentences,
    count_words,
    group_spans,
    iter_docs,
    iter_sentences,
    iter_words,
    locate_words,
    read_attribute,
    read_text,
    split_paragraphs,
)

_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ"})
_NOUNS = frozenset({"NOUN", "PROPN"})
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ"})

# entities whose names may hold a function word, but aren't whole sentences as a title may be
_NAMES = frozenset({"EVENT", "FAC", "GPE", "LAW", "LOC", "NORP", "ORG"})
# entities that `extract_times` and `extract_quantities` report with their values
_COUNTED = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"})

_LONGEST = 6  # words of a key term

# Words of any story, our own lists: the first begin no key term, and none is made of the second alone.
_WEAK = STOP_WORDS | frozenset(
    """
    able amid big bit chief clear common current different due early entire final first former fresh further good
    great half hard huge key large last late latest likely little local long low main major many mere much
    multiple near new next numerous old only other overall own particular past possible potential present previous
    prior recent relevant right same second senior separate serious several short significant similar single small
    so-called sole specific sure top total true unclear upcoming various vast whole wide wrong young

    dr kind lot mr mrs ms sir sort way
    """.split()
)
_GENERIC = frozenset(
    """
    addition afternoon aim area aspect background basis bit building case cause chance change city claim comment
    concern condition copy country course date day decade decision degree detail development difference effect
    effort end evening event example extent face fact factor favor favour file feature figure following form
    future goal group half hand head help home hour idea image impact individual information instance interest
    interview issue item job key lack lady latter lead leader left length letter level life line list look
    majority man manner matter mean means meantime measure member mind minute moment month morning move name
    nature need news night note number occasion official one opportunity option order part people percent period
    person phase photo picture piece place plan play point position possibility post problem process purpose
    question range reason reference region release remark report reporter respect response rest result return
    review role room scale scene series set share shift show side sign situation size source spokesman
    spokesperson spokeswoman staff stage start state statement step story subject sum support thing time today
    tomorrow tonight topic trip truth try turn type update use user value version view visit week weekend while
    will woman word work world year yesterday

    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december
    """.split()
)
_INITIALS = re.compile(r"\w(?:\.\w)+")
_LETTER = re.compile(r"[^\W\d_]")
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)


class _Run(NamedTuple):
    """Candidate for a key term: words that stand together."""

    key: str
    start: int
    end: int
    n_words: int


def extract_keyterms(docs: Mapping[str, Doc], *, top: int = 20, leave_out: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find the terms that tell what each document is about: noun phrases that return, and come early.

    A term is a row of nouns, names and adjectives that ends in a noun or name, with what joins a name ("Church of
    England"), and never a part of a name that the entity recogniser found. Its score is the C-value (Frantzi,
    Ananiadou and Mima 2000, International Journal on Digital Libraries 3(2)), with the 1 that lets single words
    take part (Barrón-Cedeño et al. 2009, CICLing): log2(words + 1) * (occurrences - mean occurrences of the
    longer terms it is part of). Words beyond the third add nothing. A term first met at the beginning of the
    document counts double, one at its end once, since news tells first what matters.

    Parameters
    ----------
    docs
        Parsed documents by id, with parts of speech; named entities, if there are any, keep dates and figures out.
    top
        Terms to keep of each document.
    leave_out
        Spans (``doc_id, start, end``) whose words don't count, such as paragraphs off topic; None counts all.

    Returns
    -------
    DataFrame, by document and rank
        doc_id : key of ``docs``
        start, end : first occurrence, characters into the article, end exclusive
        text : the first occurrence as written
        term : its most frequent spelling
        score : higher tells more; compare within one document only
        rank : 1 for the highest score
        count : occurrences, those within longer terms but not those within names included

    Raises
    ------
    ValueError
        If a document has no parts of speech.
    """
    left_out = group_spans(leave_out, name="leave_out")
    rows = []
    for doc_id, doc in iter_docs(docs):
        check_pos(doc_id, doc)
        rows += [
            {"doc_id": doc_id, **term, "rank": rank}
            for rank, term in enumerate(_score_terms(doc, left_out.get(doc_id, ()), top), start=1)
        ]
    columns = {"term": "str", "score": "float64", "rank": "int64", "count": "int64"}
    return build_table(rows, SPAN_COLUMNS | columns)


def _score_terms(doc: Doc, left_out: Sequence[tuple[int, int]], top: int) -> list[dict[str, object]]:
    text = read_text(doc)
    occurrences: dict[str, list[_Run]] = defaultdict(list)
    around: dict[str, set[str]] = defaultdict(set)
    for words in _iter_runs(doc, text, left_out):
        for run, longer in _iter_candidates(doc, text, words):
            occurrences[run.key].append(run)
            around[run.key] |= longer
    scored = []
    for key, runs in occurrences.items():
        within = [len(occurrences[longer]) for longer in around[key]]
        alone = len(runs) - (sum(within) / len(within) if within else 0)
        if alone > 0:
            earliness = 2 - runs[0].start / len(text)
            scored.append((math.log2(min(runs[0].n_words, 3) + 1) * alone * earliness, alone, key))
    scored.sort(key=lambda item: (-item[0], occurrences[item[2]][0].start, item[2]))
    found: list[dict[str, object]] = []
    said = Counter[str]()
    for score, alone, key in scored:
        if len(found) == top:
            break
        runs = occurrences[key]
        # "Muller" says nothing more once "Thomas Muller" is there, unless it is much more frequent
        if alone <= min(said[word] for word in key.split()):
            continue
        said |= Counter(dict.fromkeys(key.split(), len(runs)))
        spellings = Counter(" ".join(text[run.start : run.end].split()) for run in runs)
        first = runs[0]
        found.append(
            {
                "start": first.start,
                "end": first.end,
                "text": text[first.start : first.end],
                "term": spellings.most_common(1)[0][0],
                "score": score,
                "count": len(runs),
            }
        )
    return found


def _iter_runs(doc: Doc, text: str, left_out: Sequence[tuple[int, int]]) -> Iterator[list[Word]]:
    """Yield the nouns, names and adjectives that stand together."""
    types = read_attribute(doc, "ENT_TYPE")
    run: list[Word] = []
    for word in iter_words(doc, leave_out=left_out):
        fits = (
            (word.pos in _NOMINAL and types[word.token] not in _COUNTED and len(word.text) > 1)
            # "of" inside a name
            or (bool(run) and doc[word.token].ent_iob_ == "I" and types[word.token] in _NAMES)
        )
        if run and not (fits and _is_joined(doc, text, run[-1], word) and not _POSSESSIVE.search(run[-1].text)):
            yield run
            run = []
        if fits:
            run.append(word)
    if run:
        yield run


def _is_joined(doc: Doc, text: str, word: Word, following: Word) -> bool:
    """Tell whether nothing but white space stands between two words of a line."""
    gap = text[word.end : following.start]
    # the point of "U.S." is no word, but no end either
    if gap.startswith(".") and doc[word.token].text.endswith("."):
        gap = gap[1:]
    return gap.isspace() and "\n" not in gap


def _is_stop(doc: Doc, word: Word) -> bool:
    text = doc[word.token].text
    # "US", "IT", "WHO" and "IS" are names, unless the tagger says otherwise of a headline in capitals
    return text.lower() in STOP_WORDS and not (text.isupper() and word.pos == "PROPN")


def _iter_candidates(doc: Doc, text: str, words: Sequence[Word]) -> Iterator[tuple[_Run, set[str]]]:
    """Yield the terms in a run of words, and with each the longer ones that it is part of."""
    keys = [_key(doc, word) for word in words]
    # "new" begins no term, but "New York" is a name
    weak = [key in _WEAK and not doc[word.token].ent_type_ for key, word in zip(keys, words, strict=True)]
    telling = [not (is_weak or key in _GENERIC) for key, is_weak in zip(keys, weak, strict=True)]
    goes_on = [False, *(_is_one_name(doc, *pair) for pair in pairwise(words)), False]
    spans = [
        (first, last)
        for last in range(len(words))
        if words[last].pos in _NOUNS and not goes_on[last + 1]
        for first in range(max(0, last - _LONGEST + 1), last + 1)
        if not (weak[first] or goes_on[first]) and any(telling[first : last + 1])
    ]
    names = {(first, last): " ".join(keys[first : last + 1]) for first, last in spans}
    for first, last in spans:
        around = {
            name
            for left in range(max(0, last - _LONGEST + 1), first + 1)
            for right in range(last, min(len(words), left + _LONGEST))
            if (left, right) != (first, last) and (name := names.get((left, right)))
        }
        yield _Run(names[first, last], words[first].start, _end(text, words[last]), last - first + 1), around


def _is_one_name(doc: Doc, word: Word, following: Word) -> bool:
    """Tell whether two words belong to one entity, so that no term begins or ends between them."""
    token = doc[following.token]
    return token.ent_iob_ == "I" and token.ent_type_ == doc[word.token].ent_type_


def _end(text: str, word: Word) -> int:
    """Character after a word, its possessive left out and the last point of "U.S." taken in."""
    if _INITIALS.fullmatch(word.text) and text[word.end : word.end + 1] == ".":
        return word.end + 1
    return word.start + len(_POSSESSIVE.sub("", word.text))


def _key(doc: Doc, word: Word) -> str:
    """Write a word as it is counted: by its lemma, a name and a compound as they stand, without a possessive."""
    text = _POSSESSIVE.sub("", word.text)
    if word.pos == "PROPN":
        if _INITIALS.fullmatch(text):
            text = text.replace(".", "")
        # "US" keeps its capitals, lest it be "us"
        return text if text.isupper() and text.lower() in STOP_WORDS else text.casefold()
    token = doc[word.token]
    if token.text == text:
        text = token.lemma_ or text
    return text.casefold()


def extract_ngrams(
    docs: Mapping[str, Doc], *, n: int = 2, min_count: int = 2, leave_out: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the runs of ``n`` words that return, those that begin or end with a stop word left aside.

    Parameters
    ----------
    docs
        Parsed documents by id.
    n
        Words in a run.
    min_count
        Occurrences from which a run is listed.
    leave_out
        Spans (``doc_id, start, end``) whose words don't count; None counts all.

    Returns
    -------
    DataFrame, by document, the most frequent first
        doc_id : key of ``docs``
        start, end : first occurrence, characters into the article, end exclusive
        text : the first occurrence as written
        term : the words in small letters
        count : occurrences
        per_thousand : occurrences per thousand words of the document

    Raises
    ------
    ValueError
        If ``n`` is below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}; a run has at least one word")
    left_out = group_spans(leave_out, name="leave_out")
    rows = []
    for doc_id, doc in iter_docs(docs):
        words = list(iter_words(doc, leave_out=left_out.get(doc_id, ())))
        text = read_text(doc)
        joined = [_is_joined(doc, text, *pair) for pair in pairwise(words)]
        lower = [word.text.casefold().replace("’", "'") for word in words]
        stop = [_is_stop(doc, word) for word in words]
        found: dict[str, list[int]] = {}
        for at in range(len(words) - n + 1):
            if stop[at] or stop[at + n - 1] or not all(joined[at : at + n - 1]):
                continue
            found.setdefault(" ".join(lower[at : at + n]), []).append(at)
        # sorted keeps the order of first occurrence among equals
        for term, places in sorted(found.items(), key=lambda item: -len(item[1])):
            if len(places) < min_count:
                break
            rows.append(
                _locate(doc_id, text, words[places[0]].start, words[places[0] + n - 1].end)
                | {"term": term, "count": len(places), "per_thousand": 1000 * len(places) / len(words)}
            )
    return build_table(rows, SPAN_COLUMNS | {"term": "str", "count": "int64", "per_thousand": "float64"})


VOCABULARY_COLUMNS = {"doc_id": "str", "start": "int64", "end": "int64", "word": "str", "count": "int64"}
"""Columns of `extract_vocabulary`, and their dtypes."""


def extract_vocabulary(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Count the words of each document, each form for itself, as wanted to compare documents with each other.

    Parameters
    ----------
    docs
        Documents by id; any Doc will do.

    Returns
    -------
    DataFrame, by document, in the order of first occurrence
        doc_id : key of ``docs``
        start, end : first occurrence, characters into the article, end exclusive
        word : in small letters; what has no letter is left out
        count : occurrences

    Examples
    --------
    >>> import spacy
    >>> words = extract_vocabulary({"a": spacy.blank("en")("No rain, no 5 flowers.")})
    >>> words[["start", "word", "count"]].to_numpy().tolist()
    [[0, 'no', 2], [3, 'rain', 1], [14, 'flowers', 1]]
    """
    rows: dict[str, list] = {column: [] for column in VOCABULARY_COLUMNS}
    for doc_id, doc in iter_docs(docs):
        text, places = read_text(doc), locate_words(doc)
        # by columns: a pair a word makes the garbage collector go through all of memory in a long text
        words = [text[start:end].casefold().replace("’", "'") for start, end in zip(*places.T.tolist(), strict=True)]
        counts = {word: count for word, count in Counter(words).items() if _LETTER.search(word)}
        first = dict(zip(reversed(words), range(len(words) - 1, -1, -1), strict=True))
        starts, ends = places[[first[word] for word in counts]].T.tolist() if counts else ([], [])
        for column, values in zip(rows, ([doc_id] * len(counts), starts, ends, counts, counts.values()), strict=True):
            rows[column] += values
    return pd.DataFrame({name: pd.Series(rows[name], dtype=dtype) for name, dtype in VOCABULARY_COLUMNS.items()})


def extract_collocations(
    docs: Mapping[str, Doc], *, window: int = 5, min_count: int = 2, leave_out: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Find the words that keep company more often than chance would have it.

    A pair is two different content words (nouns, names, verbs and adjectives, by lemma) in one sentence, at most
    ``window`` words apart, whichever comes first. All pairs of a document make the table of four cells that the
    measures compare.

    Parameters
    ----------
    docs
        Parsed documents by id, with sentence boundaries and parts of speech.
    window
        Words from the first to the second, at most; 1 takes neighbours only.
    min_count
        Occurrences from which a pair is listed: 1 tells nothing of association.
    leave_out
        Spans (``doc_id, start, end``) whose words don't count; None counts all.

    Returns
    -------
    DataFrame, by document, the strongest by ``g2`` first
        doc_id : key of ``docs``
        start, end : first occurrence of the pair, characters into the article, end exclusive
        text : the first occurrence as written, with what stands between
        first, second : the two lemmas, in the order of the first occurrence
        count : occurrences of the pair
        expected : occurrences that chance would give
        g2 : log-likelihood ratio, higher is more surely associated; 10.8 is chance in one of a thousand
            (Dunning 1993, Computational Linguistics 19(1))
        npmi : normalised pointwise mutual information, -1 to 1, higher is more exclusive (Bouma 2009, GSCL)

    Raises
    ------
    ValueError
        If a document has no sentence boundaries or no parts of speech, or ``window`` is below 1.
    """
    if window < 1:
        raise ValueError(f"window is {window}; neighbours are 1 word apart")
    left_out = group_spans(leave_out, name="leave_out")
    rows = []
    for doc_id, doc in iter_docs(docs):
        check_pos(doc_id, doc)
        text = read_text(doc)
        pairs = _count_pairs(doc_id, doc, left_out.get(doc_id, ()), window)
        beside = Counter[str]()
        for pair, found in pairs.items():
            for word in pair:
                beside[word] += found.n_seen
        # each pair is seen from either side
        total = 2 * sum(found.n_seen for found in pairs.values())
        scored: list[dict[str, Any]] = []
        for pair, found in pairs.items():
            one, other = (beside[word] for word in sorted(pair))  # or the last digit would hang on the hash seed
            expected = one * other / total
            if found.n_seen >= min_count and found.n_seen > expected:
                scored.append(
                    _locate(doc_id, text, found.start, found.end)
                    | {"first": found.first, "second": found.second, "count": found.n_seen, "expected": expected}
                    | {"g2": log_likelihood(found.n_seen, one, other, total)}
                    | {"npmi": npmi(found.n_seen, one, other, total)}
                )
        rows += sorted(scored, key=lambda row: (-row["g2"], row["start"], row["end"]))
    columns = {"first": "str", "second": "str", "count": "int64"}
    return build_table(rows, SPAN_COLUMNS | columns | dict.fromkeys(("expected", "g2", "npmi"), "float64"))


class _Pair(NamedTuple):
    first: str
    second: str
    start: int
    end: int
    n_seen: int


def _count_pairs(
    doc_id: str, doc: Doc, left_out: Sequence[tuple[int, int]], window: int
) -> dict[frozenset[str], _Pair]:
    check_sentences(doc_id, doc)
    starts = [sent.start_char for sent in iter_sentences(doc)]
    pairs: dict[frozenset[str], _Pair] = {}
    before: deque[tuple[int, int, Word, str]] = deque()
    for at, word in enumerate(iter_words(doc, leave_out=left_out)):
        if word.pos not in _CONTENT or _is_stop(doc, word):
            continue
        sentence, key = bisect_right(starts, word.start), _key(doc, word)
        while before and (at - before[0][0] > window or before[0][1] != sentence):
            before.popleft()
        for _, _, earlier, first in before:
            if first != key:
                pair = frozenset((first, key))
                found = pairs.get(pair) or _Pair(first, key, earlier.start, word.end, 0)
                pairs[pair] = found._replace(n_seen=found.n_seen + 1)
        before.append((at, sentence, word, key))
    return pairs


def log_likelihood(count: int, n_first: int, n_second: int, total: int) -> float:
    """Give the log-likelihood ratio G2 of a pair; higher is more surely associated, 0 is chance.

    2 * sum over the four cells of observed * ln(observed / expected), for ``count`` pairs of both words among
    ``total`` pairs, ``n_first`` with the first and ``n_second`` with the second
    (Dunning 1993, Computational Linguistics 19(1)).

    >>> round(log_likelihood(10, 20, 30, 1000), 2)  # expected by chance: 0.6
    46.5
    """
    cells = (
        (count, n_first * n_second),
        (n_first - count, n_first * (total - n_second)),
        (n_second - count, (total - n_first) * n_second),
        (total - n_first - n_second + count, (total - n_first) * (total - n_second)),
    )
    return 2 * sum(seen * math.log(seen * total / expected) for seen, expected in cells if seen > 0)


def npmi(count: int, n_first: int, n_second: int, total: int) -> float:
    """Give normalised pointwise mutual information; 1 is never apart, 0 is chance, NaN without pairs.

    ln(observed / expected) / -ln(share of the pair among all), counts as in `log_likelihood`
    (Bouma 2009, Proceedings of GSCL).

    >>> round(npmi(10, 20, 30, 1000), 2)
    0.61
    """
    if not count:
        return math.nan
    if count == total:
        return 1.0
    return math.log(count * total / (n_first * n_second)) / -math.log(count / total)


def extract_terms(docs: Mapping[str, Doc], terms: Collection[str]) -> pd.DataFrame:
    """Find every occurrence of the chosen terms, for a plot of where each stands.

    Parameters
    ----------
    docs
        Documents by id; any Doc will do.
    terms
        Words or phrases. They match whole words, with any white space between, whatever the capitals, unless a
        term is all in capitals: ``"US"`` is not "us". ``*`` stands for any letters: ``"fight*"``.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the occurrence as written
        term : as given
        position : where it starts, 0 for the beginning of the document and 1 for its end

    Raises
    ------
    ValueError
        If a term has no letter or digit.

    Examples
    --------
    >>> import spacy
    >>> docs = {"a": spacy.blank("en")("US fighters told us of the fight.")}
    >>> extract_terms(docs, ["US", "fight*"])[["start", "text", "term"]].to_numpy().tolist()
    [[0, 'US', 'US'], [3, 'fighters', 'fight*'], [27, 'fight', 'fight*']]
    """
    patterns = {term: _compile_term(term) for term in terms}
    rows = []
    for doc_id, doc in iter_docs(docs):
        text = read_text(doc)
        found = [
            (match.start(), match.end(), term) for term, pattern in patterns.items() for match in pattern.finditer(text)
        ]
        rows += [
            _locate(doc_id, text, start, end) | {"term": term, "position": start / len(text)}
            for start, end, term in sorted(found)
        ]
    return build_table(rows, SPAN_COLUMNS | {"term": "str", "position": "float64"})


def _compile_term(term: str) -> re.Pattern[str]:
    if not any(map(str.isalnum, term)):
        raise ValueError(f"term {term!r} has no letter or digit; name a word or phrase")
    phrase = r"\s+".join(r"\w*".join(map(re.escape, word.split("*"))) for word in term.split())
    return re.compile(rf"(?<!\w){phrase}(?!\w)", re.NOFLAG if term.isupper() else re.IGNORECASE)


def extract_concordance(docs: Mapping[str, Doc], term: str | Collection[str], *, width: int = 60) -> pd.DataFrame:
    """Show every occurrence of terms with what stands around it: key word in context.

    Parameters
    ----------
    docs
        Documents by id; any Doc will do.
    term
        A word or phrase or several of them, matched as `extract_terms` does.
    width
        Characters of context on either side, cut to whole words.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : the occurrence, characters into the article, end exclusive
        text : the occurrence as written
        left, right : what stands before and after, its white space made single spaces
        position : where it starts, 0 for the beginning of the document and 1 for its end

    Raises
    ------
    ValueError
        If a term has no letter or digit, or ``width`` is negative.

    Examples
    --------
    >>> import spacy
    >>> docs = {"a": spacy.blank("en")("The village fell. Troops left the village at dawn.")}
    >>> extract_concordance(docs, "village", width=13)[["left", "text", "right"]].to_numpy().tolist()
    [['The', 'village', 'fell. Troops'], ['left the', 'village', 'at dawn.']]
    """
    if width < 0:
        raise ValueError(f"width is {width}; ask for 0 characters or more")
    texts = {doc_id: read_text(doc) for doc_id, doc in iter_docs(docs)}
    rows = []
    for row in extract_terms(docs, [term] if isinstance(term, str) else term).to_dict("records"):
        text = texts[row["doc_id"]]
        # a character more than asked for tells whether the last word is whole
        left = text[max(0, row["start"] - width - 1) : row["start"]]
        right = text[row["end"] : row["end"] + width + 1]
        if len(left) > width:
            left = re.sub(r"^\S+", "", left)
        if len(right) > width:
            right = re.sub(r"\S+$", "", right)
        rows.append(
            {str(name): value for name, value in row.items() if name != "term"}
            | {"left": " ".join(left.split()), "right": " ".join(right.split())}
        )
    return build_table(rows, SPAN_COLUMNS | {"left": "str", "right": "str", "position": "float64"})


def measure_dispersion(docs: Mapping[str, Doc], terms: Collection[str]) -> pd.DataFrame:
    """Measure how evenly each chosen term is spread over the paragraphs of each document.

    Parameters
    ----------
    docs
        Documents by id; any Doc will do.
    terms
        Words or phrases, matched as `extract_terms` does.

    Returns
    -------
    DataFrame, one row a document and term, terms in the order given
        doc_id : key of ``docs``
        term : as given
        count : occurrences
        per_thousand : occurrences per thousand words; null without words
        n_paragraphs : paragraphs that hold the term
        dp : deviation of proportions, 0 where every paragraph has its share, near 1 where one short paragraph has
            all (Gries 2008, International Journal of Corpus Linguistics 13(4)); null without occurrences; below
            five occurrences it says little

    Raises
    ------
    ValueError
        If a term has no letter or digit.
    """
    found = extract_terms(docs, terms)
    positions = found.groupby(["doc_id", "term"])["start"].agg(list).to_dict()
    rows: list[dict[str, object]] = []
    for doc_id, doc in iter_docs(docs):
        text = read_text(doc)
        paragraphs = split_paragraphs(text)
        sizes = [count_words(text[start:end]) for start, end in paragraphs]
        starts = [start for start, _ in paragraphs]
        for term in terms:
            held = Counter(bisect_right(starts, start) - 1 for start in positions.get((doc_id, term), []))
            rows.append(
                {
                    "doc_id": doc_id,
                    "term": term,
                    "count": held.total(),
                    "per_thousand": 1000 * held.total() / sum(sizes) if sum(sizes) else math.nan,
                    "n_paragraphs": len(held),
                    "dp": deviation_of_proportions([held[at] for at in range(len(sizes))], sizes),
                }
            )
    columns = {"count": "int64", "per_thousand": "float64", "n_paragraphs": "int64", "dp": "float64"}
    return build_table(rows, {"doc_id": "str", "term": "str"} | columns)


def deviation_of_proportions(counts: Sequence[int], sizes: Sequence[int]) -> float:
    """Give Gries's DP of a term over the parts of a text; 0 is even, near 1 is all in one part, NaN without any.

    Half the sum over parts of abs(share of the occurrences - share of the words)
    (Gries 2008, International Journal of Corpus Linguistics 13(4)).

    >>> deviation_of_proportions([2, 0], [50, 50])
    0.5
    """
    if not sum(counts) or not sum(sizes):
        return math.nan
    shares = zip(counts, sizes, strict=True)
    return sum(abs(count / sum(counts) - size / sum(sizes)) for count, size in shares) / 2


def _locate(doc_id: str, text: str, start: int, end: int) -> dict[str, Any]:
    return {"doc_id": doc_id, "start": start, "end": end, "text": text[start:end]}
