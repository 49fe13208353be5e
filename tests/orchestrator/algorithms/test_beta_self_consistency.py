"""Beta self-consistency stops as soon as the leading answer is sure to win, and pays for no more than it used."""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from fractions import Fraction
from math import comb
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from its_orchestrator.algorithms import BetaSelfConsistency, SelfConsistency
from its_orchestrator.algorithms._ballots import Ballots
from its_orchestrator.algorithms._early_vote import certainty
from its_orchestrator.algorithms._turns import Turns
from its_orchestrator.budget import StoppedBy
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.clients import GeneratorClient, RewardClient
from its_orchestrator.context import Context
from its_orchestrator.events import Note
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.running.run import Engines, Run
from its_orchestrator.testing import Fault, World, laws, served
from its_runtime.channel import open_channel

counts = st.integers(0, 60)


def said(*answers: str) -> list[str]:
    """Answers that end one after the other."""
    return [f"{'.' * place}\\boxed{{{answer}}}" for place, answer in enumerate(answers)]


async def solve(*answers: str, **parameters):
    world = World(said(*answers), in_order=True)
    result = await world.solve(BetaSelfConsistency(**parameters), len(answers))
    laws.assert_exact(world, result.answer.ledger)
    return result


@given(counts, counts)
def test_the_criterion_is_the_exact_tail_of_a_fair_coin(first: int, second: int):
    tosses = first + second + 1
    tail = Fraction(sum(comb(tosses, heads) for heads in range(second + 1)), 2**tosses)

    assert certainty(first, second) == float(1 - tail)


def test_four_to_nothing_is_sure_and_three_to_nothing_is_not():
    assert certainty(4, 0) == 0.96875
    assert certainty(3, 0) == 0.9375


def test_a_tie_is_never_sure():
    assert [certainty(votes, votes) for votes in (0, 1, 7, 500)] == [0.5] * 4


async def test_four_to_nothing_stops():
    result = await solve(*"11112222")

    assert result.text == "\\boxed{1}"
    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert [one.votes for one in result.answer.candidates] == [4] * 4


async def test_three_to_nothing_goes_on():
    result = await solve(*"11122222")

    assert result.text == "...\\boxed{2}"
    assert result.answer.stopped_by is StoppedBy.COMPLETED
    assert len(result.answer.candidates) == 8


@pytest.mark.parametrize("budget", [3, 4, 5, 16])
async def test_two_of_two_never_stop(budget: int):
    result = await solve("1", "1", *["2"] * (budget - 2), threshold=0.6)

    assert len(result.answer.candidates) > 2


async def test_a_leader_who_can_not_be_overtaken_has_won():
    sooner, later = [await solve(*answers, threshold=0.999) for answers in ("12111112", "12112111")]

    assert sooner.answer.stopped_by is later.answer.stopped_by is StoppedBy.DECIDED
    assert len(sooner.answer.candidates) == 6  # 5 to 1, and 2 to come
    assert len(later.answer.candidates) == 7  # 5 to 2, and 1 to come: it was 4 to 2, and 2 to come


def test_deciding_early_is_as_good_as_counting_all_sixteen():
    rng, rule = Random(1), BetaSelfConsistency()
    early, whole, votes = 0, 0, 0
    for _ in range(2000):
        said = rng.choices(["right", *"abcdef"], [0.7, *[0.05] * 6], k=16)
        asked = next(number for number in range(1, 17) if number == 16 or settled(rule, said[:number]))
        early += Counter(said[:asked]).most_common(1)[0][0] == "right"
        whole += Counter(said).most_common(1)[0][0] == "right"
        votes += asked

    assert abs(early - whole) <= 0.003 * 2000
    assert votes <= 0.6 * 16 * 2000


def settled(rule: BetaSelfConsistency, said: list[str]) -> bool:
    first, second = [*(count for _, count in Counter(said).most_common(2)), 0][:2]
    return rule.settled(first, second, 16 - len(said))


async def test_what_still_ran_is_aborted_and_counted():
    result = await solve(*"1111111111")
    ledger = result.answer.ledger

    assert ledger.samples == 10
    assert (ledger.answer_tokens, ledger.discarded_tokens) == (10, 11 + 12 + 13)
    assert ledger.aborted_tokens == 6 * 13


async def test_over_grpc_the_engine_stops_too_and_the_ledger_counts_what_it_wrote():
    answers = ["\\boxed{1}"] * 4 + ["a very long answer that takes its time"] * 4
    world = World(answers, in_order=True, faults={0: Fault.HANGS})
    async with served(world) as at, open_channel(at.generator) as generator, open_channel(at.reward) as reward:
        clients = GeneratorClient(generator, at.generator), RewardClient(reward, at.reward)
        engines = Engines(*clients, world.engines.equivalence)
        order = world.order(BetaSelfConsistency(), 8)
        answer = await Run(order, engines, Recorder("t", frozenset())).answer()

    assert answer.chosen.text == "\\boxed{1}"
    assert answer.stopped_by is StoppedBy.DECIDED
    assert answer.ledger.aborted_tokens == 4 * 10
    laws.assert_exact(world, answer.ledger)
    assert world.quiet


async def test_a_stalled_sample_doesnt_hold_up_a_settled_vote():
    world = World(["\\boxed{1}"] * 4 + ["never ends"], in_order=True, faults={0: Fault.HANGS})
    result = await world.solve(BetaSelfConsistency(), 5)

    assert result.text == "\\boxed{1}"


