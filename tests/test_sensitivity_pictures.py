"""The answers as pictures: what must be read is there, in both languages, safe with hostile names, the same every time."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from tests.altered import altered
from tests.conftest import write_small_edition
from tests.test_firmness import half, sure
from tests.test_stability import two
from toolkit import evaluate, open_edition, views
from toolkit.evaluation import Evaluation
from toolkit.ground.display import Picture
from toolkit.ground.drawing import text_width
from toolkit.ground.text import Language
from toolkit.reports.pictures import weights
from toolkit.reports.pictures.ranks import BOX, LEFT, RIGHT, SMALL, _unit, _wrapped
from toolkit.reports.pictures.weights import who_moves
from toolkit.reports.probability_tables import bottom_line
from toolkit.sensitivity.bounds import around, award_bounds, rank_bounds
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.choices import usual_decisions, usual_doubts
from toolkit.sensitivity.fairness import fairness, group_results
from toolkit.sensitivity.leave_one_out import without_nodes
from toolkit.sensitivity.methods import agreement_of_methods, chosen_by_methods
from toolkit.sensitivity.probabilities import grade_probabilities, rank_summary
from toolkit.sensitivity.robustness import Firmness, firmness
from toolkit.sensitivity.scenarios import scenario_probabilities
from toolkit.sensitivity.sobol import variance_shares
from toolkit.sensitivity.tipping import stability_intervals
from toolkit.sensitivity.weights.draws import WeightDraws

LANGUAGES: tuple[Language, Language] = ("zh", "en")
DRAWS = WeightDraws(draws=200, spread=0.5)
HOSTILE = '$x^2$ <script>alert(1)</script> --> & "名"\n]]>\u202e'
WORDS = {
    "ranks": ("名次", "Ranks"), "bounds": ("任意变动", "Any weights"), "stability": ("单独变动", "alone"), "removals": ("去掉", "Without it"),
    "variance": ("取决于", "depends on"), "methods": ("肯德尔", "Kendall"), "chosen": ("换一种方法", "by every method"), "grades": ("等级", "grade"),
    "central": ("怎样的权重", "Weights that would"), "kinds": ("获奖比例", "Share awarded"), "scenarios": ("同时变动", "at once"),
}  # fmt: skip
named = pytest.mark.parametrize("name", WORDS)


def evaluated() -> tuple[Evaluation, Any]:
    with TemporaryDirectory() as folder:
        edition = open_edition(write_small_edition(Path(folder) / "small"))
        graded = edition.scheme.with_(grades={"bands": (("A", 70.0), ("B", 50.0), ("C", 0.0))})
        return evaluate(graded, edition.records), edition.records


@cache
def answers() -> tuple[Evaluation, dict[str, Any]]:
    """A small edition and the answers to draw; enough draws to be drawn, not to be believed."""
    one, records = evaluated()
    award = one.scheme.awards[0].id
    within = around(one.scheme, 0.3)
    return one, {
        "ranks": [rank_summary(one, DRAWS)],
        "bounds": [rank_bounds(one, within), award_bounds(one, within)],
        "stability": [stability_intervals(one)],
        "removals": [without_nodes(one)],
        "variance": [variance_shares(one, usual_decisions(one, DRAWS), rows=8, resamples=5)],
        "methods": [agreement_of_methods(one)],
        "chosen": [chosen_by_methods(one), award],
        "grades": [grade_probabilities(one, DRAWS)],
        "central": [central_weights(one, DRAWS, award), award],
        "kinds": [group_results(one, records, ["kind"]), fairness(one, records, ["kind"])],
        "scenarios": [scenario_probabilities(one, usual_doubts(one, DRAWS), draws=64)],
    }


def picture_of(name: str, asked: Evaluation) -> Picture:
    picture: Picture = getattr(views, f"{name}_picture")(asked, *answers()[1][name])
    return picture


@cache
def drawn(name: str, language: Language = "zh") -> Picture:
    one = answers()[0]
    return picture_of(name, replace(one, scheme=one.scheme.with_(language=language)))


def words(picture: Picture) -> list[str]:
    texts = ET.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()).strip() for text in texts]


def boxes(picture: Picture) -> int:
    return len(re.findall(r'<g id="patch_', picture.svg))


@named
def test_each_speaks_the_language_of_the_scheme_and_says_what_it_shows(name: str) -> None:
    for said, language in zip(WORDS[name], LANGUAGES, strict=True):
        picture = drawn(name, language)
        assert said in picture.alt
        assert picture.alt.startswith(words(picture)[0])
        assert repr(picture) == f"[{picture.alt}]"


@named
def test_the_same_answer_is_the_same_picture_to_the_byte(name: str) -> None:
    again = replace(answers()[0], members=evaluated()[0].members)
    assert drawn(name).svg == picture_of(name, again).svg
    assert not re.search(r"0x[0-9a-f]{6,}|/(?:tmp|home|root)/", drawn(name).svg)


@named
def test_no_name_becomes_markup(name: str) -> None:
    one = answers()[0]
    hostile = altered(one, members=one.members.assign(name=HOSTILE), ranking=one.ranking.assign(name=HOSTILE))
    scheme = hostile.scheme
    items = tuple(item.model_copy(update={"label": HOSTILE}) for item in scheme.indicators)
    labelled = altered(hostile, scheme=scheme.model_copy(update={"indicators": items}))
    svg = picture_of(name, labelled).svg
    assert "<script" not in svg
    assert {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}.isdisjoint({"script", "foreignObject", "style"})


@named
def test_every_word_lies_on_the_sheet(name: str) -> None:
    svg = drawn(name).svg
    wide, high = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    assert wide == 800
    places = re.findall(r"translate\(([-\d.]+) ([-\d.]+)\)", svg)
    assert all(0 <= float(x) <= wide and 0 <= float(y) <= high for x, y in places)


def test_a_member_is_drawn_with_its_ranks() -> None:
    one, found = answers()
    summary = found["ranks"][0]
    member = str((summary["q05"] - summary["best"]).idxmax())
    said = words(views.ranks_picture(one, summary, [member]))
    assert summary["best"][member] < summary["q05"][member]
    assert f"{one.ranking['rank'][member]}. {one.members['name'][member]}" in said
    assert f"{summary['q05'][member]:.0f}–{summary['q95'][member]:.0f}" in said


def test_a_certain_award_is_told_from_a_possible_one() -> None:
    one, (ranks, awards) = answers()[0], answers()[1]["bounds"]
    holder = str(one.awards["member"].iloc[0])
    shown = {step: words(views.bounds_picture(one, ranks, awards.assign(standing=step), [holder], "en"))[-1] for step in ("certain", "possible", "never")}
    assert [said.rpartition(" ")[2] for said in shown.values()] == list(shown)


def test_the_end_of_a_weight_names_who_moves_and_how_far_it_is() -> None:
    # m0 has 50 + 40 a and is rounded down to the 72.2 of m1, 75 - 5 a, below a = 0.55625
    said = words(views.stability_picture(two(), stability_intervals(two())))
    assert (said.count("4.38"), said.count("m0落选")) == (2, 2)  # b, its only sibling, rises as a is lowered
    free = stability_intervals(two()).assign(**{name: pd.Series([(), ()], dtype=object) for name in ("gain_below", "lose_below", "gain_above", "lose_above")})
    assert not [each for each in words(views.stability_picture(two(), free)) if "m0" in each]


def test_who_moves_is_named_as_far_as_names_fit() -> None:
    one = two()
    long = replace(one, members=one.members.assign(name=[f"广东某某市工程造价咨询事务所有限公司{n}" for n in range(len(one.members))]))
    m0, m1, m2 = map(str, one.members.index)
    assert who_moves(one, (m1,), (m0,), to="zh") == ["m1得奖", "m0落选"]
    assert who_moves(one, (m0, m1), (m0,), to="zh") == ["m1得奖", "m0改得另一奖"]
    assert who_moves(one, (), (m0, m1), to="zh") == ["m0、", "m1落选"]
    assert who_moves(long, (m0, m1, m2), (), to="zh")[1].endswith("等 3 家得奖")
    assert who_moves(long, (m0, m1, m2), (), to="en")[1].endswith("and others, 3 in all, wins")
    lines = [line for to in LANGUAGES for line in who_moves(long, (m0, m1), (m0, m1, m2), to=to)]
    assert all(text_width(line, weights.SMALL) <= RIGHT - weights.CENTRE - weights.GAP - weights.HALF - 10 for line in lines)


def test_a_weight_that_was_not_computed_has_no_bar() -> None:
    found = stability_intervals(two())
    gone = found.assign(exact=None)
    assert boxes(views.stability_picture(two(), found)) - boxes(views.stability_picture(two(), gone)) >= 4


def test_the_longest_bar_is_the_first_and_who_has_another_award_is_counted_once() -> None:
    rows = [
        ("indicator", "a", "a", "first", (), ("m0",)), ("group", "b", "b", "first", ("m1", "m2"), ("m0",)),
        ("group", "b", "b", "second", ("m0",), ("m1",)), ("member", "c", "c", "first", (), ()),
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=["kind", "removed", "label", "award", "gained", "lost"]).assign(changes=[1, 3, 2, 0], moved=[1, 3, 3, 0])
    said = words(views.removals_picture(two(), found))
    assert [each for each in said if each in {"a", "b（指标组）", "c（会员）"}] == ["b（指标组）", "a"]
    assert said[said.index("b（指标组）") + 1] == "3"
    assert said[-1] == "共逐一去掉 3 项，其中 1 项去掉后名单不变。"


def test_noise_below_zero_is_shown_as_nothing_and_the_largest_comes_first() -> None:
    one, (found,) = answers()[0], answers()[1]["variance"]
    own = found[found["target"] == "list"].assign(first=-0.2, first_error=0.1, total=[0.1 * place for place in range(len(found[found["target"] == "list"]))])
    own.attrs = found.attrs
    assert any("— / —" in each for each in words(views.variance_picture(one, own.assign(first=math.nan, total=math.nan))))
    shares = [each for each in words(views.variance_picture(one, own)) if re.fullmatch(r"0% / \d+%", each)]
    assert len(shares) == len(own)
    assert shares == sorted(shares, key=lambda each: -int(each[5:-1]))


def test_whom_every_method_chooses_is_counted_and_not_drawn() -> None:
    one, (found, award) = answers()[0], answers()[1]["chosen"]
    own = found[found["award"] == award]
    said = words(views.chosen_picture(one, found, award))
    assert f"{int(own['all'].sum())} 家" in said[0]
    assert boxes(views.chosen_picture(one, found.assign(all=False), award)) > boxes(views.chosen_picture(one, found, award))
    assert weights._length(math.inf, (0, 1)) == weights.HALF > weights._length(1.0, (0, 1))
    shown = {each.rpartition(". ")[2] for each in said}
    for member, every in zip(own["member"], own["all"], strict=True):
        assert (str(one.members["name"][member]) in shown) != every


def test_a_small_kind_is_marked_and_the_effect_is_said() -> None:
    one, (groups, tests) = answers()[0], answers()[1]["kinds"]
    said = "".join(words(views.kinds_picture(one, groups, tests)))
    assert all(f"{row.awarded}/{row.n}" in said for row in groups.itertuples())
    untested = tests.assign(p=float("nan"))
    assert "无法检验" in "".join(words(views.kinds_picture(one, groups, untested)))


# ---- the one page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_says_the_bottom_line_and_the_names(language: Language) -> None:
    picture = views.firmness_picture(two(), half(), language)
    assert picture.alt == bottom_line(half()).into(language)
    for said in ("m0", "m1", "first", {"zh": "系于一线：m0", "en": "On a hair: m0"}[language]):
        assert said in picture.svg
    assert "".join(words(picture)).count(picture.alt) == 1
    untitled = views.firmness_picture(two(), half(), language, titled=False)
    assert picture.alt not in "".join(words(untitled))  # the notebook says it above
    assert untitled.alt == picture.alt


def test_a_box_for_each_place_and_each_who_just_missed() -> None:
    def count(found: Firmness) -> int:
        return boxes(views.firmness_picture(two(), found))

    legend = 4
    assert count(half()) - count(firmness(two(), sure(two()))) == 1
    assert count(firmness(two(), sure(two()))) >= legend + 1


def test_many_names_are_wrapped_and_many_places_made_smaller() -> None:
    lines = _wrapped("系于一线：", [f"广东某某招标代理有限公司{n}" for n in range(20)], "、")
    assert len(lines) > 1
    assert all(text_width(line, SMALL) <= RIGHT - LEFT for line in lines)
    assert "".join(lines).count("、") == 19
    assert _unit([{"awarded": 2, "contenders": 0}]) == BOX
    assert 200 * _unit([{"awarded": 150, "contenders": 50}]) <= RIGHT - LEFT
