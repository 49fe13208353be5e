"""Functions that tests run, and benches whose LLMs follow a script."""

import pytest
from pydantic import BaseModel

from its_orchestrator.components.references import FunctionRef
from its_orchestrator.strategies import (
    FunctionBaseConfig,
    FunctionGroupBaseConfig,
    FunctionInfo,
    register_function,
    register_function_group,
)
from its_orchestrator.testing import Bench, Script
from its_runtime.errors import Unavailable


class Verdict(BaseModel):
    """What a typed function returns."""

    risk: str
    reasons: list[str] = []


class Ports(BaseModel):
    """What a structured function takes."""

    host: str
    port: int


class RisksConfig(FunctionBaseConfig, name="test_risks"):
    says: tuple[str, ...] = ("low", "high", "high")


@register_function(config_type=RisksConfig)
async def risks(config: RisksConfig, builder):
    """Judge a risk; says one after the other, and fails where that is `fail`."""
    said = iter(config.says)

    async def risk(question: str) -> Verdict:
        verdict = next(said)
        if verdict == "fail":
            raise Unavailable("the scanner is down")
        return Verdict(risk=verdict)

    yield FunctionInfo.from_fn(risk, description="Judges a risk.")


class DialConfig(FunctionBaseConfig, name="test_dial"):
    description: str = "Dials a port."


@register_function(config_type=DialConfig)
async def dial(config: DialConfig, builder):
    async def dialled(ports: Ports) -> Verdict:
        return Verdict(risk=f"{ports.host}:{ports.port}")

    yield FunctionInfo.from_fn(dialled, description=config.description)


class ToolConfig(FunctionBaseConfig, name="test_tool"):
    fails_for: str = ""
    description: str = "Looks things up."


@register_function(config_type=ToolConfig)
async def tool(config: ToolConfig, builder):
    async def look_up(query: str) -> str:
        if config.fails_for and config.fails_for in query:
            raise RuntimeError("the index is broken")
        return f"found {query}"

    yield FunctionInfo.from_fn(look_up, description=config.description)


class EchoConfig(FunctionBaseConfig, name="test_echo"):
    streams: bool = False
    tool_names: tuple[FunctionRef, ...] = ()
    description: str = "Repeats."


@register_function(config_type=EchoConfig)
async def echo(config: EchoConfig, builder):
    async def once(text: str) -> str:
        return text

    async def piecewise(text: str):
        for word in text.split():
            yield word

    info = FunctionInfo.create(
        single_fn=once, stream_fn=piecewise if config.streams else None, description=config.description or " "
    )
    yield info


class KitConfig(FunctionGroupBaseConfig, name="test_kit"):
    pass


@register_function_group(config_type=KitConfig)
async def kit(config: KitConfig, builder):
    """Two tools."""

    async def saw(query: str) -> str:
        """Saws."""
        return f"sawn {query}"

    async def nail(query: str) -> str:
        """Nails."""
        return f"nailed {query}"

    yield {"saw": saw, "nail": nail}


@pytest.fixture
def script():
    return Script(lambda asked, number: "nothing scripted")


@pytest.fixture
def bench(script):
    """Makes a bench of these sections, with the LLMs a, b and judge."""

    def make(*, seed: int = 0, **sections) -> Bench:
        llms = {name: {"_type": "scripted", "script": script} for name in ("a", "b", "judge")}
        return Bench({"llms": llms, **sections}, seed=seed)

    return make
