"""The scheme: read strictly, every fault at once, each at its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SCHEME
from toolkit.ground.problems import Problem, Refused
from toolkit.scheme import Scheme, load_scheme, read_scheme


def written(folder: Path, text: str) -> Path:
    path = folder / "scheme.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        load_scheme(written(folder, text))
    return list(refused.value.problems)


def changed(*swaps: tuple[str, str]) -> str:
    text = SCHEME
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_a_sound_scheme_is_read_into_frozen_values(tmp_path: Path) -> None:
    scheme = load_scheme(written(tmp_path, SCHEME))
    assert [node.id for node in scheme.children()] == ["learning", "conduct_group"]
    assert scheme.label("hours") == "学时"
    with pytest.raises(ValueError, match="frozen"):
        scheme.title = "x"


def test_ten_different_faults_are_ten_problems_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = changed(
        ("as_of    = 2018-12-31", 'as_of    = "2018年底"'),
        ('"conduct_group", "joint"', '"conduct_grop", "joint"'),
        ("approval =", "aproval ="),
        ("weight = 60", "weight = 59.9"),
        ('aggregate = "geometric"', 'aggregate = "geometrical"'),
        ('group = "learning"\nweight = 50', 'group = "learnin"\nweight = 50'),
        ("worst = 0, best = 40", "worst = 40, best = 40"),
        ('take = "count"', 'take = "cuont"'),
        ("weight = 70", "weight = -70"),
        ("minimum = { total = 50 }", "minimum = { totl = 50 }"),
    )
    found = faults(tmp_path, text)
    assert [problem.column for problem in found] == [
        "as_of", "ties[1]", "aproval", "group[learning].weight", "group[conduct_group].aggregate", "indicator[hours].group",
        "indicator[hours].value.best", "indicator[talks].measure.take", "indicator[answers].weight",
        "award[outstanding].minimum.totl",
    ]  # fmt: skip
    lines = text.splitlines()
    for problem in found:
        assert problem.row is not None
        key = problem.column.split(".")[-1].split("[")[0].replace("totl", "minimum").replace("best", "value").replace("take", "measure")
        assert key in lines[problem.row - 1]
    assert [p.mend.en for p in found if "is `" in p.mend.en][:2] == ["is `conduct_group` meant?", "is `approval` meant?"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight = 60", "weight = nan", "finite"),
        ("weight = 60", "weight = inf", "finite"),
        ('id = "talks"', 'id = "hours"', "used twice"),
        ('label = "学习交流"', 'label = "学习交流"\ngroup = "learning"', "in a circle"),
        ('id = "outstanding"', 'id = "advanced"', "used twice"),
        ("share = 0.34,", "share = 0.34, number = 3,", "a share or a number"),
        ('ties     = ["conduct_group", "joint"]', 'ties     = ["joint", "conduct_group"]', "nothing can follow"),
        ('"joint"]', '"first_place", "joint"]', "no node `first_place`"),
        ('"joint"]', '"joint", "first_places"]', "nothing can follow"),
        ('"joint"]', '"first_places", "first_places"]', "named twice"),
        ('id = "talks"', 'id = "first_places"', "reserved"),
        ('column = "members.pledge"', 'column = "pledge"', "what to take"),
        ('take = "sum", column = "hours"', 'take = "sum"', "needs a column"),
        ('table = "activities", take', 'tabel = "activities", take', "`tabel`"),
        ("[publication]", '[grades]\nbands = [["A", 60], ["B", 60]]\n\n[publication]', "overlap"),
        ("[publication]", '[grades]\nbands = [["A", 60]]\ndefault = "Z"\n\n[publication]', "no grade `Z`"),
        ('missing = "exclude"', 'missing = "zero"', "unknown name"),
        ("schema   = 1", "schema   = 2", "unknown name"),
        ("seed     = 12", "seed     = 12\nseed = 13", "TOML"),
        ("as_of    = 2018-12-31", "as_of    = 2018-12-31\nperiod = [2018-12-31, 2017-01-01]", "ends before"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, changed((old, new)))
    assert any(said in problem.rule.en for problem in found), [problem.line("en") for problem in found]
    assert all(problem.rule.zh and problem.mend.zh and problem.file == "scheme.toml" for problem in found)


def test_a_missing_file_and_a_file_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="does not exist"):
        load_scheme(tmp_path / "scheme.toml")
    (tmp_path / "scheme.toml").write_bytes("title = 办法".encode("gb18030"))
    with pytest.raises(Refused, match="UTF-8"):
        load_scheme(tmp_path / "scheme.toml")


@given(weight=st.floats(0, 100))
def test_siblings_share_what_a_moved_weight_leaves(weight: float) -> None:
    scheme = sound().with_weights({"pledge": weight})
    assert sum(node.weight for node in scheme.children("conduct_group")) == pytest.approx(100)
    assert scheme.nodes["pledge"].weight == weight
    assert scheme.children("learning") == sound().children("learning")


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"pledge": 101}, "must sum to 100, not 101"),
        ({"pledge": 30, "answers": 69.5}, "must sum to 100, not 99.5"),
        ({"pledge": -1}, "a number of 0 or more"),
        ({"pledge": float("nan")}, "a number of 0 or more"),
        ({"pledge": float("inf"), "plegde": 10}, "a number of 0 or more"),
        ({"plegde": 10}, "is `pledge` meant"),
    ],
)
def test_impossible_weights_are_refused_in_words(weights: dict[str, float], said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        sound().with_weights(weights)
    assert all(problem.rule.zh and problem.mend.zh for problem in refused.value.problems)


def test_points_that_are_all_nothing_are_refused_and_any_other_sum_is_not() -> None:
    points = sound().with_(weights="points")
    assert points.with_weights({"pledge": 7}).nodes["pledge"].weight == 7
    with pytest.raises(Refused, match="all weights below"):
        points.with_weights({"pledge": 0, "answers": 0})


def test_several_siblings_are_moved_at_once_and_every_fault_is_told() -> None:
    moved = sound().with_weights({"pledge": 45, "answers": 55, "hours": 20})
    assert [moved.nodes[node].weight for node in ("pledge", "answers", "hours", "talks")] == [45, 55, 20, 80]
    with pytest.raises(Refused) as refused:
        sound().with_weights({"pledge": 101, "hours": 102})
    assert len(refused.value.problems) == 2


def sound() -> Scheme:
    import tomllib

    from toolkit.ground.toml_reader import tuples

    return Scheme.model_validate(tuples(tomllib.loads(SCHEME)))


def test_keys_in_chinese_need_no_quotes(tmp_path: Path) -> None:
    window = '[window.w]\nfrom = "day"\ncolumn = "severity"\nlasts = { 轻微 = "3 months", 严重 = "3 years" }  # 一般\n\n[publication]'
    scheme = load_scheme(written(tmp_path, changed(("[publication]", window), ('"已签" = 100', "已签 = 100"))))
    assert scheme.window["w"].lasts == {"轻微": "3 months", "严重": "3 years"}
    (problem,) = faults(tmp_path, changed(("[publication]", window.replace("3 months", "三个月"))))
    assert problem.column == "window.w.lasts.轻微"


@pytest.mark.parametrize(
    ("old", "new", "place", "rule", "mend"),
    [
        ("weight = 60", 'weight = "60"', "group[learning].weight", "应为数字", "请写 60，不加引号"),
        ("weight = 60", "weight = ６０", "group[learning].weight", "应为数字", "请用半角写 60，不加引号"),
        ("weight = 60", 'weight = "60%"', "group[learning].weight", "应为数字", "请写数字，不加引号和百分号：权重写 60，比例写 0.6"),
        ("weight = 60", "weight = 六十", "group[learning].weight", "应为数字", "请写数字，不加引号"),
        ("seed     = 12", "seed = 十二", "seed", "应为整数", "请写整数，不加引号"),
        ("share = 0.34", "share = 34", "award[advanced].quota.share", "不能大于 1", "比例写小数；如指 34%，请写 0.34"),
        ("share = 0.34", "share = -0.34", "award[advanced].quota.share", "必须大于 0", "请写大于 0 的数"),
        ("share = 0.34", "number = -3", "award[advanced].quota.number", "不能小于 0", "请写 0 或更大的数"),
        ('missing = "exclude"', 'missing = "零"', "indicator[answers].missing", "不认识的取值", "请从中选一"),
        ("weight = 60", 'weight = 60\naggregate = "sum"\nnot_applicable = "zero"', "group[learning].not_applicable", "不认识的取值", "请从中选一：rescale、0"),
        ('group = "learning"\nweight = 50', 'group = "学习交流"\nweight = 50', "indicator[hours].group", "不存在", "这是名称，请写它的编号“learning”"),
        ('group = "learning"\nweight = 50', 'group = "talks"\nweight = 50', "indicator[hours].group", "“talks”是指标，不是分组", "现有：learning、conduct_group"),
        ('group = "learning"\nweight = 50', 'group = ["learning"]\nweight = 50', "indicator[hours].group", "只能写一个，不能写列表", "请只写一个，不加方括号"),
        ("minimum = { total = 50 }", "minimum = { 诚信自律 = 50 }", "award[outstanding].minimum.诚信自律", "不存在", "请写它的编号“conduct_group”"),
        ("[publication]", '[grades]\nbands = [["A", "60"]]\ndefault = "A"\n[publication]', "grades.bands[1][2]", "应为数字", "请写 60，不加引号"),
        ("as_of    = 2018-12-31", "as_of = 2018-12-31\nperiod = [2018-12-31]", "period[2]", "缺少第 2 项", "请补上这一项"),
        ("as_of    = 2018-12-31", "as_of = 2018-12-31\nperiod = [2019-01-01, 2019-12-31]", "as_of", "早于评价期的起日（2019-01-01）", "请改正"),
        ("[publication]", '[window.w]\nfrom = "day"\notherwise = "3个月"\n[publication]', "window.w.otherwise", "期限写法不对", "请写 3 months"),
        ("[publication]", '[window.w]\nfrom = "day"\notherwise = "0 days"\n[publication]', "window.w.otherwise", "期限为 0", "请写 1 或更大的整数"),
        ("[publication]", '[window.w]\nfrom = "day"\nlasts = { 轻 = "1 year" }\n[publication]', "window.w", "有 lasts 而没有 column", "请写 column"),
    ],
)  # fmt: skip
def test_what_a_secretariat_writes_amiss_is_one_problem_with_its_mend(
    tmp_path: Path, old: str, new: str, place: str, rule: str, mend: str
) -> None:
    (problem,) = faults(tmp_path, changed((old, new)))
    assert problem.column == place
    assert rule in problem.rule.zh
    assert mend in problem.mend.zh
    assert problem.row
    assert problem.rule.en.isascii() or place.startswith(("indicator", "award"))


def test_a_day_of_reckoning_before_the_end_of_the_period_is_a_warning_that_is_kept(tmp_path: Path) -> None:
    text = changed(("as_of    = 2018-12-31", "as_of = 2018-12-31\nperiod = [2018-01-01, 2019-12-31]"))
    scheme, said = read_scheme(written(tmp_path, text))
    assert scheme.as_of < dt.date(2019, 12, 31)
    assert [(problem.severity, problem.column, problem.row, problem.value) for problem in said] == [("warning", "as_of", 5, "2018-12-31")]
    found = faults(tmp_path, text.replace("weight = 60", "weight = 59"))
    assert [(problem.severity, problem.row) for problem in found] == [("warning", 5), ("error", 20)]


def test_a_node_without_a_label_is_called_by_its_id(tmp_path: Path) -> None:
    scheme = load_scheme(written(tmp_path, changed(('label = "签署承诺书"\n', ""))))
    assert scheme.label("pledge") == scheme.nodes["pledge"].label == "pledge"
