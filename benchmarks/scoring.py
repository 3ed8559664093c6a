"""What full scoring costs beside adding the answers up: 500,000 sheets each of PHQ-9, GAD-7 and MHT, some with blanks.

Scoring brings codings to one, looks for answers out of range, reverses, adds every subscale, scales blanks up, and
finds critical items and void sheets; the yardstick is one pass of NumPy's `sum(axis=1)` over the same arrays. The runs
of both alternate, so that a machine that grows slower or faster does so for both; medians are compared.
"""

import json
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from data_schemas.instruments import packaged_instruments, score_sheets

SHEETS, SEED, REPEATS, BLANK_SHEETS = 500_000, 7, 7, 0.05
CODES = ("phq9", "gad7", "mht")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sheets(items: int, low: int, high: int, rng: np.random.Generator) -> np.ndarray:
    """Answers (SHEETS, items); some sheets leave one item blank."""
    answers = rng.integers(low, high + 1, (SHEETS, items)).astype(np.float64)
    with_blank = rng.choice(SHEETS, int(SHEETS * BLANK_SHEETS), replace=False)
    answers[with_blank, rng.integers(0, items, len(with_blank))] = np.nan
    return answers


def main() -> None:
    rng, known = np.random.default_rng(SEED), packaged_instruments()
    given = {code: sheets(known[code].items, known[code].coding.low, known[code].coding.high, rng) for code in CODES}
    summing: dict[str, list[float]] = {code: [] for code in CODES}
    scoring: dict[str, list[float]] = {code: [] for code in CODES}
    alone: list[float] = []
    one = given["phq9"][:1]
    for turn in range(REPEATS + 1):
        for code in CODES:
            added = seconds(lambda code=code: given[code].sum(axis=1))
            scored = seconds(lambda code=code: score_sheets(known[code], given[code]))
            if turn:  # the first turn warms up
                summing[code].append(added)
                scoring[code].append(scored)
        alone.append(seconds(lambda: score_sheets(known["phq9"], one)))
    added_up = {code: median(times) for code, times in summing.items()}
    scored_up = {code: median(times) for code, times in scoring.items()}
    ratios = {f"{code}_vs_sum": scored_up[code] / added_up[code] for code in CODES}
    ratios["all_vs_sum"] = sum(scored_up.values()) / sum(added_up.values())
    ratios["single_vs_batch_per_sheet"] = median(alone) / (scored_up["phq9"] / SHEETS)
    print(json.dumps({"sheets": SHEETS, "ratios": {name: round(value, 2) for name, value in ratios.items()}}))


if __name__ == "__main__":
    main()
