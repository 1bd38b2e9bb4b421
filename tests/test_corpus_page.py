"""The page of a collection: by the same rules as the pages of a document, without a text behind it."""

import base64
import io
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from browsing import find_barriers, list_requests, open_page
from selenium.webdriver.common.by import By

from newslab.corpora.page import main, make_corpus_page
from newslab.reports.running import make_page

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.fixture(scope="module")
def page(collection):
    return make_corpus_page(collection, notebooks=NOTEBOOKS)


@pytest.fixture
def tree(page):
    return lxml.html.fromstring(page.read_bytes())


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_has_no_barrier(browser, page, tmp_path, scripts):
    pytest.importorskip("axe_playwright_python", reason="no axe-core here: install the locked packages")
    if not scripts:  # axe is a script itself, so the page's own are taken out
        text = re.sub(r"<script.*?</script>", "", page.read_text("utf-8"), flags=re.DOTALL)
        page = tmp_path / page.name
        page.write_text(text, "utf-8")
    for width in (390, 1280):
        open_page(browser, page, width=width)
        assert browser.execute_script("return document.documentElement.scrollWidth") == width
        assert find_barriers(browser, paper="light") == []
        assert find_barriers(browser, paper="dark", rules=["color-contrast", "link-in-text-block"]) == []


def test_every_chart_is_drawn_without_a_request_or_a_complaint(browser, page):
    open_page(browser, page)
    figures = browser.find_elements(By.CSS_SELECTOR, "figure.chart")
    assert len(figures) >= 7
    assert len(browser.find_elements(By.CSS_SELECTOR, "figure.chart .drawn svg")) == len(figures)
    assert browser.get_log("browser") == []
    assert list_requests(browser) == [page.as_uri()]


def test_words_from_the_web_stay_words(page, tree):
    assert "<script>alert(1)</script>" in tree.text_content()
    assert "alert(" not in "".join(tree.xpath("//script[not(@type)]/text()"))
    assert not tree.xpath("//main//b[contains(., 'Hill')]")


def test_it_finds_the_story_that_is_told_twice(tree):
    (box,) = (box for box in tree.find_class("nl-table") if "Near-duplicates" in box.text_content())
    (row,) = box.xpath(".//tbody/tr")
    assert [row[0].text_content(), row[2].text_content()] == ["Ferry stays in port, again", "Ferry stays in port"]


def test_every_row_of_spans_says_where_it_stands(tree):
    captions = ("Names, each", "Places, each", "Sources with a name", "Sources without", "The first figures")
    for box in tree.find_class("nl-table"):
        if not (box.text_content().startswith(captions)):
            continue
        (link,) = box.xpath(".//a[@download]")
        table = pd.read_csv(io.BytesIO(base64.b64decode(link.get("href").partition("base64,")[2])))
        assert len(table)
        assert table[["doc_id", "start", "title", "sentence"]].notna().all(axis=None)


def test_the_page_holds_no_link_that_leads_nowhere(tree):
    ids = set(tree.xpath("//@id"))
    for href in tree.xpath("//a/@href"):
        assert href.startswith("data:") or href.removeprefix("#") in ids


def test_the_notebook_runs_by_itself_on_the_default_document(tmp_path):
    frame = {"document": "", "pages": [], "index": None}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        arguments = (str(NOTEBOOKS / "corpus.ipynb"), str(tmp_path / "corpus.html"), {}, frame)
        made = process.submit(make_page, *arguments).result()
    assert int(made.facts["Documents"]) > 5


def test_a_collection_of_next_to_nothing_has_a_page_too(make_collection):
    page = make_corpus_page(make_collection({"a": (None, None, None, "Rain.")}), notebooks=NOTEBOOKS)
    assert "1 document" in page.read_text("utf-8")


def test_a_folder_without_a_collection_is_told(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "holds no collection" in capsys.readouterr().err


def test_the_outlet_to_compare_is_named_in_the_environment(collection, monkeypatch, capsys):
    monkeypatch.setenv("NEWSLAB_PART", "Nobody's Gazette")
    assert main([str(collection), "--notebooks", str(NOTEBOOKS)]) == 1
    assert 'no document is of "Nobody\'s Gazette"' in capsys.readouterr().err
