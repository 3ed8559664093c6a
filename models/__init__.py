"""From records to a tier with its reasons: features, score, explanation, floors."""

from models.artifact import Artifact, Manifest, load_artifact, manifest_sha256, save_artifact
from models.assess import assess, enrolled, may_score
from models.assessment import Assessment, Floor, ModelStatus, Reason
from models.policy import Policy, read_policy
from models.records import Records, records_of, records_of_requests

__all__ = [
    "Artifact",
    "Assessment",
    "Floor",
    "Manifest",
    "ModelStatus",
    "Policy",
    "Reason",
    "Records",
    "assess",
    "enrolled",
    "load_artifact",
    "manifest_sha256",
    "may_score",
    "read_policy",
    "records_of",
    "records_of_requests",
    "save_artifact",
]
