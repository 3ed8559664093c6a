"""Turn any platform's files into a dataset by one mapping file."""

from data_schemas.mapping.definition import Mapping, read_mapping
from data_schemas.mapping.draft import Drafted, draft_mapping
from data_schemas.mapping.importing import Imported, import_files, preview_files, write_problems
from data_schemas.mapping.questions import Question, answer_questions, questions_of

__all__ = [
    "Drafted",
    "Imported",
    "Mapping",
    "Question",
    "answer_questions",
    "draft_mapping",
    "import_files",
    "preview_files",
    "questions_of",
    "read_mapping",
    "write_problems",
]
