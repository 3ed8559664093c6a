"""Small files that ask for much: archives of gigabytes, XML that multiplies, cells far away, long columns."""

import io
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

BIG = 3 * 2**29  # bytes
SHEET = "xl/worksheets/sheet1.xml"
HEAD = ["student_id", "name"]
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
)


def workbook(rows: int = 3) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [HEAD, *([f"S-{n}", "x"] for n in range(rows))]:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def _with_sheet(change: Callable[[str], str]) -> bytes:
    """The workbook with another text of its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, change(text.decode()) if part.filename == SHEET else text)
    return out.getvalue()


def unpacks_to_gigabytes() -> bytes:
    return _padded(BIG)


def lies_about_its_size() -> bytes:
    """As the same, but the archive's directory speaks of a few bytes."""
    content = bytearray(_padded(BIG - 2**24))
    real = (BIG - 2**24).to_bytes(4, "little")
    at = content.find(real)
    while at >= 0:
        content[at : at + 4] = (5000).to_bytes(4, "little")
        at = content.find(real, at + 1)
    return bytes(content)


def _padded(size: int) -> bytes:
    out, blank = io.BytesIO(), b" " * 2**20
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != SHEET:
                new.writestr(part.filename, old.read(part))
        text, place = old.read(SHEET), zipfile.ZipInfo(SHEET)
        place.compress_type = zipfile.ZIP_DEFLATED
        middle = text.rindex(b"</sheetData>")
        with new.open(place, "w") as sheet:
            sheet.write(text[:middle])
            for _ in range((size - len(text)) // 2**20):
                sheet.write(blank)
            sheet.write(b" " * ((size - len(text)) % 2**20) + text[middle:])
    return out.getvalue()


def laughs() -> bytes:
    """Entities that multiply to 10^12 letters."""
    row = '<row r="9"><c r="A9" t="inlineStr"><is><t>&m;</t></is></c></row></sheetData>'
    return _with_sheet(lambda text: f"<?xml version='1.0'?>{LAUGHS}]>" + text.replace("</sheetData>", row))


def far_cell() -> bytes:
    """One cell in the last row and column that a workbook can have."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return _with_sheet(lambda text: text.replace("</sheetData>", far))


def repeated_cell() -> bytes:
    """An OpenDocument sheet in which one cell stands for 16384 columns of 1048576 rows."""
    rows = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    names = {one: f"urn:oasis:names:tc:opendocument:xmlns:{one}:1.0" for one in ("office", "table", "text")}
    spaces = " ".join(f'xmlns:{one}="{name}"' for one, name in names.items())
    table = f'<table:table table:name="a">{rows}</table:table>'
    text = f"<office:document-content {spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        new.writestr("content.xml", text + "</office:body></office:document-content>")
    return out.getvalue()


def many_merged() -> bytes:
    """One value merged over a whole sheet, time and again."""
    merged = '<mergeCells count="5000">' + '<mergeCell ref="A1:XFD1048576"/>' * 5000 + "</mergeCells>"
    return _with_sheet(lambda text: text.replace("</sheetData>", "</sheetData>" + merged))


def long_column() -> bytes:
    """A Parquet file of 4·10⁸ equal cells in some kilobytes."""
    out = io.BytesIO()
    part = pa.table({name: pa.DictionaryArray.from_arrays(pa.array([0] * 10**7, pa.int32()), ["S-1"]) for name in HEAD})
    with pq.ParquetWriter(out, part.schema, compression="zstd") as writer:
        for _ in range(20):
            writer.write_table(part, row_group_size=10**7)
    return out.getvalue()


BOMBS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "unpacks_to_gigabytes": (".xlsx", unpacks_to_gigabytes),
    "lies_about_its_size": (".xlsx", lies_about_its_size),
    "laughs": (".xlsx", laughs),
    "far_cell": (".xlsx", far_cell),
    "repeated_cell": (".ods", repeated_cell),
    "many_merged": (".xlsx", many_merged),
    "long_column": (".parquet", long_column),
}
