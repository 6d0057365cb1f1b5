"""What the service tells besides decisions: rules, pictures, health, metrics, what became of changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules import load
from tests.service.asking import CHART, TITLED, Asking, asking


class TestRules:
    def test_listed(self, service: Asking) -> None:
        """The rules in force are listed with their digests."""
        rules = load(service.folder / "chart.yaml")

        assert service.get("/v1/rules").json() == {
            "rules": [{"name": "chart", "title": "Should we ring?", "digest": rules.digest}]
        }

    def test_described(self, service: Asking) -> None:
        """Rules say what they take and what they may answer."""
        rules = load(service.folder / "chart.yaml")

        told = service.get("/v1/rules/chart").json()

        assert told["facts"] == rules.facts_schema()
        assert told["outcomes"]["hold"]["notify"] == "later"
        assert told["reasons"]["night.then"] == "hold"
        assert told["media"] == {
            "fact": "device.kind",
            "names": ["desktop", "mobile"],
            "per_medium": ["preferences.level"],
        }

    def test_drawn(self, service: Asking) -> None:
        """The chart is drawn, as the library draws it."""
        drawn = service.get("/v1/rules/chart.svg")

        assert drawn.headers["content-type"] == "image/svg+xml"
        assert drawn.text == load(service.folder / "chart.yaml").to_svg()

    @pytest.mark.parametrize("path", ["/v1/rules/charts", "/v1/rules/charts.svg"])
    def test_unknown(self, service: Asking, path: str) -> None:
        """Rules that are not there are told with those that are."""
        refused = service.get(path)

        assert (refused.status_code, refused.json()["type"]) == (404, "urn:notifyrules:problem:unknown-rules")

    @pytest.mark.parametrize("path", ["/v1/rules", "/v1/rules/chart", "/v1/rules/chart.svg", "/openapi.json"])
    def test_nobody(self, service: Asking, path: str) -> None:
        """What rules ask about people is not for everybody."""
        assert service.get(path, authorization="").status_code == 401

    @pytest.mark.parametrize("path", ["/", "/v1", "/v1/rules/", "/v1/decide", "/docs", "/v1/rules/../../etc/passwd"])
    def test_no_such_path(self, service: Asking, path: str) -> None:
        """What is not there is a problem too."""
        refused = service.get(path)

        assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")

    def test_a_wrong_method(self, service: Asking) -> None:
        """A method that is not meant is told with those that are."""
        refused = service.ask("/v1/rules", {}, "DELETE")

        assert (refused.status_code, refused.json()["type"]) == (405, "urn:notifyrules:problem:wrong-method")
        assert "GET" in refused.headers["allow"]


class TestHealth:
    def test_alive(self, service: Asking) -> None:
        """Everybody may ask whether the service lives, and whether it is ready."""
        assert service.get("/livez", authorization="").json() == {"status": "alive"}
        assert service.get("/readyz", authorization="").json() == {"status": "ready", "refused_changes": []}

    def test_draining(self, folder: Path) -> None:
        """A service that is about to stop is not ready, and answers all the same."""
        with asking(folder) as service:
            service.service.drain()

            assert service.get("/readyz").status_code == 503
            assert service.get("/livez").status_code == 200
            assert service.decide({"facts": TITLED}).status_code == 200

    def test_metrics(self, folder: Path) -> None:
        """Decisions are counted by rules, outcome and reason, refusals by their kind, and rules have an age."""
        with asking(folder) as service:
            questions: list[object] = [{"facts": TITLED}, {"facts": [TITLED, {}]}, {"facts": {}}]
            for question in questions:
                service.decide(question)
            service.get("/v1/rules", authorization="")
            told = service.get("/metrics", authorization="").text

        assert 'notifyrules_decisions_total{outcome="ring",reason="night.else",rules="chart"} 2.0' in told
        assert 'notifyrules_refusals_total{problem="wrong-facts",status="422"} 1.0' in told
        assert 'notifyrules_refusals_total{problem="no-credentials",status="401"} 1.0' in told
        assert 'notifyrules_rules_age_seconds{rules="chart"}' in told


class TestChanges:
    def test_told_to_admins(self, folder: Path) -> None:
        """What became of changes is for those who may change."""
        with asking(folder, "decide") as service:
            refused = service.get("/v1/admin/changes")

        assert (refused.status_code, refused.json()["scope"]) == (403, "admin")

    def test_reload(self, folder: Path) -> None:
        """Rules are read again on demand; broken ones change nothing, and readiness says why."""
        with asking(folder) as service:
            before = service.decide({"facts": TITLED}).json()["digest"]
            (folder / "chart.yaml").write_text("notifyrules: 1\nflow: {}\n", "utf-8")
            service.ask("/v1/admin/reload")
            broken = service.decide({"facts": TITLED}).json()["digest"]
            [*troubles] = service.get("/readyz").json()["refused_changes"]
            (folder / "chart.yaml").write_text(CHART.replace("Urgent?", "Is it urgent?"), "utf-8")
            [told] = service.ask("/v1/admin/reload").json()["rules"]
            after = service.decide({"facts": TITLED}).json()["digest"]

        assert before == broken != after
        assert any("chart.yaml:2" in trouble for trouble in troubles)
        assert told["charts"] == {"chart": after}

    def test_described_anew(self, folder: Path) -> None:
        """What the service says of itself is of the rules in force."""
        with asking(folder) as service:
            before = service.get("/openapi.json").json()["paths"]["/v1/decide/chart"]["post"]["summary"]
            (folder / "chart.yaml").write_text(CHART.replace("Should we ring?", "Ring?"), "utf-8")
            service.ask("/v1/admin/reload")
            after = service.get("/openapi.json").json()["paths"]["/v1/decide/chart"]["post"]["summary"]

        assert (before, after) == ("Should we ring?", "Ring?")
