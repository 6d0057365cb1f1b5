"""Find the rule files and files of cases that read a file: those that include or call it, and those that test it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from notifyrules.cli.files import is_folder, our_files, root_for
from notifyrules.document.files import SHIPPED_PREFIX, is_ours
from notifyrules.source.located import Located, Map, Scalar, Seq
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source


def changed_and_readers(paths: Sequence[str], root: str | None) -> dict[str, Path | None]:
    """
    List what a change may break: the rule files among those that changed, and whatever reads a file that did.

    Args:
        paths: Files of any kind that changed, also some that are gone, and folders.
        root: The root that is asked for.

    Returns:
        For each file its root. A file that names one which is not there counts as a reader: perhaps it was renamed.
    """
    changed = [str(file) for path in paths for file in (our_files(Path(path)) if is_folder(path) else [path])]
    files = {
        path: root_for(path, root)
        for path in changed
        if path.endswith((".yaml", ".yml")) and os.path.lexists(path) and is_ours(Path(path))
    }
    known = {os.path.realpath(path) for path in files}
    waiting = [os.path.realpath(path) for path in changed]
    read_by = _read_by({_searched(path, root) for path in changed})
    affected = [reader for read, readers in read_by.items() if not os.path.exists(read) for reader in readers]  # noqa: PTH110 - any name
    while waiting or affected:
        affected += read_by.get(waiting.pop(), ()) if waiting else ()
        for reader in affected:
            if reader not in known:
                known.add(reader)
                waiting.append(reader)
                name = os.path.relpath(reader)
                files[name] = root_for(name, root)
        affected = []
    return files


def _searched(path: str, root: str | None) -> Path:
    """Choose the folder in which the readers of a file are looked for."""
    return root_for(path, root) or Path(os.path.realpath(path)).parent


def _read_by(folders: set[Path]) -> Mapping[str, list[str]]:
    """Tell by which files each file is read, among those of some folders; all by their real paths."""
    found: dict[str, list[str]] = {}
    for file in sorted({os.path.realpath(file) for folder in folders for file in our_files(folder)}):
        for reference in _references(Path(file)):
            read = os.path.realpath(os.path.join(os.path.dirname(file), reference))  # noqa: PTH118, PTH120 - any name
            found.setdefault(read, []).append(file)
    return found


def _references(file: Path) -> Iterator[str]:
    """Give the files that a rule file or a file of cases names, as it names them; none where it is no YAML."""
    try:
        with file.open("rb") as opened:
            tree, _ = read_yaml(Source(str(file), opened.read(MAX_BYTES).decode("utf-8-sig", "replace")))
    except OSError:
        return
    for part in (tree, *(_members(tree, "flow", "cases"))):
        for word in _members(part, "include", "call", "rules", "rows"):
            if isinstance(word, Scalar) and "\0" not in word and not word.startswith(SHIPPED_PREFIX):
                yield str(word)


def _members(tree: Located | None, *keys: str) -> Iterator[Located]:
    """Give what stands under some keys of a mapping: each value, or what it is made of."""
    for key, value in tree.items() if isinstance(tree, Map) else ():
        if key in keys:
            yield from value.values() if isinstance(value, Map) else value if isinstance(value, Seq) else [value]
