"""Text files with separated cells, in the encodings that reach a secretariat, zipped or not."""

from __future__ import annotations

import csv
import gzip
import io
import zlib

from toolkit.reading.findings import Finding
from toolkit.text import Phrase, phrase

SEPARATORS = (",", "\t", ";", "|")
SAMPLE = 15  # rows that decide on the separator: a heading begins within them


def read_delimited(content: bytes, *, zipped: bool = False) -> list[list[str]] | Finding:
    r"""The rows of a CSV file; row i is row i + 1 as Excel counts it, line breaks within quotes included.

    Examples
    --------
    >>> read_delimited("学时\n八\n".encode("gb18030"))
    [['学时'], ['八']]
    """
    unzipped = _unzipped(content) if zipped else content
    text = unzipped if isinstance(unzipped, Finding) else decoded(unzipped)
    if isinstance(text, Finding):
        return text
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error as error:
        rule = Phrase("引号不成对，分不清单元格", "quotes do not match, so that cells cannot be told apart")
        return Finding(rule, phrase("请另存为 .xlsx（{error}）", "save it as .xlsx ({error})", error=error))


def decoded(content: bytes) -> str | Finding:
    """Text from its bytes: by byte order mark, else strictly UTF-8, else GB18030.

    Never GB18030 before UTF-8: it takes most UTF-8 text for other characters without an error.
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            place = content[: error.start].count(b"\n") + 1
            continue
        if "\x00" not in text:
            return text
        place = text[: text.index("\x00")].count("\n") + 1
        break
    rule = phrase(
        "编码读不出（第 {line} 行附近）：不是 UTF-8、GB18030 或带标记的 UTF-16",
        "its encoding cannot be read (near line {line}): not UTF-8, GB18030, or UTF-16 with its mark",
        line=place,
    )
    return Finding(rule, Phrase("请另存为 CSV UTF-8 或 .xlsx", "save it as CSV UTF-8 or .xlsx"))


def _unzipped(content: bytes) -> bytes | Finding:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        rule = Phrase("压缩文件已损坏", "the compressed file is damaged")
        return Finding(
            rule, Phrase("请重新压缩或直接给出 .csv", "compress it again, or give the .csv itself")
        )


def _separator(text: str) -> str:
    """The separator that cuts a row near the top into most cells; the comma if they are equal."""
    sample = text.splitlines()[:SAMPLE]
    return max(SEPARATORS, key=lambda mark: max((line.count(mark) for line in sample), default=0))
