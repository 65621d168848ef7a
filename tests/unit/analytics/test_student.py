from __future__ import annotations

import pytest

from datong.analytics.student import t_cdf, t_quantile


@pytest.mark.parametrize(("p", "df", "t"), [
    (0.975, 1, 12.7062047), (0.975, 2, 4.3026527), (0.975, 5, 2.5705818), (0.975, 10, 2.2281389),
    (0.975, 30, 2.0422725), (0.975, 1000, 1.9623391), (0.995, 20, 2.8453397), (0.9, 3, 1.6377444), (0.5, 4, 0.0),
])
def test_quantiles_of_the_printed_tables(p: float, df: float, t: float) -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, with more digits."""
    assert t_quantile(p, df) == pytest.approx(t, abs=1e-6)
    assert t_quantile(1 - p, df) == pytest.approx(-t, abs=1e-6)
    assert t_cdf(t_quantile(p, df), df) == pytest.approx(p, abs=1e-9)


def test_what_is_no_probability_is_refused() -> None:
    for p, df in ((0, 1), (1, 1), (0.5, 0)):
        with pytest.raises(ValueError, match="no quantile"):
            t_quantile(p, df)
