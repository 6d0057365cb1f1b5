"""Find rule files in folders, and check words that choose something."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from notifyrules.cli.output import tell
from notifyrules.diagnostics.phrases import did_you_mean, named, why
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import given_root, is_ours, project_root, unopened
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from notifyrules.rules import Rules


def is_folder(path: str | Path) -> bool:
    """Tell whether there is a folder of that name; there is none of a name that the system refuses."""
    # `Path` raises for a name that is too long.
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: str | Path) -> bool:
    """Tell whether there is anything of that name; there is nothing of a name that the system refuses."""
    return os.path.exists(path)  # noqa: PTH110


def yaml_files(folder: Path) -> list[Path]:
    """
    List the YAML files of a folder and of the folders inside it, hidden ones and virtual environments left out.

    Returns:
        Sorted by folder and name; a folder that may not be listed is told of.

    Source:
        PEP 405: a virtual environment is a folder that holds `pyvenv.cfg`.
    """
    found: list[Path] = []
    for where, folders, files in os.walk(folder, onerror=_tell_unlisted):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(where, name) for name in sorted(files) if name.endswith((".yaml", ".yml")) and not name.startswith(".")
        )
    return found


def _tell_unlisted(error: OSError) -> None:
    """Tell of a folder that is passed over because the system does not list it."""
    tell(f"passed over: {visible(str(error.filename))}: {why(error)}")


def our_files(folder: Path) -> list[Path]:
    """List the rule files and files of cases of a folder: the same for every command, whatever it does with them."""
    return [file for file in yaml_files(folder) if is_ours(file)]


def require_file(word: str) -> None:
    """
    Refuse a word of the command line that names no file which can be opened, and no shipped one.

    Raises:
        UsageError: With what was probably meant.
    """
    from notifyrules.rules import find_place  # noqa: PLC0415 - `--help` answers without it

    if trouble := unopened(find_place(word, None)):
        raise UsageError(f"`{word}` {trouble[0]}", trouble[1])


def root_for(file: str | Path, root: str | None, folder: Path | None = None) -> Path | None:
    """
    Choose the root of a file: the same for every command, and wherever one is.

    Args:
        file: The file.
        root: The one that is asked for, which wins.
        folder: The folder in which the file was found.

    Returns:
        The marked root, else the top of the repository, else the folder in which the file was found; None where that
        leaves the file's own.

    Raises:
        UsageError: There is no such root.
    """
    if root is not None:
        return given_root(root)
    # Unlike `Path.resolve`, it has an answer for every name.
    real = Path(os.path.realpath(file))
    # A link to a file elsewhere is no file of the folder.
    inside = folder is not None and real.is_relative_to(os.path.realpath(folder))
    return project_root(real) or (folder if inside else None)


def load_named(word: str, root: str | None) -> Rules:
    """
    Load the rules that the command line names.

    Raises:
        RulesError: With everything that was found, when any of it is an error.
        UsageError: There is no such file, or the root is no folder.
    """
    from notifyrules.rules import load  # noqa: PLC0415 - `--help` answers without it

    require_file(word)
    return load(word, root=root_for(word, root))


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
