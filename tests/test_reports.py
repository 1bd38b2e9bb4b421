"""Reports: made once, remade where something changed, the same bytes each time, and alive without a network."""

import base64
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import altair as alt
import nbformat
import pandas as pd
import pytest
import spacy
from browsing import list_requests, open_page
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from newslab.charts import chart_bars, chart_dispersion
from newslab.display import COLOURS, LAYERS, show_finding, show_table, show_text, use_charts
from newslab.reports.driver import main
from newslab.reports.exporter import ReportExporter, pack, shorten_path, vega_bundle

PAYLOAD = """</script><script>window.smuggled = 1</script><img src=x onerror="window.smuggled = 1">"""
STORY = f"Ana Ruiz left Lima.\n\nShe took 40 trucks. {PAYLOAD}\n"

SETUP = """
import os
import pandas as pd, altair as alt
import newslab as nl
from newslab.display import link_span, link_to_text, show_finding, show_table, show_text, use_charts
use_charts()
articles = nl.read_articles(os.environ["NEWSLAB_DOCUMENT"], published=os.environ.get("NEWSLAB_PUBLISHED"))
docs = nl.parse_articles(articles, pipeline=os.environ["NEWSLAB_PIPELINE"], cache=os.environ["NEWSLAB_CACHE"])
text = articles["text"][0]
names = pd.DataFrame({"doc_id": "a", "start": [0], "end": [8], "text": [text[:8]]})
"""
FINDING = 'show_finding("It names {who}.", who=link_span(names.iloc[0], "entities"), facts={"Names": len(names)})'
CHART = """
points = names.assign(link=link_to_text(names, "entities"), word=text)
alt.Chart(points, title="Where").mark_point().encode(x="start:Q", y="word:N", href="link:N", tooltip="word:N")
"""
NOTEBOOKS = {
    "entities": ["# Who is named", SETUP, FINDING, "## Where?", CHART, CHART, 'show_table(names, kind="entities")'],
    "text": ["# The text", SETUP, 'show_text(next(iter(docs.values())), {"entities": names})'],
}


def run(*words: object, **environment: str) -> str:
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def write_notebook(path: Path, cells: list[str]) -> None:
    nb = new_notebook()
    nb.cells = [new_markdown_cell(c) if c.startswith("#") else new_code_cell(c) for c in cells]
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    nbformat.write(nb, path)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with notebooks, a pipeline that is quick to load, and a cache."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "notebooks").mkdir()
    for name, cells in NOTEBOOKS.items():
        write_notebook(folder / "notebooks" / f"{name}.ipynb", cells)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(folder / "pipeline")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    return folder


def options(place: Path, out: Path) -> list[str]:
    given = {"out": out, "notebooks": place / "notebooks", "pipeline": place / "pipeline", "cache": place / "cache"}
    # one worker, forked from what the first test has imported, is quicker here than two of which one imports anew
    given |= {"workers": 1}
    return [str(word) for name, value in given.items() for word in (f"--{name}", value)]


@pytest.fixture(scope="module")
def made(place):
    assert main([*options(place, place / "reports"), str(place / "story.txt")]) == 0
    return place / "reports"


def read_tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_document_gets_a_folder_of_pages_and_a_place_in_the_index(made):
    assert list(read_tree(made)) == ["index.html", "story/entities.html", "story/report.json", "story/text.html"]
    index = (made / "index.html").read_text(encoding="utf-8")
    assert 'href="story/entities.html"' in index
    assert "It names Ana Ruiz." in index
    assert "<dt>Names</dt><dd>1</dd>" in index


def test_pages_lead_to_each_other(made):
    page = (made / "story" / "text.html").read_text(encoding="utf-8")
    assert '<a href="entities.html">Entities</a>' in page
    assert '<a href="text.html" aria-current="page">Text</a>' in page
    assert '<a class="home" href="../index.html">' in page


