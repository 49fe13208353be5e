"""Each result that is kept says by which command, on which machine, with which versions and when it was made."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = sorted((ROOT / "benchmarks/results").glob("*.md"))


@pytest.mark.parametrize("result", RESULTS, ids=lambda path: path.stem)
def test_a_kept_result_has_command_date_machine_and_versions(result):
    text = result.read_text(encoding="utf-8")
    made = re.search(r"^`python (benchmarks/\w+\.py)[^`]*`$", text, re.MULTILINE)

    assert made
    assert (ROOT / made[1]).exists()
    assert re.search(r"^20\d\d-\d\d-\d\d\. .+ cores", text, re.MULTILINE)
    assert re.search(r"^Python 3\.\d+\.\d+, its \d", text, re.MULTILINE)


def test_a_sheet_is_printed_as_it_grows_and_kept_whole(script, tmp_path, capsys):
    sheet = script("sheet").Sheet("Apples", ["grpcio"], ["pears 1.0"])

    sheet.table(["kind", "number"], [["red", 3]])
    sheet.write(str(tmp_path / "apples.md"))

    kept = (tmp_path / "apples.md").read_text(encoding="utf-8")
    assert kept.strip() == capsys.readouterr().out.strip()
    assert kept.startswith("# Apples\n")
    assert "pears 1.0." in kept
    assert "| kind | number |\n|---|---:|\n| red | 3 |" in kept


def test_lines_stand_where_their_values_are(script, tmp_path):
    curves = script("curves")
    panels = [curves.Panel("a & b", {"one": {1: 1, 2: 10, 4: 100}})]

    curves.draw(tmp_path / "drawn.svg", "steps", "ms", panels)

    drawn = ET.parse(tmp_path / "drawn.svg").getroot()
    (line,) = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    places = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert places[1] == pytest.approx([(a + b) / 2 for a, b in zip(places[0], places[2], strict=True)], abs=0.1)
    assert places[0][1] > places[2][1]


def test_theirs_is_compared_with_ours_at_no_more_tokens(script):
    accuracy = script("peer_accuracy")

    def run(budget, tokens, problems=("a", "b")):
        return accuracy.Run("vote", budget, dict.fromkeys(problems, True), dict.fromkeys(problems, tokens))

    ours = [*(run(budget, 100 * budget) for budget in (1, 4, 16)), run(64, 6400, ["a"])]

    assert [accuracy.rival(run(9, tokens), ours).budget for tokens in (50, 399, 1599, 9999)] == [1, 4, 16, 16]
    few = accuracy.rival(run(9, 9999, ["a"]), ours[:3])
    assert (few.budget, few.tokens) == (16, {"a": 1600})


def test_an_answer_for_the_reward_is_cut_into_the_steps_that_were_sampled(script):
    trajectory = script("openai_front").trajectory

    partial, whole = trajectory(0, "We get 1.\n\nWe get 2."), trajectory(1, "We get 1.\n\nSo \\boxed{1}.")

    assert list(partial.text.steps) == ["We get 1.\n\n", "We get 2.\n\n"]
    assert not partial.complete
    assert list(whole.text.steps) == ["We get 1.\n\n", "So \\boxed{1}."]
    assert whole.complete


def test_without_a_gpu_its_comparisons_refuse_and_say_what_to_run():
    command = [sys.executable, "-c", "import sys; sys.modules['torch'] = None; import on_gpu; on_gpu.main(None)"]

    ended = subprocess.run(command, cwd=ROOT / "benchmarks", capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert "make bench" in ended.stderr


def test_the_embedded_engine_samples_as_many_tokens_as_it_is_told():
    command = [sys.executable, "benchmarks/engines.py", "--engine", "embedded"]

    ended = subprocess.run(command, cwd=ROOT, input="2 1\n", capture_output=True, text=True, timeout=60, check=True)

    ready, told = ended.stdout.splitlines()
    assert ready == "ready"
    assert float(told.split()[0]) == 2 * 64
