"""Read recorded decisions: a case a line, and a finding at its line for one that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notifyrules.cases.reading import Suite
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Selection, Status
from tests.suites import case, codes, found, read, results

CASES = "  - {name: logged, rows: rows.jsonl}\n"
DM = '{"facts": {"message.kind": "dm"}, "expect": "yes"}'


def rows(folder: Path, *lines: str | dict[str, object]) -> Suite:
    """Read rows about the chart."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return read(folder, CASES, rows=text)


class TestRow:
    def test_is_a_case_named_by_its_id(self, tmp_path: Path) -> None:
        """A row without an `id` is named by its line; empty lines count and are no rows."""
        suite = rows(tmp_path, {"id": "a-1", **json.loads(DM)}, "", "  ", {"id": 7, **json.loads(DM)}, DM)

        assert [one.name for one in suite] == ["logged [a-1]", "logged [7]", "logged [line 5]"]
        assert len(suite) == 3

    def test_ids_that_stand_twice_are_told_apart(self, tmp_path: Path) -> None:
        """Each row has a name of its own."""
        row = {"id": "a", **json.loads(DM)}

        assert [one.name for one in rows(tmp_path, row, row, row)] == [
            "logged [a]",
            "logged [a, line 2]",
            "logged [a, line 3]",
        ]

    def test_starts_from_given_like_any_case(self, tmp_path: Path) -> None:
        """The facts of a row stand over those of the case and of the file; they may be nested."""
        suite = read(
            tmp_path,
            "notifyrules-cases: 1\nrules: chat.yaml\ngiven: {channel.name: a, channel.muted: true}\ncases:\n"
            "  - {name: x, given: {message.kind: dm}, rows: rows.jsonl}\n",
            rows='{"facts": {"channel": {"muted": false}, "user.limit": null}, "expect": "yes"}',
        )

        facts = case(next(iter(suite))).facts
        assert (facts["channel.name"], facts["channel.muted"], facts["message.kind"]) == ("a", False, "dm")

    def test_values_are_never_mixed_up(self, tmp_path: Path) -> None:
        """Values that Python takes for equal stay what they are: a row with 1 after a row with true is a finding."""
        suite = rows(
            tmp_path,
            '{"facts": {"message.kind": "dm", "channel.muted": false}, "expect": "yes"}',
            '{"facts": {"message.kind": "dm", "channel.muted": 0}, "expect": "yes"}',
            '{"facts": {"message.kind": "dm", "user.limit": true}, "expect": "yes"}',
        )

        assert [type(one).__name__ for one in suite] == ["Case", "BadRow", "BadRow"]

    def test_points_to_its_line_and_tells_its_source(self, tmp_path: Path) -> None:
        """Other keys are allowed; `source` is kept."""
        suite = rows(tmp_path, DM, {"source": "the log", "seen": 3, **json.loads(DM)})

        [_, second] = suite
        assert (second.span.line, case(second).source) == (2, "the log")
        assert second.span.source.name.endswith("rows.jsonl")

    def test_may_be_skipped_and_tagged_like_a_case(self, tmp_path: Path) -> None:
        """Its reason stands before that of the case, its tags behind those of the case; a skipped row is not run."""
        wrong = {"facts": {"message.kind": "dm"}, "expect": "no"}
        lines = ({**wrong, "skip": "not decided yet", "tags": ["dnd", "a"]}, wrong, {**wrong, "tags": []})
        text = "\n".join(map(json.dumps, lines))
        cases = "  - {name: logged, rows: rows.jsonl, tags: [a, log]%s}\n"
        own = results(tmp_path, cases % "", rows=text)
        all_ = [case(one) for one in read(tmp_path, cases % ", skip: too old", rows=text)]

        assert [one.status for one in own] == [Status.SKIPPED, Status.FAILED, Status.FAILED]
        assert [case(one.case).tags for one in own] == [("a", "log", "dnd"), ("a", "log"), ("a", "log")]
        assert [one.skip for one in all_] == ["not decided yet", "too old", "too old"]

    def test_is_chosen_by_its_tags(self, tmp_path: Path) -> None:
        """By the same options as cases."""
        tagged = json.loads(DM) | {"tags": ["smoke"]}
        suite = rows(tmp_path, tagged, DM, tagged | {"facts": {"message.kind": 1}})

        assert [Selection(tags=("smoke",)).takes(one) for one in suite] == [True, False, True]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
    def test_line_ends_do_not_matter(self, tmp_path: Path, end: str) -> None:
        """Windows line ends, and one more or less at the end."""
        suite = read(tmp_path, CASES, rows=f"{DM}{end}{DM}{end}".encode())

        assert [type(one).__name__ for one in suite] == ["Case", "Case"]

    def test_a_line_separator_inside_a_text_ends_no_row(self, tmp_path: Path) -> None:
        """JSON allows U+2028 inside of texts."""
        suite = rows(tmp_path, '{"facts": {"message.kind": "dm", "channel.name": "a\u2028b"}, "expect": "yes"}')

        assert case(next(iter(suite))).facts["channel.name"] == "a\u2028b"


