"""A search is told as it happens: steps with their scores, resampling, ends, the answer."""

import io

from rich.console import Console

from its.chat.v1.chat_pb2 import ContentPart, Message
from its.orchestrator.v1.answer_pb2 import Answer, Candidate
from its.orchestrator.v1.event_pb2 import (
    CandidateEnded,
    CandidateScore,
    CandidatesScored,
    Progress,
    Resampled,
    SolveEvent,
    StepEnded,
    Survivor,
)
from its_cli.search import Story


def told(*events: SolveEvent) -> str:
    console, story = Console(file=io.StringIO(), width=120), Story()
    for event in events:
        for line in story.told(event):
            console.print(line)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_step_is_told_with_its_score():
    step = SolveEvent(step=StepEnded(candidate_id="a", text="3 + 4 = 7\n\n"))
    scored = SolveEvent(scored=CandidatesScored(scores=[CandidateScore(candidate_id="a", score=0.5)]))

    assert "█████░░░░░  0.500  3 + 4 = 7" in told(step, scored)


def test_a_score_beyond_the_bar_does_not_break_it():
    scores = [CandidateScore(candidate_id="a", score=7.0), CandidateScore(candidate_id="b", score=-7.0)]
    text = told(SolveEvent(scored=CandidatesScored(scores=scores)))

    assert "█" * 10 in text
    assert "░" * 10 in text


def test_resampling_tells_who_goes_on_how_often_and_who_does_not():
    survivors = [Survivor(candidate_id=name, parent_id="a") for name in ("c", "d")]
    text = told(SolveEvent(resampled=Resampled(survivors=survivors, dropped_ids=["b"])))

    assert "a ×2; dropped b" in text


def test_one_that_goes_on_under_its_own_name_counts_as_its_own_fork():
    survivors = [Survivor(candidate_id="c", parent_id="c"), Survivor(candidate_id="d", parent_id="c")]

    assert "c ×2" in told(SolveEvent(resampled=Resampled(survivors=survivors)))


def test_the_end_of_a_candidate_tells_its_answer():
    assert "ended with the answer 42" in told(SolveEvent(ended=CandidateEnded(candidate_id="a", final_answer="42")))


def test_the_answer_tells_whose_it_is():
    candidates = [Candidate(id="a"), Candidate(id="b", chosen=True)]
    answer = Answer(message=Message(content=[ContentPart(text="so 7")]), candidates=candidates)
    text = told(SolveEvent(answer=answer))

    assert "the answer: candidate b" in text
    assert "so 7" in text


def test_events_without_a_story_are_left_out():
    assert told(SolveEvent(progress=Progress(rounds=1))) == ""
