"""Names of persons in records that are made public: who is said to be a person keeps the surname, what only may be one is told of and left.

Offices, surnames and ordinary words stand in ``persons.toml``.
"""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

from toolkit.ground.text import discreet

LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("persons.toml").read_text("utf-8"))
"""Offices, surnames and ordinary words, by which it is known where the name of a person is said to stand."""
OFFICE, OR_ROLE, OR_BODY = ("|".join(chain.from_iterable(LISTS[kind] for kind in ("offices", "roles", "bodies")[:kinds])) for kinds in (1, 2, 3))
WORDS, COMPOUND, ORGANISATION = ("|".join(LISTS[key]) for key in ("words", "compound", "organisations"))
SURNAMES, EACH, OF_PLACES = LISTS["surnames"], LISTS["surnames"] + LISTS["often_a_word"], LISTS["of_places"]
HAN = "[\u4e00-\u9fff]"
ENDS = rf"(?=$|[\s，,。；;、）)”\"（(]|因|被|等(?![级候]))(?!(?:\s+|[（(](?:[^（）()]*[）)])?)[^，。；、,;]{{0,16}}(?:{ORGANISATION}))"
"""Where a name is over; what goes on behind a blank or a bracket as an organisation's is none."""


def _named(surnames: str) -> str:
    """Names side by side, seen to end."""
    given, of_places = f"(?:(?![因被等]){HAN})", re.sub("[国江河]", "", OF_PLACES)
    name = rf"(?!{WORDS})(?:(?:{COMPOUND}){given}{{1,2}}|[{surnames}](?:{given}(?<![{OF_PLACES}])|{given}{{2}}(?<![{of_places}])))"
    return rf"{name}(?:、{name})*{ENDS}"


IS_PERSON = "姓名："
PERSON = re.compile(
    rf"(?P<office>(?:{OFFICE}|姓名)(?:姓名)?[：:]\s*[“\"]?)(?P<names>{_named(EACH)})|(?P<role>(?:{OR_ROLE})[：:]\s*[“\"]?)(?P<others>{_named(SURNAMES)})"
)
MAY_BE_PERSON = re.compile(
    rf"(?:{OR_BODY})(?:为|系|是|姓名)?[：:\s（(“\"]{{0,2}}(?!{WORDS})(?:(?:{COMPOUND}|[{SURNAMES}])(?![{LISTS['not_in_names']}]){HAN}|[{LISTS['often_a_word']}](?!某){HAN}{{1,2}}(?!{HAN}))"
    rf"|(?<!{HAN})(?!{WORDS})(?:{COMPOUND}|[{EACH}])(?!某){HAN}{{1,2}}(?=先生|女士|同志|[（，,(]?(?:{OR_BODY}|身份证|电话|手机))"
)


def without_persons(text: str) -> str:
    """The text with the name of each person who is said to be one, behind an office and a colon, cut down to its surname, as courts publish it.

    Whatever is less certain stays, and is warned about: no word and no organisation is damaged for a likeness.

    Examples
    --------
    >>> without_persons("法定代表人：张三因串标被罚；项目经理：欧阳修、李四")
    '法定代表人：张某因串标被罚；项目经理：欧阳某、李某'
    >>> without_persons("获评副会长单位；负责人：柳州钢铁集团有限公司；法定代表人张三被罚")
    '获评副会长单位；负责人：柳州钢铁集团有限公司；法定代表人张三被罚'
    """

    def cut(found: re.Match[str]) -> str:
        names = found["names"] or found["others"]
        return (found["office"] or found["role"]) + "、".join(f"{(re.match(COMPOUND, name) or name)[0]}某" for name in names.split("、"))

    return PERSON.sub(cut, text)


def told(text: str) -> str:
    """What was typed into a record, as the public reads it: numbers of persons masked, names of who is said to be a person cut down to surnames."""
    return without_persons(discreet(text))


def told_of_persons(text: str) -> str:
    """The same of what was typed into a column of persons.

    Examples
    --------
    >>> told_of_persons("张三、李小明"), told_of_persons("某某有限公司")
    ('张某、李某', '某某有限公司')
    """
    return told(IS_PERSON + text).removeprefix(IS_PERSON)


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


def may_be_person(cell: str) -> bool:
    """Whether what stands in a column of persons, and was not cut, may be one for all that: it is no organisation, and no name that was cut before."""
    return not cell.endswith("某") and not re.search(ORGANISATION, cell)
