"""Read files of cases: what becomes a case, under which name, with which facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.cases import reading
from notifyrules.cases.reading import MAX_COMBINATIONS
from notifyrules.rules import check, read_cases
from tests.suites import CHAT, case, codes, found, read, write_cases

DM = '  - {name: a dm, given: {message.kind: dm}, expect: "yes"}\n'


class TestGiven:
    def test_starts_from_the_file_and_the_defaults(self, tmp_path: Path) -> None:
        """A case has the defaults of the rules, over them what the file gives, over that what the case gives."""
        suite = read(
            tmp_path,
            "notifyrules-cases: 1\nrules: chat.yaml\ngiven: {message.kind: dm, channel.name: a}\ncases:\n"
            '  - {name: x, given: {channel.name: b}, expect: "yes"}\n',
        )

        facts = case(next(iter(suite))).facts
        assert (facts["message.kind"], facts["channel.name"], facts["channel.muted"]) == ("dm", "b", False)

    def test_may_be_nested(self, tmp_path: Path) -> None:
        """Facts may be nested like those of a caller, dotted, or both."""
        suite = read(
            tmp_path,
            '  - {name: x, given: {message: {kind: dm, in_thread: true}, user.follows_thread: true}, expect: "yes"}\n',
        )

        facts = case(next(iter(suite))).facts
        assert (facts["message.kind"], facts["message.in_thread"], facts["user.follows_thread"]) == ("dm", True, True)

    def test_is_read_like_facts(self, tmp_path: Path) -> None:
        """Values are read by their types, as those of a caller are."""
        suite = read(
            tmp_path,
            "  - name: x\n"
            "    given: {message.kind: dm, message.mentioned: [ada], user.limit: 3,\n"
            '      message.at: "2026-01-01T00:00:00+01:00"}\n'
            '    expect: "yes"\n',
        )

        facts = case(next(iter(suite))).facts
        assert str(facts["message.at"]) == "2025-12-31 23:00:00+00:00"
        assert (facts["message.mentioned"], facts["user.limit"]) == (("ada",), 3)

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("message.kin: dm", ["unknown-fact: message.kin"]),
            ("message: {kin: dm}", ["unknown-fact: kin"]),
            ("message: dm", ["unknown-fact: message"]),
            ("colour: red", ["bad-facts: x", "unknown-fact: colour"]),
            ("message.kind: dmm", ["bad-facts: dmm"]),
            ("message.kind: dm, channel.muted: 1", ["bad-facts: 1"]),
            ('message.kind: dm, channel.muted: "true"', ['bad-facts: "true"']),
            ("message.kind: null", ["bad-facts: null"]),
            ("message.kind: dm, message: {kind: dm}", ["duplicate-key: kind"]),
            ("channel.muted: true", ["bad-facts: x"]),
            ("message.kind: dm, user.follows_thread: true", ["breaks-assume: x"]),
        ],
        ids=[
            "misspelt",
            "nested",
            "group",
            "unknown",
            "no value",
            "number",
            "text",
            "null",
            "twice",
            "missing",
            "assumed",
        ],
    )
    def test_what_no_caller_could_give_is_found(self, tmp_path: Path, given: str, expected: list[str]) -> None:
        """Each mistake is one finding, at the fact; what the case as a whole lacks is found at its name."""
        assert codes(tmp_path, f'  - {{name: x, given: {{{given}}}, expect: "yes"}}\n') == expected

    def test_a_mistake_in_the_base_is_found_once(self, tmp_path: Path) -> None:
        """It is not repeated for every case; a case that gives the fact itself is not concerned."""
        cases = (
            "notifyrules-cases: 1\nrules: chat.yaml\ngiven: {message.kind: d}\ncases:\n" + DM + DM.replace("a dm", "b")
        )

        assert codes(tmp_path, cases) == ["bad-facts: d"]

    def test_an_assumption_names_the_values_that_break_it(self, tmp_path: Path) -> None:
        """The finding shows the assumption and the facts it reads."""
        [finding] = found(
            tmp_path, '  - {name: x, given: {message.kind: dm, user.follows_thread: true}, expect: "yes"}\n'
        )

        assert "`message.in_thread` is false, `user.follows_thread` is true" in finding.message
        assert finding.labels[0].span.text == "message.in_thread or not user.follows_thread"


class TestEach:
    def test_every_combination_is_a_case_with_a_name(self, tmp_path: Path) -> None:
        """The last fact changes fastest, and the name tells the values."""
        suite = read(
            tmp_path,
            "  - name: x\n    each: {message.kind: [dm, group], channel.muted: [false, true]}\n"
            "    expect: {because: a}\n",
        )

        assert [one.name for one in suite] == [
            "x [message.kind=dm, channel.muted=false]",
            "x [message.kind=dm, channel.muted=true]",
            "x [message.kind=group, channel.muted=false]",
            "x [message.kind=group, channel.muted=true]",
        ]
        assert case(list(suite)[3]).facts["channel.muted"] is True

    def test_names_stay_apart_when_values_are_long(self, tmp_path: Path) -> None:
        """Long values are shortened in names, which differ all the same."""
        values = ", ".join("a" * 60 + end for end in "xyz")
        suite = read(
            tmp_path,
            f'  - {{name: x, given: {{message.kind: dm}}, each: {{channel.name: [{values}]}}, expect: "yes"}}\n',
        )

        assert len({one.name for one in suite}) == 3

    @pytest.mark.parametrize(
        ("each", "expected"),
        [
            ("channel.muted: []", ["wrong-shape: channel.muted"]),
            ("channel.mute: [true]", ["unknown-fact: channel.mute"]),
            ("channel.muted: [true, 2]", ["bad-facts: 2"]),
            ("channel.name: [a, b, a]", ["duplicate-case: a"]),
            ("message.kind: [dm, group]", ["duplicate-key: message.kind"]),
            ("user.follows_thread: [true, false]", ["breaks-assume: x"]),
        ],
        ids=["empty", "unknown", "no value", "value twice", "given too", "assumed"],
    )
    def test_mistakes_are_found(self, tmp_path: Path, each: str, expected: list[str]) -> None:
        """A combination is held to everything that a case is held to."""
        cases = f'  - {{name: x, given: {{message.kind: dm}}, each: {{{each}}}, expect: "yes"}}\n'

        assert codes(tmp_path, cases) == expected

    def test_too_many_combinations_are_refused(self, tmp_path: Path) -> None:
        """They are counted before one of them is made."""
        limits, names = ", ".join(map(str, range(200))), ", ".join(f"n{number}" for number in range(200))
        cases = f'  - {{name: x, each: {{user.limit: [{limits}], channel.name: [{names}]}}, expect: "yes"}}\n'

        [finding] = found(tmp_path, cases)
        assert (finding.code.value, f"more than {MAX_COMBINATIONS:,}" in finding.message) == ("limit", True)

    def test_too_many_cases_of_one_file_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Many that are each in order cost as much as one that is not."""
        monkeypatch.setattr(reading, "MAX_VALUES", 100)
        rest = "given: {message.kind: dm}, each: {channel.muted: [true, false]}, expect: {because: a}}\n"
        cases = "".join(f"  - {{name: c{number}, {rest}" for number in range(7))

        [finding] = found(tmp_path, cases)
        assert (finding.code.value, finding.span.line) == ("limit", 10)


