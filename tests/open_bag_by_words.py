"""An open bag computed again by the words of its own README alone: its tables by `csv`, its scheme by `tomllib`, nothing of the package."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

Row = dict[str, str]


class OpenBagByWords:
    """What the files say, and what follows from them by "Without a program"; shapes, policies and requirements as far as the demo has them."""

    def __init__(self, data: Path) -> None:
        with (data / "scheme.toml").open("rb") as file:
            self.scheme = tomllib.load(file)
        self.told = {name: rows_of(data / f"{name}.csv") for name in ("members", "indicators", "adjustments", "scores", "ranking") if (data / f"{name}.csv").exists()}
        self.members, self.withheld, self.lines = self.told["members"], listed(data / "withheld.csv"), listed(data / "lines.csv")
        self.indicators = {item["id"]: item for item in self.scheme["indicator"]}
        self.aggregate = {item["id"]: item.get("aggregate", "arithmetic") for item in self.scheme.get("group", [])}
        self.below: dict[str, list[dict[str, Any]]] = {}
        for item in (*self.scheme.get("group", []), *self.scheme["indicator"]):
            self.below.setdefault(item.get("group", "total"), []).append(item)
        self.scores = {member: self.scored(member) for member in self.members}
        self.winners = self.given()

    def scored(self, member: str) -> dict[str, float | None]:
        """The score at every node, and the total."""
        scores: dict[str, float | None] = {}
        total = self.gathered("total", member, scores)
        for item in self.scheme.get("adjustment", []):
            points = float(self.told["adjustments"][member][item["id"]] or 0) * item.get("per", 1)
            cap, floor = item.get("cap"), item.get("floor")
            points = points if cap is None else min(points, cap) if cap > 0 else max(points, cap)
            total = None if total is None else total + (points if floor is None else max(points, floor))
        return scores | {"total": total}

    def gathered(self, node: str, member: str, scores: dict[str, float | None]) -> float | None:
        """The mean of what is below a node and counts, by its weight among its siblings."""
        for item in self.below[node]:
            scores[item["id"]] = self.valued(item, member) if item["id"] in self.indicators else self.gathered(item["id"], member, scores)
        counted = [(item["weight"], score) for item in self.below[node] if (score := scores[item["id"]]) is not None]
        whole = sum(weight for weight, _ in counted)
        if not counted:
            return None
        if self.aggregate.get(node) == "geometric":
            return 0.0 if any(score == 0 for _, score in counted) else math.exp(sum(weight * math.log(score) for weight, score in counted) / whole)
        return float(sum(weight * score for weight, score in counted) / whole)

    def valued(self, item: dict[str, Any], member: str) -> float | None:
        """Points of a raw value; of a missing one what the table of the README says."""
        cell, value = self.told["indicators"][member][item["id"]], item["value"]
        if cell == "不适用":
            return None
        if not cell:
            stands_in = item.get("stands_in", {})
            worst = min(value["points"].values()) if value["shape"] == "category" else 0.0
            return None if item["missing"] == "exclude" else float(stands_in.get("all", stands_in.get(self.members[member]["class"], worst)))
        return scored_by(value, cell, self.scheme.get("scale", 100))

    def rounded(self, member: str, node: str) -> Decimal:
        """A score as it is compared."""
        score = self.scores[member][node]
        assert score is not None
        return Decimal(repr(round(score, 9))).quantize(Decimal(1).scaleb(-self.scheme.get("decimals", 2)), ROUND_HALF_UP)

    def key(self, member: str, by: str = "total") -> list[Decimal]:
        """What members are ordered by."""
        return [self.rounded(member, node) for node in (by, *(node for node in self.scheme["ties"] if node not in {"joint", "committee"}))]

    @property
    def standing_for_winners(self) -> set[int]:
        """Which of those not open stand for unnamed winners, by their places in `withheld.csv`."""
        taken = set[int]()
        order = sorted(range(len(self.withheld)), key=lambda at: (-float(self.withheld[at]["to"] or "inf"), -float(self.withheld[at]["from"] or "-inf")))
        for line in (line for award in self.scheme["award"] for line in self.lines if line["award"] == award["id"]):
            unnamed, open_winners = int(line["unnamed"]), int(line["winners"]) - int(line["unnamed"])
            most = min(unnamed, int(line["places"]) - open_winners) if line["places"] else unnamed
            taken |= {*[at for at in order if at not in taken and self.withheld[at]["class"] == line["class"]][: max(0, most)]}
        return taken

    def places(self, member: str) -> tuple[int, int]:
        """From which place to which a member is: all those not open at the lower end, and at the upper one."""
        own, class_, stands = self.key(member), self.members[member]["class"], self.standing_for_winners
        before = sum(self.key(other) > own for other in self.competing(class_))
        held = [(at, row) for at, row in enumerate(self.withheld) if row["class"] == class_]
        low = sum((Decimal(row["from"] or "-inf"), at in stands and len(own) > 1) > (own[0], False) for at, row in held)
        high = sum((Decimal(row["to"] or "inf"), len(own) > 1) > (own[0], False) for _, row in held)
        return 1 + before + low, 1 + before + high

    def competing(self, class_: str) -> list[str]:
        """Who is ranked in a class."""
        return [member for member, row in self.members.items() if (row["class"], row["applied"]) == (class_, "true")]

    def given(self) -> dict[str, str]:
        """Who has which award; here each excludes the others."""
        won: dict[str, str] = {}
        for line in (line for award in self.scheme["award"] for line in self.lines if line["award"] == award["id"]):
            award = next(award for award in self.scheme["award"] if award["id"] == line["award"])
            able = [member for member in self.competing(line["class"]) if not self.members[member]["vetoes"] and member not in won and self.meets(member, award)]
            able.sort(key=self.key, reverse=True)
            won |= dict.fromkeys(able[: int(line["winners"]) - int(line["unnamed"])], award["id"])
        return won

    def meets(self, member: str, award: dict[str, Any]) -> bool:
        """Whether a member is over every bar of an award."""
        bars = [*award.get("minimum", {}).items(), *((asked["node"], asked["least"]) for asked in award.get("require", []))]
        return all(self.scores[member][node] is None or self.rounded(member, node) >= Decimal(str(least)) for node, least in bars)

    @property
    def differences(self) -> list[tuple[str, str, object, str]]:
        """Where a score, total, place or award of the bag is another than what its words give."""
        found: list[tuple[str, str, object, str]] = []
        for member, scores in self.scores.items():
            written, place = self.told["scores"][member], self.told["ranking"][member]
            found += [(member, node, own, written[node]) for node, own in scores.items() if node != "total" and (own is None) != (not written[node])]
            found += [(member, node, own, written[node]) for node, own in scores.items() if node != "total" and own is not None and abs(own - float(written[node] or "nan")) > 1e-9]
            told = {"total": str(self.rounded(member, "total")), "award": self.winners.get(member, "")}
            if self.members[member]["applied"] == "true":
                told |= dict(zip(("rank_from", "rank_to"), map(str, self.places(member)), strict=True))
            found += [(member, name, own, place[name]) for name, own in told.items() if own != place[name]]
        return found


def scored_by(value: dict[str, Any], cell: str, top: float) -> float:
    """What a shape gives for a raw value."""
    if value["shape"] == "category":
        return float(value["points"][cell])
    raw = float(cell)
    by: dict[str, Callable[[], float]] = {
        "linear": lambda: min(top, max(0.0, top * (raw - value["worst"]) / (value["best"] - value["worst"]))),
        "points": lambda: min(value["cap"], value["per"] * raw),
        "log": lambda: 0.0 if raw <= value["worst"] else min(top, top * math.log(raw / value["worst"]) / math.log(value["best"] / value["worst"])),
        "steps": lambda: [0.0, *(points for least, points in value["steps"] if raw >= least)][-1],
        "exponential_rank": lambda: dict(map(tuple, value["found"]["all"]))[raw],
    }
    return by[value["shape"]]()


def listed(path: Path) -> list[Row]:
    """The rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def rows_of(path: Path) -> dict[str, Row]:
    """The rows of a table by member."""
    return {row.pop("member"): row for row in listed(path)}
