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
    figures = {"stopped_by": answer.stopped_by.value, "candidates": len(answer.candidates)}
    return {**figures, **answer.ledger.used, "discarded_tokens": answer.ledger.discarded_tokens}
