"""Write receipts to files: never in the way of who decides, and readable whatever becomes of the process."""

from __future__ import annotations

import atexit
import logging
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from json.encoder import encode_basestring_ascii
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Final, Self, TypeAlias
from weakref import WeakSet

from notifyrules.compiled.decision import Decision, Verdict
from notifyrules.compiled.receipts import Quick, Scribe, beside, scribe_of, timed
from notifyrules.errors import UsageError
from notifyrules.evaluation.withholding import masking
from notifyrules.language.moments import write_milliseconds
from notifyrules.receipts.sources import Sources

ENDING: Final = ".jsonl"
"""What the name of a file of receipts ends with while it is written."""
PACKED: Final = ".parquet"
"""What it ends with when it is closed and packed."""
_BATCH: Final = 4_096
"""Receipts that are written at once."""
_REST_S: Final = 0.05
_SYNC_S: Final = 1.0
_HOUR_S: Final = 3_600
_NULL: Final = subprocess.DEVNULL
_log = logging.getLogger(__name__)
Known: TypeAlias = tuple[Scribe, str, Quick | None]
"""What writes the receipts of a verdict, what they have in common, and what writes them where facts are as usual."""
_open: WeakSet[ReceiptWriter] = WeakSet()


class ReceiptWriter:
    """
    Write receipts into a folder, a line each, with the sources of their rules beside them.

    Whoever decides only puts the line into a queue; a thread writes what waits, twenty times a second. On exit of the
    process nothing is lost; where it is killed, at most what the queue holds. Every process has files of its own, a new
    one each hour: `receipts.<host>.<process>.<hour>.jsonl`.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        most_waiting: int = 100_000,
        key: str | bytes | None = None,
        packs: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Begin to write.

        Args:
            folder: It is made, unless it is there.
            most_waiting: Receipts that may wait; beyond them, they are refused and counted.
            key: What hashes of private facts are keyed with; without it, nothing is kept of them.
            packs: Whether the files of past hours are packed as Parquet, once an hour, by a process of its own: what
                `notifyrules log FOLDER --pack` does.
            clock: Gives the seconds since 1970.

        Raises:
            UsageError: The folder cannot be written to, what packs is not installed, or the key is empty.
        """
        self.folder = Path(folder)
        self.refused = 0
        """Receipts that found the queue full."""
        self.lost = 0
        """Receipts that could not be written, such as where the disk was full."""
        self._mask = masking(key)
        self._most, self._clock, self._packs = most_waiting, clock, packs
        if packs and find_spec("duckdb") is None:
            raise UsageError("receipts are packed with DuckDB", "install it with `pip install 'notifyrules[log]'`")
        self._now = -1, ""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.W_OK):
                raise PermissionError(0, "it may not be written to")
        except OSError as error:
            raise UsageError(f"receipts cannot be kept in `{self.folder}`: {error.strerror}") from None
        self._begin()
        _open.add(self)

    def _begin(self) -> None:
        """Begin as nobody but this process does."""
        self._waiting: deque[bytes] = deque()
        self._known: dict[Verdict, Known] = {}
        self._met: list[Scribe] = []
        """Those whose sources are still to be kept."""
        self._lock, self._stop = RLock(), Event()
        self._file, self._hour, self._synced = -1, -1, 0.0
        self._thread: Thread | None = None
        self._packer: subprocess.Popen[bytes] | None = None
        self._packed = -1

    def write(
        self,
        decision: Decision,
        id: str | None = None,  # noqa: A002 - the key that it gets
        *,
        subject: str | None = None,
        at: str | datetime | None = None,
    ) -> bool:
        """
        Keep the receipt of a decision, without waiting.

        Args:
            decision: Of any rules; their sources are kept, too.
            id: What names it.
            subject: Whom it is about.
            at: When it was made, as RFC 3339 has it, or an aware datetime; now unless given.

        Returns:
            Whether it was taken: False where the queue is full, which is counted as `refused`.

        Raises:
            UsageError: What is given as *at* is no instant.
        """
        waiting = self._waiting
        if len(waiting) >= self._most:
            self.refused += 1
            return False
        verdict = decision._verdict  # noqa: SLF001 - the writer is part of what decisions give
        scribe, head, quick = self._known.get(verdict) or self._meet(verdict)
        now = int(self._clock() * 1_000)
        if now != self._now[0]:
            # One value of both, because several threads may tell the time.
            self._now = now, write_milliseconds(now)
        when = self._now[1] if at is None else timed(at)
        if id is not None and subject is not None and id.isascii() and subject.isascii():
            # What nearly all are: a call less for each.
            begun = f'{{"id":{encode_basestring_ascii(id)},"at":"{when}","subject":{encode_basestring_ascii(subject)},'
        else:
            begun = beside({"id": id, "at": when, "subject": subject})
        facts = decision._facts  # noqa: SLF001
        if quick is not None and facts.__class__ is tuple:
            waiting.append(quick(facts, begun, head))
        else:
            waiting.append(scribe.line(decision, begun, self._mask))
        return True

    def _meet(self, verdict: Verdict) -> Known:
        """Keep the sources of rules before their first receipt, and see to it that somebody writes."""
        scribe = scribe_of(verdict)
        known = scribe, scribe.heads[verdict.reason], scribe.quick
        with self._lock:
            self._known[verdict] = known
            self._met.append(scribe)
            if self._thread is None and not self._stop.is_set():
                self._thread = Thread(target=self._work, name="notifyrules receipts", daemon=True)
                self._thread.start()
        return known

    def flush(self) -> None:
        """Write what waits, and wait until the disk has it."""
        with self._lock:
            self._write_all()
            if self._file >= 0:
                with suppress(OSError):
                    os.fsync(self._file)

    def close(self) -> None:
        """Write what waits, and write no more; a receipt that comes later is refused."""
        self._most = 0
        self._stop.set()
        with self._lock:
            self.flush()
            self._shut()
            if self._packer is not None:
                # It leaves the files whole, and the next one packs them.
                self._packer.kill()
                self._packer.wait()
        _open.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- What the thread does ----

    def _work(self) -> None:
        while not self._stop.wait(_REST_S):
            with self._lock:
                if self._stop.is_set():
                    # It was closed while this waited for the lock, and nothing may be begun any more.
                    return
                self._write_all()
                hour = int(self._clock() // _HOUR_S)
                if self._file >= 0 and hour != self._hour:
                    self._shut()
                if self._packs and hour != self._packed:
                    self._pack()
                    self._packed = hour

    def _pack(self) -> None:
        """Begin to pack what is closed: in a process, as it takes memory and a processor for some seconds."""
        if self._packer is not None:
            if (code := self._packer.poll()) is None:
                return
            if code:
                _log.error("receipts are not packed; `notifyrules log %s --pack` says why", self.folder)
        words = [sys.executable, "-m", "notifyrules", "log", str(self.folder.absolute()), "--pack"]
        try:
            self._packer = subprocess.Popen(words, stdin=_NULL, stdout=_NULL, stderr=_NULL)  # noqa: S603 - ourselves
        except OSError:
            _log.exception("receipts cannot be packed")

    def _write_all(self) -> None:
        waiting = self._waiting
        while count := min(len(waiting), _BATCH):
            lines = [waiting.popleft() for _ in range(count)]
            while self._met:
                # What is met is put here before its first line waits.
                with suppress(OSError):
                    Sources.of(self._met.pop().graph).save(self.folder)
            self._append(lines)

    def _append(self, lines: list[bytes]) -> None:
        """Write whole lines at once, so that a file that two processes share never mixes them."""
        try:
            self._turn()
            content = memoryview(b"".join(lines))
            while content:
                content = content[os.write(self._file, content) :]
            if (now := time.monotonic()) - self._synced >= _SYNC_S:
                os.fsync(self._file)
                self._synced = now
        except OSError:
            if not self.lost:
                _log.exception("receipts cannot be kept")
            self.lost += len(lines)

    def _turn(self) -> None:
        """Begin the file of the hour."""
        hour = int(self._clock() // _HOUR_S)
        if self._file >= 0 and hour == self._hour:
            return
        self._shut()
        shown = datetime.fromtimestamp(hour * _HOUR_S, UTC).strftime("%Y%m%dT%H")
        path = self.folder / f"receipts.{socket.gethostname()}.{os.getpid()}.{shown}{ENDING}"
        while path.with_suffix(PACKED).exists():
            # The clock was set back: what is packed is not written to again.
            path = path.with_suffix(f".more{ENDING}")
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        self._hour = hour

    def _shut(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


def _close_all() -> None:
    for writer in list(_open):
        writer.close()


def _forked() -> None:
    """In a process that was forked: what waits is written by the one that took it, and no thread came along."""
    for writer in list(_open):
        writer._begin()  # noqa: SLF001 - of this module


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
