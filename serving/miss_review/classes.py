"""Why a student for whom something happened stood below the line: one class a case, from what was on record then.

A class says what the records showed. It says nothing of what anybody knew, did or held back.
"""

from collections.abc import Mapping
from datetime import date

from data_schemas.codes import Code
from data_schemas.instruments import Instrument, Score
from models.assessment import Assessment, InstrumentResult

ELSEWHERE = ("leave", "concern", "talk")  # groups of reasons that do not come from the student's own answers


class MissClass(Code):
    UNSCREENED = ("unscreened", "未筛查", "not screened")
    STALE = ("stale", "答卷已过期", "answers out of date")
    CONCEALED = ("concealed", "答卷未显示", "answers gave no sign")
    RANKED_LOW = ("ranked_low", "有迹象，排在线下", "signs there, ranked below the line")
    NOT_REPLAYABLE = ("not_replayable", "无法复算", "cannot be replayed")


def classified(
    assessment: Assessment | None, on: date, instruments: Mapping[str, Instrument], grace_days: int
) -> MissClass:
    """The class of a case by the assessment in force before the day `on`.

    Not screened: no sheet that could be scored and held (never answered, too many blanks, void by its validity scale).
    Out of date: by that day each such sheet was older than its recall window and the policy's grace. No sign: each
    sheet within it lies in its mildest band, subscales too, and no item that is read by itself was answered
    positively or left blank. Everything else: signs were there and the order of the list left the student below.
    """
    scored = (
        [] if assessment is None else [one for one in assessment.instruments if one.valid and one.total is not None]
    )
    if not scored:
        return MissClass.UNSCREENED
    current = [
        one
        for one in scored
        if one.code in instruments and (on - one.administered_on).days <= instruments[one.code].recall.days + grace_days
    ]
    if not current:
        return MissClass.STALE
    return MissClass.RANKED_LOW if any(_signs(one, instruments[one.code]) for one in current) else MissClass.CONCEALED


def also_there(assessment: Assessment | None) -> tuple[str, ...]:
    """What else was on record: `suspect` answers (fast, copied, contradicting …), an open `floor`, and groups of
    reasons other than answers that placed the student further up."""
    if assessment is None:
        return ()
    groups = assessment.group_contributions or {}
    raising = tuple(name for name in ELSEWHERE if groups.get(name, 0.0) > 0)
    suspect = ("suspect",) if any(one.suspect for one in assessment.instruments) else ()
    return (*suspect, *(("floor",) if assessment.floors else ()), *raising)


def _signs(result: InstrumentResult, instrument: Instrument) -> bool:
    """Whether a sheet says anything. Where no bands are agreed, a total speaks from what the definition calls high."""
    if result.soft_items or (result.suicidality_covered and result.critical_status in ("positive", "unknown")):
        return True
    from_on = [high.at_least for high in instrument.high if high.score == "total"]
    if result.band_code is None and any((result.total or 0) >= least for least in from_on):
        return True
    scores = {score.code: score for score in instrument.scores}
    bands = [(instrument.total, result.band_code), *((scores[one.code], one.band_code) for one in result.scores)]
    return any(code is not None and code not in _mildest(score) for score, code in bands)


def _mildest(score: Score) -> set[str]:
    """The codes of the bands that say least, over the sets for different students; of a score that is neither good
    nor bad all of them."""
    ordered = [bands.bands for bands in score.bands if bands.scheme is None]
    if score.polarity == "neutral":
        return {band.code for bands in ordered for band in bands}
    return {bands[-1 if score.polarity == "protective" else 0].code for bands in ordered}
