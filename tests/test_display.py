"""What is shown: escaped, linked both ways, and legible where spans overlap."""

import base64
import html
import io
import json
import re
import time
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from newslab import display
from newslab.display import (
    FINDING_MIME,
    describe_chart,
    join_words,
    link_spans,
    link_to_text,
    show_finding,
    show_method,
    show_table,
    show_text,
    style_sheet,
    style_tag,
    use_charts,
)
from newslab.tables import SPAN_COLUMNS, build_table

PAYLOAD = """</td><script>alert(1)</script><img src=x onerror="alert(2)">'"""


def make_spans(*spans: tuple[int, int], text: str) -> pd.DataFrame:
    rows = [{"doc_id": "a", "start": s, "end": e, "text": text[s:e]} for s, e in spans]
    return build_table(rows, SPAN_COLUMNS)


def read_csv_of(markup: str) -> pd.DataFrame:
    data = re.search(r"base64,([^\"]+)", markup)
    assert data is not None
    return pd.read_csv(io.BytesIO(base64.b64decode(data.group(1))))


def words_of(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup)


def read_body(markup: str) -> str:
    """Words of a text as it is shown, without its links back."""
    body = markup.partition('<div class="nl-body">')[2]
    return html.unescape(words_of(re.sub(r'<a class="nl-(also|place|note)".*?</a>', "", body)))


def test_rows_link_to_the_text_and_can_be_linked_to():
    shown = show_table(make_spans((0, 5), text="Tokyo stocks"), kind="entities")
    assert (
        '<tr id="entities-0-5"><td class="nl-short"><a href="text.html#entities-0-5">Tokyo</a></td></tr>'
        in shown.markup
    )


def test_a_row_that_begins_with_nothing_can_still_be_clicked():
    shown = show_table(make_spans((0, 5), text="Tokyo").assign(left=""), kind="terms", columns=["left", "text"])
    assert re.findall(r"<a href=[^>]+>(.*?)</a>", shown.markup)[0] == "Tokyo"


def test_one_place_is_named_once_however_many_rows_stand_there():
    shown = show_table(make_spans((0, 5), (0, 5), text="Tokyo stocks"), kind="entities")
    assert shown.markup.count('id="entities-0-5"') == 1
    assert shown.markup.count("#entities-0-5") == 2


def test_document_text_is_never_markup():
    table = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [3], "text": [PAYLOAD], PAYLOAD: [PAYLOAD]})
    articles = pd.DataFrame({"doc_id": [PAYLOAD], "text": [PAYLOAD], "title": [PAYLOAD], "file": [PAYLOAD]})
    shown = [
        show_table(table, kind="quotes", caption=PAYLOAD),
        show_text(PAYLOAD, {"quotes": table}),
        show_finding("{a} and {b}", a=PAYLOAD, b=link_spans(table, "quotes"), facts={PAYLOAD: PAYLOAD}),
        show_method(articles, notes={PAYLOAD: PAYLOAD}),
    ]
    for one in shown:
        assert "<script" not in one.markup
        assert "<img" not in one.markup
        assert "alert" in one.markup


def test_csv_holds_the_whole_table():
    table = pd.DataFrame({"start": [0, 4], "end": [3, 9], "text": ['He said "no", twice', "Łódź"], "n": [1.5, None]})
    shown = show_table(table, kind="quotes", columns=["text"], top=1)
    pd.testing.assert_frame_equal(read_csv_of(shown.markup), table, check_dtype=False)


