# ===- graph.py - a graph under construction ------------------------------=== #
#
# Nodes are kept as data rather than as text, so that a graph that fails can be taken apart.
#
# ===---------------------------------------------------------------------=== #

import dataclasses


@dataclasses.dataclass(frozen=True)
class Value:
    """A tensor of floats. Sizes are integers or names of symbols."""

    name: str
    shape: tuple
    # Computed without rounding, so that the compiler has the very same numbers as the evaluator: only such values may be
    # compared, sorted or rounded.
    exact: bool = False

    @property
    def rank(self):
        return len(self.shape)


@dataclasses.dataclass(frozen=True)
class Node:
    op: str
    inputs: tuple
    outputs: tuple
    attributes: str = ""
    domain: str = ""


def typed(shape, type="float"):
    return f"{type}[{','.join(map(str, shape))}]" if shape else type


class Graph:
    def __init__(self, rng):
        self.rng = rng
        self.opset = rng.choice([11, 13, 17, 18, 20, 22])
        self.inputs, self.constants, self.nodes, self.values = {}, {}, [], []

    # Leaves -------------------------------------------------------------------

    def input(self, *shape, type="float"):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = typed(shape, type)
        return self.remember(Value(name, shape, exact=True)) if type == "float" else Value(name, shape)

    def weights(self, *shape, scale=1.0, center=0.0):
        """Constant floats around `center`."""
        count = 1
        for size in shape:
            count *= size
        return self.numbers(shape, [f"{center + scale * self.rng.uniform(-1, 1):.4g}" for _ in range(count)], "float")

    def numbers(self, shape, values, type="int64"):
        name = f"c{len(self.constants)}"
        self.constants[name] = f"{typed(shape, type)} {name} = {{{', '.join(map(str, values))}}}"
        return Value(name, tuple(shape))

    def scalar(self, value):
        return self.numbers([], [value], "float")

    # Nodes --------------------------------------------------------------------

    def node(self, op, inputs, shape, attributes="", exact=False, keep=True):
        return self.nodes_of(op, inputs, [shape], attributes, exact, keep)[0]

    def nodes_of(self, op, inputs, shapes, attributes="", exact=False, keep=True):
        """One node with an output for each shape. What is not kept is a detail that no other node takes."""
        number = len(self.nodes)
        outputs = [Value(f"v{number}_{index}", tuple(shape), exact) for index, shape in enumerate(shapes)]
        names = tuple(value.name if value else "" for value in inputs)
        self.nodes.append(Node(op, names, tuple(value.name for value in outputs), attributes))
        if keep:
            self.values += outputs
        return outputs

    def remember(self, value):
        self.values.append(value)
        return value

    # Text ---------------------------------------------------------------------

    def outputs(self):
        """What nobody uses, and some that are used all the same."""
        used = {name for node in self.nodes for name in node.inputs}
        made = [name for node in self.nodes for name in node.outputs]
        return [name for name in made if name not in used or self.rng.random() < 0.1]

    def text(self, outputs):
        """The part of the graph that these outputs need."""
        needed, nodes = set(outputs), []
        for node in reversed(self.nodes):
            if needed & set(node.outputs):
                needed |= set(node.inputs)
                nodes.append(node)
        inputs = ", ".join(f"{type} {name}" for name, type in self.inputs.items() if name in needed)
        constants = ", ".join(text for name, text in self.constants.items() if name in needed)
        lines = [f'<ir_version: 8, opset_import: ["" : {self.opset}]>', f"g ({inputs}) => ({', '.join(outputs)})"]
        lines += [f"<{constants}>"] if constants else []
        lines.append("{")
        for node in reversed(nodes):
            attributes = f" <{node.attributes}>" if node.attributes else ""
            lines.append(f"  {', '.join(node.outputs)} = {node.op}{attributes} ({', '.join(node.inputs)})")
        return "\n".join(lines + ["}", ""])
