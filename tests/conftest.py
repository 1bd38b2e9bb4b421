"""What several test files share."""

import shutil

import pandas as pd
import pytest
from browsing import open_browser

collect_ignore = ["fuzz.py"]  # a program, whose fuzzer is installed by itself


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("no Chromium here: install chromium and chromium-driver to test pages in a browser")
    with open_browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


STORIES = {
    "ferry": (
        "Ferry stays in port",
        "2020-01-05",
        "Harbour Post",
        'LIMA - "We will not sail before the storm has passed over the whole of the coast," the port\'s director, Ana '
        "Ruiz, told reporters on Monday. About 300 passengers waited in Callao, she said, at least 40 of them since "
        "Friday morning. Bolivia sent two helicopters to Arequipa last week.",
    ),
    "ferry-again": (
        "Ferry stays in port, again",
        "2020-02-07",
        "Hill Gazette",
        'LIMA - "We will not sail before the storm has passed over the whole of the coast," the port\'s director, Ana '
        "Ruiz, told reporters on Monday. About 300 passengers waited in Callao, she said, at least 40 of them since "
        "Friday morning. Bolivia sent two helicopters to Arequipa last night.",
    ),
    "boats": (
        None,
        "2020-02-09",
        "Harbour Post",
        "Officials in Chile, who asked not to be named, said that 12 percent of the boats were lost. Ruiz denied it.",
    ),
    "script": (
        "<script>alert(1)</script>",
        "2020-03-11",
        "<b>Hill</b> Gazette",
        'The mayor of <i>Cusco</i>, Juan <script>alert("Quispe")</script>, said: "=1+1 is <b>not</b> 3 percent."',
    ),
    "undated": ("A storm", None, None, "A storm passed over Lima and over Callao, the navy said."),
}


@pytest.fixture(scope="session")
def make_collection(tmp_path_factory):
    """Give a function that analyses stories, two a partition."""
    from distributed import Client

    from newslab.corpora import analyse_corpus

    def make(stories):
        rows = [(doc_id, *story) for doc_id, story in stories.items()]
        articles = pd.DataFrame(rows, columns=["doc_id", "title", "published", "source", "text"])
        folder = tmp_path_factory.mktemp("collections") / "stories"
        with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
            analyse_corpus(articles, folder, client=client, partition_size=2, progress=False)
        return folder

    return make


@pytest.fixture(scope="session")
def collection(make_collection):
    """Make the tables of a few stories, two of them nearly the same, in three partitions."""
    return make_collection(STORIES)
