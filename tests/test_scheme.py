"""The scheme: read strictly, every fault at once, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SCHEME
from toolkit.errors import Problem, Refused
from toolkit.scheme import Scheme, load_scheme


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


def test_impossible_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to 100"):
        sound().with_weights({"pledge": 101})
    with pytest.raises(ValueError, match="a number"):
        sound().with_weights({"pledge": float("nan")})
    with pytest.raises(KeyError, match="plegde"):
        sound().with_weights({"plegde": 10})


def sound() -> Scheme:
    import tomllib

    from toolkit.toml_file import tuples

    return Scheme.model_validate(tuples(tomllib.loads(SCHEME)))


def test_keys_in_chinese_need_no_quotes(tmp_path: Path) -> None:
    window = '[window.w]\nfrom = "day"\ncolumn = "severity"\nlasts = { 轻微 = "3 months", 严重 = "3 years" }  # 一般\n\n[publication]'
    scheme = load_scheme(written(tmp_path, changed(("[publication]", window), ('"已签" = 100', "已签 = 100"))))
    assert scheme.window["w"].lasts == {"轻微": "3 months", "严重": "3 years"}
    (problem,) = faults(tmp_path, changed(("[publication]", window.replace("3 months", "三个月"))))
    assert problem.column == "window.w.lasts.轻微"


def test_a_node_without_a_label_is_called_by_its_id(tmp_path: Path) -> None:
    scheme = load_scheme(written(tmp_path, changed(('label = "签署承诺书"\n', ""))))
    assert scheme.label("pledge") == scheme.nodes["pledge"].label == "pledge"
