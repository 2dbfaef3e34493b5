"""Modules that need an extra are not looked into for examples where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec

DRIVERS = {"psycopg": "postgres", "pyspark": "spark"}
collect_ignore = [f"toolkit/sources/{module}.py" for driver, module in DRIVERS.items() if find_spec(driver) is None]
