"""The one form of every benchmark's output: a JSON object a line."""

import json
from collections.abc import Callable, Sequence
from statistics import median, quantiles


def p95(values: Sequence[float]) -> float:
    """The value that 95 % of the values do not exceed, between neighbours in proportion."""
    return quantiles(values, n=20, method="inclusive")[-1]


def figure(
    bench: str,
    name: str,
    values: Sequence[float],
    unit: str,
    against: Sequence[float] = (),
    of: Callable[[Sequence[float]], float] = median,
) -> None:
    """Prints a figure of its rounds, and of their ratio to a rival's in the same round.

    `values` and `against` hold a number for each round, in the order of the rounds; `of` makes one
    number of them.
    """
    ratios = [ours / rival for ours, rival in zip(values, against, strict=True)] if against else []
    print(
        json.dumps(
            {
                "bench": bench,
                "figure": name,
                "value": round(of(values), 3),
                "unit": unit,
                "against": round(of(against), 3) if against else None,
                "ratio": round(of(ratios), 3) if ratios else None,
                "rounds": [round(value, 3) for value in ratios or values],
            }
        ),
        flush=True,
    )
