"""An extension of griffe: the roles in docstrings, such as `:class:`~notifyrules.Rules``, become links of the site."""

from __future__ import annotations

import re
from typing import Any

import griffe

import notifyrules

_ROLE = re.compile(r":\w+:`(~?)([\w.]+)`")
_HOMES = {f"{home}.{name}": f"notifyrules.{name}" for name, home in notifyrules._HOMES.items()}  # noqa: SLF001 - its own


def linked(text: str) -> str:
    """Write roles as Markdown: a link where the site has that name, else a word."""

    def link(role: re.Match[str]) -> str:
        path = _HOMES.get(role[2], role[2])
        head, _, name = path.rpartition(".")
        public = name.startswith("Decide") or path.removeprefix("notifyrules.").partition(".")[0] in notifyrules.__all__
        target = path if path.startswith("notifyrules.") else None
        shown = name if role[1] or not head else path
        return f"[`{shown}`][{target}]" if public and target else f"`{shown}`"

    return _ROLE.sub(link, text)


class Roles(griffe.Extension):
    """Rewrites each docstring once it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:  # noqa: ANN401 - griffe's own
        """Take a docstring."""
        if obj.docstring is not None:
            obj.docstring.value = linked(obj.docstring.value)
