"""Hostile documents: what they smuggle in shows as text, from the file to the page, and nothing of it runs.

Suite runs take some of the payloads in ``data/payloads.jsonl`` all the way; ``pytest -m slow`` takes every one.
"""

import json
import os
import re
import socket
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import spacy
from browsing import open_page
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import newslab as nl
from newslab.corpora.page import make_corpus_page
from newslab.display import FINDING_MIME, _cut, make_visible
from newslab.reports import exporter, running
from newslab.reports.driver import main
from newslab.reports.exporter import ReportExporter, vega_bundle
from newslab.reports.records import digest

PAYLOADS = [
    json.loads(line)["payload"]
    for line in (Path(__file__).parent / "data" / "payloads.jsonl").read_text(encoding="utf-8").splitlines()
]
SOME = PAYLOADS[::9]
FEW = PAYLOADS[::40]
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NAMES = ["entities", "profile", "quantities", "quotes", "text", "times"]
LABELS = ["PERSON", "GPE", "ORG", "NORP"]
COUNTED = "women boats camels homes books votes miles goats".split()

# pokes at every element as a reader might, and tells what stands on the page that we never put there
_LOOK = r"""
for (const element of document.querySelectorAll("body *"))
  for (const kind of ["mouseover", "mouseenter", "pointerenter", "focus", "toggle", "animationstart"])
    element.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
const usual = new Set(("html head meta title style body a nav p ol ul li main footer header script div span h1 h2 h3 h4"
  + " article section table thead tbody tr th td label input fieldset legend i b em strong code pre svg g path text"
  + " rect line circle defs clippath lineargradient stop tspan figure figcaption dl dt dd details summary button"
  + " hr br blockquote del").split(" "));
const known = new RegExp(String.raw`^(#|([a-z0-9-]+/)?[a-z]+\.html(#|$)|\.\./index\.html|data:text/csv`
  + String.raw`|https://www\.(geonames|naturalearthdata))`);
const odd = [];
for (const element of document.querySelectorAll("*")) {
  const ours = usual.has(element.localName.toLowerCase()) || element.className === "vega-bindings";
  if (!ours) odd.push(`<${element.localName}>`);
  for (const {name, value} of element.attributes) {
    if (name.startsWith("on")) odd.push(`${name}=${value}`);
    if (/^(src|srcset|srcdoc|action|formaction|data|poster|ping|background)$/.test(name)) odd.push(`${name}=${value}`);
    if (/href$/.test(name) && !known.test(value)) odd.push(`${name}=${value}`);
    if (name === "style" && /url|expression|fixed/.test(value)) odd.push(`${name}=${value}`);
  }
}
for (const input of document.querySelectorAll("input"))
  if (!["checkbox", "search"].includes(input.type)) odd.push(`<input type=${input.type}>`);
if (window.smuggled !== undefined) odd.push("a script of the document ran");
return odd.slice(0, 20);
"""


def find_intrusions(browser, page: Path) -> list[str]:
    """Open a page, poke at it, and tell what of it is not ours: markup, requests, complaints of the browser."""
    open_page(browser, page)
    odd = browser.execute_script(_LOOK)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    odd += [url[:200] for url in asked if not url.startswith(("data:", "about:", "chrome:")) and url != page.as_uri()]
    odd += [e["method"] for e in events if e["method"] == "Page.javascriptDialogOpening"]
    return odd + [entry["message"] for entry in browser.get_log("browser")]


