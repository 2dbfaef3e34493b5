"""The lab: each edition in notebooks of its own, the house's never touched, and nothing left running when it is ended."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import psutil  # type: ignore[import-untyped]
import pytest
from tornado.web import HTTPError
from voila.static_file_handler import TemplateStaticFileHandler

from tests.conftest import write_small_edition
from tests.processes import free_port, left_of
from tests.sealing import files, sealed, write_notebook
from tests.test_command_line import run
from toolkit.commands import table
from toolkit.commands.kernels import refuse_strange_paths
from toolkit.commands.lab import server
from toolkit.edition import open_edition
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import EDITION, house_folder
from toolkit.ground.text import ASKED, Phrase
from toolkit.minutes.adoption import adopt_scheme
from toolkit.sealing.working_copies import NOTEBOOKS, working_copies

REMARK = {"cell_type": "markdown", "id": "remark", "metadata": {}, "source": "专家批注"}
PATIENCE = 3_000
"""Tenths of a second that a lab may take to be there, on a machine that has much else to do."""
LONG = "import pathlib, time\ntold = pathlib.Path({folder!r})\n(told / 'begun-{number}').touch()\nwhile not (told / 'go-{number}').is_file(): time.sleep(0.05)"
"""A cell that is computed until a test lets it go on."""
TOKEN = "of-this-test"
WORKSPACE = "lab/workspaces/default-37a8.jupyterlab-workspace"
ANOTHERS = {"data": {"layout-restorer:data": {"left": {"visible": True, "current": "filebrowser"}}}, "metadata": {"id": "default"}}
"""How the panes of the reader's own JupyterLab lay when it was left."""


def cells(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text("utf-8"))["cells"])


def edited(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"].append(REMARK)
    path.write_text(json.dumps(notebook), "utf-8")


def test_an_edition_gets_its_own_copies_without_anybodys_outputs(small_edition: Path) -> None:
    house = house_folder("notebooks")
    found = working_copies(small_edition, house)
    assert found.made == found.names
    for name, path in zip(found.names, sorted(house.glob("*.ipynb")), strict=True):
        own, theirs = cells(small_edition / NOTEBOOKS / name), cells(path)
        assert ["".join(cell["source"]) for cell in own[1:]] == ["".join(cell["source"]) for cell in theirs]
        assert not [cell for cell in own if cell.get("outputs") or cell.get("execution_count")]
        assert {(cell["metadata"]["deletable"], cell["metadata"]["editable"]) for cell in own} == {(False, False)}
        assert all(cell["metadata"]["jupyter"]["source_hidden"] for cell in own if cell["cell_type"] == "code")
    again = working_copies(small_edition, house)
    assert (again.made, again.renewed, again.kept, again.words) == ((), (), (), ())


def in_two_languages(path: Path) -> None:
    """A notebook of the house as the house writes them."""
    title = {"cell_type": "markdown", "id": "title", "metadata": {"english": "# 2. The scheme: what counts\n\nIn short."}, "source": "# 二、方案：评什么\n\n先说结论。"}
    code = {"cell_type": "code", "id": "code", "metadata": {"english": "# Load the edition"}, "source": "# 读入这一届\n1 + 1", "outputs": [], "execution_count": 3}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [title, code]}), "utf-8")


def test_a_copy_is_named_and_written_in_the_language_asked_for(small_edition: Path, house: Path) -> None:
    in_two_languages(house / "2_scheme.ipynb")
    found = {language: working_copies(small_edition, house, language).names for language in ("zh", "en")}
    assert found == {"zh": ("1_data.ipynb", "二、方案.ipynb"), "en": ("1_data.ipynb", "2. The scheme.ipynb")}
    own = {language: [cell["source"] for cell in cells(small_edition / NOTEBOOKS / names[1])[1:]] for language, names in found.items()}
    assert own == {
        "zh": ["# 二、方案：评什么\n\n先说结论。", "# 读入这一届\n1 + 1"],
        "en": ["# 2. The scheme: what counts\n\nIn short.", "# Load the edition\n1 + 1"],
    }