def test_rows_and_sentences_link_both_ways(made):
    entities = (made / "story" / "entities.html").read_text(encoding="utf-8")
    text = (made / "story" / "text.html").read_text(encoding="utf-8")
    for page, other, name in ((entities, text, "text"), (text, entities, "entities")):
        links = set(re.findall(rf'href="{name}\.html#([^"]+)"', page))
        assert links
        assert links <= set(re.findall(r' id="([^"]+)"', other))


def test_ids_are_unique(made):
    for page in made.rglob("*.html"):
        ids = re.findall(r'(?<!\\)\bid="([^"]+)"', page.read_text(encoding="utf-8"))
        assert len(ids) == len(set(ids))


def test_a_second_run_has_nothing_to_do(place, made, capsys):
    before = {p: p.stat().st_mtime_ns for p in made.rglob("*")}
    assert main([*options(place, made), str(place / "story.txt")]) == 0
    assert "up to date" in capsys.readouterr().out
    assert {p: p.stat().st_mtime_ns for p in made.rglob("*")} == before


def test_finding_nothing_to_do_imports_nothing_heavy(place, made):
    asked = [*options(place, made), str(place / "story.txt")]
    code = (
        "import sys; from newslab.reports.driver import main; main(sys.argv[1:]); "
        "print([m for m in ('pandas', 'spacy', 'altair', 'nbconvert', 'IPython') if m in sys.modules])"
    )
    assert run("-c", code, *asked).splitlines()[-1] == "[]"


