"""Single items about safety beside totals: a school keeps the answer to item 9 with the total, and drops the others."""

import re
from collections.abc import Collection, Mapping, Sequence

from data_schemas.cells import Texts
from data_schemas.instruments import Instrument
from data_schemas.mapping.headers import with_digits
from data_schemas.mapping.recognition import called, without_name

_ITEM = re.compile(r"(?:第|item|q|题)?(\d{1,3})(?:题|项|条)?(?:得?分|答案|选项)?", re.IGNORECASE)


def lone_items(
    headers: Sequence[str],
    texts: Mapping[str, Texts],
    places: Sequence[str],
    totals: Collection[str],
    known: Mapping[str, Instrument],
) -> dict[str, dict[int, str]]:
    """By questionnaire, its items about safety that stand alone under one of the headers, by their numbers. A header
    that names no questionnaire is of the one that the sheet, the file or the only `totals` are of."""
    around = next((codes for place in places if len(codes := tuple(called(place, known))) == 1), tuple(totals))
    found: dict[str, dict[int, str]] = {}
    for header in headers:
        form = with_digits(header)
        named = tuple(called(form, known))
        codes = named or (around if len(around) == 1 else ())
        for code in codes if not texts[header].blank.all() else ():
            one = known[code]
            item = _ITEM.fullmatch(without_name(form, one) if named else form.strip())
            if item and one.form == "items" and any(int(item[1]) == critical.item for critical in one.critical):
                found.setdefault(code, {}).setdefault(int(item[1]), header)
    return found
