"""Strange: documents nobody would write, built from raw bytes, and what must hold of every table made of them.

The fuzzer and the property tests share this: a byte string is a recipe, each byte one choice, and where the bytes
end every further choice is the first. So a recipe of any length gives a Doc, and a short one a simple Doc.
"""

import functools
import html
import itertools
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random

import altair as alt
import lxml.html
import pandas as pd
import spacy
from spacy.tokens import Doc

import newslab as nl
from newslab.articles import _parse_date
from newslab.sentences import find_sentence_starts
from newslab.words import split_paragraphs, split_words

Pick = Callable[[int], int]
"""Gives the next choice: a number from 0 up to the one asked for, exclusive."""

# word and the tags that a tagger would most likely give it; which ones a Doc gets is the recipe's choice
WORDS = [
    *((word, "NNP", "PROPN") for word in "Ana Ruiz Lima Syria Bali March Monday Mr U.S. EU Baghouz O'Neil".split()),
    *(
        (word, "NN", "NOUN")
        for word in "spokesman people tonnes percent year officials capital % km man killed".split()
    ),
    *((word, "VBD", "VERB") for word in "said told claimed asked rose fell added according estimated denied".split()),
    *(
        (word, "CD", "NUM")
        for word in "1 40 1,000 3.5 2019 10-12 dozens hundreds million two half 1e9 0 7:30 ½".split()
    ),
    *((word, "IN", "ADP") for word in "of in than about at by from to until between since ago per after".split()),
    *((word, "DT", "DET") for word in "the a an some that no each this".split()),
    *((word, "PRP", "PRON") for word in "he she it they who I we".split()),
    *((word, "JJ", "ADJ") for word in "more least most last next early unnamed anonymous Syrian least-known".split()),
    *((word, "RB", "ADV") for word in "nearly not only roughly yesterday today up down almost over".split()),
    *((word, "CC", "CCONJ") for word in "and or but".split()),
    *((word, ".", "PUNCT") for word in ". , ; : ? ! … ... ( ) [ ] - – — / * & @ #".split()),
    *((word, "``", "PUNCT") for word in "\" ' “ ” ‘ ’ « » „ ‹ `` '' ”,".split()),
    *((word, "$", "SYM") for word in "$ £ € US$ % ° + = <".split()),
    *((word, "_SP", "SPACE") for word in ["\n", "\n\n", " ", "\t", "\u00a0", "\u2028", "\r", "   \n"]),
    *(
        (word, "XX", "X")
        for word in "http://a.b/c #tag @ana <script> {{x}} ++ -1 ١٢ １２ Ⅷ ² 𝟜 café Ü ß İ ﬁ 首相 Мир שלום".split()
    ),
    *(
        (word, "XX", "X")
        for word in ["\u0301", "\u200b", "\u202e", "\ufeff", "\x00", "\x1b[31m", "\U0001f600", "\ue000"]
    ),
]
_TAGS = (
    "NN NNS NNP NNPS VB VBD VBG VBN VBP VBZ MD JJ JJR CD IN DT PRP PRP$ WP RB TO CC POS UH . , : `` '' -RRB-".split()
)
_POS = "NOUN PROPN VERB AUX ADJ NUM ADP DET PRON ADV CCONJ SCONJ PART PUNCT SYM X SPACE INTJ".split()
_DEPS = (
    "nsubj ROOT dobj ccomp prep pobj nummod compound amod det advmod punct appos conj cc relcl acl advcl mark aux"
    " nsubjpass auxpass quantmod npadvmod poss case attr xcomp parataxis dative agent pcomp intj meta dep".split()
)
_LABELS = (
    "PERSON ORG GPE LOC NORP FAC EVENT PRODUCT LAW LANGUAGE WORK_OF_ART DATE TIME MONEY PERCENT CARDINAL ORDINAL"
    " QUANTITY".split()
)
_VOCAB = spacy.blank("en").vocab


def read_recipe(recipe: bytes) -> Pick:
    choices = iter(recipe)
    return lambda n: next(choices, 0) % n


