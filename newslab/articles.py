"""Articles: files of text, Markdown or HTML and rows of tables to one row an article, checked at the door.

HTML goes through trafilatura, Markdown through mistune, mojibake through ftfy, and a file without a declared encoding
through charset-normalizer. CSV, JSON Lines and Parquet are read row by row. Nothing is ever fetched.
"""

import codecs
import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import pandas as pd

from newslab.files import (
    HTML_SUFFIXES,
    JSON_SUFFIXES,
    LARGEST,
    MARKDOWN_SUFFIXES,
    PARQUET_SUFFIXES,
    TABLE_SUFFIXES,
    find_files,
    name_documents,
    read_file,
    spell_name,
)
from newslab.tables import build_table

COLUMNS = {
    "doc_id": "str",
    "title": "str",
    "published": "datetime64[s]",
    "source": "str",
    "text": "str",
    "heading_starts": "str",
    "language": "str",
    "repairs": "str",
    "file": "str",
    "sha256": "str",
}

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
# what UTF-7, Python's escapes, Punycode and IDNA, some of them slow beyond reason, take for another text
_ASCII = rb"<meta> \u0041 +AD4- .xn--bcher-kva"
_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
_FRONT_MATTER_FIELD = re.compile(r"^(title|date|published)[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
# a word broken at the end of a line: small letters on both sides, as in "exhaus-\nted"
_BROKEN_WORD = re.compile(r"(?<=[a-z])(?:-|\u00ad)\n[ \t]*(?=[a-z])")
_STRAY_BYTE = re.compile("[\udc80-\udcff]+")
_HALF_CHARACTER = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # the other surrogates
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SENTENCE_END = re.compile(r"""[.!?…:;,]["'”’)]*$""")

_PROSE = 80  # characters from which a paragraph of a page is prose and no caption or button
# what is no part of a story, items of lists with a link, and what prose tells of
_TIMES_ELSEWHERE = (
    f"//*[self::aside or self::footer or self::nav or self::li[.//a] or self::p[string-length() > {_PROSE}]]//time"
)

_NEEDED = ("doc_id", "text")
_FIELDS = (*_NEEDED, "title", "published", "source")
_LONGEST_FIELD = 1 << 26  # characters; what is longer is a quotation mark never closed

# Below this share of a full line, a line is taken to end where its author ended it (see _unwrap)
_FULL_LINE = 0.7
_WIDEST_WRAP = 100


class _Reading(NamedTuple):
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    headings: frozenset[str] = frozenset()


class Entry(NamedTuple):
    """Where one article is to be found: in a file of its own, or in a row of a table."""

    doc_id: str | None
    file: str | None
    line: int | None = None
    """Line of the table, or row of a Parquet file, from 1; None for a file of its own."""
    row: Mapping[str, Any] | None = None
    """What the table says, by column."""
    problem: str | None = None
    """Why it cannot be read, where its table already tells."""

    def __str__(self) -> str:
        return str(self.file) if self.line is None else f"{self.file}, line {self.line}"


def read_articles(source: str | Path | Iterable[str | Path], *, published: object | None = None) -> pd.DataFrame:
    r"""Read files of text, Markdown or HTML and tables of articles, one row an article.

    Parameters
    ----------
    source
        A file, a folder, a glob pattern, or several of them. Of a folder its text, Markdown and HTML files, at any
        depth; its tables if it holds none of these. A table is CSV, JSON Lines (``.jsonl``) or Parquet, with the
        columns ``doc_id`` and ``text`` and, if it has them, ``title, published, source``; others are passed over.
    published
        Publication date (ISO 8601 text, date or timestamp) of the articles that state none, or a Series of dates by
        ``doc_id``, which goes before what a page says of itself.

    Returns
    -------
    DataFrame, in the order of ``source``, a folder's files by name
        doc_id : file name without its ending, longer where two files share it; in a table as it stands there
        title : as the page, the table or the front matter states it, or the first line if it reads as a headline;
            else null
        published : date that the page states in its markup or the table in its column, or that was given; else null.
            Never guessed.
        source : outlet that the page or the table names; else null
        text : the article, with ``\n`` line ends and one blank line between paragraphs that had one
        heading_starts : characters at which a line begins that the page or the Markdown marks up as a heading,
            separated by spaces; empty where there is none
        language : ISO 639-1 code of the likeliest language (py3langid)
        repairs : what was mended, separated by semicolons; empty if nothing was
        file : path as given
        sha256 : of the file's bytes; in a table, of the text as it stands there

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    ValueError
        If a folder or pattern holds no document, a file is binary, empty or without words, a table lacks a column, a
        row of it cannot be read, an id occurs twice, or ``published`` is no date. Each message names the file and the
        remedy.

    See Also
    --------
    iter_articles : the same in pieces, for what does not fit into memory.

    Examples
    --------
    >>> read_articles("no-such-file.txt")
    Traceback (most recent call last):
    ...
    FileNotFoundError: no-such-file.txt: no such file or folder; check the path
    """
    return tabulate(map(read_entry, list_entries(source)), published)


def iter_articles(
    source: str | Path | Iterable[str | Path], *, size: int = 1000, published: object | None = None
) -> Iterator[pd.DataFrame]:
    """Read articles as `read_articles` does, in tables of at most ``size``, so that memory holds one table at a time.

    Parameters
    ----------
    source, published
        As for `read_articles`.
    size
        Articles to a table.

    Yields
    ------
    DataFrame
        As `read_articles` gives; one after the other, they are its rows.

    Raises
    ------
    FileNotFoundError, ValueError
        As `read_articles`, when the piece is reached.

    Examples
    --------
    >>> list(iter_articles([]))
    []
    """
    rows = map(read_entry, list_entries(source))
    while chunk := list(islice(rows, size)):
        yield tabulate(chunk, published)


def read_entry(entry: Entry) -> dict[str, object]:
    """Read one article from where `list_entries` found it.

    Raises
    ------
    ValueError
        If it cannot be read; the message names the file, the line and the remedy.
    """
    if entry.problem:
        raise ValueError(entry.problem)
    where = Path(str(entry))
    if entry.row is None:
        content = read_file(where)
        text, mended = _decode(content, where)
        row: Mapping[str, Any] = {}
    else:
        row, text, mended = entry.row, entry.row["text"], None
        content = text.encode("utf-8", "surrogatepass")
        if len(content) > LARGEST:
            raise ValueError(f"{where}: its text has {len(content):,} bytes, more than any document; split it")
        if _STRAY_BYTE.search(text):  # the file is not all UTF-8
            text, mended = _decode(_HALF_CHARACTER.sub("\ufffd", text).encode("utf-8", "surrogateescape"), where)
    reading, repairs = _repair(_extract(text, where))
    if not any(character.isalpha() for character in reading.text):
        raise ValueError(f"{where}: holds no words to read; check that it is the file you meant")
    told = _as_text(row.get("heading_starts"))
    stated, published = row.get("published"), _parse_date(row.get("published") or reading.published, strict=False)
    if published is None and not _is_null(stated):
        repairs.append(f"published {str(stated)!r} left out, as it is no ISO 8601 date")
    return {
        "doc_id": entry.doc_id,
        "title": _as_text(row.get("title")) or reading.title or _first_line_as_title(reading.text),
        "published": published,
        "source": _as_text(row.get("source")) or reading.source,
        "text": reading.text,
        "heading_starts": told if told and text == reading.text else _locate(reading.headings, reading.text),
        "language": _identify_language(reading.text),
        "repairs": "; ".join(([mended] if mended else []) + repairs),
        "file": spell_name(str(entry.file)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def tabulate(rows: Iterable[Mapping[str, object]], published: object | None) -> pd.DataFrame:
    """Make a table of what `read_entry` read, and fill in the dates that were given."""
    articles = build_table(rows, COLUMNS)
    if isinstance(published, pd.Series):
        if (twice := published.index[published.index.duplicated()]).size:
            raise ValueError(f"published has two dates for document {twice[0]!r}; give one")
        told = articles["doc_id"].map(published.map(_parse_date)).astype("datetime64[s]")
        articles["published"] = told.fillna(articles["published"])
    elif published is not None and published != "":
        told = pd.Series(_parse_date(published), index=articles.index, dtype="datetime64[s]")
        articles["published"] = articles["published"].fillna(told)
    return articles


def list_entries(source: str | Path | Iterable[str | Path]) -> Iterator[Entry]:
    """List the articles of a source one by one, none of them read; the second of one id has that for its problem.

    Raises
    ------
    FileNotFoundError, ValueError
        If a path does not exist, a folder holds no document, or a table is none or lacks a column: all before the
        first entry.
    """
    files = list(find_files(source))
    for path in files:
        if path.suffix.lower() in TABLE_SUFFIXES:
            next(_iter_table(path), None)  # says what is wrong with its columns
    names = iter(name_documents([path for path in files if path.suffix.lower() not in TABLE_SUFFIXES]))
    seen: set[str] = set()
    for path in files:
        listed = _iter_table(path) if path.suffix.lower() in TABLE_SUFFIXES else [Entry(next(names), str(path))]
        for entry in listed:
            if entry.problem or entry.doc_id is None:
                yield entry
            elif entry.doc_id in seen:
                problem = f"{entry}: doc_id {entry.doc_id!r} occurs twice; give every article an id of its own"
                yield entry._replace(problem=problem)
            else:
                seen.add(entry.doc_id)
                yield entry


def _iter_table(path: Path) -> Iterator[Entry]:
    """List the rows of a table."""
    suffix = path.suffix.lower()
    kind = _iter_parquet if suffix in PARQUET_SUFFIXES else _iter_json if suffix in JSON_SUFFIXES else _iter_csv
    for line, row, problem in kind(path):
        doc_id, text = _as_text(row.get("doc_id")), row.get("text")
        if problem is None and doc_id is None:
            problem = "has no doc_id; give every article one"
        elif problem is None and not isinstance(text, str):
            problem = f"has no text but {type(text).__name__}; leave it out" if text else "has no text; leave it out"
        entry = Entry(doc_id, str(path), line, {field: row[field] for field in _FIELDS if field in row})
        yield entry._replace(problem=f"{entry}: {problem}") if problem else entry


_Row = tuple[int, Mapping[str, Any], str | None]  # line, what it says, what is wrong with it


def _iter_csv(path: Path) -> Iterator[_Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    with _open_table(path) as lines:
        first = lines.readline()
        delimiter = max(",;\t", key=first.count)
        header = next(csv.reader([first], delimiter=delimiter), [])
        _check_fields(path, header)
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            try:
                fields = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield rows.line_num + 1, {}, f"cannot be read as CSV ({error}); check its quotation marks"
                continue
            if fields:
                problem = f"has {len(fields)} fields, but {len(header)} columns; check its quotation marks"
                row = dict(zip(header, fields, strict=False))
                yield rows.line_num + 1, row, None if len(fields) == len(header) else problem


def _iter_json(path: Path) -> Iterator[_Row]:
    checked = False
    with _open_table(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.strip())
            except (ValueError, RecursionError) as error:
                yield number, {}, f"is no JSON ({error}); write one object a line"
                continue
            if not isinstance(row, dict):
                yield number, {}, "is no JSON object; write one a line, with doc_id and text"
                continue
            if not checked:
                _check_fields(path, row)
                checked = True
            yield number, row, None


def _iter_parquet(path: Path) -> Iterator[_Row]:
    import pyarrow as pa  # here: only Parquet needs it
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _check_fields(path, names)
            # few rows at a time: each holds a whole text
            for batch in file.iter_batches(batch_size=64, columns=[field for field in _FIELDS if field in names]):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row, None
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        if not number:
            raise ValueError(f"{path}: cannot be read as Parquet ({said}); write it anew") from error
        yield number + 1, {}, f"cannot be read as Parquet from here on ({said}); write the file anew"


def _open_table(path: Path) -> TextIO:
    """Open a table of text; bytes that are not UTF-8 are kept for `read_entry` to make out, article by article."""
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    for magic, kind in _MAGIC.items():
        if beginning.startswith(magic[:4]):
            raise ValueError(f"{path}: is {kind}, not a table in text; unpack or save it as one first")
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if beginning.startswith(mark)), "utf-8")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return path.open(encoding=encoding, errors=errors, newline="")


def _check_fields(path: Path, fields: Iterable[str]) -> None:
    there = list(fields)
    if missing := [field for field in _NEEDED if field not in there]:
        said = " ".join(", ".join(there[:20]).encode("utf-8", "replace").decode().split()) or "nothing"
        raise ValueError(
            f"{path}: has no column {' and no '.join(missing)}, it has {said}; name them {', '.join(_FIELDS)}"
        )


def _is_null(value: object) -> bool:
    return value is None or value == "" or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))  # type: ignore[call-overload]


