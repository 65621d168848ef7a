"""Student's t distribution, for intervals: a normal quantile is too short for few members."""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["t_cdf", "t_quantile"]


def t_cdf(t: float, df: float) -> float:
    """Return P(T ≤ t) with `df` degrees of freedom, by the incomplete beta function (NIST DLMF 8.17.5)."""
    if math.isinf(t):
        return 0.0 if t < 0 else 1.0
    tail = 0.5 * _beta(df / (df + t * t), df / 2, 0.5)
    return tail if t < 0 else 1.0 - tail


def t_quantile(p: float, df: float) -> float:
    """Return the t with P(T ≤ t) = p, 0 < p < 1, by bisection of `t_cdf`; good to 1e-9 of its size."""
    if not 0 < p < 1 or df <= 0:
        raise ValueError(f"no quantile for p={p}, df={df}")
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -t_quantile(1 - p, df)
    low, high = 0.0, NormalDist().inv_cdf(p) + 1
    while t_cdf(high, df) < p:
        low, high = high, high * 2
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, df) < p else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d₁x/(1 + d₂x/(1 + …)), the continued fraction of NIST DLMF 8.17.22, by Lentz's method."""
    tiny = 1e-300
    value = c = 1.0
    d = 0.0
    for n in range(1, 1000):
        m = n // 2
        if n % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d or tiny)
        c = 1 + term / c or tiny
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value
