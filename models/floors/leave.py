"""R16, R17 and the rules of leave: who is back from a suspension or from hospital, or has been away.

Each hangs on one event with a day of its own, and is answered as its tier says. What was not recorded opens nothing and
closes nothing.
"""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import LeaveReason, LeaveType, Stage, Tier
from data_schemas.instruments import Words
from models.assessment import AnswerTime, Floor
from models.contacts import known_contacts
from models.features.leave_days import SPAN, LeaveDays, back_from, episode_starts, leave_days, return_days
from models.floors.floor import make_floor
from models.plurals import one_of
from models.policy import Policy
from models.records import Records, Rows, rows_of
from models.sheets import Bools, Ints
from models.suspensions import not_withdrawn
from runxin.errors import how_many

FREQUENT_WINDOW = 60  # school days
NEARLY = 1e-6  # days: of a difference of two sums
# A stay in hospital for one of these is not for psychological reasons; one without a reason on record may be.
BODILY = tuple(
    reason.place
    for reason in (
        LeaveReason.RESPIRATORY,
        LeaveReason.FEVER,
        LeaveReason.DIGESTIVE,
        LeaveReason.INJURY,
        LeaveReason.MENSTRUAL,
    )
)
Found = Iterator[tuple[int, Floor]]


def leave_floors(records: Records, as_of: int, policy: Policy) -> Found:
    """Every floor of leave by student's place, from what was recorded by the end of day `as_of`."""
    leaves, _ = rows_of(records, "leaves")
    yield from _suspensions(records, not_withdrawn(leaves, as_of), as_of, policy)
    days = leave_days(leaves, as_of, records.school)
    since = as_of - policy.floor_windows.leave_days
    if policy.floors.R17:
        absent = days.where(days.unexcused)
        yield from _unexcused(records, absent.where(~_before_contact(records, absent, as_of)), since, policy)
    if policy.floors.leave_long:
        yield from _long(records, days, since, policy)
        yield from _of_term(records, days, as_of, policy)
    if policy.floors.leave_frequent:
        yield from _frequent(records, days, as_of, policy)
    if policy.floors.leave_return:
        begun = records.school.term_begun(as_of)[days.student]
        recent = records.school.term_of(days.student, days.day) > begun - policy.leave.return_terms
        yield from _returns(records, days.where(recent), policy)


def _unexcused(records: Records, days: LeaveDays, since: int, policy: Policy) -> Found:
    """R17: so many school days in a row without leave and without contact."""
    for tier, needed in ((Tier.WATCH, policy.leave.unexcused_watch), (Tier.PRIORITY, policy.leave.unexcused_priority)):
        for student, start, reached, known in _episodes(records, days, since, needed):
            on = day_to_date(start).isoformat()
            text = Words(
                zh=f"连续旷课 {needed} 个上学日及以上，未见联系记录（{on} 起）",
                en=f"absent without leave for {how_many(needed, 'school day')} or more in a row, no contact on record "
                f"(from {on})",
            )
            yield student, _floor("R17", tier, f"unexcused:{needed}", start, max(known, reached), text)


def _before_contact(records: Records, absent: LeaveDays, as_of: int) -> Bools:
    """Which days of an absence came before a contact, or on its day: the days without contact begin anew. A contact
    counts while the absence goes on, weekends and holidays in it included; what is said after the return does not undo
    that nobody had heard of the student."""
    met = np.zeros(len(absent.day), dtype=bool)
    contacts, school = known_contacts(records, as_of), records.school
    contacts = contacts.where(contacts["contacted_on"] >= max(as_of - SPAN, school.first))
    number = school.school_days_until(absent.student, absent.day)
    spoken = school.school_days_until(contacts.student, contacts["contacted_on"])
    starts = episode_starts(absent, school)
    first, last = np.searchsorted(absent.student, [contacts.student, contacts.student + 1])
    for row, day in enumerate(contacts["contacted_on"].tolist()):
        end = first[row] + int(np.searchsorted(absent.day[first[row] : last[row]], day, side="right"))
        if end > first[row] and number[end - 1] == spoken[row]:
            met[starts[np.searchsorted(starts, end - 1, side="right") - 1] : end] = True
    return met


def _long(records: Records, days: LeaveDays, since: int, policy: Policy) -> Found:
    """长期请假: one episode of so many school days."""
    needed = policy.leave.long_days
    for student, start, reached, known in _episodes(records, days, since, needed):
        on = day_to_date(start).isoformat()
        text = Words(
            zh=f"长期请假：一次 {needed:g} 个上学日及以上（{on} 起）",
            en=one_of(f"a long leave: {needed:g} school days or more at once (from {on})"),
        )
        yield student, _floor("leave-long", Tier.WATCH, "episode", start, max(known, reached), text)


