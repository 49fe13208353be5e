"""Evaluations in the folder of reports are told of in figures, to every key, and without a word of what was asked."""

import json

import httpx
import pytest

from its_gateway.keys import Key, change, digest


def row(problem="p", *, right=True, budget=4, tokens=100, seconds=1.0, **more):
    ledger = {"completion_tokens": tokens, "reward_tokens": 30, "cached_reward_tokens": 10, "judge_tokens": 5}
    said = {"problem": problem, "algorithm": "best-of-n", "budget": budget, "right": right, "question": "secret?"}
    return {**said, "answer": "secret!", "seconds": seconds, "ledger": ledger, **more}


def lines(*rows):
    return "".join(f"{json.dumps(one)}\n" for one in rows)


@pytest.fixture
def evaluation(tmp_path):
    """Makes folders of evaluations: `journal = evaluation("heldout", row(), row())`."""

    def made(name, *rows):
        folder = tmp_path / "evals" / name
        folder.mkdir(parents=True)
        (folder / "eval.json").write_text(json.dumps({"file": f"{name}.jsonl", "model": "its-tiny", "commands": ["x"]}))
        (folder / "rows.jsonl").write_text(lines(*rows))
        return folder / "rows.jsonl"

    return made


@pytest.fixture
async def reports(gateway, tmp_path):
    """Asks for the reports of the folder that `evaluation` fills."""
    async with httpx.AsyncClient(base_url=await gateway(reports=tmp_path / "evals")) as http:

        async def asked():
            return (await http.get("/v1/reports")).json()["data"]

        yield asked


async def test_figures_are_means_over_problems_each_of_which_counts_once(evaluation, reports):
    evaluation("heldout", row("a", tokens=100), row("a", right=False, tokens=300), row("b", tokens=400, seconds=3.0))
    [report] = await reports()

    assert (report["name"], report["file"], report["model"], report["unread"]) == (
        "heldout",
        "heldout.jsonl",
        "its-tiny",
        0,
    )
    [way] = report["ways"]
    assert way == {
        "algorithm": "best-of-n",
        "budget": 4,
        "problems": 2,
        "rows": 3,
        "accuracy": 0.75,
        "tokens": 300,
        "judged": 25,
        "seconds": 2,
    }


async def test_no_word_of_a_question_or_an_answer_is_told(evaluation, reports):
    evaluation("heldout", row(candidates=[{"text": "secret"}]))

    assert "secret" not in json.dumps(await reports())


async def test_rows_that_come_while_an_evaluation_goes_on_are_told_of(evaluation, reports):
    journal = evaluation("heldout", row("a"))
    before = await reports()
    with journal.open("a") as file:
        file.write(lines(row("b")) + lines(row("c"))[:10])
    after = await reports()

    assert [one["ways"][0]["rows"] for one in (*before, *after)] == [1, 2]
    assert after[0]["unread"] == 0


async def test_an_evaluation_that_began_anew_is_read_anew(evaluation, reports):
    journal = evaluation("heldout", row("a"), row("b"))
    await reports()
    journal.write_text(lines(row("a", right=False)))

    assert [(one["rows"], one["accuracy"]) for one in (await reports())[0]["ways"]] == [(1, 0)]


async def test_lines_that_are_no_rows_are_counted(evaluation, reports):
    journal = evaluation("heldout", row("a"))
    journal.write_text(journal.read_text() + "hello\n[]\n{}\n" + lines(row("b", ledger=None)))
    [report] = await reports()

    assert (report["unread"], report["ways"][0]["rows"]) == (4, 1)


async def test_a_folder_may_be_an_evaluation_itself_and_others_are_none(evaluation, gateway, tmp_path):
    evaluation("heldout", row("a"))
    (tmp_path / "evals" / "notes").mkdir()
    async with httpx.AsyncClient(base_url=await gateway(reports=tmp_path / "evals" / "heldout")) as http:
        found = (await http.get("/v1/reports")).json()

    assert found["folder"]
    assert [one["name"] for one in found["data"]] == ["heldout"]


async def test_every_key_may_read_them_and_nobody_without_one(evaluation, gateway, tmp_path):
    evaluation("heldout", row("a"))
    change(tmp_path / "keys.json", lambda known: known.update(ours=Key(id="tenant", sha256=digest("ours"))))
    url = await gateway(reports=tmp_path / "evals", keys=tmp_path / "keys.json")
    async with httpx.AsyncClient(base_url=url) as http:
        ours = await http.get("/v1/reports", headers={"authorization": "Bearer ours"})
        nobody = await http.get("/v1/reports")

    assert [one["name"] for one in ours.json()["data"]] == ["heldout"]
    assert nobody.status_code == 401


@pytest.mark.parametrize("settings", [{}, {"reports": "/nowhere"}])
async def test_without_a_folder_there_are_none(gateway, settings):
    async with httpx.AsyncClient(base_url=await gateway(**settings)) as http:
        found = (await http.get("/v1/reports")).json()

    assert found == {"object": "list", "folder": bool(settings), "data": []}
