"""Which scores of a questionnaire the model reads, and what stands in where nothing is known."""

from data_schemas.instruments import Instrument, Score


def feature_scores(instrument: Instrument) -> tuple[Score, ...]:
    """The scores that the model reads: the total, and those of a part of the items (or given) that have a direction."""
    return tuple(
        score
        for score in instrument.scores
        if score.code == "total"
        or (score.polarity != "neutral" and (score.kind == "given" or (score.kind in ("sum", "mean") and score.items)))
    )


def best_value(instrument: Instrument, score: Score) -> float:
    """The least adverse value of a score: what stands in where nothing is known."""
    low, high = instrument.range_of(score.code)
    return high if score.polarity == "protective" else low
