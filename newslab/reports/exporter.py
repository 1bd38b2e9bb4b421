"""Exporter: a notebook to a page that needs no network, for `jupyter nbconvert --to newslab` and for the driver.

Charts stand on the page as pictures before any script runs. Vega, embedded once and compressed, then makes them
interactive; where it cannot (scripts off, on paper, any error) the pictures stay. Vega-Lite does its part here, so that
no page has to carry it.
"""

import base64
import csv
import functools
import gzip
import hashlib
import io
import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2
import mistune
from markupsafe import Markup, escape
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Number, String  # type: ignore[import-untyped]

from newslab.display import COLOURS, FINDING_MIME, FONT, LAYERS, make_visible, style_sheet, style_tag
from newslab.reports.methods import show_methods
from newslab.reports.records import digest
from newslab.reports.writing import write_whole

_PAGE = Path(__file__).parent / "page"
_CHART_MIME = re.compile(r"application/vnd\.vegalite\.v\d+\+json")
_STATIC_WIDTH = 680  # pixels of a chart that takes the width of its page, where no script can measure that
_INTERPRETER = "2.0.0"  # of vega-interpreter, which spares Vega `eval`: the one that vl-convert 1.9 holds
_COLOURED = {Keyword: "keyword", String: "string", Number: "number", Comment: "comment"}
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_SPAN_ID = re.compile(r' id="[a-z]+-\d+-\d+"')
_VEGA_BASE = ' xlink:href="https://vega.github.io/vega-datasets/'  # to which vl-convert takes links to be relative
_BUNDLE = "9a0668f95c3f21fe9c1f0dc92ea4604870b06d23dd66bd4836e55b14d9751209"
"""Digest of the script that draws charts, as vl-convert 1.9 gives it; by another version it is made for each page."""
_SIZE = re.compile(r' width="([\d.]+)" height="([\d.]+)"')
_OUTLINES = re.compile(r'(?<= d=")[-\d.,MLZ]{60,}(?=")')
_LINK = re.compile(r"(<a .*?</a>)", re.DOTALL)
_LINKED_MARK = re.compile(
    r'<a xlink:href="([^"]*)"><(\w+) aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"'
)
_ARIA = re.compile(r' (?:role|aria-roledescription|aria-label|pointer-events)="[^"<>]*"(?=[^<>]*>)')
_IDLE = re.compile(
    r' (?:opacity="1"|stroke-width="1"|stroke-opacity="1"|fill-opacity="1"|transform="translate\(0,0\)")(?=[^<>]*>)'
    r'|<path class="(?:background|foreground)" aria-hidden="true"(?: d="(?:M0,0h0v0h0Z)?")?[^<>]*/>'
    r'|<path(?: transform="[^"]*")? fill="[^"]*" stroke="[^"]*"/>'  # a country off the map
)
_MEASURES = re.compile(r' (?:d|x2|y2|transform|opacity)="[^"<>]*"(?=[^<>]*>)')
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_SVG_NAME = re.compile(r'(?<= id=")(?=clip|gradient)|(?<=url\(#)(?=clip|gradient)')


class ReportExporter(Exporter):
    """Make a page of a report from an executed notebook.

    ``resources["newslab"]`` may hold ``document`` (title of what the report is on), ``pages`` (names of all pages of
    that document) and ``index`` (link to the list of documents); without it the page stands alone.
    """

    export_from_notebook = "newslab report"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override] # as every exporter to text
        self, nb: NotebookNode, resources: dict | None = None, **kw: object
    ) -> tuple[str, dict]:
        """Convert a notebook; its findings are added to ``resources["findings"]``."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        name = (resources.get("metadata") or {}).get("name") or "report"
        page = {"document": "", "pages": [], "index": "", "name": name, **resources.get("newslab", {})}
        charts: list[dict] = []
        body, page["heading"], page["contents"] = _number_headings(
            Markup("").join(_show_cells(nb.cells, charts)), title_of(nb, name)
        )
        script = _page_script()
        scripts = [script, vega_bundle()] if charts else [script]
        resources["findings"] = [
            output["data"][FINDING_MIME]
            for cell in nb.cells
            for output in cell.get("outputs", [])
            if FINDING_MIME in output.get("data", {})
        ]
        page["pages"] = {page_name: LAYERS.get(page_name, page_name.capitalize()) for page_name in page["pages"]}
        html = render(
            "page.html.j2",
            **page,
            body=Markup(_keep_first_ids(body)),  # noqa: S704 - put together by _show_cell
            methods=show_methods("\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")),
            script=Markup(script),  # noqa: S704 - ours
            policy=content_policy(scripts),
            vega=pack(vega_bundle()) if charts else "",
            specs=pack(json.dumps(charts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))),
        )
        return html, resources


def render(template: str, **values: object) -> str:
    """Fill in one of the templates beside the style sheets, everything escaped and nothing hidden."""
    style = Markup(page_style())  # noqa: S704 - ours
    return make_visible(_templates().get_template(template).render(**values, style=style))


@functools.cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_PAGE)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


@functools.cache
def page_style() -> str:
    """Give the style sheet of every page: that of what is shown, that around it, and the charts' colours by name."""
    colours = {**{pair[0]: name for name, pair in COLOURS.items()}, "white": "paper", "black": "ink", "#000": "ink"}
    drawn = "".join(
        f'.chart svg [{what}="{colour}"]{{{what}:var(--nl-{name})}}\n'
        for colour, name in colours.items()
        for what in ("fill", "stroke")
    )
    return style_sheet() + (_PAGE / "page.css").read_text(encoding="utf-8") + drawn


