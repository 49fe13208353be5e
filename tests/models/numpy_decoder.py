"""Qwen2's forward pass in numpy, from config.json and model.safetensors alone: what the ONNX graph must agree with."""

import json

import numpy as np


def weights(folder):
    """Return every tensor of a safetensors file, in single precision."""
    raw = (folder / "model.safetensors").read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        found[name] = np.frombuffer(raw[begin:end], "<f2").reshape(entry["shape"]).astype(np.float32)
    return found


def logits(folder, tokens):
    """Return [length, vocabulary] for one sequence of ids."""
    config, named = json.loads((folder / "config.json").read_text()), weights(folder)
    heads, pairs = config["num_attention_heads"], config["num_key_value_heads"]
    head = config["hidden_size"] // heads
    angles = np.outer(np.arange(len(tokens)), config["rope_theta"] ** (-np.arange(0, head, 2) / head))

    def norm(hidden, name):
        return hidden / np.sqrt((hidden**2).mean(-1, keepdims=True) + config["rms_norm_eps"]) * named[name]

    def rotated(vectors):
        first, second = np.split(vectors, 2, axis=-1)
        cosine, sine = np.cos(angles), np.sin(angles)
        return np.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)

    hidden = named["model.embed_tokens.weight"][tokens]
    future = np.triu(np.full((len(tokens), len(tokens)), -1e9), 1)
    for index in range(config["num_hidden_layers"]):
        layer = f"model.layers.{index}."
        normed = norm(hidden, layer + "input_layernorm.weight")
        parts = {}
        for part in "qkv":
            projection = f"{layer}self_attn.{part}_proj."
            flat = normed @ named[projection + "weight"].T + named[projection + "bias"]
            parts[part] = flat.reshape(len(tokens), -1, head).swapaxes(0, 1)
        keys, values = (part.repeat(heads // pairs, axis=0) for part in (rotated(parts["k"]), parts["v"]))
        scores = rotated(parts["q"]) @ keys.swapaxes(1, 2) / head**0.5 + future
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True)) @ values
        hidden = hidden + mixed.swapaxes(0, 1).reshape(len(tokens), -1) @ named[layer + "self_attn.o_proj.weight"].T
        normed = norm(hidden, layer + "post_attention_layernorm.weight")
        gate, up = (normed @ named[f"{layer}mlp.{side}_proj.weight"].T for side in ("gate", "up"))
        hidden = hidden + (gate / (1 + np.exp(-gate)) * up) @ named[layer + "mlp.down_proj.weight"].T
    return norm(hidden, "model.norm.weight") @ named["model.embed_tokens.weight"].T