def test_the_same_input_gives_the_same_bytes(place, made, tmp_path):
    out = tmp_path / "elsewhere"
    asked = [*options(place, out), "--cache", tmp_path / "cache", "--workers", "2", place / "story.txt"]
    run("-m", "newslab.reports", *asked, PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    assert read_tree(out) == read_tree(made)


def test_a_changed_notebook_remakes_its_page_only(place, made, tmp_path, capsys):
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name, cells in NOTEBOOKS.items():
        write_notebook(notebooks / f"{name}.ipynb", [*cells, *(["1 + 1"] if name == "text" else [])])
    before = {p: p.stat().st_mtime_ns for p in made.rglob("*.html")}
    assert main([*options(place, made), "--notebooks", str(notebooks), str(place / "story.txt")]) == 0
    changed = {p.name for p in made.rglob("*.html") if p.stat().st_mtime_ns != before[p]}
    assert changed == {"text.html", "index.html"}
    assert "<pre>2</pre>" in (made / "story" / "text.html").read_text(encoding="utf-8")
    assert main([*options(place, made), str(place / "story.txt")]) == 0


def test_changed_corrections_remake_the_pages_and_wrong_ones_are_told_once(place, tmp_path, capsys):
    story, beside = tmp_path / "story.txt", tmp_path / "story.corrections.toml"
    story.write_text(STORY, encoding="utf-8")
    run_again = partial(main, [*options(place, tmp_path / "reports"), str(story)])
    assert run_again() == 0
    beside.write_text('[[ignore]]\ntext = "Lima"\n', encoding="utf-8")
    capsys.readouterr()
    assert run_again() == 0
    told = capsys.readouterr().out
    assert all(f"{name}.html" in told for name in NOTEBOOKS)
    beside.write_text("[[ignore]]\ntext = Lima\n", encoding="utf-8")
    assert run_again() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "story.corrections.toml: is no TOML" in line


def test_one_bad_document_stops_no_other(place, made, tmp_path, capsys):
    before = read_tree(made)
    (tmp_path / "my “own” story's.txt").write_text("A short one.", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    asked = [tmp_path / "no such.txt", tmp_path / "empty.txt", tmp_path / "my “own” story's.txt"]
    assert main([*options(place, made), *map(str, asked)]) == 1
    told = capsys.readouterr()
    assert [line.partition(": ")[::2] for line in told.err.splitlines()] == [
        (str(asked[0]), "no such file or folder; check the path"),
        (str(asked[1]), "is empty; check that it is the file you meant"),
    ]
    after = read_tree(made)
    assert {name for name in after if name.startswith("my-own-story-s/")} >= {"my-own-story-s/text.html"}
    assert {name: after[name] for name in before if name != "index.html"} == {
        name: content for name, content in before.items() if name != "index.html"
    }


def test_a_notebook_that_fails_leaves_its_page_as_it_was(place, made, tmp_path, capsys):
    before = (made / "story" / "text.html").read_bytes()
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    write_notebook(notebooks / "entities.ipynb", NOTEBOOKS["entities"])
    write_notebook(notebooks / "text.ipynb", ["# The text", "1 / 0"])
    assert main([*options(place, made), "--notebooks", str(notebooks), str(place / "story.txt")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "story.txt: text.ipynb, cell 2: ZeroDivisionError: division by zero; text.html stays as it was" in line
    assert (made / "story" / "text.html").read_bytes() == before


def test_a_page_that_fails_at_first_says_so_where_others_lead(place, tmp_path, capsys):
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    notebooks.mkdir()
    write_notebook(notebooks / "profile.ipynb", ["# What is this?"])
    write_notebook(notebooks / "text.ipynb", ["# The text", "1 / 0"])
    asked = [*options(place, out), "--notebooks", str(notebooks), str(place / "story.txt")]
    assert main(asked) == 1
    assert capsys.readouterr().err.strip().endswith("division by zero; text.html could not be made")
    page = (out / "story" / "text.html").read_text(encoding="utf-8")
    assert "This page could not be made." in page
    assert '<a href="profile.html">Profile</a>' in page
    assert 'href="story/text.html"' not in (out / "index.html").read_text(encoding="utf-8")
    write_notebook(notebooks / "text.ipynb", ["# The text", "1 + 1"])
    assert main(asked) == 0
    assert "could not be made" not in (out / "story" / "text.html").read_text(encoding="utf-8")


def test_a_notebook_on_something_else_than_a_document_is_no_page_of_one(place, tmp_path, capsys):
    write_notebook(tmp_path / "corpus.ipynb", ["# Many", 'folder = os.environ["NEWSLAB_TABLES"]'])
    nb = nbformat.read(tmp_path / "corpus.ipynb", as_version=4)
    nb.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(nb, tmp_path / "corpus.ipynb")
    assert main([*options(place, tmp_path / "out"), "--notebooks", str(tmp_path), str(place / "story.txt")]) == 1
    assert "holds no notebook" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--published", "soon", "published 'soon' is not a date; write it as 2019-03-07"),
        ("--pipeline", "no_such_pipeline", "no spaCy pipeline 'no_such_pipeline' is installed"),
    ],
)
def test_a_bad_option_is_told_in_one_line(place, tmp_path, option, value, message, capsys):
    assert main([*options(place, tmp_path), option, value, str(place / "story.txt")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{place / 'story.txt'}: ")
    assert message in line
    assert not list(tmp_path.iterdir())


def test_no_workers_are_refused_rather_than_waited_for(place, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([*options(place, tmp_path / "out"), "--workers", "0", str(place / "story.txt")])
    assert "--workers" in capsys.readouterr().err


def test_documents_of_one_name_get_folders_of_their_own(place, tmp_path):
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "Überblick 1.txt")
        paths[-1].write_text(f"Story {folder}.", encoding="utf-8")
    out = tmp_path / "out"
    write_notebook(tmp_path / "page.ipynb", ["# A page"])
    assert main([*options(place, out), "--notebooks", str(tmp_path), *map(str, paths)]) == 0
    first, second = sorted(p.name for p in out.iterdir() if p.is_dir())
    assert first == "uberblick-1"
    assert re.fullmatch(r"uberblick-1-[0-9a-f]{8}", second)


def convert(*outputs: object, heading: str = "# Page") -> str:
    """Convert a notebook of one code cell that shows these."""
    cell = new_code_cell("shown")
    for shown in outputs:
        data = shown if isinstance(shown, dict) else shown._repr_mimebundle_()
        cell.outputs.append(new_output("display_data", data=data[0] if isinstance(data, tuple) else data))
    html, _ = ReportExporter().from_notebook_node(new_notebook(cells=[new_markdown_cell(heading), cell]))
    return html


def make_chart(word: str = "word") -> alt.Chart:
    use_charts()
    return alt.Chart(pd.DataFrame({"word": [word], "n": [1]}), title="Words").mark_bar().encode(x="n:Q", y="word:N")


def test_every_script_of_a_page_is_allowed_by_its_hash_and_nothing_else_is():
    page = convert(make_chart())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    rules = policy.group(1).replace("&#39;", "'")
    assert rules.startswith("default-src 'none';")
    assert "unsafe-eval" not in rules
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    packed = re.search(r'id="vega">(.*?)</script>', page)
    assert packed is not None
    scripts.append(vega_bundle())
    assert packed.group(1) == pack(vega_bundle())
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in rules


def test_a_page_names_no_address_to_fetch():
    page = convert(make_chart(), show_table(pd.DataFrame({"n": [1]})))
    # names of formats look like addresses, and what is packed may spell anything
    bare = re.sub(r'xmlns(:\w+)?="[^"]+"|base64,[\w+/=]+|<script.*?</script>', "", page, flags=re.DOTALL)
    assert re.findall(r"\w+://\S+|//\w+\.\S+", bare) == []


def test_what_a_document_says_is_never_markup():
    page = convert(
        make_chart(PAYLOAD),
        show_table(pd.DataFrame({"text": [PAYLOAD]})),
        show_finding("{it}", it=PAYLOAD),
        {"text/markdown": f"**{PAYLOAD}**"},
        {"text/plain": PAYLOAD},
    )
    assert "<img" not in page
    assert "<script>window" not in page


def test_a_page_has_one_heading_of_the_first_rank_and_lists_those_of_the_second():
    page = convert(make_chart(), heading="# Page\n\n## Who?\n\n# Again\n\n## Who?")
    assert page.count("<h1") == 1
    assert re.findall(r'<li><a href="#([^"]+)">', page) == ["who", "again", "who-3"]


def test_a_notebook_without_a_heading_gets_its_name():
    nb = new_notebook(cells=[])
    html, _ = ReportExporter().from_notebook_node(nb, {"metadata": {"name": "who_said_it"}})
    assert "<h1>Who said it</h1>" in html


def test_the_entry_points_can_be_imported():
    # a broken one breaks every call of nbconvert in its environment
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    points = project["project"]["entry-points"]["nbconvert.exporters"]
    found = {name: importlib.metadata.EntryPoint(name, value, "nbconvert.exporters") for name, value in points.items()}
    assert {name: point.load() for name, point in found.items()} == {"newslab": ReportExporter}


def test_nbconvert_makes_a_page_by_itself(place, tmp_path):
    exporter = "newslab.reports.exporter.ReportExporter"
    notebook = place / "notebooks" / "text.ipynb"
    run(
        *("-m", "nbconvert", "--execute", "--to", exporter, "--output-dir", tmp_path, notebook),
        NEWSLAB_DOCUMENT=str(place / "story.txt"),
        NEWSLAB_PIPELINE=str(place / "pipeline"),
        NEWSLAB_CACHE=str(place / "cache"),
    )
    assert 'id="entities-0-8"' in (tmp_path / "text.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", [0, 1])
def test_words_in_every_colour_can_be_read_on_their_paper(paper):
    def luminance(colour: str) -> float:
        # WCAG 2.2, definition of relative luminance
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        dark, light = sorted((luminance(one), luminance(other)))
        return (light + 0.05) / (dark + 0.05)

    inks = ["ink", "muted", "link", "entities", "quantities", "quotes", "times", "anomalies"]
    assert {n: c for n in inks if (c := contrast(COLOURS[n][paper], COLOURS["paper"][paper])) < 4.5} == {}
    grounds = ["wash", "spot", "quotes-wash"]
    assert {n: c for n in grounds if (c := contrast(COLOURS["ink"][paper], COLOURS[n][paper])) < 4.5} == {}


def background(browser, css: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, css).value_of_css_property("background-color")


@pytest.fixture
def entities_page(made):
    return made / "story" / "entities.html"


def test_charts_come_alive_without_a_request_or_a_complaint(browser, entities_page):
    open_page(browser, entities_page)
    assert len(browser.find_elements(By.CSS_SELECTOR, ".drawn svg")) == 2
    assert browser.find_elements(By.CSS_SELECTOR, ".drawing > svg") == []
    assert browser.get_log("browser") == []
    assert list_requests(browser) == [entities_page.as_uri()]
    assert browser.execute_script("return window.smuggled") is None


def test_charts_are_there_without_scripts(browser, entities_page):
    open_page(browser, entities_page, scripts=False)
    pictures = browser.find_elements(By.CSS_SELECTOR, ".drawing > svg")
    assert len(pictures) == 2
    assert all(picture.size["width"] > 300 and picture.size["height"] > 20 for picture in pictures)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_click_leads_to_the_sentence_and_another_one_back(browser, entities_page, scripts):
    open_page(browser, entities_page, scripts=scripts)
    browser.find_element(By.CSS_SELECTOR, "td a").click()
    assert browser.current_url.endswith("/text.html#entities-0-8")
    spot = background(browser, ".nl-sentence:has(:target)")
    assert spot != background(browser, ".nl-sentence:not(:has(:target))")
    browser.find_element(By.CSS_SELECTOR, ":target").click()
    assert browser.current_url.endswith("/entities.html#entities-0-8")
    assert background(browser, "tr:target") == spot


def test_chart_points_lead_to_the_sentence(browser, entities_page):
    open_page(browser, entities_page, scripts=False)
    assert browser.find_element(By.CSS_SELECTOR, ".drawing a").get_dom_attribute("href") == "text.html#entities-0-8"
    open_page(browser, entities_page)
    browser.find_element(By.CSS_SELECTOR, ".drawn .mark-symbol path").click()
    WebDriverWait(browser, 5).until(lambda b: b.current_url.endswith("/text.html#entities-0-8"))


@pytest.mark.parametrize("scripts", [True, False])
def test_chart_points_lead_to_the_sentence_by_keyboard_too(browser, entities_page, scripts):
    open_page(browser, entities_page, scripts=scripts)

    def press(key: str) -> WebElement:
        browser.switch_to.active_element.send_keys(key)
        return browser.switch_to.active_element

    for _ in range(30):  # to the first chart
        if press(Keys.TAB).get_dom_attribute("class") == "drawing":
            break
    mark = press(Keys.ARROW_RIGHT if scripts else Keys.TAB)
    assert mark.accessible_name
    assert [tip.is_displayed() for tip in browser.find_elements(By.CSS_SELECTOR, ".tip")] == [True] * scripts
    mark.send_keys(Keys.ENTER)
    WebDriverWait(browser, 5).until(lambda b: b.current_url.endswith("/text.html#entities-0-8"))


def test_a_legend_can_be_used_by_keyboard(browser, tmp_path):
    terms = pd.DataFrame({"term": ["a", "b"], "n": [2, 1], "kind": ["one", "two"]})
    page = tmp_path / "page.html"
    page.write_text(convert(chart_bars(terms, label="term", value="n", title="Terms", colour="kind")), "utf-8")
    open_page(browser, page)

    def fade() -> list[str | None]:
        bars = browser.find_elements(By.CSS_SELECTOR, ".drawn .mark-rect.role-mark path")
        return [bar.get_dom_attribute("opacity") for bar in bars]

    browser.find_element(By.CSS_SELECTOR, ".drawing").send_keys(Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element.text == "one"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 5).until(lambda _: fade() == ["1", "0.15"])


def test_a_chart_along_the_text_can_be_zoomed(browser, tmp_path):
    spans = pd.DataFrame({"start": [0, 50], "end": [5, 55], "text": ["Tokyo", "Osaka"], "name": ["Tokyo", "Osaka"]})
    page = tmp_path / "page.html"
    chart = chart_dispersion(spans, row="name", kind="entities", n_characters=100, title="Where")
    page.write_text(convert(chart), "utf-8")
    open_page(browser, page)

    def name_ticks() -> list[str]:
        return [tick.text for tick in browser.find_elements(By.CSS_SELECTOR, ".drawn .role-axis-label text")]

    before = name_ticks()
    browser.execute_script(
        "const at = document.querySelector('.drawn svg').getBoundingClientRect();"
        "document.querySelector('.drawn svg .background').dispatchEvent(new WheelEvent('wheel', {bubbles: true,"
        "shiftKey: true, deltaY: -400, clientX: at.x + at.width / 2, clientY: at.y + at.height / 2}));"
    )
    WebDriverWait(browser, 5).until(lambda _: name_ticks() != before)


def test_a_tooltip_says_what_the_document_says_as_words(browser, entities_page):
    open_page(browser, entities_page)
    ActionChains(browser).move_to_element(browser.find_element(By.CSS_SELECTOR, ".drawn .mark-symbol path")).perform()
    tip = WebDriverWait(browser, 5).until(lambda b: b.find_element(By.CSS_SELECTOR, ".tip:not([hidden])"))
    assert PAYLOAD in tip.text
    assert browser.execute_script("return window.smuggled") is None


def test_the_csvs_of_a_chart_say_which_axis_they_are_of_and_hold_no_row_twice(tmp_path):
    use_charts()
    base = alt.Chart(pd.DataFrame({"n": [1, 2]})).mark_bar()
    again = alt.Chart(pd.DataFrame({"n": [2]})).mark_text()
    other = alt.Chart(pd.DataFrame({"n": [7]})).mark_bar()
    chart = (base.encode(alt.X("n:Q", title="men")) + again.encode(x="n:Q")) & other.encode(
        alt.X("n:Q", title="km / h")
    )
    links = re.findall(
        r'<a download="([^"]+)" href="data:text/csv;charset=utf-8;base64,([^"]+)">(.*?)</a>', convert(chart)
    )
    assert [(name, base64.b64decode(data).decode(), words) for name, data, words in links] == [
        ("chart-1-men.csv", "n\n1\n2\n", "Data as CSV: men"),
        ("chart-1-km-h.csv", "n\n7\n", "Data as CSV: km / h"),
    ]


@pytest.mark.parametrize("name", ["index.html", "story/entities.html", "story/text.html"])
def test_nothing_is_wider_than_a_phone(browser, made, name):
    open_page(browser, made / name, width=390)
    assert browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]") == [390, 390]


def test_layers_can_be_switched_off_without_scripts(browser, tmp_path):
    text = "\n".join(f"{kind} stand here" for kind in LAYERS)
    spans = {kind: [(text.index(kind), text.index(kind) + len(kind))] for kind in LAYERS}
    paragraphs = pd.DataFrame([{"start": 0, "end": len(text), "role": "boilerplate", "off_topic": False}])
    layers = {kind: pd.DataFrame(at, columns=["start", "end"]) for kind, at in spans.items()}
    page = tmp_path / "text.html"
    page.write_text(convert(show_text(text, layers, paragraphs=paragraphs)), encoding="utf-8")
    open_page(browser, page, scripts=False)
    lanes = browser.find_elements(By.CSS_SELECTOR, ".nl-map svg")
    assert len(lanes) == len(LAYERS)
    assert all(lane.size["height"] > 5 and lane.size["width"] > 500 for lane in lanes)
    for kind in LAYERS:
        mark = browser.find_element(By.CSS_SELECTOR, f"a.nl-{kind}")
        shown = [mark.value_of_css_property(f"background-{what}") for what in ("image", "color")]
        browser.find_element(By.CSS_SELECTOR, f".nl-switch-{kind}").click()
        assert [mark.value_of_css_property(f"background-{what}") for what in ("image", "color")] != shown
    assert not browser.find_element(By.CSS_SELECTOR, ".nl-note").is_displayed()


def test_pages_print(browser, entities_page):
    open_page(browser, entities_page)
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") <= 3


def test_long_tables_open_sort_and_filter(browser, tmp_path):
    rows = pd.DataFrame(
        {"start": range(30), "end": range(1, 31), "text": [f"word {n}" for n in range(30)], "n": range(30)}
    )
    page = tmp_path / "page.html"
    page.write_text(convert(show_table(rows, kind="quotes", top=5)), encoding="utf-8")

    def words() -> list[str]:
        shown = browser.find_elements(By.CSS_SELECTOR, "tbody tr")
        return [row.find_element(By.TAG_NAME, "a").text for row in shown if row.is_displayed()]

    open_page(browser, page)
    assert words() == [f"word {n}" for n in range(5)]
    heading = browser.find_elements(By.CSS_SELECTOR, "th button")[-1]
    heading.click()
    heading.click()
    assert words() == [f"word {n}" for n in range(29, 24, -1)]
    browser.find_element(By.CSS_SELECTOR, "input[type=search]").send_keys("word 1")
    assert len(words()) == 11
    open_page(browser, page, place="#quotes-20-21", scripts=False)
    assert len(words()) == 30
    open_page(browser, page, scripts=False)
    browser.find_element(By.CSS_SELECTOR, ".nl-all").click()
    assert len(words()) == 30


def test_a_place_that_is_no_mark_is_found_by_its_sentence(browser, made):
    open_page(browser, made / "story" / "text.html", place="#terms-25-27")
    sentence = browser.find_element(By.CSS_SELECTOR, ".nl-sentence:target")
    assert sentence.text.startswith("She took 40 trucks.")


def test_pictures_are_slimmed_without_touching_words():
    said = 'x opacity="1" role="img" 1.23456'
    page = convert(make_chart(said))
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert f">{said}</text>" in picture
    assert picture.count("font-family=") == 1
    assert "aria-roledescription" not in picture
    assert not re.search(r' (?:d|transform)="[^"]*\.\d{3}', picture)


def test_outlines_of_maps_keep_their_shape_in_fewer_characters():
    seen = "M10.04,10.06L20,10L20,20.123Z"
    beside = "M-30,10L-20,10L-20,20Z" + "M10,110L20,110L20,120Z"
    assert shorten_path(seen + beside + seen, 100, 100) == "M10,10.1l10,-0.1l0,10.1Z" * 2


def test_a_lost_index_comes_back_and_one_of_a_lost_document_is_mended(place, made, tmp_path):
    out = tmp_path / "reports"
    asked = [*options(place, out), str(place / "story.txt")]
    shutil.copytree(made, out)
    first, *_ = sorted(path for path in out.iterdir() if path.is_dir())
    (out / "index.html").unlink()
    assert main(asked) == 0
    assert first.name in (out / "index.html").read_text(encoding="utf-8")
    shutil.copytree(first, out / "another")
    assert main(asked) == 0
    assert 'href="another/' in (out / "index.html").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_to_is_told_before_the_work(place, tmp_path, capsys):
    (tmp_path / "reports").write_text("in the way")
    assert main([*options(place, tmp_path / "reports"), str(place / "story.txt")]) == 1
    said = capsys.readouterr()
    assert said.err.strip().endswith("name another folder with --out")
    assert len(said.err.strip().splitlines()) == 1
    assert said.out == ""
