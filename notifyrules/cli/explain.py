"""The command `explain`: say why, for one of three readers, of a decision made now or logged before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts_input import read_facts
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.inputs import parse_json, read_text
from notifyrules.cli.options import AsJson, FactsFiles, Root, Settings
from notifyrules.cli.output import write_json, write_line
from notifyrules.errors import FactsError, RulesError, UsageError
from notifyrules.evaluation.record import Record
from notifyrules.explanation import READERS, not_asked
from notifyrules.explanation import explain as explain_record
from notifyrules.explanation.words import HEADLINES, printable
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from notifyrules.rules import Rules

SUMMARY: Final = "Say why somebody is notified or not."
HELP: Final = """
Say why somebody is notified or not.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts that are not given take
their default.

With --record, explain a decision that was logged: FILE holds what `decide --json` printed or `decision.to_dict()`
gave. If the rules have changed since, it says so, and what they decide today. RULES may then be left out, if the
record's own are shipped or lie below the current folder.
"""
EXAMPLE: Final = "notifyrules explain slack --set user.in_dnd=true --reader user"

_SHIPPED: Final = "notifyrules:"


def explain(  # noqa: PLR0913 - the options of the command
    rules: Annotated[str | None, typer.Argument(metavar="RULES", hidden=True)] = None,
    settings: Settings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    reader: Annotated[str, typer.Option(metavar="|".join(READERS), help="Whom to explain it to.")] = "support",
    record: Annotated[
        str | None, typer.Option(metavar="FILE", help="A logged decision to explain; - reads standard input.")
    ] = None,
    *,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Explain a decision made now, or one that was logged."""
    check_choice("reader", reader, READERS)
    if record is not None:
        if settings or facts:
            raise UsageError("a record holds the facts of its decision", "leave out --set and --facts")
        _explain_record(_read_record(record), rules, reader, root, as_json=as_json)
    elif rules is None:
        raise UsageError("no rules are named", "name a rule file or a shipped one, or give --record")
    else:
        _explain_now(rules, settings, facts, reader, root, as_json=as_json)
    return CLEAN


def _explain_now(  # noqa: PLR0913 - the options of the command
    rules: str, settings: list[str], facts: list[str], reader: str, root: str | None, *, as_json: bool
) -> None:
    """Decide for the given facts and explain the decision."""
    loaded = load_named(rules, root)
    given = read_facts(loaded.graph, settings, facts)
    with given.blamed():
        record = loaded.decide(given.values).record()
    text = explain_record(record, reader=reader, not_asked=not_asked(loaded.graph, record.passage))
    if as_json:
        write_json({"explanation": text, "decision": record.to_dict()})
    else:
        write_line(text)


# ---- A decision that was logged ----


def _read_record(file: str) -> Record:
    """Read a record from a file."""
    name, text = read_text(file, "the record")
    plain = parse_json(name, text)
    if isinstance(plain, dict) and "decision" in plain and "explanation" in plain:
        # What this command itself printed for programs.
        plain = plain["decision"]
    return Record.from_dict(plain)


def _explain_record(record: Record, rules: str | None, reader: str, root: str | None, *, as_json: bool) -> None:
    """Explain a logged decision, and compare the rules of then with today's."""
    loaded = _rules_at_hand(record) if rules is None else load_named(rules, root)
    changed = None if loaded is None else loaded.digest != record.digest
    asked = () if loaded is None or changed else not_asked(loaded.graph, record.passage)
    text = explain_record(record, reader=reader, not_asked=asked)
    today, failure = _decide_today(loaded, record) if loaded is not None and changed else (None, None)
    if as_json:
        write_json(
            {
                "explanation": text,
                "decision": record.to_dict(),
                "rules_changed": changed,
                "today": None if today is None else today.to_dict(),
                "today_fails": None if failure is None else [str(problem) for problem in failure.problems],
            }
        )
    else:
        told = _change_for_user(changed) if reader == "user" else _comparison(record, loaded, today, failure)
        since = "\n".join(told)
        write_line(f"{text}\n\n{since}" if since else text)


def _rules_at_hand(record: Record) -> Rules | None:
    """
    Load the rules that a record names, if they are at hand.

    A record may be forged, so it opens nothing but shipped rules and files below the current folder, and what is wrong
    with such a file is not shown.
    """
    if record.path.startswith(_SHIPPED):
        path: Path | None = shipped_path(record.path.removeprefix(_SHIPPED))
    else:
        path = _below_here(record.path)
    try:
        return None if path is None else load_named(record.path.removeprefix(_SHIPPED), None)
    except (RulesError, UsageError):
        return None


def _below_here(name: str) -> Path | None:
    """
    Find a file below the current folder, links followed.

    Returns:
        None for a file elsewhere.
    """
    try:
        path = Path(name).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    return path if path.is_relative_to(Path.cwd()) else None


def _decide_today(loaded: Rules, record: Record) -> tuple[Record | None, FactsError | None]:
    """Decide with today's rules for the facts of then; facts that the rules have dropped since are ignored."""
    try:
        return loaded.decide(record.facts, extras="ignore").record(), None
    except FactsError as error:
        return None, error


def _change_for_user(changed: bool | None) -> Iterator[str]:  # noqa: FBT001 - None where nobody knows
    """Tell the person concerned whether the rules have changed since; how is for others."""
    if changed is not None:
        yield "The rules have changed since then." if changed else "The rules have not changed since."


def _comparison(
    record: Record, loaded: Rules | None, today: Record | None, failure: FactsError | None
) -> Iterator[str]:
    """Say whether the rules have changed since, and what they decide today."""
    if loaded is None:
        yield f"The rules {printable(record.path)} are not at hand: name the rule file to learn whether it has changed."
        return
    if loaded.digest == record.digest:
        yield "The rules have not changed since."
        return
    yield f"The rules have changed since: their digest was {_short(record.digest)} and is {_short(loaded.digest)} now."
    if failure is not None:
        yield "Today's rules cannot decide for these facts:"
        yield from (f"  {line}" for problem in failure.problems for line in str(problem).splitlines())
    if today is None:
        return
    same = (today.outcome, today.reason) == (record.outcome, record.reason)
    verdict = f"{HEADLINES[today.notify].lower()}: {printable(today.outcome)}, by {printable(today.reason)}"
    yield f"Today's rules decide {'the same' if same else 'otherwise'} for these facts: {verdict}."
    if today.because is not None and today.because != record.because:
        yield f"  because: {printable(today.because)}"
    if dropped := [name for name in record.facts if name not in loaded.graph.facts]:
        yield f"Facts that today's rules do not know: {', '.join(map(printable, dropped))}."


def _short(digest: str) -> str:
    """Shorten a digest to what tells versions apart."""
    return printable(digest[:12])
