"""Anomalies: what torn tokens, lost marks, two spellings of a word and repeated sentences say of a text's making.

Each is shown; those that have but one reading say what to put in their place, and `repair_articles` does so if asked. A
scrape leaves such signs, and so does a text stitched together from several outlets.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

import pandas as pd
from spacy.tokens import Doc

from newslab.structure.antecedents import find_loose_ends
from newslab.structure.embeddings import list_ranks
from newslab.structure.topics import weigh_words
from newslab.tables import SPAN_COLUMNS, build_table, check_columns
from newslab.words import (
    Word,
    check_pos,
    check_sentences,
    iter_docs,
    iter_sentences,
    iter_words,
    read_text,
    split_paragraphs,
)

ANOMALY_COLUMNS = SPAN_COLUMNS | {
    "kind": "str",
    "note": "str",
    "repair": "str",
    "other_start": "Int64",
    "other_end": "Int64",
}

_FUNCTION_WORDS = 200
"""Rank by frequency up to which a word joins others: "short- and long-term" and "he left -the last to go" are whole."""

_TORN_BEFORE = re.compile(r"(?<![\w-])([^\W_][\w.]{0,30}) (-([^\W\d_]{2,}))")
_TORN_AFTER = re.compile(r"(?<![\w-])((?:[A-Z][A-Z.]+|\d+)-) ([a-z]{3,})(?!\w)")
_TORN_WORD = re.compile(r"(?<![\w-])([a-z]{2,})- ([a-z]{2,})(?!\w)")
_TORN_CLITIC = re.compile(r"(?<!\w)([^\W\d_]+) ((?:['’](?:s|re|ve|ll)|n['’]t)(?!['’\w]))")
_TORN_ENDING = re.compile(r"(?<!\w)([^\W\d_]+['’]) ((?:s|re|ve|ll|t|d|m)(?!['’\w]))")
_TORN_MARK = re.compile(r"(?<![^\W_])([^\W_]+) +([,;]|[.:](?!\S)|[?!](?!\w))(?![.!?])")
_LOST_SPACE = re.compile(r"(?<![\w./@:&?=-])([^\W\d_]*[a-z]{2}[.,;!?])([A-Z][a-z]+)(?![\w/@]|\.\w)")
_LOST_LETTER = re.compile(r"(?<![^\W\d_])[^\W\d_]*(?:\ufffd|(?<=[a-z])\?(?=[a-z]))[^\W_]*(?![\w/=&])")
_IN_ADDRESS = re.compile(r"(?:://|www\.)\S*$")

# kind, pattern, what a line that it matches has in it, and what its groups were before, if that can be said
_TOKEN_PATTERNS = (
    ("broken token", _TORN_BEFORE, re.compile(" -"), "{0}{1}"),
    ("broken token", _TORN_AFTER, re.compile("- "), "{0}{1}"),
    ("broken token", _TORN_WORD, re.compile("- "), "{0}{1}"),
    ("broken token", _TORN_CLITIC, re.compile(" n?['’]"), "{0}{1}"),
    ("broken token", _TORN_ENDING, re.compile("['’] "), "{0}{1}"),
    ("broken token", _TORN_MARK, re.compile(" [,;.:?!]"), "{0}{1}"),
    ("lost space", _LOST_SPACE, re.compile("[.,;!?][A-Z]"), "{0} {1}"),
    ("lost letter", _LOST_LETTER, re.compile("\ufffd|[a-z][?][a-z]"), ""),
)

_MARK = re.compile(r'["“”()]')
# a single mark that closes: not the plural's ("the miners'"), not that of a dropped g or d ("goin'", "an'")
_CLOSING = re.compile(r"(?<=[^\Ws_]|[.,!?])(?<!in)(?<!an)(?<!ol)['’](?=[.,;:!?]|$)")
_OPENING = re.compile(r"(?<!\w)['‘](?=\w)")
_OPENS_QUOTE = ('"', "“", "‘", "'")

# American and British spelling, by rule: stems, what British and American add to them, what may follow. The choice of
# words is our own; those that both varieties use ("program", "license", "meter", "dialogue") are left out, and Oxford's
# -ize counts against -ise alone.
_RULES = (
    (
        "arm|behavi|clam|col|demean|endeav|fav|flav|harb|hon|hum|lab|neighb|parl|ranc|rig|rum|sav|splend|tum|val|vap|vig",
        "our",
        "or",
        "s|ed|ing|ers?|abl[ey]|ful|less|ly|ites?|hoods?|al",
    ),
    ("calib|cent|fib|kilomet|lit|millimet|somb|spect|theat", "re", "er", "s"),
    ("anal|catal|paral", "ys", "yz", "e|e[ds]|ing|ers?"),
    ("def|off|pret", "ence", "ense", "s|less"),
    (
        "cance|channe|counse|due|fue|funne|labe|leve|marve|mode|pane|quarre|riva|signa|trave|tunne",
        "ll",
        "l",
        "ed|ing|ers?",
    ),
    *(
        ("", *pair.split("/"), "s|ed|ing|ly|al|ally|ism|ment")
        for pair in (
            "aeroplane/airplane aluminium/aluminum cosy/cozy foetus/fetus fulfil/fulfill grey/gray "
            "haemorrhage/hemorrhage instalment/installment jewellery/jewelry manoeuvre/maneuver moustache/mustache "
            "orthopaedic/orthopedic paediatric/pediatric plough/plow pyjamas/pajamas sceptic/skeptic "
            "skilful/skillful smoulder/smolder"
        ).split()
    ),
)
_VARIETIES = {
    variety: re.compile(
        "|".join(f"(?:{rule[0]}){rule[at]}(?:{rule[3]}){'' if rule[1] == 'll' else '?'}" for rule in _RULES)
    )
    for variety, at in (("British", 1), ("American", 2))
}
_ISE = re.compile(r"(?<=i)[sz](?=(?:e|e[ds]|ing|ers?|ations?)$)")

_ROMANISED = (
    (re.compile("[ouw]+"), "u"),
    (re.compile("[aeiy]+"), "a"),
    (re.compile("ph"), "f"),
    (re.compile("[ckq]h?"), "k"),
    (re.compile(r"([^au])\1+"), r"\1"),
)
"""Vowels and consonants that one name is written with in turn: "Mohammed" and "Muhamad" differ in the first vowel."""

_POSSESSIVE = re.compile("['’][sS]?$")
_SHORTEST_NAME = 5
_FEWEST_STEMS = 6
_SAME = 0.75
"""Cosine of telling words from which on two sentences say one thing."""

_SHARED = 0.5
"""Share of the telling words of both that they must have in common, whatever those weigh."""

_RAREST = 4
"""Telling words of a sentence by which others like it are found."""

_LAST = 20
"""Sentences with a word that are compared, the latest, so that time stays linear."""


class _Anomaly(NamedTuple):
    start: int
    end: int
    kind: str
    note: str
    other: tuple[int, int] | None = None
    repair: str | None = None


def extract_anomalies(docs: Mapping[str, Doc]) -> pd.DataFrame:
    """Find signs of scraping and stitching in each document, one row a sign.

    Parameters
    ----------
    docs
        Parsed documents by id; the pipeline must set parts of speech and sentence boundaries.

    Returns
    -------
    DataFrame, in document order
        doc_id : key of ``docs``
        start, end : characters into the article, end exclusive
        text : the words as written
        kind : ``broken token`` (a space inside: "U.S. -backed"), ``lost space``, ``lost letter`` (a replacement
            character), ``lost mark`` (a quotation mark or bracket without its other), ``lost accent`` (the word has
            one elsewhere), ``name variant`` (the rarer spelling of a name), ``spelling variant`` (American in a
            British text or the reverse, the rarer), ``repetition`` (a sentence that is written above),
            ``paraphrase`` (one that shares nearly all its telling words with one above), ``loose pronoun`` and
            ``loose speaker`` (with nobody before for whom it may stand, or whom nothing introduces; only where the
            document has named entities and a parse)
        note : what seems to be wrong, in words
        repair : what to write in its place, where there is but one reading; null where there is a doubt
        other_start, other_end : characters of what it stands against, such as the first of the other spelling; null
            where there is no such place

    Raises
    ------
    ValueError
        If a document has no parts of speech or sentence boundaries.

    Notes
    -----
    Signs, not proof: a quotation keeps its speaker's spelling, and two people may be called Brian and Bryan.

    Examples
    --------
    >>> extract_anomalies({}).columns.to_list()
    ['doc_id', 'start', 'end', 'text', 'kind', 'note', 'repair', 'other_start', 'other_end']
    """
    rows = (row for doc_id, doc in iter_docs(docs) for row in _rows(doc_id, doc))
    return build_table(rows, ANOMALY_COLUMNS)


def repair_articles(articles: pd.DataFrame, anomalies: pd.DataFrame) -> pd.DataFrame:
    """Make the repairs that leave no doubt; the rows of `anomalies` that have one are the list of them.

    Parameters
    ----------
    articles
        With ``doc_id`` and ``text``, and ``heading_starts`` if it has them.
    anomalies
        From `extract_anomalies`; rows that you drop are not repaired.

    Returns
    -------
    DataFrame
        The articles with ``text`` mended, and ``heading_starts`` moved with it. Other offsets into the old text do not
        hold for it: parse it anew.

    Examples
    --------
    >>> articles = pd.DataFrame({"doc_id": ["a"], "text": ["A U.S. -backed force left ."]})
    >>> anomalies = pd.DataFrame({"doc_id": ["a"], "start": [2], "end": [14], "repair": ["U.S.-backed"]})
    >>> repair_articles(articles, anomalies)["text"].item()
    'A U.S.-backed force left .'
    """
    check_columns(articles, ["doc_id", "text"], name="articles")
    check_columns(anomalies, ["doc_id", "start", "end", "repair"], name="anomalies")
    repairs = anomalies.dropna(subset="repair").sort_values(["doc_id", "start"], ascending=False)
    texts = dict(zip(articles["doc_id"], articles["text"], strict=True))
    told = articles.get("heading_starts", pd.Series("", articles.index)).fillna("")
    headings = {doc_id: list(map(int, starts.split())) for doc_id, starts in zip(articles["doc_id"], told, strict=True)}
    last: dict[str, int] = {}
    for doc_id, start, end, repair in repairs[["doc_id", "start", "end", "repair"]].itertuples(index=False):
        # two patterns may find the same place: the later stands, and what overlaps it stays
        if doc_id in texts and end <= last.get(doc_id, end):
            texts[doc_id] = texts[doc_id][:start] + repair + texts[doc_id][end:]
            last[doc_id], longer = start, len(repair) - (end - start)
            headings[doc_id] = [at + longer if at > start else at for at in headings[doc_id]]
    mended = articles.assign(text=articles["doc_id"].map(texts))
    if "heading_starts" in articles:
        mended["heading_starts"] = [" ".join(map(str, headings[doc_id])) for doc_id in articles["doc_id"]]
    return mended


def _rows(doc_id: str, doc: Doc) -> Iterator[dict[str, object]]:
    check_pos(doc_id, doc)
    check_sentences(doc_id, doc)
    text, words = read_text(doc), list(iter_words(doc))
    found = chain(
        _torn_tokens(text),
        _lost_marks(text),
        _variants(words),
        _mixed_spelling(words),
        _repetitions(doc),
        _loose_ends(doc),
    )
    for anomaly in sorted(found, key=lambda anomaly: anomaly[:3]):
        start, end, kind, note, other, repair = anomaly
        other_start, other_end = other or (None, None)
        yield {
            "doc_id": doc_id,
            "start": start,
            "end": end,
            "text": text[start:end],
            "kind": kind,
            "note": note,
            "repair": repair,
            "other_start": other_start,
            "other_end": other_end,
        }


def _torn_tokens(text: str) -> Iterator[_Anomaly]:
    ranks = list_ranks()
    for kind, pattern, sign, whole in _TOKEN_PATTERNS:
        for match in _find_in_lines(text, sign, pattern):
            groups = match.groups()
            if pattern is _TORN_BEFORE and ranks.get(groups[2].lower(), math.inf) <= _FUNCTION_WORDS:
                continue
            if pattern is _TORN_WORD and (groups[0] + groups[1] not in ranks or groups[1] in {"and", "or"}):
                continue
            if _IN_ADDRESS.search(text, max(0, match.start() - 200), match.start()):
                continue
            mended = whole.format(*groups)
            note = f"perhaps “{mended}”" if mended else "a character was lost"
            repair = mended if mended and _is_certain(pattern, groups, ranks) else None
            yield _Anomaly(match.start(), match.end(), kind, note, repair=repair)


def _find_in_lines(text: str, sign: re.Pattern[str], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Match a slow pattern in those lines alone that have a sign of it."""
    end = 0
    while found := sign.search(text, end):
        start, end = text.rfind("\n", end, found.start()) + 1 or end, text.find("\n", found.end())
        end = end if end >= 0 else len(text)
        yield from pattern.finditer(text, start, end)


