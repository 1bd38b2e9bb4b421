"""Charts show what their table says, with title, units, a text alternative and links to the sentence."""

import re

import pandas as pd
import pytest
import vl_convert

from newslab import charts


@pytest.fixture
def spans():
    return pd.DataFrame(
        {
            "doc_id": "a",
            "start": [0, 50, 90],
            "end": [5, 55, 96],
            "text": ["Tokyo", "Tokyo", "Osaka <b>"],
            "name": ["Tokyo", "Tokyo", "Osaka"],
            "label": "GPE",
        }
    )


def rows_of(chart):
    """Rows that the only data set of a chart holds."""
    (rows,) = chart.to_dict()["datasets"].values()
    return rows


def test_bars_keep_the_order_of_the_table_and_say_it_in_words():
    table = pd.DataFrame({"term": ["ceasefire", "town"], "n": [4, 9]})
    spec = charts.chart_bars(table, label="term", value="n", title="Terms", unit="occurrences").to_dict()
    assert spec["encoding"]["y"]["sort"] == ["ceasefire", "town"]
    assert spec["encoding"]["x"]["title"] == "occurrences"
    assert spec["encoding"]["tooltip"][1] == {"field": "n", "type": "quantitative", "title": "occurrences"}
    assert spec["description"] == "Terms: ceasefire 4; town 9"


def test_bars_lead_to_the_span_of_their_row():
    terms = pd.DataFrame({"term": ["a", "b"], "n": [2, 1], "start": [4, 0], "end": [5, 1]})
    chart = charts.chart_bars(terms, label="term", value="n", title="Terms", kind="keyterms")
    assert [row["href"] for row in rows_of(chart)] == ["text.html#keyterms-4-5", "text.html#keyterms-0-1"]
    assert "text.html#keyterms-4-5" in vl_convert.vegalite_to_svg(chart.to_dict())


def test_bars_stop_at_the_top_rows():
    table = pd.DataFrame({"term": list("abcdef"), "n": range(6)})
    chart = charts.chart_bars(table, label="term", value="n", title="Terms", top=2)
    assert [row["term"] for row in rows_of(chart)] == ["a", "b"]


def test_dispersion_places_each_span_and_leads_to_it(spans):
    chart = charts.chart_dispersion(spans, row="name", kind="entities", n_characters=100, title="Where")
    assert [(row["line"], row["first"], row["href"]) for row in rows_of(chart)] == [
        ("Tokyo", 0, "text.html#entities-0-5"),
        ("Tokyo", 50, "text.html#entities-50-55"),
        ("Osaka", 90, "text.html#entities-90-96"),
    ]


def test_paragraph_strip_tells_what_does_not_belong():
    paragraphs = pd.DataFrame(
        {
            "start": [0, 20],
            "end": [18, 60],
            "text": ["A headline", "Another story altogether."],
            "role": ["headline", "body"],
            "off_topic": [False, True],
            "topic_score": [float("nan"), 0.1],
        }
    )
    assert [row["what"] for row in rows_of(charts.chart_paragraphs(paragraphs))] == ["headline", "off topic"]


def test_map_counts_mentions_and_says_how_many_are_not_on_it():
    places = pd.DataFrame(
        {
            "start": [0, 20, 40],
            "end": [5, 25, 45],
            "text": ["Tokyo", "Tokyo", "Xanadu"],
            "name": ["Tokyo", "Tokyo", "Xanadu"],
            "latitude": [35.7, 35.7, None],
            "longitude": [139.7, 139.7, None],
            "country": ["JP", "JP", None],
            "kind": ["city", "city", None],
        }
    )
    spec = charts.chart_places(places, {"type": "Topology", "objects": {}, "arcs": []}).to_dict()
    assert [
        (row["name"], row["mentions"])
        for row in next(rows for rows in spec["datasets"].values() if isinstance(rows, list))
    ] == [("Tokyo", 2)]
    assert "not placed: 1" in spec["title"]["subtitle"]


def quantities(*rows):
    columns = ["start", "end", "text", "value", "value_high", "bound", "unit", "counted", "vague"]
    return pd.DataFrame([dict(zip(columns, row, strict=True)) | {"counted_start": row[1] + 1} for row in rows])


def test_colours_of_figures_are_drawn_as_asked():
    table = quantities((0, 2, "40", 40.0, None, "=", None, "men", False)).assign(source="Ana")
    spec = charts.chart_quantities(table, title="Counts", colour="source").to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    assert f'stroke="{charts.PALETTE[0]}"' in svg
    assert ">Ana</text>" in svg


def test_no_two_speakers_share_a_colour_unsaid():
    table = quantities(*((n, n + 1, str(n), float(n), None, "=", None, "men", False) for n in range(1, 20)))
    rows = rows_of(charts.chart_quantities(table.assign(who=list("aabbccddeefghijklmn")), title="Counts", colour="who"))
    assert {row["who"] for row in rows} == {"a", "b", "c", "d", "e", "others"}


