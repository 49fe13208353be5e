"""Tokens a second of the decoder in ONNX Runtime by threads and rows: `python benchmarks/decoder_threads.py`.

One forward pass a token, from a prompt of 60 tokens on; the median of five rounds of 40 tokens, wall and CPU. Threads
are compared in turn within one run, so that a slower or faster moment of the machine meets both.
"""

import statistics
import time

import numpy as np

from its_models import model_folder
from its_models.decoder import Decoder

PROMPT, TOKENS, ROUNDS = 60, 40, 5
ROWS = (1, 8, 32, 64)
THREADS = (1, 2)


def round_of(decoder: Decoder, rows: int) -> tuple[float, float]:
    """Return tokens per wall second and per CPU second of one round."""
    places = np.tile(np.arange(PROMPT), (rows, 1))
    _, cache = decoder.forward(np.full((rows, PROMPT), 5), places, np.ones_like(places), decoder.empty(rows))
    wall, cpu = time.perf_counter(), time.process_time()
    for place in range(PROMPT, PROMPT + TOKENS):
        ids, mask = np.full((rows, 1), 5), np.ones((rows, place + 1), np.int64)
        _, cache = decoder.forward(ids, np.full((rows, 1), place), mask, cache)
    tokens = rows * TOKENS
    return tokens / (time.perf_counter() - wall), tokens / (time.process_time() - cpu)


def main() -> None:
    """Print a table."""
    print("| model | rows | tokens/s, 1 thread | 2 threads | ratio | per CPU second, 1 thread | 2 threads |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in ("its-tiny", "its-tiny-reward"):
        decoders = [Decoder.open(model_folder(name), threads) for threads in THREADS]
        for rows in ROWS:
            rounds = [[round_of(decoder, rows) for decoder in decoders] for _ in range(ROUNDS)]
            one, two = (tuple(statistics.median(r[t][k] for r in rounds) for k in (0, 1)) for t in (0, 1))
            ratio = two[0] / one[0]
            print(f"| {name} | {rows} | {one[0]:,.0f} | {two[0]:,.0f} | {ratio:.2f} | {one[1]:,.0f} | {two[1]:,.0f} |")


if __name__ == "__main__":
    main()
