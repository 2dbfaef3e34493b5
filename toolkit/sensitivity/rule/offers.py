"""Offers: the awards of a scheme with all that no weight changes worked out, for many draws at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.quotas import places
from toolkit.awards.requirements import Asked
from toolkit.ranking import Mask
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.standing import Positions, Standing, Steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from toolkit.awards.terms import Terms
    from toolkit.scheme.outcomes import Award, Requirement

Bar = tuple[str, int, int | None, Mask]


@dataclass(frozen=True, eq=False)
class Offer:
    """One award, with all that no weight changes worked out.

    Parameters
    ----------
    able : bool[members]
        Takes part, not barred, and over every bar that weights leave alone; who has no total stands below all anyhow.
    least
        The lowest standing, at the node its places go by, that is offered the award.
    bars
        The other bars: node, lowest standing, the standing below which to stay (None for any), and whom it does not
        concern.
    pools
        Positions that compete with one another, and their places; None for no limit.
    """

    award: Award
    able: Mask
    least: int
    bars: tuple[Bar, ...]
    pools: tuple[tuple[Positions, int | None], ...]

    @property
    def free(self) -> bool:
        """Whether everyone with a total is offered it as long as no earlier award is held."""
        return self.award.by == TOTAL and not self.bars and bool(self.able.all())


def offers(terms: Terms, steps: Steps, fixed: dict[str, Standing]) -> tuple[Offer, ...] | None:
    """The offers of every award; None where a draw has to be decided by itself.

    Parameters
    ----------
    fixed
        Standings, int[1, members], at the nodes that no weight moves.
    """
    moving = any(item.node not in fixed for item, _ in terms.eligibility.nodes)
    bounded = any(award.quota is not None and award.quota.in_all is not None for award in terms.scheme.awards)
    if moving or bounded:
        return None
    part = terms.taking_part(lambda node: steps.scores(fixed[node][0]))
    return tuple(_offer(terms, award, part, steps, fixed) for award in terms.scheme.awards)


def _offer(terms: Terms, award: Award, part: Mask, steps: Steps, fixed: dict[str, Standing]) -> Offer:
    asked: Asked = terms.bars[award.id]
    able = part & ~terms.barred[award.id] & asked.able
    least, moving = 1, list[Bar]()
    for item, spared in asked.nodes:
        node, (low, high) = str(item.node), _between(item, steps)
        if node in fixed:
            able = able & over((node, low, high, spared), fixed[node][0])
        elif node == award.by and high is None and not spared.any():
            least = max(least, low)
        else:
            moving.append((node, low, high, spared))
    return Offer(award, able, least, tuple(moving), tuple(_pools(terms, award, part)))


def bars_of(nodes: Iterable[tuple[Requirement, Mask]], steps: Steps) -> tuple[Bar, ...]:
    """What is asked of nodes, in standings."""
    return tuple((str(item.node), *_between(item, steps), spared) for item, spared in nodes)


def over(bar: Bar, standing: Standing) -> Mask:
    """Whose standing, int[draws, members], a bar lets pass, and whom it does not concern."""
    _, low, high, spared = bar
    met: Mask = standing >= low if high is None else (standing >= low) & (standing < high)
    return met | spared if spared.any() else met


def _between(item: Requirement, steps: Steps) -> tuple[int, int | None]:
    """The lowest standing that a requirement allows, and the one from which on it allows none."""
    lows = [steps.least(bound) for bound in (item.least, _just_over(item.above)) if bound is not None]
    highs = [steps.least(bound) for bound in (item.below, _just_over(item.most)) if bound is not None]
    return max(1, *lows) if lows else 1, min(highs, default=None)


def _just_over(bound: float | None) -> float | None:
    return None if bound is None else float(np.nextafter(bound, np.inf))


def _pools(terms: Terms, award: Award, part: Mask) -> Iterator[tuple[Positions, int | None]]:
    for class_, positions in terms.pools[award.quota.within if award.quota else "class"]:
        yield span(positions), places(award.quota, int(part[positions].sum()), class_)


def span(positions: NDArray[np.intp]) -> Positions:
    """Neighbouring positions as a slice, which is cut out without copying."""
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return slice(int(positions[0]), int(positions[-1]) + 1)
    return positions
