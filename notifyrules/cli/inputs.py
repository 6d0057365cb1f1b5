"""Read the files that the command line is given, standard input among them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Final, TextIO

from notifyrules.diagnostics.phrases import why
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.source.json_errors import SECOND_VALUE, STRICT, UnfitJsonError, find_json_error

MAX_BYTES: Final = 16 * 1024 * 1024
"""Facts and records beyond this many bytes are refused unread."""
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|-?Infinity|NaN', re.DOTALL)
_COLON: Final = re.compile(r"\s*:")


def read_text(path: str, what: str) -> tuple[str, str]:
    """Read a file, or `-` for standard input, as text; give what messages call it, and its text."""
    name = "<standard input>" if path == "-" else path
    try:
        if path == "-":
            # The type does not say so, but a closed one is None.
            stream: TextIO | None = sys.stdin
            if stream is None:
                raise UsageError(f"{what} cannot be read: standard input is closed")
            content = stream.buffer.read(MAX_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UsageError(f"{what} `{visible(name)}` is larger than {MAX_BYTES // 1024**2} MiB")
        return name, content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{what} `{visible(name)}` is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{what} `{visible(name)}` cannot be read: {why(error)}") from None


def parse_json(name: str, text: str, *, first_line: int = 1) -> object:
    """Parse JSON, which may be a line of a file, strictly: no key twice, no NaN, no nesting without end."""
    try:
        return STRICT.decode(text)
    except json.JSONDecodeError:
        at, problem = find_json_error(text)
        advice = "give one only, such as a single line of a log" if problem == SECOND_VALUE else ""
        problem = problem if advice else f"this is not JSON: {problem}"
    except UnfitJsonError as error:
        problem = f"the key `{error.word}` stands here twice" if error.twice else f"`{error.word}` is not JSON"
        at, advice = _find(text, error.word), ""
    except RecursionError:
        raise UsageError(f"{name}: the JSON nests too deeply") from None
    line, column = text.count("\n", 0, at) + first_line, at - text.rfind("\n", 0, at)
    raise UsageError(f"{name}:{line}:{column}: {problem}", advice)


def _find(text: str, word: str) -> int:
    """Find the offset at which JSON holds a key for the second time in one object, or a word that is none of JSON's."""
    holders: list[bool] = []
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in "{[":
            holders.append(False)
        elif token in "}]":
            holders.pop()
        elif token == word:
            break
        elif token[0] == '"' and _COLON.match(text, found.end()) and json.loads(token, strict=False) == word:
            if holders[-1]:
                break
            holders[-1] = True
    return found.start()
