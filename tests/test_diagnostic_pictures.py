"""Diagnostics as they are shown: every indicator there, safe with hostile names, the same bytes for the same figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.invented import evaluation, indicator, members, scheme
from tests.test_diagnostics import asked
from tests.test_published_influence import ASEM, asem
from toolkit import evaluate, open_edition, rescored, views
from toolkit.diagnostics import effective_weights
from toolkit.evaluation import Evaluation
from toolkit.ground.display import Picture, Table
from toolkit.reports.columns import percent
from toolkit.reports.wording import BLANK

HOSTILE = '$x^2$ <script>alert(1)</script> --> & "指标"\n]]>\u202e'
PICTURES: dict[str, Callable[[Evaluation], Picture]] = {
    "spread": views.spread_picture,
    "correlations": views.correlations_picture,
    "influence": views.influence_picture,
}
TABLES: dict[str, Callable[[Evaluation], Table]] = {
    "spread": views.spread_table,
    "redundancies": views.redundancies_table,
    "influence": views.influence_table,
    "alpha": views.alpha_table,
    "components": views.components_table,
    "offer": views.weights_offer_table,
}
drawn = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
listed = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture
def small(small_edition: Path) -> Evaluation:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records)


def relabelled(one: Evaluation, label: str) -> Evaluation:
    items = tuple(item.model_copy(update={"label": label}) for item in one.scheme.indicators)
    return rescored(one, one.scheme.model_copy(update={"indicators": items}))


def words(picture: Picture) -> list[str]:
    texts = ET.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()).strip() for text in texts]


@drawn
def test_every_indicator_is_drawn_by_its_name(picture: Any, small: Evaluation) -> None:
    said = words(picture(small))
    assert all(item.label in said for item in small.scheme.indicators)


@drawn
def test_the_same_figures_give_the_same_bytes(picture: Any, small: Evaluation) -> None:
    assert picture(small).svg == picture(small).svg


@drawn
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_drawn_beyond_the_sheet_or_in_another_language(
    picture: Any, small: Evaluation, language: str
) -> None:
    plain = relabelled(small, "label")
    found = picture(rescored(plain, plain.scheme.model_copy(update={"language": language})))
    wide = float(re.search(r'viewBox="0 0 ([\d.]+)', found.svg)[1])  # type: ignore[index]
    assert all(-1 <= float(x) <= wide + 1 for x in re.findall(r"translate\(([-\d.]+) ", found.svg))
    said = "".join(words(found)).replace("承诺书", "").replace("警示扣分", "")
    assert bool(re.search(r"[一-鿿]", said)) == (language == "zh")


@drawn
def test_a_hostile_name_stays_text(picture: Any, small: Evaluation) -> None:
    svg = picture(relabelled(small, HOSTILE)).svg
    assert "<script" not in svg
    assert "\u202e" not in svg
    ET.fromstring(svg)


@listed
def test_a_hostile_name_stays_text_in_a_table(table: Any, small: Evaluation) -> None:
    assert "<script" not in table(relabelled(small, HOSTILE))._repr_html_()


@listed
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_heading_is_in_the_scheme_s_language(table: Any, small: Evaluation, language: str) -> None:
    found = table(rescored(small, small.scheme.model_copy(update={"language": language})))
    assert all(bool(re.search(r"[一-鿿]", h)) == (language == "zh") for h in found.headings if h != "α")


def test_the_influence_drawn_and_listed_is_that_computed(small: Evaluation) -> None:
    found = effective_weights(small)
    hours = percent(found["effective"].to_dict()["hours"])
    assert hours in words(views.influence_picture(small))
    assert hours == views.influence_table(small).rows[0][3]
    assert found["label"].tolist() == [row[0] for row in views.influence_table(small).rows]


def test_a_correlation_is_drawn_without_its_0_and_bold_from_0_9() -> None:
    one = asked(
        {
            "a": [10.0, 20, 30, 40, 50],
            "b": [10.0, 28, 28, 41, 50],
            "c": [50.0, 40, 30, 20, 10],
            "d": [4.0] * 5,
        }
    )
    picture = views.correlations_picture(one)
    said = words(picture)
    assert said.count("-1") == 1
    assert [said.count(".97"), said.count("-.97")] == [1, 1]
    assert said.count(BLANK) == 3
    assert re.search(r"font-weight: 700[^>]*>\.97<", picture.svg)
    assert not re.search(r"font-weight: 700[^>]*>—<", picture.svg)


def test_a_constant_is_told_in_words_instead_of_a_box() -> None:
    one = asked({"a": [1.0, 2, 3], "b": [5.0, 5, 5]})
    assert any("相同" in said for said in words(views.spread_picture(one)))


def test_an_evaluation_of_nobody_is_drawn_all_the_same() -> None:
    rules = scheme(indicator=[indicator("a"), indicator("b")])
    empty = members(1, applied=[False])
    one = evaluation(rules, empty, asked({"a": [1.0], "b": [2.0]}).values)
    for show in (*PICTURES.values(), *TABLES.values()):
        assert repr(show(one))


def test_what_is_to_be_talked_about_is_listed_and_nothing_is_said_to_be_nothing() -> None:
    alike = views.redundancies_table(asked({"a": [1.0, 2, 3], "b": [2.0, 4, 6]}))
    assert alike.rows[0][:4] == ("a", "b", "1.00", "3")
    nothing = views.redundancies_table(asked({"a": [1.0, 2, 3], "b": [2.0, 9, 3]}))
    assert (nothing.rows, nothing.note) == ((), "没有需要讨论的成对指标。")


def test_the_offer_speaks_in_the_schemes_own_terms(small: Evaluation) -> None:
    rows = {row[1]: row for row in views.weights_offer_table(small).rows}
    assert float(rows["学习交流"][3]) + float(rows["诚信自律"][3]) == pytest.approx(100, abs=0.02)
    assert rows["学习交流"][2] == "60"


@pytest.mark.skipif(not ASEM.exists(), reason="the ASEM data are not beside this checkout")
def test_49_indicators_fit_on_their_picture() -> None:
    one = asem()
    said = words(views.correlations_picture(one))
    assert "49" in said
    assert len([word for word in said if re.fullmatch(r"-?(\.\d\d|0|1|1\.0)", word)]) >= 49 * 48 // 2
