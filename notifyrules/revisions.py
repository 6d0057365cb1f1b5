"""
Read files as they were in a revision of a git repository: `HEAD~1:rules/slack.yaml`.

What a file includes, calls and tests comes from the same revision.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from notifyrules.diagnostics.phrases import why
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import CASES_ENDINGS, ROOT_MARKER, SHIPPED_PREFIX, Place, project_root, references
from notifyrules.errors import UsageError
from notifyrules.source.reader import MAX_BYTES

_MOST: Final = 64 * 1024 * 1024
"""The rule files of a revision may be no larger than this many bytes together."""
_EACH: Final = 512
"""What a file counts besides its text: a million empty ones are too many as well."""
_FILES: Final = ("100644", "100755")
_LINK: Final = "120000"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or symbolic link of a revision that may be needed."""

    name: str
    """Its path from the top of the repository."""
    id: str
    size: int
    is_link: bool

    @property
    def most(self) -> int:
        """How large it may be, in bytes: beyond, its content does not matter, as no reader takes it."""
        from notifyrules.cases import rows  # noqa: PLC0415 - `--help` answers without it

        return MAX_BYTES if _is_ours(self.name) else rows.MAX_BYTES

    @property
    def is_read(self) -> bool:
        """Tell whether its content matters."""
        return self.size <= self.most


def is_revision(word: str) -> bool:
    """Tell whether a word names a file as it was in a revision, `REV:path`, rather than one of today."""
    revision, colon, path = word.partition(":")
    if not colon or not revision or not path or word.startswith(SHIPPED_PREFIX):
        return False
    # Whoever adds such a file would otherwise choose what a change is compared with.
    if (is_file := os.path.lexists(word)) and _is_known(revision):
        message = f"`{visible(word)}` is a file, and `{visible(revision)}` is a revision as well"
        advice = f"for the file write {shlex.quote('./' + word)}; for the revision, rename the file"
        raise UsageError(message, advice)
    return not is_file


def in_revision(word: str) -> bool:
    """Tell whether a file was there in a revision."""
    top, commit, inside = _find(word)
    return any(one.name == str(inside) for one in _listed(commit, top, str(inside)))


def history(folder: Path) -> Iterator[Mapping[str, str]]:
    """
    Give the YAML files of every commit of the repository around a folder that changed one, the newest first.

    Raises:
        UsageError: There is no repository, or no git.
    """
    top = os.fsdecode(_git("-C", str(folder), "rev-parse", "--show-toplevel")).removesuffix("\n")
    commits = _git("-C", top, "log", "--all", "--format=%H", "--", "*.yaml", "*.yml").decode().split()
    texts: dict[str, str] = {}
    for commit in commits:
        entries = [one for one in _entries(commit, PurePosixPath(), PurePosixPath(), top) if one.is_read]
        unread = sorted({one.id for one in entries} - texts.keys())
        texts |= {id_: content.decode("utf-8-sig", "replace") for id_, content in _blobs(top, unread)}
        yield {one.name: texts[one.id] for one in entries if not one.is_link}


def is_in_repository(folder: Path) -> bool:
    """Tell whether a folder seems to lie in a git repository, whatever git says."""
    real = Path(os.path.realpath(folder))
    return any(os.path.lexists(one / ".git") for one in (real, *real.parents))


@contextmanager
def at_revision(word: str, root: str | None) -> Iterator[Place]:
    """Lay out a file as it was in a revision, with all that it may name, to be read as long as this lasts."""
    revision, _, path = word.partition(":")
    top, commit, inside = _find(word)
    folder = PurePosixPath() if root is None else _below(root, top)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        _extract(top, _entries(commit, folder, inside, top), base)
        if not (base / folder).is_dir():
            raise UsageError(f"there is no folder `{visible(str(root))}` in the revision `{visible(revision)}`")
        # Unlike `Path.resolve`, it has an answer for every name.
        real = Path(os.path.realpath(base / inside))
        if not os.path.isfile(real):  # noqa: PTH113 - the same
            here = path.startswith(".") or Path.cwd() == Path(top)
            advice = f"a path counts from the top of the repository; from where you are, write `{revision}:./{path}`"
            message = f"there is no `{visible(path)}` in the revision `{visible(revision)}`"
            raise UsageError(message, "" if here else visible(advice))
        if word.endswith(CASES_ENDINGS):
            named = {os.path.relpath(os.path.realpath(real.parent / one), base) for one in references(real, "rows")}
            missing = [one for one in named if one.partition(os.sep)[0] != ".." and not (base / one).exists()]
            _extract(top, _listed(commit, top, *missing) if missing else (), base)
        # The root is found as in the work tree, in which this stands at the top too.
        (base / ".git").touch()
        around = (base / folder).resolve() if root is not None else project_root(real) or base
        yield Place(real, word, around)


