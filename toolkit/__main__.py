"""The command line, ``committee``: every door into an edition. See ``committee --help``."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.errors import Problems, Refused, refuse
from toolkit.text import Language, Phrase, phrase

if TYPE_CHECKING:
    import datetime as dt

    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation

DEBUG = "COMMITTEE_DEBUG"
DEMO = ".demo"
SETTINGS = "JUPYTER_CONFIG_PATH"

app = typer.Typer(
    help="评审委员会工具：检查数据、计算排名、分析稳健性、封存与公示。 The evaluation committee's tool.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="届次文件夹 the edition folder")]
Bag = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="封存包 the sealed bag")]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="结果文件夹 where the results go")]
Reader = Annotated[str, typer.Option("--language", "-l", help="zh 或 en", envvar="COMMITTEE_LANGUAGE")]


@app.command()
def check(folder: Folder, language: Reader = "zh") -> None:
    """检查一届的全部文件，列出所有问题。 Read everything, print every problem; exit 1 if any is an error."""
    from toolkit.edition import check_edition
    from toolkit.views import records_table

    with _working(language, Phrase("正在读取数据", "reading the records")):
        edition, problems = check_edition(folder)
    if edition is not None:
        _say(language, Phrase(*(repr(records_table(edition.records, each)) for each in ("zh", "en"))))
    _finish(problems, language, Phrase("检查完毕，没有发现错误。", "Checked: no errors."))


@app.command()
def evaluate(folder: Folder, out: Out, language: Reader = "zh") -> None:
    """计算指标、得分、排名、奖项和等级，写出表格。 Write indicators, values, scores, ranking, problems, a workbook."""
    from toolkit.results import write_results
    from toolkit.views import awards_table

    with _refusals(language):
        evaluation = _evaluated(folder, language)[1]
        with _working(language, Phrase("正在写出结果", "writing the results")):
            write_results(evaluation, out)
        _say(language, Phrase(*(repr(awards_table(evaluation, each)) for each in ("zh", "en"))))
        _say(language, phrase("结果已写入 {out}", "Results are in {out}", out=out))


@app.command()
def sensitivity(
    folder: Folder,
    out: Out,
    draws: Annotated[int, typer.Option(min=1, help="抽样次数 number of weight draws")] = 10_000,
    spread: Annotated[float, typer.Option(min=0.001, max=0.999, help="权重的典型相对变动 typical relative change of a weight")] = 0.2,
    language: Reader = "zh",
) -> None:
    """权重若有出入，各奖项还有多大把握。 How sure each award is when the weights are uncertain."""
    with _refusals(language):
        evaluation = _evaluated(folder, language)[1]
        path = _write_certainty(evaluation, out, draws, spread, language)
        _say(language, phrase("稳健性表已写入 {path}", "The robustness table is in {path}", path=path))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, help="届次文件夹 the edition")] = None,
) -> None:
    """在 JupyterLab 中打开本届的笔记本。 JupyterLab on the notebooks, for this edition; its own options may follow."""
    import subprocess

    from toolkit.edition import EDITION
    from toolkit.house import house_folder

    # Chinese menus and no calls for news, unless the user's own settings say otherwise.
    settings = os.pathsep.join(filter(None, [str(house_folder("templates") / "lab"), os.environ.get(SETTINGS)]))
    chosen = {SETTINGS: settings} | ({EDITION: str(folder.resolve())} if folder else {})
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(house_folder("notebooks")), *context.args]
    raise typer.Exit(subprocess.call(command, env=os.environ | chosen))  # noqa: S603 - our own words only


@app.command()
def seal(
    folder: Folder,
    revision: Annotated[str, typer.Option("--as", help="版次 the revision, such as r1")],
    language: Reader = "zh",
) -> None:
    """执行全部笔记本，把本届封存为一个封存包。 Execute the notebooks and write the sealed bag."""
    with _refusals(language):
        bag = _sealed(folder, revision)
        _say(language, phrase("已封存：{bag}", "Sealed: {bag}", bag=bag))


@app.command()
def verify(
    bag: Bag,
    replay: Annotated[bool, typer.Option("--replay", help="重新计算一遍 compute everything again")] = False,  # noqa: FBT002
    language: Reader = "zh",
) -> None:
    """核对封存包；--replay 重新计算并逐项比较。 Check a bag's digests; with --replay the whole computation."""
    from toolkit.seal import verify_bag

    with _refusals(language):
        with _steps() as step:
            problems = verify_bag(bag, replay=replay, extract=_extract, progress=step)
        well = Phrase("封存包完好，重算结果一致。", "The bag is whole and recomputes.") if replay else WHOLE
        _finish(problems, language, well)


@app.command()
def serve(
    folders: Annotated[list[Path] | None, typer.Argument(help="封存包或届次文件夹 sealed bags or edition folders")] = None,
    port: Annotated[int, typer.Option(min=1, max=65_000)] = 8866,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="打开浏览器 open a browser")] = False,  # noqa: FBT002
    language: Reader = "zh",
) -> None:
    """把封存包的公示页面以只读方式提供浏览。 Read-only pages of sealed editions."""
    from toolkit.house import house_folder
    from toolkit.pages import serve as serve_pages

    with _refusals(language):
        bags = [bag for folder in folders or [house_folder("data/demo")] for bag in _bags(folder)]
        serve_pages(bags, port=port, open_browser=open_browser, language=_language(language))


