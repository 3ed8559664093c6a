"""The only doorway to Matplotlib and SHAP: pictures of a report, drawn from its figures.

Labels are drawn in English and kept as text, so that a page may put Chinese in their place without a font of ours.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.figures.contribution_checks import JudgedContributions
from evaluation.figures.groups import LARGEST_GAP
from evaluation.report.names import name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Report = Mapping[str, Any]
SYNTHETIC = "synthetic data"
# Colours that are told apart by most (Okabe & Ito 2008), with a dash each for those who see none.
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
STYLE: dict[Any, Any] = {
    "figure.figsize": (7.2, 4.2),
    "figure.dpi": 120,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "runxin",
}
DPI_OF_DOTS = 150  # thousands of dots are kept as one picture inside the drawing
MOST_FEATURES = 15


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib in our style, drawing to files only."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        yield


def draw_all(report: Report, explained: JudgedContributions) -> dict[str, "Figure"]:
    """Every picture of a report by name; call it and save the pictures inside `drawing()`."""
    pictures: dict[str, Callable[[Axes, Report], None]] = {
        "calibration": _calibration,
        "list_value": _list_value,
        "list_curve": _list_curve,
        "decision_curve": _decision_curve,
        "tiers": _tiers,
        "groups": _groups,
        "contributions": _contributions,
    }
    found = {name: _drawn(report, draw) for name, draw in pictures.items()}
    return {**found, "beeswarm": _beeswarm(report, explained)}


def svg_of(figure: "Figure") -> str:
    """The picture as an SVG file's text, the same for the same picture."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _drawn(report: Report, draw: Callable[["Axes", Report], None]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    draw(figure.add_subplot(), report)
    return _marked(figure, report)


def _marked(figure: "Figure", report: Report) -> "Figure":
    if report["synthetic"]:
        figure.axes[0].set_title(SYNTHETIC, loc="right", color="0.4", fontsize=9)
    return figure


def _calibration(axes: "Axes", report: Report) -> None:
    smooth, tenths = report["calibration"]["smooth"], report["calibration"]["tenths"]
    known = [point for point in tenths if point["observed"] is not None]
    most = max([0.05, *(p["predicted"] for p in known), *(p["observed"] for p in known)]) * 1.05
    axes.plot([0, most], [0, most], color="0.6", linestyle="--", label="perfect")
    if smooth:
        predicted = [p["predicted"] for p in smooth]
        axes.fill_between(
            predicted, [p["low"] for p in smooth], [p["high"] for p in smooth], color="#0072b2", alpha=0.2
        )
        axes.plot(predicted, [p["observed"] for p in smooth], color="#0072b2", label="smooth, 95 % band")
    axes.plot([p["predicted"] for p in known], [p["observed"] for p in known], "o", color="0.1", label="tenths")
    axes.set(xlim=(0, most), ylim=(0, most), xlabel="predicted probability", ylabel="observed rate")
    axes.legend(loc="upper left")


def _list_value(axes: "Axes", report: Report) -> None:
    orders = report["list"]["orders"]
    _whiskers(axes, [(name_of(name, "en"), at["cases_per_interview"]) for name, at in orders.items()])
    axes.set(xlabel="cases found per interview")
    axes.set_xlim(left=0)


def _list_curve(axes: "Axes", report: Report) -> None:
    for place, (name, points) in enumerate(report["list_curves"].items()):
        shares, recalls = [p["share"] for p in points], [_or_nan(p["recall"]) for p in points]
        axes.plot(shares, recalls, label=name_of(name, "en"), color=COLOURS[place], linestyle=DASHES[place])
    axes.set(xlabel="length of the list, share of students", ylabel="recall", ylim=(0, 1))
    axes.legend(loc="upper left")


def _decision_curve(axes: "Axes", report: Report) -> None:
    thresholds, curves = report["decision_curves"]["thresholds"], report["decision_curves"]["curves"]
    highest = 0.01
    for place, (name, points) in enumerate(curves.items()):
        values = [_or_nan(point["value"]) for point in points]
        if name != "all":
            highest = max(highest, np.nanmax(values))
        axes.plot(thresholds, values, label=name_of(name, "en"), color=COLOURS[place], linestyle=DASHES[place])
    model = curves["model"]
    low, high = ([_or_nan(point[end]) for point in model] for end in ("low", "high"))
    axes.fill_between(thresholds, low, high, color=COLOURS[0], alpha=0.1)
    axes.set(xlabel="threshold", ylabel="net benefit", ylim=(-highest / 2, highest * 1.2))
    axes.legend(loc="upper right")


def _tiers(axes: "Axes", report: Report) -> None:
    tiers = report["tiers"]
    _whiskers(axes, [(name_of(code, "en"), tier["base_rate"]) for code, tier in tiers.items()])
    axes.set(xlabel="share with the outcome, by the model's tier")
    axes.set_xlim(left=0)


def _groups(axes: "Axes", report: Report) -> None:
    rows = [
        (f"{name_of(name, 'en')}: {name_of(group, 'en')}", figures["lists"]["line"]["gap"])
        for name, of in report["groups"].items()
        for group, figures in of["groups"].items()
        if figures["shown"]
    ]
    axes.axvline(0, color="0.6")
    axes.axvline(LARGEST_GAP, color="#d55e00", linestyle="--", label="limit")
    _whiskers(axes, rows)
    axes.set(xlabel="recall of the others less that of the group")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)


def _contributions(axes: "Axes", report: Report) -> None:
    groups = report["contributions"]["groups"]
    places = np.arange(len(groups))
    for shift, who, colour in ((-0.2, "model", COLOURS[1]), (0.2, "logistic_regression", COLOURS[5])):
        axes.barh(places + shift, [of[who] for of in groups.values()], 0.38, color=colour, label=name_of(who, "en"))
    axes.set_yticks(places, [name_of(name, "en") for name in groups])
    axes.invert_yaxis()
    axes.set(xlabel="mean size of the contribution, log-odds")
    axes.legend(loc="lower right")


def _beeswarm(report: Report, explained: JudgedContributions) -> "Figure":
    import shap
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    known = np.asarray(~np.isnan(explained.values).all(axis=0))  # the picture cannot colour a feature that nobody has
    names = [name for name, shown in zip(explained.names, known, strict=True) if shown]
    figure = Figure(figsize=(7.2, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shap.plots.beeswarm(
        shap.Explanation(explained.phi[:, known], explained.base, explained.values[:, known], feature_names=names),
        max_display=MOST_FEATURES,
        show=False,
        group_remaining_features=False,
        ax=axes,
        plot_size=None,
    )
    for dots in axes.collections:
        dots.set_rasterized(True)
    axes.tick_params("y", labelsize=10)
    axes.set_xlabel("contribution to the margin, log-odds", fontsize=10)
    return _marked(figure, report)


def _whiskers(axes: "Axes", rows: list[tuple[str, Mapping[str, float | None]]]) -> None:
    """A dot with its interval for each row, the first on top."""
    for place, (_, of) in enumerate(rows):
        if of["value"] is None:
            axes.annotate("cannot be estimated", (0, place), xytext=(4, 0), textcoords="offset points", va="center")
            continue
        axes.plot([_or_nan(of["low"]), _or_nan(of["high"])], [place, place], color="0.1", linewidth=1.5)
        axes.plot([of["value"]], [place], "o", color="0.1")
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
