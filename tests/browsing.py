"""Browsing: what tests do with a page in a browser."""

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


def find_barriers(browser: webdriver.Chrome, *, paper: str, rules: list[str] | None = None) -> list:
    """Give what axe-core finds wrong on the page that is open, on light or dark paper."""
    media = {"features": [{"name": "prefers-color-scheme", "value": paper}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    return browser.execute_async_script(f"{axe}\n{_AXE}", rules)
