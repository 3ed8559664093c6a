"""Who is at a counselor's schools: allowed first, then put in the trail, then read."""

from dataclasses import replace

from runxin.errors import refused
from serving.access import Action, User, check_may, may, may_somewhere
from serving.directory.store import People, PeopleQuery, find_students
from serving.platform.state import State
from serving.store import AuditEvent, Student, find_student, write_audit

LONGEST = 100  # characters of what is searched for


def open_directory(
    state: State, user: User, school_id: str, query: str, grade: int | None, class_id: str | None, place: int
) -> People:
    """A school's students, or those of all the user's schools who answer to a query.

    A name is found only where the user may see names, and elsewhere nobody is: there is no refusal to tell by. Raises
    `UserError` (refused) for who may see no list. What was typed is not kept: it may be a name.
    """
    if not may_somewhere(user, Action.SEE_LIST):
        raise refused("only a counselor may look for students")
    check_may(user, Action.SEE_LIST, school_id)
    query = query.strip()[:LONGEST]
    schools = [one for one in user.schools if may(user, Action.SEE_LIST, one)] if query else [school_id]
    named = [one for one in schools if may(user, Action.SEE_NAMES, one)]
    action = "students.searched" if query else "students.listed"
    write_audit(state.store, AuditEvent(state.clock(), user.username, action, "follow_up", ",".join(schools)))
    found = find_students(state.store, PeopleQuery(schools, named, query, grade, class_id, max(1, place)))
    return _with_stranger(state, user, query, found) if query and place <= 1 else found


def look_up(state: State, user: User, school_id: str, query: str) -> People:
    """Whom a form may be about: by part of a name or id for who may look through a list, by the whole of one for
    everybody else. Raises `UserError` (refused)."""
    if may_somewhere(user, Action.SEE_LIST):
        return open_directory(state, user, school_id, query, None, None, 1)
    found = find_exactly(state, user, query)
    return People(found, len(found), (), ())


def find_exactly(state: State, user: User, query: str) -> tuple[Student, ...]:
    """Students of the user's schools with exactly this id or name, for who reports and may look through no list:
    without their names, so that nothing is told that was not typed. Raises `UserError` (refused)."""
    schools = [one for one in user.schools if may(user, Action.REPORT_CONCERN, one)]
    if not schools:
        check_may(user, Action.REPORT_CONCERN, next(iter(user.schools), None))
    query = query.strip()[:LONGEST]
    event = AuditEvent(state.clock(), user.username, "students.searched", "follow_up", ",".join(schools))
    write_audit(state.store, event)
    found = find_students(state.store, PeopleQuery(schools, schools, query)).students if query else ()
    return tuple(replace(one, name=None) for one in found if query in (one.student_id, one.name))


def _with_stranger(state: State, user: User, query: str, found: People) -> People:
    """With whoever is on no roster and has exactly this id."""
    if any(one.student_id == query for one in found.students):
        return found
    other = find_student(state.store, query)
    if other is None or other.school_id == "" or not may(user, Action.SEE_STUDENT, other.school_id):
        return found
    return replace(found, students=(other, *found.students), total=found.total + 1)