def _is_certain(pattern: re.Pattern[str], groups: Sequence[str], ranks: Mapping[str, int]) -> bool:
    """Whether a torn token has but one reading."""
    if pattern is _TORN_BEFORE:
        return any(map(str.isupper, groups[0]))  # "U.S. -backed"; but "he left -angry" may have lost a space
    if pattern is _LOST_SPACE:
        return groups[0][:-1].lower() in ranks and groups[1].lower() in ranks
    return pattern is not _TORN_MARK or groups[1] in ",;"


def _loose_ends(doc: Doc) -> Iterator[_Anomaly]:
    if doc.has_annotation("ENT_IOB") and doc.has_annotation("DEP"):
        for span, kind, note in find_loose_ends(doc):
            yield _Anomaly(span.start_char, span.end_char, kind, note)


def _lost_marks(text: str) -> Iterator[_Anomaly]:
    """Find quotation marks and round brackets without their other, paragraph by paragraph."""
    edges = split_paragraphs(text)
    for (start, end), after in zip_longest(edges, edges[1:]):
        opened: dict[str, int] = {}
        for match in _MARK.finditer(text, start, end):
            at, mark = match.start(), match.group()
            if mark == '"' and text[at - 1 : at].isdigit() and '"' not in opened:
                continue  # inches
            kind = "()" if mark in "()" else '"'
            opens = mark in "(“" or (mark == '"' and '"' not in opened)
            if opens and kind not in opened:
                opened[kind] = at
            elif not opens and opened.pop(kind, None) is None and not (mark == ")" and _numbers(text, start, at)):
                yield _lost(text, at, "opening")
        for kind, at in opened.items():
            # speech over several paragraphs is opened in each and closed in the last
            goes_on = kind == '"' and after is not None and text[after[0]] in _OPENS_QUOTE
            if not goes_on:
                yield _lost(text, at, "closing")
        if not _OPENING.search(text, start, end):
            for match in _CLOSING.finditer(text, start, end):
                yield _lost(text, match.start(), "opening")


