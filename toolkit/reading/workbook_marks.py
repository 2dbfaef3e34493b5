"""The marks of a workbook of any kind; see `toolkit.reading.marks`."""

from __future__ import annotations

import io
import zipfile

from toolkit.reading.compound_file import SIGNATURE
from toolkit.reading.marks import Marks
from toolkit.reading.ods_marks import CONTENT, ods_marks
from toolkit.reading.xls_marks import Locked, xls_marks
from toolkit.reading.xlsx_marks import xlsx_marks

MANIFEST = "META-INF/manifest.xml"


def find_marks(content: bytes) -> Marks:
    """The marks of the workbook whose bytes are `content`.

    Raises
    ------
    ValueError
        When it is no workbook, is damaged, or is made to fill the memory.
    Locked
        When it asks for a password.
    """
    if content.startswith(SIGNATURE):
        return xls_marks(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return xlsx_marks(archive)
        if MANIFEST in names and b"encryption-data" in archive.read(MANIFEST):
            raise Locked
        if CONTENT in names:
            return ods_marks(archive)
    message = "a kind of workbook that is not known"
    raise ValueError(message)
