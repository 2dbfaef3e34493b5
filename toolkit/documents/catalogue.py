"""All papers there are, each with what it is made of, and from which state of the edition on it is no draft; and how a template is filled.

A template is the secretariat's, edited in Word, and may hold anything: it is filled in a sandbox that runs no code of its own, a field that
is not known is refused by its name, and what stands in the data is text, whatever signs it holds. The same fields make the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from toolkit.documents.fields import (
    Case,
    Fields,
    action_fields,
    asked_on_application,
    award_fields,
    certificates,
    classes,
    code_fields,
    common_fields,
    idle_fields,
    minutes_fields,
    notice_fields,
    pledge_fields,
    reminder_fields,
    round_in_words,
    slip_fields,
    with_last,
)
from toolkit.documents.objections import (
    CHANGED,
    lacks_changes,
    letters_of_change,
    objection_fields,
    reply_fields,
)
from toolkit.documents.registers import (
    PROPOSALS,
    appointed,
    contribution_fields,
    named_in_proposals,
    proposals_fields,
)
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Language, Phrase, joined, listed, phrase
from toolkit.ground.writing import fit, named_apart
from toolkit.minutes.objections import left_open
from toolkit.publication.english import fields_in_english
from toolkit.publication.extract import unpublishable
from toolkit.reports.papers import TEMPLATES, grading_fields, rules_fields, sandbox
from toolkit.reports.wording import JOIN

UNREADABLE = Phrase("不是 Word 文件（.docx），或已损坏", "is no Word file (.docx), or damaged")
FROM_HOUSE = Phrase("请用 Word 另存为 .docx，或删去它，改用随软件的模板", "save it as .docx in Word, or remove it, and the template that came with the program is used")
UNKNOWN = Phrase("模板里有不认识的字段：{name}", "the template asks for a field that there is not: {name}")
KNOWN = Phrase("请改为下列字段之一：{names.zh}", "it may ask for {names.en}")
WRONG = Phrase("模板的标记写错了：{why}", "a sign of the template is wrong: {why}")
MEND = Phrase("请对照随软件的同名模板改正", "compare it with the template of that name that came with the program")
FORBIDDEN = Phrase("模板里有不允许的指令", "the template holds a forbidden instruction")
NOTE = 10.5 * 12_700
"""The largest type of a note, in the units of Word's measures: a point is 12,700."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def filled(template: Path, fields: Mapping[str, Any]) -> bytes:
    """The Word file that a template becomes with these fields.

    Parameters
    ----------
    template
        A .docx with signs of Jinja, as `{{ 联合会 }}`.
    fields
        Texts, numbers, lists and tables of them, by their names in the template.

    Raises
    ------
    Refused
        Where the template cannot be read, asks for what there is not, or holds signs that are wrong or forbidden.
    """
    import jinja2
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate

    environment = _sandbox()
    try:
        document = DocxTemplate(template)
        document.render(dict(fields), environment)
        _keep_notes(document.docx.element.body)
        content = io.BytesIO()
        document.save(content)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, OSError) as error:
        raise refuse(UNREADABLE, FROM_HOUSE, file=template.name) from error
    except jinja2.exceptions.SecurityError as error:
        raise refuse(FORBIDDEN, MEND, file=template.name) from error
    except jinja2.UndefinedError as error:
        raise Refused(Problems(tuple(_unknown(template, fields, environment)) or (_wrong(template, error),))) from error
    except Exception as error:  # a template may do anything
        raise Refused(Problems((_wrong(template, error),))) from error
    return settled(content.getvalue())


def _keep_notes(body: Any) -> None:
    """A note in small type below a table shares its page with the last rows, however many rows the table has become."""
    from docx.oxml.ns import qn
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for table, note in pairwise(body):
        if table.tag == qn("w:tbl") and note.tag == qn("w:p") and any(run.font.size is not None and run.font.size <= NOTE for run in Paragraph(note, body).runs):
            for row in list(Table(table, body).rows)[-2:]:
                for line in (line for cell in row.cells for line in cell.paragraphs):
                    line.paragraph_format.keep_with_next = True