@app.command()
def demo(
    into: Annotated[Path, typer.Option(file_okay=False, help="演示文件夹 where the demo goes")] = Path("out/demo"),
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="最后打开公示页面 serve the page at the end")] = True,  # noqa: FBT002
    port: Annotated[int, typer.Option(min=1, max=65_000)] = 8866,
    language: Reader = "zh",
) -> None:
    """在虚构的演示数据上把全流程走一遍。 All of it on the invented demo edition; prints the address to open."""
    from toolkit.house import house_folder

    with _refusals(language):
        _copy_edition(house_folder("data/demo"), into)
    check(into, language)
    evaluate(into, into / "results", language)
    sensitivity(into, into / "results", language=language)
    seal(into, "r1", language)
    verify(into / "sealed" / "r1", language=language)
    if serving:
        serve([into], port=port, open_browser=False, language=language)


WHOLE = Phrase("封存包完好。", "The bag is whole.")


def main() -> None:
    """Run the command line; whatever happens, a reader sees words and never a traceback."""
    try:
        app()
    except Exception as error:
        if DEBUG in os.environ:
            raise
        kind = type(error).__name__
        typer.echo(f"程序内部出错（{kind}），没有写出任何结果；请联系维护人员，并附上所用命令。", err=True)
        typer.echo(f"Internal error ({kind}); set {DEBUG}=1 to see where.", err=True)
        sys.exit(1)


def _evaluated(folder: Path, language: str) -> tuple[Edition, Evaluation]:
    from toolkit.edition import open_edition
    from toolkit.evaluation import evaluate as evaluate_edition

    with _working(language, Phrase("正在读取数据", "reading the records")):
        edition = open_edition(folder)
    with _working(language, Phrase("正在计算", "evaluating")):
        return edition, evaluate_edition(edition.scheme, edition.records)


def _write_certainty(evaluation: Evaluation, out: Path, draws: int, spread: float, language: str) -> Path:
    from rich.progress import Progress

    from toolkit.results import write_certainty
    from toolkit.sensitivity.draws import WeightDraws, award_probabilities

    with Progress(console=_console(), transient=True) as bar:
        task = bar.add_task(_in(language, Phrase("正在抽样", "drawing weights")), total=draws)
        spec = WeightDraws(draws=draws, spread=spread)
        chances = award_probabilities(evaluation, spec, progress=lambda done: bar.update(task, completed=done))
    return write_certainty(evaluation, chances, spec, out)


def _sealed(folder: Path, revision: str) -> Path:
    from toolkit.house import house_folder
    from toolkit.seal import seal_edition

    notebooks = house_folder("notebooks")
    with _steps() as step:
        return seal_edition(
            folder, revision, notebooks=notebooks, pages=notebooks / "pages", extract=_extract, progress=step
        )


def _extract(evaluation: Evaluation, revision: str, digests: Mapping[str, str], sealed_on: dt.date, folder: Path) -> None:
    from toolkit.extract import public_extract

    public_extract(evaluation, revision, digests, sealed_on).write(folder)


def _bags(folder: Path) -> list[Path]:
    """The bag at `folder`, or the newest revision of the edition there."""
    if (folder / "bagit.txt").is_file():
        return [folder]
    sealed = [path for path in (folder / "sealed").glob("*") if (path / "bagit.txt").is_file()]
    if not sealed:
        rule = Phrase("这里没有封存包", "there is no sealed bag here")
        raise refuse(rule, Phrase("请先运行 committee seal 封存", "seal the edition first: committee seal"), file=folder.name)
    return [max(sealed, key=lambda path: (len(path.name), path.name))]


def _copy_edition(source: Path, target: Path) -> None:
    """A fresh copy of an edition, in place of an earlier copy; any other folder is left alone."""
    import shutil

    if target.exists() and not (target / DEMO).is_file():
        rule = Phrase("文件夹已存在，且不是演示文件夹", "the folder exists and is no demo")
        raise refuse(rule, Phrase("请用 --into 另指一个文件夹", "name another one with --into"), file=str(target))
    if target.exists():
        for path in (target, *target.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IWRITE)
        shutil.rmtree(target)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("sealed", "__pycache__", "*.py", "invent"))
    (target / DEMO).touch()


def _language(language: str) -> Language:
    return "en" if language == "en" else "zh"


def _in(language: str, said: Phrase) -> str:
    return said.into(_language(language))


def _say(language: str, said: Phrase) -> None:
    typer.echo(_in(language, said))


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)


@contextmanager
def _working(language: str, said: Phrase) -> Iterator[None]:
    with _console().status(_in(language, said)):
        yield


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """A line that says which step is under way."""
    with _console().status("…") as status:
        yield status.update


@contextmanager
def _refusals(language: str) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        typer.echo(refused.problems.text(_language(language)), err=True)
        raise typer.Exit(1) from None


def _finish(problems: Problems, language: str, well: Phrase) -> None:
    if problems:
        typer.echo(problems.text(_language(language)), err=bool(problems.errors))
    if problems.errors:
        raise typer.Exit(1)
    _say(language, well)


if __name__ == "__main__":
    main()
