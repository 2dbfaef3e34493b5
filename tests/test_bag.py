"""Bags: whatever was changed, added or taken away is named."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import bagit
import pytest

from tests.sealing import files, named, verified
from toolkit.ground.problems import Problems
from toolkit.sealing.bag import MANIFEST, TAG_MANIFEST


def test_the_bag_is_one_that_others_read(whole: Path) -> None:
    assert bagit.Bag(str(whole)).validate()
    assert (whole / "bagit.txt").read_text("utf-8").startswith("BagIt-Version: 1.0\n")
    for manifest in (TAG_MANIFEST, MANIFEST):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=whole, check=True)


def test_a_crate_describes_every_file_and_nothing_else(whole: Path) -> None:
    graph = json.loads((whole / "data" / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    assert len(by_id) == len(graph)
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    present = {path.relative_to(whole / "data").as_posix() for path in files(whole / "data")} - {"ro-crate-metadata.json"}
    assert {unquote(each["@id"]) for each in by_id["./"]["hasPart"]} == present
    asked = [value["@id"] for entity in graph for given in entity.values() for value in (given if isinstance(given, list) else [given]) if isinstance(value, dict)]
    assert set(asked) - set(by_id) == {"https://w3id.org/ro/crate/1.1"}
    assert {"name", "description", "datePublished", "license"} <= set(by_id["./"])


def test_a_page_says_in_two_languages_what_it_is_and_how_to_check_it(whole: Path) -> None:
    page = (whole / "data" / "README.md").read_text("utf-8")
    assert "届次 small-2018，第 r1 版，2019-03-01 封存。" in page
    assert "Edition small-2018, revision r1, sealed on 2019-03-01." in page
    for line in page.split("```")[1].splitlines()[1:3]:
        subprocess.run(line.split(), cwd=whole, check=True)


def test_any_changed_byte_is_named(bag: Path) -> None:
    for path in files(bag):
        before = path.read_bytes()
        for position in {0, len(before) // 2, len(before) - 1}:
            path.write_bytes(before[:position] + bytes([before[position] ^ 32]) + before[position + 1 :])
            told = verified(bag).text("en")
            assert path.relative_to(bag).as_posix() in told, (path, position)
        path.write_bytes(before)
    assert verified(bag) == Problems()


def test_any_missing_file_is_named(bag: Path) -> None:
    for path in files(bag):
        before = path.read_bytes()
        path.unlink()
        assert path.relative_to(bag).as_posix() in verified(bag).text("en")
        path.write_bytes(before)


@pytest.mark.parametrize(
    "name", ["data/edition/records/多余.csv", "data/.hidden", "note.txt", "fetch.txt", "extra/a.txt"]
)
def test_an_added_file_is_named(bag: Path, name: str) -> None:
    (bag / name).parent.mkdir(exist_ok=True)
    (bag / name).write_text("x", encoding="utf-8")
    assert named(verified(bag)) == {name}


def test_a_link_in_place_of_a_file_is_named(bag: Path, tmp_path: Path) -> None:
    path = bag / "data" / "results" / "ranking.csv"
    shutil.copy(path, tmp_path / "elsewhere.csv")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.csv")
    assert named(verified(bag)) == {"data/results/ranking.csv"}


def test_a_manifest_never_leads_out_of_the_bag(bag: Path) -> None:
    with (bag / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  data/../../secret\n")
    assert MANIFEST in named(verified(bag))


def test_what_is_no_bag_is_told(tmp_path: Path) -> None:
    assert MANIFEST in named(verified(tmp_path))
