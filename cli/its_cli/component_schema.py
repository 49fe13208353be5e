"""The JSON schema of its.yaml with what each `_type` takes."""

from typing import Any

from its_cli.configuration import Configuration


def whole() -> dict[str, Any]:
    """Return the schema of the whole file; entries of components are told apart by their `_type`."""
    from its_orchestrator.components.references import Section  # noqa: PLC0415  (libraries that others needn't load)
    from its_orchestrator.components.registry import REGISTRY  # noqa: PLC0415
    from its_orchestrator.workflows.blueprint import SECTIONS  # noqa: PLC0415

    schema = Configuration.model_json_schema()
    for name, section in SECTIONS.items():
        types = [_typed(one.config_type) for one in REGISTRY.all(section)]
        schema["properties"][name] = _entries(
            schema["properties"][name], {"oneOf": types} if types else {"type": "object"}
        )
    functions = [_typed(one.config_type) for one in REGISTRY.all(Section.FUNCTION)]
    schema["properties"]["workflow"] = {**_described(schema["properties"]["workflow"]), "oneOf": functions}
    return schema


def _entries(section: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    return {**_described(section), "type": "object", "additionalProperties": entry}


def _described(section: dict[str, Any]) -> dict[str, Any]:
    return {"description": section["description"]}


def _typed(config: Any) -> dict[str, Any]:  # noqa: ANN401  (a class that the orchestrator knows)
    """Return the schema of one type, its references put in place so that it stands by itself."""
    schema: dict[str, Any] = config.model_json_schema(by_alias=False)
    names = [config.type_name, *config.aliases]
    properties = {"_type": {"enum": names}, **schema.get("properties", {})}
    required = ["_type", *schema.get("required", ())]
    return {**schema, "title": config.type_name, "properties": properties, "required": required}
