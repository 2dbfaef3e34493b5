"""Tables and pictures: fixed, readable, safe with hostile names, the same bytes on every machine."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.altered import altered
from toolkit import evaluate, open_edition, rescored, views
from toolkit.evaluation import Evaluation
from toolkit.evaluation.decisions import NOT_JOINT
from toolkit.ground.display import Picture, Table, display_width, one_line, shortened
from toolkit.ground.drawing import FILLS, PAPER, PART, REST, Fill, Sheet, as_formerly_drawn
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import Phrase, figure
from toolkit.ground.toml_reader import tuples
from toolkit.reports.wording import BLANK, shares, signed
from toolkit.scheme.outcomes import Grades

HOSTILE = '$x^2$ <script>alert(1)</script> --> & "公司"\n]]>\u202e'


@pytest.fixture
def evaluation(small_edition: Path) -> Evaluation:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records)


@pytest.fixture
def english(evaluation: Evaluation) -> Evaluation:
    return rescored(evaluation, evaluation.scheme.model_copy(update={"language": "en"}))


@pytest.fixture
def hostile(evaluation: Evaluation) -> Evaluation:
    """Every member, class and file bears a name that would run as script, markup or mathematics."""
    ranking = evaluation.ranking.assign(name=HOSTILE, reason=HOSTILE)
    members = evaluation.members.assign(name=HOSTILE)
    return altered(evaluation, ranking=ranking, members=members, digests={HOSTILE: "0" * 64})


def probabilities(evaluation: Evaluation) -> pd.DataFrame:
    """Half of the members certain, the others one in four to lose what they hold."""
    held = evaluation.ranking["award"].replace("", "none")
    awards = ["outstanding", "advanced", "none"]
    frame = pd.DataFrame({award: held.eq(award).astype("float64") for award in awards})
    unsure = frame.index[::2]
    frame.loc[unsure] = 0.75 * frame.loc[unsure]
    frame.loc[unsure, "none"] += 0.25 * held[unsure].ne("none")
    frame.loc[unsure, "advanced"] += 0.25 * held[unsure].eq("none")
    return frame.assign(outstanding_error=0.004)


def shown(evaluation: Evaluation) -> list[Table]:
    """Every table of an evaluation."""
    other = rescored(evaluation, evaluation.scheme.with_weights({"learning": 20}))
    return [
        views.scheme_table(evaluation.scheme),
        views.ranking_table(evaluation),
        views.ranking_table(evaluation, "代理", top=2),
        views.awards_table(evaluation),
        views.near_line_table(evaluation, within=30),
        views.ties_table(evaluation),
        *views.member_card(evaluation, "004").tables,
        views.certainty_table(probabilities(evaluation), evaluation),
        views.changes_table(
            evaluation, altered(other, ranking=other.ranking.assign(name=evaluation.ranking["name"]))
        ),
        views.evidence(evaluation),
    ]


def drawn(evaluation: Evaluation) -> list[Picture]:
    """Every picture of an evaluation."""
    return [
        views.weights_picture(evaluation.scheme),
        views.totals_picture(evaluation),
        views.certainty_picture(probabilities(evaluation), evaluation),
    ]


class Tags(HTMLParser):
    """The elements and the attributes' names of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


# ---- Table -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.text(), st.text())
def test_no_text_becomes_markup(rows: list[tuple[str, str]], caption: str, note: str) -> None:
    html = Table(("a", "b"), tuple(rows), caption, note=note)._repr_html_()
    found = Tags(html)
    assert found.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert found.attributes <= {"style", "scope", "colspan"}


@given(st.lists(st.tuples(st.text(), st.text(alphabet="会员 ab.1")), min_size=1, max_size=5))
def test_columns_of_the_text_form_stand_under_each_other(rows: list[tuple[str, str]]) -> None:
    lines = repr(Table(("甲", "b"), tuple(rows), alignment=("left", "right"))).split("\n")
    assert len(lines) == len(rows) + 2
    assert max(map(display_width, lines)) == display_width(lines[1])


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Table(("a",), (("1", "2"),))


def test_a_line_is_drawn_after_the_named_row_in_both_forms() -> None:
    table = Table(("a",), (("1",), ("2",), ("3",)), lines_after=(1,))
    assert repr(table).split("\n") == ["a", "-", "1", "2", "-", "3"]
    assert table._repr_html_().count("1.5px") == 1


def test_a_table_without_rows_still_shows_its_headings() -> None:
    assert repr(Table(("会员", "总分"), (), "空")).split("\n")[:2] == ["空", "会员  总分"]


