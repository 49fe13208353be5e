"""What can't be done is refused before any work, naming field and limit."""

from collections.abc import Callable

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest
from grpc import aio
from grpc_status import rpc_status

from its.generator.v1 import generator_pb2 as pb
from its_runtime.errors import TooLong
from its_runtime.status import from_call

Change = Callable[[pb.GenerateRequest], object]


def ids(*values: int) -> Change:
    return lambda request: request.token_ids.ids.extend(values)


CASES: dict[str, tuple[Change, str, str]] = {
    "no messages": (lambda r: r.conversation.ClearField("messages"), "conversation.messages", "1"),
    "no prompt": (lambda r: r.ClearField("conversation"), "prompt", ""),
    "empty text": (lambda r: setattr(r, "text", ""), "text", "1"),
    "no token ids": (lambda r: r.token_ids.SetInParent(), "token_ids.ids", "at least one"),
    "a prompt over the context": (ids(*[65] * 600), "prompt", "512"),
    "a prompt that is far too long": (lambda r: setattr(r, "text", "a bill " * 700_000), "prompt", "512"),
    "a prompt that fills the context": (ids(*[65] * 512), "prompt", "512"),
    "an unknown token in the prompt": (ids(65, 874), "token_ids", "0 to 873"),
    "an unknown token in a prefix": (lambda r: r.branches[1].token_ids.ids.append(999), "branches[1].token_ids", "873"),
    "a prefix over the context": (lambda r: r.branches[1].token_ids.ids.extend([65] * 500), "branches[1]", "512"),
    "an unknown stop token": (lambda r: r.sampling.stop_token_ids.append(874), "sampling.stop_token_ids", "0 to 873"),
    "an unknown biased token": (lambda r: r.sampling.logit_bias.update({900: 1.0}), "sampling.logit_bias", "0 to 873"),
    "no sequences": (lambda r: setattr(r.branches[0], "num_sequences", 0), "branches[0].num_sequences", "1"),
    "too many sequences": (lambda r: [setattr(b, "num_sequences", 1000) for b in r.branches], "branches", "1024"),
    "a negative temperature": (lambda r: setattr(r.sampling, "temperature", -1), "sampling.temperature", "0"),
    "a temperature of nan": (lambda r: setattr(r.sampling, "temperature", float("nan")), "sampling.temperature", ""),
    "no share of probability": (lambda r: setattr(r.sampling, "top_p", 0), "sampling.top_p", "0"),
    "too many alternatives": (lambda r: setattr(r.logprobs, "top", 65), "logprobs.top", "64"),
    "no tokens": (lambda r: setattr(r.sampling, "max_tokens", 0), "sampling.max_tokens", "1"),
    "fewest above most": (lambda r: setattr(r.sampling, "min_tokens", 17), "sampling.min_tokens", "16"),
    "an empty stop text": (lambda r: r.sampling.stop.append(""), "sampling.stop[0]", "1"),
    "an empty delimiter": (lambda r: r.step_policy.delimiters.texts.append(""), "step_policy.delimiters.texts[0]", "1"),
    "no request id": (lambda r: r.ClearField("request_id"), "request_id", "1"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_a_bad_request_is_refused_by_field_and_limit(stub, tiny, read, asking, case):
    change, field, limit = CASES[case]
    request = asking(prefixes=([65], [66]))
    change(request)

    with pytest.raises(aio.AioRpcError) as refused:
        await read(stub, request)

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    bad = BadRequest()
    assert any(detail.Unpack(bad) for detail in rpc_status.from_call(refused.value).details)
    assert field in {violation.field for violation in bad.field_violations}
    assert limit in refused.value.details()
    assert tiny.load == (0, 0)


@pytest.mark.parametrize("case", ["a prompt over the context", "a prompt that is far too long"])
async def test_agents_can_tell_a_prompt_that_is_too_long(stub, read, asking, case):
    request = asking()
    CASES[case][0](request)

    with pytest.raises(aio.AioRpcError) as refused:
        await read(stub, request)
    assert type(from_call(refused.value, "generator")) is TooLong


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda r: setattr(r.structured_output, "grammar", "root ::= [a]"), "structured_output.grammar"),
        (lambda r: r.conversation.tools.add(name="calculator"), "conversation.tools"),
    ],
)
async def test_what_this_engine_can_not_do_is_refused_by_name(stub, read, asking, change, field):
    request = asking()
    change(request)

    with pytest.raises(aio.AioRpcError) as refused:
        await read(stub, request)

    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert refused.value.details().startswith(field)


async def test_an_unknown_model_is_refused_with_those_that_exist(stub, read, asking):
    for ask in (read(stub, asking(model="gpt-9")), stub.Tokenize(pb.TokenizeRequest(model="gpt-9", text="a"))):
        with pytest.raises(aio.AioRpcError) as refused:
            await ask

        assert refused.value.code() == grpc.StatusCode.NOT_FOUND
        assert "its-tiny" in refused.value.details()
