"""What the contract's constraints refuse, and how they name it."""

import math

import pytest
from google.protobuf.message import Message

from its.chat.v1.chat_pb2 import ContentPart, Conversation, ToolChoice
from its.chat.v1.chat_pb2 import Message as ChatMessage
from its.chat.v1.sampling_pb2 import LogprobOptions, Sampling, StructuredOutput
from its.chat.v1.tokens_pb2 import TokenIds
from its.generator.v1 import generator_pb2 as generator
from its.orchestrator.v1 import answer_pb2 as answer
from its.orchestrator.v1 import listing_pb2 as listing
from its.orchestrator.v1 import orchestrator_pb2 as orchestrator
from its.reward.v1 import reward_pb2 as reward
from its_runtime.constraints import validate
from its_runtime.errors import InvalidRequest

HELLO = Conversation(messages=[ChatMessage(role="ROLE_USER", content=[ContentPart(text="hello")])])
STEPS = reward.TextSteps(steps=["one\n\n"])


def generate(**fields) -> generator.GenerateRequest:
    return generator.GenerateRequest(**{"request_id": "r", "text": "hello", **fields})


def conversation(**message) -> Conversation:
    return Conversation(messages=[ChatMessage(**{"role": "ROLE_USER", **message})])


def sample(**fields) -> generator.GenerateRequest:
    return generate(sampling=Sampling(**fields))


def think(**fields) -> generator.GenerateRequest:
    return sample(thinking={"open": "<think>", "close": "</think>", **fields})


def evaluate(**fields) -> generator.EvaluateRequest:
    return generator.EvaluateRequest(**{"request_id": "r", "text": "hello", "passages": [{}], **fields})


def branch(**fields) -> generator.GenerateRequest:
    return generate(branches=[generator.Branch(**{"num_sequences": 1, **fields})])


def score(**fields) -> reward.ScoreRequest:
    return reward.ScoreRequest(**{"request_id": "r", "text": "hello", "trajectories": [trajectory()], **fields})


def trajectory(**fields) -> reward.Trajectory:
    return reward.Trajectory(**{"id": "a", "text": STEPS, **fields})


PIPELINE = {"request_id": "r", "conversation": HELLO, "stages": [orchestrator.PipelineStage(type="s")]}


def solve(**fields) -> orchestrator.SolveRequest:
    return orchestrator.SolveRequest(**{"request_id": "r", "conversation": HELLO, **fields})


def steps(**fields) -> generator.GenerateRequest:
    return generate(step_policy=generator.StepPolicy(**fields))


