"""Who may ask stands in one file."""

from __future__ import annotations

from base64 import b64encode
from itertools import count
from pathlib import Path

import pytest

from notifyrules.errors import UsageError
from notifyrules.service.clients import Clients, SigningKey, make_client
from tests.service.clients import make_sender, write_clients


class TestSecrets:
    def test_right(self, tmp_path: Path) -> None:
        """A client is known by the secret that it was given."""
        sender = make_sender()
        found = Clients(write_clients(tmp_path / "clients", sender)).authenticate("sender", sender.secret)

        assert found is not None
        assert found.scopes == {"decide"}

    @pytest.mark.parametrize(("name", "secret"), [("sender", "wrong"), ("nobody", "wrong"), ("sender", ""), ("", "")])
    def test_wrong(self, tmp_path: Path, name: str, secret: str) -> None:
        """Nobody is known by another secret or name."""
        clients = Clients(write_clients(tmp_path / "clients", make_sender()))

        assert clients.authenticate(name, secret) is None

    def test_not_kept(self) -> None:
        """The file holds no secret that opens `/token`."""
        sender = make_sender()

        assert sender.secret not in sender.lines

    def test_two_while_it_changes(self, tmp_path: Path) -> None:
        """The old secret is good beside the new one."""
        old, new = make_sender(), make_sender()
        line = next(line for line in new.lines.splitlines() if line.startswith("secrets"))
        both = old.lines.replace('secrets = ["', f'secrets = ["{line.split(chr(34))[1]}", "')
        path = tmp_path / "clients"
        path.write_text(both)
        clients = Clients(path)

        assert clients.authenticate("sender", old.secret)
        assert clients.authenticate("sender", new.secret)


class TestFile:
    def test_changes(self, tmp_path: Path) -> None:
        """A client that is taken out of the file is nobody."""
        path = write_clients(tmp_path / "clients", make_sender("a"), make_sender("b"))
        clients = Clients(path, count(0, 10).__next__)
        assert clients.get("a")

        write_clients(path, make_sender("b"))

        assert clients.get("a") is None
        assert clients.get("b")

    @pytest.mark.parametrize("text", ["[clients", '[clients.a]\nscopes = ["all"]', "[clients.a]", "\x00", "other = 1"])
    def test_broken(self, tmp_path: Path, text: str) -> None:
        """A change that cannot be read leaves the clients as they are, and is told."""
        path = write_clients(tmp_path / "clients", make_sender("a"))
        clients = Clients(path, count(0, 10).__next__)

        path.write_text(text)

        assert clients.get("a")
        assert clients.trouble

    def test_gone_for_a_while(self, tmp_path: Path) -> None:
        """A file that is moved away leaves the clients as they are, and nothing is wrong when it is back."""
        path = write_clients(tmp_path / "clients", make_sender("a"))
        clients = Clients(path, count(0, 10).__next__)
        path.rename(tmp_path / "moved")

        assert clients.get("a")
        assert clients.trouble
        (tmp_path / "moved").rename(path)
        assert clients.get("a")
        assert clients.trouble is None

    def test_two_keys_while_they_change(self, tmp_path: Path) -> None:
        """The old key is good beside the new one, until it is taken out."""
        old, new = make_sender(), make_sender()
        (line,) = (line for line in new.lines.splitlines() if line.startswith("keys"))
        path = tmp_path / "clients"
        path.write_text(old.lines.replace("keys = [", f"keys = [{line.partition('[')[2][:-1]}, "))
        clients = Clients(path, count(0, 10).__next__)

        assert [clients.by_key(one.key_id) for one in (old, new)] == [
            ("sender", SigningKey(id=one.key_id, secret=b64encode(one.key))) for one in (old, new)
        ]
        write_clients(path, new)
        assert clients.by_key(old.key_id) is None
        assert clients.by_key(new.key_id)

    def test_broken_at_first(self, tmp_path: Path) -> None:
        """A service does not start with clients that cannot be read."""
        with pytest.raises(UsageError, match="cannot be read"):
            Clients(tmp_path / "missing")

    def test_secrets_are_not_told(self, tmp_path: Path) -> None:
        """What is wrong is told without what was found, which may be a secret."""
        path = tmp_path / "clients"
        path.write_text('[clients.a]\nscopes = ["decide"]\nsecrets = ["my secret"]')

        with pytest.raises(UsageError) as caught:
            Clients(path)

        assert "clients.a.secrets.0" in str(caught.value)
        assert "my secret" not in str(caught.value)

    def test_one_key_id_twice(self, tmp_path: Path) -> None:
        """An id of a key names one client."""
        sender = make_sender("a")
        path = tmp_path / "clients"
        path.write_text(sender.lines + sender.lines.replace("clients.", "clients.").replace('"a"', '"b"'))

        with pytest.raises(UsageError, match="two keys with the id"):
            Clients(path)


class TestNames:
    @pytest.mark.parametrize("name", ["", 'a"b', "a b", "a\nb", "x" * 65, "é"])
    def test_refused(self, name: str) -> None:
        """A name that would break the file, or a header, is none."""
        with pytest.raises(UsageError, match="cannot be called"):
            make_client(name, ["decide"])
