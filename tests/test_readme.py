"""What the two READMEs say: their commands, targets, keys and examples are those of the program, in both languages."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conftest import with_applications, write_small_edition
from tests.test_architecture import FLOORS
from toolkit.__main__ import COMMANDS, app
from toolkit.ground.ranking import tolerance
from toolkit.ground.toml_reader import StrictModel
from toolkit.minutes.journal import JOURNAL
from toolkit.minutes.variants import FOLDER as VARIANTS
from toolkit.records.databases.connection import source_faults
from toolkit.records.dictionary import Column, Table
from toolkit.scheme import Appointment, Demand, Panel, Papers, Phase, Scheme, Signatures, Weighting, Workplan
from toolkit.scheme.criteria import Adjustment, MembersSpec, Node
from toolkit.scheme.measures import Measure, Selection, Window
from toolkit.scheme.outcomes import Consent, Previous
from toolkit.sensitivity.robustness import CERTAIN, WITHIN

HOUSE = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
DOCS = sorted(f"docs/{path.name}" for path in (HOUSE / "docs").glob("*.md"))
PAGES = ["CONTRIBUTING.md", "benchmarks/README.md", *DOCS]
EVERYWHERE = {"--help", "--language"}
LEFT_OUT = {"browser", "clean"}  # targets that others call, or that need no words
OWNERS: dict[str, tuple[type[StrictModel], ...]] = {
    "top": (Scheme,), "顶层": (Scheme,), "[members]": (MembersSpec,), "[window.x]": (Window,), "[panel]": (Panel,), "[weighting]": (Weighting,), "[signatures]": (Signatures,), "[papers]": (Papers,), "[[phase]]": (Phase,), "[workplan]": (Workplan,), "[previous]": (Previous,), "[[appointment]]": (Appointment,), "[[phase.asks]]": (Demand,), "[[adjustment]]": (Adjustment,), "measure, veto": (Measure, Selection),
    "指标、否决": (Measure, Selection), "table": (Table,), "表": (Table,), "column": (Column,), "列": (Column,),
    "node, adjustment": (Node,), "节点、加减分": (Node,),
}  # fmt: skip


def text(readme: str) -> str:
    return (HOUSE / readme).read_text("utf-8")


def both(page: str) -> list[str]:
    """The two pages of one name below docs/."""
    return [f"docs/{page}.md", f"docs/{page}.zh-CN.md"]


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text(readme), re.MULTILINE | re.DOTALL)


def keys(readme: str) -> list[tuple[str, str]]:
    """The keys of the tables of keys, each with its owner."""
    found: list[tuple[str, str]] = []
    for table in re.findall(r"^\| `(?:scheme|tables)\.toml` \|.*\n\|---.*\n((?:\|.*\n)+)", text(readme), re.MULTILINE):
        owner = ""
        for line in table.splitlines():
            _, first, named, *_ = (cell.strip() for cell in line.split("|"))
            owner = first.strip("`") or owner
            found += [(owner, key) for key in re.findall(r"`(\w+)`", named)]
    return found


@pytest.mark.parametrize("readme", [*READMES, *both("commands")])
def test_every_command_told_exists_and_every_command_is_told(readme: str) -> None:
    told = re.findall(r"`committee (\w[\w-]*)((?:(?!`committee ).)*)", text(readme))
    for command, rest in told:
        done = CliRunner().invoke(app, [command, "--help"])
        assert done.exit_code == 0, command
        for option in re.findall(r"--[\w-]+", rest):
            assert option in done.output, (command, option)
    assert {command for command, _ in told} >= {command.__name__.replace("_", "-") for command in COMMANDS} | {"lab"}


@pytest.mark.parametrize("readme", READMES)
def test_every_target_told_exists_and_every_target_is_told(readme: str) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    told = set(re.findall(r"(?:^|`)make ([a-z-]+)", text(readme), re.MULTILINE))
    assert told <= set(phony[1].split())
    if readme == "README.md":
        assert told >= set(phony[1].split()) - LEFT_OUT


@pytest.mark.parametrize("readme", both("scheme"))
def test_every_key_told_exists(readme: str) -> None:
    assert len(keys(readme)) > 20
    for owner, key in keys(readme):
        for model in OWNERS[owner]:
            assert key in {field.alias or name for name, field in model.model_fields.items()}, (owner, key)


def test_both_tell_of_the_same_keys_and_commands() -> None:
    english, chinese = ([key for _, key in keys(page)] for page in both("scheme"))
    assert english == chinese
    rows, commands = zip(*(told_commands(readme, page) for readme, page in zip(READMES, both("commands"), strict=True)), strict=True)
    assert rows[0] == rows[1]
    assert commands[0] == commands[1]
    assert sorted(rows[0]) == sorted(commands[0])


def told_commands(readme: str, page: str) -> tuple[list[str], list[str]]:
    """The commands of the README's table, and of the headings of the page of commands."""
    rows = re.findall(r"^\| `committee ([\w-]+)", text(readme), re.MULTILINE)
    headings = re.findall(r"^### `committee ([\w-]+)", text(page), re.MULTILINE)
    return list(dict.fromkeys(rows)), list(dict.fromkeys(headings))


