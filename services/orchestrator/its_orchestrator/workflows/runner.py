"""The runner: runs functions and pipelines, tells what happens, and keeps the trace."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from pydantic import TypeAdapter

from its_orchestrator.budget import StoppedBy
from its_orchestrator.components.item import ITSItem, as_text
from its_orchestrator.components.pipeline import Pipeline
from its_orchestrator.components.references import Section
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.events import OutputPiece, RunStarted
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.limits.spending import Spending
from its_orchestrator.prompt import Conversation, Prompt, transcript
from its_orchestrator.storing.trace import About
from its_orchestrator.traces import Traces
from its_orchestrator.workflows.blueprint import Blueprint, inline
from its_orchestrator.workflows.intake import taken
from its_orchestrator.workflows.job import Call, Output, Passage, Terms, Told
from its_orchestrator.workflows.nearest import nearest
from its_orchestrator.workflows.workshop import Workshop, workshop
from its_runtime.errors import InvalidRequest, NotFound, Unmet

RESERVE, SHARE = 0.5, 0.1
"""Seconds, and share of the caller's time, at which work ends so that what there is arrives in time."""
Work = Callable[[Workshop], Awaitable[Any]]


class Runner:
    """Runs what a blueprint describes."""

    def __init__(self, blueprint: Blueprint, supplies: Supplies, traces: Traces) -> None:
        self.blueprint = blueprint
        self._supplies = supplies
        self._traces = traces

    def call(self, call: Call, spending: Spending | None = None) -> AsyncGenerator[Told]:
        """Yield what happens while a function runs, pieces of its output as they come, and last its output.

        `spending` is told what it cost, however it ends.
        Raises NotFound when there is no such function, InvalidRequest when it can't take the input, and what it raises.
        """
        self.known(call.function)

        async def work(builder: Workshop) -> Any:  # noqa: ANN401
            function = await builder.get_function(call.function)
            value = taken(function, call.input)
            if not function.streams:
                return await function.ainvoke(value)
            return await _heard(builder.session, function.astream(value))

        return self._told(call.function, _asked(call.input), call.terms, self.blueprint, work, spending)

    def run(self, passage: Passage, spending: Spending | None = None) -> AsyncGenerator[Told]:
        """Yield what happens while a pipeline runs, and last the items that it leaves.

        `spending` is told what it cost, however it ends.
        Raises InvalidRequest naming the stage that can't be used.
        """
        stages = {f"stages[{place}]": one for place, one in enumerate(passage.stages)}
        blueprint = inline(self.blueprint, {name: {"_type": one.type, **one.fields} for name, one in stages.items()})

        async def work(builder: Workshop) -> Any:  # noqa: ANN401
            pipeline, text = await _of_one_kind(builder, tuple(stages)), transcript(passage.prompt)
            return await pipeline.run([] if pipeline.starts_empty else [ITSItem(input=text)], text)

        return self._told("pipeline", passage.prompt, passage.terms, blueprint, work, spending)

    def known(self, name: str) -> None:
        """Raise NotFound when there is no function of that name."""
        known = self.blueprint.of(Section.FUNCTION)
        groups = tuple(f"{one}." for one in self.blueprint.of(Section.GROUP))
        if name not in known and not name.startswith(groups):
            raise NotFound(f"function: there is no function called {name!r}{nearest(name, known)}")

    def workshop(self, session: Session) -> AbstractAsyncContextManager[Workshop]:
        """Return the builder of one run."""
        return workshop(self.blueprint, session, self._supplies)

    async def _told(
        self,
        name: str,
        asked: Prompt,
        terms: Terms,
        blueprint: Blueprint,
        work: Work,
        spending: Spending | None,
    ) -> AsyncGenerator[Told]:
        recorder = Recorder(secrets.token_hex(8), terms.wanted | {OutputPiece})
        about = About(terms.request_id, terms.tenant, asked)
        recorder.add(RunStarted(name, "", "", terms.budget, terms.seed))
        session = self._session(terms, recorder)
        job = asyncio.create_task(self._worked(name, about, session, blueprint, work))
        try:
            async for event in recorder:
                yield event
            yield await job
        finally:
            job.cancel()
            await asyncio.wait({job})
            if spending:
                spending.comes_to(session.account.ledger)
            _ = job.cancelled() or job.exception()  # nobody else will look at it

    async def _worked(self, name: str, about: About, session: Session, blueprint: Blueprint, work: Work) -> Output:
        recorder = session.recorder
        try:
            with self._traces.running(recorder, about):
                async with workshop(blueprint, session, self._supplies) as builder:
                    with session.watch:
                        value = await work(builder)
                return _output(value, session)
        finally:
            recorder.close()

    def _session(self, terms: Terms, recorder: Recorder) -> Session:
        deadline = None if terms.seconds is None else terms.seconds - min(RESERVE, SHARE * terms.seconds)
        limits = [limit for limit in (terms.budget.seconds, deadline) if limit is not None]
        budget = terms.budget.model_copy(update={"seconds": min(limits, default=None)})
        session = Session(recorder, seed=terms.seed, budget=budget, request_id=terms.request_id, tenant=terms.tenant)
        session.priority, session.charged = terms.priority, terms.charged
        if self._supplies.engines:
            session.equivalence = self._supplies.engines.equivalence.telling(session.note, lambda: session.watch.left)
        return session


