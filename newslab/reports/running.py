"""Running: what a worker process does for the driver."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from traitlets.config import Config

from newslab.reports.exporter import ReportExporter, content_policy, render, vega_bundle
from newslab.reports.records import RECORD, Page, digest, digest_records
from newslab.reports.writing import write_whole


def keep_bundle(cache: str) -> None:
    """Keep what draws charts, so that pages find it; documents can be read meanwhile."""
    os.environ["NEWSLAB_CACHE"] = cache
    vega_bundle()


def make_page(notebook: str, to: str, environment: Mapping[str, str], frame: Mapping[str, object]) -> Page:
    """Run a notebook and write its page, whole or not at all.

    Raises
    ------
    ValueError
        If a cell fails; the message names the notebook and the cell.
    """
    nb = run_notebook(Path(notebook), environment)
    resources: dict = {"metadata": {"name": Path(notebook).stem}, "newslab": frame}
    html, resources = ReportExporter().from_notebook_node(nb, resources)
    write_whole(Path(to), html)
    findings = resources["findings"]
    facts = {label: value for finding in findings for label, value in finding["facts"].items()}
    sentence = findings[0]["sentence"] if findings else ""
    return Page(str(frame["document"]), digest(html.encode()), sentence, facts)


def make_notice(heading: str, to: str, frame: Mapping[str, object]) -> None:
    """Say on a page that could not be made that it is missing, as other pages lead there; an earlier one stays."""
    if Path(to).exists():
        return
    said = f"# {heading}\n\nThis page could not be made. The run that tried said why; mend that and run it again."
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(said)])
    html, _ = ReportExporter().from_notebook_node(nb, {"metadata": {"name": Path(to).stem}, "newslab": frame})
    write_whole(Path(to), html)


def make_index(out: str) -> None:
    """Write the index of all documents that have a record."""
    reports = []
    for path in sorted(Path(out).glob(f"*/{RECORD}")):
        record = json.loads(path.read_bytes())
        pages = [{"name": name, **page} for name, page in record["pages"].items()]
        facts = {label: value for page in pages for label, value in page["facts"].items()}
        reports.append({"folder": path.parent.name, "title": record["title"], "pages": pages, "facts": facts})
    html = render("index.html.j2", reports=reports, records=digest_records(Path(out)), policy=content_policy([]))
    write_whole(Path(out) / "index.html", html)


def run_notebook(path: Path, environment: Mapping[str, str]) -> NotebookNode:
    """Run a notebook from top to bottom in this process, in its own folder.

    A kernel would start anew for every notebook, and spend more time importing than computing. This changes the
    environment and the folder of the process, so it wants a process of its own.
    """
    for name in [name for name in os.environ if name.startswith("NEWSLAB_")]:
        del os.environ[name]
    os.environ.update(environment)
    nb = nbformat.read(path, as_version=4)
    os.chdir(path.parent)
    with tempfile.TemporaryDirectory() as folder:  # or else IPython writes to the home directory
        settings = Config({"InteractiveShell": {"ipython_dir": folder}, "HistoryManager": {"enabled": False}})
        shell = InteractiveShell.instance(config=settings)
        for number, cell in enumerate(nb.cells, 1):
            if cell.cell_type == "code":
                cell.outputs = _run_cell(shell, cell.source, f"{path.name}, cell {number}")
    return nb


def _run_cell(shell: InteractiveShell, source: str, name: str) -> list[NotebookNode]:
    with capture_output() as captured:
        # the last value of a cell joins what the cell displays, in order
        shell.display_trap.hook = CapturingDisplayHook(shell, outputs=shell.display_pub.outputs)  # type: ignore[attr-defined]
        result = shell.run_cell(source, store_history=False)
    if error := result.error_before_exec or result.error_in_exec:
        said = " ".join(str(error).split()) or "no message"
        raise ValueError(f"{name}: {type(error).__name__}: {said}")
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=captured.stdout)] if captured.stdout else []
    return outputs + [
        nbformat.v4.new_output("display_data", data=shown.data, metadata=shown.metadata) for shown in captured.outputs
    ]
