"""Public pages: sealed editions, served read-only.

What `publish` writes is answered as it stands, to any number of readers; behind the list with filters alone stands a kernel.
`public_extract` makes what a page may know; `serve` shows it. Only a bag that verifies is served, and of it only the
public extract is taken, into a private folder: what may not be seen is not there. The notebook that shows it is the house's
own, for a bag's would be somebody else's program.

One served page as a process of its own: started in a private folder with a bare environment, and stopped.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import NoReturn
from urllib.parse import urlsplit

from toolkit.ground import resources as house
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.ground.writing import refusing, replaced_folder, write_whole
from toolkit.publication.extract import NOTICE, Extract, public_extract, read_extract
from toolkit.publication.notice import OBJECTION
from toolkit.publication.readers import MOST_VIEWERS, Patience
from toolkit.publication.site import INDEX, PAUSED, Period, notice_page, pause_page

__all__ = [
    "Extract",
    "Served",
    "Settings",
    "public_extract",
    "read_extract",
    "serve",
    "served",
]

PATIENCE = 120.0
"""Seconds a page has to answer after its start."""

CHECK_INSTALLATION = Phrase("请检查安装是否完整", "check that the installation is complete")
TOO_SLOW = ("等了 {seconds} 秒；这台计算机可能正忙，请稍后再试", "waited {seconds} s; this computer may be busy, try again later")
USUAL = Patience()
WriteSite = Callable[[Path, Path], Period]
IN_CHINESE = "A page opens in the language of its scheme; `English` at its head turns it."
GAVE_WAY = Phrase(
    "{day}：《{title}》的公示不能照原样继续，各页已改为一句“暂停公布”（{address}）。原因如下；处理后请重新运行 committee serve。",
    "{day}: {title} can no longer be shown as it was, and every page now says that it is not ({address}). The reasons follow; mend them, then run committee serve again.",
)
at_once = partial(print, flush=True)
"""A line is seen at once, also where the lines go to a file."""

NGINX = "nginx.conf"
PAGE, LOG, SITE, STILL = "results.ipynb", "log.txt", "site", "still.html"
STATIC = Path("voila/templates/committee/static")
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
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> Path:
        """What its process says of its troubles."""
        return self.folder / LOG


@dataclass(frozen=True)
class Settings:
    """How pages are served.

    Parameters
    ----------
    most_viewers
        Pages with filters open at once, for each bag; each has a kernel of about 25 MB. Who comes later reads the list without one.
    patience
        How long each is waited for.
    path
        Under which all addresses lie, with a stroke at both ends.
    site
        Writes the site of a bag into a folder, and gives how long its notice stands; without it there is the notice alone.
    kept
        Where a web server in front finds the site, and the list as a still page, while no page answers.
    """

    most_viewers: int = MOST_VIEWERS
    patience: Patience = USUAL
    path: str = "/"
    site: WriteSite | None = None
    kept: Path | None = None


@contextlib.contextmanager
def page_process(bag: Path, host: str, port: int, settings: Settings) -> Iterator[Served]:
    """The pages of one bag in a process of their own, stopped at the end of the block."""
    _refuse_taken(host, port)
    folder = Path(tempfile.mkdtemp(prefix="committee-")).resolve()
    process = None
    try:
        period = write_site(bag, folder / SITE, settings.site)
        title = _copied(bag, folder, period, settings.path)
        told = {"host": host, "port": port, "path": settings.path, "title": title, "most_viewers": settings.most_viewers, "patience": asdict(settings.patience)}
        process = _started(folder, told)
        yield Served(bag, title, f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.path}", process, folder)
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def write_site(bag: Path, place: Path, site: WriteSite | None) -> Period:
    """The site of a bag, in place of an earlier one: as `site` writes it, the notice alone for a bag of which it writes nothing; gives how long it stands."""
    with replaced_folder(place) as made:
        period = site(bag, made) if site is not None else None
        if not (made / INDEX).is_file():
            with _shown(bag):
                extract = read_extract(bag / "data" / "public")
                period = period or Period(None, extract.notice["working_days"])
                (made / INDEX).write_text(notice_page(extract, period, (INDEX,), live=True), encoding="utf-8", newline="\n")
        assert period is not None
        return period


@contextlib.contextmanager
def _shown(bag: Path) -> Iterator[None]:
    """What an extract lacks to be shown, in words."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise refuse(
            Phrase("公开摘要的内容不完整，无法显示", "the public extract is incomplete, so it cannot be shown"),
            Phrase("请重新封存并发布", "seal and publish the edition again"),
            file=str(bag),
        ) from error


def _copied(bag: Path, folder: Path, period: Period, path: str) -> str:
    """The house's page, and beside it the bag's extract, taken apart and written anew; gives the title."""
    from toolkit.publication.answers import POLICY
    from toolkit.publication.still_page import opening_page, still_page

    pages, static = house.house_folder("notebooks") / "pages", house.house_folder("templates") / "pages" / STATIC
    sealed = read_extract(bag / "data" / "public")
    extract = replace(sealed, notice={**sealed.notice, "period": asdict(period.in_words), "forms": (folder / SITE / OBJECTION).is_file()})
    with _shown(bag):
        still = still_page(extract, (static / "committee.css").read_text(encoding="utf-8"))
        opening = opening_page(extract, path, POLICY)
    (folder / "pages").mkdir()
    shutil.copyfile(pages / PAGE, folder / "pages" / PAGE)
    (folder / STILL).write_text(still, encoding="utf-8")
    (folder / "opening.html").write_text(opening, encoding="utf-8")
    extract.write(folder / "public")
    return str(extract.notice["title"])