def test_copies_under_former_names_give_way_unless_somebody_edited_them(small_edition: Path, house: Path) -> None:
    own = small_edition / NOTEBOOKS
    for name in ("2_scheme", "3_tuning", "4_ranking"):
        write_notebook(house / f"{name}.ipynb", "1")
    working_copies(small_edition, house)
    edited(own / "3_tuning.ipynb")
    (own / "4_ranking.ipynb").write_text("专家的", "utf-8")
    write_notebook(own / "1_extra.ipynb", "1")  # an expert's own, of no version of ours
    for name in ("2_scheme", "3_tuning", "4_ranking"):
        (house / f"{name}.ipynb").unlink()
    in_two_languages(house / "2_scheme.ipynb")
    before = (own / "3_tuning.ipynb").read_bytes()
    found = working_copies(small_edition, house)
    assert (found.made, found.gone, found.left) == (("二、方案.ipynb",), ("2_scheme.ipynb",), ("3_tuning.ipynb", "4_ranking.ipynb"))
    assert not (own / "2_scheme.ipynb").exists()
    assert (own / "3_tuning.ipynb").read_bytes() == before
    assert "您改动过的旧笔记本原样保留，旁边已有新版：3_tuning.ipynb、4_ranking.ipynb" in "".join(words.zh for words in found.words)


def test_a_notebook_reads_its_edition_in_the_language_asked_for_and_writes_it_in_its_own(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EDITION, str(small_edition))
    monkeypatch.setenv(ASKED, "en")
    edition = open_edition()
    assert (edition.scheme.language, open_edition(small_edition).scheme.language) == ("en", "zh")
    weights = edition.scheme.with_weights({edition.scheme.children()[0].id: 20})
    done = adopt_scheme(small_edition, edition.records.digests["scheme.toml"], weights, by="会长办公会", reason="试一试")
    assert open_edition(small_edition).scheme.language == "zh"
    assert not [amendment for amendment in done.amendments if "语言" in amendment.words.zh]


def test_a_newer_notebook_of_the_house_takes_the_place_of_an_unedited_one_only(small_edition: Path, house: Path) -> None:
    write_notebook(house / "2_scheme.ipynb", "1")
    working_copies(small_edition, house)
    own = small_edition / NOTEBOOKS
    run_and_saved = json.loads((own / "1_data.ipynb").read_text("utf-8"))
    run_and_saved["cells"][1].update(execution_count=7, metadata={"scrolled": True})
    (own / "1_data.ipynb").write_text(json.dumps(run_and_saved), "utf-8")
    edited(own / "2_scheme.ipynb")
    assert working_copies(small_edition, house).words == ()
    for name in ("1_data.ipynb", "2_scheme.ipynb"):
        write_notebook(house / name, "'a newer one'")
    before = (own / "2_scheme.ipynb").read_bytes()
    found = working_copies(small_edition, house)
    assert (found.renewed, found.kept) == (("1_data.ipynb",), ("2_scheme.ipynb",))
    assert (own / "2_scheme.ipynb").read_bytes() == before
    assert cells(own / "1_data.ipynb")[1]["source"] == "'a newer one'"
    assert "原样保留：2_scheme.ipynb" in "".join(words.zh for words in found.words)


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"cells": [1], "metadata": {}}'])
def test_whatever_lies_there_is_not_written_over(small_edition: Path, house: Path, content: str) -> None:
    own = small_edition / NOTEBOOKS / "1_data.ipynb"
    own.parent.mkdir()
    own.write_text(content, "utf-8")
    assert working_copies(small_edition, house).kept == ("1_data.ipynb",)
    assert own.read_text("utf-8") == content