def _numbers(text: str, start: int, at: int) -> bool:
    """Whether the bracket at ``at`` follows the number of an item, or is a face: "a)", "12)", ":)"."""
    before = re.search(r"\S*$", text[max(start, at - 8) : at])
    return before is not None and len(before.group()) < 3


def _lost(text: str, at: int, which: str) -> _Anomaly:
    """Point at the word that has the mark which is left over."""
    start, end = at, at + 1
    while start and end - start < 40 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and end - start < 40 and not text[end].isspace():
        end += 1
    return _Anomaly(start, end, "lost mark", f"has no {which} mark")


def _variants(words: list[Word]) -> Iterator[_Anomaly]:
    """Find names that are written in two ways, the rarer one each time it stands."""
    spelled: dict[str, dict[str, list[Word]]] = defaultdict(lambda: defaultdict(list))
    for word in words:
        if word.pos != "PROPN":
            continue
        shown = _bare(word.text)
        if shown[:1].isupper() and not shown.isupper() and len(shown) >= _SHORTEST_NAME:
            spelled[_sound(_unaccented(shown))][shown.lower()].append(word)
    for forms in spelled.values():
        if len(forms) == 1:
            continue
        usual, *others = sorted(forms, key=lambda form: (-len(forms[form]), forms[form][0].start))
        for other in others:
            kind = "name variant"
            standard = usual
            if _unaccented(other) == _unaccented(usual):
                # the accent is what was lost, also where it is the rarer
                kind = "lost accent"
                if other != _unaccented(other):
                    standard, other = other, usual
            first = forms[standard][0]
            for word in forms[other]:
                end = word.start + len(_bare(word.text))
                note = f"elsewhere “{_bare(first.text)}”"
                yield _Anomaly(word.start, end, kind, note, (first.start, first.start + len(_bare(first.text))))


