"""What lies in a folder, as the studio shows it: its charts, what is wrong with them, what became of their cases."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from notifyrules.answers.decisions import explain
from notifyrules.answers.fill import keep
from notifyrules.answers.page import MOST_CASES
from notifyrules.answers.why_not import why_not
from notifyrules.cases.model import Case
from notifyrules.cases.reading import Suite
from notifyrules.cases.report import Ran, results_data
from notifyrules.cases.report import summary as cases_summary
from notifyrules.cases.rows import Rows
from notifyrules.cases.runner import Status, run
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.formats import finding_data
from notifyrules.diagnostics.human import format_finding, summary
from notifyrules.document.files import CASES_ENDINGS, Place, is_ours, list_yaml, root_for
from notifyrules.errors import UsageError
from notifyrules.explanation import READERS
from notifyrules.graph.builder import Library
from notifyrules.page.html import write_page
from notifyrules.page.module import asset
from notifyrules.rules import Rules, build_place, can_prove, find_place, read_cases, shipped_rules

CONFORM_ENDING: Final = ".conform.json"
"""What the name of a file ends with in which the report of `notifyrules conform --format json` is kept."""
_MOST_RUN: Final = 20_000
_MOST_TOLD: Final = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A chart as it stands now."""

    told: Mapping[str, object]
    """What is said of it, as data for JSON."""
    page: str | None
    """Its page; None where it has errors or decides nothing."""


class Desk:
    """The charts of a folder by the names of their files: nothing is opened by any other name."""

    def __init__(self, folder: str, root: str | None = None) -> None:
        """Look into a folder; *root* is what its files stay inside, as for `notifyrules check`."""
        self._folder, self._root = Path(folder), root
        self._real = os.path.realpath(folder)
        self._seen = ""
        self._beside: set[Path] = set()
        self._opened: dict[str, Opened] = {}
        self._good: dict[str, Rules] = {}
        self._lock, self._asking = threading.Lock(), threading.Lock()

    # ---- What is there ----

    def look(self) -> str:
        """Name what stands in the folder, and in what its charts read elsewhere, by names, sizes and times."""
        with self._lock:
            return self._look()

    def _look(self) -> str:
        if (seen := self._sight(self._beside)) != self._seen:
            self._seen = seen
            self._opened.clear()
        return self._seen

    def _sight(self, beside: Iterable[Path]) -> str:
        digest = sha256()
        for file in (*self._files(), *sorted(beside)):
            try:
                found = file.stat()
                digest.update(f"{file}\0{found.st_mtime_ns} {found.st_size} {found.st_ino}\n".encode())
            except OSError:
                digest.update(f"{file}\0gone\n".encode("utf-8", "replace"))
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        """List the files that count: a link out of the folder does not, nor does a name that cannot be shown."""
        for file in list_yaml(self._folder, lambda _: None):
            if Path(os.path.realpath(file)).is_relative_to(self._real) and str(file).isprintable():
                yield file

    def _charts(self) -> dict[str, Path]:
        return {str(file): file for file in self._files() if not file.name.endswith(CASES_ENDINGS) and is_ours(file)}

    def names(self) -> list[str]:
        """List the rule files by what they are called."""
        with self._lock:
            return list(self._charts())

    def _place(self, name: str) -> Place:
        """Find a rule file of the folder."""
        if (file := self._charts().get(name)) is None:
            raise UsageError("there is no such rule file in the folder", "choose one that is listed")
        return find_place(file, root_for(file, self._root, self._folder))

    def _cases_place(self, place: Place) -> Place:
        """Find where the cases of a rule file stand, or are to stand."""
        rules = Path(place.name)
        files = [rules.with_suffix(ending) for ending in CASES_ENDINGS]
        listed = set(self._files())
        file = next((one for one in files if one in listed), files[0])
        if file not in listed and os.path.lexists(file):
            raise UsageError(f"`{file}` leads out of the folder", "put a file of its own there")
        return find_place(file, root_for(file, self._root, self._folder))

    # ---- One chart ----

    def open(self, name: str) -> Opened:
        """Tell everything of a chart, with its page."""
        with self._lock:
            self._look()
            if name not in self._opened:
                known = frozenset(self._beside)
                self._opened[name] = self._open(self._place(name))
                # What it reads elsewhere is looked at from now on: no change, unless something changed meanwhile.
                if self._sight(known) == self._seen:
                    self._seen = self._sight(self._beside)
            return self._opened[name]

    def _open(self, place: Place) -> Opened:
        library = Library(shipped_rules())
        found, graph = build_place(place, fragments=True, library=library)
        self._beside |= {one.path for one in library.held} | {_conform_file(place)}
        told: dict[str, object] = {"file": place.name, "title": place.name}
        if graph is None:
            told |= _findings(found.sorted())
            part = "it has no `flow`: others include it, and it decides nothing"
            return Opened(told if found.errors else told | {"summary": part}, None)
        before = self._good.get(place.name)
        if before is None or before.digest != graph.digest:
            self._good[place.name] = Rules(graph, found.sorted())
        suite = self._suite(place)
        self._beside |= {Path(part.source.name) for part in suite.parts if isinstance(part, Rows)} if suite else set()
        is_about = suite is not None and suite.chart is not None and suite.chart.graph.digest == graph.digest
        cases = list(islice((one for one in suite or () if isinstance(one, Case)), MOST_CASES)) if is_about else []
        findings = (*found.sorted(), *(() if suite is None else suite.findings))
        told |= {"title": graph.title, "solver": can_prove(), "conform": _conform(place, graph.digest)}
        told |= _findings(findings) | _results(suite) | {"seen": _held(self._cases_place(place))}
        page = write_page(graph, cases, style=asset_of("studio.css"), script=asset_of("studio.js"))
        return Opened({**told, "digest": sha256(page.encode()).hexdigest()}, page)

    def _suite(self, place: Place) -> Suite | None:
        """Read the cases that stand beside a chart."""
        cases = self._cases_place(place)
        return read_cases(cases) if cases.path.is_file() else None

    def _rules(self, name: str) -> Rules:
        """Give what was last in order of a chart: that is what its page shows."""
        if name not in self._good:
            self.open(name)
        if name not in self._good:
            raise UsageError(f"`{name}` has errors", "mend them first")
        return self._good[name]

    def decide(self, name: str, facts: object) -> Mapping[str, object]:
        """Decide by a chart, and tell each reader why."""
        rules = self._rules(name)
        told = {reader: explain(rules, facts, reader) for reader in READERS}
        record = told["support"].record
        words = {reader: one.words for reader, one in told.items()}
        return {"outcome": record.outcome, "reasons": list(record.reasons), "explanations": words}

    def why_not(self, name: str, facts: object, wanted: str) -> Mapping[str, object]:
        """Find what would have to change for another outcome."""
        # The solver is asked by one at a time.
        with self._asking:
            return why_not(self._rules(name), facts, wanted, None, "support").to_dict()

    def keep(self, name: str, facts: object, claim: str, seen: str) -> Mapping[str, object]:
        """
        Write a case into the file of cases of a chart: the one file that the studio writes.

        Args:
            name: The rule file.
            facts: What is decided for.
            claim: What the case is called.
            seen: What stood in the file of cases when it was shown, as :meth:`open` tells it.
        """
        rules = self._rules(name)
        given = rules.facts(facts)
        with self._lock:
            place = self._cases_place(self._place(name))
            changed = keep(place, rules.graph, claim, {one: given[one] for one in rules.graph.facts})
            if changed.text is None or changed.problem is not None:
                raise UsageError(changed.problem or "nothing is to be written")
            _replace(place, changed.text, seen)
        return {"told": list(changed.told), "file": place.name}


