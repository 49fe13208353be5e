"""One search shown step by step: what each candidate said, what it was worth, who survived, who won."""

import os
from contextlib import aclosing
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from its.chat.v1.chat_pb2 import ContentPart, Conversation, Message, Role
from its.chat.v1.sampling_pb2 import Sampling
from its.orchestrator.v1.answer_pb2 import Answer, Budget
from its.orchestrator.v1.event_pb2 import CandidateEnded, CandidateScore, Resampled, SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import Detail, SolveRequest
from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_cli.question import Question
from its_runtime.calls import responses
from its_runtime.channel import open_channel

if TYPE_CHECKING:
    from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceAsyncStub  # in the stubs only

SECONDS = 120.0
BAR = 10
"""Characters of a score's bar."""


async def show_search(address: str, question: Question, console: Console) -> None:
    """Solve `question` at the orchestrator's `address` and print every event of it. Raises ItsError."""
    async with open_channel(address) as channel:
        stub: OrchestratorServiceAsyncStub = OrchestratorServiceStub(channel)
        call, story = stub.Solve(_request(question), timeout=SECONDS), Story()
        async with aclosing(responses(call, "orchestrator")) as parts:
            async for part in parts:
                for line in story.told(part.event):
                    console.print(line)


class Story:
    """What happened so far, as far as later events refer to it."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def told(self, event: SolveEvent) -> list[RenderableType]:
        """Return `event` for people."""
        match event.WhichOneof("kind"):
            case "step":
                self._said[event.step.candidate_id] = " ".join(event.step.text.split())
                return []
            case "scored":
                return [self._scored(score) for score in event.scored.scores]
            case "resampled":
                return [_resampled(event.resampled)]
            case "ended":
                return [_ended(event.ended)]
            case "answer":
                return [_answer(event.answer)]
            case _:
                return []

    def _scored(self, scored: CandidateScore) -> Text:
        value = scored.step_scores[-1] if scored.step_scores else scored.score
        filled = round(BAR * min(1.0, max(0.0, value)))
        bar = Text("█" * filled, "green") + Text("░" * (BAR - filled), "dim")
        said = Text(self._said.get(scored.candidate_id, ""))
        return Text(f"{scored.candidate_id:>8} ", "cyan") + bar + Text(f" {value:6.3f}  ") + said


def _resampled(resampled: Resampled) -> Text:
    going_on = [one.parent_id for one in resampled.survivors]
    kept = ", ".join(f"{name} ×{going_on.count(name)}" for name in dict.fromkeys(going_on))
    dropped = f"; dropped {', '.join(resampled.dropped_ids)}" if resampled.dropped_ids else ""
    return Text(f"         ↻ resampled: {kept}{dropped}", "yellow")


def _ended(ended: CandidateEnded) -> Text:
    return Text(f"{ended.candidate_id:>8} ended with the answer {ended.final_answer or '–'}", "bold")


def _answer(answer: Answer) -> Panel:
    text = "".join(part.text for part in answer.message.content)
    chosen = next((one for one in answer.candidates if one.chosen), None)
    title = f"the answer: candidate {chosen.id}" if chosen else "the answer"
    return Panel(Text(text), title=title, border_style="green")


def _request(question: Question) -> SolveRequest:
    message = Message(role=Role.ROLE_USER, content=[ContentPart(text=question.text)])
    return SolveRequest(
        request_id=f"its-demo-{os.getpid()}",
        model=question.model or "",
        conversation=Conversation(messages=[message]),
        algorithm=question.algorithm or "",
        budget=Budget(samples=question.budget),
        sampling=Sampling(seed=question.seed),
        detail=Detail.DETAIL_ALL,
    )
