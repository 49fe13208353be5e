"""A function: something with a typed input and output that pipelines run, and models use as a tool."""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from its_runtime.errors import InvalidRequest, ItsError, Unmet, Violation

Single = Callable[..., Awaitable[Any]]
Stream = Callable[..., AsyncIterator[Any]]


@dataclass(frozen=True)
class FunctionInfo:
    """What a registered function yields: what to call, and what goes in and comes out."""

    single: Single | None
    stream: Stream | None
    description: str
    input_type: Any
    output_type: Any
    spread: bool = False
    """Whether the input's fields are the arguments."""

    @classmethod
    def from_fn(cls, fn: Single | Stream, *, input_schema: Any = None, description: str = "") -> "FunctionInfo":  # noqa: ANN401
        """Return the function `fn`, typed by its annotations; one that yields streams.

        One argument is the input; the fields of the input are the arguments where there are more.
        """
        streams = inspect.isasyncgenfunction(fn)
        kind, spread = _input(fn)
        hints = get_type_hints(fn)
        returned = hints.get("return", Any)
        return cls(
            single=None if streams else fn,  # pyright: ignore[reportArgumentType]
            stream=fn if streams else None,  # pyright: ignore[reportArgumentType]
            description=description or inspect.getdoc(fn) or "",
            input_type=input_schema or kind,
            output_type=(get_args(returned) or (Any,))[0] if streams else returned,
            spread=spread,
        )

    @classmethod
    def create(
        cls, *, single_fn: Single | None = None, stream_fn: Stream | None = None, description: str = ""
    ) -> "FunctionInfo":
        """Return a function that answers at once, in pieces, or both ways."""
        first = single_fn or stream_fn
        if first is None:
            raise Unmet("a function needs a single_fn or a stream_fn")
        return replace(cls.from_fn(first, description=description), single=single_fn, stream=stream_fn)

    def around(self, single: Single, stream: Stream | None = None) -> "FunctionInfo":
        """Return what takes and gives the same as this function, by calling `single` with its parsed input."""
        return replace(self, single=single, stream=stream, spread=False)


@dataclass(frozen=True)
class Function:
    """A function of its.yaml, ready to be called."""

    name: str
    type: str
    """Its `_type`."""
    info: FunctionInfo
    config: BaseModel | None = field(default=None, repr=False)

    @property
    def description(self) -> str:
        """What it does, for whoever chooses among functions."""
        return self.info.description

    @property
    def streams(self) -> bool:
        """Whether its output comes in pieces."""
        return self.info.stream is not None

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON schema of its input."""
        return _adapter(self.info.input_type).json_schema()

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON schema of its output."""
        return _adapter(self.info.output_type).json_schema(mode="serialization")

    def parsed(self, value: object) -> Any:  # noqa: ANN401  (any function's input)
        """Return `value` as the function's input. Raises InvalidRequest naming every field that is wrong."""
        try:
            return _adapter(self.info.input_type).validate_python(value)
        except ValidationError as error:
            raise self._refused(error) from error

    def plain(self, value: object) -> Any:  # noqa: ANN401  (JSON)
        """Return an output as JSON values."""
        return TypeAdapter(Any).dump_python(value, mode="json")

    async def ainvoke(self, value: object) -> Any:  # noqa: ANN401  (any function's output)
        """Return what it returns, in its own type; the pieces joined, where it only streams."""
        single = self.info.single
        if single is None:
            async with aclosing(self.astream(value)) as pieces:
                return _joined([piece async for piece in pieces])
        with _explained(self.name):
            return await self._called(single, value)

    async def astream(self, value: object) -> AsyncGenerator[Any]:
        """Yield its output in pieces; all of it at once where it doesn't stream."""
        if self.info.stream is None:
            yield await self.ainvoke(value)
            return
        with _explained(self.name):
            async for piece in self._called(self.info.stream, value):
                yield piece

    def _called(self, fn: Callable[..., Any], value: object) -> Any:  # noqa: ANN401
        parsed = self.parsed(value)
        return fn(**dict(parsed)) if self.info.spread else fn(parsed)

    def _refused(self, error: ValidationError) -> InvalidRequest:
        violations = [Violation(".".join(("input", *map(str, one["loc"]))), one["msg"]) for one in error.errors()]
        what = "; ".join(f"{one.field}: {one.message}" for one in violations)
        return InvalidRequest(f"function {self.name!r} can't take this input: {what}", violations=violations)


def _input(fn: Callable[..., Any]) -> tuple[Any, bool]:
    """Return the type of the input, and whether its fields are the arguments."""
    hints = get_type_hints(fn)
    parameters = list(inspect.signature(fn).parameters.values())
    if len(parameters) == 1:
        return hints.get(parameters[0].name, Any), False
    fields: dict[str, Any] = {
        one.name: (hints.get(one.name, Any), ... if one.default is one.empty else one.default) for one in parameters
    }
    return create_model("Input", __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields), True


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401
    return TypeAdapter(kind)


def _joined(pieces: list[Any]) -> Any:  # noqa: ANN401
    """Return pieces of text as one text, one piece as itself, and others as the list that they are."""
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(pieces)
    return pieces[0] if len(pieces) == 1 else pieces


@contextmanager
def _explained(name: str) -> Generator[None]:
    """Let our errors through; any other means that the function itself is broken."""
    try:
        yield
    except ItsError:
        raise
    except Exception as error:
        raise Unmet(f"function {name!r} failed: {type(error).__name__}: {error}") from error
