"""For whoever writes an algorithm or a strategy: a scripted world to run it in, and the laws that it must keep.

async def test_debate_keeps_the_laws():
await laws.hold(Debate(), lambda: World(["4", "5"]), samples=8)
"""

from its_orchestrator.testing import laws, virtual_time
from its_orchestrator.testing.bench import Bench
from its_orchestrator.testing.faults import Fault
from its_orchestrator.testing.scripted_llm import Script
from its_orchestrator.testing.served import Addresses, serve_generator, serve_reward, served
from its_orchestrator.testing.stage_laws import StageLaws
from its_orchestrator.testing.world import Result, World

__all__ = [
    "Addresses",
    "Bench",
    "Fault",
    "Result",
    "Script",
    "StageLaws",
    "World",
    "laws",
    "serve_generator",
    "serve_reward",
    "served",
    "virtual_time",
]
