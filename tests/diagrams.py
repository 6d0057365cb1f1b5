"""Make the charts that the pictures of the tests show."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from notifyrules import load
from notifyrules.diagram import draw
from notifyrules.diagram.model import Diagram, DrawnArrow, DrawnBox
from notifyrules.evaluation.walk import Passage
from notifyrules.graph.model import Graph

SVG = "{http://www.w3.org/2000/svg}"

TEAM_CHAT = """\
notifyrules: 1
name: team_chat
title: Should we send a notification?
about: A chart with one node of each kind but a call.
legend: {pref: blue, state: yellow, parsing: "#ffe6cc", unused: red}

facts:
  channel.muted: bool = false
  channel.name: text = "this channel"
  message.kind: dm | group | channel = channel
  message.mentions_user: bool = false
  message.in_thread: bool = false
  message.size: int = 0
  user.in_dnd: bool = false
  preferences.channel: nothing | mentions | everything | default = default

otherwise: "no"

flow:
  muted: {class: pref, ask: Channel muted?, if: channel.muted, then: followed, else: dnd}
  followed:
    class: state
    ask: Thread message & user subscribed?
    about: Muting spares followed threads.
    if: message.in_thread
    then: dnd
    else: {to: "no", because: "you muted {channel.name}"}
  dnd:
    class: state
    ask: User in DnD?
    if: user.in_dnd
    then: {to: "no", because: Do Not Disturb is on}
    else: preference
  preference:
    class: pref
    ask: What is the channel preference?
    switch: preferences.channel
    cases: {nothing: {to: "no", label: Nothing}, everything: size, mentions | default: worth_it}
  worth_it: {class: pref, ask: Worth it?, any: [personal, thread]}
  personal: {class: parsing, ask: A DM or a mention?, if: message.kind == "dm" or message.mentions_user, then: "yes"}
  thread: {class: parsing, ask: In a thread?, if: message.in_thread, then: badge}
  size:
    ask: How large is it?
    first:
      - {if: message.size < 10, to: "yes", label: Small}
      - {if: message.size < 100, to: badge}
    else: later

outcomes:
  "yes": {notify: true, label: "YES"}
  badge: {notify: true, label: Badge, about: No sound}
  later: {notify: later}
  "no": {notify: false, label: "NO"}
"""

TABLES = """\
notifyrules: 1
name: tables
title: Which row?
legend: {pref: orange}
facts: {size: int = 0, kind: a | b | c | d | e | f | g = a}
flow:
  size:
    class: pref
    ask: How large is it?
    first:
      - {if: size < 10, to: "yes", label: Small}
      - {if: size < 20, to: "no", label: "A row with so many words that they take two lines of it, or even three"}
      - {if: size < 30, to: kind}
      - {if: size < 40, to: later, label: Large}
    else: "no"
  kind:
    ask: What kind?
    switch: kind
    cases: {a: "yes", b: "no", c: "yes", d: badge, e: "no", f: "yes", g: badge}
outcomes:
  "yes": {notify: true}
  badge: {notify: true}
  later: {notify: later}
  "no": {notify: false}
"""
"""A chart with an ordered table and a switch that are both drawn as tables."""

QUIET = """\
notifyrules: 1
name: quiet
title: Is it quiet?
legend: {state: yellow, time: teal}
facts: {user.asleep: bool = false, message.urgent: bool = false}
flow:
  asleep: {class: time, ask: Asleep?, if: user.asleep, then: urgent, else: awake}
  urgent: {class: state, ask: Urgent?, if: message.urgent, then: awake, else: quiet}
outcomes: {awake: {label: Awake}, quiet: {}}
"""
"""A chart that is made to be called."""

CALLER = """\
notifyrules: 1
name: caller
title: Send a push?
legend: {state: blue}
facts: {user.asleep: bool = false, message.urgent: bool = false, user.away: bool = false}
flow:
  away: {class: state, ask: Away?, if: user.away, then: gate, else: "no"}
  gate: {ask: Is it quiet?, call: quiet.yaml, cases: {awake: "yes", quiet: {to: "no", label: hush}}}
outcomes:
  "yes": {notify: true}
  "no": {notify: false}
"""
"""A chart that calls :data:`QUIET`."""


def chart(folder: Path, text: str = TEAM_CHAT) -> Graph:
    """Load a chart, beside which :data:`QUIET` stands."""
    return load(_written(folder, text)).graph


def decided(folder: Path, facts: dict[str, object], text: str = TEAM_CHAT) -> tuple[Graph, Passage]:
    """Load a chart and let it decide."""
    rules = load(_written(folder, text))
    return rules.graph, rules.should_notify(facts).passage


def drawn(folder: Path, text: str = TEAM_CHAT, *, expand: bool = False) -> Diagram:
    """Load a chart and draw it."""
    return draw(chart(folder, text), expand=expand)


def lit(folder: Path, facts: dict[str, object], text: str = TEAM_CHAT, *, expand: bool = False) -> Diagram:
    """Load a chart and draw it with a decision on it."""
    graph, passage = decided(folder, facts, text)
    return draw(graph, passage=passage, expand=expand)


def _written(folder: Path, text: str) -> Path:
    """Write a chart to a file."""
    (folder / "quiet.yaml").write_text(QUIET, encoding="utf-8")
    path = folder / "chart.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def box(diagram: Diagram, key: str) -> DrawnBox:
    """Find a box by its key."""
    return next(box for box in diagram.boxes if box.key == key)


def arrow(diagram: Diagram, key: str) -> DrawnArrow:
    """Find the arrow that stands for an arrow of the graph."""
    return next(arrow for arrow in diagram.arrows if key in arrow.ids)


def elements(svg: str, name: str, **attributes: str) -> list[ET.Element]:
    """Find elements of a picture by their name and attributes; `_` in an attribute's name stands for `-`."""
    wanted = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
    return [
        element
        for element in ET.fromstring(svg).iter(f"{SVG}{name}")  # noqa: S314 - written by this program
        if all(element.get(key) == value for key, value in wanted.items())
    ]


def texts(svg: str) -> list[str]:
    """List all the words that a picture shows."""
    return ["".join(element.itertext()) for element in elements(svg, "text")]
