"""Tell rule files from others, find the root of each, and open the files that they name, none outside of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import named, nearest, why
from notifyrules.errors import UsageError
from notifyrules.source.located import Located, Map, Scalar, Seq
from notifyrules.source.reader import MAX_BYTES, read_yaml
from notifyrules.source.text import Source, Span

CASES_ENDINGS = (".cases.yaml", ".cases.yml")
"""What the name of a file of cases ends with."""
ROOT_MARKER = ".notifyrules-root"
"""The file, whatever it holds, whose folder is the root of the rule files below it."""
HEADERS = ("notifyrules", "notifyrules-cases")
"""The keys of which a rule file and a file of cases have one."""
_KEY = r"""[ \t]*+(?:[{][ \t]*+)?['"]?notifyrules(?:-cases)?['"]?[ \t]*:"""
_FIRST_KEY = re.compile(rf"(?:[ \t]*+(?:#[^\r\n]*+|---[ \t]*+)?[\r\n])*+{_KEY}\s")
_SOME_LINE = re.compile(rf"(?:^|[\r\n]){_KEY}")
_REPOSITORY = ".git"
"""What stands at the top of a repository: a folder, or a file in a submodule and in a second work tree."""
_MOST_LOOKED_AT = 1_000
"""Entries of a folder among which a misspelt name is looked for."""
HeldText: TypeAlias = str | tuple[str, str]
"""The text of a file, or what keeps it from being read and the way out."""
SHIPPED_PREFIX = "notifyrules:"
"""What a reference to a rule file of this package begins with."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file and the root it must stay inside."""

    path: Path
    """The real path: absolute, links resolved."""
    name: str
    """What messages call it."""
    root: Path
    """The real path of the folder that includes and calls stay inside."""
    others: tuple[str, ...] = ()
    """What else the name could have been meant for, where there is no such file: names of shipped rules."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """Where the rule files of this package are."""

    root: Path
    names: tuple[str, ...]


def is_ours(file: Path) -> bool:
    """
    Tell whether a YAML file says that it is a rule file or a file of cases.

    Returns:
        True also for a file that cannot be read, and for one that is no YAML and has such a header on one of its lines:
        they have to be looked at, not passed over.
    """
    try:
        if not file.is_file():
            return True
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError:
        return True
    # What is no UTF-8 cannot be a rule file, and whoever wrote one in UTF-16 has to be told so.
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return says_ours(content.decode("utf-16" if wide else "utf-8-sig", "replace"))


def says_ours(text: str) -> bool:
    """Tell whether the text of a YAML file says that it is ours; so does one on a line of text that is no YAML."""
    if HEADERS[0] not in text:
        return False
    if _FIRST_KEY.match(text):
        return True
    tree = None if len(text) > MAX_BYTES else read_yaml(Source("", text))[0]
    if isinstance(tree, Map):
        return any(header in tree for header in HEADERS)
    return _SOME_LINE.search(text) is not None


def is_folder(path: str | Path) -> bool:
    """Tell whether there is a folder of that name; there is none of a name that the system refuses."""
    # `Path` raises for a name that is too long.
    return os.path.isdir(path)  # noqa: PTH112


def references(file: Path, *keys: str) -> Iterator[str]:
    """Give the files that a rule file or a file of cases names under some keys; none where it is no YAML."""
    try:
        with file.open("rb") as opened:
            tree, _ = read_yaml(Source(str(file), opened.read(MAX_BYTES).decode("utf-8-sig", "replace")))
    except OSError:
        return
    for part in (tree, *(_members(tree, "flow", "cases"))):
        for word in _members(part, *keys):
            if isinstance(word, Scalar) and "\0" not in word and not word.startswith(SHIPPED_PREFIX):
                yield str(word)


def _members(tree: Located | None, *keys: str) -> Iterator[Located]:
    """Give what stands under some keys of a mapping: each value, or what it is made of."""
    for key, value in tree.items() if isinstance(tree, Map) else ():
        if key in keys:
            yield from value.values() if isinstance(value, Map) else value if isinstance(value, Seq) else [value]


class RealPaths:
    """Resolve the links in names like :func:`os.path.realpath`, of many that stand in few folders."""

    def __init__(self) -> None:
        """Know no folder."""
        self._folders: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Resolve a name; one that the system refuses leads nowhere."""
        folder, last = os.path.split(name)
        try:
            if folder not in self._folders:
                self._folders[folder] = os.path.realpath(folder)
            real = os.path.join(self._folders[folder], last)  # noqa: PTH118 - for many files, again and again
            return os.path.realpath(real) if last in ("", ".", "..") or os.path.islink(real) else real  # noqa: PTH114
        except (OSError, ValueError):
            return ""


def list_yaml(folder: Path, unlisted: Callable[[OSError], None]) -> list[Path]:
    """
    List the YAML files of a folder and of the folders inside it, hidden ones and virtual environments left out.

    Args:
        folder: Where to look.
        unlisted: Is told of a folder that may not be listed.

    Returns:
        Sorted by folder and name.

    Source:
        PEP 405: a virtual environment is a folder that holds `pyvenv.cfg`.
    """
    found: list[Path] = []
    for where, folders, files in os.walk(folder, onerror=unlisted):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        named_so = (name for name in sorted(files) if name.endswith((".yaml", ".yml")) and not name.startswith("."))
        found.extend(Path(where, name) for name in named_so)
    return found


def root_for(file: str | Path, root: str | None, folder: Path | None = None) -> Path | None:
    """
    Choose the root of a file, perhaps one found in a *folder*: the same for every command, and wherever one is.

    Returns:
        The one that is asked for, else the marked one, else the top of the repository, else the folder in which the
        file was found; None where that leaves the file's own.
    """
    if root is not None:
        return given_root(root)
    # Unlike `Path.resolve`, it has an answer for every name.
    real = Path(os.path.realpath(file))
    # A link to a file elsewhere is no file of the folder.
    inside = folder is not None and real.is_relative_to(os.path.realpath(folder))
    return project_root(real) or (folder if inside else None)


def marked_root(file: Path) -> Path | None:
    """Find the root that is marked by a file in a folder around a rule file's real path; None where there is none."""
    return _around(file)[0]


def project_root(file: Path) -> Path | None:
    """Find the root of a rule file in a project: the marked one, else the top of the repository; None without."""
    marked, top = _around(file)
    return marked or top


def given_root(folder: str) -> Path:
    """Take a folder for the root because it was asked for; UsageError where there is none."""
    # `Path` raises for a name that is too long, and takes an empty one for the current folder.
    if os.path.isdir(folder):  # noqa: PTH112
        return Path(folder).resolve()
    problem = "is no folder" if os.path.exists(folder) else "does not exist"  # noqa: PTH110
    raise UsageError(f"the root `{folder}` {problem}", "name the folder that includes and calls stay inside")


def root_option(place: Place) -> str:
    """Name the root for a command that is given the file; empty where commands find one that is as wide."""
    if place.name.startswith(SHIPPED_PREFIX):
        return ""
    if place.root.is_relative_to(project_root(place.path) or place.path.parent):
        return ""
    return str(place.root) if Path(place.name).is_absolute() else os.path.relpath(place.root)


def _around(file: Path) -> tuple[Path | None, Path | None]:
    """Find the nearest folder with a marker, never beyond the repository, and the top of the repository."""
    marked = None
    for folder in file.parents:
        if marked is None and os.path.lexists(folder / ROOT_MARKER):
            marked = folder
        if os.path.lexists(folder / _REPOSITORY):
            return marked, folder
    return marked, None


def unopened(place: Place) -> tuple[str, str] | None:
    """Say what keeps a file from being opened, whatever it holds, and the way out; None where nothing does."""
    try:
        mode = place.path.stat().st_mode
    except FileNotFoundError:
        return "does not exist", _meant(place)
    except PermissionError:
        return "may not be read", ""
    except (OSError, ValueError) as error:
        return f"cannot be read: {why(error)}", ""
    if stat.S_ISDIR(mode):
        return "is a folder, not a file", ""
    if not stat.S_ISREG(mode):
        return "is not a regular file", ""
    return None if os.access(place.path, os.R_OK) else ("may not be read", "")


def hold(place: Place, most: int = MAX_BYTES) -> HeldText:
    """Read what a file holds now."""
    if trouble := unopened(place):
        return trouble
    try:
        with place.path.open("rb") as file:
            content = file.read(most + 1)
        return content.decode("utf-8-sig") if len(content) <= most else (f"is larger than {most // 1024:,} KiB", "")
    except UnicodeDecodeError as error:
        return f"is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}", ""
    except (OSError, ValueError) as error:
        return f"cannot be read: {why(error)}", ""


def open_held(place: Place, held: HeldText, findings: Findings, at: Span | None = None) -> Source | None:
    """Take what a file holds, which is named at a place or was asked for, as a source; None after a finding."""
    if isinstance(held, str):
        return Source(place.name, held)
    problem, advice = held
    findings.add(Code.FILE, at or Span(Source(place.name, ""), 0, 0), f"`{place.name}` {problem}", help=advice)
    return None


def open_place(place: Place, findings: Findings, at: Span | None = None, *, most: int = MAX_BYTES) -> Source | None:
    """Read a file that is named at a place, or was asked for, as text; None after a finding."""
    return open_held(place, hold(place, most), findings, at)


def _meant(place: Place) -> str:
    """Say which file could have been meant by one that does not exist."""
    try:
        with os.scandir(place.path.parent) as entries:
            beside = [one.name for one in islice(entries, _MOST_LOOKED_AT) if one.name.endswith((".yaml", ".yml"))]
    except (OSError, ValueError):
        beside = []
    stems = {name.rpartition(".")[0]: name for name in sorted(beside)}
    shipped, near = nearest(place.name, place.others), nearest(place.path.stem, stems)
    if shipped is None and near is not None:
        return f"did you mean `{Path(place.name).with_name(stems[near]).as_posix()}`?"
    if shipped is not None:
        return f"did you mean `{shipped}`?"
    return f"these come with notifyrules: {named(place.others)}" if place.others else ""


def resolve(reference: str, base: Place, shipped: Shipped, findings: Findings, at: Span) -> Place | None:
    """Find the file, which may not exist, that is named by *reference* in *base*; None after a finding."""
    if reference.startswith(SHIPPED_PREFIX):
        name = reference.removeprefix(SHIPPED_PREFIX)
        if name not in shipped.names:
            near = nearest(name, shipped.names)
            advice = f"did you mean `{SHIPPED_PREFIX}{near}`?" if near else f"those that do: {named(shipped.names)}"
            findings.add(Code.FILE, at, f"no rule file `{name}` comes with notifyrules", help=advice)
            return None
        return Place((shipped.root / f"{name}.yaml").resolve(), reference, shipped.root.resolve())
    try:
        path = (base.path.parent / reference).resolve()
    except (OSError, ValueError, RuntimeError):
        findings.add(Code.FILE, at, "this is not the name of a file")
        return None
    if Path(reference).is_absolute() or not path.is_relative_to(base.root):
        message = f"`{reference}` lies outside of the root folder `{_shown_root(base)}`"
        reason, advice = _about_root(base)
        findings.add(Code.OUTSIDE_ROOT, at, message, help=advice, notes=[reason])
        return None
    name = (
        os.path.normpath(Path(base.name).parent / reference)
        if not base.name.startswith(SHIPPED_PREFIX)
        else f"{SHIPPED_PREFIX}{path.relative_to(base.root).with_suffix('').as_posix()}"
    )
    return Place(path, name.replace(os.sep, "/"), base.root)


def _shown_root(base: Place) -> str:
    if base.name.startswith(SHIPPED_PREFIX):
        return SHIPPED_PREFIX
    shown = os.path.normpath(Path(base.name).parent / os.path.relpath(base.root, base.path.parent))
    return shown.replace(os.sep, "/")


def _about_root(base: Place) -> tuple[str, str]:
    """
    Say why a folder is the root of a file, and what to do about a file outside of it.

    A marker widens no repository, no narrower mark and no root that was given.
    """
    way, wider = "move it below that folder", "or give a wider root with `root=` or `--root`"
    if os.path.lexists(base.root / ROOT_MARKER):
        reason = f"it is the root because `{ROOT_MARKER}` stands in it"
        return reason, f"{way}, move `{ROOT_MARKER}` to a wider one, {wider}"
    if os.path.lexists(base.root / _REPOSITORY):
        return "it is the root as the top of the repository", f"{way}, {wider}"
    if base.root != base.path.parent:
        return "it is the root that was given", f"{way}, {wider}"
    reason = "it is the root as the folder of the file, or because it was given"
    return reason, f"{way}, or mark a wider root by an empty file `{ROOT_MARKER}`, or give `root=` or `--root`"