def title_of(nb: NotebookNode, name: str) -> str:
    """Find the heading of a notebook: its first line that starts with ``# ``, or else its name."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (found := re.search(r"^# +(.+)$", cell.source, re.MULTILINE)):
            return found.group(1).strip()
    return name.replace("-", " ").replace("_", " ").capitalize()


def _show_cells(cells: list[NotebookNode], charts: list[dict]) -> Iterator[Markup]:
    """Show each cell's outputs and, folded, the code that made them; code that shows nothing joins the next."""
    code: list[str] = []
    for cell in cells:
        if cell.cell_type == "markdown":
            yield Markup(_markdown(cell.source, escape=False))  # noqa: S704 - the notebook's own words
        elif cell.cell_type == "code" and cell.source.strip():
            code.append(cell.source)
            shown = [markup for output in cell.get("outputs", []) if (markup := _show_output(output, charts))]
            if shown:
                yield Markup('<div class="cell">{}{}</div>').format(Markup("").join(shown), _fold_code(code))
                code = []
    if code:
        yield _fold_code(code)


def _fold_code(code: list[str]) -> Markup:
    coloured = Markup("").join(
        Markup('<span class="code-{}">{}</span>').format(name, text) if name else escape(text)
        for kind, text in PythonLexer().get_tokens("\n\n".join(code))
        for name in [next((name for parent, name in _COLOURED.items() if kind in parent), "")]
    )
    return Markup('<details class="code"><summary>Code</summary><pre>{}</pre></details>').format(coloured)


def _show_output(output: Mapping, charts: list[dict]) -> Markup:
    """Give the richest form of an output that a page without scripts and network can show."""
    if output["output_type"] == "stream":
        # what goes to stderr is for whoever runs the notebook, and may name folders of their machine
        text = "".join(output["text"]) if output["name"] == "stdout" else ""
        return Markup("<pre>{}</pre>").format(text) if text.strip() else Markup("")
    data: dict = {
        kind: "".join(value) if isinstance(value, list) else value for kind, value in output.get("data", {}).items()
    }
    for kind, value in data.items():
        if _CHART_MIME.fullmatch(kind):
            charts.append(_compile(value))
            return _show_chart(value, data.get("text/plain", "Chart"), len(charts))
    if "text/html" in data:
        markup = Markup(data["text/html"].replace(style_tag(), ""))  # noqa: S704 - escaped where it was made
        return Markup('<div class="shown">{}</div>').format(markup)
    if "image/png" in data:
        return Markup('<img alt="{}" src="data:image/png;base64,{}">').format(
            data.get("text/plain", ""), data["image/png"].replace("\n", "")
        )
    if "text/markdown" in data:
        return Markup(_markdown(data["text/markdown"], escape=True))  # noqa: S704 - markup in it is escaped
    return Markup("<pre>{}</pre>").format(data["text/plain"]) if data.get("text/plain") else Markup("")


def _markdown(source: str, *, escape: bool) -> str:
    return str(mistune.create_markdown(renderer=_Renderer(escape=escape), plugins=["table"])(source))


