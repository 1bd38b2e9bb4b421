"""Methods: what a page says of how its numbers were computed, read from the code that computed them.

A definition has its one home in the docstring of its function, a threshold in the comment beside it.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

import newslab

_PACKAGE = Path(newslab.__file__).parent
_CALL = re.compile(r"\bnl\.((?:extract|measure|compare|count)_\w+)\(")
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w[\w ,]*?) : ", re.MULTILINE)
_SAID = ("Returns", "Notes", "References")
"""Sections of a docstring that say what was computed, rather than how to call it."""


class Threshold(NamedTuple):
    """A number that a rule turns on."""

    where: str
    value: str
    said: str


def show_methods(code: str) -> Markup:
    """Show the definitions, formulas and thresholds behind the calls in some code, folded away."""
    functions = [getattr(newslab, name, None) for name in dict.fromkeys(_CALL.findall(code))]
    known = [function for function in functions if inspect.isfunction(function)]
    if not known:
        return Markup("")
    definitions = Markup("").join(map(_show_definition, known))
    sources = sorted({path for function in known for path in _find_sources(function)})
    thresholds = Markup("").join(
        Markup("<dt>{}</dt><dd>{} <code>{}</code></dd>").format(found.value, found.said, found.where)
        for path in sources
        for found in read_thresholds(path)
    )
    return Markup(
        '<details class="methods"><summary>Definitions, formulas and thresholds</summary>{}'
        '<h3>Thresholds</h3><dl class="nl nl-facts">{}</dl></details>'
    ).format(definitions, thresholds)


def _show_definition(function: Callable) -> Markup:
    """Show the docstring of a function, what it says to callers left out."""
    prose, *sections = _SECTION.split(inspect.getdoc(function) or "")
    said = dict(zip(sections[::2], sections[1::2], strict=True))
    shown = _show_paragraphs(prose)
    for text in (said[name] for name in _SAID if name in said):
        before, *entries = _ENTRY.split(text)
        shown += _show_paragraphs(before)
        if entries:
            columns = zip(entries[::2], entries[1::2], strict=True)
            rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, _flow(text)) for name, text in columns)
            shown += Markup('<dl class="nl nl-facts">{}</dl>').format(rows)
    return Markup("<h3>{}</h3>{}").format(getattr(function, "__name__", ""), shown)


def _show_paragraphs(text: str) -> Markup:
    return Markup("").join(Markup("<p>{}</p>").format(_flow(part)) for part in text.split("\n\n") if part.strip())


def _flow(text: str) -> str:
    """Set the lines of a docstring as one, without its marks for code."""
    return re.sub(r"\s+", " ", text).replace("`", "").strip()


def _find_sources(function: Callable) -> Iterator[Path]:
    """Find the source of a function: its module, or the whole folder that it speaks for."""
    path = Path(inspect.getfile(function))
    yield from path.parent.glob("*.py") if path.parent != _PACKAGE else [path]


def read_thresholds(path: Path) -> list[Threshold]:
    """Read the numbers that a module names, with the docstring or comment that says what each is for."""
    source = path.read_text(encoding="utf-8")
    lines, body = source.splitlines(), ast.parse(source).body
    found = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        try:
            value = ast.literal_eval(node.value)
        except ValueError:
            continue
        if not isinstance(value, int | float):
            continue
        said = _read_docstring(after) or lines[node.lineno - 1].partition("  # ")[2] or _read_above(lines, node.lineno)
        if said:
            where = f"{path.relative_to(_PACKAGE).as_posix()} {node.targets[0].id}"
            found.append(Threshold(where, f"{value:,}", _flow(said)))
    return found


def _read_docstring(node: ast.stmt | None) -> str:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return str(node.value.value) if is_text else ""  # type: ignore[union-attr]


def _read_above(lines: list[str], number: int) -> str:
    """Read the lines of comment that end above a line, given by its number from one."""
    said: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.startswith("# "):
            break
        said.insert(0, line.removeprefix("# "))
    return " ".join(said)
