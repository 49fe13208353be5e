"""The workflows of examples/ are right, and run: against scripted endpoints, a search endpoint and an MCP server."""

import asyncio
import json
import re
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from mcp.server import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from its_cli.problems import problems
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.components.supplies import supplies
from its_orchestrator.events import StageEnded
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.traces import Traces
from its_orchestrator.wire import convert_traces
from its_orchestrator.workflows.blueprint import Drawing
from its_orchestrator.workflows.job import Call, Output, Terms
from its_orchestrator.workflows.runner import Runner
from its_runtime.config import ConfigFile

WORKFLOWS = Path(__file__).parents[2] / "examples" / "workflows"
CALL = '[{"tool_name": "%s", "task_description": "people of Ulm", "motivation": "to know"}]'


class World:
    """Models, a search endpoint and an MCP server, in one process: what models say is up to the test."""

    def __init__(self):
        self.says = lambda model, text: "nothing scripted"
        self.asked: list[tuple[str, str]] = []
        self.searched: list[str] = []
        self.environment: dict[str, str] = {}

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        text = "\n".join(message["content"] for message in body["messages"])
        self.asked.append((body["model"], text))
        said = self.says(body["model"], text)
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        common = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
        return JSONResponse({**common, "choices": [choice], "usage": usage})

    async def search(self, request: Request) -> Response:
        query = (await request.json())["query"]
        self.searched.append(query)
        return PlainTextResponse(f"pages about {query}")


@asynccontextmanager
async def listening(app):
    config = uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server, sock = uvicorn.Server(config), config.bind_socket()
    running = asyncio.create_task(server.serve([sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        sock.close()


@pytest.fixture
async def world():
    here, places = World(), MCPServer("places")

    @places.tool()
    def look_up(city: str) -> str:
        """Looks a city up."""
        return f"{city} has 128000 people"

    paths = {"/v1/chat/completions": here.complete, "/search": here.search}
    routes = [Route(path, answer, methods=["POST"]) for path, answer in paths.items()]
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(listening(Starlette(routes=routes)))
        mcp = await stack.enter_async_context(listening(places.streamable_http_app()))
        urls = dict.fromkeys(("LLM_URL", "FIRST_URL", "SECOND_URL", "JUDGE_URL"), f"{http}/v1")
        here.environment = {**urls, "SEARCH_URL": f"{http}/search", "MCP_URL": f"{mcp}/mcp"}
        yield here


async def run(world: World, name: str, value: object) -> tuple[object, list[StageEnded]]:
    """Return what the workflow of a file returns, and the stages that it went through."""
    file = ConfigFile(WORKFLOWS / name, environment=world.environment)
    blueprint = Drawing().read(file.values)
    assert not blueprint.findings
    async with supplies() as supplied:
        runner = Runner(
            blueprint, supplied, Traces(TraceSettings(), convert_traces.words(MathEquivalence(), prompts=True))
        )
        call = Call("workflow", value, Terms("test", seed=1, wanted=frozenset({StageEnded})))
        *told, last = [one async for one in runner.call(call)]
    assert isinstance(last, Output)
    return last.plain, [one.kind for one in told if isinstance(one.kind, StageEnded)]


@pytest.mark.parametrize("file", sorted(WORKFLOWS.glob("*.yaml")), ids=lambda file: file.stem)
def test_it_is_right_before_anything_is_reachable(file):
    assert problems(file, ()) == []


async def test_a_plan_is_made_edited_scored_selected_and_followed(world):
    def says(model: str, text: str) -> str:
        if "Score the plan" in text:
            return f"FINAL SCORE: {9 if 'edited by search' in text else 4}"
        if "numbered points" in text:
            return "1. Search first."
        if "EDITED PLAN" in text:
            number = re.search(r"plan number (\d)", text).group(1)
            return f"EDITED PLAN: {'edited by search' if number == '3' else 'edited'}"
        if "with the help of tools" in text and "PLAN:" not in text:
            return "FINAL: Bonn" if "pages about" in text else CALL % "web_search"
        return f"PLAN: plan number {len(world.asked)}"

    world.says = says

    value, stages = await run(world, "plan_select_execute.yaml", "Ulm or Bonn?")

    assert value == "Bonn"
    assert [one.stage for one in stages[:4]] == ["search", "editing", "scoring", "selection"]
    assert [len(one.items) for one in stages[:4]] == [4, 4, 4, 1]
    assert world.searched == ["people of Ulm"]
    assert any("edited by search" in text and "Ulm or Bonn?" in text for _, text in world.asked[-2:])
    planner = world.asked[0][1]
    assert "Answers questions about places" in planner
    assert "web_search" in planner


async def test_two_models_answer_and_a_third_judges(world):
    def says(model: str, text: str) -> str:
        if model != "judge":
            return f"{model} answer"
        return f"SELECTED ITEM: {1 + (text.index('first answer') < text.index('second answer'))}"

    world.says = says

    assert (await run(world, "two_llms_and_a_judge.yaml", "Why?"))[0] == "second answer"


async def test_an_agent_works_three_times_and_its_answers_are_merged(world):
    def says(model: str, text: str) -> str:
        if model == "judge":
            return f"MERGED OUTPUT: {len(re.findall('FOUND 128000', text))} agree on 128000"
        if "JSON schema of its arguments" in text:
            return '{"city": "Ulm"}'
        return "FINAL: FOUND 128000" if "128000" in text else CALL % "look_up"

    world.says = says

    value, stages = await run(world, "agent_three_times.yaml", "How many live in Ulm?")

    assert value == "3 agree on 128000"
    assert len(stages[-1].items[0].parent_ids) == 3


async def test_tools_are_asked_in_several_wordings(world):
    def says(model: str, text: str) -> str:
        if "FINAL SCORE" in text:
            return f"FINAL SCORE: {8 if 'large' in text else 2}"
        if "Sum up" in text:
            return f"sum of {re.search(r'pages about (.*)', text).group(1)}"
        return f"{model} wording"

    world.says = says

    (done,), stages = await run(world, "tool_orchestration.yaml", json.loads(CALL % "web_search"))

    assert done["output"] == "sum of large wording"
    assert sorted(world.searched) == ["fast wording", "large wording", "people of Ulm"]
    assert [len(one.items) for one in stages] == [3, 3, 3, 3, 1]


async def test_the_best_of_three_runs_is_returned(world):
    def says(model: str, text: str) -> str:
        if "FINAL SCORE" in text:
            return f"FINAL SCORE: {9 if 'answer 2' in text else 3}"
        return f"answer {len(world.asked)}"

    world.says = says

    assert (await run(world, "execute_score_select.yaml", "Name a prime."))[0] == "answer 2"


def test_without_its_scorer_the_seeds_example_is_explained():
    (problem,) = problems(WORKFLOWS / "execute_score_select.yaml", ["workflow.scorer=null"])

    assert "workflow.selector: best_of_n_selection chooses by score, and no scorer stands before it" in problem