def _started(folder: Path, settings: dict[str, object]) -> subprocess.Popen[bytes]:
    # Ctrl-C reaches every process of a terminal: the page is kept out of its reach and stopped in turn.
    apart = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter, without a shell
            [sys.executable, "-m", "toolkit.publication.read_only", json.dumps({"folder": str(folder), **settings})],
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


def await_page(page: Served) -> None:
    """Wait until the page's port answers; say why if it never does."""
    host, port = urlsplit(page.address).netloc.rsplit(":", 1)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and page.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), timeout=1):
            return
        time.sleep(0.05)
    tail = page.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise refuse(
        Phrase("公开页没有启动", "the page did not start"),
        CHECK_INSTALLATION if page.process.poll() is not None else phrase(*TOO_SLOW, seconds=f"{PATIENCE:.0f}"),
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


def path_of(text: str) -> str:
    """The path under which all addresses lie, with a stroke at both ends.

    Raises
    ------
    Refused
        When it has other signs than letters, digits, points, hyphens and low lines.

    Examples
    --------
    >>> path_of("gongshi"), path_of("/")
    ('/gongshi/', '/')
    """
    parts = [part for part in text.split("/") if part]
    if not all(re.fullmatch(r"[A-Za-z0-9_-][\w.-]*", part, re.ASCII) for part in parts):
        raise refuse(
            Phrase("网址中的路径只能用英文字母、数字、点、横线和下划线", "a path has letters, digits, points, hyphens and low lines alone"),
            Phrase("请改写，如 /2018/", "write it like /2018/"), column="--path", value=text,
        )  # fmt: skip
    return "".join(f"/{part}" for part in parts) + "/"


def write_nginx(folder: Path, port: int, ports: Sequence[int], path: str) -> list[str]:
    """Write into `folder` the configuration of an nginx before pages of one site; gives the command that starts it.

    Parameters
    ----------
    port
        On which nginx is to listen.
    ports
        Of the pages, on this machine.
    path
        Under which all addresses lie, as `path_of` gives it.
    """
    said = (house.house_folder("templates") / "site" / NGINX).read_text(encoding="utf-8")
    facts = {
        "folder": folder.resolve(), "port": port, "processes": f"{len(ports)} process" + "es" * (len(ports) > 1),
        "servers": "\n".join(f"    server 127.0.0.1:{own} max_fails=0;" for own in ports),
        "kept": folder.resolve() / SITE, "bare": f"location = {path[:-1]} {{ return 308 {path}; }}" if path != "/" else "", "path": path,
    }  # fmt: skip
    for name, value in facts.items():
        said = said.replace(f"@{name}@", str(value))
    with refusing(folder):
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        write_whole(folder / NGINX, said)
    return ["nginx", "-p", str(folder.resolve()), "-c", NGINX, "-e", "stderr"]


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
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


def serve(
    bags: Sequence[Path],
    port: int = 8866,
    open_browser: bool = False,  # noqa: FBT001, FBT002 - a switch of the command line
    host: str = "127.0.0.1",
    *,
    settings: Settings = Settings(),
    language: Language = "zh",
    verify: Callable[[Path], Problems],
    say: Callable[[str], None] = at_once,
) -> None:
    """Serve the public pages of sealed bags until interrupted (Ctrl-C or SIGTERM); on a new day they are made anew.

    Parameters
    ----------
    bags
        One sealed bag for each site.
    port
        Of the first one; each further one has the next.
    open_browser
        Whether to open the first one.
    host
        Address to listen on. The default can be reached from this computer only.
    settings
        How they are served.
    language
        Of the lines for whoever started it; the pages have their own switch.
    verify
        What checks a bag, such as `toolkit.sealing.verify_bag`.
    say
        Takes the lines for whoever started it; they are written at once, to a file too.

    Raises
    ------
    Refused
        If a bag does not verify, holds no public page or one for which no member was asked, a port is taken, or a page
        stops by itself.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        _terminated_as_interrupted(),
        served(bags, port, host, settings=settings, verify=verify) as pages,
    ):
        for page in pages:
            say(f"{page.title}\n  {page.address}")
        if language == "en" and any(read_extract(page.bag / "data" / "public").notice["language"] != "en" for page in pages):
            say(IN_CHINESE)
        say(Phrase("按 Ctrl-C 停止。", "Press Ctrl-C to stop.").into(language))
        if open_browser:
            webbrowser.open(pages[0].address)
        day = dt.date.today()  # noqa: DTZ011 - the wall's date
        while True:
            time.sleep(1)
            for page in pages:
                _refuse_stopped(page)
            if dt.date.today() != day:  # noqa: DTZ011 - a record whose days are over is gone
                day = dt.date.today()  # noqa: DTZ011
                renew(pages, settings, language, say)


def renew(pages: Sequence[Served], settings: Settings, language: Language, say: Callable[[str], None]) -> None:
    """Make each site anew; one that may not be made gives way to a sentence that says so, and why is told to whoever started it."""
    for page in pages:
        try:
            write_site(page.bag, page.folder / SITE, settings.site)
        except Refused as refused:
            with replaced_folder(page.folder / SITE) as made:
                (made / PAUSED).write_text(pause_page(), encoding="utf-8", newline="\n")
            told = phrase(GAVE_WAY.zh, GAVE_WAY.en, day=dt.date.today(), title=page.title, address=page.address)  # noqa: DTZ011 - the wall's date
            say(f"{told.into(language)}\n{refused.problems.text(language)}")
    keep(pages[0], settings.kept)


def keep(page: Served, kept: Path | None) -> None:
    """The site as it is now, for a web server in front: nothing else where nothing else is to be shown."""
    if kept is None:
        return
    with replaced_folder(kept) as made:
        shutil.copytree(page.folder / SITE, made, dirs_exist_ok=True)
        if (made / INDEX).is_file():
            shutil.copyfile(page.folder / STILL, made / STILL)


@contextlib.contextmanager
def served(
    bags: Sequence[Path],
    port: int = 8866,
    host: str = "127.0.0.1",
    *,
    settings: Settings = Settings(),
    verify: Callable[[Path], Problems],
) -> Iterator[list[Served]]:
    """The public pages of sealed bags, served for as long as the block runs; see `serve`."""
    _refuse_unsealed(bags, verify)
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(page_process(bag, host, port + place, settings)) for place, bag in enumerate(bags)]
        for page in started:
            await_page(page)
        keep(started[0], settings.kept)
        yield started


def _refuse_stopped(page: Served) -> None:
    if page.process.poll() is not None:
        raise refuse(
            Phrase("公开页意外停止", "the page has stopped by itself"),
            Phrase("请重新运行 committee serve", "run committee serve again"),
            file=str(page.bag),
            value=page.address,
        )


def _refuse_unsealed(bags: Sequence[Path], verify: Callable[[Path], Problems]) -> None:
    """Refuse, with all problems of all bags at once, what is not a sealed bag with a public page that members agreed to."""
    problems = Problems()
    for bag in dict.fromkeys(bags):
        try:
            problems += _unsealed(bag, verify)
        except Refused as refused:
            problems += refused.problems
    if problems.errors:
        raise Refused(problems)


def _unsealed(bag: Path, verify: Callable[[Path], Problems]) -> Problems:
    if not (bag / "bagit.txt").is_file():
        raise refuse(
            Phrase("不是封存包，不能公开", "not a sealed bag, so it is not served"),
            Phrase("请先用 committee seal 封存", "seal the edition first, with committee seal"),
            file=str(bag),
        )
    problems = verify(bag)
    if not problems.errors:
        _refuse_unasked(bag)
    return problems


def _refuse_unasked(bag: Path) -> None:
    """A whole bag is not served where it has no public page, or its list names members that nobody asked."""
    again = Phrase("补齐后请另封一版，公开新的一版", "complete the scheme, then seal another revision and serve that")
    if not (bag / "data" / "public" / NOTICE).is_file():
        rule = Phrase(
            "封存包中没有公开页：封存时办法没有批准文号（approval）、公示内容（[publication]）或会员同意的规定（[publication.consent]）",
            "the bag holds no public page: when it was sealed, the scheme lacked approval, [publication] or [publication.consent]",
        )
        raise refuse(rule, again, file=str(bag))
    if not read_extract(bag / "data" / "public").asked:
        rule = Phrase(
            "封存时没有征求会员是否同意公开（办法没有 [publication.consent]），名单可能列有不同意公开的会员，不能公开；仍可核对、重算",
            "when it was sealed, the scheme had no [publication.consent]: the list may name members that did not agree to it. "
            "It is not served; it can be verified and replayed",
        )
        mend = Phrase(
            "请在 scheme.toml 中写明 [publication.consent]，另封一版（committee seal 届次 --as 新版次 --revises 原版次 --because 理由），公开新的一版",
            "write [publication.consent] in scheme.toml, seal another revision (committee seal DIR --as NEW --revises FORMER --because WHY) and serve that",
        )
        raise refuse(rule, mend, file=str(bag))


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """While the block runs, SIGTERM ends it as Ctrl-C does; only the main thread may ask for this."""
    stopping = (signal.SIGINT, signal.SIGTERM)

    def interrupt(*_: object) -> NoReturn:
        for sign in stopping:  # asked twice, it must not stop halfway through stopping
            signal.signal(sign, signal.SIG_IGN)
        raise KeyboardInterrupt

    if current_thread() is not main_thread():
        yield
        return
    before = [signal.signal(sign, interrupt) for sign in stopping]
    try:
        yield
    finally:
        for sign, handler in zip(stopping, before, strict=True):
            signal.signal(sign, handler)
