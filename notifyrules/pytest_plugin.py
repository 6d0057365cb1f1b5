"""
Collect files of cases as tests of pytest: `*.cases.yaml`, each case an item of its own.

pytest finds the plugin by its entry point. It sleeps, and loads nothing, until such a file is collected.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notifyrules.document.files import CASES_ENDINGS, is_ours, project_root

if TYPE_CHECKING:
    from notifyrules.cases.model import Case
    from notifyrules.cases.reading import ChartLoader
    from notifyrules.cases.rows import BadRow
    from notifyrules.cases.runner import Result

_charts: pytest.StashKey[ChartLoader] = pytest.StashKey()


class CasesWarning(pytest.PytestWarning):
    """Tell of something in a file of cases that works and is probably not meant."""


class CaseFailedError(Exception):
    """Say that a decision is not what its case expects."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.case.name)
        self.result = result


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CasesFile | None:
    """Take the files that are named like cases and say that they are."""
    # Other tools may name files so; theirs are left alone.
    if file_path.name.endswith(CASES_ENDINGS) and is_ours(file_path):
        return CasesFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def conform() -> Callable[..., None]:
    """Fail with the whole report where rules decide otherwise than an old function, as `notifyrules.conform` finds."""

    def compare(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - those of the function
        __tracebackhide__ = True
        import notifyrules  # noqa: PLC0415 - sleeps until here

        found = notifyrules.conform(*arguments, **options)
        if not found:
            pytest.fail(found.tell(), pytrace=False)

    return compare


class CasesFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        """Read the file, and give its cases; CollectError says what is wrong with it or with its rules."""
        from notifyrules.diagnostics.human import format_human  # noqa: PLC0415 - sleeps until here
        from notifyrules.rules import new_charts, read_cases  # noqa: PLC0415

        charts = self.config.stash.setdefault(_charts, new_charts())
        suite = read_cases(self._name(), root=self._root(), charts=charts)
        if any(found.is_error for found in suite.findings):
            raise self.CollectError(format_human(suite.findings).rstrip("\n"))
        if suite.findings:
            self.warn(CasesWarning(format_human(suite.findings).rstrip("\n")))
        for case in suite:
            yield CaseItem.from_parent(self, name=str(case.name), case=case)  # pytest refuses subclasses of text

    def _name(self) -> str:
        """Name the file the way it can be opened from where pytest was started."""
        here = self.config.invocation_params.dir
        return os.path.relpath(self.path, here) if self.path.is_relative_to(here) else str(self.path)

    def _root(self) -> Path | None:
        """Choose the root like every command; where nothing is marked, the widest folder that pytest works in."""
        if (found := project_root(self.path.resolve())) is not None:
            return found
        folders = (self.config.rootpath, self.config.invocation_params.dir)
        around = [folder for folder in folders if self.path.is_relative_to(folder)]
        return min(around, key=lambda folder: len(folder.parts), default=None)


class CaseItem(pytest.Item):
    """One case; its tags are keywords for `-k`."""

    def __init__(self, *, case: Case | BadRow, **arguments: Any) -> None:  # noqa: ANN401 - what pytest hands on
        super().__init__(**arguments)
        self.case = case
        self.extra_keyword_matches.update(case.tags)
        if (reason := getattr(case, "skip", None)) is not None:
            self.add_marker(pytest.mark.skip(reason=reason))

    def runtest(self) -> None:
        """Run the case; CaseFailedError where it is not as expected, or the row cannot be read."""
        from notifyrules.cases.runner import Status, run  # noqa: PLC0415 - sleeps until here

        result = run(self.case)
        if result.status is Status.FAILED:
            raise CaseFailedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - pytest's signature
        """Tell of a failure as `notifyrules test` does."""
        if not isinstance(excinfo.value, CaseFailedError):
            return super().repr_failure(excinfo, *arguments, **options)
        from notifyrules.cases.report import describe_failure  # noqa: PLC0415 - only failures need it

        return describe_failure(excinfo.value.result)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Give the place of the case: its line in the file of cases, or in the file of rows."""
        span = self.case.span
        return self.config.invocation_params.dir / span.source.name, span.line - 1, self.name
