"""What vLLM raises, as our errors."""

from collections.abc import Generator
from contextlib import contextmanager

from vllm.exceptions import VLLMValidationError
from vllm.v1.engine.exceptions import EngineDeadError

from its_runtime.errors import InvalidRequest, Unavailable


@contextmanager
def translated() -> Generator[None, None, None]:
    """Raise InvalidRequest for what vLLM refuses, Unavailable when its engine is dead."""
    try:
        yield
    except VLLMValidationError as error:
        raise InvalidRequest(f"vLLM refuses the trajectory: {error}") from error
    except EngineDeadError as error:
        raise Unavailable("vLLM's engine died, its log says why; send it to another reward service") from error
