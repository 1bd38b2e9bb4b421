"""Driver: what `make report` runs. Documents to pages, those that are not up to date.

Whether anything is to be done is found out before anything heavy is imported.
"""

import argparse
import errno
import importlib
import importlib.metadata
import json
import os
import re
import shlex
import signal
import sys
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from newslab.files import CORRECTIONS_SUFFIX, find_files, read_file
from newslab.reports.records import RECORD, Page, digest, digest_records
from newslab.reports.writing import check_writable, hold_folder, write_whole

_PACKAGE = Path(__file__).parent.parent
_ON_WINDOWS = sys.platform == "win32"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
_ORDER = ["profile", "entities", "quantities", "quotes", "times", "text"]
"""Pages in the order to read them; any other notebook comes after, by name."""


@dataclass(frozen=True)
class _Notebook:
    path: Path
    heading: str
    digest: str

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, eq=False)
class _Document:
    path: Path
    folder: Path
    source: str
    environment: dict[str, str]
    digest: str


class _Task(NamedTuple):
    """A call for a worker: of which function in which module of `newslab.reports`, with what, and for which page."""

    function: str
    arguments: tuple
    document: _Document | None = None
    notebook: _Notebook | None = None
    start: str = "forkserver"
    """How its process starts: forked from one that has imported everything, or anew (``spawn``)."""


def main(arguments: list[str] | None = None) -> int:
    """Make the reports that are asked for; the exit code is 1 if one of them could not be made."""
    options = _read_options(arguments)
    failures: list[str] = []
    notebooks = _find_notebooks(options.notebooks)
    if not notebooks:
        failures.append(f"{options.notebooks}: holds no notebook; name the folder that does with --notebooks")
    surroundings = _digest_surroundings(notebooks)
    # a parse is only as good as the rules that made it: other sources, another cache
    options.cache /= surroundings[:16]
    os.environ["IPYTHONDIR"] = str(options.cache.resolve() / "ipython")  # or else it writes to the home directory
    made = 0
    try:
        if unfit := check_writable(options.out, "--out") or check_writable(options.cache, "--cache"):
            failures.append(unfit)
        else:
            with hold_folder(options.out):
                made = _make_all(notebooks, surroundings, failures, options)
    except OSError as error:  # of writing: no page can be made any more
        failures.append(
            f"{options.out}: {error.strerror or error}; mend that and run it again. What was made so far stays"
        )
    index = options.out / "index.html"
    for failure in failures:
        _tell(failure, to=sys.stderr)
    if index.is_file() and (made or not failures):
        _tell(f"open {index}" if made else f"up to date: {index}")
    return 1 if failures else 0


def _make_all(
    notebooks: Sequence[_Notebook], surroundings: str, failures: list[str], options: argparse.Namespace
) -> int:
    """Make what is not up to date, and give the number of pages made."""
    documents = list(_find_documents(options, failures))
    due = {d: todo for d in documents if (todo := [n for n in notebooks if not _is_made(d, n, surroundings)])}
    for document in list(due):
        if document.folder.exists() and (unfit := check_writable(document.folder, "--out")):
            failures.append(unfit)
            del due[document]
    made = _make(due, notebooks, surroundings, failures, options)
    _make_index(options.out, failures)
    return made


