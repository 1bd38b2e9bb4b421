"""Corpora: collections of many documents, analysed into tables on disk and profiled from there.

The tables are those of one document in a notebook. Dask gives the work to processes, on this machine or on many, and
Parquet holds what comes of it.
"""

import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd
from tqdm import tqdm

from newslab.articles import COLUMNS as ARTICLE_COLUMNS
from newslab.articles import Entry, list_entries, tabulate
from newslab.corpora.partitions import (
    RECORDS,
    UNFINISHED,
    analyse_partition,
    describe_failure,
    digest_library,
    read_schemas,
    write_partition,
)
from newslab.files import TABLE_SUFFIXES, find_files
from newslab.parsing import DEFAULT_PIPELINE, describe_pipeline
from newslab.tables import build_table, check_columns

if TYPE_CHECKING:
    from distributed import Client, Future

MANIFEST = "collection.json"

# Characters to an article, on average, from which a partition ends before it is full
_LONG = 10_000
# Partitions get smaller when fewer than so many full ones are left, down to so many articles
_AHEAD, _LEAST = 10, 10
_PATIENCE = 15  # seconds until a scheduler counts as not there
_LARGE = "distributed.admin.large-graph-warning-threshold"
_WORKER_MEMORY = 1_000_000_000  # bytes that a worker needs at most, but for the longest texts

# For processes on this machine, each with a core of its own: Dask looks after them fifty times a second and samples
# their stacks a hundred times, for a dashboard; that costs a tenth of a core. Nothing is kept in memory between tasks,
# so there is nothing to spill, and a worker that pauses for memory would wait for ever. Nor is memory given back to the
# system after each use, as Dask has it: two million pages fetched anew for a hundred articles cost a fifth.
_LOCAL = {
    "distributed.scheduler.allowed-failures": 1,  # a partition that costs two workers their lives is recorded
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
}


def analyse_corpus(
    articles: str | Path | Iterable[str | Path] | pd.DataFrame,
    out: str | Path,
    *,
    pipeline: str = DEFAULT_PIPELINE,
    published: object | None = None,
    topics: bool = True,
    client: "Client | str | None" = None,
    workers: int | None = None,
    partition_size: int = 500,
    progress: bool = True,
) -> pd.DataFrame:
    """Make every table of every article and write them as Parquet, on one machine or on many.

    Killed or stopped, the same call goes on where it was: finished partitions are not made again. The tables are the
    same, row for row, whatever does the work.

    Parameters
    ----------
    articles
        What `read_articles` reads (files, folders, patterns; CSV, JSON Lines, Parquet), read piece by piece; or a
        table with ``doc_id`` and ``text``, such as `read_articles` gives.
    out
        Folder for the tables, new or of the same call before. All workers must see it under this name.
    pipeline
        An installed spaCy pipeline, or a folder that holds one.
    published
        As for `read_articles`.
    topics
        False leaves out how well each paragraph fits its document, see `extract_paragraphs`.
    client
        A Dask client, or the address of a scheduler such as ``"tcp://host:8786"``, whose workers have the same newslab;
        one thread a worker is best (``dask worker --nthreads 1``). None starts processes on this machine, and ends
        them.
    workers
        How many processes to start on this machine; None starts one a core, as far as a gigabyte of memory for each
        goes. A script that starts them needs ``if __name__ == "__main__":`` around the call.
    partition_size
        Articles a file, at most; a file also ends at ten thousand times as many characters, and the last ones get
        smaller. It is what a killed worker loses, so a few minutes' work are enough, and for many millions of articles
        5,000 make fewer files.
    progress
        Whether to show a bar.

    Returns
    -------
    DataFrame, one row a table
        table : its name
        n_rows : rows in all partitions
        path : folder with one Parquet file a partition

    Raises
    ------
    FileNotFoundError, ValueError
        If the articles cannot be listed (see `read_articles`), an id occurs twice in a table given, the pipeline is
        not installed, ``workers`` or ``partition_size`` is less than one, or ``out`` holds something else: another
        collection, or this one by other parameters.
    OSError
        If the scheduler does not answer or is lost, or ``out`` cannot be written. What is finished stays.

    Notes
    -----
    There is one folder a table in ``out``: ``articles, profile, paragraphs, sentences, entities, places, quantities,
    quotes, times, keyterms, anomalies, vocabulary, fingerprints`` with the columns that the functions of those names
    give (``quotes`` has ``n_words`` besides), and ``errors`` with what could not be read or analysed: ``doc_id, file,
    line, stage`` (``read``, ``analyse``, ``partition``) and ``reason``. A partition that fails is tried once more, its
    articles one by one, and then recorded there. Text is UTF-8, numbers are 64 bits, times are milliseconds without a
    zone, what is missing is null. Any reader of Parquet takes a folder for a table.

    Examples
    --------
    >>> analyse_corpus([], "tables")
    Traceback (most recent call last):
    ...
    ValueError: no articles to analyse; name a file, a folder or a table with some
    """
    if workers is not None and workers < 1:
        raise ValueError(f"{workers} workers do no work; ask for one at least")
    if partition_size < 1:
        raise ValueError(f"partition_size {partition_size} holds no article; ask for one at least")
    if not isinstance(articles, pd.DataFrame | str | Path):
        articles = list(articles)
    pipeline = str(Path(pipeline).resolve()) if Path(pipeline).is_dir() else pipeline
    settings = {
        "newslab": digest_library(),
        "pipeline": describe_pipeline(pipeline),
        "topics": topics,
        "published": _describe_dates(published),
        "partition_size": partition_size,
        "input": _describe_input(articles),
    }
    out = Path(out).resolve()
    _check_same(out, settings)
    partitions = _cut(
        _list_rows(articles) if isinstance(articles, pd.DataFrame) else list_entries(articles), partition_size
    )
    first = next(partitions, None)
    if first is None:
        raise ValueError("no articles to analyse; name a file, a folder or a table with some")
    from distributed.comm import CommClosedError

    with _connect(client, workers) as connected:
        _prepare(out, settings)
        with tqdm(desc=out.name, total=_count(articles), unit=" articles", disable=not progress) as bar:
            told = settings | {"dates": published, "folder": str(Path.cwd())}
            try:
                _work_off(chain([first], partitions), out, told, connected, bar)
            except Exception as error:  # without its scheduler a client fails in many ways
                if connected.status == "running" and not isinstance(error, CancelledError | CommClosedError):
                    raise
                said = f"the {_count_records(out)} finished partitions stay, and the same call goes on"
                raise ConnectionError(f"lost the Dask scheduler; {said}") from error
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)
    records = [json.loads(path.read_bytes()) for path in sorted((out / RECORDS).glob("*.json"))]
    rows = [
        {"table": table, "n_rows": sum(record["rows"][table] for record in records), "path": str(out / table)}
        for table in read_schemas()
    ]
    return build_table(rows, {"table": "str", "n_rows": "int64", "path": "str"})


