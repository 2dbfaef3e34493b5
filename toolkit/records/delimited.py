"""Text files with separated cells: their encoding, their separator, and quotes that do not match.

Everything that is not clear is refused with its line: two encodings in one file, text that was read in a wrong encoding and
saved again, quotes that swallow the rows below them, and more than can be held.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

from toolkit.ground.text import Phrase, phrase
from toolkit.records.findings import Finding

SEPARATORS = (",", "\t", ";", "|")
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SAMPLE = 15  # lines that decide on the separator: a heading begins within them
LARGEST = 1 << 27  # bytes, unpacked
MOST_CELLS = 10_000_000
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
QUOTED = re.compile(r'"[^"]*"')
FOREIGN_WORDS = re.compile(r"[^\x00-\x7f]{2,}")
NEIGHBOURS = ("cp950", "cp932")  # Big5 and Shift-JIS: most of their bytes are GB18030 too, of other and rare characters
COMMON_SIGNS = frozenset("·—")  # of GB 2312 as GB18030 reads it; Python's gb2312 has others in their places
RARE = 1 / 4  # share of characters outside GB 2312 that Chinese text here does not reach
WESTERN = {letter: n for n in range(128, 256) if (letter := bytes([n]).decode("cp1252", "ignore"))}
PUNCTUATION = frozenset("，。、（）；：“”《》—·！？")

Joined = tuple[int, int, list[str]]  # a row of several lines: the numbers of its first and last, and its cells

UNKNOWN = Phrase("不是 UTF-8、GB18030 或 UTF-16", "not UTF-8, GB18030 or UTF-16")
SEEMS_UTF_16 = Phrase("像是没有标记的 UTF-16", "it seems to be UTF-16 without its mark")
SEEMS_FOREIGN = Phrase("像是繁体中文（Big5）或日文的编码", "it seems to be in Big5 or Shift-JIS")
MIXED = Phrase("这里的文字是乱码：文件里有两种编码，或曾按错误的编码另存", "the text here is garbled: the file is in two encodings, or was once saved in a wrong one")
SAVE_AS = Phrase("请另存为 CSV UTF-8 或 .xlsx", "save it as CSV UTF-8 or .xlsx")
TOO_LARGE = Finding(
    Phrase(
        f"文件太大：解压后超过 {LARGEST >> 20} MB，或超过 {MOST_CELLS // 10_000} 万个单元格，没有读取",
        f"too large: more than {LARGEST >> 20} MB unpacked, or more than {MOST_CELLS // 1_000_000} million cells; it was not read",
    ),
    Phrase("请分成几个文件，或存入 Parquet 文件、数据库", "split it, or keep it in Parquet files or a database"),
)
ZIP_DAMAGED = Finding(
    Phrase("压缩文件已损坏", "the compressed file is damaged"),
    Phrase("请重新压缩或直接给出 .csv", "compress it again, or give the .csv itself"),
)


def read_delimited(content: bytes, *, zipped: bool = False) -> list[list[str]] | Finding:
    r"""The rows of a CSV file; row i is row i + 1 as Excel counts it, line breaks within quotes included.

    Examples
    --------
    >>> read_delimited("学时\n八\n".encode("gb18030"))
    [['学时'], ['八']]
    """
    unzipped = _unzipped(content) if zipped else content
    if isinstance(unzipped, Finding) or len(unzipped) > LARGEST:
        return unzipped if isinstance(unzipped, Finding) else TOO_LARGE
    text = decoded(unzipped)
    return text if isinstance(text, Finding) else _rows(text, _separator(text))


def _unzipped(content: bytes) -> bytes | Finding:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            return file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        return ZIP_DAMAGED


def _rows(text: str, mark: str) -> list[list[str]] | Finding:
    """The cells of each row; a finding where quotes do not match, or there are too many."""
    taken: list[str] = []  # the lines of the row that is being read
    rows: list[list[str]] = []
    joined: list[Joined] = []
    cells = 0
    reader = csv.reader(_taking(text, taken), delimiter=mark, strict=True)
    try:
        for row in reader:
            rows.append(row)
            cells += len(row) + 1
            if len(taken) > 1:
                joined.append((reader.line_num - len(taken) + 1, reader.line_num, row))
            if cells > MOST_CELLS:
                return TOO_LARGE
            taken.clear()
    except csv.Error:
        line = reader.line_num - len(taken) + 1
        return _long_cell(line) if max(map(len, taken), default=0) > csv.field_size_limit() else _open_quote(line)
    return _swallowed(joined, rows, mark) or rows


def _taking(text: str, taken: list[str]) -> Iterator[str]:
    """The lines of `text`, each added to `taken` when it is asked for."""
    for line in LINE.finditer(text):
        taken.append(line[0])
        yield line[0]


def _open_quote(line: int) -> Finding:
    rule = phrase("从第 {line} 行起引号不成对，分不清单元格", "quotes do not match from line {line} on, so that cells cannot be told apart", line=line)
    return Finding(rule, Phrase("请补上或删去引号，或另存为 .xlsx", "close or remove the quote, or save it as .xlsx"))


def _long_cell(line: int) -> Finding:
    rule = phrase("从第 {line} 行起的一格太长（最多 {most} 个字），没有读取", "the cell that begins in line {line} is too long and was not read (at most {most})", line=line, most=f"{csv.field_size_limit():,}")
    return Finding(rule, Phrase("请缩短；格子本来没有这么长的，是引号不成对，请补上或删去引号", "make it shorter; where no cell is so long, a quote is not closed: close or remove it"))


def _swallowed(joined: Sequence[Joined], rows: Sequence[Sequence[str]], mark: str) -> Finding | None:
    """What is wrong where a quoted cell holds line breaks and what stands between them are rows of the table."""
    widths = Counter(len(row) for row in rows if len(row) > 1) if joined else Counter()
    usual = max(widths, key=lambda width: widths[width], default=0) - 1
    places = [f"{first}–{last}" for first, last, row in joined if usual > 0 and _holds_rows(row, mark, usual)]
    if not places:
        return None
    rule = phrase("第 {lines} 行被引号连成了一行，中间的行像是另外的记录", "lines {lines} are held together by quotes as one row, and read like rows of their own",
                  lines=", ".join(places))  # fmt: skip
    return Finding(rule, Phrase("请删去多余的引号，或另存为 .xlsx", "remove the stray quotes, or save it as .xlsx"))


def _holds_rows(row: Sequence[str], mark: str, usual: int) -> bool:
    """Whether a line within one of the cells is a row: it has as many separators, and begins as the row itself does."""
    begins = row[0].split(mark)[0].split("\n")[0]
    return any(_begins_as(line, begins, mark) for place in range(len(row)) for line in _full(row, place, mark, usual))


def _full(row: Sequence[str], place: int, mark: str, usual: int) -> Iterator[str]:
    """The lines of a cell that have as many separators as a row: its last one together with those behind the cell.

    Its first one begins as a row does anyway, and tells something in the first cell only.
    """
    first, *others = row[place].splitlines() or [""]
    if not others:
        return
    behind = len(row) - 1 - place
    yield from (line for line in others[:-1] if line.count(mark) == usual)
    if mark in others[-1] and others[-1].count(mark) + behind == usual:
        yield others[-1]
    if place == 0 and first.count(mark) == usual:
        yield first


def _begins_as(line: str, begins: str, mark: str) -> bool:
    """Whether a line begins with words, or with a code, as does what stands before all else."""
    start, other = line.split(mark, maxsplit=1)[0].strip(), begins.strip()
    return start.isascii() == other.isascii() and bool(start) == bool(other)


def _separator(text: str) -> str:
    """The separator that cuts most lines near the top into the same number of cells, and then into most of them."""
    sample = "".join(line_match[0] for line_match, _ in zip(LINE.finditer(text), range(SAMPLE), strict=False))
    lines = QUOTED.sub("", sample).splitlines()

    def fits(mark: str) -> tuple[int, int]:
        counts = Counter(n for line in lines if (n := line.count(mark)))
        return max(((many, count) for count, many in counts.items()), default=(0, 0))

    return max(SEPARATORS, key=fits)


def decoded(content: bytes) -> str | Finding:
    """Text from its bytes: by byte order mark, else strictly UTF-8, else UTF-16 where there are zeros, else GB18030.

    Never GB18030 before UTF-8: it takes most UTF-8 text for other characters without an error. A text of which
    most lines are UTF-8 is damaged UTF-8, and not GB18030.
    """
    if b"\0" in content and not content.startswith(UTF_16):
        return _unmarked(content)
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16" or _mostly_utf_8(content):
            return _unknown_encoding(content[: error.start].count(b"\n") + 1)
        return _in_gb18030(content)
    return _unknown_encoding(1) if "\0" in text else _clear(text)


def _in_gb18030(content: bytes) -> str | Finding:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        return _unknown_encoding(content[: error.start].count(b"\n") + 1)
    foreign = _foreign_line(text, content)
    return _unknown_encoding(foreign, SEEMS_FOREIGN) if foreign else _clear(text)


def _unmarked(content: bytes) -> str | Finding:
    """Text in UTF-16 that does not say so: the zeros of its separators tell the order of its bytes."""
    order = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    try:
        text = content.decode(order)
    except UnicodeDecodeError:
        text = "\0"
    strange = any(not (letter.isprintable() or letter.isspace()) for letter in set(text))
    return _unknown_encoding(content[: content.index(b"\0")].count(b"\n") + 1, SEEMS_UTF_16) if strange else _clear(text)


def _mostly_utf_8(content: bytes) -> bool:
    """Whether the text says that it is UTF-8, or more than half of its lines in Chinese are."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    return content.startswith(UTF_8_MARK) or 2 * sum(map(_is_chinese_utf_8, lines)) > len(lines)


