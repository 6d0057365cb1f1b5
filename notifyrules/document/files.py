"""
Open the files that rule files name, and none outside their root.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.nearest import nearest
from notifyrules.diagnostics.phrases import named, why
from notifyrules.source.reader import MAX_BYTES
from notifyrules.source.text import Source, Span

CASES_ENDINGS = (".cases.yaml", ".cases.yml")
"""What the name of a file of cases ends with."""
_HEADER = re.compile(rb"""^[ \t]*+(?:[{][ \t]*+)?['"]?notifyrules(-cases)?['"]?[ \t]*:""", re.MULTILINE)
_LOOKED_AT = 64 * 1024
"""Bytes of a file among which its header is looked for."""
_MOST_LOOKED_AT = 1_000
"""Entries of a folder among which a misspelt name is looked for."""
SHIPPED_PREFIX = "notifyrules:"
"""What a reference to a rule file of this package begins with."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    A file and the root it must stay inside.
    """

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
    """
    Where the rule files of this package are.
    """

    root: Path
    names: tuple[str, ...]


def is_ours(file: Path) -> bool:
    """
    Tell whether a YAML file says that it is a rule file or a file of cases.

    Returns:
        True also for a file that cannot be read: it has to be looked at, not passed over.
    """
    try:
        return not file.is_file() or is_headed(beginning(file, _LOOKED_AT))
    except OSError:
        return True


def is_headed(content: bytes) -> bool:
    """
    Tell whether the header of a rule file or of a file of cases begins a line.
    """
    return _HEADER.search(content) is not None


def beginning(file: Path, size: int) -> bytes:
    """
    Read the first bytes of a regular file; opening anything else could wait for ever.
    """
    with file.open("rb") as opened:
        return opened.read(size)


def open_place(place: Place, findings: Findings, at: Span | None = None, *, most: int = MAX_BYTES) -> Source | None:
    """
    Read a file as text.

    Args:
        place: The file.
        findings: Takes what keeps it from being read.
        at: Where it is named; None for the file that was asked for.
        most: How many bytes it may have.

    Returns:
        Its text, or None after a finding.
    """
    at = at or Span(Source(place.name, ""), 0, 0)
    problem, advice = "", ""
    try:
        mode = place.path.stat().st_mode
        if stat.S_ISDIR(mode):
            problem = "is a folder, not a file"
        elif not stat.S_ISREG(mode):
            problem = "is not a regular file"
        else:
            with place.path.open("rb") as file:
                content = file.read(most + 1)
            if len(content) > most:
                problem = f"is larger than {most // 1024:,} KiB"
            else:
                return Source(place.name, content.decode("utf-8-sig"))
    except FileNotFoundError:
        problem, advice = "does not exist", _meant(place)
    except PermissionError:
        problem = "may not be read"
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
    except (OSError, ValueError) as error:
        problem = f"cannot be read: {why(error)}"
    findings.add(Code.FILE, at, f"`{place.name}` {problem}", help=advice)
    return None


def _meant(place: Place) -> str:
    """
    Say which file could have been meant by one that does not exist.
    """
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
    """
    Find the file that a rule file names.

    Args:
        reference: A path relative to *base*, or `notifyrules:name`.
        base: The file that names it.
        shipped: Where the rule files of this package are.
        findings: Takes what is wrong with the reference.
        at: Where it is named.

    Returns:
        The file, which may not exist, or None after a finding.
    """
    if reference.startswith(SHIPPED_PREFIX):
        name = reference.removeprefix(SHIPPED_PREFIX)
        if name not in shipped.names:
            near = nearest(name, shipped.names)
            findings.add(
                Code.FILE,
                at,
                f"no rule file `{name}` comes with notifyrules",
                help=f"did you mean `{SHIPPED_PREFIX}{near}`?" if near else f"those that do: {named(shipped.names)}",
            )
            return None
        return Place((shipped.root / f"{name}.yaml").resolve(), reference, shipped.root.resolve())
    try:
        path = (base.path.parent / reference).resolve()
    except (OSError, ValueError, RuntimeError):
        findings.add(Code.FILE, at, "this is not the name of a file")
        return None
    if Path(reference).is_absolute() or not path.is_relative_to(base.root):
        findings.add(
            Code.OUTSIDE_ROOT,
            at,
            f"`{reference}` lies outside of the root folder",
            help="move the file below the folder of the rule file, or give a wider root with `root=` or `--root`",
        )
        return None
    name = (
        os.path.normpath(Path(base.name).parent / reference)
        if not base.name.startswith(SHIPPED_PREFIX)
        else f"{SHIPPED_PREFIX}{path.relative_to(base.root).with_suffix('').as_posix()}"
    )
    return Place(path, name.replace(os.sep, "/"), base.root)
