"""What every answer of a served page has in common, and the static site as it is answered: each file held ready, under its own content policy.

No kernel, no disk and no program stand behind the site: what is not among its files is not found.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler

from toolkit.publication.site import INDEX

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
UNFRAMED = "; frame-ancestors 'none'"
"""What no page can say of itself."""
HEADERS = {
    "Content-Security-Policy": f"{POLICY}{UNFRAMED}",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "committee",
}
BINARY = ".bin"
TYPES = {".html": "text/html", ".csv": "text/csv", ".json": "application/json"}
OWN_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)"')
NOTHING = "default-src 'none'"


class Closed:
    """What all answers have in common: the headers, and errors that say no more than their number."""

    def set_default_headers(self: Any) -> None:
        """The same headers on every answer, errors and files too."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def write_error(self: Any, status_code: int, **_: object) -> None:
        """The number of the error, and nothing of its cause."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


class Stroke(Closed, RequestHandler):
    """A page whose address was written with a stroke at its end: it stands beside that place, under whichever path."""

    def get(self, page: str) -> None:
        """Tell where it is, from there."""
        self.redirect(f"../{page}", permanent=True)


@dataclass(frozen=True)
class Held:
    """A file of the site as it is answered: its bytes, the same compressed, its type, its content policy and its digest."""

    content: bytes
    packed: bytes
    type: str
    policy: str
    tag: str


def held(site: Path) -> dict[str, Held]:
    """Every file of a site by its path; the notice by the empty path too."""
    files = {path.relative_to(site).as_posix(): _held(path) for path in sorted(site.rglob("*")) if path.is_file()}
    return files | {"": files[INDEX]}


def _held(path: Path) -> Held:
    content = path.read_bytes()
    type_ = TYPES.get(path.suffix, "text/plain")
    own = OWN_POLICY.search(content[:8192].decode("utf-8", "replace")) if type_ == "text/html" else None
    policy = html.unescape(own[1]) if own else NOTHING
    return Held(content, gzip.compress(content, 9, mtime=0), "application/octet-stream" if path.suffix == BINARY else f"{type_}; charset=utf-8", f"{policy}{UNFRAMED}", f'"{hashlib.sha256(content).hexdigest()}"')


class Paused(Closed, RequestHandler):
    """The one sentence that every address answers while the site may not be shown."""

    def initialize(self, page: str) -> None:
        """The page that says it."""
        self.page = page

    def prepare(self) -> None:
        """Whatever is asked for, and however."""
        self.set_status(503)
        self.set_header("Retry-After", "3600")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.page)


class SiteFile(Closed, RequestHandler):
    """A page or a file of the site."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, files: dict[str, Held]) -> None:
        """The files there are."""
        self.files = files

    def compute_etag(self) -> str | None:
        """Its digest, known before."""
        return self.asked.tag if self.asked else None

    def get(self, name: str) -> None:
        """The file, compressed for whoever takes it so."""
        self.asked = self.files.get(name)
        if self.asked is None:
            self.send_error(404)
            return
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", self.asked.type)
        self.set_header("Content-Security-Policy", self.asked.policy)
        packed = re.search(r"\bgzip\b", self.request.headers.get("Accept-Encoding", "")) is not None
        if packed:
            self.set_header("Content-Encoding", "gzip")
        self.finish(self.asked.packed if packed else self.asked.content)

    head = get
