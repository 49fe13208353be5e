"""The tokens between which a model thinks: found in its vocabulary, or refused by name."""

from dataclasses import replace

from its.chat.v1 import sampling_pb2
from its_generator.backend import Backend, Branch, Capabilities
from its_generator.thinking import Thinking
from its_runtime.errors import InvalidRequest, Unsupported, Violation


async def thinking_of(message: sampling_pb2.Thinking, backend: Backend) -> Thinking:
    """Return how to think. Raises InvalidRequest or Unsupported for what this model can't do, by field."""
    able = backend.capabilities
    _check(message, able)
    temperature = message.temperature if message.HasField("temperature") else None
    first, last = [await _token(backend, side, getattr(message, side)) for side in ("open", "close")]
    if first == last:
        raise InvalidRequest.field(f"{FIELD}.close", "is the same token as thinking.open; thoughts have two ends")
    return Thinking(first, last, temperature, message.min_tokens, message.max_tokens)


def with_thoughts(branch: Branch, thinking: Thinking, prompt: int) -> Branch:
    """Return the branch, knowing what of it was thought; `prompt` is the number of the prompt's tokens."""
    return replace(branch, thought=thinking.before(branch.token_ids, prompt))


def _check(message: sampling_pb2.Thinking, able: Capabilities) -> None:
    if not (able.token_ids and able.continues_prefix and able.sampling_fields >= NEEDED):
        why = "this engine can't be held to it: it takes no token ids to go on from; leave it out"
        raise Unsupported(f"{FIELD}: {why}", violations=[Violation(FIELD, why)])
    if 0 < message.max_tokens < message.min_tokens:
        why = f"{message.min_tokens} is more than thinking.max_tokens, {message.max_tokens}"
        raise InvalidRequest.field(f"{FIELD}.min_tokens", why)


async def _token(backend: Backend, side: str, text: str) -> int:
    ids = await backend.tokenize(text)
    if len(ids) != 1:
        why = f"{text!r} is {len(ids)} tokens of this model; name the one token that its chat template uses"
        raise InvalidRequest.field(f"{FIELD}.{side}", why)
    return ids[0]


FIELD = "sampling.thinking"

NEEDED = {"thinking", "logit_bias", "min_tokens"}