def _asked(given: object) -> Prompt:
    """Return what a function was given, as a trace keeps it."""
    return given if isinstance(given, Conversation | str) else json.dumps(given, default=str)


async def outcome(told: AsyncGenerator[Told]) -> Output:
    """Return what came of a job, whatever it tells before."""
    async with aclosing(told) as story:
        last = [one async for one in story if isinstance(one, Output)]
    return last[0]


async def _heard(session: Session, pieces: AsyncGenerator[Any]) -> Any:  # noqa: ANN401
    """Report each piece of an output as it comes; return the whole."""
    heard: list[Any] = []
    async with aclosing(pieces) as coming:
        async for piece in coming:
            session.emit(OutputPiece(piece, as_text(piece)))
            heard.append(piece)
    texts = all(isinstance(piece, str) for piece in heard)
    return "".join(heard) if texts else heard


async def _of_one_kind(builder: Workshop, names: tuple[str, ...]) -> Pipeline:
    """Return the pipeline of strategies that a request brings, of a type that each of them can be part of."""
    try:
        strategies = {name: await builder.get_strategy(name) for name in names}
        _begins(*next(iter(strategies.items())))
        kind = _common({name: one.supported_pipeline_types() for name, one in strategies.items()})
        for one in strategies.values():
            one.set_pipeline_type(kind)
        return Pipeline(builder.session, strategies)
    except Unmet as error:  # here, the configuration is the request's
        raise InvalidRequest(error.message, violations=error.violations) from error


def _begins(field: str, strategy: Strategy) -> None:
    """Raise InvalidRequest where the first stage works on candidates, of which there are none yet."""
    if (stage := strategy.stage_type()) not in {StageTypeEnum.SEARCH, StageTypeEnum.CUSTOM}:
        raise InvalidRequest.field(field, f"{stage} works on candidates; put a search before it")


def _common(able: dict[str, list[PipelineTypeEnum]]) -> PipelineTypeEnum:
    common = [kind for kind in PipelineTypeEnum if all(kind in kinds for kinds in able.values())]
    if not common:
        each = "; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in able.items())
        raise InvalidRequest.field("stages", f"they have no type of pipeline in common: {each}")
    return common[0]


def _output(value: Any, session: Session) -> Output:  # noqa: ANN401
    ledger = session.account.ledger
    answer = min(session.chosen_tokens, ledger.completion_tokens - ledger.aborted_tokens)
    return Output(
        value=value,
        plain=TypeAdapter(Any).dump_python(value, mode="json"),
        ledger=ledger.settled(answer, 0, session.recorder.seconds),
        seed=session.seed,
        trace_id=session.recorder.trace_id,
        stopped_by=_stopped_by(session),
    )


def _stopped_by(session: Session) -> StoppedBy:
    if session.refusal():
        return session.stopped_by or StoppedBy.COMPLETED
    return StoppedBy.FAILURES if session.failed else StoppedBy.COMPLETED
