"""The Excel ballot (权重判断票) of one expert, known by a code only: written to be printed and signed, and read back.

It has two sheets to fill in, 100 points in each group or comparisons of pairs. What comes back is read cell by cell into a
ballot that stands up to every check.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.ballots.ballot import Ahp, Ballot, DividedPoints, Judgement, group_label, number_of, voted_groups
from toolkit.ballots.folder import judged, load_ballots, unjudged
from toolkit.ballots.group import GroupWeights, place_before, round_before
from toolkit.forms.entry_sheet import HEAD, FormBook, form_book
from toolkit.forms.entry_sheet import TITLE as NOTES
from toolkit.ground.problems import Problem, Problems, Refused, nearest, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import placed_in
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, PSEUDONYM, is_pseudonym

if TYPE_CHECKING:
    from toolkit.scheme import Scheme


FORM = Phrase("权重判断票", "ballot")
POINTS, PAIRS = Phrase("百分法", "Points"), Phrase("两两比较", "Pairs")
VALUE = 3  # the column filled in, on either sheet; the first, hidden, says for what
SCALE = (*(str(step) for step in range(9, 0, -1)), *(f"1/{step}" for step in range(2, 10)))
NUMBER = Phrase("序号", "No.")
NAMES = {
    POINTS: (NUMBER, Phrase("指标", "Item"), Phrase("分数", "Points")),
    PAIRS: (NUMBER, Phrase("左项", "Left"), Phrase("左项是右项的几倍", "Left : right"), Phrase("右项", "Right")),
}
QUARTILES = (Phrase("您上轮", "Yours before"), Phrase("下四分位", "Lower quartile"), Phrase("中位数", "Median"), Phrase("上四分位", "Upper quartile"))
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

    def called(self, node: str) -> str:
        """What the expert reads for a node: its label, in English as the scheme says it."""
        return self.scheme.called(self.scheme.label(node))

    @property
    def title(self) -> Phrase:
        """The title of the scheme, in English as the scheme says it."""
        return Phrase(self.scheme.title, self.scheme.called(self.scheme.title))

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
    widths = WIDTHS_LATER if name is POINTS and blank.before else WIDTHS[name]
    last = len(widths) - 1
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width, None, {"hidden": place == 0})
    title = phrase("《{title.zh}》权重判断票（{zh}）", "{title.en}: ballot ({en})", title=blank.title, zh=name.zh, en=name.en)
    sheet.set_row(0, 44)
    sheet.merge_range(0, 1, 0, last, title.into(language), book.bare(font_name=HEAD, font_size=14, text_wrap=True, align="center"))
    facts = phrase("专家代号：{e}　第 {n} 轮　办法指纹：{d}　评价基准日：{day}", "Expert: {e}  Round: {n}  Scheme: {d}  As of: {day}",
                   e=blank.expert or "＿＿＿＿", n=blank.round, d=blank.digest, day=blank.scheme.as_of)  # fmt: skip
    sheet.merge_range(1, 1, 1, last, facts.into(language), book.bare(font_size=10, align="center"))
    sheet.set_row(2, 34)
    sheet.merge_range(2, 1, 2, last, HINTS[name].into(language), book.bare(font_size=10, text_wrap=True))
    _set_paper(book, sheet)
    sheet.repeat_rows(0, 1)
    sheet.hide_gridlines(2)
    printed = phrase("&R&8办法指纹 {d}　第 {n} 轮", "&R&8scheme {d}, round {n}", d=blank.digest, n=blank.round)
    sheet.set_header(printed.into(language))
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return sheet, 4


def _groups(blank: BlankBallot) -> Iterator[tuple[str, tuple[str, ...], Phrase]]:
    """Each group that is voted on: its name, its nodes, and what stands above it."""
    for number, (group, nodes) in enumerate(voted_groups(blank.scheme).items(), 1):
        label = group_label(blank.scheme, group)
        yield group, tuple(nodes), Phrase(f"{number}. “{label.zh}”之下", f"{number}. Below {blank.scheme.called(label.en)}")


def write_points(book: FormBook, blank: BlankBallot) -> None:
    """The sheet on which 100 points are divided in each group, with the sum and what is still lacking."""
    sheet, row = _sheet(book, blank, POINTS)
    row = _write_head(book, sheet, blank, row)
    hundred = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "ignore_blank": True,
               "error_title": Phrase("请核对", "Please check").into(book.language),
               "error_message": Phrase("请填 0 至 100 的数", "a number from 0 to 100").into(book.language)}  # fmt: skip
    names, starts = (*NAMES[POINTS], *(QUARTILES if blank.before else (Phrase("核对", "Check"),))), []
    for group, nodes, title in _groups(blank):
        starts.append(row)
        row = first = _write_group(book, sheet, row, title, names)
        for place, node in enumerate(nodes, 1):
            _write_item(book, sheet, row, (f"points|{group}|{node}", place, blank.called(node)), hundred, num_format="General")
            for column, share in enumerate(blank.before.get(node, ()), VALUE + 1):
                text = "—" if share != share else f"{share:.1f}"  # noqa: PLR0124 - NaN: no ballot in the round before
                sheet.write_string(row, column, text, book.format(align="center", font_size=10))
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


def _write_group(book: FormBook, sheet: Any, row: int, title: Phrase, names: Sequence[Phrase]) -> int:
    """The title of a group and the headings below it; gives the first row below these."""
    sheet.write_string(row, 1, title.into(book.language), book.bare(font_name=HEAD, font_size=12))
    for place, name in enumerate(names, 1):
        sheet.write_string(row + 1, place, name.into(book.language), book.heading(required=place == VALUE))
    return row + 2


def _write_item(book: FormBook, sheet: Any, row: int, item: tuple[str, int, str], checked: Mapping[str, Any], *, num_format: str) -> None:
    """A row with an item's key, number and label, and the cell to be filled in, with what is checked there."""
    key, place, label = item
    sheet.write_string(row, 0, key)
    sheet.write_number(row, 1, place, book.format(align="center"))
    sheet.write_string(row, 2, label, book.format(text_wrap=True))
    sheet.write_blank(row, VALUE, None, book.format(align="center", bg_color=INPUT, locked=False, num_format=num_format))
    sheet.data_validation(row, VALUE, row, VALUE, checked)


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
    for group, nodes, title in _groups(blank):
        starts.append(row)
        row = _write_group(book, sheet, row, title, NAMES[PAIRS])
        for place, (first, second) in enumerate(combinations(nodes, 2), 1):
            _write_item(book, sheet, row, (f"ahp|{group}|{first}|{second}", place, blank.called(first)), source, num_format="@")
            sheet.write_string(row, VALUE + 1, blank.called(second), book.format(text_wrap=True))
            row += 1
        row += 1
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


