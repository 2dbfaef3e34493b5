"""The two sheets of an Excel ballot that are filled in: 100 points in each group, or comparisons of pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from toolkit.ballots.ballot import group_label, voted_groups
from toolkit.forms.sheet import HEAD, FormBook
from toolkit.text import Language, Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

FORM = Phrase("权重判断票", "ballot")
POINTS, PAIRS = Phrase("百分法", "Points"), Phrase("两两比较", "Pairs")
VALUE = 3  # the column filled in, on either sheet; the first, hidden, says for what
SCALE = (*(str(step) for step in range(9, 0, -1)), *(f"1/{step}" for step in range(2, 10)))
INPUT = "#FFF9E7"
WIDTHS = {POINTS: (4, 6, 38, 14, 22), PAIRS: (4, 6, 30, 18, 30)}
WIDTHS_LATER = (4, 6, 26, 14, 9, 9, 9, 9)  # with the round before
PRINTED = 80  # percent: a margin for programs that draw columns wider than Excel does
LINE, HEAD_HEIGHT, PAGE_HEIGHT = 22.0, 66.0, 850.0  # points: a row, the heading on each page, what fits on A4 so printed
FOOTER = Phrase(
    "&L&10专家（签名）：＿＿＿＿＿＿＿＿&C&10第 &P 页，共 &N 页&R&10日期：＿＿＿＿年＿＿月＿＿日",
    "&L&10Expert (signature): ______________&C&10page &P of &N&R&10date: ______________",
)
HINTS = {
    POINTS: Phrase(
        "每组共 100 分，按重要程度分给各项；合计须正好 100。不计的写 0，不要留空。",
        "Each group has 100 points: divide them by importance, to exactly 100. Write 0 for what should not count; leave none empty.",
    ),
    PAIRS: Phrase(
        "每行从下拉框选：1 同等重要；3 左项稍重要；5 明显重要；7 强烈重要；9 极端重要；右项更重要的选 1/3、1/5 等。",
        "Choose for each row: 1 equal, 3 the left one somewhat more, 5 clearly, 7 strongly, 9 extremely; 1/3, 1/5 if the right one is.",
    ),
}


@dataclass(frozen=True)
class BlankBallot:
    """What one form is for: the scheme and its fingerprint, the expert, the round, and the round before it.

    `before` is by node: own share and the group's quartiles, in percent.
    """

    scheme: Scheme
    digest: str
    expert: str = ""
    round: int = 1
    before: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name: the code and, from the second on, the round."""
        code = f"_{self.expert}" if self.expert else ""
        return f"{FORM.zh}{code}{f'_第{self.round}轮' if self.round > 1 else ''}.xlsx"


def _sheet(book: FormBook, blank: BlankBallot, name: Phrase) -> tuple[Any, int]:
    """A sheet with its heading; gives the first free row."""
    language = book.language
    sheet = book.file.add_worksheet(name.into(language))
    sheet.set_default_row(LINE)
    for place, width in enumerate(WIDTHS_LATER if name is POINTS and blank.before else WIDTHS[name]):
        sheet.set_column(place, place, width, None, {"hidden": place == 0})
    title = phrase("《{title}》权重判断票（{zh}）", "{title}: ballot ({en})", title=blank.scheme.title, zh=name.zh, en=name.en)
    sheet.set_row(0, 44)
    last = _last_column(name, blank)
    sheet.merge_range(0, 1, 0, last, title.into(language), book.bare(font_name=HEAD, font_size=14, text_wrap=True, align="center"))
    facts = phrase("专家代号：{e}　第 {n} 轮　办法指纹：{d}　评价基准日：{day}", "Expert: {e}  Round: {n}  Scheme: {d}  As of: {day}",
                   e=blank.expert or "＿＿＿＿", n=blank.round, d=blank.digest, day=blank.scheme.as_of)  # fmt: skip
    sheet.merge_range(1, 1, 1, last, facts.into(language), book.bare(font_size=10, align="center"))
    sheet.set_row(2, 34)
    sheet.merge_range(2, 1, 2, last, HINTS[name].into(language), book.bare(font_size=10, text_wrap=True))
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    sheet.set_print_scale(PRINTED)
    sheet.repeat_rows(0, 1)
    sheet.hide_gridlines(2)
    printed = phrase("&R&8办法指纹 {d}　第 {n} 轮", "&R&8scheme {d}, round {n}", d=blank.digest, n=blank.round)
    sheet.set_header(printed.into(language))
    sheet.set_footer(FOOTER.into(language))
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return sheet, 4