def write_story(folder: Path, payloads: list[str]) -> Path:
    """Write a document that has each payload as words, as a name and in a quotation, and corrections that have it too.

    The corrections make every payload an entity, so that it comes to every table, chart, tooltip and link there is.
    """
    story = ["Boats leave Lima while the count goes on"]
    rules = []
    for number, payload in enumerate(payloads):
        counted = COUNTED[number % len(COUNTED)]
        story.append(
            f"On Monday {payload} said about {40 + number} {counted} left. “We saw {payload},” said {payload}."
        )
        text, renamed, said = (json.dumps(payload.strip() + end, ensure_ascii=False) for end in ("", " again", " said"))
        rules += [
            f"[[add]]\ntext = {text}\nlabel = {json.dumps(LABELS[number % 4])}",
            f"[[rename]]\nname = {text}\nto = {renamed}",
            f"[[place]]\nname = {renamed}\nlatitude = {number % 60}\nlongitude = {number % 90}\nkind = {said}",
            f'[[speaker]]\nfrom = {text}\nto = {said}\nsource_kind = "named"',
        ]
    path = folder / "story.txt"
    path.write_text("\n\n".join(story), encoding="utf-8", newline="")
    (folder / "story.corrections.toml").write_text("\n".join(rules), encoding="utf-8", newline="")
    return path


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", make_visible(text)).strip()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FEW, id="few"),
        *(pytest.param(PAYLOADS[n::8], id=f"part {n + 1} of 8", marks=pytest.mark.slow) for n in range(8)),
    ],
)
def report(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("hostile")
    path = write_story(folder, request.param)
    asked = ["--out", folder / "out", "--notebooks", NOTEBOOKS, "--cache", folder / "cache", path]
    assert main([str(word) for word in asked]) == 0
    return folder


def test_nothing_of_a_document_runs_on_any_page(browser, report):
    for name in NAMES:
        assert find_intrusions(browser, report / "out" / "story" / f"{name}.html") == [], name
    assert find_intrusions(browser, report / "out" / "index.html") == []


def test_the_whole_text_shows_as_text(browser, report):
    open_page(browser, report / "out" / "story" / "text.html")
    shown = browser.execute_script("""
        const body = document.querySelector(".nl-body").cloneNode(true);
        for (const extra of body.querySelectorAll(".nl-note, .nl-also, .nl-place")) extra.remove();
        return [...body.querySelectorAll("p")].map((p) => p.textContent).join(" ");
    """)
    text = nl.read_articles(report / "story.txt")["text"][0]
    assert words_of(shown) == words_of(text)


def test_every_page_allows_only_what_it_ships(report):
    for name in [*(f"story/{name}" for name in NAMES), "index"]:
        page = (report / "out" / f"{name}.html").read_text(encoding="utf-8")
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)[1]
        kinds = dict(kind.split(" ", 1) for kind in policy.replace("&#39;", "'").split("; "))
        assert kinds["default-src"] == kinds["base-uri"] == kinds["form-action"] == "'none'"
        assert re.fullmatch(r"'none'|'sha256-[\w+/]{43}='( 'sha256-[\w+/]{43}=')?", kinds["script-src"])
        assert page.index("Content-Security-Policy") < page.index("<title>")


def read_as(payload: str, ending: str, folder: Path) -> str:
    """Read a payload from a file of one kind; None where there is nothing left that could be an article."""
    escaped = payload.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    more = "The council of Lima met on Monday and counted the boats that had left. " * 3
    text = {
        ".txt": f"{more}\n\n{payload}",
        ".md": f"# {payload}\n\n{payload}\n\n{more}",
        ".html": f"<html><head><title>{escaped}</title><meta property='og:site_name' content=\"{escaped}\"></head>"
        f"<body><article><h1>{escaped}</h1><p>{payload}</p><p>{escaped}</p><p>{more}</p></article></body></html>",
    }[ending]
    path = folder / f"story{ending}"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        article = nl.read_articles(path).astype(object).iloc[0]
    except ValueError as error:  # what opens a comment or a block in Markdown may leave nothing to read
        assert re.search("holds no (words|article)", str(error))  # noqa: PT017
        return ""
    return "\n".join(str(article[column]) for column in ("title", "source", "text"))