SHORT = 12  # signs of the scheme's digest, enough to compare by eye
RULES = (
    Phrase("“百分法”与“两两比较”两张表，每一组任选一种填写，不要两种都填。", "For each group fill in one of the two sheets, Points or Pairs, never both."),
    Phrase("只填黄色格子；其余格子已锁定。专家只写代号，不写姓名。", "Fill in the yellow cells only; the others are locked. Write your code, never your name."),
    Phrase("两两比较不必全做，但每一项都要与别的项连得起来；做全了可以核对前后是否一致。", "Not every pair is needed, but each item must be joined to the others; all of them let contradictions show."),
    Phrase("前后矛盾（一致性比率 CR 不小于 0.1）的，秘书处会告知最该再想一想的一处。", "Where CR reaches 0.1 you are told which comparison to think over."),
    Phrase("打印签名的一份由秘书处存档；姓名与代号的对照表只由秘书处保管，不公开。", "The signed print is kept by the secretariat; who has which code is never published."),
)


def write_ballot_forms(folder: Path, scheme: Scheme, out: Path, experts: Sequence[str] = ()) -> tuple[Path, ...]:
    """A form for each expert named, else for those the scheme counts and those who voted before; else one blank form.

    In the second round and later each form shows its expert the own weights of the round before beside the group's
    quartiles: nobody else's, and no name.

    Raises
    ------
    Refused
        For an expert who goes by a name; when a form would be written over one that differs.
    """
    if not all(map(is_pseudonym, experts)):
        raise refuse(NO_CODE, GIVE_CODE)
    ballots = load_ballots(folder, scheme)
    number = (scheme.weighting.round if scheme.weighting else None) or 1
    counted = scheme.weighting.experts if scheme.weighting else {}
    codes = sorted(experts or {*counted, *(ballot.expert for ballot in ballots.listed if ballot.expert)}) or [""]
    earlier = round_before(ballots, number)
    digest = scheme_digest(folder)
    blanks = [BlankBallot(scheme, digest, code, number, _shares_before(earlier, code)) for code in codes]
    contents = {out / blank.name: ballot_form(blank) for blank in blanks}
    for path, content in contents.items():
        if path.exists() and path.read_bytes() != content:
            rule = Phrase("这里已有同名文件，内容不同（可能已填写），不覆盖", "a file of this name is there and differs, perhaps filled in: it is not written over")
            raise refuse(rule, Phrase("请移走或改名后再试", "move it away or rename it"), file=path.name)
    with placed_in(out) as unfinished:
        for path, content in contents.items():
            (unfinished / path.name).write_bytes(content)
    return tuple(contents)


