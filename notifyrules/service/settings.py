"""Read how the service is set up: one TOML file. The table of `docs/service.md` says what each key is for."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from notifyrules.errors import UsageError
from notifyrules.shipped import shipped_path

_SHOWN: Final = 60
_OURS: Final = {"model_type": "a table", "string_pattern_mismatch": "text that matches `{pattern}`"}
_SECRETS: Final = ("store.redis", "log.key", "hold.database")
"""What is never shown, since passwords stand in it."""
_PYDANTICS: Final = re.compile("^(Input should be|Value error,) ")


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Read a path as relative to the file in which it stands."""
    return path if info.context is None else Path(info.context, path)


def _beside_or_shipped(path: Path, info: ValidationInfo) -> Path:
    """Read a path as relative too, unless it is the name of shipped rules, and nothing else has it."""
    found = _beside(path, info)
    return path if shipped_path(str(path)) is not None and not found.exists() else found


File = Annotated[Path, Strict(strict=False), AfterValidator(_beside)]
"""A path in a settings file, relative to that file."""
RulesName = Annotated[Path, Strict(strict=False), AfterValidator(_beside_or_shipped)]
"""A path, or the name of rules that come with the package."""
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Section(BaseModel):
    """A table of a settings file: no unknown keys, and no value taken for another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limits(Section):
    """What a call may cost."""

    body_bytes: int = Field(default=1024 * 1024, ge=1024)
    facts: int = Field(default=1000, ge=1, le=100_000)
    read_s: Seconds = 5.0
    connections: int | None = Field(default=None, ge=1)
    drain_s: float = Field(default=5.0, ge=0, le=3600)


class StoreSettings(Section):
    """Where nonces and idempotency keys are kept."""

    path: File = Path("notifyrules-service.sqlite")
    redis: str | None = Field(default=None, pattern="^(rediss?|unix)://")


class Log(Section):
    """Where decisions are logged."""

    path: File | None = None
    receipts: File | None = None
    private: Literal["leave-out", "hash"] = "leave-out"
    key: str | None = Field(default=None, min_length=16)

    @model_validator(mode="after")
    def _hashes_are_keyed(self) -> Log:
        if self.private == "hash" and self.key is None:
            raise ValueError("a `key` beside `private = 'hash'`, 16 random characters or more")
        return self


class ChangeSettings(Section):
    """What changed rules must stand before they decide."""

    every_s: Seconds = 1.0
    cases: bool = True
    prove: bool = False
    allow: list[str] | None = None
    candidate: File | None = None
    canary_percent: float = Field(default=0.0, ge=0, le=100)


class Identity(Section):
    """Who issues access tokens: the service itself, or an identity provider."""

    keys: File = Path("notifyrules-keys.json")
    issuer: str | None = Field(default=None, pattern="^https?://")
    jwks_uri: str | None = Field(default=None, pattern="^https?://")
    audience: str = "notifyrules"

    @model_validator(mode="after")
    def _a_provider_has_both(self) -> Identity:
        if (self.issuer is None) != (self.jwks_uri is None):
            raise ValueError("`issuer` and `jwks_uri` together, for an identity provider, or neither")
        return self


class WorkerSettings(Section):
    """How events are answered."""

    prefix: str = Field(default="notifyrules", pattern="^[A-Za-z0-9_-]+$")
    batch: int = Field(default=100, ge=1, le=10_000)
    redeliver_s: Seconds = 30.0


class Hold(Section):
    """Where held events are kept."""

    database: str = Field(default="sqlite:///notifyrules-holds.sqlite", pattern="^(sqlite|postgresql)")
    executor: str = Field(default="holder-0", pattern="^[A-Za-z0-9._-]+$")


class Settings(Section):
    """How one service is set up."""

    rules: list[RulesName] = Field(default_factory=list)
    clients: File = Path("notifyrules-clients.toml")
    public_url: str | None = Field(default=None, pattern="^https?://[^/?#]+$")
    limits: Limits = Limits()
    store: StoreSettings = StoreSettings()
    log: Log = Log()
    changes: ChangeSettings = ChangeSettings()
    identity: Identity = Identity()
    worker: WorkerSettings = WorkerSettings()
    hold: Hold = Hold()


def read_settings(file: Path) -> Settings:
    """Read a settings file; UsageError that says what stands where and what is expected, of all that is wrong."""
    try:
        return Settings.model_validate(tomllib.loads(file.read_text("utf-8-sig")), context=file.parent)
    except OSError as error:
        raise UsageError(f"`{file}` cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"`{file}` is not UTF-8 text: byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        raise UsageError(f"`{file}` is not TOML: {message[:1].lower()}{message[1:]}") from None
    except ValidationError as error:
        raise UsageError(f"`{file}`: {'; '.join(map(_told, error.errors(include_url=False)))}") from None


def _told(error: Any) -> str:  # noqa: ANN401 - pydantic's own form
    """Tell of one mistake: the key, what was found, what is expected."""
    *around, last = error["loc"]
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        table: Any = Settings
        for name in around:
            table = table.model_fields[name].annotation
        near = get_close_matches(str(last), table.model_fields, 1)
        advice = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(table.model_fields)}"
        return f"`{key}` is not a setting; {advice}"
    expected = _PYDANTICS.sub("", error["msg"])
    if error["type"] in _OURS:
        expected = _OURS[error["type"]].format(**error.get("ctx", {}))
    shown = "a table" if isinstance(error["input"], dict) else repr(error["input"])[:_SHOWN]
    return f"`{key}` is {'a secret' if key in _SECRETS else shown}, expected {expected[:1].lower()}{expected[1:]}"