def _tell(said: str, *, to: TextIO | None = None) -> None:
    """Print a line; what a terminal would obey or hide of a name or a message shows as its escape."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)
    print(shown, file=to or sys.stdout, flush=True)


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m newslab.reports",
        description="Make HTML reports on news documents.",
        epilog="Without a path the environment variable DOC is read: one path, or several quoted as in a shell. "
        "PUBLISHED and PIPELINE stand in for the options of that name.",
    )
    environ = os.environ
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a text, Markdown or HTML file, or a folder of them")
    parser.add_argument("--out", type=Path, default=Path("reports"), help="folder to write to")
    parser.add_argument("--notebooks", type=Path, default=Path("notebooks"), help="folder of the notebooks to run")
    parser.add_argument(
        "--published", default=environ.get("PUBLISHED") or None, metavar="DATE", help="such as 2019-03-07"
    )
    parser.add_argument("--pipeline", default=environ.get("PIPELINE") or None, metavar="NAME", help="a spaCy pipeline")
    parser.add_argument("--cache", type=Path, default=Path(".cache/newslab"), help="folder to keep parses in")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes to use")
    options = parser.parse_args(arguments)
    options.paths = options.paths or _split_paths(environ.get("DOC", ""))
    if not options.paths:
        parser.error("name a document, as an argument or in DOC")
    if options.workers < 1:
        parser.error("--workers: one at least has to do the work")
    return options


def _split_paths(given: str) -> list[str]:
    """Take what is given as one path if there is such a file, else as several, quoted as in a shell."""
    with suppress(OSError):  # longer than any name can be
        if Path(given).exists():
            return [given] if given else []
    try:
        return shlex.split(given)
    except ValueError:  # a lone quotation mark belongs to a name
        return [given]


def _find_documents(options: argparse.Namespace, failures: list[str]) -> Iterator[_Document]:
    paths: list[Path] = []
    for given in options.paths:
        try:
            paths += [path for path in find_files(given) if path not in paths]
        except (ValueError, OSError) as error:
            failures.append(str(error))
    taken: dict[str, str] = {}
    for path in paths:
        environment = {"NEWSLAB_DOCUMENT": str(path.resolve()), "NEWSLAB_CACHE": str(options.cache.resolve())}
        if options.published:
            environment["NEWSLAB_PUBLISHED"] = options.published
        if options.pipeline:
            folder = Path(options.pipeline)
            environment["NEWSLAB_PIPELINE"] = str(folder.resolve()) if folder.is_dir() else options.pipeline
        # where a document lies is told by a hash only, since the record is published with the report
        source = digest(os.path.relpath(path))
        folder = options.out / _name_folder(path, source, options.out, taken)
        beside = path.with_suffix(CORRECTIONS_SUFFIX)
        try:
            content = read_file(path)
            corrections = beside.read_bytes() if beside.is_file() else b""
        except ValueError as error:
            failures.append(str(error))
            continue
        except OSError as error:
            failures.append(f"{beside}: cannot be read ({error.strerror}); check its permissions")
            continue
        asked = digest(content, corrections, path.name, str(options.published), str(options.pipeline))
        yield _Document(path, folder, source, environment, asked)


def _name_folder(path: Path, source: str, out: Path, taken: dict[str, str]) -> str:
    """Name a document's folder after its file, and apart from any other document's that is there already."""
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "document"
    for name in (stem, f"{stem}-{source[:8]}"):
        held = taken.get(name) or _read_record(out / name).get("source") or source
        if held == source:
            break
    taken[name] = source
    return name


def _find_notebooks(folder: Path) -> list[_Notebook]:
    found = []
    for path in folder.glob("*.ipynb"):
        content = path.read_bytes()
        cells = json.loads(content)["cells"]
        taken = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        if taken and not any("NEWSLAB_DOCUMENT" in source for source in taken):
            continue  # of something else than a document, such as a collection
        lines = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        heading = re.search(r"^# +(.+)$", "\n".join(lines), re.MULTILINE)
        title = heading.group(1).strip() if heading else path.stem.capitalize()
        found.append(_Notebook(path.resolve(), title, digest(content)))
    return sorted(found, key=lambda n: (_ORDER.index(n.name) if n.name in _ORDER else len(_ORDER), n.name))


def _digest_surroundings(notebooks: list[_Notebook]) -> str:
    """Digest what every page depends on: newslab itself, what is installed, and the pages that all pages name."""
    sources = sorted(p for p in _PACKAGE.rglob("*") if p.is_file() and p.suffix != ".pyc")
    files = [part for p in sources for part in (p.relative_to(_PACKAGE).as_posix(), p.read_bytes())]
    installed = sorted(f"{d.metadata['Name']} {d.version}" for d in importlib.metadata.distributions())
    return digest(*files, *installed, *(n.name for n in notebooks), sys.version)


def _read_record(folder: Path) -> dict:
    try:
        return json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):  # none, or one that was cut off: then everything is made anew
        return {}


def _is_made(document: _Document, notebook: _Notebook, surroundings: str) -> bool:
    page = _read_record(document.folder).get("pages", {}).get(notebook.name, {})
    if page.get("made_from") != digest(document.digest, notebook.digest, surroundings):
        return False
    try:
        return digest((document.folder / f"{notebook.name}.html").read_bytes()) == page.get("digest")
    except OSError:
        return False


def _make(
    due: Mapping[_Document, Sequence[_Notebook]],
    notebooks: Sequence[_Notebook],
    surroundings: str,
    failures: list[str],
    options: argparse.Namespace,
) -> int:
    """Make the pages that are due, telling of each as it is done, and give their number."""
    made = 0
    headings = {notebook.name: notebook.heading for notebook in notebooks}
    tasks = deque(_Task("reading.prepare", (d.environment,), d) for d in due)
    if tasks:
        tasks.insert(1, _Task("running.keep_bundle", (str(options.cache.resolve()),)))
        if options.workers > 1:  # the first document is read while all that pages need is imported
            tasks[0] = tasks[0]._replace(start="spawn")
    for task, result, seconds in _work_off(tasks, options.workers):
        document, notebook = task.document, task.notebook
        if isinstance(result, OSError) and result.errno in _NO_ROOM:
            raise result
        if document is None:  # of none in particular: if the bundle could not be kept, every page makes its own
            continue
        if isinstance(result, Exception):
            failures.append(_say_failure(document, notebook, result))
            if notebook and task.function == "running.make_page":
                _, page, _, frame = task.arguments
                tasks.append(_Task("running.make_notice", (notebook.heading, page, frame), document, notebook))
        elif task.function == "running.make_notice":
            continue
        elif notebook is None:
            _tell(f"{document.path} ({seconds:.1f} s to read)")
            if result.language != "en":
                said = f"{document.path}: looks like {result.language!r}, not English; expect poor findings"
                _tell(said, to=sys.stderr)
            frame = {"document": result.title, "pages": list(headings), "index": "../index.html"}
            for n in reversed(due[document]):
                page = str((document.folder / f"{n.name}.html").resolve())
                tasks.appendleft(
                    _Task("running.make_page", (str(n.path), page, document.environment, frame), document, n)
                )
        else:
            _tell(f"  {document.folder / notebook.name}.html ({seconds:.1f} s)")
            made += 1
            made_from = digest(document.digest, notebook.digest, surroundings)
            _write_record(document, notebook, headings, result, made_from)
    return made


def _make_index(out: Path, failures: list[str]) -> None:
    """Make the index anew unless it lists exactly the documents that are there."""
    index = out / "index.html"
    if not any(out.glob(f"*/{RECORD}")):
        return
    if index.is_file() and digest_records(out).encode() in index.read_bytes():
        return
    for _, result, _ in _work_off(deque([_Task("running.make_index", (str(out.resolve()),))]), 1):
        if isinstance(result, OSError):
            raise result
        if isinstance(result, Exception):
            failures.append(f"{index}: {type(result).__name__}: {result}")


def _work_off(tasks: deque[_Task], n_workers: int) -> Iterator[tuple[_Task, Any, float]]:
    """Run each task in a process of its own; more may be added meanwhile.

    A pool would be lost with the first worker that is killed for want of memory; here that is one task's failure.
    """
    running: dict[Any, tuple[_Task, BaseProcess, float]] = {}
    if tasks and not _ON_WINDOWS:  # forks of a process that runs nothing else are safe, unlike forks of this one
        forkserver.set_forkserver_preload(["newslab.reports.interruption", "newslab.reports.preload"])
        with _deaf():
            forkserver.ensure_running()
    try:
        yield from _work_on(tasks, running, n_workers)
    finally:
        for _, process, _ in running.values():
            process.terminate()
            process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that are started here not hear of an interruption until they are able to end without a word."""
    if threading.current_thread() is not threading.main_thread():  # which alone may say what is heard
        yield
        return
    hearing = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, hearing)


