"""Claims about the AsyncAPI document: what it says of events is what is taken, and what is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloudevents.v1.http import from_json
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from notifyrules.service.asyncapi import asyncapi
from notifyrules.service.events import Event, Told, answer, due
from notifyrules.service.settings import ChangeSettings, WorkerSettings
from notifyrules.service.versions import Versions
from notifyrules.shipped import shipped_names
from tests.cli import run
from tests.service.posting import MEDIA_CHART, posted, write_chart

UNTIL = {"user": {"quiet_until": "2030-01-01T00:00:00Z"}}
MEMBERS = [{"subject": "a"}, {"subject": "b", "facts": {"user": {"muted": 1}}}]


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Versions]:
    """Put the rules into force."""
    made = Versions([write_chart(tmp_path)], ChangeSettings())
    yield made
    made.close()


def validator(document: dict[str, Any], kind: str) -> Draft202012Validator:
    """Find what is said of one kind of event."""
    [message] = document["channels"][kind]["messages"].values()
    return Draft202012Validator({**message["payload"], "components": document["components"]})


class TestAsyncapi:
    @pytest.mark.parametrize(
        ("asked", "right"),
        [
            ({"facts": {}, "each": True, "per_medium": {"email": {"device": {"muted": True}}}}, True),
            ({"facts": {}, "each": True, "members": [{"subject": "a", "per_medium": {"push": {}}}]}, True),
            ({"facts": {"medium": "push"}}, True),
            ({"facts": {}}, False),
            ({"facts": {"medium": "push"}, "each": True}, False),
            ({"facts": {}, "each": True, "per_medium": {"fax": {}}}, False),
        ],
    )
    def test_each(self, tmp_path: Path, *, asked: dict[str, object], right: bool) -> None:
        """What is asked for each medium is described, and what answers it."""
        (tmp_path / "media.yaml").write_text(MEDIA_CHART, "utf-8")
        versions = Versions([tmp_path / "media.yaml"], ChangeSettings())
        document, body = json.loads(asyncapi(versions.charts, WorkerSettings())), posted("e1", **asked)
        answers = answer(body, versions)
        versions.close()

        assert right == validator(document, "message.posted").is_valid(json.loads(body))
        assert right == (answers[0].problem == "")
        for one in answers:
            validator(document, one.kind).validate(json.loads(one.body))

    @pytest.mark.parametrize(
        "body",
        [
            posted("a", {}, subject="u17", time="2026-11-29T23:30:00Z"),
            posted("b", UNTIL, rules="chart"),
            posted("c", members=MEMBERS),
            b"poison",
            b"{}",
        ],
    )
    def test_events(self, versions: Versions, body: bytes) -> None:
        """Every event that answers is as the document says, and one that CloudEvents' own reader takes."""
        document = json.loads(asyncapi(versions.charts, WorkerSettings()))
        answers: list[Told] = [*answer(body, versions)]
        answers += [due(Event.model_validate_json(one.body)) for one in answers if one.kind == "notification.held"]

        for one in answers:
            validator(document, one.kind).validate(json.loads(one.body))
            assert one.id == from_json(one.body)["id"]

    @pytest.mark.parametrize(
        ("body", "right"),
        [
            (posted("a", {}, subject="u17"), True),
            (posted("b", UNTIL, rules="chart"), True),
            (posted("c", members=MEMBERS), True),
            (posted("d", {"user": {"mutd": True}}), False),
            (posted("e", rules="other"), False),
            (posted("f", members=[]), False),
            (posted("g", type="message.deleted"), False),
            (posted(""), False),
        ],
    )
    def test_posted(self, versions: Versions, *, body: bytes, right: bool) -> None:
        """What the document says of messages is what is not refused as a whole."""
        document = json.loads(asyncapi(versions.charts, WorkerSettings()))

        assert right == validator(document, "message.posted").is_valid(json.loads(body))
        assert right == any(one.problem == "" for one in answer(body, versions))

    def test_shipped(self) -> None:
        """The document of the shipped charts is AsyncAPI 3.0, and every reference in it leads somewhere."""
        text = run("work", *(name for name in shipped_names() if "/" not in name), "--asyncapi").out
        document = json.loads(text)

        ApplicationSchema.model_validate(document)
        names = {line.split('"')[3] for line in text.splitlines() if '"$ref"' in line}
        for name in names:
            found = document
            for part in name.removeprefix("#/").split("/"):
                found = found[part]
            assert found

    def test_addresses(self, versions: Versions) -> None:
        """The addresses are those of the settings."""
        document = json.loads(asyncapi(versions.charts, WorkerSettings(prefix="mine")))

        assert {f"mine.{kind}" for kind in document["channels"]} == {
            one["address"] for one in document["channels"].values()
        }
