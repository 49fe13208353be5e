"""What the contract's constraints cost: CPU microseconds to validate one GenerateRequest, against checks by hand.

    python benchmarks/edge_validation.py

Each number is the least of seven rounds of CPU time, since other load on the machine only ever adds to it.
"""

import time
from collections.abc import Callable

from its.chat.v1.sampling_pb2 import Sampling
from its.chat.v1.tokens_pb2 import TokenIds
from its.generator.v1 import generator_pb2 as pb
from its_runtime.constraints import validate
from its_runtime.errors import InvalidRequest

SIZES = (20, 2_000, 20_000)
ROUNDS = 7
CALLS = 2_000


def request(ids: int) -> pb.GenerateRequest:
    """Return a round of a search: one prompt of `ids` tokens with four branches."""
    branch = pb.Branch(token_ids=TokenIds(ids=range(50)), num_sequences=4)
    sampling = Sampling(temperature=0.8, top_p=0.95, max_tokens=512, seed=7, stop=["\n\n"])
    prompt = TokenIds(ids=range(ids))
    return pb.GenerateRequest(request_id="search-1", token_ids=prompt, branches=[branch] * 4, sampling=sampling)


def by_hand(message: pb.GenerateRequest) -> None:
    """Check, in Python, the constraints that this request touches."""
    sampling = message.sampling
    good = (
        1 <= len(message.request_id) <= 128
        and message.WhichOneof("prompt")
        and len(message.branches) <= 1024
        and all(1 <= branch.num_sequences <= 1024 for branch in message.branches)
        and 0 <= sampling.temperature <= 10
        and 0 < sampling.top_p <= 1
        and sampling.max_tokens >= 1
        and all(1 <= len(text) <= 256 for text in sampling.stop)
    )
    if not good:
        raise InvalidRequest("one of the fields is wrong")


def microseconds(check: Callable[[pb.GenerateRequest], None], message: pb.GenerateRequest) -> float:
    """Return the CPU time of one check."""
    return min(_round(check, message) for _ in range(ROUNDS)) / CALLS / 1_000


def _round(check: Callable[[pb.GenerateRequest], None], message: pb.GenerateRequest) -> int:
    begin = time.process_time_ns()
    for _ in range(CALLS):
        check(message)
    return time.process_time_ns() - begin


def main() -> None:
    """Print the table."""
    print(f"{'ids':>8} {'protovalidate µs':>18} {'by hand µs':>12}")
    for ids in SIZES:
        message = request(ids)
        print(f"{ids:>8} {microseconds(validate, message):>18.1f} {microseconds(by_hand, message):>12.1f}")


if __name__ == "__main__":
    main()
