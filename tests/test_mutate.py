"""Make mistakes in small charts, and find those that no case notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from notifyrules.answers.mutate import Mutations, mutate
from notifyrules.limit import Limit
from notifyrules.mutate.mistakes import mutants
from notifyrules.mutate.model import Fate, Mutant
from notifyrules.rules import load
from tests.suites import read

CHART = """\
notifyrules: 1
facts:
  kind: dm | group | channel
  mentioned: bool = false
  muted: bool = false
  size: int = 0
otherwise: "no"
let:
  is_small(most): size < most
flow:
  muted: {ask: Muted?, if: muted and not mentioned, then: {to: "no", because: you muted it}, else: kind}
  kind: {ask: What kind?, switch: kind, cases: {dm: "yes", group | channel: size}}
  size: {ask: Small?, if: is_small(5), then: "yes", else: {to: badge, because: it is large}}
outcomes:
  "yes": {notify: true, because: it is small}
  badge: {notify: true, because: it is large}
  "no": {notify: false}
"""
ALL_NOTICED = """\
  - {name: a dm, given: {kind: dm, size: 9}, expect: {outcome: "yes"}}
  - {name: muted, given: {kind: dm, muted: true}, expect: {outcome: "no"}}
  - {name: muted and mentioned, given: {kind: dm, muted: true, mentioned: true}, expect: {outcome: "yes"}}
  - {name: small, given: {kind: group, size: 4}, expect: {outcome: "yes"}}
  - {name: large, given: {kind: channel, size: 5}, expect: {outcome: badge}}
"""
UNREAD = ("equal", "the default of `size` is `1` instead of `0`")
"""What changes nothing in that chart."""


def made(folder: Path, rules: str, **others: str) -> list[str]:
    """List the mistakes that are made in a chart, by their place and what is wrong."""
    for name, text in others.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    path = folder / "chat.yaml"
    path.write_text(rules, "utf-8")
    return [f"{one.span.line}: {one.mistake.value}: {one.said}" for one in mutants(load(path).graph)]


def mutated(folder: Path, cases: str, rules: str = CHART) -> Mutations:
    """Make mistakes in a chart that has cases."""
    return mutate([read(folder, cases, rules=rules)], Limit(30))


def left(found: Mutations) -> list[tuple[str, str]]:
    """List what no case noticed, with what became of it."""
    return [(one.fate.value, one.mutant.said) for file in found.files for one in file.judged]


def question(condition: str, facts: str = "a: bool = false\n  b: bool = false") -> str:
    """Write a chart of one question."""
    return f"""\
notifyrules: 1
facts:
  {facts}