class TestForm:
    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            ("", ["missing-key: x"]),
            (", expect: {}", ["wrong-shape: {}"]),
            (', expect: "yes", rows: rows.jsonl', ["wrong-shape: expect"]),
            (", each: {channel.muted: [true]}, rows: rows.jsonl", ["wrong-shape: each"]),
            (', expects: "yes"', ["unknown-key: expects"]),
            (", expect: true", ["wrong-shape: true"]),
            (", expect: {outcomes: a}", ["unknown-key: outcomes"]),
        ],
        ids=["nothing", "empty", "both", "each of rows", "misspelt", "bool", "misspelt part"],
    )
    def test_a_case_says_what_it_expects(self, tmp_path: Path, part: str, expected: list[str]) -> None:
        """A case has `expect` or `rows`, and an expectation is not empty."""
        rows = '{"facts": {}, "expect": "yes"}'

        assert codes(tmp_path, f"  - {{name: x, given: {{message.kind: dm}}{part}}}\n", rows=rows) == expected

    def test_two_cases_have_two_names(self, tmp_path: Path) -> None:
        """A name that stands twice selects neither."""
        [finding] = found(tmp_path, DM + DM)

        assert (finding.code.value, finding.labels[0].span.line) == ("name-clash", 4)

    def test_names_stay_on_one_line(self, tmp_path: Path) -> None:
        """A folded name is one line, and nothing in it is obeyed by a terminal."""
        suite = read(tmp_path, '  - {name: "a\\n  b\\e[1m", given: {message.kind: dm}, expect: "yes"}\n')

        assert [one.name for one in suite] == ["a b<U+001B>[1m"]