@pytest.mark.parametrize("page", both("commands"))
def test_every_option_is_told_under_its_command(page: str) -> None:
    sections = re.split(r"^### `committee ", text(page), flags=re.MULTILINE)[1:]
    for name in dict.fromkeys(section.split()[0] for section in sections):
        helped = CliRunner().invoke(app, [name, "--help"]).output
        told = set(re.findall(r"--[\w-]+", "".join(section for section in sections if section.split()[0] == name)))
        assert set(re.findall(r"(?<![\w-])--[\w-]+", helped)) - told - EVERYWHERE == set(), name


@pytest.mark.parametrize("page", [*READMES, *PAGES])
def test_every_link_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text(page)):
        path, _, anchor = link.partition("#")
        target = (HOUSE / page).parent / path if path else HOUSE / page
        assert target.is_file(), (page, link)
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}, (page, link)


def test_every_page_stands_in_both_languages_with_the_same_parts() -> None:
    english = [page for page in DOCS if not page.endswith(".zh-CN.md")]
    assert {page.replace(".md", ".zh-CN.md") for page in english} | set(english) == set(DOCS)
    for page in english:
        levels = [re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text(one), flags=re.MULTILINE | re.DOTALL), re.MULTILINE) for one in (page, page.replace(".md", ".zh-CN.md"))]
        assert levels[0] == levels[1], page


@pytest.mark.parametrize("readme", both("records"))
def test_the_table_in_a_database_is_read_as_it_is_written(readme: str) -> None:
    examples = [table for block in blocks(readme, "toml") for table in tomllib.loads(block).get("table", {}).values()]
    assert examples
    for table in examples:
        assert list(source_faults((), table)) == []


@pytest.mark.parametrize("readme", both("publication"))
def test_the_consent_is_read_as_it_is_written(readme: str) -> None:
    (example,) = [said["publication"]["consent"] for block in blocks(readme, "toml") if "publication" in (said := tomllib.loads(block))]
    assert Consent.model_validate_json(json.dumps(example)).columns == {"award": "consent_result", "grade": "consent_grade", "pledge": "consent_pledge"}


def test_the_example_in_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks("README.md", "python")
    monkeypatch.chdir(HOUSE)
    said: dict[str, object] = {}
    exec(example.replace("10_000", "200"), said)
    assert "heavier" in said