def scheme_digest(folder: Path) -> str:
    """The first signs of the SHA-256 of the edition's scheme, printed on every form."""
    return file_digest(folder / "scheme.toml")[:SHORT]


def ballot_form(blank: BlankBallot) -> bytes:
    """The workbook of one form: 填表说明, points, pairs; the same bytes every time."""
    content, scheme = io.BytesIO(), blank.scheme
    with form_book(content, Path(blank.name).stem, scheme) as book:
        _write_notes(book, blank)
        write_points(book, blank)
        write_pairs(book, blank)
        book.file.get_worksheet_by_name(POINTS.into(scheme.language)).activate()
    return content.getvalue()


def _shares_before(earlier: GroupWeights | None, expert: str) -> dict[str, tuple[float, ...]]:
    """By node the expert's own share and the group's quartiles, in percent; only the quartiles for who did not answer."""
    before = place_before(earlier, expert) if earlier else {}
    return {node: (place.own, *place.quartiles) for node, place in before.items()}


def _write_notes(book: FormBook, blank: BlankBallot) -> None:
    sheet = book.file.add_worksheet(NOTES.into(book.language))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 84)
    for row, line in enumerate(_note_lines(blank)):
        look = {"font_name": HEAD, "font_size": 14} if row == 0 else {"text_wrap": True}
        sheet.set_row(row, 30 if row == 0 else 36)
        sheet.write_string(row, 0, line.into(book.language), book.bare(**look))
    _set_paper(book, sheet)


def _set_paper(book: FormBook, sheet: Any) -> None:
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    sheet.set_print_scale(PRINTED)
    sheet.set_footer(FOOTER.into(book.language))


def _note_lines(blank: BlankBallot) -> Iterator[Phrase]:
    yield Phrase(f"{FORM.zh}　填表说明", f"{FORM.en}: instructions")
    yield phrase("适用：{title.zh}（指纹 {d}）", "For: {title.en} (scheme {d})", title=blank.title, d=blank.digest)
    deadline = blank.scheme.weighting.deadline if blank.scheme.weighting else None
    due = Phrase(deadline.isoformat(), deadline.isoformat()) if deadline else Phrase("＿＿＿＿年＿＿月＿＿日", "____-__-__")
    yield Phrase(f"交回截止：{due.zh}（当日仍计）。逾期、重复、不全和撤回的不计入，并列明原因。",
                 f"Due: {due.en}, that day included. Late, double, incomplete and withdrawn ballots are set aside, with the reason.")  # fmt: skip
    yield from (Phrase(f"{place}. {rule.zh}", f"{place}. {rule.en}") for place, rule in enumerate(RULES, 1))


