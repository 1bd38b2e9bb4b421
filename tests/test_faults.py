"""Faults: a build that is killed, two at once, a full disk, a folder that cannot be written to. Nothing is lost.

The suite kills a few builds; ``pytest -m slow`` kills fifty, each at a moment of its own.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lxml.html
import nbformat
import pandas as pd
import pytest
import spacy
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import newslab as nl
from newslab.reports.driver import main

STORY = "Ana Ruiz left Lima on Monday. She took {n} trucks.\n\nThe council of Lima met on Friday."
SOURCE = """
import os
import newslab as nl
articles = nl.read_articles(os.environ["NEWSLAB_DOCUMENT"])
docs = nl.parse_articles(articles, pipeline=os.environ["NEWSLAB_PIPELINE"], cache=os.environ["NEWSLAB_CACHE"])
nl.show_text(next(iter(docs.values())), {})
"""
MEND = "mend that and run it again. What was made so far stays"
PAGES = ["one", "two", "three"]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in PAGES:
        nb = new_notebook(cells=[new_markdown_cell(f"# Page {name}"), new_code_cell(SOURCE)])
        nbformat.write(nb, tmp_path / "notebooks" / f"{name}.ipynb")
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "pipeline")
    tell(tmp_path, 1)
    return tmp_path


def tell(place: Path, n: int) -> None:
    (place / "story.txt").write_text(STORY.format(n=n), encoding="utf-8")


def command(place: Path, *more: str, out: str = "out") -> list[str]:
    folders = [word for name in ("notebooks", "cache", "pipeline") for word in (f"--{name}", str(place / name))]
    return [*folders, "--out", str(place / out), *more, str(place / "story.txt")]


def start(place: Path, *more: str, **options: object) -> subprocess.Popen:
    words = [sys.executable, "-m", "newslab.reports", *command(place, *more)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # noqa: S603


def check_report(place: Path, allowed: set[int]) -> set[int]:
    """Assert that every page is whole, and of one of the allowed versions of the story; give those found."""
    found = set()
    for name in PAGES:
        page = (place / "out" / "story" / f"{name}.html").read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>")
        words = lxml.html.fromstring(page).find_class("nl-body")[0].text_content()
        here = {n for n in allowed if f"took {n} trucks" in words}
        assert len(here) == 1, name
        found |= here
    index = (place / "out" / "index.html").read_text(encoding="utf-8")
    assert index.rstrip().endswith("</html>")
    record = json.loads((place / "out" / "story" / "report.json").read_bytes())
    assert set(record["pages"]) <= set(PAGES)
    return found


@pytest.mark.parametrize("n_kills", [pytest.param(3, id="3"), pytest.param(50, id="50", marks=pytest.mark.slow)])
def test_a_killed_build_leaves_the_earlier_report_and_the_next_is_right(place, n_kills):
    since = time.monotonic()
    with start(place) as first:
        assert first.wait() == 0
    lasts = time.monotonic() - since
    moments = random.Random(9)  # noqa: S311 (the same ones each time)
    told = 1
    for version in range(2, 2 + n_kills):
        tell(place, version)
        with start(place) as build:
            time.sleep(moments.uniform(0, lasts))
            build.send_signal(signal.SIGKILL)
        check_report(place, set(range(told, version + 1)))
        if version % 5 == 0 or version == 1 + n_kills:
            with start(place) as build:
                _, failed = build.communicate()
                assert build.returncode == 0, failed
            assert check_report(place, {version}) == {version}
            time.sleep(0.5)  # a process that outlived its driver would write now
            assert check_report(place, {version}) == {version}
            assert not list((place / "out").glob("**/.*")), "half-written files are cleared away"
            told = version
    with start(place) as build:
        assert "up to date" in build.communicate()[0]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8], ids=["early", "half-way", "late"])
def test_an_interrupted_build_says_so_in_one_line(place, share):
    since = time.monotonic()
    with start(place) as first:
        assert first.wait() == 0
    lasts = time.monotonic() - since
    tell(place, 2)
    with start(place, start_new_session=True) as build:
        time.sleep(share * lasts)
        os.killpg(build.pid, signal.SIGINT)  # as a terminal does: all processes hear it
        _, failed = build.communicate()
    assert (build.returncode, failed) == (1, "stopped; the pages made so far stay\n")
    check_report(place, {1, 2})


def test_two_builds_side_by_side_do_not_mix(place):
    builds = [start(place), start(place)]
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0]
    assert check_report(place, {1}) == {1}
    assert sorted(len([line for line in one.splitlines() if line.startswith("  ")]) for one in said) == [0, len(PAGES)]
    assert sum("another build writes" in one for one in said) == 1


def test_a_full_disk_is_told_in_one_line_and_the_earlier_report_stays(place):
    assert main(command(place)) == 0
    tell(place, 2)

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))

    shutil.rmtree(place / "cache")
    with start(place, preexec_fn=fill) as build:
        _, failed = build.communicate()
    assert build.returncode == 1
    assert failed.splitlines() == [
        f"{place / 'out'}: File too large; mend that and run it again. What was made so far stays"
    ]
    assert check_report(place, {1}) == {1}
    assert main(command(place)) == 0
    assert check_report(place, {2}) == {2}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting takes an administrator")
def test_a_disk_that_is_really_full(place):
    small = place / "out"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", small], check=False)  # noqa: S603, S607
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with start(place) as build:
            _, failed = build.communicate()
        assert build.returncode == 1
        assert failed.splitlines() == [f"{small}: No space left on device; {MEND}"]
        assert all(page.read_text("utf-8").rstrip().endswith("</html>") for page in small.glob("**/*.html"))
    finally:
        subprocess.run(["umount", small], check=True)  # noqa: S603, S607


def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(place):
    assert main(command(place)) == 0
    tell(place, 2)
    (cache,) = (place / "cache").iterdir()
    for folder in (place / "out", place / "out" / "story", cache):
        told = place / "told"
        child = os.fork()  # permissions do not bind an administrator, so another user tries
        if not child:
            sys.stdout = sys.stderr = told.open("w", buffering=1)
            for path in [place, *place.parents[:2], *place.rglob("*")]:
                path.chmod(0o777 if path.is_dir() else 0o666)
            folder.chmod(0o555)
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            os._exit(main(command(place)))
        _, status = os.waitpid(child, 0)
        folder.chmod(0o755)
        assert os.waitstatus_to_exitcode(status) == 1, told.read_text()
        (line,) = [line for line in told.read_text().splitlines() if not line.startswith(("open", "up to date"))]
        assert line.startswith(str(folder))
        assert "cannot be written to" in line
    assert check_report(place, {1}) == {1}


def test_a_parse_that_was_tampered_with_is_made_again(place):
    articles = nl.read_articles(place / "story.txt")
    other = pd.DataFrame({"doc_id": ["story"], "text": ["Another text altogether."]})
    options = {"pipeline": str(place / "pipeline"), "cache": place / "cache"}
    nl.parse_articles(articles, **options)
    (kept,) = (place / "cache").iterdir()
    good = kept.read_bytes()
    nl.parse_articles(other, **options)
    (swapped,) = set((place / "cache").iterdir()) - {kept}
    damaged = [b"", good[:-9], good[: len(good) // 2], swapped.read_bytes(), b"\x80\x04cos\nsystem\n(S'exit'\ntR."]
    choose = random.Random(1)  # noqa: S311
    for _ in range(50):
        bad = bytearray(good)
        bad[choose.randrange(len(bad))] ^= 1 << choose.randrange(8)
        damaged.append(bytes(bad))
    for bad in damaged:
        kept.write_bytes(bad)
        assert nl.parse_articles(articles, **options)["story"].text == articles["text"][0]
        assert not list((place / "cache").glob("*.tmp"))
