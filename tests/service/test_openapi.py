"""What the service says of itself is so: whoever keeps to its OpenAPI is answered as it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.service.asking import TITLED, Asking
from tests.service.processes import running

CONFIG = """
[checks.negative_data_rejection]
# What is wrong may be too large as well.
expected-statuses = [400, 401, 403, 404, 405, 413, 415, 422]
"""


class TestDocument:
    def test_made_from_the_rules(self, service: Asking) -> None:
        """Facts, outcomes and reasons of the rules in force stand in the document."""
        told = service.get("/openapi.json").json()
        schemas = told["components"]["schemas"]

        assert told["openapi"] == "3.1.0"
        assert "/v1/decide/chart" in told["paths"]
        assert schemas["chart.facts"]["required"] == ["message"]
        assert schemas["chart.answer"]["properties"]["outcome"] == {"enum": ["ring", "hold", "silent"]}
        assert "night.else" in schemas["chart.answer"]["properties"]["reason"]["enum"]
        assert "kind" not in schemas["chart.facts.each"]["properties"].get("device", {"properties": {}})["properties"]

    @pytest.mark.parametrize(
        "question",
        [
            {"facts": TITLED},
            {"facts": TITLED, "explain": "user", "record": True, "subject": "u1"},
            {"facts": [TITLED, {}]},
            {"facts": TITLED, "each": True, "per_medium": {"mobile": {"preferences": {"level": "none"}}}},
            {"facts": [TITLED], "each": True},
        ],
        ids=str,
    )
    def test_questions_and_answers(self, service: Asking, question: dict[str, object]) -> None:
        """What is asked as it says is answered as it says."""
        told = service.get("/openapi.json").json()
        operation = told["paths"]["/v1/decide/chart"]["post"]
        asked, answered = (
            one["content"]["application/json"]["schema"]
            for one in (operation["requestBody"], operation["responses"]["200"])
        )

        jsonschema.Draft202012Validator({**told, **asked}).validate(question)
        jsonschema.Draft202012Validator({**told, **answered}).validate(service.decide(question).json())

    def test_who_may_read_it(self, service: Asking) -> None:
        """It takes a token, as it tells what rules ask about people."""
        assert service.get("/openapi.json", authorization="").status_code == 401


class TestShipped:
    @pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.soak)])
    def test_no_lie(self, tmp_path: Path, seed: int) -> None:
        """Schemathesis finds nothing for any chart that comes with the package."""
        (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
        with running(tmp_path, rules=()) as process:
            command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")]
            command += ["run", f"http://127.0.0.1:{process.port}/openapi.json", "--checks", "all", "--seed", str(seed)]
            command += ["--header", f"Authorization: Bearer {process.token}", "--max-examples", "20"]
            command += ["--phases", "examples,coverage,fuzzing", "--no-color"]
            run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert run.returncode == 0, "\n".join(line[:300] for line in (run.stdout + run.stderr).splitlines()[-80:])
