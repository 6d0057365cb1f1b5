"""The command `explain`: say why, for one of three readers, of a decision made now or logged before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.answers import decisions
from notifyrules.cli.door import CLEAN
from notifyrules.cli.facts import given_facts, given_for_each
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.inputs import parse_json, read_text
from notifyrules.cli.options import AsJson, Each, FactSettings, FactsFiles, Root
from notifyrules.cli.output import write_json, write_line
from notifyrules.document.files import SHIPPED_PREFIX
from notifyrules.errors import RulesError, UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.record_reading import RECORD_KEYS, VERSION_KEY
from notifyrules.explanation import READERS
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from notifyrules.rules import Rules

SUMMARY: Final = "Say why somebody is notified or not."
HELP: Final = """
Say why somebody is notified or not.

RULES is a rule file, or the name of one that comes with notifyrules, such as slack. Facts that are not given take
their default.

With --record, explain a decision that was logged: FILE holds what `decide --json` printed, what `decision.to_dict()`
or `decision.receipt()` gave, or a line of a log with one of them among other keys. The rules of a receipt are looked
for beside FILE, below the current folder and in its git history. If the rules have changed since, it says so, and what
they decide today. RULES may then be left out, if the record's own are shipped or lie below the current folder.
"""
EXAMPLE: Final = "notifyrules explain slack --set user.in_dnd=true --reader user"


def explain(  # noqa: PLR0913 - the options of the command
    rules: Annotated[str | None, typer.Argument(metavar="RULES", hidden=True)] = None,
    settings: FactSettings = [],  # noqa: B006 - typer copies it
    facts: FactsFiles = [],  # noqa: B006
    reader: Annotated[str, typer.Option(metavar="|".join(READERS), help="Whom to explain it to.")] = "support",
    record: Annotated[
        str | None, typer.Option(metavar="FILE", help="A logged decision to explain; - reads standard input.")
    ] = None,
    *,
    each: Each = False,
    as_json: AsJson = False,
    root: Root = None,
) -> int:
    """Explain a decision made now, or one that was logged."""
    check_choice("reader", reader, READERS)
    explained: decisions.Explained | decisions.ExplainedEach | decisions.ExplainedLater
    if record is not None:
        if each:
            raise UsageError("a record holds one decision", "leave out --each")
        if settings or facts:
            raise UsageError("a record holds the facts of its decision", "leave out --set and --facts")
        explained = _explain_logged(record, rules, root, reader)
    elif rules is None:
        raise UsageError("no rules are named", "name a rule file or a shipped one, or give --record")
    elif each:
        loaded = load_named(rules, root)
        with given_for_each(loaded.graph, settings, facts) as (common, per_medium):
            explained = decisions.explain_each(loaded, common, per_medium, reader)  # type: ignore[arg-type]
    else:
        loaded = load_named(rules, root)
        with given_facts(loaded.graph, settings, facts) as given:
            explained = decisions.explain(loaded, given, reader)
    if as_json:
        write_json(explained.to_dict())
    else:
        write_line(explained.words)
    return CLEAN


# ---- A decision that was logged ----


def _explain_logged(file: str, rules: str | None, root: str | None, reader: str) -> decisions.ExplainedLater:
    """Explain what stands in a file, a record or a receipt, perhaps with other keys beside it or around it."""
    from notifyrules.receipts.replay import explain as replay  # noqa: PLC0415 - `--help` answers without it
    from notifyrules.receipts.replay import is_receipt  # noqa: PLC0415

    name, text = read_text(file, "the record")
    plain = parse_json(name, text)
    if isinstance(plain, dict) and {"media", "decisions"} <= plain.keys():
        raise UsageError("these are decisions for several media", "give one of them, as it stands under `decisions`")
    around = [plain, *(plain.values() if isinstance(plain, dict) else ())]
    named = None if rules is None else load_named(rules, root)
    if (receipt := next((one for one in around if is_receipt(one)), None)) is not None:
        folder = "." if file == "-" else str(Path(file).parent)
        found = replay(receipt, places=dict.fromkeys((folder, ".")))
        return decisions.explain_receipt(found, named or _rules_at_hand(found.record()), reader)
    plain = next((one for one in around if isinstance(one, dict) and VERSION_KEY in one), plain)
    if isinstance(plain, dict) and VERSION_KEY in plain:
        plain = {key: value for key, value in plain.items() if key in RECORD_KEYS}
    logged = Record.from_dict(plain)
    return decisions.explain_logged(logged, named or _rules_at_hand(logged), reader)


def _rules_at_hand(record: Record) -> Rules | None:
    """
    Load the rules that a record names, if they are at hand.

    A record may be forged, so it opens nothing but shipped rules and files below the current folder, and what is wrong
    with such a file is not shown.
    """
    name = record.path.removeprefix(SHIPPED_PREFIX)
    try:
        if record.path.startswith(SHIPPED_PREFIX):
            at_hand = shipped_path(name) is not None
        else:
            at_hand = Path(name).resolve().is_relative_to(Path.cwd())
    except (OSError, ValueError, RuntimeError):
        return None
    try:
        return load_named(name, None) if at_hand else None
    except (RulesError, UsageError):
        return None
