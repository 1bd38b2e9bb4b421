"""`python -m newslab.corpora ARTICLES OUT`: see `newslab.corpora.analyse_corpus`."""

import argparse
import os
import sys
from pathlib import Path

import pandas as pd

from newslab.corpora import analyse_corpus
from newslab.parsing import DEFAULT_PIPELINE


def main(arguments: list[str] | None = None) -> int:
    """Analyse a collection and say what came of it; the exit code is 1 if that was not possible."""
    environ = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m newslab.corpora",
        description="Analyse a collection of articles into Parquet tables.",
        epilog="ARTICLES, OUT, PUBLISHED, PIPELINE, SCHEDULER and WORKERS in the environment stand in for what is not"
        " given. Stopped, the same call goes on where it was.",
    )
    parser.add_argument("articles", nargs="*", default=[environ.get("ARTICLES", "")], help="files, folders or patterns")
    parser.add_argument("--out", default=environ.get("OUT", ""), metavar="FOLDER", help="where the tables go")
    parser.add_argument("--published", default=environ.get("PUBLISHED"), metavar="DATE", help="such as 2019-03-07")
    parser.add_argument("--pipeline", default=environ.get("PIPELINE"), metavar="NAME", help="a spaCy pipeline")
    parser.add_argument("--scheduler", default=environ.get("SCHEDULER"), metavar="ADDRESS", help="of a Dask cluster")
    parser.add_argument("--workers", type=int, default=environ.get("WORKERS") or None, metavar="N", help="processes")
    parser.add_argument("--no-topics", action="store_true", help="leave out how well paragraphs fit their document")
    options = parser.parse_args(arguments)
    if not (all(options.articles) and options.out):
        parser.error("name the articles and a folder for the tables: make corpus ARTICLES=news.jsonl OUT=tables")
    try:
        tables = analyse_corpus(
            options.articles,
            options.out,
            pipeline=options.pipeline or DEFAULT_PIPELINE,
            published=options.published or None,
            topics=not options.no_topics,
            client=options.scheduler or None,
            workers=options.workers,
        )
    except (ValueError, OSError) as error:
        print(getattr(error, "strerror", None) or error, file=sys.stderr)
        return 1
    n_rows = tables.set_index("table")["n_rows"]
    print(f"{n_rows['articles']} articles in {options.out}")
    if n_rows["errors"]:
        errors = pd.read_parquet(Path(options.out) / "errors")
        print(
            f"{n_rows['errors']} could not be read or analysed, see {options.out}/errors; the first:", file=sys.stderr
        )
        print("\n".join(errors["reason"].head(3)), file=sys.stderr)
    return 0


if __name__ == "__main__":  # a worker imports this module too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; the same call goes on where it was")
