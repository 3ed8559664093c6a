"""How many examples a property is tried with: all of them in the whole run, half of them in the everyday one."""

import os

WHOLE = os.environ.get("RUNXIN_TEST_WHOLE", "") not in ("", "0")
FEW = 10  # of so few none is left out


def examples(count: int) -> int:
    return count if WHOLE or count < FEW else count // 2