def _episodes(records: Records, days: LeaveDays, since: int, needed: float) -> Iterator[tuple[int, int, int, int]]:
    """Episodes of at least `needed` days that end after `since`: student, first day, the day that reached it, and when
    that became known. An episode is taken whole, so that its first day, which names it, stays the same."""
    for start, end in _runs(episode_starts(days, records.school), len(days.day)):
        passed = np.cumsum(days.weight[start:end])
        if passed[-1] >= needed and days.day[end - 1] > since:
            reached = start + int(np.searchsorted(passed, needed))
            known = int(days.recorded[start : reached + 1].max())
            yield int(days.student[start]), int(days.day[start]), int(days.day[reached]), known


def _of_term(records: Records, days: LeaveDays, as_of: int, policy: Policy) -> Found:
    """长期请假: so large a share of the term's school days, of the term that `as_of` lies in."""
    school, n = records.school, len(records)
    term = school.term_of(np.arange(n), np.full(n, as_of))
    mine = days.where(school.term_of(days.student, days.day) == term[days.student])
    for start, end in _runs(_firsts(mine.student), len(mine.day)):
        here = slice(start, end)
        student = int(mine.student[start])
        calendar = school.which[student]
        whole = int((school.school_day[calendar] & (school.term[calendar] == term[student])).sum())
        passed = np.cumsum(mine.weight[here])
        needed = policy.leave.long_term_share * whole
        if not term[student] or passed[-1] < needed:
            continue
        reached = int(np.searchsorted(passed, needed))
        on, known = int(mine.day[start + reached]), int(mine.recorded[start : start + reached + 1].max())
        share = f"{policy.leave.long_term_share:.0%}"
        text = Words(
            zh=f"本学期请假已达课时的 {share}（{day_to_date(on).isoformat()}）：请告知可申请休学",
            en=f"leave has reached {share} of this term ({day_to_date(on).isoformat()}): a suspension may be asked for",
        )
        yield student, _floor("leave-long", Tier.WATCH, "term", on, known, text)


def _frequent(records: Records, days: LeaveDays, as_of: int, policy: Policy) -> Found:
    """经常请假: more days in 60 school days than nearly all of the stage, in several episodes or of several days. Each
    stretch in which that holds is named by the day on which it began, if that was within the last 60 school days."""
    rule, school = policy.leave, records.school
    above = [rule.frequent_above[stage.code] for stage in Stage]
    above.append(min(above))  # a stage that is not known, -1, hides nobody
    stage = records.students["stage"]
    usual = np.array(above)[stage[days.student]]
    number = school.school_days_until(days.student, days.day)
    first, breaks = _windows(days.student, number)
    passed = np.concatenate([[0.0], np.cumsum(days.weight)])
    near = np.flatnonzero(passed[1:] - passed[first] > usual - NEARLY)
    total = np.array([days.weight[first[row] : row + 1].sum() for row in near.tolist()])
    episodes = 1 + breaks[near] - breaks[first[near]]
    many = (episodes >= rule.frequent_episodes) | (total >= rule.frequent_days)
    held = np.zeros(len(number) + 1, dtype=bool)
    held[1 + near] = (total > usual[near]) & many
    same = np.append(False, np.diff(days.student) == 0)[: len(number)]
    begins = held[1:] & ~(held[:-1] & same)
    begins &= back_from(days.student, days.day, as_of, school) < FREQUENT_WINDOW
    for at in np.flatnonzero(begins[near]).tolist():
        row = int(near[at])
        known = int(days.recorded[first[row] : row + 1].max())
        yield int(days.student[row]), _often(int(days.day[row]), known, float(total[at]), int(episodes[at]))


