"""The workshop: builds what one run uses from the blueprint, and lets go of it when the run ends."""

from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

from its_orchestrator.components.builder import Builder
from its_orchestrator.components.config import FunctionBaseConfig, LLMBaseConfig
from its_orchestrator.components.failing import misconfigured
from its_orchestrator.components.function import Function, FunctionInfo
from its_orchestrator.components.llm import LLM, Provider
from its_orchestrator.components.references import Section, Where
from its_orchestrator.components.rewards import Rewards
from its_orchestrator.components.session import Session
from its_orchestrator.components.stages import PipelineTypeEnum, StageTypeEnum
from its_orchestrator.components.strategy import Strategy
from its_orchestrator.components.supplies import Supplies
from its_orchestrator.workflows.blueprint import Blueprint, Entry
from its_orchestrator.workflows.nearest import nearest
from its_runtime.errors import ItsError, Unavailable, Unmet


class Workshop(Builder):
    """The builder of one run."""

    def __init__(self, blueprint: Blueprint, session: Session, supplies: Supplies, stack: AsyncExitStack) -> None:
        self.session = session
        self.engines = supplies.engines
        self._blueprint = blueprint
        self.supplies = supplies
        self._stack = stack
        self._functions: dict[str, Function] = {}
        self._groups: dict[str, dict[str, Function]] = {}
        self._under_way: list[Where] = []

    async def get_llm(self, llm_name: str, wrapper_type: object = None) -> LLM:
        return LLM(llm_name, await self.provider(llm_name), self.session)

    async def provider(self, name: str) -> Provider:
        """Return where the entry of `llms` runs, which all runs share."""
        entry = self._entry(Section.LLM, name)
        build = entry.registered.build
        with self._building(entry):
            return await self.supplies.get((Section.LLM, name), lambda: build(entry.config, self.supplies))

    def get_rewards(self, model: str) -> Rewards:
        return Rewards(self.engines.reward if self.engines else None, model, self.session)

    async def get_function(self, name: str) -> Function:
        if name in self._blueprint.of(Section.FUNCTION):
            return await self._function(name)
        group, dot, member = name.replace("__", ".", 1).partition(".")
        if dot and group in self._blueprint.of(Section.GROUP):
            members = await self._group(group)
            if member not in members:
                raise Unmet(f"function group {group!r} has no function {member!r}{nearest(member, members)}")
            return members[member]
        self._entry(Section.FUNCTION, name)
        raise AssertionError("an entry that doesn't exist was found")

    async def get_functions(self, name: str) -> list[Function]:
        if name in self._blueprint.of(Section.GROUP):
            return [one for _, one in sorted((await self._group(name)).items())]
        return [await self.get_function(name)]

    async def get_its_strategy(
        self, strategy_name: str, pipeline_type: PipelineTypeEnum, stage_type: StageTypeEnum
    ) -> Strategy:
        entry = self._entry(Section.STRATEGY, strategy_name)
        strategy: Strategy = await self._built(entry)
        stage, able = strategy.stage_type(), strategy.supported_pipeline_types()
        name = f"strategy {strategy_name!r} ({entry.registered.name})"
        if stage != stage_type:
            raise Unmet(f"{name} does {stage}; {stage_type} is wanted here")
        if pipeline_type not in able:
            raise Unmet(f"{name} can be part of {_listed(able)} pipelines; this is a {pipeline_type} pipeline")
        strategy.set_pipeline_type(pipeline_type)
        return strategy

    async def get_strategy(self, name: str) -> Strategy:
        """Return a strategy of one's own, whatever its stage and its pipelines."""
        return await self._built(self._entry(Section.STRATEGY, name))

    def get_function_config(self, name: str) -> FunctionBaseConfig:
        return self._entry(Section.FUNCTION, name).config  # pyright: ignore[reportReturnType]

    def get_llm_config(self, name: str) -> LLMBaseConfig:
        return self._entry(Section.LLM, name).config  # pyright: ignore[reportReturnType]

    async def _function(self, name: str) -> Function:
        if name not in self._functions:
            entry = self._entry(Section.FUNCTION, name)
            made: Any = await self._built(entry)
            info = made if isinstance(made, FunctionInfo) else FunctionInfo.from_fn(made)
            self._functions[name] = Function(name, entry.registered.name, info, entry.config)
        return self._functions[name]

    async def _group(self, name: str) -> dict[str, Function]:
        if name not in self._groups:
            entry = self._entry(Section.GROUP, name)
            made: dict[str, Any] = await self._built(entry)
            infos = {one: fn if isinstance(fn, FunctionInfo) else FunctionInfo.from_fn(fn) for one, fn in made.items()}
            kind = entry.registered.name
            self._groups[name] = {one: Function(f"{name}.{one}", kind, info) for one, info in infos.items()}
        return self._groups[name]

    async def _built(self, entry: Entry) -> Any:  # noqa: ANN401  (whatever the type's builder yields)
        with self._building(entry):
            return await self._stack.enter_async_context(entry.registered.build(entry.config, self))

    def _entry(self, section: Section, name: str) -> Entry:
        known = self._blueprint.of(section)
        if name not in known:
            raise Unmet(f"there is no {section.noun} called {name!r}{nearest(name, known)}")
        return known[name]

    @contextmanager
    def _building(self, entry: Entry) -> Generator[None]:
        """Refuse to build an entry while it is being built, and say of every error which entry it belongs to."""
        if entry.where in self._under_way:
            raise _circle(self._under_way[self._under_way.index(entry.where) :])
        self._under_way.append(entry.where)
        try:
            yield
        except Unavailable:  # what it needs isn't there now, which is no fault of the entry
            raise
        except ItsError as error:
            raise _placed(entry, error) from error
        except Exception as error:
            raise misconfigured(entry.where, f"it can't be built: {type(error).__name__}: {error}") from error
        finally:
            self._under_way.pop()


def _circle(entries: list[Where]) -> ItsError:
    """Return the error of entries that refer to one another, wherever the circle was entered."""
    first = entries.index(min(entries, key=str))
    circle = [*entries[first:], *entries[:first], entries[first]]
    return misconfigured(
        entries[first], f"it refers to itself: {' → '.join('.'.join(map(str, one)) for one in circle)}"
    )


def _placed(entry: Entry, error: ItsError) -> ItsError:
    """Return the error with its place in the file: that of the innermost entry that couldn't be built."""
    fields = [one.field for one in error.violations]
    if fields and fields[0].split(".")[0] not in entry.registered.config_type.model_fields:
        return error  # it was placed further inside
    message = error.violations[0].message.removeprefix(f"{fields[0]}: ") if fields else error.message
    return misconfigured((*entry.where, *fields[:1]), message)


def _listed(kinds: list[PipelineTypeEnum]) -> str:
    return ", ".join(kinds) or "no"


@asynccontextmanager
async def workshop(
    blueprint: Blueprint, session: Session, supplies: Supplies, kind: type[Workshop] = Workshop
) -> AsyncGenerator[Workshop]:
    """Yield the builder of one run; what it built is closed at the end of the block, the last one first."""
    async with AsyncExitStack() as stack:
        yield kind(blueprint, session, supplies, stack)