@cache
def _sandbox() -> Any:
    """The environment all templates are filled in: one that is filled many times is compiled once."""
    environment = sandbox()
    environment.from_string = cache(environment.from_string)
    return environment


def _unknown(template: Path, fields: Mapping[str, Any], environment: Any) -> list[Problem]:
    from docxtpl import DocxTemplate

    asked = DocxTemplate(template).get_undeclared_template_variables(environment)
    mend = phrase(KNOWN.zh, KNOWN.en, names=listed(sorted(fields)))
    return [Problem("error", phrase(UNKNOWN.zh, UNKNOWN.en, name=name), mend, file=template.name) for name in sorted(asked - set(fields))]


def _wrong(template: Path, error: Exception) -> Problem:
    return Problem("error", phrase(WRONG.zh, WRONG.en, why=str(error).splitlines()[0][:120]), MEND, file=template.name)


def settled(content: bytes) -> bytes:
    """A Word file whose parts bear no time of their writing."""
    anew = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, FIRST_DAY), old.read(name), zipfile.ZIP_DEFLATED)
    return anew.getvalue()



CERTIFICATES, SLIPS, NOTICE, LETTER = Phrase("荣誉证书", "Certificates"), Phrase("得分单", "Score slips"), Phrase("公示", "Public notice"), Phrase("催办函", "Reminder")
CODES, APPOINTMENTS = Phrase("得分单查阅函", "Letter about a score card"), Phrase("聘书", "Appointments")
NO_REGISTER = Phrase("办法里没有写聘任登记表 [[appointment]]", "the scheme names no register of those appointed: [[appointment]]")
IN_FOLDER = Phrase("封存包里没有专家名册，聘书请由届次文件夹写", "the bag holds no register of experts; theirs are written from the edition's folder")
UNREAD = Phrase("{names.zh}还没有或读不成，原因见 committee check", "the register of those appointed ({names.en}) is missing or cannot be read; `committee check` says why")
NOBODY_APPOINTED = Phrase("{names.zh}里没有在任的人员", "nobody in the register ({names.en}) is in office")
IN_REGISTER = Phrase("受聘的已按{names.zh}写成“聘书”；要空白的请用 --only", "those of the register ({names.en}) have theirs under `Appointments`; name it with --only for a blank one")
BLANK_LETTER = Phrase("写出的是一份空白的“专家聘书”；受聘人员的要用 --only 聘书（按{names.zh}每人一份）", "This is one blank letter; those in the register ({names.en}) have theirs by --only Appointments")
OF_ONE_TRADE = Phrase(
    "公约、承诺书、倡议书、征稿启事和表彰决定按公共资源交易行业写；会员是别的行业的，请在 scheme.toml 的 [papers] 里把行业写为 trade；写明后不再提示",
    "Convention, pledges, calls and commendation speak of public resource trading; for members of another trade write it as `trade` in [papers] of scheme.toml. Where a trade is written this is not said.",
)
NO_PROPOSALS = Phrase("没有登记意见建议", "no proposal was registered")
NO_AWARDS = Phrase("办法里没有奖项", "the scheme has no awards")
NO_GRADES = Phrase("办法里没有信用等级", "the scheme has no grades")
GRADES_ALONE = Phrase("只评信用等级，不评奖项；要写请用 --only", "grades are given, and no award; name it with --only")
NO_WINNERS = Phrase("没有评出获奖会员", "nobody was given an award")
NO_EXTRACT = Phrase("封存包里没有公示内容", "the bag holds nothing that may be published")
NO_OBJECTIONS = Phrase("没有收到异议", "there was no objection")
NO_RULING = Phrase("异议都还没有裁定", "no objection is ruled on yet")
UNRULED = Phrase("第 {numbers.zh} 号异议还没有裁定", "not ruled on yet: {numbers.en}")
UNMENDED = Phrase("第 {numbers.zh} 号异议已裁定成立，记录还没有改", "upheld, and the records not mended yet: {numbers.en}")
NO_IDLE = Phrase("没有这样的会员", "there is no such member")
ALL_OWN = Phrase("各类会员都有本类的承诺书；要写请用 --only", "each kind of member has a pledge of its own; name it with --only")
NO_SUCH_KIND = Phrase("会员中没有这一类；要写请用 --only", "no member is of that kind; name it with --only")
REVIEWED, DECIDED = frozenset({"reviewed", "publicised", "decided"}), frozenset({"decided"})
PLEDGED = (
    Phrase("采购人", "purchasers"), Phrase("招标代理机构", "tender agents"), Phrase("投标人", "bidders"), Phrase("拍卖企业", "auction houses"),
    Phrase("造价咨询企业", "cost consultants"), Phrase("交易中心", "trading centres"), Phrase("软件与网络安全企业", "software and network security"),
)  # fmt: skip


