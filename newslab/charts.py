"""Charts: from a table to an Altair chart, all in one theme.

A chart sees tables only. Where its rows are spans, a click on a mark leads to their sentence in the text.
"""

import math

import altair as alt
import numpy as np
import pandas as pd

from newslab.display import COLOURS, FONT, PALETTE, link_to_text, say_count, use_charts
from newslab.places.outlines import Frame, cut_outlines
from newslab.summaries import BOUND_WORDS, name_figures
from newslab.tables import check_columns

WIDTH = 640
"""Width of a plot in pixels, without its axis; pages scale charts down to narrower screens."""

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart

_LONGEST_LABEL = 60  # characters of a label on an axis; the tooltip has them all


use_charts()  # like the theme: whoever draws with newslab draws without a network


@alt.theme.register("newslab", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    ink, muted, line = COLOURS["ink"][0], COLOURS["muted"][0], COLOURS["line"][0]
    return {
        "width": WIDTH,
        "config": {
            "font": FONT,
            "background": COLOURS["paper"][0],
            "view": {"stroke": None},
            "axis": {
                "labelColor": ink,
                "titleColor": muted,
                "domainColor": line,
                "tickColor": line,
                "gridColor": line,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": 400,
                "labelLimit": 260,
            },
            "axisY": {"grid": False, "ticks": False, "labelPadding": 6},
            "legend": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": 400,
                "labelLimit": 400,
                "orient": "top",
            },
            "title": {
                "anchor": "start",
                "frame": "group",
                "fontSize": 15,
                "fontWeight": 600,
                "color": ink,
                "subtitleFontSize": 12,
                "subtitleColor": muted,
                "subtitlePadding": 4,
                "offset": 12,
            },
            "range": {"category": PALETTE},
            "bar": {"color": PALETTE[0]},
            "tick": {"color": PALETTE[0]},
            "point": {"color": PALETTE[0], "filled": True, "size": 60},
        },
    }


def _shorten(labels: pd.Series) -> pd.Series:
    """Shorten labels to what an axis can show, one line each."""
    flat = labels.astype("str").fillna("–").str.replace(r"\s+", " ", regex=True)
    return flat.where(flat.str.len() <= _LONGEST_LABEL, flat.str.slice(0, _LONGEST_LABEL - 1).str.rstrip() + "…")


def _chart_nothing(title: str, subtitle: str) -> alt.Chart:
    """Draw a line that says so where there is nothing to draw: an axis without a value is no picture."""
    return (
        alt.Chart(alt.InlineData([{}]), description=f"{title}: none found")
        .mark_text(align="left", color=COLOURS["muted"][0], fontSize=12, text="none found")
        .encode(x=alt.value(0), y=alt.value(12))
        .properties(title=alt.TitleParams(title, subtitle=subtitle), height=24)
    )


def _name_some(labels: pd.Series, values: pd.Series, *, top: int = 5) -> str:
    """Say in words what the longest bars are, for who cannot see them."""
    named = [f"{label} {value:,.4g}" for label, value in zip(labels.head(top), values.head(top), strict=True)]
    return "; ".join(named)


def _zoom() -> alt.Parameter:
    """Let a reader look closer along the position or the time; by the wheel alone the page itself should move."""
    return alt.selection_interval(name="zoom", encodings=["x"], bind="scales", zoom="wheel![event.shiftKey]")


