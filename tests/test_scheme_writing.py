"""Places in a scheme by name, and a scheme written back to its file."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.test_amendments import CHANGES, SOME
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.toml_reader import tuples
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.writing import _adopt, plain_values, rewritten, write_scheme


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme(house_folder("data/demo") / "scheme.toml")


def test_nothing_changed_is_the_same_scheme(scheme: Scheme) -> None:
    assert scheme.with_() == scheme


def test_a_number_at_a_place(scheme: Scheme) -> None:
    changed = scheme.with_({"indicator[law_hours].value.best": 100, "award[outstanding].quota.share": 0.12}, decimals=3)
    assert changed.indicators[0].value.model_dump()["best"] == 100
    assert (changed.decimals, changed.awards[0].quota and changed.awards[0].quota.share) == (3, 0.12)
    assert changed.with_({"indicator[law_hours].value.best": 120, "award[outstanding].quota.share": 0.1}, decimals=2) == scheme
    assert [one is other for one, other in zip(changed.indicators, scheme.indicators, strict=True)].count(False) == 1
    assert (changed.awards[0] is scheme.awards[0], changed.awards[1] is scheme.awards[1], changed.grades is scheme.grades) == (False, True, True)


def test_items_come_and_go(scheme: Scheme) -> None:
    more = scheme.with_({"award[progress]": {"label": "进步奖", "quota": {"number": 3}}})
    assert [award.id for award in more.awards][-1] == "progress"
    assert more.with_({"award[progress]": None}) == scheme


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"indicator[law_hour].weight": 1}, "`law_hours` meant"),
        ({"indicator[law_hours].wieght": 1}, "`weight` meant"),
        ({"indicator[law_hours].weight": 90}, "must sum to 100, not"),
        ({"award[nobody]": None}, "no award[nobody]"),
        ({"a..b": 1}, "no place"),
        ({"decimals.": 1}, "no place"),
        ({"decimals": 2.5}, "whole number"),
        ({"novelty[one]": {"label": "x"}}, "unknown key `novelty`"),
    ],
)
def test_what_cannot_be_decided_is_refused_by_name(scheme: Scheme, changes: dict[str, object], said: str) -> None:
    with pytest.raises(Refused) as refused:
        scheme.with_(changes)
    assert said in str(refused.value)


SCHEME, TEXT = load_scheme(house_folder("data/demo") / "scheme.toml"), (house_folder("data/demo") / "scheme.toml").read_text("utf-8")


def changed_lines(text: str) -> list[str]:
    found = difflib.unified_diff(TEXT.splitlines(), text.splitlines(), n=0, lineterm="")
    return [line for line in found if line[0] in "+-" and line[:3] not in {"+++", "---"}]


def test_the_same_scheme_is_the_same_bytes() -> None:
    assert rewritten(TEXT, SCHEME) == TEXT


def test_one_weight_changes_one_line_and_keeps_its_comment(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text(TEXT, "utf-8")
    write_scheme(SCHEME.with_(decimals=3), tmp_path / "scheme.toml")
    text = (tmp_path / "scheme.toml").read_text("utf-8")
    old, new = changed_lines(text)
    assert new == old.replace("-decimals = 2", "+decimals = 3")
    assert "# 总分四舍五入" in new


@given(SOME)
@settings(max_examples=examples(15))
def test_what_is_written_is_read_again(places: list[str]) -> None:
    after = SCHEME.with_({place: CHANGES[place][0] for place in sorted(places)})
    assert after == Scheme.model_validate(tuples(plain_values(after)))
    for text in (TEXT, ""):
        assert reread(rewritten(text, after)) == after
    kept = [line for line in TEXT.splitlines() if "#" in line and not any(word in line for word in ("decimals", "seed"))]
    assert set(kept) - set(rewritten(TEXT, after).splitlines()) <= {line for line in kept if "ties" in line}
    assert rewritten(rewritten(TEXT, after), SCHEME.with_()).count("[[award]]") == len(SCHEME.awards)


def test_keys_in_chinese_stay_as_they_were_written() -> None:
    bare = TEXT.replace('"轻微" = "3 months"', '轻微 = "3 months"  ')
    assert bare != TEXT
    assert rewritten(bare, SCHEME) == bare
    longer = SCHEME.with_({"window.by_severity.lasts.轻微": "6 months"})
    assert rewritten(bare, longer) == bare.replace('轻微 = "3 months"', '轻微 = "6 months"')


def reread(text: str) -> Scheme:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scheme.toml").write_text(text, "utf-8")
        return load_scheme(Path(folder) / "scheme.toml")


OVER_LINES = """steps = [
    [0, 0],     # none
    [1, 30],    # once
    [3, 50],
    # from half a year on
    [6, 70], [9, 85],
    [13, 100],  # the most
]  # of forums
decimals = 2
"""


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 100)), min_size=1, max_size=9), st.data())
def test_a_list_over_lines_keeps_the_comments_of_what_stays(others: list[tuple[int, int]], data: st.DataObject) -> None:
    kept = [pair for pair in [[0, 0], [1, 30], [3, 50], [6, 70], [9, 85], [13, 100]] if data.draw(st.booleans())]
    wanted = data.draw(st.permutations([*kept, *map(list, others)]))
    document = tomlkit.parse(OVER_LINES)
    _adopt(document, {"steps": wanted, "decimals": 2})
    text = tomlkit.dumps(document)
    assert tomllib.loads(text) == {"steps": wanted, "decimals": 2}
    assert text.endswith("  # of forums\ndecimals = 2\n")


def test_a_step_put_in_touches_no_other_line() -> None:
    document = tomlkit.parse(OVER_LINES)
    _adopt(document, {"steps": [[0, 0], [1, 30], [2, 40], [3, 50], [6, 70], [9, 80], [13, 100]], "decimals": 2})
    changed = [line for line in difflib.ndiff(OVER_LINES.splitlines(), tomlkit.dumps(document).splitlines()) if line[0] in "+-"]
    assert changed == ["+     [2, 40],", "-     [6, 70], [9, 85],", "+     [6, 70], [9, 80],"]


def test_several_items_added_at_once_stand_one_below_the_other() -> None:
    path = house_folder("templates/editions") / "federation" / "scheme.toml"
    scheme = load_scheme(path)
    more = {f"award[{id_}]": {"id": id_, "label": id_, "quota": {"share": 0.1, "within": "class"}} for id_ in ("third", "fourth")}
    assert tomllib.loads(rewritten(path.read_text("utf-8"), scheme.with_(more)))["award"][2:] == list(more.values())


def test_awards_in_another_order_before_others_and_said_anew_are_written_so() -> None:
    first = {"label": "first", "quota": {"number": 1}}
    turned = SCHEME.model_copy(update={"awards": SCHEME.awards[::-1]})
    before = SCHEME.model_copy(update={"awards": (SCHEME.with_({"award[first]": first}).awards[-1], *SCHEME.awards)})
    for wanted in (turned, before):
        assert [award["id"] for award in tomllib.loads(rewritten(TEXT, wanted))["award"]] == [award.id for award in wanted.awards]
    again = SCHEME.with_({"award[first]": first}).with_({"award[first]": {**first, "label": "another"}})
    assert [(award.id, award.label) for award in again.awards][-1] == ("first", "another")
