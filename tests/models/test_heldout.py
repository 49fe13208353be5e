"""The held-out problems are right, and no model has seen them."""

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import problem_reader
import pytest

from its_models import heldout
from its_recipe.heldout import write_heldout
from its_recipe.problems import FAMILIES, FOLLOWED, is_held_out, problems

HELD = heldout()
FILE = Path(heldout.__code__.co_filename).parent / "heldout.jsonl"


def test_there_are_at_least_four_hundred_problems_of_at_least_five_families():
    assert len(HELD) >= 400
    assert len(Counter(held.family for held in HELD)) >= 5
    assert min(Counter(held.family for held in HELD).values()) >= 40


def test_no_problem_is_told_twice():
    assert len({held.id for held in HELD}) == len({held.problem for held in HELD}) == len(HELD)


def test_every_answer_is_right_by_an_independent_reading():
    wrong = [held.id for held in HELD if int(held.answer) != problem_reader.answer(held.family, held.problem)]

    assert wrong == []


def test_every_chain_is_one_that_training_leaves_out():
    chains = [problem_reader.chain(held.family, held.problem) for held in HELD]

    assert len(set(chains)) == len(chains)
    assert all(map(is_held_out, chains))


@pytest.mark.parametrize(("seed", "families"), [(1, FAMILIES), (2, FOLLOWED)])
def test_the_streams_that_training_draws_from_meet_none_of_them(seed, families):
    stream = list(islice(problems(Random(seed), families), 20_000))
    texts, chains = {held.problem for held in HELD}, {problem_reader.chain(held.family, held.problem) for held in HELD}

    assert not any(problem.text in texts or str(problem.chain) in chains for problem in stream)


def test_a_seed_gives_the_same_problems_again():
    first, second = (list(islice(problems(Random(5)), 50)) for _ in range(2))

    assert first == second != list(islice(problems(Random(6)), 50))


def test_the_file_is_what_the_recipe_writes(tmp_path):
    write_heldout(tmp_path / "heldout.jsonl")

    assert (tmp_path / "heldout.jsonl").read_text() == FILE.read_text()


def test_steps_count_the_operations_and_the_box():
    for held in HELD:
        assert held.steps == 1 + sum(map(problem_reader.chain(held.family, held.problem).count, "+-*/"))
        assert 4 <= held.steps <= 7
