"""A retry changes nothing: the Idempotency-Key header field (IETF HTTPAPI draft 07, October 2025)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from typing import Final

from notifyrules.service.access import Asked, Caller
from notifyrules.service.problems import Problem
from notifyrules.service.store import Kept, Store

LEASE_S: Final = 30
"""How long a process may work on an answer; where it has died meanwhile, the next retry is answered after that."""
KEPT_S: Final = 24 * 3600
REPLAYED: Final = "Idempotent-Replayed"
# A string as RFC 9651 has it, or the same without its quotes, as many clients send it.
_KEY: Final = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})')


async def once(store: Store, caller: Caller, asked: Asked, work: Callable[[], Awaitable[bytes]]) -> tuple[bytes, bool]:
    """
    Answer a request that carries a key: by *work* the first time, by the same bytes each time after that.

    Returns:
        The answer's body, and whether it was given before. What *work* raises is not kept, so that a retry is
        worked on again.

    Raises:
        Problem: The key is none, it is being worked on, or it came with another request before.
    """
    if (match := _KEY.fullmatch(asked.headers["idempotency-key"])) is None:
        raise Problem(400, "idempotency-key-invalid", "`Idempotency-Key` has 1 to 255 visible characters, best a UUID")
    key = sha256(f"{caller.client}\0{match[1] or match[2]}".encode()).hexdigest()
    # By what host it came does not matter: a proxy may send the retry to another process.
    head = f"{asked.method} {asked.url.partition('://')[2].partition('/')[2]}\n".encode()
    fingerprint = sha256(head + asked.body).digest()
    found = await store.claim(key, fingerprint, LEASE_S)
    if isinstance(found, Kept):
        if found.fingerprint != fingerprint:
            raise Problem(422, "idempotency-key-reused", "the `Idempotency-Key` came with another request before")
        if found.answer:
            return found.answer, True
        detail = "the request with this `Idempotency-Key` is being answered"
        raise Problem(409, "idempotency-key-running", detail, {"Retry-After": "1"})
    try:
        answer = await work()
    except BaseException:
        with suppress(Problem):
            await store.release(key, found)
        raise
    await store.finish(key, found, answer, KEPT_S)
    return answer, False
