"""Name the charts that are measured, with what stands against each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks import incident, quiet, slack, team_chat
from notifyrules.rules import Rules, load

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Subject:
    """A chart, and the best functions that were written for it by hand."""

    name: str
    rules: Rules
    draw: Callable[[Random], dict[str, object]]
    """Draws plain facts by dotted name."""
    held: type
    """The class with slots that holds facts for :attr:`decide_object`."""
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """Reads values that the class holds in a form of its own."""
    decide_object: Callable[[Any], str]
    decide_dict: Callable[[Any], str]

    def rows(self, count: int, seed: int = 1) -> list[dict[str, object]]:
        """Draw facts, the same at every run."""
        chance = Random(seed)
        return [self.draw(chance) for _ in range(count)]

    def hold(self, facts: Mapping[str, object]) -> object:
        """Make the object that the function written by hand reads."""
        prepared = {name.replace(".", "_"): value for name, value in self.prepare(facts).items()}
        return self.held(**{field.name: prepared[field.name] for field in fields(self.held)})


def nest(facts: Mapping[str, object]) -> dict[str, object]:
    """Write facts as dicts in dicts, with keys as Python code writes them: one object for each word."""
    whole: dict[str, object] = {}
    for name, value in facts.items():
        *path, last = map(sys.intern, name.split("."))
        group: Any = whole
        for part in path:
            group = group.setdefault(part, {})
        group[last] = value
    return whole


def unchanged(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give facts as they are."""
    return facts


def subjects() -> Sequence[Subject]:
    """Load the charts that are measured."""
    return (
        Subject(
            "slack", load("slack"), slack.draw, slack.SlackFacts, unchanged, slack.decide_object, slack.decide_dict
        ),
        Subject(
            "team_chat",
            load("team_chat"),
            team_chat.draw,
            team_chat.TeamChatFacts,
            team_chat.prepare,
            team_chat.decide_object,
            team_chat.decide_dict,
        ),
        Subject(
            "incident",
            load(HERE / "incident.yaml"),
            incident.draw,
            incident.IncidentFacts,
            incident.prepare,
            incident.decide_object,
            incident.decide_dict,
        ),
        Subject(
            "quiet",
            load(HERE / "quiet.yaml"),
            quiet.draw,
            quiet.QuietFacts,
            quiet.prepare,
            quiet.decide_object,
            quiet.decide_dict,
        ),
    )
