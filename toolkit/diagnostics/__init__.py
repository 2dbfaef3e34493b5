"""What a committee should see before it weighs anything: each question a function from an evaluation to a tidy frame.

`spread` what was recorded, where it is missing, lopsided or the same for all; `correlations` (of indicators, or of groups) and
`redundancies` what is counted twice or cancels out; `cronbach_alpha` whether a group measures one thing, `principal_components` how many; `effective_weights` how
much each indicator really decides, and `weights_for_influence` the weights under which it would decide what was
meant. Nothing here changes a result.

References
----------
OECD and JRC (2008), Handbook on Constructing Composite Indicators, ISBN 978-92-64-04345-9, steps 2, 4 and 6.
"""

from toolkit.diagnostics.correlation import correlations, cronbach_alpha, principal_components, redundancies
from toolkit.diagnostics.distribution import spread
from toolkit.diagnostics.influence import effective_weights
from toolkit.diagnostics.suggested_weights import weights_for_influence

__all__ = [
    "correlations",
    "cronbach_alpha",
    "effective_weights",
    "principal_components",
    "redundancies",
    "spread",
    "weights_for_influence",
]