def test_numbers_are_rounded_and_their_points_stand_below_each_other():
    shown = show_table(pd.DataFrame({"value": [15000, 0.5, 45.7312, None]}), columns=["value"])
    cells = re.findall(r'<td class="nl-number">(.*?)</td>', shown.markup)
    assert [words_of(cell).rstrip("\u2007\u2008") for cell in cells] == ["15,000", "0.5", "45.73", "–"]
    assert len({len(cell.partition(".")[2]) for cell in cells[1:3]}) == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([True, False, None], dtype="boolean"), ["yes", "no", "–"]),
        (pd.Series(pd.to_datetime(["2019-03-07", None])), ["2019-03-07", "–"]),
        (pd.Series([292223, None], dtype="Int64", name="geoname_id"), ["292223", "–"]),
    ],
)
def test_cells_are_shown_as_people_write_them(values, expected):
    shown = show_table(values.to_frame(values.name or "value"))
    assert [words_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", shown.markup)] == expected


def test_long_tables_hold_back_rows_behind_a_switch():
    shown = show_table(pd.DataFrame({"n": range(30)}), top=12)
    assert shown.markup.count('<tr class="nl-rest">') == 18
    assert "Show all 30 rows" in shown.markup
    assert "Show all" not in show_table(pd.DataFrame({"n": range(12)}), top=12).markup


def test_an_empty_table_says_so_under_its_headings():
    shown = show_table(build_table([], SPAN_COLUMNS), kind="quotes")
    assert "As written" in shown.markup
    assert "None found." in shown.markup


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="quotes has no column speaker; it has n"):
        show_table(pd.DataFrame({"n": [1]}), columns=["speaker"], caption="quotes")


def test_the_text_keeps_its_words_and_every_span_has_a_place_and_a_way_back():
    text = "Ana Ruiz saw 40 trucks.\n\nThey left."
    layers = {
        "quotes": make_spans((0, 22), text=text),
        "entities": make_spans((0, 8), (13, 15), text=text),
        "quantities": make_spans((13, 15), text=text),
        "keyterms": make_spans((16, 22), text=text),
    }
    markup = show_text(text, layers).markup
    body = markup[markup.index('<div class="nl-body">') :]
    assert read_body(markup) == text.replace("\n\n", "")
    for kind, table in layers.items():
        for start, end in zip(table["start"], table["end"], strict=True):
            place = f"{kind}-{start}-{end}"
            assert body.count(f'id="{place}"') == 1
            # one way back where it has been linked to, and for a layer one on its mark
            assert body.count(f'href="{display.PAGES[kind]}.html#{place}"') >= 1 + (kind in display.LAYERS)


def test_a_quote_over_two_paragraphs_is_marked_in_both_and_named_once():
    text = "He said it\n\nand left."
    markup = show_text(text, {"quotes": make_spans((3, 15), text=text)}).markup
    assert markup.count('id="quotes-3-15"') == 1
    assert markup.count('nl-quotes" href="quotes.html#quotes-3-15"') == 2


def test_sentences_are_places_to_link_to():
    doc = Doc(Vocab(), words=["It", "rained", ".", "We", "left", "."], sent_starts=[True, False, False] * 2)
    markup = show_text(doc, {}).markup
    assert re.findall(r'id="sentences-[\d-]+"', markup) == ['id="sentences-0-11"', 'id="sentences-12-21"']
    assert markup.count("<span") == markup.count("</span>")


def test_flagged_passages_say_why_and_are_a_layer_with_what_is_damaged():
    text = "News.\nRead more"
    paragraphs = make_spans((0, 5), (6, 15), text=text).assign(role=["body", "boilerplate"], off_topic=False)
    markup = show_text(text, {"anomalies": make_spans((0, 4), text=text)}, paragraphs=paragraphs).markup
    assert re.findall(r'class="nl-switch-(\w+)">.*?</span> (\d+)', markup) == [("anomalies", "2")]
    assert markup.count('<a class="nl-mark nl-anomalies" href="profile.html#anomalies-0-4">News</a>') == 1
    assert markup.count("Flagged: looks like boilerplate") == 1
    assert 'href="profile.html#paragraphs-6-15"' in markup


@pytest.mark.parametrize("text", ["", " \n ", "\n\n", "?!", '"' * 10_000, "🎈 مرحبا"])
def test_odd_texts_are_shown(text):
    layers = {"quotes": make_spans((0, len(text)), text=text)}
    body = read_body(show_text(text, layers).markup)
    assert body == "".join(line.strip() for line in text.splitlines())


def test_thousands_of_spans_in_each_other_take_no_longer_than_beside_each_other():
    n = 4000
    text = "a" * (2 * n)

    def measure(*spans: tuple[int, int]) -> float:
        table = make_spans(*spans, text="")
        since = time.perf_counter()
        markup = show_text(text, {"quotes": table}).markup
        assert read_body(markup) == text
        return time.perf_counter() - since

    assert measure(*((i, 2 * n - i) for i in range(n))) < 5 * measure(*((2 * i, 2 * i + 1) for i in range(n)))


