"""The old place of `toolkit.interactive.ballot_sliders`, for notebooks that were sealed."""

from importlib import import_module


def __getattr__(name: str) -> object:
    return getattr(import_module("toolkit.interactive.ballot_sliders"), name)
