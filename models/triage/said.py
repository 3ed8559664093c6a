"""What lists and records sent since say of one student, taken together.

A record holds what a platform knows, often one questionnaire or one report: what it does not speak of stands as it was
said before. The model's tier and its reasons are those of one assessment; what has to be done about a student is all
that anybody has asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from models.assessment import Assessment, InstrumentResult, Retest, Task
from models.came import Came


def newest_said(published: Assessment | None, sent: Sequence[Assessment]) -> Assessment | None:
    """Records `sent` since the list, in their order, may each raise what was said before; none lowers it, since the
    next may hold a single contact. The next screening settles it."""
    said = published
    for one in sent:
        # The higher tier, and of one tier what comes later with a sheet.
        if said is None or (_model_ord(one), one.screened) > (_model_ord(said), False):
            said = one
    return said


def taken_together(
    said: Assessment, published: Assessment | None, every: Sequence[Assessment], today: date
) -> Assessment:
    """`said` with what all others ask for as well.

    `every` are the list's assessment and those of records, in the order in which they came, `said` among them. Of each
    questionnaire the newest sheet counts, and what is to be asked or repeated because of it. A suspension is as that of
    the newest day says that knows of leave (a list without that table ends none), and is over once its last day is.
    """
    since = every if published is None else every[every.index(published) :]
    retests, sheets = _newest_sheets(every)
    away = newest_of_leave(every) or said
    going_on = away.suspended_until is None or away.suspended_until >= today
    missing = _missing(said, [one for one in (published, *since) if one is not None], sheets)
    return replace(
        said,
        instruments=tuple(sheets),
        data_quality=replace(said.data_quality, retest=tuple(retests), missing=missing),
        tasks=tuple(_tasks(every)),
        screened=said.screened or (published is not None and published.screened),
        severity=said.severity if published is None or said.screened else max(said.severity, published.severity),
        suspended_since=away.suspended_since if going_on else None,
        suspended_until=away.suspended_until if going_on else None,
    )


def as_received(assessment: Assessment, came: Came) -> Assessment:
    """A record's assessment, in which each thing that it asks for says when and in which file it was here: who was
    reached before, or of whom it stood in another file, had not heard of it, however early somebody elsewhere knew."""
    quality = assessment.data_quality
    tasks = tuple(replace(task, came=came) for task in assessment.tasks)
    retests = tuple(replace(retest, came=came) for retest in quality.retest)
    return replace(assessment, tasks=tasks, data_quality=replace(quality, retest=retests))


def knows_of_leave(assessment: Assessment) -> bool:
    """Whether it says of a suspension that it goes on, or that there is none."""
    return assessment.suspended_since is not None or "leave" not in assessment.data_quality.missing


def newest_of_leave(every: Sequence[Assessment]) -> Assessment | None:
    """Whose word on leave counts: that of the newest day, and of one day the one that came last. What is sent today
    about last year says nothing of today."""
    known = [(one.as_of, place) for place, one in enumerate(every) if knows_of_leave(one)]
    return every[max(known)[1]] if known else None


def _model_ord(assessment: Assessment) -> int:
    return -1 if assessment.model_tier is None else assessment.model_tier.ord


def _newest_sheets(every: Sequence[Assessment]) -> tuple[list[Retest], list[InstrumentResult]]:
    """Of each questionnaire its newest sheet; of one day, the one that came last."""
    newest: dict[str, tuple[date, int]] = {}
    for place, one in enumerate(every):
        days = {result.code: result.administered_on for result in one.instruments}
        asked = {retest.instrument: one.as_of for retest in one.data_quality.retest}
        for code, day in (asked | days).items():
            newest[code] = max(newest.get(code, (day, place)), (day, place))
    of = {code: every[place] for code, (_, place) in newest.items()}
    retests = [retest for code, one in of.items() for retest in one.data_quality.retest if retest.instrument == code]
    return retests, [result for code, one in of.items() for result in one.instruments if result.code == code]


def _missing(said: Assessment, others: Sequence[Assessment], sheets: Sequence[InstrumentResult]) -> tuple[str, ...]:
    """What `said` lacks, but for questionnaires of which another has the sheet that counts."""
    counts = {sheet.code: sheet for sheet in sheets}
    there: set[str] = set()
    for one in others:
        for sheet in one.instruments:
            lacks = sheet.code in there or sheet.code in one.data_quality.missing
            if not lacks and counts.get(sheet.code) == sheet:
                there.add(sheet.code)
    return tuple(source for source in said.data_quality.missing if source not in there)


def _tasks(every: Sequence[Assessment]) -> list[Task]:
    """Each task once, as it was last put and since it was first here, by the day it is about."""
    put: dict[tuple[date, str, str], Task] = {}
    for task in (task for one in every for task in one.tasks):
        key = task.on, task.kind, task.text.zh
        put[key] = replace(task, came=put.get(key, task).came)
    return [put[key] for key in sorted(put)]
