"""Steps: where the text of an answer is cut for reward models that judge each step."""

from collections.abc import Sequence

from its_orchestrator.candidate import Candidate

DELIMITERS = ("\n\n",)


def split(text: str, delimiters: Sequence[str] = DELIMITERS) -> tuple[str, ...]:
    """Return the steps of `text`, each with the delimiter that ends it; joined they are `text`."""
    steps: list[str] = []
    while text:
        ends = [at + len(one) for one in delimiters if (at := text.find(one)) >= 0]
        end = min(ends, default=len(text))
        steps.append(text[:end])
        text = text[end:]
    return tuple(steps)


def step_ends(candidate: Candidate) -> tuple[int, ...]:
    """Return where each step ends in the candidate's token ids (exclusive); empty when that isn't known."""
    ends: list[int] = []
    for step in candidate.steps:
        ends.append((ends[-1] if ends else 0) + step.size)
    known = ends and ends[-1] == len(candidate.token_ids) and len(set(ends)) == len(ends)
    return tuple(ends) if known else ()
