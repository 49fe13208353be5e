"""Errors are made as the model card says: at the rates given, within range, and never silently."""

from collections import Counter
from itertools import islice
from random import Random

from its_recipe.misconceptions import facts, misconceptions
from its_recipe.noise import Noise
from its_recipe.problems import LARGEST, Chain, Operation, problems
from its_recipe.slips import slip
from its_recipe.solution import manner, pieces

MANY = 2_000


def test_without_noise_a_solution_ends_at_the_answer():
    rng = Random(1)

    for problem in islice(problems(rng), MANY):
        equations = Noise().equations(rng, problem.chain)
        assert equations[-1].result == problem.chain.answer
        assert not any(equation.slipped for equation in equations)


def test_a_slip_always_changes_the_answer_and_stays_within_range():
    rng = Random(1)

    for problem in islice(problems(rng), MANY):
        first, *rest = problem.chain.operations
        slipped = slip(rng, problem.chain.start, first, tuple(rest))
        if slipped:
            values = [slipped.result]
            for operation in rest:
                values.append(operation(values[-1]))
            assert values[-1] != problem.chain.answer
            assert all(0 <= value <= LARGEST for value in values)


def test_slips_come_at_their_rate():
    rng, noise = Random(1), Noise(rate=0.1)
    steps = [equation for problem in islice(problems(rng), MANY) for equation in noise.equations(rng, problem.chain)]

    share = sum(equation.slipped for equation in steps) / len(steps)

    assert 0.08 < share < 0.11


def test_a_misconception_is_more_often_wrong_in_one_way_than_right():
    beliefs = misconceptions(seed=1, share=0.2)
    fact, believed = next(iter(beliefs.items()))
    rng, noise = Random(1), Noise(rate=0.1, beliefs=beliefs)
    chain = Chain(fact.value, (fact.operation,))

    written = Counter(noise.equations(rng, chain)[0].result for _ in range(MANY))

    assert abs(written[believed] / MANY - noise.wrong) < 0.04
    assert noise.right - 0.04 < written[chain.answer] / MANY < noise.wrong - 0.05


def test_misconceptions_are_a_fixed_fifth_of_the_tables_and_all_wrong():
    beliefs = misconceptions(seed=1, share=0.2)

    assert beliefs == misconceptions(seed=1, share=0.2) != misconceptions(seed=2, share=0.2)
    assert len(beliefs) == round(0.2 * len(facts()))
    assert all(fact.operation(fact.value) != believed for fact, believed in beliefs.items())


def test_every_operation_has_an_inverse():
    for value, operation in [(7, Operation("+", 5)), (20, Operation("-", 6)), (7, Operation("*", 8))]:
        assert operation.inverse(operation(value)) == value


def test_a_solution_opens_each_step_with_the_words_of_the_problem():
    rng = Random(1)

    for problem in islice(problems(rng), 200):
        text = "".join(piece.text for piece in pieces(problem, Noise().equations(rng, problem.chain), manner(rng)))
        *steps, last = text.split("\n\n")
        assert all(step.startswith(key) for step, key in zip(steps, problem.keys, strict=True))
        assert all(key.split()[-1] in problem.text for key in problem.keys if key)
        assert f"\\boxed{{{problem.chain.answer}}}" in last
