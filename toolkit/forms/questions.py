"""Questions whose answers make an edition: which kinds of members, which awards, how many places, experts or not, full marks, where to object; and the edition they make.

It begins with one of the house's templates, `federation` or, where experts score, `expert_panel`, which takes the registers that grades need from the other one; what
the answers say takes the place of what stands there, and its remarks stay.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomlkit

from toolkit.edition import load_plan
from toolkit.forms import Form
from toolkit.forms.new_edition import FILES, begun_edition
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import stop_at
from toolkit.ground.resources import house_folder
from toolkit.ground.text import (
    A_PLACE,
    HOTLINE,
    MAIL,
    REACHED,
    Language,
    Phrase,
    is_unsaid,
    one_line,
    personal_numbers,
    phrase,
)
from toolkit.ground.toml_reader import modelled
from toolkit.ground.toml_syntax import Raw, toml_text
from toolkit.ground.writing import write_whole
from toolkit.records.references import reference_problems
from toolkit.scheme import PUBLIC_RESOURCES, Scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.writing import plain_values, write_scheme

Answers = dict[str, Any]
DIVIDERS, BETWEEN_NAMES = re.compile(r"[、，,；;/\s]+"), re.compile(r"\s*[、，,；;/]\s*")
DAY = re.compile(r"(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})日?")
YES, NO = {"是", "y", "yes", "有", "要", "1"}, {"否", "n", "no", "无", "不", "不要", "0"}
AWARD_IDS = ("outstanding", "advanced", "third", "fourth", "fifth")
FEWEST_TRIMMED = 5
"""Experts from which on the highest and the lowest score fall away."""


PART = re.compile(r"^\[(?P<name>grades|panel)\].*?(?=^# ----|^\[|\Z)", re.MULTILINE | re.DOTALL)
"""A part of a template that may be left out."""
EMPTY_HEAD = re.compile(r"^# ---- [^\n]*\n\s*(?=# ---- |\Z)", re.MULTILINE)
"""A head over nothing."""
TO_ANSWER = re.compile(r"^((?:(?:title|edition|as_of|period|scale|quota|choices|contact) *=|(?:address|telephone|email|hours) *= *\"[^\"\n]).*?) *# *【请改】(.*)$", re.MULTILINE)
"""A line of a template that is still to be changed, and was asked for."""


class UnfitAnswerError(ValueError):
    """An answer that cannot be taken, and why."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(frozen=True)
class Question:
    """One question: under which key its answer is kept, its words, what holds where nothing is typed, how an answer is read in the light of those before, and whether it may be answered `later`."""

    key: str
    words: Phrase
    default: Callable[[Answers], str]
    read: Callable[[str, Answers], Any]
    later: bool = False


def _unless(good: object, zh: str, en: str, **values: object) -> None:
    if not good:
        raise UnfitAnswerError(phrase(zh, en, **values))


def _title(text: str, _: Answers) -> str:
    _unless(len(text) <= 60, "名称过长，至多 60 字", "too long: 60 characters at most")
    return text


