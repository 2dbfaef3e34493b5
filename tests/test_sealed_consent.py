"""What a sealed bag makes public of those who agreed, and what earlier bags, in which nobody was asked, do not."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SCHEME
from tests.processes import free_port
from tests.sealed_page import passes, write_bag
from tests.sealing import DAY
from tests.test_consent import CODES, UNASKED, YES, evaluated, write_edition
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.publication import server
from toolkit.publication.extract import Extract, public_extract
from toolkit.sealing.parts import House
from toolkit.sealing.replay import replay_problems
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.verification import verify_bag


def made(house: Path) -> dict[str, Any]:
    """The notebooks of a house of its own, with the page that everybody sees."""
    return {"notebooks": house, "pages": house_folder("notebooks") / "pages"}


def sealed(folder: Path, house: Path) -> Path:
    return seal_edition(folder, "r1", **made(house), sealed_on=DAY)


def test_no_byte_of_what_a_sealed_bag_makes_public_names_who_did_not_agree(tmp_path: Path, house: Path) -> None:
    winners = evaluated(write_edition(tmp_path / "all", {code: [YES] for code in CODES})).awards["member"].tolist()
    silent = set(winners[::2])
    pledges = {code: [YES if code not in silent else ("已签", "2018-05-04", "2019-02-01", "是", "是")] for code in CODES}
    folder = write_edition(tmp_path / "e", pledges)
    bag = sealed(folder, house)
    public = "".join(path.read_text("utf-8") for part in ("public", "pages") for path in (bag / "data" / part).rglob("*") if path.is_file())
    names = evaluated(folder).members["name"]
    codes = set(re.findall(r"(?<![0-9a-f])[0-9]{3}(?![0-9a-f])", public))  # not those by chance within a digest
    assert not any(names[code] in public or json.dumps(names[code])[1:-1] in public or code in codes for code in silent)
    assert all(names[code] in public for code in set(winners) - silent)
    assert verify_bag(bag, replay=True, **made(house)) == Problems()


def test_a_bag_of_0_2_0_is_verified_and_not_served(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parent / "sealed" / "0.2.0.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    assert not verify_bag(tmp_path / "r1").errors
    with pytest.raises(Refused) as refused:
        server.serve([tmp_path / "r1"], free_port(), verify=verify_bag)
    (problem,) = refused.value.problems.errors
    assert "[publication.consent]" in problem.mend.zh


def old_extract(evaluation: Evaluation, *facts: Any) -> Extract:
    """The extract as it was written before members were asked: whoever won is named."""
    borne = evaluation.scheme.with_({"publication.consent": {"obliged": {"award": "—"}}})
    permitted = evaluation.permitted.assign(award=True)
    asked = replace(evaluation, scheme=borne, measured=replace(evaluation.measured, permitted=permitted))
    extract = public_extract(asked, *facts)
    notice = {key: fact for key, fact in extract.notice.items() if key not in {"named", "unnamed", "obliged"}}
    notice["awards"] = [{key: fact for key, fact in award.items() if key != "unnamed"} for award in notice["awards"]]
    return Extract(notice, extract.rows)


def test_a_bag_sealed_before_members_were_asked_is_verified_and_replayed_and_not_served(
    tmp_path: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.sealing.seals.publishable", lambda _: True)  # as it was then
    monkeypatch.setattr("toolkit.sealing.seals.public_extract", old_extract)
    monkeypatch.setattr("toolkit.sealing.seals.seal_open", lambda *_: None)  # there was no open bag
    folder = write_edition(tmp_path / "e", {}, scheme=UNASKED)
    bag = seal_edition(folder, "r1", **made(house), sealed_on=DAY)
    verify = partial(verify_bag, **made(house))
    assert verify(bag) == Problems()
    (note,) = verify(bag, replay=True)
    assert (note.severity, note.file) == ("note", "public")
    with pytest.raises(Refused) as refused:
        server.serve([bag], free_port(), verify=verify)
    (problem,) = refused.value.problems
    assert "不能公开；仍可核对、重算" in problem.rule.zh
    assert "[publication.consent]" in problem.mend.zh
    assert "it can be verified and replayed" in problem.rule.en


def test_a_bag_that_only_claims_to_have_asked_is_found_out(tmp_path: Path, house: Path) -> None:
    folder = write_edition(tmp_path / "e", {}, scheme=SCHEME)
    bag = sealed(folder, house)
    forged = tmp_path / "forged"
    shutil.copytree(bag, forged)
    for path in forged.rglob("*"):
        path.chmod(0o755)
    (forged / "data/edition/scheme.toml").write_text(UNASKED, "utf-8")
    found = replay_problems(forged, House.of(house, house_folder("notebooks") / "pages"))
    assert {"public/notice.json", "results/evaluation.xlsx"} <= {problem.file for problem in found.errors}


def test_a_page_is_served_only_of_an_extract_that_asked(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag")
    notice = bag / "data/public/notice.json"
    facts = json.loads(notice.read_text("utf-8"))
    del facts["unnamed"]
    notice.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(Refused, match=r"\[publication.consent\]"):
        server.serve([bag], free_port(), verify=passes)