def test_blank_columns_are_left_out_with_their_alignment() -> None:
    table = Table(
        ("a", "b", "c"), (("1", "", "2"),), alignment=("left", "left", "right")
    ).without_blank_columns()
    assert (table.headings, table.alignment) == (("a", "c"), ("left", "right"))


@given(st.text(), st.integers(2, 30))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert display_width(shortened(text, width)) <= width
    assert shortened(one_line(text), width) == shortened(text, width)


# ---- words and figures -------------------------------------------------------------------------------------------


def test_figures_read_as_people_write_them() -> None:
    assert [figure(n) for n in (40.0, 0.5, 1e5, 0.0)] == ["40", "0.5", "100000", "0"]
    assert [signed(n, 2) for n in (1.5, -0.25, 0.0, float("nan"))] == ["+1.50", "-0.25", "0.00", BLANK]


def test_shares_of_the_indicators_sum_to_the_whole(evaluation: Evaluation) -> None:
    share = shares(evaluation.scheme)
    assert sum(share[item.id] for item in evaluation.scheme.indicators) == pytest.approx(100)
    assert share["hours"] == pytest.approx(30)


# ---- tables of an evaluation -------------------------------------------------------------------------------------


def test_rows_read_are_accepted_refused_or_not_data(small_edition: Path) -> None:
    table = views.records_table(open_edition(small_edition).records)
    for row in table.rows:
        read, *parts = map(int, row[2:])
        assert read == sum(parts)
    assert table.rows[-1][0] == "合计"


def test_problems_are_listed_and_counted() -> None:
    problem = Problem(
        "warning", Phrase("不是数字", "not a number"), Phrase("写 8", "write 8"), "a.csv", row=3, value="八"
    )
    table = views.problems_table(Problems((problem,) * 3), "zh", top=2)
    assert table.rows == (("提醒", "a.csv", "", "3", "", "八", "不是数字", "写 8"),) * 2
    assert "共 3 条" in table.note
    assert views.problems_table(Problems(()), "en").rows == ()


def test_what_stands_in_the_scheme_is_called_by_its_label_and_nobody_who_decides_is_sent_to_a_key(evaluation: Evaluation) -> None:
    award = evaluation.scheme.awards[0]
    problem = Problem("warning", Phrase("同分并列", "level"), NOT_JOINT, "scheme.toml", column=f"award[{award.id}].quota", value="甲类")
    (row,) = views.problems_table(Problems((problem,)), "zh", scheme=evaluation.scheme).rows
    assert f"{award.label} · 名额" in row
    assert row[-1] == "如不合本意，请委员会规定同分时再比哪一项，或改为由委员会决定（ties）"
    (row,) = views.problems_table(Problems((problem,)), "zh").rows
    assert (problem.column in row, row[-1]) == (True, NOT_JOINT.zh)


def test_the_scheme_is_shown_whole(evaluation: Evaluation) -> None:
    text = repr(views.scheme_table(evaluation.scheme))
    labels = [item.label for item in evaluation.scheme.nodes.values()]
    labels += [item.label for item in evaluation.scheme.adjustments]
    assert all(label in text for label in labels)
    assert "加权几何平均" in text
    assert "已签 100 分，未签 10 分" in text


def test_the_ranking_shows_what_was_decided(evaluation: Evaluation) -> None:
    table = views.ranking_table(evaluation, "代理", top=3)
    listed = evaluation.ranking[evaluation.ranking["class"] == "代理"].head(3)
    assert [row[table.headings.index("总分")] for row in table.rows] == [
        f"{total:.2f}" for total in listed["total"]
    ]
    assert "会员类别" not in table.headings
    assert len(views.ranking_table(evaluation, top=2).rows) == 4


def test_the_line_is_the_lowest_total_awarded(evaluation: Evaluation) -> None:
    for row in views.awards_table(evaluation).rows:
        class_, _, _, award, places, awarded, line = row
        key = next(each.id for each in evaluation.scheme.awards if each.label == award)
        ranking = evaluation.ranking
        totals = ranking.loc[(ranking["class"] == class_) & (ranking["award"] == key), "total"]
        assert (int(awarded), line) == (len(totals), f"{totals.min():.2f}" if len(totals) else BLANK)
        assert int(places) >= 1


def test_how_many_have_which_grade_is_said(evaluation: Evaluation) -> None:
    grades = Grades.model_validate(tuples({"bands": [["A", 80.0], ["B", 0.0]], "applied_only": True}))
    graded = rescored(evaluation, evaluation.scheme.model_copy(update={"grades": grades}))
    held = graded.ranking["grade"].value_counts()
    assert {"A", "B"} <= {*held.index}
    said = views.grades_in_words(graded)
    assert said.zh == f"信用等级：A {held['A']} 家、B {held['B']} 家" + (f"；不评定 {held['']} 家。" if "" in held else "。")
    assert said.en.startswith(f"Grades: A {held['A']}, B {held['B']}")


