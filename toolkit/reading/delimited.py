"""Text files with separated cells, in the encodings that reach a secretariat, zipped or not."""

from __future__ import annotations

import csv
import gzip
import io
import zlib

from toolkit.reading.findings import Finding
from toolkit.text import Phrase, phrase

SEPARATORS = (",", "\t", ";", "|")
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNKNOWN = Phrase("不是 UTF-8、GB18030 或带标记的 UTF-16", "not UTF-8, GB18030, or UTF-16 with its mark")
SEEMS_UTF_16 = Phrase("像是没有标记的 UTF-16", "it seems to be UTF-16 without its mark")
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

    Never GB18030 before UTF-8: it takes most UTF-8 text for other characters without an error. A text of which
    most lines are UTF-8 is damaged UTF-8, and not GB18030.
    """
    if b"\0" in content and not content.startswith(UTF_16):
        return _unknown_encoding(content.index(b"\0"), content, SEEMS_UTF_16)
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        place = error.start
        if encoding == "utf-8-sig" and not _mostly_utf_8(content):
            try:
                return content.decode("gb18030")
            except UnicodeDecodeError as other:
                place = other.start
        return _unknown_encoding(place, content)
    return _unknown_encoding(0, content) if "\0" in text else text


def _mostly_utf_8(content: bytes) -> bool:
    """Whether the text says that it is UTF-8, or more than half of its lines in Chinese are."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    return content.startswith(UTF_8_MARK) or 2 * sum(map(_is_chinese_utf_8, lines)) > len(lines)


def _is_chinese_utf_8(line: bytes) -> bool:
    try:
        return any("\u4e00" <= character <= "\u9fff" for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _unknown_encoding(place: int, content: bytes, why: Phrase = UNKNOWN) -> Finding:
    line = content[:place].count(b"\n") + 1
    rule = phrase(
        "编码读不出（第 {line} 行附近）：{zh}", "its encoding cannot be read (near line {line}): {en}",
        line=line, zh=why.zh, en=why.en,
    )  # fmt: skip
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
