"""The first line of a notebook, every rule with its source, and the table behind a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_small_edition
from tests.panels.judged import write_judged_edition
from tests.test_rulings import left_open
from toolkit import evaluate, load_scheme, load_tables, open_edition, views
from toolkit.evaluation import Evaluation
from toolkit.ground.display import Headline, Picture, Table
from toolkit.ground.drawing import FILLS, Sheet, as_formerly_drawn
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase
from toolkit.reports import views as views_of_notebooks
from toolkit.reports.rule_tables import rules_table, window_titles
from toolkit.reports.views import unready_headline
from toolkit.sealing.notebooks import _formerly, _shown

SVG, PAGE = "image/svg+xml", "text/html"
DEMO = house_folder("data/demo")
EDITIONS = sorted(path.parent for path in house_folder("templates/editions").glob("*/scheme.toml"))


@pytest.fixture(scope="module")
def evaluation(small: Path) -> Evaluation:
    edition = open_edition(small)
    return evaluate(edition.scheme, edition.records)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_edition(tmp_path_factory.mktemp("small") / "edition")


def in_english(evaluation: Evaluation) -> Evaluation:
    return replace(evaluation, scheme=evaluation.scheme.model_copy(update={"language": "en"}))


def test_the_list_is_told_in_one_line_in_either_language_and_counts_agree(evaluation: Evaluation) -> None:
    said, english = (repr(views.list_headline(one)) for one in (evaluation, in_english(evaluation)))
    for award in evaluation.scheme.awards:
        n = int((evaluation.awards["award"] == award.id).sum())
        assert f"{n} 家{award.label}" in said
        assert f"{award.label} {n}" in english
    assert re.search(r"places? stays? empty", english) is None or "空缺" in said
    assert not re.search(r"[{}]|None|nan", said + english)


def test_a_reader_of_english_is_told_the_names_that_the_scheme_has_in_english(evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    name = str(evaluation.members["name"].iloc[0])
    labels = {*(item.label for item in (*evaluation.scheme.nodes.values(), *evaluation.scheme.awards)), evaluation.scheme.title, *evaluation.members["class"]}
    names = {label: f"Name no. {place} of the edition" for place, label in enumerate(sorted(labels))} | {name: "Nobody"}
    english = replace(evaluation, scheme=evaluation.scheme.model_copy(update={"language": "en", "english": names}))
    chinese = replace(english, scheme=english.scheme.model_copy(update={"language": "zh"}))

    def told(of: Evaluation) -> list[str]:
        shown = (views.list_headline(of), views.scheme_table(of.scheme), views.winners_table(of), views.weights_picture(of.scheme), views.totals_picture(of))
        return [one._repr_html_() for one in shown]

    said = told(english)
    assert not re.search(rf"(?<![一-鿿])({'|'.join(labels)})(?![一-鿿])", "".join(said))
    assert all("Name no." in page for page in said)
    assert name in said[2]
    assert "Nobody" not in said[2]
    assert "Name no." not in "".join((*told(chinese), views.awards_table(english, "zh")._repr_html_()))
    monkeypatch.setenv("COMMITTEE_FORMER_WORDS", "0.7.0")  # as a bag of before was sealed
    assert "Name no." not in "".join(told(english))


def test_every_empty_place_that_the_line_counts_is_named_behind_it_with_its_reason() -> None:
    edition = open_edition(house_folder("data/demo"))
    line = views.list_headline(evaluate(edition.scheme, edition.records))
    (counted,) = re.findall(r"空缺 (\d+) 个", line.text)
    named = [re.search(r"^.+，(优秀|先进)会员：名额 \d+ 个，授予 \d+ 家，空缺 (\d+) 个。.*宁缺毋滥$", each) for each in line.lines]
    assert all(named)
    assert sum(int(each[2]) for each in named if each) == int(counted)
    assert "<details>" in line._repr_html_()


@pytest.mark.parametrize(("severities", "told"), [("", ["nothing has to be mended"]), ("ew", ["1 error has to be mended", "1 thing is to be looked at"]), ("ee", ["2 errors have to be mended"])])
def test_what_is_to_be_mended_is_counted(severities: str, told: list[str]) -> None:
    problems = Problems(tuple(Problem("error" if sign == "e" else "warning", Phrase("", ""), Phrase("", "")) for sign in severities))
    assert [words.en for words in views_of_notebooks._to_mend(problems)] == told


def test_a_list_without_awards_or_with_an_open_tie_says_so(evaluation: Evaluation, tmp_path: Path) -> None:
    bare = replace(evaluation, scheme=evaluation.scheme.model_copy(update={"awards": ()}))
    assert "办法没有设奖项" in repr(views.list_headline(bare))
    opened = open_edition(left_open(write_small_edition(tmp_path / "level")))
    assert "1 处并列待委员会裁定" in repr(views.list_headline(evaluate(opened.scheme, opened.records)))


def test_one_of_a_thing_is_one_in_english(evaluation: Evaluation) -> None:
    scheme = evaluation.scheme.model_copy(update={"language": "en", "vetoes": (), "adjustments": evaluation.scheme.adjustments[:1], "awards": evaluation.scheme.awards[:1]})
    said = repr(views.scheme_headline(scheme))
    assert "1 rule adds or takes points" in said
    assert "1 award" in said
    assert "1 awards" not in said


def test_the_data_are_told_with_every_row_accounted_for(small: Path, evaluation: Evaluation) -> None:
    edition = open_edition(small)
    said = repr(views.records_headline(evaluation, edition.records))
    read, accepted, refused, other = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) 行", said)[:4])
    assert read == accepted + refused + other
    assert read == int(edition.records.counts["read"].sum())


def test_no_name_becomes_markup_in_a_first_line() -> None:
    assert Headline('<img src=x onerror="alert(1)">')._repr_html_().count("<") == 2


@pytest.mark.parametrize("folder", [DEMO, *EDITIONS], ids=lambda path: path.name)
def test_no_rule_of_a_scheme_is_left_out_of_its_table(folder: Path) -> None:
    scheme, tables = load_scheme(folder / "scheme.toml"), load_tables(folder / "tables.toml")
    for known in (None, tables):
        table = rules_table(scheme, known)
        names, text = [row[1] for row in table.rows], repr(table)
        parts: list[Any] = [*scheme.adjustments, *scheme.vetoes, *scheme.awards, *scheme.conditions]
        assert [part.label for part in parts if part.label not in names] == []
        assert [part.source for part in parts if " ".join(part.source.split()) not in text] == []
        assert {window_titles(scheme, known).get(id_, id_) for id_ in scheme.window} <= set(names)
        assert ("同分处理" in text or "ties" in text) == bool(scheme.awards)
        assert not re.search(r"Phrase\(|None|\{", text)


def test_tables_and_columns_are_called_as_on_the_forms() -> None:
    scheme, tables = load_scheme(DEMO / "scheme.toml"), load_tables(DEMO / "tables.toml")
    text = "".join("".join(row) for table in (rules_table(scheme, tables), views.measures_table(scheme, tables)) for row in table.rows)
    named = {name for table in tables.table.values() for name, column in table.column.items() if column.headings}
    assert [name for name in sorted(named) if re.search(rf"(?<![a-z_]){name}(?![a-z_])", text)] == []
    assert "行为性质 = 不良" in text
    assert "时限 按严重程度" in text
    assert not any(id_ in text for id_ in scheme.window)


def test_everybody_awarded_is_listed_once_by_award_and_class(evaluation: Evaluation) -> None:
    table = views.winners_table(evaluation)
    assert len(table.rows) == len(evaluation.awards)
    place = table.headings.index("会员")
    assert sorted(row[place] for row in table.rows) == sorted(evaluation.members["name"][evaluation.awards["member"]])


def test_a_picture_fills_the_width_and_has_its_table_one_click_behind(evaluation: Evaluation) -> None:
    page = views.weights_picture(evaluation.scheme)._repr_html_()
    root = page[page.index("<svg") :].split(">")[0]
    assert 'width="100%"' in root
    assert "height=" not in root
    assert re.search(r'viewBox="0 0 [\d.]+ [\d.]+"', root)
    assert page.index("<svg") < page.index("<details>") < page.index("<table")
    assert "<script" not in page


def test_a_picture_without_a_table_still_says_its_words() -> None:
    assert "没有奖项" in Picture("<svg></svg>", "没有奖项")._repr_html_()
    assert Picture("<svg></svg>", "甲", (Table(("一",), (("二",),)),))._repr_html_().count("<summary") == 1


def test_a_picture_of_an_earlier_version_is_told_from_a_forged_one(evaluation: Evaluation) -> None:
    sheet = Sheet(80, 40)
    sheet.box(3, 2, 40, 20, FILLS[1])
    sheet.words(3, 35, "60%")
    picture = replace(sheet.picture("权重"), tables=views.weights_picture(evaluation.scheme).tables)
    now = {"data": {PAGE: picture._repr_html_(), "text/plain": repr(picture)}}
    was = {"data": {SVG: as_formerly_drawn(picture.svg), "text/plain": repr(picture)}}
    assert _formerly(was, now, {}) == was
    patterned = {"data": {**now["data"], PAGE: as_formerly_drawn(now["data"][PAGE])}}
    assert patterned != now
    assert _formerly(patterned, now, {}) == patterned
    for forged in ({SVG: picture.svg.replace("%</text>", "</text>")}, {SVG: ""}, {PAGE: "<p>甲</p>"}):
        assert _formerly({"data": {**was["data"], **forged}}, now, {}) != {"data": {**was["data"], **forged}}
    assert _formerly(now, now, {}) == now
    assert _formerly({"data": {"text/plain": repr(picture)}}, now, {}) != {"data": {"text/plain": repr(picture)}}


def test_before_anybody_scored_only_words_are_told(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {})
    scheme = load_scheme(folder / "scheme.toml")
    with pytest.raises(Refused) as refused:
        open_edition(folder)
    for language, line in (("zh", "“创新”：评分还没有收齐（至少 3 位专家，现有 0 位），4 个会员位次待定"), ("en", "`创新`: scores are still to come (at least 3 experts have to score, 0 have); 4 places are open")):
        told = unready_headline(refused.value.problems, scheme, language)
        assert told.lines[0] == line
        assert not re.search(r"indicator\[|committee |toml|提醒", " ".join((told.text, told.behind, *told.lines)))


def test_what_stops_the_list_is_told_without_what_does_not(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e")
    scheme = load_scheme(folder / "scheme.toml")
    (folder / "records/会员名册.csv").rename(folder / "records/<b>.csv")
    with pytest.raises(Refused) as refused:
        open_edition(folder)
    told = unready_headline(refused.value.problems, scheme, "zh")
    assert told.text == "资料里有 1 处必须改正，改正之前算不出名单。请告诉秘书处。"
    assert told.lines[0].startswith("records/会员名册.csv：找不到")
    assert "<b>" not in told._repr_html_()
    shown = "\n".join(refused.value._render_traceback_())
    assert "找不到" in shown
    assert "另有" in shown


def test_names_are_quoted_on_pages_and_an_earlier_seal_that_had_backticks_shows_the_same() -> None:
    now = Headline("`优秀会员`: 13 places")._repr_html_()
    assert "“优秀会员”: 13 places" in now
    then = now.replace("“", "`").replace("”", "`")
    assert _shown({"data": {"text/html": then}}) == _shown({"data": {"text/html": now}})
    assert _shown({"data": {"text/html": then.replace("13", "14")}}) != _shown({"data": {"text/html": now}})
