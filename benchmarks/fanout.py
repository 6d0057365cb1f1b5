"""Measure one message to many members: what is the same for all is decided once."""

from __future__ import annotations

from random import Random
from time import perf_counter_ns
from typing import Final

from benchmarks.deciding import again
from benchmarks.forms import objects, slotted
from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import CALLS, Contender, race, ratio, typical

_MEMBERS_ALIKE = 2_000
"""Different members; a larger audience is made of them."""
MESSAGE: Final[dict[str, object]] = {
    "message.in_thread": False,
    "message.is_dm": False,
    "message.broadcast": "none",
    "message.comments_on_own_file": False,
    "message.overrides_dnd": False,
    "channel.name": "#general",
    "user.follows_thread": False,
}
"""What is known of one message in one channel before its members are."""


def measure(subject: Subject, *, members: int) -> Table:
    """Measure Slack's chart for one message in one channel, with members who differ in the rest."""
    chance = Random(3)
    different = [
        {name: value for name, value in subject.draw(chance).items() if name not in MESSAGE}
        for _ in range(_MEMBERS_ALIKE)
    ]
    whole = [MESSAGE | one for one in different]
    rules = subject.rules
    smaller = rules.specialize(MESSAGE)
    for one, rest in zip(whole, different, strict=True):
        assert rules.should_notify(one).reason == smaller.should_notify(rest).reason

    first = again(rules)
    begun = perf_counter_ns()
    special = first.specialize(MESSAGE)
    specializing = perf_counter_ns() - begun
    begun = perf_counter_ns()
    first.specialize(MESSAGE | {"channel.name": "#random"})
    from_cache = perf_counter_ns() - begun
    validating, members_validating = again(rules), again(rules).specialize(MESSAGE)
    base, rounds = "by hand, all facts in an object", max(1, members // CALLS)
    deciding, as_object = again(rules).specialize(MESSAGE), objects(different[0], slotted)
    contenders = [
        Contender(base, subject.decide_object, lambda one: subject.hold(MESSAGE | one)),
        Contender("all facts, validated", validating.should_notify, lambda one: validating.facts(MESSAGE | one)),
        Contender("all facts, in a nested dict", again(rules).should_notify, lambda one: nest(MESSAGE | one)),
        Contender("specialized, the rest validated", members_validating.should_notify, members_validating.facts),
        Contender("specialized, the rest in a nested dict", again(rules).specialize(MESSAGE).should_notify, nest),
        Contender("specialized, the rest in an object", again(rules).specialize(MESSAGE).should_notify, as_object),
        Contender(
            "specialized, `facts` of a nested dict and then decided by",
            lambda rest: deciding.should_notify(deciding.facts(rest)),
            nest,
        ),
    ]
    times = race(contenders, different, rounds)
    return Table(
        f"One message to {members:,} members",
        [
            f"{len(MESSAGE)} facts of `{subject.name}` are the same for all members, and the others differ.",
            f"Of {len(rules.graph.nodes)} nodes {len(special.program.graph.nodes)} are left.",
            f"To specialize took {duration(specializing)} the first time.",
            f"For a message of another channel, which leaves the same, it took {duration(from_cache)}.",
        ],
        ["", "all members", "a member", "to by hand"],
        [
            [name, duration(sum(each) * CALLS), duration(typical(times, name)), multiple(ratio(times, name, base))]
            for name, each in times.items()
        ],
    )
