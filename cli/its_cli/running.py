"""Running one function of an its.yaml in this process, and printing what happens."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from its_orchestrator import seeds
from its_orchestrator.__main__ import checked, engines
from its_orchestrator.budget import Budget
from its_orchestrator.components.session import Session
from its_orchestrator.components.supplies import supplies
from its_orchestrator.events import FailureNoted, Note, OutputPiece, StageEnded, StageStarted
from its_orchestrator.settings import Settings
from its_orchestrator.storing.keeper import open_keeper
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_traces
from its_orchestrator.workflows.job import Call, Output, Terms, Told
from its_orchestrator.workflows.runner import Runner
from its_runtime.channel import open_channel
from its_runtime.config import ConfigFile
from its_runtime.errors import InvalidRequest
from its_runtime.logs import configure


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may spend, and its seed."""

    seed: int | None
    samples: int | None
    tokens: int | None
    seconds: float | None


class Printing:
    """Prints what happens: the output on standard output, all else on standard error."""

    def __init__(self, *, as_json: bool, stream: bool) -> None:
        self._as_json = as_json
        self._stream = stream
        self._out = Console(highlight=False, soft_wrap=True, markup=False)
        self._told = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
        self._pieces = 0

    @property
    def wanted(self) -> frozenset[type]:
        """The kinds of events that are printed."""
        stages = {StageStarted, StageEnded} if self._stream else set[type]()
        return frozenset({Note, FailureNoted, *stages})

    def tell(self, told: Told) -> None:
        """Print one thing that happened."""
        if isinstance(told, Output):
            self._end(told)
            return
        match told.kind:
            case OutputPiece(text=text):
                self._piece(text)
            case Note(message=message) | FailureNoted(message=message):
                self._told.print(Text(f"its: {message}", "yellow"))
            case StageStarted() as stage:
                self._told.print(Text(f"{stage.stage:<10} {stage.strategy}: {stage.items} in", "dim"))
            case StageEnded() as stage:
                self._told.print(Text(f"{stage.stage:<10} {stage.strategy}: {len(stage.items)} out", "dim"))
            case _:
                pass

    def _piece(self, text: str) -> None:
        if self._stream and not self._as_json:
            self._pieces += 1
            self._out.print(text, end="")

    def _end(self, output: Output) -> None:
        if self._as_json:
            self._out.print_json(json.dumps(_whole(output)))
        elif self._pieces:
            self._out.print()
        elif isinstance(output.plain, str):
            self._out.print(output.plain)
        else:
            self._out.print_json(json.dumps(output.plain))


async def ran(
    config: Path,
    overrides: Sequence[str],
    settings: Settings,
    function: str,
    text: str,
    limits: Limits,
    printing: Printing,
) -> None:
    """Run `function` on the input `text`, and print what happens. Raises ConfigError and ItsError."""
    configure(settings.model_copy(update={"log_level": "warning"}))
    blueprint = await checked(ConfigFile(config, overrides))
    async with (
        open_channel(settings.generator, settings.tls) as generator,
        open_channel(settings.reward, settings.tls) as reward,
        open_keeper(settings.traces) as keeper,
        supplies(behind := engines(settings, generator, reward)) as supplied,
    ):
        told = convert_traces.words(behind.equivalence, prompts=settings.traces.prompts)
        runner = Runner(blueprint, supplied, Traces(settings.traces, told, keeper))
        call = Call(function, await _input(runner, function, text), _terms(limits, printing.wanted))
        async with aclosing(runner.call(call)) as story:
            async for one in story:
                printing.tell(one)


async def _input(runner: Runner, name: str, text: str) -> Any:  # noqa: ANN401  (any function's input)
    """Return the text, or what it holds as JSON where the function takes no text."""
    runner.known(name)
    async with runner.workshop(Session.alone()) as builder:
        schema = (await builder.get_function(name)).input_schema
    if schema.get("type", "string") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequest.field("input", f"function {name!r} takes JSON, which this isn't: {error}") from error


def _terms(limits: Limits, wanted: frozenset[type]) -> Terms:
    budget = Budget(samples=limits.samples, tokens=limits.tokens, seconds=limits.seconds)
    return Terms("its-run", budget, seeds.draw() if limits.seed is None else limits.seed, wanted=wanted)


def _whole(output: Output) -> dict[str, Any]:
    return {
        "value": output.plain,
        "ledger": asdict(output.ledger),
        "seed": output.seed,
        "trace_id": output.trace_id,
        "stopped_by": output.stopped_by.value,
    }
