"""The backend `vllm`: vLLM's AsyncLLM in this process, its engine in one of its own."""

from its_generator.backends.vllm.model import Vllm, open_vllm

__all__ = ["Vllm", "open_vllm"]
