"""A model's chat template: how a conversation becomes the text that the model continues."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment


class TemplateRefused(ValueError):
    """The template refuses this conversation; the message is the template's own."""


class ChatTemplate:
    """The chat template of a Hugging Face folder, run in a sandbox as Transformers does."""

    def __init__(self, source: str, special_tokens: Mapping[str, str]) -> None:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        cast("dict[str, Any]", environment.globals)["raise_exception"] = _refuse
        environment.filters.update({"tojson": _to_json})
        self._template = environment.from_string(source)
        self._special_tokens = special_tokens
        self.knows_tools = "tools" in source
        """Whether the template says anything about tools."""

    @classmethod
    def open(cls, folder: Path) -> "ChatTemplate":
        """Load the template of `folder`: chat_template.jinja, or the entry of tokenizer_config.json."""
        config: dict[str, Any] = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        file = folder / "chat_template.jinja"
        source = file.read_text(encoding="utf-8") if file.exists() else config["chat_template"]
        tokens = {key: _content(config[key]) for key in ("bos_token", "eos_token") if config.get(key)}
        return cls(source, tokens)

    def render(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None) -> str:
        """Return the text up to where the assistant begins.

        Args:
            messages: `{"role": …, "content": …}`, oldest first, in OpenAI's form.
            tools: in OpenAI's form; None for none.

        Raises:
            TemplateRefused: when the template does.
        """
        try:
            return self._template.render(
                messages=messages, tools=tools or None, add_generation_prompt=True, **self._special_tokens
            )
        except jinja2.TemplateError as error:
            raise TemplateRefused(str(error)) from error


def _refuse(message: str) -> None:
    raise TemplateRefused(message)


def _to_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _content(token: str | Mapping[str, str]) -> str:
    return token if isinstance(token, str) else token["content"]