def test_payloads_of_every_kind_of_file_show_as_text_wherever_a_notebook_puts_them(browser, tmp_path):
    read = pd.DataFrame(
        {"payload": [read_as(payload, ending, tmp_path) for ending in (".txt", ".md", ".html") for payload in PAYLOADS]}
    )
    raw = pd.DataFrame({"payload": PAYLOADS})
    both = pd.concat([read, raw], ignore_index=True).assign(start=0, end=5, doc_id="a", n=1)
    both["text"] = both["payload"]
    worst = "".join(PAYLOADS)
    shown = [
        nl.show_table(both, kind="entities", caption=worst, columns={"payload": worst, "n": "n"}),
        nl.show_table(raw.rename(columns={"payload": worst})),
        nl.show_finding("{a} and {b}.", a=nl.link_spans(both, "entities", top=999), b=worst, facts={worst: worst}),
        nl.show_text("\n\n".join(both["payload"]), {"entities": both.head(1)}),
        nl.show_method(both.assign(title=both["payload"], file=both["payload"]).head(400), notes={worst: worst}),
    ]
    charts = [
        nl.chart_bars(raw.assign(n=1), label="payload", value="n", title=worst, subtitle=worst, unit=worst, top=400),
        nl.chart_bars(both.head(20), label="payload", value="n", title="By", colour="text"),
        nl.chart_dispersion(both, row="payload", kind="entities", n_characters=9, title="Where", top=400),
    ]
    outputs = [new_output("display_data", data=one._repr_mimebundle_()) for one in shown]
    outputs += [new_output("display_data", data=chart._repr_mimebundle_()) for chart in charts]
    outputs += [new_output("stream", name="stdout", text=worst), new_output("display_data", data={"text/plain": worst})]
    nb = new_notebook(cells=[new_markdown_cell("# All at once"), new_code_cell("pass", outputs=outputs)])
    resources = {"metadata": {"name": "all"}, "newslab": {"document": worst, "pages": ["all"]}}
    html, resources = ReportExporter().from_notebook_node(nb, resources)
    page = tmp_path / "all.html"
    page.write_text(html, encoding="utf-8")
    assert find_intrusions(browser, page) == []
    cells = browser.execute_script(
        "return [...document.querySelectorAll('td:first-child')].map((td) => td.textContent)"
    )
    said = [words_of(_cut(payload)) for payload in PAYLOADS]
    assert [words_of(cell) for cell in cells[len(read) : len(both)]] == said
    assert browser.title.startswith("All at once")
    assert resources["findings"] == [shown[2].data[FINDING_MIME]]


def test_markdown_outputs_fetch_no_pictures_and_run_nothing(browser, tmp_path):
    outputs = [new_output("display_data", data={"text/markdown": payload}) for payload in PAYLOADS]
    nb = new_notebook(cells=[new_code_cell("pass", outputs=outputs)])
    page = tmp_path / "markdown.html"
    page.write_text(ReportExporter().from_notebook_node(nb)[0], encoding="utf-8")
    # a link in Markdown is a link; it leads away only where a reader follows it
    odd = [one for one in find_intrusions(browser, page) if not one.startswith("href=https://smuggler.invalid")]
    assert set(odd) <= {"href=#harmful-link", "href=x"} | {one for one in odd if one.startswith("href=%22onmouse")}


def test_titles_findings_and_headings_are_text_in_the_index(browser, tmp_path):
    for number, payload in enumerate(PAYLOADS):
        page = {"heading": payload, "sentence": payload, "facts": {payload: payload}, "digest": "", "made_from": ""}
        folder = tmp_path / f"{number:03}"
        folder.mkdir()
        record = {"title": payload, "source": "", "pages": {"text": page}}
        (folder / "report.json").write_text(json.dumps(record), encoding="utf-8")
    running.make_index(str(tmp_path))
    assert find_intrusions(browser, tmp_path / "index.html") == []
    for place in ("h2 a", "dt", "dd", "li a", "li span"):
        script = "return [...document.querySelectorAll(`main ${arguments[0]}`)].map((found) => found.textContent)"
        assert list(map(words_of, browser.execute_script(script, place))) == list(map(words_of, PAYLOADS)), place


@pytest.mark.parametrize(
    "payloads", [pytest.param(FEW, id="few"), pytest.param(PAYLOADS, id="all", marks=pytest.mark.slow)]
)
def test_titles_of_documents_are_text_on_every_page(browser, tmp_path, payloads):
    for number, payload in enumerate(payloads):
        page = tmp_path / f"{number}.html"
        frame = {"document": payload, "pages": ["text"], "index": "../index.html"}
        running.make_notice("The text", str(page), frame)
        assert find_intrusions(browser, page) == [], payload
        assert words_of(payload) in words_of(browser.title)
        assert words_of(browser.execute_script("return document.querySelector('.document').textContent")) == words_of(
            payload
        )


@pytest.mark.slow
def test_nothing_of_a_collection_runs_on_its_page(browser, make_collection):
    told = "LIMA - On Monday {} said that 40 boats left Callao. “We will not sail,” said Ana Ruiz of {}. {} denied it."
    stories = {
        f"{number}{payload}": (payload, "2020-01-05", FEW[number % len(FEW)], told.replace("{}", payload))
        for number, payload in enumerate(SOME)
    }
    page = make_corpus_page(make_collection(stories), notebooks=NOTEBOOKS)
    assert find_intrusions(browser, page) == []


