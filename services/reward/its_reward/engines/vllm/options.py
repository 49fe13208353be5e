"""Options of the vLLM engine: what `engine_options` of a reward model may say."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class VllmOptions(BaseModel):
    """How vLLM runs a reward model; the defaults are vLLM's own and suit a GPU.

    On a CPU set `kv_cache_memory_bytes` (vLLM would take 92 % of the memory) and OMP_NUM_THREADS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(default="auto", description="Of the weights.")
    max_model_len: Annotated[int, Field(ge=2)] | None = Field(default=None, description="Context; default: the model's")
    max_num_seqs: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Most passages of one forward.")
    gpu_memory_utilization: float = Field(default=0.9, gt=0, le=1, description="Share of the GPU's memory to take.")
    kv_cache_memory_bytes: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Overrides that share.")
    tensor_parallel_size: int = Field(default=1, ge=1, description="GPUs that one model is spread over.")
    enforce_eager: bool = Field(default=False, description="Compile nothing: starts sooner, runs slower.")
    trust_remote_code: bool = Field(default=False, description="Run code from the model's folder.")
    extra: dict[str, Any] = Field(default={}, description="Further arguments of vLLM's AsyncEngineArgs, as they are.")
