"""Ask for facts that lead somewhere: few, readable, confirmed by the walk, in keeping with what rules assume."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Protocol

import pytest

import notifyrules
from notifyrules.errors import FactsError, UsageError
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.language.values import FactValues, write_literal
from notifyrules.rules import Rules, load
from notifyrules.shipped import shipped_names
from notifyrules.solver.samples import taken
from notifyrules.solver.solving import Solver
from tests.charts import chart, rules_of

GOLDEN = Path(__file__).parent / "golden" / "witnesses"
CLOCK = 'now: instant; zone: timezone = UTC; quiet: {type: schedule, default: [{from: "22:00", until: "06:00"}]}'


class Golden(Protocol):
    """Compares with a golden file."""

    def __call__(self, path: Path, actual: str) -> None:
        """Compare."""


@pytest.fixture(scope="module")
def team_chat() -> Rules:
    """Load the chart of a team chat."""
    return load("team_chat")


def first(rules: Rules, **asked: object) -> FactValues:
    """Give the first witness."""
    return next(rules.witnesses(**asked))  # type: ignore[arg-type]


def few(rules: Rules, facts: FactValues) -> dict[str, str]:
    """Write the facts that are not at their default, or have none and differ from those of the first witness of all."""
    base = first(rules)
    return {name: write_literal(value) for name, value in facts.items() if value != base[name]}


def asks(condition: str, facts: str) -> Rules:
    """Load a chart that asks one condition of facts, which are parted by semicolons."""
    quoted = condition.replace("'", "''")
    declared = "".join(f"  {fact}\n" for fact in facts.split("; "))
    return rules_of(chart(f'q: {{if: \'{quoted}\', then: "yes", else: "no"}}', facts=f"facts:\n{declared}"))


class TestShippedCharts:
    """Every arrow of every shipped chart has a witness, which somebody who did not write the chart can read."""

    @pytest.mark.parametrize("name", shipped_names())
    def test_every_arrow(self, name: str, golden: Golden) -> None:
        """Each arrow is taken, or at least tried, by facts that keep to `assume` and are changed as the file shows."""
        rules = load(name)
        base = first(rules)
        required = [fact for fact, one in rules.graph.facts.items() if not one.has_default]
        lines = ["base: " + (", ".join(f"{fact}: {write_literal(base[fact])}" for fact in required) or "defaults")]
        for arrow in rules.graph.arrows:
            tried = False
            found = next(rules.witnesses(arrow=arrow), None)
            if found is None:
                tried, found = True, first(rules, arrow=arrow, tried=True)
            steps = walk(rules.graph, found).steps
            assert keeps(rules.graph, found)
            assert arrow in (taken(steps) if tried else {step.arrow for step in steps})
            told = ", ".join(f"{name}: {value}" for name, value in few(rules, found).items()) or "nothing"
            lines.append(f"{arrow}{' (tried)' if tried else ''}: {told}")
        golden(GOLDEN / f"{name}.txt", "\n".join(lines) + "\n")


class TestBase:
    """What no question asks for is as it always is, and what has no default can be said."""

    def test_people_differ(self, team_chat: Rules) -> None:
        """Two people have two names, and every text is one."""
        facts = first(team_chat)

        assert facts["sender.id"] == "ada"
        assert facts["user.id"] == "bob"

    def test_first_come_those_changed(self, team_chat: Rules) -> None:
        """What had to change stands first, then what has no default, then the rest; nothing is missing."""
        facts = first(team_chat, arrow="read.then")

        assert list(facts)[:3] == ["user.has_read", "now", "message.kind"]
        assert facts.keys() == team_chat.graph.facts.keys()
        assert team_chat.should_notify(facts).reason == "read.then"

    def test_read_only(self, team_chat: Rules) -> None:
        """A witness cannot be changed by whoever it was given to."""
        with pytest.raises(TypeError):
            first(team_chat)["user.has_read"] = True  # type: ignore[index]

    def test_example_in_the_documentation(self) -> None:
        """A text is as the fact's `about` gives an example of it."""
        rules = asks('event.type == "x"', 'event.type: {type: text, about: "A type, such as m.room.message."}')

        assert first(rules)["event.type"] == "m.room.message"

    def test_assumed(self) -> None:
        """Where defaults do not keep to `assume`, as few of them are changed as will do."""
        facts = "a: bool = false, b: bool = false, c: text"
        rules = rules_of(
            chart(
                'q: {if: a, then: "yes", else: "no"}',
                facts=f"facts: {{{facts}}}\n",
                top="assume: ['b and starts_with(c, \"@\")']\n",
            )
        )

        assert dict(first(rules)) == {"b": True, "c": "@ada", "a": False}