@pytest.mark.parametrize(
    "payloads", [pytest.param(FEW, id="few"), pytest.param(PAYLOADS, id="all", marks=pytest.mark.slow)]
)
def test_names_of_files_are_text_on_pages_and_in_the_terminal(browser, tmp_path, capfd, payloads):
    nlp = spacy.blank("en")
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "notebooks").mkdir()
    source = "import os, newslab as nl\nnl.show_method(nl.read_articles(os.environ['NEWSLAB_DOCUMENT']))"
    nb = new_notebook(cells=[new_markdown_cell("# How"), new_code_cell(source)])
    nbformat.write(nb, tmp_path / "notebooks" / "how.ipynb")
    stories = tmp_path / "stories"
    stories.mkdir()
    for payload in payloads:
        name = payload.replace("/", "∕").replace("\0", "")[:60]
        name = f"hidden{name}.txt" if f"{name}.txt".startswith(".") else f"{name}.txt"  # from sight, and from reading
        (stories / name).write_text("Two boats left. Three came back.", encoding="utf-8")
    (stories / os.fsdecode(b"\xff\xfe not a name.txt")).write_text("Two boats left.", encoding="utf-8")
    (stories / "\x1b[31mempty\u202e.txt").touch()
    places = {name: str(tmp_path / name) for name in ("out", "notebooks", "cache", "pipeline")}
    main([*(word for name, place in places.items() for word in (f"--{name}", place)), str(stories)])
    told = "".join(capfd.readouterr())
    assert "is empty" in told
    assert all(character.isprintable() or character == "\n" for character in told)
    pages = sorted((tmp_path / "out").glob("*/how.html"))
    assert len(pages) == len(set(stories.iterdir())) - 1
    for page in [tmp_path / "out" / "index.html", *pages]:
        assert find_intrusions(browser, page) == [], page


def test_a_script_that_was_put_into_the_cache_never_comes_to_a_page(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLAB_CACHE", str(tmp_path))
    vega_bundle.cache_clear()
    genuine = vega_bundle()
    (kept,) = tmp_path.iterdir()
    assert digest(genuine) == digest(kept.read_bytes()) == exporter._BUNDLE  # write the new one down with a new version
    kept.write_text("window.smuggled = 1", encoding="utf-8")
    vega_bundle.cache_clear()
    assert vega_bundle() == genuine


@pytest.mark.parametrize("ending", [".txt", ".md", ".html"])
def test_reading_fetches_nothing(tmp_path, monkeypatch, ending):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("reading a document opened a connection")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    away = "https://smuggler.invalid"
    remote = f"""<?xml version="1.0"?><!DOCTYPE html SYSTEM "{away}/x.dtd" [<!ENTITY far SYSTEM "{away}/e">
        <!ENTITY near SYSTEM "file:///etc/hostname">]><html xmlns:xi="http://www.w3.org/2001/XInclude"><head>
        <link rel="canonical" href="{away}/story"><base href="{away}/"><script src="{away}/a.js"></script></head><body>
        <article><p>&far; &near; The council of Lima met on Monday and counted all the boats that had left.</p>
        <xi:include href="{away}/i"/><img src="{away}/i.png"><iframe src="{away}"></iframe></article></body></html>"""
    path = tmp_path / f"story{ending}"
    path.write_text(remote, encoding="utf-8")
    text = nl.read_articles(path)["text"][0]
    assert "counted all the boats" in text
    for payload in PAYLOADS:
        read_as(payload, ending, tmp_path)


def test_entities_of_a_page_are_not_expanded_without_end(tmp_path):
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE html [<!ENTITY l0 "boats">{levels}]><html><body><article><p>&l9; left Lima.</p><p>'
    path = tmp_path / "story.html"
    path.write_text(f"{bomb}{'The council met on Monday. ' * 9}</p></article></body></html>", encoding="utf-8")
    assert len(nl.read_articles(path)["text"][0]) < 1000


@pytest.mark.parametrize("payload", FEW)
@pytest.mark.parametrize("name", ["PUBLISHED", "DOC", "PIPELINE"])
def test_values_of_the_environment_are_told_in_one_clean_line(tmp_path, monkeypatch, capfd, name, payload):
    story = tmp_path / "story.txt"
    story.write_text("Two boats left.", encoding="utf-8")
    monkeypatch.setenv("DOC", str(story))
    monkeypatch.setenv(name, payload.replace("\0", "") or "x")
    assert main(["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]) == 1
    told = capfd.readouterr().err
    assert all(character.isprintable() or character == "\n" for character in told)
    assert "Traceback" not in told
