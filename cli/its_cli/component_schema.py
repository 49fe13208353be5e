"""The JSON schema of its.yaml with what each `_type` takes."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import AliasChoices, BaseModel

from its_cli.configuration import Configuration

Schema = dict[str, Any]


def whole() -> Schema:
    """Return the schema of the whole file; entries of components are told apart by their `_type`."""
    from its_orchestrator import registry as algorithms  # noqa: PLC0415  (libraries that others needn't load)
    from its_orchestrator.components.references import Section  # noqa: PLC0415
    from its_orchestrator.components.registry import REGISTRY  # noqa: PLC0415
    from its_orchestrator.workflows.blueprint import SECTIONS  # noqa: PLC0415

    definitions: Schema = {}
    schema = Configuration.model_json_schema()
    for name, section in SECTIONS.items():
        types = [_typed(one.config_type, definitions) for one in REGISTRY.all(section)]
        if section is Section.STRATEGY:
            types += [_algorithm(one, definitions) for one in algorithms.algorithms()]
        schema["properties"][name] = _entries(
            schema["properties"][name], {"oneOf": types} if types else {"type": "object"}
        )
    functions = [_typed(one.config_type, definitions) for one in REGISTRY.all(Section.FUNCTION)]
    schema["properties"]["workflow"] = {**_described(schema["properties"]["workflow"]), "oneOf": functions}
    schema["$defs"] = schema.get("$defs", {}) | definitions
    return schema


def _entries(section: Schema, entry: Schema) -> Schema:
    return {**_described(section), "type": "object", "additionalProperties": entry}


def _described(section: Schema) -> Schema:
    return {"description": section["description"]}


def _typed(config: Any, definitions: Schema) -> Schema:  # noqa: ANN401  (a class that the orchestrator knows)
    """Return the schema of one type; what it refers to goes into `definitions`."""
    schema = _own(config, config.type_name, definitions)
    names = [config.type_name, *config.aliases]
    properties = {"_type": _type(names), **schema.get("properties", {})}
    required = ["_type", *schema.get("required", ())]
    return _renamed({**schema, "title": config.type_name, "properties": properties, "required": required}, config)


def _algorithm(algorithm: Any, definitions: Schema) -> Schema:  # noqa: ANN401
    """Return the schema of a search that goes by its algorithm's name, whose parameters stand beside its own fields."""
    from its_orchestrator.strategies import ItsAlgorithmConfig  # noqa: PLC0415

    search = _own(ItsAlgorithmConfig, "its_algorithm", definitions)["properties"]
    schema = _own(algorithm, algorithm.name, definitions)
    fields = {field: one for field, one in search.items() if field != "algorithm"}
    properties = {"_type": _type([algorithm.name]), **fields, **schema.get("properties", {})}
    return {
        **schema,
        "title": algorithm.name,
        "properties": properties,
        "required": ["_type", *schema.get("required", ())],
    }


def _own(model: type[BaseModel], name: str, definitions: Schema) -> Schema:
    schema = model.model_json_schema(by_alias=False, ref_template=f"#/$defs/{name}.{{model}}")
    definitions |= {f"{name}.{one}": made for one, made in schema.pop("$defs", {}).items()}
    return schema


def _type(names: Sequence[str]) -> Schema:
    """Return the schema of a type's name, alone or in the full form `package.module/name`."""
    return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": f"/({'|'.join(map(re.escape, names))})$"}]}


def _renamed(schema: Schema, config: type[BaseModel]) -> Schema:
    """Return the schema with every name that a field goes by; of a required one, one name must be there."""
    for field, info in config.model_fields.items():
        if isinstance(info.validation_alias, AliasChoices):
            names = [str(one) for one in info.validation_alias.choices]
            schema["properties"] |= dict.fromkeys(names, schema["properties"][field])
            if field in schema["required"]:
                schema["required"].remove(field)
                schema.setdefault("allOf", []).append({"oneOf": [{"required": [one]} for one in names]})
    return schema
