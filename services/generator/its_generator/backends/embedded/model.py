"""A small decoder in ONNX Runtime: tokenizer, chat template, engine, all in this process and on its CPU."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path

from its_generator.backend import Capabilities, Conversation, Evaluated, Generation, Identity, Job, Passage
from its_generator.backends.embedded.engine import Engine
from its_generator.backends.embedded.forms import ENFORCED, Forms
from its_generator.backends.embedded.scheduler import Load, Scheduler
from its_generator.completion import completions
from its_generator.pieces import Pieces
from its_generator.prompts import Prompts
from its_generator.sampling import FIELDS
from its_generator.settings import EmbeddedModel
from its_models import UnknownModelError, model_folder
from its_models.chat_template import ChatTemplate
from its_models.decoder import Decoder
from its_models.tokenizer import Tokenizer
from its_runtime.errors import Unmet


class Embedded:
    """The backend `embedded`."""

    def __init__(
        self, engine: Engine, tokenizer: Tokenizer, template: ChatTemplate, sizes: tuple[int, int], revision: str
    ) -> None:
        self._engine = engine
        self._tokenizer = tokenizer
        self._pieces = Pieces(tokenizer.decode, tokenizer.encode("a")[-1], tokenizer.raw)
        self.identity = Identity(revision, tokenizer.fingerprint)
        context, vocabulary = sizes
        self._forms = Forms(tokenizer, vocabulary)
        self._prompts = Prompts(tokenizer, template, context)
        self.capabilities = Capabilities(
            backend="embedded",
            max_context_tokens=context,
            vocabulary_size=vocabulary,
            max_sequences=MAX_SEQUENCES,
            continues_prefix=True,
            token_ids=True,
            reproducible=True,
            max_top_logprobs=min(64, vocabulary),
            structured_outputs=ENFORCED,
            tools=template.knows_tools,
            sampling_fields=FIELDS,
            evaluates=True,
            evaluates_tempered=True,
        )

    @property
    def load(self) -> Load:
        """How many sequences run and wait."""
        return self._engine.load

    @property
    def sampled(self) -> int:
        """How many tokens were sampled until now, whatever became of them."""
        return self._engine.sampled

    async def tokenize(self, prompt: Conversation | str, continuation: str = "") -> tuple[int, ...]:
        return await self._prompts.ids(prompt, continuation)

    def generate(self, job: Job) -> AbstractAsyncContextManager[Generation]:
        return self._generating(job)

    @asynccontextmanager
    async def _generating(self, job: Job) -> AsyncGenerator[Generation, None]:
        context = self.capabilities.max_context_tokens
        form = job.structured_output
        guides = await asyncio.to_thread(self._forms.guides, job, form) if form else None
        work = self._engine.submit(job, completions(job, self._pieces, self._tokenizer.eos_ids, context), guides)
        try:
            yield work.mailbox
        finally:
            work.stop()

    async def evaluate(self, request_id: str, passages: Sequence[Passage], temperature: float) -> Evaluated:
        return await self._engine.evaluate(passages, temperature).answer

    async def check(self) -> None:
        self._engine.check()


@contextmanager
def open_embedded(settings: EmbeddedModel) -> Generator[Embedded, None, None]:
    """Load a model and run its engine inside the block.

    Raises Unmet when the folder holds no model that can be loaded.
    """
    folder = _folder(settings.folder)
    decoder, tokenizer = Decoder.open(folder, settings.threads), Tokenizer.open(folder)
    scheduler = Scheduler(decoder, tokenizer.eos_ids, max_batch=settings.max_batch, cache_bytes=settings.cache_bytes)
    with Engine(scheduler).running() as engine:
        sizes = decoder.max_context, decoder.vocabulary_size
        revision = settings.revision or _revision(folder)
        yield Embedded(engine, tokenizer, ChatTemplate.open(folder), sizes, revision)


def _folder(name: str) -> Path:
    """Return a shipped model's folder, or the one that is named."""
    if (Path(name) / "model.onnx").exists():
        return Path(name)
    try:
        return model_folder(name)
    except UnknownModelError as error:
        raise Unmet(f"folder {name!r} has no model.onnx, and {error}") from error


def _revision(folder: Path) -> str:
    """Return a hash of the weights."""
    weights = sha256()
    for path in sorted((*folder.glob("*.onnx*"), *folder.glob("*.safetensors"))):
        weights.update(path.read_bytes())
    return weights.hexdigest()[:16]


MAX_SEQUENCES = 1024
