"""What changed between two days: what came in, what grew older, and another model; together exactly the change of the
margin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.instruments import Words
from models.artifact import Artifact
from models.assessment import MarginChange, Reason
from models.columns import NO_DAY
from models.explanation import LEAST_CONTRIBUTION, Explained, explained, says_something, topic_reason
from models.features import build_features
from models.features.catalogue import YES_OR_NO
from models.features.marks import BLANK_ITEM
from models.records import Records, Rows
from models.risk_model import contributions, margins
from models.sentences import figure_words, mark_of
from models.sheets import Ints
from models.suspensions import suspended

MOST_CHANGES = 3
AT_ONCE = 8192  # students
EVENT_DAYS = {"leaves": "start_on", "leave_totals": "until_on", "family": "valid_from", "concerns": "reported_on"}


@dataclass(frozen=True)
class Earlier:
    """What an earlier screening said of a student: its day and its margin in log-odds."""

    as_of: date
    margin: float


def changes(
    records: Records, as_of: date, artifact: Artifact, earlier: Mapping[str, Earlier]
) -> dict[str, MarginChange]:
    """For each student of `earlier`, from that day to `as_of`.

    With the artifact's model three margins are looked at: of what was known then as of then, of the same as of now,
    and of what is known now. From the first to the second time passed, from the second to the third records came in;
    what is left to the earlier margin is another model, or records that were corrected since.
    """
    topics, found = artifact.topics, {}
    away = suspended(records, date_to_day(as_of))
    places = {str(student): place for place, student in enumerate(records.ids)}
    for on in sorted({one.as_of for one in earlier.values()}):
        mine = [student for student, one in earlier.items() if one.as_of == on and student in places]
        then, now = date_to_day(on), date_to_day(as_of)
        known = known_by(records, then)
        stages = ((known, then), (known, now), (records, now))
        matrices = [build_features(said, artifact.recipe, day) for said, day in stages]
        for begin in range(0, len(mine), AT_ONCE):
            part = mine[begin : begin + AT_ONCE]
            rows = np.array([places[student] for student in part])
            spoken = []
            for matrix in matrices:
                values = matrix.where(rows)
                scored = margins(artifact.model, values.values)
                phi = contributions(artifact.model, values.values, scored)
                spoken.append(explained(topics, values, phi, scored.overflow))
            for row, student in enumerate(part):
                found[student] = _change(row, earlier[student], spoken, artifact, places[student] in away)
    return found


def known_by(records: Records, day: int) -> Records:
    """What was on record by the end of a day. How far feeds reach stays as it is: that nothing more came of a table
    is known as well."""
    sheets = {code: one.take(np.flatnonzero(one.known(day))) for code, one in records.sheets.items()}
    events = {
        name: _by(rows, EVENT_DAYS[name], day) if name in EVENT_DAYS else rows for name, rows in records.events.items()
    }
    own = {name: _by(rows, "observed_on", day) for name, rows in records.own.items()}
    return replace(records, sheets=sheets, events=events, own=own)


def _by(rows: Rows, happened_on: str, day: int) -> Rows:
    recorded: Ints = rows["recorded_on"]
    return rows.where(np.where(recorded == NO_DAY, rows[happened_on], recorded) <= day)


def _change(row: int, earlier: Earlier, spoken: Sequence[Explained], artifact: Artifact, away: bool) -> MarginChange:
    first, aged, last = spoken
    came, passed = last.by_group[row] - aged.by_group[row], aged.by_group[row] - first.by_group[row]
    before, after = (one.base + float(one.by_group[row].sum()) for one in (first, last))
    return MarginChange(
        since=earlier.as_of,
        margin=after - earlier.margin,
        records=last.named(came),
        time=last.named(passed),
        model=before - earlier.margin,
        reasons=_reasons(row, last.by_topic[row] - first.by_topic[row], first, last, artifact, away),
    )


def _reasons(
    row: int, moved: np.ndarray, first: Explained, last: Explained, artifact: Artifact, away: bool
) -> tuple[Reason, ...]:
    """What moved most, in the words of today and with the figure of then; what is no longer said has none. Of a student
    who is suspended nothing that eases is said."""
    order = sorted(range(len(moved)), key=lambda topic: (-abs(moved[topic]), last.topics.names[topic]))
    order = [topic for topic in order if moved[topic] > 0 or not away]
    found: list[Reason] = []
    for topic in order:
        if abs(moved[topic]) < LEAST_CONTRIBUTION or len(found) == MOST_CHANGES:
            break
        reason = topic_reason(row, topic, float(moved[topic]), last, artifact.instruments)
        if reason is not None:
            found.append(_with_before(reason, row, last.topics.leads[topic], first, artifact))
    return tuple(found)


def _with_before(reason: Reason, row: int, place: int, first: Explained, artifact: Artifact) -> Reason:
    """The sentence with the figure of then, where there was another one that could be said."""
    feature, indicator = first.topics.features[place], first.topics.indicator[place]
    before = float(first.figures[row, place])
    missing = indicator >= 0 and first.figures[row, indicator] == 1.0
    if reason.value is None or reason.group == "family" or missing or before == reason.value:
        return reason
    if feature.unit == YES_OR_NO or mark_of(row, feature, first.matrix) == BLANK_ITEM:
        return reason
    if not says_something(row, feature, before, first.matrix):
        return reason
    then = figure_words(row, feature, before, first.matrix, artifact.instruments)
    return replace(
        reason, text=Words(zh=f"{reason.text.zh}，此前 {then.zh}", en=f"{reason.text.en}; before: {then.en}")
    )
