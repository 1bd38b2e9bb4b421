"""Types of names: one for each name in a document, from the model's votes and from what stands around it.

The weights below are counted in votes: a cue of 2 outdoes two sentences in which the model saw something else. They
were set by hand from what the cue means, not fitted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from newslab.entities.lexicon import fold_sound, read_gazetteer, read_kinds, read_words
from newslab.entities.mentions import NAMED, Mention, Tokens

# the model's votes for one string are hardly independent: more than this many count no further
_MOST_VOTES = 3.0
# nor are cues of one kind
_MOST_CUES = 2

# the least weight of a cue that says that the first word of a company's name is a town or a person as well
_OF_ANOTHER = {"GPE": 1.5, "PERSON": 2}

_LIST_GAPS = ([","], ["and"], [",", "and"], ["or"], [";"])

Decision = tuple[str, str | None]
"""A label, and the reason where it is not the model's vote alone."""


def decide_types(tokens: Tokens, mentions: Sequence[Mention]) -> dict[str, Decision]:
    """Choose one type for each folded name."""
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    cues: dict[str, Counter[tuple[str, float, str]]] = defaultdict(Counter)
    following = _next_words(tokens)
    for m in mentions:
        votes[m.key][m.label] += 0.5 if tokens.in_headline(m.first) else 1
        cues[m.key].update(set(_around(tokens, m, following)) | set(_within(m)))
    for run in _lists(tokens, mentions):
        (label, most), *_ = Counter(m.label for m in run).most_common(1)
        if most * 2 > len(run) and label in {"PERSON", "GPE", "ORG"}:
            for m in run:
                cues[m.key][label, 1.5, "in a list"] += 1
    for m, after in pairwise(mentions):
        joined = tokens.lower[m.last : after.first] == ["and"] and m.label == "GPE"
        if joined and tokens.word(m.first - 1) in read_words("bearings"):
            cues[after.key]["GPE", 1.5, "joined to a place"] += 1
    scores = {key: _score(votes[key], cues[key]) for key in votes}
    known = read_gazetteer()
    _pool_spellings(scores)
    _pool_companies(scores, cues)
    _pool_people(scores)
    people = {key for key, score in scores.items() if " " in key and _best(score) == "PERSON"}
    part_of = {part for key in people for part in (key.split()[0], key.split()[-1], _surname(key))}
    decided = {}
    for key, score in scores.items():
        reasons = {label: why for label, _, why in sorted(cues[key], key=lambda c: (c[1], c[2]))}
        if key in known and not (" " not in key and _best(score) == "PERSON" and key in part_of):
            score[known[key]] += _MOST_VOTES + 1
            reasons[known[key]] = "gazetteer"
        elif key in part_of:
            score["PERSON"] += 3
            reasons["PERSON"] = "part of a person's name"
        label = _best(score)
        decided[key] = label, reasons.get(label)
    return decided