def _bare(word: str) -> str:
    """Take the possessive off."""
    return _POSSESSIVE.sub("", word)


def _unaccented(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))


def _sound(name: str) -> str:
    """Reduce a name to what its romanisations share; its first and last letters stay, as in "Maria" and "Marie"."""
    inner = name[1:-1].lower()
    for pattern, letter in _ROMANISED:
        inner = pattern.sub(letter, inner)
    return f"{name[0].lower()}{inner}{name[-1].lower()}"


def _mixed_spelling(words: list[Word]) -> Iterator[_Anomaly]:
    """Find the words of the rarer variety of English in a text that has both; names keep theirs."""
    spelled: dict[str, dict[str, list[Word]]] = {"": defaultdict(list), "-ise": defaultdict(list)}
    for word in words:
        if word.text.islower() and word.pos != "PROPN":
            for rule, variety in _read_varieties(word.text):
                spelled[rule][variety].append(word)
    for varieties in spelled.values():
        if len(varieties) == 2:
            usual, rarer = sorted(varieties, key=lambda v: (-len(varieties[v]), varieties[v][0].start))
            first = varieties[usual][0]
            for word in varieties[rarer]:
                note = f"{rarer}; elsewhere {usual}, as “{first.text}”"
                yield _Anomaly(word.start, word.end, "spelling variant", note, (first.start, first.end))