class TestValues:
    """Values are what the tests of a fact ask for, and can be said."""

    @pytest.mark.parametrize(
        ("condition", "facts", "expected"),
        [
            ("team is not null", "team: text | null = null", {"team": "designers"}),
            ("sender.id == user.id", "sender.id: text; user.id: text", {"sender.id": "bob"}),
            ("user.id in mentions", "user.id: text; mentions: list of text = []", {"mentions": "[ada]"}),
            (
                "has_word(message.text, keywords)",
                'message.text: text = ""; keywords: list of text = []',
                {"message.text": '"Lunch at noon?"', "keywords": "[Lunch]"},
            ),
            (
                "overlaps(groups, user.groups)",
                "groups: list of text = []; user.groups: list of text = []",
                {"groups": "[designers]", "user.groups": "[designers]"},
            ),
            (
                "until is not null and now < until",
                "now: instant; until: instant | null = null",
                {"until": "2026-01-05T13:00:00Z"},
            ),
            (
                "within(now, zone, quiet)",
                "now: instant; zone: timezone = UTC; quiet: schedule = []",
                {"quiet": "[mon 12:00-13:00]"},
            ),
            (
                "asked is not null and now - asked == 5m and within(now, zone, quiet)",
                f"{CLOCK}; asked: instant | null = null",
                {"now": "2026-01-04T23:00:00Z", "asked": "2026-01-04T22:55:00Z"},
            ),
            ("now >= sent_at + 1d", "now: instant; sent_at: instant", {"now": "2026-01-06T12:00:00Z"}),
            ("local_time(now, zone) >= 22:00", "now: instant; zone: timezone", {"now": "2026-01-05T22:00:00Z"}),
            ('weekday(now, zone) == "sat"', "now: instant; zone: timezone", {"now": "2026-01-10T12:00:00Z"}),
            ("age > 20", "age: int = 0", {"age": "21"}),
            ("waited >= 15m", "waited: duration = 0s", {"waited": "1h"}),
            ('matches(user.id, "@*:example.org")', "user.id: text", {"user.id": '"@ada:example.org"'}),
            ('before(mail, "@") == "ada"', 'mail: text = "x"', {"mail": '"ada@ada@example.org"'}),
            ("len(text) > 20", 'text: text = ""', {"text": "xxxxxxxxxxxxxxxxxxxxx"}),
        ],
    )
    def test_asked_for(self, condition: str, facts: str, expected: dict[str, str]) -> None:
        """The facts that must change have values that a reader understands, and no other fact has changed."""
        rules = asks(condition, facts)

        assert few(rules, first(rules, outcome="yes")) == expected


class TestNear:
    """Near given facts, as few of them change as will do."""

    def test_given_facts_stay(self, team_chat: Rules) -> None:
        """What is given counts like a default: other facts change, or as few of the given as will do."""
        given = {"message.kind": "channel", "user.has_read": True, "user.id": "zoe"}
        facts = first(team_chat, arrow="addressed.mentioned", near=given)

        assert few(team_chat, facts) == {"user.id": "zoe", "message.kind": "channel", "message.mentions": "[zoe]"}

    def test_smallest_first(self, team_chat: Rules) -> None:
        """Each minimal set of facts to change has one witness, no set before a smaller one."""
        base = first(team_chat)
        counted = [name for name, fact in team_chat.graph.facts.items() if fact.has_default]
        found = list(islice(team_chat.witnesses(outcome="notify", near={"message.kind": "channel"}), 12))
        sets = [frozenset(name for name in counted if facts[name] != base[name]) for facts in found]

        assert list(map(len, sets)) == sorted(map(len, sets))
        assert len(set(sets)) == len(sets) > 1

    def test_known_facts_are_held(self, team_chat: Rules) -> None:
        """Of specialized rules, what is known stays."""
        known = team_chat.specialize({"user.has_read": True})

        assert list(known.witnesses(outcome="notify")) == []
        assert first(known, outcome="no")["user.has_read"] is True