def _last_column(name: Phrase, blank: BlankBallot) -> int:
    return 7 if name is POINTS and blank.before else 4


def write_points(book: FormBook, blank: BlankBallot) -> None:
    """The sheet on which 100 points are divided in each group, with the sum and what is still lacking."""
    sheet, row = _sheet(book, blank, POINTS)
    row = _write_head(book, sheet, blank, row)
    starts = []
    for number, (group, nodes) in enumerate(voted_groups(blank.scheme).items(), 1):
        starts.append(row)
        row = _write_group(book, sheet, row, number, group_label(blank.scheme, group))
        row = _headings(book, sheet, row, blank)
        first = row
        for place, node in enumerate(nodes, 1):
            _write_node(book, sheet, row, (place, group, node), blank)
            row += 1
        row = _write_sum(book, sheet, row, first) + 1
    sheet.set_h_pagebreaks(_breaks([*starts, row]))


def _write_head(book: FormBook, sheet: Any, blank: BlankBallot, row: int) -> int:
    """Code, round and day, as the form is read back."""
    lines: tuple[tuple[str, Phrase, object], ...] = (
        ("expert", Phrase("专家代号", "Expert's code"), blank.expert),
        ("round", Phrase("轮次", "Round"), blank.round),
        ("cast", Phrase("填写日期（如 2018-12-03）", "Date (such as 2018-12-03)"), ""),
        ("scheme", Phrase("办法指纹", "Scheme"), blank.digest),
    )
    for key, label, value in lines:
        open_ = key in {"expert", "cast"}
        look = book.format(align="center", num_format="@", locked=not open_, bg_color=INPUT if open_ else "#FFFFFF")
        sheet.write_string(row, 0, key)
        sheet.merge_range(row, 1, row, VALUE - 1, label.into(book.language), book.format())
        sheet.write_string(row, VALUE, str(value), look)
        row += 1
    return row + 1


def _write_group(book: FormBook, sheet: Any, row: int, number: int, label: Phrase) -> int:
    said = Phrase(f"{number}. “{label.zh}”之下", f"{number}. Below {label.en}").into(book.language)
    sheet.write_string(row, 1, said, book.bare(font_name=HEAD, font_size=12))
    return row + 1


def _headings(book: FormBook, sheet: Any, row: int, blank: BlankBallot) -> int:
    names = [Phrase("序号", "No."), Phrase("指标", "Item"), Phrase("分数", "Points")]
    last = [Phrase("您上轮", "Yours before"), Phrase("下四分位", "Lower quartile"), Phrase("中位数", "Median"), Phrase("上四分位", "Upper quartile")]
    for place, name in enumerate([*names, *(last if blank.before else [Phrase("核对", "Check")])], 1):
        sheet.write_string(row, place, name.into(book.language), book.heading(required=place == VALUE))
    return row + 1


def _write_node(book: FormBook, sheet: Any, row: int, which: tuple[int, str, str], blank: BlankBallot) -> None:
    place, group, node = which
    item = blank.scheme.nodes[node]
    sheet.write_string(row, 0, f"points|{group}|{node}")
    sheet.write_number(row, 1, place, book.format(align="center"))
    sheet.write_string(row, 2, item.label, book.format(text_wrap=True))
    sheet.write_blank(row, VALUE, None, book.format(align="center", bg_color=INPUT, locked=False, num_format="General"))
    sheet.data_validation(row, VALUE, row, VALUE, _hundred(book.language))
    for column, share in enumerate(blank.before.get(node, ()), VALUE + 1):
        said = "—" if share != share else f"{share:.1f}"  # noqa: PLR0124 - NaN: no ballot in the round before
        sheet.write_string(row, column, said, book.format(align="center", font_size=10))