def chart_bars(
    table: pd.DataFrame,
    *,
    label: str,
    value: str,
    title: str,
    subtitle: str = "",
    unit: str | None = None,
    colour: str | None = None,
    kind: str | None = None,
    shares: bool = False,
    top: int = 20,
) -> AnyChart:
    """Draw one bar a row, in the order of the table.

    Parameters
    ----------
    table
        Any table, the rows in the order to draw them.
    label, value
        Columns for the names of the bars and their lengths; rows that share a label are stacked.
    title, subtitle
        What the chart shows, and on what basis.
    unit
        Title of the value axis, with its unit; None takes the column's name.
    colour
        Column that colours the bars; its legend can be clicked.
    kind
        What the rows are, if each is a span, such as the first mention: a click on a bar then leads to its sentence.
    shares
        Whether all bars are drawn of one length, to compare how they are divided by colour.
    top
        How many bars to draw.

    Returns
    -------
    Chart
        A horizontal bar chart.

    Examples
    --------
    >>> terms = pd.DataFrame({"term": ["ceasefire"], "count": [4]})
    >>> chart_bars(terms, label="term", value="count", title="Most frequent").to_dict()["mark"]["type"]
    'bar'
    """
    columns = [label, value, *([colour] if colour else [])]
    check_columns(table, [*columns, *(["start", "end"] if kind else [])], name=title)
    if table.empty:
        return _chart_nothing(title, subtitle)
    drawn = table[table[label].isin(table[label].drop_duplicates().head(top))]
    links = {"href": link_to_text(drawn, kind)} if kind else {}
    shown = drawn[columns].assign(**{label: _shorten(drawn[label])}, **links)
    totals = shown.groupby(label, sort=False)[value].sum()
    # no half of a mention on the axis
    few = not shares and pd.api.types.is_integer_dtype(totals) and totals.max() <= 10
    marks = (
        {"format": "d", "values": list(range(int(totals.max()) + 1))} if few else {"format": "~%" if shares else "~s"}
    )
    chart = (
        alt.Chart(shown, description=f"{title}: {_name_some(totals.index.to_series(), totals)}")
        .mark_bar()
        .encode(
            x=alt.X(f"{value}:Q", title=unit or value, axis=alt.Axis(**marks), stack="normalize" if shares else "zero"),
            y=alt.Y(f"{label}:N", title=None, sort=list(dict.fromkeys(shown[label]))),
            tooltip=[
                f"{label}:N",
                alt.Tooltip(f"{value}:Q", title=value if shares else unit or value),
                *([f"{colour}:N"] if colour else []),
            ],
        )
        .properties(title=alt.TitleParams(title, subtitle=subtitle), height=alt.Step(20))
    )
    if kind:
        chart = chart.mark_bar(cursor="pointer").encode(href="href:N", description=f"{label}:N")
    if not colour:
        return chart
    picked = alt.selection_point(name="picked", fields=[colour], bind="legend")
    return chart.encode(
        color=alt.Color(f"{colour}:N", title=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.15)),
    ).add_params(picked)


def chart_dispersion(
    spans: pd.DataFrame,
    *,
    row: str,
    kind: str,
    n_characters: int,
    title: str,
    subtitle: str = "",
    colour: str | None = None,
    top: int = 20,
) -> AnyChart:
    """Draw where in the document each name, term or speaker occurs (a lexical dispersion plot).

    Parameters
    ----------
    spans
        A span table of one document.
    row
        Column whose values get a line each, those with most spans first.
    kind
        What the spans are, for their links: as in `newslab.display.PAGES`.
    n_characters
        Length of the document.
    title, subtitle
        What the chart shows, and on what basis.
    colour
        Column that colours the marks.
    top
        How many lines to draw.

    Returns
    -------
    Chart
        One mark a span, as long as the span; a click leads to its sentence.

    Examples
    --------
    >>> spans = pd.DataFrame({"start": [10], "end": [15], "text": ["Tokyo"], "name": ["Tokyo"]})
    >>> chart_dispersion(spans, row="name", kind="entities", n_characters=99, title="Where").to_dict()["mark"]["type"]
    'bar'
    """
    columns = ["start", "end", "text", row, *([colour] if colour else [])]
    check_columns(spans, list(dict.fromkeys(columns)), name=title)
    known = spans.dropna(subset=[row])
    if known.empty:
        return _chart_nothing(title, subtitle)
    order = known[row].value_counts().head(top)
    shown = known[known[row].isin(order.index)]
    shown = shown[list(dict.fromkeys(columns))].assign(
        line=_shorten(shown[row]),
        text=_shorten(shown["text"]),
        href=link_to_text(shown, kind),
        first=100 * shown["start"] / max(1, n_characters),
        # a mark must be wide enough to see and to click
        last=100 * shown[["end"]].clip(lower=shown["start"] + n_characters / 160, axis=0)["end"] / max(1, n_characters),
    )
    x = alt.X(
        "first:Q",
        title="position in the document, percent of its characters",
        scale=alt.Scale(domain=[0, 101], nice=False),
        axis=alt.Axis(values=list(range(0, 101, 10))),
    )
    chart = (
        alt.Chart(shown, description=f"{title}, by number of places: {_name_some(order.index.to_series(), order)}")
        .mark_bar(height=11, cursor="pointer", clip=True)
        .encode(
            x=x,
            x2="last:Q",
            y=alt.Y("line:N", title=None, sort=list(dict.fromkeys(_shorten(order.index.to_series())))),
            href="href:N",
            description="text:N",
            tooltip=["line:N", "text:N", *([f"{colour}:N"] if colour else [])],
        )
        .properties(title=alt.TitleParams(title, subtitle=subtitle), height=alt.Step(20))
        .add_params(_zoom())
    )
    return chart.encode(color=alt.Color(f"{colour}:N", title=None)) if colour else chart


