"""The public notice as a page: language, class and name choose what of the extract is shown. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from toolkit.extract import Extract, read_extract
from toolkit.serving import notice
from toolkit.text import Language, Phrase

LONGEST_WORDS = 60
"""A search is cut at this many characters, for a visitor may send any text of any length."""

FAULT = Phrase("页面暂时无法显示，请刷新后重试。", "The page cannot be shown just now; please reload it.")


def notice_page(public: Path) -> widgets.VBox:
    """The page of the extract in the folder `public`."""
    return NoticePage(read_extract(public)).layout


class NoticePage:
    """The widgets of one page and how they answer a reader.

    Parameters
    ----------
    extract
        All that the page, and the kernel behind it, knows.
    """

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        language = "en" if extract.notice["language"] == "en" else "zh"
        self.language = widgets.ToggleButtons(
            options=[("中文", "zh"), ("English", "en")], value=language, style={"button_width": "auto"}
        )
        self.class_ = widgets.Dropdown(options=[("全部类别", "")], value="")
        self.words = widgets.Text(continuous_update=True)
        self.masthead, self.count, self.list, self.particulars, self.colophon = (
            widgets.HTML() for _ in range(5)
        )
        self.layout = self._laid_out()
        self.language.observe(_quietly(self._translate, self.list), "value")
        for control in (self.class_, self.words):
            control.observe(_quietly(self._select, self.list), "value")
        _quietly(self._translate, self.list)()

    @property
    def spoken(self) -> Language:
        """The language chosen."""
        return "en" if self.language.value == "en" else "zh"

    def _translate(self) -> None:
        everywhere = Phrase("全部类别", "All classes").into(self.spoken)
        chosen = self.class_.value
        self.class_.options = [(everywhere, ""), *((name, name) for name in self.extract.notice["classes"])]
        self.class_.value = chosen  # new options choose their first
        self.class_.tooltip = notice.HEADINGS["class"].into(self.spoken)
        self.words.tooltip = notice.HEADINGS["name"].into(self.spoken)
        self.words.placeholder = Phrase("输入名称中的几个字", "Part of a member's name").into(self.spoken)
        self.masthead.value = notice.masthead(self.extract, self.spoken)
        self.particulars.value = notice.particulars(self.extract, self.spoken)
        self.colophon.value = notice.colophon(self.extract, self.spoken)
        self._select()

    def _select(self) -> None:
        rows = notice.matching(self.extract, self.class_.value or "", self.words.value[:LONGEST_WORDS])
        self.count.value = notice.count_line(self.extract, len(rows), self.spoken)
        self.list.value = notice.award_list(self.extract, rows, self.spoken)

    def _laid_out(self) -> widgets.VBox:
        controls = [self.class_] if self.extract.notice["classes"] else []
        filters = _box(widgets.HBox, "notice-filters", *controls, self.words, self.count)
        main = _box(widgets.VBox, "notice-main", filters, self.list)
        body = _box(widgets.HBox, "notice-body", main, self.particulars)
        switch = _box(widgets.HBox, "notice-switch", self.language)
        return _box(widgets.VBox, "notice-page", switch, self.masthead, body, self.colophon)


def _box(kind: type[widgets.Box], css: str, *children: widgets.Widget) -> Any:
    box = kind(list(children))
    box.add_class(css)
    return box


def _quietly(answer: Callable[[], None], place: widgets.HTML) -> Callable[..., None]:
    """`answer` as a callback whose failure is told in plain words: a traceback would show a visitor paths and code."""

    def callback(*_: object) -> None:
        try:
            answer()
        except Exception:  # noqa: BLE001 - whatever it is, a visitor must not read it
            place.value = notice.element("p", f"{FAULT.zh} {FAULT.en}", css="none")

    return callback
