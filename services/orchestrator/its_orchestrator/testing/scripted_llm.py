"""A language model that follows a script, in place of an endpoint: `_type: scripted`."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from its_orchestrator.components.config import LLMBaseConfig
from its_orchestrator.components.llm import Ask
from its_orchestrator.components.register import register_llm_provider
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.components.tab import Tab
from its_orchestrator.engines import Usage

Says = Callable[[str, int], str]
"""From what is asked, all messages joined, and the number of the call from 0, what is said; it may raise our errors."""


@dataclass(eq=False)
class Script:
    """What a scripted model says, and what it was asked."""

    says: Says
    asked: list[str] = field(default_factory=list[str])
    seeds: list[int] = field(default_factory=list[int])
    reported: list[Usage] = field(default_factory=list[Usage])
    """What each call that succeeded used: words read, and words said."""


class ScriptedConfig(LLMBaseConfig, name="scripted"):
    """Parameters of a scripted model."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    script: SkipJsonSchema[Script] = Field(description="What it says.")


class Scripted:
    """Answers as the protocol `Provider`."""

    model = "scripted"
    seconds = 60.0
    structured = False

    def __init__(self, script: Script) -> None:
        self.gate = asyncio.Semaphore(64)
        self._script = script

    async def say(self, ask: Ask, tab: Tab) -> str:
        script = self._script
        asked = "\n".join("".join(message.parts) for message in ask.prompt.messages)
        number = len(script.asked)
        script.asked.append(asked)
        script.seeds.append(ask.seed)
        await asyncio.sleep(0)
        said = script.says(asked, number)
        usage = Usage(len(asked.split()), 0, len(said.split()))
        script.reported.append(usage)
        tab.generated(usage, usage.completion_tokens)
        return said


@register_llm_provider(config_type=ScriptedConfig)
async def scripted(config: ScriptedConfig, supplies: Supplies) -> AsyncGenerator[Scripted]:
    """Follow a script."""
    yield Scripted(config.script)
