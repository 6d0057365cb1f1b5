"""Choose the cases to run."""

from __future__ import annotations

from dataclasses import dataclass

from notifyrules.cases.model import Case
from notifyrules.cases.rows import BadRow


@dataclass(frozen=True, slots=True)
class Selection:
    """What a case must have to be run; what is empty asks for nothing."""

    words: tuple[str, ...] = ()
    """Each stands somewhere in the name, whatever the case."""
    tags: tuple[str, ...] = ()
    """The case has one of them."""
    outcomes: tuple[str, ...] = ()
    """What the case expects leaves one of them open, and not every outcome of the chart."""

    def takes(self, case: Case | BadRow) -> bool:
        """Tell whether a case is to be run; what a row that cannot be read expects is not known, so it is."""
        name = case.name.casefold()
        if not all(word.casefold() in name for word in self.words):
            return False
        if self.tags and not set(self.tags) & set(case.tags):
            return False
        return not self.outcomes or isinstance(case, BadRow) or self._takes_outcome(case)

    def _takes_outcome(self, case: Case) -> bool:
        """Tell whether a case expects one of the outcomes."""
        expect = case.expect
        says_nothing = expect.outcome is None and expect.notify is None and expect.reason is None
        return not says_nothing and bool(expect.outcomes & set(self.outcomes))
