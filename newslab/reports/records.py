"""Records: what workers tell the driver of a page, and by which hash its parts are told from what they were before.

Light on purpose: the driver reads what workers send, and need not import what they do.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

RECORD = "report.json"
"""File beside the pages of a document: what they were made from, and what they found."""


class Prepared(NamedTuple):
    """What reading a document told."""

    title: str
    language: str


class Page(NamedTuple):
    """What became of a page, and what its notebook hands to the index."""

    document: str
    digest: str
    sentence: str
    facts: dict[str, str]


def digest(*parts: bytes | str) -> str:
    """Give one SHA-256 of several parts, each apart from the next.

    Examples
    --------
    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    found = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        found.update(b"%d:" % len(data) + data)
    return found.hexdigest()


def digest_records(out: Path) -> str:
    """Digest what the index is made from: the records of all documents."""
    records = sorted(out.glob(f"*/{RECORD}"))
    return digest(*(part for path in records for part in (path.parent.name, path.read_bytes())))
