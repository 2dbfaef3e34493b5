"""How long it takes to seal, to check and to compute again: the demo, 608 members, with its notebooks, papers and pages.

Run ``python benchmarks/keeping.py``. A copy of the demo is sealed, signed by two, stamped by nobody, verified and replayed, each by the
program as a user runs it. Times are those of the processor, kernels of notebooks included, one run each: the figures are seconds, not
thousandths. Of the replay it is told apart what the results take (records read, evaluated, every table compared) before papers and
notebooks are made again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figures

from toolkit.commands.seal import copied_anew
from toolkit.ground.resources import house_folder
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.signatures import SIGNERS, Signer, public_key
from toolkit.sealing.verification import sign_bag, verify_bag

ROLES = ("chair", "supervisor")


def seconds() -> float:
    """Of the processor, by this process and all it has waited for."""
    return sum(os.times()[:4])


class Steps:
    """What has been taken when each step of a long run begins."""

    def __init__(self) -> None:
        self.start = seconds()
        self.taken: dict[str, float] = {}

    def __call__(self, name: str) -> None:
        """A step begins."""
        self.taken.setdefault(name, seconds() - self.start)

    @property
    def whole(self) -> float:
        """What everything took."""
        return seconds() - self.start

    def after(self, steps: int) -> float:
        """What the first so many steps took."""
        return list(self.taken.values())[steps]


def program(*words: str | Path) -> float:
    """Seconds that a command takes, the start of the program included."""
    start = seconds()
    subprocess.run([sys.executable, "-m", "toolkit", *map(str, words)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return seconds() - start


def main() -> None:
    """Seal, sign, verify, replay."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    figures = Figures("keeping")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        edition = Path(folder) / "demo"
        copied_anew(house_folder("data/demo"), edition)
        keys = {role: Ed25519PrivateKey.generate() for role in ROLES}
        (edition / SIGNERS).write_text("".join(f"{Signer(role, public_key(key), role).line}\n" for role, key in keys.items()), encoding="utf-8")
        steps = Steps()
        bag = seal_edition(edition, "r1", progress=steps)
        figures.at_most("seal the demo", steps.whole, 30, "s")
        for role, key in keys.items():
            sign_bag(bag, key, role)
        figures.at_most("verify it, signed by two", program("verify", bag), 2, "s")
        steps = Steps()
        problems = verify_bag(bag, replay=True, progress=steps)
        assert not problems.errors, problems.text("en")
        figures.at_most("replay of the results", steps.after(2), 10, "s")  # digests, and what is evaluated and compared
        figures.at_most("replay with notebooks, papers and pages", steps.whole, 40, "s")
    figures.end()


if __name__ == "__main__":
    main()
