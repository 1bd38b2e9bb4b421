"""Notebooks are saved as they should be: no outputs, a title, and a cell that takes the document."""

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request):
    return json.loads(request.param.read_text(encoding="utf-8"))["cells"]


def test_there_is_a_notebook_for_each_question():
    names = {path.stem for path in NOTEBOOKS}
    assert {"profile", "entities", "quantities", "quotes", "times", "text", "corpus"} <= names


def test_outputs_are_not_saved(cells):
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_it_begins_with_a_question_and_takes_what_it_is_on_from_one_cell(cells):
    assert "".join(cells[0]["source"]).startswith("# ")
    (parameters,) = (cell for cell in cells if "parameters" in cell["metadata"].get("tags", []))
    assert re.search("NEWSLAB_(DOCUMENT|TABLES)", "".join(parameters["source"]))
