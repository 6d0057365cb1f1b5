"""Say what is wrong with the facts of a decision: all of it, and nothing that only follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.errors import FactsError
from notifyrules.rules import Rules, load

RULES = """\
notifyrules: 1
facts:
  user.muted: {type: bool, about: The user wants silence}
  user.name: text
  message.kind: {type: mobile | desktop, about: Where it was written}
flow: {a: {if: user.muted and user.name == "x" and message.kind == "mobile", then: "yes", else: "no"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """Load rules with facts that have no default."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, "utf-8")
    return load(path)


def problems(rules: Rules, given: object) -> list[str]:
    """Give the lines that tell what is wrong with facts."""
    with pytest.raises(FactsError) as refused:
        rules.should_notify(given)
    return str(refused.value).splitlines()


class TestWhatFollows:
    @pytest.mark.parametrize("given", [None, "x", 5, [("user.muted", True)]], ids=repr)
    def test_what_is_no_set_of_facts_is_the_only_problem(self, rules: Rules, given: object) -> None:
        """No fact is called missing."""
        message, advice = problems(rules, given)

        assert message.startswith("(facts): expected a mapping or an object, found ")
        assert advice == "  help: give facts such as {'channel.muted': True}"

    @pytest.mark.parametrize("given", [[True], "x", True], ids=repr)
    def test_a_group_that_is_none_misses_no_facts(self, rules: Rules, given: object) -> None:
        """Only the group is told; the facts of other groups are still missed."""
        found = problems(rules, {"user": given})

        assert [line for line in found if line.startswith("user")] == [
            next(line for line in found if line.startswith("user: expected a group of facts, found "))
        ]
        assert "message.kind: is missing and has no default" in found


class TestHelp:
    def test_each_help_has_a_line(self, rules: Rules) -> None:
        """The word that was meant and what the fact is do not run into each other."""
        given = {"user": {"muted": True, "name": "x"}, "message.kind": "mobil"}

        assert problems(rules, given) == [
            'message.kind: expected one of `mobile`, `desktop`, found the text "mobil"',
            "  help: did you mean `mobile`?",
            "  help: it says: Where it was written",
        ]

    def test_a_missing_fact_says_what_it_is(self, rules: Rules) -> None:
        """Whoever wires facts in learns what to give."""
        assert problems(rules, {"user.name": "x", "message.kind": "mobile"}) == [
            "user.muted: is missing and has no default",
            "  help: give true or false",
            "  help: it says: The user wants silence",
        ]

    def test_an_empty_name_is_seen(self, rules: Rules) -> None:
        """It is quoted, so that the line does not begin with nothing."""
        given = {"user": {"muted": True, "name": "x"}, "message.kind": "mobile", "": 1}

        assert problems(rules, given) == ['"": is not a fact of these rules']

    def test_many_names_are_advised_on_at_first(self, rules: Rules) -> None:
        """Whoever misspells everything is told everything, and what the first ten should be."""
        found = problems(rules, {f"user.muted{number}": True for number in range(50)})

        assert sum(line.endswith("is not a fact of these rules") for line in found) == 50
        assert found.count("  help: did you mean `user.muted`?") == 10
