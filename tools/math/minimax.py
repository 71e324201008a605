#!/usr/bin/env python3
# ===- minimax.py - the polynomials of codegen/math -----------------------=== #
"""Finds the polynomials of codegen/math: the best ones whose coefficients are floats, or doubles.

    minimax.py            prints every table, with its largest relative error in units of 2^-24 (half an ulp of 1f), or
                          of 2^-53 if it is of doubles

The method is the Remez exchange (E. Remez, 1934; de la Vallee-Poussin's alternation): solve for the polynomial whose weighted error has the same size and
alternating signs at n + 2 points, move the points to where the error is largest, repeat. A best real polynomial is not the best one with float
coefficients, so all are rounded, and then each is moved to its neighbours for as long as that helps.
Needs mpmath (not used by the build: its results are in the sources).
"""

import struct
import sys

try:
    from mpmath import mp, mpf, matrix, lu_solve, log, erf, erfc, sqrt, sin, cos, asin, atan, pi, tanh, expm1, log1p, floor
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


def proportional_table(name, comment, target, first, low, high, degree):
    """As table, for a multiple of the target that has this first coefficient; half of the width of its relative errors."""
    count = 400
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    best = remez([target(x) for x in points], [1 / target(x) for x in points], points, degree)
    best = [to_float(c / best[0] * first) for c in best]

    def width(coefficients):
        ratios = [evaluate(coefficients, x) / target(x) for x in points]
        return (max(ratios) - min(ratios)) / 2 / first

    improved = True
    while improved:
        improved = False
        for k in range(1, degree + 1):
            for step in (-1, 1):
                tried = list(best)
                tried[k] = neighbour(tried[k], step)
                if width(tried) < width(best):
                    best, improved = tried, True
    print(f"// {comment}; error {float(width(best) * 2**24):.3f}")
    print(f"{name} = {{" + ", ".join(float(c).hex() + "f" for c in best) + "};")


def wide_table(name, comment, target, weight, low, high, degree):
    """As table, in doubles: each is the nearest to the best real coefficient, for the first ones weigh little."""
    low, high = mpf(low), mpf(high)
    count = 300
    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    f = [target(x) for x in points]
    w = [weight(x) for x in points]
    coefficients = [mpf(float(c)) for c in remez(f, w, points, degree)]
    error = max(wi * abs(evaluate(coefficients, x) - fi) for wi, x, fi in zip(w, points, f))
    print(f"// {comment}; error {float(error * 2**53):.4f}")
    print(f"{name} = {{" + ", ".join(float(c).hex() for c in coefficients) + "};")


def parts(name, value, *bits):
    """A constant as a sum of doubles, the first ones having that many bits below the point and the last one all."""
    result = []
    for count in bits:
        result.append(floor(value * mpf(2) ** count) / mpf(2) ** count)
        value -= result[-1]
    result.append(mpf(float(value)))
    print(name + ":", ", ".join(float(part).hex() for part in result))


half_ln2 = log(2) / 2 * mpf("1.001")
table("exp", "e^r = 1 + r + r^2 q(r), relative to e^r - 1", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / abs(expm1(r)), -half_ln2, half_ln2, 4)
table("log", "log(1 + f) = f - f^2/2 + f^3 q(f)", lambda f: (log1p(f) - f + f**2 / 2) / f**3, lambda f: abs(f**3 / log1p(f)),
      sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 7)