OWN_NAME = re.compile(rf"{FORM.zh}(_(?:{PSEUDONYM.pattern}))?(_第[0-9]+轮)?\.xlsx")
DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
WIDE = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("．"): "."}
JUDGED = frozenset({"points", "ahp"})
"""How the keys of cells begin in which something is judged."""
NOT_FILLED = (Phrase("一格也没有填", "nothing is filled in"), Phrase("请填写后再交回", "fill it in first"))
NO_FORM = (Phrase("不是权重判断票", "is no ballot form"), Phrase("请用 committee ballots 届次文件夹 --forms 生成的票", "use the forms that --forms writes"))


class FormCell(NamedTuple):
    """A cell that was filled in, and where."""

    sheet: str
    row: int
    value: Any


def returned_ballot(path: Path, scheme: Scheme, folder: Path, place: int = 1) -> tuple[Ballot, Problems]:
    """The ballot in a form that came back, and what is to be said of it all the same.

    Parameters
    ----------
    folder
        The edition's, whose scheme the form should have been made for.
    place
        Which of the files this is: messages call it by that where its name could be a person's.

    Raises
    ------
    Refused
        With every cell that cannot be taken; no message repeats what was written for the expert's code.
    """
    shown = path.name if OWN_NAME.fullmatch(path.name) else f"[{place}].xlsx"
    cells = _cells(path, shown)
    if not any(key == "cast" or key.partition("|")[0] in JUDGED for key in cells):
        raise refuse(*NOT_FILLED, file=shown)
    problems: list[Problem] = []
    expert, cast = _expert(cells, shown, problems), _cast(cells, shown, problems)
    weights = dict(_judgements(cells, scheme, shown, problems))
    if not weights and not problems:
        problems.append(Problem("error", *NOT_FILLED, file=shown))
    if not problems:
        problems += unsound(weights, scheme, shown)
    if Problems(tuple(problems)).errors:
        raise Refused(Problems(tuple(problems)))
    ballot = Ballot(expert=expert, round=_round(cells), cast=cast, weights=weights)
    return ballot, Problems(tuple(_scheme_note(cells, folder, shown)))


def _cells(path: Path, shown: str) -> dict[str, FormCell]:
    """Every cell with a key beside it that holds something."""
    import python_calamine as calamine

    cells: dict[str, FormCell] = {}
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                for row, line in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
                    if len(line) > VALUE and isinstance(line[0], str) and line[0] and str(line[VALUE]).strip():
                        cells.setdefault(line[0], FormCell(name, row, line[VALUE]))
    except Exception:  # noqa: BLE001 - whatever the reader says of it, it is no form of ours
        cells = {}
    if "scheme" not in cells:
        raise refuse(*NO_FORM, file=shown)
    return cells


def _expert(cells: Mapping[str, FormCell], shown: str, problems: list[Problem]) -> str:
    cell = cells.get("expert")
    expert = str(cell.value).strip().upper() if cell else ""
    if not is_pseudonym(expert):
        rule = NO_CODE if cell else Phrase("缺专家代号", "the expert's code is lacking")
        problems.append(_at(cell, rule, GIVE_CODE, shown))
    return expert


def _cast(cells: Mapping[str, FormCell], shown: str, problems: list[Problem]) -> dt.date:
    cell = cells.get("cast")
    value = cell.value if cell else ""
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    match = DATE.fullmatch(str(value).translate(WIDE).strip())
    try:
        return dt.date(*map(int, match.groups())) if match else _serial(value)
    except (ValueError, OverflowError):
        mend = Phrase("请写成 2018-12-03", "write it like 2018-12-03")
        problems.append(_at(cell, Phrase("填写日期缺失或不是日期", "the date is lacking or no date"), mend, shown))
        return dt.date.min


def _serial(value: Any) -> dt.date:
    """A day that Excel left as a number, as in a cell formatted as text."""
    number = float(value)
    if not 20_000 <= number <= 80_000:
        raise ValueError
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(number))


