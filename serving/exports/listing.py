"""A list, or one of its queues, as a table that goes out: every line of it, and room for notes and a signature."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from data_schemas.instruments import Words
from models.triage import QUEUES
from serving.access import Action
from serving.exports.sheet import OutSheet
from serving.handover.service import HandoverPart
from serving.today.cells import COLUMNS, cells, foot, headline, model_words, pick, queue_title, tier_words
from serving.today.entries import Entry, FollowUpList
from serving.today.export import NOTICE, SYNTHETIC

RANK, TIER, STUDENT, CLASS, WHY, DUE, BY, OVERDUE = range(8)  # places in `serving.today.cells`


@dataclass(frozen=True)
class ListColumn:
    """A column: its head, how wide it is (characters), what it says of a line in a language, and the right that it
    needs beyond reading the list (None for none). A `narrow` one is never broken."""

    head: Words
    width: float
    says: Callable[[Entry, str], str]
    needs: Action | None = None
    narrow: bool = True


def _by_hand(_entry: Entry, _lang: str) -> str:
    """For what people write on the print."""
    return ""


def _cell(place: int) -> Callable[[Entry, str], str]:
    return lambda entry, lang: cells(entry, lang)[place]


def _column(place: int, width: float, narrow: bool = True) -> ListColumn:
    return ListColumn(COLUMNS[place], width, _cell(place), narrow=narrow)


OF_LIST: tuple[ListColumn, ...] = (
    _column(RANK, 6),
    _column(TIER, 14),
    _column(STUDENT, 16),
    ListColumn(Words(zh="姓名", en="name"), 10, lambda entry, _: entry.student.name or "", Action.SEE_NAMES),
    _column(CLASS, 12),
    _column(WHY, 48, narrow=False),
    _column(DUE, 24, narrow=False),
    _column(BY, 17),
    _column(OVERDUE, 8),
    ListColumn(Words(zh="备注", en="notes"), 24, _by_hand, narrow=False),
    ListColumn(Words(zh="签名", en="signature"), 14, _by_hand),
)


def list_sheet(
    listed: FollowUpList, school: str, allowed: Callable[[Action], bool], lang: str, queue: str | None = None
) -> OutSheet:
    """The list of a school by its name, or one queue by its code. A column stands there where its right is held."""
    columns = [one for one in OF_LIST if one.needs is None or allowed(one.needs)]
    rows: list[tuple[str, ...]] = []
    for code in [one.code for one in QUEUES] if queue is None else [queue]:
        rows.append((f"{queue_title(code, lang)} {listed.count(code)}",))
        rows += [tuple(column.says(entry, lang) for column in columns) for entry in listed.queue(code)]
        if code == "week":
            rows.append((foot(listed, lang),))
    named = replace(listed, school_id=school)
    heads = [pick(NOTICE, lang), headline(named, lang), model_words(listed, lang)]
    if listed.synthetic:
        heads.insert(0, pick(SYNTHETIC, lang))
    heading = tuple((pick(one.head, lang), one.width, one.narrow) for one in columns)
    title = queue_title(queue, lang) if queue is not None else pick(Words(zh="今日跟进", en="follow-up list"), lang)
    return OutSheet(title, pick(NOTICE, lang), tuple(heads), heading, tuple(rows))


HANDED = (
    *((COLUMNS[STUDENT], 16.0, True), (Words(zh="姓名", en="name"), 10.0, True), (COLUMNS[CLASS], 12.0, True)),
    *((COLUMNS[TIER], 14.0, True), (Words(zh="个案", en="case"), 14.0, True), (COLUMNS[DUE], 32.0, False)),
    *((Words(zh="备注", en="notes"), 24.0, False), (Words(zh="移交人签名", en="given by"), 14.0, True)),
    (Words(zh="接收人签名", en="taken by"), 14.0, True),
)


def handover_sheet(part: HandoverPart, school: str, lang: str) -> OutSheet:
    """Who is to be handed over from a school by its name, with places for both signatures."""
    rows = []
    for line in part.lines:
        student, state = line.entry.student, line.case.state
        who = (student.student_id, student.name or "", student.class_id or "")
        stands = (tier_words(line.entry.tier, line.entry.confirmed, lang), state.zh if lang == "zh" else state.en)
        rows.append((*who, *stands, cells(line.entry, lang)[DUE], "", "", ""))
    columns = tuple((pick(head, lang), width, narrow) for head, width, narrow in HANDED)
    title = pick(Words(zh="交接单", en="handover"), lang)
    return OutSheet(title, pick(NOTICE, lang), (pick(NOTICE, lang), school), columns, tuple(rows))
