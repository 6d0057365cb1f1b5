"""Explain the decisions for all media of a message to each reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from notifyrules.rules import Rules
from tests.charts import rules_of

GOLDEN = Path(__file__).parent / "golden" / "each"
CHART = """notifyrules: 1
name: devices
title: Does this reach them here?
media: {fact: device, per_medium: [level, limit]}
facts:
  muted: bool = false
  device: desktop | phone | mail | watch = mail
  level: all | some | never = all
  limit: int = 0
  size: int = 0
  loud: bool = false
  now: instant = 2026-11-23T22:00:00Z
flow:
  muted: {ask: Muted?, if: muted, then: {to: "no", because: you muted it}, else: level}
  level: {ask: Wanted here?, switch: level, cases: {all: kind, some: worth, never: {to: "no", because: never here}}}
  worth: {ask: Worth it?, any: [loud, kind]}
  loud: {ask: Loud?, if: loud, then: "yes"}
  kind: {ask: A mail?, if: device == "mail", then: {to: later, because: mail waits}, else: {to: "yes", because: now}}
otherwise: "no"
outcomes:
  "yes": {notify: true}
  later: {notify: later, recheck: 15m}
  "no": {notify: false, because: nothing in it}
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load the chart."""
    return rules_of(CHART)


@pytest.mark.parametrize("reader", ["user", "support", "engineer"])
def test_what_is_the_same_is_told_once(
    rules: Rules, reader: Literal["user", "support", "engineer"], golden: Callable[[Path, str], None]
) -> None:
    """The steps that all media share stand in front; each goes on from where they part, and those alike together."""
    own: dict[str, Any] = {"watch": {"level": "some", "limit": 3}}
    told = rules.should_notify_each({}, own).explain(reader)

    told = told.replace(rules.graph.path, "devices.yaml")
    told = re.sub("digest .*", "digest   ...", told)

    golden(GOLDEN / f"{reader}.txt", f"{told}\n")
    assert told.count("muted = false") == (reader != "user")


@pytest.mark.parametrize("reader", ["user", "support", "engineer"])
def test_media_that_go_the_same_way_are_told_as_one(
    rules: Rules, reader: Literal["user", "support", "engineer"]
) -> None:
    """Where all do, no medium is named, and the text is that of one decision without the medium."""
    told = rules.should_notify_each({"muted": True}).explain(reader)
    alone = rules.should_notify({"muted": True}).explain(reader)

    assert "phone" not in told
    assert set(told.splitlines()) <= {line.replace("device, ", "") for line in alone.splitlines()}


def test_an_unknown_reader_is_told(rules: Rules) -> None:
    """As of one decision."""
    with pytest.raises(Exception, match="there is no reader"):
        rules.should_notify_each({}).explain("boss")  # type: ignore[arg-type]
