"""What is kept, and the only room that speaks to the database: plain objects go in and come out."""

from serving.store.audit import PURPOSES, AuditEvent, audit_rows, events_of, write_audit
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
from serving.store.keys import KeyRow, add_key, find_key, list_keys, mark_revoked
from serving.store.known import Known, known_feeds, known_students
from serving.store.names import keep_names, load_names
from serving.store.outcomes import (
    KeptOutcome,
    NewOutcome,
    Outcome,
    outcomes_between,
    record_outcomes,
    sent_outcomes,
)
from serving.store.payload import assessment_from_json, assessment_to_json
from serving.store.pupils import UNASSIGNED, Pupil, Withdrawal, find_pupil, school_ids, withdrawn_scopes
from serving.store.reading import (
    SchoolReading,
    Standing,
    as_it_stands,
    assessment_of,
    current_of,
    history_of,
    read_school,
)
from serving.store.received import NewEntry, ReceivedEntry, received_record, record_entries, record_entry
from serving.store.runs import Feed, Published, Run, make_run, newest_run, publish_run
from serving.store.state import ServiceState, last_run, service_state
from serving.store.users import (
    UserRow,
    add_link,
    add_session,
    add_user,
    end_session,
    find_user,
    keep_password_hash,
    list_users,
    take_link,
    user_of_token,
)

__all__ = [
    "PURPOSES",
    "UNASSIGNED",
    "AuditEvent",
    "Content",
    "Context",
    "Evidence",
    "Feed",
    "Interviews",
    "Kept",
    "KeptOutcome",
    "KeyRow",
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
    "UserRow",
    "Withdrawal",
    "add_key",
    "add_link",
    "add_session",
    "add_user",
    "as_it_stands",
    "assessment_from_json",
    "assessment_of",
    "assessment_to_json",
    "audit_rows",
    "check_reachable",
    "content_of",
    "current_of",
    "earlier_margins",
    "end_session",
    "erase_inputs",
    "events_of",
    "evidence_of",
    "find_kept",
    "find_key",
    "find_pupil",
    "find_user",
    "history_of",
    "inputs_of",
    "interview_rows",
    "interviews_of",
    "is_erased",
    "keep_names",
    "keep_password_hash",
    "kept_contents",
    "known_feeds",
    "known_students",
    "last_run",
    "list_keys",
    "list_users",
    "load_names",
    "make_run",
    "mark_revoked",
    "newest_run",
    "open_evidence",
    "open_store",
    "outcomes_between",
    "publish_run",
    "read_school",
    "received_record",
    "record_entries",
    "record_entry",
    "record_outcomes",
    "school_ids",
    "sent_outcomes",
    "service_state",
    "take_link",
    "user_of_token",
    "withdrawn_scopes",
    "write_audit",
]
