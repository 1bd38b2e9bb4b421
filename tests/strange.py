"""Strange: documents nobody would write, built from raw bytes, and what must hold of every table made of them.

The fuzzer and the property tests share this: a byte string is a recipe, each byte one choice, and where the bytes
end every further choice is the first. So a recipe of any length gives a Doc, and a short one a simple Doc.
Several short documents go through a function at once: the cost of a table is then shared, and the fuzzer gets further.
"""

import functools
import html
import itertools
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random

import altair as alt
import lxml.html
import numpy as np
import pandas as pd
import pyarrow as pa
import spacy
from nbformat.v4 import new_output
from pyarrow import parquet
from spacy.tokens import Doc

import newslab as nl
from newslab import entities, places, quantities, quotes, structure, times
from newslab.articles import _parse_date, list_entries, read_entry, tabulate
from newslab.reports.exporter import _show_output
from newslab.sentences import find_sentence_starts
from newslab.tables import build_table
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
_BLANK = spacy.blank("en")
_TAGGED = {word: (tag, pos) for word, tag, pos in WORDS}
_LONGEST_TEXT = 600  # characters


def read_recipe(recipe: bytes) -> Pick:
    choices = iter(recipe)
    return lambda n: next(choices, 0) % n


def build_doc(pick: Pick, *, longest: int = 100) -> Doc:
    """Build a Doc of any words with any tags, entities and projective trees, as a pipeline might make one."""
    return _annotate(_pick_words(pick, longest), pick)


def _pick_words(pick: Pick, longest: int) -> Iterator[tuple[str, str, str, bool]]:
    for _ in range(pick(longest + 1)):
        which = pick(256)
        if which < len(WORDS):
            word, tag, pos = WORDS[which]
        else:
            # no surrogates
            word, tag, pos = chr(1 + pick(256) + 256 * pick(215)) + chr(33 + pick(94)) * pick(3), "NN", "NOUN"
        yield word, tag, pos, pick(4) > 0


def _split_text(text: str) -> Iterator[tuple[str, str, str, bool]]:
    for token in _BLANK.make_doc(text):
        shape = ("CD", "NUM") if token.like_num else ("NNP", "PROPN") if token.is_title else ("NN", "NOUN")
        yield token.text, *_TAGGED.get(token.text, shape), bool(token.whitespace_)


def _annotate(given: Iterator[tuple[str, str, str, bool]], pick: Pick) -> Doc:
    words: list[str] = []
    spaces, tags, pos, deps, ents, heads = [], [], [], [], [], []
    stack: list[int] = []  # heads of the subtrees of the current sentence that have none yet
    for i, (word, tag, kind, space) in enumerate(given):
        if pick(8) == 7:
            tag, kind = _TAGS[pick(len(_TAGS))], _POS[pick(len(_POS))]
        label = _LABELS[pick(len(_LABELS))]
        inside = bool(ents) and ents[-1] != "O"
        ents.append([*["O"] * 4, f"B-{label}", *[f"I-{ents[-1][2:]}" if inside else "O"] * 2][pick(7)])
        words.append(word)
        spaces.append(space)
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
    return Doc(
        _BLANK.vocab, words=words, spaces=spaces, tags=tags, pos=pos, deps=deps, heads=heads, ents=ents, lemmas=lemmas
    )


def _close(stack: list[int], heads: list[int], deps: list[str], pick: Pick) -> None:
    """End a sentence: what has no head yet hangs below its left neighbour, and the first is the root."""
    for left, right in itertools.pairwise(stack):
        heads[right] = left
    if stack:
        deps[stack[0]] = "ROOT" if pick(4) else "dep"
    stack.clear()


@functools.lru_cache(maxsize=4)
def build_docs(recipe: bytes) -> dict[str, Doc]:
    """Build the documents of a recipe: by its first byte short ones from bytes or text, or a single longer one."""
    kind, rest = recipe[:1], recipe[1:]
    if kind and kind[0] % 4 == 2:
        docs = [build_doc(read_recipe(rest))]
    elif kind and kind[0] % 2:
        texts = [text[:_LONGEST_TEXT] for text in rest.decode("utf-8", "ignore").split("\n\n\n")]
        # what the text is not told by its words, its checksum decides
        picks = [read_recipe(Random(zlib.crc32(text.encode())).randbytes(3000)) for text in texts]  # noqa: S311
        docs = [_annotate(_split_text(text), pick) for text, pick in zip(texts, picks, strict=True)]
    else:
        docs = [build_doc(read_recipe(rest[at : at + 160]), longest=30) for at in range(0, len(rest), 160)]
    return {f"a{number}": doc for number, doc in enumerate(docs) if len(doc)}