def test_a_finding_hands_its_facts_to_the_index():
    shown = show_finding("<b>{n:,}</b> words", n=1234, facts={"Words": f"{1234:,}", "Who": "A & B"})
    assert shown.markup == '<p class="nl nl-finding"><b>1,234</b> words</p>'
    assert shown.data[FINDING_MIME] == {
        "sentence": "1,234 words",
        "facts": {"Words": "1,234", "Who": "A & B"},
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_are_joined_as_prose(words, expected):
    assert join_words(words) == expected


def test_chart_points_can_link_to_their_sentence():
    links = link_to_text(make_spans((0, 5), text="Tokyo"), "entities")
    assert links.tolist() == ["text.html#entities-0-5"]
    assert link_to_text(build_table([], SPAN_COLUMNS), "entities").tolist() == []


def test_the_method_tells_the_input_but_not_where_it_lay():
    articles = pd.DataFrame({"doc_id": ["a"], "text": ["abc"], "file": ["/home/somebody/story.txt"]})
    markup = show_method(articles, pipeline={"model": "en_core_web_md 3.8.0"}).markup
    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in markup  # FIPS 180-2, appendix B.1
    assert "story.txt" in markup
    assert "somebody" not in markup
    assert "en_core_web_md 3.8.0" in markup


@pytest.mark.parametrize(
    ("rules", "said"),
    [(None, []), ([], ["none"]), ([{}], ["1 rule, with what each matched on the pages entities and quotes"])],
)
def test_the_method_says_what_was_corrected(rules, said):
    markup = show_method(pd.DataFrame({"doc_id": ["a"], "text": ["abc"]}), corrections=rules).markup
    assert re.findall(r"<dt>Corrections</dt><dd>(.*?)</dd>", markup) == said


@pytest.mark.parametrize(
    ("language", "model", "said"),
    [
        ("en", "en_core_web_sm 3.8.0", ["it was read with en_core_web_sm 3.8.0, and accuracy measured with {model}"]),
        ("de", "{model}", ["it reads as 'de', not English"]),
        ("en", "{model}", []),
    ],
)
def test_a_document_unlike_those_that_accuracy_was_measured_on_says_so(language, model, said):
    measured = json.loads((Path(display.__file__).parent / "accuracy.json").read_text())["model"]
    articles = pd.DataFrame({"doc_id": ["a"], "text": ["abc"], "language": [language]})
    markup = html.unescape(show_method(articles, pipeline={"model": model.format(model=measured)}).markup)
    found = re.findall(r"<dt>Not as accurate as stated</dt><dd>(.*?)</dd>", markup)
    assert found == [line.format(model=measured) for line in said]
    assert ("nl-differs" in markup) == bool(said)


def test_charts_carry_a_type_that_jupyterlab_draws_and_a_description():
    use_charts()
    chart = alt.Chart(pd.DataFrame({"n": [1]}), title="Words").mark_bar().encode(x="n:Q")
    bundle = chart._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(bundle) == {"application/vnd.vegalite.v5+json", "text/plain"}
    assert bundle["text/plain"] == "Words"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, "Chart"),
        ({"title": "Words"}, "Words"),
        ({"title": {"text": "Words", "subtitle": ["per", "page"]}}, "Words. per. page"),
        ({"title": "Words", "description": "Rising."}, "Rising."),
    ],
)
def test_charts_are_described(spec, expected):
    assert describe_chart(spec) == expected


def test_a_notebook_gets_the_style_with_what_it_shows():
    bundle = show_table(pd.DataFrame({"n": [1]}))._repr_mimebundle_()
    assert str(bundle["text/html"]).startswith(style_tag())
    assert "prefers-color-scheme" in style_sheet()


def test_a_table_says_how_accurate_its_rows_are():
    (score, *_) = json.loads((Path(display.__file__).parent / "accuracy.json").read_text())["kinds"]["times"]
    shown = show_table(make_spans((0, 5), text="Today"), kind="times")
    assert f"F1 {score['f1']:.0f} % ({score['benchmark']}, n = {score['n']:,})" in shown.markup
    assert json.loads((Path(display.__file__).parent / "accuracy.json").read_text())["model"] in shown.markup
    assert "How accurate" not in show_table(pd.DataFrame({"n": [1]})).markup