def build_doc(pick: Pick, *, longest: int = 100) -> Doc:
    """Build a Doc of any words with any tags, entities and projective trees, as a pipeline might make one."""
    words: list[str] = []
    spaces, tags, pos, deps, ents, heads = [], [], [], [], [], []
    stack: list[int] = []  # heads of the subtrees of the current sentence that have none yet
    for i in range(pick(longest + 1)):
        which = pick(256)
        if which < len(WORDS):
            word, tag, kind = WORDS[which]
        else:
            word, tag, kind = (
                chr(1 + pick(256) + 256 * pick(215)) + chr(33 + pick(94)) * pick(3),
                "NN",
                "NOUN",
            )  # no surrogates
        if pick(8) == 7:
            tag, kind = _TAGS[pick(len(_TAGS))], _POS[pick(len(_POS))]
        label = _LABELS[pick(len(_LABELS))]
        inside = bool(ents) and ents[-1] != "O"
        ents.append([*["O"] * 4, f"B-{label}", *[f"I-{ents[-1][2:]}" if inside else "O"] * 2][pick(7)])
        words.append(word)
        spaces.append(pick(4) > 0)
        tags.append(tag)
        pos.append(kind)
        deps.append(_DEPS[pick(len(_DEPS))])
        heads.append(i)
        for _ in range(min(pick(4), len(stack))):
            heads[stack.pop()] = i
        stack.append(i)
        if pick(12) == 11:
            _close(stack, heads, deps, pick)
    _close(stack, heads, deps, pick)
    lemmas = [word.lower() for word in words]
    return Doc(_VOCAB, words=words, spaces=spaces, tags=tags, pos=pos, deps=deps, heads=heads, ents=ents, lemmas=lemmas)


def _close(stack: list[int], heads: list[int], deps: list[str], pick: Pick) -> None:
    """End a sentence: what has no head yet hangs below its left neighbour, and the first is the root."""
    for left, right in itertools.pairwise(stack):
        heads[right] = left
    if stack:
        deps[stack[0]] = "ROOT" if pick(4) else "dep"
    stack.clear()


EXTRACTORS: dict[str, Callable[[Mapping[str, Doc]], pd.DataFrame]] = {
    "entities": nl.extract_entities,
    "places": nl.extract_places,
    "quantities": nl.extract_quantities,
    "quotes": nl.extract_quotes,
    "times": lambda docs: nl.extract_times(docs, published="2019-03-07"),
    "paragraphs": nl.extract_paragraphs,
    "sentences": nl.extract_sentences,
    "anomalies": nl.extract_anomalies,
    "keyterms": nl.extract_keyterms,
    "ngrams": lambda docs: nl.extract_ngrams(docs, min_count=1),
    "collocations": lambda docs: nl.extract_collocations(docs, min_count=1),
    "terms": lambda docs: nl.extract_terms(docs, ["people", "Ana Ruiz"]),
    "concordance": lambda docs: nl.extract_concordance(docs, "said"),
    "published": nl.find_published,
    "profile": nl.measure_profile,
    "pos": nl.measure_pos,
    "dispersion": lambda docs: nl.measure_dispersion(docs, ["people", "said"]),
}
"""Every public function that takes Docs alone, by the name of what it gives."""


@functools.cache
def _documented_dtypes(name: str) -> dict:
    return EXTRACTORS[name]({}).dtypes.to_dict()


_IN_ORDER = frozenset("entities places quantities quotes times paragraphs sentences terms concordance".split())
_SLICES = [("start", "end", "text")] + [
    (f"{name}_start", f"{name}_end", name) for name in ("cue", "speaker", "counted")
]