def chart_paragraphs(paragraphs: pd.DataFrame) -> AnyChart:
    """Draw the document as a strip: what each paragraph is, and how well it fits the rest.

    Parameters
    ----------
    paragraphs
        As of `extract_paragraphs`, of one document.

    Returns
    -------
    Chart
        One bar a paragraph, as wide as its share of the text; a click leads to it.

    Examples
    --------
    >>> row = {"start": 0, "end": 9, "text": "A story.", "role": "body", "off_topic": False, "topic_score": 0.4}
    >>> chart_paragraphs(pd.DataFrame([row])).to_dict()["mark"]["type"]
    'bar'
    """
    needed = ["start", "end", "text", "role", "off_topic", "topic_score"]
    check_columns(paragraphs, needed, name="paragraphs")
    shown = paragraphs[needed].assign(
        what=paragraphs["role"].where(~paragraphs["off_topic"], "off topic"),
        words=_shorten(paragraphs["text"]),
        href=link_to_text(paragraphs, "paragraphs"),
    )
    counts = shown["what"].value_counts()
    kinds = ["headline", "body", "boilerplate", "off topic"]
    return (
        alt.Chart(
            shown.drop(columns=["text", "role", "off_topic"]),
            description=f"What each paragraph is, by number: {_name_some(counts.index.to_series(), counts)}",
        )
        .mark_bar(height=34, stroke=COLOURS["paper"][0], strokeWidth=1.5, cursor="pointer")
        .encode(
            x=alt.X("start:Q", title="characters from the beginning", scale=alt.Scale(nice=False)),
            x2="end:Q",
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[PALETTE[0], COLOURS["line"][0], PALETTE[4], PALETTE[1]]),
            ),
            href="href:N",
            description="words:N",
            tooltip=["what:N", alt.Tooltip("topic_score:Q", format=".2f", title="topic score"), "words:N"],
        )
        .properties(
            title=alt.TitleParams(
                "What each paragraph is", subtitle="from beginning to end; a click leads to the text"
            ),
            height=50,
        )
    )


def chart_cooccurrence(pairs: pd.DataFrame, *, title: str = "Who appears with whom", subtitle: str = "") -> AnyChart:
    """Draw how often two entities share a passage, as a matrix.

    Parameters
    ----------
    pairs
        As of `count_cooccurrence`: ``name, other, count`` each pair once, with the first passage that both share.
    title, subtitle
        What the chart shows, and on what basis.

    Returns
    -------
    Chart
        A square a pair, the darker the more passages they share; a click leads to the first.

    Examples
    --------
    >>> pairs = pd.DataFrame({"start": [0], "end": [9], "name": ["Iraq"], "other": ["Syria"], "count": [2]})
    >>> chart_cooccurrence(pairs).to_dict()["mark"]["type"]
    'rect'
    """
    check_columns(pairs, ["start", "end", "name", "other", "count"], name="pairs")
    if pairs.empty:
        return _chart_nothing(title, subtitle)
    both = pd.concat([pairs, pairs.rename(columns={"name": "other", "other": "name"})], ignore_index=True)
    order = list(both.groupby("name")["count"].sum().sort_values(ascending=False, kind="stable").index)
    shown = both[["name", "other", "count"]].assign(
        href=link_to_text(both, "paragraphs"), pair=both["name"] + " and " + both["other"]
    )
    # sixty names are still read at eleven pixels each, in smaller letters
    step = max(11, min(18, 560 // len(order)))
    size, letters = max(120, step * len(order)), 12 if step > 13 else 9
    most = int(pairs["count"].max())
    return (
        alt.Chart(
            shown,
            description=f"{title}, by passages shared: "
            + _name_some(pairs["name"] + " and " + pairs["other"], pairs["count"]),
        )
        .mark_rect(fill=PALETTE[0], stroke=COLOURS["paper"][0], cursor="pointer")
        .encode(
            x=alt.X(
                "other:N", sort=order, title=None, axis=alt.Axis(labelAngle=-60, labelLimit=140, labelFontSize=letters)
            ),
            y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=140, labelFontSize=letters)),
            # by opacity, not by shade: that reads the same on dark paper
            opacity=alt.Opacity(
                "count:Q",
                title="passages shared",
                scale=alt.Scale(domain=[0, most], range=[0.12, 1]),
                legend=alt.Legend(
                    format="d",
                    values=list(range(1, most + 1, math.ceil(most / 6))),
                    symbolType="square",
                    symbolFillColor=PALETTE[0],
                    symbolStrokeWidth=0,
                ),
            ),
            href="href:N",
            description="pair:N",
            tooltip=["name:N", "other:N", alt.Tooltip("count:Q", title="passages shared")],
        )
        .properties(title=alt.TitleParams(title, subtitle=subtitle), width=size, height=size)
    )


