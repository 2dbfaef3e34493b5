"""How a served site bears its readers: many on the pages without a kernel, and crowds at the list with filters beside a plain Voilà page.

Run ``python benchmarks/site.py [BAG]``; without a bag the demo is sealed first. A thousand readers, each on a connection of its own,
ask for a page every five seconds, and a browser beside them opens the notice; by turns with Python's own web server on the same folder, and
with nginx where it is installed. Then 1, 5, 20, 40 and 100 readers come at once to the list with filters, each from an address of its
own, and to what one would write for oneself: the names in a widget with a field to filter them, in Voilà as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped,unused-ignore]
from figures import Figures

from tests.processes import free_port
from tests.sealed_page import passes
from toolkit.commands.seal import copied_anew
from toolkit.ground.resources import house_folder
from toolkit.publication.copies import CALLED
from toolkit.publication.read_only import open_files
from toolkit.publication.server import Settings, served, write_nginx
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.site import fresh_site

READERS, PAUSE, SECONDS, OPENINGS = 1000, 5, 10, 5
CROWDS = (1, 5, 20, 40, 100)
MOST_PLAIN = 40
"""No more come to the plain page, which has no bound: each takes a kernel."""
LONGEST = 180.0
PLAIN = """
import ipywidgets as widgets
names = [f"会员{n:03}有限公司" for n in range(95)]
asked, shown = widgets.Text(), widgets.HTML()
def choose(_=None):
    shown.value = "<h1>名单</h1>" + "".join(f"<li>{name}</li>" for name in names if asked.value in name)
asked.observe(choose, "value"); choose()
widgets.VBox([asked, shown])
"""


@dataclass(frozen=True)
class Answer:
    """What one reader saw: seconds to the heading and to the whole page, the status, and the kernel it was given."""

    heading: float
    whole: float
    status: int
    kernel: str


async def asked(address: str, path: str, number: int, method: str = "GET") -> Answer:
    """One page, on a connection of its own, from an address of its own."""
    where, start = urlsplit(address), time.perf_counter()
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    client = f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
    writer.write(f"{method} {where.path}{path} HTTP/1.1\r\nHost: {where.netloc}\r\nX-Forwarded-For: {client}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    content, heading = b"", 0.0
    while more := await reader.read(65536):
        content += more
        if not heading and b"<h1" in content:
            heading = time.perf_counter() - start
    writer.close()
    kernel = re.search(rb'"kernelId": "([0-9a-f-]{36})"', content)
    return Answer(heading, time.perf_counter() - start, int(content[9:12] or 0), kernel[1].decode() if kernel else "")


async def crowd(address: str, path: str, size: int) -> list[Answer]:
    """So many at once; whoever has no answer by `LONGEST` hangs, and has status 0."""
    async def patient(number: int) -> Answer:
        with contextlib.suppress(TimeoutError, OSError):
            return await asyncio.wait_for(asked(address, path, number), LONGEST)
        return Answer(LONGEST, LONGEST, 0, "")

    return list(await asyncio.gather(*map(patient, range(size))))


async def reads(address: str, path: str, number: int, until: float) -> list[float]:
    """A reader who asks for a page every `PAUSE` seconds on one connection; seconds each took, `LONGEST` where there was none."""
    where, taken = urlsplit(address), []
    await asyncio.sleep(PAUSE * number / READERS)
    while time.perf_counter() < until:
        try:
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            while time.perf_counter() < until:
                start = time.perf_counter()
                writer.write(f"GET {where.path}{path} HTTP/1.1\r\nHost: {where.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int((re.search(rb"(?i)content-length: (\d+)", head) or [b"", b"0"])[1]))
                taken.append(time.perf_counter() - start)
                await asyncio.sleep(max(0.0, PAUSE - taken[-1]))
            writer.close()
        except (OSError, EOFError):
            taken.append(LONGEST)
            await asyncio.sleep(1)
    return taken


def readers(address: str) -> tuple[list[float], list[float]]:
    """Seconds that the pages of a thousand readers took, and that a browser took meanwhile to the heading."""
    browser = subprocess.Popen([sys.executable, __file__, "--browser", address], stdout=subprocess.PIPE)  # noqa: S603 - this file
    async def all_of_them() -> list[list[float]]:
        until = time.perf_counter() + SECONDS
        return await asyncio.gather(*(reads(address, "index.html", number, until) for number in range(READERS)))

    taken: list[float] = []
    while browser.poll() is None:
        taken += [seconds for own in asyncio.run(all_of_them()) for seconds in own]
    return taken, json.loads(browser.communicate()[0])


def openings(address: str) -> list[float]:
    """Seconds from the address to the heading on the screen, in a browser that keeps nothing."""
    from playwright.sync_api import Error, sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        seconds = []
        for _ in range(OPENINGS + 1):
            page = browser.new_page()
            start = time.perf_counter()
            with contextlib.suppress(Error):
                page.goto(f"{address}index.html", wait_until="commit")
                page.wait_for_selector("h1")
            seconds.append(time.perf_counter() - start if page.locator("h1").count() else LONGEST)
            page.close()
        browser.close()
    return seconds[1:]


@contextlib.contextmanager
def started(command: Sequence[str], port: int, folder: Path) -> Iterator[None]:
    """A server as a process of its own, once its port answers."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own commands
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                asyncio.run(asked(f"http://127.0.0.1:{port}/", "nowhere", 0))
                break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def kernels_memory() -> float:
    """MB of every kernel that runs below this process; what copies share is counted once, and the process they are copies of with them."""
    held: dict[psutil.Process, float] = {}
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a kernel that nobody joins ends
            if "ipykernel" in (words := " ".join(one.cmdline())) or CALLED in words:
                held[one] = one.memory_full_info().pss / 2**20
    copied = [one for one in held if one.is_running() and one.parent() in held]
    return sum(held.values()) / max(1, len(copied or held))


