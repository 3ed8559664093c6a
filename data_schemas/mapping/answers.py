"""The answers of a block for a questionnaire: which columns hold them, and how they are coded."""

from data_schemas.instruments import Instrument, declared_coding
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.definition import TableMapping
from data_schemas.tables import Table, response_table
from runxin.errors import UserError

VARIANT = "coding_variant"


def answer_cells(block: TableMapping, instrument: Instrument) -> tuple[Table, dict[str, Cell]]:
    """The canonical table with the range of the block's own coding, and the cells of its items.

    The coding is one for the block (`items.coding`), or a column of the export where sheets differ. Raises
    `ValueError` where the items are not those of the questionnaire, or the coding is none of its own.
    """
    by_sheet = VARIANT in block.columns
    low = min(coding.low for coding in instrument.codings)
    high = max(coding.high for coding in instrument.codings)
    any_coding = response_table(instrument.code, instrument.items, low, high)
    if block.items is None:
        if not any(name.startswith("item_") for name in block.columns):
            raise ValueError(f"the block has no items: say which columns hold the {instrument.items} answers")
        return any_coding, {}
    if by_sheet and block.items.coding is not None:
        raise ValueError(f"items.coding and columns.{VARIANT} say the same thing twice: give one of them")
    beyond = [number for number in block.items.absent if not 1 <= number <= instrument.items]
    if beyond:
        raise ValueError(f"absent names item {beyond[0]}, and {instrument.code} has {instrument.items}")
    given, wanted = len(block.items.headers(instrument.items)), len(block.items.present(instrument.items))
    if given != wanted:
        raise ValueError(f"{given} item columns are given and the instrument has {wanted}")
    if by_sheet:  # which words stand for which number is not the same in every row
        return any_coding, block.items.cells(instrument.items, {})
    try:
        coding = declared_coding(instrument, block.items.coding)
    except UserError as error:
        problem = error.problems[0]
        raise ValueError(f"{problem.what}: add coding = {problem.fix}") from error
    reversed_items = instrument.reversed.items if instrument.reversed is not None else ()
    cells = block.items.cells(instrument.items, coding.words, range(coding.low, coding.high + 1), reversed_items)
    if block.items.coding is not None:
        cells[VARIANT] = Cell(constant=coding.variant)
    return response_table(instrument.code, instrument.items, coding.low, coding.high), cells