def _edition(text: str, _: Answers) -> str:
    _unless(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", text), "编号只用字母、数字和连字符，如 award-2026", "letters, digits and hyphens alone, such as award-2026")
    return text


def _period(text: str, _: Answers) -> tuple[dt.date, dt.date]:
    found = DAY.findall(text)
    _unless(len(found) == 2 and not DIVIDERS.sub("", DAY.sub("", text)).strip("至到—-~"), "请写起日和止日，如 2026-01-01 2026-12-31", "write the first and the last day, such as 2026-01-01 2026-12-31")
    try:
        first, last = (dt.date(*map(int, day)) for day in found)
    except ValueError:
        raise UnfitAnswerError(Phrase("没有这一天", "there is no such day")) from None
    _unless(first < last, "止日应晚于起日", "the last day comes after the first")
    return first, last


def _names(text: str, most: int) -> list[str]:
    names = [name for name in BETWEEN_NAMES.split(text) if name]
    _unless(names and len(names) <= most, "请写 1 到 {n} 个名称，用顿号隔开", "one name or up to {n:name|names}, divided by commas", n=most)
    _unless(len({*names}) == len(names), "有重复的名称", "a name stands there twice")
    _unless(max(map(len, names)) <= 30, "名称过长，至多 30 字", "a name is too long: 30 characters at most")
    for name in names:
        _unless(any(map(str.isalpha, DAY.sub("", name))), "“{name}”不是名称：里面没有文字", "`{name}` is no name: it has no letter", name=name)
    return names


def _number(text: str) -> float:
    try:
        number = float(text.rstrip("%％分 "))
    except ValueError:
        raise UnfitAnswerError(phrase("“{text}”不是数字", "`{text}` is no number", text=text[:20])) from None
    _unless(number == number and abs(number) < 1e6, "数字过大", "the number is too large")  # noqa: PLR0124 - NaN
    return number


def _full(text: str, _: Answers) -> float:
    full = _number(text)
    _unless(full > 0, "满分应大于 0", "full marks are above 0")
    return full


def _experts(text: str, _: Answers) -> int:
    number = _number(text)
    _unless(number == int(number) and (number == 0 or number >= 3), "请写 0，或不小于 3 的整数", "write 0, or a whole number from 3 on")
    _unless(number < 100, "至多 99 位", "99 at most")
    return int(number)


def _yes(text: str, _: Answers) -> bool:
    said = text.casefold()
    _unless(said in YES | NO, "请写 是 或 否", "write yes or no")
    return said in YES


def _one_each(text: str, answers: Answers) -> list[float]:
    numbers = [_number(part) for part in DIVIDERS.split(text) if part]
    _unless(len(numbers) == len(answers["awards"]), "有 {n} 个奖项，请写 {n} 个数，依次用顿号隔开", "write {n:number|numbers}, one for each award, divided by commas", n=len(answers["awards"]))
    return numbers


def _shares(text: str, answers: Answers) -> list[float]:
    shares = _one_each(text, answers)
    _unless(all(0 < share <= 100 for share in shares), "每个比例应大于 0，且不超过 100", "each share lies above 0 and is at most 100")
    _unless(sum(shares) <= 100, "合计超过 100%", "together they are more than 100 %")
    return shares


def _minima(text: str, answers: Answers) -> list[float]:
    minima, full = _one_each(text, answers), answers["full"]
    _unless(all(0 <= least <= full for least in minima), "最低分应在 0 到 {full:g} 之间", "each lies between 0 and {full:g}", full=full)
    _unless(minima == sorted(minima, reverse=True), "前面的奖项最低分应不低于后面的", "an award further up has no lower bar than one below it")
    return minima


def _line(text: str, _: Answers) -> str:
    _unless(len(text) <= 100, "过长，至多 100 字", "too long: 100 characters at most")
    _unless(not personal_numbers(text), "像是个人的号码，请写办公电话；确要公开的，以后写进 scheme.toml", "looks like a person's own number: write the office's; one that is to be public may be written into scheme.toml later")
    return "" if is_unsaid(text) else text


def _office(text: str, answers: Answers) -> str:
    _unless(is_unsaid(text) or any(map(str.isalpha, text)), "“{text}”不是单位名称：里面没有文字", "`{text}` is no office: it has no letter", text=text[:20])
    return _line(text, answers)


def _trade(text: str, _: Answers) -> str:
    (trade,) = _names(PUBLIC_RESOURCES if text.casefold() == TRADE.en else text, 1)
    return trade


def _address(text: str, answers: Answers) -> str:
    _unless(is_unsaid(text) or (len(text) >= A_PLACE and not _is_mail(text)), "不是地址，如 某市某路 1 号", "no address, such as 1 Some Road, Some City")
    return _line(text, answers)


def _telephone(text: str, answers: Answers) -> str:
    digits = sum(map(str.isdecimal, text))
    _unless(is_unsaid(text) or (digits >= HOTLINE and not _is_mail(text)), "不是电话号码，如 020-12345678", "no telephone number, such as 020-12345678")
    return _line(text, answers)


def _hours(text: str, answers: Answers) -> str:
    _unless(is_unsaid(text) or not _is_mail(text), "不是接待时间，如 工作日 9:00—17:00", "no office hours, such as working days 9:00 to 17:00")
    return _line(text, answers)


def _is_mail(text: str) -> bool:
    return "@" in text.replace("＠", "@")


def _mail(text: str, answers: Answers) -> str:
    text = text.replace("＠", "@")
    _unless(is_unsaid(text) or MAIL.fullmatch(text), "不是电子邮箱，如 office@example.org", "no e-mail address, such as office@example.org")
    return _line(text, answers)


FOR_ANY = "通用版"
"""The pledge for members of any kind, as the form calls it."""
TRADE = Phrase(PUBLIC_RESOURCES, "public resource trading")
KINDS = "招标代理机构、采购人、投标人、拍卖企业、造价咨询企业、交易中心、软件与网络安全企业"
QUESTIONS: tuple[Question, ...] = (
    Question("title", Phrase("评选办法叫什么名称？", "What is the rule called?"), lambda _: "年度优秀会员评选办法", _title),
    Question("edition", Phrase("本届的编号？（用于封存和公示）", "What is this edition's code? (for seals and notices)"), lambda _: f"award-{_last_year()}", _edition),
    Question("period", Phrase("评价期的起日和止日？", "First and last day of the period?"), lambda _: f"{_last_year()}-01-01 {_last_year()}-12-31", _period),
    Question("kinds", Phrase("会员分哪几类？（同类相比，用顿号隔开）", "Which kinds of members are there? (compared within each; divided by commas)"), lambda _: KINDS, lambda text, _: _names(text, 30)),
    Question("full", Phrase("满分多少分？", "What are full marks?"), lambda _: "100", _full),
    Question("experts", Phrase("每家会员至少要有几位专家打分？（回避的不算；不用专家打分写 0；用的，登记表比不用的少）", "How many experts have to score each member at least, without those who withdraw? (0 for none; with experts there are fewer registers)"), lambda _: "0", _experts),
    Question("awards", Phrase("设哪几个奖项？（从高到低，用顿号隔开）", "Which awards are given? (from the highest down, divided by commas)"), lambda _: "优秀会员、先进会员", lambda text, _: _names(text, len(AWARD_IDS))),
    Question("shares", Phrase("各奖项占每类申报会员的百分之几？（依次）", "Which percentage of each kind's applicants has each award? (in that order)"),
             lambda answers: "、".join(["10", "20", "30", "10", "10"][: len(answers["awards"])]), _shares),
    Question("minima", Phrase("各奖项的最低总分？（依次；不设写 0）", "What is each award's least total? (in that order; 0 for none)"),
             lambda answers: "、".join(f"{decimal_digits(part * answers['full']):g}" for part in (0.85, 0.75, 0.6, 0.5, 0.4)[: len(answers["awards"])]), _minima),
    Question("grades", Phrase("同时评定信用等级吗？（用专家打分的，答“是”才有诚信记录、投诉、承诺书的登记表）", "Are credit grades given too? (where experts score, registers of conduct, complaints and pledges come with the grades alone)"), lambda _: "否", _yes),
    Question("contact", Phrase("异议、投诉由哪个单位（部门）受理？", "Which office takes objections and complaints?"), lambda _: "联合会秘书处", _office, later=True),
    Question("address", Phrase("受理单位的地址？（可以先空着）", "The office's address? (may be left for later)"), lambda _: "", _address, later=True),
    Question("telephone", Phrase("受理单位的办公电话？（不写个人手机，可以先空着）", "The office's telephone? (no person's own; may be left for later)"), lambda _: "", _telephone, later=True),
    Question("email", Phrase("受理单位的电子邮箱？（可以先空着）", "The office's e-mail address? (may be left for later)"), lambda _: "", _mail, later=True),
    Question("hours", Phrase("受理单位的接待时间？（可以先空着）", "When is the office open? (may be left for later)"), lambda _: "", _hours, later=True),
    Question("trade", Phrase("会员在哪个行业？（公文里用；是别的行业的，公文不列招标投标、政府采购等法规）", "Which trade are the members in? (papers name it; for another one they list no laws on tendering and procurement)"), lambda _: PUBLIC_RESOURCES, _trade, later=True),
)  # fmt: skip
"""In the order in which they are asked."""


def _last_year() -> int:
    return dt.date.today().year - 1  # noqa: DTZ011 - the date on the wall of the secretariat


DEFAULTS = {"年度优秀会员评选办法": "Rules for the Yearly Selection of Outstanding Members", "否": "no", PUBLIC_RESOURCES: TRADE.en}
"""What an empty line takes, in English, where no template says it."""


@cache
def _house(name: str) -> Raw:
    """The scheme of one of the house's templates."""
    return tomllib.loads((house_folder("templates/editions") / name / FILES[0]).read_text("utf-8"))


def _english() -> Raw:
    """What the house calls names in English."""
    return {**_house("expert_panel")["english"], **_house("federation")["english"], **DEFAULTS}


def bracketed(question: Question, answers: Answers, language: Language) -> str:
    """What an empty line takes, as the brackets show it.

    Examples
    --------
    >>> bracketed(QUESTIONS[6], {}, "en"), bracketed(QUESTIONS[6], {}, "zh")
    ('Outstanding member, Advanced member', '优秀会员、先进会员')
    """
    default = question.default(answers)
    return default if language == "zh" else ", ".join(_english().get(name, name) for name in default.split("、"))


def answered(question: Question, text: str, answers: Answers) -> Any:
    """What an answer comes to; what holds without one where nothing is typed.

    Raises
    ------
    UnfitAnswerError
        With the reason.

    Examples
    --------
    >>> answered(QUESTIONS[5], "7", {}), answered(QUESTIONS[9], "", {})
    (7, False)
    """
    return question.read(one_line(text) or question.default(answers), answers)


def asked_edition(folder: Path, answers: Answers, language: Language = "zh") -> tuple[Form, ...]:
    """The edition that the answers make, in an empty `folder`; it speaks the language in which they were asked for.

    Raises
    ------
    Refused
        As `new_edition`, and where the answers contradict each other.
    """
    return begun_edition(folder, "expert_panel" if answers["experts"] else "federation", lambda made: _decided(made, answers, language))


CONDUCT = "加分、扣分与一票否决"
"""How the part of a scheme is headed that counts records of conduct."""
KEPT = ("诚信自律承诺书", "诚信记录台账", "投诉处理")
"""How the registers are headed that grades need."""
PLEDGED = ("诚信自律承诺书签订登记表", "登记会员是否签订诚信自律承诺书。签订出于自愿，可随时书面撤回；同意公开哪些信息，在申报表上选择。")
WITHDRAWN = "书面撤回承诺的日期；没有撤回的留空。撤回同意公开的，填在申报表的“同意公开的撤回日期”一格，当天即不再公开。"
COMPLAINED = "登记对会员的投诉及处理结果。经查属实的，登记进诚信记录台账后计入评价，其余只作档案。"


def _with_registers(folder: Path) -> None:
    """Where experts score and grades are given: records of conduct that count, and the registers of conduct, complaints and pledges, as the federation's template has them.

    What may be made public of the records of conduct is asked for in the application, with all else that is.
    """
    house = house_folder("templates/editions") / "federation"
    (counted,) = _headed(house / FILES[0], (CONDUCT,))
    text = (folder / FILES[0]).read_text("utf-8")
    text = re.sub(r'^total = "consent_total".*\n', lambda line: f'{line[0]}good  = "consent_good"\nbad   = "consent_bad"\n', text, count=1, flags=re.MULTILINE)
    write_whole(folder / FILES[0], text.replace("# ---- 奖项 ", f"{counted}# ---- 奖项 ", 1))
    kept = "".join(_headed(house / FILES[1], KEPT))
    document = tomlkit.parse((folder / FILES[1]).read_text("utf-8").replace("# ---- 上一届结果", f"{kept}# ---- 上一届结果", 1))
    listed: Any = document["table"]
    listed["pledges"]["label"], listed["pledges"]["purpose"] = PLEDGED
    listed["complaints"]["purpose"] = COMPLAINED
    listed["pledges"]["column"]["withdrawn_on"]["note"] = WITHDRAWN
    for name in [name for name in listed["pledges"]["column"] if name.startswith("consent_")]:
        asked = listed["pledges"]["column"].pop(name)
        if name in {"consent_good", "consent_bad"}:
            listed["applications"]["column"][name] = asked
    write_whole(folder / FILES[1], tomlkit.dumps(document))


OF_ANY_TRADE = {
    "某某招标代理有限公司": "某某有限公司", "某某招标有限公司": "某某实业有限公司", "招标投标法规学习班": "法规学习班", "省招标投标协会": "省某某协会", "电子招标投标中的异议处理": "合同纠纷的预防和处理",
    "政府采购法规汇编（第一辑）": "法规汇编（第一辑）", "电子招标投标操作": "标准规范解读", "未在规定时间内公告中标结果": "未按约定期限履行合同", "，与招标投标、政府采购、拍卖业、工程造价和网络安全协会沟通协商": "，与兄弟协会沟通协商",
    '"招标投标", "政府采购", "拍卖与产权", "造价", "交易平台"': '"法律法规", "标准规范", "经营管理"', '"招标投标协会", "政府采购协会", "拍卖业协会", "工程造价协会", "网络安全协会"': '"同业协会", "相关行业协会"',
}  # fmt: skip
"""Examples and choices of the house's registers that are of public resource trading, and what stands there for another trade."""


def _headed(path: Path, heads: Sequence[str]) -> list[str]:
    """The parts of a template below these heads."""
    parts = re.split(r"^(?=# ---- )", path.read_text("utf-8"), flags=re.MULTILINE)
    return [part for part in parts if part.removeprefix("# ---- ").startswith(tuple(heads))]


def _decided(folder: Path, answers: Answers, language: Language) -> None:
    """Write what was answered into the scheme and the data dictionary of a template's copy."""
    if answers["experts"] and answers["grades"]:
        _with_registers(folder)
    scheme, tables = load_plan(folder)
    text = (folder / FILES[1]).read_text("utf-8")
    for own, any_ in OF_ANY_TRADE.items() if answers["trade"] != PUBLIC_RESOURCES else ():
        text = text.replace(own, any_)
    document = tomlkit.parse(text)
    listed: Any = document["table"]
    register: Any = listed[scheme.members.table]
    register["column"][str(scheme.members.class_)]["choices"] = answers["kinds"]
    if scheme.previous is not None:
        listed.pop(scheme.previous.table)  # there is no edition before the first one
    if versions := _versions(plain_values(scheme), answers):
        assert scheme.consent is not None
        listed[scheme.consent.table]["column"][str(scheme.consent.version)]["choices"] = [*dict.fromkeys(versions.values())]
    elif "pledges" in listed:
        listed["pledges"]["column"]["form"]["choices"] = [*dict.fromkeys(_house("federation")["publication"]["consent"]["versions"].get(kind, FOR_ANY) for kind in answers["kinds"])]
    if scheme.consent is not None and scheme.consent.grade and not answers["grades"]:
        listed[scheme.consent.table]["column"].pop(scheme.consent.grade)  # nobody is asked to permit what is not given
    write_whole(folder / FILES[1], _cleared(tomlkit.dumps(document)))
    raw = _scheme(plain_values(scheme), answers) | {"language": language}
    called = _called(raw, (folder / FILES[1]).read_text("utf-8"))
    texts = str({key: value for key, value in raw.items() if key != "english"}), (folder / FILES[1]).read_text("utf-8")
    kept = {name: said for name, said in raw["english"].items() if any(name in text for text in texts)}
    wanted = modelled(raw | {"english": kept | called}, Scheme, scheme_faults, FILES[0])[0]
    text = (folder / FILES[0]).read_text("utf-8") + "".join(f"{toml_text(name)} = {toml_text(said)}\n" for name, said in called.items())
    write_whole(folder / FILES[0], PART.sub(lambda part: "" if getattr(wanted, part["name"]) is None else part[0], text))
    write_scheme(wanted, folder / FILES[0])
    write_whole(folder / FILES[0], _cleared((folder / FILES[0]).read_text("utf-8")))
    scheme, tables = load_plan(folder)
    stop_at(reference_problems(scheme, tables).errors)


def _called(raw: Raw, tables: str) -> Raw:
    """What the house calls in English those names of scheme and data dictionary that the template has no English of."""
    texts = str(raw), tables
    return {name: said for name, said in _english().items() if name not in {*raw["english"], "否", PUBLIC_RESOURCES} and any(f"{sign}{name}{sign}" in text for text in texts for sign in "'\"")}


def _cleared(text: str) -> str:
    """A template's text without heads over nothing, each head below a blank line, and without the mark 【请改】 on what was answered; what is said beside it stays."""
    text = re.sub(r"(?<=[^\n])\n(?=# ---- )", "\n\n", text)
    return TO_ANSWER.sub(lambda line: f"{line[1]}  # {line[2].strip()}" if line[2].strip() else line[1], EMPTY_HEAD.sub("", text)).rstrip("\n") + "\n"


def _scheme(raw: Raw, answers: Answers) -> Raw:
    factor, former = answers["full"] / raw["scale"], raw["period"]
    raw = _moved(raw, former, answers["period"])
    raw |= {"title": answers["title"], "edition": answers["edition"], "period": list(answers["period"]), "as_of": answers["period"][1], "scale": answers["full"], "seed": int(f"{answers['period'][1]:%Y%m%d}")}
    for node in raw.get("indicator", ()):
        node["value"] = _within(_marked(node["value"], factor), node.get("unit", ""), answers["period"])
    for item in raw.get("adjustment", ()):
        held = {"per": 1.0, **item}
        item.update({key: decimal_digits(held[key] * factor) for key in ("per", "cap", "floor") if key in held} if factor != 1 else {})
    raw["award"] = _awards(raw, answers, factor)
    raw.pop("previous", None)
    _grades(raw, answers, factor)
    _pledges(raw, answers)
    raw["papers"] |= {"trade": answers["trade"]}
    raw["publication"] |= {key: answers.get(key, "") for key in ("contact", *REACHED) if answers.get(key)}
    if answers["experts"]:
        raw["panel"] |= {"minimum": answers["experts"], "trim": int(answers["experts"] >= FEWEST_TRIMMED)}
        raw["weighting"]["minimum"] = answers["experts"]
    else:
        raw.pop("panel", None)
    return raw


def _moved(value: Any, former: Sequence[dt.date], now: Sequence[dt.date]) -> Any:
    """Every day of a template, as far from the new period as it was from the template's own; none within the period leaves it."""
    if isinstance(value, dict):
        return {key: _moved(item, former, now) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, former, now) for item in value]
    if not isinstance(value, dt.date):
        return value
    if value >= former[1]:
        return now[1] + (value - former[1])
    return min(now[0] + (value - former[0]), now[1])


