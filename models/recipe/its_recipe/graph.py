"""A graph under construction: nodes, inputs, outputs, and weights that live in a safetensors file beside it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

KINDS = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64}


@dataclass(slots=True)
class Graph:
    """Collects an ONNX graph; every method returns the name of what it added."""

    weights: str
    """The file of the weights, relative to the graph's folder."""
    offsets: dict[str, int]
    """Where each weight begins in it, in bytes."""
    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    initializers: list[TensorProto] = field(default_factory=list[TensorProto])
    inputs: list[onnx.ValueInfoProto] = field(default_factory=list[onnx.ValueInfoProto])
    outputs: list[onnx.ValueInfoProto] = field(default_factory=list[onnx.ValueInfoProto])

    def input(self, name: str, kind: str, *axes: str | int) -> str:
        """Declare an input; an axis is a size or the name of one that varies."""
        self.inputs.append(helper.make_tensor_value_info(name, KINDS[kind], axes))
        return name

    def output(self, name: str, *axes: str | int) -> str:
        """Declare an output, which a node of that name must make."""
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, axes))
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        """Keep an array in the graph itself."""
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def weight(self, name: str, *shape: int) -> str:
        """Read half-precision weights, from the named one on, as single precision; the engine folds the cast."""
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=shape, data_location=TensorProto.EXTERNAL)
        place = {"location": self.weights, "offset": self.offsets[name], "length": 2 * int(np.prod(shape))}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.initializers.append(tensor)
        return self.node("Cast", name, to=TensorProto.FLOAT)

    def node(self, operator: str, *inputs: str, out: str = "", domain: str = "", **attributes: object) -> str:
        """Add a node with one output."""
        return self.nodes_out(operator, inputs, (out,), domain, **attributes)[0]

    def nodes_out(
        self, operator: str, inputs: tuple[str, ...], out: tuple[str, ...], domain: str = "", **attributes: object
    ) -> list[str]:
        """Add a node with several outputs; an empty name is made up."""
        made = [name or f"{operator}_{len(self.nodes)}_{number}" for number, name in enumerate(out)]
        self.nodes.append(helper.make_node(operator, list(inputs), made, domain=domain, **attributes))
        return made

    def save(self, path: Path, opset: int) -> None:
        """Write the graph."""
        graph = helper.make_graph(self.nodes, "decoder", self.inputs, self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="its-recipe")
        path.write_bytes(model.SerializeToString())