def _round(cells: Mapping[str, FormCell]) -> int:
    with suppress(KeyError, TypeError, ValueError):
        return max(1, int(float(cells["round"].value)))
    return 1


def _judgements(cells: Mapping[str, FormCell], scheme: Scheme, shown: str, problems: list[Problem]) -> Iterator[tuple[str, Judgement]]:
    """A judgement for each group in which something was filled in."""
    groups = voted_groups(scheme)
    points: dict[str, dict[str, float]] = {}
    pairs: dict[str, list[tuple[str, str, float]]] = {}
    for key, cell in cells.items():
        kind, *which = key.split("|")
        if kind not in JUDGED or len(which) < 2:
            continue
        group, *nodes = which
        strange = [node for node in nodes if node not in groups.get(group, ())]
        if strange:
            guess = nearest(strange[0], groups.get(group, ()))
            rule = phrase("办法里没有“{node}”这一项（票按另一版办法生成）", "the scheme has no `{node}`: the form is of another scheme", node=strange[0])
            mend = phrase("现有相近的：{g}；请用新票重填", "it has `{g}`; use a new form", g=guess) if guess else Phrase("请用新票重填", "use a new form")
            problems.append(_at(cell, rule, mend, shown))
            continue
        number = _number(cell, shown, problems)
        if number is not None and kind == "points":
            points.setdefault(group, {})[nodes[0]] = number
        elif number is not None:
            pairs.setdefault(group, []).append((nodes[0], nodes[1], number))
    for group in groups:
        if group in points and group in pairs:
            label = group_label(scheme, group)
            rule = phrase("“{zh}”一组两种方法都填了", "below {en} both sheets are filled in", zh=label.zh, en=label.en)
            problems.append(Problem("error", rule, Phrase("请只留一种：百分法或两两比较", "leave one of the two: points or pairs"), file=shown))
        elif group in points:
            yield group, DividedPoints(method="points", points=points[group])
        elif group in pairs:
            yield group, Ahp(method="ahp", comparisons=tuple(pairs[group]))


def _number(cell: FormCell, shown: str, problems: list[Problem]) -> float | None:
    value = number_of(cell.value.translate(WIDE).strip()) if isinstance(cell.value, str) else cell.value
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if 0 <= number <= 100:
        return number
    mend = Phrase("请写数字，如 30；两两比较写 3 或 1/3", "write a number such as 30; for pairs 3 or 1/3")
    problems.append(_at(cell, Phrase("不是 0 至 100 的数", "not a number from 0 to 100"), mend, shown, value=str(cell.value)[:20]))
    return None


def unsound(weights: Mapping[str, Judgement], scheme: Scheme, shown: str) -> Iterator[Problem]:
    """What the methods themselves refuse, such as points that sum to 95; gaps are left to the list of ballots."""
    for group, judgement in weights.items():
        nodes = voted_groups(scheme)[group]
        if unjudged(judgement, nodes):
            continue
        try:
            judged(judgement, nodes, [scheme.label(node) for node in nodes])
        except Refused as refused:
            label = group_label(scheme, group).into(scheme.language)
            for problem in refused.problems:
                column = " ".join(part for part in (label, problem.column) if part)
                yield Problem("error", problem.rule, problem.mend, file=shown, column=column, value=problem.value)


def _scheme_note(cells: Mapping[str, FormCell], folder: Path, shown: str) -> Iterator[Problem]:
    printed, now = str(cells["scheme"].value), scheme_digest(folder)
    if printed != now:
        rule = phrase("票上的办法指纹是 {old}，现行办法是 {now}", "the form is of scheme {old}, the scheme is now {now}", old=printed[:20], now=now)
        yield Problem("warning", rule, Phrase("请确认办法的改动不影响所填内容", "see that what changed does not touch what was judged"), file=shown)


def _at(cell: FormCell | None, rule: Phrase, mend: Phrase, shown: str, value: str = "") -> Problem:
    return Problem("error", rule, mend, file=shown, sheet=cell.sheet if cell else "", row=cell.row if cell else None, value=value)
