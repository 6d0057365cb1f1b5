"""Tell the paths of decisions for several media apart on one picture."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from notifyrules import Decisions, Rules
from notifyrules.diagram import draw, to_dot, to_mermaid, to_png, to_svg
from notifyrules.diagram.model import START, BoxShape, Diagram, Emphasis, Trace
from notifyrules.diagram.palette import DARK, DISCERNIBLE, LIGHT, contrast
from notifyrules.diagram.paths import bundle, lanes, look_of
from notifyrules.diagram.routing import route
from notifyrules.graph.media import MOST_MEDIA
from tests.charts import rules_of
from tests.cli import run
from tests.diagrams import SVG, arrow, box

CHART = """notifyrules: 1
name: devices
media: {fact: device, per_medium: [level]}
facts:
  muted: bool = false
  device: desktop | phone | mail | watch = mail
  level: all | some | never = all
  loud: bool = false
flow:
  muted: {if: muted, then: {to: "no", because: you muted it}, else: level}
  level: {switch: level, cases: {all: kind, some: worth, never: "no"}}
  worth: {any: [loud, kind]}
  loud: {if: loud, then: "yes"}
  kind: {if: device == "mail", then: "no", else: "yes"}
otherwise: "no"
outcomes: {"yes": {notify: true, label: Notify}, "no": {notify: false, label: Do not}}
"""
OWN = {"watch": {"level": "some"}, "phone": {"level": "never"}}


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load the chart."""
    return rules_of(CHART)


@pytest.fixture(scope="module")
def decisions(rules: Rules) -> Decisions:
    """Decide so that all media part."""
    return rules.should_notify_each({}, OWN)


@pytest.fixture(scope="module")
def diagram(rules: Rules, decisions: Decisions) -> Diagram:
    """Draw them."""
    return draw(rules.graph, passage=decisions.passages)


class TestMarks:
    def test_each_path_says_whose_it_is_and_where_it_ends(self, diagram: Diagram) -> None:
        """The media in their order, with the outcome as the chart labels it."""
        assert diagram.paths == (("desktop", "Notify"), ("phone", "Do not"), ("mail", "Do not"), ("watch", "Notify"))
        assert diagram.words == "desktop: Notify; phone: Do not; mail: Do not; watch: Notify; thin: tried in vain"

    def test_media_that_go_the_same_way_share_a_path(self, rules: Rules) -> None:
        """Where all do, there is one."""
        assert draw(rules.graph, passage=rules.should_notify_each({"muted": True}).passages).paths == (
            ("desktop, phone, mail, watch", "Do not"),
        )
        assert draw(rules.graph, passage=rules.should_notify_each({}).passages).paths == (
            ("desktop, phone, watch", "Notify"),
            ("mail", "Do not"),
        )

    def test_an_arrow_knows_all_paths_that_take_it(self, diagram: Diagram) -> None:
        """Also those that only tried it."""
        assert arrow(diagram, "muted.else").mark.traces == (Trace(0), Trace(1), Trace(2), Trace(3))
        assert arrow(diagram, "level.never").mark.traces == (Trace(1),)
        assert arrow(diagram, "kind.else").mark.traces == (Trace(0), Trace(3))
        assert arrow(diagram, "worth.loud").mark.traces == (Trace(3, in_vain=True),)
        assert arrow(diagram, "muted.then").mark.traces == ()
        assert arrow(diagram, "muted.then").mark.emphasis is Emphasis.FADED

    def test_values_that_differ_name_their_media(self, diagram: Diagram) -> None:
        """What is the same is said once, and the medium not at all: its path tells it."""
        assert box(diagram, "muted").mark.values == ("muted = false",)
        assert box(diagram, "level").mark.values == (
            "level = all (desktop, mail)",
            "level = never (phone)",
            "level = some (watch)",
        )
        assert box(diagram, "kind").mark.values == ()


