"""The sheet 替代与处理的数值: every value that does not come of the raw one as it stands, for the committee to see."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.text import Phrase, phrase
from toolkit.wording.shapes import touched_in_words
from toolkit.workbook.book import HEADING_ROW, Book

COLUMNS = (
    (Phrase("会员代码", "Key"), 21),
    (Phrase("会员名称", "Member"), 30),
    (Phrase("指标", "Indicator"), 26),
    (Phrase("如何替代或处理", "What was done"), 26),
    (Phrase("原始数据", "Raw"), 12),
    (Phrase("处理后", "Used"), 12),
    (Phrase("分值", "Value"), 10),
)


def write_touched_sheet(book: Book) -> None:
    """A row for each such value, indicator by indicator; no sheet where there is none."""
    evaluation = book.evaluation
    touched, scheme = evaluation.touched, evaluation.scheme
    if touched.empty:
        return
    note = phrase("共 {n} 个数值；原始数据空缺的为缺失", "{n} values; without a raw value where it is missing", n=len(touched))
    sheet = book.sheet("touched", note, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, COLUMNS)
    names = evaluation.members["name"].reindex(touched["member"])
    shown = touched.assign(
        name=names.to_numpy(),
        label=[scheme.label(item) for item in touched["indicator"]],
        done=[touched_in_words(scheme, *place).into(book.language) for place in zip(touched["indicator"], touched["how"], strict=True)],
    )[["member", "name", "label", "done", "raw", "used", "value"]]
    number = book.number()
    forms = [*[book.format()] * 3, book.format(text_wrap=True), number, number, book.number(scheme.decimals)]
    rows = ([_plain(cell) for cell in row] for row in shown.astype("object").itertuples(index=False))
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(shown), len(COLUMNS) - 1)


def _plain(value: Any) -> Any:
    """A cell as Python's own value; empty where there is none."""
    if pd.isna(value):
        return ""
    return value.item() if hasattr(value, "item") else value
