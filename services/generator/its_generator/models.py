"""The models that a process serves, by name."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from its_generator.backend import Backend
from its_generator.settings import EmbeddedModel, Model, OpenAIModel, Settings
from its_runtime.errors import NotFound


class Models:
    """Loaded models; the first one is the default."""

    def __init__(self, backends: Mapping[str, Backend]) -> None:
        self._backends = backends

    def __getitem__(self, name: str) -> tuple[str, Backend]:
        """Return the name and backend of a model, of the default one for an empty name.

        Raises NotFound, listing what exists.
        """
        name = name or next(iter(self._backends))
        if name not in self._backends:
            raise NotFound(f"model: no model is called {name!r}; this generator serves {', '.join(self._backends)}")
        return name, self._backends[name]

    def items(self) -> list[tuple[str, Backend]]:
        """Return all of them, the default first."""
        return list(self._backends.items())

    async def check(self) -> None:
        """Raise Unavailable when one of the engines can no longer answer."""
        for backend in self._backends.values():
            await backend.check()


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncGenerator[Models, None]:
    """Load every model of the settings; release them at the end of the block."""
    async with AsyncExitStack() as stack:
        yield Models({name: await _opened(stack, model) for name, model in settings.models.items()})


async def _opened(stack: AsyncExitStack, settings: Model) -> Backend:
    """Open a model; libraries are imported only where a model needs them, since some take seconds."""
    if isinstance(settings, EmbeddedModel):
        from its_generator.backends.embedded import open_embedded  # noqa: PLC0415

        return stack.enter_context(open_embedded(settings))
    if isinstance(settings, OpenAIModel):
        from its_generator.backends.openai import open_openai  # noqa: PLC0415

        return await stack.enter_async_context(open_openai(settings))
    from its_generator.backends.vllm import open_vllm  # noqa: PLC0415

    return await stack.enter_async_context(open_vllm(settings))
