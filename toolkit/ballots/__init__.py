"""Ballots: what each expert judged about the weights, and what the group of them decides.

One file for each expert, ``ballots/E01.toml``, by code and never by name:

    expert = "E01"
    cast   = 2018-12-03
    [weights.total]             # for each group of siblings; `total` is the topmost
    method = "points"           # points, ahp, best_worst, swing, rank_order or trade_off
    points = { learning = 60, conduct = 40 }

=========  ==========================================================================================
`ballot`   the six methods as strict values; one file, read and written: `read_ballot`, `write_ballot`
`shares`   a judgement as shares, its coherence, the mend in plain words: `judged`; weights that sum to 100
`folder`   all ballots: counted or set aside, with the reason: `load_ballots`
`group`    the group's weights and agreement: `group_weights`, `check_ballots`
`draft`    a ballot being filled in: what was given so far comes to, what contradicts itself, what mends it
=========  ==========================================================================================

What the group's and each expert's own weights would decide is `toolkit.comparison`, as tables `toolkit.reports.expert_tables`;
the Excel ballot, out and back, `toolkit.forms.ballots`; on a page of a notebook `toolkit.interactive.ballot_paper`.
"""

from toolkit.ballots.ballot import Ballot, ballot_text, read_ballot, voted_groups, write_ballot
from toolkit.ballots.folder import Ballots, Judged, Listed, load_ballots, whole_weights
from toolkit.ballots.group import GroupJudgement, GroupWeights, group_weights, scheme_with_group_weights

__all__ = [
    "Ballot",
    "Ballots",
    "GroupJudgement",
    "GroupWeights",
    "Judged",
    "Listed",
    "ballot_text",
    "group_weights",
    "load_ballots",
    "read_ballot",
    "scheme_with_group_weights",
    "voted_groups",
    "whole_weights",
    "write_ballot",
]
