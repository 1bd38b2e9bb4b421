"""Collections: the same tables whatever does the work, nothing half-written, and a remedy for what goes wrong."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import duckdb
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from pandas.testing import assert_frame_equal

import newslab as nl
from newslab.corpora import __main__ as command
from newslab.corpora import partitions
from newslab.corpora.partitions import analyse_partition, extract_tables, read_schemas

TEXTS = [
    "The council of {0} closed the old bridge on Tuesday.\n\n“We had no choice,” said Ana Ruiz, the mayor.",
    "About {1} people left {0} in May, officials said.\n\nNobody was hurt, according to the police.",
    "Flood in {0}\n\nThe river rose by {1} centimetres. A spokesman said it would fall on Friday.",
]
TOWNS = "Leeds Lyon Turin Porto Ghent Malmo Graz Basel Derby Cork Brno Split".split()


@pytest.fixture(scope="module")
def articles():
    texts = [TEXTS[i % 3].format(town, 30 + i) for i, town in enumerate(TOWNS)]
    ids = [f"a{i}" for i in range(len(texts))]
    return pd.DataFrame({"doc_id": ids, "text": texts, "published": "2024-05-03", "source": ["Post", "Mail"] * 6})


@pytest.fixture(scope="module")
def table(articles, tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "news.jsonl"
    articles.to_json(path, orient="records", lines=True)
    return path


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as connected,
    ):
        yield connected


@pytest.fixture(scope="module")
def made(table, client, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "tables"
    nl.analyse_corpus(table, out, client=client, partition_size=2, progress=False)
    return out


def read(out):
    return {path.name: pd.read_parquet(path) for path in sorted(out.iterdir()) if path.name in read_schemas()}


def assert_same(out, other):
    found, expected = read(out), read(other)
    assert list(found) == list(expected) == sorted(read_schemas())
    for name, rows in found.items():
        assert_frame_equal(rows, expected[name])


def start(*command, **options):
    return subprocess.Popen([sys.executable, *map(str, command)], **options)  # noqa: S603


def wait_for(condition, *, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_tables_are_those_of_a_notebook(made, table):
    articles = nl.read_articles(table)
    expected = extract_tables(articles, nl.parse_articles(articles))
    for name, rows in read(made).items():
        if name != "errors":
            same_dtypes = {column: dtype for column, dtype in expected[name].dtypes.items() if str(dtype)[:4] != "date"}
            assert_frame_equal(rows.astype(same_dtypes), expected[name], check_dtype=False)
    assert read(made)["quotes"]["n_words"].sum() == nl.count_words(" ".join(read(made)["quotes"]["text"]))


@pytest.fixture
def cluster():
    """A scheduler and two workers as processes of their own, and the scheduler's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = start("-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", **quiet)
    settings = ("--no-nanny", "--no-dashboard", "--nthreads", 1)
    workers = [start("-m", "distributed.cli.dask_worker", address, *settings, **quiet) for _ in range(2)]
    try:
        with Client(address, timeout=60) as there:
            there.wait_for_workers(2, timeout=60)
        yield address, scheduler, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def kill_half_way(process, out):
    """Kill a process as soon as one partition is done; give the thread that waits for it."""

    def kill():
        wait_for(lambda: any((out / "partitions").glob("*.json")))
        process.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    return killer


def test_one_worker_killed_half_way_changes_nothing(made, table, cluster, tmp_path):
    address, _, workers = cluster
    out = tmp_path / "tables"
    killer = kill_half_way(workers[0], out)
    nl.analyse_corpus(table, out, client=address, partition_size=2, progress=False)
    killer.join()
    assert workers[0].wait() == -signal.SIGKILL
    assert_same(out, made)


