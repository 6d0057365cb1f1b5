"""Claims about rules that change while the service answers: what callers, admins and metrics see of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifyrules.service.settings import ChangeSettings
from tests.service.asking import CHART, TITLED, Asking, asking
from tests.service.test_versions import BROKEN

QUIETER = CHART.replace("then: ring, else: night", "then: ring, else: off")


@pytest.fixture
def shadowed(folder: Path) -> Iterator[Asking]:
    """Make the service with a candidate that decides in shadow."""
    (folder / "next").mkdir()
    (folder / "next" / "chart.yaml").write_text(QUIETER, "utf-8")
    with asking(folder, changes=ChangeSettings(candidate=folder / "next")) as made:
        yield made


def changes(made: Asking) -> Any:  # noqa: ANN401 - JSON
    """Ask what became of changes."""
    return made.get("/v1/admin/changes").json()


def test_a_change_decides_from_the_reload_on(service: Asking) -> None:
    """The digest of the next answer is that of the new file, and the list, the schema and the metrics know it."""
    file = service.folder / "chart.yaml"
    before = service.decide({"facts": TITLED}).json()
    file.write_text(CHART + "# changed\n", "utf-8")
    told = service.ask("/v1/admin/reload", {}).json()
    after = service.decide({"facts": TITLED}).json()

    assert before["digest"] != after["digest"] == told["rules"][0]["charts"]["chart"]
    assert service.get("/v1/rules").json()["rules"][0]["digest"] == after["digest"]
    assert service.get("/v1/rules/chart").json()["digest"] == after["digest"]
    assert f'notifyrules_reloads_total{{path="{file}",result="taken"}} 1.0' in service.get("/metrics").text


def test_a_broken_file_is_told_and_changes_nothing(folder: Path) -> None:
    """The service is as ready as it was, and readiness says what was found."""
    with asking(folder) as service:
        before = service.decide({"facts": TITLED}).json()
        assert service.get("/readyz").json() == {"status": "ready", "refused_changes": []}
        (folder / "chart.yaml").write_text(BROKEN, "utf-8")
        service.ask("/v1/admin/reload", {})
        ready = service.get("/readyz")

        assert service.decide({"facts": TITLED}).json() == before
        assert ready.status_code == 200
        assert "error[" in ready.json()["refused_changes"][0]
        assert changes(service)["rules"][0]["status"]["is_current"] is False


@pytest.mark.parametrize(("path", "method"), [("/v1/admin/changes", "GET"), ("/v1/admin/reload", "POST")])
def test_only_an_admin_may(folder: Path, path: str, method: str) -> None:
    """Facts of people stand there, and reading files costs."""
    with asking(folder, "decide", "explain") as service:
        assert service.ask(path, {}, method=method).status_code == 403
        assert service.http.request(method, path).status_code == 401


def test_one_decision_many_and_each_are_compared_with_the_candidate(shadowed: Asking) -> None:
    """The rules in force answer; wrong facts are compared with nothing."""
    first = shadowed.decide({"facts": TITLED}).json()
    shadowed.decide({"facts": [TITLED, {"wrong": 1}, TITLED]})
    shadowed.decide({"facts": TITLED, "each": True})
    found = changes(shadowed)["candidate"]["comparisons"]["chart"]

    assert first["digest"] == found["in_force"]
    assert (found["compared"], found["failed"]) == (5, [])
    assert sum(one["count"] for one in found["differing"]) == 5


def test_a_canary_decides_for_its_subjects(folder: Path) -> None:
    """The digest says whose decision it is; without a subject the rules in force decide."""
    (folder / "next").mkdir()
    (folder / "next" / "chart.yaml").write_text(QUIETER, "utf-8")
    with asking(folder, changes=ChangeSettings(candidate=folder / "next", canary_percent=100)) as service:
        without, canary = (service.decide({"facts": TITLED, **more}).json() for more in ({}, {"subject": "u1"}))

        assert (without["notify"], canary["notify"]) == (True, False)
        assert canary["digest"] == changes(service)["candidate"]["comparisons"]["chart"]["candidate"]