flow: {{one: {{ask: One?, if: '{condition}', then: "yes", else: "no"}}}}
outcomes: {{"yes": {{notify: true}}, "no": {{notify: false}}}}
"""


class TestMistakes:
    def test_made_in_a_chart(self, tmp_path: Path) -> None:
        """Every way to get rules wrong is looked for, each at its place; a let with parameters is one condition."""
        assert made(tmp_path, CHART) == [
            "4: default: the default of `mentioned` is `true` instead of `false`",
            "5: default: the default of `muted` is `true` instead of `false`",
            "6: default: the default of `size` is `1` instead of `0`",
            "11: dropped-clause: `muted` left out of `muted and not mentioned`",
            "11: dropped-clause: `not mentioned` left out of `muted and not mentioned`",
            "11: and-for-or: `or` for `and` in `muted and not mentioned`",
            "11: dropped-not: `not` left out of `not mentioned`",
            "9: bound: `<=` for `<` in `size < most`",
            "11: swapped-arrows: `muted.then` to `kind` and `muted.else` to `no`, swapped",
            "11: wrong-outcome: `muted.then` to `yes` instead of `no`",
            "12: swapped-arrows: `kind.dm` to `size` and `kind.group` to `yes`, swapped",
            "12: wrong-outcome: `kind.dm` to `badge` instead of `yes`",
            "13: swapped-arrows: `size.then` to `badge` and `size.else` to `yes`, swapped",
            "13: wrong-outcome: `size.then` to `badge` instead of `yes`",
            "13: wrong-outcome: `size.else` to `no` instead of `badge`",
        ]

    @pytest.mark.parametrize(
        ("condition", "facts", "said"),
        [
            ("a or b", "a: bool = false\n  b: bool = false", "`and` for `or` in `a or b`"),
            ("1 < n <= 5", "n: int", "`<=` for `<` in `1 < n`"),
            ("1 < n <= 5", "n: int", "`<` for `<=` in `n <= 5`"),
            ("late - due > 15m", "late: instant\n  due: instant", "`30m` for `15m`"),
            ("level >= low", "level: {type: none | some | all, ordered: true}", "`some` below `none` in the order of"),
        ],
    )
    def test_in_conditions(self, tmp_path: Path, condition: str, facts: str, said: str) -> None:
        """Bounds, windows and orders are got wrong too."""
        condition = condition.replace("low", '"some"')

        assert any(said in one for one in made(tmp_path, question(condition, facts)))

    def test_chains_are_one_test(self, tmp_path: Path) -> None:
        """A chain of comparisons has no clause that could be left out."""
        assert not [one for one in made(tmp_path, question("1 < n <= 5", "n: int")) if "left out" in one]

    @pytest.mark.parametrize(
        ("condition", "wrong"),
        [("n is not null and n < 5", "`n is not null` left out"), ("n is null or n < 5", "`and` for `or`")],
    )
    def test_that_would_not_load(self, tmp_path: Path, condition: str, wrong: str) -> None:
        """What makes a condition fail for null is no mistake to look for: loading finds it."""
        found = made(tmp_path, question(condition, "n: int | null"))

        assert found
        assert not [one for one in found if wrong in one]

    def test_words_that_would_not_load(self, tmp_path: Path) -> None:
        """So is what leaves the words of an arrow without the value that they are filled with."""
        rules = question("n is not null", "n: int | null").replace('then: "yes"', 'then: {to: "yes", because: "{n}"}')

        assert not [one for one in made(tmp_path, rules) if "swapped" in one]

    def test_rows_and_branches(self, tmp_path: Path) -> None:
        """Rows and branches that stand side by side are swapped; rows without names keep the ids of their places."""
        rules = """\
notifyrules: 1
facts: {a: bool = false, b: bool = false}
otherwise: "no"
flow:
  any: {ask: Any?, any: [one, two]}
  one: {ask: One?, if: a, then: "yes"}
  two: {ask: Which?, first: [{if: b, to: "yes"}, {if: a, to: badge}]}
outcomes: {"yes": {notify: true}, badge: {notify: true}, "no": {notify: false}}
"""
        (tmp_path / "chat.yaml").write_text(rules, "utf-8")
        found = {one.said: one for one in mutants(load(tmp_path / "chat.yaml").graph)}

        assert "the branches `one` and `two` swapped" in found
        swapped = found["the rows `b` and `a` swapped"].graph.arrows
        assert (swapped["two.1"].target, swapped["two.2"].target) == ("badge", "yes")

    def test_of_calls(self, tmp_path: Path) -> None:
        """A binding that is written is left out where the file still loads; a fact that is taken by name is none."""
        called = """\
notifyrules: 1
facts: {quiet: bool = false, loud: bool = false, must: bool}
flow: {a: {ask: Quiet?, if: quiet and not loud and must, then: held, else: free}}
outcomes: {held: {}, free: {}}
"""
        rules = """\
