"""Log decisions: records, of which `notifyrules explain --record` reads each, and receipts for `notifyrules log`."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from notifyrules import Decision, ReceiptWriter, Rules, UsageError
from notifyrules.answers.decisions import log_record
from notifyrules.evaluation.withholding import masking
from notifyrules.service.access import Caller
from notifyrules.service.metrics import Cell
from notifyrules.service.settings import Log

_LOOK_AGAIN_S: Final = 1.0
_log = logging.getLogger(__name__)


class DecisionLog:
    """Receipts, and a file that records are added to; whoever rotates that renames it, and it is begun anew."""

    def __init__(self, settings: Log, unlogged: Cell, clock: Callable[[], float] = time.time) -> None:
        """Open what is set; UsageError where that cannot be. What cannot be written later is counted as *unlogged*."""
        self._unlogged, self._clock, self._looked = unlogged, clock, clock()
        key = settings.key if settings.private == "hash" else None
        self._mask = masking(key)
        folder = settings.receipts
        self._receipts = None if folder is None else ReceiptWriter(folder, key=key, clock=clock)
        self._path, self._file = settings.path, -1
        try:
            if self._path is not None:
                self._file = _open(self._path)
        except OSError as error:
            raise UsageError(f"the log of decisions `{self._path}` cannot be opened: {error.strerror}") from None

    def keep(self, rules: Rules, decision: Decision, caller: Caller, subject: str | None) -> None:
        """Add a line to each; a decision that cannot be logged is given all the same."""
        if self._receipts is not None and not self._receipts.write(decision, subject=subject):
            self._unlogged.count += 1
        if self._path is not None:
            self._record(self._path, rules, decision, caller, subject)

    def _record(self, path: Path, rules: Rules, decision: Decision, caller: Caller, subject: str | None) -> None:
        now = self._clock()
        line = {
            "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
            "client": caller.client,
            "subject": subject,
            "decision": log_record(rules, decision, self._mask).to_dict(),
        }
        try:
            if now - self._looked >= _LOOK_AGAIN_S:
                self._look(path)
                self._looked = now
            # One write a line, at the end: lines of several processes never mix.
            os.write(self._file, to_json(line) + b"\n")
        except OSError:
            self._unlogged.count += 1
            if self._unlogged.count == 1:
                _log.exception("decisions cannot be logged")

    def close(self) -> None:
        """Write what waits, and close the files."""
        if self._receipts is not None:
            self._receipts.close()
        if self._path is not None:
            os.close(self._file)

    def _look(self, path: Path) -> None:
        """Open the file anew when it was renamed."""
        opened = os.fstat(self._file)
        try:
            if os.path.samestat(opened, path.stat()):
                return
        except FileNotFoundError:
            pass
        new = _open(path)
        os.close(self._file)
        self._file = new


def log_of(settings: Log, unlogged: Cell) -> DecisionLog | None:
    """Begin to log decisions, if settings say so."""
    return DecisionLog(settings, unlogged) if settings.path or settings.receipts else None


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