class TestLooks:
    def test_all_media_can_be_told_apart(self) -> None:
        """As many as a file may have differ in colour or dashes; four differ in both."""
        looks = [look_of(path) for path in range(MOST_MEDIA)]

        assert len({(look.colour, look.dashes) for look in looks}) == MOST_MEDIA
        for one, other in combinations(looks[:4], 2):
            assert one.colour != other.colour
            assert one.dashes != other.dashes

    @pytest.mark.parametrize("path", range(5))
    def test_colours_can_be_seen_by_day_and_by_night(self, path: int) -> None:
        """Lines have the contrast of the guidelines on every ground that they cross."""
        look = look_of(path)

        assert all(contrast(look.colour, ground) >= DISCERNIBLE for ground in (LIGHT.panel, LIGHT.cluster))
        assert all(contrast(look.dark, ground) >= DISCERNIBLE for ground in (DARK.panel, DARK.cluster))


class TestLines:
    def test_lines_run_beside_each_other_without_touching(self, diagram: Diagram) -> None:
        """Along every arrow, level and upright, in the order of their numbers and as far apart as all have room for."""
        found = list(lanes(route(diagram).arrows, len(diagram.paths)))
        apart = bundle(len(diagram.paths)) / len(diagram.paths)

        assert max(lane.breadth for lane in found) < apart
        for lane in found:
            assert all(min(abs(start[0] - end[0]), abs(start[1] - end[1])) < 0.01 for start, end in pairwise(lane.way))
        [start] = [one for one in route(diagram).arrows if one.arrow.source == START]
        places = [lane.way[0][0] for lane in lanes([start], len(diagram.paths))]
        assert [round(other - one, 1) for one, other in pairwise(places)] == [apart] * 3

    def test_a_path_is_drawn_along_the_whole_arrow(self, diagram: Diagram) -> None:
        """Where arrows meet each path goes on to the end, as no other shows it."""
        placed = route(diagram).arrows
        found = list(lanes(placed, len(diagram.paths)))

        assert len(found) == sum(len(one.arrow.mark.traces) for one in placed)
        assert {lane.breadth for lane in found if lane.path != 3} == {max(lane.breadth for lane in found)}
        assert len({lane.breadth for lane in found if lane.path == 3}) == 2

    def test_dashes_one_by_one_are_the_pattern(self, diagram: Diagram) -> None:
        """What PNG paints is what SVG asks for."""
        lane = next(one for one in lanes(route(diagram).arrows, 4) if one.path == 1)
        pieces = list(lane.pieces())

        assert len(pieces) > 1
        assert [abs(end[1] - start[1]) + abs(end[0] - start[0]) for start, end in pieces[:1]] == [10]