class TestFiles:
    def test_rules_with_errors_are_told_by_their_own_findings(self, tmp_path: Path) -> None:
        """The findings are those of the rule file; the cases are not judged by half a chart."""
        assert codes(tmp_path, DM, rules=CHAT.replace("if: channel.muted", "if: channel.mutd")) == [
            "unknown-fact: channel.mutd"
        ]

    @pytest.mark.parametrize(
        ("reference", "code"),
        [
            ("none.yaml", "file"),
            ("../chat.yaml", "outside-root"),
            ("facts.yaml", "missing-key"),
            ("notifyrules:slick", "file"),
        ],
    )
    def test_rules_that_are_none_are_found_at_their_name(self, tmp_path: Path, reference: str, code: str) -> None:
        """A missing file, one outside of the root, one that decides nothing."""
        (tmp_path / "facts.yaml").write_text("notifyrules: 1\nfacts: {a: bool}\n", "utf-8")
        cases = f"notifyrules-cases: 1\nrules: {reference}\ncases:\n{DM}"

        assert codes(tmp_path, cases) == [f"{code}: {reference}"]

    def test_rules_of_the_package(self, tmp_path: Path) -> None:
        """A rule file that comes with the package is named like everywhere."""
        cases = 'notifyrules-cases: 1\nrules: notifyrules:slack\ncases: [{name: x, expect: "no"}]\n'

        assert [one.name for one in read(tmp_path, cases)] == ["x"]

    def test_the_root_is_the_folder_of_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Or the one that is given, or marked: rules and rows may stand anywhere inside of it, wherever one is."""
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        cases = write_cases(inner, f"notifyrules-cases: 1\nrules: ../../chat.yaml\ncases:\n{DM}")
        (inner / "chat.yaml").rename(tmp_path / "chat.yaml")

        for here in (tmp_path, inner):
            monkeypatch.chdir(here)
            assert [one.code.value for one in check(cases)] == ["outside-root"]
            assert [one.code.value for one in check(cases, root=inner.parent)] == ["outside-root"]
            assert check(cases, root=tmp_path) == ()
        (tmp_path / ".notifyrules-root").touch()
        assert check(cases) == ()

    @pytest.mark.parametrize("text", ["", "a: 1", "[1]", "notifyrules-cases: 2\n", "notifyrules: 1\n", "{", "\0"])
    def test_what_is_no_file_of_cases_is_a_finding(self, tmp_path: Path, text: str) -> None:
        """Nothing raises on a bad file, and nothing of it is run."""
        path = tmp_path / "x.cases.yaml"
        path.write_text(text, "utf-8")

        suite = read_cases(path)

        assert suite.findings
        assert list(suite) == []