def _is_chinese_utf_8(line: bytes) -> bool:
    try:
        return any("\u4e00" <= character <= "\u9fff" for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _unknown_encoding(line: int, why: Phrase = UNKNOWN) -> Finding:
    rule = phrase(
        "编码读不出（第 {line} 行附近）：{zh}", "its encoding cannot be read (near line {line}): {en}",
        line=line, zh=why.zh, en=why.en,
    )  # fmt: skip
    return Finding(rule, SAVE_AS)


def _foreign_line(text: str, content: bytes) -> int:
    """The first line with a rare character, where there are very many and the bytes are a neighbour's too; else 0."""
    counts = Counter(text)
    strange = {letter for letter in counts if not letter.isascii() and not _is_common(letter)}
    signs = sum(count for letter, count in counts.items() if not letter.isascii())
    if sum(counts[letter] for letter in strange) <= RARE * signs or not any(_decodes(content, code) for code in NEIGHBOURS):
        return 0
    return text.count("\n", 0, next(n for n, letter in enumerate(text) if letter in strange)) + 1


def _is_common(letter: str) -> bool:
    try:
        return letter in COMMON_SIGNS or bool(letter.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        return bool(content.decode(encoding))
    except UnicodeDecodeError:
        return False


def _clear(text: str) -> str | Finding:
    """The text, unless some of it is Chinese in UTF-8 that was read as another encoding."""
    garbled = {words for words in set(FOREIGN_WORDS.findall(text)) if _is_garbled(words)}
    if not garbled:
        return text
    line = text.count("\n", 0, min(map(text.index, garbled))) + 1
    return Finding(phrase("第 {line} 行：{zh}", "line {line}: {en}", line=line, zh=MIXED.zh, en=MIXED.en), SAVE_AS)


def _is_garbled(words: str) -> bool:
    """Whether the words, put back into GB18030 or cp1252, are at least two characters of Chinese in UTF-8.

    Examples
    --------
    >>> _is_garbled("瀛︽椂"), _is_garbled("å­¦æ—¶"), _is_garbled("学时"), _is_garbled("溪口镇")
    (True, True, False, False)
    """
    bare = [WESTERN.get(letter, ord(letter)) for letter in words]
    try:
        content = bytes(bare) if max(bare) < 256 else words.encode("gb18030")
        chinese = codecs.getincrementaldecoder("utf-8")().decode(content)  # its last character may have been cut
    except UnicodeError:
        return False
    return len(chinese) > 1 and all("\u4e00" <= letter <= "\u9fff" or letter in PUNCTUATION for letter in chinese)