notifyrules: 1
facts: {dnd: bool = false, loud: bool = false, must: bool}
flow:
  quiet: {ask: Quiet?, call: called.yaml, with: {quiet: dnd, must: not must}, cases: {held: "no", free: "yes"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
        found = [one for one in made(tmp_path, rules, called=called) if "default of" not in one]

        assert found == [
            "4: dropped-not: `not` left out of `not must`",
            "4: swapped-arrows: `quiet.held` to `yes` and `quiet.free` to `no`, swapped",
            "4: wrong-outcome: `quiet.held` to `yes` instead of `no`",
            "4: wrong-outcome: `quiet.free` to `no` instead of `yes`",
            "4: dropped-binding: `quiet: dnd` left out of what `called.yaml` is given",
            "4: dropped-binding: `must: not must` left out of what `called.yaml` is given",
        ]

    @pytest.mark.parametrize(
        ("declared", "wrong"),
        [
            ("a: x | y | z = x", ["`y`", "`z`"]),
            ("a: x | y | null = null", ["`x`", "`y`"]),
            ("a: bool | null = null", ["`true`"]),
            ("a: int = 7", ["`8`"]),
            ("a: duration = 10m", ["`20m`"]),
            ("a: list of (x | y) = []", ["`[x, y]`"]),
            ("a: list of (x | y) = [x]", ["`[]`"]),
            ("a: schedule = []", []),
            ("a: {type: schedule, default: [{from: '22:00', until: '07:00'}]}", ["`[every day 22:00-22:00]`"]),
            ("a: text = hello", []),
            ("a: bool", []),
        ],
    )
    def test_defaults(self, tmp_path: Path, declared: str, wrong: list[str]) -> None:
        """Of what has few values every other one may be written instead, else one; of texts there is no such thing."""
        rules = question("b", f"{declared}\n  b: bool").replace(
            "b: bool\n", "b: bool\nallow: {unused-fact: not read}\n"
        )

        found = [one for one in made(tmp_path, rules) if "default of" in one]

        assert found == [one for value in wrong for one in found if f"is {value} instead" in one]
        assert len(found) == len(wrong)


class TestNoticing:
    def test_all(self, tmp_path: Path) -> None:
        """Cases that hold everything leave no survivor."""
        found = mutated(tmp_path, ALL_NOTICED)

        assert left(found) == [UNREAD]
        assert not found.survived

    def test_a_bound(self, tmp_path: Path) -> None:
        """A case beside the bound does not hold it; the case that is told does, and is as small as can be."""
        found = mutated(tmp_path, ALL_NOTICED.replace("size: 5", "size: 6"))

        assert left(found) == [UNREAD, ("survived", "`<=` for `<` in `size < most`")]
        file = found.files[0]
        assert file.case(file.judged[1]) == (
            "  - name: Small? No (it is large)\n"
            "    given: {kind: group, size: 5}\n"
            "    expect: {outcome: badge, reason: size.else}\n"
        )

    def test_a_default_that_is_written_down(self, tmp_path: Path) -> None:
        """A case that writes a default down does not hold it, be it by the `given` of the file."""
        cases = f"notifyrules-cases: 1\nrules: chat.yaml\ngiven: {{mentioned: false}}\ncases:\n{ALL_NOTICED}"

        assert left(mutated(tmp_path, cases)) == [
            ("survived", "the default of `mentioned` is `true` instead of `false`"),
            UNREAD,
        ]

    def test_a_default_that_breaks_what_is_assumed(self, tmp_path: Path) -> None:
        """A case that would be refused with another default notices it."""
        rules = CHART.replace("otherwise:", "assume: [size < 1 or mentioned or kind != 'group']\notherwise:")
        cases = "  - {name: a group, given: {kind: group}, expect: {notify: true}}\n"

        assert ("survived", "the default of `size` is `1` instead of `0`") not in left(mutated(tmp_path, cases, rules))

    def test_what_changes_nothing(self, tmp_path: Path) -> None:
        """What is proved to decide and tell the same does not count."""
        rules = question("a and (a or b)")
        cases = """\
  - {name: a, given: {a: true, b: false}, expect: "yes"}
  - {name: none, expect: "no"}
  - {name: b, given: {b: true}, expect: "no"}
"""
        found = mutated(tmp_path, cases, rules)

        assert ("equal", "`a or b` left out of `a and (a or b)`") in left(found)
        assert not found.survived

    def test_what_changes_words(self, tmp_path: Path) -> None:
        """What decides the same with another reason is told apart, and is no reason to fail."""
        rules = """\
notifyrules: 1
facts: {a: bool = false, b: bool = false}
flow: {one: {ask: Which?, first: [{if: a, to: "yes"}, {if: b, to: "yes"}], else: "no"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
        cases = """\
  - {name: both, given: {a: true, b: true}, expect: "yes"}
  - {name: a, given: {a: true}, expect: "yes"}
  - {name: b, given: {b: true}, expect: "yes"}
  - {name: none, expect: "no"}
"""
        found = mutated(tmp_path, cases, rules)

        assert left(found) == [("words", "the rows `a` and `b` swapped")]
        assert not found.survived

    def test_what_no_case_looks_at(self, tmp_path: Path) -> None:
        """A case that looks at `notify` alone does not notice another outcome, which its own facts show."""
        found = mutated(tmp_path, ALL_NOTICED.replace('{outcome: "yes"}', "{notify: true}"))

        wrong = next(one for one in found.files[0].judged if "`kind.dm` to `badge`" in one.mutant.said)
        assert wrong.fate is Fate.SURVIVED
        assert wrong.shown is not None
        assert wrong.shown.facts["size"] == 9

    def test_media(self, tmp_path: Path) -> None:
        """Cases for each medium notice media that are mixed up."""
        rules = """\
notifyrules: 1
facts: {medium: push | mail, quiet: bool = false}
media: medium
otherwise: "no"
flow:
  medium: {ask: By what?, switch: medium, cases: {push: quiet, mail: "yes"}}
  quiet: {ask: Quiet?, if: quiet, then: "no", else: "yes"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
        cases = '  - {name: quiet, given: {quiet: true}, expect: {each: {push: "no", mail: "yes"}}}\n'
        said = "`medium.push` to `yes` and `medium.mail` to `quiet`, swapped"

        assert said not in [one for _, one in left(mutated(tmp_path, cases, rules))]
        for_one = cases.replace('push: "no", mail: "yes"', 'push: "no"')
        assert said not in [one for _, one in left(mutated(tmp_path, for_one, rules))]
        none = '  - {name: mail, given: {medium: mail}, expect: "yes"}\n'
        assert ("survived", said) in left(mutated(tmp_path, none, rules))

    def test_progress(self, tmp_path: Path) -> None:
        """Whoever waits is told of every mistake that is tried, and of every one that is looked into."""
        told: dict[str, int] = {}

        def track(mutants: Sequence[Mutant], doing: str) -> Sequence[Mutant]:
            told[doing] = len(mutants)
            return mutants

        found = mutate([read(tmp_path, ALL_NOTICED, rules=CHART)], Limit(30), track)

        assert [*told.values()] == [found.files[0].made, len(found.files[0].judged)] == [15, 1]


class TestToldCases:
    @pytest.mark.parametrize("kept", range(5))
    def test_notice(self, tmp_path: Path, kept: int) -> None:
        """Of one case alone the rest is made: the told cases stand in one file, pass, and leave no survivor."""
        cases = ALL_NOTICED.splitlines(keepends=True)[kept]
        found = mutated(tmp_path, cases)
        assert found.survived

        told = dict.fromkeys(found.files[0].case(one) or "" for one in found.files[0].survivors)
        found = mutated(tmp_path, cases + "".join(told))

        assert found.problems == ()
        assert not found.survived

    def test_told_once(self, tmp_path: Path) -> None:
        """Mistakes that one case would notice have that case told once."""
        without = "".join(line for line in ALL_NOTICED.splitlines(keepends=True) if "muted" not in line)

        told = mutated(tmp_path, without).tell("text")

        assert "\n  no case notices it; the one told for " in told
        assert len(names := re.findall(r"- name: (.*)", told)) == len(set(names))
