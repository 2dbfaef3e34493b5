"""Makes the records and ballots of the demo edition: ``python data/demo/make.py [--to FOLDER] [--ballots FOLDER]``.

Everything is invented, from one seed: the same bytes on every run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from invent import doings, integrity
from invent.ballots import write_ballots
from invent.designed import Records, design
from invent.forms import sheets
from invent.members import invent_members
from invent.paper import handwritten, write_csv, write_workbook

SEED = 20181231
HERE = Path(__file__).parent


def invent() -> Records:
    """The whole edition as clean rows, each about a membership number; "members" is indexed by it."""
    members = invent_members(_stream(1))
    events = doings.invent_events(_stream(2))
    return design(
        {
            "members": members,
            "activities": doings.invent_attendance(members, events, _stream(3)),
            "articles": doings.invent_articles(members, _stream(4)),
            "questions": doings.invent_questions(members, _stream(5)),
            "surveys": doings.invent_surveys(members, _stream(6)),
            "dues": doings.invent_dues(members, _stream(7)),
            "council": doings.invent_duty(members, _stream(8)),
            "pledges": integrity.invent_pledges(members, _stream(9)),
            "conduct": integrity.invent_conduct(members, _stream(10)),
            "complaints": integrity.invent_complaints(members, _stream(11)),
            "applications": integrity.invent_applications(members, _stream(12)),
        }
    )


def write_records(folder: Path) -> None:
    """Every file of `records/`, as the secretariat would hold them."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, sheet in enumerate(sheets(invent(), _stream(13))):
        cells = handwritten(sheet.rows, sheet.form, _stream(100 + place), typed=not sheet.encoding)
        if sheet.encoding:
            write_csv(folder / sheet.file, sheet.form, cells, sheet.encoding)
        else:
            write_workbook(folder / sheet.file, sheet.form, cells)


def _stream(part: int) -> np.random.Generator:
    """A stream of its own for each part, so that a change in one leaves the others as they were."""
    return np.random.default_rng([SEED, part])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the records of the invented demo edition, and the ballots beside them.")
    parser.add_argument("--to", type=Path, help="another folder for the records; then no ballots, unless --ballots says where")
    parser.add_argument("--ballots", type=Path)
    asked = parser.parse_args()
    write_records(asked.to or HERE / "records")
    ballots = asked.ballots or (None if asked.to else HERE / "ballots")
    if ballots:
        write_ballots(ballots, _stream(14))
