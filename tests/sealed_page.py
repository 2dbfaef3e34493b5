"""A bag with a public page, as sealing leaves it, with names that try to be more than text; and a server for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import free_port
from toolkit.ground.problems import Problems
from toolkit.ground.resources import house_folder
from toolkit.publication.extract import Extract
from toolkit.publication.readers import Patience
from toolkit.publication.server import Settings, served

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">公司",
    "<script>document.title='owned'</script>公司",
)
MEMBERS: dict[str, dict[str, tuple[str, ...]]] = {
    "优秀会员": {"采购人": ("广州市粤达采购中心",), "招标代理机构": ("佛山市正达招标代理有限公司",)},
    "先进会员": {"采购人": ("广州市恒达采购中心", "肇庆市信达采购中心"), "招标代理机构": HOSTILE},
}
SECRET = "13800138000"
"""Stands in the bag's records; it must never be served."""


def sample_extract() -> Extract:
    """Six awarded members in two classes, and three that did not agree to be named."""
    rows = tuple(
        {"name": name, "class": class_, "award": award}
        for award, classes in MEMBERS.items()
        for class_, names in classes.items()
        for name in names
    )
    notice = {
        "title": "评选办法 <b>2018</b>",
        "edition": "test-2018",
        "revision": "r1",
        "approval": "测试〔2019〕1 号",
        "as_of": "2018-12-31",
        "working_days": 7,
        "contact": "秘书处",
        "language": "zh",
        "order": "name",
        "fields": ["name", "class", "award"],
        "awards": [
            {"id": "outstanding", "label": "优秀会员", "count": 3, "unnamed": 1},
            {"id": "advanced", "label": "先进会员", "count": 6, "unnamed": 2},
        ],
        "named": 6,
        "unnamed": 3,
        "obliged": {},
        "classes": ["采购人", "招标代理机构"],
        "members": 30,
        "applied": 20,
        "digests": {"scheme": "a" * 64, "records": "b" * 64, "ranking": "c" * 64},
        "sealed_on": "2019-01-25",
        "toolkit_version": "0.1.0",
    }
    return Extract(notice, rows)


def write_bag(folder: Path) -> Path:
    """The parts of a sealed bag that serving looks at, and records that it must leave alone."""
    sample_extract().write(folder / "data" / "public")
    (folder / "data" / "pages").mkdir()
    shutil.copyfile(
        house_folder("notebooks") / "pages" / "results.ipynb", folder / "data/pages/results.ipynb"
    )
    (folder / "data" / "edition" / "records").mkdir(parents=True)
    (folder / "data" / "edition" / "records" / "members.csv").write_text(
        f"name,phone\n甲,{SECRET}\n", "utf-8"
    )
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    return folder


@contextmanager
def served_page(folder: Path, most_viewers: int = 40, **patience: float) -> Iterator[str]:
    """The address of a page of the bag written into `folder`; `patience` in seconds, where the usual one is too long."""
    with served(
        [write_bag(folder)], free_port(), settings=Settings(most_viewers=most_viewers, patience=Patience(**patience)), verify=passes
    ) as pages:
        yield pages[0].address


def passes(_: Path) -> Problems:
    """The verification of a bag without fault."""
    return Problems()
