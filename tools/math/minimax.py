#!/usr/bin/env python3
# ===- minimax.py - the polynomials of codegen/math -----------------------=== #
"""Finds the polynomials of codegen/math: the best ones whose coefficients are floats.

    minimax.py            prints every table, with its largest relative error in units of 2^-24 (half an ulp of 1)

The method is the Remez exchange (E. Remez, 1934; de la Vallee-Poussin's alternation): solve for the polynomial whose weighted error has the same size and
alternating signs at n + 2 points, move the points to where the error is largest, repeat. A best real polynomial is not the best one with float
coefficients, so all are rounded, and then each is moved to its neighbours for as long as that helps.
Needs mpmath (not used by the build: its results are in the sources).
"""

import struct
import sys

try:
    from mpmath import mp, mpf, matrix, lu_solve, log, erf, erfc, sqrt, cos, pi, tanh, expm1, log1p
except ImportError:
    sys.exit("minimax.py: the Python package mpmath is missing (Debian: python3-mpmath)")

mp.dps = 50


def to_float(value):
    """The nearest float."""
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def neighbour(value, step):
    """The next float up or down in size."""
    bits = struct.unpack("I", struct.pack("f", float(value)))[0]
    return mpf(struct.unpack("f", struct.pack("I", bits + step))[0])


def remez(f, w, points, degree):
    """Coefficients, lowest first, minimising the largest w * |p(x) - f| over the points."""
    count = degree + 2
    chosen = [round(i * (len(points) - 1) / (count - 1)) for i in range(count)]
    for _ in range(30):
        system = matrix(count, count)
        right = matrix(count, 1)
        for row, i in enumerate(chosen):
            for k in range(degree + 1):
                system[row, k] = points[i] ** k
            system[row, degree + 1] = (-1) ** row / w[i]
            right[row] = f[i]
        solution = lu_solve(system, right)
        coefficients = [solution[k] for k in range(degree + 1)]
        error = [w[i] * (evaluate(coefficients, x) - f[i]) for i, x in enumerate(points)]
        # One extremum for each run of equal signs; of more than needed, the ends go first.
        extrema = []
        for i, e in enumerate(error):
            if extrema and (e > 0) == (error[extrema[-1]] > 0):
                if abs(e) > abs(error[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
        if len(extrema) < count or extrema == chosen:
            break
        chosen = extrema
    return coefficients


def evaluate(coefficients, x):
    result = mpf(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def float_minimax(target, weight, low, high, degree):
    """As remez, with coefficients that are floats; also the largest weighted error, and what it would be with real ones."""
    count = 400
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    f = [target(x) for x in points]
    w = [weight(x) for x in points]

    def worst(coefficients):
        return max(wi * abs(evaluate(coefficients, x) - fi) for wi, x, fi in zip(w, points, f))

    best = remez(f, w, points, degree)
    ideal = worst(best)
    best = [to_float(c) for c in best]
    error = worst(best)
    improved = True
    while improved and error > ideal * mpf("1.05"):
        improved = False
        for k in range(degree + 1):
            for step in (-1, 1):
                tried = list(best)
                tried[k] = neighbour(tried[k], step)
                if worst(tried) < error:
                    best, error, improved = tried, worst(tried), True
    return best, error, ideal


def table(name, comment, target, weight, low, high, degree):
    coefficients, error, ideal = float_minimax(target, weight, mpf(low), mpf(high), degree)
    print(f"// {comment}; error {float(error * 2**24):.3f}, with real coefficients {float(ideal * 2**24):.3f}")
    print(f"{name} = {{" + ", ".join(float(c).hex() + "f" for c in coefficients) + "};")


half_ln2 = log(2) / 2 * mpf("1.001")
table("exp", "e^r = 1 + r + r^2 q(r), relative to e^r - 1", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / abs(expm1(r)), -half_ln2, half_ln2, 4)
table("log", "log(1 + f) = f - f^2/2 + f^3 q(f)", lambda f: (log1p(f) - f + f**2 / 2) / f**3, lambda f: abs(f**3 / log1p(f)),
      sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 7)
split = mpf("0.5625")
table("tanh", "tanh(x) = x + x s q(s), s = x^2", lambda s: (tanh(sqrt(s)) / sqrt(s) - 1) / s, lambda s: s * sqrt(s) / tanh(sqrt(s)), mpf("1e-12"), split**2, 4)
split = mpf("0.921875")
table("erf, below", "erf(x) = x + x q(x^2)", lambda s: erf(sqrt(s)) / sqrt(s) - 1, lambda s: sqrt(s) / erf(sqrt(s)), mpf("1e-12"), split**2, 5)
table("erf, above", "erf(x) = 1 - e^-(x + x p(x))", lambda x: -log(erfc(x)) / x - 1, lambda x: x * erfc(x) / erf(x), split, mpf(4), 5)
high = mpf(int(log(2) * 2**16)) / 2**16
print("ln2 in two parts:", float(high).hex(), float(to_float(log(2) - high)).hex())
print("log2(e):", float(to_float(1 / log(2))).hex())
