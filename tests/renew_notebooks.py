"""Execute the committed notebooks anew, after the demo edition or what they show has changed.

Run ``make notebooks``, then read the difference: every figure that moved is a result that changed.
"""

from __future__ import annotations

from typing import Any

import nbformat

from toolkit.ground.resources import house_folder
from toolkit.sealing.notebooks import run_notebooks

HERE = house_folder("notebooks")
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FOLDED = {"jupyter", "deletable", "editable", "english", "jp-MarkdownHeadingCollapsed"}
"""What of a cell's settings stays: whether it is folded, whether it can be taken away, and what it says in English."""
LIVE = "application/vnd.jupyter.widget-view+json"


def settled(notebook: Any) -> Any:
    """The notebook without what differs from run to run: versions, metadata, ids of live widgets."""
    notebook.metadata = KERNEL | {"title": notebook.metadata.title} if "title" in notebook.metadata else KERNEL
    for cell in notebook.cells:
        cell.metadata = {key: held for key, held in cell.metadata.items() if key in FOLDED}
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(LIVE, None)
            if "metadata" in output:
                output.metadata = {}
    return notebook


def main() -> None:
    """Execute both folders of notebooks in place."""
    places = {"COMMITTEE_EDITION": house_folder("data/demo"), "COMMITTEE_PUBLIC": HERE / "pages" / "public"}
    for folder in (HERE, HERE / "pages"):
        run_notebooks(folder, folder, places, progress=print)
        for path in folder.glob("*.ipynb"):
            nbformat.write(settled(nbformat.read(path, as_version=4)), path)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
