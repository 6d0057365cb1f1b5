"""Find out whether rules decide as an old function does, and for whom they do not."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notifyrules.errors import FactsError, UsageError
from notifyrules.language.values import FactValues, to_plain
from notifyrules.rules import Rules, find_place, load, require_solver

if TYPE_CHECKING:
    from notifyrules.conformance.old import Command
    from notifyrules.conformance.report import Conformance
    from notifyrules.conformance.run import BothSides

SECONDS: Final = 60.0
"""How long it takes unless the caller says otherwise."""
_LONGEST: Final = 0.1
"""The part of it after which an answer may be given up, and how many seconds that is at least."""
_LEAST_S: Final = 1.0


def conform(  # noqa: PLR0913 - what is compared, and how
    rules: Rules | str | os.PathLike[str],
    *,
    against: Callable[..., object] | Command | str,
    arguments: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    plain: bool = False,
    rows: Iterable[Mapping[str, object]] = (),
    expect: str | os.PathLike[str] | None = None,
    seconds: float = SECONDS,
    seed: int = 0,
    resume: str | os.PathLike[str] | None = None,
    watch: Callable[[int, int], None] = lambda _asked, _differing: None,
) -> Conformance:
    """
    Find for whom rules decide otherwise than an old function does.

    Args:
        rules: The rules, or what :func:`notifyrules.load` takes; what is known of specialized rules stays as it is.
        against: The old function, or its name as `package.module:function`. It is given a dict with a value for every
            fact, by its dotted name, and may answer a bool, `later`, an outcome, the id of the arrow that settled it,
            or a decision; what it raises is an answer too.
        arguments: The facts that it takes as arguments, by parameter: a fact, or a group of facts such as `user`,
            which is given as a dict of the names behind the dot.
        answers: What its answers stand for, where they are other words: an outcome, an arrow, `true`, `false`, `later`.
        plain: Whether values are given as JSON holds them, rather than as Python does.
        rows: Recorded facts that it is asked for first.
        expect: A file of differences that are expected.
        seconds: How long it may take.
        seed: Other facts are made for another one.
        resume: A file in which a run is kept, to go on with it.
        watch: Is told how many facts were asked so far, and how many differ.

    Returns:
        What was found. It is true where there is nothing to tell; `check()` raises AssertionError with the report
        otherwise, and `tell()` is the report.

    Raises:
        RulesError: The rules, or the file of expected differences, are not in order.
        UsageError: There is no such function, a mapping names no fact, or the solver is not installed.
    """
    require_solver()
    from notifyrules.conformance.answers import Answers  # noqa: PLC0415 - the solver is an extra
    from notifyrules.conformance.calling import FunctionCaller  # noqa: PLC0415
    from notifyrules.conformance.constants import constants_of  # noqa: PLC0415
    from notifyrules.conformance.expected import ExpectedDifferences, read_expected  # noqa: PLC0415
    from notifyrules.conformance.old import Command, Old, asked_alone  # noqa: PLC0415

    rules = rules if isinstance(rules, Rules) else load(rules)
    graph = rules.graph
    given = [_facts(rules, row) for row in rows]
    expected = ExpectedDifferences(graph) if expect is None else read_expected(find_place(expect, None), graph)
    function = find_function(against) if isinstance(against, str) else against
    longest_s = max(_LEAST_S, seconds * _LONGEST)
    call = function if isinstance(function, Command) else FunctionCaller(function, longest_s)
    old = Old(graph, Answers(graph, answers or {}), call, arguments, plain or isinstance(function, Command))
    _check_takes(function, arguments)
    if isinstance(function, Command):
        old.fresh = partial(function.alone, old.answers)
    with asked_alone(old, longest_s), call.watched() if isinstance(call, FunctionCaller) else nullcontext():
        from notifyrules.conformance.run import BothSides  # noqa: PLC0415
        from notifyrules.conformance.trial_facts import Maker  # noqa: PLC0415 - the solver is an extra
        from notifyrules.limit import Limit  # noqa: PLC0415

        limit = Limit(seconds)
        constants = constants_of(function, (*graph.facts, *graph.outcomes, *graph.arrows))
        run = BothSides(rules.program, old, expected, Maker(graph, seconds, seed, constants, rules.known_facts))
        before = Path(resume) if resume is not None else None
        skip = 0 if before is None else _go_on(run, rules, before)
        run.run(given, limit, watch, skip)
        if before is not None:
            _keep(run, before)
        return _told(run, limit)


def _told(run: BothSides, limit: object) -> Conformance:
    from notifyrules.conformance.report import Conformance  # noqa: PLC0415 - the solver is an extra
    from notifyrules.coverage.figures import measure  # noqa: PLC0415
    from notifyrules.limit import Limit  # noqa: PLC0415

    assert isinstance(limit, Limit)
    clusters = tuple(run.clusters(limit))
    return Conformance(
        graph=run.graph,
        asked=run.asked,
        seconds=limit.seconds - limit.left_s,
        differing=run.differing,
        clusters=clusters,
        covered={one: run.covered[one] for one in run.expected.listed},
        raised=run.raised,
        refused=run.refused,
        coverage=measure(run.maker.recorder.tallies),
        alone=run.old.fresh is not None,
        interrupted=run.interrupted,
        held=bool(run.held),
    )


def _check_takes(function: object, arguments: Mapping[str, str] | None) -> None:
    """Refuse a function that cannot be called with what it would be given."""
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type] # TypeError where it is no function
    except (TypeError, ValueError):
        return  # written in C, of which nothing is known
    given = dict.fromkeys(arguments or {})
    try:
        signature.bind(**given) if arguments is not None else signature.bind(given)
    except TypeError as error:
        takes = "those that the mapping names" if arguments is not None else "one, a dict of all facts"
        advice = "name what each parameter takes: `arguments: {parameter: fact}` in a mapping"
        raise UsageError(f"the old function takes other arguments than {takes}: {error}", advice) from None


def find_function(name: str) -> Callable[..., object]:
    """Import a function by its name, `package.module:function`."""
    module, colon, path = name.partition(":")
    if not (colon and module and path) or module.startswith("."):
        raise UsageError(f"`{name}` names no function", "write it as `package.module:function`")
    try:
        found: object = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        advice = "the folder that its package lies in must be where the command runs, or on PYTHONPATH"
        raise UsageError(f"the old function `{name}` cannot be imported: {error}", advice) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the module is the user's, and so is what it raises
        advice = f"`import {module}` has to work by itself; what runs a program goes below `if __name__ == ...`"
        reason = f"its module raises {type(error).__name__}"
        raise UsageError(f"the old function `{name}` cannot be imported: {reason}", advice) from None
    if not callable(found):
        raise UsageError(f"`{name}` is no function")
    return found


def _facts(rules: Rules, row: Mapping[str, object]) -> FactValues:
    try:
        read = rules.facts(row, extras="ignore")
    except FactsError as error:
        problem = error.problems[0]
        raise UsageError(f"a recorded row is not what `{rules.name}` takes: {problem.told}", problem.help) from None
    return {name: read[name] for name in rules.graph.facts}


# ---- Kept between runs ----


def _go_on(run: BothSides, rules: Rules, file: Path) -> int:
    """Take up a run that was kept: its differences are asked again, the other facts are not."""
    if not file.exists():
        return 0
    try:
        kept = json.loads(file.read_text())
        asked, differing = int(kept["made"]), [_facts(rules, one) for one in kept["differing"]]
        fits = (kept["digest"], kept["seed"], kept["known"]) == (rules.digest, run.maker.seed, _plain(run.maker.known))
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"`{file}` holds no run", "name a file that `--resume` wrote, or one that is not there"
        ) from None
    if not fits:
        raise UsageError(f"`{file}` holds a run of other rules, or of another seed or `--set`", "begin a new file")
    for facts in differing:
        run.look_at(facts)
    run.asked = asked
    return asked


def _keep(run: BothSides, file: Path) -> None:
    differing = [_plain(one.facts) for one in (*run.kept, *run.held) if not one.without]
    maker = run.maker
    kept = {"digest": run.graph.digest, "seed": maker.seed, "known": _plain(maker.known), "made": run.made}
    file.write_text(json.dumps({**kept, "differing": differing}))


def _plain(facts: FactValues) -> dict[str, object]:
    return {name: to_plain(value) for name, value in facts.items()}
