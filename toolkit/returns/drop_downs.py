"""Drop-downs whose list stands in another sheet: Excel writes them where openpyxl leaves them behind."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from openpyxl.worksheet.datavalidation import DataValidation

from toolkit.reading.xlsx_marks import parsed, sheet_paths

if TYPE_CHECKING:
    from openpyxl import Workbook

EXTENSION = b"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
RULE = f".//{{{EXTENSION.decode()}}}dataValidation"


def add_drop_downs(workbook: Workbook, content: bytes) -> None:
    """The extended checks of the .xlsx file whose bytes are `content`, as plain ones, into its copy `workbook`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, path in sheet_paths(archive):
            xml = archive.read(path)
            if EXTENSION in xml and name in workbook.sheetnames:
                for rule in parsed(xml).iterfind(RULE):
                    workbook[name].add_data_validation(_plain(rule))


def _plain(rule: ET.Element) -> DataValidation:
    said = {key: value for key, value in rule.attrib.items() if key in DataValidation.__attrs__}
    for part in rule:
        told = "".join(part.itertext()).strip()
        said[part.tag.rpartition("}")[2]] = told  # formula1, formula2 and sqref
    return DataValidation(**said)
