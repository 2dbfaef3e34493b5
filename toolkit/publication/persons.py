"""Names of persons in records that are made public: who is said to be a person keeps the surname, what only may be one is told of and left.

Offices, surnames and ordinary words stand in ``persons.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

from toolkit.ground.text import discreet

LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("persons.toml").read_text("utf-8"))
"""Offices, surnames and ordinary words, by which it is known where the name of a person is said to stand."""
OFFICE, OR_ROLE, OR_BODY = ("|".join(chain.from_iterable(LISTS[kind] for kind in ("offices", "roles", "bodies")[:kinds])) for kinds in (1, 2, 3))
BODIES = f"(?:{'|'.join(LISTS['roles_of_organisations'])})"
WORDS, COMPOUND, STRONG, ORGANISATION = ("|".join(words) for words in (LISTS["words"], LISTS["compound"], LISTS["organisations"], LISTS["organisations"] + LISTS["ends_of_organisations"]))
SURNAMES, EACH, OF_PLACES = LISTS["surnames"], LISTS["surnames"] + LISTS["often_a_word"], LISTS["of_places"]
HAN = "[\u4e00-\u9fff]"
ENDS = rf"(?=$|[\s，,。；;、）)”\"（(]|因|被|等(?![级候]))(?!(?:\s+|[（(](?:[^（）()]*[）)])?)[^，。；、,;]{{0,16}}(?:{ORGANISATION}))"
"""Where a name is over; what goes on behind a blank or a bracket as an organisation's is none."""


def _name(surnames: str) -> str:
    """The name of one person: a surname and one sign or two."""
    given, of_places = f"(?:(?![因被等]){HAN})", re.sub("[国江河]", "", OF_PLACES)
    return rf"(?!{WORDS})(?:(?:{COMPOUND}){given}{{1,2}}|[{surnames}](?:{given}(?<![{OF_PLACES}])|{given}{{2}}(?<![{of_places}])))"


def _names(surnames: str) -> str:
    """Names side by side, seen to end."""
    return rf"{_name(surnames)}(?:{AND}{_name(surnames)})*{ENDS}"


AND = "[、和与及]"
IS, OPENS = "(?:为|系|是)", '[（(“"]'
PERSON = re.compile(
    rf"(?:{OFFICE}|姓名)(?:姓名|{IS})?[：:]\s*[“\"]?(?P<named>{_names(EACH)})"
    rf"|(?:(?:{OR_ROLE})[：:]\s*[“\"]?|(?:{OFFICE})(?:为|系|{OPENS}|{IS}{OPENS}))(?P<others>{_names(SURNAMES)})"
    rf"|(?<!{HAN})(?:(?P<before>{_name(SURNAMES)})(?=[（(](?:{OFFICE})[）)]|[（，,(]?身份证)|(?P<addressed>{_name(EACH)})(?=先生|女士))"
)
"""Who is said to be a person: behind an office and a colon, 为 or a bracket, before an office in brackets, or addressed."""
ONE_OF = re.compile(rf"(^|{AND})({_name(EACH)})(?={AND}{_name(EACH)}|$)")
NOT_CUT = f"(?:(?!某){HAN})"
MAY_BE_PERSON = re.compile(
    rf"(?:{OR_BODY})(?:为|系|是|姓名)?[：:\s（(“\"]{{0,2}}(?!{WORDS})(?:(?:{COMPOUND}|[{SURNAMES}])(?![{LISTS['not_in_names']}]){HAN}|[{LISTS['often_a_word']}](?!某){HAN}{{1,2}}(?!{HAN}))"
    rf"|(?<!{HAN})(?!{WORDS})(?:{COMPOUND}|[{EACH}]){NOT_CUT}{{1,2}}(?=先生|女士|同志|[（，,(]?(?:{OR_BODY}|身份证|电话|手机))"
    rf"|某(?:[，,；;/／]|\s|{AND})+(?={NOT_CUT}+(?!{HAN})){_name(EACH)}{ENDS}"
)
CALLED = f"|等[一二两三四五六七八九十]?人?|先生|女士|同志|{OR_ROLE}"
IN_A_COLUMN, IN_BRACKETS = (
    re.compile(rf"(?P<office>(?:{OR_BODY})?{IS}?)(?P<named>{_name(surnames)}(?:{AND}{_name(surnames)})*)(?P<called>{CALLED})") for surnames in (EACH, SURNAMES)
)
"""What stands between two signs in a column of persons, where it is a person; within brackets a department or a place stands as often."""
SHORT_NAME = re.compile(rf"{HAN}[{LISTS['ends_of_short_names']}]")
"""What in a column of a role is a firm by its short name as often as a person."""
BESIDE_CUT = re.compile(rf"(?<=某){AND}|{AND}(?={HAN}{{1,2}}某)")
"""What joins another to a name that was cut."""
TOGETHER = re.compile(rf"[^、，,；;/／\s（(]*[（(][^（）()]*[）)]{HAN}*(?:{STRONG})|{HAN}+")
"""What stands between two signs, and an organisation with brackets within its name."""
JOINED = f"{_name(SURNAMES)}(?:{AND}{_name(SURNAMES)})*"
SEAM = "\x1f"
"""What no text of a record holds."""
SEAMS = (
    re.compile(rf"(?<!{HAN})({JOINED}(?:[（(][^（）()]*[）)])?)({AND})(?={HAN}*(?:{STRONG}))"),
    re.compile(rf"({STRONG})({AND}其?)(?=(?:{OR_BODY})?{JOINED}(?!{HAN}))"),
)
"""Names that are joined to an organisation, before it and behind it."""
APART = re.compile(rf"(?<!{HAN})([{EACH}])[ \u3000]+({HAN})(?!{HAN})")
"""A name of two signs that a blank makes as long as one of three."""
LONGEST_NAME = 4
"""Signs of a name at most, without a dot in it."""
LONG = rf"(?:[{LISTS['signs_of_long_names']}]{{{LONGEST_NAME + 1},}}|{_name(SURNAMES)}(?:{'|'.join(LISTS['behind_names'])}))"
"""What is longer and may be a name all the same, or hold one."""
DOTTED = rf"(?<!{HAN})([{LISTS['signs_of_long_names']}])[{LISTS['signs_of_long_names']}]*(?:[·•・][{LISTS['signs_of_long_names']}]+)+(?!{HAN}|[·•・])"
"""A name of another language in its parts."""
ACCOUNT = re.compile(r"((?:微信|QQ|WeChat)(?:号码?|id)?\s*[:：]?\s*)[\w-]{5,}", re.IGNORECASE | re.ASCII)
"""Where a person is reached, beside telephones and addresses."""
HARMLESS = re.compile(
    rf".*某(?:{CALLED})|{OR_BODY}|(?:{WORDS})[员长师部科组]?|{'|'.join(LISTS['nobody'])}|.*(?:{STRONG}).*|(?![{EACH}]{HAN}{{1,2}}$).*[院所局厅市区县镇部处科室站队组办校]"
)
"""What names no person in a column of persons."""