def _as_text(value: object) -> str | None:
    """Write what a table says in characters, without the bytes or halves of characters that may be among them."""
    if _is_null(value):
        return None
    return _STRAY_BYTE.sub(_decode_stray, str(value)).encode("utf-8", "replace").decode().strip() or None


def _decode(content: bytes, path: Path) -> tuple[str, str | None]:
    """Decode a file; the second value says what was mended or assumed, if anything."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise ValueError(f"{path}: is {kind}, not text; save it as text or HTML first")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), None
    # of UTF-16 and UTF-32 every second byte or so is null; elsewhere a few are damage, to be left out
    is_wide = content.count(0) > len(content) / 20
    declared = _DECLARED.search(content[:2048])
    for encoding in ([name] if declared and _reads_ascii(name := declared[1].decode("ascii")) else []) + ["utf-8"]:
        try:
            text = content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        if not is_wide:
            return text, None
    if not is_wide:
        text = content.decode("utf-8", errors="surrogateescape")
        stray = sum("\udc80" <= character <= "\udcff" for character in text)
        if stray < sum(character > "\x7f" for character in text) - stray:
            return _STRAY_BYTE.sub(_decode_stray, text), f"{stray} stray bytes read as Windows-1252"
    from charset_normalizer import from_bytes  # here: only a file without a known encoding needs it

    best = from_bytes(content).best()
    if best is None or "\0" in str(best):
        raise ValueError(f"{path}: is not text in an encoding that can be told; save it as UTF-8 text")
    # short text does not tell Western from Central European or Turkish; for English the first is by far the likeliest
    letters = [character for character in str(best) if character.isalpha()]
    if not is_wide and sum(map(str.isascii, letters)) > 0.7 * len(letters):
        return content.decode("cp1252", errors="replace"), "read as Windows-1252, as no encoding is declared"
    return str(best), f"read as {best.encoding}, as no encoding is declared"


def _reads_ascii(encoding: str) -> bool:
    """Whether a page may be in the encoding that it declares, in ASCII: not UTF-16, nor one that reads escapes."""
    try:
        return _ASCII.decode(encoding) == _ASCII.decode("ascii")
    except (LookupError, UnicodeError):
        return False


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
    # here: it takes half a second to import, and plain text needs none of it
    from trafilatura import bare_extraction, load_html

    try:
        if (page := load_html(text)) is not None:
            _mark_story(page)
            _mark_date(page)
        found = page is not None and bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"extensive_search": False, "original_date": True},  # markup only; not of a change
        )
    except Exception as error:  # four libraries read the markup, and each has its own way to fail
        raise ValueError(
            f"{path}: has markup that cannot be read ({type(error).__name__}); save the article as text"
        ) from error
    if not found or isinstance(found, dict) or not (found.text or "").strip():
        raise ValueError(f"{path}: holds no article that can be told from its page; save the article as text")
    paragraphs = [line for line in str(found.text).split("\n") if line.strip()]
    if found.title and found.title.strip() not in (line.strip() for line in paragraphs[:3]):
        paragraphs.insert(0, found.title.strip())
    headings = frozenset("".join(head.itertext()) for head in found.body.iter("head"))
    return _Reading("\n\n".join(paragraphs), found.title, found.date, found.sitename, headings)


def _mark_story(page: Any) -> None:
    """Mark what holds most of a page's prose as its article where nothing says so, as else all its prose is read."""
    from trafilatura.xpaths import BODY_XPATH

    head = page.find(".//h1")
    if head is None or any(find(page) for find in BODY_XPATH):
        return
    sizes = {paragraph: len(paragraph.text_content()) for paragraph in page.iter("p")}
    first = next((paragraph for paragraph in head.xpath("following::p") if sizes[paragraph] >= _PROSE), None)
    around = first.iterancestors("div", "main", "section", "body") if first is not None else ()
    half = sum(sizes.values()) / 2
    story = next((element for element in around if sum(sizes[p] for p in element.iter("p")) >= half), None)
    if first is None or story is None:
        return
    if story.tag != "body":
        story.tag = "article"
    elif first.getparent() is story:  # all in a row: from the headline to the last paragraph
        top = next(part for part in (head, *head.iterancestors()) if part.getparent() is story)
        row = [top, *top.itersiblings()]
        article = page.makeelement("article")
        top.addprevious(article)
        article.extend(row[: max(i for i, part in enumerate(row) if part.tag == "p") + 1])


