"""How many examples a costly property is tried on."""

from __future__ import annotations

from hypothesis import settings

DAILY = 25  # of a property, in `make test`; `make test-all` tries six times as many


def examples(daily: int) -> int:
    """For a property too costly for 25 examples a day: as many as said, and by the profile's measure more in a campaign."""
    return daily * settings().max_examples // DAILY
