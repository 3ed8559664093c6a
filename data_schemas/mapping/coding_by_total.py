"""A coding that the answers leave open may be told by the totals that the platform reckoned of them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from data_schemas.cells import Texts
from data_schemas.distribution import MOST
from data_schemas.instruments import Instrument, meets, score_sheets
from data_schemas.mapping.answer_coding import Coded
from data_schemas.mapping.item_columns import ItemColumns
from data_schemas.mapping.platform_totals import answers_of, fits_total
from data_schemas.tables import response_table


def told_by_total(
    coded: Coded, instrument: Instrument, headers: Mapping[int, str], texts: Mapping[str, Texts], total: str | None
) -> Coded:
    """The coding with its question answered, where under one of its choices every sheet comes to the platform's total
    and under no other one. A total that is the plain sum of what is written would be so under a shifted coding too, if
    the sum was made by hand: it tells nothing where most sheets would reach a floor by it."""
    question = coded.question
    if question is None or total is None or total not in texts:
        return coded
    fitting = [choice for choice in question.choices if _fits(instrument, choice, headers, texts, texts[total])]
    if len(fitting) != 1:
        return coded
    return replace(coded, question=question.model_copy(update={"answer": fitting[0]}))


def _fits(
    instrument: Instrument, choice: str, headers: Mapping[int, str], texts: Mapping[str, Texts], total: Texts
) -> bool:
    absent = tuple(number for number in range(1, instrument.items + 1) if number not in headers)
    said = ItemColumns.model_validate(
        {"columns": [headers[number] for number in sorted(headers)], "absent": absent, "coding": choice}
    )
    coding = instrument.coding_of(said.coding)
    turned = instrument.reversed.items if instrument.reversed is not None else ()
    cells = said.cells(instrument.items, coding.words, range(coding.low, coding.high + 1), turned)
    table = response_table(instrument.code, instrument.items, coding.low, coding.high)
    answers = answers_of(instrument, table, cells, texts, len(total.index))
    fits, ours = fits_total(instrument, answers, coding.variant, total)
    if not fits or said.shift or said.values is not None:
        return fits
    whole = ~np.isnan(ours)
    scores = score_sheets(instrument, answers[whole], coding.variant)
    return not any(meets(scores, floor).mean() > MOST for floor in instrument.floors)
