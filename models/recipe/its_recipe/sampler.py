"""A sampler over an exported folder: one batch of sequences at a time, just enough to measure a model with."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from its_recipe.vocabulary import END, START

LIMIT = 200
"""The most tokens of a solution."""
BATCH = 48


class Sampler:
    """A model read from its folder, run by ONNX Runtime on one thread."""

    def __init__(self, folder: Path) -> None:
        settings = json.loads((folder / "config.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.end: int = settings["eos_token_id"]
        head = settings["hidden_size"] // settings["num_attention_heads"]
        self.past = (2 * settings["num_hidden_layers"], settings["num_key_value_heads"], head)

    def prompt(self, problem: str) -> list[int]:
        """Return the ids of a chat that asks a problem."""
        return self.tokenizer.encode(f"{START}user\n{problem}{END}\n{START}assistant\n").ids

    def text(self, tokens: Sequence[int]) -> str:
        """Return what tokens say."""
        return self.tokenizer.decode(list(tokens))

    def continued(
        self, prefixes: Sequence[list[int]], rng: np.random.Generator | None, stop: int = -1
    ) -> list[list[int]]:
        """Continue each prefix until it ends, or until the token `stop`; sampled at T=1, or greedily without `rng`."""
        ways: list[list[int]] = [[] for _ in prefixes]
        order = sorted(range(len(prefixes)), key=lambda row: len(prefixes[row]))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            for row, way in zip(rows, self._batch([prefixes[row] for row in rows], rng, stop), strict=True):
                ways[row] = way
        return ways

    def ratios(self, prompts: Sequence[list[int]], ways: Sequence[list[int]]) -> list[NDArray[np.float32]]:
        """Return, for each token of each way, log p - log p(mode): 0 where it is the likeliest, else below."""
        rows = [prompt + way for prompt, way in zip(prompts, ways, strict=True)]
        order, found = sorted(range(len(rows)), key=lambda row: len(rows[row])), dict[int, NDArray[np.float32]]()
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            logits, _, _ = self._read([rows[row] for row in batch])
            for line, row in zip(logits, batch, strict=True):
                told = line[-len(ways[row]) - 1 : -1]
                found[row] = told[np.arange(len(told)), ways[row]] - told.max(axis=-1)
        return [found[row] for row in range(len(rows))]

    def _batch(self, prefixes: list[list[int]], rng: np.random.Generator | None, stop: int) -> list[list[int]]:
        logits, mask, past = self._read(prefixes)
        ways, alive = [list[int]() for _ in prefixes], np.arange(len(prefixes))
        while len(alive):
            scores = logits[:, -1] if rng is None else logits[:, -1] + rng.gumbel(size=logits[:, -1].shape)
            chosen = scores.argmax(axis=-1)
            for row, token in zip(alive, chosen, strict=True):
                ways[row].append(int(token))
            going = np.array(
                [
                    token not in (self.end, stop) and len(ways[row]) < LIMIT
                    for row, token in zip(alive, chosen, strict=True)
                ]
            )
            alive, chosen, past = alive[going], chosen[going], [part[going] for part in past]
            mask = np.pad(mask[going], ((0, 0), (0, 1)), constant_values=1)
            if len(alive):
                logits, past = self._run(chosen[:, None], mask, past)
        return ways

    def _read(self, rows: list[list[int]]) -> tuple[NDArray[np.float32], NDArray[np.int64], list[NDArray[np.float32]]]:
        """Read whole rows, padded on the left; return logits, mask and the keys and values."""
        width = max(map(len, rows))
        tokens, mask = np.zeros((2, len(rows), width), dtype=np.int64)
        for number, row in enumerate(rows):
            tokens[number, width - len(row) :], mask[number, width - len(row) :] = row, 1
        parts, pairs, head = self.past
        logits, past = self._run(tokens, mask, [np.zeros((len(rows), pairs, 0, head), np.float32)] * parts)
        return logits, mask, past

    def _run(
        self, tokens: NDArray[np.int64], mask: NDArray[np.int64], past: list[NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        places = np.maximum(mask.cumsum(axis=1) - 1, 0)[:, -tokens.shape[1] :]
        feeds = {"input_ids": tokens, "attention_mask": mask, "position_ids": places}
        for number, part in enumerate(past):
            feeds[f"past_key_values.{number // 2}.{('key', 'value')[number % 2]}"] = part
        logits, *present = self.session.run(None, feeds)
        return logits, present
