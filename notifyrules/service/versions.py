"""Hold the rules in force, let changed ones in by a gate, and ask a candidate beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from notifyrules import Decision, LiveRules, Rules, UsageError, live
from notifyrules.answers.check import prove_loaded
from notifyrules.answers.test import read_all
from notifyrules.answers.test import test as run_cases
from notifyrules.cases.report import Ran, summary
from notifyrules.cases.runner import Selection, Status
from notifyrules.diagnostics.formats import format_oneline
from notifyrules.diff.gate import read_gate
from notifyrules.diff.model import LOSSES
from notifyrules.document.files import CASES_ENDINGS, Place, is_folder, is_ours, list_yaml, root_for
from notifyrules.limit import LIMIT_S, Limit
from notifyrules.rules import find_place, require_solver
from notifyrules.service.candidates import Candidate, refused
from notifyrules.service.settings import ChangeSettings

if TYPE_CHECKING:
    from notifyrules.answers.diff import Diffed

_TOLD: Final = 10
"""Reasons for a refusal that are told."""


class Gate:
    """Says whether changed rules of one file or folder may come into force."""

    def __init__(self, path: str, changes: ChangeSettings) -> None:
        """Guard what is at *path*."""
        self._path, self._changes = path, changes
        self._known: set[frozenset[str]] = set()
        self.verdict: dict[str, object] | None = None
        """What it made of the newest change, as data for JSON: when, why it was refused, and what changes."""

    def judge(self, new: Mapping[str, Rules], old: Mapping[str, Rules]) -> tuple[str, ...]:
        """
        Say why *new* rules do not come into force.

        What was in force before comes back unasked: that is the way back from a change that turns out to be wrong. The
        first rules of all change nothing, so they are not compared.
        """
        print_ = frozenset(f"{name} {rules.digest}" for name, rules in new.items())
        diffs: dict[str, Diffed] = {}
        refused = (
            [] if print_ in self._known else [*self._proofs(new), *self._cases(new), *self._diffs(old, new, diffs)]
        )
        told = {name: one.to_dict() for name, one in diffs.items()}
        self.verdict = {"at": datetime.now(UTC).isoformat(), "refused": refused[:_TOLD], "diffs": told}
        if not refused:
            self._known.add(print_)
        return tuple(refused[:_TOLD])

    def _proofs(self, new: Mapping[str, Rules]) -> Iterator[str]:
        if self._changes.prove:
            found = prove_loaded(new.values(), Limit(LIMIT_S)).findings
            yield from format_oneline([one for one in found if one.is_error]).splitlines()

    def _cases(self, new: Mapping[str, Rules]) -> Iterator[str]:
        """Run the cases in the folder, or beside the file; they read the rules again, which may have changed since."""
        files = _case_files(self._path) if self._changes.cases else []
        suites = read_all(files)
        digests = {rules.digest for rules in new.values()}
        for suite in suites:
            graph = None if suite.chart is None else suite.chart.graph
            if graph is not None and graph.name in new and graph.digest not in digests:
                yield f"`{graph.path}` changed while its cases were read"
        for ran in run_cases(suites, Selection()).ran:
            if ran.failed:
                yield f"`{ran.file}`: {summary([ran])}{_first_failure(ran)}"

    def _diffs(self, old: Mapping[str, Rules], new: Mapping[str, Rules], diffs: dict[str, Diffed]) -> Iterator[str]:
        """Compare what was changed, where only some changes are allowed."""
        if self._changes.allow is None:
            return
        from notifyrules.answers.diff import diff  # noqa: PLC0415 - the solver is an extra

        limit = Limit(LIMIT_S)
        for name, after in new.items():
            before = old.get(name)
            if before is not None and before.digest != after.digest:
                allow = [word for word in self._changes.allow if _speaks_of(word, before, after)]
                diffs[name] = diff(before.graph, after.graph, allow=allow, limit=limit)
                yield from (f"`{name}`: the change `{change}` is not allowed" for change in diffs[name].refused)


class Versions:
    """The rules in force, by their names; made in the process that serves, since threads follow the files."""

    def __init__(self, paths: Sequence[str | Path], changes: ChangeSettings) -> None:
        """Take files, names of shipped rules and folders into force; errors as :func:`notifyrules.live` raises them."""
        if changes.canary_percent and changes.candidate is None:
            raise UsageError(
                "`changes.canary_percent` is set and `changes.candidate` is not", "say where the candidate is"
            )
        for word in changes.allow or ():
            if word.strip() not in LOSSES and "->" not in word:
                raise UsageError(f"`{word}` in `changes.allow` is no change", "write `no->hold`, or `facts:refused`")
        if changes.prove or changes.allow is not None:
            require_solver()
        self.charts: Mapping[str, Rules] = MappingProxyType({})
        """What is in force; a mapping that never changes, in whose place another one comes."""
        self._lock = threading.Lock()
        self._gates = {str(path): Gate(str(path), changes) for path in paths}
        self._lives: dict[str, LiveRules] = {}
        for path in self._gates:
            accept = partial(self._accept, path)
            self._lives[path] = live(path, every=changes.every_s, accept=accept, changed=self._merge)
        self._merge()
        self._candidate: Candidate | None = None
        if changes.candidate is not None:
            self._candidate = Candidate(changes.candidate, changes.canary_percent, changes.every_s)
            self._candidate.troubles(self.charts.values())

    def _accept(self, path: str, new: Mapping[str, Rules], old: Mapping[str, Rules]) -> tuple[str, ...]:
        others = [one for other, one in self._lives.items() if other != path]
        if twice := [name for name in new if any(name in one for one in others)]:
            return (f"rules called `{twice[0]}` are in another file or folder too",)
        return self._gates[path].judge(new, old)

    def _merge(self, *_: object) -> None:
        with self._lock:
            found = ((name, rules) for one in self._lives.values() for name, rules in one.items())
            # What is made to be called says of nobody whether they are notified.
            self.charts = MappingProxyType({name: rules for name, rules in found if _says_notify(rules)})

    # ---- Deciding ----

    def pick(self, name: str, subject: str | None) -> Rules:
        """Give the rules that decide for a subject; KeyError where there are none of that name."""
        rules = self.charts[name]
        return rules if self._candidate is None or subject is None else self._candidate.pick(rules, subject)

    @property
    def compares(self) -> bool:
        """Whether there is a candidate to compare with."""
        return self._candidate is not None

    def compare(self, rules: Rules, facts: object, decision: Decision) -> None:
        """Let the candidate decide what the *rules* in force have decided, and count how it differs."""
        if self._candidate is not None and self.charts.get(rules.name) is rules:
            self._candidate.compare(rules, facts, decision)

    # ---- What became of changes ----

    def reload(self) -> None:
        """Read all files now, whether or not they seem to have changed."""
        for one in self._lives.values():
            one.refresh()
        if self._candidate is not None:
            self._candidate.reload()

    def troubles(self) -> tuple[str, ...]:
        """Say what keeps the newest change of each file or folder from being in force, a line each."""
        candidate = () if self._candidate is None else self._candidate.troubles(self.charts.values())
        return (*(line for one in self._lives.values() for line in refused(one)), *candidate)

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON: the files, the gate's newest verdicts, and the candidate."""
        rules = [
            {
                "path": path,
                "charts": {name: rules.digest for name, rules in one.items()},
                "status": one.status.to_dict(),
                "gate": self._gates[path].verdict,
            }
            for path, one in self._lives.items()
        ]
        return {"rules": rules, "candidate": None if self._candidate is None else self._candidate.to_dict()}

    def metrics(self) -> Iterable[Metric]:
        """Give what Prometheus reads."""
        age = GaugeMetricFamily("notifyrules_rules_age_seconds", "Since when they are in force.", labels=("rules",))
        reloads = CounterMetricFamily("notifyrules_reloads", "Changes of rule files.", labels=("path", "result"))
        now = datetime.now(UTC)
        for path, one in self._lives.items():
            version, status = one.version, one.status
            for name in version.charts:
                age.add_metric((name,), (now - version.since).total_seconds())
            reloads.add_metric((path, "taken"), status.taken - 1)
            reloads.add_metric((path, "refused"), status.refusals)
        yield from (age, reloads)
        if self._candidate is not None:
            labels = ("rules", "result", "in_force", "candidate")
            shadow = CounterMetricFamily("notifyrules_candidate", "Decisions compared.", labels=labels)
            for name, found in self._candidate.comparisons.items():
                shadow.add_metric((name, "same", "", ""), found.same)
                shadow.add_metric((name, "failed", "", ""), found.failed.total())
                for (was, other), count in list(found.differing.items()):
                    shadow.add_metric((name, "differs", was, other), count)
            yield shadow

    def close(self) -> None:
        """Follow no longer; what is in force goes on deciding."""
        for one in self._lives.values():
            one.close()
        if self._candidate is not None:
            self._candidate.close()


def _says_notify(rules: Rules) -> bool:
    return all(outcome.notify.written is not None for outcome in rules.graph.outcomes.values())


def _case_files(path: str) -> list[Place]:
    """List the files of cases in a folder, or beside a rule file."""
    if not is_folder(path):
        beside = [Path(path).with_suffix(ending) for ending in CASES_ENDINGS]
        return [find_place(one, root_for(one, None)) for one in beside if one.is_file()]
    folder = Path(path)
    found = [one for one in list_yaml(folder, lambda _: None) if one.name.endswith(CASES_ENDINGS) and is_ours(one)]
    return [find_place(one, root_for(one, None, folder)) for one in found]


def _first_failure(ran: Ran) -> str:
    failed = next((one.case.name for one in ran.results if one.status is Status.FAILED), None)
    errors = format_oneline([one for one in ran.findings if one.is_error]).splitlines()
    return f", the first is `{failed}`" if failed is not None else f": {errors[0]}" if errors else ""


def _speaks_of(word: str, old: Rules, new: Rules) -> bool:
    """Tell whether an allowed change is one of outcomes that these rules have: the list is one for all rules."""
    try:
        read_gate([word], old.graph, new.graph)
    except UsageError:
        return False
    return True
