"""The search for settings of the trees, by Optuna's tree-structured Parzen estimator, until time is up."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from training.fitting.boosting import Boosting
from training.fitting.candidates import Tried

if TYPE_CHECKING:
    from optuna import Trial

# What is searched: lowest, highest, and whether on a scale of logarithms.
SPACE: dict[str, tuple[float, float, bool]] = {
    "learning_rate": (0.01, 0.1, True),
    "ridge": (1.0, 100.0, True),
    "column_share": (0.3, 1.0, False),
    "row_share": (0.5, 1.0, False),
}
WHOLE = {"depth": (2, 6), "leaves": (3, 31), "least_in_leaf": (10, 200)}


def search(
    attempt: Callable[[Boosting], Tried], start: Sequence[Tried], most_rounds: int, seconds: float, seed: int
) -> list[Tried]:
    """Settings tried within `seconds`, beside those of `start`, from which the search learns; the loss out of fold is
    made small. The last one may end later. What is tried hangs on the machine's speed; what was taken is in the
    artifact, and trained again from there it is the same."""
    import optuna  # half a second, and only where somebody searches

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=len(start) + 3))
    distributions: dict[str, optuna.distributions.BaseDistribution] = {
        **{
            name: optuna.distributions.FloatDistribution(low, high, log=log) for name, (low, high, log) in SPACE.items()
        },
        **{name: optuna.distributions.IntDistribution(low, high, log=True) for name, (low, high) in WHOLE.items()},
    }
    for tried in start:
        known = {name: getattr(tried.boosting, name) for name in distributions}
        loss_of = tried.found.log_loss
        study.add_trial(optuna.trial.create_trial(params=known, distributions=distributions, value=loss_of))
    found: list[Tried] = []

    def loss(trial: "Trial") -> float:
        numbers = {name: trial.suggest_float(name, low, high, log=log) for name, (low, high, log) in SPACE.items()}
        counts = {name: trial.suggest_int(name, low, high, log=True) for name, (low, high) in WHOLE.items()}
        counts["leaves"] = min(counts["leaves"], 2 ** counts["depth"])  # more do not fit
        boosting = replace(Boosting(**numbers, **counts), rounds=most_rounds)  # type: ignore[arg-type]
        found.append(attempt(boosting))
        return found[-1].found.log_loss

    study.optimize(loss, timeout=seconds)
    return found
