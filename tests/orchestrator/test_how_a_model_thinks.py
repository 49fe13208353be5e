"""Bounds on thoughts reach the generator from requests and from profiles, with every call of an algorithm."""

from its.chat.v1 import sampling_pb2
from its_orchestrator.clients import generation
from its_orchestrator.engines import Branch, Generation, StepPolicy
from its_orchestrator.profiles import Profile
from its_orchestrator.sampling import Sampling, Thinking
from its_orchestrator.testing import World
from its_orchestrator.wire import convert

BOUNDS = Thinking(open="<think>", close="</think>", temperature=0.5, min_tokens=3, max_tokens=9)


async def test_every_call_of_a_search_has_the_bounds(orchestrate):
    toy = World(["a\n\nb", "c\n\nd"])
    async with orchestrate(toy) as its:
        bounds = generation.sampling(Sampling(thinking=BOUNDS, seed=1))
        await its.solve(algorithm="beam-search", samples=4, sampling=bounds)

    assert len(toy.generator.generations) > 1
    assert {one.sampling.thinking for one in toy.generator.generations} == {BOUNDS}


def test_bounds_and_step_tokens_travel_as_they_are():
    sampling = Sampling(thinking=BOUNDS)
    steps = StepPolicy(token_ids=(5, 7))
    call = Generation("r", "m", "?", (), (Branch(0),), sampling, steps)

    message = generation.request(call)

    assert convert.sampling(message.sampling) == sampling
    assert list(message.step_policy.step_token_ids) == [5, 7]
    assert message.sampling.thinking == sampling_pb2.Thinking(
        open="<think>", close="</think>", temperature=0.5, min_tokens=3, max_tokens=9
    )


def test_a_profile_may_have_bounds_and_a_request_its_own():
    profile = Profile(sampling=Sampling(thinking=BOUNDS))
    mine = BOUNDS.model_copy(update={"max_tokens": 20})

    assert convert.profile(convert.profile_proto("p", profile)).sampling == profile.sampling
    assert Sampling().over(profile.sampling).thinking == BOUNDS
    assert Sampling(thinking=mine).over(profile.sampling).thinking == mine
