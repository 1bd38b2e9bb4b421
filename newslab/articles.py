"""Articles: files of text, Markdown or HTML to one row an article, checked at the door.

HTML goes through trafilatura, Markdown through mistune, mojibake through ftfy, and a file without a declared encoding
through charset-normalizer. Nothing is ever fetched.
"""

import codecs
import glob
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from newslab.tables import build_table

COLUMNS = {
    "doc_id": "str",
    "title": "str",
    "published": "datetime64[s]",
    "source": "str",
    "text": "str",
    "language": "str",
    "repairs": "str",
    "file": "str",
    "sha256": "str",
}

HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
SUFFIXES = HTML_SUFFIXES | MARKDOWN_SUFFIXES | {".txt", ".text"}
"""Endings of the files that are picked up from a folder."""

CORRECTIONS_SUFFIX = ".corrections.toml"
"""Ending, in place of its own, of the file beside a document that holds its corrections."""

# What other kinds of file begin with, so that the message can name them (file-format magic numbers)
_MAGIC = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"{\\rtf": "an RTF document",
    b"SQLite format": "a database",
}
# UTF-32 first: its little-endian mark begins with the one of UTF-16
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
_FRONT_MATTER_FIELD = re.compile(r"^(title|date|published)[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
# a word broken at the end of a line: small letters on both sides, as in "exhaus-\nted"
_BROKEN_WORD = re.compile(r"(?<=[a-z])(?:-|\u00ad)\n[ \t]*(?=[a-z])")
_STRAY_BYTE = re.compile("[\udc80-\udcff]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SENTENCE_END = re.compile(r"""[.!?…:;,]["'”’)]*$""")

# Below this share of a full line, a line is taken to end where its author ended it (see _unwrap)
_FULL_LINE = 0.7
_WIDEST_WRAP = 100


class _Reading(NamedTuple):
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None


def read_articles(source: str | Path | Iterable[str | Path], *, published: object | None = None) -> pd.DataFrame:
    r"""Read files of text, Markdown or HTML, one row an article.

    Parameters
    ----------
    source
        A file, a folder (its text, Markdown and HTML files, at any depth), a glob pattern, or several of them.
    published
        Publication date (ISO 8601 text, date or timestamp) of the articles that state none, or a Series of dates by
        ``doc_id``, which goes before what a page says of itself.

    Returns
    -------
    DataFrame, in the order of ``source``, a folder's files by name
        doc_id : file name without its ending; longer where two files share it
        title : as the page or the front matter states it, or the first line if it reads as a headline; else null
        published : date that the page states in its markup, or that was given; else null. Never guessed.
        source : outlet that the page names; else null
        text : the article, with ``\n`` line ends and one blank line between paragraphs that had one
        language : ISO 639-1 code of the likeliest language (py3langid)
        repairs : what was mended, separated by semicolons; empty if nothing was
        file : path as given
        sha256 : of the file's bytes

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    ValueError
        If a folder or pattern holds no document, a file is binary, empty or without words, or ``published`` is no
        date. Each message names the file and the remedy.

    Examples
    --------
    >>> read_articles("no-such-file.txt")
    Traceback (most recent call last):
    ...
    FileNotFoundError: no-such-file.txt: no such file or folder; check the path
    """
    rows: list[dict[str, object]] = []
    for doc_id, path in name_files(source).items():
        content = _read_bytes(path)
        text, assumed = _decode(content, path)
        reading, repairs = _repair(_extract(text, path))
        if not any(character.isalpha() for character in reading.text):
            raise ValueError(f"{path}: holds no words to read; check that it is the file you meant")
        rows.append(
            {
                "doc_id": doc_id,
                "title": reading.title or _first_line_as_title(reading.text),
                "published": _parse_date(reading.published, strict=False),
                "source": reading.source,
                "text": reading.text,
                "language": _identify_language(reading.text),
                "repairs": "; ".join(([assumed] if assumed else []) + repairs),
                "file": str(path),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    articles = build_table(rows, COLUMNS)
    if isinstance(published, pd.Series):
        told = articles["doc_id"].map(published.map(_parse_date)).astype("datetime64[s]")
        articles["published"] = told.fillna(articles["published"])
    elif published is not None and published != "":
        told = pd.Series(_parse_date(published), index=articles.index, dtype="datetime64[s]")
        articles["published"] = articles["published"].fillna(told)
    return articles


def name_files(source: str | Path | Iterable[str | Path]) -> dict[str, Path]:
    """Find the files that `read_articles` reads, by the ``doc_id`` that it gives them."""
    paths = list(find_files(source))
    return dict(zip(_name_documents(paths), paths, strict=True))


def find_files(source: str | Path | Iterable[str | Path]) -> Iterator[Path]:
    """Find the documents that a path, a pattern, a folder or several of them name, in the order of `read_articles`."""
    if not isinstance(source, str | Path):
        for one in source:
            yield from find_files(one)
        return
    path = Path(source)
    if path.is_dir():
        found = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() in SUFFIXES]
        found = [p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        if not found:
            endings = ", ".join(sorted(SUFFIXES))
            raise ValueError(f"{path}: holds no document; put files there that end in {endings}")
        yield from found
    elif path.exists():
        yield path
    elif matches := sorted(glob.glob(str(source), recursive=True)):  # noqa: PTH207 (an absolute pattern may come)
        yield from (p for p in map(Path, matches) if p.is_file())
    else:
        raise FileNotFoundError(f"{source}: no such file or folder; check the path")


def _name_documents(paths: list[Path]) -> list[str]:
    """Give each file the shortest end of its path that no other file shares."""
    names: list[str] = []
    for path in paths:
        parts = [*path.parts[:-1], path.stem]
        name = next(
            (
                "/".join(parts[-depth:])
                for depth in range(1, len(parts) + 1)
                if sum([*p.parts[:-1], p.stem][-depth:] == parts[-depth:] for p in paths) == 1
            ),
            str(path),
        )
        names.append(name if name not in names else f"{name}-{len(names) + 1}")
    return names


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if not content.strip():
        raise ValueError(f"{path}: is empty; check that it is the file you meant")
    return content


def _decode(content: bytes, path: Path) -> tuple[str, str | None]:
    """Decode a file; the second value says what was mended or assumed, if anything."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise ValueError(f"{path}: is {kind}, not text; save it as text or HTML first")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), None
    declared = _DECLARED.search(content[:2048])
    for encoding in ([declared[1].decode("ascii")] if declared else []) + ["utf-8"]:
        try:
            text = content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        if "\0" not in text:
            return text, None
    if "\0" not in (text := content.decode("utf-8", errors="surrogateescape")):
        stray = sum("\udc80" <= character <= "\udcff" for character in text)
        if stray < sum(character > "\x7f" for character in text) - stray:
            return _STRAY_BYTE.sub(_decode_stray, text), f"{stray} stray bytes read as Windows-1252"
    from charset_normalizer import from_bytes  # here: only a file without a known encoding needs it

    best = from_bytes(content).best()
    if best is None or "\0" in str(best):
        raise ValueError(f"{path}: is not text in an encoding that can be told; save it as UTF-8 text")
    # short text does not tell Western from Central European or Turkish; for English the first is by far the likeliest
    letters = [character for character in str(best) if character.isalpha()]
    if b"\0" not in content and sum(map(str.isascii, letters)) > 0.7 * len(letters):
        return content.decode("cp1252", errors="replace"), "read as Windows-1252, as no encoding is declared"
    return str(best), f"read as {best.encoding}, as no encoding is declared"


def _decode_stray(match: re.Match) -> str:
    return match.group().encode("utf-8", "surrogateescape").decode("cp1252", errors="replace")


def _extract(text: str, path: Path) -> _Reading:
    if path.suffix.lower() in HTML_SUFFIXES or _LOOKS_LIKE_HTML.match(text[:4096]):
        return _extract_html(text, path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if path.suffix.lower() in MARKDOWN_SUFFIXES:
        return _extract_markdown(text)
    return _Reading(text)


def _extract_html(text: str, path: Path) -> _Reading:
    from trafilatura import (
        bare_extraction,
    )  # here: it takes half a second to import, and plain text needs none of it

    found = bare_extraction(
        text,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False},  # markup only, no guess from the page's wording
    )
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise ValueError(f"{path}: holds no article that can be told from its page; save the article as text")
    paragraphs = [line for line in str(found.text).split("\n") if line.strip()]
    if found.title and found.title.strip() not in (line.strip() for line in paragraphs[:3]):
        paragraphs.insert(0, found.title.strip())
    return _Reading("\n\n".join(paragraphs), found.title, found.date, found.sitename)


def _extract_markdown(text: str) -> _Reading:
    import mistune  # here: only Markdown needs it

    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields = dict(_FRONT_MATTER_FIELD.findall(front[1]))
        text = text[front.end() :]
    tokens = mistune.create_markdown(renderer=None, plugins=["table", "footnotes"])(text)
    blocks = list(_markdown_blocks(tokens))  # type: ignore[arg-type]
    headings = [_markdown_inline(t) for t in tokens if isinstance(t, dict) and t["type"] == "heading"]
    title = fields.get("title") or (headings[0] if headings else None)
    return _Reading("\n\n".join(b for b in blocks if b.strip()), title, fields.get("published") or fields.get("date"))


def _markdown_blocks(tokens: list[dict]) -> Iterator[str]:
    for token in tokens:
        if token["type"] in {"paragraph", "heading", "block_text"}:
            yield _markdown_inline(token)
        elif token["type"] in {"table_head", "table_row"}:
            yield " | ".join(map(_markdown_inline, token["children"]))
        elif token["type"] == "block_code":
            yield token["raw"].strip("\n")
        elif "children" in token:
            yield from _markdown_blocks(token["children"])


def _markdown_inline(token: dict) -> str:
    if token["type"] in {"softbreak", "linebreak"}:
        return " "
    if token["type"] in {"image", "footnote_ref"} or token["type"].endswith("_html"):
        return ""
    return token.get("raw") or "".join(map(_markdown_inline, token.get("children", [])))


def _repair(reading: _Reading) -> tuple[_Reading, list[str]]:
    """Mend what is certainly broken, and say what was."""
    from ftfy import TextFixerConfig, fix_text

    # quotation marks and full-width signs stay as they were written: they are evidence
    config = TextFixerConfig(uncurl_quotes=False, fix_character_width=False, explain=False)
    repairs, text = [], reading.text
    if (mended := fix_text(text, config)) != text:
        repairs.append("mojibake, control characters or character forms mended")
    if (visible := _INVISIBLE.sub("", joined := _BROKEN_WORD.sub("", mended))) != mended:
        repairs.append("words broken at line ends joined" if joined != mended else "invisible characters removed")
    if (unwrapped := _unwrap(visible)) != visible:
        repairs.append("lines wrapped at a fixed width joined")
    text = unwrapped.strip()
    title = fix_text(reading.title, config).strip() if reading.title else None
    return reading._replace(text=text, title=title), repairs


def _unwrap(text: str) -> str:
    """Join the lines of paragraphs that were wrapped at a fixed width; news with a paragraph a line stays as it is.

    A text counts as wrapped if it has blank lines and if, in its blocks of several lines, nearly every line but the
    last is about as full as the fullest and at most 100 characters wide.
    """
    blocks = re.split(r"\n[ \t]*\n", text)
    inner = [len(line.strip()) for block in blocks for line in block.strip().split("\n")[:-1]]
    if len(blocks) < 2 or len(inner) < 3 or max(inner) > _WIDEST_WRAP:
        return text
    full = _FULL_LINE * max(inner)
    if sum(width >= full for width in inner) < 0.9 * len(inner):
        return text
    following = [line.strip() for block in blocks for line in block.strip().split("\n")[1:]]
    if sum(line[:1].isupper() for line in following) > 0.7 * len(following):
        return text  # verse, or a list
    return "\n\n".join(" ".join(line.strip() for line in block.strip().split("\n")) for block in blocks)


def _first_line_as_title(text: str) -> str | None:
    first, _, rest = text.partition("\n")
    first = first.strip()
    # fewer words are more often a menu or a share bar than a headline
    reads_as_headline = len(first.split()) >= 4 and len(first) <= 200 and not _SENTENCE_END.search(first)
    return first if rest.strip() and reads_as_headline else None


def _parse_date(value: object, *, strict: bool = True) -> pd.Timestamp | None:
    """Read an ISO 8601 date; a zone is dropped, since a publication date is the outlet's own day."""
    if value is None or value == "" or pd.isna(value):  # type: ignore[call-overload]
        return None
    try:
        date = pd.Timestamp(value)  # type: ignore[arg-type]
        if isinstance(value, str) and not re.match(r"\d{4}-\d\d?-\d\d?", value.strip()):
            raise ValueError(value)
        return date.tz_localize(None).as_unit("s")
    except (ValueError, TypeError, OverflowError) as error:
        if strict:
            raise ValueError(f"published {str(value)!r} is not a date; write it as 2019-03-07") from error
        return None


@lru_cache(maxsize=1024)
def _identify_language(text: str) -> str:
    import py3langid  # here: its model takes half a second to load

    return py3langid.classify(text[:20_000])[0]