def told_lines(page: str) -> list[list[str]]:
    """The command lines of a page's blocks that begin with `committee`, as a shell parts them."""
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    return [shlex.split(line, comments=True)[1:] for line in "".join(blocks).splitlines() if line.startswith("committee ")]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_that_a_page_tells_exists(page: str) -> None:
    for command, rest in re.findall(r"(?:`|^)committee (\w[\w-]*)(.*)", text(page), re.MULTILINE):
        helped = CliRunner().invoke(app, [command, "--help"])
        assert helped.exit_code == 0, (page, command)
        for option in re.findall(r"--[\w-]+", rest.split("`")[0]):
            assert option in helped.output, (page, command, option)


def test_every_command_that_a_message_names_exists() -> None:
    sources = [path.read_text("utf-8") for path in (HOUSE / "toolkit").rglob("*.py")]
    named = {word for source in sources for word in re.findall(r"\bcommittee ([a-z][a-z-]+)(?: (?:DIR|BAG|EDITION|--|届次|封存)|[，；。）)`\"])", source)}
    assert named - {command.__name__.replace("_", "-") for command in COMMANDS} - {"lab"} == set()
    assert len(named) > 10


def test_figures_told_are_those_of_the_program() -> None:
    english, chinese = map(text, READMES)
    python = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    assert (CERTAIN, WITHIN, tolerance(2), len(FLOORS)) == (0.99, 0.05, 1e-9, 10)
    for words in (f"Python {python} or newer", "kept in 99 of 100 draws", "each up to a twentieth more or less", "within 1e-9 of a rounding boundary", "its rooms on ten floors"):
        assert words in english
    for words in (f"Python {python} 以上", "换一百组权重至少九十九组", "每项权重上下浮动 5%"):
        assert words in chinese


@pytest.mark.parametrize(("readme", "between"), list(zip(READMES, (": ", "："), strict=True)))
def test_the_folder_that_is_drawn_is_that_of_the_demo(readme: str, between: str) -> None:
    (drawn,) = (block for block in blocks(readme, "") if block.startswith("out/demo/"))
    names = set(re.findall(r"^  ([\w.]+)", drawn, re.MULTILINE))
    lying = {"scheme.toml", "tables.toml", "records", "ballots"}
    assert names == lying | {"notebooks", "sealed", JOURNAL, VARIANTS}
    assert [name for name in lying if not (HOUSE / "data/demo" / name).exists()] == []
    told = re.search(rf"^  notebooks/ .*{between}(.*)$", drawn, re.MULTILINE)
    assert told
    assert len(re.split(", |、", told[1])) == len(list((HOUSE / "notebooks").glob("*.ipynb")))


def test_both_compare_with_the_same_figures() -> None:
    rows = [re.findall(r"^\|.*?\| ([\d.]+) (?:s|秒)(?: \(from (\d+)|（由 (\d+))?", text(readme), re.MULTILINE) for readme in READMES]
    english, chinese = ([(took, one or other) for took, one, other in found] for found in rows)
    assert len(english) == 4
    assert english == chinese


@pytest.mark.parametrize(
    ("readme", "kept"),
    [
        ("README.md", {"new", "check", "evaluate"}),
        pytest.param("README.zh-CN.md", {"new", "check", "evaluate", "sensitivity", "seal", "verify", "serve"}, marks=pytest.mark.slow),
    ],
)
def test_a_first_edition_in_seven_lines(readme: str, kept: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = told_lines(readme)
    assert [line[0] for line in lines] == ["new", "check", "evaluate", "sensitivity", "seal", "verify", "serve"]
    for command, *words in (line for line in lines if line[0] in kept):
        if command == "serve":
            assert "http://" in first_words(command, *words)
            continue
        done = CliRunner().invoke(app, [command, *words])
        assert done.exit_code == 0, (command, done.output)
        if command == "new":  # the scheme is edited, the forms come back
            shutil.rmtree(words[0])
            with_applications(write_small_edition(Path(words[0])))


def first_words(*line: str) -> str:
    """What a command that goes on running says until it gives an address."""
    process = subprocess.Popen([sys.executable, "-m", "toolkit", *line], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        with process.stdout as said:
            return next((one for one in said if "http://" in one), "")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
