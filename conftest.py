"""Modules that need an extra are not looked into for examples where it is not installed; workers end quietly."""

from __future__ import annotations

import atexit
import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

# How many examples a property is tried on; a busy machine is no fault of the code.
settings.register_profile("daily", deadline=None, max_examples=25)
settings.register_profile("campaign", deadline=None, max_examples=150)

DRIVERS = {"psycopg": "postgres", "pyspark": "spark"}
collect_ignore = [f"toolkit/records/databases/{module}.py" for driver, module in DRIVERS.items() if find_spec(driver) is None]


def pytest_configure(config: pytest.Config) -> None:
    """What libraries tell of their own clearing up when a worker ends would otherwise follow pytest's closing line."""
    if hasattr(config, "workerinput"):
        atexit.register(os.dup2, os.open(os.devnull, os.O_WRONLY), 2)