def _nothing(_: Case) -> Fields:
    return {}


@dataclass(frozen=True)
class Paper:
    """One paper.

    Parameters
    ----------
    title
        Of the template, and of the paper that is made of it; a template for each language.
    fields
        What it needs beside the common fields.
    final
        The states of a sealed edition in which it is no draft; None for a form or text that is never one.
    lacks
        Why there is nothing to write; None where there is something.
    withheld
        What of it cannot be written yet, though the rest is; None where nothing is.
    uncalled
        Why nobody needs it, so that it is written only where it is asked for by name; None where it is written with the others.
    planned
        Whether scheme and data dictionary are enough, so that it can be written before there are records.
    heed
        What the secretariat looks at before the paper is sent; None where there is nothing.
    of_objections
        Whether it tells of objections alone, so that it is due though a record that one of them asks to be mended is not yet.
    """

    title: Phrase
    fields: Callable[[Case], Fields] = _nothing
    final: frozenset[str] | None = None
    lacks: Callable[[Case], Phrase | None] = lambda _: None
    withheld: Callable[[Case], Phrase | None] = lambda _: None
    uncalled: Callable[[Case], Phrase | None] = lambda _: None
    planned: bool = False
    heed: Callable[[Case], Phrase | None] = lambda _: None
    of_objections: bool = False

    @property
    def name(self) -> str:
        """What it is called in Chinese, by which it is known."""
        return self.title.zh

    @property
    def names(self) -> tuple[str, ...]:
        """All that it answers to: in both languages, whole, and without the kind of member it is for."""
        return (*(called for title in (self.title.zh, self.title.en) for called in (title, re.split(r"（| \(", title)[0])),)


def _awards(case: Case) -> Phrase | None:
    return None if case.scheme.awards else NO_AWARDS


def _grades(case: Case) -> Phrase | None:
    return None if case.scheme.grades is not None else NO_GRADES


def _winners(case: Case) -> Phrase | None:
    return NO_WINNERS if case.evaluation.awards.empty else None


def _grades_alone(case: Case) -> Phrase | None:
    return GRADES_ALONE if case.scheme.lists_grades else None


def _no_such_kind(kind: str, case: Case) -> Phrase | None:
    """Why nobody signs the pledge of that kind; None where a member may be of it."""
    kinds = {*classes(case)}
    return NO_SUCH_KIND if kinds and kind not in kinds else None


def _every_kind_has_its_own(case: Case) -> Phrase | None:
    """Why nobody signs the pledge for any kind; None where there are members of a kind that has none of its own."""
    kinds = [*classes(case)]
    return ALL_OWN if kinds and not _others(kinds) else None


def _others(kinds: Iterable[str]) -> list[str]:
    """The kinds that have neither pledge nor rules of their own."""
    own = {pledged.zh for pledged in PLEDGED}
    return [kind for kind in kinds if kind not in own]


def _convention_fields(case: Case) -> Fields:
    """Of which kinds of member the convention has rules of their own, and the others; of all kinds where none is known."""
    kinds = [*classes(case)]
    return {"分类": [pledged.zh for pledged in PLEDGED if not kinds or pledged.zh in kinds], "其他类别": case.says(JOIN).join(_others(kinds))}