def _windows(student: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Of each day of leave the first of the student's within the same 60 school days, `number` being the running
    number of the school day; and how many times until then a day did not follow on the one before."""
    apart = int(number.max(initial=0)) + FREQUENT_WINDOW
    key = student * apart + number
    first = np.searchsorted(key, np.maximum(key - (FREQUENT_WINDOW - 1), student * apart))
    return first, np.cumsum(np.append(False, np.diff(number) != 1)[: len(number)])


def _often(day: int, known: int, total: float, episodes: int) -> Floor:
    on = day_to_date(day).isoformat()
    text = Words(
        zh=f"经常请假：60个上学日内 {total:g} 天、{episodes} 次（至 {on}）",
        en=one_of(f"often on leave: {total:g} days in {episodes} episodes within 60 school days (by {on})"),
    )
    return _floor("leave-frequent", Tier.WATCH, "frequent", day, known, text)


def _returns(records: Records, days: LeaveDays, policy: Policy) -> Found:
    """节假日返校即请假: leave on so many return days, or on the school day after."""
    who, on, recorded = return_days(days, records.school)
    for start, end in _runs(_firsts(who), len(who)):
        times, last = end - start, start + int(on[start:end].argmax())
        if times < policy.leave.return_times:
            continue
        student, known = int(who[start]), int(recorded[start:end].max())
        day = day_to_date(int(on[last])).isoformat()
        text = Words(
            zh=f"节假日返校即请假 {times} 次（最近 {day}）",
            en=f"on leave right after a holiday {how_many(times, 'time')} (last on {day})",
        )
        yield student, _floor("leave-return", Tier.WATCH, "return", int(on[last]), known, text)


def _firsts(student: Ints) -> Ints:
    """Where each student's rows begin; rows of a student stand together."""
    return np.flatnonzero(np.append(True, np.diff(student) != 0)) if len(student) else np.zeros(0, dtype=np.int64)


def _runs(starts: Ints, length: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each run of rows."""
    return zip(starts.tolist(), [*starts[1:].tolist(), length] if len(starts) else [], strict=True)


def _suspensions(records: Records, leaves: Rows, as_of: int, policy: Policy) -> Found:
    """R16 after a return from a suspension or from hospital, and a suspension that is over without the record of a
    return. The newest suspension counts, and of two that begin on one day the one recorded last; recorded on one day,
    the one that ends first."""
    suspended = leaves.where((leaves["type"] == LeaveType.SUSPENSION.place) & (leaves["start_on"] <= as_of))
    returns = leaves.where((leaves["type"] == LeaveType.RESUMPTION.place) & (leaves["start_on"] <= as_of))
    newest = _last_of_each(suspended, suspended["start_on"], suspended["recorded_on"], -suspended["end_on"])
    back = _last_of_each(returns, returns["start_on"], -returns["recorded_on"])
    if policy.floors.R16:
        yield from _back(returns, back, "resumption", Words(zh="复学不久", en="back from a suspension"), as_of, policy)
        stays = leaves.where((leaves["type"] == LeaveType.DISCHARGE.place) & (leaves["start_on"] <= as_of))
        stays = stays.where(~np.isin(stays["reason_code"], BODILY))
        home = _last_of_each(stays, stays["start_on"], -stays["recorded_on"])
        text = Words(zh="住院后返校不久", en="back from a hospital stay")
        yield from _back(stays, home, "discharge", text, as_of, policy)
    if not policy.floors.suspension_expired:
        return
    for student, row in newest.items():
        over = int(suspended["end_on"][row])
        returned = student in back and returns["start_on"][back[student]] >= suspended["start_on"][row]
        if not returned and 0 < as_of - over <= policy.floor_windows.suspension_days:
            yield student, _expired(over, as_of, policy)


def _back(rows: Rows, newest: dict[int, int], kind: str, said: Words, as_of: int, policy: Policy) -> Found:
    for student, row in newest.items():
        day, known = int(rows["start_on"][row]), int(rows["recorded_on"][row])
        if as_of - day <= policy.floor_windows.resumption_days:
            on = day_to_date(day).isoformat()
            text = Words(zh=f"{said.zh}（{on}）", en=f"{said.en} (since {on})")
            yield student, _floor("R16", Tier.PRIORITY, kind, day, known, text)


def _expired(over: int, as_of: int, policy: Policy) -> Floor:
    late = as_of - over >= policy.leave.expired_escalates
    day = over + (policy.leave.expired_escalates if late else 1)
    on, tier = day_to_date(over).isoformat(), Tier.PRIORITY if late else Tier.WATCH
    text = Words(
        zh=f"休学期满（{on}）未见复学登记：请核实去向" + ("，超过两周视为辍学" if late else ""),
        en=f"a suspension ended on {on} and no return is recorded: find out where the student is",
    )
    return _floor("suspension-expired", tier, f"expired:{tier.code}", day, day, text)


def _floor(rule: str, tier: Tier, kind: str, day: int, known: int, text: Words) -> Floor:
    """A floor of leave: no safety evidence, answered as its tier says."""
    return make_floor(rule, tier, kind, day, known, 0, text, answer=AnswerTime.TIER)


def _last_of_each(rows: Rows, *keys: Ints) -> dict[int, int]:
    """The row of each student that comes last by the keys, the first of which weighs most."""
    return {int(rows.student[row]): int(row) for row in np.lexsort(keys[::-1])}
