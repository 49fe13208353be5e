"""What came out of fuzzing: how each route answered, and what no answer may be."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """Counts of requests and failures; outcomes of parts are added up with `+`."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Requests by route and status; status 0 where no answer came."""
    failures: Counter[str] = field(default_factory=Counter)
    """Broken promises by the check that found them."""
    failed: bool = False
    output: str = ""
    """What was printed about failures, with curl lines that repeat them."""

    @property
    def cases(self) -> int:
        """How many requests were sent."""
        return self.answers.total()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.answers + other.answers,
            self.failures + other.failures,
            self.failed or other.failed,
            "\n".join(filter(None, (self.output, other.output))),
        )

    def table(self) -> list[str]:
        """Return lines of Markdown: requests of each route by class of status."""
        classes = sorted({status // 100 for _, status in self.answers})
        counts: Counter[tuple[str, int]] = Counter()
        for (route, status), number in self.answers.items():
            counts[route, status // 100] += number
        heads = ["route", *(f"{one}xx" if one else "none" for one in classes)]
        rows = [[f"`{route}`", *(f"{counts[route, one]:,}" for one in classes)] for route in sorted(self._routes())]
        lines = [heads, ["---", *["---:"] * len(classes)], *rows]
        return [f"| {' | '.join(line)} |" for line in lines]

    def _routes(self) -> set[str]:
        return {route for route, _ in self.answers}


def read(events: Path, output: str, status: int) -> Outcome:
    """Return what schemathesis recorded in `events` (NDJSON) before it ended with `status`."""
    found = Outcome(failed=status != 0, output=output if status else "")
    for line in events.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if "NonFatalError" in event or "FatalError" in event:
            found.failures["error"] += 1
        if ended := event.get("ScenarioFinished"):
            _add(found, ended["recorder"])
    return found


def _add(found: Outcome, recorder: dict) -> None:
    for interaction in recorder["interactions"].values():
        answered = (interaction["response"] or {}).get("status_code", 0)
        found.answers[recorder["label"], answered] += 1
    for checks in recorder["checks"].values():
        found.failures.update(check["name"] for check in checks if check["status"] == "failure")
