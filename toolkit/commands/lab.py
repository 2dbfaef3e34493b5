"""The command ``lab``: JupyterLab on an edition's own notebooks, with everything it started ended when it is."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from toolkit.commands.console import LanguageOption, language_of, refusals, say
from toolkit.commands.seal import copied_demo
from toolkit.ground.problems import refuse
from toolkit.ground.resources import house_folder
from toolkit.ground.text import ASKED, Phrase, phrase

SETTINGS = "JUPYTER_CONFIG_PATH"
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
"""Ctrl-C, the end of the session, a terminal that is closed."""
PATIENCE = 15.0
"""Seconds for the server to end its kernels; a kernel whose server is gone ends by itself."""
ALLOWED = "--allow-root"
ROOT = Phrase("当前账户是系统管理员，笔记本不应以它打开：在页面上能做的，会以管理员身份做", "this account is root, and notebooks are not for it: whatever a page does would be done as root")
NOT_ROOT = Phrase(f"请换用普通账户；确要如此，请在命令后加 {ALLOWED}", f"use an ordinary account, or, where it is meant, add {ALLOWED} to the command")
DEMO = ("没有指明届次文件夹，打开演示届次：{folder}", "No edition folder was named: this is the demo, {folder}")


def lab(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, metavar="届次文件夹 EDITION", help="一届的文件夹 the edition folder")] = None,
    language: LanguageOption = "zh",
    *,
    root: Annotated[bool, typer.Option(ALLOWED, help="确以系统管理员（root）打开 as root, where it is meant")] = False,
) -> None:
    """在 JupyterLab 中打开本届自己的笔记本。 JupyterLab on the edition's own notebooks; its own options may follow."""
    from toolkit.ground.resources import EDITION
    from toolkit.sealing.working_copies import working_copies

    with refusals(language):
        _refuse_root(meant=root)
        edition = folder or copied_demo()
        if folder is None:
            say(language, phrase(*DEMO, folder=edition))
        copies = working_copies(edition, house_folder("notebooks"), language_of(language))
        for words in copies.words:
            say(language, words)
    # Few menus, in the reader's language, and no calls for news, unless the user's own settings say otherwise.
    house = house_folder("templates/lab")
    settings = os.pathsep.join(filter(None, [str(house), str(house / language_of(language)), os.environ.get(SETTINGS)]))
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_urlsafe(24)  # one that Jupyter chose itself it would tell in words of its own
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as sockets:  # the name of a socket may not be long
        options = _options(copies.folder.resolve(), _first(copies.names), Path(sockets) / "workspaces")
        ours = {"JUPYTER_TOKEN": token, "JUPYTER_RUNTIME_DIR": sockets, SETTINGS: settings, EDITION: str(edition.resolve()), ASKED: language}
        raise typer.Exit(run_until_ended([*server("jupyterlab.labapp"), *options, *[ALLOWED] * root, *_in_jupyters_words(context.args)], os.environ | ours))


def _in_jupyters_words(options: Sequence[str]) -> list[str]:
    """What was asked for, where Jupyter has another word than `committee table` for it.

    Examples
    --------
    >>> _in_jupyters_words(["--no-open", "--port=8899"])
    ['--no-browser', '--port=8899']
    """
    return ["--no-browser" if option == "--no-open" else option for option in options]


def _refuse_root(*, meant: bool) -> None:
    """Refuse the account that Jupyter would refuse, before anything is written."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not meant:
        raise refuse(ROOT, NOT_ROOT)


def _first(names: Sequence[str]) -> str:
    """The notebook that is opened: the table of weights, the third."""
    return names[min(2, len(names) - 1)]


def _options(folder: Path, first: str, workspaces: Path) -> list[str]:
    """What the server is told beside the settings in ``templates/lab``: what hangs on the edition and the machine.

    How its panes lie is in `workspaces`, not in the reader's own: whatever stood open in another lab does not stand beside the board.
    """
    given = {
        "ServerApp.root_dir": folder,
        "ComputedNotebooks.first": first, "LabApp.default_url": f"/doc/tree/{quote(first)}", "LabApp.workspaces_dir": workspaces,
        "KernelManager.transport": "tcp" if sys.platform == "win32" else "ipc",  # a socket file has no port that another start could take
    }  # fmt: skip
    return [f"--{name}={value}" for name, value in given.items()]


def server(application: str, before: str = "") -> list[str]:
    """The command that starts a server of Jupyter's, without what `toolkit.publication` leaves out, and what its kernels are copies of; `before` it, what else of `toolkit.commands.kernels` is called."""
    return [sys.executable, "-c", f"import toolkit.publication; from toolkit.commands import kernels; kernels.begin(); {before}from {application} import main; main()"]


def run_until_ended(command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> int:
    """Run a server, in `folder`, until it ends or this process is told to; the server is then told so too, and waited for.

    It runs in a session of its own, so that Ctrl-C reaches it by us alone and it asks nobody whether that was meant.
    """
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    with _endings() as signals:
        process = subprocess.Popen(command, env=environment, cwd=folder, **apart)  # noqa: S603 - our own words only
        try:
            while process.poll() is None and not signals:
                time.sleep(0.1)
            return 0 if signals else process.returncode
        finally:
            _stop(process)


@contextmanager
def _endings() -> Iterator[list[int]]:
    """The signals to end that have come so far."""
    signals: list[int] = []
    before = {ending: signal.signal(ending, lambda number, _: signals.append(number)) for ending in ENDINGS}
    try:
        yield signals
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
