"""Find rule files, in folders and by what they read, write files, and check words that choose something."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from notifyrules.cli.output import tell
from notifyrules.diagnostics.phrases import did_you_mean, named, why
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import Place, is_folder, is_ours, list_yaml, references, root_for, unopened
from notifyrules.errors import UsageError
from notifyrules.revisions import at_revision, is_revision

if TYPE_CHECKING:
    from notifyrules.rules import Rules


def is_there(path: str | Path) -> bool:
    """Tell whether there is anything of that name; there is nothing of a name that the system refuses."""
    return os.path.exists(path)  # noqa: PTH110


def yaml_files(folder: Path) -> list[Path]:
    """List the YAML files of a folder, and tell of folders inside it that may not be listed."""

    def tell_unlisted(error: OSError) -> None:
        tell(f"passed over: {visible(str(error.filename))}: {why(error)}")

    return list_yaml(folder, tell_unlisted)


def our_files(folder: Path) -> list[Path]:
    """List the rule files and files of cases of a folder: the same for every command, whatever it does with them."""
    return [file for file in yaml_files(folder) if is_ours(file)]


def require_file(word: str) -> None:
    """Refuse a word of the command line that names no file which can be opened, and no shipped one."""
    from notifyrules.rules import find_place  # noqa: PLC0415 - `--help` answers without it

    if trouble := unopened(find_place(word, None)):
        raise UsageError(f"`{word}` {trouble[0]}", trouble[1])


def require_followed(words: Iterable[str]) -> None:
    """Refuse words that name no folder and no file which rules in force can follow."""
    for word in words:
        if not is_folder(word) and is_revision(word):
            advice = f"write it to a file: git show {shlex.quote(word)} > rules.yaml"
            raise UsageError(f"`{visible(word)}` is of a revision, and rules in force follow a file", advice)
        if not is_folder(word):
            require_file(word)


@contextmanager
def find_files(
    paths: Sequence[str], root: str | None, inside: Callable[[str], Iterable[Path]], meant: Callable[[str], str] = str
) -> Iterator[dict[str, Place]]:
    """Find files, to be read here: those *inside* folders, and those *meant* by files, which may be past ones."""
    from notifyrules.rules import find_place  # noqa: PLC0415 - `--help` answers without it

    files: dict[str, Place] = {}
    with ExitStack() as past:
        for path in paths:
            if is_folder(path):
                for found in map(str, inside(path)):
                    files.setdefault(found, find_place(found, root_for(found, root, Path(path))))
            elif is_revision(path):
                files.setdefault(file := meant(path), past.enter_context(at_revision(file, root)))
            else:
                require_file(path)
                files.setdefault(file := meant(path), find_place(file, root_for(file, root)))
        yield files


def load_named(word: str, root: str | None) -> Rules:
    """Load the rules that the command line names, perhaps in a revision; raise what is wrong with them or the root."""
    from notifyrules.rules import load, load_place  # noqa: PLC0415 - `--help` answers without it

    if is_revision(word):
        with at_revision(word, root) as place:
            return load_place(place)
    require_file(word)
    try:
        return load(word, root=root_for(word, root))
    except OSError as error:
        raise UsageError(f"`{visible(word)}` cannot be read: {why(error)}") from None


def check_choice(what: str, given: str, known: Iterable[str]) -> None:
    """Refuse a word that is none of those known."""
    words = tuple(known)
    if given not in words:
        raise UsageError(f"there is no {what} `{given}`", did_you_mean(given, words, f"there are {named(words)}"))


def save(file: Path, content: bytes, mode: Literal["wb", "xb"] = "wb") -> None:
    """Write a file, over one that may be there unless the *mode* forbids it."""
    try:
        with file.open(mode) as opened:
            opened.write(content)
    except FileExistsError:
        raise UsageError(f"`{file}` exists already", "choose another name; nothing was written") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"`{file}` cannot be written: {why(error)}") from None


def make_folder(folder: Path) -> None:
    """Make a folder and those around it, unless they are there already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UsageError(f"the folder `{folder}` cannot be made: {why(error)}") from None


def save_new_text(file: Path, text: str) -> None:
    """Write a text file that must not be there yet, into folders that may not be there yet."""
    make_folder(file.parent)
    save(file, text.encode(), "xb")


# ---- What reads a file: those that include or call it, and those that test it ----


@contextmanager
def changed_and_readers(paths: Sequence[str], root: str | None) -> Iterator[dict[str, Place]]:
    """
    List the rule files among those that changed, and whatever reads a file that did.

    A file that names one which is not there counts as a reader: perhaps it was renamed.
    """
    from notifyrules.rules import find_place  # noqa: PLC0415 - `--help` answers without it

    if past := next((path for path in paths if not is_folder(path) and is_revision(path)), None):
        advice = "name the file of today, or leave out --changed to check the one of then alone"
        raise UsageError(f"`{visible(past)}` is of a revision, and what reads it is not looked for there", advice)
    changed = [str(file) for path in paths for file in (our_files(Path(path)) if is_folder(path) else [path])]
    files = {
        path: find_place(path, root_for(path, root))
        for path in changed
        if path.endswith((".yaml", ".yml")) and os.path.lexists(path) and is_ours(Path(path))
    }
    known = {os.path.realpath(path) for path in files}
    read_by = _read_by({root_for(path, root) or Path(os.path.realpath(path)).parent for path in changed})
    waiting = [*(read for read in read_by if not is_there(read)), *(os.path.realpath(path) for path in changed)]
    while waiting:
        for reader in read_by.get(waiting.pop(), ()):
            if reader not in known:
                known.add(reader)
                waiting.append(reader)
                name = os.path.relpath(reader)
                files[name] = find_place(name, root_for(name, root))
    yield files


def _read_by(folders: set[Path]) -> Mapping[str, list[str]]:
    """Tell by which files each file is read, among those of some folders; all by their real paths."""
    found: dict[str, list[str]] = {}
    for file in sorted({os.path.realpath(file) for folder in folders for file in our_files(folder)}):
        for reference in references(Path(file), "include", "call", "rules", "rows"):
            read = os.path.realpath(os.path.join(os.path.dirname(file), reference))  # noqa: PTH118, PTH120 - any name
            found.setdefault(read, []).append(file)
    return found
