"""`python -m newslab.corpora.page FOLDER`: the page that profiles a collection, beside its tables."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from newslab.corpora.reading import find_partitions

# Tables of millions of rows come and go: memory that is given back to the system each time and fetched anew, page by
# page, takes a sixth of the time. Arrow's own allocator gives it back whatever it is told, so glibc's does for both.
_MEMORY = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 33)}


def make_corpus_page(folder: str | Path, *, part: str | None = None, notebooks: str | Path = "notebooks") -> Path:
    """Run the notebook ``corpus`` on a collection, and write its page beside the tables.

    Parameters
    ----------
    folder
        What `analyse_corpus` wrote.
    part
        Outlet whose words are compared with those of the others, see `newslab.name_parts`.
    notebooks
        Folder that holds ``corpus.ipynb``.

    Returns
    -------
    Path
        The page, ``corpus.html``; one that was there before stays as it is if the notebook fails.

    Raises
    ------
    ValueError
        If the folder holds no finished partition, the notebook is not there, or a cell of it fails, as with a
        part that no document is of.
    """
    folder, notebook = Path(folder).resolve(), Path(notebooks).resolve() / "corpus.ipynb"
    find_partitions(folder)
    if not notebook.is_file():
        raise ValueError(f"{notebooks}: holds no corpus.ipynb; name the folder of the notebooks")
    page = folder / "corpus.html"
    environment = {"NEWSLAB_TABLES": str(folder)} | ({"NEWSLAB_PART": part} if part else {})
    frame: dict[str, object] = {"document": folder.name, "pages": [], "index": None}
    # a notebook changes the folder and the environment of its process, so it gets one of its own
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process, _environment(_MEMORY):
        process.submit(_make, str(notebook), str(page), environment, frame).result()
    return page


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Let processes that start meanwhile have these variables besides, unless they are set."""
    added = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _make(notebook: str, page: str, environment: dict[str, str], frame: dict[str, object]) -> None:
    from newslab.reports.running import make_page  # here: it brings all that any notebook may want

    make_page(notebook, page, environment, frame)


def main(arguments: list[str] | None = None) -> int:
    """Make the page of a collection and say where it is; the exit code is 1 if that was not possible."""
    parser = argparse.ArgumentParser(
        prog="python -m newslab.corpora.page", description="Make the page of a collection."
    )
    parser.add_argument("folder", help="what analyse_corpus wrote")
    parser.add_argument(
        "--part", default=os.environ.get("NEWSLAB_PART"), metavar="OUTLET", help="outlet to compare; or NEWSLAB_PART"
    )
    parser.add_argument("--notebooks", default="notebooks", help="folder that holds corpus.ipynb")
    options = parser.parse_args(arguments)
    try:
        print(f"open {make_corpus_page(options.folder, part=options.part, notebooks=options.notebooks)}")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.folder}: {error.strerror or error}; see that it can be read and written to", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":  # the process of the notebook imports this module too
    sys.exit(main())