def test_a_scheduler_lost_half_way_is_told_and_what_is_finished_stays(table, cluster, client, tmp_path):
    address, scheduler, _ = cluster
    out = tmp_path / "tables"
    killer = kill_half_way(scheduler, out)
    with pytest.raises(ConnectionError, match=r"lost the Dask scheduler; the \d+ finished partitions stay"):
        nl.analyse_corpus(table, out, client=address, partition_size=1, progress=False)
    killer.join()
    finished = {path.stem for path in (out / "partitions").iterdir()}
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/part*") if path.stem in finished}
    assert {path.parent.name for path in before} >= set(read_schemas())
    nl.analyse_corpus(table, out, client=client, partition_size=1, progress=False)
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_closed_client_is_told(articles, client, tmp_path):
    with Client(client.scheduler.address, set_as_default=False) as closed:
        pass
    with pytest.raises(ConnectionError, match="client given is closed"):
        nl.analyse_corpus(articles, tmp_path / "out", client=closed)


def test_local_processes_start_by_themselves(made, table, tmp_path, capsys):
    nl.analyse_corpus(table, tmp_path / "tables", workers=2, partition_size=2)
    assert_same(tmp_path / "tables", made)
    assert "tables: 12 articles" in capsys.readouterr().err  # the bar


KILLED = """
import os, signal, sys
from pathlib import Path
from distributed import Client, LocalCluster
import newslab as nl

replace, replaced = Path.replace, []

def replace_or_die(path, to):
    replaced.append(to)
    if len(replaced) == 40:  # the third partition, some of its tables in place
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(path, to)

Path.replace = replace_or_die
with LocalCluster(processes=False, n_workers=1, dashboard_address="127.0.0.1:0") as cluster, Client(cluster) as client:
    nl.analyse_corpus(sys.argv[1], sys.argv[2], client=client, partition_size=2)
"""


def test_a_run_killed_in_the_middle_of_writing_is_taken_up_again(made, table, client, tmp_path):
    out = tmp_path / "tables"
    run = start("-c", KILLED, table, out, stderr=subprocess.DEVNULL)
    assert run.wait() == -signal.SIGKILL
    done = {path: path.stat().st_mtime_ns for path in (out / "partitions").iterdir()}
    assert len(done) == 2
    written = {path: path.stat().st_mtime_ns for path in (out / "quotes").iterdir() if path.stem in str(done)}
    nl.analyse_corpus(table, out, client=client, partition_size=2, progress=False)
    assert {path: path.stat().st_mtime_ns for path in done | written} == done | written
    assert_same(out, made)
    assert not (out / ".unfinished").exists()


def test_every_partition_has_the_schema_even_when_empty(made):
    from pyarrow import parquet

    for name, schema in read_schemas().items():
        files = sorted((made / name).iterdir())
        assert [path.name for path in files] == [f"part-{i:06d}.parquet" for i in range(6)]
        assert all(parquet.read_schema(path).equals(schema, check_metadata=True) for path in files)


def test_another_engine_reads_the_same_rows(made):
    quotes = duckdb.read_parquet(f"{made}/quotes/*.parquet")
    rows = quotes.project("doc_id, start, text, speaker, closed").fetchall()
    expected = pd.read_parquet(made / "quotes", columns=["doc_id", "start", "text", "speaker", "closed"])
    assert rows == list(expected.astype(object).where(expected.notna(), None).itertuples(index=False, name=None))


def test_a_table_in_memory_gives_the_same(made, table, client, tmp_path):
    articles = nl.read_articles(table)
    nl.analyse_corpus(articles, tmp_path / "tables", client=client, partition_size=2, progress=False)
    assert_same(tmp_path / "tables", made)


