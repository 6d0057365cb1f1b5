"""The command `serve`: decide over HTTP."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from notifyrules.cli.door import CLEAN
from notifyrules.cli.files import require_followed, save
from notifyrules.cli.output import tell, write_line
from notifyrules.errors import UsageError

if TYPE_CHECKING:
    from notifyrules.service.settings import Settings

SUMMARY: Final = "Decide over HTTP, by rules that may change meanwhile."
HELP: Final = """
Decide over HTTP, by rules that may change meanwhile.

RULES are rule files, folders of them, or names of those that come with notifyrules; without any, all that come with
it. Without --settings the service is one for trying out: it makes a client, shows its secret once, and forgets
everything when it stops. --new-client makes a client for a service with settings, shows its secret once, and ends.
"""
EXAMPLE: Final = "notifyrules serve slack"
_NEEDED: Final = ("starlette", "uvicorn", "joserfc", "http_message_signatures", "prometheus_client")


def serve(  # noqa: PLR0913 - the options of the command
    rules: Annotated[list[str] | None, typer.Argument(metavar="RULES...", hidden=True)] = None,
    *,
    settings: Annotated[
        str | None, typer.Option(metavar="FILE", help="The settings, as TOML; RULES count instead of theirs.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for a free one.")] = 8000,
    new_client: Annotated[
        str | None, typer.Option(metavar="NAME", help="Make a client, show its secret once, and end.")
    ] = None,
    scopes: Annotated[str, typer.Option(help="What the new client may do.")] = "decide",
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a key that signs tokens from now on, and end.")
    ] = False,
) -> int:
    """Serve until it is stopped."""
    if missing := next((name for name in _NEEDED if find_spec(name) is None), None):
        raise UsageError(f"the service needs `{missing}`", "install it with `pip install 'notifyrules[service]'`")
    from notifyrules.service.settings import read_settings  # noqa: PLC0415 - an extra

    require_followed(rules or ())
    read = None if settings is None else read_settings(Path(settings))
    if (new_client is not None or new_key) and read is None:
        raise UsageError("a service for trying out makes its own client and key", "name the --settings")
    if read is not None and new_key:
        from notifyrules.service.tokens import OwnKeys  # noqa: PLC0415 - an extra

        write_line(f"key id: {OwnKeys(read.identity.keys).rotate()}")
    elif read is not None and new_client is not None:
        _make_client(read.clients, new_client, scopes.replace(",", " ").split())
    elif read is not None:
        _run(read, rules or [], host, port)
    else:
        with tempfile.TemporaryDirectory(prefix="notifyrules-") as folder:
            _run(_for_trying(Path(folder)), rules or [], host, port)
    return CLEAN


def _for_trying(folder: Path) -> Settings:
    """Set up a service that keeps all it needs in a folder, with a client that is told."""
    from notifyrules.service.settings import Identity, Limits, Settings, StoreSettings  # noqa: PLC0415 - an extra

    settings = Settings(
        clients=folder / "clients.toml",
        store=StoreSettings(path=folder / "store.sqlite"),
        identity=Identity(keys=folder / "keys.json"),
        limits=Limits(drain_s=0),
    )
    _make_client(settings.clients, "dev", ["decide", "explain", "admin"])
    return settings


def _make_client(file: Path, name: str, scopes: list[str]) -> None:
    """Add a client to the file of clients, and show what it needs once."""
    from notifyrules.service.clients import Clients, make_client  # noqa: PLC0415 - an extra

    unknown = [one for one in scopes if one not in ("decide", "explain", "admin")]
    if unknown:
        raise UsageError(f"there is no scope `{unknown[0]}`", "the scopes are decide, explain and admin")
    if file.exists() and Clients(file).get(name) is not None:
        raise UsageError(f"there is a client `{name}` in `{file}` already", "choose another name, or edit the file")
    secret, lines = make_client(name, scopes)  # type: ignore[arg-type] # held above
    before = file.read_bytes() if file.exists() else b""
    beside = file.with_name(f".{file.name}.new")
    save(beside, before + lines.encode())
    beside.chmod(0o600)
    beside.replace(file)
    key = next(iter(Clients(file).get(name).keys))  # type: ignore[union-attr] # written above
    signing = b64encode(key.secret).decode()
    write_line(f"client_id:     {name}\nclient_secret: {secret}\nkey id:        {key.id}\nkey:           {signing}")
    tell("The client gets tokens with its secret, which is shown this once, or signs its requests with the key.")


def _run(settings: Settings, rules: list[str], host: str, port: int) -> None:
    """Serve."""
    from notifyrules.service.app import Service  # noqa: PLC0415 - an extra
    from notifyrules.service.server import Server  # noqa: PLC0415

    if rules:
        settings = settings.model_copy(update={"rules": [Path(one) for one in rules]})
    service = Service(settings)
    Server(service, host=host, port=port).run()