def without_persons(text: str) -> str:
    """The text with the name of each person who is said to be one cut down to its surname, as courts publish it.

    Said to be one is who is named, where the name is seen to end, behind an office and a colon, 为, 系, a bracket or a quotation mark,
    before an office in brackets or the number of an identity card, or addressed. Whatever is less certain stays, and is warned about: no
    word and no organisation is damaged for a likeness.

    Examples
    --------
    >>> without_persons("法定代表人：张三因串标被罚；项目经理为欧阳修、李四，王小明（负责人）收受财物")
    '法定代表人：张某因串标被罚；项目经理为欧阳某、李某，王某（负责人）收受财物'
    >>> without_persons("获评副会长单位；负责人：柳州钢铁集团有限公司；法定代表人张三被罚")
    '获评副会长单位；负责人：柳州钢铁集团有限公司；法定代表人张三被罚'
    """

    def cut(found: re.Match[str]) -> str:
        names = next(filter(None, (found[kind] for kind in ("named", "others", "before", "addressed"))))
        return found[0].removesuffix(names) + ONE_OF.sub(_surname, names)

    return PERSON.sub(cut, text)


def _surname(name: re.Match[str]) -> str:
    """What stands before a name, and its surname."""
    return f"{name[1]}{(re.match(COMPOUND, name[2]) or name[2])[0]}某"


def told(text: str) -> str:
    """What was typed into a record, as the public reads it: numbers of persons masked, names of who is said to be a person cut down to surnames."""
    return without_persons(ACCOUNT.sub(r"\1****", discreet(text)))


def told_of_persons(text: str) -> str:
    """The same of what was typed into a column of persons, where whatever stands between two signs may be a name.

    Examples
    --------
    >>> told_of_persons("张三，李小明（市场部）"), told_of_persons("罗湖（中国）有限公司"), told_of_persons("张　三 欧阳修和李四")
    ('张某，李某（市场部）', '罗湖（中国）有限公司', '张某 欧阳某和李某')
    """
    return _told_between_signs(text, IN_A_COLUMN, EACH)


