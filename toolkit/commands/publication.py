"""Commands about what leaves the house: the check of one member's card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toolkit.commands.console import LanguageOption, refusals, say
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import refusing

FALSE = (
    Phrase("得分单与总指纹不符：内容或总指纹有改动", "the card does not lead to this root: one of the two was changed"),
    Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat"),
)
TRUE = (
    "一致：这就是封存时的得分单，是全部 {size} 份中的第 {place} 份。",
    "The same: this is the card that was sealed, number {place} of {size}.",
)


def verify_card(
    card: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="得分单 CARD", help="秘书处发来的得分单文件 the card as it was sent")],
    root: Annotated[str, typer.Option("--root", help="公示页面所列的得分单总指纹 the root on the notice")],
    language: LanguageOption = "zh",
) -> None:
    """用公示的总指纹核对一份得分单，不需要别家的任何数据。 One card against the published root, without anybody else's data."""
    from toolkit.publication.card_proofs import read_card, read_root

    with refusals(language):
        with refusing(card):
            content = card.read_text(encoding="utf-8-sig", errors="replace")
        proof, wanted = read_card(content), read_root(root)
        if proof.root != wanted:
            raise Refused(Problems((Problem("error", *FALSE, file=card.name, value=wanted),)))
        say(language, phrase(*TRUE, size=proof.size, place=proof.index + 1))
        say(language, Phrase(*[f"{proof.content.get('name', '')}（{proof.content.get('member', '')}）"] * 2))
