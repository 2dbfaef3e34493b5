"""Ballots: what each expert judged about the weights, and what the group of them decides.

One file for each expert, ``ballots/E01.toml``, by code and never by name:

    expert = "E01"
    cast   = 2018-12-03
    [weights.total]             # for each group of siblings; `total` is the topmost
    method = "points"           # points, ahp, best_worst, swing, rank_order or trade_off
    points = { learning = 60, conduct = 40 }

=============  ==========================================================================================
`judgements`   the six methods as strict values
`shares`       a judgement as shares, its coherence, the mend in plain words: `judged`
`ballot`       one file, read strictly: `read_ballot`
`folder`       all of them: counted or set aside, with the reason: `load_ballots`
`group`        the group's weights and agreement: `group_weights`, `scheme_with_group_weights`
`checking`     the folder as `committee check` looks at it: `check_ballots`
`rounding`     weights that sum to exactly 100: `whole_weights`
`writing`      a ballot as a file, and the one for a bag: `write_ballot`, `bag_ballots`
`decided`      what the group's weights and each expert's own would decide: `decided_by_each`, `decided_by_group`
`overview`     all this as a notebook shows it, ballots or none: `decided_overview` and its like
`form`         the Excel ballot, with `form_sheets`: `write_ballot_forms`
`returned`     reading it back: `returned_ballot`; a notebook's sliders are in `toolkit.interactive.ballot_sliders`
=============  ==========================================================================================

`checking` and all from `decided` on stand on higher floors and are imported from their own modules.
"""

from toolkit.ballots.ballot import Ballot, ballot_text, read_ballot, voted_groups, write_ballot
from toolkit.ballots.folder import Ballots, Listed, load_ballots
from toolkit.ballots.group import GroupJudgement, GroupWeights, group_weights, scheme_with_group_weights
from toolkit.ballots.shares import Judged, whole_weights

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
