"""Why a student is on the list, in two sentences at most: what was found first, then what the model goes by."""

from data_schemas.instruments import Words
from models.assessment import Floor, InstrumentResult
from models.triage import Present

SENTENCES = 2


def why(one: Present) -> tuple[Words, ...]:
    """Open evidence, then the questionnaire that stands highest, then what else raises the margin most.

    What eases is never said here: it would read as comfort.
    """
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


def instrument_sentence(result: InstrumentResult) -> Words:
    """A total with its band and its day, and the total before: 「PHQ-9 17 分（中重度，2026-03-20；上次 9 分）」."""
    on = result.administered_on.isoformat()
    zh, en = [on], [on]
    if result.band is not None:
        zh.insert(0, result.band.zh)
        en.insert(0, result.band.en)
    if not result.current:
        zh.append("已过期")
        en.append("out of date")
    if not result.valid or result.suspect:
        zh.append("待重测")
        en.append("to be repeated")
    before_zh = f"；上次 {result.previous_total:.4g} 分" if result.previous_total is not None else ""
    before_en = f"; before: {result.previous_total:.4g}" if result.previous_total is not None else ""
    label = result.label or result.name
    return Words(
        zh=f"{label.zh} {result.total:.4g} 分（{'，'.join(zh)}{before_zh}）",
        en=f"{label.en}: {result.total:.4g} ({', '.join(en)}{before_en})",
    )


def _raised(result: InstrumentResult) -> tuple[bool, float, int, str]:
    """Current sheets first, then by how far the total lies from the best there is."""
    return (result.current, result.share or 0.0, result.administered_on.toordinal(), result.code)
