"""Whose turn it is in the embedded engine: counted in forward passes, one tick after the other, without a clock."""

import asyncio
from collections import Counter
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_generator.backend import Branch, Job
from its_generator.backends.embedded.lane import Lane
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_generator.backends.embedded.scheduler import Scheduler
from its_generator.backends.embedded.turns import SHARE, Turns
from its_generator.backends.embedded.work import Work
from its_generator.completion import completions
from its_generator.pieces import Pieces
from its_generator.sampling import Sampling
from its_generator.standing import BOUNDS, LEVELS, Standing
from its_generator.steps import StepPolicy
from its_models import model_folder
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_runtime.fairness import Flow

FOREVER = {873: -100.0, 871: -100.0}
NUMBERS = count()


class CountingDecoder(Decoder):
    """Remembers how many rows each forward pass had."""

    def forward(self, ids, positions, mask, cache):
        self.passes.append(len(ids))
        return super().forward(ids, positions, mask, cache)


class Bench:
    """An engine without its thread: it ticks when a test says so."""

    def __init__(self, max_batch=64):
        folder = model_folder("its-tiny")
        self.decoder, tokenizer = CountingDecoder.open(folder), Tokenizer.open(folder)
        self.decoder.passes = []
        self.pieces = Pieces(tokenizer.decode, tokenizer.encode("a")[-1])
        self.eos_ids = tokenizer.eos_ids
        self.scheduler = Scheduler(self.decoder, self.eos_ids, max_batch=max_batch, cache_bytes=1 << 20)

    def come(self, sequences, tokens, flow=None):
        work, done = self.work(sequences, tokens, flow)
        self.scheduler.works.append(work)
        return work, done

    def work(self, sequences, tokens, flow=None, prompt=(20, 21, 22)):
        number = next(NUMBERS)
        branch = Branch(prompt, (), tuple(range(sequences)))
        sampling = Sampling(max_tokens=tokens, logit_bias=FOREVER)
        job = Job(f"{number}", prompt, (branch,), sampling, StepPolicy(), flow=flow or Flow())
        done = completions(job, self.pieces, self.eos_ids, self.decoder.max_context)
        return Work(job, done, asyncio.get_running_loop()), done

    def tick(self, times=1):
        for _ in range(times):
            self.scheduler.tick()

    def passes_until(self, done):
        """The rows of every forward pass until the sequences of `done` have ended."""
        before = len(self.decoder.passes)
        while any(completion.finished is None for completion in done):
            self.tick()
        return self.decoder.passes[before:]


def tokens(done):
    return sum(len(completion.token_ids) for completion in done)


@pytest.fixture
def bench():
    return Bench()


@pytest.mark.parametrize("same", [True, False])
async def test_a_newcomer_beside_sixteen_large_jobs_hardly_waits_for_them(bench, same):
    large = [bench.come(64, 400, Flow("large", f"{place}")) for place in range(16)]
    bench.tick(30)
    _, small = bench.come(1, 40, Flow("large" if same else "small", "new"))
    passes = bench.passes_until(small)

    assert passes.count(1) >= 40, "it is alone in its batch"
    assert len([rows for rows in passes if rows > 1]) <= SHARE * 40 * 9 / 72 + 1
    assert all(tokens(done) < 64 * 400 for _, done in large)


async def test_a_newcomer_that_arrives_together_with_large_jobs_is_done_first(bench):
    large = [bench.come(64, 60) for _ in range(16)]
    _, small = bench.come(1, 60)
    passes = bench.passes_until(small)

    assert sum(passes) < sum(tokens(done) for _, done in large) + 200
    assert all(completion.finished is None for _, done in large for completion in done)
    assert sum(tokens(done) for _, done in large) < 16 * 64 * 60 / 10


async def test_a_large_job_alone_has_the_whole_engine_in_full_batches(bench):
    _, done = bench.come(256, 50)
    passes = bench.passes_until(done)

    assert sum(passes) / len(passes) > 55


async def test_large_jobs_that_grow_old_together_still_take_short_steps(bench):
    large = []
    for _ in range(8):
        large.append(bench.come(64, 60)[1])
        bench.tick(12)
    passes = bench.passes_until([completion for done in large for completion in done])

    assert max(passes) <= 64 + len(large), "a batch, and a place for each job that has none in it"
    assert all(tokens(done) == 64 * 60 for done in large)


async def test_a_step_of_many_long_sequences_counts_for_many_of_a_short_one(bench):
    short, long = (Lane(bench.decoder, PrefixCache(0), bench.eos_ids, max_batch=64) for _ in range(2))
    short.join(bench.work(1, 10)[0], ())
    long.join(bench.work(64, 400, prompt=(20,) * 150)[0], ())
    for lane in (short, long):
        lane.step(256)

    assert long.cost > 12 * short.cost


