"""Variants: kept by a name under Windows' rules, never written over, never lost, read as strictly as the scheme, in no bag."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from toolkit.__main__ import app
from toolkit.edition import open_edition
from toolkit.ground.problems import Refused
from toolkit.minutes.variants import lay_aside, read_variants, save_variant, variant_name
from toolkit.scheme import Scheme, load_scheme
from toolkit.sealing.frozen_edition import freeze_edition


@pytest.fixture
def tried(small_edition: Path) -> Scheme:
    path = small_edition / "scheme.toml"
    path.write_text("# 本办法由专家委员会起草\n" + path.read_text("utf-8"), "utf-8")
    return load_scheme(path).with_weights({"learning": 25})


def test_a_variant_is_the_whole_scheme_with_its_comments_and_who_why_and_when(small_edition: Path, tried: Scheme) -> None:
    save_variant(small_edition, " 诚信加重 ", tried, by="李主任\n13800138000", reason='更看重诚信 = "是"')
    text = (small_edition / "variants" / "诚信加重.toml").read_text("utf-8")
    assert "# 本办法由专家委员会起草" in text
    assert "13800138000" not in text
    (variant,) = read_variants(small_edition)
    assert (variant.name, variant.scheme, variant.by, variant.reason) == ("诚信加重", tried, "李主任 138****8000", '更看重诚信 = "是"')
    assert variant.time[:2] == "20"
    save_variant(small_edition, "再存", variant.scheme)
    (small_edition / "scheme.toml").write_text(text, "utf-8")  # whoever copies a variant over the scheme has a scheme
    save_variant(small_edition, "三存", load_scheme(small_edition / "scheme.toml"))
    third = read_variants(small_edition).named("三存")
    assert (third.scheme, third.by) == (tried, "")
    (small_edition / "scheme.toml").write_text("title =", "utf-8")  # half written by another: what was tried is kept all the same
    save_variant(small_edition, "四存", third.scheme)
    assert read_variants(small_edition).named("四存").scheme == tried


@pytest.mark.parametrize(
    "name",
    ["", "  ", "a/b", "a\\b", "..", ".隐藏", "甲.", "CON", "nul.甲", "LPT1", "COM¹", "a:b", "a*", "甲\0", "甲\u202e乙", "x" * 41, "aside", "电话13800138000", '"', "甲|乙"],
)  # fmt: skip
def test_hostile_names_are_refused_in_words_and_nothing_is_written(small_edition: Path, tried: Scheme, name: str) -> None:
    before = sorted(small_edition.rglob("*"))
    with pytest.raises(Refused) as refused:
        save_variant(small_edition, name, tried)
    assert "名称" in refused.value.problems.text("zh")
    assert "13800138000" not in refused.value.problems.text("zh")
    assert [path for path in sorted(small_edition.rglob("*")) if path.name != ".lock"] == [path for path in before if path.name != ".lock"]


def test_what_is_kept_is_not_written_over_whatever_the_case_of_its_letters(small_edition: Path, tried: Scheme) -> None:
    save_variant(small_edition, "方案A", tried)
    kept = (small_edition / "variants" / "方案A.toml").read_bytes()
    for name in ("方案A", "方案a", "方案\u0041"):
        with pytest.raises(Refused, match="not overwritten"):
            save_variant(small_edition, name, tried.with_weights({"learning": 30}))
    assert (small_edition / "variants" / "方案A.toml").read_bytes() == kept


def test_what_is_taken_out_of_the_list_is_laid_aside(small_edition: Path, tried: Scheme) -> None:
    for _ in range(2):
        save_variant(small_edition, "方案A", tried)
        place = lay_aside(small_edition, "方案A")
        assert load_scheme(place) == tried
        assert not read_variants(small_edition).items
    assert len(list((small_edition / "variants" / "aside").iterdir())) == 2
    with pytest.raises(Refused, match="no such variant"):
        lay_aside(small_edition, "方案A")


def test_a_broken_variant_is_a_warning_of_check_with_its_line_and_no_error(small_edition: Path, tried: Scheme) -> None:
    save_variant(small_edition, "好的", tried)
    broken = small_edition / "variants" / "坏的.toml"
    broken.write_text((small_edition / "scheme.toml").read_text("utf-8").replace("weight = 60", "weight = 70"), "utf-8")
    (small_edition / "variants" / "乱码.toml").write_bytes(b"\xff\xfe\x00")
    found = read_variants(small_edition)
    assert [variant.name for variant in found] == ["好的"]
    assert {problem.severity for problem in found.problems} == {"warning"}
    run = CliRunner().invoke(app, ["check", str(small_edition)])
    assert run.exit_code == 0, run.output
    for said in ("variants/坏的.toml", "variants/乱码.toml", "110", "办法本身不受影响"):
        assert said in run.output


def test_variants_are_in_no_frozen_copy(small_edition: Path, tried: Scheme, tmp_path: Path) -> None:
    save_variant(small_edition, "方案A", tried)
    freeze_edition(open_edition(small_edition), tmp_path / "frozen")
    assert not list((tmp_path / "frozen").rglob("variants*"))


def test_a_name_is_kept_as_it_is_shown() -> None:
    assert variant_name("学习　加重 2") == "学习 加重 2"
