"""What an expert goes by wherever anything is written about it: one pattern for ballots, score sheets and the scheme.

Few letters are allowed before the figures, so that no name in Latin letters passes for a code.
"""

from __future__ import annotations

import re

from toolkit.text import Phrase

PSEUDONYM = re.compile(r"(?:专家|[A-Za-z]{0,4})[-_]?[0-9]{1,4}号?|(?:专家)?[A-Za-z甲乙丙丁戊己庚辛壬癸]")
NO_CODE = Phrase("专家只写代号，不写姓名", "an expert goes by a code, never by name")
GIVE_CODE = Phrase("请写成 E01、专家3 这样的代号", "write a code such as E01")


def is_pseudonym(said: object) -> bool:
    """Whether somebody goes by a code here, and not by a name.

    Examples
    --------
    >>> [is_pseudonym(said) for said in ("E01", "专家3", "3号", "专家甲", "A", "李四", "Li Si", "lisisi7", "")]
    [True, True, True, True, True, False, False, False, False]
    """
    return isinstance(said, str) and PSEUDONYM.fullmatch(said) is not None
