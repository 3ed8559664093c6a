"""Whether a model has seen these rows: a sketch of the smallest hashes, from which nobody can be named.

The k smallest hashes of a set are a uniform sample of it (Bar-Yossef et al. 2002). A hash covers a student's
pseudonymous id, day, features and outcome, so it is recognised only by who holds the same row.
"""

from collections.abc import Collection, Sequence

KEPT = 1024
SHARE = 0.05  # above this share of rows recognised, the data count as seen


def sketch(keys: Collection[str]) -> tuple[str, ...]:
    """The smallest `KEPT` hashes of the training rows."""
    return tuple(sorted(set(keys))[:KEPT])


def has_seen(kept: Sequence[str], keys: Collection[str]) -> bool:
    """Whether more than `SHARE` of the rows that would be in the sketch are."""
    if not kept or not keys:
        return False
    known, reach = set(kept), max(kept) if len(kept) == KEPT else "g"  # hex digits end at f
    candidates = {key for key in keys if key <= reach}
    return bool(candidates) and len(candidates & known) / len(candidates) > SHARE
