"""From a chat completion request to the orchestrator's."""

from collections.abc import Iterable
from typing import Any, cast

import orjson
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct, Value

from its.chat.v1 import chat_pb2, sampling_pb2
from its.orchestrator.v1 import answer_pb2
from its.orchestrator.v1.orchestrator_pb2 import Detail, SolveRequest
from its_gateway.catalogue import Choice
from its_gateway.errors import ApiError
from its_gateway.messages import ChatMessage, ToolCall
from its_gateway.schema import Budget, ChatRequest, ResponseFormat, Thinking
from its_gateway.tools import Tool, ToolChoice

_EXACT = 2**53
_DEPTH = 16
"""A parameter travels as google.protobuf.Struct: doubles, and messages that may nest a hundred deep."""

_SAMPLING = (
    "temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty",
    "min_tokens",
)  # fmt: skip


def to_solve_request(request: ChatRequest, choice: Choice, request_id: str) -> SolveRequest:
    """Return what the orchestrator is asked; everything that `request` says is in it."""
    return SolveRequest(
        request_id=request_id,
        model=choice.model,
        algorithm=choice.algorithm,
        conversation=_conversation(request),
        parameters=_parameters(request.its.parameters),
        budget=_budget(request.budget),
        sampling=_sampling(request),
        structured_output=_structured_output(request.response_format),
        reward_model=request.its.reward_model,
        # Unspecified is not ANSWER: it tells that nobody reads text as it comes, which spares the engine its flushes.
        detail=Detail.DETAIL_PROGRESS if request.stream else Detail.DETAIL_UNSPECIFIED,
        logprobs=_logprobs(request) if request.logprobs else None,
    )


def _logprobs(request: ChatRequest) -> sampling_pb2.LogprobOptions:
    return sampling_pb2.LogprobOptions(top=request.top_logprobs or 0, texts=True)


def _conversation(request: ChatRequest) -> chat_pb2.Conversation:
    return chat_pb2.Conversation(
        messages=map(_message, request.messages),
        tools=map(_tool, _offered(request)),
        tool_choice=_tool_choice(request.tool_choice) if request.tool_choice else None,
    )


def _offered(request: ChatRequest) -> Iterable[Tool]:
    """Return the tools that the model hears of."""
    allowed = request.tool_choice and request.tool_choice.allowed_tools and request.tool_choice.names
    return [tool for tool in request.tools if not allowed or tool.function.name in allowed]


def _message(message: ChatMessage) -> chat_pb2.Message:
    return chat_pb2.Message(
        role=chat_pb2.Role.Value(f"ROLE_{message.role.upper()}"),
        content=[chat_pb2.ContentPart(text=text) for text in message.texts],
        name=message.name,
        tool_calls=map(_tool_call, message.tool_calls),
        tool_call_id=message.tool_call_id,
    )


def _tool_call(call: ToolCall) -> chat_pb2.ToolCall:
    return chat_pb2.ToolCall(id=call.id, name=call.function.name, arguments_json=call.function.arguments)


def _tool(tool: Tool) -> chat_pb2.Tool:
    schema = tool.function.parameters
    return chat_pb2.Tool(
        name=tool.function.name,
        description=tool.function.description,
        parameters_json_schema="" if schema is None else orjson.dumps(schema).decode(),
        strict=tool.function.strict,
    )


def _tool_choice(choice: ToolChoice) -> chat_pb2.ToolChoice:
    if choice.function:
        return chat_pb2.ToolChoice(mode=chat_pb2.ToolChoice.MODE_NAMED, name=choice.function.name)
    return chat_pb2.ToolChoice(mode=chat_pb2.ToolChoice.Mode.Value(f"MODE_{choice.mode.upper()}"))


def _budget(budget: Budget) -> answer_pb2.Budget:
    return answer_pb2.Budget(samples=budget.samples, tokens=budget.tokens, seconds=budget.seconds)


def _sampling(request: ChatRequest) -> sampling_pb2.Sampling:
    sampling = sampling_pb2.Sampling(
        max_tokens=request.max_completion_tokens or request.max_tokens,
        seed=None if request.seed is None else request.seed % 2**64,
        stop=request.stop,
        stop_token_ids=request.stop_token_ids,
        logit_bias={int(token): bias for token, bias in request.logit_bias.items()},
        thinking=_thinking(request.its.thinking) if request.its.thinking else None,
    )
    for name in _SAMPLING:
        if (value := getattr(request, name)) is not None:
            setattr(sampling, name, value)
    return sampling


def _thinking(thinking: Thinking) -> sampling_pb2.Thinking:
    return sampling_pb2.Thinking(**thinking.model_dump(exclude_none=True))


def _structured_output(form: ResponseFormat | None) -> sampling_pb2.StructuredOutput | None:
    if form is None or form.type == "text":
        return None
    if form.json_schema:
        return sampling_pb2.StructuredOutput(json_schema=orjson.dumps(form.json_schema.schema_).decode())
    return sampling_pb2.StructuredOutput(json_object=True)


def to_value(name: str, value: object) -> Value:
    """Return a JSON value as it travels; `name` is what it is called. Raises ApiError for what would be changed."""
    _refuse_what_would_change(name, value, _DEPTH)
    return ParseDict(cast("Any", value), Value())


def _parameters(parameters: dict[str, object]) -> Struct | None:
    if not parameters:
        return None
    for name, value in parameters.items():
        _refuse_what_would_change(f"its.{name}", value, _DEPTH)
    struct = Struct()
    struct.update(cast("Any", parameters))
    return struct


def _refuse_what_would_change(name: str, value: object, depth: int) -> None:
    if depth == 0:
        raise ApiError(400, f"{name}: nested more than {_DEPTH} deep", param=name, code="invalid_value")
    if isinstance(value, int) and abs(value) > _EXACT:
        message = f"{name}: {value} is beyond 2^53, up to which integers are exact; send it as text"
        raise ApiError(400, message, param=name, code="invalid_value")
    for inner in _inner(value):
        _refuse_what_would_change(name, inner, depth - 1)


def _inner(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()  # pyright: ignore[reportUnknownVariableType]
    return value if isinstance(value, list) else ()  # pyright: ignore[reportUnknownVariableType]
