"""The Excel ballot (权重判断票): for one expert by code, in points or by pairs, ready to print, sign and read back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ballots.folder import load_ballots
from toolkit.ballots.form_sheets import FOOTER, FORM, POINTS, PRINTED, BlankBallot, write_pairs, write_points
from toolkit.ballots.group import group_weights
from toolkit.errors import Refused, refuse
from toolkit.forms.notes import TITLE as NOTES
from toolkit.forms.sheet import HEAD, FormBook
from toolkit.scheme.pseudonyms import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.ballots.folder import Ballots
    from toolkit.ballots.group import GroupWeights
    from toolkit.scheme import Scheme

SHORT = 12  # signs of the scheme's digest, enough to compare by eye
RULES = (
    Phrase("“百分法”与“两两比较”两张表，每一组任选一种填写，不要两种都填。", "For each group fill in one of the two sheets, Points or Pairs, never both."),
    Phrase("只填黄色格子；其余格子已锁定。专家只写代号，不写姓名。", "Fill in the yellow cells only; the others are locked. Write your code, never your name."),
    Phrase("两两比较不必全做，但每一项都要与别的项连得起来；做全了可以核对前后是否一致。", "Not every pair is needed, but each item must be joined to the others; all of them let contradictions show."),
    Phrase("前后矛盾（一致性比率 CR 不小于 0.1）的，秘书处会告知最该再想一想的一处。", "Where CR reaches 0.1 you are told which comparison to think over."),
    Phrase("打印签名的一份由秘书处存档；姓名与代号的对照表只由秘书处保管，不公开。", "The signed print is kept by the secretariat; who has which code is never published."),
)
THERE = Phrase("这里已有同名文件，内容不同（可能已填写），不覆盖", "a file of this name is there and differs, perhaps filled in: it is not written over")


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
    found = load_ballots(folder, scheme)
    number = (scheme.weighting.round if scheme.weighting else None) or 1
    counted = scheme.weighting.experts if scheme.weighting else {}
    codes = sorted(experts or {*counted, *(one.expert for one in found.listed if one.expert)}) or [""]
    earlier = _round_before(found, number)
    digest = scheme_digest(folder)
    blanks = [BlankBallot(scheme, digest, code, number, _place(earlier, code)) for code in codes]
    contents = {out / blank.name: ballot_form(blank) for blank in blanks}
    for path, content in contents.items():
        if path.exists() and path.read_bytes() != content:
            raise refuse(THERE, Phrase("请移走或改名后再试", "move it away or rename it"), file=path.name)
    out.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        path.write_bytes(content)
    return tuple(contents)


def scheme_digest(folder: Path) -> str:
    """The first signs of the SHA-256 of the edition's scheme, printed on every form."""
    return sha256((folder / "scheme.toml").read_bytes()).hexdigest()[:SHORT]


def ballot_form(blank: BlankBallot) -> bytes:
    """The workbook of one form: 填表说明, points, pairs; the same bytes every time."""
    import xlsxwriter

    content, scheme = io.BytesIO(), blank.scheme
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as file:
        created = dt.datetime.combine(scheme.as_of, dt.time())
        file.set_properties({"title": Path(blank.name).stem, "created": created, "author": "committee"})
        book = FormBook(file, scheme.language)
        _write_notes(book, blank)
        write_points(book, blank)
        write_pairs(book, blank)
        file.get_worksheet_by_name(POINTS.into(scheme.language)).activate()
    return content.getvalue()


def _round_before(found: Ballots, number: int) -> GroupWeights | None:
    try:
        return group_weights(found, round=number - 1) if number > 1 else None
    except Refused:
        return None


def _place(earlier: GroupWeights | None, expert: str) -> dict[str, tuple[float, ...]]:
    """By node the expert's own share and the group's quartiles; only the quartiles for who did not answer."""
    place: dict[str, tuple[float, ...]] = {}
    for judged in earlier.groups.values() if earlier else ():
        own = judged.own[judged.experts.index(expert)] if expert in judged.experts else [float("nan")] * len(judged.nodes)
        for node, share, quartiles in zip(judged.nodes, own, judged.standing.quartiles.T, strict=True):
            place[node] = (float(share) * 100, *(float(x) * 100 for x in quartiles))
    return place


def _write_notes(book: FormBook, blank: BlankBallot) -> None:
    sheet = book.file.add_worksheet(NOTES.into(book.language))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 84)
    for row, line in enumerate(_note_lines(blank)):
        look = {"font_name": HEAD, "font_size": 14} if row == 0 else {"text_wrap": True}
        sheet.set_row(row, 30 if row == 0 else 36)
        sheet.write_string(row, 0, line.into(book.language), book.bare(**look))
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    sheet.set_print_scale(PRINTED)
    sheet.set_footer(FOOTER.into(book.language))


def _note_lines(blank: BlankBallot) -> Iterator[Phrase]:
    yield Phrase(f"{FORM.zh}　填表说明", f"{FORM.en}: instructions")
    yield phrase("适用：{title}（指纹 {d}）", "For: {title} (scheme {d})", title=blank.scheme.title, d=blank.digest)
    deadline = blank.scheme.weighting.deadline if blank.scheme.weighting else None
    blank_line = Phrase("＿＿＿＿年＿＿月＿＿日", "____-__-__")
    due = Phrase(*[deadline.isoformat()] * 2) if deadline else blank_line
    yield Phrase(f"交回截止：{due.zh}（当日仍计）。逾期、重复、不全和撤回的不计入，并列明原因。",
                 f"Due: {due.en}, that day included. Late, double, incomplete and withdrawn ballots are set aside, with the reason.")  # fmt: skip
    yield from (Phrase(f"{place}. {rule.zh}", f"{place}. {rule.en}") for place, rule in enumerate(RULES, 1))
