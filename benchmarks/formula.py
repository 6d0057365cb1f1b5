"""Say Slack's chart as one formula, for engines that read expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Term: TypeAlias = "str | Is | Every | Some | Not"
"""A condition; a bare text is a bool fact."""


@dataclass(frozen=True, slots=True)
class Is:
    """A fact has a value."""

    fact: str
    value: str


@dataclass(frozen=True, slots=True)
class Every:
    """All conditions hold."""

    parts: Sequence[Term]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the conditions holds."""

    parts: Sequence[Term]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    part: Term


def _every(*parts: Term) -> Every:
    """Join conditions by `and`."""
    return Every(parts)


def _some(*parts: Term) -> Some:
    """Join conditions by `or`."""
    return Some(parts)


def _channel(value: str) -> Is:
    """Compare the preference for the channel."""
    return Is("preferences.channel", value)


def _global(value: str) -> Is:
    """Compare the preference for everything."""
    return Is("preferences.global", value)


_FOLLOWED: Final = _every("message.in_thread", "user.follows_thread")
_REACHED: Final = _some(Not("message.in_thread"), "user.follows_thread")
_MENTION: Final = _some(
    "message.mentions_user", Is("message.broadcast", "channel"), Is("message.broadcast", "everyone")
)
_WORD: Final = "message.has_highlight_word"

NOTIFIES: Final = _every(
    _some(Not("channel.muted"), _FOLLOWED),
    _some(Not("user.in_dnd"), "message.overrides_dnd"),
    _some(Is("message.broadcast", "none"), Not("preferences.suppress_broadcasts")),
    Not(_channel("nothing")),
    _some(
        _every(_FOLLOWED, "preferences.threads_everything"),
        _every(_channel("everything"), _REACHED),
        _every(_channel("mentions"), _REACHED, "message.is_dm"),
        _every(_channel("default"), _global("all"), _REACHED),
        _every(_channel("default"), _global("dms"), _REACHED, "message.is_dm"),
        _every(_channel("default"), _global("highlight_words"), _REACHED, _some(_MENTION, _WORD)),
        _every(
            _some(Not(_channel("default")), _global("all"), _global("mentions")),
            _some(
                _MENTION,
                _every("message.comments_on_own_file", Is("device.kind", "desktop")),
                _every(_REACHED, _some(_WORD, _every(Is("message.broadcast", "here"), "user.active"))),
            ),
        ),
    ),
)
"""When somebody is notified, now or later."""
WAITS: Final = _every(Is("device.kind", "mobile"), Not("device.past_push_threshold"))
"""When a notification waits."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language of expressions spells things."""

    every: str
    some: str
    negation: str
    prefix: str = ""
    """What stands before the name of a fact."""


C_LIKE: Final = Spelling(" && ", " || ", "!")
WORDS: Final = Spelling(" and ", " or ", "not ")
CEDAR: Final = Spelling(" && ", " || ", "!", "context.")


def spell(term: Term, spelling: Spelling) -> str:
    """Write a condition as an expression."""
    match term:
        case str():
            return spelling.prefix + term
        case Is(fact, value):
            return f'({spelling.prefix}{fact} == "{value}")'
        case Not(part):
            return f"{spelling.negation}({spell(part, spelling)})"
        case Every(parts):
            return f"({spelling.every.join(spell(part, spelling) for part in parts)})"
        case Some(parts):
            return f"({spelling.some.join(spell(part, spelling) for part in parts)})"


def spell_outcome(spelling: Spelling) -> str:
    """Write the whole decision as an expression that gives the outcome."""
    return f'{spell(NOTIFIES, spelling)} ? ({spell(WAITS, spelling)} ? "hold" : "yes") : "no"'


def json_logic(term: Term) -> dict[str, Any]:
    """Write a condition as JsonLogic."""
    match term:
        case str():
            return {"var": term}
        case Is(fact, value):
            return {"==": [{"var": fact}, value]}
        case Not(part):
            return {"!": [json_logic(part)]}
        case Every(parts):
            return {"and": [json_logic(part) for part in parts]}
        case Some(parts):
            return {"or": [json_logic(part) for part in parts]}


def rego(term: Term, names: Callable[[], str], rules: list[str]) -> str:
    """
    Write a condition as the body of a Rego rule, which knows `or` only as several rules of one name.

    Args:
        term: The condition.
        names: Makes the names of further rules.
        rules: Takes further rules.
    """
    match term:
        case str():
            return f"input.{term}"
        case Is(fact, value):
            return f'input.{fact} == "{value}"'
        case Not(str() | Is() as part):
            return f"not {rego(part, names, rules)}"
        case Every(parts):
            return "; ".join(rego(part, names, rules) for part in parts)
        case Some(parts):
            name = names()
            rules += [f"{name} if {{ {rego(part, names, rules)} }}" for part in parts]
            return name
        case Not(part):
            return f"not {rego(Some([part]), names, rules)}"
