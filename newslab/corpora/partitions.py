"""Partitions: what one task of `newslab.corpora.analyse_corpus` does, from articles to files.

A partition is read, parsed and extracted from by the calls that a notebook makes, a stretch of it at a time so that
memory does not grow with it. Its tables are written beside and renamed, its record last: without the record, it is
not there.
"""

import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet
from spacy.tokens import Doc

from newslab.articles import COLUMNS as ARTICLE_COLUMNS
from newslab.articles import Entry, read_entry, tabulate
from newslab.corpora.reuse import extract_fingerprints
from newslab.entities import extract_entities
from newslab.parsing import describe_pipeline, load_pipeline, parse_articles
from newslab.places import extract_places
from newslab.profile import measure_profile
from newslab.quantities import extract_quantities
from newslab.quotes import extract_quotes
from newslab.structure import extract_anomalies, extract_paragraphs, extract_sentences
from newslab.tables import build_table
from newslab.terms import extract_keyterms, extract_vocabulary
from newslab.times import extract_times
from newslab.words import count_words

RECORDS, UNFINISHED = "partitions", ".unfinished"
"""Folders beside those of the tables; readers of Parquet pass over a name that begins with a dot."""

ERROR_COLUMNS = {"doc_id": "str", "file": "str", "line": "Int64", "stage": "str", "reason": "str"}

# Parquet's plainest types: nothing that only pandas knows. Parquet has no seconds.
_TYPES = {
    "str": pa.string(),
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "Float64": pa.float64(),
    "datetime64[s]": pa.timestamp("ms"),
}

# Characters that are parsed and extracted from at a time: enough to fill the pipeline's batches, some 50 MB of Docs
_STRETCH = 100_000

_Read = tuple[Entry, Mapping[str, object]]  # an article as it was listed, and as it reads

# A pipeline serves one thread at a time, whatever number of threads a cluster's workers have
_LOCK = threading.Lock()


def extract_tables(articles: pd.DataFrame, docs: Mapping[str, Doc], *, topics: bool = True) -> dict[str, pd.DataFrame]:
    """Make every table of a collection from parsed articles; entities are found once, for places and quotes too."""
    entities = extract_entities(docs)
    paragraphs = extract_paragraphs(docs, topics=topics)
    flagged = paragraphs[paragraphs["off_topic"] | (paragraphs["role"] == "boilerplate")]
    quotes = extract_quotes(docs, entities=entities)
    return {
        "articles": articles,
        "profile": measure_profile(docs),
        "paragraphs": paragraphs,
        "sentences": extract_sentences(docs),
        "entities": entities,
        "places": extract_places(docs, entities=entities),
        "quantities": extract_quantities(docs),
        "quotes": quotes.assign(n_words=quotes["text"].map(count_words).astype("int64")),
        "times": extract_times(docs, published=articles.set_index("doc_id")["published"]),
        "keyterms": extract_keyterms(docs, leave_out=flagged),
        "anomalies": extract_anomalies(docs),
        "vocabulary": extract_vocabulary(docs),
        "fingerprints": extract_fingerprints(docs),
    }


@lru_cache(maxsize=1)
def read_schemas() -> dict[str, pa.Schema]:
    """Say which columns and types each table of a collection has, by table."""
    empty = extract_tables(build_table([], ARTICLE_COLUMNS), {}) | {"errors": build_table([], ERROR_COLUMNS)}
    return {
        name: pa.schema([(str(column), _TYPES[str(dtype)]) for column, dtype in table.dtypes.items()])
        for name, table in empty.items()
    }


