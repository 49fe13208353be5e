"""Making models: training side by side, each in a process of one thread, and writing their folders."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import process_time

import torch

from its_recipe.card import Trained
from its_recipe.checkpoint import write
from its_recipe.export_onnx import export
from its_recipe.training import Plan, train


def make(plan: Plan, folder: Path, line: int) -> Trained:
    """Train one model and write its folder, the ONNX graph included."""
    torch.set_num_threads(1)
    began = process_time()
    model = train(plan, line)
    export(plan.shape, write(model, folder), folder / "model.onnx")
    parameters = sum(weight.numel() for weight in model.parameters())
    return Trained(plan, parameters, (process_time() - began) / 60)


def make_all(home: Path, plans: tuple[Plan, ...]) -> list[Trained]:
    """Train the models side by side into `home`."""
    with ProcessPoolExecutor(len(plans), mp_context=get_context("spawn")) as pool:
        running = [pool.submit(make, plan, home / plan.name, line) for line, plan in enumerate(plans)]
        return [future.result() for future in running]