EXTRACTORS: dict[str, Callable[[Mapping[str, Doc]], pd.DataFrame]] = {
    "entities": nl.extract_entities,
    "places": nl.extract_places,
    "quantities": nl.extract_quantities,
    "quotes": nl.extract_quotes,
    "times": lambda docs: nl.extract_times(docs, published="2019-03-07"),
    "paragraphs": nl.extract_paragraphs,
    "roles": lambda docs: nl.extract_paragraphs(docs, topics=False),
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


_IN_ORDER = frozenset("entities places quantities quotes times paragraphs roles sentences terms concordance".split())
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
    for column in table.select_dtypes("number"):
        assert not np.isinf(table[column].astype("float64")).any(), f"{name}: {column} without end"
    if name in _IN_ORDER:
        order = {doc_id: number for number, doc_id in enumerate(docs)}
        places = list(zip(table["doc_id"].map(order), table["start"], strict=True))
        assert places == sorted(places), f"{name}: rows out of order"


def _decode(recipe: bytes) -> str:
    return recipe.decode("utf-8", "ignore") if recipe[:1] != b"\xff" else recipe[1:].decode("utf-16-le", "ignore")


def _check_words(recipe: bytes, _: Path) -> int:
    text = _decode(recipe)
    places = split_words(text).tolist()
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert len(places) == nl.count_words(text)
    assert all(nl.count_syllables(text[start:end]) >= 0 for start, end in places)
    return 1


def _check_sentences(recipe: bytes, _: Path) -> int:
    text = _decode(recipe)
    paragraphs = split_paragraphs(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in paragraphs)
    for start, end in paragraphs:
        assert all(0 <= at <= end - start for at, _ in find_sentence_starts(text[start:end]))
    return 1


def _check_shown(recipe: bytes, _: Path) -> int:
    text = _decode(recipe)
    for markup in (nl.show_finding("{said}", said=text).markup, str(nl.join_words([text, text]))):
        assert html.unescape(re.sub(r"</?p[^<>]*>", "", markup)).count(text) >= 1
        assert not set(re.findall(r"<[^<>]*>?", markup)) - {'<p class="nl nl-finding">', "</p>"}
    return 1


def _check_corrections(recipe: bytes, scratch: Path) -> int:
    path = scratch / "story.corrections.toml"
    path.write_bytes(recipe)
    try:
        rules = nl.read_corrections(path)
    except ValueError as error:
        assert str(error).startswith(str(path)), error  # noqa: PT017
        return 1
    spans = {"doc_id": ["a"], "start": [0], "end": [3], "text": ["Ana"], "label": ["PERSON"], "entity_id": ["e1"]}
    entities = pd.DataFrame(spans | {"name": ["Ana"], "title": None, "related_id": None, "evidence": [""]})
    nl.apply_corrections(entities, rules, {"a": "Ana"})
    return 1


def _check_date(recipe: bytes, _: Path) -> int:
    try:
        _parse_date(_decode(recipe))
    except ValueError as error:
        assert "is not a date" in str(error)  # noqa: PT017
    return 1


def _check_file(suffix: str, recipe: bytes, scratch: Path) -> int:
    path = scratch / f"story{suffix}"
    path.write_bytes(recipe)
    return _check_articles(path)


def _check_parquet(recipe: bytes, scratch: Path) -> int:
    path = scratch / "story.parquet"
    texts = _decode(recipe).split("\n\n\n")
    columns = {name: [text[:9] or None for text in texts] for name in ("title", "published", "source")}
    parquet.write_table(pa.table({"doc_id": list(map(str, range(len(texts)))), "text": texts} | columns), path)
    return _check_articles(path)


def _check_articles(path: Path) -> int:
    """Read a file as `read_articles` does, but on after an article that cannot be read; give how many there were."""
    try:
        entries = list(list_entries(path))
    except ValueError as error:
        assert str(error).startswith(str(path)), error  # noqa: PT017 (any other is a finding)
        return 1
    rows = []
    for entry in entries:
        try:
            rows.append(read_entry(entry))
        except ValueError as error:
            assert str(error).startswith(str(path)), error  # noqa: PT017
            assert "\n" not in str(error), error  # noqa: PT017
            str(error).encode()
    assert all(text.strip() and text.encode() for text in tabulate(rows, None)["text"])
    return max(1, len(entries))


def _check_extractor(name: str, recipe: bytes, _: Path) -> int:
    docs = build_docs(recipe)
    if name in _COSTLY:
        docs = dict(list(docs.items())[:1])
    check_table(name, EXTRACTORS[name](docs), docs)
    return len(docs)


_COSTLY = {"paragraphs"}
"""Takes twenty times what the others take, most of it matrices; of these one document a recipe is enough."""


# what may stand in a table: what the words of a document can be, and what a browser or Vega might take for its own
_SAID = [
    *(word for word, _, _ in WORDS),
    *"datum constructor __proto__ toString =1+1 -1 a.b[0] {{x}} {said} $x$ null NaN undefined true".split(),
    *["", " ", "<b>b</b>", "</script>", '"', "a\nb", "x" * 999, "data:,", "datum['x']", "\U0001f600"],
    *["2019-03-07", "P1D", "PRESENT_REF", "percent", "dollar", "body", "headline", "boilerplate", "named", "unnamed"],
    *["=", "~", "<", "<=", ">", ">=", "PERSON", "GPE", "ORG", "SY", "US"],
]
_NUMBERS = [
    0,
    1,
    2,
    3,
    40,
    1000,
    10**6,
    10**15,
    10**18,
    -1,
    -40,
    0.5,
    1e-9,
    1e300,
    float("inf"),
    float("-inf"),
    3.7e-300,
]
_NEVER_NULL = frozenset(
    "doc_id text start end name other label entity_id kind role type word source_kind cue_class source claim".split()
)


def build_cells(columns: Mapping[str, str], pick: Pick, *, longest: int = 14) -> pd.DataFrame:
    """Build a table of the given dtypes that no extractor would make: any word, number, time or null in its cells."""
    rows = [
        {name: _pick_cell(name, dtype.partition("[")[0], pick) for name, dtype in columns.items()}
        for _ in range(pick(longest))
    ]
    for row in rows:  # these hold of every table
        if {"start", "end"} <= row.keys():
            row["start"], row["end"] = sorted([abs(row["start"]), abs(row["end"]) + 1])
        if "latitude" in row and (row["latitude"] is None or row["longitude"] is None):
            row["latitude"] = row["longitude"] = None
    return build_table(rows, columns)


def _pick_cell(name: str, dtype: str, pick: Pick) -> object:
    if name not in _NEVER_NULL and dtype != "bool" and dtype != "int64" and pick(5) == 0:
        return None
    if dtype == "str":
        return _SAID[pick(len(_SAID))]
    if dtype == "bool":
        return bool(pick(2))
    if dtype in {"int64", "Int64"}:
        return pick(256) * [1, 1, 256, 10**6][pick(4)]
    if dtype == "datetime64":
        days = [0, 1, 30, 365, 40_000, 700_000, -700_000, 2_900_000]
        return np.datetime64(days[pick(len(days))], "D").astype("datetime64[s]")
    if name in {"latitude", "longitude"}:
        return (pick(256) - 128) * (90 if name == "latitude" else 180) / 128
    return float(_NUMBERS[pick(len(_NUMBERS))])


CHARTS: dict[str, tuple[Mapping[str, str], Callable[[pd.DataFrame, Pick], alt.TopLevelMixin]]] = {
    "chart_bars": (
        {"name": "str", "n_mentions": "int64", "label": "str", "start": "int64", "end": "int64"},
        lambda table, pick: nl.chart_bars(
            table,
            label="name",
            value="n_mentions",
            title=_SAID[pick(len(_SAID))],
            colour=[None, "label"][pick(2)],
            kind=[None, "entities"][pick(2)],
            shares=pick(4) == 3,
        ),
    ),
    "chart_dispersion": (
        quotes.COLUMNS,
        lambda table, pick: nl.chart_dispersion(
            table,
            row=["cue", "speaker", "text"][pick(3)],
            kind="quotes",
            n_characters=pick(256) * 10,
            title="Cues",
            colour=[None, "kind"][pick(2)],
        ),
    ),
    "chart_paragraphs": (structure.PARAGRAPH_COLUMNS, lambda table, _: nl.chart_paragraphs(table)),
    "chart_cooccurrence": (
        {"start": "int64", "end": "int64", "name": "str", "other": "str", "count": "int64"},
        lambda table, _: nl.chart_cooccurrence(table.assign(count=table["count"] + 1)),
    ),
    "chart_places": (places.COLUMNS, lambda table, _: nl.chart_places(table, nl.read_country_outlines())),
    "chart_quantities": (
        quantities.COLUMNS,
        lambda table, pick: nl.chart_quantities(table, title="Figures", colour=[None, "kind"][pick(2)]),
    ),
    "chart_times": (times.COLUMNS, lambda table, _: nl.chart_times(table)),
    "chart_timeline": (
        {"begin": "datetime64[s]", "end": "datetime64[s]", "n_documents": "int64", "source": "str"},
        lambda table, _: nl.chart_timeline(table.dropna(subset=["begin", "end"]), colour="source", title="When"),
    ),
    "chart_histogram": ({"value": "float64"}, lambda table, _: nl.chart_histogram(table["value"], title="x", unit="y")),
    "chart_keyness": (
        {"word": "str", "g2": "float64", "log_ratio": "float64", "count": "int64", "other_count": "int64"},
        lambda table, pick: nl.chart_keyness(
            table.dropna().replace([float("inf"), float("-inf")], 1.0), part=_SAID[pick(len(_SAID))], title="Words"
        ),
    ),
}
"""Every chart: the columns and dtypes of the table it takes, and how it is drawn."""


def _check_chart(name: str, recipe: bytes, _: Path) -> int:
    columns, draw = CHARTS[name]
    pick = read_recipe(recipe)
    table = build_cells(columns, pick)
    json.dumps(draw(table, pick).to_dict(), allow_nan=False)
    return int(not table.empty)


def _check_drawn(recipe: bytes, _: Path) -> int:
    """Draw one of the charts the whole way to what stands in a page."""
    pick = read_recipe(recipe)
    columns, draw = CHARTS[list(CHARTS)[pick(len(CHARTS))]]
    table = build_cells(columns, pick, longest=6)
    output = new_output("display_data", data=draw(table, pick)._repr_mimebundle_())
    _check_markup(str(_show_output(output, [])))
    return int(not table.empty)


def _check_table_of_cells(recipe: bytes, _: Path) -> int:
    pick = read_recipe(recipe)
    name = list(_SPANS)[pick(len(_SPANS))]
    table = build_cells(_SPANS[name], pick)
    _check_markup(nl.show_table(table, kind=name).markup)
    return int(not table.empty)


_SPANS = {
    "entities": entities.COLUMNS,
    "places": places.COLUMNS,
    "quantities": quantities.COLUMNS,
    "quotes": quotes.COLUMNS,
    "times": times.COLUMNS,
}


def _check_markup(markup: str) -> None:
    lxml.html.fromstring(markup)
    assert not re.search(r"<(script|b>b|x)|</script", markup)


def _check_text(recipe: bytes, _: Path) -> int:
    docs = dict(list(build_docs(recipe).items())[:1])
    for doc in docs.values():
        layers = {kind: EXTRACTORS[kind](docs) for kind in ("entities", "quantities", "quotes", "times")}
        _check_markup(nl.show_text(doc, layers, paragraphs=EXTRACTORS["roles"](docs)).markup)
    return len(docs)


def _check_summaries(recipe: bytes, _: Path) -> int:
    docs = build_docs(recipe)
    found = {
        name: EXTRACTORS[name](docs) for name in ("entities", "places", "quantities", "quotes", "sentences", "roles")
    }
    nl.compare_quantities(found["quantities"], docs, quotes=found["quotes"])
    nl.find_within(found["quantities"], found["quotes"])
    nl.count_speakers(found["quotes"]), nl.count_cues(found["quotes"]), nl.count_source_kinds(found["quotes"])
    nl.count_entities(found["entities"]), nl.count_conflicts(found["entities"]), nl.count_unplaced(found["places"])
    nl.count_cooccurrence(found["entities"], found["roles"]), nl.quote_sentences(found["quotes"], found["sentences"])
    return len(docs)


KINDS: dict[str, dict[str, Callable[[bytes, Path], int]]] = {
    "text": {
        "words": _check_words,
        "sentence_starts": _check_sentences,
        "show_finding": _check_shown,
        "published": _check_date,
        "corrections": _check_corrections,
    },
    "readers": {
        **{f"read_{suffix}": partial(_check_file, f".{suffix}") for suffix in "txt md html csv jsonl".split()},
        "read_parquet": _check_parquet,
    },
    "extractors": {name: partial(_check_extractor, name) for name in EXTRACTORS},
    "charts": {name: partial(_check_chart, name) for name in CHARTS},
    "pages": {
        "drawn": _check_drawn,
        "show_table": _check_table_of_cells,
        "show_text": _check_text,
        "summaries": _check_summaries,
    },
}
"""What a recipe is tried on, by kind: each raises where a promise is broken, and gives how many inputs that were."""


def plant_seeds(kind: str) -> list[bytes]:
    """Give recipes for a fuzzer to start from: the suite's own texts and payloads, prose and markup, and any bytes."""
    random = Random(kind)  # noqa: S311 (the same ones each time)
    anything = [random.randbytes(random.randrange(20, 9600 if kind == "extractors" else 1500)) for _ in range(60)]
    if kind == "charts":
        return anything
    said = [text for text in _read_cases() if len(text) < 250]
    random.shuffle(said)
    together = {"extractors": 48, "readers": 6}.get(kind, 1)
    cases = ["\n\n\n".join(some) for some in (said[at : at + together] for at in range(0, len(said), together))][:500]
    if kind in {"extractors", "pages"}:
        return [b"\0" + some for some in anything] + [b"\1" + case.encode("utf-8", "ignore") for case in cases]
    pieces = [word for word, _, _ in WORDS] + (_MARKUP if kind == "readers" else [])
    texts = [" ".join(random.choices(pieces, k=random.randrange(3, 80))) for _ in range(120)]
    if kind == "readers":
        rows = [{"doc_id": str(n), "text": text, "published": "2019-03-07"} for n, text in enumerate(said[:80])]
        texts += [f"<html><body><article><p>{case}</p></article></body></html>" for case in cases[:60]]
        texts += ["\n".join(map(json.dumps, rows[n : n + 4])) for n in range(0, 80, 4)]
        texts += [pd.DataFrame(rows[n : n + 4]).to_csv(index=False) for n in range(0, 80, 4)]
    return [text.encode("utf-8", "ignore") for text in texts + cases]


def _read_cases() -> Iterator[str]:
    for path in sorted((Path(__file__).parent / "data").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from (case[key] for case in [json.loads(line)] for key in ("text", "payload") if key in case)


def list_tokens() -> list[bytes]:
    """List the words and marks that a fuzzer puts in, which it would hardly find by itself."""
    said = [word for word, _, _ in WORDS] + _MARKUP + ["\n\n", "\n\n\n", '{"doc_id": "a", "text": "', "doc_id,text\n"]
    return [word.encode() for word in dict.fromkeys(said) if word]


_MARKUP = """<html>  <head>  <title>  </title>  <meta charset="utf-16">  <body>  <p>  </p>  <div>  <article>  <h1>
</h1>  <!--  -->  <![CDATA[  ]]>  &amp;  &#0;  &#x110000;  <table><tr><td>  # ##  ---\n  ---  title:  date: 2019-03-07
[a](b)  ![a](b)  ```  ~~~  **b**  `c`  >  * 1.  |  |---|  [^1]  [^1]:  <script>  </script>  <style>  <svg>  <a href="x">
<br/>  \ufeff""".replace("\n", "  ").split("  ")
