"""`GET /v1/models`: every profile, alone and with each algorithm, and every function, and what it stands for."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from fastapi import Request, Response
from google.protobuf.json_format import MessageToDict

from its.orchestrator.v1.listing_pb2 import AlgorithmInfo, FunctionInfo, Need, Profile
from its_gateway.auth import caller_of
from its_gateway.caller import Caller
from its_gateway.errors import ApiError
from its_gateway.functions import Functions
from its_gateway.orchestrator import Orchestrator

Json = dict[str, Any]

_REWARDED = {Need.NEED_REWARD, Need.NEED_PROCESS_REWARD}


class Models:
    """The two endpoints, with what they need."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator
        self._functions = Functions(orchestrator)
        self._created = int(time.time())

    async def all(self, request: Request) -> Response:
        """List what a request of this caller can give as its `model`, the default profile first."""
        found = await self._by_id(caller_of(request))
        return _json({"object": "list", "data": list(found.values())})

    async def one(self, request: Request) -> Response:
        """Return one of them."""
        name: str = request.path_params["model_id"]
        found = await self._by_id(caller_of(request))
        if name not in found:
            message = f"there is no model {name!r}; GET /v1/models lists the {len(found)} that exist"
            raise ApiError(404, message, param="model", code="model_not_found")
        return _json(found[name])

    async def _by_id(self, caller: Caller) -> Mapping[str, Json]:
        profiles = await self._orchestrator.profiles()
        algorithms = {algorithm.name: algorithm for algorithm in await self._orchestrator.algorithms()}
        models = [model for profile in profiles for model in self._of(profile, algorithms)]
        models += [self._function(one) for one in await self._functions.all()]
        return {model["id"]: model for model in models if caller.may_use(_profile_of(model), model["id"])}

    def _of(self, profile: Profile, algorithms: Mapping[str, AlgorithmInfo]) -> Iterator[Json]:
        own = algorithms.get(profile.algorithm, AlgorithmInfo(name=profile.algorithm))
        yield self._model(profile.name, profile, own)
        for name, algorithm in algorithms.items():
            yield self._model(f"{profile.name}:{name}", profile, algorithm)

    def _function(self, function: FunctionInfo) -> Json:
        described = {
            "function": function.name,
            "type": function.type,
            "summary": function.description,
            "input": orjson.loads(function.input_json_schema or "{}"),
            "output": orjson.loads(function.output_json_schema or "{}"),
            "streams": function.streams,
        }
        common = {"object": "model", "created": self._created, "owned_by": "its"}
        return {"id": function.name, **common, "its": described}

    def _model(self, name: str, profile: Profile, algorithm: AlgorithmInfo) -> Json:
        described = {**_profile(profile, algorithm), **_algorithm(algorithm)}
        return {"id": name, "object": "model", "created": self._created, "owned_by": "its", "its": described}


def _profile_of(model: Json) -> str:
    return model["its"].get("profile", model["id"])


def _profile(profile: Profile, algorithm: AlgorithmInfo) -> Json:
    return {
        "profile": profile.name,
        "model": profile.model or None,
        "reward_model": (profile.reward_model or None) if _REWARDED & {*algorithm.needs} else None,
        "budget": {field.name: value for field, value in profile.budget.ListFields()},
        "sampling": MessageToDict(profile.sampling, preserving_proto_field_name=True),
        "defaults": MessageToDict(profile.parameters) if algorithm.name == profile.algorithm else {},
    }


def _algorithm(algorithm: AlgorithmInfo) -> Json:
    return {
        "algorithm": algorithm.name,
        "summary": algorithm.summary,
        "source": algorithm.source,
        "budget_meaning": algorithm.budget_meaning,
        "needs": [Need.Name(need).removeprefix("NEED_").lower() for need in algorithm.needs],
        "parameters": orjson.loads(algorithm.parameters_json_schema or "{}"),
    }


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