@lru_cache(maxsize=1)
def digest_library() -> str:
    """Tell one state of newslab from another, by all that its tables rest on."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix not in {".pyc", ".css", ".md"} and p.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def analyse_partition(number: int, entries: Sequence[Entry], settings: Mapping[str, Any], out: str) -> dict[str, Any]:
    """Make the tables of one partition and write them.

    Parameters
    ----------
    number
        Which partition of the collection it is, from 0.
    entries
        Where its articles are to be found; those that come from a table in memory have no file.
    settings
        As in ``collection.json``; here also ``dates``, as ``published`` of `newslab.read_articles`, and ``folder``,
        from which paths count.
    out
        Folder of the collection.

    Returns
    -------
    dict
        The partition's record.

    Raises
    ------
    ValueError
        If this worker has another newslab or pipeline than the collection is made with.
    OSError
        If the tables cannot be written.
    """
    with _LOCK:
        started = time.perf_counter()
        here = {"newslab": digest_library(), "pipeline": describe_pipeline(settings["pipeline"]["pipeline"])}
        if other := [name for name in here if here[name] != settings[name]]:
            raise ValueError(f"a worker has another {' and '.join(other)} than the client; install the same everywhere")
        pieces = list(_iter_tables(entries, settings))
        tables = {name: pa.concat_tables([piece[name] for piece in pieces]) for name in read_schemas()}
        return write_partition(Path(out), number, tables, status="done", seconds=time.perf_counter() - started)


def describe_failure(entries: Iterable[Entry], reason: str) -> dict[str, pa.Table]:
    """Make the tables of a partition that could not be analysed: all of them empty but for its errors."""
    errors = [_error(entry, "partition", reason) for entry in entries]
    return _as_arrow({"errors": build_table(errors, ERROR_COLUMNS)})


def write_partition(
    out: Path, number: int, tables: Mapping[str, pa.Table], *, status: str, seconds: float
) -> dict[str, Any]:
    """Write the tables of a partition, then its record; each file is there whole or not at all."""
    name = f"part-{number:06d}"
    rows = {table: content.num_rows for table, content in tables.items()}
    record = {"partition": number, "status": status, "rows": rows, "seconds": round(seconds, 3)}
    (out / UNFINISHED).mkdir(exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=out / UNFINISHED))
    try:
        for table, content in tables.items():
            parquet.write_table(content, beside / table, compression="zstd")
        (beside / RECORDS).write_text(json.dumps(record), encoding="utf-8")
        for table in tables:
            (beside / table).replace(out / table / f"{name}.parquet")
        (beside / RECORDS).replace(out / RECORDS / f"{name}.json")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return record


def _iter_tables(entries: Iterable[Entry], settings: Mapping[str, Any]) -> Iterator[dict[str, pa.Table]]:
    yield _as_arrow({})  # a partition of which nothing can be read has tables too
    stretch: list[_Read] = []
    n_characters = 0
    for entry in entries:
        try:
            row = dict(entry.row or {})
            if entry.file is not None:  # a worker may stand in another folder than the client
                row = read_entry(entry._replace(file=str(Path(settings["folder"], entry.file))))
                row["file"] = _spell(entry.file)
        except ValueError as error:
            yield _as_arrow({"errors": build_table([_error(entry, "read", str(error))], ERROR_COLUMNS)})
            continue
        stretch.append((entry, row))
        n_characters += len(str(row["text"]))
        if n_characters >= _STRETCH:
            yield from _analyse(stretch, settings)
            stretch, n_characters = [], 0
    if stretch:
        yield from _analyse(stretch, settings)


def _analyse(stretch: Sequence[_Read], settings: Mapping[str, Any]) -> Iterator[dict[str, pa.Table]]:
    """Parse and extract; where that fails, once more article by article, and what fails again is an error."""
    pipeline = settings["pipeline"]["pipeline"]
    try:
        articles = tabulate([row for _, row in stretch], settings["dates"])
        # words never seen before leave the vocabulary with their documents, or else it grows with the collection
        with load_pipeline(pipeline).memory_zone():
            docs = parse_articles(articles, pipeline=pipeline)
            tables = _as_arrow(extract_tables(articles, docs, topics=settings["topics"]))
            del docs
        yield tables
    except Exception as error:  # whatever it is, a million other articles wait
        if len(stretch) > 1:
            for one in stretch:
                yield from _analyse([one], settings)
        else:
            rows = [_error(stretch[0][0], "analyse", _describe(error))]
            yield _as_arrow({"errors": build_table(rows, ERROR_COLUMNS)})


def _as_arrow(tables: Mapping[str, pd.DataFrame]) -> dict[str, pa.Table]:
    """Give every table of a collection its schema; those not given are empty."""
    return {
        name: pa.Table.from_pandas(tables[name], schema, preserve_index=False).replace_schema_metadata()
        if name in tables
        else schema.empty_table()
        for name, schema in read_schemas().items()
    }


def _error(entry: Entry, stage: str, reason: str) -> dict[str, object]:
    return {
        "doc_id": _spell(entry.doc_id),
        "file": _spell(entry.file or (entry.row or {}).get("file")),
        "line": entry.line,
        "stage": stage,
        "reason": _spell(reason),
    }


def _spell(said: Any) -> str | None:
    """Write in characters what may hold bytes or halves of characters, which no table on disk can."""
    return None if said is None else str(said).encode("utf-8", "replace").decode()


def _describe(error: BaseException) -> str:
    """Say what went wrong, and in which line of the library or another."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f" ({Path(at.tb_frame.f_code.co_filename).name}, line {at.tb_lineno})" if at is not None else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"
