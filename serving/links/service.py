"""Who belongs together: stated by a person as a fact, shown to whoever may read each of them."""

import re
import secrets
from dataclasses import replace
from datetime import date

from data_schemas.codes import Code
from runxin.errors import Kind, UserError, refused
from serving.access import Action, User, check_may, may
from serving.cases.opening import check_open
from serving.links import store as kept_by
from serving.links.store import LinkedMember, StudentGroup
from serving.links.store import rooms_of_school as rooms_of_school
from serving.platform.state import State
from serving.store import AuditEvent, Student, find_student, write_audit

MOST = 60  # students of a group


class LinkKind(Code):
    SIBLINGS = ("siblings", "兄弟姐妹", "siblings")
    DORMITORY = ("dormitory", "同一宿舍", "the same dormitory room")
    INCIDENT = ("incident", "同一事件", "one incident")
    FRIENDS = ("friends", "自伤事件后的好友", "friends of somebody who attempted")


class LinkFault(UserError):
    """What does not fit; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


def linked_groups(state: State, user: User, student_id: str) -> tuple[StudentGroup, ...]:
    """The groups of a student whom the user may see, of each those members whom the user may see as well."""
    found = []
    for group in kept_by.groups_of(state.store, student_id):
        seen = tuple(one for one in group.members if may(user, Action.SEE_STUDENT, one.school_id))
        if any(one.student_id != student_id for one in seen):
            found.append(replace(group, members=seen))
    return tuple(found)


def open_links(state: State, user: User, student_id: str) -> tuple[Student, tuple[StudentGroup, ...]]:
    """A student's groups for the page. Raises `UserError` (refused)."""
    student = _allowed(state, user, student_id, Action.SEE_STUDENT)
    write_audit(state.store, AuditEvent(state.clock(), user.username, "links.read", "follow_up", student_id))
    return student, linked_groups(state, user, student_id)


def link(state: State, user: User, student_id: str, kind: str, others: str, on: str) -> None:
    """State that a student and `others` (ids, parted by blanks or commas) belong together. Raises `UserError` (refused)
    and `LinkFault`."""
    student, now = _allowed(state, user, student_id, Action.RECORD_WORD), state.clock()
    ids = [one for one in dict.fromkeys(re.split(r"[\s,，、;；]+", others.strip())) if one and one != student_id]
    if kind not in LinkKind.codes():
        raise LinkFault("link_fault_kind", "say how they belong together")
    if not ids or len(ids) > MOST:
        raise LinkFault("link_fault_none", f"name between 1 and {MOST} other students")
    members = [LinkedMember(student_id, student.school_id, kind == LinkKind.FRIENDS.code)]
    for one in ids:
        other = find_student(state.store, one)
        if other is None or not may(user, Action.SEE_STUDENT, other.school_id):
            raise LinkFault("link_fault_unknown", "one of these is no student at your schools")
        members.append(LinkedMember(one, other.school_id, False))
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError as error:
        raise LinkFault("link_fault_day", f"{on!r} is no day") from error
    if day is not None and day > state.today():
        raise LinkFault("link_fault_day", "the day lies ahead")
    group = StudentGroup(secrets.token_urlsafe(12), kind, tuple(members), day, now, user.username)
    events = [AuditEvent(now, user.username, "student.linked", "follow_up", one.student_id, kind) for one in members]
    kept_by.keep_group(state.store, group, None, events)


def unlink(state: State, user: User, student_id: str, group_id: str) -> None:
    """Take a statement back; it stays on record. Raises `UserError` (refused, not found)."""
    _allowed(state, user, student_id, Action.RECORD_WORD)
    groups = {one.group_id: one for one in kept_by.groups_of(state.store, student_id)}
    group, now = groups.get(group_id), state.clock()
    if group is None:
        raise UserError(Kind.NOT_FOUND, "there is no such group")
    if not all(may(user, Action.RECORD_WORD, one.school_id) for one in group.members):
        raise refused("one of these students is at another school")
    undo = replace(group, group_id=secrets.token_urlsafe(12), said_at=now, said_by=user.username)
    events = [AuditEvent(now, user.username, "student.unlinked", "follow_up", one.student_id) for one in group.members]
    kept_by.keep_group(state.store, undo, group_id, events)


def _allowed(state: State, user: User, student_id: str, action: Action) -> Student:
    student = find_student(state.store, student_id)
    check_may(user, action, None if student is None else student.school_id)
    if student is None:
        raise UserError(Kind.NOT_FOUND, "there is no such student")
    check_open(state, user, student)
    return student