def _work_on(
    tasks: deque[_Task], running: dict[Any, tuple[_Task, BaseProcess, float]], n_workers: int
) -> Iterator[tuple[_Task, Any, float]]:
    while tasks or running:
        while tasks and len(running) < n_workers:
            task = tasks.popleft()
            context: Any = get_context("spawn" if _ON_WINDOWS else task.start)
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(sender, task.function, task.arguments), daemon=True)
            try:
                with _deaf() if context.get_start_method() == "spawn" else nullcontext():
                    process.start()
            except (EOFError, ConnectionError):  # what it is forked from was killed, and is started anew for the next
                yield task, RuntimeError("its process could not be started; is there enough memory?"), 0.0
                continue
            sender.close()
            running[receiver] = task, process, time.monotonic()
        for ready in wait(list(running)):
            task, process, since = running.pop(ready)
            try:
                result = ready.recv()  # type: ignore[union-attr, call-arg]
            except EOFError:
                process.join()
                result = RuntimeError(f"the process ended with code {process.exitcode}; is there enough memory?")
            process.join()
            yield task, result, time.monotonic() - since


def _work(sender: Connection, function: str, arguments: tuple) -> None:
    from newslab.reports import interruption  # noqa: F401 (the driver itself answers one with a line)

    threading.Thread(target=_end_with_driver, daemon=True).start()
    module, name = function.split(".")
    try:
        # here: the driver itself needs none of it
        sender.send(getattr(importlib.import_module(f"newslab.reports.{module}"), name)(*arguments))
    except Exception as error:  # whatever goes wrong is told, in plain words and numbers, and the other tasks go on
        if isinstance(error, OSError) and error.errno:
            sender.send(OSError(error.errno, error.strerror))
            return
        named = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
        sender.send(RuntimeError(f"{named}{error}"))


def _end_with_driver() -> None:
    """End this process with the one that started it: a build that was killed must not write into the next one."""
    driver = parent_process()
    if driver:
        driver.join()
        os._exit(1)


def _say_failure(document: _Document, notebook: _Notebook | None, error: Exception) -> str:
    """Say in one line which file could not be made a page of, and why."""
    said = " ".join(str(error).split())
    said = said.replace(str(document.path.resolve()), str(document.path))
    named = said if said.startswith(str(document.path)) else f"{document.path}: {said}"
    if notebook is None:
        return named
    page = f"{notebook.name}.html"
    return f"{named}; {page} {'stays as it was' if (document.folder / page).exists() else 'could not be made'}"


def _write_record(
    document: _Document, notebook: _Notebook, headings: Mapping[str, str], page: Page, made_from: str
) -> None:
    """Keep what a page was made from and what it found, for the index and for the next run."""
    pages = _read_record(document.folder).get("pages", {})
    pages[notebook.name] = {
        "heading": notebook.heading,
        "sentence": page.sentence,
        "facts": page.facts,
        "digest": page.digest,
        "made_from": made_from,
    }
    record = {
        "title": page.document,
        "source": document.source,
        "pages": {name: pages[name] for name in headings if name in pages},
    }
    write_whole(document.folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
