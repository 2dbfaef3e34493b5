"""Drawing: boxes, lines and words on a sheet measured in points, as one SVG that is the same everywhere.

Words stay text, placed by where they begin, end or are centred, and shown in the reader's own Chinese font; so no byte of a picture
depends on the fonts installed where it was drawn. Pictures were drawn by matplotlib up to version 0.5.0, and bags hold them: names, order
and figures of what is written are still its own, to the last byte, but take a hundredth of its time. Hatches alone are strokes of each box,
where they were a pattern of the sheet: browsers print a pattern as an image of its own in every box that has it. `as_formerly_drawn` gives those.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape

from toolkit.ground.display import Align, Picture, as_drawn, display_width, one_line

FONTS = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif"
INK, FAINT = "#222222", "#c9c9c9"
SIZE = 12.0


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
ANCHORS: dict[Align, str] = {"left": "start", "center": "middle", "right": "end"}
INCH = HATCH = 72
STEP, SHORT, DOT = 3.0, 0.3, 0.7
"""Of a hatch: from row to row of dots and half from line to line; how far a line ends before the edge of its box; half a dot's width with its outline."""
HATCHED = re.compile(r'fill: (#\w{6}); stroke: (#\w{6})([^"]*"/>)\n    <path class="hatch" data-hatch="([/x.]+)"[^>]*/>')
Point = tuple[float, float]


