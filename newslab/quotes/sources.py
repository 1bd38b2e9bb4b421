"""Sources: who a speaker is, what kind of source, and on what condition the source stays unnamed.

A name comes from the document's entities, never from elsewhere: a pronoun takes the one fitting person of the nearest
paragraph that has any, and where there is none, or more than one, it stays without a name.
"""

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from newslab.entities.lexicon import read_words
from newslab.quotes.syntax import ANY_SUBJECT, SUBJECTS, Frame, Page, Said, is_cue, noun_phrase

# How many paragraphs back a pronoun may find its person: a story that changes the subject names it again.
_PARAGRAPHS_BACK = 2
_WORDS_BACK = 250

_PERSONAL = {"he": "male", "she": "female", "him": "male", "her": "female"}
_PLURAL = frozenset({"they", "both", "we", "i", "you", "us"})
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
_COLLECTIVE_LABELS = frozenset({"ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "PRODUCT"})
# Where a noun tells of somebody, and not of what somebody is.
_TAKING_PART = ANY_SUBJECT | {"dobj", "iobj", "dative", "pobj", "poss"}
_DETERMINERS = frozenset({"det", "poss", "nummod"})
_DOCUMENT_LABELS = frozenset({"WORK_OF_ART", "LAW"})

# A blank below stands for any run of blanks.
_BLANKS = r"[ \t\xa0]+"
_STATED = (
    r"\b(?:"
    r"(?:up)?on (?:the )?(?:strict )?conditions? (?:of (?:strict )?anonymity|of not being (?:named|identified|quoted)"
    r"|that (?:he|she|they|it|his|her|their)\b[^.;\n]{0,60}?(?:named|identified|quoted|used|published|disclosed))"
    r"|(?:ask|request|want|wish|prefer|choose|chose|opt|beg)(?:s|ed|ted|red|ing|ting|ring|ged|ging)?"
    r"(?: to (?:remain|stay|be)(?: kept)? anonymous|(?: for)? anonymity"
    r"| not to (?:be|have)\b[^.,;\n]{0,40}?(?:named|identified|quoted|used|published))"
    r"|(?:declin|refus)(?:ed|es|ing) to (?:be (?:named|identified|quoted by name)"
    r"|give (?:his|her|their|a) (?:full |last |real |family )?names?)"
    r"|did(?: not|n['’]t) (?:want|wish) to (?:be (?:named|identified|quoted)|give (?:his|her|their) names?)"
    r"|(?:would|could|can|may|must)(?: not|not|n['’]t) (?:be (?:named|identified)"
    r"|give (?:his|her|their|a) (?:full |last |real |family )?names?)"
    r"|(?:gave|giving|give|gives) only (?:his|her|their|a) (?:first|given|last|middle) names?(?:, \w+(?=,))?"
    r"|(?:granted|given|insist(?:ed|ing) on|demand(?:ed|ing)|under) anonymity"
    r"|(?:spoke|speaks?|speaking|talked|talking|responded|replied|said) (?:anonymously|on background|off the record)"
    r"|(?:was|were|is|are)(?: not|n['’]t) (?:authori[sz]ed|allowed|permitted|cleared) to "
    r"(?:speak|talk|comment|brief|discuss)(?: (?!because|since|as|so|for fear|said|says|told)[^\s.,;:!?\"“”]+){0,9}"
    r")"
)
_ANONYMITY = re.compile(_STATED.replace(" ", _BLANKS), re.IGNORECASE)
_BECAUSE = (
    r",? (?:because|since|as|so that|to|for fear|for \w+ reasons|fearing|citing|owing to|due to|in order to|out of"
    r"|in exchange for)\b"
    r"(?:[^.!?;\n\"“”]|\.(?=\w)){0,300}"
)
_REASON = re.compile(_BECAUSE.replace(",? ", f",?{_BLANKS}", 1))


@lru_cache(maxsize=1)
def load_source_words() -> dict[str, frozenset[str]]:
    """Read the words that tell what kind of source speaks, from ``sources.toml``."""
    path = Path(__file__).with_name("sources.toml")
    return {name: frozenset(words) for name, words in tomllib.loads(path.read_text(encoding="utf-8")).items()}


@lru_cache(maxsize=1)
def load_roles() -> frozenset[str]:
    """Read the nouns that are one person by what they do or are to another: ``mayor``, ``lawyer``, ``friend``."""
    return load_source_words()["person"] | read_words("roles") | read_words("offices")


class Source(NamedTuple):
    """Who a speaker is: name and entity (None where the text does not tell), kind, and gender if it shows."""

    name: str | None
    entity_id: str | None
    kind: str
    gender: str | None


NOBODY = Source(None, None, "none", None)


class _Candidate(NamedTuple):
    """Somebody whom a pronoun further on may mean.

    subject : whether they speak or act, and are not only named
    spoke : whether they speak
    """

    token: int
    source: Source
    plural: bool
    subject: bool
    spoke: bool = False


def name_sources(page: Page, said: Sequence[Said], mentions: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Tell for each attribution who its speaker is, as columns of the quotes table.

    Parameters
    ----------
    page
        The document the attributions were found in.
    said
        Attributions in document order.
    mentions
        The document's entities: ``start, end, label, entity_id, name``, and ``title`` where there is one.

    Returns
    -------
    list of dict
        ``speaker_name``, ``entity_id``, ``source_kind`` and ``anonymity`` of each.
    """
    known = _read_mentions(page, mentions)
    seen = _people_in_passing(page, known)
    genders = {c.source.name: c.source.gender for c in seen if c.source.name and c.source.gender}
    surnames = _read_surnames(known)
    described: dict[tuple[str, str], Source] = {}  # who was last described by a noun, "an engineer at the yard"
    by_head: dict[int, Source] = {}
    spoke: list[_Candidate] = []
    at = 0
    heads = {s.frame.head for s in said if s.frame is not None and s.frame.head is not None}
    for head in sorted(heads | _pronouns_in_passing(page)):
        while at < len(seen) and seen[at].token < head:
            spoke.append(seen[at])
            at += 1
        source = _identify(page, head, known, spoke, genders)
        if page.pos[head] == "PROPN" and source.kind != "document" and page.lower[head] in surnames:
            source = _person(surnames[page.lower[head]], source)
        if source.kind == "unnamed" and page.tag[head] in {"NN", "NNS"}:
            noun = page.lower[head], page.tag[head]
            if page.lower[page.left[head]] == "the":
                source = described.get(noun, source)  # "the engineer said"
            described[noun] = source
        by_head[head] = source
        if source.kind != "none":
            several = page.tag[head] in {"NNS", "NNPS"} or _is_several(page, head)
            spoke.append(_Candidate(head, source, plural=several, subject=True, spoke=head in heads))
    sources = [_source_of(s.frame, by_head) for s in said]
    stated = _anonymity(page, said, sources)
    return [
        {
            "speaker_name": source.name,
            "entity_id": source.entity_id,
            "source_kind": source.kind,
            "anonymity": condition,
        }
        for source, condition in zip(sources, stated, strict=True)
    ]


def _source_of(frame: Frame | None, by_head: dict[int, Source]) -> Source:
    return by_head[frame.head] if frame is not None and frame.head is not None else NOBODY


class _Mention(NamedTuple):
    first: int
    last: int
    label: str
    entity_id: str
    name: str
    title: str


def _read_mentions(page: Page, mentions: Iterable[Mapping[str, Any]]) -> dict[int, _Mention]:
    """Mention by each token it covers."""
    covered: dict[int, _Mention] = {}
    for row in mentions:
        first, last = bisect_right(page.ends, row["start"]), bisect_left(page.starts, row["end"])
        title = row.get("title")
        title = title.casefold().rstrip(".") if isinstance(title, str) else ""
        before = page.lower[first - 1].rstrip(".") if first else ""
        mention = _Mention(first, last, row["label"], str(row["entity_id"]), str(row["name"]), title or before)
        covered |= dict.fromkeys(range(first, last), mention)
    return covered


def _read_surnames(known: dict[int, _Mention]) -> dict[str, _Mention]:
    """Person by the last word of a full name, where it is one person's only."""
    found: dict[str, _Mention] = {}
    shared = set()
    for mention in known.values():
        first, _, last = mention.name.lower().rpartition(" ")
        if mention.label == "PERSON" and first:
            other = found.setdefault(last, mention)
            if other.entity_id != mention.entity_id:
                shared.add(last)
    return {last: mention for last, mention in found.items() if last not in shared}


def _person(mention: _Mention, source: Source) -> Source:
    """Take somebody quoted by their surname for that person, whatever the entities have it for: "DIAZ: ..."."""
    return Source(mention.name, mention.entity_id, "named", source.gender)


def _people_in_passing(page: Page, known: dict[int, _Mention]) -> list[_Candidate]:
    """Who is told of in the story itself, not in a quotation, with the gender that a title or a noun tells.

    These are people by name, whoever a story brings in without one, and the bodies and documents that do something.
    """
    found = []
    for i, dep in enumerate(page.dep):
        if dep in ANY_SUBJECT and page.inside[i] < 0 and page.pos[i] in {"NOUN", "PROPN"}:
            source = _identify(page, i, known, [], {})
            if source.kind in {"collective", "document"} or _is_brought_in(page, i, source):
                found.append(_Candidate(i, source, plural=page.tag[i].endswith("S"), subject=True))
    for i, mention in known.items():
        if i == mention.last - 1 and mention.label == "PERSON" and page.inside[i] < 0:
            source = Source(mention.name, mention.entity_id, "named", _gender_of(page, i, mention))
            found.append(_Candidate(i, source, plural=False, subject=page.dep[i] in ANY_SUBJECT))
    taken = {c.token for c in found}
    found.extend(c for c in _people_by_role(page, known) if c.token not in taken)
    return sorted(found, key=lambda c: c.token)


def _people_by_role(page: Page, known: dict[int, _Mention]) -> list[_Candidate]:
    """Who is told of by what they are, "the mayor", "her lawyer": a pronoun behind may mean them.

    An office that stands by a name, "Ana Ruiz, the mayor", is that person's from there on.
    """
    words = load_source_words()
    roles = load_roles()
    people = roles | words["female"] | words["male"]
    holders: dict[str, Source] = {}
    found = []
    for i, word in enumerate(page.lower):
        if page.tag[i] not in {"NN", "NNP"} or page.inside[i] >= 0 or word not in people:
            continue
        above = known.get(page.head[i])
        if above is not None and above.label == "PERSON" and page.dep[i] in {"appos", "compound"}:
            holders[word] = Source(above.name, above.entity_id, "named", _gender_of(page, page.head[i], above))
        determiner = next((page.lower[c] for c in page.children[i] if page.dep[c] in _DETERMINERS), None)
        if i in known or determiner is None or page.lower[page.head[i]] == "as" or _named_beside(page, i, known):
            continue
        definite = determiner in {"the", "this", "that"}
        if definite and word not in roles:  # "the woman" is mostly one told of before
            continue
        if page.dep[page.head[i] if page.dep[i] == "conj" else i] in _TAKING_PART:
            source = holders.get(word) if definite else None
            source = source or Source(word, None, "unnamed", _gender_of(page, i, None))
            found.append(_Candidate(i, source, plural=False, subject=False))
    return found


def _pronouns_in_passing(page: Page) -> set[int]:
    """Subjects "he" and "she" of the story's own sentences: who they stand for, it goes on with."""
    return {
        i
        for i, word in enumerate(page.lower)
        if word in {"he", "she"} and page.inside[i] < 0 and page.dep[i] in SUBJECTS and page.dep[page.head[i]] == "ROOT"
    }


def _is_brought_in(page: Page, i: int, source: Source) -> bool:
    """Whether a sentence is about a woman or a man not told of before, "One woman wept.": "the woman" may have a name.

    What is done to them, or what a clause tells of them, does not make them the next to speak.
    """
    words = load_source_words()
    if source.kind != "unnamed" or page.tag[i] != "NN" or page.lower[i] not in words["female"] | words["male"]:
        return False
    acts = page.dep[i] in SUBJECTS and page.dep[page.head[i]] == "ROOT" and not _is_several(page, i)
    return acts and page.lower[noun_phrase(page, i)[0]] not in {"the", "this", "that"}


def _gender_of(page: Page, head: int, mention: _Mention | None) -> str | None:
    words = load_source_words()
    title = mention.title if mention else ""
    if title in words["female_titles"]:
        return "female"
    if title in words["male_titles"]:
        return "male"
    start, end = noun_phrase(page, head)
    for i in range(start, end):
        word = page.lower[i]
        if word in words["female"]:
            return "female"
        if word in words["male"]:
            return "male"
    return None


def _is_several(page: Page, head: int) -> bool:
    return any(page.dep[c] == "conj" for c in page.children[head])


def _identify(
    page: Page, head: int, known: dict[int, _Mention], spoke: list[_Candidate], genders: dict[str, str]
) -> Source:
    """Who a speaker is: by name, by what a pronoun refers to, or by description."""
    word = page.lower[head]
    mention = known.get(head)  # the WHO is no pronoun
    pronoun = page.tag[head] in {"PRP", "WP", "WDT"} or word in _PERSONAL or word in _PLURAL or word in _RELATIVE
    if mention is None and pronoun:
        return _refer(page, head, known, spoke, genders)
    if mention is None:
        mention = _named_beside(page, head, known)
    if mention is not None:
        kind = (
            "named" if mention.label == "PERSON" else "document" if mention.label in _DOCUMENT_LABELS else "collective"
        )
        return Source(mention.name, mention.entity_id, kind, _gender_of(page, head, mention))
    start, end = noun_phrase(page, head)
    text = page.text[page.starts[start] : page.ends[end - 1]]
    return Source(text, None, _kind_by_word(page, head), _gender_of(page, head, None))


def _named_beside(page: Page, head: int, known: dict[int, _Mention]) -> _Mention | None:
    """Find the name that stands in apposition or right behind: "the minister, Ana Ruiz,", "neighbour Ana Ruiz"."""
    behind = takewhile(lambda i: page.pos[i] == "PROPN", range(head + 1, noun_phrase(page, head)[1]))
    of = (child for child in page.children[head] if page.lower[child] == "of")
    bodies = [body for child in of for body in page.children[child]]  # "the head of the Institute, Ana Ruiz,"
    beside = [child for noun in (head, *bodies) for child in page.children[noun] if page.dep[child] == "appos"]
    for token in (*beside, *behind):
        if token in known and known[token].label == "PERSON":
            return known[token]
    return None


def _kind_by_word(page: Page, head: int) -> str:
    words = load_source_words()
    word = page.lower[head]
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    if word.endswith("ies"):
        forms.add(word[:-3] + "y")
    if forms & words["document"]:
        return "document"
    if forms & words["collective"]:
        return "collective"
    if page.pos[head] != "PROPN" or page.tag[head].endswith("S"):
        return "unnamed"
    # "OFFICER: ..." in a text that has officers
    return "unnamed" if page.doc[head].text.isupper() and word in page.small else "named"


def _refer(
    page: Page, head: int, known: dict[int, _Mention], spoke: list[_Candidate], genders: dict[str, str]
) -> Source:
    """Find what a pronoun stands for; nobody where the text within reach does not say."""
    word = page.lower[head]
    if word in _RELATIVE:
        verb = page.head[head]
        for _ in range(3):
            if page.dep[verb] in {"relcl", "acl"}:
                return _identify(page, page.head[verb], known, spoke, genders)
            if page.dep[verb] not in {"conj", "xcomp", "aux"}:
                break
            verb = page.head[verb]
        return NOBODY
    if word in {"i", "we", "you", "us"}:
        return NOBODY
    wanted = _PERSONAL.get(word)
    if wanted is not None:
        return _refer_to_person(page, head, wanted, spoke, genders)
    here = page.paragraph[head]
    for candidate in reversed(spoke):
        back = here - page.paragraph[candidate.token]
        if back > _PARAGRAPHS_BACK or head - candidate.token > _WORDS_BACK:
            break
        if not candidate.subject or back > candidate.spoke or candidate.plural != (word == "they"):
            continue
        if word == "they" or candidate.source.kind in {"collective", "document"}:
            return candidate.source
    return NOBODY


def _refer_to_person(page: Page, head: int, wanted: str, spoke: list[_Candidate], genders: dict[str, str]) -> Source:
    """Find whom "he" or "she" stands for: the only one it can in the nearest paragraph that has any, or who spoke last.

    Whoever speaks, or is the subject as a pronoun, comes before the others in the same sentence.
    """
    possible: list[_Candidate] = []
    for candidate in reversed(spoke):
        token, source = candidate.token, candidate.source
        if possible and page.paragraph[token] != page.paragraph[possible[0].token]:
            break
        if page.paragraph[head] - page.paragraph[token] > _PARAGRAPHS_BACK or head - token > _WORDS_BACK:
            break
        gender = genders.get(source.name or "") or source.gender
        if source.kind not in {"named", "unnamed"} or candidate.plural or gender not in {None, wanted}:
            continue
        if page.sentence[token] == page.sentence[head] and page.dep[token] not in ANY_SUBJECT and not candidate.spoke:
            continue  # "Asked about the mayor, she said"
        leads = candidate.spoke or page.tag[token] == "PRP"
        if leads and all(page.sentence[other.token] == page.sentence[token] for other in possible):
            possible = [candidate]
            break
        possible.append(candidate)
    if len({c.source.entity_id or c.source.name for c in possible}) != 1:
        return NOBODY
    # somebody by role, or only named in passing, stands in the way but may not be meant
    meant = next((c for c in possible if c.subject or (c.source.kind == "named" and c.source.gender)), None)
    if meant is None:
        return NOBODY
    if meant.source.kind == "unnamed" and not meant.spoke and _is_left(page, meant.token, head):
        return NOBODY
    if meant.source.name is not None:
        genders[meant.source.name] = wanted
    return meant.source


def _is_left(page: Page, token: int, pronoun: int) -> bool:
    """Whether the story has gone over to another since: "A man pushed past. The judge rose. “...,” he said."."""
    between = (i for i in range(token + 1, pronoun) if page.inside[i] < 0 and page.pos[i] == "NOUN")
    return any(page.dep[i] in SUBJECTS and page.dep[page.head[i]] == "ROOT" for i in between)


# --- anonymity ----------------------------------------------------------------------------------------------------


def _anonymity(page: Page, said: Sequence[Said], sources: Sequence[Source]) -> list[str | None]:
    """Find the condition each unnamed source speaks on, tied by the sentence that states it."""
    unnamed: dict[int, list[int]] = defaultdict(list)  # attributions by paragraph
    same: dict[str | None, list[int]] = defaultdict(list)  # attributions by source
    for k, source in enumerate(sources):
        if source.kind == "unnamed":
            unnamed[page.paragraph[_place(said[k])]].append(k)
            same[source.name].append(k)
    stated: list[str | None] = [None] * len(said)
    for match in _ANONYMITY.finditer(page.text):
        token = bisect_right(page.ends, match.start())
        if token >= len(page.lower) or page.inside[token] >= 0:
            continue
        reason = _REASON.match(page.text, match.end())
        end = _before_verb(page, match.end(), reason.end()) if reason else match.end()
        condition = page.text[match.start() : end].rstrip(" ,")
        here = page.paragraph[token]
        near = [k for at in range(here - _PARAGRAPHS_BACK, here + _PARAGRAPHS_BACK + 1) for k in unnamed.get(at, [])]
        tied = _tied(page, token, near, said, sources)
        if tied is not None and stated[tied] is None:
            for k in same[sources[tied].name]:
                stated[k] = stated[k] or condition
    return stated


def _before_verb(page: Page, start: int, end: int) -> int:
    """Where a reason gives way to what is said: "..., who asked not to be named because of the talks, said"."""
    first = bisect_left(page.starts, start)
    if page.lower[first] == ",":  # the reason's own: ", citing the talks"
        first += 1
    for i in range(first, bisect_left(page.starts, end) - 1):
        if page.lower[i] == "," and (is_cue(page, i + 1) or page.pos[i + 1] == "CCONJ"):
            return page.starts[i]
    return end


def _tied(page: Page, token: int, near: Sequence[int], said: Sequence[Said], sources: Sequence[Source]) -> int | None:
    """Find whose condition a sentence states: its own speaker's, or that of the speaker its subject refers to."""
    first, last = page.sentence[token]
    here = [k for k in near if first <= _place(said[k]) < last]
    if here:
        return min(here, key=lambda k: abs(_place(said[k]) - token))
    subject = next((i for i in range(max(first, token - _WORDS_BACK), token) if page.dep[i] in ANY_SUBJECT), None)
    if subject is None:
        return None
    word = page.lower[subject]
    if word in _PERSONAL:
        near = [k for k in near if sources[k].gender in {None, _PERSONAL[word]}]
    elif word not in {"they", "both", "who"}:
        near = [k for k in near if _speaker_word(page, said[k]).removesuffix("s") == word.removesuffix("s")]
    before = [k for k in near if _place(said[k]) < first]
    return before[-1] if before else near[0] if near else None


def _place(said: Said) -> int:
    """Token of the cue; an attribution to a source always has one."""
    return said.frame.cue[0] if said.frame is not None else 0


def _speaker_word(page: Page, said: Said) -> str:
    return page.lower[said.frame.head] if said.frame is not None and said.frame.head is not None else ""
