"""The former name of the ballot on a page, for notebooks that were written before it: `toolkit.interactive.ballot_paper`."""

from toolkit.interactive.ballot_paper import ballot_paper as ballot_sliders

__all__ = ["ballot_sliders"]
