"""Rewrite what cases expect: what is rewritten, what is left and said, and that nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import run
from tests.suites import write_cases

CHART = """\
notifyrules: 1
facts: {small: bool = false, name: text = "x"}
data:
  via: list of text = []
  tone: text = ""
flow:
  small: {ask: Small?, if: small, then: {to: "yes", because: "{name} is small"}, else: "no"}
outcomes: {"yes": {notify: true, data: {via: [push], tone: ding}}, "no": {notify: false}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestUpdate:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('expect: "no" # here', 'expect: "yes" # here'),
            ("expect: 'no'", 'expect: "yes"'),
            ('expect: {outcome: "no", reason: small.else}', 'expect: {outcome: "yes", reason: small.then}'),
            ("expect: {notify: false}", "expect: {notify: true}"),
            ("expect: {notify: true, because: is it}", "expect: {notify: true, because: x is small}"),
            ("expect:\n      because: |\n        is\n        it\n", "expect:\n      because: x is small\n"),
            ("expect: {data: {via: [mail], tone: ding}}", "expect: {data: {via: [push], tone: ding}}"),
            (
                "expect:\n      data:\n        via:\n        - mail # m\n      notify: true",
                "expect:\n      data:\n        via: [push] # m\n      notify: true",
            ),
        ],
    )
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_only_what_changed(self, folder: Path, before: str, after: str, line_end: str) -> None:
        """What is expected becomes what is decided, in its place; every other byte stays."""
        whole = (
            "# top\nnotifyrules-cases: 1\nrules: chat.yaml\ncases:\n  - {name: b, expect: {outcome: 'no'}}  # b\n"
            f"  - name: a\n    given: {{small: true}}\n    {before}\n\n# end"
        )
        path = write_cases(folder, "", rules=CHART)
        path.write_bytes(whole.replace("\n", line_end).encode())

        done = run("test", "--update")

        assert done.code == 0, done.err
        assert path.read_bytes().decode() == whole.replace(before, after).replace("\n", line_end)

    def test_shown(self, folder: Path) -> None:
        """Each is shown at its place, with what was expected; then all are run."""
        write_cases(folder, "  - {name: a, given: {small: true}, expect: {outcome: 'no'}}\n", rules=CHART)

        done = run("test", "--update")

        assert done.out == (
            'chat.cases.yaml: 1 expectation updated\n  chat.cases.yaml:4:12: a: expected outcome "no", now "yes"\n'
            "1 passed\n"
        )

    def test_each_and_rows(self, folder: Path) -> None:
        """What stands for several cases cannot be updated case by case, which is said; the run fails."""
        cases = "  - {name: a, each: {small: [true, false]}, expect: 'no'}\n  - {name: b, rows: rows.jsonl}\n"
        path = write_cases(folder, cases, rules=CHART, rows='{"facts": {"small": true}, "expect": {"outcome": "no"}}\n')
        before = path.read_bytes()

        done = run("test", "--update")

        assert done.code == 1
        assert "chat.cases.yaml:4:15: 1 of 2 fail, and `each` cannot be updated case by case\n" in done.out
        assert "chat.cases.yaml:5:15: 1 of 1 fail, and `rows` cannot be updated case by case\n" in done.out
        assert path.read_bytes() == before

    def test_words_that_are_gone(self, folder: Path) -> None:
        """That nothing is said cannot be expected, so it is left and said."""
        write_cases(folder, "  - {name: a, expect: {outcome: 'yes', because: x is small}}\n", rules=CHART)

        done = run("test", "--update")

        assert done.code == 1
        assert "a: expected because x is small, now null: left as it is\n" in done.out

    def test_nothing_to_update(self, folder: Path) -> None:
        """Cases that pass stay as they are."""
        write_cases(folder, "  - {name: a, expect: 'no'}\n", rules=CHART)

        assert run("test", "--update").out == "chat.cases.yaml: nothing to update\n1 passed\n"
