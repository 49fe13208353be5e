"""The tests of the embedded generator, over gRPC, with vLLM in its place: what they ask for is the contract.

Left out is what is one engine's own: its name, that it enforces no forms, that it finds prefixes to the last token
(vLLM does in blocks of 32), how its batch is filled; and what depends on how sure the model is of its next words.
"""

from importlib.util import module_from_spec, spec_from_file_location
from inspect import iscoroutinefunction
from pathlib import Path

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

GENERATOR = Path(__file__).parents[1] / "generator"
FILES = (
    "test_generate_over_grpc.py",
    "test_logprobs_and_sampling.py",
    "test_prefixes_and_forks.py",
    "test_requests_that_can_not_be_met.py",
    "test_seeds_and_batches.py",
    "test_stopping_the_engine.py",
)
OWN = {
    "test_abilities_are_told",
    "test_the_first_of_several_models_is_the_default",
    "test_what_this_engine_can_not_do_is_refused_by_name",
    "test_a_step_finds_all_that_the_step_before_it_computed",
    "test_branches_share_their_prompt",
    "test_forks_of_one_prefix_differ_and_repeat",
    "test_going_on_from_a_prefix_is_like_never_having_stopped",
    "test_after_many_leave_at_once_the_engine_serves_the_next",
}


def shared(file):
    """The tests of a file that talk to a generator."""
    spec = spec_from_file_location(f"shared_{file.removesuffix('.py')}", GENERATOR / file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = {name: value for name, value in vars(module).items() if name.startswith("test_")}
    return {name: test for name, test in tests.items() if iscoroutinefunction(test) and name not in OWN}


for one in FILES:
    globals().update(shared(one))
