"""A report for a meeting as a table that goes out, with room for what was decided and by whom it is done."""

from data_schemas.instruments import Words
from models.reports import Signal
from serving.exports.sheet import OutSheet
from serving.reports.lines import OF_A_SCHOOL, ReportLine, number_words, sections_of, signal_words
from serving.reports.service import Report
from serving.reports.words_of import COLUMNS
from serving.today.cells import pick
from serving.today.export import NOTICE, SYNTHETIC

HEADS = (
    *((Words(zh="项目", en="item"), 36.0, False), (Words(zh="数目", en="number"), 16.0, True)),
    *((Words(zh="占比", en="share"), 12.0, True), (Words(zh="共", en="of"), 12.0, True)),
    *(
        (Words(zh="会议决定", en="decided"), 36.0, False),
        (Words(zh="由谁、何时前", en="by whom and when"), 18.0, False),
    ),
)
CITY = Words(zh="全市汇总", en="all schools together")
CLASSES = Words(zh="各班信号", en="signals of classes")
BY_SCHOOL = Words(zh="各学校", en="by school")


def report_sheet(report: Report, school: str | None, lang: str) -> OutSheet:
    """Of a school by its name; None of all together, with a part for each column of the schools."""
    rows: list[tuple[str, ...]] = []
    for section in sections_of(report):
        rows.append((pick(section.title, lang),))
        rows += [_row(line, report, lang) for line in section.lines]
    for code, head in COLUMNS.items() if report.by_school else ():
        rows.append((f"{pick(BY_SCHOOL, lang)} · {pick(head, lang)}",))
        rows += [
            (name, pick(number_words(cells[code], report, OF_A_SCHOOL), lang), "", "", "", "")
            for name, cells in report.by_school
        ]
    for signal in Signal:
        if not any(one.shares.get(signal) for one in report.classes):
            continue
        rows.append((f"{pick(CLASSES, lang)} · {signal.zh if lang == 'zh' else signal.en}",))
        said = [(one.class_id, pick(signal_words(signal, one), lang)) for one in report.classes]
        rows += [(*one, "", "", "", "") for one in said]
    kind = report.period.kind.zh if lang == "zh" else report.period.kind.en
    title = f"{pick(Words(zh='报表', en='report'), lang)} {kind} {report.period.name}"
    heads = [pick(NOTICE, lang), school or pick(CITY, lang), f"{report.period.first} – {report.period.last}"]
    if report.least:
        least = report.least
        hidden = Words(
            zh=f"小于 {least} 的数不显示，其余按 5 取整。",
            en=f"Counts below {least} are not shown, the rest to the nearest five.",
        )
        heads.append(pick(hidden, lang))
    if report.synthetic:
        heads.insert(0, pick(SYNTHETIC, lang))
    columns = tuple((pick(head, lang), width, narrow) for head, width, narrow in HEADS)
    return OutSheet(title, pick(NOTICE, lang), tuple(heads), columns, tuple(rows), of_students=False)


def _row(line: ReportLine, report: Report, lang: str) -> tuple[str, ...]:
    if line.text is not None:
        return pick(line.label, lang), pick(line.text, lang), "", "", "", ""
    share = "" if line.share is None else f"{line.share}%"
    of = "" if line.of is None else pick(number_words(line.of, report, line), lang)
    return pick(line.label, lang), pick(number_words(line.n, report, line), lang), share, of, "", ""
