"""How much of the true need a plain model finds, from each kind of data alone and from all together.

Logistic regression on simple arrays, out of fold by student, against everyone's true need. Nothing here is used to
train or to judge the project's own models.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from data_schemas.calendar import default_calendar
from data_schemas.codes import Concern
from data_schemas.synthetic.calibration.frames import Frames, days
from data_schemas.synthetic.calibration.row import Row
from data_schemas.synthetic.flags import FLAGS

MOST_STUDENTS = 60_000  # more say nothing more
FOLDS, PENALTY = 5, 0.3
FEWEST_CASES = 100
YEAR, RECENT = 365, 90
HIDDEN = ("headache", "digestive", "fatigue", "insomnia", "psychological", "refuses_school")
SUSPECT_AT = 0.93  # an AUROC above which something has leaked
KINDS = ("questionnaire", "leave", "family", "concern", "context")


def honesty(city: Frames) -> list[Row]:
    """AUROC of true need within 90 days at every wave but the first, which has too little leave behind it."""
    arrays, need, student = stacked(city)
    found = {kind: auroc(arrays[kind], need, student) for kind in KINDS}
    found["all"] = auroc(np.hstack(list(arrays.values())), need, student)
    n, what = int(need.sum()), "AUROC of true need"
    rows = [
        Row("honesty", what, who, low, high, found[kind], _error(found[kind], need), n)
        for kind, who, low, high in (
            ("leave", "leave alone", 0.58, 0.68),
            ("family", "family alone", 0.45, 0.62),
            ("all", "all together", 0.75, 0.85),
        )
    ]
    gap, most = found["all"] - found["questionnaire"], max(found.values())
    # Both are of the same students, so that most of the error is shared.
    rows.append(Row("honesty", what, "all less questionnaires alone", -0.01, 0.03, gap, _error(most, need) / 3, n))
    return [*rows, Row("honesty", what, "highest of all", 0.5, SUSPECT_AT, most, _error(most, need), n)]


def _error(area: float, need: NDArray[np.bool_]) -> float:
    """Standard error of an AUROC (Hanley and McNeil 1982)."""
    cases, others = int(need.sum()), int((~need).sum())
    if np.isnan(area) or not cases or not others:
        return float("nan")
    one, two = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    return float(np.sqrt((area * (1 - area) + (cases - 1) * one + (others - 1) * two) / (cases * others)))


def auroc(values: NDArray[np.float64], need: NDArray[np.bool_], student: NDArray[np.int64]) -> float:
    """Out of fold by student; NaN where there are too few cases."""
    if need.sum() < FEWEST_CASES:
        return float("nan")
    scaled = StandardScaler().fit_transform(values)
    model = LogisticRegression(C=PENALTY, solver="newton-cholesky")
    chance = cross_val_predict(model, scaled, need, groups=student, cv=GroupKFold(FOLDS), method="predict_proba")
    return float(roc_auc_score(need, chance[:, 1]))


def stacked(city: Frames) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_], NDArray[np.int64]]:
    """Arrays by kind, true need and student, one row a student and wave."""
    chosen = np.flatnonzero(np.arange(len(city.students)) % max(1, -(-len(city.students) // MOST_STUDENTS)) == 0)
    parts: list[dict[str, NDArray[np.float64]]] = []
    need, student = [], []
    for wave in range(1, len(city.index_dates)):
        here = chosen[city.there(wave)[chosen]]
        day = city.index_dates[wave]
        arrays = {
            "questionnaire": questionnaire(city, wave),
            "leave": leave(city, day),
            "family": family(city, day),
            "concern": concern(city, day),
            "context": context(city),
        }
        parts.append({kind: array[here] for kind, array in arrays.items()})
        need.append(city.true("need", wave)[here])
        student.append(here)
    joined = {kind: np.vstack([part[kind] for part in parts]) for kind in KINDS}
    return joined, np.concatenate(need), np.concatenate(student)


def questionnaire(city: Frames, wave: int) -> NDArray[np.float64]:
    """Of each questionnaire: total as it stands to the others', critical item, the highest total before, no sheet."""
    columns = []
    for sheets in city.sheets.values():
        usable = sheets.usable
        centre, spread = sheets.total[usable].mean(), sheets.total[usable].std()
        mine, before = usable & (sheets.wave == wave), usable & (sheets.wave < wave)
        now, earlier, critical, here = (np.zeros(len(city.students)) for _ in range(4))
        now[sheets.student[mine]] = (sheets.total[mine] - centre) / spread
        here[sheets.student[mine]] = 1
        np.maximum.at(earlier, sheets.student[before], (sheets.total[before] - centre) / spread)
        asked = sheets.wave == wave
        critical[sheets.student[asked]] = sheets.critical[asked]
        columns += [now, earlier, critical, here]
    return np.column_stack(columns)


