"""Pages that the notebooks make of a story: to be read by anybody, without a network, with or without scripts."""

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from browsing import find_barriers, list_requests, open_page
from selenium.webdriver.common.by import By

from newslab.reports.driver import main

STORY = """Ferry stays in port as Peru counts its storms

LIMA, March 4, 2019 - "We will not sail," the port's director, Ana Ruiz, told reporters on Monday. About 300
passengers waited in Callao, she said, at least 40 of them since Friday.

Officials in Chile, who asked not to be named, said that 12 percent of boats were lost. Ruiz denied it. "Nobody has
counted yet," she said.

Bolivia sent two helicopters to Arequipa last week. According to the navy, the storm will reach Chile by Thursday.
"""
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NAMES = [
    f"story/{p.stem}.html" for p in sorted(NOTEBOOKS.glob("*.ipynb")) if "NEWSLAB_DOCUMENT" in p.read_text("utf-8")
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    return folder


def ask(folder: Path, out: Path) -> list[str]:
    asked = {"out": out, "notebooks": NOTEBOOKS, "cache": folder / "cache"}
    return [*(str(word) for name, value in asked.items() for word in (f"--{name}", value)), str(folder / "story.txt")]


@pytest.fixture(scope="session")
def site(folder):
    assert main(ask(folder, folder / "out")) == 0
    return folder / "out"


@pytest.fixture(params=NAMES)
def page(site, request):
    return site / request.param


def test_the_same_story_gives_the_same_bytes_elsewhere_in_turn_and_under_another_hash_seed(folder, site, tmp_path):
    command = [sys.executable, "-m", "newslab.reports", "--workers", "1", *ask(folder, tmp_path / "elsewhere")]
    subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": "7"}, check=True, capture_output=True)  # noqa: S603
    for path in sorted(site.rglob("*.*")):
        assert (tmp_path / "elsewhere" / path.relative_to(site)).read_bytes() == path.read_bytes(), path.name


def test_a_document_in_which_nothing_is_found_gets_all_its_pages(folder, tmp_path):
    (tmp_path / "nothing.txt").write_text("Hm.", encoding="utf-8")
    assert main([*ask(folder, tmp_path / "out")[:-1], str(tmp_path / "nothing.txt")]) == 0
    assert {page.name for page in (tmp_path / "out" / "nothing").glob("*.html")} == {Path(name).name for name in NAMES}


def read(page: Path) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(page.read_bytes())


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("name", ["index.html", *NAMES])
def test_no_page_has_a_barrier(browser, site, tmp_path, name, scripts):
    pytest.importorskip("axe_playwright_python", reason="no axe-core here: install the locked packages")
    page = site / name
    if not scripts:  # axe is a script itself, so the page's own are taken out
        page = tmp_path / page.name
        page.write_text(re.sub(r"<script.*?</script>", "", (site / name).read_text("utf-8"), flags=re.DOTALL), "utf-8")
    for width in (390, 1280):
        open_page(browser, page, width=width)
        assert browser.execute_script("return document.documentElement.scrollWidth") == width
        assert find_barriers(browser, paper="light") == []
        assert find_barriers(browser, paper="dark", rules=["color-contrast", "link-in-text-block"]) == []


def test_every_chart_is_drawn_without_a_request_or_a_complaint(browser, page):
    open_page(browser, page)
    figures = browser.find_elements(By.CSS_SELECTOR, "figure.chart")
    assert len(browser.find_elements(By.CSS_SELECTOR, "figure.chart .drawn svg")) == len(figures)
    assert browser.get_log("browser") == []
    assert list_requests(browser) == [page.as_uri()]


def test_every_chart_is_there_without_scripts(browser, page):
    open_page(browser, page, scripts=False)
    figures = browser.find_elements(By.CSS_SELECTOR, "figure.chart")
    pictures = browser.find_elements(By.CSS_SELECTOR, "figure.chart .drawing > svg")
    assert len(pictures) == len(figures)
    assert all(picture.size["width"] > 100 and picture.size["height"] > 20 for picture in pictures)


def test_every_page_prints(browser, page):
    open_page(browser, page)
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF")
    assert 1 <= printed.count(b"/Type /Page\n") <= 10


def test_the_csv_of_a_table_holds_its_rows(page):
    for box in read(page).find_class("nl-table"):
        (link,) = box.xpath(".//a[@download]")
        table = pd.read_csv(io.BytesIO(base64.b64decode(link.get("href").partition("base64,")[2])))
        rows = [row for row in box.xpath(".//tbody/tr") if "None found." not in row.text_content()]
        assert len(table) == len(rows)
        if links := box.xpath(".//td/a/@href"):
            places = [tuple(map(int, link.split("-")[-2:])) for link in links]
            assert places == list(zip(table["start"], table["end"], strict=True))


def test_every_link_within_a_report_leads_somewhere(site):
    pages = {path.name: read(path) for path in (site / "story").glob("*.html")}
    ids = {name: set(tree.xpath("//@id")) for name, tree in pages.items()}
    n_links = 0
    for name, tree in pages.items():
        for href in tree.xpath("//main//a/@href | //main//*[local-name()='a']/@*[local-name()='href']"):
            if href.startswith(("data:", "https:")):
                continue
            to, _, place = href.partition("#")
            n_links += 1
            assert place in ids[to or name], f"{name}: {href}"
    assert n_links > 100


@pytest.mark.parametrize("name", ["quotes", "quantities"])
def test_every_mark_and_every_row_of_claims_leads_to_its_sentence(site, name):
    tree = read(site / "story" / f"{name}.html")
    charts = tree.xpath("//figure[@class='chart']")
    assert charts
    for chart in charts:
        assert chart.xpath(".//*[local-name()='a' and starts-with(@href, 'text.html#')]"), chart.get("id")
    for row in tree.xpath("//tbody/tr[not(td[@colspan])]"):
        assert row.xpath(".//a[starts-with(@href, 'text.html#')]"), row.text_content()


def test_pages_are_small(page):
    assert page.stat().st_size <= 600_000