def _work_off(
    partitions: Iterable[list[Entry]], out: Path, settings: dict[str, Any], client: "Client", bar: tqdm
) -> None:
    """Hand out the partitions that are not finished, few at a time, so that no memory holds the collection."""
    import dask
    from distributed import as_completed

    under_way: dict[Future, tuple[int, list[Entry]]] = {}
    completed = as_completed(loop=client.loop)
    run = uuid4().hex  # another call must not be given what this one left behind

    def settle() -> None:
        future = next(completed)
        number, entries = under_way.pop(future)
        _settle(future, number, entries, out)
        bar.update(len(entries))

    for number, entries in enumerate(partitions):
        if _is_done(out, number):
            bar.update(len(entries))
            continue
        n_threads = sum(client.nthreads().values())
        while len(under_way) > n_threads + n_threads // 4:  # some wait at the scheduler, which holds their articles
            settle()
        own = settings | {"dates": _select_dates(settings["dates"], entries)}
        key = f"newslab-{run}-{number}"
        with dask.config.set({_LARGE: "1 GB"}):  # articles are no mistake
            future = client.submit(analyse_partition, number, entries, own, str(out), key=key, pure=False, retries=1)
        under_way[future] = number, [_without_text(entry) for entry in entries]
        completed.add(future)
    while under_way:
        settle()


def _without_text(entry: Entry) -> Entry:
    """Keep of an article what names it, should its partition fail."""
    return entry._replace(file=entry.file or (entry.row or {}).get("file"), row=None)


def _settle(future: "Future", number: int, entries: list[Entry], out: Path) -> None:
    """Take note of a partition that is done; record one that failed twice, and stop where nothing can be written."""
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    try:
        future.result()
    except CommClosedError:  # an OSError, but none of writing
        raise
    except OSError as error:
        raise _cannot_write(out, error) from error
    except (KilledWorker, MemoryError) as error:
        reason = f"{type(error).__name__}: its worker died of it twice, most likely for want of memory"
        write_partition(out, number, describe_failure(entries, reason), status="failed", seconds=0)


def _is_done(out: Path, number: int) -> bool:
    """Whether a partition is recorded as done; one that failed is tried again by the next call."""
    record = out / RECORDS / f"part-{number:06d}.json"
    return record.is_file() and json.loads(record.read_bytes())["status"] == "done"


