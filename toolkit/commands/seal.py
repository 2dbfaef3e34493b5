"""Commands about what is final: seal, verify, serve, and the demonstration of all of it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

import typer

from toolkit.commands.console import (
    Bag,
    Folder,
    LanguageOption,
    finish,
    language_of,
    refusals,
    say,
    steps,
    tell_gravest,
)
from toolkit.commands.edition import check
from toolkit.commands.evaluation import evaluate, evaluated, sensitivity
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, phrase

DEMO = ".demo"
PLACE = Path("out/demo")
BAG_FILES = ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
NOT_PUBLIC = Phrase("封存包不含公示页面，因为：", "The bag holds no public page, because:")
NAMED = (
    "公示名单列出 {named} 家获奖会员；另有 {unnamed} 家未同意公开名称，只计家数。",
    "The public list names {named} awarded members; {unnamed} more did not agree to be named and are only counted.",
)
OLDER = (
    "提醒：{bag} 不是最新的一版，已有 {newest}。旧版名单可能列有此后撤回同意的会员；公开最新的一版请运行 committee serve {newest}",
    "warning: {bag} is not the newest revision; it may name members that withdrew their consent since. The newest: committee serve {newest}",
)
WHOLE = Phrase("封存包完好。", "The bag is whole.")


def seal(
    folder: Folder,
    revision: Annotated[str, typer.Option("--as", help="版次 the revision, such as r1")],
    revises: Annotated[str, typer.Option(help="替代哪一版 the revision it stands in place of", show_default=False)] = "",
    because: Annotated[str, typer.Option(help="修订理由，会公示 why it was revised; it is published", show_default=False)] = "",
    by: Annotated[str, typer.Option(help="由谁封存，记入工作记录 who seals, for the journal", show_default=False)] = "",
    *,
    language: LanguageOption = "zh",
) -> None:
    """执行全部笔记本，把本届封存为一个封存包。 Execute the notebooks and write the sealed bag."""
    from toolkit.publication.extract import unpublishable
    from toolkit.sealing import seal_edition

    with refusals(language):
        edition, evaluation, problems = evaluated(folder, language)
        with steps() as step:
            bag = seal_edition(folder, revision, revises=revises, because=because, by=by, evaluated=(edition, evaluation), progress=step)
        lacking = unpublishable(evaluation.scheme)
        say(language, Phrase(*(f"{NOT_PUBLIC.into(each)}\n{lacking.text(each)}" for each in ("zh", "en"))) if lacking else _named(bag))
        say(language, phrase("已封存：{bag}", "Sealed: {bag}", bag=bag))
        tell_gravest(problems, language, Phrase("全部见封存包的 problems.csv", "all of them are in the bag's problems.csv"))


def verify(
    bag: Bag,
    replay: Annotated[bool, typer.Option("--replay", help="重新计算一遍 compute everything again")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """核对封存包；--replay 重新计算并逐项比较。 Check a bag's digests; with --replay the whole computation."""
    from toolkit.sealing import verify_bag

    with refusals(language):
        _refuse_edition(bag)
        with steps() as step:
            problems = verify_bag(bag, replay=replay, progress=step)
        well = Phrase("封存包完好，重算结果一致。", "The bag is whole and recomputes.") if replay else WHOLE
        finish(problems, language, well)


def serve(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="文件夹 DIR", help="封存包或届次文件夹 sealed bags or edition folders")] = None,
    port: Annotated[int, typer.Option(min=1, max=65_000, help="端口 the port")] = 8866,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="打开浏览器 open a browser")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """把封存包的公示页面以只读方式提供浏览。 Read-only pages of sealed editions."""
    from toolkit.ground.resources import house_folder
    from toolkit.publication.server import serve as serve_pages
    from toolkit.sealing import verify_bag

    with refusals(language):
        bags = [bag for folder in folders or [house_folder("data/demo")] for bag in _bags(folder)]
        for bag in bags:
            _tell_older(bag, language)
        serve_pages(bags, port=port, open_browser=open_browser, language=language_of(language), verify=verify_bag)


