"""The embedded engine: ONNX Runtime in this process, batches across callers, cached prefixes."""

from its_reward.engines.embedded.engine import EmbeddedEngine, open_embedded

__all__ = ["EmbeddedEngine", "open_embedded"]
