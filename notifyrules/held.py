"""Build a chart of texts that are at hand, such as those kept beside receipts; no file is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from notifyrules.document.files import SHIPPED_PREFIX, HeldText, Place, Shipped
from notifyrules.graph.builder import Library
from notifyrules.graph.model import Graph

_NOWHERE: Final = Path(os.path.realpath(os.sep)) / "notifyrules-kept"
"""Where the files seem to stand."""


def build_held(files: Mapping[str, str], path: str) -> Graph | None:
    """Build a chart of texts that are at hand, by the names that its files call each other; None if it has errors."""
    depth = max((PurePosixPath(name).parts.count("..") for name in files), default=0)
    own, shipped = _NOWHERE / "given", _NOWHERE / "shipped"
    base = own.joinpath(*["down"] * depth)

    def place(name: str) -> Path:
        if name.startswith(SHIPPED_PREFIX):
            return shipped / f"{name.removeprefix(SHIPPED_PREFIX)}.yaml"
        return Path(os.path.normpath(base / name.lstrip("/")))

    held = {place(name): text for name, text in files.items()}

    def open_held(at: Place) -> HeldText:
        return held.get(at.path, ("is not kept", ""))

    names = tuple(name.removeprefix(SHIPPED_PREFIX) for name in files if name.startswith(SHIPPED_PREFIX))
    root = shipped if path.startswith(SHIPPED_PREFIX) else own
    built = Library(Shipped(shipped, names), open_held).build(Place(place(path), path, root))
    return None if built.findings.errors else built.graph
