"""Measure what the page of a large collection costs: python tests/measure_corpus.py COLLECTION OUT [--documents N].

COLLECTION is what `make corpus` wrote for some hundred articles of your own. Its documents are copied, under other
ids, dates, outlets, names and words, until OUT holds as many as asked for, or a few more; then the page is made of
them. One in eight copies stays near another, so that there is something to find.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from newslab.corpora.reading import find_partitions

PARTITION = 500  # articles a file, as analyse_corpus writes them
OUTLETS = 12


def copy_collection(collection: Path, out: Path, n_documents: int) -> None:
    """Write the documents of a collection again and again, each time a little different."""
    names = find_partitions(collection)
    folders = [path.name for path in sorted(collection.iterdir()) if (path / names[0]).is_file()]
    tables = {
        name: pa.concat_tables([pq.read_table(collection / name / file) for file in names]).to_pandas()
        for name in folders
    }
    (out / "partitions").mkdir(parents=True, exist_ok=True)
    (out / "collection.json").write_bytes((collection / "collection.json").read_bytes())
    schemas = {name: pq.read_schema(collection / name / names[0]) for name in folders}
    n_own = len(tables["articles"])
    copies = iter(range(-(-n_documents // n_own)))
    for number in count():
        some = list(islice(copies, max(1, PARTITION // n_own)))
        if not some:
            return
        rows = {}
        for name, table in tables.items():
            part = pd.concat([change(name, table, copy) for copy in some])
            written = pa.Table.from_pandas(part, schema=schemas[name], preserve_index=False)
            (out / name).mkdir(exist_ok=True)
            pq.write_table(written, out / name / f"part-{number:06}.parquet", compression="zstd")
            rows[name] = len(part)
        record = {"partition": number, "status": "done", "rows": rows, "seconds": 0}
        (out / "partitions" / f"part-{number:06}.json").write_text(json.dumps(record))


def change(name: str, table: pd.DataFrame, copy: int) -> pd.DataFrame:
    """Give a table of a copy: new ids, and what makes its documents others."""
    rng = np.random.default_rng([copy, len(table)])
    number = pd.factorize(table["doc_id"])[0]
    table = table.assign(doc_id=table["doc_id"] + f"~{copy}")
    mark = f" {copy % 97}"
    if name == "articles":
        days = pd.to_timedelta(rng.integers(0, 60, len(table)) + 7 * (copy % 100), "D")
        outlet = (np.arange(len(table)) + copy) % OUTLETS
        return table.assign(published=table["published"] + days, source=[f"Outlet {n}" for n in outlet])
    if name in {"entities", "places"}:
        return table.assign(name=table["name"].where(rng.random(len(table)) < 0.7, table["name"] + mark))
    if name == "quotes":
        other = rng.random(len(table)) < 0.5
        return table.assign(speaker_name=table["speaker_name"].mask(other, table["speaker_name"] + mark))
    if name == "keyterms":
        return table.assign(term=table["term"].mask(rng.random(len(table)) < 0.5, table["term"] + mark))
    if name == "vocabulary":
        rare = (table["count"] == 1) & (rng.random(len(table)) < 0.3)
        return table.assign(word=table["word"].mask(rare, table["word"] + mark.strip()))
    if name == "fingerprints":
        known = number % 8 == copy % 8  # documents that stay near their copies
        salt = np.where(known, copy // 16, copy + 1_000_003).astype(np.int64) * 0x9E3779B97F4A7C1
        edited = rng.random(len(table)) < 0.1
        salt[edited] += np.int64(copy)
        return table.assign(fingerprint=table["fingerprint"] ^ salt)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    options = parser.parse_args()
    if not (options.out / "collection.json").exists():
        since = time.monotonic()
        copy_collection(options.collection, options.out, options.documents)
        print(f"{options.documents:,} documents written in {time.monotonic() - since:.0f} s")
    size = sum(path.stat().st_size for path in options.out.rglob("*.parquet"))
    print(f"{size / 1e9:.2f} GB of tables, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    since = time.monotonic()
    subprocess.run([sys.executable, "-m", "newslab.corpora.page", str(options.out)], check=True)  # noqa: S603
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"page made in {time.monotonic() - since:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor), "
        f"at most {used.ru_maxrss / 1e6:.2f} GB"
    )


if __name__ == "__main__":
    main()
