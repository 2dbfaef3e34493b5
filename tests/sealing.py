"""What the tests of seals share: a house with two notebooks, a public extract, and a forger's tools."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Problems
from toolkit.ground.resources import file_digest
from toolkit.sealing import seal_edition
from toolkit.sealing.bag import MANIFEST, TAG_MANIFEST

DAY = dt.date(2019, 3, 1)
ROWS = "len((Path(os.environ['COMMITTEE_EDITION']) / 'records' / '会员名册.csv').read_text('utf-8').splitlines())"
IMPORTS = "import os\nfrom pathlib import Path"


def extract(
    evaluation: Evaluation, revision: str, digests: Mapping[str, str], sealed_on: dt.date, folder: Path
) -> None:
    folder.mkdir(parents=True)
    awarded = evaluation.ranking.loc[evaluation.ranking["award"] != "", "name"].tolist()
    notice = {"revision": revision, "sealed_on": str(sealed_on), "digests": dict(digests), "awarded": awarded}
    (folder / "notice.json").write_text(json.dumps(notice, ensure_ascii=False), encoding="utf-8")


def write_notebook(path: Path, *cells: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    code: list[dict[str, object]] = [{"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
            for n, cell in enumerate(cells)]  # fmt: skip
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def write_house(folder: Path) -> Path:
    """Notebooks and a page, written into `folder`."""
    write_notebook(folder / "1_data.ipynb", IMPORTS, ROWS)
    page = "sorted(path.name for path in Path(os.environ['COMMITTEE_PUBLIC']).iterdir())"
    write_notebook(folder / "pages" / "results.ipynb", IMPORTS, page)
    return folder


def sealed(edition: Path, house: Path, revision: str = "r1") -> Path:
    return seal_edition(
        edition, revision, notebooks=house, pages=house / "pages", extract=extract, sealed_on=DAY
    )


def files(bag: Path) -> list[Path]:
    return sorted(path for path in bag.rglob("*") if path.is_file())


def named(problems: Problems) -> set[str]:
    return {problem.file for problem in problems.errors}


def with_new_manifests(bag: Path) -> None:
    """What a forger does: recompute every digest."""
    for manifest in (MANIFEST, TAG_MANIFEST):
        names = [line.split("  ", 1)[1] for line in (bag / manifest).read_text("utf-8").splitlines()]
        lines = (f"{file_digest(bag / name)}  {name}\n" for name in names)
        if manifest == MANIFEST:
            size = sum((bag / name).stat().st_size for name in names)
            info = (bag / "bag-info.txt").read_text("utf-8").splitlines()
            kept = [line for line in info if not line.startswith("Payload-Oxum")]
            (bag / "bag-info.txt").write_text(
                "\n".join([*kept, f"Payload-Oxum: {size}.{len(names)}\n"]), "utf-8"
            )
        (bag / manifest).write_text("".join(lines), "utf-8")
