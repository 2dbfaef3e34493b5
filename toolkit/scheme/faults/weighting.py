"""What can be wrong with how experts set weights: names instead of codes, groups that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.scheme.faults.plain import ids, unknown
from toolkit.scheme.pseudonyms import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.text import Phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import Raw

TOTAL = "total"


def weighting_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[weighting]`` that no single field can see; what stands where a code should is not repeated."""
    weighting = raw.get("weighting")
    if not isinstance(weighting, dict):
        return
    experts = weighting.get("experts")
    if isinstance(experts, dict) and not all(map(is_pseudonym, experts)):
        yield Fault(("weighting", "experts"), NO_CODE, GIVE_CODE)
    voted, known = weighting.get("groups"), [TOTAL, *ids(raw, "group")]
    for place, group in enumerate(voted if isinstance(voted, list | tuple) else ()):
        if isinstance(group, str) and group not in known:
            yield unknown(("weighting", "groups", place), Phrase("分组", "group"), group, known)