def _call_fields(case: Case) -> Fields:
    """The awards, whether the pledge is signed apart from the application, and whether what may be published is chosen on that."""
    on_application = asked_on_application(case)
    return {**award_fields(case, public=False), "签承诺书": "pledges" in case.tables.table or not on_application, "申报表选择": on_application}


def _of_what_trade(case: Case) -> Phrase | None:
    """That papers speak of public resource trading, where no trade is written and the members are of none of its kinds."""
    kinds = [*classes(case)]
    return OF_ONE_TRADE if kinds and len(_others(kinds)) == len(kinds) and "trade" not in case.scheme.papers.model_fields_set else None


def _extract(case: Case) -> Phrase | None:
    if case.extract is not None:
        return None
    reasons = [joined((problem.rule, problem.mend)) for problem in unpublishable(case.scheme)]
    return joined(reasons, "；", "; ") if reasons else NO_EXTRACT


def _named_winners(case: Case) -> Phrase | None:
    return _extract(case) or _winners(case)


def _objections(case: Case) -> Phrase | None:
    return None if case.objections.listed else NO_OBJECTIONS


def _replies(case: Case) -> Phrase | None:
    return _objections(case) or (NO_RULING if len(case.objections.open()) == len(case.objections.listed) else None if case.objections.answerable() else _unanswered(case))


def _unanswered(case: Case) -> Phrase | None:
    """Which objections are not answered yet: those that are not ruled on, and those that were upheld and not mended."""
    told = ((UNRULED, case.objections.open()), (UNMENDED, case.objections.unmended))
    said = [phrase(rule.zh, rule.en, numbers=listed([str(number) for number in sorted(numbers)])) for rule, numbers in told if numbers]
    return joined(said, "；", "; ") if said else None


def _unappointed(case: Case) -> Phrase | None:
    """Why there is no letter of appointment to write; None where there is one."""
    if not case.scheme.appointments:
        return IN_FOLDER if case.scheme.panel is not None and case.scheme.panel.holds == "results" else NO_REGISTER
    if case.frames is None:
        return _of_registers(UNREAD, case)
    return next((None for _ in appointed(case)), _of_registers(NOBODY_APPOINTED, case))


def _of_registers(said: Phrase, case: Case) -> Phrase:
    """Words about the registers of those appointed, as the data dictionary calls them."""
    tables = dict.fromkeys(one.table for one in case.scheme.appointments)
    names = [spec.label or name for name in tables if (spec := case.tables.table.get(name))] or [*tables]
    return phrase(said.zh, said.en, names=listed(names))


def _by_register(case: Case) -> Phrase | None:
    return _of_registers(IN_REGISTER, case) if _unappointed(case) is None else None


def _blank_beside_register(case: Case) -> Phrase | None:
    return _of_registers(BLANK_LETTER, case) if _unappointed(case) is None else None


def _proposals(case: Case) -> Phrase | None:
    spec = case.tables.table.get(PROPOSALS)
    return NO_PROPOSALS if spec is None or "matter" not in spec.column or case.records.frames[PROPOSALS].empty else None


def _idle(case: Case) -> Phrase | None:
    return None if idle_fields(case)["未参与数"] else NO_IDLE


