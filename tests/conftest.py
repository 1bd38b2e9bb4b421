"""What several test files share."""

import shutil

import pytest
from browsing import open_browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("no Chromium here: install chromium and chromium-driver to test pages in a browser")
    with open_browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened
