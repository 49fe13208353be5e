"""Stored scores become preference pairs: the best candidate against every worse one."""

import pytest

from its.chat.v1.chat_pb2 import ContentPart, Conversation, Message, Role
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer, Candidate
from its.orchestrator.v1.event_pb2 import SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.stage_pb2 import Item, StageEnded, StageStarted
from its.orchestrator.v1.trace_pb2 import TraceInfo
from its_cli.exits import Failed
from its_cli.preferences import pairs

QUESTION = Conversation(messages=[Message(role=Role.ROLE_USER, content=[ContentPart(text="2 + 2?")])])


def scored(*items: tuple[str, float | None], turn: str = "0", prompt: str = "Plan it.") -> list[SolveEvent]:
    left = [Item(text=text, score=score, candidate_index=place) for place, (text, score) in enumerate(items)]
    return [
        SolveEvent(stage_started=StageStarted(turn_id=turn, stage="search", prompt=prompt)),
        SolveEvent(stage_ended=StageEnded(turn_id=turn, stage="scoring", items=left)),
        SolveEvent(stage_ended=StageEnded(turn_id=turn, stage="selection", items=left[:1])),
    ]


def trace(*events: SolveEvent, **info) -> GetTraceResponse:
    return GetTraceResponse(info=TraceInfo(trace_id="t", **info), events=events)


def test_the_best_stands_against_every_worse_one():
    found = [*pairs(trace(*scored(("bad", 2), ("good", 9), ("fair", 5), ("unjudged", None))))]

    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in found] == [
        ("Plan it.", "good", "bad"),
        ("Plan it.", "good", "fair"),
    ]
    assert (found[0]["chosen_score"], found[0]["rejected_score"]) == (9, 2)
    assert (found[0]["chosen_index"], found[0]["rejected_index"], found[0]["trace_id"]) == (1, 0, "t")


def test_a_margin_leaves_out_what_is_nearly_as_good():
    found = pairs(trace(*scored(("bad", 2), ("good", 9), ("fair", 8.5))), margin=1)

    assert [one["rejected"] for one in found] == ["bad"]


@pytest.mark.parametrize("items", [[("a", 5), ("b", 5)], [("same", 5), ("same", 9)], [("alone", 5)], [("a", None)]])
def test_what_is_no_better_or_says_the_same_makes_no_pair(items):
    assert [*pairs(trace(*scored(*items)))] == []


def test_candidates_of_different_turns_are_no_alternatives():
    events = [*scored(("a", 1), ("b", 2)), *scored(("c", 8), ("d", 9), turn="1", prompt="Another.")]

    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in pairs(trace(*events))] == [
        ("Plan it.", "b", "a"),
        ("Another.", "d", "c"),
    ]


def test_candidates_of_a_search_are_pairs_but_for_those_that_were_cut_off():
    whole = StopReason.STOP_REASON_EOS
    candidates = [
        Candidate(text="5", score=0.1, stop_reason=whole),
        Candidate(text="4", score=0.9, stop_reason=whole),
        Candidate(text="4 is", score=0.2),
    ]
    found = pairs(trace(SolveEvent(answer=Answer(candidates=candidates)), conversation=QUESTION))

    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in found] == [("2 + 2?", "4", "5")]


def test_without_what_was_asked_the_setting_that_keeps_it_is_named():
    with pytest.raises(Failed, match=r"set orchestrator.traces.prompts"):
        [*pairs(trace(*scored(("a", 1), ("b", 2), prompt="")))]
