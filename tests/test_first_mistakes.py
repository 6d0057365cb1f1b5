"""Claims about a newcomer's first mistakes in whole files: one finding each, at its place, with a working way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.rules import check
from tests.charts import findings

CHART = """\
notifyrules: 1
facts:
  ticket.text: text = ""
  ticket.is_assigned: bool = false
  ticket.priority: low | normal | urgent = normal
  user.is_away: bool = false
  user.level: a | b | null = null
otherwise: silent
flow:
  away:
    ask: Is the user away?
    if: user.is_away
    then: urgent
    else: level
  level:
    switch: user.level
    cases: {a: ring, b: silent, null: urgent}
  urgent:
    first:
      - if: ticket.priority == "urgent"
        to: ring
      - if: has_word(ticket.text, "help") and ticket.is_assigned
        to: ring
    else: silent
outcomes:
  ring: {notify: true}
  silent: {notify: false}
"""
IF = "    if: user.is_away\n"
SWITCH = "{a: ring, b: silent, null: urgent}"
RING = "  ring: {notify: true}"
ROWS = """\
      - if: ticket.priority == "urgent"
        to: ring
      - if: has_word(ticket.text, "help") and ticket.is_assigned
        to: ring
    else: silent
"""


def mistake(good: str, bad: str) -> Diagnostic:
    """Make one mistake in the chart, and give the one error that is found."""
    assert CHART.count(good) == 1
    [found] = [one for one in findings(CHART.replace(good, bad)) if one.is_error]
    return found


class TestCharts:
    def test_the_chart_is_silent(self) -> None:
        """Without a mistake nothing is found."""
        assert [one.message for one in findings(CHART)] == []

    @pytest.mark.parametrize(
        "name", ["allow", "because", "cases", "data", "each", "facts", "label", "then", "to", "with"]
    )
    def test_names_that_are_keys_elsewhere_are_names(self, name: str) -> None:
        """A node, an outcome or a fact may be called like a key of another part."""
        node = f"  {name}: {{if: a.{name}, then: go, else: stop}}\n"
        head = f"notifyrules: 1\nfacts:\n  a.b: bool = false\n  a.{name}: bool = false\nflow:\n"
        asked = f"  start:\n    if: a.b\n    then: {name}\n    else: stop\n"
        ends = "outcomes:\n  stop: {notify: false}\n"

        assert findings(f"{head}{asked}{node}{ends}  go: {{notify: true}}\n") == ()
        assert (
            findings(
                f"{head}{asked}{ends}  {name}: {{notify: true}}\n".replace(
                    "a.b\n    then", f"a.b and a.{name}\n    then"
                )
            )
            == ()
        )

    @pytest.mark.parametrize(
        ("good", "bad", "span", "advice"),
        [
            (IF, "    if: {user.is_away}\n", "{user.is_away}", "`user.is_away`"),
            (IF, "    if:\n      user.is_away: true\n", "user.is_away: true", "`user.is_away`"),
            (IF, "    if: {all: [user.is_away]}\n", "{all: [user.is_away]}", "`user.is_away`"),
            (IF, "    if: {not: user.is_away}\n", "{not: user.is_away}", "`not (user.is_away)`"),
            (
                IF,
                "    if:\n      any:\n        - user.is_away\n        - ticket.is_assigned\n",
                "any:",
                "`user.is_away or ticket.is_assigned`",
            ),
            (
                IF,
                "    if: [user.is_away, ticket.is_assigned]\n",
                "[user.is_away, ticket.is_assigned]",
                "`user.is_away and ticket.is_assigned`",
            ),
            (
                IF,
                '    if: [{from: "22:00", until: "07:00"}]\n',
                '[{from: "22:00", until: "07:00"}]',
                "a schedule is a fact, declared in the long form",
            ),
            (IF, "    when: user.is_away\n", "when", "did you mean `if`?"),
            (IF, "    unless: user.is_away\n", "unless", "`if: not (...)`"),
            (IF, "    all: [user.is_away]\n", "all", "`if: a and b`"),
            (IF, "", "away", "write `if: condition`"),
            ("    else: level", "    elif: ticket.is_assigned", "elif", "`first: [{if:"),
            ("    else: level", "    else if: ticket.is_assigned", "else if", "`first: [{if:"),
            (
                "    then: urgent\n",
                "    then:\n      ask: Theirs?\n      if: ticket.is_assigned\n      then: ring\n",
                "if",
                "a node cannot stand in another",
            ),
            ("    then: urgent", "    then: {notify: true}", "notify", "lead there by its name"),
            ("    then: urgent", "    then: [urgent, level]", "[urgent, level]", "`then: target`"),
            ("    else: level", "    else: level\n    because: away", "because", "`then: {to: target,"),
            (SWITCH, "{a: ring, b: silent}", "user.level", "`null: target`"),
            (SWITCH, "{a: ring, else: silent}", "else", "below `cases:`"),
            (SWITCH, "{a: ring, b: ring, None: urgent}", "None", "`null:`"),
            (SWITCH, "[a: ring]", "[a: ring]", "`value: target`"),
            (ROWS, ROWS.replace("    else", "      - else"), "else", "beside `first:`"),
            (ROWS, "      if: user.is_away\n      to: ring\n", "if: user.is_away", "in front of every row"),
            (SWITCH, "{a: ring, b: silent, null: urgent}\n    then: ring", "then", "ask `if` instead of `switch`"),
            (f"    cases: {SWITCH}\n", "    then: ring\n    else: silent\n", "then", "`cases: {value: target}`"),
            (
                f"    switch: user.level\n    cases: {SWITCH}\n",
                "    any: [user.is_away, ticket.is_assigned]\n",
                "user.is_away",
                "`if: user.is_away or ticket.is_assigned`",
            ),
            (IF, '    if: "ticket.priority" == "low"\n', "==", """`'ticket.priority == "low"'`"""),
            (IF, '    if: ticket.priority in "low"\n', '"low"', '`ticket.priority in ["low"]`'),
            (
                '      - if: has_word(ticket.text, "help") and ticket.is_assigned\n        to: ring\n',
                "      {if: ticket.is_assigned, to: ring}\n",
                "{if: ticket.is_assigned, to: ring}",
                "put a `-` in front",
            ),
            (RING, "  ring: {notify:true}", "notify:true", "`notify: true`"),
            (RING, "  ring: {notify true}", "notify true", "`notify: true`"),
            (RING, "  ring:", ":", "`{notify: false}`"),
            (RING, "  ring: true", "true", "`{notify: false}`"),
        ],
    )
    def test_one_finding_with_the_way_out(self, good: str, bad: str, span: str, advice: str) -> None:
        """A mistake is told once, at the words that are wrong, with what to write."""
        found = mistake(good, bad)

        assert found.span.text == span
        assert advice in "; ".join(found.help)

    @pytest.mark.parametrize(
        ("good", "bad", "key", "holder"),
        [
            (
                "    ask: Is the user away?\n    if: user.is_away\n    then: urgent\n    else: level\n",
                "  ask: Is the user away?\n  if: user.is_away\n  then: urgent\n  else: level\n",
                "ask",
                "away",
            ),
            ("    else: level\n", "  else: level\n", "else", "away"),
            ("    then: urgent\n    else: level\n", "  then: urgent\n  else: level\n", "then", "away"),
            ("  ring: {notify: true}", "  ring:\n  notify: true", "notify", "ring"),
            ("  user.is_away: bool = false", "  user.is_away:\n  type: bool\n  default: false", "type", "user.is_away"),
        ],
    )
    def test_keys_beside_their_name(self, good: str, bad: str, key: str, holder: str) -> None:
        """Keys that are not indented below the name they belong to are one finding, and are read as they were meant."""
        found = mistake(good, bad)

        assert (found.span.text, found.message) == (key, f"`{key}` stands beside `{holder}`, not in it")
        assert found.help == (f"indent what belongs to `{holder}` deeper than its name",)

    def test_nested_facts(self) -> None:
        """Facts in groups are one finding a group, with a line as it is written; their uses are not found."""
        found = mistake("  user.is_away: bool = false\n", "  user:\n    is_away: bool = false\n    name: text = x\n")

        assert (found.span.text, "`user.is_away: bool = false`" in found.help[0]) == ("user", True)

    def test_names_like_keys(self) -> None:
        """Nodes, outcomes and facts may be named like the keys of a node, an outcome or a fact."""
        names = {"level": "first", "urgent:\n": "then:\n", "urgent\n": "then\n", "null: urgent": "null: then"}
        chart = CHART.replace("ticket.is_assigned", "default")
        for name, key in names.items():
            chart = chart.replace(name, key)

        assert [one.message for one in findings(chart)] == []

    def test_an_order_is_shown(self) -> None:
        """A promise about raising a plain enumeration shows the declaration with which it can be made."""
        promise = "guarantees: [{name: urgent rings, monotone: ticket.priority}]\noutcomes:\n"
        found = mistake("outcomes:\n", promise)
        meant = "  ticket.priority: {type: low | normal | urgent, ordered: true, default: normal}\n"
        ordered = CHART.replace("  ticket.priority: low | normal | urgent = normal\n", meant)

        assert f"`{meant.strip()}`" in "; ".join(found.help)
        assert findings(ordered.replace("outcomes:\n", promise)) == ()

    @pytest.mark.parametrize("key", ["yes", "Yes", "on", "True", '"yes"', '"True"'])
    def test_a_switch_over_a_bool(self, key: str) -> None:
        """The cases of a bool are `true:` and `false:`, whatever says yes elsewhere."""
        node = f"    switch: user.is_away\n    cases: {{{key}: urgent, false: level}}\n  level"
        found = mistake(IF + "    then: urgent\n    else: level\n  level", node)

        assert (found.span.text, found.help[0]) == (key, "write `true:`, without quotes")

    @pytest.mark.parametrize(
        ("good", "bad", "span", "advice"),
        [
            ("media: {fact: user.level}", "media: [user.level]", "[user.level]", "without brackets"),
            ("{fact: user.level}", "{fact: [user.level]}", "[user.level]", "without brackets"),
            ("{fact: user.level}", "{medium: user.level}", "medium", "did you mean `fact`?"),
            ("{fact: user.level}", "{per_medium: []}", "media", "`fact: device.kind`"),
            ("media: {fact: user.level}", "media: user.level\nper_medium: []", "per_medium", "beside the fact"),
            ("{never: {a: ring, b: silent}}", "at_most_one", "at_most_one", "`together: {at_most_one:"),
            ("{never: {a: ring, b: silent}}", "{at_most_one: a}", "a", "list media"),
            ("{a: ring, b: silent}", "[a, b]", "[a, b]", "each with its outcome"),
            ("types: {degree: low | high}", "types: {degree: true}", "true", "`bool`"),
            ("types: {degree: low | high}", "types: {degree: [low, high]}", "[low, high]", "`low | high`"),
            ("then: urgent", "then: {to: urgent, because: {later: x}}", "{later: x}", "`{notified: ..., held |"),
        ],
    )
    def test_media_types_and_words(self, good: str, bad: str, span: str, advice: str) -> None:
        """What is wrong with media, promises about them, types and words by kind of end is told once."""
        chart = CHART.replace("a | b | null = null", "a | b").replace("b: silent, null: urgent", "b: urgent")
        chart = chart.replace("low | normal | urgent", "degree | normal | urgent")
        chart = chart.replace("facts:", "media: {fact: user.level}\ntypes: {degree: low | high}\nfacts:")
        chart += "guarantees: [{name: one, together: {never: {a: ring, b: silent}}}]\n"
        assert chart.count(good) == 1
        [found] = [one for one in findings(chart.replace(good, bad)) if one.is_error]

        assert found.span.text == span
        assert advice in "; ".join(found.help)

    def test_ten_years(self) -> None:
        """The longest duration is told in days."""
        found = mistake("  user.is_away: bool", "  user.wait: duration = 3654d\n  user.is_away: bool")

        assert "within ten years, which are 3,653 days" in found.message


CASES = """\
notifyrules-cases: 1
rules: x.yaml
given: {user.is_away: true}
cases:
  - name: an urgent ticket rings
    given: {ticket.priority: urgent}
    expect: ring
  - name: no other does
    each:
      ticket.priority: [low, normal]
    expect: {outcome: silent, reason: urgent.else, through: [away, urgent]}
