"""The table shows the chosen candidate first, with what it was chosen by, and what everything cost."""

import io
from typing import Any

from rich.console import Console

from its_cli.candidates import SHOWN, explanation


def shown(its: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(explanation(its))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def candidate(answer: str | None, **more: object) -> dict[str, Any]:
    return {"text": f"so it is {answer}", "final_answer": answer, "completion_tokens": 9, "chosen": False, **more}


def its(*candidates: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"algorithm": "best-of-n", "seed": 7, "stopped_by": "completed", "candidates": list(candidates), **more}


def test_the_chosen_one_comes_first():
    text = shown(its(candidate("1", score=0.2), candidate("2", score=0.9, chosen=True)))

    assert text.index("so it is 2") < text.index("so it is 1")
    assert "▶" in text


def test_votes_are_shown_where_there_were_votes_and_scores_where_there_were_scores():
    voted, scored = shown(its(candidate("1", votes=3.0))), shown(its(candidate("1", score=0.25)))

    assert ("votes" in voted, "score" in voted) == (True, False)
    assert ("votes" in scored, "score" in scored) == (False, True)


def test_among_equal_votes_the_more_confident_comes_first():
    one, other, best = candidate("1", confidence=-0.5), candidate("2", confidence=-0.2), candidate("3", confidence=-0.9)
    text = shown(its(one | {"votes": 1.0}, other | {"votes": 1.0}, best | {"votes": 2.0}))

    assert text.index("so it is 3") < text.index("so it is 2") < text.index("so it is 1")
    assert "confidence" in text
    assert "-0.2" in text


def test_a_score_of_nothing_is_still_a_score():
    assert " 0 " in shown(its(candidate("1", score=0.0)))


def test_the_cost_and_the_reason_for_stopping_are_told():
    text = shown(its(candidate("1"), ledger={"completion_tokens": 1234, "seconds": 2.5}))

    assert "1,234 tokens generated" in text
    assert "2.5 s" in text
    assert "stopped by: completed" in text


def test_a_text_that_looks_like_markup_is_shown_as_it_is():
    assert "[red]" in shown(its(candidate("1", text="[red] and [/oops]")))


def test_long_lists_are_cut_and_say_so():
    text = shown(its(*(candidate(str(n), score=n / 100) for n in range(SHOWN + 5))))

    assert "and 5 more" in text


def test_no_candidates_at_all_is_no_error():
    assert "stopped by" in shown(its())
