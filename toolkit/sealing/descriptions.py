"""What a bag says of itself to whoever finds it: a page in two languages, and RO-Crate 1.1 metadata for machines.

Both follow from the scheme, the labels and the files alone, so that anyone can make them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from toolkit.minutes.decisions import rules_lost
from toolkit.minutes.journal import read_journal
from toolkit.sealing.bag import DISTRIBUTION

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.sealing.parts import Seal

README, CRATE = "README.md", "ro-crate-metadata.json"
DESCRIPTIONS = (README, CRATE)
CONTEXT, CONFORMS = "https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/crate/1.1"
CONFIDENTIAL = "仅供委员会留存，含个人信息，不得公开；可公开的只有 data/public。For the committee's file only, not public."
FORMATS = {
    ".csv": "text/csv", ".html": "text/html", ".ipynb": "application/x-ipynb+json", ".json": "application/json", ".jsonl": "application/jsonl",
    ".md": "text/markdown", ".parquet": "application/vnd.apache.parquet", ".toml": "application/toml", ".txt": "text/plain", ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip
PARTS = {
    "edition": ("评选办法、数据字典、记录、工作记录、签名人名册，都是封存时的原样", "scheme, data dictionary, records, journal and signers, as they were"),
    "results": ("由此算出的指标、得分、名次、奖项", "indicators, scores, ranks and awards computed of them"),
    "meeting": ("会议材料：结果有多稳", "papers of the meeting: how firm the result is"),
    "notebooks": ("运行过的笔记本", "the notebooks as they were run"),
    "rules": ("打开记录之前封存的办法、此后的改动、因此变动的会员", "the rules as they were sealed before the records, what was changed since, whom that moved"),
    "public": ("可以公开的部分", "the part that may be published"),
    "open": ("开放包：可以公开、任何人都能重算的部分", "the open bag: what may be published and anyone can compute again"),
    "pages": ("公示页", "the public page"),
}
BEFORE = (
    "打开记录之前封存的只有评选办法、数据字典（`edition/`）和将对结果提出的问题（`sensitivity.json`）。",
    "Sealed before any record was opened: scheme and data dictionary (`edition/`), and what will be asked of the result (`sensitivity.json`).",
)
FOUND = (
    "对办法本身的审查也在内（`examination/`）：用不上的规则，越做越好会不会吃亏，一位专家最多能左右多少。",
    " What examination found in the rules is with them (`examination/`): rules that never act, whether doing better can cost, what one expert can move at most.",
)
SEEN = ("，其中的问题哪些在有数据之前就看得出", ", and which of their faults were to be seen before there were data")
CHECK = """```sh
sha256sum --strict --quiet -c tagmanifest-sha256.txt
sha256sum --strict --quiet -c manifest-sha256.txt
grep -x '# role: ROLE' signatures/ROLE-KEY.txt && sha256sum --strict -c signatures/ROLE-KEY.txt
openssl pkeyutl -verify -pubin -inkey signatures/ROLE-KEY.pem -rawin -in signatures/ROLE-KEY.txt -sigfile signatures/ROLE-KEY.sig
ssh-keygen -Y verify -f data/edition/allowed_signers -I ROLE -n committee-seal -s signatures/ROLE-KEY.sshsig < signatures/ROLE-KEY.txt
openssl ts -verify -data tagmanifest-sha256.txt -in signatures/NAME.tsr -CAfile TSA.pem
committee verify . --replay
```
"""
TEXT = """# {title}

{confidential}

届次 {edition}，第 {revision} 版，{day} 封存。{history_zh}这是一个 BagIt 封存包（RFC 8493）：拿到它的人都能核对它没有被改动过{again_zh}。

{parts_zh}

核对：在本文件的上一级文件夹中执行下面各行。前两行核对每个文件；其后三行核对签名：签的是 .txt 中写明的职务和清单指纹（签名人各一组文件，没有签名则没有）；再一行核对时间戳；最后一行由封存它的程序核对{once_zh}。

{check}
程序：{distribution} {version}；它和所用全部程序包的版本见 environment.txt，按这些版本安装即可。程序由秘书处提供。封存日期是封存者所写；`signatures/` 中没有时间戳（.tsr），就没有旁证。

---

Edition {edition}, revision {revision}, sealed on {day}. {history_en}This is a BagIt bag (RFC 8493): whoever has it can check that nothing was changed{again_en}.

{parts_en}

To check it, run the lines above in the folder that holds `data`. The first two check every file; the next three a signature: what is signed is the .txt, with the role and the digest of
the list (files of its own for each signer; none where nobody signed); then a timestamp; the last one is the program that sealed it{once_en}.

