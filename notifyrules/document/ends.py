"""Name the kinds of ends that a reason may be written for, once for the document and for the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from notifyrules.source.located import Scalar

ENDS: Final[Mapping[str, str]] = {"notified": "true", "held": "later", "refused": "false"}
"""Each with the `notify` of the outcomes that it stands for."""


def ends_in(key: Scalar) -> list[str]:
    """List the kinds of ends that a key names."""
    return [name.strip() for name in key.split("|")]
