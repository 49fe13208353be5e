"""Health tells about this process, readiness about the whole chain, and the documents about the protocol."""

import asyncio
import base64
import hashlib

import httpx
import pytest
from grpc_health.v1 import health_pb2
from scripted_orchestrator import gateway_to

from its_gateway.health import Health

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_gateway_without_an_orchestrator_lives_and_is_not_ready():
    async with gateway_to("127.0.0.1:1") as url, httpx.AsyncClient(base_url=url) as http:
        assert (await http.get("/health")).json() == {"status": "ok"}
        ready = await http.get("/ready")

    assert ready.status_code == 503
    assert ready.json()["parts"]["orchestrator"] == "not ready"
    assert ready.json()["parts"]["profiles"] == "the orchestrator does not tell of any"
    assert "127.0.0.1" not in ready.text


async def test_a_gateway_is_ready_when_the_orchestrator_serves_profiles(http):
    ready = await http.get("/ready")

    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_whoever_asks_while_somebody_looks_costs_nothing_more():
    class Counting:
        asked = 0

        async def serves(self, service):
            return True

        async def profiles(self):
            self.asked += 1
            await asyncio.sleep(0)
            return ["one"]

    orchestrator = Counting()
    health = Health(orchestrator)
    together = await asyncio.gather(*(health.ready() for _ in range(9)))
    later = await health.ready()

    assert {one.status_code for one in (*together, later)} == {200}
    assert orchestrator.asked == 2


async def test_a_gateway_is_not_ready_without_profiles(http, script):
    script.profiles = []

    assert (await http.get("/ready")).json()["parts"]["profiles"] == "there are none"


@pytest.mark.parametrize("part", ["generator", "reward"])
async def test_readiness_tells_which_part_the_orchestrator_does_not_reach(http, script, part):
    await script.health.set(f"its.{part}.v1.{part.title()}Service", NOT_SERVING)
    ready = await http.get("/ready")
    assert ready.status_code == 503
    assert [name for name, state in ready.json()["parts"].items() if state == "not ready"] == [part]

    await script.health.set(f"its.{part}.v1.{part.title()}Service", SERVING)
    assert (await http.get("/ready")).status_code == 200


async def test_the_document_describes_the_bodies(http):
    document = (await http.get("/openapi.json")).json()

    schema = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ChatRequest"}
    request = document["components"]["schemas"]["ChatRequest"]
    assert set(request["required"]) == {"model", "messages"}
    assert {"type": "string"} in request["properties"]["stop"]["anyOf"]
    assert {"integer", "null"} & {one.get("type") for one in request["properties"]["budget"]["anyOf"]}


async def test_every_reference_of_the_document_leads_somewhere(http):
    text = (await http.get("/openapi.json")).text
    schemas = (await http.get("/openapi.json")).json()["components"]["schemas"]

    references = {piece.split('"')[0] for piece in text.split("#/components/schemas/")[1:]}
    assert references <= set(schemas)
    assert "$defs" not in text


async def test_there_is_a_page_to_read_that_needs_nothing_of_anybody_else(http):
    page = await http.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "POST /v1/chat/completions" in page.text
    assert "list of <a href=#ChatMessage>" in page.text
    assert [found for found in ("<script", "src=", "http:", "https:", "@import") if found in page.text] == []


async def test_a_browser_styles_the_page_as_it_says_and_runs_nothing(http):
    page = await http.get("/docs")

    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_every_link_of_the_page_leads_somewhere(http):
    page = (await http.get("/docs")).text

    links = {piece.partition(">")[0] for piece in page.split("<a href=#")[1:]}
    assert links
    assert links <= {piece.partition(">")[0] for piece in page.split(" id=")[1:]}