def _mark_date(page: Any) -> None:
    """Leave the times on a page at which it says it appeared, else those that stand nearest to its headline."""
    times, head = page.findall(".//time"), page.find(".//h1")
    own = {time for time in times if time.get("itemprop") == "datePublished" or time.get("pubdate") is not None}
    if not own and head is None:
        return
    if not own:
        elsewhere = set(page.xpath(_TIMES_ELSEWHERE))
        around = (set(element.iter("time")) - elsewhere for element in head.iterancestors())
        own = next(filter(None, around), own)
    for time in times:
        if time not in own:
            time.drop_tag()


def _extract_markdown(text: str) -> _Reading:
    import mistune  # here: only Markdown needs it

    fields: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields = dict(_FRONT_MATTER_FIELD.findall(front[1]))
        text = text[front.end() :]
    tokens = mistune.create_markdown(renderer=None, plugins=["table", "footnotes"])(text)
    blocks = list(_markdown_blocks(tokens))  # type: ignore[arg-type]
    headings = [_markdown_inline(t) for t in tokens if isinstance(t, dict) and _is_heading(t)]
    title = fields.get("title") or (headings[0] if headings else None)
    dated = fields.get("published") or fields.get("date")
    return _Reading("\n\n".join(b for b in blocks if b.strip()), title, dated, headings=frozenset(headings))


