"""The open bag: what anyone may have, and compute again without records: written at the seal, sent out beside the cards, checked alone.

Its payload lies in the sealed bag too; the SHA-256 of its manifest stands on the notice.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.ranking import Ruling, Tie
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, discreet, joined, phrase
from toolkit.ground.toml_reader import modelled
from toolkit.ground.toml_syntax import with_quoted_keys
from toolkit.ground.writing import refusing, write_csv
from toolkit.minutes.decisions import FINAL, STATE, STATES, state_of
from toolkit.minutes.journal import read_journal
from toolkit.publication.extract import Extract, public_extract, unguarded, unpublishable
from toolkit.publication.open_rows import (
    CLASSES,
    FEWEST,
    LINES,
    WITHHELD,
    OpenRows,
)
from toolkit.publication.opening import NARROW, items_told, made_finer, open_rows
from toolkit.reports.csv_files import text_cells
from toolkit.reports.wording import NOT_APPLICABLE
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.outcomes import PERMISSIONS, Permission
from toolkit.scheme.shapes import is_missing, state_name
from toolkit.scheme.writing import plain_values, rewritten
from toolkit.sealing.bag import (
    BAG_FILES,
    DISTRIBUTION,
    MANIFEST,
    TAG_MANIFEST,
    bag_problems,
    read_bag_info,
    versions,
    write_bag,
)
from toolkit.sealing.differences import ASK, cell_problems, difference, differing_line
from toolkit.sealing.open_readme import README, readme

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

OPEN = "open"
SCHEME, MEMBERS, SCORES = "scheme.toml", "members.csv", "scores.csv"
BOUNDS, COUNTS, BARS, RULED = "withheld.csv", "classes.csv", "lines.csv", "rulings.csv"
RULINGS = ("award", "class", "places", "member", "given")
TABLES = (MEMBERS, "indicators.csv", "adjustments.csv", "conditions.csv", "previous.csv", SCORES, "ranking.csv", "awards.csv", BOUNDS, COUNTS, BARS, RULED)
FILES, OPTIONAL = frozenset({SCHEME, README, *TABLES}), frozenset({"adjustments.csv", "conditions.csv", "previous.csv", RULED})
BAGGED = frozenset({*BAG_FILES, TAG_MANIFEST, *(f"data/{name}" for name in FILES)})
LABEL, SEALED = "Open-Bag-Format", "Sealed-Bag-SHA256"
FORMAT = "1"
ONE_OR_TWO = 2
NEITHER = frozenset({"weighting", "signatures"})
"""What of a scheme concerns no one who recomputes: how experts voted, who signs."""
YES, NO = "true", "false"
UNREADABLE = Phrase("不是开放包应有的样子，无法读取", "cannot be read as a part of an open bag")
MOST = 100_000
"""Members that a count may tell: for one who is not open somebody stands in, and no number in a file may fill the reader's machine."""
TOO_MANY = phrase("家数不可能如此：须为不小于 0 的整数，各类合计不超过 {most} 家", "no such counts: whole numbers from 0 on, at most {most:member|members} in all", most=MOST)
STRANGE = Phrase("开放包里不应有这个文件", "an open bag holds no such file")
LACKING = Phrase("开放包必须有这个文件，但没有", "an open bag must hold this file, and it does not")
OTHER_PRINT = Phrase("开放包的指纹与公示所列的不同", "the fingerprint of the open bag is not the one on the notice")
UNKNOWN = Phrase("不认识写出它的程序版本", "was written by a version that this one does not know")
NONE_SEALED = (
    Phrase("封存这一版时没有生成开放包", "no open bag was sealed with this revision"),
    Phrase("请用现在的版本另封一版", "seal a new revision with this version"),
)
UNASKED = (
    "由开放包能算出{items.zh}，办法没有单独征求；要征求，请在 [publication.consent] 写 {keys}",
    "{items.en} can be computed of it, and the scheme does not ask for that by itself: write {keys} in [publication.consent] to ask",
)
FINER = (
    "提醒：公示名单列出名次，{n} 家未列入会员的总分因此可以推得比 {narrow} 更窄；请考虑不在公示中列出名次（[publication] fields）",
    "warning: the notice lists places, from which {n:total|totals} of members not in the bag can be told more narrowly than {narrow}; consider leaving places off it ([publication] fields)",
)
FEW = (
    "提醒：{classes}未列入而有名次的只有一两家，对照会员名册即可知道是哪几家，进而知道其有没有获奖",
    "warning: only one or two ranked members of {classes} are not in it: a list of members tells who they are, and so whether they won",
)
CARDS_TELL = (
    "提醒：得分单写明获奖最低分和未获者最高分；有 {n} 条获奖线的获奖者里有未列入的会员，其总分可能就是所写的分数，本类 {cards} 份得分单的收件人都会看到",
    "warning: score cards tell the lowest awarded score; {n:award line has|award lines have} winners who are not in the bag, whose total that may be: {cards:card tells|cards tell} it",
)
NOT_YET = Phrase("本届现为“{state.zh}”，还没有公示，不能公开", "the edition is `{state.en}`: it is not public yet")
PUBLICISE = Phrase(
    "请先公示并记入工作记录：committee decide 届次 state publicised（先告知本人，再公开对其不利的评价：《深圳经济特区社会信用条例》第三十九条）",
    "make the notice public first: committee decide DIR state publicised (whom an evaluation is against is told before it is published: Shenzhen Credit Regulations, art. 39)",
)
ARTICLES = {
    "publication.consent": Phrase("依据：行动方案任务（四）“在承诺书许可的范围内公开”，《个人信息保护法》第二十五条", "by task (4) of the action plan, within what the pledge permits, and art. 25 of the Personal Information Protection Law"),
    "approval": Phrase("依据：粤民函〔2020〕830号，未经批准不得开展评比达标表彰", "by letter 830 (2020) of the Guangdong Department of Civil Affairs: no award without approval"),
    "publication": Phrase("依据：行动方案任务（四），公开的渠道和范围须先定明", "by task (4) of the action plan: what is published, and where, is decided first"),
}


