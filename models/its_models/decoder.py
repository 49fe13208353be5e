"""A decoder-only language model in ONNX Runtime: token ids and cached keys and values in, logits out.

Any small decoder loads that is exported in the form of the Hugging Face ONNX exports: `input_ids`,
`attention_mask`, `position_ids`, `past_key_values.{i}.key|value` in; `logits`, `present.{i}.key|value` out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from its_models.allocation import keep_freed_memory

ort = cast("Any", onnxruntime)  # ships no types
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cache:
    """Keys and values of some rows: one array [rows, heads, positions, head size] for each layer's key and value."""

    arrays: tuple[Floats, ...]
    """key of layer 0, value of layer 0, key of layer 1, …"""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.arrays[0].shape[0]

    @property
    def length(self) -> int:
        """Number of positions, masked ones included."""
        return self.arrays[0].shape[2]


class Decoder:
    """A loaded model. `forward` has no state of its own and may be called from any one thread at a time."""

    def __init__(self, session: "onnxruntime.InferenceSession", config: dict[str, Any]) -> None:
        self._session = cast("Any", session)
        shapes: dict[str, Sequence[Any]] = {node.name: node.shape for node in self._session.get_inputs()}
        self._past = [name for name in shapes if name.startswith("past_key_values.")]
        self._past.sort(key=lambda name: (int(name.split(".")[1]), name.endswith("value")))
        present = [name.replace("past_key_values", "present") for name in self._past]
        self._outputs = ["logits", *present]
        self._takes_positions = "position_ids" in shapes
        _, self.kv_heads, _, self.head_dim = cast("tuple[Any, int, Any, int]", tuple(shapes[self._past[0]]))
        self.layers = len(self._past) // 2
        self.vocabulary_size = int(config["vocab_size"])
        self.max_context = int(config["max_position_embeddings"])

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> "Decoder":
        """Load `folder`/model.onnx; `threads` is how many one forward pass may use.

        One thread is fastest for small models: two were half as fast (docs/adr/0007).
        """
        keep_freed_memory()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        session = ort.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        return cls(session, config)

    def empty(self, rows: int) -> Cache:
        """Return a cache of `rows` rows without any position."""
        none = np.zeros((rows, self.kv_heads, 0, self.head_dim), np.float32)
        return Cache((none,) * (2 * self.layers))

    def forward(self, ids: Ints, positions: Ints, mask: Ints, cache: Cache) -> tuple[Floats, Cache]:
        """Run the model on new tokens.

        Args:
            ids: [rows, new] token ids.
            positions: [rows, new] place of each token in its own text, from 0.
            mask: [rows, cache.length + new], 1 where a position counts. Zeros may stand anywhere, so rows of
                different length share a batch; what a masked position holds doesn't matter.
            cache: keys and values of what came before, [rows, …].

        Returns:
            logits [rows, new, vocabulary] and the cache, longer by the new tokens.
        """
        feed: dict[str, NDArray[Any]] = {"input_ids": ids, "attention_mask": mask}
        if self._takes_positions:
            feed["position_ids"] = positions
        feed.update(zip(self._past, cache.arrays, strict=True))
        logits, *present = self._session.run(self._outputs, feed)
        return logits, Cache(tuple(present))
