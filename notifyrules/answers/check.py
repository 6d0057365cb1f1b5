"""Say what is wrong with files, and what is proved of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from notifyrules import rules
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.formats import findings_data
from notifyrules.document.files import Place
from notifyrules.graph.model import Call, Notify
from notifyrules.limit import Limit
from notifyrules.prove.results import Proofs

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in some files."""

    files: tuple[Proofs, ...]
    """What was found in each, and proved of it."""

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Everything that was found, in reading order."""
        findings = Findings()
        for one in self.files:
            findings.extend(one.diagnostics)
        return findings.sorted()

    @property
    def proved(self) -> int:
        """Count the guarantees that hold."""
        return sum(one.proved for one in self.files)

    @property
    def unproved(self) -> int:
        """Count the guarantees that were not looked at because the solver is missing."""
        return 0 if rules.can_prove() else sum(len(one.graph.guarantees) for one in self.files if one.graph is not None)

    @property
    def half_said(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Name the charts of which some outcomes say `notify` and others do not, unless another one calls them."""
        graphs = [one.graph for one in self.files if one.graph is not None]
        called = {node.callee.path for graph in graphs for node in graph.nodes.values() if isinstance(node, Call)}
        for graph in graphs:
            unsaid = tuple(one.name for one in graph.outcomes.values() if one.notify is Notify.UNSAID)
            if 0 < len(unsaid) < len(graph.outcomes) and graph.path not in called:
                yield graph.path, unsaid

    def to_dict(self) -> dict[str, object]:
        """Give the findings as data for JSON."""
        return findings_data(self.findings)

    def draw_broken(self) -> Iterator[tuple[str, str]]:
        """Draw the paths of the facts that break guarantees, each as SVG with a name that a file can have."""
        from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

        counts: Counter[str] = Counter()
        for proofs in self.files:
            examples = [one.example for one in proofs.judged if one.example is not None]
            for passage in (one for example in examples for one in example.passages):
                if proofs.graph is not None:
                    name = _UNSAFE.sub("_", proofs.graph.name)
                    counts[name] += 1
                    yield f"{name}.{counts[name]}", diagram.to_svg(diagram.draw(proofs.graph, passage=passage))


def prove_loaded(loaded: Iterable[rules.Rules], limit: Limit) -> Checked:
    """Prove what loaded rules promise. The solver must be installed."""
    from notifyrules.prove.check import prove  # noqa: PLC0415 - the solver is an extra

    return Checked(tuple(prove(one.graph, one.diagnostics, limit, lambda _: None) for one in loaded))


def check(files: Iterable[Place], limit: Limit | None = None, watch: Callable[[str], None] = lambda _: None) -> Checked:
    """Check rule files, files made to be included, and files of cases; with a *limit*, prove."""

    def check_one(file: Place) -> Proofs:
        if limit is None:
            return rules.examine(file)
        return rules.prove(file, limit=limit, watch=lambda now: watch(f"{file.name}, {now}"))

    return Checked(tuple(map(check_one, files)))
