"""Rules by which tests decide on events, and the events that they post."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from notifyrules.service.events import HELD, Event

CHART = """notifyrules: 1
name: chart
title: Should we ring?
facts:
  message.urgent: bool = false
  user.muted: bool = false
  user.quiet_until: {type: instant | null, default: null}
  user.name: {type: text, default: "", private: true}
flow:
  muted: {ask: Muted?, if: user.muted, then: {to: silent, because: muted}, else: urgent}
  urgent: {ask: Urgent?, if: message.urgent, then: ring, else: quiet}
  quiet: {ask: Quiet hours?, if: user.quiet_until is not null, then: hold, else: ring}
data: {sound: text = ""}
outcomes:
  ring: {notify: true, data: {sound: bell}}
  hold: {notify: later, recheck: user.quiet_until, because: quiet hours}
  silent: {notify: false, because: not wanted}
"""


MEDIA_CHART = """notifyrules: 1
name: media
media: {fact: medium, per_medium: [device.muted]}
facts:
  medium: push | email
  device.muted: bool = false
  user.quiet_until: {type: instant | null, default: null}
flow:
  muted: {ask: Muted?, if: device.muted, then: silent, else: medium}
  medium: {ask: Which?, switch: medium, cases: {push: quiet, email: send}}
  quiet: {ask: Quiet hours?, if: user.quiet_until is not null, then: hold, else: send}
outcomes:
  send: {notify: true}
  hold: {notify: later, recheck: user.quiet_until}
  silent: {notify: false}
"""


def write_chart(folder: Path) -> Path:
    """Write the rules into a folder."""
    (folder / "chart.yaml").write_text(CHART, "utf-8")
    return folder / "chart.yaml"


def posted(id_: str, facts: object = None, **more: Any) -> bytes:  # noqa: ANN401 - JSON
    """Write a message, for one person or with members."""
    data: dict[str, object] = {"facts": {} if facts is None else facts}
    data |= {key: more.pop(key) for key in ("members", "rules", "each", "per_medium") if key in more}
    event = {"specversion": "1.0", "id": id_, "source": "/chat", "type": "message.posted", "data": data, **more}
    return json.dumps(event).encode()


def held(id_: str, when: datetime) -> bytes:
    """Write an event that holds a notification until a time."""
    asked = {"source": "/chat", "id": id_}
    event = Event(id=f"held-{id_}", source="/notifyrules/chart", type=HELD, data={"rules": "chart", "asked": asked})
    event.data["recheck_at"] = when.isoformat()
    return event.to_json()
