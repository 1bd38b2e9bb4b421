"""Digests: by which hash parts of a report are told from what they were before."""

import hashlib
from pathlib import Path

RECORD = "report.json"
"""File beside the pages of a document: what they were made from, and what they found."""


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