def chart_places(places: pd.DataFrame, outlines: dict, *, count: str | None = None, top: int = 150) -> AnyChart:
    """Draw the placed mentions on a map, and close up on the country that is named most.

    Parameters
    ----------
    places
        As of `extract_places`; rows without coordinates are left out. With a column ``sentence`` a point shows the
        sentence of its first mention.
    outlines
        Country outlines as TopoJSON with an object ``countries``, as of `read_country_outlines`.
    count
        Column that says how many mentions a row stands for, in a collection; its points lead to no text. None takes
        each row for a mention of one document.
    top
        Places to draw, those with most mentions.

    Returns
    -------
    VConcatChart
        Maps in equirectangular projection; the area of a point is its number of mentions. A point is named where
        there is room, those with most mentions first.
    """
    needed = ["start", "end", "text", "name", "latitude", "longitude", "country", "kind", *([count] if count else [])]
    check_columns(places, needed, name="places")
    mentioned = places.assign(
        mentions=places[count] if count else 1, **({} if count else {"href": link_to_text(places, "places")})
    )
    placed = mentioned.dropna(subset=["latitude", "longitude"])
    n_unplaced = int(mentioned["mentions"].sum() - placed["mentions"].sum())
    title, subtitle = "Places on the map", f"area of a point: mentions; not placed: {n_unplaced:,}, listed below"
    if placed.empty:
        return _chart_nothing(title, subtitle)
    points = placed.groupby(["name", "latitude", "longitude"], as_index=False, sort=False)
    firsts = {c: (c, "first") for c in ("country", "kind", "href", "sentence") if c in placed.columns}
    shown = points.agg(mentions=("mentions", "sum"), **firsts).sort_values(
        "mentions", ascending=False, kind="stable", ignore_index=True
    )
    shown = shown.head(top)
    views = [shown]
    named = shown.groupby("country", sort=False)["mentions"].sum()
    if len(named):
        nearest = shown[shown["country"] == named.idxmax()]
        views += [nearest] if 1 < len(nearest) < len(shown) else []
    frames = {f"outlines-{number}": _frame(view) for number, view in enumerate(views, 1)}
    return alt.vconcat(
        *(_chart_map(frame, land, shown) for land, frame in frames.items()),
        spacing=12,
        datasets={land: cut_outlines(outlines, frame) for land, frame in frames.items()},
    ).properties(
        title=alt.TitleParams(title, subtitle=subtitle),
        description=f"Map of places, by mentions: {_name_some(shown['name'], shown['mentions'])}",
    )


_MAP_HEIGHT = 330


def _frame(points: pd.DataFrame) -> Frame:
    """Find the stretch of the map that holds these points."""
    west, east = float(points["longitude"].min()), float(points["longitude"].max())
    south, north = float(points["latitude"].min()), float(points["latitude"].max())
    # room around the outermost points, and never less than a region of about 1,000 km, so that borders give bearings
    wide, tall = max(12.0, 1.3 * (east - west)), max(12.0 * _MAP_HEIGHT / WIDTH, 1.4 * (north - south))
    scale = min(WIDTH / wide, _MAP_HEIGHT / tall)
    x, y, dx, dy = (west + east) / 2, (south + north) / 2, WIDTH / 2 / scale, _MAP_HEIGHT / 2 / scale
    return Frame(x - dx, y - dy, x + dx, y + dy, scale)


