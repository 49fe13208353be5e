"""Plans: how they are asked for, and what becomes an item."""

from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.llm import LLM
from its_orchestrator.components.template import filled
from its_orchestrator.strategies._marks import after_first
from its_runtime.errors import Unavailable


def temperatures(number: int, low: float, high: float) -> list[float]:
    """Return `number` temperatures, evenly spaced from `low` to `high`; the lowest alone for one."""
    return [low + (high - low) * place / max(1, number - 1) for place in range(number)]


async def planned(llm: LLM, temperature: float, template: str, prompt: str, context: str) -> ITSItem:
    """Return a plan. Raises Unavailable when the reply holds none, and what `llm` raises."""
    reply = await llm.ainvoke(filled(template, prompt=prompt, context=context), temperature=temperature)
    plan = after_first("PLAN", reply.text)
    if not plan:
        raise Unavailable(f"LLM {llm.name!r} replied without a plan; try again, or allow it more tokens")
    return ITSItem(input=prompt, plan=plan, metadata={"model": llm.model, "temperature": temperature})


PLANNING = """\
Write a plan for the task below. Do not carry the plan out.

What is known about whoever will carry it out, and the tools at hand:
{context}

The task:
{prompt}

Number the steps. In each, name what is to be done, with which tool, and what it hands to the next. Think of what may \
go wrong. Reply with PLAN: followed by the plan, and nothing else."""