Program: {distribution} {version}; its version and that of every package it used stand in environment.txt: install these. Ask the secretariat for the program. The day is what the sealer wrote: without a timestamp (.tsr) in `signatures/` nobody else vouches for it.
"""
AGAIN = {
    "again_zh": "，并把全部结果重新计算一遍", "once_zh": "并重新计算",
    "again_en": ", and compute everything again", "once_en": ", which computes everything again",
}  # fmt: skip
LOST = (
    "打开记录之前封存过办法，但那个封存包已经没有了（{by}，{day}，理由：{why}）：此后办法又改了什么，无从对照。",
    "Rules were sealed before the records, and that bag is there no more ({by}, {day}, because: {why}): what was decided otherwise since cannot be held against it. ",
)
MARKS = re.compile(r"[\\`*\[\]<>&!|]")


def descriptions(data: Path, scheme: Scheme, seal: Seal, version: str) -> dict[str, str]:
    """The two texts by name, for the payload `data`, whose other files are there."""
    readme = _readme(data, scheme, seal, version)
    return {README: readme, CRATE: _crate(data, scheme, seal, version)}


def _readme(data: Path, scheme: Scheme, seal: Seal, version: str) -> str:
    parts = [(name, words) for name, words in PARTS.items() if any(path.is_file() for path in (data / name).rglob("*"))]
    if (data / "rules" / "known.csv").is_file():  # earlier versions wrote none, and their text stays
        parts = [(name, (words[0] + SEEN[0], words[1] + SEEN[1]) if name == "rules" else words) for name, words in parts]
    zh, en = ("\n".join(f"- `{name}/`：{words[0]}" for name, words in parts), "\n".join(f"- `{name}/`: {words[1]}" for name, words in parts))
    again = AGAIN
    if seal.revision == "rules":
        zh, en = (said + more if (data / "examination").is_dir() else said for said, more in zip(BEFORE, FOUND, strict=True))
        again = dict.fromkeys(AGAIN, "")  # nothing was computed
    because = literally(seal.because)
    history = (f"本版替代第 {seal.revises} 版，理由：{because}。", f"It stands in place of revision {seal.revises}, because: {because}. ") if seal.revises else ("", "")
    if seal.rules and (lost := rules_lost(read_journal(data / "edition"))) is not None:
        told = {"by": literally(lost.by), "day": lost.time.date().isoformat(), "why": literally(lost.reason)}
        history = (history[0] + LOST[0].format(**told), history[1] + LOST[1].format(**told))
    return TEXT.format(
        **again, title=literally(scheme.title), edition=literally(scheme.edition), revision=seal.revision, day=seal.day, confidential=CONFIDENTIAL, parts_zh=zh, parts_en=en,
        history_zh=history[0], history_en=history[1], check=CHECK, distribution=DISTRIBUTION, version=version,
    )  # fmt: skip


def literally(text: str) -> str:
    """Text on one line of Markdown, none of it a link, a picture or HTML."""
    return MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def _crate(data: Path, scheme: Scheme, seal: Seal, version: str) -> str:
    """Sizes and digests are left to the manifest."""
    names = sorted({path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()} - {CRATE} | {README})
    graph = [*_root(scheme, seal, version, names), *map(_file, names)]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _root(scheme: Scheme, seal: Seal, version: str, names: list[str]) -> Iterator[dict[str, object]]:
    """Everything that is no file: the crate, its licence, the program, and what that did."""
    yield {"@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": CONFORMS}}
    yield {
        "@id": "./", "@type": "Dataset", "name": scheme.title, "identifier": f"{scheme.edition}/{seal.revision}", "version": seal.revision,
        "description": f"{scheme.edition}，第 {seal.revision} 版：评选办法、记录、结果。Scheme, records and results of one edition.",
        "datePublished": seal.day, "license": {"@id": "#confidential"}, "hasPart": [_id(name) for name in names], "mentions": {"@id": "#evaluation"},
    }  # fmt: skip
    yield {"@id": "#confidential", "@type": "CreativeWork", "name": "仅供委员会留存 For the committee's file only", "description": CONFIDENTIAL}
    yield {"@id": "#program", "@type": "SoftwareApplication", "name": DISTRIBUTION, "version": version}
    inside, results = ([_id(name) for name in names if name.startswith(f"{part}/")] for part in ("edition", "results"))
    yield {
        "@id": "#evaluation", "@type": "CreateAction", "name": "评选 Evaluation", "instrument": {"@id": "#program"}, "object": inside,
        "result": results, "endTime": seal.day,
    }  # fmt: skip


def _file(name: str) -> dict[str, object]:
    kind = FORMATS.get(Path(name).suffix.lower(), "application/octet-stream")
    return {**_id(name), "@type": "File", "name": Path(name).name, "encodingFormat": kind}


def _id(name: str) -> dict[str, str]:
    return {"@id": quote(name)}
