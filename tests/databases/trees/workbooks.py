"""Workbooks of text and numbers, written from the two file formats' definitions."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

Sheets = Mapping[str, Sequence[Sequence[object]]]

_SECTOR, _FREE, _END, _OF_FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """Write a workbook in Office Open XML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    numbered = list(enumerate(sheets, start=1))
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"/>' for n, name in numbered
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"workbook.xml": "sheet.main"}
    parts |= {f"worksheets/sheet{n}.xml": "worksheet" for n, _ in numbered}
    types = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{kind}.{what}+xml"/>'
        for part, what in parts.items()
    )
    root = f'<Relationship Id="r0" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        )
        archive.writestr("_rels/.rels", _relationships(root))
        archive.writestr("xl/_rels/workbook.xml.rels", _relationships(related))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        for number, name in numbered:
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _worksheet(sheets[name]))
    return path


def write_xls(path: Path, sheets: Sheets) -> Path:
    """Write a workbook in BIFF8, inside a compound file of one stream."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bodies = [_biff_sheet(rows) for rows in sheets.values()]
    bounds = [struct.pack("<IHBB", 0, 0, len(name), 0) + name.encode("latin-1") for name in sheets]
    beginning = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    place = len(beginning) + sum(4 + len(bound) for bound in bounds) + 4
    globals_part = beginning
    for bound, body in zip(bounds, bodies, strict=True):
        globals_part += _record(0x85, struct.pack("<I", place) + bound[4:])
        place += len(body)
    path.write_bytes(_compound(globals_part + _record(0x0A, b"") + b"".join(bodies)))
    return path


def _relationships(content: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{content}</Relationships>'


def _worksheet(rows: Sequence[Sequence[object]]) -> str:
    lines = "".join(
        f'<row r="{n}">{"".join(_cell(one) for one in row)}</row>'
        for n, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _biff_sheet(rows: Sequence[Sequence[object]]) -> bytes:
    content = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            where = struct.pack("<HHH", place, column, 0)
            if isinstance(value, int | float):
                content += _record(0x203, where + struct.pack("<d", value))
            elif value is not None:
                text = str(value).encode("latin-1")
                content += _record(0x204, where + struct.pack("<HB", len(text), 0) + text)
    return content + _record(0x0A, b"")


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """Put a stream behind a header, one sector of the allocation table and one of the directory."""
    # A stream under 4,096 bytes would have to be kept in another way.
    count = max(8, -(-len(stream) // _SECTOR))
    stream = stream.ljust(count * _SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    chain = [_OF_FAT, _END, *range(3, count + 2), _END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return header + table + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    content = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    content += struct.pack("<III", _FREE, _FREE, child) + bytes(36)
    return content + struct.pack("<IQ", start, size)