def _find(word: str) -> tuple[str, str, PurePosixPath]:
    """Find the top of the repository, the commit, and the path from the top that a word names."""
    revision, _, path = word.partition(":")
    top = os.fsdecode(_git("rev-parse", "--show-toplevel")).removesuffix("\n")
    if not (commit := _commit(revision)):
        advice = "write a file, or REV:path such as HEAD~1:a.yaml"
        raise UsageError(f"there is no revision `{visible(revision)}`", advice)
    return top, commit, _inside(path, top)


def _is_known(revision: str) -> bool:
    """Tell whether git knows a revision; without git there is none."""
    try:
        return bool(_commit(revision))
    except UsageError:
        return False


def _commit(revision: str) -> str:
    """Find the commit that a revision names; nothing where it names none."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return _git(*words, wrong=True).decode().strip()


def _inside(path: str, top: str) -> PurePosixPath:
    """Give a path from the top of the repository, as git reads it: relative to the current folder only with a dot."""
    if path.startswith(("./", "../")) or Path(path).is_absolute():
        return _below(path, top)
    return _below(os.path.join(top, path), top)  # noqa: PTH118 - `Path` refuses some names


def _below(path: str, top: str) -> PurePosixPath:
    normal = PurePosixPath(os.path.relpath(os.path.join(os.path.realpath("."), path), top).replace(os.sep, "/"))  # noqa: PTH118
    if ".." in normal.parts:
        raise UsageError(f"`{visible(path)}` lies outside of the repository")
    return normal


def _is_ours(name: str) -> bool:
    return name.endswith((".yaml", ".yml", ROOT_MARKER))


def _entries(commit: str, folder: PurePosixPath, file: PurePosixPath, top: str) -> list[_Entry]:
    """List what may be needed of a revision: the file, and below the folder all other rule files and all links."""
    listed = _listed(commit, top, *(() if folder == PurePosixPath() else (f"{folder}/",)))
    entries = [one for one in listed if one.is_link or _is_ours(one.name) or one.name == str(file)]
    if sum(_EACH + (entry.size if entry.is_read else 0) for entry in entries) > _MOST:
        message = f"the rule files of the revision are larger than {_MOST // 1024**2} MiB"
        raise UsageError(message, "give a narrower --root")
    return entries


def _listed(commit: str, top: str, *where: str) -> Iterator[_Entry]:
    """List files and links of a revision, those below some folders or of some names."""
    words = ("--literal-pathspecs", "-C", top, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)
    for line in _git(*words, "--", *where).split(b"\0")[:-1]:
        about, _, raw = line.partition(b"\t")
        mode, _, id_, size = about.decode().split()
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            continue  # no rule file can name it
        if mode == _LINK or mode in _FILES:
            yield _Entry(name, id_, int(size), mode == _LINK)


def _extract(top: str, entries: Iterable[_Entry], base: Path) -> None:
    """
    Write files and links of a revision below a folder, to the byte as they were committed.

    Names that this system cannot hold and links that lead out of the folder are passed over.
    """
    entries = list(entries)
    contents = dict(_blobs(top, sorted({entry.id for entry in entries if entry.is_read})))
    links = []
    # The links last, so that nothing is written through them.
    for entry in sorted(entries, key=lambda entry: entry.is_link):
        path = base / entry.name
        if os.path.normpath(path) != str(path) or not path.is_relative_to(base):
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not entry.is_link:
                opened = path.open("xb")
            elif entry.is_read:
                path.symlink_to(os.fsdecode(contents[entry.id]))
                links.append(path)
        except FileExistsError:
            raise UsageError(f"the revision has two files that are both called `{visible(entry.name)}` here") from None
        except (OSError, ValueError):
            continue
        if not entry.is_link:
            with opened:
                if entry.is_read:
                    opened.write(contents[entry.id])
                else:
                    opened.truncate(entry.most + 1)  # the reader refuses it for its size, whatever it holds
    for path in links:
        if not Path(os.path.realpath(path)).is_relative_to(base):
            path.unlink()


def _blobs(top: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Read what was committed, which no attribute of the repository changes."""
    if not ids:
        return
    answer = _git("-C", top, "cat-file", "--batch", "--buffer", given="".join(f"{id_}\n" for id_ in ids).encode())
    start = 0
    for id_ in ids:
        end = answer.index(b"\n", start)
        size = answer[start:end].rpartition(b" ")[2]
        if not size.isdigit():
            raise UsageError(f"git does not answer: the object {id_} is missing")
        start = end + 1 + int(size) + 1
        yield id_, answer[end + 1 : start - 1]


def _git(*arguments: str, wrong: bool = False, given: bytes = b"") -> bytes:
    """Ask git, which may read what is *given*; an answer that it calls *wrong* is empty where that is one."""
    try:
        run = subprocess.run(["git", *arguments], input=given, capture_output=True, check=False)  # noqa: S603, S607 - the user's own git
    except FileNotFoundError:
        raise UsageError("git is needed to read a revision, and is not installed") from None
    except OSError as error:
        raise UsageError(f"git cannot be run: {why(error)}") from None
    if run.returncode and not wrong:
        reason = run.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git does not answer: {visible(reason[0] if reason else 'no reason given')}")
    return run.stdout
