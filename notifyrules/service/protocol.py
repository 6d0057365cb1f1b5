"""HTTP/1.1 with a bound on all that a call consists of, for uvicorn."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from notifyrules.service.problems import MEDIA_TYPE, Problem
from notifyrules.service.settings import Limits

_HEAD_BYTES: Final = 32 * 1024
"""What the address and the fields of one call may have together."""
_FRAMED: Final = 8
"""How many times as many bytes as it may have a body comes in: its parts may be small, and say more than their size."""
_WAITING: Final = 64
"""Calls that may stand behind one that is being answered, on one connection."""


class _Refused(Exception):  # noqa: N818 - the parser tells of it
    """The head of a call is too large, or names no host, or too many calls wait."""


class _Dropped(list[tuple[bytes, bytes]]):
    """Fields behind a body: nobody reads them, and those of the head are not added to (RFC 9110, 6.5.1)."""

    def append(self, field: tuple[bytes, bytes]) -> None:
        """Keep nothing."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1, and no other protocol, in which neither the head nor the body of a call is large or slow."""

    patience_s = 5.0
    """How long a head may take to arrive."""

    def __init__(self, limits: Limits, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Wait for the first head."""
        super().__init__(**options)
        self._most = _HEAD_BYTES + _FRAMED * limits.body_bytes
        # Whoever reads the body refuses it earlier, and in words.
        self._body_s = limits.read_s + 1
        self._taken_s = 6 * limits.read_s
        self._taking: asyncio.TimerHandle | None = None
        self._ended, self._in_head, self._size = 0, True, 0
        self._timer: asyncio.TimerHandle | None = None
        self._given = self._rest = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._arrived()
        super().connection_lost(exc)
        self._is_taken()

    def pause_writing(self) -> None:
        """Wait, for so long, until what was answered is taken."""
        super().pause_writing()
        self._taking = self.loop.call_later(self._taken_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Answer on."""
        super().resume_writing()
        self._is_taken()

    def _is_taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def timeout_keep_alive_handler(self) -> None:
        """End the connection, also where what was answered is not taken."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what has arrived: of a head or a body that does not end, only so much, for so long."""
        ended = self._ended
        self._rest = data
        while given := self._rest:
            self._rest = b""
            self._given = given
            super().data_received(given)
        if ended != self._ended:
            self._size = 0
        else:
            self._size += len(data)
            if self._size > (_HEAD_BYTES if self._in_head else self._most):
                self.send_400_response("")
        if self._timer is None and not (self._in_head and ended != self._ended):
            self._wait()

    def on_headers_complete(self) -> None:
        """Take the end of a head."""
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise _Refused
            return  # It comes once more, without that wish.
        self._arrived()
        self._size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._size > _HEAD_BYTES or len(self.pipeline) > _WAITING:
            raise _Refused
        self._take_host()
        super().on_headers_complete()
        self._in_head, self.headers = False, _Dropped()

    def _take_host(self) -> None:
        """Hold that there is one host: that of the address where it has one, whatever `Host` says (RFC 9112, 3.2)."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            raise _Refused
        if not self.url.startswith((b"/", b"*")) and (told := httptools.parse_url(self.url)).host:
            host = b"%b:%d" % (told.host, told.port) if told.port else told.host
            self.headers[:] = [*(one for one in self.headers if one[0] != b"host"), (b"host", host)]

    def _unsupported_upgrade_warning(self) -> None:
        """Read a call as if it wished for no other protocol, as Java's do (RFC 9110, 7.8): uvicorn loses its body."""
        upgrade = sys.exc_info()[1]
        assert isinstance(upgrade, httptools.HttpParserUpgrade)
        line = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        fields = (b"%b: %b\r\n" % one for one in self.headers if one[0] != b"upgrade")
        self._rest = b"%b%b\r\n%b" % (line, b"".join(fields), self._given[upgrade.args[0] :])
        self.parser = httptools.HttpRequestParser(self)

    def on_message_complete(self) -> None:
        """Take the end of a call: what comes now is the head of the next one."""
        if not self.parser.should_upgrade():
            self._arrived()
            self._in_head = True
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is said in our own words
        """Refuse what is no call, in the form of all refusals."""
        problem = Problem(400, "not-http", "what was sent is not HTTP/1.1")
        if not self._in_head and self._size > self._most:
            problem = Problem(413, "body-too-large", f"the body comes in more than {self._most:,} bytes")
        elif self._in_head and self._size > _HEAD_BYTES:
            problem = Problem(431, "head-too-large", f"the address and the fields have more than {_HEAD_BYTES:,} bytes")
        body = problem.to_json()
        head = f"HTTP/1.1 {problem.status} {problem.to_dict()['title']}\r\nconnection: close\r\n"
        head += f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n\r\n"
        # Whoever waits for another answer would take this one for it.
        answered = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr] # before the first
        if not self.transport.is_closing():
            if not self.pipeline and (answered if self._in_head else not self.cycle.response_started):
                self.transport.write(head.encode() + body)
            self.transport.close()

    def _wait(self) -> None:
        patience_s = self.patience_s if self._in_head else self._body_s
        self._timer = self.loop.call_later(patience_s, self._expire)

    def _expire(self) -> None:
        # While it is we who do not read, nobody else is late.
        if self.flow.read_paused:
            self._wait()
        else:
            self.timeout_keep_alive_handler()

    def _arrived(self) -> None:
        """Take the end of a head or a body."""
        self._ended += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
