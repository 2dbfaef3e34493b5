"""What each expert's own weights decide is what the whole evaluation gives under those weights."""

from __future__ import annotations

from pathlib import Path

from tests.ballots.voters import edition
from toolkit.ballots import load_ballots
from toolkit.comparison import decided_by_each, scheme_of_one
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate

SLIP = """\
expert = "{expert}"
cast = 2018-12-03
[weights.total]
method = "points"
points = {{ learning = {learning}, conduct_group = {rest} }}
[weights.learning]
method = "points"
points = {{ hours = 50, talks = 50 }}
[weights.conduct_group]
method = "points"
points = {{ pledge = 30, answers = 70 }}
"""


def test_an_expert_of_the_schemes_own_weights_decides_alike_and_others_as_evaluated(small_edition: Path) -> None:
    slips = {f"{e}.toml": SLIP.format(expert=e, learning=x, rest=100 - x) for e, x in (("E01", 60), ("E02", 0))}
    found = open_edition(small_edition)
    evaluation = evaluate(found.scheme, found.records)
    ballots = load_ballots(edition(small_edition, slips), found.scheme)
    decided = decided_by_each(evaluation, ballots)
    assert set(decided["expert"]) == {"E02"}
    after = evaluate(scheme_of_one(found.scheme, ballots.counted[1]), found.records).ranking["award"]
    before = evaluation.ranking["award"]
    moved = sorted(member for member in before.index if before[member] != after[member])
    assert decided["member"].tolist() == moved
    for row in decided.to_dict("records"):
        assert (row["before"], row["after"]) == (before[row["member"]], after[row["member"]])
        assert row["change"] == ("into" if not row["before"] else "other" if row["after"] else "out")
