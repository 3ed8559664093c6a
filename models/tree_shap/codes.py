"""Values as codes: how many of a column's thresholds lie below each, in 16 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.tree_shap.ensemble import NOTHING, ZERO, Columns, Floats, Ints

Codes = NDArray[np.uint16]
Values = NDArray[np.floating[Any]]
# LightGBM's kZeroThreshold (meta.h), a single-precision constant: what is nearer to zero counts as zero.
NEARLY_ZERO = float(np.float32(1e-35))
RIGHT = 65_535  # the code of what is missing and goes right; what goes left has code 0


def codes_of(columns: Columns, values: Values) -> Codes:
    """Codes (columns, n) of `values` (n, p), which are finite or NaN."""
    found: Codes = _codes(values, columns.feature, columns.missing, columns.left, columns.start, columns.thresholds)
    return found


@compiled
def _codes(values: Values, feature: Ints, missing: Ints, goes_left: Ints, start: Ints, thresholds: Floats) -> Codes:
    codes = np.empty((len(feature), len(values)), np.uint16)
    value, low = np.empty(len(values)), np.empty(len(values), np.int64)
    for column in range(len(feature)):
        read, none, zero_too = feature[column], missing[column] == NOTHING, missing[column] == ZERO
        absent = 0 if goes_left[column] else RIGHT
        for row in range(len(values)):
            value[row] = values[row, read]
            if abs(value[row]) <= NEARLY_ZERO or (none and np.isnan(value[row])):
                value[row] = 0.0
        # Halving for all rows at once and without a branch: which way a value goes cannot be guessed.
        low[:] = start[column]
        left_over = start[column + 1] - start[column]
        while left_over > 1:
            half = left_over // 2
            for row in range(len(values)):
                low[row] += half * (thresholds[low[row] + half - 1] < value[row])
            left_over -= half
        for row in range(len(values)):
            code = low[row] - start[column] + (thresholds[low[row]] < value[row])
            codes[column, row] = absent if np.isnan(value[row]) or (zero_too and value[row] == 0.0) else code
    return codes
