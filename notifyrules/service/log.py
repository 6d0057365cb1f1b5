"""Log decisions: JSON Lines, one a decision, of which `notifyrules explain --record` reads each."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from notifyrules import Decision, Rules, UsageError
from notifyrules.answers.decisions import log_record
from notifyrules.evaluation.withholding import masking
from notifyrules.service.access import Caller
from notifyrules.service.metrics import Cell
from notifyrules.service.settings import Log

_LOOK_AGAIN_S: Final = 1.0
_log = logging.getLogger(__name__)


class DecisionLog:
    """A file that lines are added to; whoever rotates it renames it, and it is begun anew."""

    def __init__(self, path: Path, settings: Log, unlogged: Cell, clock: Callable[[], float] = time.time) -> None:
        """Open the file; UsageError where that cannot be. What cannot be written later is counted as *unlogged*."""
        self._path, self._unlogged, self._clock = path, unlogged, clock
        key = settings.key if settings.private == "hash" else None
        self._mask = masking(None if key is None else key.encode())
        try:
            self._file = self._open()
        except OSError as error:
            raise UsageError(f"the log of decisions `{path}` cannot be opened: {error.strerror}") from None
        self._looked = clock()

    def keep(self, rules: Rules, decision: Decision, caller: Caller, subject: str | None) -> None:
        """Add a line; a decision that cannot be logged is given all the same."""
        now = self._clock()
        line = {
            "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
            "client": caller.client,
            "subject": subject,
            "decision": log_record(rules, decision, self._mask).to_dict(),
        }
        try:
            if now - self._looked >= _LOOK_AGAIN_S:
                self._look()
                self._looked = now
            # One write a line, at the end: lines of several processes never mix.
            os.write(self._file, to_json(line) + b"\n")
        except OSError:
            self._unlogged.count += 1
            if self._unlogged.count == 1:
                _log.exception("decisions cannot be logged")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)

    def _look(self) -> None:
        """Open the file anew when it was renamed."""
        opened = os.fstat(self._file)
        try:
            if os.path.samestat(opened, self._path.stat()):
                return
        except FileNotFoundError:
            pass
        new = self._open()
        os.close(self._file)
        self._file = new
