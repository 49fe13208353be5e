"""Writes the held-out problems."""

import json
from pathlib import Path
from random import Random

from its_recipe.problems import TESTED, problems

COUNT = 500


def write_heldout(path: Path, seed: int = 1) -> None:
    """Write `heldout.jsonl`: chains that the corpus leaves out, each told once."""
    lines, seen = list[str](), set[str]()
    for problem in problems(Random(f"heldout {seed}"), TESTED, held_out=True):
        if str(problem.chain) not in seen:
            seen.add(str(problem.chain))
            fields = {
                "id": f"{problem.family}-{len(lines):03d}",
                "family": problem.family,
                "problem": problem.text,
                "answer": str(problem.chain.answer),
                "steps": len(problem.chain.operations) + 1,
            }
            lines.append(json.dumps(fields))
        if len(lines) == COUNT:
            break
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