class TestGoals:
    """An outcome, an arrow and a condition may be asked for, alone or together."""

    def test_together(self, team_chat: Rules) -> None:
        """What is asked for holds together."""
        facts = first(team_chat, outcome="badge", condition="is_muted and is_followed")

        assert few(team_chat, facts) == {
            "channel.muted": "true",
            "message.in_thread": "true",
            "user.follows_thread": "true",
        }

    def test_none(self, team_chat: Rules) -> None:
        """Where nothing leads there, there is no witness, and that is proved."""
        found = team_chat.witnesses(outcome="notify", condition="user.has_read")

        assert list(found) == []
        assert found.settled

    def test_taken_and_tried(self) -> None:
        """An arrow that is only tried, in a branch that refuses, is not taken."""
        rules = load("slack")

        assert next(rules.witnesses(arrow="dm.else"), None) is None
        assert "dm.else" in taken(walk(rules.graph, first(rules, arrow="dm.else", tried=True)).steps)

    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"outcome": "notfy"}, "`notfy` is no outcome of `team_chat`\n  help: did you mean `notify`?"),
            ({"arrow": "own.thn"}, "`own.thn` is no arrow of `team_chat`\n  help: did you mean `own.then`?"),
            (
                {"condition": "chanel.muted"},
                (
                    "in the condition `chanel.muted`: `chanel.muted` is not a declared fact\n"
                    "  help: did you mean `channel.muted`?"
                ),
            ),
            (
                {"condition": "is_own and"},
                (
                    "in the condition `is_own and`: the condition ends where a value is expected\n"
                    "  help: say what stands behind `and`, or remove it"
                ),
            ),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_no_such_goal(self, team_chat: Rules, asked: dict[str, str], message: str) -> None:
        """What is not there is named, with what was meant."""
        with pytest.raises(UsageError) as raised:
            team_chat.witnesses(**asked)  # type: ignore[arg-type]

        assert str(raised.value) == message

    def test_invalid_facts(self, team_chat: Rules) -> None:
        """Facts to be near to are checked like any."""
        with pytest.raises(FactsError, match="expected true or false"):
            team_chat.witnesses(near={"user.has_read": "no"})


class TestQuestions:
    """The solver is asked for what the walk does not say already."""

    def test_nothing_to_change(self, team_chat: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the given facts lead there as they are, they are the only witness, and no question is asked."""
        given = {"message.kind": "channel", "user.has_read": True}
        base = first(team_chat, near=given)
        asked: list[object] = []
        monkeypatch.setattr(Solver, "ask", lambda _, *formulas: asked.append(formulas))

        assert list(team_chat.witnesses(arrow="read.then", near=given)) == [base]
        assert asked == []


class TestThreads:
    """Witnesses may be asked for from many threads, like decisions."""

    def test_at_once(self, team_chat: Rules) -> None:
        """Each thread gets what it would alone."""
        arrows = list(team_chat.graph.arrows)[:8]
        alone = {arrow: dict(first(team_chat, arrow=arrow)) for arrow in arrows}
        found: dict[str, dict[str, object]] = {}
        threads = [
            Thread(target=lambda arrow=arrow: found.update({arrow: dict(first(team_chat, arrow=arrow))}))
            for arrow in arrows
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == alone


def test_without_the_solver(monkeypatch: pytest.MonkeyPatch, team_chat: Rules) -> None:
    """Without the solver it is said how to get it."""
    monkeypatch.setattr(notifyrules.rules, "can_prove", lambda: False)

    with pytest.raises(UsageError, match="need the solver"):
        team_chat.witnesses()


def test_no_way_leads_there(tmp_path: Path) -> None:
    """An arrow of a node that no way leads to has no witness."""
    path = tmp_path / "lost.yaml"
    path.write_text(
        """
notifyrules: 1
facts: {urgent: bool = false}
flow:
  first: {ask: Urgent?, if: urgent, then: "yes", else: "no"}
  lost: {ask: Lost?, if: urgent, then: "yes", else: "no", allow: {unreachable-node: kept for later}}
outcomes:
  "yes": {notify: true, because: it is urgent}
  "no": {notify: false, because: it is not}
"""
    )

    assert list(load(path).witnesses(arrow="lost.then")) == []