def _hundred(language: Language) -> dict[str, Any]:
    said = Phrase("请填 0 至 100 的数", "a number from 0 to 100")
    return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "ignore_blank": True,
            "error_title": Phrase("请核对", "Please check").into(language), "error_message": said.into(language)}  # fmt: skip


def _write_sum(book: FormBook, sheet: Any, row: int, first: int) -> int:
    """The sum and what is still lacking; red until it is 100."""
    cells = f"D{first + 1}:D{row}"
    sheet.merge_range(row, 1, row, 2, Phrase("合计（应为 100）", "Sum (100)").into(book.language), book.format(align="right"))
    sheet.write_formula(row, VALUE, f'=IF(COUNT({cells})=0,"",SUM({cells}))', book.format(align="center", bold=True), "")
    words = Phrase(
        f'=IF(COUNT({cells})=0,"",IF(ROUND(SUM({cells}),6)=100,"√ 合计 100",IF(SUM({cells})<100,"还差 "&ROUND(100-SUM({cells}),6),"多出 "&ROUND(SUM({cells})-100,6))))',
        f'=IF(COUNT({cells})=0,"",IF(ROUND(SUM({cells}),6)=100,"OK: 100",IF(SUM({cells})<100,ROUND(100-SUM({cells}),6)&" lacking",ROUND(SUM({cells})-100,6)&" too many")))',
    )
    sheet.write_formula(row, VALUE + 1, words.into(book.language), book.format(), "")
    wrong = book.file.add_format({"bg_color": "#F4B183", "pattern": 1})
    criteria = f"=AND(COUNT({cells})>0,ROUND(SUM({cells}),6)<>100)"
    sheet.conditional_format(row, VALUE, row, VALUE + 1, {"type": "formula", "criteria": criteria, "format": wrong})
    return row + 1


def write_pairs(book: FormBook, blank: BlankBallot) -> None:
    """The sheet on which any two of a group are compared."""
    sheet, row = _sheet(book, blank, PAIRS)
    source = {"validate": "list", "source": list(SCALE), "ignore_blank": True}
    starts = []
    for number, (group, nodes) in enumerate(voted_groups(blank.scheme).items(), 1):
        starts.append(row)
        row = _write_group(book, sheet, row, number, group_label(blank.scheme, group))
        names = (Phrase("序号", "No."), Phrase("左项", "Left"), Phrase("左项是右项的几倍", "Left : right"), Phrase("右项", "Right"))
        for place, name in enumerate(names, 1):
            sheet.write_string(row, place, name.into(book.language), book.heading(required=place == VALUE))
        for place, (first, second) in enumerate(combinations(nodes, 2), 1):
            row += 1
            sheet.write_string(row, 0, f"ahp|{group}|{first}|{second}")
            sheet.write_number(row, 1, place, book.format(align="center"))
            sheet.write_string(row, 2, blank.scheme.label(first), book.format(text_wrap=True))
            sheet.write_blank(row, VALUE, None, book.format(align="center", bg_color=INPUT, locked=False, num_format="@"))
            sheet.data_validation(row, VALUE, row, VALUE, source)
            sheet.write_string(row, VALUE + 1, blank.scheme.label(second), book.format(text_wrap=True))
        row += 2
    sheet.set_h_pagebreaks(_breaks([*starts, row]))


def _breaks(starts: Sequence[int]) -> list[int]:
    """Before which rows a new page begins, so that no group is torn in two that fits on one page.

    Examples
    --------
    >>> _breaks([9, 20, 30, 40])
    [30]
    """
    breaks, used = [], HEAD_HEIGHT + LINE * starts[0]
    for first, after in pairwise(starts):
        height = LINE * (after - first)
        if used + height > PAGE_HEIGHT:
            breaks.append(first)
            used = HEAD_HEIGHT
        used += height
    return [row for row in breaks if row > starts[0]]
