"""Read the words behind a command; tell those who leave out `--set` what they meant."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click import Context

_SETTING: Final = re.compile(r"[a-z_][a-z0-9_.]*=.*", re.IGNORECASE | re.DOTALL)


class Command(TyperCommand):
    """A command of which `fact=value` without `--set` is understood, if not obeyed."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words; where there are too many, say which, and look for a setting among them."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            message = f"there are words too many: `{shlex.join(ctx.args)}`"
            meant = next((word for word in ctx.args if _SETTING.fullmatch(word)), None)
            if meant is not None and "settings" in ctx.params:
                message += f"\n  help: did you mean `{shlex.join(['--set', meant])}`?"
            ctx.fail(message)
        return rest
