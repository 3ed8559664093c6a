"""From records to a tier with its reasons: features, score, explanation, floors."""

from typing import TYPE_CHECKING

from runxin.on_demand import on_demand

if TYPE_CHECKING:
    from models.archive import archive_artifact, archived_artifact
    from models.artifact import Artifact, Manifest, load_artifact, manifest_sha256, save_artifact
    from models.assessing import assess, enrolled
    from models.assessment import Assessment, Floor, ModelStatus, Reason
    from models.consent import may_score
    from models.doubtful_sheets import look_around
    from models.policy import Policy, read_policy
    from models.records import Around, Records, calendars_for, records_of, records_of_requests
else:
    __getattr__ = on_demand(__name__, __file__)

__all__ = [
    "Around",
    "Artifact",
    "Assessment",
    "Floor",
    "Manifest",
    "ModelStatus",
    "Policy",
    "Reason",
    "Records",
    "archive_artifact",
    "archived_artifact",
    "assess",
    "calendars_for",
    "enrolled",
    "load_artifact",
    "look_around",
    "manifest_sha256",
    "may_score",
    "read_policy",
    "records_of",
    "records_of_requests",
    "save_artifact",
]
