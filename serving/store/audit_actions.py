"""Everything that the audit log can say, and what the object of each is. Whoever writes another action enters it here:
an action that does not stand here is refused, so that no student's id gets into the log as the id of something else."""

# A case's moves (`serving.cases.workflow`).
CASE_MOVES = (
    *("acknowledge", "contact", "plan", "refer", "watch", "review", "close", "reopen", "assign", "offer", "accept"),
    *("decline", "take_back_offer", "answered", "returned", "ask_approval", "approve", "refuse"),
)
# The object is a student: the log names a pseudonym.
OF_STUDENTS = frozenset(
    {
        "student.read",
        "student.revealed",
        "student.erased",
        "student.exported",
        "student.explained",
        "right.refused",
        "entry.recorded",
        "outcome.recorded",
        "file.joined",
        "file.parted",
        "assessment.replayed",
        "report.recorded",
        "report.undone",
        "talk.recorded",
        "talk.undone",
        "explanation.judged",
        "student.compared",
        "student.linked",
        "student.unlinked",
        "links.read",
        "plan.read",
        "plan.written",
        "note.read",
        "note.written",
        "identity.same",
        "identity.one",
        "identity.two",
        "identity.new",
        "identity.undone",
        *(f"reading.{step}" for step in ("asked", "opened", "approved", "refused", "fine", "questioned")),
        *(f"case.{move}" for move in CASE_MOVES),
    }
)
# Of these the detail is a student's file as well.
OF_TWO_FILES = frozenset({"file.joined", "file.parted"})
# The object is a school, a run, a half-year, a user, a key, a model, or nothing.
OF_OTHERS = frozenset(
    {
        "list.read",
        "list.exported",
        "handover.done",
        "misses.read",
        "misses.reviewed",
        "labels.read",
        "extract.made",
        "duty.read",
        "duty.imported",
        "schools.imported",
        "names.kept",
        "run.published",
        "run.withdrawn",
        "key.created",
        "key.revoked",
        "user.created",
        "link.created",
        "password.set",
        "sign_in.done",
        "sign_in.failed",
        "sign_in.confirmed",
        "sign_out",
        "sessions.ended",
        "user.moved",
        "user.disabled",
        "user.enabled",
        "account.requested",
        "account.approved",
        "account.refused",
        "second_factor.set",
        "second_factor.removed",
        "recovery_code.used",
        "promotion.requested",
        "promotion.signed",
        "champion.rolled_back",
        "audit.exported",
        "backup.made",
        "backup.restored",
        "cases.read",
        "students.searched",
        "students.listed",
        "readings.read",
        "reading.alert",
        "reading.alert_seen",
    }
)
ACTIONS = OF_STUDENTS | OF_OTHERS
