"""A message at 23:30, held and sent at 07:00 by a durable workflow: `python -m docs.story.orchestrated`."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from dbos import DBOS

from notifyrules.workflow import Ask, AskResult, Workflow

RULES = Path(__file__).with_name("quiet.yaml")


class Story:
    """The three functions, and the clock."""

    def __init__(self) -> None:
        """Begin at 23:30."""
        self.now, self.gathered, self.done = "2030-01-01T23:30:00Z", threading.Event(), threading.Event()

    def gather(self, ask: Ask) -> dict[str, str]:
        """Give the facts of now."""
        print(f"{self.now[11:16]}  the workflow gathers the facts of {ask['user']}")
        self.gathered.set()
        return {"now": self.now}

    def send(self, ask: Ask, _answer: AskResult, key: str) -> None:
        """Ring; a provider would be given the key."""
        print(f"{self.now[11:16]}  {ask['user']}'s phone rings, under the key {key}")

    def record(self, _ask: Ask, answer: AskResult) -> None:
        """Keep what was decided last."""
        print(f"{self.now[11:16]}  recorded: {answer['outcome']}, asked {answer['asked']} times")
        self.done.set()

    def tell(self, database: str) -> None:
        """Tell the story."""
        workflow = Workflow(str(RULES), gather=self.gather, send=self.send, record=self.record)
        with workflow.running(database):
            print(f"{self.now[11:16]}  the product asks")
            workflow.ask("m71:Ada", {"message": "m71", "user": "Ada"})
            self.gathered.wait()
            while DBOS.get_workflow_status("m71:Ada#2") is None:
                time.sleep(0.1)
            print(f"{self.now[11:16]}  it is held: a row waits until 07:00")
            self.now = "2030-01-02T07:00:00Z"
            print(f"       ... the clock moves to {self.now[11:16]}")
            # Nobody else can do that: the row waits for the true time.
            DBOS.set_workflow_delay("m71:Ada#2", delay_seconds=0)
            self.done.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Story().tell(f"sqlite:///{folder}/asks.sqlite")