def asset_of(name: str) -> str:
    """Read a file that comes with the studio."""
    return asset(name, "notifyrules.studio")


def _findings(findings: tuple[Diagnostic, ...]) -> dict[str, object]:
    urgent = sorted(findings, key=lambda one: not one.is_error)
    told = [{**finding_data(one), "shown": format_finding(one)} for one in urgent[:_MOST_TOLD]]
    return {"findings": told, "summary": summary(findings)}


def _results(suite: Suite | None) -> dict[str, object]:
    """Run the cases, and tell those that fail."""
    if suite is None:
        return {"cases": None}
    results = [run(one) for one in islice(suite, _MOST_RUN)]
    failed = [one for one in results if one.status is Status.FAILED]
    told = results_data([Ran(suite.file, (), failed[:_MOST_TOLD])])
    more = f", {len(suite) - len(results):,} not run" if len(suite) > len(results) else ""
    told_in_words = cases_summary([Ran(suite.file, suite.findings, results)]) + more
    return {"cases": told_in_words, "failed": len(failed), **told}


def _conform_file(place: Place) -> Path:
    return place.path.with_name(place.path.stem + CONFORM_ENDING)


def _conform(place: Place, digest: str) -> Mapping[str, object] | None:
    """Give the report of `conform` that stands beside a rule file; None where there is none that can be read."""
    try:
        found = json.loads(_conform_file(place).read_text("utf-8"))
        return {"differences": list(found["differences"])[:_MOST_TOLD], "stale": found["digest"] != digest}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _held(place: Place) -> str:
    """Name what a file holds; empty for one that is not there."""
    return sha256(place.path.read_bytes()).hexdigest() if place.path.is_file() else ""


def _replace(place: Place, text: str, seen: str) -> None:
    """Put a text into a file at once, unless it holds something else than was *seen*."""
    before = place.path.read_bytes() if place.path.is_file() else b""
    if _held(place) != seen:
        raise UsageError(f"`{place.name}` has changed meanwhile, and nothing was written", "look at it, and try again")
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    with tempfile.NamedTemporaryFile(dir=place.path.parent, prefix=".", delete=False) as beside:
        beside.write(mark + text.encode())
    new = Path(beside.name)
    new.chmod(place.path.stat().st_mode if before else 0o644)
    new.replace(place.path)
