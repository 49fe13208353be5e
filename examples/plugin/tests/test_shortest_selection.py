"""shortest_selection keeps the laws of its stage, and does what it says."""

import its_short_m_at_k.shortest_selection  # noqa: F401  (its import registers the strategy; installed, its entry point does)

from its_orchestrator.strategies import ITSItem
from its_orchestrator.testing import Bench, StageLaws


def values(**fields):
    return {"its_strategies": {"it": {"_type": "shortest_selection", **fields}}}


async def test_it_keeps_the_laws_of_selection():
    items = [ITSItem(output=text) for text in ("a long one", "short", "short", "x")]

    await StageLaws(lambda script: values(most=2), "custom").hold("selection", "it", items)


async def test_the_shortest_is_selected():
    items = [ITSItem(output="a long one"), ITSItem(output="short")]

    (chosen,) = await Bench(values()).stage("selection", "it", items)

    assert chosen.output == "short"