def test_a_refusal_that_is_none_of_the_disk_is_told_as_it_is(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.sealing.working_copies.edition_lock", Mock(side_effect=Refused(Problems((Problem("error", Phrase("不行", "busy"), Phrase("", "")),)))))
    with pytest.raises(Refused, match="busy") as refused:
        working_copies(small_edition, house, "zh")
    assert len(refused.value.problems) == 1


def test_an_experts_remark_is_in_no_bag_and_not_in_the_house(small_edition: Path, house: Path) -> None:
    before = {path: path.read_bytes() for path in files(house)}
    working_copies(small_edition, house)
    edited(small_edition / NOTEBOOKS / "1_data.ipynb")
    assert REMARK["source"] not in (sealed(small_edition, house) / "data/notebooks/1_data.ipynb").read_text("utf-8")
    assert {path: path.read_bytes() for path in files(house)} == before  # of which other editions are made
    assert cells(small_edition / NOTEBOOKS / "1_data.ipynb")[-1] == REMARK


def test_what_is_no_edition_or_is_sealed_or_read_only_is_refused_in_words(
    tmp_path: Path, whole: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="not an edition folder"):
        working_copies(tmp_path, house)
    with pytest.raises(Refused, match="sealed bag"):
        working_copies(whole / "data" / "edition", house)
    edition = write_small_edition(tmp_path / "small")
    open_, denied = Path.open, OSError(errno.EROFS, "read-only")

    def refused(self: Path, mode: str = "r", *more: Any, **others: Any) -> Any:
        if "r" not in mode:
            raise denied
        return open_(self, mode, *more, **others)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(Refused, match="copy the whole folder to where you may write"):
        working_copies(edition, house)
    done = run("lab", edition, "--allow-root")
    assert done.exit_code == 1
    assert "请把整个届次文件夹复制到可以写入的位置" in done.output


def test_root_is_told_so_before_anything_is_written(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    done = run("lab", small_edition)
    assert done.exit_code == 1
    assert "请换用普通账户；确要如此，请在命令后加 --allow-root" in done.output
    assert not (small_edition / NOTEBOOKS).exists()
    started = Mock(return_value=0)
    monkeypatch.setattr("toolkit.commands.lab.copied_demo", lambda: small_edition)
    monkeypatch.setattr("toolkit.commands.lab.run_until_ended", started)
    done = run("lab", "--allow-root")  # no folder before it: the demo, not a folder of that name
    assert (done.exit_code, started.call_args.args[0][-1]) == (0, "--allow-root"), done.output


def test_a_server_starts_without_a_grammar_that_nothing_here_asks_for() -> None:
    seen = subprocess.run([sys.executable, "-X", "importtime", *server("jupyterlab.labapp")[1:], "--version"], capture_output=True, text=True, check=True)
    assert "jsonschema" in seen.stderr
    assert "lark" not in seen.stderr


def test_a_notebook_of_an_edition_shows_that_edition_whatever_opened_it(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small_edition / NOTEBOOKS).mkdir()
    monkeypatch.delenv(EDITION, raising=False)
    monkeypatch.chdir(small_edition / NOTEBOOKS)
    assert open_edition().scheme.edition == "small-2018"


@contextmanager
def lab(edition: Path, runtime: Path, *more: str, browser: str = "") -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A lab of one edition as a process, and its port; without a browser, or with this one."""
    port = free_port()
    options = [*([] if browser else ["--no-browser"]), f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}", "--allow-root", *more]
    environment = os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_DATA_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(runtime), "BROWSER": browser}
    with (runtime / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "toolkit", "lab", str(edition), *options], env=environment, stdout=log, stderr=log)
    try:
        yield process, port
    finally:
        for left in [*_children(process), process]:
            with suppress(psutil.NoSuchProcess):
                left.kill()
        process.wait()


def asked(port: int, path: str) -> Any:
    """What the server knows of itself, once it is there."""
    return json.loads(answered(port, f"api/{path}"))


def answered(port: int, path: str) -> bytes:
    """What the server answers, once it is there."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers={"Authorization": f"token {TOKEN}"})
    for _ in range(PATIENCE):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError(path)


def kernels(process: Any) -> list[psutil.Process]:
    """The kernels that a lab has running: copies of a process that says the same of itself, and reads the edition first."""
    found = []
    for each in _children(process):
        with suppress(psutil.NoSuchProcess, ProcessLookupError, AttributeError):
            found += [each] if os.getsid(each.pid) == each.pid and "serve_pages" in each.parent().cmdline()[-1] else []
    return found


def started_kernels(process: Any) -> list[psutil.Process]:
    """The kernels of a lab as soon as it has any."""
    for _ in range(PATIENCE):
        if found := kernels(process):
            return found
        time.sleep(0.1)
    raise AssertionError(process.pid)


def _children(process: Any) -> list[psutil.Process]:
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def stand_in(folder: Path) -> Path:
    """A browser that keeps what stood on its command line, and the file that leads it on."""
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {folder}/asked\ncat "${{1#file://}}" > {folder}/led.part\nmv {folder}/led.part {folder}/led\n', "utf-8")
    browser.chmod(0o700)
    return browser


def seen(file: Path) -> str:
    """What a stand-in was given, once it was."""
    for _ in range(PATIENCE):
        if file.is_file():
            return file.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(file)


def test_the_password_of_the_table_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address, opened = f"http://127.0.0.1:1/?token={TOKEN}", list[str]()
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: nullcontext())
    leads = table._leading_to(address, tmp_path)
    for each in (leads, None):
        table._tell(address, 1, "zh", each)
    assert opened == [leads.as_uri()]
    assert f'content="0;url={address}"' in leads.read_text("utf-8")
    assert os.name == "nt" or leads.stat().st_mode & 0o777 == 0o600


def test_a_path_that_is_none_of_the_templates_of_the_table_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TemplateStaticFileHandler, "parse_url_path", lambda _, path: path)
    refuse_strange_paths()
    handler = TemplateStaticFileHandler.__new__(TemplateStaticFileHandler)
    for path in ("table/static/../../../table.ipynb", "table/static\\..\\x", "table/static", "table/x", ""):
        with pytest.raises(HTTPError, match="404"):
            handler.parse_url_path(path)
    assert handler.parse_url_path("table/static/page..js") == "table/static/page..js"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_labs_of_two_editions_show_each_its_own_and_end_with_all_they_started(tmp_path: Path) -> None:
    endings = [signal.SIGINT, signal.SIGHUP]
    with ExitStack() as stack:
        labs: list[tuple[subprocess.Popen[bytes], int]] = []
        for ending in endings:
            edition, runtime = write_small_edition(tmp_path / ending.name), tmp_path / f"runtime-{ending.name}"
            (runtime / WORKSPACE).parent.mkdir(parents=True)
            (runtime / WORKSPACE).write_text(json.dumps(ANOTHERS), "utf-8")
            labs.append(stack.enter_context(lab(edition, runtime, browser=f"{stand_in(runtime)} %s")))
        for ending, (process, port) in zip(endings, labs, strict=True):
            listed = {each["name"] for each in asked(port, "contents")["content"]}
            assert "一、数据.ipynb" in listed
            assert ANOTHERS["data"] != json.loads(answered(port, "lab/api/workspaces/default"))["data"]
            assert TOKEN not in seen(tmp_path / f"runtime-{ending.name}" / "asked")  # what anybody on the machine can read
            assert TOKEN in seen(tmp_path / f"runtime-{ending.name}" / "led")
            (kernel,) = started_kernels(process)
            assert kernel.environ()[EDITION] == str(tmp_path / ending.name)
            assert kernel.cwd() == str(tmp_path / ending.name / NOTEBOOKS)
            started = _children(process)
            process.send_signal(ending)
            assert process.wait(60) == 0
            assert not left_of(started, within=60)
            assert "received signal" not in (tmp_path / f"runtime-{ending.name}" / "log").read_text("utf-8")


