"""Who sees what of whom, and what is counted of those who are not named: on whatever members are drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asked_edition import write_edition, write_rows
from tests.contested import contested
from tests.drawing import flat
from tests.examples import examples
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, scored
from toolkit.indicators.consent import standing_pledges
from toolkit.indicators.engine import Engine
from toolkit.publication.disclosures import SEEN, activities, pledges, seen_by, tells_of_nobody, won_by_class
from toolkit.scheme import Publication
from toolkit.scheme.outcomes import PERMITTED_BY, Consent, Permission
from toolkit.sealing.open_readme import traced_by_elimination, warned_of


@pytest.mark.parametrize(
    ("take", "worth", "amounts", "open_", "told"),
    [
        ("sum", 1, [5.0] * 6 + [0.0] * 6, 0, (6, 30.0)),
        ("sum", 1, [5.0] * 6 + [0.0] * 6, 2, None),
        ("sum", 1, [500.0] + [1.0] * 7 + [0.0] * 6, 0, (8, None)),
        ("sum", -1, [5.0] * 6 + [0.0] * 6, 0, None),
        ("count", 1, [2.0] * 5 + [1.0] * 6 + [0.0] * 6, 0, (11, 16.0)),
        ("count", 1, [2.0] * 4 + [1.0] * 7 + [0.0] * 6, 0, (11, None)),
        ("any", 1, [1.0] * 6 + [0.0] * 6, 0, (6, None)),
    ],
    ids=["nobody is told apart", "four others", "one of them gives most of it", "what costs points is no activity", "five more than once", "all but four once", "nothing is added up"],
)
def test_an_activity_is_told_as_far_as_it_tells_of_nobody(take: str, worth: int, amounts: list[float], open_: int, told: tuple[int, float | None] | None) -> None:
    raw = pd.DataFrame({"hours": amounts})
    item = SimpleNamespace(id="hours", label="学时", unit="学时", measure=SimpleNamespace(take=take, points={}))
    stand_in: Any = SimpleNamespace(scheme=SimpleNamespace(indicators=(item,)), indicators=raw, applicable=raw >= 0, values=raw * worth)
    found = activities(stand_in, np.arange(len(amounts)) < open_)
    assert [(one.members, one.total) for one in found] == ([told] if told else [])


@pytest.mark.parametrize(("unnamed", "classed", "told"), [("a", True, "1 家可以推知是哪一家，另有 0"), ("b", True, "0 家可以推知是哪一家，另有 1"), ("c", True, ""), ("a", False, "")])
def test_whose_name_follows_from_how_many_won_is_counted(unnamed: str, classed: bool, told: str) -> None:  # noqa: FBT001 - a case
    """Of class 1 a and d applied, and d is open; of class 2 b and e, of class 3 c and two more."""
    index = list("adbecfg")
    stand_in: Any = SimpleNamespace(
        members=pd.DataFrame({"class": list("1122333"), "applied": True}, index=index), awards=pd.DataFrame({"member": [unnamed]}), permitted=pd.DataFrame({"award": [one == "d" for one in index]}, index=index)
    )
    rows: Any = SimpleNamespace(members=pd.DataFrame(index=["d"]), lines=pd.DataFrame({"class": ["1" if classed else ""]}))
    assert [told in words.zh for words in traced_by_elimination(stand_in, rows)] == [True] * bool(told)


@pytest.mark.parametrize("applied", [[True, True, True], [True, False, False]])
def test_totals_of_who_did_not_apply_are_told_of(applied: list[bool]) -> None:
    rows: Any = SimpleNamespace(
        withheld=pd.DataFrame({"class": []}), members=pd.DataFrame({"applied": applied}), classes=pd.DataFrame({"class": ["甲"], "applied": [3]}), lines=pd.DataFrame({"unnamed": [0], "class": ["甲"]})
    )
    assert ["2 家没有申报" in words.zh and "2 members in it did not apply" in words.en for words in warned_of(rows)] == [True] * (not all(applied))


@settings(max_examples=examples(12))
@given(st.data())
def test_an_audience_sees_no_more_than_is_permitted_and_a_member_all_of_its_own(data: st.DataObject) -> None:
    asked = data.draw(contested())
    members = asked.members.index
    permitted = pd.DataFrame({item: data.draw(st.lists(st.booleans(), min_size=len(members), max_size=len(members))) for item in get_args(Permission)}, index=members)
    consent = {"table": "t", **{item: item for item in data.draw(st.sets(st.sampled_from(get_args(Permission))))}}
    publication = Publication.model_validate({"fields": {"public": ("name", "class", "award", "grade", "rank", "total")}, "consent": consent})
    scheme = asked.scheme.model_copy(update={"publication": publication})
    one = scored(Evaluation(scheme, asked.members, replace(asked.measured, permitted=permitted)))
    public, whole = seen_by(one, "public"), seen_by(one, "committee")
    for field in SEEN:
        item = PERMITTED_BY.get(field, field)
        assert not (public[field] & ~permitted[item]).any(), field
    assert not (public[["name", "total"]].any(axis=1) & ~members.isin(one.awards["member"])).any(), "who has no award is not named"
    assert not (public["total"] & ~permitted["award"]).any(), "a refusal to be named removes all of the list"
    own = data.draw(st.sampled_from(list(members)))
    seen = seen_by(one, "member", own)
    assert seen.loc[own].all()
    assert seen.drop(index=own).equals(public.drop(index=own))
    assert seen_by(one, "public", own).equals(public), "whoever asks, the public's is the public's"
    assert seen_by(one, "member", "nobody of these").equals(public), "whoever is no member is the public"
    assert whole.all(axis=None)


@pytest.mark.parametrize("publication", [None, Publication.model_validate({"fields": {"public": ("name", "award")}})], ids=["no publication", "no consent"])
def test_where_nobody_was_asked_nothing_is_seen(publication: Publication | None) -> None:
    asked = flat({"a": [90.0, 50.0]})
    permitted = pd.DataFrame(data=True, index=asked.members.index, columns=list(get_args(Permission)))
    one = scored(Evaluation(asked.scheme.model_copy(update={"publication": publication}), asked.members, replace(asked.measured, permitted=permitted)))
    assert len(one.awards) == 1
    assert not seen_by(one, "public").any(axis=None)


def test_the_wall_has_the_pledges_that_stand_of_whoever_permits_it(tmp_path: Path) -> None:
    rows = ("001,乙,已签,2018-05-04,,是,是,是,是", "001,甲,已签,2018-05-04,,是,是,是,是", "002,甲,未签,2018-05-04,,是,是,是,是", "003,甲,已签,2018-05-04,2018-06-01,是,是,是,是",
            "004,甲,已签,2018-05-04,,是,是,是,否", "005,,已签,,,否,否,否,是", "006,旧,已签,2018-05-04,,是,是,是,否", "006,新,已签,2018-07-01,,否,否,否,是",
            "007,甲,已签,,,是,是,是,是", "007,甲,已签,,2018-01-01,是,是,是,是")  # fmt: skip
    folder = write_edition(tmp_path / "e")
    write_rows(folder / "records" / "承诺书.csv", "code,form,status,signed_on,withdrawn_on,result,good,bad,wall", rows)
    edition = open_edition(folder)
    wall = {(one.member, one.signed, one.version) for one in pledges(edition.scheme, edition.records)}
    assert wall == {("001", "2018-05-04", min("甲", "乙")), ("005", "", ""), ("006", "2018-07-01", "新")}
    consent = edition.scheme.consent
    assert consent is not None
    with Engine(edition.scheme, edition.records) as engine:
        def standing(consent: Consent | None) -> pd.DataFrame:
            publication = edition.scheme.publication.model_copy(update={"consent": consent})  # type: ignore[union-attr]
            return standing_pledges(engine, edition.scheme.model_copy(update={"publication": publication}), edition.records)

        obliged = {"award": "章程第九条", "pledge": "章程第九条"}
        assert list(standing(consent)) == ["member", "signed", "version"]
        assert set(standing(consent.model_copy(update={"pledge": None, "obliged": obliged}))["member"]) == {"001", "004", "005", "006"}
        for other in (None, consent.model_copy(update={"pledge": None}), Consent(obliged=obliged)):
            assert standing(other).empty


@given(st.lists(st.booleans(), max_size=40))
def test_a_count_is_told_only_where_neither_side_is_small(answers: list[bool]) -> None:
    told = tells_of_nobody(np.array(answers, np.bool_))
    assert told == (not answers or min(sum(answers), len(answers) - sum(answers)) >= 5)


@pytest.mark.parametrize(("lines", "classes", "told"), [
    ([("x", "甲", 3), ("x", "乙", 0), ("y", "", 2)], 2, {"x": {"甲": 3, "乙": 0}}),
    ([("y", "", 2)], 1, {"y": {"": 2}}),
], ids=["an award of all classes together is not told by class", "one class"])  # fmt: skip
def test_winners_are_counted_by_class_where_the_award_is_given_so(lines: list[tuple[str, str, int]], classes: int, told: dict[str, dict[str, int]]) -> None:
    rows: Any = SimpleNamespace(lines=pd.DataFrame(lines, columns=["award", "class", "winners"]), classes=range(classes))
    assert won_by_class(rows) == told
