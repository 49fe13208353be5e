"""The tokenizer loses nothing, and spends one token where a model needs one."""

import json
from unicodedata import normalize

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from its_models import heldout, model_folder
from its_recipe.vocabulary import vocabulary

POLICY, REFERENCE = model_folder("its-tiny"), model_folder("its-tiny-reward")
TOKENIZER = Tokenizer.from_file(str(POLICY / "tokenizer.json"))


@given(st.text())
def test_any_text_survives_a_round_trip(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text).ids, skip_special_tokens=False) == normalize("NFC", text)


def test_every_problem_survives_a_round_trip():
    for held in heldout():
        assert TOKENIZER.decode(TOKENIZER.encode(held.problem).ids) == held.problem


@pytest.mark.parametrize("whole", ["\n\n", "\\boxed{", " Monday", " market", "Wheel", "<|im_start|>", "<|im_end|>"])
def test_what_steps_are_made_of_is_one_token(whole):
    assert len(TOKENIZER.encode(whole).ids) == 1


def test_digits_stand_alone_and_a_step_ends_with_its_own_token():
    assert TOKENIZER.encode("12+5=17.\n\nOn Monday").tokens == [*"12+5=17.", "ĊĊ", "On", "ĠMonday"]


def test_both_models_share_one_tokenizer_and_the_recipe_makes_it():
    shipped = (POLICY / "tokenizer.json").read_text()

    assert shipped == (REFERENCE / "tokenizer.json").read_text()
    assert json.loads(shipped) == json.loads(vocabulary().to_str())


def test_the_chat_template_writes_chatml():
    settings = json.loads((POLICY / "tokenizer_config.json").read_text())
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2+3?"}]

    template = jinja2.Environment(autoescape=False).from_string(settings["chat_template"])
    text = template.render(messages=messages, add_generation_prompt=True)

    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is 2+3?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("folder", [POLICY, REFERENCE], ids=lambda folder: folder.name)
def test_marks_and_sizes_agree_with_the_configuration(folder):
    config, settings = (json.loads((folder / name).read_text()) for name in ("config.json", "tokenizer_config.json"))

    assert config["vocab_size"] == TOKENIZER.get_vocab_size()
    assert config["eos_token_id"] == TOKENIZER.token_to_id(settings["eos_token"])
    assert config["pad_token_id"] == TOKENIZER.token_to_id(settings["pad_token"])
