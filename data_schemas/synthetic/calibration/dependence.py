"""How items, scales, waves and classes hang together."""

import numpy as np

from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.row import Floats, Row, share
from data_schemas.synthetic.items import forms
from data_schemas.synthetic.latent import OF_THE_DAY


def dependence(city: Frames) -> list[Row]:
    """How items, scales, waves and classes hang together."""
    rows = [_latent(city), _alpha(city)]
    rows.append(_retest(city))
    for code, cut in (("phq9", 10), ("cesd", 16)):
        if code in city.sheets:
            rows.append(_persistence(city, code, cut))
    rows += [_years_apart(city), _classes(city)]
    return rows


def _alpha(city: Frames) -> Row:
    """Cronbach's alpha of whole PHQ-9 sheets; Feldt's error."""
    phq, items = city.sheets["phq9"], 9
    answers = phq.answers[phq.usable & (phq.answers >= 0).all(axis=1)].astype(np.float64)
    n, whole = len(answers), float(answers.sum(axis=1).var()) if len(answers) else 0.0
    found = items / (items - 1) * (1 - float(answers.var(axis=0).sum()) / whole) if whole else np.nan
    error = float(np.sqrt(2 * items / ((items - 1) * n))) * (1 - found) if whole else np.nan
    return Row("dependence", "phq9 alpha", "all", 0.84, 0.87, found, error, n)


def _residual(values: Floats, group: np.ndarray) -> Floats:
    average = np.bincount(group, values) / np.maximum(np.bincount(group), 1)
    return np.asarray(values - average[group])


def _correlation(part: str, what: str, bounds: tuple[float, float], one: Floats, two: Floats) -> Row:
    varied = len(one) > 3 and bool(np.std(one)) and bool(np.std(two))
    found = float(np.corrcoef(one, two)[0, 1]) if varied else np.nan
    error = (1 - found**2) / np.sqrt(max(len(one) - 3, 1))
    return Row(part, what, "all", *bounds, found, float(error), len(one))


def _latent(city: Frames) -> Row:
    truth = city.truths[-1]
    here = city.there(len(city.index_dates) - 1) & (city.sex >= 0)
    group = (city.stage * 2 + city.sex)[here]
    traits = (truth.loc[here, name].to_numpy(float) for name in ("depression", "anxiety"))
    one, two = (_residual(trait, group) for trait in traits)
    return _correlation("dependence", "latent depression and anxiety", (0.88, 0.93), one, two)


def _years_apart(city: Frames) -> Row:
    first, last = 0, len(city.index_dates) - 1
    here = city.there(first) & city.there(last) & (city.sex >= 0)
    group = (city.stage * 2 + city.sex)[here]
    one, two = (_residual(city.truths[w].loc[here, "depression"].to_numpy(float), group) for w in (first, last))
    found = _correlation("dependence", "latent depression, first and last wave", (0.5, 0.7), one, two)
    # The truth is kept without the mood of the day; on two days it correlates so much less.
    return Row(*_head(found), found.generated * (1 - OF_THE_DAY), found.error, found.n)


def _head(row: Row) -> tuple[str, str, str, float, float]:
    return row.part, row.what, row.who, row.low, row.high


def _retest(city: Frames) -> Row:
    """The first honest sheet beside one that the same model draws for another day of the same fortnight."""
    phq, rng = city.sheets["phq9"], np.random.default_rng(0)
    wave = len(city.index_dates) - 1
    concealed = city.true("concealed", wave)
    mine = phq.usable & (phq.wave == wave) & ~concealed[phq.student]
    truth = city.truths[wave].iloc[phq.student[mine]]
    traits: Floats = truth[["depression", "anxiety", "suicidality"]].to_numpy(float)
    again = forms()["phq9"].points(rng, traits + np.sqrt(OF_THE_DAY) * rng.normal(size=(len(traits), 1)))
    return _correlation(
        "dependence",
        "phq9 two-week retest (drawn again)",
        (0.70, 0.80),
        phq.total[mine],
        again.sum(axis=1).astype(float),
    )


def _persistence(city: Frames, code: str, cut: int) -> Row:
    sheets, last = city.sheets[code], len(city.index_dates) - 1
    above = np.full((len(city.students), 2), np.nan)
    for side, wave in enumerate((0, last)):
        mine = sheets.usable & (sheets.wave == wave)
        above[sheets.student[mine], side] = sheets.total[mine] >= cut
    stay = (above[:, 0] == 1) & ~np.isnan(above[:, 1])
    hits = above[stay, 1] == 1
    what = f"{code} ≥ {cut} a year later, of those above"
    return share("dependence", what, "all", (0.464 - 0.05, 0.464 + 0.05), hits, np.flatnonzero(stay))


def _classes(city: Frames) -> Row:
    """The share of the variance of PHQ-9 totals that lies between classes of the same stage."""
    phq = city.sheets["phq9"]
    mine = phq.usable & (phq.wave == len(city.index_dates) - 1) & (city.sex[phq.student] >= 0)
    student = phq.student[mine]
    values = _residual(phq.total[mine], (city.stage * 2 + city.sex)[student])
    classes = np.unique(city.class_[student], return_inverse=True)[1]
    size = np.bincount(classes)
    centre = np.bincount(classes, values) / size
    groups, n = len(size), len(values)
    if groups < 2 or n <= groups or not values.std():
        return Row("dependence", "phq9 variance between classes", "all", 0.03, 0.06, np.nan, np.nan, groups)
    between = float((size * centre**2).sum()) / (groups - 1)
    inside = float(((values - centre[classes]) ** 2).sum()) / (n - groups)
    usual = (n - float((size**2).sum()) / n) / (groups - 1)
    found = (between - inside) / (between + (usual - 1) * inside)
    error = np.sqrt(2 / (groups - 1)) * (1 + (usual - 1) * found) * (1 - found) / usual
    return Row("dependence", "phq9 variance between classes", "all", 0.03, 0.06, float(found), float(error), groups)
