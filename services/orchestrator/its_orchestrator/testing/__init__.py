"""For whoever writes an algorithm: a scripted world to run it in, and the laws that it must keep.

async def test_debate_keeps_the_laws():
await laws.hold(Debate(), lambda: World(["4", "5"]), samples=8)
"""

from its_orchestrator.testing import laws
from its_orchestrator.testing.faults import Fault
from its_orchestrator.testing.served import Addresses, serve_generator, serve_reward, served
from its_orchestrator.testing.world import Result, World

__all__ = ["Addresses", "Fault", "Result", "World", "laws", "serve_generator", "serve_reward", "served"]