def leave(city: Frames, day: int) -> NDArray[np.float64]:
    """Counts of what was recorded by the day: episodes, days, truancy, vague reasons, days of return, suspensions."""
    frame = city.city.dataset.tables["leaves"]
    start, known = days(frame["start_on"]), days(frame["recorded_on"]) <= day
    student, kind = city.places(frame["student_id"]), frame["type"].to_numpy(str)
    until = default_calendar().school_days_until
    lost = until(np.minimum(days(frame["end_on"]), day)) - until(start - 1)
    hidden = frame["reason_code"].isin(HIDDEN).to_numpy()
    own = np.isin(kind, ("sick", "personal", "unexcused"))
    back = default_calendar().is_return_day(start) & own
    counts = []
    for window in (RECENT, YEAR):
        inside = known & (start > day - window)
        for which, weight in (
            (own, None),
            (own, lost),
            (kind == "unexcused", None),
            (hidden & own, None),
            (back, None),
            (kind == "personal", None),
        ):
            rows = inside & which
            given = None if weight is None else weight[rows].astype(np.float64)
            counts.append(np.bincount(student[rows], given, len(city.students)))
    away = known & (kind == "suspension")
    counts.append(np.bincount(student[away], minlength=len(city.students)))
    table = np.sqrt(np.column_stack(counts).astype(np.float64))
    return np.hstack([table, table > 0])


def family(city: Frames, day: int) -> NDArray[np.float64]:
    """Whether each circumstance is a verified yes on the day, and whether it is unknown."""
    frame = city.city.dataset.tables["family"]
    now = (days(frame["recorded_on"]) <= day) & (days(frame["valid_from"]) <= day)
    until = days(frame["valid_to"].fillna(frame["valid_from"].max()))
    now &= frame["valid_to"].isna().to_numpy() | (until >= day)
    flag = [one.code for one in FLAGS]
    place = np.array([flag.index(code) for code in frame["flag"].unique()])[frame["flag"].factorize()[0]]
    student = city.places(frame["student_id"])
    table = np.zeros((len(city.students), 2 * len(flag)))
    for offset, value in ((0, "yes"), (len(flag), "unknown")):
        rows = now & (frame["value"] == value).to_numpy() & (frame["verified_by"].notna().to_numpy() | bool(offset))
        table[student[rows], place[rows] + offset] = 1
    return table


def concern(city: Frames, day: int) -> NDArray[np.float64]:
    """How many reports of each kind in a year."""
    frame = city.city.dataset.tables["concerns"]
    reported = days(frame["reported_on"])
    known = (
        (days(frame["recorded_on"]) <= day) & (reported > day - YEAR) & (frame["value"] != "no").fillna(True).to_numpy()
    )
    student, codes = city.places(frame["student_id"]), [one.code for one in Concern]
    kind = np.array([codes.index(code) for code in frame["kind"].unique()])[frame["kind"].factorize()[0]]
    table = np.zeros((len(city.students), len(codes)))
    np.add.at(table, (student[known], kind[known]), 1)
    return np.minimum(table, 3)


def context(city: Frames) -> NDArray[np.float64]:
    """Stage and sex."""
    return np.column_stack([city.stage[:, None] == np.arange(1, 4), city.sex == 1]).astype(np.float64)
