"""Writing: files that are there whole or as they were, and one build at a time for a folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write beside, then rename, so that a file is there whole or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def check_writable(folder: Path, option: str) -> str | None:
    """Say why nothing can be written to a folder, before the work is done rather than after."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{folder}: cannot be written to ({error.strerror}); name another folder with {option}"
    if not os.access(folder, os.W_OK):
        return f"{folder}: cannot be written to; change its permissions, or name another folder with {option}"
    return None


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Be the only build that writes to a folder, and clear away what one that was killed left half-written.

    The system lets go of the lock when the process ends, however it ends. Windows has none of this kind: builds there
    are not kept apart.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another build writes to {folder}; waiting for it to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob("**/.*.*[0-9]"):
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(lock)