DOCUMENTS: tuple[Paper, ...] = (
    Paper(Phrase("会员诚信自律公约", "Convention on integrity"), _convention_fields, planned=True, heed=_of_what_trade),
    Paper(Phrase("倡议书", "Call to members"), planned=True),
    *(Paper(phrase("诚信自律承诺书（{kind.zh}）", "Pledge of integrity ({kind.en})", kind=kind), pledge_fields, uncalled=partial(_no_such_kind, kind.zh), planned=True) for kind in PLEDGED),
    Paper(Phrase("诚信自律承诺书（通用）", "Pledge of integrity (general)"), pledge_fields, uncalled=_every_kind_has_its_own, planned=True),
    Paper(Phrase("活动通知", "Notice of an event"), planned=True),
    Paper(Phrase("征稿启事", "Call for contributions"), contribution_fields, planned=True),
    Paper(Phrase("申报通知", "Call for applications"), _call_fields, lacks=_awards, planned=True),
    Paper(Phrase("评选办法", "Evaluation rules"), lambda case: rules_fields(case.scheme, case.tables, case.language), frozenset({"approved"}), _awards, planned=True),
    Paper(Phrase("会员诚信自律管理办法", "Credit grading rules"), lambda case: grading_fields(case.scheme, case.tables, case.language), frozenset({"approved"}), _grades, planned=True),
    Paper(APPOINTMENTS, lacks=_unappointed, planned=True),
    Paper(Phrase("专家聘书", "Letter of appointment"), uncalled=_by_register, planned=True, heed=_blank_beside_register),
    Paper(Phrase("专家承诺与回避声明", "Undertaking and recusal"), planned=True),
    Paper(Phrase("评审会议纪要", "Minutes of the evaluation"), minutes_fields, REVIEWED),
    Paper(NOTICE, final=REVIEWED, lacks=_extract),
    Paper(Phrase("异议书", "Objection"), planned=True),
    Paper(Phrase("异议受理回执", "Receipt of an objection"), objection_fields, lacks=_objections, of_objections=True),
    Paper(Phrase("异议答复书", "Reply to an objection"), reply_fields, lacks=_replies, withheld=_unanswered, of_objections=True),
    Paper(CHANGED, lacks=lambda case: _objections(case) or lacks_changes(case)),
    Paper(Phrase("投诉书", "Complaint"), planned=True),
    Paper(Phrase("投诉答复书", "Reply to a complaint"), planned=True),
    Paper(Phrase("表彰决定", "Commendation decision"), lambda case: award_fields(case, public=True), DECIDED, _named_winners, uncalled=_grades_alone),
    Paper(CERTIFICATES, final=DECIDED, lacks=_winners, uncalled=_grades_alone),
    Paper(SLIPS, final=REVIEWED),
    Paper(Phrase("未参与会员名单", "Members not reached"), idle_fields, lacks=_idle),
    Paper(Phrase("会员意见建议汇总", "Digest of proposals"), proposals_fields, lacks=_proposals, heed=named_in_proposals),
    Paper(Phrase("行动成果报告", "Report of the action"), action_fields, DECIDED),
)
"""In the order in which the action needs them."""
REMINDER, CARD_LETTER = Paper(LETTER), Paper(CODES)
"""Not of an edition: of a day, `committee plan` writes it; and of a site with cards under lock, `committee publish` writes it."""
LETTERS = (REMINDER, CARD_LETTER)
PAPERS = (*DOCUMENTS, *LETTERS)
"""All that have a template."""


def template(paper: Paper, language: Language = "zh", own: Path | None = None) -> Path:
    """The template of a paper in that language: the edition's own one where it has it, else the house's."""
    name = f"{paper.title.into(language)}.docx"
    mine = own / name if own else None
    return mine if mine and mine.is_file() else house_folder(TEMPLATES) / name


def is_draft(paper: Paper, case: Case, state: str, *, sealed: bool) -> bool:
    """Whether a paper bears the mark of a draft: it is final in some states alone, and the edition is in none of them; or it carries out the decision while an objection is not ruled on."""
    if paper.final is None:
        return False
    if "approved" in paper.final:
        return not case.scheme.approval.strip()
    return not sealed or state not in paper.final or (paper.final == DECIDED and bool(left_open(case.objections, case.journal)))


def written(paper: Paper, case: Case, own: Path | None = None, *, draft: bool, single: bool = True) -> Iterator[tuple[str, bytes]]:
    """A paper as files: their names and their bytes; one file but for rounds of notice, certificates, and slips, of which each class has a file that Word opens soon.

    Parameters
    ----------
    single
        Whether certificates, slips and reminders come one each, beside those of many.

    Raises
    ------
    Refused
        Where the template is wrong.
    """
    place, common = template(paper, case.language, own), common_fields(case, draft=draft)
    for name, fields in _files(paper, case, single=single):
        yield f"{name}.docx", filled(place, _in_its_language({**common, **fields}, case))


