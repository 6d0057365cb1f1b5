"""
Load rules as they are, or as they were in a revision of a git repository: `HEAD~1:rules/slack.yaml`.

What a file includes and calls comes from the same revision.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final

from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import SHIPPED_PREFIX, Place
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph

_MOST: Final = 64 * 1024 * 1024
"""The rule files of a revision may be no larger than this many bytes together."""


def load_version(word: str, root: str | None) -> Graph:
    """
    Load one version of a rule file.

    Args:
        word: A file, the name of a shipped one, or `REV:path`.
        root: The folder that includes and calls stay inside; that of the rule file unless given.

    Raises:
        RulesError: With everything that was found, when any of it is an error.
        UsageError: There is no such revision, or no such file in it.
    """
    from notifyrules.rules import load, load_place  # noqa: PLC0415 - `--help` answers without it

    revision, colon, path = word.partition(":")
    if not colon or not revision or not path or word.startswith(SHIPPED_PREFIX) or Path(word).exists():
        return load(word, root=root).graph
    top = _git("rev-parse", "--show-toplevel").decode().rstrip("\n")
    commit = _commit(revision)
    inside = _inside(path, top)
    folder = PurePosixPath(_inside(root, top)) if root is not None else inside.parent
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        _extract(commit, folder, top, base)
        place = Place(base / inside, word, base / folder)
        if not place.path.is_file():
            raise UsageError(f"there is no `{visible(path)}` in the revision `{visible(revision)}`")
        return load_place(place).graph


def _commit(revision: str) -> str:
    """
    Find the commit that a revision names.
    """
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", wrong=True)
    if not found:
        raise UsageError(
            f"there is no revision `{visible(revision)}`", "write a file, or REV:path such as HEAD~1:a.yaml"
        )
    return found.decode().strip()


def _inside(path: str, top: str) -> PurePosixPath:
    """
    Give a path relative to the top of the repository, as git reads it: relative to the current folder only with a dot.
    """
    relative = path if not path.startswith(".") else os.path.relpath(path, top)
    normal = PurePosixPath(os.path.normpath(relative).replace(os.sep, "/"))
    if normal.is_absolute():
        normal = PurePosixPath(os.path.relpath(path, top).replace(os.sep, "/"))
    if ".." in normal.parts:
        raise UsageError(f"`{visible(path)}` lies outside of the repository")
    return normal


def _extract(commit: str, folder: PurePosixPath, top: str, base: Path) -> None:
    """
    Write the rule files of a revision below a folder.
    """
    where = "" if folder == PurePosixPath() else f"{folder}/"
    patterns = [f":(glob){where}**/*.{suffix}" for suffix in ("yaml", "yml")]
    listed = _git("-C", top, "ls-tree", "-r", "--name-only", "-z", commit, "--", where or ".").decode().split("\0")
    if not any(name.endswith((".yaml", ".yml")) for name in listed):
        return
    kept = [pattern for pattern in patterns if any(name.endswith(pattern.rpartition("*")[2]) for name in listed)]
    content = _git("-C", top, "archive", "--format=tar", commit, "--", *kept)
    if len(content) > _MOST:
        raise UsageError(
            f"the rule files of the revision are larger than {_MOST // 1024**2} MiB", "give a narrower --root"
        )
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(base, filter="data")


def _git(*arguments: str, wrong: bool = False) -> bytes:
    """
    Ask git.

    Args:
        arguments: The words behind `git`.
        wrong: Whether an answer that git calls wrong is one; it is empty then.
    """
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 - the user's own git
    except OSError:
        raise UsageError("git is needed to read a revision, and is not installed") from None
    if run.returncode and not wrong:
        reason = run.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git does not answer: {visible(reason[0] if reason else 'no reason given')}")
    return run.stdout
