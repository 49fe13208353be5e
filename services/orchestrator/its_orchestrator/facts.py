"""What is told of a run in log, metrics and trace: figures and names, never a word of what was said."""

from its_orchestrator.events import Answer
from its_orchestrator.running.order import Order
from its_runtime.trail import Fact


def asked(order: Order) -> dict[str, Fact]:
    """Return what is to be run."""
    return {
        "operation": "invoke_workflow",
        "model": order.model.identity.name,
        "algorithm": order.algorithm.name,
        "samples": order.samples,
    }


def answered(answer: Answer) -> dict[str, Fact]:
    """Return what a run came to and what it used."""
    ledger = answer.ledger
    return {
        "stopped_by": answer.stopped_by.value,
        "candidates": len(answer.candidates),
        "prompt_tokens": ledger.prompt_tokens,
        "cached_prompt_tokens": ledger.cached_prompt_tokens,
        "completion_tokens": ledger.completion_tokens,
        "discarded_tokens": ledger.discarded_tokens,
        "aborted_tokens": ledger.aborted_tokens,
        "reward_tokens": ledger.reward_tokens,
        "judge_tokens": ledger.judge_tokens,
    }
