"""Measures speed, growth and memory: `python tests/measure_scale.py PART... [--texts FILE.jsonl] [--articles N]`.

- speed: words a second, and what each step costs of the bare pipeline on the same texts, in turns;
- growth: seconds a word at 10 and 100 times the length of an article, against those of one, by extractor;
- long: peak memory of one text of five million characters;
- flat: memory of a worker as articles go by;
- overhead: a Dask worker against a plain loop over the same articles, both at once;
- workers: two local workers against one.

Articles are put together from the paragraphs of the default document and of the texts in FILE (one JSON object a line,
with ``text``), at random with a seed. Without FILE few paragraphs come again and again, which makes topics look cheap:
each is embedded once. Seconds are those of the processor, so that other work on the machine counts
little, and matrices have one thread, as one that waits for another counts too; where the clock matters, both are
given. Memory is the operating system's own count.
"""

import argparse
import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pandas as pd
from spacy.tokens import Doc
from threadpoolctl import threadpool_limits

import newslab as nl
from newslab.corpora.partitions import analyse_partition, digest_library, extract_tables
from newslab.corpora.reuse import extract_fingerprints
from newslab.parsing import describe_pipeline, load_pipeline
from newslab.terms import extract_vocabulary

ROOT = Path(__file__).parent.parent
ROUNDS = 5
LENGTHS = (1, 10, 100)  # articles in one text