def _in_its_language(fields: Fields, case: Case) -> Fields:
    """The fields of an English paper with the names of the edition in English, as far as it says them; those of members stay. A template may ask for either."""
    if case.language == "zh":
        return fields
    names = set(map(str, case.records.members["name"])) if case.known else set()
    return fields_in_english(fields, case.scheme.english, names, compared=True)


def _files(paper: Paper, case: Case, *, single: bool) -> Iterator[tuple[str, Mapping[str, object]]]:
    title = case.says(paper.title)
    if paper.title == NOTICE:
        for round_ in case.scheme.papers.rounds:
            yield case.says(round_in_words(round_, case.scheme.english)), notice_fields(case, round_)
    elif paper.title in ONE_EACH:
        together, each = ONE_EACH[paper.title](case)
        yield from ((f"{title}{part}", fields) for part, fields in together)
        yield from ((f"{title}/{member}", fields) for member, fields in each if single)
    else:
        yield title, paper.fields(case)


Named = Iterator[tuple[str, Fields]]
"""Fields, each with what its file is called by."""


def _letters(case: Case) -> tuple[Named, Named]:
    return iter([("", reminder_fields(case, case.owing))]), _as_files((one.member, reminder_fields(case, [one])) for one in case.owing)


def _code_letters(case: Case) -> tuple[Named, Named]:
    return iter([("", code_fields(case, case.coded))]), ((one.file, code_fields(case, [one])) for one in case.coded)


def _certificates(case: Case) -> tuple[Named, Named]:
    given = list(certificates(case))
    winners = dict.fromkeys(member for member, _ in given)
    return iter([("", {"证书": with_last([one for _, one in given])})]), _as_files((winner, {"证书": with_last([one for member, one in given if member == winner])}) for winner in winners)


def _appointments(case: Case) -> tuple[Named, Named]:
    """Those of a body in one file; one each by the number of the letter, or by its place where that has none of its own."""
    letters, by_body, taken = list(appointed(case)), dict[str, list[Fields]](), set[str]()
    for body, _, letter in letters:
        by_body.setdefault(body, []).append(letter)
    named = ((named_apart(fit(body), taken), own) for body, own in by_body.items())
    return (
        ((case.says(phrase("（{name}）", " ({name})", name=name)), {"聘任": with_last(own)}) for name, own in named),
        _as_files((number or f"{place:03d}", {"聘任": with_last([letter])}) for place, (_, number, letter) in enumerate(letters, 1)),
    )


def _slips(case: Case) -> tuple[Named, Named]:
    """Those of a class in one file, which Word opens soon."""
    slips, by_class, taken = list(slip_fields(case)), dict[str, list[Fields]](), set[str]()
    for _, slip in slips:
        by_class.setdefault(str(slip["类别"]), []).append(slip)
    english = case.scheme.english if case.language == "en" else {}
    called = {class_: named_apart(fit(english.get(class_, class_)), taken) for class_ in by_class}
    parts = {class_: "" if len(by_class) == 1 else case.says(phrase("（{name}）", " ({name})", name=name)) for class_, name in called.items()}
    return ((parts[class_], {"得分单": with_last(own)}) for class_, own in by_class.items()), _as_files((member, {"得分单": with_last([slip])}) for member, slip in slips)


def _changes(case: Case) -> tuple[Named, Named]:
    together, each = letters_of_change(case)
    return together, _as_files(each)


def _as_files(each: Iterable[tuple[str, Fields]]) -> Named:
    """Each by a name that every system takes for a file's and for no other's, made of the member's code or the letter's number."""
    taken = set[str]()
    return ((named_apart(fit(member), taken), fields) for member, fields in each)


ONE_EACH: Mapping[Phrase, Callable[[Case], tuple[Named, Named]]] = {LETTER: _letters, APPOINTMENTS: _appointments, CODES: _code_letters, CHANGED: _changes, CERTIFICATES: _certificates, SLIPS: _slips}
"""Papers to many: what stands together, by what its file's name ends with, and one each, by member."""