async def test_large_jobs_go_on_however_many_small_ones_come(bench):
    _, large = bench.come(64, 400)
    bench.tick(100)
    before = tokens(large)
    for _ in range(30):
        bench.passes_until(bench.come(1, 30)[1])

    assert tokens(large) - before > 30 * 30 * SHARE / 2


async def test_calls_of_one_flow_stand_where_their_flow_does(bench):
    flow = Flow("tenant", "search")
    bench.passes_until(bench.come(64, 20, flow)[1])
    again, _ = bench.come(1, 20, flow)
    other, _ = bench.come(1, 20, Flow("tenant", "another"))
    bench.tick()

    assert (again.lane, other.lane) == (2, 0)


async def test_tenants_share_a_full_lane_by_their_priority_and_their_flows_alike(bench):
    lane = Lane(bench.decoder, PrefixCache(0), bench.eos_ids, max_batch=12)
    had = Counter()
    for flow in (Flow("once", "a"), Flow("once", "b"), Flow("twice", "c", 2)):
        lane.join(bench.work(100, 10, flow)[0], ())
    for _ in range(40):
        had.update({work.flow.name: tokens for work, tokens in lane.step(256).items()})

    assert had["c"] == pytest.approx(2 * (had["a"] + had["b"]), rel=0.1)
    assert had["a"] == pytest.approx(had["b"], rel=0.1)


async def test_a_tenant_of_many_small_jobs_doesnt_keep_another_from_its_half(bench):
    _, large = bench.come(8, 250, Flow("patient", "one"))
    small = []
    for place in range(260):
        small.append(bench.come(16, 4, Flow("hasty", f"{place}"))[1])
        bench.passes_until(small[-1])
        if all(completion.finished for completion in large):
            break

    assert all(completion.finished for completion in large)
    assert sum(map(tokens, small)) < 2 * tokens(large) + 4096


async def test_a_job_gets_the_same_tokens_whatever_lanes_it_went_through(bench):
    _, alone = bench.come(3, 200, Flow("a", "alone"))
    bench.passes_until(alone)
    crowd = [bench.come(40, 80) for _ in range(4)]
    bench.tick(20)
    work, beside = bench.come(3, 200, Flow("a", "beside"))
    bench.passes_until(beside)

    assert work.lane == 2
    assert [one.token_ids for one in beside] == [one.token_ids for one in alone]
    assert crowd


@pytest.mark.parametrize("ticks", [0, 1, 30])
async def test_a_job_that_is_stopped_leaves_nothing_in_any_lane(bench, ticks):
    works = [bench.come(sequences, 400)[0] for sequences in (1, 30, 100)]
    bench.tick(ticks)
    for work in works:
        work.stop()
    bench.tick()

    assert bench.scheduler.load == (0, 0)
    assert not bench.scheduler.has_work


LANES = st.dictionaries(st.integers(0, 5), st.floats(1, 100), min_size=1).map(lambda lanes: dict(sorted(lanes.items())))


@given(LANES)
def test_the_youngest_lane_has_most_of_the_engine_and_every_lane_has_some(lanes):
    turns, spent = Turns(), Counter()
    for _ in range(4000):
        chosen = turns.next(lanes)
        spent[chosen] += lanes[chosen]

    youngest, others = spent[min(lanes)], spent.total() - spent[min(lanes)]
    assert others <= SHARE * youngest + max(lanes.values())
    assert len(lanes) < 2 or others >= SHARE * youngest - 2 * max(lanes.values()) - 1
    assert len(lanes) > 3 or set(spent) == set(lanes)


FLOWS = st.builds(Flow, st.just("alone"), st.sampled_from("xyz"), st.integers(1, 3))


@given(st.lists(st.tuples(FLOWS, st.integers(0, 3000)), max_size=40))
def test_standing_only_sinks_as_long_as_a_tenant_is_alone(charges):
    standing, worst = Standing(), Counter()
    for flow, amount in charges:
        standing.enter(flow)
        standing.charge(flow, amount)
        assert worst[flow.key] <= standing.level(flow) < LEVELS
        worst[flow.key] = standing.level(flow)
        standing.leave(flow)


def test_a_tenant_that_was_away_has_saved_nothing_up():
    standing, busy, away = Standing(), Flow("busy", "one"), Flow("away", "two")
    standing.enter(busy)
    standing.charge(busy, 1_000_000)
    standing.enter(away)
    standing.charge(away, 5000)
    new = Flow("away", "three")
    standing.enter(new)

    assert standing.level(new) == LEVELS - 1, "it is ahead by more than a burst since it came"
    assert standing.level(busy) == LEVELS - 1
    assert BOUNDS[-1] < 5000
