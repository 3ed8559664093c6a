"""The feature matrix of records as of a day: the same code for one student in a request and a city at night."""

from models.features.at_school import at_school
from models.features.concern import concern_features
from models.features.context import context_features
from models.features.family import family_features
from models.features.leave import leave_features
from models.features.matrix import Matrix, stack
from models.features.own import own_features
from models.features.questionnaire import questionnaire_features
from models.features.recipe import Recipe
from models.features.talks import talk_features
from models.records import Records, rows_of
from models.reference import group_of


def build_features(records: Records, recipe: Recipe, as_of: int, words_until: int | None = None) -> Matrix:
    """The columns of the recipe for every student, from what was recorded by the end of day `as_of` (days since
    1970-01-01). `words_until` leaves out what talks found that were recorded after an earlier day."""
    n = len(records)
    blocks, groups = [], group_of(records.students)
    for code, reading in recipe.readings.items():
        sheets = records.sheets.get(code) or reading.none
        blocks.append(questionnaire_features(sheets, reading, groups, as_of, recipe.staleness))
    here = at_school(records, as_of)
    concerns, concern_coverage = rows_of(records, "concerns")
    family, _ = rows_of(records, "family")
    outcomes, _ = rows_of(records, "outcomes")
    blocks += [
        leave_features(records, here, as_of, recipe.reference.leave, recipe.described),
        family_features(family, n, as_of),
        concern_features(concerns, concern_coverage, here, records.students, as_of, records.school),
        talk_features(outcomes, n, as_of if words_until is None else words_until),
        context_features(records.students, as_of),
        *own_features(records.own, recipe.own, n, as_of),
    ]
    return stack(blocks, recipe.names, n)
