"""What several test files share."""

import shutil

import pytest
from selenium import webdriver


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no Chromium here: install chromium and chromium-driver to test pages in a browser")
    settings = webdriver.ChromeOptions()
    settings.binary_location = chromium
    quiet = "disable-background-networking disable-component-update disable-sync no-first-run hide-scrollbars"
    for word in ["headless=new", "no-sandbox", "disable-gpu", *quiet.split()]:
        settings.add_argument(f"--{word}")
    settings.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    settings.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=settings, service=webdriver.ChromeService(driver))
    opened.set_script_timeout(60)
    yield opened
    opened.quit()
