"""A ballot as a file: written by a notebook or from an Excel form, never over another one; and the one for a sealed bag."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ballots.ballot import FOLDER, STEM, Ballot, read_ballot
from toolkit.errors import Refused, refuse
from toolkit.scheme.paths import plain
from toolkit.scheme.pseudonyms import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

THERE = Phrase("这位专家这一轮的判断票已经有了", "this expert's ballot of this round is there already")
MOVE = Phrase("如要更正，请先移走原来的文件", "to put another in its place, move the old file away first")


def ballot_name(ballot: Ballot) -> str:
    """The name of a ballot's file: E01.toml, in a later round E01-2.toml."""
    return f"{ballot.expert}{f'-{ballot.round}' if ballot.round > 1 else ''}.toml"


def ballot_text(ballot: Ballot, *, named: bool = True) -> str:
    """A ballot as TOML, the same bytes every time.

    Parameters
    ----------
    named
        Whether the expert's name goes with it: never into a bag.

    Examples
    --------
    >>> import datetime as dt
    >>> from toolkit.ballots.judgements import Points
    >>> half = Points(method="points", points={"hours": 60.0, "pledge": 40.0})
    >>> print(ballot_text(Ballot(expert="E01", cast=dt.date(2018, 12, 3), weights={"total": half})))
    expert = "E01"
    cast = 2018-12-03
    <BLANKLINE>
    [weights.total]
    method = "points"
    points = { hours = 60, pledge = 40 }
    <BLANKLINE>
    """
    raw = {key: value for key, value in plain(ballot).items() if named or key != "name"}
    weights = raw.pop("weights", {})
    lines = [f"{key} = {_text(value)}" for key, value in raw.items()]
    for group, judgement in weights.items():
        lines += ["", f"[weights.{_key(group)}]", *(f"{key} = {_text(value)}" for key, value in judgement.items())]
    return "\n".join([*lines, ""])


def write_ballot(folder: Path | str, ballot: Ballot) -> Path:
    """Write a ballot into ``ballots/`` of the edition in `folder`; the path written.

    Raises
    ------
    Refused
        When this expert's ballot of this round is there already, or the expert goes by a name.
    """
    if not is_pseudonym(ballot.expert):
        raise refuse(NO_CODE, GIVE_CODE, column="expert")
    path = Path(folder, FOLDER, ballot_name(ballot))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:  # of two who write at once one is refused
            file.write(ballot_text(ballot))
    except FileExistsError:
        raise refuse(THERE, MOVE, file=f"{FOLDER}/{path.name}") from None
    return path


def bag_ballots(folder: Path, scheme: Scheme) -> Mapping[str, str]:
    """What a sealed bag holds of the ballots: text by file name, nothing unless the scheme publishes them by code.

    Each is written anew from what was read: no name, no comment and no other file of the folder goes with it. What
    cannot be read is left out.
    """
    if scheme.weighting is None or scheme.weighting.publish == "none":
        return {}
    found: dict[str, str] = {}
    paths = (path for path in Path(folder, FOLDER).glob("*.toml") if STEM.fullmatch(path.stem))
    for path in sorted(paths, key=lambda path: path.name):
        try:
            ballot = read_ballot(path, scheme)
        except Refused:
            continue
        name, copy = ballot_name(ballot), 1
        while name in found:  # a double goes along, so that the bag lists it too
            copy += 1
            name = f"{ballot.expert}-{ballot.round}{copy}.toml"
        found[name] = ballot_text(ballot, named=False)
    return found


def _text(value: Any) -> str:
    import tomlkit

    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_text(held)}' for key, held in value.items())} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(tomlkit.item(int(value) if whole else value).as_string())


def _key(key: str) -> str:
    import tomlkit

    return tomlkit.key(key).as_string() if key.isascii() else f'"{key}"'