def test_near_the_line_are_those_who_could_swap(evaluation: Evaluation) -> None:
    everyone = views.near_line_table(evaluation, within=1000)
    nobody = views.near_line_table(evaluation, within=-1)
    assert nobody.rows == ()
    distances = [float(row[5]) for row in everyone.rows]
    held = [row[6] == row[1] for row in everyone.rows]
    assert all((distance >= 0) == above for distance, above in zip(distances, held, strict=True) if distance)


def test_the_last_above_and_the_best_below_are_equally_far(evaluation: Evaluation) -> None:
    sides: dict[tuple[str, str], dict[bool, list[float]]] = {}
    for row in views.near_line_table(evaluation, within=1000).rows:
        sides.setdefault((row[0], row[1]), {True: [], False: []})[row[6] == row[1]].append(abs(float(row[5])))
    pairs = {line: (min(side[True]), min(side[False])) for line, side in sides.items() if side[True] and side[False]}
    assert len(pairs) == 4
    shared = ("代理", "先进会员")  # by two who are level: either loses it with any less
    assert pairs.pop(shared)[0] == 0
    assert all(above == below for above, below in pairs.values())


def test_a_card_tells_not_applicable_from_missing(evaluation: Evaluation) -> None:
    card = {row[1]: row for row in views.member_card(evaluation, "102").parts.rows}
    assert card["讲座场次"][2] == "不适用"
    assert card["调查答卷"][2] == "缺失"
    assert card["总分"][6] == f"{float(evaluation.ranking['total']['102']):.2f}"


def test_equal_evaluations_change_nothing(evaluation: Evaluation) -> None:
    assert views.changes_table(evaluation, evaluation).rows == ()


def test_changes_name_everyone_who_moves(evaluation: Evaluation) -> None:
    after = rescored(evaluation, evaluation.scheme.with_weights({"learning": 5}))
    table = views.changes_table(evaluation, after, top=100)
    moved = evaluation.ranking["rank"].ne(after.ranking["rank"].reindex(evaluation.ranking.index))
    awarded = evaluation.ranking["award"].ne(after.ranking["award"].reindex(evaluation.ranking.index))
    assert len(table.rows) == int((moved | awarded).sum()) > 0


def test_who_moves_in_and_who_falls_out_comes_first(evaluation: Evaluation) -> None:
    first, last = evaluation.ranking.index[0], evaluation.ranking.index[-1]
    ranking = evaluation.ranking.copy()
    ranking.loc[[first, last], "award"] = ["", "outstanding"]
    rows = views.changes_table(evaluation, altered(evaluation, ranking=ranking)).rows
    assert [(row[0], row[1]) for row in rows] == [
        ("进入", ranking["name"][last]),
        ("退出", ranking["name"][first]),
    ]
    assert rows[0][3] == "— → 优秀会员"


def test_certain_members_are_not_called_uncertain(evaluation: Evaluation) -> None:
    table = views.certainty_table(probabilities(evaluation), evaluation)
    assert len(table.rows) == 6
    assert all("75.0%" in row for row in table.rows)
    assert "0.4%" in table.note


def test_english_where_the_scheme_is_english(english: Evaluation) -> None:
    named = "|".join({*english.members["class"], *(award.label for award in english.scheme.awards)})  # as the committee calls them
    for table in (views.awards_table(english), views.near_line_table(english), views.evidence(english)):
        assert not re.search(r"[一-鿿]", re.sub(named, "", " ".join((*table.headings, table.caption, table.note))))


def test_hostile_names_are_only_text(hostile: Evaluation) -> None:
    for table in shown(hostile):
        found = Tags(table._repr_html_())
        assert "script" not in found.tags
        assert found.attributes <= {"style", "scope", "colspan"}
        assert "\u202e" not in repr(table)
        assert "\n]]>" not in repr(table)


# ---- evidence ----------------------------------------------------------------------------------------------------


def nudged(evaluation: Evaluation, step: float) -> Evaluation:
    """The evaluation as it would be, had every raw number been recorded `step` higher."""
    raw = evaluation.measured.raw
    numbers = raw.select_dtypes("number").columns
    measured = replace(evaluation.measured, raw=raw.assign(**{name: raw[name] + step for name in numbers}))
    return rescored(replace(evaluation, measured=measured), evaluation.scheme)


def test_noise_leaves_the_evidence_and_drift_changes_it(evaluation: Evaluation) -> None:
    assert views.evidence(nudged(evaluation, 1e-12)) == views.evidence(evaluation)
    assert views.evidence(nudged(evaluation, 0.1)) != views.evidence(evaluation)


