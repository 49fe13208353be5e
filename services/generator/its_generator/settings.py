"""Settings of the generator: the section `generator` of its.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from its_runtime.masking import bare
from its_runtime.settings import Port, ServiceSettings


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: str = Field(
        default="", description="Reported as the model's revision; empty takes what the engine knows."
    )


class EmbeddedModel(_Model):
    """A small decoder in ONNX Runtime, on the CPU of this process."""

    backend: Literal["embedded"] = "embedded"
    folder: str = Field(description="Name of a model that ships with its, or a Hugging Face folder with model.onnx.")
    threads: int = Field(default=1, ge=1, description="Threads of one forward pass; small models are fastest with one.")
    max_batch: int = Field(default=32, ge=1, description="Sequences in one batch; every call has at least one in it.")
    cache_bytes: int = Field(default=128 << 20, ge=0, description="Memory for the keys and values of past prefixes.")


class VllmModel(_Model):
    """A model in vLLM's AsyncLLM, in this process."""

    backend: Literal["vllm"]
    folder: str = Field(description="Name of a model that ships with its, a Hugging Face folder or model id.")
    tokenizer: str | None = Field(default=None, description="Folder or id of the tokenizer; absent, the model's own.")
    dtype: str = Field(default="auto", description="Type of the weights, as vLLM names it.")
    max_model_len: int | None = Field(default=None, ge=1, description="Most tokens of prompt and completion.")
    tensor_parallel_size: int = Field(default=1, ge=1, description="GPUs that share the model.")
    gpu_memory_utilization: float = Field(default=0.9, gt=0, le=1, description="Share of GPU memory to take.")
    kv_cache_memory_bytes: int | None = Field(
        default=None, ge=1, description="Memory of the cache, instead of a share."
    )
    enforce_eager: bool = Field(default=False, description="Do without CUDA graphs.")
    max_num_seqs: int | None = Field(default=None, ge=1, description="Sequences in one batch.")
    block_size: int | None = Field(default=None, ge=1, description="Tokens of one block of the prefix cache.")
    max_num_batched_tokens: int | None = Field(default=None, ge=1, description="Tokens of one forward pass.")
    enable_chunked_prefill: bool | None = Field(default=None, description="Split long prompts; off on the CPU.")


class OpenAIModel(_Model):
    """A model behind an OpenAI-compatible server."""

    backend: Literal["openai"]
    base_url: Annotated[str, AfterValidator(bare)] = Field(
        description="The server's /v1 address. The key never goes anywhere else."
    )
    model: str = Field(description="The model's name there.")
    api_key_env: str | None = Field(default=None, description="Environment variable that holds the key; absent, none.")
    continues_prefix: bool = Field(
        default=False, description="The server continues an assistant message (vLLM's continue_final_message)."
    )
    max_n: int = Field(default=64, ge=1, description="Most sequences of one call of the server; 1 if it ignores `n`.")
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = Field(
        default="max_tokens", description="What the server calls it; OpenAI's newer models take the second name only."
    )
    max_context_tokens: int = Field(default=0, ge=0, description="The model's context; 0 when it is not known.")
    max_sequences: int = Field(default=64, ge=1, description="Most sequences of one call.")
    max_top_logprobs: int | None = Field(default=20, ge=0, description="Most alternatives; absent where it has none.")
    sampling_fields: frozenset[str] = Field(
        default=frozenset(
            {
                "temperature",
                "top_p",
                "presence_penalty",
                "frequency_penalty",
                "logit_bias",
                "max_tokens",
                "stop",
                "seed",
            }
        ),
        description="Sampling fields that the server honours, such as OpenAI's own; vLLM takes all of them.",
    )
    structured_outputs: frozenset[Literal["json_schema", "json_object", "regex", "grammar"]] = Field(
        default=frozenset({"json_schema", "json_object"}), description="Forms that the server enforces."
    )
    tools: bool = Field(default=True, description="Whether the model calls tools.")
    timeout_seconds: float = Field(default=600.0, gt=0, description="How long one call of the server may take.")
    max_retries: int = Field(default=1, ge=0, description="Tries after the first; clients of ours try again too.")


Model = Annotated[EmbeddedModel | VllmModel | OpenAIModel, Field(discriminator="backend")]


class Settings(ServiceSettings):
    """What the generator serves and where."""

    port: Port = Field(default=50052, description="Port to listen on; 0 takes a free one.")
    models: dict[str, Model] = Field(
        default={"its-tiny": EmbeddedModel(folder="its-tiny")},
        min_length=1,
        description="The models by name; the first one is the default.",
    )
