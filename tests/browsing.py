"""Browsing: what tests do with a page in a browser."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

_AXE = """
const [rules, done] = arguments;
axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})})
  .then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((node) => node.html.slice(0, 200))])));
"""


@contextmanager
def open_browser(folder: Path) -> Iterator[webdriver.Chrome]:
    """Open a Chromium that keeps itself to a new folder and reaches no network."""
    settings = webdriver.ChromeOptions()
    settings.binary_location = shutil.which("chromium")
    quiet = "disable-background-networking disable-component-update disable-sync no-first-run hide-scrollbars"
    for word in ["headless=new", "no-sandbox", "disable-gpu", *quiet.split()]:
        settings.add_argument(f"--{word}")
    settings.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    settings.add_argument(f"--user-data-dir={folder}")
    settings.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=settings, service=webdriver.ChromeService(shutil.which("chromedriver")))
    opened.set_script_timeout(60)
    try:
        yield opened
    finally:
        opened.quit()


def open_page(
    browser: webdriver.Chrome, path: Path, *, place: str = "", width: int = 1280, scripts: bool = True
) -> None:
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    browser.get(path.as_uri() + place)
    if scripts and browser.find_elements(By.ID, "vega"):
        WebDriverWait(browser, 30).until(lambda b: b.execute_script("return document.documentElement.dataset.charts"))


def list_requests(browser: webdriver.Chrome) -> list[str]:
    """Give the addresses that the page asked for since it was opened, its own among them."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith(("data:", "about:", "chrome:", "blob:"))]


def find_barriers(browser: webdriver.Chrome, *, paper: str, rules: list[str] | None = None) -> list:
    """Give what axe-core finds wrong on the page that is open, on light or dark paper."""
    media = {"features": [{"name": "prefers-color-scheme", "value": paper}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    return browser.execute_async_script(f"{axe}\n{_AXE}", rules)