def make_articles(n: int, texts: list[Path]) -> pd.DataFrame:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks" / "data").glob("*.txt")]
    pages += [json.loads(line)["text"] for path in texts for line in path.open(encoding="utf-8")]
    paragraphs = sorted({p.strip() for page in pages for p in page.split("\n") if len(p.strip()) > 40})
    rng = random.Random(7)  # noqa: S311
    made = []
    for _ in range(n):
        parts, length = [], rng.randint(1500, 4500)
        while sum(map(len, parts)) < length:
            parts.append(rng.choice(paragraphs))
        made.append("\n\n".join(parts))
    dates = pd.to_datetime([f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}" for _ in made])
    return pd.DataFrame({"doc_id": [f"a{i}" for i in range(n)], "text": made, "published": dates})


EXTRACTORS: dict[str, Callable[[dict[str, Doc], pd.DataFrame | None], object]] = {
    "entities": lambda docs, _: nl.extract_entities(docs),
    "places": lambda docs, entities: nl.extract_places(docs, entities=entities),
    "quotes": lambda docs, entities: nl.extract_quotes(docs, entities=entities),
    "paragraphs, no topics": lambda docs, _: nl.extract_paragraphs(docs, topics=False),
    "paragraphs": lambda docs, _: nl.extract_paragraphs(docs),
    "profile": lambda docs, _: nl.measure_profile(docs),
    "sentences": lambda docs, _: nl.extract_sentences(docs),
    "quantities": lambda docs, _: nl.extract_quantities(docs),
    "times": lambda docs, _: nl.extract_times(docs, published="2020-01-01"),
    "keyterms": lambda docs, _: nl.extract_keyterms(docs),
    "anomalies": lambda docs, _: nl.extract_anomalies(docs),
    "vocabulary": lambda docs, _: extract_vocabulary(docs),
    "fingerprints": lambda docs, _: extract_fingerprints(docs),
}
"""Steps as a collection takes them: entities first, and once, for places and quotes too."""


def time_extractors(*groups: dict[str, Doc]) -> list[dict[str, float]]:
    """Seconds of each step for each group of texts, all groups one after the other before the next step."""
    seconds: list[dict[str, float]] = [{} for _ in groups]
    entities: list[pd.DataFrame | None] = [None] * len(groups)
    for name, extract in EXTRACTORS.items():
        for i, docs in enumerate(groups):
            if len(groups) > 1:
                gc.collect()  # what one group leaves behind is no cost of the next
            started = time.process_time()
            made = extract(docs, entities[i])
            seconds[i][name] = time.process_time() - started
            entities[i] = made if name == "entities" else entities[i]
    return seconds


def count_words(articles: pd.DataFrame) -> int:
    return int(articles["text"].map(nl.count_words).sum())


def measure_speed(options: argparse.Namespace) -> None:
    articles = make_articles(options.articles or 60, options.texts)
    words, nlp = count_words(articles), load_pipeline()
    time_extractors(nl.parse_articles(articles.head(5)))  # whatever loads on first use
    shares, bare = defaultdict(list), []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in nlp.pipe(articles["text"]):
            pass
        bare.append(time.process_time() - started)
        started, docs = time.process_time(), nl.parse_articles(articles)
        taken = {"parse_articles": time.process_time() - started} | time_extractors(docs)[0]
        for name, seconds in taken.items():
            shares[name].append(seconds / bare[-1])
    print(f"bare pipeline {words / median(bare):,.0f} words/s, {words:,} words, median of {ROUNDS} rounds")
    for name, ratios in shares.items():
        print(f"{name:24}{median(ratios):8.3f} of the bare pipeline")
    apart = {"parse_articles", "paragraphs"}
    totals = [sum(r[i] for name, r in shares.items() if name not in apart) for i in range(ROUNDS)]
    extra = [shares["paragraphs"][i] - shares["paragraphs, no topics"][i] for i in range(ROUNDS)]
    print(f"{'all, topics apart':24}{median(totals):8.3f}\n{'topics':24}{median(extra):8.3f}")


def measure_growth(options: argparse.Namespace) -> None:
    """The words are the same at all lengths, and each step takes them in turns, as a machine is not always as fast."""
    single = make_articles(100, options.texts)
    collections = {}
    for length in LENGTHS:
        texts = ["\n\n".join(single["text"][i : i + length]) for i in range(0, 100, length)]
        collections[length] = pd.DataFrame({"doc_id": [f"g{i}" for i in range(len(texts))], "text": texts})
    seconds: dict[int, list[dict[str, float]]] = {length: [] for length in LENGTHS}
    with tempfile.TemporaryDirectory() as cache:
        for n in range(ROUNDS + 1):  # fresh Docs each time, since what is found out of one is kept with it
            order = LENGTHS[:: -1 if n % 2 else 1]
            docs = {length: nl.parse_articles(collections[length], cache=cache) for length in order}
            taken = time_extractors(*docs.values())
            for length, of in zip(order, taken, strict=True):
                seconds[length] += [of] if n else []  # first of all come the parse, and whatever loads on first use
    print(f"1x is {count_words(single) // len(single):,} words, median of {ROUNDS} rounds")
    for name in EXTRACTORS:
        one, *longer = ([of[name] for of in seconds[length]] for length in LENGTHS)
        shown = (median(a / b for a, b in zip(at, one, strict=True)) for at in longer)
        print(f"{name:24}{next(shown):8.2f} at 10x{next(shown):8.2f} at 100x")


def measure_long(options: argparse.Namespace) -> None:
    text = "\n\n".join(make_articles(1700, options.texts)["text"])[:5_000_000]
    articles = pd.DataFrame({"doc_id": ["long"], "text": [text], "published": [pd.Timestamp("2020-01-01")]})
    started = time.process_time()
    docs = nl.parse_articles(articles)
    parsed = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    tables = extract_tables(articles, docs)
    assert docs["long"].text == text
    print(f"{len(text):,} characters, {len(docs['long']):,} tokens, {len(tables['entities']):,} mentions")
    print(f"peak {peak:.2f} GB parsed, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB in all")
    print(f"{parsed - started:.0f} s to parse, {time.process_time() - parsed:.0f} s for all tables")


def measure_flat(options: argparse.Namespace) -> None:
    from newslab.corpora import _cut, _list_rows

    n = options.articles or 10_000
    about = {"newslab": digest_library(), "pipeline": describe_pipeline(), "topics": True, "dates": None, "folder": "."}
    with tempfile.TemporaryDirectory() as out:
        for table in (*extract_tables(make_articles(1, []).iloc[:0].assign(title=""), {}), "errors", "partitions"):
            (Path(out) / table).mkdir()
        done = 0  # the last partitions are smaller than the others
        for number, entries in enumerate(_cut(_list_rows(make_articles(n, options.texts)), 100)):
            analyse_partition(number, entries, about, out)
            done += len(entries)
            if not (number + 1) % max(1, n // 1000) or done == n:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
                print(f"{done:6} articles, peak {peak:.2f} GB", flush=True)


# What someone would write who has one core and no Dask: the same tables of the same stretches, on disk
PLAIN = """
import sys
from pathlib import Path
import newslab as nl
from newslab.corpora.partitions import extract_tables
for number, articles in enumerate(nl.iter_articles(sys.argv[1], size=30)):
    for name, table in extract_tables(articles, nl.parse_articles(articles)).items():
        (Path(sys.argv[2]) / name).mkdir(parents=True, exist_ok=True)
        table.to_parquet(Path(sys.argv[2]) / name / f"{number}.parquet")
"""
DASK = """
import sys, newslab as nl
if __name__ == "__main__":
    nl.analyse_corpus(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]), progress=False)
"""


def run_together(folder: Path, runs: dict[str, tuple]) -> dict[str, tuple[float, float]]:
    """Run scripts at once, each in a process; give seconds by the clock and of processor, with all their children."""
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # as Dask's workers have it
    started, names = time.perf_counter(), {}
    for name, (code, *arguments) in runs.items():
        script = folder / f"{name}.py"
        script.write_text(code)
        process = subprocess.Popen([sys.executable, script, *map(str, arguments)], env=one_thread)  # noqa: S603
        names[process.pid] = name
    taken = {}
    for _ in runs:
        pid, status, used = os.wait3(0)
        if status:
            raise SystemExit(f"{names[pid]}: failed")
        taken[names[pid]] = time.perf_counter() - started, used.ru_utime + used.ru_stime
    return {name: taken[name] for name in runs}


def report_runs(n: int, taken: dict[str, tuple[float, float]]) -> None:
    for name, (clock, used) in taken.items():
        print(f"{name:14}{n} articles: {clock:8.1f} s by the clock, {used:8.1f} s of processor")
    one, other = taken.values()
    print(f"{' / '.join(taken)}: {one[0] / other[0]:.2f} by the clock, {one[1] / other[1]:.2f} of processor")


def measure_overhead(options: argparse.Namespace) -> None:
    """Both at once, so that whatever else the machine does slows them alike."""
    n = options.articles or 2000
    with tempfile.TemporaryDirectory() as name:
        folder, source = Path(name), write_articles(n, options.texts, Path(name))
        dask, plain = (DASK, source, folder / "dask", 1), (PLAIN, source, folder / "plain")
        report_runs(n, run_together(folder, {"one worker": dask, "plain loop": plain}))


def measure_workers(options: argparse.Namespace) -> None:
    """One after the other, by the clock: the machine must have nothing else to do."""
    n = options.articles or 600
    with tempfile.TemporaryDirectory() as name:
        folder, source = Path(name), write_articles(n, options.texts, Path(name))
        one = run_together(folder, {"one worker": (DASK, source, folder / "one", 1)})
        report_runs(n, one | run_together(folder, {"two workers": (DASK, source, folder / "two", 2)}))


def write_articles(n: int, texts: list[Path], folder: Path) -> Path:
    source = folder / "articles.jsonl"
    make_articles(n, texts).to_json(source, orient="records", lines=True, date_format="iso")
    return source


def main() -> None:
    parts = {
        "speed": measure_speed,
        "growth": measure_growth,
        "long": measure_long,
        "flat": measure_flat,
        "overhead": measure_overhead,
        "workers": measure_workers,
    }
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=parts, metavar="PART", help=", ".join(parts))
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="JSON Lines with text")
    parser.add_argument("--articles", type=int, help="how many to make")
    options = parser.parse_args()
    threadpool_limits(1)
    for part in options.parts:
        print(f"== {part}", flush=True)
        parts[part](options)


if __name__ == "__main__":
    main()