def test_what_cannot_be_read_is_an_error_with_its_reason(client, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "good.txt").write_text("Ana Ruiz left Leeds on Monday.")
    (source / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    (source / "none.txt").write_bytes(b"")
    rows = ['{"doc_id": "good", "text": "Twice."}', '{"doc_id": "x"}', "{", '{"doc_id": "y", "text": "It is fine."}']
    (tmp_path / "more.jsonl").write_text("\n".join(['{"doc_id": "z", "text": "Also fine."}', *rows]))
    nl.analyse_corpus([source, tmp_path / "more.jsonl"], tmp_path / "out", client=client, progress=False)
    tables = read(tmp_path / "out")
    assert tables["articles"]["doc_id"].tolist() == ["good", "z", "y"]
    errors = tables["errors"].set_index("reason")["doc_id"]
    assert [reason.partition(": ")[2] for reason in errors.index] == [
        "is an image, not text; save it as text or HTML first",
        "is empty; check that it is the file you meant",
        "doc_id 'good' occurs twice; give every article an id of its own",
        "has no text; leave it out",
        "is no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)); write one object"
        " a line",
    ]
    assert errors.fillna("").tolist() == ["image", "none", "good", "x", ""]
    assert tables["errors"]["line"].tolist()[2:] == [2, 3, 4]


def test_names_and_ids_that_are_no_text_cost_nobody_anything(client, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / os.fsdecode(b"caf\xe9.txt")).write_text("Ana Ruiz left Leeds on Monday.")
    (source / os.fsdecode(b"\xff.txt")).write_bytes(b"")
    rows = pd.DataFrame({"doc_id": ["half \ud83d", "b"], "text": ["It is \ud83d late.", "It is fine."]}, dtype=object)
    nl.analyse_corpus(source, tmp_path / "out", client=client, progress=False)
    nl.analyse_corpus(rows, tmp_path / "rows", client=client, progress=False)
    assert len(pd.read_parquet(tmp_path / "out" / "articles")) == 1
    assert "is empty" in pd.read_parquet(tmp_path / "out" / "errors")["reason"][0]
    assert pd.read_parquet(tmp_path / "rows" / "articles")["doc_id"].tolist() == ["b"]
    assert pd.read_parquet(tmp_path / "rows" / "errors")["doc_id"].tolist() == ["half ?"]


def test_what_an_extractor_fails_on_costs_that_article_only(articles, client, tmp_path, monkeypatch):
    def fail(docs, **options):
        if any("Turin" in doc.text for doc in docs.values()):
            raise KeyError("Turin")
        return nl.extract_quotes(docs, **options)

    monkeypatch.setattr(partitions, "extract_quotes", fail)
    nl.analyse_corpus(articles, tmp_path, client=client, partition_size=6, progress=False)
    tables = read(tmp_path)
    assert tables["articles"]["doc_id"].tolist() == [f"a{i}" for i in range(12) if i != 2]
    error = tables["errors"].iloc[0]
    assert (error["doc_id"], error["stage"]) == ("a2", "analyse")
    assert error["reason"].startswith("KeyError: 'Turin' (test_corpora.py, line")


def test_a_partition_that_fails_is_tried_twice_then_recorded_and_tried_by_the_next_call(
    articles, client, tmp_path, monkeypatch
):
    tries = tmp_path / "tries"

    def fail(number, *rest):  # its worker gets a copy, so it counts on disk
        with tries.open("a") as file:
            file.write(str(number))
        if number == 1:
            raise MemoryError
        return analyse_partition(number, *rest)

    monkeypatch.setattr("newslab.corpora.analyse_partition", fail)
    out = tmp_path / "tables"
    nl.analyse_corpus(articles, out, client=client, partition_size=6, progress=False)
    assert tries.read_text().count("1") == 2
    errors = pd.read_parquet(out / "errors")
    assert errors["doc_id"].tolist() == [f"a{i}" for i in range(6, 12)]
    assert set(errors["stage"]) == {"partition"}
    monkeypatch.undo()
    nl.analyse_corpus(articles, out, client=client, partition_size=6, progress=False)
    assert len(pd.read_parquet(out / "articles")) == 12
    assert pd.read_parquet(out / "errors").empty


def test_a_full_disk_stops_the_run_and_keeps_what_is_finished(made, articles, table, client, tmp_path, monkeypatch):
    real, written = partitions.parquet.write_table, []

    def fill(content, path, **options):
        written.append(path)
        if len(written) > 40:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(content, path, **options)

    monkeypatch.setattr(partitions.parquet, "write_table", fill)
    with pytest.raises(OSError, match=r"cannot be written to \(No space left on device\).*2 finished partitions stay"):
        nl.analyse_corpus(table, tmp_path, client=client, partition_size=2, progress=False)
    whole = {path.stem for path in (tmp_path / "partitions").iterdir()}
    assert all({path.stem for path in (tmp_path / name).iterdir()} == whole for name in read_schemas())
    monkeypatch.undo()
    nl.analyse_corpus(table, tmp_path, client=client, partition_size=2, progress=False)
    assert_same(tmp_path, made)


def test_no_place_to_write_is_told_before_anything_is_parsed(articles, client, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file/tables: cannot be written to"):
        nl.analyse_corpus(articles, tmp_path / "file" / "tables", client=client, progress=False)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "host:", "http://127.0.0.1:9"])
