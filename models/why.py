"""Why a student is on the list, in two sentences at most: what was found first, then what the model goes by."""

from data_schemas.instruments import Words
from models.assessment import Floor, InstrumentResult
from models.sentences import instrument_sentence
from models.triage import Present

SENTENCES = 2
WHY = "why"


def why(one: Present) -> tuple[Words, ...]:
    """Open evidence, then the questionnaire that stands highest, then what else raises the margin most.

    What eases is never said here: it would read as comfort. It is worked out once for each `Present`.
    """
    if WHY not in one.worked_out:
        one.worked_out[WHY] = _why(one)
    said: tuple[Words, ...] = one.worked_out[WHY]
    return said


def _why(one: Present) -> tuple[Words, ...]:
    assessment = one.facts.assessment
    if assessment is None:
        return tuple(dict.fromkeys(floor.text for floor in one.floors))[:SENTENCES]
    sheets = {result.code: result for result in assessment.instruments if result.total is not None}
    raised = sorted(sheets.values(), key=_raised, reverse=True)
    reasons = sorted((r for r in assessment.reasons if r.contribution > 0), key=lambda r: -r.contribution)
    said = [_evidence_sentence(floor, sheets) for floor in one.floors]
    said += [instrument_sentence(result) for result in raised[:1]]
    said += [reason.text for reason in reasons if reason.group not in ("questionnaire", "context")]
    told = {f"{result.code}_total" for result in raised[:1]}
    said += [reason.text for reason in reasons if reason.group == "questionnaire" and reason.feature not in told]
    return tuple(dict.fromkeys(said))[:SENTENCES]


def _evidence_sentence(floor: Floor, sheets: dict[str, InstrumentResult]) -> Words:
    """A floor's own words; for that of a total, the fuller sentence of the same sheet."""
    code, of_total, _ = floor.id.partition("-total-")
    sheet = sheets.get(code)
    if of_total and sheet is not None and sheet.administered_on == floor.evidence_on:
        return instrument_sentence(sheet)
    return floor.text


def _raised(result: InstrumentResult) -> tuple[bool, float, int, str]:
    """Current sheets first, then by how far the total lies from the best there is."""
    return (result.current, result.share or 0.0, result.administered_on.toordinal(), result.code)
