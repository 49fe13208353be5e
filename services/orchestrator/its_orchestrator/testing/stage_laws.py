"""The laws of the stages: what every strategy keeps, whatever models say and whichever of their calls fail.

laws = StageLaws(lambda says: {"llms": {"a": {"_type": "scripted", "script": Script(says)}}, "its_strategies": …})
await laws.hold("scoring", "my_scorer", items, fails={1, 3})
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from typing import Any

from its_orchestrator.components.item import ITSItem, Origin
from its_orchestrator.running.run import Engines
from its_orchestrator.testing.bench import Bench
from its_orchestrator.testing.scripted_llm import Script
from its_runtime.errors import ItsError, Unavailable

REPLY = """PLAN: {n}
EDITED PLAN: better {n}
FINAL SCORE: {s}
SELECTED PLAN: 1
SELECTED ITEM: 1
BETTER: 2
MERGED OUTPUT: merged"""
"""A reply that has a place for whatever a strategy looks for."""

Values = Callable[[Script], Mapping[str, Any]]


class StageLaws:
    """Runs strategies of the its.yaml that `values` makes around a script, and says which law was broken."""

    def __init__(self, values: Values, pipeline: str = "planning", engines: Engines | None = None) -> None:
        self._values = values
        self._engines = engines
        self._pipeline = pipeline

    async def hold(
        self, stage: str, name: str, items: Sequence[ITSItem] = (), fails: Set[int] = frozenset(), says: str = REPLY
    ) -> None:
        """Raise AssertionError when the strategy breaks a law; calls whose numbers are in `fails` fail."""
        items = [_born(place, one) for place, one in enumerate(items)]
        before = [one.model_dump() for one in items]
        first = await self._run(stage, name, items, fails, says)
        again = await self._run(stage, name, items, fails, says)
        assert [one.model_dump() for one in items] == before, f"{name} changed an item in place"
        assert _plain(first) == _plain(again), f"{name} came to another result with the same seed"
        if not isinstance(first, ItsError):
            _LAWS[stage](name, items, first)

    async def _run(
        self, stage: str, name: str, items: Sequence[ITSItem], fails: Set[int], says: str
    ) -> list[ITSItem] | ItsError:
        script = Script(lambda _, number: _said(number, fails, says))
        bench = Bench(self._values(script), seed=5, engines=self._engines)
        result = await _tried(bench.stage(stage, name, items, pipeline=self._pipeline))
        spent = bench.session.account.ledger
        assert spent.samples == len(script.asked), f"{name} made {len(script.asked)} calls and says {spent.samples}"
        assert spent.completion_tokens == sum(one.completion_tokens for one in script.reported), f"{name} hides tokens"
        return result


async def _tried(work: Awaitable[list[ITSItem]]) -> list[ITSItem] | ItsError:
    try:
        return await work
    except ItsError as error:
        return error


def _born(place: int, item: ITSItem) -> ITSItem:
    return item.derived(lineage=(Origin(id=f"i{place}", candidate_index=place),))


def _said(number: int, fails: Set[int], says: str) -> str:
    if number in fails:
        raise Unavailable("this script fails")
    return says.format(n=number, s=1 + number % 10)


def _plain(result: list[ITSItem] | ItsError) -> object:
    timeless = {"lineage": {"__all__": {"seconds"}}}
    return str(result) if isinstance(result, ItsError) else [one.model_dump(exclude=timeless) for one in result]


def _search(name: str, before: Sequence[ITSItem], after: Sequence[ITSItem]) -> None:
    assert after, f"{name} found nothing, and raised nothing"
    assert all(one.text.strip() for one in after), f"{name} made an item that says nothing"
    assert not any("this script fails" in one.text for one in after), f"{name} made an item of an error"


def _editing(name: str, before: Sequence[ITSItem], after: Sequence[ITSItem]) -> None:
    assert len(after) == len(before), f"{name} changed the number of items"
    for old, new in zip(before, after, strict=True):
        kept = (old.input, old.name, old.metadata, old.score)
        assert (new.input, new.name, new.metadata, new.score) == kept, f"{name} changed the identity of an item"
        assert "this script fails" not in new.text, f"{name} made an edit of an error"


def _scoring(name: str, before: Sequence[ITSItem], after: Sequence[ITSItem]) -> None:
    changed = {"score", "feedback", "lineage"}
    assert [one.model_dump(exclude=changed) for one in after] == [one.model_dump(exclude=changed) for one in before], (
        f"{name} changed more than score and feedback"
    )
    assert all(one.score is not None or one.feedback for one in after), f"{name} doesn't say why it couldn't score"


def _selection(name: str, before: Sequence[ITSItem], after: Sequence[ITSItem]) -> None:
    names = [one.origin.id for one in before if one.origin]
    came = [one.origin.parents for one in after if one.origin]
    if len(after) == 1 and len(came[0]) > 1:
        assert list(came[0]) == names, f"{name} merged an item that doesn't remember all others"
        return
    places = [names.index(parents[0]) for parents in came]
    assert places == sorted(set(places)), f"{name} didn't keep a part of the items in their order"


_LAWS = {"search": _search, "editing": _editing, "scoring": _scoring, "selection": _selection}