def _marked(value: Raw, factor: float) -> Raw:
    """A value shape whose points are of the new full marks."""
    scaled = dict(value)
    if factor == 1:
        return scaled
    if value["shape"] == "points":
        scaled |= {key: decimal_digits(value[key] * factor) for key in ("per", "cap") if key in value}
    elif value["shape"] == "steps":
        scaled["steps"] = [[at, decimal_digits(points * factor)] for at, points in value["steps"]]
    elif value["shape"] == "category":
        scaled["points"] = {state: decimal_digits(points * factor) for state, points in value["points"].items()}
    return scaled


YEARLY = "年度"
"""The unit of what happens once a year."""


def _within(value: Raw, unit: str, period: Sequence[dt.date]) -> Raw:
    """Steps of what happens once a year, which ask for no more years than the period has."""
    years = period[1].year - period[0].year + 1
    if unit != YEARLY or value["shape"] != "steps" or value["steps"][-1][0] <= years:
        return value
    return value | {"steps": [*(step for step in value["steps"] if step[0] < years), [years, value["steps"][-1][1]]]}


def _required(listed: Sequence[Raw], factor: float) -> list[Raw]:
    return [{**item, "least": decimal_digits(item["least"] * factor)} if "least" in item and "node" in item else dict(item) for item in listed]


