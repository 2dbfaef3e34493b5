"""Drawing: boxes, lines and words on a sheet measured in points, as one SVG that is the same everywhere.

Words stay text. They are placed by the metrics of the one font matplotlib brings along, and shown in the
reader's own Chinese font; so no byte of a picture depends on the fonts installed where it was drawn.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from toolkit.ground.display import Align, Picture, display_width, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

FONTS = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif"
INK, FAINT = "#222222", "#c9c9c9"
SIZE = 12.0

_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "committee",
    "font.family": ["DejaVu Sans"],
    "hatch.linewidth": 0.8,
    "axes.unicode_minus": False,
}


@dataclass(frozen=True)
class Fill:
    """A colour with a hatch, told apart by lightness alone when printed in black and white."""

    colour: str
    hatch: str = ""
    edge: str = "#ffffff"


FILLS = (
    Fill("#17375e"),
    Fill("#e9a13b", "////", "#7a4a00"),
    Fill("#8fc1b5", "....", "#23564b"),
    Fill("#b79ccb", "xxxx", "#4d2f66"),
)
PART = Fill("#a9c0da", "", "#5f7d9e")
PAPER = Fill("#ffffff")
REST = Fill("#e4e4e4", "", "#9a9a9a")


class Sheet:
    """A white sheet of `width` x `height` points, y downwards, on which a picture is drawn."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._strokes: list[Callable[[Axes], object]] = []

    def box(self, x: float, y: float, width: float, height: float, fill: Fill) -> None:
        """A filled rectangle with its upper left corner at (x, y)."""
        look = {"facecolor": fill.colour, "hatch": fill.hatch, "edgecolor": fill.edge, "linewidth": 0.5}
        self._strokes.append(lambda axes: axes.add_patch(_rectangle(x, y, width, height, look)))

    def line(
        self, x: tuple[float, float], y: tuple[float, float], *, colour: str = INK, dashed: bool = False
    ) -> None:
        """A straight line from (x[0], y[0]) to (x[1], y[1])."""
        look = (1.2, "--") if dashed else (0.8, "-")
        self._strokes.append(lambda axes: axes.plot(x, y, color=colour, linewidth=look[0], linestyle=look[1]))

    def words(
        self, x: float, y: float, text: str, *, align: Align = "left", bold: bool = False, size: float = SIZE
    ) -> None:
        """Text with its baseline at y; a "$" or "<" in it is only a character."""
        look = {"ha": align, "fontsize": size, "fontweight": "bold" if bold else "normal", "color": INK}
        self._strokes.append(
            lambda axes: axes.text(x, y, one_line(text), va="baseline", parse_math=False, **look)  # type: ignore[arg-type]
        )

    def picture(self, alt: str) -> Picture:
        """What was drawn."""
        import matplotlib.style

        drawn = io.StringIO()
        with matplotlib.style.context(["default", _SETTINGS]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
            self._figure().savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        return Picture(_cleaned(drawn.getvalue(), one_line(alt)), one_line(alt))

    def _figure(self) -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(self.width / 72, self.height / 72))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0, self.width), ylim=(self.height, 0))
        axes.set_axis_off()
        for stroke in self._strokes:
            stroke(axes)
        return figure


def _rectangle(x: float, y: float, width: float, height: float, look: dict[str, Any]) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, **look)


def text_width(text: str, size: float = SIZE) -> float:
    """How wide the text will be at most, in points: a Chinese character is as wide as high."""
    return display_width(text) * size * 0.56


def _cleaned(svg: str, alt: str) -> str:
    """From `<svg` on, in the reader's fonts, without rules that would reach the page around it."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"\s*<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"'DejaVu Sans'[^;\"]*", FONTS, body)
    label = escape(alt, quote=True)
    style = "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
    return body.replace("<svg", f'<svg role="img" aria-label="{label}" style="{style}"', 1).strip()