@pytest.fixture
def notebooks(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The lab's own notebooks as the server has them: four that say that they are being computed, and go on when they may."""
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from traitlets import Any as Anything
    from traitlets.config import Configurable

    from toolkit.commands import lab_server

    class Server(Configurable):
        session_manager, kernel_manager = Anything(), Anything()
        log = logging.getLogger("lab")

    for number in range(1, 5):
        write_notebook(house / f"{number}.ipynb", LONG.format(folder=str(tmp_path), number=number), f"{number} * 11")
    (house / "1_data.ipynb").unlink()
    monkeypatch.setattr(lab_server, "house_folder", lambda _: house)
    edition = write_small_edition(tmp_path / "small")
    root = str(working_copies(edition, house).folder)
    manager: Any = AsyncMappingKernelManager
    server = Server(kernel_manager=manager(root_dir=root, connection_dir=str(tmp_path)))
    opened: Any = lab_server.ComputedNotebooks(parent=server, root_dir=root)
    opened.notary.db_file = ":memory:"
    opened.told = tmp_path
    server.session_manager = lab_server.OneKernel(kernel_manager=server.kernel_manager, contents_manager=opened)
    return opened


async def shown(notebooks: Any, path: str) -> list[str]:
    """What the code of a notebook shows when it is opened."""
    cells = (await notebooks.get(path))["content"]["cells"]
    return [output["data"]["text/plain"] for cell in cells for output in cell.get("outputs", ())]


async def begun(notebooks: Any, number: int) -> None:
    """Wait until a notebook is being computed."""
    for _ in range(PATIENCE):
        if (notebooks.told / f"begun-{number}").is_file():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(number)


def test_who_clicks_on_while_a_notebook_is_computed_gets_the_last_one_and_the_lab_goes_on(notebooks: Any) -> None:
    async def clicked_on() -> None:
        sessions = notebooks.parent.session_manager
        given_up = []
        for number, moment in ((3, 0.05), (1, 0.0), (4, None), (3, 0.3)):
            given_up.append(asyncio.create_task(shown(notebooks, f"{number}.ipynb")))
            await (begun(notebooks, number) if moment is None else asyncio.sleep(moment))
        (notebooks.told / "go-2").touch()
        assert await shown(notebooks, "2.ipynb") == ["22"]
        assert [session["path"] for session in await sessions.list_sessions()] == ["2.ipynb"]
        assert await asyncio.gather(*given_up) == [[], [], [], []]
        (notebooks.told / "go-3").touch()
        assert await shown(notebooks, "3.ipynb") == ["33"]
        assert [session["path"] for session in await sessions.list_sessions()] == ["3.ipynb"]
        assert len(notebooks.parent.kernel_manager.list_kernel_ids()) == 1
        await notebooks.parent.kernel_manager.shutdown_all()

    asyncio.run(clicked_on())


def test_a_notebook_that_somebody_wrote_into_is_not_computed(notebooks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(notebooks.root_dir) / "1.ipynb"
    held = json.loads(path.read_text("utf-8"))
    held["cells"].append(REMARK)
    path.write_text(json.dumps(held), "utf-8")
    asyncio.run(notebooks._compute("1.ipynb"))
    assert "“1”" in capsys.readouterr().out
    assert not (notebooks.told / "begun-1").exists()


def test_a_remark_saved_while_its_notebook_is_computed_stays(notebooks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def remarked() -> Any:
        opening = asyncio.create_task(shown(notebooks, "1.ipynb"))
        await begun(notebooks, 1)
        path = Path(notebooks.root_dir) / "1.ipynb"
        held = json.loads(path.read_text("utf-8"))
        held["cells"].append(REMARK)
        await notebooks.save({"type": "notebook", "format": "json", "content": held}, "1.ipynb")
        (notebooks.told / "go-1").touch()
        assert await opening == []
        await notebooks.parent.kernel_manager.shutdown_all()
        return cells(path)[-1]

    assert "".join(asyncio.run(remarked())["source"]) == REMARK["source"]
    assert "“1”在计算时被改动过：改动原样保留" in capsys.readouterr().out


def test_an_ending_that_comes_at_once_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    from toolkit.commands import lab as labs

    def started(*_: object, **__: object) -> subprocess.Popen[bytes]:
        os.kill(os.getpid(), signal.SIGTERM)
        return popen([sys.executable, "-c", "import time; time.sleep(60)"])

    popen: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen
    monkeypatch.setattr("toolkit.commands.lab.subprocess.Popen", started)
    begun = time.monotonic()
    assert labs.run_until_ended([], {}) == 0
    assert time.monotonic() - begun < 30
