"""一生一档: one student's page, from the evidence down to what is missing."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import Concern, Tier
from data_schemas.instruments import Words
from models.assessment import GROUPS, Assessment, InstrumentResult, Reason
from models.triage import BY_CODE, PAGE, Standing, Word
from serving.access import User
from serving.bookings.service import bookings_for
from serving.cases.case import Agreed
from serving.cases.opening import AsksFirst
from serving.cases.service import case_part
from serving.identity.service import identity_part
from serving.links.service import linked_groups
from serving.platform.guard import language_of, local_path
from serving.platform.pages import shows
from serving.platform.render import CHINA, page
from serving.platform.schools import namer
from serving.platform.state import State, instruments_of
from serving.platform.words import instrument_label, instrument_name, pick, say
from serving.reading.pages import ask_page
from serving.student.absences import absences_of
from serving.student.service import form_of, open_student
from serving.student.sheets import courses_of
from serving.student.timeline import circumstances_of, timeline_of
from serving.today import why_unplaced

OUTCOMES = "outcomes"  # the door of what platforms attest
PURPOSES = ("follow_up", "crisis", "quality_audit")
MOST_BARS = 12
SMALLEST_BAR = 0.01  # log-odds: below it a bar has no width to see
TIERS = tuple(Tier)
PLACE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")  # on the list one came from, of how many, as it was read then
CHART = 320  # units of the drawing's width
AXIS = CHART / 4  # the rest is for what raises
# Log-odds of a small and of a medium effect, Cohen's d of 0.2 and 0.5 (Chinn 2000: ln OR = 1.81 d).
SMALL_EFFECT, MEDIUM_EFFECT = 0.36, 0.91
FULL_BAR = 1.5  # log-odds that fill the space to the right of the axis, on every page alike


@dataclass(frozen=True)
class Bar:
    """One reason drawn: from `x`, `width` long, in units of `CHART`, on one scale for all students; `strength` is
    "large", "medium" or "small"."""

    reason: Reason
    x: float
    width: float
    strength: str


@dataclass(frozen=True)
class Bars:
    """Reasons by group in the house's order, the longest first, and how many small ones were left out."""

    groups: tuple[tuple[str, tuple[Bar, ...]], ...]
    left_out: int


def draw_bars(assessment: Assessment, eases: bool) -> Bars:
    """Bars that raise to the right of the axis and ease to the left, those only where it `eases` at all.

    No easing reason is drawn that rests on a value that is missing.
    """
    shown = [reason for reason in assessment.reasons if reason.contribution > 0 or (eases and reason.value is not None)]
    ordered = sorted(
        (reason for reason in shown if abs(reason.contribution) >= SMALLEST_BAR),
        key=lambda reason: (-abs(reason.contribution), reason.feature),
    )
    drawn = ordered[:MOST_BARS]

    def bar(reason: Reason) -> Bar:
        raises, size = reason.contribution > 0, abs(reason.contribution)
        width = min(max(2.0, size / FULL_BAR * (CHART - AXIS)), CHART - AXIS if raises else AXIS)
        return Bar(reason, round(AXIS if raises else AXIS - width, 1), round(width, 1), strength_of(size))

    groups = tuple((group, tuple(bar(reason) for reason in drawn if reason.group == group)) for group in GROUPS)
    return Bars(tuple(group for group in groups if group[1]), len(shown) - len(drawn))


@dataclass(frozen=True)
class Moved:
    """What changed since the screening before: parts that sum to `margin`, and the strongest reasons."""

    since: date
    margin: float
    parts: tuple[tuple[str, float], ...]
    reasons: tuple[Reason, ...]


def strength_of(size: float) -> str:
    """The word for a contribution of so many log-odds."""
    if size < SMALL_EFFECT:
        return "small"
    return "medium" if size < MEDIUM_EFFECT else "large"


def draw_change(assessment: Assessment, eases: bool) -> Moved | None:
    """None where there was no screening before. Where nothing may ease only what raises is told, and no sum."""
    change = assessment.change
    if change is None:
        return None
    parts = (
        ("records", sum(change.records.values())),
        ("time", sum(change.time.values())),
        ("model", change.model),
    )
    if not eases:
        raising = tuple(reason for reason in change.reasons if reason.contribution > 0)
        return Moved(change.since, change.margin, (), raising)
    told = tuple(part for part in parts if abs(part[1]) >= SMALLEST_BAR)
    return Moved(change.since, change.margin, told, change.reasons)


def missing_words(assessment: Assessment, language: str) -> list[str]:
    """A sentence for every source without current data."""
    results = {result.code: result for result in assessment.instruments}
    sentences = []
    for source in assessment.data_quality.missing:
        if source in ("leave", "family", "concern"):
            sentences.append(say(f"missing_{source}", language))
        elif source in results and not results[source].current:
            age = (assessment.as_of - results[source].administered_on).days
            sentences.append(
                say("missing_stale", language, name=pick(instrument_name(results[source]), language), days=age)
            )
        else:
            known = instrument_name(results[source]) if source in results else instrument_label(source)
            sentences.append(
                say("missing_instrument", language, name=pick(known, language) if known else source.upper())
            )
    return sentences


