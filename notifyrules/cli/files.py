"""
Find rule files in folders, and check words that choose something.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from notifyrules.diagnostics.phrases import did_you_mean, named, why
from notifyrules.document.files import beginning, is_headed
from notifyrules.errors import UsageError
from notifyrules.source.located import Map
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source

_CHART_KEYS: Final = frozenset({"flow", "outcomes", "otherwise", "guarantees"})


def is_folder(path: str | Path) -> bool:
    """
    Tell whether there is a folder of that name; there is none of a name that the system refuses.
    """
    # `Path` raises for a name that is too long.
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: str | Path) -> bool:
    """
    Tell whether there is anything of that name; there is nothing of a name that the system refuses.
    """
    return os.path.exists(path)  # noqa: PTH110


def yaml_files(folder: Path) -> list[Path]:
    """
    List the YAML files of a folder and of the folders inside it, hidden ones and virtual environments left out.

    Returns:
        Sorted by folder and name.

    Source:
        PEP 405: a virtual environment is a folder that holds `pyvenv.cfg`.
    """
    found: list[Path] = []
    for where, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(where, name) for name in sorted(files) if name.endswith((".yaml", ".yml")) and not name.startswith(".")
        )
    return found


def root_within(folder: Path, file: Path) -> Path | None:
    """
    Choose the folder that a file's includes and calls stay inside: the one in which it was found.

    Returns:
        None for a link to a file elsewhere, whose own folder is taken.
    """
    return folder if file.resolve().is_relative_to(folder.resolve()) else None


def root_of_cases(folder: Path, file: Path) -> Path | None:
    """
    Choose the folder that what a file of cases names stays inside.

    Returns:
        The working directory, as for a file that is named; for a file outside of that as for a rule file.
    """
    here = Path.cwd()
    return here if file.resolve().is_relative_to(here) else root_within(folder, file)


def is_chart(file: Path) -> bool:
    """
    Tell whether a YAML file is a rule file with a chart of its own, and none that is made to be included.

    Returns:
        True also for a file that cannot be read as YAML: loading it tells why.
    """
    try:
        content = beginning(file, MAX_BYTES + 1) if file.is_file() else b""
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return True
    if len(content) > MAX_BYTES:
        return is_headed(content)
    tree, _ = read_yaml(Source(str(file), text))
    if not isinstance(tree, Map):
        return is_headed(content)
    return "notifyrules" in tree and not _CHART_KEYS.isdisjoint(tree)


def check_choice(what: str, given: str, known: Iterable[str]) -> None:
    """
    Refuse a word that chooses nothing.

    Raises:
        UsageError: *given* is none of the words *known*.
    """
    words = tuple(known)
    if given not in words:
        raise UsageError(f"there is no {what} `{given}`", did_you_mean(given, words, f"there are {named(words)}"))


def save_text(file: Path, text: str) -> None:
    """
    Write a text file, over one that may be there.

    Raises:
        UsageError: The file cannot be written.
    """
    save_bytes(file, text.encode())


def save_bytes(file: Path, content: bytes) -> None:
    """
    Write a file, over one that may be there.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        file.write_bytes(content)
    except (OSError, ValueError) as error:
        raise UsageError(f"`{file}` cannot be written: {why(error)}") from None


def make_folder(folder: Path) -> None:
    """
    Make a folder and those around it, unless they are there already.

    Raises:
        UsageError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UsageError(f"the folder `{folder}` cannot be made: {why(error)}") from None


def save_new_text(file: Path, text: str) -> None:
    """
    Write a text file that must not be there yet, into folders that may not be there yet.

    Raises:
        UsageError: The file exists or cannot be written.
    """
    make_folder(file.parent)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UsageError(f"`{file}` exists already", "choose another name; nothing was written") from None
    except OSError as error:
        raise UsageError(f"`{file}` cannot be written: {why(error)}") from None
