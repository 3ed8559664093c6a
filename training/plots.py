"""The only doorway to matplotlib and shap: pictures a person would look at beside a run."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evaluation import calibration_curve, list_curve
from models.risk_model import contributions, margins
from training.train import Trained

SYNTHETIC = "synthetic data"
BEESWARM_ROWS = 2000


def write_plots(trained: Trained, tier_counts: Mapping[str, int], folder: Path) -> None:
    """Write calibration, list value, SHAP beeswarm and tier counts as PNG files into `folder`."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with pyplot.rc_context({"figure.figsize": (7, 5), "figure.dpi": 120, "axes.grid": True, "grid.alpha": 0.3}):
        for name, draw in (
            ("calibration", _calibration),
            ("list_value", _list_value),
            ("beeswarm", _beeswarm),
        ):
            draw(trained)
            _save(folder / f"{name}.png", trained)
        pyplot.figure()
        bars = pyplot.bar(list(tier_counts), list(tier_counts.values()), color="0.35")
        pyplot.bar_label(bars)
        pyplot.title("Students by tier of the model alone")
        _save(folder / "tiers.png", trained)


def _save(path: Path, trained: Trained) -> None:
    from matplotlib import pyplot

    figure = pyplot.gcf()
    if trained.artifact.manifest.training["synthetic"]:
        figure.text(0.99, 0.01, SYNTHETIC, ha="right", color="0.4")
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)


def _calibration(trained: Trained) -> None:
    from matplotlib import pyplot

    scored = trained.scored
    points = calibration_curve(scored.outcome, scored.probability, scored.weight)
    predicted, observed = [p["predicted"] for p in points], [p["observed"] for p in points]
    most = max([*predicted, *observed, 0.05])
    pyplot.figure()
    pyplot.plot([0, most], [0, most], color="0.6", linestyle="--", label="perfect")
    pyplot.plot(predicted, observed, marker="o", color="0.1", label="held-out tenths")
    pyplot.xlabel("mean predicted probability")
    pyplot.ylabel("observed rate")
    pyplot.title("Calibration")
    pyplot.legend()


def _list_value(trained: Trained) -> None:
    from matplotlib import pyplot

    scored, shares = trained.scored, np.linspace(0.01, 0.3, 30)
    pyplot.figure()
    for name, score in {"model": scored.margin, **scored.baselines}.items():
        points = list_curve(scored.outcome, score, scored.weight, shares)
        (line,) = pyplot.plot(shares, [p["recall"] for p in points], label=f"{name}: recall")
        pyplot.plot(shares, [p["precision"] for p in points], linestyle=":", color=line.get_color())
    pyplot.xlabel("length of the list, as a share of students")
    pyplot.ylabel("recall (lines), precision (dots)")
    pyplot.title("What a list of this length finds")
    pyplot.legend()


def _beeswarm(trained: Trained) -> None:
    import shap
    from matplotlib import pyplot

    values = trained.test.matrix.values[:BEESWARM_ROWS]
    model = trained.artifact.model
    phi = contributions(model, values, margins(model, values))
    known = np.asarray(~np.isnan(values).all(axis=0))  # the picture cannot colour a feature that nobody has
    names = [name for name, shown in zip(trained.test.matrix.names, known, strict=True) if shown]
    pyplot.figure()
    shap.plots.beeswarm(
        shap.Explanation(phi.values[:, known], phi.base, values[:, known], feature_names=names),
        max_display=15,
        show=False,
        group_remaining_features=False,
    )
    pyplot.title("Contributions to the margin (log-odds)")
