"""Read the settings of the service: all have defaults, and what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.errors import UsageError
from notifyrules.service.settings import Settings, read_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a settings file."""
    return tmp_path / "service.toml"


class TestDefaults:
    def test_an_empty_file(self, file: Path) -> None:
        """Everything has a default."""
        file.write_text("")

        assert read_settings(file) == Settings()

    def test_paths_are_beside_the_file(self, file: Path) -> None:
        """A path is relative to the file in which it stands; one from the top stays, and so does a shipped name."""
        file.write_text('rules = ["rules", "/srv/rules", "slack"]\nclients = "clients.toml"\n')

        settings = read_settings(file)

        assert settings.rules == [file.parent / "rules", Path("/srv/rules"), Path("slack")]
        assert settings.clients == file.parent / "clients.toml"


class TestMistakes:
    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("x = = 3", "is not TOML: invalid value (at line 1, column 5)"),
            ("[limits]\nbody_byte = 3", "`limits.body_byte` is not a setting; did you mean `body_bytes`?"),
            ("nonsense = 3", "`nonsense` is not a setting; the keys are rules, clients, public_url,"),
            ("[limits]\nfacts = '3'", "`limits.facts` is '3', expected a valid integer"),
            ("[limits]\nread_s = -1", "`limits.read_s` is -1, expected greater than 0"),
            ("limits = 3", "`limits` is 3, expected a table"),
            ("[log]\nprivate = 'hash'", "`log` is a table, expected a `key` beside `private = 'hash'`"),
            ("[log]\nprivate = 'keep'", "`log.private` is 'keep', expected 'leave-out' or 'hash'"),
            (
                "[store]\nredis = 'a:PASS@b'",
                "`store.redis` is a secret, expected text that matches `^(rediss?|unix)://`",
            ),
            ("[hold]\ndatabase = 'a:PASS@b'", "`hold.database` is a secret, expected text that matches"),
            ("[log]\nkey = 'a:PASS@b'", "`log.key` is a secret, expected string should have at least 16"),
            ("[identity]\njwks_uri = 'https://a.b/c'", "expected `issuer` and `jwks_uri` together"),
            ("[identity]\nissuer = 'https://a.b'", "expected `issuer` and `jwks_uri` together"),
            ("public_url = 'rules.example.com'", "`public_url` is 'rules.example.com', expected text that matches"),
        ],
    )
    def test_told(self, file: Path, written: str, told: str) -> None:
        """What is wrong is told with its key, what was found and what is expected."""
        file.write_text(written)

        with pytest.raises(UsageError) as raised:
            read_settings(file)

        assert told in str(raised.value)
        assert "PASS" not in str(raised.value).replace(str(file), "")

    def test_all_at_once(self, file: Path) -> None:
        """All mistakes are told at once."""
        file.write_text("[limits]\nfacts = 0\nread_s = 0\n")

        with pytest.raises(UsageError) as raised:
            read_settings(file)

        assert "limits.facts" in str(raised.value)
        assert "limits.read_s" in str(raised.value)

    def test_no_file(self, file: Path) -> None:
        """A file that is not there is told of."""
        with pytest.raises(UsageError, match="cannot be read: no such file or directory"):
            read_settings(file)

    def test_no_text(self, file: Path) -> None:
        """A file that is not UTF-8 is told of."""
        file.write_bytes(b"\xff\xfe")

        with pytest.raises(UsageError, match="is not UTF-8 text: byte 0"):
            read_settings(file)
