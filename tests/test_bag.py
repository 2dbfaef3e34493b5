"""Bags: whatever was changed, added or taken away is named."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import unquote

import bagit
import pytest

from tests.sealing import files, named, verified, with_new_manifests
from toolkit.ground.problems import Problems, Refused
from toolkit.sealing import bag
from toolkit.sealing.bag import (
    DISTRIBUTION,
    LABELS,
    MANIFEST,
    TAG_MANIFEST,
    bag_problems,
    environment_text,
    read_bag_info,
    read_environment,
    versions,
    write_bag,
)
from toolkit.sealing.parts import bagging_day


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


Crate = dict[str, Any]
ROOT, DESCRIPTOR = "./", "ro-crate-metadata.json"


def described(crate: Crate, id_: str) -> dict[str, Any]:
    """An entity of a crate; nothing where none is called so."""
    return next((entity for entity in crate["@graph"] if entity.get("@id") == id_), {})


def data_entities(crate: Crate) -> list[dict[str, Any]]:
    return [entity for entity in crate["@graph"] if entity.get("@type") in ("File", "Dataset") and entity.get("@id") != ROOT]


def entities_in(value: object) -> list[dict[str, Any]]:
    """Every object below a value of an entity."""
    if isinstance(value, list):
        return [entity for each in value for entity in entities_in(each)]
    return [value, *entities_in(list(value.values()))] if isinstance(value, dict) else []


def is_iso_date(text: object) -> bool:
    try:
        return bool(dt.date.fromisoformat(str(text))) and isinstance(text, str)
    except ValueError:
        return False


MUSTS: dict[str, tuple[Callable[[Path, Crate], bool], Callable[[Crate], object]]] = {
    "Structure: the metadata file lies in the crate's root": (lambda data, _: (data / DESCRIPTOR).is_file(), lambda crate: crate.update(moved=True)),
    "Structure, Metadata File: JSON-LD with a context and one graph": (
        lambda _, crate: set(crate) == {"@context", "@graph"} and crate["@context"] == "https://w3id.org/ro/crate/1.1/context",
        lambda crate: crate.pop("@context"),
    ),
    "Structure, Metadata File: flattened, no entity within another": (
        lambda _, crate: all(set(found) == {"@id"} for entity in crate["@graph"] for found in entities_in(list(entity.values()))),
        lambda crate: described(crate, ROOT).update(author={"@id": "#a", "name": "甲"}),
    ),
    "Appendix JSON-LD, Describing entities: each has an @id of its own and an @type": (
        lambda _, crate: all(entity.get("@id") and entity.get("@type") for entity in crate["@graph"]) and len({entity["@id"] for entity in crate["@graph"]}) == len(crate["@graph"]),
        lambda crate: crate["@graph"].append(dict(described(crate, ROOT))),
    ),
    "Appendix JSON-LD, Describing entities: each @id is a URI reference": (
        lambda _, crate: all(re.fullmatch(r"(?:[^\s\\\\%<>\"{}|^`]|%[0-9A-F]{2})+", entity["@id"]) for entity in crate["@graph"]),
        lambda crate: data_entities(crate)[0].update({"@id": "results\\\\my list.csv"}),
    ),
    "Root Data Entity, Descriptor: @type CreativeWork": (
        lambda _, crate: described(crate, DESCRIPTOR).get("@type") == "CreativeWork", lambda crate: described(crate, DESCRIPTOR).update({"@type": "File"}),
    ),
    "Root Data Entity, Descriptor: about references the root": (
        lambda _, crate: described(crate, DESCRIPTOR).get("about") == {"@id": ROOT}, lambda crate: described(crate, DESCRIPTOR).pop("about"),
    ),
    "Root Data Entity, Direct properties: @type Dataset, @id ends with /": (
        lambda _, crate: described(crate, ROOT).get("@type") == "Dataset", lambda crate: described(crate, ROOT).update({"@id": "."}),
    ),
    "Root Data Entity, Direct properties: name, description, license are there": (
        lambda _, crate: all(described(crate, ROOT).get(key) for key in ("name", "description", "license")), lambda crate: described(crate, ROOT).pop("license"),
    ),
    "Root Data Entity, Direct properties: datePublished is a date of ISO 8601": (
        lambda _, crate: is_iso_date(described(crate, ROOT).get("datePublished")), lambda crate: described(crate, ROOT).update(datePublished="2019年3月"),
    ),
    "Structure: data entities are files within the root": (
        lambda data, crate: all((data / unquote(entity["@id"])).is_file() for entity in data_entities(crate)), lambda crate: data_entities(crate)[0].update({"@id": "gone.csv"}),
    ),
    "Data Entities, Referencing: each is linked from the root by hasPart": (
        lambda _, crate: {entity["@id"] for entity in data_entities(crate)} <= {part["@id"] for part in described(crate, ROOT).get("hasPart", [])},
        lambda crate: described(crate, ROOT).update(hasPart=[]),
    ),
    "Data Entities, File Data Entity: @type File, @id a path relative to the root": (
        lambda _, crate: all(entity["@type"] == "File" and not entity["@id"].startswith("/") for entity in data_entities(crate)),
        lambda crate: data_entities(crate)[0].update({"@type": "Dataset"}),
    ),
}  # fmt: skip
"""What RO-Crate 1.1 demands (MUST) of the metadata of a crate, by page and section, and how each can be missed; of pages, workflows and files of the web a bag has none."""


@pytest.mark.parametrize("name", MUSTS)
def test_a_crate_keeps_every_must_of_the_specification(whole: Path, name: str) -> None:
    keeps, misses = MUSTS[name]
    crate: Crate = json.loads((whole / "data" / DESCRIPTOR).read_text("utf-8"))
    assert keeps(whole / "data", crate)
    misses(crate)
    assert not keeps(whole if crate.get("moved") else whole / "data", crate)


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


def test_what_a_bag_says_of_itself_cannot_be_left_out_and_its_day_is_one(bag: Path) -> None:
    (bag / "data" / "README.md").unlink()
    with_new_manifests(bag)
    assert named(verified(bag)) == {"README.md"}
    (bag / "bag-info.txt").unlink()
    with pytest.raises(Refused, match="bag-info"):
        bagging_day(bag)


def test_an_empty_folder_is_named_as_an_added_file_is(bag: Path, little: Path) -> None:
    """No manifest lists it, and no signature covers its name."""
    for name in ("data/results/某公司行贿/又", "signatures"):
        (bag / name).mkdir(parents=True, exist_ok=True)
    assert named(verified(bag)) == {"data/results/某公司行贿/又/"}
    assert not bag_problems(little).errors
    assert not (little / "data" / "empty").exists()


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


def test_what_is_read_whole_may_be_of_exactly_the_longest_length(little: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = little / "data" / "environment.txt"
    path.write_bytes(b"\n" * 100_000)
    for most, read in ((100_000, True), (99_999, False)):
        monkeypatch.setattr(f"{bag_problems.__module__}.MANIFEST_SIZE", most)
        assert [("was not read" not in problem.rule.en) for problem in bag_problems(little) if problem.file == "data/environment.txt"] == [read]


def test_labels_and_lists_may_be_of_exactly_the_longest_length_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    little = tmp_path / "little"
    little.mkdir()
    for number in range(20):
        (little / f"{number}.txt").write_text("a", "utf-8")
    write_bag(little, {"Title": "x"})
    sizes = {path.name: path.stat().st_size for path in little.glob("*.txt")}
    longest = max(size for name, size in sizes.items() if name != MANIFEST)
    assert longest < sizes[MANIFEST]
    for size, limit, told in ((longest, "LABELS_SIZE", max(sizes, key=lambda name: (name != MANIFEST, sizes[name]))), (sizes[MANIFEST], "MANIFEST_SIZE", MANIFEST)):
        for most in (size, size - 1):
            with monkeypatch.context() as changed:
                changed.setattr(f"{bag_problems.__module__}.{limit}", most)
                assert [(problem.file, "too long" in problem.rule.en) for problem in bag_problems(little) if problem.file in sizes] == [(told, True)] * (most < size)


@pytest.mark.parametrize("name", ["bag-info.txt", "bagit.txt", MANIFEST, TAG_MANIFEST, "manifest-md5.txt", "fetch.txt"])
def test_lists_and_labels_without_an_end_are_not_read(little: Path, name: str) -> None:
    path, labels = little / name, read_bag_info(little)
    assert "Payload-Oxum" in labels
    path.touch()
    os.truncate(path, 1 << 28)
    for _ in range(2):
        assert named(bag_problems(little)) == {name}
        assert read_bag_info(little) == ({} if name in LABELS else labels)  # which no other file hides
        path.unlink()
        os.mkfifo(path)


@pytest.mark.parametrize("name", ["edition/scheme.toml", "environment.txt", "edition/journal.jsonl"])
def test_a_part_without_an_end_is_not_read(little: Path, name: str) -> None:
    path = little / "data" / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.truncate(path, 1 << 28)
    assert [(problem.file, "was not read" in problem.rule.en) for problem in bag_problems(little)] == [(f"data/{name}", True)]


def test_a_list_that_is_none_is_told_by_its_first_lines(little: Path) -> None:
    (little / MANIFEST).write_text("\n" * 1_000_000, "utf-8")
    assert len(bag_problems(little)) < 110


def test_what_is_no_bag_is_told(tmp_path: Path) -> None:
    assert MANIFEST in named(verified(tmp_path))


@pytest.fixture
def little(tmp_path: Path) -> Path:
    """A bag of one file."""
    (tmp_path / "little" / "empty" / "within").mkdir(parents=True)
    (tmp_path / "little" / "a.txt").write_text("a", "utf-8")
    write_bag(tmp_path / "little", {"Title": "x"})
    assert bag_problems(tmp_path / "little") == Problems()
    return tmp_path / "little"


@pytest.mark.parametrize("line", ["0  /a\n", "0  data/../../a\n", "0  ..\n", "0  data\\a\n", "0  C:a\n", "0  C:/a\n", "0  data/a.txt\n", "0 a\n", "\n", "0  data/b.txt"])
def test_a_line_that_no_manifest_has_is_told_with_its_number(little: Path, line: str) -> None:
    with (little / MANIFEST).open("a", encoding="utf-8", newline="") as file:
        file.write(line.replace("0", "0" * 64))
    assert "line 2 of manifest-sha256.txt cannot be read" in bag_problems(little).text("en")


def test_a_list_that_is_no_text_and_a_declaration_of_another_form_are_told(little: Path) -> None:
    (little / "bagit.txt").write_text("BagIt-Version: 9.9\nTag-File-Character-Encoding: none\n", "utf-8")
    with_new_manifests(little)
    assert "is not a valid BagIt bag" in bag_problems(little).text("en")
    (little / MANIFEST).write_bytes(b"\xff")
    assert "the file cannot be read" in bag_problems(little).text("en")


def test_what_the_toolkit_requires_is_told_with_what_that_requires_and_no_extra_that_nobody_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    requires: dict[str, list[str] | None] = {
        DISTRIBUTION: ["first>=1", 'unasked; extra == "more"', "Second.One[x, y] ; python_version > '3'", "gone"],
        "first": None, "Second.One": ["first", "asked; extra == 'y'", "other; extra == 'z'", "second_one"], "asked": ["second-one[x]"],
    }  # fmt: skip

    def distribution(name: str) -> Mock:
        if name == "gone":
            raise metadata.PackageNotFoundError
        return Mock(version=f"{name} 1", requires=requires[name if name in requires else "Second.One"])

    monkeypatch.setattr("importlib.metadata.distribution", distribution)
    try:
        forget = bag._installed.cache_clear
        forget()
        found = versions()
    finally:
        forget()
    assert [*found] == ["python", "asked", DISTRIBUTION, "first", "second-one"]
    assert (found["first"], found["asked"], found["second-one"].split()[1]) == ("first 1", "asked 1", "1")


def test_labels_that_cannot_be_read_are_none(little: Path) -> None:
    (little / "bag-info.txt").write_text("no label", "utf-8")
    assert read_bag_info(little) == {}


def test_a_file_that_cannot_be_read_is_not_as_it_was(little: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.sealing.bag.file_digest", Mock(side_effect=PermissionError))
    assert "data/a.txt" in named(bag_problems(little))


def test_a_name_with_a_colon_is_inside_where_it_names_no_drive(little: Path) -> None:
    with (little / MANIFEST).open("a", encoding="utf-8", newline="") as file:
        file.write(f"{'0' * 64}  data/a:b/c\n")
    assert named(bag_problems(little)) == {"data/a:b/c", MANIFEST}
    assert "cannot be read" not in bag_problems(little).text("en")


@pytest.mark.parametrize(("name", "most"), [("signatures/x-0123456789abcdef.sig", 4096), ("signatures/x.tsr", 65_536)])
def test_what_could_be_a_signature_is_small_and_a_file(little: Path, name: str, most: int, tmp_path: Path) -> None:
    (little / "signatures").mkdir()
    (little / name).write_bytes(b"x" * most)
    assert bag_problems(little) == Problems()
    (little / name).write_bytes(b"x" * (most + 1))
    assert named(bag_problems(little)) == {name}
    (little / name).unlink()
    (tmp_path / "elsewhere").write_bytes(b"x")
    (little / name).symlink_to(tmp_path / "elsewhere")
    assert named(bag_problems(little)) == {name}


def test_a_bag_that_does_not_list_its_own_files_is_told(little: Path) -> None:
    (little / "bag-info.txt").unlink()
    tags = little / TAG_MANIFEST
    tags.write_text("".join(line for line in tags.read_text("utf-8").splitlines(keepends=True) if "bag-info" not in line), "utf-8")
    assert named(bag_problems(little)) == {"bag-info.txt"}
    tags.unlink()
    assert named(bag_problems(little)) == {TAG_MANIFEST, MANIFEST, "bagit.txt"}


def test_the_environment_is_what_the_package_stands_on_and_no_more() -> None:
    """With the extras that it asks for of others, and without its own, or what it is made and tested with."""
    found = versions()
    assert next(iter(found)) == "python"
    assert {DISTRIBUTION, "numpy", "ibis-framework", "duckdb", "sqlglot"} <= set(found)
    assert not {"pytest", "hypothesis", "psycopg", "pyspark", "hatchling"} & set(found)
    assert read_environment(environment_text()) == found
    assert read_environment("a==1==2\n") == {"a": "1==2"}