@lru_cache(maxsize=100_000)  # a few words are most of any text
def _read_varieties(word: str) -> tuple[tuple[str, str], ...]:
    """Say of which variety of English the spelling of a word is, with the rule that tells."""
    shown, ranks = _bare(word), list_ranks()
    found = [("", variety) for variety, pattern in _VARIETIES.items() if pattern.fullmatch(shown)]
    # "advise" and "seize" have one spelling
    if (ending := _ISE.search(shown)) and all(_ISE.sub(z, shown) in ranks for z in "sz"):
        found.append(("-ise", "-ise" if ending.group() == "s" else "-ize"))
    return tuple(found)


def _repetitions(doc: Doc) -> Iterator[_Anomaly]:
    """Find sentences that say again what one above them says, by the telling words they share."""
    text = read_text(doc)
    seen: list[tuple[int, int, Mapping[str, float], float]] = []
    having: dict[str, list[int]] = defaultdict(list)
    for sent in iter_sentences(doc):
        weights = weigh_words(sent)
        if len(weights) < _FEWEST_STEMS:
            continue
        norm = math.sqrt(sum(x * x for x in weights.values()))
        rarest = sorted(weights, key=lambda stem: (-weights[stem], stem))[:_RAREST]
        near = Counter(i for stem in rarest for i in having[stem][-_LAST:])
        likest, cosine = -1, 0.0
        for i in near:
            start, end, others, length = seen[i]
            # names alone, however rare, make two sentences about one person and not one said twice
            n_shared = len(weights.keys() & others)
            if n_shared < _SHARED * (len(weights) + len(others) - n_shared):
                continue
            found = sum(x * others.get(stem, 0.0) for stem, x in weights.items()) / (norm * length)
            if found > cosine:
                likest, cosine = i, found
        if cosine >= _SAME:
            start, end, _, _ = seen[likest]
            same = _letters(text[start:end]) == _letters(sent.text)
            note = "stands above" if same else "says what stands above"
            yield _Anomaly(sent.start_char, sent.end_char, "repetition" if same else "paraphrase", note, (start, end))
        for stem in weights:
            having[stem].append(len(seen))
        seen.append((sent.start_char, sent.end_char, weights, norm))


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