class _Renderer(mistune.HTMLRenderer):
    """As usual, but for pictures, which would be fetched from elsewhere: their words stand in for them."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text


def _compile(spec: Mapping) -> dict:
    """Compile a chart from Vega-Lite to Vega, on no ground of its own."""
    import vl_convert  # here: it takes a while to start, and a page without charts does without

    return {**vl_convert.vegalite_to_vega(dict(spec)), "background": "transparent"}


def _show_chart(spec: Mapping, description: str, number: int) -> Markup:
    """Set a chart: its picture, the words for it, and its data."""
    return Markup(
        '<figure class="chart" id="chart-{n}"><div class="drawing" tabindex="0" role="group" aria-label="{text}">{svg}'
        '</div><figcaption><span class="unseen">{text}. </span>{data}</figcaption></figure>'
    ).format(n=number, text=description, svg=_draw(spec, number), data=_chart_data(spec, number))


def _draw(spec: Mapping, number: int) -> Markup:
    """Draw a chart as SVG, with names of its own so that two may stand on one page."""
    import vl_convert

    static = {**spec, "width": _STATIC_WIDTH} if spec.get("width") == "container" else dict(spec)
    static["config"] = {"background": "transparent", **static.get("config", {})}
    svg = vl_convert.vegalite_to_svg(static, allowed_base_urls=[])
    svg = svg.replace(_VEGA_BASE, ' xlink:href="')
    width, height = (float(size) for size in _SIZE.search(svg).groups())  # type: ignore[union-attr]
    svg = _OUTLINES.sub(lambda path: shorten_path(path.group(), width, height), svg)
    svg = _slim(svg)
    return Markup(_SVG_NAME.sub(f"chart-{number}-", svg))  # noqa: S704 - Vega escapes the texts it draws


def _slim(svg: str) -> str:
    """Leave out of a picture what it also says without: half of its characters."""
    pieces = _LINK.split(svg)  # the marks in links, by turns with what stands between
    pieces[::2] = [_ARIA.sub("", piece) for piece in pieces[::2]]  # the words of the chart stand beside the picture
    pieces[1::2] = [_LINKED_MARK.sub(r'<a href="\1" aria-label="\3"><\2', piece) for piece in pieces[1::2]]
    svg = _MEASURES.sub(lambda found: _DECIMALS.sub(_round, found.group()), _IDLE.sub("", "".join(pieces)))
    return svg.replace("<svg ", f'<svg font-family="{FONT}" ', 1).replace(f'" font-family="{FONT}"', '"')


def _round(number: re.Match) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")


def shorten_path(path: str, width: float, height: float) -> str:
    """Write the outlines of a map in steps of a tenth of a pixel, without those that lie off the picture."""
    kept: list[str] = []
    for outline in re.findall(r"M[^M]+", path):
        points = [
            tuple(round(10 * float(n)) for n in point.split(",")) for point in re.split("[ML]", outline.rstrip("Z"))[1:]
        ]
        xs, ys = zip(*points, strict=True)
        if max(xs) < 0 or max(ys) < 0 or min(xs) > 10 * width or min(ys) > 10 * height:
            continue
        steps = [(x - x0, y - y0) for (x0, y0), (x, y) in itertools.pairwise(points)]
        kept.append(f"M{xs[0] / 10:g},{ys[0] / 10:g}")
        kept += [f"l{x / 10:g},{y / 10:g}" for x, y in steps if x or y]
        kept.append("Z" if outline.endswith("Z") else "")
    return "".join(kept)


def _chart_data(spec: Mapping, number: int) -> Markup:
    """Link to the data of a chart as CSV, one link a data set."""
    sets = _find_data(spec)
    links = []
    for label, rows in sets.items():
        written = io.StringIO()
        writer = csv.DictWriter(written, list(dict.fromkeys(k for row in rows for k in row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        apart = len(sets) > 1
        links.append(
            Markup('<a download="{}.csv" href="data:text/csv;charset=utf-8;base64,{}">Data as CSV{}</a>').format(
                f"chart-{number}-{_slug(label)}" if apart else f"chart-{number}",
                base64.b64encode(written.getvalue().encode("utf-8", "replace")).decode(),
                f": {label}" if apart else "",
            )
        )
    return Markup(" ").join(links)


def _find_data(spec: Mapping) -> dict[str, list[Mapping]]:
    """Find the rows that a chart shows, by the axis that shows them; what only repeats others is left out."""
    found: dict[str, list[Mapping]] = {}
    seen: set[str] = set()
    for view in _iter_views(spec):
        data = view.get("data") or {}
        rows = spec.get("datasets", {}).get(data.get("name"), data.get("values"))
        if not (isinstance(rows, list) and rows and isinstance(rows[0], Mapping) and rows[0]):
            continue  # such as outlines of countries
        written = {json.dumps(row, sort_keys=True) for row in rows}
        if not written <= seen:
            label = next((title for inner in _iter_views(view) if (title := _name_axis(inner))), "data")
            found[label if label not in found else f"{label}, {len(found) + 1}"] = rows
            seen |= written
    return found


def _iter_views(spec: Mapping) -> Iterator[Mapping]:
    """Give a chart and all charts that it is put together from."""
    yield spec
    parts = [part for key in ("layer", "concat", "hconcat", "vconcat") for part in spec.get(key, [])]
    for part in [*parts, *([spec["spec"]] if "spec" in spec else [])]:
        yield from _iter_views(part)


def _name_axis(view: Mapping) -> str:
    """Give the title of a chart's first axis that has one."""
    axes = (view.get("encoding", {}).get(axis, {}) for axis in ("x", "y"))
    return next((axis["title"] for axis in axes if isinstance(axis.get("title"), str)), "")