split = mpf("0.5625")
table("tanh", "tanh(x) = x + x s q(s), s = x^2", lambda s: (tanh(sqrt(s)) / sqrt(s) - 1) / s, lambda s: s * sqrt(s) / tanh(sqrt(s)), mpf("1e-12"), split**2, 4)
split = mpf("0.921875")
table("erf, below", "erf(x) = x + x q(x^2)", lambda s: erf(sqrt(s)) / sqrt(s) - 1, lambda s: sqrt(s) / erf(sqrt(s)), mpf("1e-12"), split**2, 5)
table("erf, above", "erf(x) = 1 - 2^(x p(x))", lambda x: log(erfc(x), 2) / x, lambda x: x * log(2) * erfc(x) / erf(x), split, mpf(4), 5)
table("power of two", "2^f = 1 + f p(f)", lambda f: (2**f - 1) / f, lambda f: abs(f) / 2**f, mpf("-0.5"), mpf("0.5"), 5)
proportional_table("decay", "s 2^f = p(f), p(0) = 2", lambda f: 2**f, 2, mpf("-0.5"), mpf("0.5"), 5)
# Relative errors matter where x is positive, and would be desirable where it is negative: the exponent weighs between them.
tail = lambda x: erfc(x / sqrt(2)) / 2
table("gelu", "Phi(-x) = 2^(x p(x) - 1)", lambda x: (log(tail(x), 2) + 1) / x, lambda x: x * log(2) * tail(x) ** mpf("0.85"), mpf("1e-9"), mpf("6.5"), 7)
high = mpf(int(log(2) * 2**16)) / 2**16
print("ln2 in two parts:", float(high).hex(), float(to_float(log(2) - high)).hex())
print("log2(e):", float(to_float(1 / log(2))).hex())

tiny = mpf("1e-9")
wide_table("exp, wide", "e^r = 1 + r + r^2 q(r), relative to e^r - 1", lambda r: (expm1(r) - r) / r**2, lambda r: r**2 / abs(expm1(r)), -half_ln2, half_ln2, 9)
s_max = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1) * mpf("1.0001")
wide_table("log, wide", "log((1 + s) / (1 - s)) = 2s + 2/3 s^3 + s^5 p(s^2)", lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) - 2 * sqrt(z) - 2 * z * sqrt(z) / 3) / (z**2 * sqrt(z)),
           lambda z: z**2 / 2, tiny, s_max**2, 6)
quarter = (pi / 4 * mpf("1.001")) ** 2
wide_table("sin", "sin(x) = x + x z p(z), z = x^2", lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z * sqrt(z) / sin(sqrt(z)), tiny, quarter, 5)
wide_table("cos", "cos(x) = 1 - z/2 + z^2 q(z), z = x^2", lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2 / cos(sqrt(z)), tiny, quarter, 5)
wide_table("asin", "asin(x) = x + x z p(z), z = x^2", lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z * sqrt(z) / asin(sqrt(z)), tiny, mpf(1) / 4, 12)
octant = (sqrt(mpf(2)) - 1) ** 2 * mpf("1.0001")
wide_table("atan", "atan(x) = x + x z p(z), z = x^2", lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z * sqrt(z) / atan(sqrt(z)), tiny, octant, 10)
wide_table("erf, below, wide", "erf(x) = x + x q(x^2)", lambda s: erf(sqrt(s)) / sqrt(s) - 1, lambda s: sqrt(s) / erf(sqrt(s)), tiny, split**2, 11)
wide_table("erf, above, wide", "erf(x) = 1 - e^-(x + x p(x))", lambda x: -log(erfc(x)) / x - 1, lambda x: x * erfc(x) / erf(x), split, mpf(6), 17)
parts("ln2 in two doubles", log(2), 42)
parts("log10(2) in two doubles", log(2) / log(10), 42)
parts("pi/2 in three doubles", pi / 2, 32, 65)
parts("2/3 and its rest", mpf(2) / 3 - mpf(2.0 / 3))
parts("pi/2 and its rest", pi / 2 - mpf(float(pi / 2)))
parts("log10(e)", 1 / log(10))
mp.dps = 400
bits = int(floor(2 / pi * mpf(2) ** 1216))
print("2/pi, its first 1216 bits:", ", ".join(hex(bits >> (1216 - 64 * (i + 1)) & (2**64 - 1)) for i in range(19)))
