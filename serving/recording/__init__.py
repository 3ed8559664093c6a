"""Recording a talk, or a try, on a student's page: the same facts that imports and platforms bring, by one account."""

from serving.recording.service import note_reveal
from serving.recording.shown import RecordForm, form_for

__all__ = ["RecordForm", "form_for", "note_reveal"]
