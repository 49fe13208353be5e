"""Why a tool is used: what items of tool pipelines carry in their metadata."""

from collections.abc import Mapping
from typing import Any, cast

from its_orchestrator.components.item import ITSItem, as_text


def task(item: ITSItem) -> str:
    """Return what is to be done: `task_description` of the metadata, or the item's input."""
    return _said(item, "task_description") or as_text(item.input)


def motivation(item: ITSItem) -> str:
    """Return what it is good for: `motivation` of the metadata; empty when it isn't said."""
    return _said(item, "motivation")


def noted(metadata: object, **more: object) -> object:
    """Return metadata with more in it; what is no mapping is kept under `metadata`."""
    if metadata is None:
        return more
    return {**(_mapping(metadata) or {"metadata": metadata}), **more}


def _said(item: ITSItem, key: str) -> str:
    return as_text(_mapping(item.metadata).get(key))


def _mapping(metadata: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", metadata) if isinstance(metadata, Mapping) else {}