def test_a_matrix_is_darker_the_more_passages_are_shared():
    pairs = pd.DataFrame({"name": ["Iraq", "Iraq", "Oman"], "other": ["Oman", "Peru", "Peru"], "count": [3, 2, 1]})
    svg = vl_convert.vegalite_to_svg(charts.chart_cooccurrence(pairs.assign(start=0, end=9)).to_dict())
    drawn = dict(re.findall(r'aria-label="(\w+ and \w+)"[^>]+ opacity="([.\d]+)"', svg))
    shades = [float(drawn[f"{pair.name} and {pair.other}"]) for pair in pairs.itertuples(index=False)]
    assert shades == sorted(set(shades), reverse=True)


def test_quantities_show_their_hedge_and_stay_unaveraged():
    table = quantities(
        (6, 8, "40", 40.0, None, "~", None, "men", False),
        (20, 35, "between 5 and 9", 5.0, 9.0, "=", None, "towns", False),
        (50, 60, "hundreds", 100.0, 999.0, "=", None, "people", True),
    )
    rows = rows_of(charts.chart_quantities(table, title="Counts"))
    assert [(r["line"], r["claim"], r["value"], r["high"]) for r in rows] == [
        ("hundreds of people", "vague", 100, 999),
        ("about 40 men", "about", 40, 40),
        ("between 5 and 9 towns", "as stated", 5, 9),
    ]


@pytest.mark.parametrize(("largest", "scale"), [(50.0, None), (50_000.0, "log")])
def test_quantities_far_apart_get_a_logarithmic_axis(largest, scale):
    table = quantities(
        (0, 2, "5", 5.0, None, "=", None, "men", False), (9, 12, "many", largest, None, "=", None, "men", False)
    )
    spec = charts.chart_quantities(table, title="Counts").to_dict()
    axis = spec["vconcat"][0]["layer"][0]["encoding"]["x"]
    assert axis["scale"].get("type") == scale
    assert ("logarithmic" in axis["title"]) == (scale == "log")


def test_each_unit_gets_an_axis_of_its_own_and_counts_come_first():
    table = quantities(
        (0, 2, "5%", 5.0, None, "=", "percent", "prices", False),
        (9, 12, "7%", 7.0, None, "=", "percent", "wages", False),
        (20, 21, "3", 3.0, None, "=", None, "men", False),
    )
    axes = charts.chart_quantities(table, title="Figures").to_dict()["vconcat"]
    assert [axis["layer"][0]["encoding"]["x"]["title"] for axis in axes] == ["number counted", "percent"]


def test_an_axis_of_any_length_has_few_ticks():
    table = quantities(
        (0, 1, "1", 1.0, None, "=", None, "men", False),
        (9, 12, "lots", 1e300, None, "=", None, "men", False),
    )
    (axis,) = charts.chart_quantities(table, title="Figures").to_dict()["vconcat"]
    assert len(axis["layer"][0]["encoding"]["x"]["axis"]["values"]) < 20


def test_times_leave_out_what_is_not_pinned():
    times = pd.DataFrame(
        {
            "start": [0, 10],
            "end": [4, 19],
            "text": ["2019", "Wednesday"],
            "type": "DATE",
            "value": ["2019", None],
            "earliest": [pd.Timestamp("2019-01-01"), pd.NaT],
            "latest": [pd.Timestamp("2019-12-31"), pd.NaT],
            "anchored": [False, True],
        }
    )
    assert [row["line"] for row in rows_of(charts.chart_times(times))] == ["2019 · 2019"]


def test_sixty_names_of_a_matrix_have_room_for_their_letters():
    names = [f"name {i:02}" for i in range(60)]
    pairs = pd.DataFrame({"start": 0, "end": 9, "name": names[:-1], "other": names[1:], "count": 1})
    spec = charts.chart_cooccurrence(pairs).to_dict()
    assert spec["height"] / 60 > spec["encoding"]["y"]["axis"]["labelFontSize"]


def test_cooccurrence_matrix_is_symmetric():
    pairs = pd.DataFrame({"start": [0], "end": [9], "name": ["Iraq"], "other": ["Syria"], "count": [2]})
    rows = rows_of(charts.chart_cooccurrence(pairs))
    assert {(row["name"], row["other"]) for row in rows} == {("Iraq", "Syria"), ("Syria", "Iraq")}
    assert {row["href"] for row in rows} == {"text.html#paragraphs-0-9"}


@pytest.mark.parametrize(
    "chart",
    [
        charts.chart_bars(pd.DataFrame({"term": [], "n": []}), label="term", value="n", title="Terms"),
        charts.chart_cooccurrence(pd.DataFrame({"start": [], "end": [], "name": [], "other": [], "count": []})),
        charts.chart_quantities(quantities((0, 2, "5", None, None, "=", None, None, False)), title="Figures"),
        charts.chart_times(
            pd.DataFrame(columns=["start", "end", "text", "type", "value", "earliest", "latest", "anchored"])
        ),
    ],
)
def test_nothing_to_show_is_still_a_picture(chart):
    assert "<svg" in vl_convert.vegalite_to_svg(chart.to_dict())


def test_missing_column_is_named():
    with pytest.raises(ValueError, match="paragraphs has no column"):
        charts.chart_paragraphs(pd.DataFrame({"start": [0]}))
