"""What many use cases read: plain objects go in and come out. What one alone keeps is in its own `store.py`."""

from serving.store.audit import PURPOSES, AuditEvent, audit_rows, events_of, write_audit
from serving.store.before import InForce, in_force_before
from serving.store.contents import Content, content_of
from serving.store.database import Store, check_reachable, open_store
from serving.store.earlier import earlier_margins
from serving.store.evidence import Evidence, evidence_of, open_evidence
from serving.store.inputs import (
    Context,
    Kept,
    RunInputs,
    erase_inputs,
    find_kept,
    inputs_of,
    is_erased,
    kept_contents,
)
from serving.store.interviews import Interviews, interview_rows, interviews_of
from serving.store.known import Known, known_feeds, known_students
from serving.store.names import keep_names, load_names
from serving.store.newest_inputs import StudentInputs, newest_inputs, published_days, taken_back
from serving.store.outcomes import (
    KeptOutcome,
    NewOutcome,
    Outcome,
    outcomes_between,
    record_outcomes,
    sent_outcomes,
)
from serving.store.payload import assessment_from_json, assessment_to_json
from serving.store.pupils import (
    UNASSIGNED,
    Pupil,
    Withdrawal,
    find_pupil,
    school_ids,
    student_ids,
    withdrawn_scopes,
)
from serving.store.reading import (
    SchoolReading,
    Standing,
    as_it_stands,
    assessment_of,
    current_of,
    history_of,
    read_published,
    read_school,
)
from serving.store.received import NewEntry, ReceivedEntry, received_record, record_entries, record_entry
from serving.store.runs import Feed, Published, Run, make_run, newest_run, publish_run
from serving.store.state import ServiceState, last_run, service_state

__all__ = [
    "PURPOSES",
    "UNASSIGNED",
    "AuditEvent",
    "Content",
    "Context",
    "Evidence",
    "Feed",
    "InForce",
    "Interviews",
    "Kept",
    "KeptOutcome",
    "Known",
    "NewEntry",
    "NewOutcome",
    "Outcome",
    "Published",
    "Pupil",
    "ReceivedEntry",
    "Run",
    "RunInputs",
    "SchoolReading",
    "ServiceState",
    "Standing",
    "Store",
    "StudentInputs",
    "Withdrawal",
    "as_it_stands",
    "assessment_from_json",
    "assessment_of",
    "assessment_to_json",
    "audit_rows",
    "check_reachable",
    "content_of",
    "current_of",
    "earlier_margins",
    "erase_inputs",
    "events_of",
    "evidence_of",
    "find_kept",
    "find_pupil",
    "history_of",
    "in_force_before",
    "inputs_of",
    "interview_rows",
    "interviews_of",
    "is_erased",
    "keep_names",
    "kept_contents",
    "known_feeds",
    "known_students",
    "last_run",
    "load_names",
    "make_run",
    "newest_inputs",
    "newest_run",
    "open_evidence",
    "open_store",
    "outcomes_between",
    "publish_run",
    "published_days",
    "read_published",
    "read_school",
    "received_record",
    "record_entries",
    "record_entry",
    "record_outcomes",
    "school_ids",
    "sent_outcomes",
    "service_state",
    "student_ids",
    "taken_back",
    "withdrawn_scopes",
    "write_audit",
]
