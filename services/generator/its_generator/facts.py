"""What is told of a call in log, metrics and trace: figures, never a word of what was said."""

from its.generator.v1 import generator_pb2 as pb
from its_generator.tick import Usage
from its_runtime.trail import Fact

SAMPLING = ("temperature", "top_p", "max_tokens")


def asked(request: pb.GenerateRequest, model: str) -> dict[str, Fact]:
    """Return what a request asks of `model`."""
    drawn = {name: getattr(request.sampling, name) for name in SAMPLING if request.sampling.HasField(name)}
    operation = "chat" if request.HasField("conversation") else "text_completion"
    return {"operation": operation, "model": model, "sequences": sequences(request), **drawn}


def sequences(request: pb.GenerateRequest) -> int:
    """Return how many sequences a request asks for."""
    return sum(branch.num_sequences for branch in request.branches)


def used(usage: Usage) -> dict[str, Fact]:
    """Return what a call used."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "cached_prompt_tokens": usage.cached_prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }
