"""Hold the shipped chart of Slack against a second reading of the published one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from notifyrules.rules import Rules, load

RULES = Path(__file__).parent.parent / "rules" / "slack.yaml"

FLAGS = (
    "channel.muted",
    "message.in_thread",
    "message.is_dm",
    "message.mentions_user",
    "message.comments_on_own_file",
    "message.has_highlight_word",
    "message.overrides_dnd",
    "user.follows_thread",
    "user.in_dnd",
    "user.active",
    "preferences.suppress_broadcasts",
    "preferences.threads_everything",
    "device.past_push_threshold",
)
CHOICES = {
    "message.broadcast": ("none", "here", "channel", "everyone"),
    "preferences.channel": ("nothing", "everything", "mentions", "default"),
    "preferences.global": ("all", "mentions", "dms", "highlight_words", "never"),
    "device.kind": ("desktop", "mobile"),
}


class Chart:
    """
    Follow the chart with a finger: one method a box or two.

    Unlike the rule file it keeps the chart's circle (channel mentions, DM, thread, subscribed) and refuses on the
    second time round.
    """

    def __init__(self, facts: Mapping[str, object]) -> None:
        """Stand at the start with some facts."""
        self.fact = facts
        self.circled = False

    def start(self) -> str:
        """Ask: Should we send a notification?"""
        return self.muted_thread() if self.fact["channel.muted"] else self.dnd()

    def muted_thread(self) -> str:
        """Ask: Thread message && User subscribed?"""
        return self.dnd() if self.fact["message.in_thread"] and self.fact["user.follows_thread"] else "no"

    def dnd(self) -> str:
        """Ask: User in DnD? DnD Override?"""
        return "no" if self.fact["user.in_dnd"] and not self.fact["message.overrides_dnd"] else self.broadcast()

    def broadcast(self) -> str:
        """Ask: @channel/@everyone/@here message? @channel mentions suppressed?"""
        if self.fact["message.broadcast"] != "none" and self.fact["preferences.suppress_broadcasts"]:
            return "no"
        return self.thread()

    def thread(self) -> str:
        """Ask: Thread message && User subscribed? `threads_everything` pref on? Channel notification pref "Nothing"?"""
        followed = self.fact["message.in_thread"] and self.fact["user.follows_thread"]
        if followed and self.fact["preferences.threads_everything"]:
            return "no" if self.fact["preferences.channel"] == "nothing" else self.mobile()
        return self.channel_preference()

    def channel_preference(self) -> str:
        """Ask: What is the user's channel notification pref for this device?"""
        match self.fact["preferences.channel"]:
            case "nothing":
                return "no"
            case "everything":
                return self.thread_of_channel()
            case "mentions":
                return self.channel_mentions()
            case _:
                return self.global_preference()

    def thread_of_channel(self) -> str:
        """Ask: Thread message? User subscribed?"""
        if not self.fact["message.in_thread"] or self.fact["user.follows_thread"]:
            return self.mobile()
        return self.channel_mentions()

    def channel_mentions(self) -> str:
        """Fan out from Mentions under the channel's preference, to DM? first."""
        if self.circled:
            return "no"
        self.circled = True
        by_dm = self.thread_of_channel() if self.fact["message.is_dm"] else "no"
        return by_dm if by_dm != "no" else self.mentions()

    def mentions(self) -> str:
        """Fan out to "@mention? / Comment on file owned by user? (desktop)", @here and "Highlight word?"."""
        comment = self.fact["message.comments_on_own_file"] and self.fact["device.kind"] == "desktop"
        if self.is_mention() or comment:
            return self.mobile()
        if self.fact["message.broadcast"] == "here" and self.fact["user.active"]:
            return self.thread_of_message()
        return self.thread_of_message() if self.fact["message.has_highlight_word"] else "no"

    def is_mention(self) -> bool:
        """Count an @channel and an @everyone as a mention, an @here not."""
        return bool(self.fact["message.mentions_user"]) or self.fact["message.broadcast"] in ("channel", "everyone")

    def thread_of_message(self) -> str:
        """Ask: Thread message? User subscribed?"""
        return self.mobile() if not self.fact["message.in_thread"] or self.fact["user.follows_thread"] else "no"

    def global_preference(self) -> str:
        """Ask: What is the user's global notification pref for this device?"""
        match self.fact["preferences.global"]:
            case "all":
                unfollowed = self.fact["message.in_thread"] and not self.fact["user.follows_thread"]
                return self.mentions() if unfollowed else self.mobile()
            case "mentions":
                return self.mentions()
            case "dms":
                return self.thread_of_message() if self.fact["message.is_dm"] else "no"
            case "highlight_words":
                worth_it = self.is_mention() or self.fact["message.has_highlight_word"]
                return self.thread_of_message() if worth_it else "no"
            case _:
                return "no"

    def mobile(self) -> str:
        """Ask: Mobile? Past mobile push timing threshold?"""
        waits = self.fact["device.kind"] == "mobile" and not self.fact["device.past_push_threshold"]
        return "hold" if waits else "yes"


def draw_facts(chance: random.Random) -> dict[str, object]:
    """Draw a value for every fact of the chart."""
    # Refusing early is what most facts do; flags that are rarely set reach the lower half of the chart.
    often = chance.choice((0.2, 0.5))
    flags: dict[str, object] = {name: chance.random() < often for name in FLAGS}
    return flags | {name: chance.choice(values) for name, values in CHOICES.items()}


@pytest.fixture(scope="module")
def slack() -> Rules:
    """Load the shipped chart."""
    return load(RULES)


class TestSlack:
    """The shipped chart reads the published one as people do."""

    @pytest.mark.parametrize("seed", range(10))
    def test_same_answer_as_a_walk_by_hand(self, slack: Rules, seed: int) -> None:
        """For any facts, the rule file and the walk by hand end at the same outcome."""
        chance = random.Random(seed)  # noqa: S311 - facts are no secrets
        drawn = [draw_facts(chance) for _ in range(1_000)]

        answers = [slack.should_notify(facts).outcome for facts in drawn]

        assert [Chart(facts).start() for facts in drawn] == answers

    def test_the_drawn_facts_reach_every_outcome(self) -> None:
        """The comparison is about all three ends of the chart, not about refusals alone."""
        chance = random.Random(0)  # noqa: S311 - facts are no secrets

        reached = {Chart(draw_facts(chance)).start() for _ in range(1_000)}

        assert {"yes", "hold", "no"} == reached