def critical_words(result: InstrumentResult, language: str) -> str:
    """What the critical items of a sheet say. A questionnaire that asks nothing about self-harm says so."""
    if not result.suicidality_covered:
        return say("critical_uncovered", language)
    named = [one.name for one in result.critical_items if one.status == result.critical_status]
    item = say("list_join", language).join(pick(name, language) for name in named) or say("critical_any", language)
    return say(f"critical_{result.critical_status}", language, item=item)


def closed_words(one: Standing, language: str) -> str:
    """Who assessed a piece of evidence, when, and what was found."""
    closing = one.closed_by
    if not isinstance(closing, Word):
        return say("closed_by_contact", language, day=closing.on if closing is not None else "")
    by = say("list_join", language).join(sorted({name for word in one.assessed_by for name in word.persons}))
    level = pick(Words(zh=TIERS[closing.level].zh, en=TIERS[closing.level].en), language)
    said = say("closed_by", language, day=closing.observed_on, by=by, level=level)
    if closing.door == PAGE:
        return said
    return said + say("closed_attested" if closing.door == OUTCOMES else "closed_imported", language)


def show_student(request: Request, user: User, state: State) -> Response:
    """The page of one student. The purpose of the reading stands in the address and goes to the audit log.

    A blind student stays blind until it is asked for, which is another reading with its own purpose.
    """
    student_id = request.path_params["student_id"]
    asked = request.query_params.get("purpose")
    reveal = request.query_params.get("reveal") == "1"
    purpose = asked if asked in PURPOSES and not reveal else PURPOSES[0]
    try:
        file = open_student(state, user, student_id, purpose, reveal)
    except AsksFirst as first:
        return ask_page(request, user, state, first)
    language = language_of(request)
    record = form_of(state, user, file, request.query_params.get("draft")) if file.recording else None
    part = case_part(state, user, file.student, file.present) if record is not None and not record.blind else None
    minutes = timedelta(minutes=state.policy.casework.undo_minutes)
    undoable = [
        (one, one.recorded_at + minutes)
        for one in file.reports
        if one.recorded_by == user.username and one.undone_by is None and state.clock() - one.recorded_at <= minutes
    ]
    show = partial(
        page,
        request,
        user=user,
        school=file.student.school_id,
        synthetic=file.synthetic,
        file=file,
        now=file.present,
        record=record,
        record_status=request.query_params.get("record"),
        record_before=request.query_params.get("before"),
        part=part,
        links=() if part is None else linked_groups(state, user, student_id),
        agreed=tuple(Agreed),
        reported=request.query_params.get("reported"),
        report_status=request.query_params.get("report"),
        case_status=request.query_params.get("case"),
        bookings=bookings_for(state, student_id, notes=not file.blind or reveal),
        year=state.clock().astimezone(CHINA).year,
    )
    asked_back = local_path(request.query_params.get("back") or "/")
    at = PLACE.fullmatch(request.query_params.get("at", ""))
    place = None if at is None else (int(at[1]), int(at[2]))
    show = partial(show, back=asked_back, asked_back=None if asked_back == "/" else asked_back, place=place)
    if file.blind and not reveal:
        return show("blind.html", purpose=purpose)
    now, said = file.present, file.assessment
    eases = not now.open and not now.suspended  # nothing comforts while evidence is open, or of days away from school
    worst = max((floor.tier.ord for floor in now.floors), default=now.tier.ord)
    courses = courses_of(now, file.history, instruments_of(state), state.today())
    past, moves = (() if record is None else record.past), (() if part is None else part.case.events)
    return show(
        "student.html",
        absences=absences_of(file.rows, file.student.school_id, state.calendars, state.today()),
        circumstances=circumstances_of(file.rows, state.today()),
        timeline=timeline_of(now, file.rows, courses, past, moves, file.reports, file.rung, namer(request)),
        undoable=undoable,
        kind_of=Concern.of,
        who_is=identity_part(state, user, file.student, now, request.query_params.get("is")),
        identity_status=request.query_params.get("identity"),
        purpose=purpose,
        queues_of=[BY_CODE[code] for code in file.queues],
        bars=None if said is None else draw_bars(said, eases),
        chart=CHART,
        axis=AXIS,
        courses=courses,
        eases=eases,
        moved=None if said is None else draw_change(said, eases),
        missing=[] if said is None else missing_words(said, language),
        closed_words=lambda one: closed_words(one, language),
        critical_words=lambda result: critical_words(result, language),
        hotlines=max(worst, now.tier.ord) >= Tier.PRIORITY.ord,
        not_alone=now.danger and not now.suspended,
        unplaced=why_unplaced(now) if now.facts.stranger else None,
    )


ROUTES = (shows("/students/{student_id:path}", show_student),)
