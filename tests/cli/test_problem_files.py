"""Files of problems: the formats that are out there are read as they are, others when told how, the rest is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from its_cli.evaluating.formats import Problem, mapping, problems
from its_cli.exits import Failed

MATH_500 = {
    "problem": "What is $1+1$?",
    "solution": r"It is $\boxed{2}$.",
    "answer": "2",
    "subject": "Algebra",
    "level": 2,
    "unique_id": "test/algebra/7.json",
}
GSM8K = {"question": "2 dogs and 3 cats?", "answer": "2 + 3 = <<2+3=5>>5 animals\n#### 1,005"}
AIME_2024 = {"ID": "2024-I-4", "Problem": "Find m+n.", "Solution": r"so \boxed{116}", "Answer": 116}
AIME_2025 = {"id": 3, "problem": "Find n.", "answer": "82"}
HMMT = {"problem_idx": 9, "answer": r"\frac{1}{2}", "problem": "Compute.", "problem_type": ["Algebra"]}
MATH = {"problem": "Sum?", "solution": r"First \boxed{1}, then \boxed{\frac{3}{4}}."}


def written(folder: Path, *records: Any) -> Path:
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("record", "read"),
    [
        (MATH_500, Problem("test/algebra/7.json", "What is $1+1$?", "2")),
        (GSM8K, Problem("1", "2 dogs and 3 cats?", "1,005")),
        (AIME_2024, Problem("2024-I-4", "Find m+n.", "116")),
        (AIME_2025, Problem("3", "Find n.", "82")),
        (HMMT, Problem("9", "Compute.", r"\frac{1}{2}")),
        (MATH, Problem("1", "Sum?", r"\frac{3}{4}")),
        ({"query": "Q", "ground_truth": 0.5}, Problem("1", "Q", "0.5")),
        ({"prompt": "Q", "gold": "x"}, Problem("1", "Q", "x")),
    ],
    ids=["MATH-500", "GSM8K", "AIME 2024", "AIME 2025", "HMMT", "MATH", "query", "prompt"],
)
def test_a_format_is_recognised_by_its_fields(tmp_path: Path, record: Any, read: Problem):
    assert problems(written(tmp_path, record)) == [read]


def test_other_names_are_mapped(tmp_path: Path):
    path = written(tmp_path, {"Aufgabe": "2+2", "Lösung": "4", "problem": "no"})

    assert problems(path, mapping(["problem=Aufgabe", "answer=Lösung"])) == [Problem("1", "2+2", "4")]


def test_empty_lines_are_passed_over_and_still_counted(tmp_path: Path):
    path = tmp_path / "file.jsonl"
    path.write_text('\n{"problem": "a", "answer": "1"}\n\n{"problem": "b", "answer": "2"}\n', encoding="utf-8")

    assert [one.id for one in problems(path)] == ["2", "4"]


def test_lines_end_where_jsonl_ends_them_and_a_mark_of_the_encoding_is_no_problem(tmp_path: Path):
    path = tmp_path / "file.jsonl"
    odd = "one\u2028two\x85three\x0cfour"
    line = json.dumps({"id": None, "problem": odd, "answer": "1"}, ensure_ascii=False)
    path.write_bytes(f"\ufeff{line}\r\n\r\n{line}".encode())

    assert problems(path) == [Problem("1", odd, "1"), Problem("3", odd, "1")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'problem,answer\n"1+1?",2\n', r"jsonl:1: no JSON object: .*pandas' to_json"),
        (b'[\n{"problem": "1+1?", "answer": "2"}\n]', r"jsonl:1: no JSON object: .*jq -c"),
        (b'[{"problem": "1+1?", "answer": "2"}]', r"jsonl:1: a JSON object is expected, which this isn't; .*jq -c"),
        (b'{"problem": "caf\xe9?", "answer": "1"}', r"file\.jsonl: this isn't text in UTF-8"),
        (b"PAR1\x00\xff", r"file\.jsonl: this isn't text in UTF-8"),
        (b'{"problem": "?", "answer": NaN}', r"jsonl:1: .*NaN is equal to nothing"),
        (b'{"problem": "?", "answer": null}', "no field answer or .* answer, which is null"),
    ],
)
def test_what_is_no_file_of_problems_is_refused_with_what_makes_one(tmp_path: Path, content: bytes, told: str):
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)

    with pytest.raises(Failed, match=told):
        problems(path)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([AIME_2025, AIME_2025], r"file\.jsonl:2: a problem before it has the id '3'"),
        ([AIME_2025, ["list"]], r"file\.jsonl:2: a JSON object is expected"),
        (
            [{"text": "?", "answer": "1"}],
            r"jsonl:1: no field problem or question .*but text, answer; .*--field problem=",
        ),
        ([{"problem": "?", "label": "1"}], r"say which it is with --field answer=NAME"),
        ([{"prompt": [{"role": "user"}], "answer": "1"}], r"prompt is \[.* where a text or a number is expected"),
        ([{"problem": "?", "solution": "long " * 300}], "box the final one of a solution"),
        ([], "there is no problem in it"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_by_its_number(tmp_path: Path, records: list[Any], told: str):
    with pytest.raises(Failed, match=told):
        problems(written(tmp_path, *records))


@pytest.mark.parametrize("pair", ["problem", "problem=", "question=q"])
def test_what_maps_nothing_is_refused(pair: str):
    with pytest.raises(Failed, match="problem=NAME, answer=NAME or id=NAME"):
        mapping([pair])
