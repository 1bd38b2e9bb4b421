"""Words that introduce what somebody said: which they are, and what the writer lets on by choosing them."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Cues(NamedTuple):
    """The lexicon of reporting words, looked up by form, so that no lemmatiser is needed.

    verbs : lemma of each form of a reporting verb
    particles : by lemma, the particles that make it one ("point": {"out"})
    nouns : lemma of each form of a noun of speech
    classes : class of each lemma, particle included ("point out": "reveal")
    about : what the choice of a word tells, by class
    plain : lemmas that go with a quotation only; a clause after them is not what was said ("called", "began")
    """

    verbs: dict[str, str]
    particles: dict[str, frozenset[str]]
    nouns: dict[str, str]
    classes: dict[str, str]
    plain: frozenset[str]
    about: dict[str, str]


@lru_cache(maxsize=1)
def load_cues() -> Cues:
    """Read the lexicon of reporting words.

    Returns
    -------
    Cues
        From ``cues.toml``, which names the works that describe the classes.

    Examples
    --------
    >>> load_cues().verbs["said"], load_cues().classes["admit"]
    ('say', 'admit')
    """
    path = Path(__file__).with_name("cues.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    irregular = data.pop("forms")
    plain = frozenset(data.pop("quotation_only")["verbs"])
    about = {name: group["about"] for name, group in data.items()}
    verbs: dict[str, str] = {}
    nouns: dict[str, str] = {}
    classes: dict[str, str] = {}
    particles: dict[str, set[str]] = {}
    for name, group in data.items():
        for entry in group["verbs"]:
            classes[entry] = name
            lemma, _, particle = entry.partition(" ")
            if particle:
                particles.setdefault(lemma, set()).add(particle)
            for form in [lemma, *irregular.get(lemma, _inflect(lemma))]:
                verbs.setdefault(form, lemma)
        classes |= dict.fromkeys(group.get("phrases", []), name)
        for lemma in group["nouns"]:
            classes.setdefault(lemma, name)
            nouns[lemma] = nouns[_plural(lemma)] = lemma
    return Cues(verbs, {lemma: frozenset(those) for lemma, those in particles.items()}, nouns, classes, plain, about)


def _plural(noun: str) -> str:
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def _inflect(verb: str) -> list[str]:
    """Third person, past and -ing form of a regular verb; those that double a consonant are listed in the data."""
    if verb.endswith("e"):
        return [f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    ending = "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"
    return [verb + ending, f"{verb}ed", f"{verb}ing"]