def told_of_roles(text: str) -> str:
    """The same of what was typed into a column of a role, such as 当事人, in which persons and organisations stand: what looks like an organisation's short name stays.

    Examples
    --------
    >>> told_of_roles("张三、甲招标有限公司"), told_of_roles("徐工；万科"), told_of_roles("徐工和李小明等3人")
    ('张某、甲招标有限公司', '徐工；万科', '徐工和李某等3人')
    """
    return _told_between_signs(text, IN_BRACKETS, SURNAMES, _surname_in_role)


def _surname_in_role(name: re.Match[str]) -> str:
    """The same, but for what may be a firm's short name."""
    return name[0] if SHORT_NAME.fullmatch(name[2]) else _surname(name)


def _told_between_signs(text: str, person: re.Pattern[str], surnames: str, surname: Callable[[re.Match[str]], str] = _surname) -> str:
    """The text with what stands between two signs cut down to each `surname` where it is a `person`; a name that a blank makes longer has one of the `surnames`."""

    def cut(found: re.Match[str]) -> str:
        if re.match(r"\s*\d+\s*家", found.string[found.end() :]):
            return found[0]
        named = (IN_BRACKETS if found.string[: found.start()].endswith(("（", "(")) else person).fullmatch(found[0])
        return found[0] if named is None else named["office"] + ONE_OF.sub(surname, named["named"]) + named["called"]

    def together(found: re.Match[str]) -> str:
        return name if re.fullmatch(_name(surnames), name := found[1] + found[2]) else found[0]

    apart = re.sub(DOTTED, r"\1某", APART.sub(together, _seamed(text)))
    return told(TOGETHER.sub(cut, apart).replace(SEAM, ""))


def _seamed(text: str) -> str:
    """The text with a seam on either side of what joins names to an organisation, so that each stands between two signs."""
    for joint in SEAMS:
        text = joint.sub(rf"\1{SEAM}\2{SEAM}", text)
    return text


def may_name_person(text: str) -> bool:
    """Whether a text, as it is made public, may still name a person.

    Examples
    --------
    >>> [may_name_person(text) for text in ("法定代表人张三因串标被罚", "张三女士", "法定代表人：张某", "当事人陈述申辩意见")]
    [True, True, False, False]
    """
    return MAY_BE_PERSON.search(text) is not None


def of_persons(heading: str) -> bool:
    """Whether persons are named in the column under a heading.

    Examples
    --------
    >>> [of_persons(heading) for heading in ("法定代表人", "项目经理姓名", "企业名称", "负责人电话")]
    [True, True, False, False]
    """
    return re.fullmatch(rf".*(?:{OFFICE}|姓名)(?:姓名)?", heading) is not None


def of_roles(heading: str) -> bool:
    """Whether a role stands over a column, so that persons are named in it as well as organisations.

    Examples
    --------
    >>> [of_roles(heading) for heading in ("当事人", "专家名单", "举报人（单位或个人）", "中标人", "处理结果", "举报人电话")]
    [True, True, True, False, False, False]
    """
    return re.fullmatch(rf".*(?:{OR_ROLE}|{'|'.join(LISTS['headings'])})(?<!{BODIES})(?:名单|名称|名字)?(?:[（(][^（）()]*[）)])?", heading) is not None


def may_be_person(cell: str) -> bool:
    """Whether what stands in a column of persons, as it is made public, may still name one: what is no office, no organisation or part of it, and no name that was cut.

    Examples
    --------
    >>> [may_be_person(cell) for cell in ("张某、阿丽亚", "罗小区", "张某（市场部）", "某某集团", "无", "Mary")]
    [True, True, False, False, False, True]
    """
    left = (found[0] for found in re.finditer(rf"{TOGETHER.pattern}|[A-Za-z]{{2,}}", cell))
    return any(len(one) > 1 and not HARMLESS.fullmatch(one) for one in left)


def may_be_in_role(cell: str) -> bool:
    """The same of a column of a role: of what is as short as a name, or is written as long names are.

    Examples
    --------
    >>> [may_be_in_role(cell) for cell in ("张某、阿丽亚", "徐工", "阿丽亚古丽", "李小明代理", "张某（市场部）", "华东建设工程", "IBM")]
    [True, True, True, True, False, False, False]
    """
    return any(may_be_person(found[0]) for found in re.finditer(rf"(?<!{HAN})(?:{HAN}{{2,{LONGEST_NAME}}}|{LONG})(?!{HAN})|[A-Z][a-z]+", TOGETHER.sub(_without_organisation, _seamed(BESIDE_CUT.sub("、", cell)))))


def _without_organisation(found: re.Match[str]) -> str:
    return "" if HARMLESS.fullmatch(found[0]) else found[0]
