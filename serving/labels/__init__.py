"""What may be learned from: structured outcomes, dated, with who found them and how the student came to be seen."""

from serving.labels.labels import NOT_LABELS, LabelRow, Labels, read_labels
from serving.labels.reason import checked_reason

__all__ = ["NOT_LABELS", "LabelRow", "Labels", "checked_reason", "read_labels"]