class Sheet:
    """A white sheet of `width` x `height` points, y downwards, on which a picture is drawn: boxes below lines, lines below words."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._boxes: list[str] = []
        self._lines: list[str] = []
        self._words: list[str] = []
        # The name of the sheet's own edge, beyond which nothing is seen.
        self._clip = _id("p", f"({', '.join(f'np.float64({side / INCH * INCH!r})' for side in (0, 0, width, height))})")

    def box(self, x: float, y: float, width: float, height: float, fill: Fill) -> None:
        """A filled rectangle with its upper left corner at (x, y)."""
        style = f"fill: {fill.colour}; stroke: {fill.edge}; stroke-width: 0.5; stroke-linejoin: miter"
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        hatch = f"\n    {_hatching(fill, corners[0], corners[2])}" if fill.hatch else ""
        self._boxes.append(f'<path d="{_path(corners)}z\n" clip-path="url(#{self._clip})" style="{style}"/>{hatch}')

    def line(self, x: tuple[float, float], y: tuple[float, float], *, colour: str = INK, dashed: bool = False) -> None:
        """A straight line from (x[0], y[0]) to (x[1], y[1])."""
        dashes = "stroke-dasharray: 4.44,1.92; stroke-dashoffset: 0; " if dashed else ""
        width = "1.2" if dashed else "0.8; stroke-linecap: square"
        style = f"fill: none; {dashes}stroke: {colour}; stroke-width: {width}"
        self._lines.append(f'<path d="{_path([*zip(x, y, strict=True)])}" clip-path="url(#{self._clip})" style="{style}"/>')

    def words(self, x: float, y: float, text: str, *, align: Align = "left", bold: bool = False, size: float = SIZE) -> None:
        """Text with its baseline at y; a "$" or "<" in it is only a character."""
        weight, place = "font-weight: 700; " if bold else "", (_figure(x), _figure(y))
        style = f"{weight}font-size: {_figure(size)}px; font-family: {FONTS}; text-anchor: {ANCHORS[align]}; fill: {INK}"
        if told := one_line(as_drawn(text)):
            turned = f"rotate(-0 {' '.join(place)})"
            self._words.append(f'<text style="{style}" x="{place[0]}" y="{place[1]}" transform="{turned}">{escape(told, quote=False)}</text>')

    def picture(self, alt: str) -> Picture:
        """What was drawn."""
        width, height, alt = _figure(self.width), _figure(self.height), one_line(as_drawn(alt))
        look = "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
        size = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
        spaces = 'xmlns:xlink="http://www.w3.org/1999/xlink"', 'xmlns="http://www.w3.org/2000/svg" version="1.1"'
        top = f'<svg role="img" aria-label="{escape(alt, quote=True)}" style="{look}" {spaces[0]} {size} {spaces[1]}>\n <defs>\n </defs>\n'
        return Picture(f"{top}{self._drawn()}{self._clipping()}</svg>", alt)

    def _drawn(self) -> str:
        paper = _path([(0, self.height), (self.width, self.height), (self.width, 0), (0, 0)])
        background = f'  <g id="patch_1">\n   <path d="{paper}z\n" style="fill: #ffffff"/>\n  </g>\n'
        named = [("patch", 2, self._boxes), ("line2d", 1, self._lines), ("text", 1, self._words)]
        drawn = (f'   <g id="{name}_{number}">\n    {stroke}\n   </g>\n' for name, first, strokes in named for number, stroke in enumerate(strokes, first))
        inside = "".join(drawn)
        axes = f'  <g id="axes_1">\n{inside}  </g>\n' if inside else '  <g id="axes_1"/>\n'
        return f' <g id="figure_1">\n{background}{axes} </g>\n'

    def _clipping(self) -> str:
        if not self._boxes and not self._lines:
            return ""
        edge = f'<rect x="0" y="0" width="{_figure(self.width)}" height="{_figure(self.height)}"/>'
        return f' <defs>\n  <clipPath id="{self._clip}">\n   {edge}\n  </clipPath>\n </defs>\n'


def _hatching(fill: Fill, start: Point, end: Point) -> str:
    """The strokes of a hatch within a box, as the pattern of the whole sheet would have them there."""
    drawn = {"////": _rising_in, "xxxx": lambda *box: _rising_in(*box) + _falling_in(*box), "....": _dots_in}[fill.hatch](*start, *end)
    look = f"stroke-width: {2 * DOT:g}; stroke-linecap: round" if fill.hatch == "...." else "stroke-width: 0.8"
    return f'<path class="hatch" data-hatch="{fill.hatch}" d="{drawn}" style="fill: none; stroke: {fill.edge}; {look}"/>'


def _rising_in(left: float, top: float, right: float, bottom: float) -> str:
    ends = ((max(left, total - bottom), min(right, total - top), total) for total in _steps(left + top, right + bottom, 2 * STEP))
    return "".join(_path([(x + SHORT, total - x - SHORT), (to - SHORT, total - to + SHORT)]) for x, to, total in ends if to - x > 2 * SHORT)


def _falling_in(left: float, top: float, right: float, bottom: float) -> str:
    ends = ((max(left, top + apart), min(right, bottom + apart), apart) for apart in _steps(left - bottom, right - top, 2 * STEP))
    return "".join(_path([(x + SHORT, x + SHORT - apart), (to - SHORT, to - SHORT - apart)]) for x, to, apart in ends if to - x > 2 * SHORT)


def _dots_in(left: float, top: float, right: float, bottom: float) -> str:
    rows = [(y, STEP / 2 * (round(y / STEP) % 2)) for y in _steps(top + DOT, bottom - DOT, STEP)]
    return "".join(f"M {_figure(x + odd)} {_figure(y)} h 0 \n" for y, odd in rows for x in _steps(left + DOT - odd, right - DOT - odd, STEP))


def _steps(low: float, high: float, step: float) -> list[float]:
    """The multiples of `step` from `low` to `high`."""
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def as_formerly_drawn(page: str) -> str:
    """A page whose drawings have the patterns that those of version 0.5.0 and before have, in place of the strokes in each box."""
    return re.sub(r"<svg.*?</svg>", lambda drawing: _patterned(drawing[0]), page, flags=re.DOTALL) if HATCHED.search(page) else page


def _patterned(drawing: str) -> str:
    fills = dict.fromkeys(Fill(colour, hatch, edge) for colour, edge, _, hatch in HATCHED.findall(drawing))
    body = HATCHED.sub(lambda box: f"fill: url(#{_hatch_id(Fill(box[1], box[4], box[2]))}); stroke: {box[2]}{box[3]}", drawing)
    return body.replace("</svg>", f" <defs>\n{''.join(map(_hatch, fills))} </defs>\n</svg>") if fills else body


@cache
def _hatch(fill: Fill) -> str:
    """The pattern of a hatched box, a square of an inch."""
    strokes = {"////": _rising(), "xxxx": _rising() + _falling(), "....": _dots()}[fill.hatch]
    style = f"fill: {fill.edge}; stroke: {fill.edge}; stroke-width: 0.8; stroke-linecap: butt; stroke-linejoin: miter"
    pattern = f'<pattern id="{_hatch_id(fill)}" patternUnits="userSpaceOnUse" x="0" y="0" width="{HATCH}" height="{HATCH}">'
    ground = f'<rect x="0" y="0" width="{HATCH + 1}" height="{HATCH + 1}" fill="{fill.colour}"/>'
    return f'  {pattern}\n   {ground}\n   <path d="{strokes}" style="{style}"/>\n  </pattern>\n'


@cache
def _hatch_id(fill: Fill) -> str:
    colours = ((*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)), 1.0) for colour in (fill.colour, fill.edge))
    return _id("h", str((fill.hatch, *colours, 0.8)))


def _rising() -> str:
    return "".join(_path([(at, HATCH + at), (HATCH + at, at)]) for at in range(-HATCH // 2, HATCH // 2 + 1, 3))


def _falling() -> str:
    return "".join(_path([(at, -at), (HATCH + at, HATCH - at)]) for at in range(-HATCH // 2, HATCH // 2 + 1, 3))


def _dots() -> str:
    """Rows of dots, every other one between those of the row below."""
    even, odd = range(0, HATCH + 1, 3), [at + 1.5 for at in range(0, HATCH, 3)]
    return "".join(_dot(x, HATCH - 3 * row) for row in range(HATCH // 3 + 1) for x in (odd if row % 2 else even))


def _dot(x: float, y: float) -> str:
    """A circle as eight curves, each with its two handles."""
    half = 0.5**0.5
    handle, slanted = 0.2652031, 0.2652031 * half
    quarter = [(handle, -1.0), (half - slanted, -half - slanted), (half, -half), (half + slanted, -half + slanted), (1.0, -handle), (1.0, 0.0)]
    turns = (quarter, [(-v, u) for u, v in quarter], [(-u, -v) for u, v in quarter], [(v, -u) for u, v in quarter])
    places = [f"{_figure(x + 0.3 * u)} {_figure(y - 0.3 * v)}" for turn in turns for u, v in turn]
    curves = "".join(f"C {' '.join(places[at : at + 3])} \n" for at in range(0, len(places), 3))
    return f"M {_figure(x)} {_figure(y + 0.3)} \n{curves}z\n"


def _id(kind: str, content: str) -> str:
    return kind + sha256(f"committee{content}".encode()).hexdigest()[:10]


def _path(points: list[Point]) -> str:
    """Straight lines from point to point."""
    return "".join(f"{'L' if place else 'M'} {_figure(x)} {_figure(y)} \n" for place, (x, y) in enumerate(points))


def _figure(number: float) -> str:
    """Six decimals at most."""
    told = f"{number:f}".rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def text_width(text: str, size: float = SIZE) -> float:
    """How wide the text will be at most, in points: a Chinese character is as wide as high."""
    return display_width(as_drawn(text)) * size * 0.56