async def test_a_stalled_sample_doesnt_hold_up_a_vote_that_it_can_not_change():
    said = ["\\boxed{1}", "never ends at all", *["\\boxed{1}"] * 3]
    world = World(said, in_order=True, faults={0: Fault.HANGS})
    result = await world.solve(BetaSelfConsistency(), 5)

    assert result.text == "\\boxed{1}"
    assert result.answer.stopped_by is StoppedBy.DECIDED


async def test_short_answers_do_not_decide_before_their_turn():
    long, short = ["a long way to \\boxed{1}"] * 4, ["\\boxed{2}"] * 4
    result = await World([*long, *short], in_order=True).solve(BetaSelfConsistency(), 8)

    assert result.text == long[0]
    assert result.answer.stopped_by is StoppedBy.DECIDED
    assert [one.votes for one in result.answer.candidates] == [4] * 4 + [None] * 4
    assert [event.kind.message for event in result.of(Note)] == ["the votes of 4 of 8 answers settled it"]


class Arrivals:
    """What beta self-consistency sees of a run whose samples end in a given order."""

    over = reports_logprobs = False

    def __init__(self, said: Sequence[str], order: Sequence[int]) -> None:
        self.samples = len(said)
        self.equivalence = MathEquivalence()
        self.formless = dict[str, str]()
        self.asked = 0
        self._arriving = [
            Candidate(str(place), text=f"\\boxed{{{said[place]}}}" if said[place] else "", stop_reason=StopReason.EOS)
            for place in order
        ]

    def names(self, number: int) -> list[str]:
        return [str(place) for place in range(number)]

    async def sample(self, *_: object, **__: object) -> AsyncGenerator[Candidate]:
        for candidate in self._arriving:
            self.asked += 1
            yield candidate

    def note(self, _: str) -> None: ...

    def rng(self, *_: object) -> Random:
        return Random(1)


@settings(max_examples=300)
@given(
    said=st.lists(st.sampled_from(["1", "1", "1", "2", "2", "3", ""]), min_size=2, max_size=14),
    threshold=st.sampled_from([0.7, 0.9, 0.95]),
    data=st.data(),
)
async def test_whoever_ends_first_the_same_one_speaks(said: list[str], threshold: float, data: st.DataObject):
    rule = BetaSelfConsistency(threshold=threshold)
    orders = [range(len(said)), *(data.draw(st.permutations(range(len(said)))) for _ in range(3))]
    choices = [await rule.solve(cast("Context", Arrivals(said, order))) for order in orders]

    assert len({one.chosen.id for one in choices if one.chosen}) == 1


async def test_a_late_one_that_might_speak_or_have_lost_is_waited_for():
    def arrivals(said: str, *order: int) -> Arrivals:
        return Arrivals(list(said), order)

    might_speak = arrivals("11111111", *range(1, 8), 0)
    lost = arrivals("1222211111111", 0, *range(5, 13), 1, 2, 3, 4)
    neither = arrivals("11111111", 0, *range(2, 8), 1)
    choices = [
        await BetaSelfConsistency(threshold=0.85).solve(cast("Context", one)) for one in (might_speak, lost, neither)
    ]

    assert might_speak.asked == 8
    assert lost.asked == 13, "in turn, 2 was sure by four to one, before 1 was out of reach"
    assert [one.chosen.id for one in choices if one.chosen] == ["0", "1", "0"]
    assert neither.asked == 5


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(9)))
async def test_whoever_ends_first_the_same_answer_wins(lengths: list[int]):
    answers = "121131111"  # sure at the eighth vote, 6 to 1
    padded = [f"{'.' * length}\\boxed{{{answer}}}" for length, answer in zip(lengths, answers, strict=True)]
    result = await World(padded, in_order=True).solve(BetaSelfConsistency(), 9)

    assert result.text.endswith("\\boxed{1}")


async def test_an_answer_without_the_form_is_not_waited_for():
    turns = Turns(["0", "1", "2"])

    assert [one.id for one in turns.taken(Candidate("2"), ())] == []
    assert [one.id for one in turns.taken(Candidate("1"), {"0"})] == ["1", "2"]
    assert turns.left == 0


async def test_samples_without_an_answer_decide_nothing():
    result = await World(["no idea"], in_order=True).solve(BetaSelfConsistency(), 8)

    assert result.answer.stopped_by is StoppedBy.COMPLETED
    assert len(result.answer.candidates) == 8


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("123"), min_size=2, max_size=9))
async def test_a_rule_that_asks_for_certainty_decides_as_the_whole_vote_does(answers: list[str]):
    early = await solve(*answers, threshold=1 - 1e-12)
    whole = await World(said(*answers), in_order=True).solve(SelfConsistency(), len(answers))

    assert early.text == whole.text


@given(st.lists(st.sampled_from(["1", "2", "0.5", ".5", "1/2", "2.0", "x"]), max_size=12))
async def test_ballots_count_as_the_equivalence_groups(answers: list[str]):
    ballots = Ballots([MathEquivalence()])
    for place, answer in enumerate(answers):
        await ballots.cast([Candidate(str(place), text=f"\\boxed{{{answer}}}")])

    sizes = sorted(map(len, await MathEquivalence().groups(answers)), reverse=True)
    leads = list(ballots.leads(list(map(str, range(len(answers))))))
    assert [(lead.first, lead.second) for lead in leads] == ([tuple([*sizes, 0][:2])] if answers else [])


def test_a_threshold_that_chance_alone_reaches_is_refused():
    with pytest.raises(ValidationError, match="greater than"):
        BetaSelfConsistency(threshold=0.5)
