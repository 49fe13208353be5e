"""Ledgers in the contract's words."""

from its.orchestrator.v1 import answer_pb2
from its_orchestrator.ledger import Ledger


def ledger(spent: Ledger) -> answer_pb2.Ledger:
    """Return what was spent."""
    return answer_pb2.Ledger(
        samples=spent.samples,
        prompt_tokens=spent.prompt_tokens,
        cached_prompt_tokens=spent.cached_prompt_tokens,
        completion_tokens=spent.completion_tokens,
        answer_tokens=spent.answer_tokens,
        discarded_tokens=spent.discarded_tokens,
        aborted_tokens=spent.aborted_tokens,
        reward_tokens=spent.reward_tokens,
        cached_reward_tokens=spent.cached_reward_tokens,
        judge_tokens=spent.judge_tokens,
        generator_calls=spent.generator_calls,
        reward_calls=spent.reward_calls,
        seconds=spent.seconds,
        generator_seconds=spent.generator_seconds,
        reward_seconds=spent.reward_seconds,
    )
