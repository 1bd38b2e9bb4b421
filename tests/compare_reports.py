"""Compare the pages of a report with what nbconvert and ydata-profiling make of the same, without a network.

    python tests/compare_reports.py
    python tests/compare_reports.py --profiling ../profiling/bin/python --out compared

Ours and nbconvert's pages are of the same notebooks on the default document, nbconvert's as it comes: its own template,
Altair's own renderer. ydata-profiling's are of the tables that the report is made from; it stays out of newslab's own
environment, so `--profiling` names a Python that has it.

All are opened in one Chromium that reaches no network. Seconds count from the start of navigation, the median of some
visits: *visible* is when the last picture had been painted, *interactive* when a script had drawn the last chart.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from browsing import find_barriers, list_requests, open_browser, open_page
from selenium.webdriver import Chrome

import newslab as nl
from newslab.reports.driver import main as make_reports

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "notebooks" / "data" / "000_fbcba355377e102d.txt"
PAGES = ["profile", "entities", "quantities", "quotes", "times", "text"]
STOCK = "import altair, newslab.charts\naltair.renderers.enable('default');"
PROFILE = """
import sys, pandas, ydata_profiling
ydata_profiling.ProfileReport(pandas.read_csv(sys.argv[1]), progress_bar=False).to_file(sys.argv[2])
"""
QUIET = 2.0
"""Seconds without another picture after which a page is taken to be done."""

WATCH = """
window.watched = {pictures: 0, visible: 0, drawn: 0, interactive: 0};
const large = (e) => e.clientWidth > 100 && e.clientHeight > 20 && e.checkVisibility({visibilityProperty: true});
const count = (css, name, at) => {
  const n = [...document.querySelectorAll(css)].filter(large).length;
  if (n > watched[name]) { watched[name] = n; watched[at] = performance.now(); }
};
const look = () => {
  count("svg:not(svg svg), canvas, img", "pictures", "visible");
  count(".drawn > svg, .vega-embed svg, .vega-embed canvas", "drawn", "interactive");
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def measure_page(browser: Chrome, page: Path, *, visits: int) -> dict[str, Any]:
    """Open a page some times, and give what it weighs, asks for, shows and gets wrong."""
    seen = []
    for _ in range(visits):
        open_page(browser, page)
        while browser.execute_script("return performance.now() - Math.max(watched.visible, watched.interactive)") < (
            1000 * QUIET
        ):
            time.sleep(0.1)
        seen.append(browser.execute_script("return watched"))
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    asked = [url for url in list_requests(browser) if url.startswith("http")]
    barriers = find_barriers(browser, paper="light")
    return {
        "kB": round(page.stat().st_size / 1000),
        "requests": len(asked),
        "pictures": seen[-1]["pictures"],
        "interactive": seen[-1]["drawn"],
        "visible, s": statistics.median(visit["visible"] for visit in seen) / 1000 or None,
        "interactive, s": statistics.median(visit["interactive"] for visit in seen) / 1000 or None,
        "console errors": len(errors),
        "axe rules broken": len(barriers),
        "by elements": sum(len(elements) for _, elements in barriers),
    }


def make_ours(out: Path) -> Iterator[Path]:
    """Make the report on the default document, as `make report` does."""
    notebooks = ROOT / "notebooks"
    if make_reports(["--out", str(out), "--notebooks", str(notebooks), "--cache", str(out / ".cache"), str(DOCUMENT)]):
        sys.exit("the report could not be made")
    yield from (next(out.glob(f"*/{name}.html")) for name in PAGES)


def make_stock(out: Path) -> Iterator[Path]:
    """Run the same notebooks with Altair's own renderer, and export them as nbconvert does by itself."""
    out.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        nb = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        nb.cells.insert(1, nbformat.v4.new_code_cell(STOCK))
        nbformat.write(nb, out / f"{name}.ipynb")
    asked = [
        "nbconvert",
        "--to",
        "html",
        "--execute",
        "--log-level",
        "ERROR",
        *(f"{out}/{name}.ipynb" for name in PAGES),
    ]
    environment = {**os.environ, "NEWSLAB_DOCUMENT": str(DOCUMENT)}
    subprocess.run([sys.executable, "-m", *asked], env=environment, check=True)  # noqa: S603 - our own notebooks
    yield from (out / f"{name}.html" for name in PAGES)


def make_profiles(out: Path, python: str) -> Iterator[Path]:
    """Let ydata-profiling describe the tables that the report is made from."""
    out.mkdir(parents=True, exist_ok=True)
    docs = nl.parse_articles(nl.read_articles(DOCUMENT))
    tables: Mapping[str, pd.DataFrame] = {
        "entities": nl.extract_entities(docs),
        "quantities": nl.extract_quantities(docs),
        "quotes": nl.extract_quotes(docs),
        "times": nl.extract_times(docs),
    }
    for name, table in tables.items():
        table.to_csv(out / f"{name}.csv", index=False)
        page = out / f"{name}.html"
        asked = [python, "-c", PROFILE, str(out / f"{name}.csv"), str(page)]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        yield page


def main() -> None:
    """Make all pages, measure them and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiling", metavar="PYTHON", help="an interpreter with ydata-profiling")
    parser.add_argument("--out", type=Path, help="folder to keep the pages in")
    parser.add_argument("--visits", type=int, default=3, help="visits to a page, of which the median counts")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        out = (options.out or Path(folder)).resolve()
        made = {"newslab": list(make_ours(out / "newslab")), "nbconvert": list(make_stock(out / "nbconvert"))}
        if options.profiling:
            made["ydata-profiling"] = list(make_profiles(out / "profiling", options.profiling))
        with open_browser(Path(folder) / "browser") as browser:
            browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            for by, pages in made.items():
                rows += [{"by": by, "page": p.stem, **measure_page(browser, p, visits=options.visits)} for p in pages]
    table = pd.DataFrame(rows).round(2)
    print(table.to_string(index=False, na_rep="-"))


if __name__ == "__main__":
    main()