def check_table(name: str, table: pd.DataFrame, docs: Mapping[str, Doc]) -> None:
    """Assert what is promised of every table: its dtypes, offsets inside the text that give its words, its order."""
    assert table.dtypes.to_dict() == _documented_dtypes(name), f"{name}: dtypes"
    assert list(table.index) == list(range(len(table))), f"{name}: index"
    texts = {doc_id: doc.text for doc_id, doc in docs.items()}
    for start, end, words in _SLICES:
        if not {start, end, words} <= set(table.columns):
            continue
        known = table[table[start].notna()]
        assert known[[end, words]].notna().all(axis=None), f"{name}: {words} without its offsets"
        for doc_id, s, e, said in zip(known["doc_id"], known[start], known[end], known[words], strict=True):
            assert 0 <= s < e <= len(texts[doc_id]), f"{name}: {words} at {s}-{e} outside the text"
            assert texts[doc_id][int(s) : int(e)] == said, f"{name}: {words} {said!r} is not what stands at {s}-{e}"
    if name in _IN_ORDER:
        order = {doc_id: number for number, doc_id in enumerate(docs)}
        places = list(zip(table["doc_id"].map(order), table["start"], strict=True))
        assert places == sorted(places), f"{name}: rows out of order"


def _decode(recipe: bytes) -> str:
    return recipe.decode("utf-8", "ignore") if recipe[:1] != b"\xff" else recipe[1:].decode("utf-16-le", "ignore")


