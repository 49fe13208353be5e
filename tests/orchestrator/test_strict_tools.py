"""Arguments of a strict tool follow its schema: what doesn't is no call of it, for clients and in votes."""

from dataclasses import replace

import pytest

from its_orchestrator.algorithms import SelfConsistency
from its_orchestrator.prompt import Conversation, Message, Tool, ToolChoice
from its_orchestrator.testing import World
from its_orchestrator.tool_calls import offered, spoken
from its_runtime.errors import InvalidRequest

SCHEMA = '{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}'
RIGHT = '<tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call>'
WRONG = '<tool_call>{"name": "add", "arguments": {"a": "1"}}</tool_call>'


def asking(*tools: Tool, choice: ToolChoice | None = None) -> Conversation:
    return Conversation((Message("user", ("?",)),), tools, choice)


STRICT = asking(Tool("add", parameters_json_schema=SCHEMA, strict=True))
LOOSE = asking(Tool("add", parameters_json_schema=SCHEMA))


@pytest.mark.parametrize(("prompt", "text", "calls"), [(STRICT, RIGHT, 1), (STRICT, WRONG, 0), (LOOSE, WRONG, 1)])
def test_what_follows_the_schema_of_a_strict_tool_is_a_call(prompt: Conversation, text: str, calls: int):
    found = spoken(text, offered(prompt))

    assert len(found.calls) == calls
    assert calls or found.text == text


async def test_the_many_that_break_the_schema_lose_to_the_one_that_follows_it():
    world = World([WRONG, WRONG, RIGHT, WRONG], in_order=True)
    order = world.order(SelfConsistency(), 4)
    demanding = replace(STRICT, tool_choice=ToolChoice("required"))
    result = await world.run(replace(order, prompt=demanding))

    assert result.text == RIGHT


def test_a_schema_that_is_none_is_refused_with_its_place():
    bad = Tool("bad", parameters_json_schema='{"properties":{"a":{"type":5}}}', strict=True)
    with pytest.raises(InvalidRequest) as error:
        offered(asking(Tool("good"), bad))

    assert error.value.violations[0].field == "conversation.tools[1].parameters_json_schema.properties.a.type"


def test_a_schema_that_nobody_has_to_follow_is_not_looked_at():
    assert offered(asking(Tool("bad", parameters_json_schema="{"))) == {"bad"}
