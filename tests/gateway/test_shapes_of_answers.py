"""Answers have the shapes that the document gives them, whatever was asked for."""

import jsonschema
import pytest
from scripted_orchestrator import answer

from its.chat.v1.chat_pb2 import Message, Role, ToolCall
from its.orchestrator.v1.answer_pb2 import AnswerToken, TopToken

CHAT = {"model": "its-tiny", "messages": [{"role": "user", "content": "?"}]}
TOOL = {"type": "function", "function": {"name": "add"}}
RESPONSE = {"model": "its-tiny", "input": "?"}
FUNCTION = {"type": "function", "name": "add"}
TEXT = {"model": "its-tiny", "prompt": "?"}
CALLS = Message(role=Role.ROLE_ASSISTANT, tool_calls=[ToolCall(id="c", name="add", arguments_json="{}")])
TOKENS = [AnswerToken(text=b"Hi", logprob=-0.5, top=[TopToken(text=b"Ho", logprob=-1.5)])]

ASKED = [
    ("/v1/chat/completions", CHAT, {}),
    ("/v1/chat/completions", {**CHAT, "n": 2}, {}),
    ("/v1/chat/completions", {**CHAT, "return_response_only": True}, {}),
    ("/v1/chat/completions", {**CHAT, "logprobs": True, "top_logprobs": 1}, {"text": "Hi", "tokens": TOKENS}),
    ("/v1/chat/completions", {**CHAT, "tools": [TOOL]}, {"message": CALLS}),
    ("/v1/chat/completions", CHAT, {"text": "", "refusal": "No."}),
    ("/v1/chat/completions", {**CHAT, "model": "nope:best-of-n:x", "algorithm": "nope"}, {}),
    ("/v1/responses", RESPONSE, {}),
    ("/v1/responses", {**RESPONSE, "tools": [FUNCTION], "tool_choice": FUNCTION | {"name": "add"}}, {"message": CALLS}),
    ("/v1/responses", {**RESPONSE, "top_logprobs": 1, "metadata": {"a": "b"}}, {"text": "Hi", "tokens": TOKENS}),
    ("/v1/responses", RESPONSE, {"text": "", "refusal": "No."}),
    ("/v1/responses", {**RESPONSE, "store": True}, {}),
    ("/v1/completions", TEXT, {}),
    ("/v1/completions", {**TEXT, "logprobs": 1, "n": 2}, {"text": "Hi", "tokens": TOKENS}),
    ("/v1/completions", {**TEXT, "suffix": "x"}, {}),
    ("/configure", {"model": "its-tiny", "alg": "best-of-n", "temperature": 0.5}, {}),
    ("/v1/models", None, {}),
    ("/v1/models/its-tiny", None, {}),
    ("/v1/models/nope", None, {}),
    ("/health", None, {}),
    ("/ready", None, {}),
]


@pytest.mark.parametrize(("path", "body", "said"), ASKED, ids=str)
async def test_an_answer_has_the_shape_that_the_document_gives_it(http, script, path, body, said):
    async def saying():
        yield answer(**said)

    script.events = saying
    document = (await http.get("/openapi.json")).json()
    given = await (http.post(path, json=body) if body else http.get(path))

    route = document["paths"][path.replace("its-tiny", "{model_id}").replace("nope", "{model_id}")]
    answers = route["post" if body else "get"]["responses"]
    schema = answers.get(str(given.status_code), answers["default"])["content"]["application/json"]["schema"]
    jsonschema.validate(given.json(), {**schema, "components": document["components"]})


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/completions"])
async def test_a_stream_is_in_the_document_too(http, path):
    document = (await http.get("/openapi.json")).json()

    assert "text/event-stream" in document["paths"][path]["post"]["responses"]["200"]["content"]


async def test_a_field_that_may_be_absent_may_be_null(http):
    schemas = (await http.get("/openapi.json")).json()["components"]["schemas"]

    fields = schemas["ResponseRequest"]["properties"]
    assert {"type": "null"} in fields["tools"]["anyOf"]
    assert fields["model"]["type"] == "string"


@pytest.mark.parametrize(("value", "status"), [(None, 200), ([], 400)])
async def test_a_field_that_does_not_exist_may_be_null_and_nothing_else(http, value, status):
    document = (await http.get("/openapi.json")).json()
    said = {"role": "assistant", "content": "4", "mood": value}
    body = {"model": "its-tiny", "messages": [said, {"role": "user", "content": "Sure?"}]}
    schema = {"$ref": "#/components/schemas/ChatRequest", "components": document["components"]}

    assert (await http.post("/v1/chat/completions", json=body)).status_code == status
    assert jsonschema.Draft202012Validator(schema).is_valid(body) == (status == 200)
