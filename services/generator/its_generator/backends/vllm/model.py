"""A model in vLLM with its tokenizer and chat template: what the generator service talks to."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError

from its_generator.backend import Capabilities, Conversation, Evaluated, Generation, Identity, Job, Passage
from its_generator.backends.vllm.closers import Closers
from its_generator.backends.vllm.engine import MAX_TOP_LOGPROBS, is_reproducible, running
from its_generator.backends.vllm.evaluation import evaluated
from its_generator.backends.vllm.parameters import last_delimiters, last_tokens, parameters
from its_generator.backends.vllm.run import MOST_OF_A_CALL, Run, prefixes
from its_generator.completion import completions
from its_generator.pieces import Pieces
from its_generator.sampling import FIELDS
from its_generator.settings import VllmModel
from its_generator.standing import Standing
from its_models import UnknownModelError, model_folder
from its_models.chat_template import ChatTemplate, TemplateRefused
from its_models.tokenizer import Tokenizer
from its_runtime.errors import InvalidRequest, Unavailable, Unmet, Unsupported


class Load(NamedTuple):
    """How much there is to do, in sequences."""

    running: int
    waiting: int
    """Those that have no token yet."""


class Vllm:
    """The backend `vllm`."""

    def __init__(self, engine: AsyncLLM, tokenizer: Tokenizer, template: ChatTemplate, revision: str) -> None:
        self._engine = engine
        self._standing = Standing()
        self._tokenizer = tokenizer
        self._template = template
        self._pieces = Pieces(tokenizer.decode, tokenizer.encode("a")[-1], tokenizer.raw)
        self._closers = Closers([self._pieces[token] for token in range(tokenizer.vocabulary_size)])
        self.identity = Identity(revision, tokenizer.fingerprint)
        self.capabilities = Capabilities(
            backend="vllm",
            max_context_tokens=engine.model_config.max_model_len,
            vocabulary_size=engine.model_config.get_vocab_size(),
            max_sequences=MAX_SEQUENCES,
            continues_prefix=True,
            token_ids=True,
            reproducible=is_reproducible(),
            max_top_logprobs=MAX_TOP_LOGPROBS,
            structured_outputs=frozenset({"json_schema", "json_object", "regex", "grammar"}),
            tools=template.knows_tools,
            sampling_fields=FIELDS,
            evaluates=True,
        )

    @property
    def load(self) -> Load:
        """How many sequences run and wait."""
        states = self._engine.output_processor.request_states.values()
        waiting = sum(state.is_prefilling for state in states)
        return Load(len(states) - waiting, waiting)

    async def tokenize(self, prompt: Conversation | str, continuation: str = "") -> tuple[int, ...]:
        text = prompt if isinstance(prompt, str) else self._rendered(prompt)
        return tuple(self._tokenizer.encode(text + continuation))

    def generate(self, job: Job) -> AbstractAsyncContextManager[Generation]:
        return self._generating(job)

    async def evaluate(self, request_id: str, passages: Sequence[Passage], temperature: float) -> Evaluated:
        return await evaluated(self._engine, request_id, passages)

    async def check(self) -> None:
        try:
            await self._engine.check_health()
        except EngineDeadError as error:
            raise Unavailable("vLLM's engine died, its log says why; restart this generator") from error

    @asynccontextmanager
    async def _generating(self, job: Job) -> AsyncGenerator[Generation, None]:
        with self._standing.inside(job.flow):
            async with self._running(job) as mailbox:
                yield mailbox

    @asynccontextmanager
    async def _running(self, job: Job) -> AsyncGenerator[Generation, None]:
        context = self.capabilities.max_context_tokens
        sequences = completions(job, self._pieces, self._tokenizer.eos_ids, context)
        run = Run(self._engine, job, sequences, self._standing)
        ends = self._tokenizer.eos_ids | job.sampling.stop_token_ids | last_tokens(job)
        ends |= self._closers.of(last_delimiters(job))
        run.start([parameters(job, stream, context - len(branch.token_ids), ends) for branch, stream in prefixes(job)])
        try:
            yield run.mailbox
        finally:
            await run.close()

    def _rendered(self, prompt: Conversation) -> str:
        if prompt.tool_choice not in {None, "auto", "none"}:
            raise Unsupported("conversation.tool_choice: this engine can't force a tool call; use auto or none")
        tools = None if prompt.tool_choice == "none" else prompt.tools
        try:
            return self._template.render(prompt.for_template(), tools)
        except TemplateRefused as error:
            raise InvalidRequest.field("conversation", f"the chat template refuses it: {error}") from error


@asynccontextmanager
async def open_vllm(settings: VllmModel) -> AsyncGenerator[Vllm, None]:
    """Start vLLM with a model inside the block.

    Raises Unmet when there is no such model.
    """
    folder = _folder(settings.folder)
    texts = _folder(settings.tokenizer) if settings.tokenizer else folder
    async with running(settings, folder, texts) as engine:
        revision = settings.revision or _revision(folder)
        yield Vllm(engine, Tokenizer.open(texts), ChatTemplate.open(texts), revision)


def _folder(name: str) -> Path:
    """Return a folder, that of a shipped model, or that of a model of the Hugging Face hub, fetched when missing."""
    if "/" in name and not Path(name).exists():
        from huggingface_hub import snapshot_download  # noqa: PLC0415  (comes with vLLM)

        return Path(snapshot_download(name))
    try:
        return model_folder(name)
    except UnknownModelError as error:
        raise Unmet(f"folder: {error}") from error


def _revision(folder: Path) -> str:
    """Return a hash of the weights' names, sizes and beginnings; hashing all of a large model takes minutes."""
    seen = sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as weights:
            seen.update(f"{path.name} {path.stat().st_size} ".encode() + weights.read(BEGINNING))
    return seen.hexdigest()[:16]


MAX_SEQUENCES = MOST_OF_A_CALL

BEGINNING = 1 << 24
"""Bytes of each file of weights that its revision depends on."""