def _check_words(recipe: bytes, _: Path) -> None:
    text = _decode(recipe)
    places = split_words(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert len(places) == nl.count_words(text)
    assert all(nl.count_syllables(text[start:end]) >= 0 for start, end in places)


def _check_sentences(recipe: bytes, _: Path) -> None:
    text = _decode(recipe)
    paragraphs = split_paragraphs(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in paragraphs)
    for start, end in paragraphs:
        assert all(0 <= at <= end - start for at, _ in find_sentence_starts(text[start:end]))


def _check_shown(recipe: bytes, _: Path) -> None:
    text = _decode(recipe)
    for markup in (nl.show_finding("{said}", said=text).markup, str(nl.join_words([text, text]))):
        assert html.unescape(re.sub(r"</?p[^<>]*>", "", markup)).count(text) >= 1
        assert not set(re.findall(r"<[^<>]*>?", markup)) - {'<p class="nl nl-finding">', "</p>"}


def _check_file(suffix: str, recipe: bytes, scratch: Path) -> None:
    path = scratch / f"story{suffix}"
    path.write_bytes(recipe)
    try:
        articles = nl.read_articles(path)
    except ValueError as error:
        assert str(error).startswith(str(path)), error  # noqa: PT017 (any other is a finding)
        return
    assert articles["text"][0].strip()


def _check_corrections(recipe: bytes, scratch: Path) -> None:
    path = scratch / "story.corrections.toml"
    path.write_bytes(recipe)
    try:
        rules = nl.read_corrections(path)
    except ValueError as error:
        assert str(error).startswith(str(path)), error  # noqa: PT017
        return
    spans = {"doc_id": ["a"], "start": [0], "end": [3], "text": ["Ana"], "label": ["PERSON"], "entity_id": ["e1"]}
    entities = pd.DataFrame(spans | {"name": ["Ana"], "title": None, "related_id": None, "evidence": [""]})
    nl.apply_corrections(entities, rules, {"a": "Ana"})


def _check_date(recipe: bytes, _: Path) -> None:
    try:
        _parse_date(_decode(recipe))
    except ValueError as error:
        assert "is not a date" in str(error)  # noqa: PT017


def _check_extractor(name: str, recipe: bytes, _: Path) -> None:
    docs = {"a": build_doc(read_recipe(recipe))}
    check_table(name, EXTRACTORS[name](docs), docs)


def _check_chart(draw: Callable, recipe: bytes, _: Path) -> None:
    docs = {"a": build_doc(read_recipe(recipe))}
    draw(docs).to_dict()


def _check_text(recipe: bytes, _: Path) -> None:
    docs = {"a": build_doc(read_recipe(recipe))}
    layers = {kind: EXTRACTORS[kind](docs) for kind in ("entities", "quantities", "quotes", "times")}
    markup = nl.show_text(docs["a"], layers, paragraphs=nl.extract_paragraphs(docs)).markup
    lxml.html.fromstring(markup)
    assert "<script" not in markup


def _check_tables(recipe: bytes, _: Path) -> None:
    docs = {"a": build_doc(read_recipe(recipe))}
    name = ("entities", "quantities", "quotes", "times")[len(docs["a"]) % 4]
    table = EXTRACTORS[name](docs)
    assert "<script" not in nl.show_table(table, kind=name).markup


def _compare(docs: Mapping[str, Doc]) -> None:
    quantities, quotes = nl.extract_quantities(docs), nl.extract_quotes(docs)
    nl.compare_quantities(quantities, docs, quotes=quotes)
    nl.find_within(quantities, quotes)
    nl.count_speakers(quotes), nl.count_cues(quotes), nl.count_source_kinds(quotes)


CHARTS: dict[str, Callable[[Mapping[str, Doc]], alt.TopLevelMixin]] = {
    "chart_bars": lambda docs: nl.chart_bars(
        nl.count_entities(nl.extract_entities(docs)), label="name", value="n_mentions", colour="label", title="Named"
    ),
    "chart_dispersion": lambda docs: nl.chart_dispersion(
        nl.extract_quotes(docs), row="cue", kind="quotes", n_characters=len(docs["a"].text), title="Cues"
    ),
    "chart_paragraphs": lambda docs: nl.chart_paragraphs(nl.extract_paragraphs(docs)),
    "chart_cooccurrence": lambda docs: nl.chart_cooccurrence(
        nl.count_cooccurrence(nl.extract_entities(docs), nl.extract_paragraphs(docs))
    ),
    "chart_places": lambda docs: nl.chart_places(nl.extract_places(docs), nl.read_country_outlines()),
    "chart_quantities": lambda docs: nl.chart_quantities(nl.extract_quantities(docs), title="Figures"),
    "chart_times": lambda docs: nl.chart_times(nl.extract_times(docs, published="2019-03-07")),
}

KINDS: dict[str, dict[str, Callable[[bytes, Path], None]]] = {
    "text": {
        "words": _check_words,
        "sentence_starts": _check_sentences,
        "show_finding": _check_shown,
        "published": _check_date,
        "corrections": _check_corrections,
    },
    "readers": {f"read_{suffix[1:]}": partial(_check_file, suffix) for suffix in (".txt", ".md", ".html")},
    "extractors": {name: partial(_check_extractor, name) for name in EXTRACTORS},
    "pages": {
        **{name: partial(_check_chart, draw) for name, draw in CHARTS.items()},
        "show_text": _check_text,
        "show_table": _check_tables,
        "compare": lambda recipe, _: _compare({"a": build_doc(read_recipe(recipe))}),
    },
}
"""What a recipe is tried on, by kind: each raises where a promise is broken."""


def plant_seeds(kind: str, *, n: int = 120) -> list[bytes]:
    """Give recipes for a fuzzer to start from: prose and markup for texts and files, any bytes for Docs."""
    random = Random(kind)  # noqa: S311 (the same ones each time)
    if kind in {"extractors", "pages"}:
        return [random.randbytes(random.randrange(20, 600)) for _ in range(n)]
    pieces = [word for word, _, _ in WORDS] + (_MARKUP if kind == "readers" else [])
    texts = [" ".join(random.choices(pieces, k=random.randrange(3, 80))) for _ in range(n)]
    return [bytes([i % 256]) + text.encode() for i, text in enumerate(texts)]


_MARKUP = """<html>  <head>  <title>  </title>  <meta charset="utf-16">  <body>  <p>  </p>  <div>  <article>  <h1>
</h1>  <!--  -->  <![CDATA[  ]]>  &amp;  &#0;  &#x110000;  <table><tr><td>  # ##  ---\n  ---  title:  date: 2019-03-07
[a](b)  ![a](b)  ```  ~~~  **b**  `c`  >  * 1.  |  |---|  [^1]  [^1]:  <script>  </script>  <style>  <svg>  <a href="x">
<br/>  \ufeff""".replace("\n", "  ").split("  ")
