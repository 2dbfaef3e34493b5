"""Seven invented experts and how they weigh the indicators: by code, in their own ways, each near the scheme and apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

#: Siblings with the weights of the scheme, as the experts find them.
GROUPS = {
    "total": {"learning": 30, "exchange": 25, "duty": 20, "pledging": 15, "conduct": 10},
    "learning": {"law_hours": 55, "training": 35, "persons": 10},
    "exchange": {"meetings": 50, "publishing": 50},
    "duty": {"dues": 30, "surveys": 30, "questions": 15, "council_duty": 25},
    "pledging": {"pledge": 50, "disclosure": 30, "self_report": 20},
    "conduct": {"clean_record": 40, "upheld": 30, "regulator_score": 30},
    "meetings": {"forums": 60, "visits": 40},
    "publishing": {"words": 50, "articles": 30, "essay": 20},
}
DAYS = {"E01": 7, "E02": 8, "E03": 8, "E04": 9, "E05": 10, "E06": 9, "E07": 21}  # January 2019; the deadline is the 15th
WITHDRAWN = "E06"
#: What some say otherwise than in points: E02 swings, E03 an order, E04 a circle of comparisons, E05 best and worst.
OWN = {
    ("E02", "total"): 'method = "swing"\nswings = { learning = 100, exchange = 80, duty = 70, pledging = 60, conduct = 50 }',
    ("E03", "duty"): 'method = "rank_order"\norder = [["dues", "surveys"], "council_duty", "questions"]',
    ("E04", "learning"): 'method = "ahp"\ncomparisons = [["law_hours", "training", 3], ["training", "persons", 4], ["law_hours", "persons", "1/2"]]',
    ("E04", "pledging"): 'method = "ahp"\ncomparisons = [["pledge", "disclosure", 2], ["disclosure", "self_report", 2], ["pledge", "self_report", 3]]',
    ("E05", "conduct"): 'method = "best_worst"\nbest = "clean_record"\nworst = "regulator_score"\n'
    "best_to_others = { upheld = 2, regulator_score = 4 }\nothers_to_worst = { clean_record = 4, upheld = 2 }",
}
#: One expert thinks conduct matters most.
STRICT = {"learning": 15, "exchange": 10, "duty": 15, "pledging": 20, "conduct": 40}


def write_ballots(folder: Path, rng: np.random.Generator) -> None:
    """Every file of `ballots/`: one is late, one withdrawn, one contradicts itself, one is far from the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    for expert, day in DAYS.items():
        lines = ["# 虚构 invented", f'expert = "{expert}"', f"cast = 2019-01-{day:02}"]
        lines += ["withdrawn = true"] if expert == WITHDRAWN else []
        for group, voted in GROUPS.items():
            near = STRICT if (expert, group) == ("E05", "total") else voted
            points = ", ".join(f"{node} = {share}" for node, share in _near(near, rng).items())
            said = OWN.get((expert, group), f'method = "points"\npoints = {{ {points} }}')
            lines += ["", f"[weights.{group}]", said]
        (folder / f"{expert}.toml").write_text("\n".join([*lines, ""]), "utf-8", newline="\n")


def _near(voted: dict[str, int], rng: np.random.Generator) -> dict[str, int]:
    """Points in steps of 5 near those voted, summing to 100; nobody gives nothing."""
    moved = {node: max(5, share + 5 * int(step)) for (node, share), step in zip(voted.items(), rng.integers(-1, 2, len(voted)), strict=True)}
    largest = max(moved, key=lambda node: moved[node])
    moved[largest] += 100 - sum(moved.values())
    return moved
