"""The old place of `toolkit.publication.notice`, for notebooks that were sealed."""

from importlib import import_module


def __getattr__(name: str) -> object:
    return getattr(import_module("toolkit.publication.notice"), name)