def test_the_evidence_shows_an_edited_weight_and_input(evaluation: Evaluation) -> None:
    weights = rescored(evaluation, evaluation.scheme.with_weights({"learning": 60.0001}))
    inputs = replace(evaluation, digests=dict.fromkeys(evaluation.digests, "f" * 64))
    assert views.evidence(weights) != views.evidence(evaluation) != views.evidence(inputs)


def test_the_evidence_covers_the_whole_list(evaluation: Evaluation) -> None:
    ranking = evaluation.ranking.copy()
    ranking.loc[ranking.index[-1], "total"] += 0.01
    assert views.evidence(altered(evaluation, ranking=ranking)) != views.evidence(evaluation)


# ---- pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_is_the_same_bytes_again_and_well_formed(evaluation: Evaluation) -> None:
    for picture, again in zip(drawn(evaluation), drawn(evaluation), strict=True):
        assert picture == again
        root = ET.fromstring(picture.svg)
        assert root.tag.endswith("svg")
        assert root.attrib["role"] == "img"


def test_pictures_keep_text_as_text_and_reach_for_nothing(hostile: Evaluation) -> None:
    assert "$x^2$" in drawn(hostile)[-1].svg
    for picture in drawn(hostile):
        root = ET.fromstring(picture.svg)
        names = {element.tag.split("}")[-1] for element in root.iter()}
        assert "text" in names
        assert not names & {"script", "style", "image", "foreignObject", "metadata"}
        assert "DejaVu" not in picture.svg
        assert "Noto Sans CJK SC" in picture.svg
        links = [
            value for element in root.iter() for key, value in element.attrib.items() if key.endswith("href")
        ]
        assert all(link.startswith("#") for link in links)


def test_the_picture_says_who_is_awarded(evaluation: Evaluation) -> None:
    said = "".join(ET.fromstring(views.totals_picture(evaluation).svg).itertext())
    for row in views.awards_table(evaluation).rows:
        assert row[-1] == BLANK or f"{row[3]} {row[-1]}" in said


def test_pictures_are_those_that_matplotlib_drew_into_earlier_bags() -> None:
    """Every kind of stroke; the digest is that of what matplotlib 3.11.2 wrote under NumPy 2, on a sheet whose sides are no whole points."""
    sheet = Sheet(683.3, 101.7)
    for place, fill in enumerate((*FILLS, PART, PAPER, REST, Fill("#ffffff", "....", "#5f7d9e"))):
        sheet.box(20.1 + place * 31 / 3, -1.5 + place, 30.123456789, 5 + place / 7, fill)
    sheet.line((0, 10), (5, 101.7))
    sheet.line((3, 3), (0, 50.777), colour="#0072b2", dashed=True)
    for align in ("left", "right", "center"):
        sheet.words(100 / 3, 50.0625, "甲 <b>  & \"$x$\" 'q'", align=align, bold=align == "right", size=9.5)
    sheet.words(1, 1, "")
    drawn_now = sheet.picture("图 <\"a'&").svg
    assert "<pattern" not in drawn_now  # browsers print a pattern as an image in every box
    assert hashlib.sha256(as_formerly_drawn(drawn_now).encode()).hexdigest() == "01f8890ad2646160f6813f5ecc4b33fb05d3cb71dd69c26eb03bd3786b531c74"


def test_a_hatch_stays_within_its_box() -> None:
    for fill in FILLS[1:]:
        sheet = Sheet(90, 60)
        sheet.box(10.7, 20.2, 31.9, 12.3, fill)
        strokes = re.findall(r'data-hatch="[^"]+" d="([^"]+)"', sheet.picture("图").svg)
        places = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", strokes[0])]
        assert len(places) > 10
        assert all(10.7 < x < 42.6 and 20.2 < y < 32.5 for x, y in places)


def test_a_picture_of_nobody_and_of_one_is_drawn(evaluation: Evaluation) -> None:
    unranked = evaluation.ranking.assign(
        rank=pd.array([pd.NA] * len(evaluation.ranking), dtype="Int64"), award=""
    )
    assert views.totals_picture(altered(evaluation, ranking=unranked)).svg
    level = evaluation.ranking.assign(total=np.float64(60))
    assert views.totals_picture(altered(evaluation, ranking=level)).svg
    certain = probabilities(evaluation).round()
    assert views.certainty_picture(certain, evaluation).svg


def test_importing_views_draws_nothing() -> None:
    code = "import sys, toolkit.reports.views; sys.exit('matplotlib' in sys.modules or 'ipywidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
