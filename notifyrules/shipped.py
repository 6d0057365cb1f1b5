"""
Find the rule files that come with the package, by names such as `slack` or `blocks/quiet_hours`.
"""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")
# A wheel holds the files inside the package; a source checkout and an editable install have them beside it.
_INSTALLED = Path(__file__).with_name("shipped_rules")
_CHECKOUT = Path(__file__).parents[1] / "rules"


def shipped_root() -> Path:
    """
    Give the folder of the shipped rule files, which is the root that their includes and calls must stay inside.
    """
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def shipped_path(name: str) -> Path | None:
    """
    Find one shipped rule file.

    Args:
        name: A path below the folder of shipped rules, with `/` between its parts and without `.yaml`.

    Returns:
        The file, or None where none has the name; never one outside the folder.
    """
    if not _NAME.fullmatch(name):
        return None
    path = shipped_root() / f"{name}.yaml"
    try:
        return path if path.is_file() else None
    except OSError:  # a name that is too long
        return None


def shipped_names() -> tuple[str, ...]:
    """
    List the names of all shipped rule files, sorted.
    """
    root = shipped_root()
    found = (path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))
    # The name of a file of cases has a dot in it, so it is no name of rules.
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))
