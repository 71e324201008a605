#!/usr/bin/env python3
# ===- types.py - graphs of one kind of operation in every type -----------=== #
#
# usage: types.py casts|functions
#
# Prints a graph with every cast between two types of elements, or with every function of real numbers in every type of
# floats.
#
# ===---------------------------------------------------------------------=== #

import sys

FLOATS = ["bf16", "f16", "f32", "f64"]
INTEGERS = ["i1"] + [sign + str(bits) for sign in ("i", "ui") for bits in (8, 16, 32, 64)]
FUNCTIONS = """abs acos acosh asin asinh atan atanh ceil cos cosh erf exp expm1 floor log log1p reciprocal round sigmoid
               sin sinh sqrt tan tanh""".split()


def tensor(element):
    return f"tensor<5x7x{element}>"


def casts():
    for source in FLOATS + INTEGERS:
        for target in FLOATS + INTEGERS:
            if source != target:
                yield target, f"nn.cast %{source} : {tensor(source)} to {tensor(target)}"


def functions():
    for element in FLOATS:
        for function in FUNCTIONS:
            yield element, f"nn.{function} %{element} : {tensor(element)}"
        yield element, f"nn.pow %{element}, %{element} : {tensor(element)}"
        yield element, f"nn.mod %{element}, %{element}_divisor {{truncated}} : {tensor(element)}"


def main(kind):
    inputs = FLOATS + (INTEGERS if kind == "casts" else [element + "_divisor" for element in FLOATS])
    arguments = ", ".join(f'%{name}: {tensor(name.removesuffix("_divisor"))} {{nn.name = "{name}"}}' for name in inputs)
    operations = list(casts() if kind == "casts" else functions())
    results = ", ".join(f'{tensor(element)} {{nn.name = "y{i}"}}' for i, (element, _) in enumerate(operations))
    print(f"func.func @main({arguments}) -> ({results}) attributes {{nn.symbols = []}} {{")
    for i, (_, operation) in enumerate(operations):
        print(f"  %y{i} = {operation}")
    values = ", ".join(f"%y{i}" for i in range(len(operations)))
    print(f"  return {values} : {', '.join(tensor(element) for element, _ in operations)}\n}}")


main(sys.argv[1])
