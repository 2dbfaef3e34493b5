"""The old place of `toolkit.reports.expert_tables`, for notebooks that were sealed."""

from importlib import import_module


def __getattr__(name: str) -> object:
    return getattr(import_module("toolkit.reports.expert_tables"), name)