BAD: list[tuple[Message, str]] = [
    (generate(request_id=""), "request_id"),
    (generate(request_id="r" * 129), "request_id"),
    (generate(model="m" * 257), "model"),
    (generate(text=""), "text"),
    (generator.GenerateRequest(request_id="r"), "prompt"),
    (generate(conversation=Conversation()), "conversation.messages"),
    (generate(conversation=conversation(role="ROLE_UNSPECIFIED")), "conversation.messages[0].role"),
    (generate(conversation=conversation(role=99)), "conversation.messages[0].role"),
    (generate(conversation=conversation(content=[ContentPart()])), "conversation.messages[0].content[0].kind"),
    (generate(conversation=conversation(tool_calls=[{}])), "conversation.messages[0].tool_calls[0].name"),
    (
        generate(conversation=Conversation(messages=HELLO.messages, tool_choice=ToolChoice(mode=99))),
        "conversation.tool_choice.mode",
    ),
    (branch(num_sequences=0), "branches[0].num_sequences"),
    (branch(num_sequences=1025), "branches[0].num_sequences"),
    (generate(branches=[generator.Branch(num_sequences=1)] * 1025), "branches"),
    (sample(temperature=-0.1), "sampling.temperature"),
    (sample(temperature=10.5), "sampling.temperature"),
    (sample(temperature=math.nan), "sampling.temperature"),
    (sample(top_p=0), "sampling.top_p"),
    (sample(top_p=1.5), "sampling.top_p"),
    (sample(min_p=-1), "sampling.min_p"),
    (sample(presence_penalty=2.5), "sampling.presence_penalty"),
    (sample(frequency_penalty=-2.5), "sampling.frequency_penalty"),
    (sample(repetition_penalty=0), "sampling.repetition_penalty"),
    (sample(logit_bias={7: 101}), "sampling.logit_bias[7]"),
    (sample(max_tokens=0), "sampling.max_tokens"),
    (sample(stop=[""]), "sampling.stop[0]"),
    (sample(stop=["x"] * 65), "sampling.stop"),
    (sample(stop_token_ids=range(257)), "sampling.stop_token_ids"),
    (steps(every_n_tokens=0), "step_policy.every_n_tokens"),
    (steps(delimiters=generator.StepPolicy.Delimiters()), "step_policy.delimiters.texts"),
    (steps(delimiters=generator.StepPolicy.Delimiters(texts=["x", ""])), "step_policy.delimiters.texts[1]"),
    (steps(step_token_ids=range(257)), "step_policy.step_token_ids"),
    (think(open=""), "sampling.thinking.open"),
    (think(close="x" * 65), "sampling.thinking.close"),
    (think(temperature=-1), "sampling.thinking.temperature"),
    (generate(logprobs=LogprobOptions(top=65)), "logprobs.top"),
    (generate(structured_output=StructuredOutput()), "structured_output.form"),
    (generate(structured_output=StructuredOutput(json_object=False)), "structured_output.json_object"),
    (generate(tenant="t" * 129), "tenant"),
    (generate(flow="f" * 129), "flow"),
    (generate(priority=101), "priority"),
    (evaluate(request_id=""), "request_id"),
    (evaluate(model="m" * 257), "model"),
    (evaluate(text=""), "text"),
    (evaluate(passages=[]), "passages"),
    (evaluate(passages=[{}] * 1025), "passages"),
    (evaluate(temperature=0), "temperature"),
    (evaluate(tenant="t" * 129), "tenant"),
    (evaluate(flow="f" * 129), "flow"),
    (evaluate(priority=101), "priority"),
    (generator.AbortRequest(), "request_id"),
    (generator.TokenizeRequest(), "prompt"),
    (score(request_id=""), "request_id"),
    (score(trajectories=[]), "trajectories"),
    (score(trajectories=[trajectory()] * 4097), "trajectories"),
    (score(trajectories=[trajectory(), trajectory(id="")]), "trajectories[1].id"),
    (score(trajectories=[reward.Trajectory(id="a")]), "trajectories[0].content"),
    (score(trajectories=[trajectory(known_step_values=[math.inf])]), "trajectories[0].known_step_values[0]"),
    (score(aggregation=99), "aggregation"),
    (score(tenant="t" * 129), "tenant"),
    (score(flow="f" * 129), "flow"),
    (score(priority=101), "priority"),
    (reward.ScoreStreamRequest(), "batch"),
    (orchestrator.SolveRequest(request_id="r"), "prompt"),
    (solve(text=""), "text"),
    (solve(budget=answer.Budget(samples=0)), "budget.samples"),
    (solve(budget=answer.Budget(samples=1001)), "budget.samples"),
    (solve(budget=answer.Budget(tokens=0)), "budget.tokens"),
    (solve(budget=answer.Budget(seconds=0)), "budget.seconds"),
    (solve(budget=answer.Budget(seconds=math.inf)), "budget.seconds"),
    (solve(detail=99), "detail"),
    (solve(tenant="t" * 129), "tenant"),
    (solve(priority=101), "priority"),
    (solve(limits=orchestrator.Limits(request="r" * 129)), "limits.request"),
    (solve(limits=orchestrator.Limits(calls=65537)), "limits.calls"),
    (orchestrator.GetTraceRequest(), "trace_id"),
    (orchestrator.GetTraceRequest(trace_id="a", tenant="t" * 129), "tenant"),
    (orchestrator.WatchTraceRequest(), "trace_id"),
    (orchestrator.WatchTraceRequest(trace_id="a", tenant="t" * 129), "tenant"),
    (orchestrator.ListTracesRequest(tenant="t" * 129), "tenant"),
    (orchestrator.ListTracesRequest(page_size=1001), "page_size"),
    (orchestrator.ListTracesRequest(page_token="t" * 257), "page_token"),
    (orchestrator.ConfigureRequest(), "profile"),
    (orchestrator.ConfigureRequest(profile=listing.Profile()), "profile.name"),
    (orchestrator.RunPipelineRequest(request_id="r", conversation=HELLO), "stages"),
    (orchestrator.RunPipelineRequest(**PIPELINE, priority=101), "priority"),
    (orchestrator.RunFunctionRequest(request_id="r"), "function"),
    (orchestrator.RunFunctionRequest(request_id="r", function="f", priority=101), "priority"),
]

GOOD: list[Message] = [
    generate(),
    generate(token_ids=TokenIds(ids=[1, 2])),
    generate(conversation=HELLO),
    branch(num_sequences=1024),
    branch(token_ids=TokenIds()),
    sample(temperature=0, top_p=1, top_k=0, min_p=0, logit_bias={7: -100}, seed=2**64 - 1),
    steps(max_steps=1),
    score(),
    score(trajectories=[trajectory(text=reward.TextSteps())]),
    solve(),
    solve(budget=answer.Budget(samples=1000, tokens=1, seconds=0.001)),
    orchestrator.ListAlgorithmsRequest(),
]


@pytest.mark.parametrize(("request_", "field"), BAD, ids=lambda case: case if isinstance(case, str) else "")
def test_a_bad_message_is_refused_by_the_name_of_its_field(request_, field):
    with pytest.raises(InvalidRequest) as refused:
        validate(request_)

    assert {violation.field for violation in refused.value.violations} == {field}
    assert field in refused.value.message


@pytest.mark.parametrize("request_", GOOD, ids=lambda case: type(case).__name__)
def test_a_good_message_passes(request_):
    validate(request_)
