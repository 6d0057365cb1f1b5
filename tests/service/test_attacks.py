"""What callers try who would like to do more than they may: none of it works, and none of it is dear."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifyrules.service.decide import read_question
from notifyrules.service.problems import Problem
from notifyrules.service.settings import Changes
from notifyrules.service.versions import Versions
from tests.service.asking import CHART, TITLED, Asking, asking

PUBLIC = "https://rules.example"


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Make the service as it stands behind a proxy."""
    with asking(tmp_path_factory.mktemp("proxied"), public_url=PUBLIC) as made:
        yield made


class TestSignedAddress:
    @pytest.mark.parametrize(
        "host", ["evil/v1/decide/other#", "evil/v1/decide/other?", "evil/v1/decide/other;", "a\tb"]
    )
    def test_a_host_is_no_path(self, behind_a_proxy: Asking, host: str) -> None:
        """What was signed for one path is good for no other, whatever the field `Host` holds."""
        question = json.dumps({"facts": TITLED}).encode()
        signed = behind_a_proxy.sender.sign(question, f"{PUBLIC}/v1/decide/other", nonce=os.urandom(16).hex())
        headers = {**signed.headers, "host": host, "content-type": "application/json"}
        answer = behind_a_proxy.http.post("/v1/decide/chart", content=question, headers=headers)

        assert answer.status_code == 401
        assert answer.json()["seen"] == f"{PUBLIC}/v1/decide/chart"

    @pytest.mark.parametrize("host", ["rules.example", "127.0.0.1:8000", "[::1]:8000", "a_b.c-d", ""])
    def test_any_host_behind_a_proxy(self, behind_a_proxy: Asking, host: str) -> None:
        """Behind a proxy it does not matter by what host the proxy asks."""
        question = json.dumps({"facts": TITLED}).encode()
        signed = behind_a_proxy.sender.sign(question, f"{PUBLIC}/v1/decide/chart", nonce=os.urandom(16).hex())
        headers = {**signed.headers, "host": host, "content-type": "application/json"}

        assert behind_a_proxy.http.post("/v1/decide/chart", content=question, headers=headers).status_code == 200


class TestScopes:
    @pytest.mark.parametrize("more", [{"record": True}, {"explain": "support"}])
    def test_an_answer_of_before_takes_its_scope_too(self, service: Asking, more: dict[str, object]) -> None:
        """What holds facts of people is not given again, by its key, to a token that may not ask for it."""
        form = {"grant_type": "client_credentials", "scope": "decide"}
        secrets = {"client_id": service.sender.name, "client_secret": service.sender.secret}
        narrow = service.http.post("/token", data={**form, **secrets}).json()["access_token"]
        question, key = {"facts": TITLED, **more}, os.urandom(8).hex()

        assert service.decide(question, idempotency_key=key).status_code == 200
        refused = service.decide(question, idempotency_key=key, authorization=f"Bearer {narrow}")
        assert (refused.status_code, refused.json().get("scope")) == (403, "explain")

    def test_kept_answers_are_nobody_elses(self, service: Asking) -> None:
        """The file of answers that are kept is for the service alone: some hold facts of people."""
        assert (service.folder / "store.sqlite").stat().st_mode & 0o077 == 0
        assert (service.folder / "store.sqlite-wal").stat().st_mode & 0o077 == 0


class TestDearBodies:
    def test_unknown_keys_are_told_up_to_a_number(self) -> None:
        """However many keys are unknown, so many are told."""
        with pytest.raises(Problem) as refused:
            read_question(json.dumps({"facts": {}, **{f"key_{number}": 0 for number in range(1000)}}).encode())

        assert len(refused.value.to_dict()["problems"]) == 20  # type: ignore[arg-type]

    def test_a_key_that_comes_twice_is_named(self) -> None:
        """Among however many others."""
        keys = [*(f'"key_{number}": 0' for number in range(20_000)), '"key_7": 1']
        with pytest.raises(Problem, match='the key "key_7" stands twice'):
            read_question(f'{{"facts": {{{", ".join(keys)}}}}}'.encode())


def test_what_a_candidate_refuses_is_not_quoted(tmp_path: Path) -> None:
    """A candidate that refuses a private fact is told of by the fact's name, and by no word of the fact."""
    names = '{type: text, default: "", private: true}'
    (tmp_path / "chart.yaml").write_text(CHART, "utf-8")
    (tmp_path / "new").mkdir()
    new = CHART.replace(names, "{type: int, default: 0, private: true}").replace('user.name == ""', "user.name == 0")
    (tmp_path / "new" / "chart.yaml").write_text(new, "utf-8")
    versions = Versions([tmp_path / "chart.yaml"], Changes(candidate=tmp_path / "new"))
    facts = {**TITLED, "user.name": "Ada Lovelace"}
    versions.compare(versions.charts["chart"], facts, versions.charts["chart"].decide(facts))
    told: Any = versions.to_dict()
    versions.close()

    (failed,) = told["candidate"]["comparisons"]["chart"]["failed"]
    assert (failed["raised"], failed["count"]) == ("FactsError: user.name", 1)
    assert "Lovelace" not in json.dumps(told)
