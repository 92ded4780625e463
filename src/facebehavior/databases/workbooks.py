"""The rows of workbooks, which two databases are released as; reading them needs an extra."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from facebehavior.databases.reading import ReadingReport
from facebehavior.errors import FaceBehaviorError

ENDINGS = (".xls", ".xlsx")


def sheet_rows(
    file: Path, report: ReadingReport, *, sheet: str | None = None, header: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Go through the rows of a sheet with their numbers from 1; empty rows are left out.

    Cells come as text without the blanks around it, whole numbers without a decimal point, an empty
    cell as an empty text.

    Args:
        file: a workbook, `.xls` or `.xlsx`.
        report: counts the rows.
        sheet: its name, in upper or lower case; the first sheet where None.
        header: number of rows before the first.

    Raises:
        FaceBehaviorError: the extra is not installed, the file is no workbook, or has no such
            sheet.
    """
    for number, cells in enumerate(_cells(file, sheet), start=1):
        texts = [_text(cell) for cell in cells]
        if number > header and any(texts):
            report.rows += 1
            yield number, texts


def first_sheet_row(file: Path) -> list[str]:
    """Give the cells of the first row of a workbook's first sheet; [] if it is empty.

    Raises:
        FaceBehaviorError: as in `sheet_rows`.
    """
    return [_text(cell) for cell in next(iter(_cells(file, None)), [])]


def _cells(file: Path, sheet: str | None) -> list[list[object]]:
    if find_spec("python_calamine") is None:
        raise FaceBehaviorError(
            f"{file}: to read a workbook, the package python-calamine is needed; install it with: "
            "pip install 'facebehavior[workbooks]', or save the sheet as CSV"
        )
    from python_calamine import CalamineError, load_workbook

    try:
        with load_workbook(str(file)) as workbook:
            names = workbook.sheet_names
            wanted = [n for n in names if sheet is None or n.strip().lower() == sheet.lower()]
            if not wanted:
                raise FaceBehaviorError(
                    f"{file}: expected a sheet {sheet}, found the sheets {', '.join(names)}"
                )
            # Rows before the first filled one are kept: a row's number is that of the workbook.
            rows = workbook.get_sheet_by_name(wanted[0]).to_python(skip_empty_area=False)
            return [list(row) for row in rows]
    except (CalamineError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FaceBehaviorError(f"{file}: expected a workbook ({reason})") from error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