def _is_heading(token: dict) -> bool:
    """Whether a block is a heading, or a paragraph set in bold from end to end, which many write for one."""
    return token["type"] == "heading" or (
        token["type"] == "paragraph" and [part["type"] for part in token["children"]] == ["strong"]
    )


def _markdown_blocks(tokens: list[dict]) -> Iterator[str]:
    for token in tokens:
        if token["type"] in {"paragraph", "heading", "block_text"}:
            yield _markdown_inline(token)
        elif token["type"] == "list":
            first = token["attrs"].get("start", 1)
            for number, item in enumerate(token["children"], first):
                mark, blocks = f"{number}. " if token["attrs"]["ordered"] else "- ", list(_markdown_blocks([item]))
                yield from (mark + block if not i else block for i, block in enumerate(blocks))
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
    headings = frozenset(_INVISIBLE.sub("", fix_text(heading, config)) for heading in reading.headings)
    return reading._replace(text=text, title=title, headings=headings), repairs


def _locate(headings: Iterable[str], text: str) -> str:
    """Find where the lines begin that are headings, whatever spaces are in them."""
    wanted = {" ".join(heading.split()) for heading in headings}
    lines = re.finditer(r"\S.*", text) if wanted else []
    return " ".join(str(line.start()) for line in lines if " ".join(line.group().split()) in wanted)


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
    if _is_null(value):
        return None
    try:
        # a number could count from any day
        if not isinstance(value, str | date) or (
            isinstance(value, str) and not re.match(r"\d{4}-\d\d?-\d\d?", value.strip())
        ):
            raise ValueError(value)
        day = pd.Timestamp(value).tz_localize(None).as_unit("s")
        day.date()  # NotImplementedError outside the years 1 to 9999
        return day
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:
        if strict:
            raise ValueError(f"published {str(value)!r} is not a date; write it as 2019-03-07") from error
        return None


@lru_cache(maxsize=1024)
def _identify_language(text: str) -> str:
    import py3langid  # here: its model takes half a second to load

    return py3langid.classify(text[:20_000])[0]
