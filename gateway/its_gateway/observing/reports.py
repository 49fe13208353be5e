"""`GET /v1/reports`: what evaluations came to, for the curves of the page.

Every key may read them: they are figures of algorithms, named by the files and models that were evaluated, in a folder
that whoever runs the gateway has chosen for it. No question, no answer and no tenant is in them.
"""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from fastapi import Response

from its_gateway.observing.evaluation import ROWS, Evaluation, folders
from its_gateway.settings import Settings

MOST = 100
"""Evaluations that are told of; the latest."""


class Reports:
    """The endpoint, with the rows that it has read."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.reports
        self._known: dict[Path, Evaluation] = {}
        self._reading = asyncio.Lock()

    async def all(self) -> Response:
        """List the evaluations, the latest first."""
        async with self._reading:
            data = await asyncio.to_thread(self._summaries)
        body = {"object": "list", "folder": self._root is not None, "data": data}
        return Response(orjson.dumps(body), media_type="application/json", headers={"cache-control": "no-store"})

    def _summaries(self) -> list[dict[str, Any]]:
        found = list(folders(self._root))[:MOST] if self._root else []
        self._known = {one: self._read(one) for one in found}
        return [one.summary() for one in self._known.values() if one.rows or one.unread]

    def _read(self, folder: Path) -> Evaluation:
        known = self._known.get(folder)
        begun_anew = known is not None and (folder / ROWS).stat().st_size < known.size
        evaluation = Evaluation(folder) if known is None or begun_anew else known
        evaluation.read()
        return evaluation