def _lists(tokens: Tokens, mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Yield runs of three mentions or more with only commas and "and" between them."""
    run: list[Mention] = []
    for m in mentions:
        if run and tokens.lower[run[-1].last : m.first] not in _LIST_GAPS:
            if len(run) > 2:
                yield run
            run = []
        run.append(m)
    if len(run) > 2:
        yield run


def _pool_spellings(scores: dict[str, dict[str, float]]) -> None:
    """Let names that only transliteration tells apart share what speaks for their types."""
    alike = defaultdict(list)
    for key in scores:
        if len(sound := fold_sound(key)) >= 5:
            alike[sound].append(key)
    for keys in alike.values():
        together = {label: sum(scores[key].get(label, 0) for key in keys) for label in NAMED}
        for key in keys:
            # what is known of "Idlib" holds for "Idleb"
            if (label := read_gazetteer().get(key)) == "GPE":
                together[label] += _MOST_VOTES + 1
        for key in keys if len(keys) > 1 else []:
            scores[key] |= {label: weight for label, weight in together.items() if weight}


def _pool_companies(
    scores: dict[str, dict[str, float]], cues: Mapping[str, Mapping[tuple[str, float, str], int]]
) -> None:
    """Let "Tesla Inc" tell what "Tesla" is, and "Hurricane Ida" what "Ida" is.

    "Halden" after "Halden Foods Plc" is the company, unless the text uses it as a town ("in Halden") or a person.
    """
    parts = {part for key in scores if " " in key and _best(scores[key]) == "PERSON" for part in key.split()}
    for key in list(scores):
        name, _, form = key.rpartition(" ")
        if form in read_words("company_forms") and name in scores and _best(scores[key]) == "ORG":
            scores[name]["ORG"] += 3
        words = name.split() if form in read_words("company_forms") else []
        for short in (" ".join(words[:n]) for n in range(1, len(words))):
            otherwise = any(weight >= _OF_ANOTHER.get(label, 9) for label, weight, _ in cues.get(short, ()))
            if short in scores and short not in parts and not otherwise:
                scores[short]["ORG"] += _MOST_VOTES + 1
        opening, _, name = key.partition(" ")
        # "Olmec" of "Olmec Bank" is nobody, where no one has that name in full
        if name and opening in scores and _best(scores[key]) == "ORG" and opening not in parts:
            scores[opening]["ORG"] += 1.5 if _best(scores[opening]) == "PERSON" else 0
        if read_kinds("openings").get(opening) == "EVENT" and name in scores:
            scores[name]["EVENT"] += 3


def _pool_people(scores: dict[str, dict[str, float]]) -> None:
    """Let a full name and its surname decide together whether they are a person.

    "Okoye said" tells what "Ada Okoye" is, and the other way round.
    """
    full_names = defaultdict(list)
    for key in scores:
        # a ship is no person's full name
        if 1 < len(key.split()) < 5 and key.split()[0] not in read_kinds("openings"):
            for surname in sorted({key.split()[-1], _surname(key)} - {key}):
                full_names[surname].append(key)
    for surname in [key for key in full_names if key in scores]:
        # a surname shared by many tells nothing more
        pool = [surname, *full_names[surname][:5]]
        together: defaultdict[str, float] = defaultdict(float)
        for key in pool:
            for label, weight in scores[key].items():
                together[label] += weight
        if _best(together) == "PERSON":
            for key in pool:
                scores[key]["PERSON"] = max(scores[key].values()) + 3


def _surname(key: str) -> str:
    """Last word of a folded name, with the small words before it: "al baghdadi", "von der leyen"."""
    words = key.split()
    first = len(words) - 1
    while first and words[first - 1] in read_words("particles"):
        first -= 1
    return " ".join(words[first:])


def _score(votes: Mapping[str, float], cues: Mapping[tuple[str, float, str], int]) -> dict[str, float]:
    total = sum(votes.values())
    score = defaultdict(float, {label: n * min(1.0, _MOST_VOTES / total) for label, n in votes.items()})
    for (label, weight, _), n in cues.items():
        score[label] += weight * min(n, _MOST_CUES)
    return score


def _best(score: Mapping[str, float]) -> str:
    return max(score, key=lambda label: (score[label], -NAMED.index(label)))


def _within(m: Mention) -> Iterator[tuple[str, float, str]]:
    """Yield what a name itself says of its type."""
    words, kinds = m.key.split(), read_kinds("kinds")
    if len(words) > 1 and m.key not in read_gazetteer():
        head = words[words.index("of") - 1] if "of" in words[1:] else words[-1]
        if words[:2] == ["state", "of"]:
            yield "GPE", 3, "a state"
        elif words[-2:] == ["school", "district"]:
            yield "ORG", 3, "the words school district"
        elif (label := kinds.get(head)) or (label := read_kinds("openings").get(words[0])):
            surname = m.label == "PERSON" and head in read_words("surnames")
            yield label, 1 if surname else 3, f"the word {head}"
    letters = m.text.replace(".", "")
    if letters.isupper() and 1 < len(letters) <= 8:
        yield "PERSON", -2, "an acronym"
        yield "ORG", 0.5, "an acronym"


def _around(tokens: Tokens, m: Mention, following: list[str]) -> Iterator[tuple[str, float, str]]:
    """Yield what stands around a mention and speaks for or against a type: label, weight, reason."""
    before, after = tokens.word(m.first - 1), tokens.word(m.last)
    second = tokens.word(m.first - 2), tokens.word(m.last + 1)
    if m.title:
        yield "PERSON", _title_weight(m.title), f"title {m.title}"
    elif before in read_words("roles") and tokens.words[m.first - 1].islower():
        yield "PERSON", 2, f"{before} before it"
    if before == "of" and second[0] in read_words("settlements"):
        yield "GPE", 3.5, f"after {second[0]} of"
    # "shares in Halden" are no place
    owned = before == "in" and second[0] in read_words("owned")
    if (before in read_words("bearings") and not owned) or (
        before == "the" and second[0] == "in" and m.label == "PERSON"
    ):
        yield "GPE", 1.5, f"after {before if before != 'the' else 'in'}"
    elif before in {"of", "from"} and second[0] == "," and tokens.word(m.first - 3).isdigit():
        yield "GPE", 2, "after an age"
    elif before in read_words("bodies"):
        yield "ORG", 2, f"{before} before it"
    elif before == "of" and second[0] in read_words("directions"):
        yield "GPE", 2, f"{second[0]} of"
    if after == "," and second[1] in {"a", "an", "the"} and (noun := _apposed(tokens, m.last + 2)):
        yield "GPE", 3, f"a {noun}"
    if after in read_words("territories") and tokens.words[m.last].islower():
        yield "GPE", 2, f"{after} after it"
    if (
        second[0] == "at"
        and before == "the"
        and read_gazetteer().get(m.key) == "GPE"
        and after not in read_kinds("kinds")
    ):
        # one is in a country and at a ground: Arsenal at the Emirates
        yield "FAC", 2 * _MOST_VOTES, "after at the"
    site = before == "the" and after in read_words("sites") and tokens.words[m.last].islower()
    if site and m.label != "GPE":  # "the Leeds airport"
        yield "PERSON", -2, f"{after} after it"
        # "the Shell refinery" is a firm's, but firms have no airports and few dams
        yield "FAC", 0.5 if after in {"plant", "refinery"} else 1.25, f"{after} after it"
    if before == "the" and after not in read_words("roles"):
        yield "PERSON", -1.5, "an article before it"
    if after in {"'s", "’s", "'", "’"}:
        if second[1] in read_words("belongings"):
            yield "PERSON", 1.5, f"has a {second[1]}"
    elif after in read_words("roles") and tokens.words[m.last].islower() and before != ",":
        yield "PERSON", -1.5, f"{after} after it"
        yield "ORG", 0.5, f"{after} after it"
    from_there = before in {"of", "from", "in"}
    if not from_there and (after == "who" or (after == "," and second[1] == "who")):
        yield "PERSON", 2, "who after it"
    if after == "," and second[1].isdigit() and len(second[1]) == 2 and tokens.word(m.last + 2) in {",", "."}:
        yield "PERSON", 2.5, "an age after it"
    if before in read_words("saying") and after in {",", ".", "", "\n", "\n\n"}:
        yield "PERSON", 1.5, f"{before} before it"
    elif after in read_words("saying"):
        yield "PERSON", 0.75, f"{after} after it"
    elif after in read_words("reporting"):
        yield "ORG", 1.5, f"{after} after it"
    elif after in read_words("doing") or (
        after in {"was", "is", "were", "been"} and second[1] in read_words("suffering")
    ):
        yield "PERSON", 1.5, "what people do"
    if following[m.first] in {"he", "she"}:
        yield "PERSON", 1, "he or she next"
    if _is_dateline(tokens, m):
        yield "GPE", 2, "dateline"


def _apposed(tokens: Tokens, first: int) -> str | None:
    """Find the settlement that a name is explained as: "Trujillo, a port city", "Bago, the largest town"."""
    for i in range(first, first + 4):
        if tokens.word(i) in read_words("localities"):
            return tokens.word(i)
        if not tokens.word(i).isalpha() or tokens.word(i) in {"of", "in", "from", "and", "who"}:
            return None
    return None


def _title_weight(title: str) -> float:
    last = title.split()[-1].rstrip(".").lower()
    return 3 if last in read_words("honorifics") else 2


def _is_dateline(tokens: Tokens, m: Mention) -> bool:
    """Whether a name opens a paragraph as the place it was written in: "DURBAN, May 17", "LIMA (Reuters)"."""
    # "SANAA/ADEN -" has two
    first = m.first - 2 if tokens.word(m.first - 1) == "/" and tokens.words[m.first - 2].isupper() else m.first
    if first > 0 and "\n" not in tokens.words[first - 1]:
        return False
    after, second = tokens.word(m.last), tokens.word(m.last + 1)
    if m.text.isupper() and after in {":", "(", "-", "--", "–", "—", "/", ","}:
        return not tokens.capitals[m.first]
    return after == "," and second.rstrip(".") in read_words("months")


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