"""
GIVEN = "    given: {ticket.priority: urgent}\n"
EXPECT = "    expect: ring\n"
VALUES = "[low, normal]"


class TestCases:
    def mistake(self, folder: Path, good: str, bad: str) -> Diagnostic:
        """Make one mistake in the cases, and give the one finding."""
        assert CASES.count(good) == 1
        (folder / "x.yaml").write_text(CHART, "utf-8")
        (folder / "x.cases.yaml").write_text(CASES.replace(good, bad), "utf-8")
        (folder / "list.jsonl").write_text("[\n{}\n]\n", "utf-8")
        [found] = check(folder / "x.cases.yaml")
        return found

    def test_the_cases_are_silent(self, tmp_path: Path) -> None:
        """Without a mistake nothing is found."""
        (tmp_path / "x.yaml").write_text(CHART, "utf-8")
        (tmp_path / "x.cases.yaml").write_text(CASES, "utf-8")

        assert check(tmp_path / "x.cases.yaml") == ()

    @pytest.mark.parametrize(
        ("good", "bad", "span", "advice"),
        [
            ("cases:\n", "", "-", "such as `cases:`"),
            ("cases:\n", "cases:\n  x:\n    given: {}\nabout: |\n", "x:", "`- {name: ..., given: ..., expect: ...}`"),
            ("rules: x.yaml", "rule: x.yaml", "rule", "did you mean `rules`?"),
            ("rules: x.yaml", "rules: x.cases.yaml", "notifyrules-cases", "name the rule file"),
            ("  - name: an urgent", "    name: an urgent", "name", "`- name: an urgent ticket rings`"),
            ("  - name: no", "    name: no", "name", "`- name: ...`"),
            (GIVEN, GIVEN[2:], "given", "indent it by 4 blanks, like `name`"),
            (GIVEN, "    given:\n    ticket.priority: urgent\n", "ticket.priority", "deeper than its name"),
            (GIVEN, GIVEN.replace("given", "facts"), "facts", "did you mean `given`?"),
            (
                GIVEN,
                "    given: ticket.priority = urgent\n",
                "ticket.priority = urgent",
                "`given: {channel.muted: true}`",
            ),
            (GIVEN, "    given: {user.is_away}\n", "y", "`name: value`"),
            (EXPECT, "    then: ring\n", "then", "did you mean `expect`?"),
            (EXPECT, EXPECT + "    reason: urgent.1\n", "reason", "`expect: {reason: ...}`"),
            (EXPECT, "    expect:\n    outcome: ring\n", "outcome", "deeper than its name"),
            (EXPECT, "    expect: true\n", "true", "`{notify: false}`"),
            (EXPECT, "    expect: [ring, silent]\n", "[ring, silent]", "a case of its own"),
            (EXPECT, "    expect: no\n", "no", "`expect: {notify: false}`"),
            (EXPECT, "    expect: {notify: yes}\n", "yes", "`notify: true`"),
            (EXPECT, "    expect: {notify: ring}\n", "ring", "`outcome: ring`"),
            (EXPECT, "    rows: [x.jsonl]\n", "[x.jsonl]", "`rows: name.jsonl`"),
            (EXPECT, "    rows: x.yaml\n", "x.yaml", "one line a row"),
            (EXPECT, "    rows: list.jsonl\n", "list.jsonl", "one line a row"),
            (EXPECT, EXPECT + "    skip: true\n", "true", "say why"),
            (VALUES, "low | normal", "low | normal", "`[low, normal]`"),
            (
                "      ticket.priority: [low, normal]",
                "      ticket: {priority: [low, normal]}",
                "{priority: [low, normal]}",
                "`ticket.priority: [low, normal]`",
            ),
            ("      ticket.priority: [", "    ticket.priority: [", "ticket.priority", "deeper than its name"),
            ("reason: urgent.else", "reason: urgent.no", "urgent.no", "write `urgent.else`"),
            ("[away, urgent]", "[away.then, urgent]", "away.then", "write `away`"),
        ],
    )
    def test_one_finding_with_the_way_out(self, tmp_path: Path, good: str, bad: str, span: str, advice: str) -> None:
        """A mistake is told once, at the words that are wrong, with what to write."""
        found = self.mistake(tmp_path, good, bad)

        assert found.span.text.rstrip(" ") == span
        assert advice in "; ".join(found.help)

    def test_a_fact_without_default_is_told_once(self, tmp_path: Path) -> None:
        """However many cases do not give a fact, it is one finding, which shows the declaration and both ways out."""
        chart = CHART.replace("user.level: a | b | null = null", "user.level: a | b | null")
        cases = "".join(f"  - {{name: c{number}, expect: ring}}\n" for number in range(89))
        (tmp_path / "x.yaml").write_text(chart, "utf-8")
        (tmp_path / "x.cases.yaml").write_text(f"notifyrules-cases: 1\nrules: x.yaml\ncases:\n{cases}", "utf-8")
        [found] = check(tmp_path / "x.cases.yaml")

        assert found.message == "89 cases, this one first, do not give `user.level`, which has no default"
        assert [label.span.text for label in found.labels] == ["user.level"]
        assert "declare it with `user.level: a | b | null = null`" in found.help[0]
        assert "in the `given` at the top of the file" in found.help[0]