def _chart_map(frame: Frame, land: str, points: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draw a stretch of the map with the points on it."""
    inside = points["longitude"].between(frame.west, frame.east) & points["latitude"].between(frame.south, frame.north)
    points = points[inside].reset_index(drop=True)
    data = alt.NamedData(name=land, format=alt.TopoDataFormat(type="topojson", feature="countries"))
    outlines = alt.Chart(data).mark_geoshape(fill=COLOURS["wash"][0], stroke=COLOURS["line"][0], clip=True, aria=False)
    links = {"href": "href:N"} if "href" in points.columns else {}
    dots = (
        alt.Chart(points)
        .mark_circle(
            color=PALETTE[1],
            opacity=0.75,
            stroke=COLOURS["paper"][0],
            cursor="pointer" if links else "default",
            clip=True,
        )
        .encode(
            longitude="longitude:Q",
            latitude="latitude:Q",
            size=alt.Size("mentions:Q", scale=alt.Scale(range=[50, 500]), legend=None),
            description="name:N",
            **links,
            tooltip=[
                f"{c}:{'Q' if c == 'mentions' else 'N'}"
                for c in ("name", "mentions", "country", "kind", "sentence")
                if c in points.columns
            ],
        )
    )
    names = (
        alt.Chart(_keep_apart(points, frame.pixels_per_degree))
        .mark_text(dy=-13, fontSize=11, color=COLOURS["ink"][0], clip=True)
        .encode(longitude="longitude:Q", latitude="latitude:Q", text="name:N")
    )
    return (
        alt.layer(outlines, dots, names)
        .project(
            type="equirectangular",
            scale=frame.pixels_per_degree * 180 / math.pi,
            center=[(frame.west + frame.east) / 2, (frame.south + frame.north) / 2],
            translate=[WIDTH / 2, _MAP_HEIGHT / 2],
        )
        .properties(width=WIDTH, height=_MAP_HEIGHT)
    )


def _keep_apart(points: pd.DataFrame, pixels_per_degree: float) -> pd.DataFrame:
    """Keep the points whose names do not run into that of a point before them."""
    kept: list[int] = []
    for i, (name, x, y) in enumerate(zip(points["name"], points["longitude"], points["latitude"], strict=True)):
        room = [(len(name) + len(points["name"][j])) * 3.5 / pixels_per_degree for j in kept]
        crossed = (
            abs(x - points["longitude"][j]) < dx and abs(y - points["latitude"][j]) < 14 / pixels_per_degree
            for j, dx in zip(kept, room, strict=True)
        )
        if not any(crossed):
            kept.append(i)
    return points.iloc[kept]


def chart_quantities(
    quantities: pd.DataFrame, *, title: str, subtitle: str = "", colour: str | None = None, top: int = 30
) -> AnyChart:
    """Draw claimed figures, one axis a unit, figures of one thing next to each other.

    Parameters
    ----------
    quantities
        As of `extract_quantities`; rows without a finite value are left out.
    title, subtitle
        What the chart shows, and on what basis.
    colour
        Column that colours the marks, such as who claims the figure; its rarer values share a colour.
    top
        Figures to draw of each unit; of the units, bare counts and the seven with most figures are drawn.

    Returns
    -------
    VConcatChart
        A mark a figure, filled where it is stated as exact and hollow where it is hedged or vague; a triangle points
        to the open side of a bound, a line spans a range. An axis is logarithmic where its figures span more than a
        hundredfold.

    Examples
    --------
    >>> row = {"start": 0, "end": 8, "text": "about 40", "value": 40.0, "value_high": None, "bound": "~"}
    >>> table = pd.DataFrame([row | {"unit": None, "counted": "men", "counted_start": 9, "vague": False}])
    >>> len(chart_quantities(table, title="Figures").to_dict()["vconcat"])
    1
    """
    needed = ["start", "end", "text", "value", "value_high", "bound", "unit", "counted", "counted_start", "vague"]
    check_columns(quantities, [*needed, *([colour] if colour else [])], name="quantities")
    known = quantities[quantities["value"].astype("float64").abs() < math.inf]
    if known.empty:
        return _chart_nothing(title, subtitle)
    claim = known["bound"].map(BOUND_WORDS).where(~known["vague"].astype(bool), "vague").fillna("as stated")
    known = known.assign(claim=claim)
    if colour:  # no more than there are colours to tell apart
        often = known[colour].value_counts().index
        if len(often) > len(PALETTE):
            known[colour] = known[colour].where(known[colour].isin(often[: len(PALETTE) - 1]), "others")
    units = known["unit"].fillna("")
    if "dimension" in known:  # years of age and years that pass have an axis each
        units = units.where(known["dimension"] != "age", units + " of age")
    common = sorted(units.value_counts().index, key=lambda unit: (unit != "", -(units == unit).sum(), unit))[
        :_MOST_UNITS
    ]
    claims = [claim for claim in _SHAPES if claim in set(known["claim"])]
    axes = [_chart_axis(known[units == unit].head(top), unit, colour, claims) for unit in common]
    left_out = len(known) - int(sum(min(top, (units == unit).sum()) for unit in common))
    more = f"; {left_out} more are in the table" if left_out else ""
    return (
        alt.vconcat(*axes, spacing=18)
        .resolve_scale(stroke="shared", fill="shared", shape="shared")
        .properties(
            title=alt.TitleParams(title, subtitle=subtitle + more),
            description=f"{title}: " + "; ".join(_shorten(name_figures(known)).head(8)),
        )
    )


def _chart_axis(
    quantities: pd.DataFrame, unit: str, colour: str | None, claims: list[str]
) -> alt.LayerChart | alt.FacetChart:
    """Draw the figures of one unit, those of one thing next to each other, the largest first."""
    what = quantities["counted"].fillna(quantities["text"])
    known = (
        quantities.assign(what=what, most=quantities.groupby(what)["value"].transform("max"))
        .sort_values(["most", "what", "value"], ascending=[False, True, False], kind="stable", ignore_index=True)
        .drop(columns=["what", "most"])
    )
    high = known["value_high"].astype("float64").replace(math.inf, math.nan)
    high = high.fillna(known["value"]).clip(lower=known["value"])
    if "kind" in known.columns:
        high = high.where(known["kind"] != "score", known["value"])  # "3-6" is no range to draw
    shown = known[["value", "claim", *([colour] if colour else [])]].assign(
        high=high,
        line=_shorten(name_figures(known)),
        href=link_to_text(known, "quantities"),
    )
    low, most = float(shown["value"].min()), float(shown["high"].max())
    wide = low > 0 and most / low > 100
    axis = alt.Axis(labelExpr=_ROUND_NUMBER, tickCount=6)
    scale = alt.Scale(nice=True, zero=low > 0)
    if wide:  # ticks at the powers of ten alone: the ones between them are a thicket
        powers = [10.0**n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(most)) + 1)]
        scale = alt.Scale(type="log", domain=[powers[0], powers[-1]])
        axis = alt.Axis(labelExpr=_ROUND_NUMBER, values=powers[:: math.ceil(len(powers) / _MOST_TICKS)])
    base = alt.Chart(shown).encode(
        x=alt.X(
            "value:Q", title=(unit or "number counted") + (", logarithmic" if wide else ""), scale=scale, axis=axis
        ),
        y=alt.Y("line:N", title=None, sort=list(dict.fromkeys(shown["line"]))),
    )
    if colour:
        legend = alt.Legend(title=None, columns=4, labelLimit=140, symbolOpacity=1)
        base = base.encode(stroke=alt.Stroke(f"{colour}:N", legend=legend), fill=alt.Fill(f"{colour}:N", legend=legend))
    shapes = alt.Scale(domain=claims, range=[_SHAPES[claim] for claim in claims])
    marks = base.mark_point(size=90, opacity=1, strokeWidth=2, stroke=PALETTE[0], cursor="pointer").encode(
        shape=alt.Shape("claim:N", title=None, scale=shapes, legend=alt.Legend(orient="bottom")),
        fillOpacity=alt.condition(alt.datum.claim == "as stated", alt.value(1), alt.value(0)),
        href="href:N",
        description="line:N",
        tooltip=["line:N", "claim:N", "value:Q", "high:Q", *([f"{colour}:N"] if colour else [])],
    )
    ranges = base.mark_rule(strokeWidth=3, opacity=0.5).encode(x2="high:Q")
    return alt.layer(ranges, marks).properties(width=WIDTH, height=alt.Step(24))


_MOST_UNITS = 8
_MOST_TICKS = 16

# 10k, 1M and 1bn: SI prefixes, but for G, which no newspaper prints, for those below one, which read 0.1 as 100m, and
# where they end
_ROUND_NUMBER = (
    "abs(datum.value) < 1 || abs(datum.value) >= 1e15 ? format(datum.value, '~g') "
    ": replace(format(datum.value, '~s'), 'G', 'bn')"
)

_SHAPES = {
    "as stated": "circle",
    "about": "square",
    "vague": "diamond",
    "at least": "triangle-right",
    "more than": "triangle-right",
    "at most": "triangle-left",
    "less than": "triangle-left",
}


def chart_times(times: pd.DataFrame, *, title: str = "When", subtitle: str = "") -> AnyChart:
    """Draw dated expressions on a time line, in the order of telling from top to bottom.

    Parameters
    ----------
    times
        As of `extract_times`; rows without ``earliest`` and ``latest`` are left out.
    title, subtitle
        What the chart shows, and on what basis.

    Returns
    -------
    LayerChart
        A bar from ``earliest`` to ``latest`` and a point at its start, for each expression.

    Examples
    --------
    >>> row = {"start": 0, "end": 4, "text": "2019", "type": "DATE", "value": "2019", "anchored": False}
    >>> span = {"earliest": pd.Timestamp("2019-01-01"), "latest": pd.Timestamp("2019-12-31 23:59:59")}
    >>> len(chart_times(pd.DataFrame([row | span])).to_dict()["layer"])
    2
    """
    needed = ["start", "end", "text", "type", "value", "earliest", "latest", "anchored"]
    check_columns(times, needed, name="times")
    known = times.dropna(subset=["earliest", "latest"])
    if known.empty:
        return _chart_nothing(title, subtitle)
    shown = known[["earliest", "latest", "type", "value"]].assign(
        line=_shorten(known["text"] + " · " + known["value"].fillna("")),
        basis=known["anchored"].map({True: "reckoned from the publication date", False: "as stated in the text"}),
        href=link_to_text(known, "times"),
    )
    base = alt.Chart(shown).encode(
        x=alt.X("earliest:T", title=None),
        y=alt.Y("line:N", title="order of telling", sort=list(dict.fromkeys(shown["line"]))),
        color=alt.Color("basis:N", title=None),
        href="href:N",
        description="line:N",
        tooltip=[
            "line:N",
            "type:N",
            alt.Tooltip("earliest:T", format="%Y-%m-%d %H:%M"),
            alt.Tooltip("latest:T", format="%Y-%m-%d %H:%M"),
            "basis:N",
        ],
    )
    return alt.layer(
        base.mark_bar(height=9, opacity=0.45, cursor="pointer", clip=True).encode(x2="latest:T").add_params(_zoom()),
        base.mark_point(size=50, cursor="pointer", clip=True),
    ).properties(
        title=alt.TitleParams(title, subtitle=subtitle),
        description=f"{title}: {say_count(len(shown), 'expression')} on a time line, "
        + "; ".join(shown["line"].head(6)),
        height=alt.Step(22),
    )


def chart_timeline(counts: pd.DataFrame, *, colour: str, title: str, subtitle: str = "") -> AnyChart:
    """Draw how many documents are of each day, month or year.

    Parameters
    ----------
    counts
        As of `count_dates`: ``begin, end, n_documents`` and the column ``colour``.
    colour
        Column that colours the bars, such as ``"source"``; its legend can be clicked.
    title, subtitle
        What the chart shows, and on what basis.

    Returns
    -------
    Chart
        A bar a stretch of time, its parts stacked.
    """
    check_columns(counts, ["begin", "end", "n_documents", colour], name="counts")
    if counts.empty:
        return _chart_nothing(title, subtitle)
    order = counts.groupby(colour)["n_documents"].sum().sort_values(ascending=False, kind="stable")
    ranked = counts.assign(rank=order.index.get_indexer(pd.Index(counts[colour]))).sort_values(
        ["begin", "rank"], kind="stable"
    )
    # stacked here: Vega-Lite stacks no bars that are as wide as their month
    top = ranked.groupby("begin")["n_documents"].cumsum()
    shown = ranked[["begin", "end", "n_documents", colour]].assign(
        **{colour: _shorten(ranked[colour])}, top=top, bottom=top - ranked["n_documents"]
    )
    picked = alt.selection_point(name="picked", fields=[colour], bind="legend")
    return (
        alt.Chart(shown, description=f"{title}: {_name_some(order.index.to_series(), order)} documents")
        .mark_rect(stroke=COLOURS["paper"][0], strokeWidth=0.5)
        .encode(
            x=alt.X("begin:T", title="published", axis=alt.Axis(grid=False)),
            x2="end:T",
            y=alt.Y("bottom:Q", title="documents", axis=alt.Axis(format="~s", tickMinStep=1, grid=True)),
            y2="top:Q",
            color=alt.Color(f"{colour}:N", title=None, sort=list(dict.fromkeys(_shorten(order.index.to_series())))),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("begin:T", title="from"),
                f"{colour}:N",
                alt.Tooltip("n_documents:Q", title="documents"),
            ],
        )
        .add_params(picked)
        .properties(title=alt.TitleParams(title, subtitle=subtitle), height=220)
    )


def chart_histogram(values: pd.Series, *, title: str, unit: str, n_bins: int = 40) -> AnyChart:
    """Draw how a measure is spread over documents.

    Parameters
    ----------
    values
        One number a document; nulls and infinite ones are left out, and so is the outermost hundredth on either side.
    title
        What the chart shows.
    unit
        Title of the value axis, with its unit.
    n_bins
        Bars to draw, at most.

    Returns
    -------
    Chart
        A bar a stretch of values; the subtitle gives the median.
    """
    known = values[values.abs() < math.inf]
    if known.empty:
        return _chart_nothing(title, "")
    low, high = known.quantile([0.01, 0.99])
    inner = known[known.between(low, high)]
    around = 0.0 if low < high else max(0.5, abs(high) / 100)  # one value still fills a bar
    edges = np.linspace(inner.min() - around, inner.max() + around, 1 + min(n_bins, inner.nunique()))
    counts, edges = np.histogram(inner, bins=np.unique(edges))
    shown = pd.DataFrame({"begin": edges[:-1], "end": edges[1:], "n_documents": counts})
    said = f"median {known.median():,.4g}, the outermost hundredth on either side not drawn"
    return (
        alt.Chart(shown, description=f"{title}: {said}")
        .mark_bar(stroke=COLOURS["paper"][0], strokeWidth=0.5)
        .encode(
            x=alt.X("begin:Q", title=unit, bin="binned", axis=alt.Axis(grid=False, tickCount=10)),
            x2="end:Q",
            y=alt.Y("n_documents:Q", title="documents", axis=alt.Axis(format="~s", tickMinStep=1, grid=True)),
            tooltip=[
                alt.Tooltip("begin:Q", format=",.4~g", title="from"),
                alt.Tooltip("end:Q", format=",.4~g", title="to"),
                alt.Tooltip("n_documents:Q", title="documents"),
            ],
        )
        .properties(title=alt.TitleParams(title, subtitle=said), height=160)
    )


def chart_keyness(keywords: pd.DataFrame, *, part: str, title: str, subtitle: str = "", top: int = 15) -> AnyChart:
    """Draw the words that one part of a collection uses more, and those that the others do.

    Parameters
    ----------
    keywords
        As of `compare_words`.
    part
        What the part is called.
    title, subtitle
        What the chart shows, and on what basis.
    top
        Words to draw of each side, those with the highest ``g2``.

    Returns
    -------
    Chart
        A bar a word, as long as its log ratio: to the right what the part uses more.
    """
    needed = ["word", "g2", "log_ratio", "count", "other_count"]
    check_columns(keywords, needed, name="keywords")
    more = keywords["log_ratio"] > 0
    shown = pd.concat([keywords[more].head(top), keywords[~more].head(top)])[needed]
    if shown.empty:
        return _chart_nothing(title, subtitle)
    sides = [f"more in {part}", "more in the others"]
    shown = shown.assign(side=np.where(shown["log_ratio"] > 0, *sides), word=_shorten(shown["word"]))
    reach = math.ceil(shown["log_ratio"].abs().max())
    return (
        alt.Chart(shown, description=f"{title}: {_name_some(shown['word'], shown['log_ratio'])}")
        .mark_bar()
        .encode(
            x=alt.X(
                "log_ratio:Q",
                title="log ratio: each step is twice as often",
                scale=alt.Scale(domain=[-reach, reach]),
                axis=alt.Axis(tickMinStep=1),
            ),
            y=alt.Y("word:N", title=None, sort=shown["word"].tolist()),
            color=alt.Color("side:N", title=None, scale=alt.Scale(domain=sides, range=[PALETTE[0], PALETTE[1]])),
            tooltip=[
                "word:N",
                "count:Q",
                alt.Tooltip("other_count:Q", title="count in the others"),
                alt.Tooltip("log_ratio:Q", format=".2f"),
                alt.Tooltip("g2:Q", format=",.0f", title="G²"),
            ],
        )
        .properties(title=alt.TitleParams(title, subtitle=subtitle), height=alt.Step(18))
    )
