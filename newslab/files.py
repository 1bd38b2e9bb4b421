"""Files: which of them are documents, and their bytes. Light to import, for those who only ask what there is."""

import glob
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
SUFFIXES = HTML_SUFFIXES | MARKDOWN_SUFFIXES | {".txt", ".text"}
"""Endings of the files that are picked up from a folder."""

JSON_SUFFIXES = frozenset({".jsonl", ".ndjson"})
PARQUET_SUFFIXES = frozenset({".parquet"})
TABLE_SUFFIXES = frozenset({".csv", ".tsv"}) | JSON_SUFFIXES | PARQUET_SUFFIXES
"""Endings of files that hold an article a row; picked up from a folder that holds no other document."""

CORRECTIONS_SUFFIX = ".corrections.toml"
"""Ending, in place of its own, of the file beside a document that holds its corrections."""

LARGEST = 32_000_000
"""Bytes of a document at most, ten times the longest novel: what is larger would take hours to parse."""


def name_files(source: str | Path | Iterable[str | Path]) -> dict[str, Path]:
    """Find the files that `read_articles` reads, by the ``doc_id`` that it gives them."""
    paths = list(find_files(source))
    return dict(zip(name_documents(paths), paths, strict=True))


def find_files(source: str | Path | Iterable[str | Path]) -> Iterator[Path]:
    """Find the documents that a path, a pattern, a folder or several of them name, in the order of `read_articles`."""
    if not isinstance(source, str | Path):
        for one in source:
            yield from find_files(one)
        return
    path = Path(source)
    if _exists(path) and path.is_dir():
        known = [p for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES | TABLE_SUFFIXES and p.is_file()]
        known = [p for p in known if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        # beside documents, a table is more likely about them
        found = [p for p in known if p.suffix.lower() in SUFFIXES] or known
        if not found:
            endings = ", ".join(sorted(SUFFIXES | TABLE_SUFFIXES))
            raise ValueError(f"{path}: holds no document; put files there that end in {endings}")
        yield from found
    elif _exists(path):
        if not path.is_file():
            raise ValueError(f"{path}: is a pipe or a device; save what it gives as a file")
        yield path
    elif matches := sorted(glob.glob(str(source), recursive=True)):  # noqa: PTH207 (an absolute pattern may come)
        yield from (p for p in map(Path, matches) if p.is_file())
    else:
        raise FileNotFoundError(f"{source}: no such file or folder; check the path")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name longer than any can be
        return False


def name_documents(paths: Sequence[Path]) -> list[str]:
    """Give each file the shortest end of its path that no other file shares."""
    parts = [(*path.parts[:-1], path.stem) for path in paths]
    names: dict[int, str] = {}
    unnamed, depth = list(range(len(paths))), 1
    while unnamed:
        shared = Counter(parts[i][-depth:] for i in unnamed)
        for i in unnamed:
            if shared[parts[i][-depth:]] == 1:
                names[i] = "/".join(parts[i][-depth:])
            elif depth >= len(parts[i]):
                names[i] = str(paths[i])
        unnamed, depth = [i for i in unnamed if i not in names], depth + 1
    taken: set[str] = set()
    for i in range(len(paths)):
        names[i] = spell_name(names[i])
        names[i] = names[i] if names[i] not in taken else f"{names[i]}-{i + 1}"
        taken.add(names[i])
    return [names[i] for i in range(len(paths))]


def spell_name(name: str) -> str:
    """Write a file's name in characters; it may hold bytes that are none."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read_file(path: Path) -> bytes:
    """Read a document's bytes.

    Raises
    ------
    ValueError
        If it is empty, larger than any document, or cannot be read; the message names it and the remedy.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            size = max(path.stat().st_size, len(content))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if size > LARGEST:
        raise ValueError(f"{path}: has {size:,} bytes, more than any document; split it, or make a table of its parts")
    if not content.strip():
        raise ValueError(f"{path}: is empty; check that it is the file you meant")
    return content
