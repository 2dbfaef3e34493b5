"""The command ``table``: the weight board of an edition alone, as a page of this machine, with nothing to delete and no code."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import tempfile
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import typer

from toolkit.commands.console import LanguageOption, language_of, refusals, say
from toolkit.commands.lab import DEMO, run_until_ended, server
from toolkit.commands.seal import copied_demo
from toolkit.ground.text import ASKED, LANGUAGE_TAGS, Language, phrase

HOST, PAGE = "127.0.0.1", "table.ipynb"
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
SOURCES = (
    "from toolkit.interactive.weight_board import edition_board\n\nedition_board({language!r})",
    "from toolkit.interactive.ballot_paper import BallotPaper, ballot_paper\n\nballot = ballot_paper(language={language!r})\nballot if isinstance(ballot, BallotPaper) else None",
    "from toolkit.interactive.score_paper import ScorePaper, score_paper\n\nsheet = score_paper(language={language!r})\nsheet if isinstance(sheet, ScorePaper) else None",
)
"""The cells behind the page: the board, and below it what an expert fills in, where there is anything to vote on or to score."""
TITLE = ("权重与名单", "Weights and the list")
OPENING = ("正在读入记录并计算……", "Reading and evaluating the records …")
OPEN = (
    "权重与名单：{address}\n浏览器没有打开的，请把这个地址粘贴进去。地址带有口令，只在本机有效。按 Ctrl-C 停止。",
    "Weights and the list: {address}\nShould no browser open it, paste the address into one. It holds a password and is good on this machine only. Press Ctrl-C to stop.",
)
LEADS = '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url={address}">'
"""A file for the browser in place of the address: what stands on a command line, every account of the machine can read."""


def table(
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, metavar="届次文件夹 EDITION", help="一届的文件夹 the edition folder")] = None,
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=65_000, help="端口，0 为自选 the port; 0 chooses one")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="是否打开浏览器 whether to open a browser")] = True,
    language: LanguageOption = "zh",
) -> None:
    """只打开“权重与名单”一页：调权重、看名单、查原因、采用方案。 The weight board alone, as a page of this machine."""
    from toolkit.ground.resources import EDITION, edition_title, refuse_no_edition

    with refusals(language):
        edition = folder or copied_demo()
        if folder is None:
            say(language, phrase(*DEMO, folder=edition))
        refuse_no_edition(edition)
    port, token = port or free_port(), secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="committee-table-") as place:
        _write_page(Path(place), port, language_of(language), edition_title(edition))
        environment = os.environ | _private(Path(place)) | {EDITION: str(edition.resolve()), "JUPYTER_TOKEN": token, ASKED: language}
        address = f"http://{HOST}:{port}/?token={token}"
        leads = _leading_to(address, Path(place)) if open_browser else None
        Thread(target=_tell, args=(address, port, language, leads), daemon=True).start()
        raise typer.Exit(run_until_ended([*server("voila.app", "kernels.refuse_strange_paths(); "), PAGE], environment, Path(place)))


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _write_page(place: Path, port: int, language: Language, title: str) -> None:
    """The notebook that shows the board, and how it is served: to this machine, with a password, and no other file."""
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [{**cell, "id": f"cell-{number}", "source": source.format(language=language)} for number, source in enumerate(SOURCES)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
    words = {"language": LANGUAGE_TAGS[language], "title": f"{phrase(*TITLE).into(language)} · {title}", "opening": phrase(*OPENING).into(language)}
    notebook = {"cells": cells, "metadata": kernel | {"page": words}, "nbformat": 4, "nbformat_minor": 5}
    (place / PAGE).write_text(json.dumps(notebook), "utf-8")
    server = {"disable_check_xsrf": True, "ws_ping_interval": 0}  # a page that is left ends its kernel; a connection here ends by itself
    served: dict[str, Any] = {
        "ip": HOST, "port": port, "port_retries": 0, "open_browser": False, "auto_token": True, "log_level": "ERROR",
        "connection_dir_root": str(place), "tornado_settings": server, "kernel_websocket_connection_class": "toolkit.publication.page_kernels.PromptConnection",
    }  # fmt: skip
    page = {
        "template": "table", "allow_template_override": "NO", "allow_theme_override": "NO", "file_allowlist": [], "strip_sources": True,
        "show_tracebacks": False, "preheat_kernel": False, "extension_allowlist": EXTENSIONS,
    }  # fmt: skip
    gone = {"cull_idle_timeout": 60, "cull_interval": 30, "kernel_manager_class": "toolkit.commands.kernels.PageKernel"}  # pages that were closed or loaded anew
    transport = "tcp" if sys.platform == "win32" else "ipc"  # a socket file has no port that another start could take
    settings = {"Voila": served, "VoilaConfiguration": page, "MappingKernelManager": gone, "KernelManager": {"transport": transport}}
    (place / "voila.json").write_text(json.dumps(settings), "utf-8")


def _private(place: Path) -> dict[str, str]:
    """No setting of the user's own Jupyter reaches the page."""
    from toolkit.ground.resources import PACKAGE, house_folder, is_checkout

    private = {
        "JUPYTER_NO_CONFIG": "1", "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_PATH": str(house_folder("templates") / "table"),
        "JUPYTER_CONFIG_DIR": str(place), "JUPYTER_DATA_DIR": str(place / "data"), "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "IPYTHONDIR": str(place / "ipython"),
    }  # fmt: skip
    return private | ({"PYTHONPATH": str(PACKAGE.parent)} if is_checkout() else {})


def _leading_to(address: str, place: Path) -> Path:
    """A file in the private folder `place` that leads a browser to the address, and that nobody but its owner can read."""
    file = place / "open.html"
    file.touch(0o600)
    file.write_text(LEADS.format(address=address), "utf-8")
    return file


def _tell(address: str, port: int, language: str, leads: Path | None) -> None:
    """Say the address when something answers there, and open the file that leads to it."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            break
        time.sleep(0.1)
    say(language, phrase(*OPEN, address=address))
    if leads is not None:
        webbrowser.open(leads.as_uri())