@dataclass(frozen=True)
class Facts:
    """What an open bag says of the seal it comes of: revision, day and version of the program."""

    revision: str
    day: str
    version: str


def seal_open(evaluation: Evaluation, facts: Facts, data: Path) -> None:
    """Write what may be opened of an evaluation into the payload `data` of the bag that is being sealed."""
    write_open(open_rows(evaluation), facts, data / OPEN)


def open_digest(data: Path) -> dict[str, str]:
    """The fingerprint of the open bag of a payload; nothing where it has none."""
    return {OPEN: hashlib.sha256(_manifest(data / OPEN).encode()).hexdigest()} if (data / OPEN).is_dir() else {}


def _manifest(folder: Path) -> str:
    """The manifest of the bag that holds these files, as `sha256sum` writes it."""
    return "".join(f"{file_digest(path)}  data/{path.name}\n" for path in sorted(folder.iterdir()))


def write_open(rows: OpenRows, facts: Facts, folder: Path) -> None:
    """Write the open rows, and what is computed of them, as files a person can open."""
    folder.mkdir(parents=True)
    scheme = told_scheme(rows.scheme)
    tables = _tables(rows)
    (folder / SCHEME).write_text(with_quoted_keys(rewritten("", scheme)), encoding="utf-8", newline="\n")
    for name, cells in tables.items():
        write_csv(cells, folder / name, index=cells.index.name is not None)
    (folder / README).write_text(readme(rows, facts.revision, facts.day, facts.version), encoding="utf-8", newline="\n")


