"""A sealed bag looked at by whoever has it: verified, computed again, signed.

To verify a bag loads only what that takes: neither records nor results are read, so nothing is that evaluates or writes them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.ground.writing import refusing, sync, write_whole
from toolkit.publication.extract import read_extract
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import (
    SIGNATURES,
    bag_problems,
    read_bag_info,
)
from toolkit.sealing.notebooks import source_problems
from toolkit.sealing.parts import (
    RULES,
    House,
    Seal,
    part_problems,
    stepping,
)
from toolkit.sealing.revisions import (
    enter_signature,
    exchanged,
    told_seals,
)
from toolkit.sealing.rules import rules_problems
from toolkit.sealing.signatures import (
    SIGNERS,
    Signer,
    read_signers,
    signature_files,
    signature_problems,
    signing,
    statement,
)
from toolkit.sealing.timestamps import stamp_problems

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from toolkit.scheme import Scheme
    from toolkit.sealing.parts import Progress

DIGESTS = Phrase("核对文件指纹", "comparing the files with their digests")
AS_TOLD = ("就是工作记录第 {n} 条所记的那一版。", "It is the one of which no. {n} of the minutes tells.")
UNPROVED = Phrase(
    "没有签名，旁边没有记下它的工作记录，也没有重算：只说明各文件与包内清单一致；文件和清单一同换过的，这样查不出，请加 --replay，并与公示页面所列的指纹核对。",
    "It bears no signature, no minutes beside it tell of it, and nothing was computed again: all that is shown is that its files are those of its own lists. "
    "Where both were exchanged together that is not seen so: add --replay, and compare the fingerprints on the notice.",
)


def verify_bag(
    bag: Path,
    *,
    replay: bool = False,
    notebooks: Path | None = None,
    pages: Path | None = None,
    signers: Path | None = None,
    authority: Path | None = None,
    progress: Progress | None = None,
    language: Language | None = None,
) -> Problems:
    """What is wrong with a sealed bag; empty when all is well, but for a note for each signature and timestamp.

    Parameters
    ----------
    replay
        Whether to make the whole edition again and compare everything, once digests and parts are right. Of the bag's code only
        its notebooks are then run, in a clean room, and only where they say what the house's own say.
    notebooks, pages
        As they were given to `seal_edition`.
    signers
        Who may sign, by a file that is not out of the bag: none but theirs count then, and one at least has to be there.
    authority
        The certificate of a timestamp authority, or of the one above it: none but its timestamps count then, and one has to be there.
    language
        In which `progress` is told of a step; both, side by side, where none is named.
    """
    step = stepping(progress, language)
    step(DIGESTS)
    bag, house = bag.absolute(), House.of(notebooks, pages)  # notebooks are run in a folder of their own
    problems = whole_problems(bag, house)
    if problems.errors:
        return problems
    scheme, seal = load_scheme(bag / "data" / "edition" / "scheme.toml"), Seal.of(read_bag_info(bag))
    alone = seal.revision == RULES  # no result was computed
    problems += tuple(_rules_alone(bag / "data", scheme, replay=replay) if alone else rules_problems(bag, seal.rules))
    problems += (*signature_problems(bag, scheme, signers), *stamp_problems(bag, authority))
    if not replay or alone or problems.errors:
        return problems
    from toolkit.sealing.replay import replay_problems

    return problems + replay_problems(bag, house, step)


def _rules_alone(data: Path, scheme: Scheme, *, replay: bool) -> Iterator[Problem]:
    """What is wrong with a plan, and with what was found in the rules where they are to be examined again."""
    from toolkit.sealing.rules_papers import examined_problems, plan_problems

    yield from plan_problems(data, scheme)
    if replay:
        yield from examined_problems(data)


def sign_bag(
    bag: Path, key: Ed25519PrivateKey, role: str = "", *, name: str = "", notebooks: Path | None = None, pages: Path | None = None
) -> Signer:
    """Sign a whole bag, and tell the journal of the edition it lies in.

    Parameters
    ----------
    key
        As `toolkit.sealing.signatures.load_key` gives it.
    role
        As what; may be left out where the bag lists the key with one role alone.
    name
        Who signs, where the bag lists nobody.

    Raises
    ------
    Refused
        When the bag is not whole, the key is not listed for this role, or it cannot be written; also when the journal could not
        be told: the bag is signed all the same, which is said.
    """
    problems = whole_problems(bag, House.of(notebooks, pages))
    if problems.errors:
        raise Refused(problems)
    signer = signing(key, read_signers(bag / "data" / "edition" / SIGNERS), role, name)
    # Beside the bag, in which nothing half may lie, and not in a workshop: a seal may be under way there.
    with refusing(bag), tempfile.TemporaryDirectory(prefix=f".{bag.name}-signing-", dir=bag.resolve().parent) as place:
        (bag / SIGNATURES).mkdir(exist_ok=True)
        for file, content in signature_files(key, signer, statement(bag, signer.role)).items():
            write_whole(Path(place, file), content)
            Path(place, file).replace(bag / SIGNATURES / file)
        sync(bag / SIGNATURES)
    enter_signature(bag, signer)
    return signer


def whole_problems(bag: Path, house: House) -> Problems:
    """What can be seen to be wrong with a bag without computing anything."""
    problems = bag_problems(bag)
    if not problems.errors:
        problems += (*exchanged(bag), *part_problems(bag, house))
    if not problems.errors:
        data = bag / "data"
        problems += (*source_problems(house.notebooks, data / "notebooks"), *source_problems(house.pages, data / "pages"))
        problems += _extract_problems(data / "public")
    return problems


def _extract_problems(public: Path) -> Problems:
    """Why no notice can be made of what a bag has for it."""
    try:
        if public.is_dir():
            read_extract(public)
    except Refused as refused:
        return refused.problems
    return Problems()


def vouched(bag: Path) -> tuple[Phrase, ...]:
    """What besides its own lists stands for a whole bag of which nothing was computed again: the minutes; that nothing does, where it is not signed either."""
    if told := told_seals(bag):
        return (phrase(*AS_TOLD, n=told[0]["number"]),)
    return () if any((bag / SIGNATURES).glob("*.txt")) else (UNPROVED,)
