"""Properties: what holds of every table of every text, whoever wrote it."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab
from strange import CHARTS, EXTRACTORS, KINDS, build_doc, check_table, read_recipe

import newslab as nl

FOUND = [
    line.split("\t") for line in (Path(__file__).parent / "data" / "found.tsv").read_text(encoding="utf-8").splitlines()
]

RECIPES = st.binary(max_size=600)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

# sentences of a kind each, so that two texts of them are neighbours that might run into each other
SENTENCES = [
    "About 300 passengers waited in Callao.",
    "“We will not sail,” Ana Ruiz said on Monday.",
    "At least 40 boats were lost, said the port's director.",
    "Prices rose by 12 percent to $3.5 million.",
    "“Nobody has counted yet,” she said.",
    "According to the navy, the storm will reach Chile by Thursday.",
    "Between 10 and 12 ferries left.",
    "“It ended.",
    "Hundreds came back.",
]


@pytest.mark.parametrize("name", EXTRACTORS)
@quick
@given(recipe=RECIPES)
def test_offsets_order_and_dtypes_are_as_documented(name, recipe):
    docs = {"b": build_doc(read_recipe(recipe)), "a": build_doc(read_recipe(recipe[::-1]))}
    check_table(name, EXTRACTORS[name](docs), docs)


@pytest.mark.parametrize("name", EXTRACTORS)
@quick
@given(recipe=RECIPES)
def test_the_same_input_gives_the_same_table(name, recipe):
    first, second = (EXTRACTORS[name]({"a": build_doc(read_recipe(recipe))}) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("name", CHARTS)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipe=RECIPES)
def test_every_table_can_be_drawn(name, recipe):
    KINDS["charts"][name](recipe, Path())


@quick
@given(text=TEXTS)
@example(text="Ana\u2028\x85\x1c\n\n \x0b3 \ufeff½ Ⅷ ①")
def test_words_paragraphs_and_sentences_lie_inside_any_text(tmp_path_factory, text):
    for name in ("words", "sentence_starts", "show_finding"):
        KINDS["text"][name](text.encode(), Path())


@pytest.mark.parametrize(("kind", "name", "recipe"), FOUND)
def test_what_was_found_once_stays_mended(tmp_path, kind, name, recipe):
    KINDS[kind][name](bytes.fromhex(recipe), tmp_path)


def read(text: str) -> dict[str, pd.DataFrame]:
    docs = nl.parse_articles(pd.DataFrame({"doc_id": ["a"], "text": [text]}))
    return {"quantities": nl.extract_quantities(docs), "quotes": nl.extract_quotes(docs)}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3),
    second=st.lists(st.sampled_from(SENTENCES[:-2]), min_size=1, max_size=3),
)
def test_two_texts_joined_by_a_blank_line_keep_each_ones_figures_and_quotes(first, second):
    before, after = " ".join(first), " ".join(second)
    # speech that is not closed goes on in a paragraph that opens with a mark
    assume(before.count("“") == before.count("”") or not after.startswith("“"))
    joined = f"{before}\n\n{after}"
    both = read(joined)
    for shift, alone in ((0, read(before)), (len(before) + 2, read(after))):
        for kind, columns in {"quantities": ["text", "value", "unit", "bound"], "quotes": ["text", "kind"]}.items():
            here = both[kind][both[kind]["start"].between(shift, shift + len(before if not shift else after) - 1)]
            expected = alone[kind].assign(start=alone[kind]["start"] + shift, end=alone[kind]["end"] + shift)
            shown = ["start", "end", *columns]
            pd.testing.assert_frame_equal(here[shown].reset_index(drop=True), expected[shown])


@pytest.mark.parametrize("name", EXTRACTORS)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["Rain."], "docs is a list"),
        ("Rain.", "docs is a str"),
        (Doc(Vocab(), words=["Rain"]), "docs is a Doc"),
        (None, "docs is a NoneType"),
        ({"a17": "Rain."}, "document 'a17' is a str, not a Doc"),
        (pd.DataFrame({"doc_id": ["a"], "text": ["Rain."]}), "docs is a DataFrame"),
    ],
)
def test_something_else_than_documents_by_id_is_told_in_clear_words(name, given, said):
    with pytest.raises(TypeError, match=said):
        EXTRACTORS[name](given)
