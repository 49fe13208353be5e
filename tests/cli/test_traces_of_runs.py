"""`its trace`: runs are listed, shown, written into a file, and chosen again from the same samples by other rules."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from google.protobuf import json_format
from rich.console import Console
from typer.testing import CliRunner

from its.chat.v1.chat_pb2 import ContentPart, Conversation, Message, Role
from its.generator.v1.generator_pb2 import StopReason
from its.orchestrator.v1.answer_pb2 import Answer, Candidate, ScoreRange
from its.orchestrator.v1.event_pb2 import CandidateEnded, RunStarted, SolveEvent
from its.orchestrator.v1.orchestrator_pb2 import GetTraceResponse
from its.orchestrator.v1.trace_pb2 import TraceInfo, TraceState
from its_cli.__main__ import app
from its_cli.tracing.tables import listed

SCORES = [0.2, 0.3, 0.9, 0.1]
FINALS = ["5", "5", "7", "6"]
PROBABLE = ScoreRange(low=0, high=1)


def run(
    name="run-1", *, scores=SCORES, state=TraceState.TRACE_STATE_ANSWERED, score_range=PROBABLE
) -> GetTraceResponse:
    whole = StopReason.STOP_REASON_EOS
    candidates = [
        Candidate(id=str(place), text=f"So \\boxed{{{final}}}", stop_reason=whole, chosen=place == 2)
        for place, final in enumerate(FINALS)
    ]
    for one, score in zip(candidates, scores, strict=False):
        one.score = score
    answer = Answer(algorithm="best-of-n", candidates=candidates, score_range=score_range)
    asked = Conversation(messages=[Message(role=Role.ROLE_USER, content=[ContentPart(text="What is 2+3?")])])
    info = TraceInfo(trace_id=name, algorithm="best-of-n", state=state, candidates=4, seconds=0.25, conversation=asked)
    events = [
        SolveEvent(trace_id=name, started=RunStarted(algorithm="best-of-n")),
        SolveEvent(trace_id=name, index=1, ended=CandidateEnded(candidate_id="0", final_answer="5")),
        SolveEvent(trace_id=name, index=2, answer=answer),
    ]
    return GetTraceResponse(info=info, events=events)


class Handler(BaseHTTPRequestHandler):
    """A gateway that knows the runs of one key, a page of one at a time."""

    def do_GET(self) -> None:
        runs: dict[str, GetTraceResponse] = self.server.runs  # type: ignore[attr-defined]
        url = urlsplit(self.path)
        if self.headers["authorization"] != "Bearer ours":
            return self._send(401, {"error": {"message": "this key is not known here"}})
        if url.path == "/v1/traces":
            place = int(parse_qs(url.query).get("after", ["0"])[0])
            page = [_json(one.info) for one in runs.values()][place : place + 1]
            return self._send(200, {"data": page, "next": str(place + 1) if place + 1 < len(runs) else None})
        found = runs.get(url.path.rpartition("/")[2])
        return self._send(200, _json(found)) if found else self._send(404, {"error": {"message": "no such run"}})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _json(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


@pytest.fixture
def url(monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("ITS_API_KEY", "ours")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        failed = GetTraceResponse(info=TraceInfo(trace_id="run-2", state=TraceState.TRACE_STATE_FAILED))
        server.runs = {"run-1": run(), "run-2": failed, "run-3": run("run-3")}  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def trace(*arguments: str):
    return CliRunner().invoke(app, ["trace", *arguments], catch_exceptions=False)


def test_runs_are_listed_page_after_page(url):
    whole = trace("list", "--url", url, "--json")
    few = trace("list", "--url", url, "--most", "2", "--json")

    assert [json.loads(line)["trace_id"] for line in whole.stdout.splitlines()] == ["run-1", "run-2", "run-3"]
    assert len(few.stdout.splitlines()) == 2
    assert "run-3" in trace("list", "--url", url).stdout


def test_a_narrow_terminal_shows_ids_and_figures_whole():
    info = run("730af6df64202e11").info
    info.algorithm = "entropic-particle-filtering"
    info.ledger.completion_tokens = 1234567
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(listed([info]))

    assert {"730af6df64202e11", "answered", "1234567", "0.25"} <= set(console.export_text().split())


def test_a_run_is_shown_with_how_it_chose(url):
    shown = trace("show", "run-1", "--url", url)

    assert shown.exit_code == 0
    assert "ended with the answer 5" in shown.stdout


def test_what_is_exported_is_read_again(url, tmp_path):
    out = tmp_path / "runs.jsonl"
    assert trace("export", "--url", url, "--out", str(out)).exit_code == 0

    assert len(out.read_text().splitlines()) == 3
    shown = trace("show", "run-1", "--file", str(out), "--json")
    assert json_format.Parse(shown.stdout, GetTraceResponse()) == run()


def test_scored_runs_are_exported_as_preference_pairs(url):
    pairs = [json.loads(line) for line in trace("export", "run-1", "--url", url, "--dpo").stdout.splitlines()]

    assert {one["chosen"] for one in pairs} == {"So \\boxed{7}"}
    assert len(pairs) == 3
    assert pairs[0]["prompt"] == "What is 2+3?"


def test_other_rules_choose_from_the_same_samples(url):
    told = trace("replay", "run-1", "--url", url)

    rows = {words[0]: words[1:] for line in told.stdout.splitlines()[2:] if (words := line.split())}
    assert rows["first"] == ["0", "5", "0.2", "no"]
    assert rows["self-consistency"][1:2] == ["5"]
    assert rows["best-of-n"] == ["2", "7", "0.9", "yes"]
    assert rows["weighted-best-of-n"] == ["2", "7", "0.9", "yes"]


@pytest.mark.parametrize(
    ("score_range", "chosen"),
    [(ScoreRange(low=0, high=1), "7"), (ScoreRange(low=-10, high=1), "5"), (ScoreRange(low=float("-inf")), "5")],
)
def test_a_weighted_vote_counts_scores_from_the_lowest_that_there_may_be(tmp_path, score_range, chosen):
    file = tmp_path / "runs.jsonl"
    file.write_text(json_format.MessageToJson(run(score_range=score_range), indent=None))

    rows = [line.split() for line in trace("replay", "run-1", "--file", str(file)).stdout.splitlines()]
    assert {words[2] for words in rows if words[:1] == ["weighted-best-of-n"]} == {chosen}


def test_a_run_that_kept_no_range_of_scores_is_not_weighed(tmp_path):
    file = tmp_path / "runs.jsonl"
    file.write_text(json_format.MessageToJson(run(score_range=None), indent=None))
    refused = trace("replay", "run-1", "--file", str(file), "--rules", "weighted-best-of-n")
    left = trace("replay", "run-1", "--file", str(file))

    assert "weighted-best-of-n needs to know what scores may be" in refused.stderr
    assert "weighted-best-of-n" not in left.stdout
    assert "best-of-n" in left.stdout.partition("rule")[2]


def test_a_replay_of_all_runs_passes_by_those_that_failed(url):
    told = trace("replay", "--url", url, "--rules", "best-of-n")

    assert told.exit_code == 0
    assert "run-1" in told.stdout
    assert "run-3" in told.stdout
    assert "run-2" not in told.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("replay", "run-1", "--rules", "loudest"), "there is no rule 'loudest'; there are first"),
        (("replay", "run-2"), "has no candidates to choose from"),
        (("show", "nope"), "no such run"),
        (("list", "--file", "nope.jsonl"), "choose one"),
    ],
)
def test_what_can_not_be_done_is_refused_with_what_can(url, arguments, why):
    refused = trace(*arguments, "--url", url)

    assert refused.exit_code == 2
    assert why in " ".join(refused.stderr.split())


def test_rules_that_need_scores_are_refused_where_nobody_scored(tmp_path):
    file = tmp_path / "runs.jsonl"
    file.write_text(json_format.MessageToJson(run(scores=[]), indent=None))
    refused = trace("replay", "run-1", "--file", str(file), "--rules", "best-of-n")
    left = trace("replay", "run-1", "--file", str(file))

    assert "needs scores" in refused.stderr
    assert "best-of-n" not in left.stdout.partition("rule")[2]
    assert "self-consistency" in left.stdout


@pytest.mark.parametrize("line", ["hello", '{"problem": "1+1?"}'])
def test_a_line_that_is_no_run_is_named(tmp_path, line):
    file = tmp_path / "runs.jsonl"
    file.write_text(f"\n{line}\n")
    refused = trace("list", "--file", str(file))

    assert refused.exit_code == 2
    assert "runs.jsonl:2" in refused.stderr.replace("\n", "")


def test_a_key_that_is_not_known_is_told_so(url, monkeypatch):
    monkeypatch.setenv("ITS_API_KEY", "theirs")

    assert "this key is not known here" in trace("list", "--url", url).stderr


def test_a_gateway_that_is_not_there_ends_with_its_own_status():
    gone = trace("list", "--url", "http://127.0.0.1:9")

    assert gone.exit_code == 69
    assert "its up" in gone.stderr
