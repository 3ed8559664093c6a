"""Whatever is known about a student: no open floor stands above the tier, and the model keeps to its limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.codes import Tier
from models import Artifact
from tests.examples import examples
from tests.strategies import ITEMS, concerns, sheets, students
from tests.students import AS_OF, Request, assessed, sheet

MANY = settings(max_examples=examples(30))


@given(st.lists(students(), min_size=1, max_size=5))
@MANY
def test_no_tier_is_below_an_open_floor_or_a_persons_word(artifact: Artifact, requests: list[Request]) -> None:
    for said in assessed(requests, artifact):
        floors = [floor.tier.ord for floor in said.floors]
        assert said.tier.ord >= max(floors, default=0), f"a floor is open above {said.tier.code}"
        if said.tier_source == "floor":
            assert said.tier.ord in floors
        if said.tier is Tier.CRISIS:
            assert said.tier_source in ("floor", "human"), "the model has set 危机"
        assert said.confirmed == (said.tier_source == "human")


@given(st.lists(students(), min_size=1, max_size=5))
@MANY
def test_floors_are_the_same_with_and_without_a_model(artifact: Artifact, requests: list[Request]) -> None:
    """Floors run by themselves: no model, other answers of a model, or its absence changes none."""
    scored, unscored = assessed(requests, artifact), assessed(requests)
    for one, other in zip(scored, unscored, strict=True):
        assert one.floors == other.floors
        assert one.tier.ord >= other.tier.ord, "a model has lowered a tier"
        assert (other.model.status, other.probability) == ("none", None)


@given(students(collected=True), st.lists(st.one_of(sheets(), concerns()), min_size=1, max_size=3))
@MANY
def test_more_evidence_never_closes_a_floor(request: Request, more: list[dict[str, object]]) -> None:
    grown = {
        **request,
        "responses": [*request["responses"], *(row for row in more if "answers" in row)],
        "concerns": [*request["concerns"], *(row for row in more if "kind" in row)],
    }
    before, after = assessed([request])[0], assessed([grown])[0]
    kept = {(floor.evidence.split(":", 1)[1], floor.tier.ord) for floor in after.floors}
    for floor in before.floors:
        key = floor.evidence.split(":", 1)[1]
        assert any(key == other and floor.tier.ord <= tier for other, tier in kept), f"{floor.id} was closed by a row"
    assert after.tier.ord >= before.tier.ord


@given(st.sampled_from(sorted(ITEMS)), st.data())
@MANY
def test_probabilities_are_never_certain(artifact: Artifact, code: str, data: st.DataObject) -> None:
    extreme = st.sampled_from([0, 3])
    answers = data.draw(st.lists(extreme, min_size=ITEMS[code], max_size=ITEMS[code]))
    request = data.draw(students(consent=False))
    said = assessed([{**request, "responses": [sheet(code, answers, AS_OF)]}], artifact)[0]
    assert said.probability is not None
    assert 0 < said.probability < 1, f"a probability of {said.probability} was published"


@given(students(consent=False))
@MANY
def test_without_consent_there_is_no_score_and_floors_stay(artifact: Artifact, request: Request) -> None:
    refused = assessed([{**request, "consents": []}], artifact)[0]
    scored = assessed([request], artifact)[0]
    assert (refused.probability, refused.margin, refused.reasons, refused.group_contributions) == (None, None, (), None)
    assert scored.probability is not None
    assert refused.floors == scored.floors