def crowds(figures: Figures, name: str, address: str, path: str, *, ours: bool) -> None:
    """Crowds of every size at one page, each gone before the next one comes."""
    for size in CROWDS:
        if not ours and size > MOST_PLAIN:
            continue
        answers = asyncio.run(crowd(address, path, size))
        hung, failed = sum(one.status == 0 for one in answers), sum(one.status not in {200, 503} or (ours and not one.heading) for one in answers)
        memory = kernels_memory()
        asyncio.run(leave(address, [one.kernel for one in answers if one.kernel]))
        heading = f"heading {statistics.median(one.heading for one in answers):.2f} s (the last {max(one.heading for one in answers):.2f}), " if ours else ""
        print(f"  {name}, {size} at once: {heading}whole page {statistics.median(one.whole for one in answers):.2f} s, without a kernel {sum(one.status == 503 for one in answers)}, failed {failed}, {memory:.0f} MB a kernel", flush=True)
        if ours:
            figures.at_most(f"{name}, {size} at once: no answer, or no heading", hung + failed, 0, "readers")
        if ours and size == min(40, max(CROWDS)):
            figures.at_most(f"{name}, {size} at once: to the heading, the last", max(one.heading for one in answers), 2, "s", aim=True)
            figures.at_most(f"{name}: memory a reader", memory, 28, "MB", aim=True)


async def leave(address: str, kernels: list[str]) -> None:
    """Everybody goes."""
    await asyncio.gather(*(asked(address, f"voila/api/shutdown/{kernel}", 0, "POST") for kernel in kernels))
    await asyncio.sleep(3)


def main() -> None:
    """The site, then the crowds."""
    figures = Figures("site")
    open_files()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        bag = Path(sys.argv[1]) if sys.argv[1:] else sealed_demo(folder)
        site = partial(fresh_site, begins=None, today=dt.date.today())  # noqa: DTZ011 - the wall's date
        (page,) = stack.enter_context(served([bag], port := free_port(), settings=Settings(site=site), verify=passes))
        names = {"committee serve": page.address}
        whole = sum(len(gzip.compress(path.read_bytes())) for path in (page.folder / "site").rglob("*") if path.is_file())
        figures.at_most("the whole site, compressed", whole / 1000, 300, "KB")
        stack.enter_context(started([sys.executable, "-m", "http.server", str(plain := free_port()), "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"], plain, page.folder / "site"))
        names["Python's own web server"] = f"http://127.0.0.1:{plain}/"
        if nginx := shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
            command = write_nginx(folder / "front", front := free_port(), [port], "/")
            written = folder / "front" / "nginx.conf"
            written.write_text(written.read_text(encoding="utf-8").replace("limit_conn connections 100;", ""), encoding="utf-8")  # all these readers are one address
            stack.enter_context(started([nginx, *command[1:], *(["-g", "user root;"] if os.geteuid() == 0 else [])], front, folder))
            names["nginx before it"] = f"http://127.0.0.1:{front}/"
        for name, address in names.items():
            taken, browser = readers(address)
            print(f"  {name}, {READERS:,} readers: {len(taken):,} pages, of which {taken.count(LONGEST):,} never came, median {1000 * statistics.median(taken):.0f} ms, 95 % within {1000 * statistics.quantiles(taken, n=20)[-1]:.0f} ms; "
                  f"heading in a browser {1000 * statistics.median(browser):.0f} ms", flush=True)
            if not name.startswith("Python"):
                figures.at_most(f"{name}, {READERS:,} readers: pages that never came", taken.count(LONGEST), 0, "pages")
                figures.at_most(f"{name}, {READERS:,} readers: heading in a browser", statistics.median(browser), 0.3, "s", aim=not name.startswith("nginx"))
        crowds(figures, "list with filters", page.address, "live", ours=True)
        (folder / "plain.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": PLAIN}], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 4}), encoding="utf-8")
        voila = free_port()
        with started([sys.executable, "-m", "voila", "plain.ipynb", "--no-browser", f"--port={voila}"], voila, folder):
            crowds(figures, "plain Voilà page", f"http://127.0.0.1:{voila}/", "", ours=False)
    figures.end()


def sealed_demo(folder: Path) -> Path:
    """The demo, sealed."""
    copied_anew(house_folder("data/demo"), folder / "demo")
    return seal_edition(folder / "demo", "r1")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--browser"]:
        print(json.dumps(openings(sys.argv[2])))
    else:
        main()
