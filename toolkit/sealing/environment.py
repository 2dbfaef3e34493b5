"""What an edition was computed with: Python, and every package the toolkit stands on, with its version."""

from __future__ import annotations

import platform
import re
from importlib import metadata

DISTRIBUTION = "evaluation-committee-toolkit"
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?")
EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def versions() -> dict[str, str]:
    """Version by name, "python" first, then the toolkit and all that it requires, in alphabetical order."""
    found: dict[str, str] = {}
    _collect(DISTRIBUTION, frozenset(), found, set())
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def environment_text() -> str:
    """One line `name==version` for each."""
    return "".join(f"{name}=={version}\n" for name, version in versions().items())


def read_environment(text: str) -> dict[str, str]:
    r"""Version by name, from what `environment_text` gave.

    Examples
    --------
    >>> read_environment("python==3.11.7\nnumpy==2.4.6\n")
    {'python': '3.11.7', 'numpy': '2.4.6'}
    """
    return dict(line.split("==", 1) for line in text.splitlines() if "==" in line)


def _collect(
    name: str, extras: frozenset[str], found: dict[str, str], seen: set[tuple[str, frozenset[str]]]
) -> None:
    key = re.sub(r"[-_.]+", "-", name).lower()
    if (key, extras) in seen:
        return
    seen.add((key, extras))
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    found[key] = distribution.version
    for requirement in distribution.requires or ():
        match = REQUIREMENT.match(requirement)
        if match and _wanted(match[3] or "", extras):
            asked = frozenset(extra.strip() for extra in (match[2] or "").split(",") if extra.strip())
            _collect(match[1], asked, found, seen)


def _wanted(marker: str, extras: frozenset[str]) -> bool:
    # Other markers tell platforms apart; what they leave out is not installed and so not found.
    asked = EXTRA.findall(marker)
    return not asked or any(extra in extras for extra in asked)
