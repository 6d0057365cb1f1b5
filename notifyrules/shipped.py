"""Find the rule files that come with the package, by names such as `slack` or `blocks/quiet_hours`."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")
# A wheel holds the files inside the package; a source checkout and an editable install have them beside it.
_INSTALLED = Path(__file__).absolute().with_name("shipped_rules")
_CHECKOUT = _INSTALLED.parents[1] / "rules"


def shipped_root() -> Path:
    """Give the folder of the shipped rule files, which is the root that their includes and calls must stay inside."""
    found = next((folder for folder in (_INSTALLED, _CHECKOUT) if folder.is_dir()), None)
    archive = None if found is not None else next((one for one in _INSTALLED.parents if one.is_file()), None)
    return found or (_CHECKOUT if archive is None else _unpacked(archive))


@cache
def _unpacked(archive: Path) -> Path:
    """Copy the files out of the archive from which the package is imported, until the process ends."""
    import atexit  # noqa: PLC0415 - only an archive needs these
    import shutil  # noqa: PLC0415
    import tempfile  # noqa: PLC0415
    from zipfile import ZipFile  # noqa: PLC0415

    folder, process = Path(tempfile.mkdtemp(prefix="notifyrules-")).resolve(), os.getpid()

    def remove() -> None:
        # A process that was forked from this one leaves them to it.
        if os.getpid() == process:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    with ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if not name.endswith("/")]
        places = (f"{place.relative_to(archive).as_posix()}/" for place in (_INSTALLED, _CHECKOUT))
        inside = next((place for place in places if any(name.startswith(place) for name in names)), "/")
        for name in names:
            target = folder / name.removeprefix(inside)
            # The archive is as trusted as the code in it; yet nothing is written elsewhere.
            if name.startswith(inside) and target.resolve().is_relative_to(folder):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(opened.read(name))
    return folder


def shipped_path(name: str) -> Path | None:
    """Find one shipped rule file, never one outside the folder, by its name; None where none has it."""
    if not _NAME.fullmatch(name):
        return None
    path = shipped_root() / f"{name}.yaml"
    try:
        return path if path.is_file() else None
    except OSError:  # a name that is too long
        return None


def shipped_names() -> tuple[str, ...]:
    """List the names of all shipped rule files, sorted."""
    root = shipped_root()
    found = (path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))
    # The name of a file of cases has a dot in it, so it is no name of rules.
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))
