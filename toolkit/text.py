"""Text in the reader's language: every message is written in Chinese and English side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Phrase:
    """One message in both languages.

    Examples
    --------
    >>> Phrase("缺少文件", "the file is missing").into("en")
    'the file is missing'
    """

    zh: str
    en: str

    def into(self, language: Language) -> str:
        """The message in `language`, "zh" or "en"."""
        return self.zh if language == "zh" else self.en


def phrase(zh: str, en: str, /, **values: object) -> Phrase:
    """A phrase with `values` filled into the `{name}` places of both languages.

    Examples
    --------
    >>> phrase("共 {n} 处", "{n} places", n=3).into("zh")
    '共 3 处'
    """
    return Phrase(zh.format(**values), en.format(**values))
