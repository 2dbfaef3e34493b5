"""What can be wrong with a scheme beyond single fields: sums, names that lead nowhere, bands that overlap.

Each check takes the file as plain values and yields faults. It passes over what has the wrong type, because
the model reports that, so that one bad field never hides another fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from toolkit.scheme.faults.measures import measures_faults
from toolkit.scheme.faults.outcomes import outcomes_faults
from toolkit.scheme.faults.panel import panel_faults
from toolkit.scheme.faults.patterns import patterns_faults
from toolkit.scheme.faults.ranges import ranges_faults
from toolkit.scheme.faults.shapes import shapes_faults
from toolkit.scheme.faults.tree import tree_faults
from toolkit.scheme.faults.weighting import weighting_faults
from toolkit.toml_faults import Fault
from toolkit.toml_places import Raw


def scheme_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of a scheme that no single field can see."""
    checks = (tree_faults, patterns_faults, shapes_faults, measures_faults, ranges_faults, outcomes_faults, weighting_faults, panel_faults)
    return chain.from_iterable(check(raw) for check in checks)
