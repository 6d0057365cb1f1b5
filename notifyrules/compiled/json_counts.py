"""Count the texts in JSON, and in what a parser made of it: where these are fewer, it has lost a key."""

from __future__ import annotations

from typing import Any, Final

_BACKSLASH: Final = ord("\\")


def count_texts(found: Any) -> int:  # noqa: ANN401 - JSON
    """Count the texts that JSON holds, keys among them, however deeply it nests."""
    texts, waiting = 0, [found]
    for one in waiting:
        kind = one.__class__
        if kind is str:
            texts += 1
        elif kind is dict:
            texts += len(one)
            waiting += one.values()
        elif kind is list:
            waiting += one
    return texts


def count_marks(data: str | bytes | bytearray) -> int:
    """Count the marks in JSON that begin and end texts, and not those that are escaped in one."""
    # Of a run of backslashes in front of a mark only an odd one escapes it.
    if isinstance(data, str):
        if "\\" not in data:
            return data.count('"')
        plain = data.replace("\\\\", "")
        return plain.count('"') - plain.count('\\"')
    if _BACKSLASH not in data:
        return data.count(b'"')
    bare = data.replace(b"\\\\", b"")
    return bare.count(b'"') - bare.count(b'\\"')
