"""Keep the files of rules beside the receipts of their decisions, and build rules from them again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Self

from notifyrules.compiled.receipts import stamp
from notifyrules.document.files import SHIPPED_PREFIX
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph
from notifyrules.held import build_held
from notifyrules.language.tables import Tables, tables

FOLDER: Final = "rules"
"""The folder beside receipts in which the sources of their rules stand."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of rules, and how these were loaded."""

    path: str
    """What messages call the rule file."""
    digest: str
    tables: Tables
    files: Mapping[str, str]
    """The text of every file that the rules are made of, by what messages call it."""

    @classmethod
    def of(cls, graph: Graph) -> Self:
        """Take them from rules that are loaded now."""
        files = {name: source.text for name, source in graph.files.items()}
        return cls(graph.path, graph.digest, tables(), files)

    @property
    def stamp(self) -> str:
        """What names the rules in receipts."""
        return stamp(self.digest, self.path, self.tables)

    def save(self, folder: Path) -> None:
        """Write them below a folder of receipts, unless they are there; OSError where that cannot be."""
        file = folder / FOLDER / f"{self.stamp}.json"
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        # Another process may write the same.
        draft = file.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps({"notifyrules-sources": 1, **asdict(self)}, ensure_ascii=False), "utf-8")
        draft.replace(file)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what :meth:`save` wrote; UsageError where it is something else."""
        try:
            found = json.loads(file.read_text("utf-8"))
            made = cls(found["path"], found["digest"], Tables(**found["tables"]), dict(found["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"`{file}` holds no sources of rules", "restore the file, or remove it") from None
        texts = (made.path, made.digest, *asdict(made.tables).values(), *made.files, *made.files.values())
        if not all(isinstance(text, str) for text in texts):
            raise UsageError(f"`{file}` holds no sources of rules", "restore the file, or remove it")
        return made

    def build(self) -> Graph | None:
        """Build the chart; None where the files are not those that the digest is made of."""
        graph = build_held(self.files, self.path)
        return None if graph is None or graph.digest != self.digest else graph


def loaded_as(graph: Graph, path: str) -> Graph | None:
    """Build a chart as if its file had been loaded under another path."""
    if path == graph.path:
        return graph
    old, new = (PurePosixPath(one.replace(SHIPPED_PREFIX, "")).parent for one in (graph.path, path))
    files = {}
    for name, source in graph.files.items():
        beside = os.path.normpath(new / os.path.relpath(name.replace(SHIPPED_PREFIX, ""), old))
        if path.startswith(SHIPPED_PREFIX):
            beside = f"{SHIPPED_PREFIX}{beside.removesuffix('.yaml')}"
        called = name.startswith(SHIPPED_PREFIX) and not graph.path.startswith(SHIPPED_PREFIX)
        files[path if name == graph.path else name if called else beside] = source.text
    return build_held(files, path)
