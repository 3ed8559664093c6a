"""How surely a wave of the same size would decide, and how many known outcomes it takes."""

from scipy.special import ndtr

from evaluation.figures.bootstrap import Interval

TWO_SIDED = 1.959964  # of 95 %
SURE = 0.841621  # the normal quantile of 80 %


def power(gain: Interval, smallest: float) -> float | None:
    """How likely a wave with as many known outcomes excludes a loss of `smallest` where there is none: the power of a
    non-inferiority comparison with the standard error that `gain` shows. None without an interval."""
    error = standard_error(gain)
    return None if error is None else float(ndtr(smallest / error - TWO_SIDED))


def needed(gain: Interval, smallest: float, known: int) -> int | None:
    """How many known outcomes are needed for a power of 80 %, where `known` gave this interval."""
    error = standard_error(gain)
    return None if error is None or smallest <= 0 else round(known * ((TWO_SIDED + SURE) * error / smallest) ** 2)


def standard_error(gain: Interval) -> float | None:
    low, high = gain["low"], gain["high"]
    return (high - low) / (2 * TWO_SIDED) if low is not None and high is not None and high > low else None