def test_no_scheduler_leaves_no_trace(address, articles, tmp_path, monkeypatch):
    monkeypatch.setattr("newslab.corpora._PATIENCE", 0.5)
    with pytest.raises(ConnectionError, match=f"no Dask scheduler answers at {address} .*check the address"):
        nl.analyse_corpus(articles, tmp_path / "out", client=address)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"topics": False}, "made with another topics;"),
        ({"published": "2024-05-04"}, "made with another published;"),
        ({"partition_size": 3}, "made with another partition_size;"),
        ({"articles": pd.DataFrame({"doc_id": ["a"], "text": ["Other."]})}, "made with another input;"),
    ],
)
def test_another_call_on_the_same_folder_is_refused(made, table, client, change, message):
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    call = {"articles": table, "out": made, "client": client, "partition_size": 2, "progress": False} | change
    with pytest.raises(ValueError, match=message):
        nl.analyse_corpus(**call)
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_a_folder_with_other_things_is_refused(articles, client, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match="holds something other than a collection"):
        nl.analyse_corpus(articles, tmp_path, client=client)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"doc_id": ["a", "a"], "text": ["x", "y"]}, "doc_id 'a' occurs twice"),
        ({"doc_id": ["a"]}, "articles has no column text"),
        ({"doc_id": ["a", None], "text": ["x", "y"]}, "a row without doc_id"),
        ({"doc_id": [], "text": []}, "no articles to analyse"),
    ],
)
def test_a_bad_table_is_refused_with_a_remedy(rows, message, client, tmp_path):
    with pytest.raises(ValueError, match=message):
        nl.analyse_corpus(pd.DataFrame(rows), tmp_path / "out", client=client)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("few", "message"), [({"workers": -1}, "-1 workers"), ({"partition_size": 0}, "size 0 holds")])
def test_less_than_one_is_refused(few, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        nl.analyse_corpus(pd.DataFrame({"doc_id": ["a"], "text": ["Rain."]}), tmp_path / "out", **few)


def test_long_texts_fill_partitions_of_their_own(monkeypatch):
    from newslab import corpora

    monkeypatch.setattr(corpora, "_LONG", 5)
    texts = ["abc", "abc", "a" * 30, "abc", "a" * 9, "b"]
    rows = pd.DataFrame({"doc_id": list("uvwxyz"), "text": texts})
    cut = corpora._cut(corpora._list_rows(rows), 2)
    assert ["".join(entry.doc_id for entry in part) for part in cut] == ["uv", "w", "x", "yz"]


def test_partitions_get_smaller_towards_the_end_so_that_workers_end_together():
    from newslab import corpora

    rows = pd.DataFrame({"doc_id": [f"a{i}" for i in range(3000)], "text": "Rain."})
    parts = [[entry.doc_id for entry in part] for part in corpora._cut(corpora._list_rows(rows), 200)]
    sizes = [len(part) for part in parts]
    assert sizes[0] == 200
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes[-10:]) <= 10
    assert [doc_id for part in parts for doc_id in part] == rows["doc_id"].tolist()


def test_the_command_says_what_came_of_it(table, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "analyse_corpus", lambda *_, **__: pytest.fail("not called"))
    with pytest.raises(SystemExit):
        command.main([])
    assert "make corpus ARTICLES=" in capsys.readouterr().err
    monkeypatch.undo()
    assert command.main([str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 1
    assert "no such file or folder" in capsys.readouterr().err


def test_the_manifest_says_what_made_the_tables(made):
    manifest = json.loads((made / "collection.json").read_bytes())
    assert manifest["pipeline"] == nl.describe_pipeline()
    assert manifest["topics"] is True
