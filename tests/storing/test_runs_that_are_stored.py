"""What is stored outlives the process, is its tenant's alone, and tells of prompts only where that is wanted."""

import sqlite3
from contextlib import closing

import pytest

from its.orchestrator.v1 import trace_pb2
from its_orchestrator.settings import Settings
from its_orchestrator.storing.opening import open_store
from its_orchestrator.storing.settings import TraceSettings
from its_orchestrator.testing import Fault, World
from its_runtime.config import ConfigError
from its_runtime.errors import InvalidRequest, ItsError, NotFound


async def test_a_stored_run_is_the_same_after_a_restart(storing, url):
    async with storing(url=url) as its:
        told = await its.solve()
        before = await its.get(told[0].trace_id)

    async with storing(url=url) as its:
        kept = await its.get(told[0].trace_id)
        listed = (await its.list()).traces

    assert kept == before
    assert list(kept.events) == told
    assert [one.trace_id for one in listed] == [told[0].trace_id]
    assert listed[0] == kept.info


@pytest.mark.parametrize("word", ["sqlite", True])
async def test_one_word_keeps_runs_in_a_file_of_sqlite(storing, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = Settings(traces=word).traces.url
    async with storing(url=url) as its:
        told = await its.solve()
    async with storing(url=url) as its:
        kept = await its.get(told[0].trace_id)

    assert list(kept.events) == told
    with closing(sqlite3.connect(tmp_path / "its-traces.sqlite")) as file:
        assert file.execute("SELECT count(*) FROM traces").fetchone() == (1,)


async def test_what_is_told_of_a_run_is_what_its_answer_says(storing):
    async with storing() as its:
        *_, last = await its.solve()
        info = (await its.get(last.trace_id)).info

    assert info.state == trace_pb2.TRACE_STATE_ANSWERED
    assert (info.algorithm, info.model, info.reward_model) == ("particle-filtering", "toy", "toy-reward")
    assert info.ledger == last.answer.ledger
    assert info.candidates == len(last.answer.candidates)
    assert info.stopped_by == last.answer.stopped_by
    assert info.seed == last.answer.seed
    assert info.request_id == "asked"


async def test_a_prompt_is_not_kept_unless_that_is_allowed(storing, url):
    for allowed in (False, True):
        async with storing(url=url, prompts=allowed) as its:
            told = await its.solve()
            here = (await its.get(told[0].trace_id)).info
        async with storing(url=url) as its:
            stored = (await its.get(told[0].trace_id)).info

        assert (b"What is 1+1?" in here.SerializeToString()) is allowed
        assert (b"What is 1+1?" in stored.SerializeToString()) is allowed


async def test_a_tenant_sees_its_own_runs_alone(storing, url):
    async with storing(url=url) as its:
        ours = (await its.solve(tenant="ours"))[0].trace_id
        await its.solve(tenant="../theirs")

    async with storing(url=url) as its:
        listed = {tenant: (await its.list(tenant=tenant)).traces for tenant in ("ours", "../theirs", "")}
        with pytest.raises(NotFound, match="no run"):
            await its.get(ours, "../theirs")
        with pytest.raises(NotFound, match="no run"):
            _ = [event async for event in its.watch(ours, "../theirs")]

    assert [one.trace_id for one in listed["ours"]] == [ours]
    assert len(listed["../theirs"]) == 1
    assert not listed[""]


async def test_pages_hold_every_run_once_the_latest_first(storing, url):
    async with storing(url=url, memory=2) as its:
        ran = [(await its.solve(algorithm="self-consistency"))[0].trace_id for _ in range(5)]
        pages, token = [], ""
        while not pages or token:
            page = await its.list(page_size=2, page_token=token)
            pages.append([one.trace_id for one in page.traces])
            token = page.next_page_token

    assert pages == [[ran[4], ran[3]], [ran[2], ran[1]], [ran[0]]]


async def test_the_oldest_runs_of_a_tenant_go_first_and_no_others(storing, url):
    async with storing(url=url, stored=2, memory=0) as its:
        other = (await its.solve(tenant="other", algorithm="self-consistency"))[0].trace_id
        ran = [(await its.solve(algorithm="self-consistency"))[0].trace_id for _ in range(3)]

        assert [one.trace_id for one in (await its.list()).traces] == [ran[2], ran[1]]
        assert [one.trace_id for one in (await its.list(tenant="other")).traces] == [other]
        with pytest.raises(NotFound, match="the last 2 of each tenant"):
            await its.get(ran[0])


async def test_a_run_that_failed_is_kept_with_its_cause(storing, url):
    world = World(["\\boxed{2}"], faults={0: Fault.REFUSES})
    async with storing(world, url=url) as its:
        with pytest.raises(ItsError) as failed:
            await its.solve(algorithm="self-consistency")
        info = (await its.list()).traces[0]

    assert info.state == trace_pb2.TRACE_STATE_FAILED
    assert info.error == str(failed.value)


async def test_a_page_token_of_nobody_is_refused_by_name(storing):
    async with storing() as its:
        with pytest.raises(InvalidRequest, match="page_token"):
            await its.list(page_token="yesterday")


async def test_a_store_that_fails_takes_no_answer_with_it(storing, tmp_path):
    path = tmp_path / "traces.sqlite"
    async with storing(url=f"sqlite:///{path}", memory=4) as its:
        with sqlite3.connect(path) as beside:
            beside.execute("DROP TABLE traces")
        beside.close()
        told = await its.solve()

        assert told[-1].HasField("answer")
        assert (await its.get(told[0].trace_id)).info.state == trace_pb2.TRACE_STATE_ANSWERED


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://traces.sqlite", "names no file"),
        ("mongodb://somewhere", "mongodb: is no store"),
        ("sqlite:////dev/null/traces.sqlite", "can't be used"),
        ("/dev/null/traces", "can't be used"),
    ],
)
def test_a_url_that_is_no_store_is_refused_with_what_is_possible(url, why):
    with pytest.raises(ConfigError, match=why):
        open_store(TraceSettings(url=url))


def test_a_number_alone_is_how_many_are_kept_in_memory():
    assert Settings.model_validate({"traces": 7}).traces == TraceSettings(memory=7)


async def test_what_a_function_was_asked_is_kept_where_that_is_allowed(asked_function):
    kept = await asked_function("Why?", prompts=True)
    discreet = await asked_function("Why?", prompts=False)

    assert kept.text == "Why?"
    assert (kept.algorithm, kept.state) == ("ask", trace_pb2.TRACE_STATE_ANSWERED)
    assert not discreet.HasField("text")