@pytest.mark.soak
def test_very_many_rows(tmp_path: Path) -> None:
    """A file of 50,000 rows is run whole, and the one that is wrong is found."""
    kinds = [("dm", "yes"), ("group", "no"), ("channel", "no")] * 16_667
    lines = [
        f'{{"id": {number}, "facts": {{"message.kind": "{kind}"}}, "expect": "{outcome}"}}'
        for number, (kind, outcome) in enumerate(kinds)
    ]
    lines[40_000] = lines[40_000].replace('"expect": "', '"expect": "h').replace("hyes", "held").replace("hno", "held")

    failed = [one for one in results(tmp_path, CASES, rows="\n".join(lines)) if one.status is not Status.PASSED]

    assert [(one.case.span.line, one.case.name) for one in failed] == [(40_001, "logged [40000]")]


class TestMalformed:
    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("no json", "bad-row: n"),
            ('{"facts": {}', "bad-row: "),
            ("[]", "bad-row: []"),
            ('{"facts": {"channel.muted": NaN}, "expect": "no"}', "bad-row: "),
            ('{"facts": {"channel.muted": true, "channel.muted": true}, "expect": "no"}', "bad-row: "),
            ('{"facts": {"message.kind": ' + "1" * 5000 + '}, "expect": "no"}', 'bad-facts: "message.kind"'),
            ("[" * 100_000, "bad-row: "),
            ('{"expect": "yes"}', "bad-row: "),
            ('{"facts": [], "expect": "yes"}', "bad-row: "),
            ('{"facts": {"message.kind": "dm"}}', "bad-row: "),
            ('{"facts": {"message.kind": "dm"}, "expect": {}}', "bad-row: "),
            ('{"facts": {"message.kind": "dm"}, "expect": null}', "bad-row: "),
            ('{"facts": {"message.kind": "dm"}, "expect": {"because": null}}', 'wrong-shape: "because"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"outcom": "yes"}}', 'unknown-key: "outcom"'),
            ('{"facts": {"message.kind": "dm"}, "expect": "maybe"}', 'unknown-outcome: "maybe"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"data": {"vai": []}}}', 'unknown-data: "vai"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"data": []}}', 'wrong-shape: "data"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"through": "muted"}}', 'wrong-shape: "muted"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"through": [1]}}', 'unknown-node: "through"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"reason": 1}}', 'wrong-shape: "reason"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"recheck": "9:00"}}', 'type-mismatch: "9:00"'),
            ('{"facts": {"message.kind": "dm"}, "expect": {"recheck": 5}}', 'type-mismatch: "recheck"'),
            ('{"facts": {"message.kind": "dm"}, "expect": "yes", "skip": true}', 'bad-row: "skip"'),
            ('{"facts": {"message.kind": "dm"}, "expect": "yes", "skip": null}', 'bad-row: "skip"'),
            ('{"facts": {"message.kind": "dm"}, "expect": "yes", "tags": "smoke"}', 'bad-row: "tags"'),
            ('{"facts": {"message.kind": "dm"}, "expect": "yes", "tags": [1]}', 'bad-row: "tags"'),
            ('{"facts": {"message.kind": "dn"}, "expect": "yes"}', 'bad-facts: "message.kind"'),
            ('{"facts": {"message": {"kind": "dn"}}, "expect": "yes"}', 'bad-facts: "kind"'),
            ('{"facts": {}, "expect": "yes"}', "bad-facts: "),
            ('{"facts": {"message.kind": "dm", "message": {"kind": "dm"}}, "expect": "yes"}', 'duplicate-key: "kind"'),
            ('{"facts": {"message.kind": "dm", "user.follows_thread": true}, "expect": "yes"}', "breaks-assume: "),
        ],
    )
    def test_is_a_finding_at_its_line(self, tmp_path: Path, row: str, expected: str) -> None:
        """Whatever stands in a row, its line is told, and the rows around it are read."""
        suite = rows(tmp_path, DM, row, DM)

        [finding] = [found for one in suite if isinstance(one, BadRow) for found in one.findings]
        assert f"{finding.code.value}: {finding.span.text}".startswith(expected)
        assert finding.span.line == 2
        assert [type(one).__name__ for one in suite] == ["Case", "BadRow", "Case"]

    def test_is_found_by_check(self, tmp_path: Path) -> None:
        """Checking a file of cases looks at its rows."""
        assert codes(tmp_path, CASES, rows=f"{DM}\n[]\n") == ["bad-row: []"]

    def test_fails_the_run(self, tmp_path: Path) -> None:
        """A row that cannot be read has failed."""
        assert [one.status for one in results(tmp_path, CASES, rows=f"{DM}\n[]\n")] == [Status.PASSED, Status.FAILED]

    @pytest.mark.parametrize(
        ("content", "code"), [(None, "file"), (b"\xff", "file"), (b"\n\n", "bad-row"), (b"", "bad-row")]
    )
    def test_a_file_of_rows_that_is_none_is_found_at_its_name(
        self, tmp_path: Path, content: bytes | None, code: str
    ) -> None:
        """A missing file, one that is no text, one without a row."""
        [finding] = found(tmp_path, CASES, rows=content)

        assert (finding.code.value, finding.span.text) == (code, "rows.jsonl")