class TestFormats:
    def test_svg_shows_every_path_in_the_legend_and_on_the_chart(self, diagram: Diagram) -> None:
        """By its name, its outcome, its colour and its dashes."""
        root = ET.fromstring(to_svg(diagram))  # noqa: S314 - our own
        legend = root.find(f".//{SVG}g[@class='nr-legend']")
        drawn = [one for one in root.iter(f"{SVG}path") if re.fullmatch(r"nr-line nr-path-\d", one.get("class", ""))]

        assert legend is not None
        assert [one.text for one in legend.iter(f"{SVG}text")] == [
            "desktop: Notify",
            "phone: Do not",
            "mail: Do not",
            "watch: Notify",
        ]
        assert {(one.get("stroke"), one.get("stroke-dasharray")) for one in drawn if "L" in one.get("d", "")} == {
            (look_of(path).colour, " ".join(f"{dash:g}" for dash in look_of(path).dashes) or None) for path in range(4)
        }

    def test_bare_charts_are_as_they_were(self, rules: Rules) -> None:
        """Nothing of it is in a picture without several paths."""
        assert "nr-path" not in rules.to_svg() + rules.to_svg(rules.should_notify({}))
        assert "nr-case" not in rules.to_svg()

    def test_the_others_show_what_they_can(self, diagram: Diagram) -> None:
        """DOT has lines beside each other, Mermaid one whose media are named; both say what became of each."""
        dot, mermaid = to_dot(diagram), to_mermaid(diagram)
        colours = [look_of(path).colour for path in range(4)]

        assert f'color="{":".join(colours)}"' in dot
        assert f'color="{colours[1]}"' in dot
        assert "style=dashed" in dot
        assert "phone: Do not" in dot
        assert f"stroke:{colours[1]},stroke-width:3px,stroke-dasharray:10 5" in mermaid
        assert "phone" in mermaid
        assert 'legend["desktop#58; Notify<br/>' in mermaid
        assert to_png(diagram).startswith(b"\x89PNG")

    def test_hostile_words_stay_words(self) -> None:
        """Labels of outcomes are text in every format."""
        hostile = '<b onload=\\"x()\\">\\\\N & ]] -- \\" ;'
        rules = rules_of(CHART.replace("label: Notify", f'label: "{hostile}"'))
        diagram = draw(rules.graph, passage=rules.should_notify_each({}).passages)
        root = ET.fromstring(to_svg(diagram))  # noqa: S314 - our own

        assert not [one for one in root.iter() if one.tag == f"{SVG}b"]
        assert "watch: &lt;b onload=&quot;x()&quot;&gt;" in to_dot(diagram)
        assert "<b onload" not in to_mermaid(diagram)
        assert to_png(diagram).startswith(b"\x89PNG")

    def test_long_names_are_cut(self) -> None:
        """A legend does not make the picture as wide as what somebody wrote."""
        rules = rules_of(CHART.replace("label: Notify", f"label: {'long ' * 90}"))
        root = ET.fromstring(rules.to_svg(rules.should_notify_each({})))  # noqa: S314 - our own

        assert float(root.attrib["width"]) < 1_500


class TestDoors:
    def test_python_and_the_command_line_draw_the_same(self, tmp_path: Path) -> None:
        """To the byte; in a notebook too."""
        path = tmp_path / "devices.yaml"
        path.write_text(CHART, "utf-8")
        rules = rules_of(CHART)
        drawn = run("render", path, "--each", "--set", "level@watch=some", "--set", "level@phone=never")

        assert drawn.code == 0
        assert drawn.out.count("nr-path-3") > 3
        assert rules.to_svg(rules.should_notify_each({}, OWN)).count("nr-path-3") == drawn.out.count("nr-path-3")
        assert rules.should_notify_each({}, OWN)._repr_svg_() == rules.to_svg(rules.should_notify_each({}, OWN))

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (("--set", "level@phon=never"), "phon: is no medium"),
            (("--set", "level@phone=x"), "--set: level@phone: expected"),
            (("--set", "device=phone"), "device: is given"),
            (("--all",), "--each"),
        ],
    )
    def test_what_cannot_be_is_said(self, tmp_path: Path, words: tuple[str, ...], found: str) -> None:
        """As `explain --each` says it."""
        path = tmp_path / "devices.yaml"
        path.write_text(CHART, "utf-8")
        result = run("render", path, "--each", *words)

        assert result.code == 2
        assert found in result.err

    def test_a_stale_picture_names_its_command(self, tmp_path: Path) -> None:
        """The command draws what is checked."""
        path = tmp_path / "devices.yaml"
        path.write_text(CHART, "utf-8")
        result = run("render", path, "--each", "--check", "-o", tmp_path / "a.svg")

        assert result.code == 1
        assert result.err.rstrip().endswith("a.svg --each`")

    def test_rules_without_media_are_refused(self) -> None:
        """There is nothing to tell apart."""
        result = run("render", "zulip", "--each")

        assert result.code == 2
        assert "names no media" in result.err


def test_ends_of_their_own_are_lit(diagram: Diagram) -> None:
    """A small end is as the arrow that leads to it."""
    ends = [one for one in diagram.boxes if one.shape is BoxShape.REFUSAL and one.mark.emphasis is Emphasis.LIT]

    assert [one.key for one in ends] == ["level.never:no", "kind.then:no"]