def demo(
    into: Annotated[Path, typer.Option(file_okay=False, help="演示文件夹 where the demo goes")] = PLACE,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="最后打开公示页面 serve the page at the end")] = True,  # noqa: FBT002
    port: Annotated[int, typer.Option(min=1, max=65_000, help="端口 the port")] = 8866,
    language: LanguageOption = "zh",
) -> None:
    """在虚构的演示数据上把全流程走一遍。 All of it on the invented demo edition; prints the address to open."""
    from toolkit.ground.resources import house_folder

    with refusals(language):
        _copy_edition(house_folder("data/demo"), into)
    check(into, language=language)
    evaluate(into, into / "results", language)
    sensitivity(into, into / "results", language=language)
    seal(into, "r1", language=language)
    verify(into / "sealed" / "r1", language=language)
    if serving:
        serve([into], port=port, open_browser=False, language=language)


def _named(bag: Path) -> Phrase:
    """How many of the winners the public list names, and how many not."""
    from toolkit.publication.extract import read_extract

    notice = read_extract(bag / "data" / "public").notice
    return phrase(*NAMED, named=notice["named"], unnamed=notice["unnamed"])


def _bags(folder: Path) -> list[Path]:
    """The bag at `folder`, or the newest revision of the edition there."""
    from toolkit.sealing.revisions import newest_bag

    if (folder / "bagit.txt").is_file():
        return [folder]
    newest = newest_bag(folder / "sealed")
    if newest is None:
        rule = Phrase("这里没有封存包", "there is no sealed bag here")
        raise refuse(rule, Phrase("请先运行 committee seal 封存", "seal the edition first: committee seal"), file=folder.name)
    return [newest]


def _refuse_edition(folder: Path) -> None:
    """Refuse an edition's folder where a bag is asked for, and name the bag that lies there."""
    from toolkit.sealing.revisions import newest_bag

    if (folder / "scheme.toml").is_file() and not any((folder / name).is_file() for name in BAG_FILES):
        newest = newest_bag(folder / "sealed")
        rule = Phrase("这是届次文件夹，不是封存包", "an edition folder, not a sealed bag")
        if newest is None:
            raise refuse(rule, Phrase("请先运行 committee seal 封存", "seal the edition first: committee seal"), file=folder.name)
        raise refuse(rule, phrase("请指明封存包，如 {bag}", "name the bag, such as {bag}", bag=newest), file=folder.name)


def _tell_older(bag: Path, language: str) -> None:
    """That a bag among an edition's revisions is not the newest of them."""
    from toolkit.sealing.revisions import newest_bag

    newest = newest_bag(bag.parent) if bag.parent.name == "sealed" else None
    if newest is not None and newest.name != bag.name:
        say(language, phrase(*OLDER, bag=bag, newest=newest))


def copied_demo() -> Path:
    """The demonstration edition where the demonstration puts it; a copy that is there already stays as it is."""
    from toolkit.ground.resources import house_folder

    if not (PLACE / DEMO).is_file():
        _copy_edition(house_folder("data/demo"), PLACE)
    return PLACE


def _copy_edition(source: Path, target: Path) -> None:
    """A fresh copy of an edition, in place of an earlier copy; any other folder is left alone."""
    from toolkit.ground.writing import refusing

    if target.exists() and not (target / DEMO).is_file():
        rule = Phrase("文件夹已存在，且不是演示文件夹", "the folder exists and is no demo")
        raise refuse(rule, Phrase("请用 --into 另指一个文件夹", "name another one with --into"), file=str(target))
    with refusing(target):
        _copied_anew(source, target)


def _copied_anew(source: Path, target: Path) -> None:
    import shutil

    if target.exists():
        for path in (target, *target.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IWRITE)
        shutil.rmtree(target)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "__pycache__", "*.py", "invent"))
    (target / DEMO).touch()
