"""How little must change to change the list: one weight, several weights, or one raw value.

`stability_intervals` moves one weight at a time, `smallest_weights` several at once until two members near a line are
level, and `smallest_values` one raw value of one member. What they name as a witness changes the list by the scheme's own
rule.
"""

from toolkit.sensitivity.tipping.all_weights import smallest_weights
from toolkit.sensitivity.tipping.one_value import smallest_values
from toolkit.sensitivity.tipping.one_weight import stability_intervals

__all__ = ["smallest_values", "smallest_weights", "stability_intervals"]
