"""What the sheets say, beside what is published of such sheets."""

import numpy as np

from data_schemas.codes import Concern, FamilyFlag
from data_schemas.synthetic.calibration.frames import SEXES, Frames, Scored, days
from data_schemas.synthetic.calibration.row import Floats, Row, log_odds, rate_ratio, share
from data_schemas.synthetic.flags import CIRCUMSTANCES
from data_schemas.synthetic.items import forms
from data_schemas.synthetic.latent import (
    BULLIED_LOG_ODDS,
    GAD_10,
    ITEM_9,
    MALTREATED_LOG_ODDS,
    OF_THE_DAY,
    PHQ_10,
    TRANSFERRED_LOG_ODDS,
)
from data_schemas.synthetic.questionnaires import CARELESS, LOW_MOOD_MISSES, NOT_RESPONDING, YOUNGEST_GRADE, school_year
from data_schemas.synthetic.sleep import SHORT_SLEEP
from data_schemas.synthetic.structure import STAGES

PHQ_5 = np.array([0.4665, 0.5299])  # totals of 5 or more, boys and girls: Hangzhou, n = 12,241, ages 10–19
KNOWN_LOG_ODDS = (
    FamilyFlag.LEFT_BEHIND,
    FamilyFlag.DIVORCED_SINGLE,
    FamilyFlag.REMARRIED,
    FamilyFlag.LOW_INCOME,
    FamilyFlag.PARENT_ILLNESS_DISABILITY,
)


def prevalence(city: Frames) -> list[Row]:
    """Shares above cuts by stage and sex, positive item 9, short sleep."""
    rows = []
    for code, published in (("phq9", PHQ_10), ("gad7", GAD_10)):
        sheets = city.sheets[code]
        for (stage, sex), target in np.ndenumerate(published):
            mine = sheets.usable & (city.stage[sheets.student] == stage) & (city.sex[sheets.student] == sex)
            who = f"{STAGES[stage].code}, {SEXES[sex]}"
            rows.append(_share_of(city, sheets, mine, sheets.total >= 10, f"{code} ≥ 10", who, target, 0.02))
    phq = city.sheets["phq9"]
    for sex, target in enumerate(PHQ_5):
        mine = phq.usable & (city.sex[phq.student] == sex)
        rows.append(_share_of(city, phq, mine, phq.total >= 5, "phq9 ≥ 5", SEXES[sex], target, 0.05))
    for stage, target in enumerate(ITEM_9):
        mine = (phq.answers[:, 8] >= 0) & ~phq.suspect & (city.stage[phq.student] == stage)
        hits = phq.answers[:, 8] >= 1
        rows.append(_share_of(city, phq, mine, hits, "phq9 item 9 ≥ 1", STAGES[stage].code, target, 0.015))
    for code, what, low, high, cut in (("cesd", "cesd ≥ 16", 0.217, 0.282, 16), ("mht", "mht ≥ 65", 0.0175, 0.103, 65)):
        if code in city.sheets:
            sheets = city.sheets[code]
            hits = sheets.total[sheets.usable] >= cut
            rows.append(share("prevalence", what, "all", (low, high), hits, city.class_[sheets.student[sheets.usable]]))
    return rows + _sleep(city)


def _share_of(
    city: Frames, sheets: Scored, mine: np.ndarray, hits: np.ndarray, what: str, who: str, target: float, give: float
) -> Row:
    bounds = (float(target) - give, float(target) + give)
    return share("prevalence", what, who, bounds, hits[mine], city.class_[sheets.student[mine]])


def _sleep(city: Frames) -> list[Row]:
    concerns = city.city.dataset.tables["concerns"]
    asked = concerns[(concerns["kind"] == Concern.SLEEP_SHORT.code) & (concerns["source"] == "student")]
    student, short = city.places(asked["student_id"]), (asked["value"] == "yes").to_numpy()
    rows = []
    for stage, target in enumerate(SHORT_SLEEP):
        mine = city.stage[student] == stage
        bounds = (target - 0.03, target + 0.03)
        rows.append(
            share("prevalence", "sleep below standard", STAGES[stage].code, bounds, short[mine], city.class_[student[mine]])
        )
    return rows


def response(city: Frames) -> list[Row]:
    """Who has no sheet, or one that does not hold; how often low mood is missing; who conceals."""
    rows, answered = [], [np.zeros(len(city.students), dtype=bool) for _ in city.index_dates]
    for sheets in city.sheets.values():
        for wave, done in enumerate(answered):
            done[sheets.student[sheets.wave == wave]] = True
    expected = [_expected(city, wave) for wave in range(len(city.index_dates))]
    silent = [due & ~done for due, done in zip(expected, answered, strict=True)]
    for stage, target in enumerate(NOT_RESPONDING):
        hits = np.concatenate([one[due & (city.stage == stage)] for one, due in zip(silent, expected, strict=True)])
        group = np.concatenate([city.class_[due & (city.stage == stage)] for due in expected])
        bounds = (target - 0.01, target + 0.01)
        rows.append(share("response", "no sheet", STAGES[stage].code, bounds, hits, group))
    for stage, target in enumerate(CARELESS):
        kept = [sheets for code, sheets in city.sheets.items() if code != "gad7"]  # one sheet a sitting
        void = np.concatenate([~one.usable[city.stage[one.student] == stage] for one in kept])
        group = np.concatenate([city.class_[one.student[city.stage[one.student] == stage]] for one in kept])
        rows.append(share("response", "invalid sheet", STAGES[stage].code, (target - 0.01, target + 0.01), void, group))
    events, time = np.zeros((len(STAGES), 2)), np.zeros((len(STAGES), 2))
    for wave, due in enumerate(expected):
        for side, low in enumerate((~city.true("low_mood", wave), city.true("low_mood", wave))):
            events[:, side] += np.bincount(city.stage[silent[wave] & low], minlength=len(STAGES))
            time[:, side] += np.bincount(city.stage[due & low], minlength=len(STAGES))
    ratio = (LOW_MOOD_MISSES - 0.25, LOW_MOOD_MISSES + 0.25)
    rows.append(
        rate_ratio("response", "no sheet, times with low mood", "all", ratio, events, time, np.arange(len(STAGES)))
    )
    return [*rows, _concealed(city)]