def _cut(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Cut a list of articles into partitions, by order and length alone, so that every run cuts it alike.

    The last ones get smaller and smaller, so that all workers end at about the same time (guided self-scheduling,
    Polychronopoulos and Kuck 1987, IEEE Transactions on Computers 36(12)).
    """
    entries = iter(entries)
    ahead = deque(islice(entries, _AHEAD * size))
    while ahead:
        most = max(min(_LEAST, size), len(ahead) // _AHEAD)
        part: list[Entry] = []
        n_characters = 0
        while ahead and len(part) < most:
            n_characters += _measure(ahead[0])
            if part and n_characters > most * _LONG:
                break
            part.append(ahead.popleft())
        ahead.extend(islice(entries, len(part)))
        yield part


def _measure(entry: Entry) -> int:
    if entry.row is not None:
        return len(str(entry.row.get("text")))
    try:
        return Path(entry.file or "").stat().st_size
    except OSError:  # the reading will say why
        return 0


def _list_rows(articles: pd.DataFrame) -> Iterator[Entry]:
    """List the rows of a table of articles, with the columns that `read_articles` gives."""
    table = articles.reindex(columns=list(ARTICLE_COLUMNS)).astype(object)
    for line, row in enumerate(table.where(table.notna(), None).to_dict("records"), 1):
        yield Entry(row["doc_id"], None, line, {str(name): value for name, value in row.items()})


def _count(articles: Any) -> int | None:
    """Count the articles, where that takes no reading of them all."""
    if isinstance(articles, pd.DataFrame):
        return len(articles)
    files = list(find_files(articles))
    return None if any(path.suffix.lower() in TABLE_SUFFIXES for path in files) else len(files)


def _describe_input(articles: Any) -> dict[str, Any]:
    """Tell one input from another: by rows, or by names, sizes and times of files, none of them read."""
    digest = hashlib.sha256()
    if isinstance(articles, pd.DataFrame):
        check_columns(articles, ["doc_id", "text"], name="articles")
        if articles["doc_id"].isna().any():
            raise ValueError("articles has a row without doc_id; give every article an id of its own")
        if (twice := articles["doc_id"][articles["doc_id"].duplicated()]).size:
            raise ValueError(f"doc_id {twice.iloc[0]!r} occurs twice; give every article an id of its own")
        for row in articles.reindex(columns=list(ARTICLE_COLUMNS)).itertuples(index=False, name=None):
            digest.update(repr(row).encode("utf-8", "backslashreplace"))
        return {"articles": len(articles), "sha256": digest.hexdigest()}
    files = list(find_files(articles))
    for path in files:
        about = path.stat()
        digest.update(f"{path.resolve()}\0{about.st_size}\0{about.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return {"files": len(files), "sha256": digest.hexdigest()}


def _describe_dates(published: object | None) -> str | None:
    tabulate([], published)  # says what is no date
    if isinstance(published, pd.Series):
        told = published.astype("str")
        return hashlib.sha256(pd.util.hash_pandas_object(told).to_numpy().tobytes()).hexdigest()
    return None if published is None else str(published)


def _select_dates(published: object | None, entries: list[Entry]) -> object | None:
    if not isinstance(published, pd.Series):
        return published
    return published[published.index.isin([entry.doc_id for entry in entries])]


def _check_same(out: Path, settings: dict[str, Any]) -> None:
    """Refuse a folder that holds anything but what these settings began."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        there = json.loads((out / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{out}: holds something other than a collection of newslab; name another folder") from error
    if other := [name for name in settings if there.get(name) != settings[name]]:
        raise ValueError(
            f"{out}: holds a collection made with another {' and '.join(other)}; delete it, or name another folder"
        )


def _prepare(out: Path, settings: dict[str, Any]) -> None:
    """Make the folders, and write beside and rename what the collection is."""
    try:
        for folder in (*read_schemas(), RECORDS, UNFINISHED):
            (out / folder).mkdir(parents=True, exist_ok=True)
        beside = out / UNFINISHED / f"{uuid4().hex}.json"
        beside.write_text(json.dumps(settings, indent=1), encoding="utf-8")
        beside.replace(out / MANIFEST)
    except OSError as error:
        raise _cannot_write(out, error) from error


def _count_records(out: Path) -> int:
    return len(list((out / RECORDS).glob("*.json"))) if out.is_dir() else 0


def _cannot_write(out: Path, error: OSError) -> OSError:
    done = _count_records(out)
    why = os.strerror(error.errno) if error.errno else error
    said = f"{out}: cannot be written to ({why}); mend that and make the same call again"
    return OSError(error.errno, f"{said}: the {done} finished partitions stay" if done else said)


@contextmanager
def _connect(client: "Client | str | None", workers: int | None) -> Iterator["Client"]:
    """Connect to a scheduler, or start one on this machine and end it."""
    import dask
    from dask.system import CPU_COUNT
    from distributed import Client, LocalCluster
    from distributed.comm import get_address_host_port
    from distributed.system import MEMORY_LIMIT

    if isinstance(client, str):
        try:
            get_address_host_port(client)  # says what is no address, on which a client would wait
            own = Client(client, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            said = f"no Dask scheduler answers at {client} ({error}); check the address and that it runs"
            raise ConnectionError(said) from error
        with own:
            yield own
    elif client is not None:
        if client.status in {"closing", "closed"}:
            raise ConnectionError("the Dask client given is closed; connect one, or give the scheduler's address")
        yield client
    else:
        with (
            dask.config.set(_LOCAL),
            LocalCluster(
                n_workers=workers or max(1, min(CPU_COUNT, MEMORY_LIMIT // _WORKER_MEMORY)),
                threads_per_worker=1,
                memory_limit=MEMORY_LIMIT,  # of all of them, since one may have a text of millions of characters
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs="CRITICAL",  # what goes wrong is raised or recorded
            ) as cluster,
            Client(cluster, set_as_default=False) as own,
        ):
            yield own
