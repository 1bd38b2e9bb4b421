"""Reading: a document is read and parsed once, before its pages are made. It needs little of what pages need."""

from collections.abc import Mapping
from pathlib import Path

from newslab.articles import read_articles
from newslab.entities.corrections import find_corrections
from newslab.parsing import DEFAULT_PIPELINE, parse_articles
from newslab.reports.records import Prepared


def prepare(environment: Mapping[str, str]) -> Prepared:
    """Read and parse a document once, so that its notebooks find the parse in the cache.

    Raises
    ------
    ValueError, OSError
        If the document, its date or the pipeline is unfit; the message says what to do.
    """
    articles = read_articles(environment["NEWSLAB_DOCUMENT"], published=environment.get("NEWSLAB_PUBLISHED"))
    find_corrections(environment["NEWSLAB_DOCUMENT"])  # a wrong rule is told once, not by every page
    parse_articles(
        articles,
        pipeline=environment.get("NEWSLAB_PIPELINE", DEFAULT_PIPELINE),
        cache=environment["NEWSLAB_CACHE"],
    )
    article = articles.iloc[0]
    title = article["title"] if isinstance(article["title"], str) else Path(article["file"]).name
    return Prepared(title, article["language"])
