"""Find the rules that a receipt names: kept beside receipts, in this process, in folders, and in git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

from notifyrules.compiled.receipts import DIGITS, loaded_here, stamp
from notifyrules.document.files import CASES_ENDINGS, SHIPPED_PREFIX, Place, is_ours, list_yaml, root_for, says_ours
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph
from notifyrules.held import build_held
from notifyrules.language.tables import Tables, tables
from notifyrules.receipts.sources import FOLDER, Sources, loaded_as
from notifyrules.revisions import history, is_in_repository
from notifyrules.rules import build_place
from notifyrules.shipped import shipped_names, shipped_root


@dataclass(frozen=True, slots=True)
class Found:
    """The rules of a receipt."""

    graph: Graph
    tables: Tables | None
    """By what they were decided then; None where it is not known, nor under which path they were loaded."""


class Finder:
    """Find rules, each once."""

    def __init__(self, places: Iterable[str | os.PathLike[str]]) -> None:
        """Look in some folders, in the git history around them, and among what comes with the package."""
        self._places = [Path(place) for place in places]
        self._known: list[Graph] = []
        self._found: dict[str, Found | None] = {}
        self._seen: dict[tuple[Path, str], list[Graph]] = {}
        self.unread: dict[Path, str] = {}
        """The folders whose git history could not be read, and why."""

    def find(self, stamped: str) -> Found | None:
        """Find the rules that a receipt names; None where they are not at hand."""
        if stamped not in self._found:
            doubtful = None
            for found in self._look(stamped):
                if found.tables is not None:
                    self._found[stamped] = found
                    break
                doubtful = doubtful or found
            else:
                self._found[stamped] = doubtful
        return self._found[stamped]

    def know(self, graph: Graph) -> None:
        """Look at rules that are at hand before all others."""
        self._known.append(graph)

    def fit(self, graph: Graph, stamped: str) -> Found | None:
        """Take rules that somebody says are those of a receipt; None where they are others."""
        if not graph.digest.startswith(stamped[:DIGITS]):
            return None
        for path in _paths(graph.path):
            if stamp(graph.digest, path, tables()) == stamped and (again := loaded_as(graph, path)) is not None:
                return Found(again, tables())
        return Found(graph, None)

    def _look(self, stamped: str) -> Iterator[Found]:
        if (here := loaded_here(stamped)) is not None:
            yield Found(here, tables())
        alike = [*self._known]
        for place in self._places:
            for folder in (place / FOLDER, place):
                for file in sorted(folder.glob(f"{stamped[:DIGITS]}*.json")):
                    kept = Sources.read(file)
                    if (graph := kept.build()) is None or kept.stamp != file.stem:
                        continue
                    if kept.stamp == stamped:
                        yield Found(graph, kept.tables)
                    else:
                        alike.append(graph)
        alike += (graph for seen in self._seen.values() for graph in seen)
        digits, is_near = stamped[:DIGITS], False
        for graph in chain((one for one in alike if one.digest.startswith(digits)), self._files(digits)):
            is_near = True
            if (found := self.fit(graph, stamped)) is not None:
                yield found
        for graph in () if is_near else self._past(digits):
            if (found := self.fit(graph, stamped)) is not None:
                yield found

    def _files(self, digits: str) -> Iterator[Graph]:
        """Give the charts of rule files in the folders, and of those that come with the package."""
        places = [
            Place(shipped_root() / f"{name}.yaml", f"{SHIPPED_PREFIX}{name}", shipped_root())
            for name in shipped_names()
        ]
        for folder in self._places:
            for file in list_yaml(folder, lambda _: None):
                if is_ours(file) and not file.name.endswith(CASES_ENDINGS):
                    real = Path(os.path.realpath(file))
                    places.append(Place(real, str(file), root_for(file, None, folder) or real.parent))
        for place in places:
            graph = build_place(place)[1]
            if graph is not None and graph.digest.startswith(digits):
                yield graph

    def _past(self, digits: str) -> Iterator[Graph]:
        """Give the charts of past versions, newest first; what did not change is built once."""
        for folder in self._places:
            try:
                for files in history(folder):
                    yield from self._version(files, digits, folder)
            except UsageError as error:
                if is_in_repository(folder):
                    self.unread[folder] = error.message

    def _version(self, files: Mapping[str, str], digits: str, folder: Path) -> Iterator[Graph]:
        for name, text in files.items():
            if name.endswith(CASES_ENDINGS) or not says_ours(text):
                continue
            seen = self._seen.setdefault((folder, name), [])
            graph = next((one for one in seen if _same(one, files)), None)
            if graph is None:
                graph = build_held({**_shipped(), **files}, name)
                if graph is None:
                    continue
                seen.append(graph)
            if graph.digest.startswith(digits):
                yield graph


def _same(graph: Graph, files: Mapping[str, str]) -> bool:
    """Tell whether a chart is made of the same files still."""
    own = ((name, source.text) for name, source in graph.files.items() if not name.startswith(SHIPPED_PREFIX))
    return all(files.get(name) == text for name, text in own)


def _shipped() -> Mapping[str, str]:
    """Give the files of the package, which charts may call; those of its past versions are nowhere."""
    return {f"{SHIPPED_PREFIX}{name}": (shipped_root() / f"{name}.yaml").read_text("utf-8") for name in shipped_names()}


def _paths(path: str) -> Iterator[str]:
    """Give the paths under which a file may have been loaded."""
    yield path
    if path.startswith(SHIPPED_PREFIX):
        return
    real = PurePosixPath(os.path.realpath(path).replace(os.sep, "/"))
    yield str(real)
    stem = real.with_suffix("")
    for length in range(len(real.parts) - 1, 0, -1):
        shorter = "/".join(real.parts[length:])
        yield shorter
        yield f"./{shorter}"
        yield f"{SHIPPED_PREFIX}{'/'.join(stem.parts[length:])}"
