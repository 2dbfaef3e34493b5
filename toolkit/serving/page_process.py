"""One served page as a process of its own: started in a private folder with a bare environment, and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit import house
from toolkit.errors import refuse
from toolkit.extract import Extract, read_extract
from toolkit.text import Phrase, phrase

MOST_VIEWERS = 40
PATIENCE = 30.0
"""Seconds a page has to answer after its start."""

KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
)  # fmt: skip
"""Environment variables a page needs; others may hold passwords and stay out of it."""


@dataclass(frozen=True)
class Served:
    """A page that is being served."""

    bag: Path
    title: str
    address: str


@contextlib.contextmanager
def page_process(
    bag: Path, host: str, port: int, most_viewers: int
) -> Iterator[tuple[subprocess.Popen[bytes], Served, Path]]:
    """The page of one bag in a process of its own, stopped at the end of the block."""
    _refuse_taken(host, port)
    folder = Path(tempfile.mkdtemp(prefix="committee-")).resolve()
    process = None
    try:
        extract = _copied(bag, folder)
        page = Served(bag, extract.notice["title"], f"http://{host}:{port}/")
        settings = {"host": host, "port": port, "title": page.title, "most_viewers": most_viewers}
        process = _started(folder, settings)
        yield process, page, folder / "log.txt"
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _copied(bag: Path, folder: Path) -> Extract:
    """The page and the extract alone, taken out of the bag."""
    (folder / "pages").mkdir()
    shutil.copyfile(bag / "data" / "pages" / "results.ipynb", folder / "pages" / "results.ipynb")
    extract = read_extract(bag / "data" / "public")
    extract.write(folder / "public")
    return extract


def _started(folder: Path, settings: dict[str, object]) -> subprocess.Popen[bytes]:
    # Ctrl-C reaches every process of a terminal: the page is kept out of its reach and stopped in turn.
    apart = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter, without a shell
            [sys.executable, "-m", "toolkit.serving.read_only", json.dumps({"folder": str(folder), **settings})],
            cwd=folder / "pages",
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            **apart,  # type: ignore[call-overload,unused-ignore]
        )


def _environment(folder: Path) -> dict[str, str]:
    """No setting of the user's own Jupyter reaches a page: extensions, templates and start-up scripts stay away."""
    private = {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": str(house.house_folder("templates") / "pages"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter" / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONUTF8": "1",
        "COMMITTEE_PUBLIC": str(folder / "public"),
    }
    if house.is_checkout():
        private["PYTHONPATH"] = str(house.PACKAGE.parent)
    return {name: os.environ[name] for name in KEPT if name in os.environ} | private


def await_page(process: subprocess.Popen[bytes], page: Served, log: Path) -> None:
    """Wait until the page's port answers; say why if it never does."""
    host, port = page.address.removeprefix("http://").rstrip("/").rsplit(":", 1)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        time.sleep(0.05)
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise refuse(
        Phrase("公开页没有启动", "the page did not start"),
        Phrase("请检查安装是否完整", "check that the installation is complete"),
        file=str(page.bag),
        value=" ".join(tail),
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End its input, which asks it to stop; then insist."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        if sys.platform != "win32":  # there it would allow a second listener
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise refuse(
                phrase("端口 {port} 已被占用或不可用", "port {port} is taken or not allowed", port=port),
                Phrase("请用 --port 另选一个端口", "choose another with --port"),
                value=f"{host}:{port}",
            ) from error
