"""Evaluations: a request made into passages that the backend can read, and their probabilities made into a response."""

from its.generator.v1 import generator_pb2 as pb
from its_generator import convert
from its_generator.backend import Backend, Capabilities, Evaluated, Passage
from its_generator.limits import check_ids, check_tools
from its_generator.orders import prompt_ids, prompt_of
from its_runtime.errors import InvalidRequest, Unsupported, Violation


async def passages_of(request: pb.EvaluateRequest, backend: Backend) -> list[Passage]:
    """Return the passages of a request. Raises InvalidRequest or Unsupported, naming field and limit."""
    _check_request(request, backend.capabilities)
    prompt = await prompt_ids(prompt_of(request), backend)
    passages = [_passage(prompt, one) for one in request.passages]
    for place, passage in enumerate(passages):
        _check_passage(f"passages[{place}]", passage, backend.capabilities)
    return passages


def response(name: str, backend: Backend, passages: list[Passage], found: Evaluated) -> pb.EvaluateResponse:
    """Return what was found."""
    read = sum(len(passage.token_ids) for passage in passages)
    return pb.EvaluateResponse(
        model=convert.identity(name, backend.identity),
        evaluations=[pb.EvaluateResponse.Evaluation(logprobs=one) for one in found.logprobs],
        usage=pb.Usage(prompt_tokens=read, cached_prompt_tokens=found.cached_tokens),
    )


def _passage(prompt: tuple[int, ...], passage: pb.EvaluateRequest.Passage) -> Passage:
    before = (*prompt, *passage.prefix.ids)
    return Passage((*before, *passage.continuation.ids), len(before))


def _check_request(request: pb.EvaluateRequest, able: Capabilities) -> None:
    if not able.evaluates:
        why = "this engine can't evaluate given tokens; GetCapabilities tells which models do"
        raise Unsupported(f"model: {why}", violations=[Violation("model", why)])
    if request.HasField("temperature") and request.temperature != 1 and not able.evaluates_tempered:
        raise InvalidRequest.field("temperature", "this engine evaluates at temperature 1 only; leave it out")
    if request.HasField("token_ids") and not request.token_ids.ids:
        raise InvalidRequest.field("token_ids.ids", "is empty; a prompt has at least one token")
    check_tools(request, able)


def _check_passage(field: str, passage: Passage, able: Capabilities) -> None:
    tokens, limit = len(passage.token_ids), able.max_context_tokens
    if tokens > limit > 0:
        raise InvalidRequest.field(field, f"has {tokens} tokens with its prompt; the model's context is {limit} tokens")
    check_ids(field, passage.token_ids, able.vocabulary_size)
