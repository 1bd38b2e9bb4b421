"""What a paragraph, a sentence, a word and a syllable is, said once for every count and rate."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span

# A line end is a paragraph end in scraped news; only text wrapped at a fixed width is otherwise (see split_paragraphs).
_LINE = re.compile(r"[^\n]*\S[^\n]*")


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    """Find the paragraphs of a text: its lines that are not blank.

    Parameters
    ----------
    text
        Text with ``\\n`` line ends.

    Returns
    -------
    list of (start, end)
        Characters into ``text``, end exclusive, without white space at either edge.

    Examples
    --------
    >>> split_paragraphs("A headline\\n\\n The story. ")
    [(0, 10), (13, 23)]
    """
    found = []
    for match in _LINE.finditer(text):
        line = match.group()
        start = match.start() + len(line) - len(line.lstrip())
        found.append((start, match.start() + len(line.rstrip())))
    return found


def iter_sentences(doc: Doc) -> Iterator[Span]:
    """Yield the sentences of ``doc`` as spans without white space at their edges; blank ones are skipped."""
    for sent in doc.sents:
        start, end = sent.start, sent.end
        while start < end and doc[start].is_space:
            start += 1
        while end > start and doc[end - 1].is_space:
            end -= 1
        if start < end:
            yield doc[start:end]
