"""Which model serves: for a page in few words, and by `GET /model` with what it was trained on and what it reads."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response

from models.assessment import ModelStatus
from models.champions import serving_since
from serving.access import Client
from serving.api.answer import Notice, notice_of
from serving.api.answer_parts import Given
from serving.api.problems import problem_responses
from serving.platform.callers import caller
from serving.platform.state import State, state_of

router = APIRouter(tags=["model"])


def model_status(state: State) -> ModelStatus:
    """Which model serves now."""
    serving = state.champion.now()
    manifest = serving.artifact.manifest if serving.artifact else None
    if manifest is None:
        return ModelStatus(None, None, state.policy.name, None, serving.status)
    return ModelStatus(manifest.name, manifest.version, state.policy.name, manifest.data_origin, serving.status)


class FeatureGiven(Given):
    name: str
    group: str


class PolicyGiven(Given):
    """The operator's policy in force, and the thresholds that were fixed when the model was promoted."""

    name: str
    watch: float | None
    priority: float | None


class ModelAnswer(Given):
    """The model that ranks. With `status` "none" or "unavailable" the floors alone set tiers. `explanation` says how
    contributions are found."""

    status: Literal["ok", "none", "unavailable"]
    name: str | None
    version: str | None
    kind: str | None
    data_origin: Literal["local", "foreign", "synthetic"] | None
    created_at: str | None
    promoted_at: str | None
    explanation: str | None
    policy: PolicyGiven
    training: dict[str, Any] | None
    metrics: dict[str, Any] | None
    features: tuple[FeatureGiven, ...]
    instruments: tuple[str, ...]
    notice: Notice


@router.get("/model", response_model=ModelAnswer, responses=problem_responses(401, 403, 422, 500, 503))
def get_model(
    state: Annotated[State, Depends(state_of)],
    _client: Annotated[Client, Depends(caller("model", "score"))],
) -> Response:
    """The model's name, origin, training and metrics; nothing about any student."""
    serving = state.champion.now()
    artifact = serving.artifact
    manifest = artifact.manifest if artifact else None
    thresholds = artifact.policy.thresholds if artifact else None
    answer = ModelAnswer(
        status=serving.status,
        name=manifest.name if manifest else None,
        version=manifest.version if manifest else None,
        kind=manifest.kind if manifest else None,
        data_origin=manifest.data_origin if manifest else None,
        created_at=manifest.created_at if manifest else None,
        promoted_at=serving_since(state.history, artifact.sha256) if artifact and state.history else None,
        explanation=artifact.model.explanation if artifact else None,
        policy=PolicyGiven(
            name=state.policy.name,
            watch=thresholds.watch if thresholds else None,
            priority=thresholds.priority if thresholds else None,
        ),
        training=manifest.training if manifest else None,
        metrics=manifest.metrics if manifest else None,
        features=tuple(FeatureGiven(name=f.name, group=f.group) for f in artifact.features) if artifact else (),
        instruments=tuple(sorted(artifact.instruments)) if artifact else (),
        notice=notice_of(manifest.data_origin if manifest else None),
    )
    return Response(answer.model_dump_json(), media_type="application/json")
