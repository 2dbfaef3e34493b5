"""Audiences: what of which member the public, a member, and the committee may see. Whatever is shown to anybody asks here.

Nobody but the committee sees anything of a named member that the member does not permit, item by item; a member sees all that
is its own. What a single expert gave is in none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from toolkit.scheme.outcomes import PERMITTED_BY, Permission, PublicField

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

Audience = Literal["public", "member", "committee"]
RECORDS: tuple[Permission, ...] = ("good", "bad", "pledge")
"""What is told of a member whatever its award: its conduct, and that it signed."""
SEEN = (*get_args(PublicField), *RECORDS)


def seen_by(evaluation: Evaluation, audience: Audience, own: str = "") -> pd.DataFrame:
    """What an audience may see of each member.

    Of the list the public sees who has an award and permits to be named, with what it permits besides of what the scheme lets be
    public; whoever has no award is not on it. Records of conduct and pledges are seen of whoever permits these.

    Parameters
    ----------
    own
        Of the audience "member": which one.

    Returns
    -------
    frame
        Index member; bool columns name, class, award, grade, rank, total, good, bad, pledge.
    """
    members, permitted = evaluation.members.index, evaluation.permitted
    if audience == "committee":
        return pd.DataFrame(data=True, index=members, columns=list(SEEN))
    seen = pd.DataFrame(data=False, index=members, columns=list(SEEN))
    publication = evaluation.scheme.publication
    if publication is not None and publication.consent is not None:
        named = permitted["award"].astype(bool) & pd.Series(members.isin(evaluation.awards["member"]), members)
        seen = seen.assign(**{field: named & permitted[PERMITTED_BY[field]].astype(bool) for field in publication.shown} | {"award": named})
        seen = seen.assign(**{item: permitted[item].astype(bool) for item in RECORDS if publication.consent.says(item)})
    if audience == "member" and own in members:
        seen.loc[own] = True
    return seen
