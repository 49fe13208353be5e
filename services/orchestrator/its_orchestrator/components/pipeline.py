"""A pipeline: strategies one after the other, on the items of one turn."""

import logging
import time
from collections.abc import Mapping, Sequence

import structlog

from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.item import ITSItem
from its_orchestrator.components.lineage import stamped
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.components.turn import TURN, Turn
from its_orchestrator.events import ItemKept, StageEnded, StageStarted
from its_runtime.errors import ItsError, Unmet

_log = structlog.get_logger("its.pipeline")


class Pipeline:
    """Strategies by the field of the function's configuration that names each, in the order in which they run."""

    def __init__(self, session: Session, stages: Mapping[str, Strategy]) -> None:
        """Raise Unmet naming the field where one stage needs another that isn't there."""
        self._session = session
        self._stages = dict(stages)
        scored = False
        for field, strategy in self._stages.items():
            if strategy.needs_scores and not scored:
                raise misconfigured((field,), NO_SCORER.format(name=_name(strategy)))
            scored = strategy.gives_scores or (scored and strategy.stage_type() is not StageTypeEnum.SEARCH)

    @property
    def starts_empty(self) -> bool:
        """Whether its first stage has something to do without any item."""
        return next((one.may_start_empty for one in self._stages.values()), True)

    async def run(
        self,
        items: Sequence[ITSItem] = (),
        original_prompt: str | None = None,
        agent_context: str | None = None,
        *,
        may_end_empty: bool = False,
    ) -> list[ITSItem]:
        """Return the items after the last stage. Raises an ItsError that says which stage has nothing to return."""
        turn_id, here = self._session.turn_id(), list(items)
        rest = list(self._stages.values())
        for ordinal, strategy in enumerate(self._stages.values()):
            rest = rest[1:]
            turn = Turn(self._session, turn_id, strategy.stage_type(), _name(strategy))
            before, here = here, await _stage(turn, ordinal, strategy, here, original_prompt, agent_context)
            if not here and not (rest[0].may_start_empty if rest else may_end_empty):
                raise Unmet((KEPT_NONE if before else MADE_NONE).format(name=turn.strategy))
        self._session.chosen_tokens = sum(one.tokens for one in here)
        return here


async def _stage(
    turn: Turn,
    ordinal: int,
    strategy: Strategy,
    items: list[ITSItem],
    original_prompt: str | None,
    agent_context: str | None,
) -> list[ITSItem]:
    """Run one stage on copies of `items`, hold it to what its stage promises, and report it."""
    if not items and not strategy.may_start_empty and turn.stage in _NEED_ITEMS:
        raise Unmet(f"{turn.strategy} works on candidates, and there are none; put a search before it")
    began = time.monotonic()
    turn.session.emit(StageStarted(turn.turn_id, turn.stage, turn.strategy, len(items), original_prompt or ""))
    handed = [one.apart() for one in items]
    token = TURN.set(turn)
    try:
        after = await strategy.ainvoke(handed, original_prompt=original_prompt, agent_context=agent_context)
    except ItsError:
        raise
    except Exception as error:
        raise Unmet(f"strategy {turn.strategy!r} failed: {type(error).__name__}: {error}") from error
    finally:
        TURN.reset(token)
    _hold(turn, strategy, items, after)
    kept = stamped(turn, ordinal, items, after)
    _report(turn, kept, time.monotonic() - began)
    return kept


def _hold(turn: Turn, strategy: Strategy, before: Sequence[ITSItem], after: Sequence[object]) -> None:
    if not all(isinstance(one, ITSItem) for one in after):
        raise Unmet(f"strategy {turn.strategy!r} returned something else than ITSItems")
    if turn.stage in _KEEP_NUMBER and len(after) != len(before):
        raise Unmet(f"strategy {turn.strategy!r} returned {len(after)} items for {len(before)}: {turn.stage} keeps all")
    if not after and before and not strategy.may_keep_none:
        raise Unmet(f"strategy {turn.strategy!r} returned no item for {len(before)}")


def _report(turn: Turn, kept: Sequence[ITSItem], seconds: float) -> None:
    told = tuple(
        ItemKept(one.origin.id, one.origin.parents, one.origin.candidate_index, one.score, one.text, one.tokens)
        for one in kept
        if one.origin
    )
    turn.session.emit(StageEnded(turn.turn_id, turn.stage, turn.strategy, told, turn.session.account.ledger, seconds))
    if structlog.is_configured() and _log.is_enabled_for(logging.DEBUG):  # structlog's own default is to show all
        for one in kept:
            _log.debug("item", turn=turn.turn_id, stage=str(turn.stage), strategy=turn.strategy, item=one.model_dump())


def _name(strategy: Strategy) -> str:
    return getattr(getattr(strategy, "config", None), "type_name", "") or type(strategy).__name__


_KEEP_NUMBER = (StageTypeEnum.EDITING, StageTypeEnum.SCORING)
_NEED_ITEMS = (*_KEEP_NUMBER, StageTypeEnum.SELECTION)

KEPT_NONE = "{name} kept none of the candidates; make its condition easier to meet"
MADE_NONE = "{name} made no candidates: it had neither items nor a prompt to make them from"

NO_SCORER = "{name} chooses by score, and no scorer stands before it; add a scorer, or a selector that reads items"
