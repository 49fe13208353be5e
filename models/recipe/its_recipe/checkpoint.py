"""A Hugging Face folder: configuration, half-precision weights, tokenizer and chat template of a trained model."""

import json
from pathlib import Path

from torch import Tensor

from its_recipe.transformer import EPSILON, THETA, Decoder, Shape
from its_recipe.vocabulary import END, PAD, vocabulary


def tensors(model: Decoder) -> dict[str, Tensor]:
    """Return the weights in half precision, named as Hugging Face names them.

    Their order puts the parts of a joined matrix side by side, so that a file can be read either way.
    """
    named = {"model.embed_tokens.weight": model.embedding.weight, "model.norm.weight": model.norm.weight}
    for index, layer in enumerate(model.layers):
        place, sizes = f"model.layers.{index}", layer.attention.sizes
        joined = layer.attention.queries_keys_values
        for kind, value in (("weight", joined.weight), ("bias", joined.bias)):
            for letter, part in zip("qkv", value.split(sizes), strict=True):
                named[f"{place}.self_attn.{letter}_proj.{kind}"] = part
        named[f"{place}.self_attn.o_proj.weight"] = layer.attention.out.weight
        for side, part in zip(("gate", "up"), layer.gate_up.weight.chunk(2), strict=True):
            named[f"{place}.mlp.{side}_proj.weight"] = part
        named[f"{place}.mlp.down_proj.weight"] = layer.down.weight
        named[f"{place}.input_layernorm.weight"] = layer.before_attention.weight
        named[f"{place}.post_attention_layernorm.weight"] = layer.before_feed.weight
    return {name: value.detach().cpu().half().contiguous() for name, value in named.items()}


def write_safetensors(weights: dict[str, Tensor], path: Path) -> dict[str, int]:
    """Write weights in the order given, which the safetensors library would change; return where each begins."""
    header, offset = dict[str, object](__metadata__={"format": "pt"}), 0
    for name, value in weights.items():
        end = offset + value.nbytes
        header[name] = {"dtype": "F16", "shape": list(value.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    body = b"".join(value.numpy().tobytes() for value in weights.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return {name: 8 + len(text) + header[name]["data_offsets"][0] for name in weights}


def configuration(shape: Shape) -> dict[str, object]:
    """Return config.json."""
    tokenizer = vocabulary()
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.pairs,
        "max_position_embeddings": shape.context,
        "hidden_act": "silu",
        "rms_norm_eps": EPSILON,
        "rope_theta": THETA,
        "rope_scaling": None,
        "attention_dropout": 0.0,
        "use_sliding_window": False,
        "tie_word_embeddings": True,
        "use_cache": True,
        "initializer_range": 0.02,
        "bos_token_id": None,
        "eos_token_id": tokenizer.token_to_id(END),
        "pad_token_id": tokenizer.token_to_id(PAD),
        "torch_dtype": "float16",
    }


def write(model: Decoder, folder: Path) -> dict[str, int]:
    """Write everything but the ONNX graph; return where each weight begins in model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = configuration(model.shape)
    ends = {name: settings[name] for name in ("eos_token_id", "pad_token_id")}
    _dump(folder / "config.json", settings)
    _dump(folder / "generation_config.json", {**ends, "do_sample": True, "temperature": 1.0, "top_p": 1.0, "top_k": 0})
    _dump(folder / "tokenizer_config.json", {**TOKENIZER, "model_max_length": model.shape.context})
    vocabulary().save(str(folder / "tokenizer.json"))
    return write_safetensors(tensors(model), folder / "model.safetensors")


def _dump(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""ChatML."""

TOKENIZER: dict[str, object] = {
    "tokenizer_class": "Qwen2Tokenizer",
    "chat_template": TEMPLATE,
    "eos_token": END,
    "pad_token": PAD,
    "bos_token": None,
    "unk_token": None,
    "clean_up_tokenization_spaces": False,
    "add_bos_token": False,
}