def _awards(raw: Raw, answers: Answers, factor: float) -> list[Raw]:
    former: Mapping[str, Raw] = {award["id"]: award for award in raw.get("award", ())}
    awards = []
    for id_, label, share, least in zip(AWARD_IDS, answers["awards"], answers["shares"], answers["minima"], strict=False):
        award = {"id": id_, "label": label, "quota": {"share": decimal_digits(share / 100), "within": "class", "rounding": "floor", "least": 1}}
        award |= {"minimum": {"total": least}} if least else {}
        award |= {"require": _required(required, factor)} if (required := former.get(id_, {}).get("require")) else {}
        awards.append(award | {"source": former.get(id_, {}).get("source", "新建本届时确定")})
    return awards


def _pledges(raw: Raw, answers: Answers) -> None:
    if versions := _versions(raw, answers):
        raw["publication"]["consent"]["versions"] = versions


def _versions(raw: Raw, answers: Answers) -> dict[str, str]:
    """Which pledge each kind of member signs: its own, or the one for any kind; nothing where the template does not tell pledges apart."""
    house = raw["publication"]["consent"].get("versions", {})
    return {kind: house.get(kind, FOR_ANY) for kind in answers["kinds"]} if house else {}


def _grades(raw: Raw, answers: Answers, factor: float) -> None:
    grades = raw.pop("grades", None)
    if not answers["grades"]:
        for veto in raw.get("veto", ()):
            veto["effect"].pop("grade", None)
        told = raw["publication"]
        told["fields"] = {who: [field for field in fields if field != "grade"] for who, fields in told["fields"].items()}
        told["consent"].pop("grade", None)
        return
    grades.pop("rise_at_most", None)
    grades["bands"] = [[name, decimal_digits(bound * factor)] for name, bound in grades["bands"]]
    if "require" in grades:
        grades["require"] = {name: _required(listed, factor) for name, listed in grades["require"].items()}
    raw["grades"] = grades
