"""What can be wrong with shapes and outlier treatments: each at its line, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SCHEME
from tests.few_lines import indicator_text, run, scheme_text, write_edition
from toolkit.ground.problems import Refused
from toolkit.scheme import load_scheme, read_scheme

LOW = (
    ('{ shape = "points", per = 5, cap = 20 }', "value.cap"),
    ('{ shape = "points", base = 20, per = -1 }', "value.base"),
    ('{ shape = "linear", worst = 0, best = 40, to = [0, 20] }', "value.to"),
    ('{ shape = "log", worst = 1, best = 40, to = [0, 20] }', "value.to"),
    ('{ shape = "target", worst = [0, 9], best = [2, 4], to = [0, 20] }', "value.to"),
    ('{ shape = "min_max", to = [0, 20] }', "value.to"),
    ('{ shape = "steps", steps = [[0, 0], [3, 20]] }', "value.steps"),
    ('{ shape = "piecewise", points = [[0, 20], [3, 10]] }', "value.points"),
    ('{ shape = "category", points = { "a" = 20 }, other = 0 }', "value.points"),
)
FULL = (
    '{ shape = "points", per = 5 }', '{ shape = "points", base = 100, per = -1 }', '{ shape = "points", per = 5, cap = 120 }',
    '{ shape = "linear", worst = 40, best = 0 }', '{ shape = "linear", worst = 0, best = 40, clamp = false }',
    '{ shape = "log", worst = 40, best = 1 }', '{ shape = "target", worst = [0, 9], best = [2, 4] }',
    '{ shape = "steps", steps = [[0, 0], [3, 100]] }', '{ shape = "steps", below = 100, steps = [[0, 0]] }',
    '{ shape = "piecewise", points = [[0, 0], [1, 100], [2, 50]] }', '{ shape = "category", points = { "a" = 1 }, other = 100 }',
    '{ shape = "logistic", middle = 3, steepness = 2 }', '{ shape = "logistic", middle = 3, steepness = 2, better = "lower" }',
    '{ shape = "z_score" }', '{ shape = "rank" }', '{ shape = "exponential_rank", rate = 23 }', '{ shape = "share_of_best" }',
)  # fmt: skip
HOURS = 'value = { shape = "linear", worst = 0, best = 40 }'
FAULTS = (
    ('value = { shape = "log", worst = 5, best = 5 }', "value.best", "coincide"),
    ('value = { shape = "steps", steps = [[3, 10], [3, 20]] }', "value.steps", "rise from step to step"),
    ('value = { shape = "piecewise", points = [[0, 0], [5, 9], [5, 10]] }', "value.points", "rise from point to point"),
    ('value = { shape = "piecewise", points = [[0, 0]] }', "value.points", "too short"),
    ('value = { shape = "target", best = [4, 2], worst = [0, 9] }', "value.best", "ends below"),
    ('value = { shape = "target", best = [2, 4], worst = [9, 0] }', "value.worst", "ends below"),
    ('value = { shape = "target", best = [2, 4], worst = [3, 9] }', "value.worst", "within the worst"),
    ('value = { shape = "target", best = [2, 12], worst = [0, 9] }', "value.worst", "within the worst"),
    ('value = { shape = "target", best = [2, 2], worst = [2, 2] }', "value.worst", "coincide"),
    ('value = { shape = "logistic", middle = 5, steepness = 0 }', "value.steepness", "greater than 0"),
    ('value = { shape = "min_max", to = [100, 1] }', "value.to", "must rise"),
    ('value = { shape = "min_max", to = [1, 101] }', "value.to", "leaves the scale"),
    ('value = { shape = "z_score", to = [1, 100] }', "value.to", "not allowed"),
    ('value = { shape = "z_score", deviation = 0 }', "value.deviation", "greater than 0"),
    ('value = { shape = "rank", ties = "min" }', "value.ties", "unknown name"),
    ('value = { shape = "min_max", beter = "lower" }', "value.beter", "unknown key"),
    ('value = { shape = "min_max", found = { "代理" = { least = 1, greatest = 2 } } }', "value.found.代理", "only `all`"),
    ('value = { shape = "min_max", found = { all = { least = 3, greatest = 2 } } }', "value.found.all.least", "exceeds"),
    ('value = { shape = "borda", found = { all = [[3, 0], [2, 1]] } }', "value.found.all", "worst to the best"),
    ('value = { shape = "borda", better = "lower", found = { all = [[2, 0], [3, 1]] } }', "value.found.all", "worst to the best"),
    (HOURS + '\noutliers = { treat = "log" }', "outliers.treat", "only a relative shape"),
    (HOURS + '\noutliers = { treat = "winsorise", tails = [0.1, 0.1], most = 3 }', "outliers.most", "beside `tails`"),
    (HOURS + '\noutliers = { treat = "winsorise", tails = [0.1, 0.5] }', "outliers.tails[2]", "less than 0.5"),
    (HOURS + '\noutliers = { treat = "winsorise", tail = [0.1, 0.1] }', "outliers.tail", "unknown key"),
    (HOURS + '\noutliers = { treat = "winsorize" }', "outliers.treat", "unknown name"),
    (HOURS + '\noutliers = { treat = "winsorise", found = { least = 3, greatest = 2 } }', "outliers.found.least", "exceeds"),
    ('value = { shape = "category", points = { "a" = 1 } }\noutliers = { treat = "log" }', "outliers", "no outliers"),
)


def read(folder: Path, *swaps: tuple[str, str]) -> object:
    text = SCHEME
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "scheme.toml").write_text(text, encoding="utf-8")
    return load_scheme(folder / "scheme.toml")


@pytest.mark.parametrize(("written", "place", "said"), FAULTS, ids=[f"{place} {said}" for _, place, said in FAULTS])
def test_each_fault_is_named_at_its_line(tmp_path: Path, written: str, place: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, (HOURS, written))
    (problem,) = refused.value.problems
    assert problem.column == f"indicator[hours].{place}"
    assert said in problem.rule.en
    assert problem.rule.zh
    assert problem.mend.zh
    line = (tmp_path / "scheme.toml").read_text("utf-8").splitlines()[int(problem.row or 0) - 1]
    assert line.startswith(place.split(".", maxsplit=1)[0])


def test_nothing_is_compared_within_classes_where_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no classes"):
        read(tmp_path, (HOURS, 'value = { shape = "min_max", within = "class" }'), ('class = "kind"\n', ""))


@pytest.mark.parametrize(
    "written",
    [
        'value = { shape = "target", best = [0, 4], worst = [0, 9], to = [1, 100] }',
        'value = { shape = "points", base = 100, per = -5 }',
        'value = { shape = "percentile", within = "class", found = { "代理" = [[1, 0], [3, 100]] } }',
        'value = { shape = "borda", better = "lower", found = { all = [[3, 0], [2, 1]] } }',
        'value = { shape = "z_score", found = { all = { mean = 3, deviation = 1, lowest = -2 } } }\nmissing = "mean"\nstands_in = { all = 3 }',
        'value = { shape = "min_max" }\noutliers = { treat = "box_cox", lambda = 0.3 }',
        HOURS + '\nmissing = 40\noutliers = { treat = "winsorise" }',
    ],
)
def test_what_is_sound_is_read(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, (HOURS + '\nmissing = "worst"', written))


@pytest.mark.parametrize(("shape", "place"), LOW)
def test_what_can_never_have_full_marks_is_warned_of(tmp_path: Path, shape: str, place: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    _, problems = read_scheme(tmp_path / "scheme.toml")
    (problem,) = problems
    assert (problem.severity, problem.column) == ("warning", f"indicator[hours].{place}")
    assert problem.rule.zh == "本项最高只能得 20 分，到不了满分 100 分"


@pytest.mark.parametrize("shape", FULL)
def test_what_can_have_full_marks_is_not(tmp_path: Path, shape: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    assert not read_scheme(tmp_path / "scheme.toml")[1]


@pytest.mark.parametrize(
    ("shape", "type_", "range_", "most"),
    [
        ('{ shape = "linear", worst = 0, best = 120 }', "number", "[0, 80]", 66.6667),
        ('{ shape = "linear", worst = 0, best = 80 }', "number", "[0, 80]", None),
        ('{ shape = "steps", steps = [[0, 0], [60, 50], [90, 100]] }', "number", "[0, 80]", 50),
        ('{ shape = "linear", worst = 0, best = 100 }', "percent", "[0, 1]", 1),
        ('{ shape = "linear", worst = 5, best = 0 }', "number", "[1, 80]", 80),
    ],
)
def test_a_range_that_ends_before_full_marks_is_warned_of(tmp_path: Path, shape: str, type_: str, range_: str, most: float | None) -> None:
    folder = write_edition(tmp_path / "e", scheme_text(indicator_text("a", 1, shape)), ["a"], [("K", "50%" if type_ == "percent" else 50)], types={"a": type_})
    tables = folder / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace(f'headings = ["a"]\ntype = "{type_}"', f'headings = ["a"]\ntype = "{type_}"\nrange = {range_}'), "utf-8")
    said = [(problem.severity, problem.column, f"最高只能得 {most:g} 分" in problem.rule.zh) for problem in run(folder).problems if most]
    assert said == [("warning", "indicator[a].value", True)] * (most is not None)


@pytest.mark.parametrize(
    "shape",
    [
        '{ shape = "steps", steps = [[0, 0], [3, 120]] }',
        '{ shape = "piecewise", points = [[0, 0], [3, 120]] }',
        '{ shape = "category", points = { "a" = 120 } }',
    ],
)
def test_what_leaves_the_scale_is_warned_of(tmp_path: Path, shape: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    (problem,) = read_scheme(tmp_path / "scheme.toml")[1]
    assert (problem.severity, problem.rule.zh) == ("warning", "本项最高可得 120 分，超过满分 100 分")