def _expected(city: Frames, wave: int) -> np.ndarray:
    """Who was to fill in a sheet: there, consenting, in a screened grade, not suspended, enrolled before the wave."""
    tables, day = city.city.dataset.tables, city.index_dates[wave]
    due = np.zeros(len(city.students), dtype=bool)
    due[city.places(tables["consents"]["student_id"])] = True
    due &= city.there(wave)
    grade = city.students["grade"].to_numpy(np.int64)
    due &= grade - (school_year(city.index_dates[-1]) - school_year(int(day))) >= YOUNGEST_GRADE
    gone = tables["leaves"][tables["leaves"]["type"] == "suspension"]
    away = (days(gone["start_on"]) <= day) & (days(gone["end_on"]) >= day)
    due[city.places(gone["student_id"])[away]] = False
    asked = np.concatenate([sheets.day[sheets.wave == wave] for sheets in city.sheets.values()])
    due &= days(city.students["enrolled_on"]) <= asked.min()
    return due


def _concealed(city: Frames) -> Row:
    sheets = city.sheets["phq9"]
    need = np.stack([city.true("need", wave) for wave in range(len(city.index_dates))], axis=1)
    mine = ~np.isnan(sheets.total) & need[sheets.student, sheets.wave]
    hits = sheets.total[mine] < 5
    return share("response", "phq9 < 5 of those in need", "all", (0.17, 0.23), hits, sheets.student[mine])


def dependence(city: Frames) -> list[Row]:
    """How items, scales, waves and classes hang together."""
    phq, who = city.sheets["phq9"], "all"
    rows = [_latent(city)]
    whole = phq.usable & (phq.answers >= 0).all(axis=1)
    answers = phq.answers[whole].astype(np.float64)
    alpha = 9 / 8 * (1 - answers.var(axis=0).sum() / answers.sum(axis=1).var())
    rows.append(Row("dependence", "phq9 alpha", who, 0.84, 0.87, float(alpha), 0.02 * np.sqrt(200 / len(answers)), len(answers)))
    rows.append(_retest(city))
    for code, cut in (("phq9", 10), ("cesd", 16)):
        if code in city.sheets:
            rows.append(_persistence(city, code, cut))
    rows += [_years_apart(city), _classes(city)]
    return rows + _exposures(city)


def _residual(values: Floats, group: np.ndarray) -> Floats:
    return values - (np.bincount(group, values) / np.maximum(np.bincount(group), 1))[group]


def _correlation(part: str, what: str, bounds: tuple[float, float], one: Floats, two: Floats) -> Row:
    found = float(np.corrcoef(one, two)[0, 1]) if len(one) > 3 else np.nan
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
        "dependence", "phq9 two-week retest (drawn again)", (0.70, 0.80), phq.total[mine], again.sum(axis=1).astype(float)
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
    between = float((size * centre**2).sum()) / max(groups - 1, 1)
    inside = float(((values - centre[classes]) ** 2).sum()) / max(n - groups, 1)
    usual = (n - float((size**2).sum()) / n) / max(groups - 1, 1)
    found = (between - inside) / (between + (usual - 1) * inside)
    error = np.sqrt(2 / max(groups - 1, 1)) * (1 + (usual - 1) * found) * (1 - found) / usual
    return Row("dependence", "phq9 variance between classes", "all", 0.03, 0.06, float(found), float(error), groups)


def _exposures(city: Frames) -> list[Row]:
    """Log-odds of a total of 10 or more with each circumstance, as the roster says or, where nobody knows, as true."""
    phq, last = city.sheets["phq9"], len(city.index_dates) - 1
    mine = phq.usable & (phq.wave == last)
    student, hits = phq.student[mine], phq.total[mine] >= 10
    strata = city.stage[student] * 2 + np.maximum(city.sex[student], 0)
    family = city.city.dataset.tables["family"]
    now = family[(family["value"] == "yes") & family["valid_to"].isna()]
    exposed = {}
    for flag in KNOWN_LOG_ODDS:
        has = np.zeros(len(city.students), dtype=bool)
        has[city.places(now.loc[now["flag"] == flag.code, "student_id"])] = True
        exposed[flag.code] = (has, CIRCUMSTANCES[flag][1])
    concerns = city.city.dataset.tables["concerns"]
    moved = np.zeros(len(city.students), dtype=bool)
    moved[city.places(concerns.loc[concerns["kind"] == Concern.TRANSFER.code, "student_id"])] = True
    exposed["transfer"] = (moved, TRANSFERRED_LOG_ODDS)
    exposed["bullied (true)"] = (city.true("bullied", last), BULLIED_LOG_ODDS)
    exposed["maltreated (true)"] = (city.true("maltreated", last), MALTREATED_LOG_ODDS)
    return [
        log_odds("exposures", "log-odds of phq9 ≥ 10", name, (target - 0.15, target + 0.15), hits, has[student], strata)
        for name, (has, target) in exposed.items()
    ]
