"""Refusals as the service tells them: Problem Details for HTTP APIs (RFC 9457, July 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from pydantic_core import to_json

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - it is called so in RFC 9457
    """What a call is refused with."""

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        """
        Refuse a call.

        Args:
            status: The HTTP status.
            kind: What is wrong, by a name that stays the same: `unknown-rules`, `token-expired`.
            detail: What is wrong with this call, and what to do.
            headers: What the answer says besides, such as `Retry-After`.
            more: Members of the answer that are for programs.
        """
        super().__init__(detail)
        self.status, self.kind, self.detail, self.headers, self.more = status, kind, detail, dict(headers or {}), more

    def to_dict(self) -> dict[str, object]:
        """Give what the answer's body holds."""
        title = HTTPStatus(self.status).phrase
        return {
            "type": f"urn:notifyrules:problem:{self.kind}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }

    def to_json(self) -> bytes:
        """Give the answer's body."""
        return to_json(self.to_dict())