def _number_headings(body: str, title: str) -> tuple[str, str, list[tuple[str, Markup]]]:
    """Give every heading an id, keep one of the first rank, and list those of the second for the contents."""
    contents: list[tuple[str, Markup]] = []
    seen_title = False

    def name(match: re.Match) -> str:
        nonlocal seen_title
        rank, words = match.groups()
        if rank == "1" and not seen_title:
            seen_title = True
            return match.group()
        rank = "2" if rank == "1" else rank
        plain = Markup(words).striptags()  # noqa: S704
        slug = _slug(plain)
        taken = {link for link, _ in contents}
        slug = slug if slug not in taken else f"{slug}-{len(contents) + 1}"
        if rank == "2":
            contents.append((slug, Markup(words)))  # noqa: S704
        return f'<h{rank} id="{slug}">{words}</h{rank}>'

    body = _HEADING.sub(name, body)
    return (body if seen_title else Markup("<h1>{}</h1>").format(title) + body), title, contents


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "part"


def _keep_first_ids(body: str) -> str:
    """Let the first of two rows on one place have its id: an id must be the only one of its page."""
    seen: set[str] = set()

    def keep(match: re.Match) -> str:
        return "" if match.group() in seen else seen.add(match.group()) or match.group()  # type: ignore[func-returns-value]

    return _SPAN_ID.sub(keep, body)


@functools.cache
def _page_script() -> str:
    return (_PAGE / "page.js").read_text(encoding="utf-8")


@functools.cache
def vega_bundle() -> str:
    """Give what draws a chart as one script; it takes seconds to put together, so it is kept if it can be."""
    import vl_convert

    # the addresses are names of modules that vl-convert holds: nothing is fetched
    bundled = f"""
        import {{ parse, View }} from "https://cdn.jsdelivr.net/npm/vega@{vl_convert.get_vega_version()}/+esm";
        import {{ expressionInterpreter }} from "https://cdn.jsdelivr.net/npm/vega-interpreter@{_INTERPRETER}/+esm";
        window.vega = {{ parse, View, expressionInterpreter }};
    """
    folder = os.environ.get("NEWSLAB_CACHE")
    kept = Path(folder) / f"vega-{digest(bundled)[:16]}.js" if folder else None
    # what was kept is code: taken only if it is the very script that the locked version of vl-convert gives
    if kept and kept.is_file() and digest(script := kept.read_bytes()) == _BUNDLE:
        return script.decode()
    bundle = vl_convert.javascript_bundle(bundled)
    if kept:
        write_whole(kept, bundle)
    return bundle


def pack(script: str) -> str:
    """Compress a script or specification to characters that markup has no use for: five for four bytes."""
    written = base64.b85encode(gzip.compress(script.encode(), compresslevel=9, mtime=0))
    return written.translate(bytes.maketrans(b"<>&", b",./")).decode()


def content_policy(scripts: list[str]) -> str:
    """Forbid the page to fetch anything, and to run any script but these."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    # Vega and its tooltip set styles from scripts; a style can fetch nothing here
    fetched = "style-src 'unsafe-inline'; img-src data:"
    return f"default-src 'none'; script-src {allowed}; {fetched}; base-uri 'none'; form-action 'none'"
