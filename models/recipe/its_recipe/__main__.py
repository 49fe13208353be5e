"""Make both models: `python -m its_recipe`, two processes of one thread each, about an hour on two cores.

`--rehearse` takes a few steps only, to see that everything works; `--measure` leaves the models as they are.
"""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import its_models
from its_models import heldout, model_folder
from its_recipe.card import results_table, training_table, write_table
from its_recipe.evaluation import measure
from its_recipe.heldout import write_heldout
from its_recipe.making import make_all
from its_recipe.plans import PLANS, POLICY, REFERENCE
from its_recipe.sampler import Sampler
from its_recipe.training import Plan

HOME = Path(its_models.__file__).parent
REHEARSAL = 20
"""The steps of each stage of a rehearsal."""


def rehearsed(plan: Plan) -> Plan:
    """Cut every stage of a plan to a few steps."""
    return replace(plan, stages=tuple(replace(stage, steps=REHEARSAL) for stage in plan.stages))


def main() -> None:
    """Train, export, measure, and write the tables of the model card."""
    parser = ArgumentParser(prog="python -m its_recipe", description=__doc__)
    parser.add_argument("--into", type=Path, help="train into this folder, and touch nothing else")
    parser.add_argument("--rehearse", action="store_true", help=f"take {REHEARSAL} steps only; needs --into")
    parser.add_argument("--measure", action="store_true", help="train nothing: measure the models that are here")
    chosen = parser.parse_args()
    if chosen.rehearse and not chosen.into:
        parser.error("--rehearse would overwrite the models that ship; say --into FOLDER")
    card = HOME.parent / "README.md"
    if not chosen.measure:
        plans = map(rehearsed, PLANS) if chosen.rehearse else PLANS
        table = training_table(make_all(chosen.into or HOME, tuple(plans)))
        print(table)
        if chosen.into:
            return
        write_heldout(HOME / "heldout.jsonl")
        write_table(card, "training", table)
    policy, reference = (Sampler(model_folder(plan.name)) for plan in (POLICY, REFERENCE))
    table = results_table(measure(policy, reference, heldout()))
    write_table(card, "results", table)
    print(table)


if __name__ == "__main__":
    main()
