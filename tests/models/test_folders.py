"""The folders hold what both engines read, and the ONNX graph computes what the weights say."""

import json

import numpy as np
import numpy_decoder
import onnxruntime
import pytest

from its_models import UnknownModelError, model_folder

NAMES = ("its-tiny", "its-tiny-reward")
LENGTH = 24


@pytest.fixture(params=NAMES)
def folder(request):
    return model_folder(request.param)


@pytest.fixture
def session(folder):
    return onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])


@pytest.fixture
def tokens(folder):
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    return np.random.default_rng(1).integers(size, size=LENGTH)


def empty(session, rows):
    """Return keys and values of no tokens."""
    shapes = {entry.name: entry.shape for entry in session.get_inputs() if entry.name.startswith("past")}
    return {name: np.zeros((rows, shape[1], 0, shape[3]), np.float32) for name, shape in shapes.items()}


def run(session, tokens, mask, positions, past):
    """Return logits, and keys and values under the names of the next call's inputs."""
    feeds = {"input_ids": tokens, "attention_mask": mask, "position_ids": positions} | past
    logits, *present = session.run(None, feeds)
    return logits, dict(zip(past, present, strict=True))


def test_a_name_that_is_not_there_is_told_which_are():
    with pytest.raises(UnknownModelError, match=r"'its-huge'.*there are its-tiny, its-tiny-reward"):
        model_folder("its-huge")


def test_the_models_fit_in_sixteen_megabytes():
    sizes = [path.stat().st_size for name in NAMES for path in model_folder(name).iterdir()]

    assert sum(sizes) <= 16e6


def test_inputs_and_outputs_have_the_names_of_hugging_face_exports(folder, session):
    layers = range(json.loads((folder / "config.json").read_text())["num_hidden_layers"])
    parts = [f"{index}.{kind}" for index in layers for kind in ("key", "value")]

    names = [entry.name for entry in session.get_inputs()]
    assert sorted(names) == sorted(
        ["input_ids", "attention_mask", "position_ids", *(f"past_key_values.{part}" for part in parts)]
    )
    assert [entry.name for entry in session.get_outputs()] == ["logits", *(f"present.{part}" for part in parts)]


def test_logits_are_those_of_the_weights(folder, session, tokens):
    expected = numpy_decoder.logits(folder, tokens)

    everything = np.ones((1, LENGTH), np.int64)
    logits, _ = run(session, tokens[None], everything, np.arange(LENGTH)[None], empty(session, 1))

    np.testing.assert_allclose(logits[0], expected, atol=1e-3)


def test_rows_of_different_length_and_gaps_change_nothing(folder, session, tokens):
    """One row is padded on the left; both read rubbish in between that the mask then hides."""
    expected = numpy_decoder.logits(folder, tokens)
    first = np.stack([tokens[:8], np.concatenate([[0, 0, 0], tokens[:5]])])
    mask = np.array([[1] * 8, [0] * 3 + [1] * 5])
    places = np.maximum(mask.cumsum(1) - 1, 0)
    _, past = run(session, first, mask, places, empty(session, 2))

    rubbish = np.full((2, 4), 7)
    hidden = np.concatenate([mask, np.zeros((2, 4), np.int64)], axis=1)
    _, past = run(session, rubbish, hidden, np.full((2, 4), 99), past)
    lengths = np.array([8, 5])
    for _ in range(6):
        hidden = np.concatenate([hidden, np.ones((2, 1), np.int64)], axis=1)
        logits, past = run(session, tokens[lengths][:, None], hidden, lengths[:, None], past)
        np.testing.assert_allclose(logits[:, 0], expected[lengths], atol=1e-3)
        lengths += 1
