"""Fuzz: what no one would write, a million times over, guided by what code it reaches.

Not run by pytest: it takes as long as it is given, and atheris, which has to be installed by itself (it comes built for
few systems, so it is not among the locked packages)::

    .venv/bin/python -m pip install atheris
    .venv/bin/python tests/fuzz.py extractors --seconds 3600
    .venv/bin/python tests/fuzz.py readers --seconds 1200

and so on for every kind in `strange.KINDS`, whose functions are all given every recipe. An execution is one document,
article, table or text through one of them; a recipe for extractors holds up to sixty documents.

An input that raises what is not documented, breaks what `strange.check_table` promises, or takes over five seconds, is
kept in ``--findings`` (the first of each kind) and the run goes on; one that needs over 2 GB ends it. What is found
becomes a case in ``data/found.tsv``, where the suite runs it ever after. Runs add up in ``counts.json`` beside the
findings, by function. Tracing makes the code run several times slower than it is.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import altair as alt
import atheris

with atheris.instrument_imports(include=["newslab"]):
    from strange import KINDS, list_tokens, plant_seeds

# Altair reads its whole schema anew for each part of a chart, which takes most of the time; here once is enough
_READ_ONCE = alt.utils.schemapi._FromDict(alt.Chart._default_wrapper_classes())
alt.utils.schemapi._FromDict = lambda _: _READ_ONCE

_LONGEST_SECONDS = 5
_MOST_MEMORY = 2048  # MB


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzz newslab.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--corpus", type=Path, default=Path(".cache/fuzz/corpus"))
    parser.add_argument("--findings", type=Path, default=Path(".cache/fuzz/findings"))
    options = parser.parse_args()
    corpus = options.corpus / options.kind
    for folder in (corpus, options.findings):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([] if any(corpus.iterdir()) else plant_seeds(options.kind)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    tokens = options.corpus / "tokens.dict"
    escaped = ["".join(map("\\x{:02x}".format, token)) for token in list_tokens()]
    tokens.write_text("".join(f'"{token}"\n' for token in escaped))
    counts = options.findings.parent / "counts.json"
    earlier = json.loads(counts.read_text()) if counts.exists() else {}
    run = Counter(earlier.get("runs", {}))
    found = set(earlier.get("found", []))
    peak = earlier.get("peak_megabytes", 0)
    slowest, told_at = earlier.get("slowest_seconds", 0.0), 0.0
    with tempfile.TemporaryDirectory() as scratch:

        def try_out(data: bytes) -> None:
            nonlocal slowest, told_at
            for name, function in KINDS[options.kind].items():
                began = time.process_time()
                try:
                    run[name] += function(data, Path(scratch))
                except Exception as error:  # whatever it is, it was not to be raised
                    run[name] += 1
                    _keep(options.findings, found, f"{options.kind} {name}", data, error)
                took = time.process_time() - began
                slowest = max(slowest, took)
                if took > _LONGEST_SECONDS:
                    _keep(options.findings, found, f"{options.kind} {name}", data, TimeoutError(f"took {took:.1f} s"))
            if time.monotonic() > told_at + 5:
                told_at = time.monotonic()
                told = {
                    "runs": dict(sorted(run.items())),
                    "total": run.total(),
                    "found": sorted(found),
                    "slowest_seconds": round(slowest, 2),
                    "peak_megabytes": max(peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
                }
                beside = counts.with_suffix(".tmp")
                beside.write_text(json.dumps(told, indent=1))
                beside.replace(counts)

        limits = [f"-rss_limit_mb={_MOST_MEMORY}", "-timeout=120", "-max_len=9600", "-len_control=0"]
        lasts = [
            f"-dict={tokens}",
            f"-artifact_prefix={options.findings}/",
            f"-runs={options.runs}",
            f"-max_total_time={options.seconds}",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], str(corpus), *limits, *lasts], try_out)
        atheris.Fuzz()


def _keep(folder: Path, found: set[str], name: str, data: bytes, error: Exception) -> None:
    last = [frame for frame in traceback.extract_tb(error.__traceback__) if "newslab" in frame.filename][-1:]
    where = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else str(error)[:40]
    key = f"{name}: {type(error).__name__} at {where}"
    if key in found:
        return
    found.add(key)
    written = "".join(traceback.format_exception(error))
    (folder / f"{len(found):03}.txt").write_text(f"{key}\n{data.hex()}\n{written}", "utf-8", "backslashreplace")
    print(f"found: {key}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