def told_scheme(scheme: Scheme) -> Scheme:
    """A scheme without its remarks, its experts and whatever was typed into a wrong place: telephone and identity numbers are masked."""
    raw = {key: value for key, value in plain_values(scheme).items() if key not in NEITHER}
    if (panel := scheme.panel) is not None:
        raw["panel"] = {"minimum": panel.minimum, "trim": panel.trim, "holds": "results"}
    told: dict[str, Any] = _masked(raw)
    if scheme.publication is not None and "contact" in raw["publication"]:
        told["publication"]["contact"] = raw["publication"]["contact"]  # who is to be called is public
    return modelled(told, Scheme, scheme_faults, SCHEME)[0]


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {discreet(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return discreet(value) if isinstance(value, str) else value


def _tables(rows: OpenRows) -> dict[str, pd.DataFrame]:
    """Every table as text, by the name of its file; those that nothing is asked of are left out."""
    scheme, decimals, word = rows.scheme, rows.scheme.decimals, NOT_APPLICABLE.into(rows.scheme.language)
    members = rows.members.assign(**{name: np.where(rows.members[name].astype(bool), YES, NO) for name in ("applied", "recorded")})
    scores, ranking, counted = rows.evaluation.scores, rows.ranking, rows.recounted
    tables = {
        MEMBERS: text_cells(members),
        "indicators.csv": text_cells(_stated(rows.raw)).where(rows.applicable.astype(bool), word),
        "adjustments.csv": text_cells(rows.amounts) if scheme.adjustments else None,
        "conditions.csv": text_cells(_stated(rows.conditions)) if scheme.conditions else None,
        "previous.csv": text_cells(rows.previous) if len(rows.previous.columns) else None,
        SCORES: text_cells(scores).assign(total=_rounded(scores[TOTAL], decimals)),
        "ranking.csv": text_cells(ranking).assign(total=_rounded(ranking[TOTAL], decimals)),
        "awards.csv": text_cells(rows.awards),
        BOUNDS: text_cells(rows.withheld).assign(**{end: _rounded(rows.withheld[end], decimals) for end in ("from", "to")}),
        COUNTS: text_cells(counted.classes.assign(left_out=np.where(counted.classes["left_out"], YES, NO))),
        RULED: text_cells(_ruled(rows)) if rows.rulings else None,
        BARS: text_cells(counted.lines).assign(line=_rounded(counted.lines["line"], decimals)),
    }
    return {name: table.rename_axis("member") if name in _OF_MEMBERS else table for name, table in tables.items() if table is not None}


def _ruled(rows: OpenRows) -> pd.DataFrame:
    """A row for each member of a tie that was ruled on."""
    ties = [(ruling.tie, set(ruling.given)) for ruling in rows.rulings]
    told = [(tie.award, tie.class_, tie.places, member, YES if member in given else NO) for tie, given in ties for member in tie.members]
    return pd.DataFrame(told, columns=list(RULINGS))


def _rulings(folder: Path, scheme: Scheme) -> Iterator[Ruling]:
    if not (folder / RULED).is_file():
        return
    for (award, class_, places), tied in _read(folder, RULED, RULINGS).groupby(["award", "class", "places"], sort=False):
        with _reading(RULED):
            tie = Tie(str(award), str(class_), tuple(tied["member"]), int(str(places)))
        yield Ruling(tie, tuple(tied["member"][tied["given"] == YES]), scheme.as_of, "", 0)


_OF_MEMBERS = frozenset({MEMBERS, "indicators.csv", "adjustments.csv", "conditions.csv", "previous.csv", SCORES, "ranking.csv"})


def _stated(raw: pd.DataFrame) -> pd.DataFrame:
    """States by the names a scheme has for them."""
    named: pd.DataFrame = raw.apply(lambda column: column.map(lambda state: None if is_missing(state) else state_name(state)) if column.dtype == object else column)
    return named


def _rounded(numbers: pd.Series[float], decimals: int) -> list[str]:
    return ["" if pd.isna(number) else f"{number + 0.0:.{decimals}f}" for number in numbers]


def read_open(folder: Path) -> OpenRows:
    """The open rows from the payload of an open bag.

    Raises
    ------
    Refused
        When a file is missing or cannot be read as `write_open` writes it.
    """
    scheme = load_scheme(folder / SCHEME)
    members = _read(folder, MEMBERS, ("member", "name", "class", "applied", "recorded", "vetoes")).set_index("member")
    for name in ("applied", "recorded"):
        members[name] = members[name].map({YES: True, NO: False})
    if members[["applied", "recorded"]].isna().to_numpy().any() or members.index.has_duplicates:
        raise _unreadable(MEMBERS)
    members = members.astype({"applied": bool, "recorded": bool})
    texts = _of_members(folder, "indicators.csv", [item.id for item in scheme.indicators], members)
    applicable = ~texts.isin([NOT_APPLICABLE.zh, NOT_APPLICABLE.en])
    previous = list(scheme.previous.columns) if scheme.previous else []
    adjustments = _of_members(folder, "adjustments.csv", [item.id for item in scheme.adjustments], members)
    return OpenRows(
        scheme, members, _values(texts.where(applicable, "")), applicable,
        _floats(adjustments, "adjustments.csv", *adjustments.columns),
        _values(_of_members(folder, "conditions.csv", [item.id for item in scheme.conditions], members)),
        _values(_of_members(folder, "previous.csv", previous, members)),
        _floats(_read(folder, BOUNDS, WITHHELD), BOUNDS, "from", "to"),
        _classes(_read(folder, COUNTS, CLASSES)),
        _lines(_read(folder, BARS, LINES)),
        tuple(_rulings(folder, scheme)),
    )  # fmt: skip


def _of_members(folder: Path, name: str, columns: list[str], members: pd.DataFrame) -> pd.DataFrame:
    """A table with a row for each open member, as text."""
    if not columns:
        return pd.DataFrame(index=members.index)
    table = _read(folder, name, ("member", *columns)).set_index("member")
    if not table.index.equals(members.index):
        raise _unreadable(name)
    return table


def _read(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table as text; its cells without the apostrophe that keeps a spreadsheet from computing them."""
    path = folder / name
    if not path.is_file():
        raise refuse(LACKING, ASK, file=name)
    with _reading(name):
        headings, *lines = _cells(path)
    if tuple(map(unguarded, headings)) != columns or any(len(line) != len(columns) for line in lines):
        raise _unreadable(name)
    return pd.DataFrame([[unguarded(cell) for cell in line] for line in lines], columns=list(columns), dtype=object)


def _values(texts: pd.DataFrame) -> pd.DataFrame:
    """Raw values of the text they were written as: numbers where a column has nothing else."""
    values: pd.DataFrame = texts.map(_value).apply(lambda column: column.astype("float64") if all(type(value) is float for value in column) else column.astype(object))
    return values


def _value(text: str) -> object:
    if text in {YES, NO}:
        return text == YES
    try:
        number = float(text or "nan")
    except ValueError:
        return text
    return number if not text or text in {repr(number), state_name(number)} else text


def _floats(table: pd.DataFrame, file: str, *columns: str) -> pd.DataFrame:
    with _reading(file):
        return table.assign(**{name: pd.to_numeric(table[name].replace("", np.nan)).astype("float64") for name in columns})


def _lines(table: pd.DataFrame) -> pd.DataFrame:
    with _reading(BARS):
        return _floats(table, BARS, "winners", "unnamed", "line", "places").astype({"places": "Int64", "winners": "int64", "unnamed": "int64"})


def _classes(table: pd.DataFrame) -> pd.DataFrame:
    """The counts, before anything is built of them: each class once, and no more members than there can be."""
    numbers = list(CLASSES[1:-1])
    with _reading(COUNTS):
        counts = table.astype(dict.fromkeys(numbers, "int64"))
    if not table["class"].is_unique:
        raise _unreadable(COUNTS)
    if (counts[numbers] < 0).any(axis=None) or (counts[numbers].astype("float64").sum() > MOST).any():
        raise refuse(TOO_MANY, ASK, file=COUNTS)
    return counts.assign(left_out=table["left_out"] == YES)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Refuse a file of which something is not what it should be."""
    try:
        yield
    except (ValueError, TypeError, OverflowError, OSError, csv.Error) as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> Refused:
    return refuse(UNREADABLE, ASK, file=name)


def open_problems(folder: Path, facts: Facts) -> Problems:
    """Everything in the payload of an open bag that is not what its own rows give; empty when all agree.

    Totals, grades, places, lines and awards are computed again by the same rule as the list's; what is told of those that are not open
    is taken as given, as far as it does not contradict the rest.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        again = Path(place, "again")
        try:
            rows = read_open(folder)
            write_open(rows, facts, again)
        except Refused as refused:
            return refused.problems
        return Problems((*_file_problems(folder, again, facts), *rows.contradictions))


def _file_problems(folder: Path, again: Path, facts: Facts) -> Iterator[Problem]:
    here, there = ({path.name for path in place.iterdir()} for place in (folder, again))
    yield from (Problem("error", STRANGE, ASK, file=name) for name in sorted(here - there))
    yield from (Problem("error", LACKING, ASK, file=name) for name in sorted(there - here))
    for name in sorted(here & there):
        if (folder / name).read_bytes() == (again / name).read_bytes():
            continue
        if name.endswith(".csv"):
            yield from _table_problems(name, folder, again)
        elif name != README or facts.version == versions().get(DISTRIBUTION, ""):
            row, value = differing_line(*((place / name).read_text("utf-8", "replace") for place in (folder, again)))
            yield difference(name, row=row, value=value)


def _table_problems(name: str, folder: Path, again: Path) -> Iterator[Problem]:
    try:
        found = [*cell_problems(name, "", *(_cells(place / name) for place in (folder, again)), exact=name != SCORES)]
    except Refused as refused:
        found = [*refused.problems]
    yield from found or ([] if name == SCORES else [difference(name)])


def _cells(path: Path) -> list[list[str]]:
    with _reading(path.name), path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def publication_problems(bag: Path) -> Problems:
    """Why the open bag of a sealed one may not be published yet, each with what demands it."""
    lacking = unpublishable(load_scheme(bag / "data" / "edition" / "scheme.toml"))
    told = [replace(problem, mend=phrase("{mend.zh}（{article.zh}）", "{mend.en} ({article.en})", mend=problem.mend, article=ARTICLES[problem.column])) for problem in lacking]
    return Problems((*told, *_state_problems(bag)))


def _state_problems(bag: Path) -> Iterator[Problem]:
    """Where minutes are kept of the edition's states: it has to be public by the newest minutes at hand, those of the folder the bag lies in before its own."""
    edition = bag.resolve().parent.parent
    journal = read_journal(edition if bag.resolve().parent.name == "sealed" and (edition / "scheme.toml").is_file() else bag / "data" / "edition")
    state = state_of(journal)
    if any(entry.what == STATE for entry in journal.entries) and state not in {"publicised", FINAL}:
        title = STATES[state].title
        yield Problem("error", phrase(NOT_YET.zh, NOT_YET.en, state=title), PUBLICISE, file="journal.jsonl", value=state)


def send_open(bag: Path, target: Path) -> tuple[str, OpenRows]:
    """Write the open bag of a sealed one to the folder `target`; its fingerprint, and what stands in it.

    Raises
    ------
    Refused
        When it may not be published yet, none was sealed, or it cannot be written; then nothing is.
    """
    if problems := publication_problems(bag).errors:
        raise Refused(problems)
    sealed = bag / "data" / OPEN
    if not sealed.is_dir():
        raise refuse(*NONE_SEALED, file=bag.name)
    rows = read_open(sealed)
    info = read_bag_info(bag)
    labels = {name: info[name] for name in ("External-Description", "External-Identifier", "Internal-Sender-Identifier", "Bagging-Date", "Bag-Software-Agent")}
    with refusing(target), tempfile.TemporaryDirectory(prefix=".open-", dir=_parent(target)) as place:
        made = Path(place, OPEN)
        shutil.copytree(sealed, made, copy_function=shutil.copyfile)
        write_bag(made, {**labels, LABEL: FORMAT, SEALED: file_digest(bag / TAG_MANIFEST)})
        if target.exists():
            target.rename(Path(place, "former"))
        made.rename(target)
    return open_digest(bag / "data")[OPEN], rows


def _parent(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.parent


def is_open_bag(bag: Path) -> bool:
    """Whether a bag says that it is an open one."""
    return LABEL in read_bag_info(bag)


def verify_open(bag: Path, *, replay: bool, fingerprint: str = "", progress: Callable[[str], None] | None = None) -> Problems:
    """What is wrong with an open bag; empty when all is well.

    Parameters
    ----------
    replay
        Whether to compute everything again that can be computed of it.
    fingerprint
        As it stands on the notice; not looked at where it is empty.
    """
    problems = bag_problems(bag)
    if problems.errors:
        return problems
    info = read_bag_info(bag)
    if fingerprint and fingerprint_of(bag) != fingerprint:
        problems += (Problem("error", OTHER_PRINT, ASK, file=MANIFEST, value=fingerprint_of(bag)),)
    if info.get(LABEL) != FORMAT:
        return Problems((*problems, Problem("error", UNKNOWN, ASK, file="bag-info.txt", column=LABEL, value=info.get(LABEL, "—"))))
    if not replay:
        return problems
    if progress:
        progress("evaluate")
    return problems + open_problems(bag / "data", facts_of(info)) + tuple(_label_problems(bag, info))


def fingerprint_of(bag: Path) -> str:
    """What the notice calls the fingerprint of the open bag: the SHA-256 of its manifest."""
    return file_digest(bag / MANIFEST)


def facts_of(info: Mapping[str, str]) -> Facts:
    """As the labels of an open bag have it."""
    return Facts(info.get("Internal-Sender-Identifier", ""), info.get("Bagging-Date", ""), info.get("Bag-Software-Agent", "").removeprefix(f"{DISTRIBUTION} "))


def _label_problems(bag: Path, info: Mapping[str, str]) -> Iterator[Problem]:
    """Labels that are not what the scheme says, or name a version that this one does not know."""
    try:
        scheme = load_scheme(bag / "data" / SCHEME)
    except Refused:
        return
    for key, value in {"External-Description": scheme.title, "External-Identifier": scheme.edition}.items():
        if info.get(key) != discreet(value):
            yield difference("bag-info.txt", column=key, value=info.get(key, "—"))
    if facts_of(info).version != versions().get(DISTRIBUTION, ""):
        yield Problem("error", UNKNOWN, ASK, file="bag-info.txt", column="Bag-Software-Agent", value=facts_of(info).version or "—")


def finer_by_notice(rows: OpenRows, extract: Extract) -> Phrase | None:
    """What the places on the public list add to what is known of those not in the bag; None where that is nothing."""
    codes = {(str(row["name"]), str(row["class"])): str(member) for member, row in rows.members.iterrows()}
    listed = [(codes.get((row.get("name", ""), row.get("class", ""))), row.get("rank", "")) for row in extract.rows]
    finer = made_finer(rows, {member: int(rank) for member, rank in listed if member and rank.isdecimal()})
    return phrase(*FINER, n=finer, narrow=f"{NARROW:.0%}") if finer else None


def told_before(evaluation: Evaluation) -> Phrase | None:
    """What the open bag will hold and leave out, for `check`; None where nothing may be published as the scheme stands."""
    scheme = evaluation.scheme
    if unpublishable(scheme) or scheme.consent is None:
        return None
    told = items_told(scheme)
    beside: tuple[Permission, ...] = ("rank", "total")
    asked = [item for item in beside if not scheme.consent.says(item)]
    items = joined([PERMISSIONS[item] for item in told], "、")
    rows = open_rows(evaluation)
    parts = [told_of(rows), *warned_of(rows), phrase("列入须同意公开：{items.zh}", "to be in it is to agree to: {items.en}", items=items)]
    if asked:
        unasked = joined([PERMISSIONS[item] for item in asked], "、")
        parts.append(phrase(*UNASKED, items=unasked, keys="、".join(asked)))
    if finer := finer_by_notice(rows, public_extract(evaluation, "", {}, scheme.as_of)):
        parts.append(finer)
    return joined(parts, "。", ". ")


def warned_of(rows: OpenRows) -> Iterator[Phrase]:
    """What the secretariat has to know of those not in the bag: classes where they are one or two, and lines on the members' own cards that may be their totals."""
    if few := [name for name, held in rows.withheld["class"].value_counts().items() if held <= ONE_OR_TWO]:
        yield phrase(*FEW, classes=joined([Phrase(*[str(name) or "—"] * 2) for name in few], "、"))
    applied, telling = rows.classes.set_index("class")["applied"], rows.lines[rows.lines["unnamed"] > 0]
    if len(telling):
        told = set(applied.index) if "" in set(telling["class"]) else set(telling["class"])
        yield phrase(*CARDS_TELL, n=len(telling), cards=int(applied[applied.index.isin(told)].sum()))


def told_of(rows: OpenRows) -> Phrase:
    """What an open bag holds and what is left out, in numbers."""
    counts = rows.classes
    left_out = counts[counts["left_out"]]
    return phrase(
        "开放包：列入 {open} 家（共 {all} 家）；不列入 {withheld} 家，其中有名次的 {bounds} 家只给出总分的区间；整类不列入 {classes} 类（{members} 家），因为列入的不足 {few} 家或无法如数重算",
        "Open bag: {open} of {all:member|members} are in it; {withheld} are not, of whom {bounds} ranked ones stand as an interval of the total; {classes:class is|classes are} left out whole "
        "({members:member|members}): fewer than {few} open, or not to be computed again without the others",
        open=len(rows.members), all=int(counts["members"].sum()), withheld=int(counts["members"].sum()) - len(rows.members), bounds=len(rows.withheld),
        classes=len(left_out), members=int(left_out["members"].sum()), few=FEWEST,
    )  # fmt: skip
