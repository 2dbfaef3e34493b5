"""Commands about what is final: seal, verify, serve, and the demonstration of all of it."""

from __future__ import annotations

import getpass
import shlex
import shutil
import stat
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from toolkit.commands.console import (
    Bag,
    Folder,
    LanguageOption,
    copied,
    finish,
    language_of,
    refusals,
    say,
    steps,
    tell_gravest,
    tell_program,
    worded,
    working,
    wrong_use,
)
from toolkit.commands.edition import check
from toolkit.commands.evaluation import evaluate, evaluated, sensitivity
from toolkit.commands.publication import tell_begun
from toolkit.ground.problems import Problems, refuse
from toolkit.ground.text import Language, Phrase, joined, phrase

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from toolkit.publication.site import Period
    from toolkit.sealing.signatures import Signer

DEMO = ".demo"
PLACE = Path("out/demo")
MAKING = shutil.ignore_patterns("sealed", "notebooks", ".lock", "__pycache__", "*.py", "invent")
"""What lies beside a committed edition and is none of it."""
PANEL_NEXT = (
    "专家评分的例子在 {folder}，可以接着试：\n  committee sheets {copied} --out 评分表\n  committee ballots {copied}\n  committee evaluate {copied} --out 结果\n逐步的说明见 {page}",
    "The example of a panel is in {folder}. Go on with:\n  committee sheets {copied} --out sheets\n  committee ballots {copied}\n  committee evaluate {copied} --out results\nStep by step: {page}",
)
BAG_FILES = ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
NOT_PUBLIC = Phrase("封存包不含公示页面，因为：", "The bag holds no public page, because:")
ONE_SITE = Phrase("--processes 与 --nginx 同用；--nginx 一次只用于一版", "--processes goes with --nginx, and --nginx with one edition")
ONE_REVISION = Phrase("--cards 一次只用于一版", "--cards goes with one edition")
BEHIND = (
    "nginx 的配置已写出。另开一个窗口执行：{command}；读者的网址是“本机名:{port}{path}”",
    "The configuration of nginx is written. In another window: {command}; readers go to http://THIS-MACHINE:{port}{path}",
)
NOT_TO_PUBLISH = Phrase("committee publish 会拒绝公布这一版，因为：", "committee publish will refuse to make it public, because:")
ALL_NAMED = ("公示名单列出全部 {named} 家获奖会员。", "The public list names all {named} awarded members.")
NAMED = (
    "公示名单列出 {named} 家获奖会员；另有 {unnamed} 家未同意公开名称，只计家数。",
    "The public list names {named} awarded members; {unnamed} more did not agree to be named and are only counted.",
)
OLDER = (
    "提醒：{bag} 不是最新的一版，已有 {newest}。旧版名单可能列有此后撤回同意的会员；公开最新的一版请运行 committee serve {copied}",
    "warning: {bag} is not the newest revision; it may name members that withdrew their consent since. The newest: committee serve {copied}",
)
PASSPHRASE, NEW_PASSPHRASE = Phrase("{file} 的口令", "Passphrase of {file}"), Phrase("新密钥的口令", "Passphrase of the new key")
AGAIN = Phrase("再输入一次", "Once more")
NO_INPUT, TYPE_IT = Phrase("没有读到口令：输入已经结束", "no passphrase came: there is nothing more to read"), Phrase("请在终端里运行，照提示输入；或从管道送入，一行一个", "run it in a terminal and type it when asked, or pipe it in, one a line")
UNLIKE, NO_PASSPHRASE = Phrase("两次输入不一致，请重新输入", "The two are not the same: begin again"), Phrase("口令不能为空", "The passphrase must not be empty")
ONE_OF = Phrase(
    "请指明版次（--as），或只封存办法（--rules），或记入办法的封存包没有了（--rules-lost），三者取一；只封存办法时不替代任何一版",
    "name a revision (--as), or seal the rules alone (--rules), or enter that they are lost (--rules-lost): one of the three; rules revise nothing",
)
RULES_LOST = Phrase(
    "已记入工作记录。此后每个封存包、每次核对都会写明：事先封存的办法已经没有了。",
    "Entered into the journal. Every later bag, and whoever verifies it, will say that the rules sealed before are there no more.",
)
RECOMPUTED = Phrase("封存包完好，重算结果一致。", "The bag is whole and recomputes.")
RULES_ALONE = Phrase("封存包完好；其中只有办法，没有可重算的结果。", "The bag is whole; it holds rules alone, and nothing to compute again.")
LIST_IT = (
    "封存之前，请在届次文件夹的 {file} 中加入下面一行，其中“职务”写评选办法 [signatures] 里的名称，“姓名”写本人姓名：",
    "Before the seal, add this line to {file} in the edition's folder, with a role of [signatures] in the scheme and the name filled in:",
)
UNLISTED_KEY = (
    "提醒：封存包的 allowed_signers 没有列这把密钥，核对的人须另行得知公钥。下次封存之前，请在届次文件夹的 allowed_signers 加一行：\n{line}",
    "warning: the bag's allowed_signers does not list this key: whoever checks has to be told the public key. Before the next seal, add to the edition's allowed_signers:\n{line}",
)
REEXAMINED = Phrase(
    "封存包完好；其中只有办法，没有可重算的结果；对办法的审查已重做，与封存的一致。",
    "The bag is whole; it holds rules alone, and no result to compute again; they were examined again, and what was found is what is sealed.",
)
WHOLE = Phrase("封存包完好。", "The bag is whole.")
OPEN_WHOLE = Phrase(
    "开放包完好（各文件与清单一致）。没有重新计算；要重算请加 --replay。",
    "The open bag is whole: its files are those of its manifest. Nothing was computed again: add --replay for that.",
)

NO_OPEN_BAG = Phrase("这不是开放包，没有这样的指纹", "is no open bag and has no such fingerprint")
NO_PRINT = (
    Phrase("不是开放包指纹：应为 64 位的数字和小写字母", "not the fingerprint of an open bag: 64 digits 0-9, a-f"),
    Phrase("请从公示页面抄录“开放包指纹”", "copy it from the notice, where it is called fingerprint of the open bag"),
)
PRINT = ("开放包指纹（请与公示页面所列的核对）：{fingerprint}", "Fingerprint of the open bag, to be compared with the notice: {fingerprint}")
SAME_PRINT = ("开放包指纹与所给的一致：{fingerprint}", "The fingerprint is the one given: {fingerprint}")
OPEN_RECOMPUTED = Phrase(
    "开放包完好；列入会员的总分、名次、奖项、等级和公开名单中的最低获奖分均已重新计算，全部一致（未列入会员以所给的区间为准）。",
    "The open bag is whole; every total, place, award and grade of the members in it, and the score of every lowest listed winner, was computed again and is the same (those not in it as their intervals say).",
)


def seal(
    folder: Folder,
    revision: Annotated[str, typer.Option("--as", help="版次 the revision, such as r1", show_default=False)] = "",
    *,
    rules: Annotated[bool, typer.Option("--rules", help="打开记录之前只封存办法 seal the rules alone, before the records are opened")] = False,
    rules_lost: Annotated[bool, typer.Option("--rules-lost", help="照实记入：事先封存的办法没有了 enter that the rules sealed before are lost")] = False,
    revises: Annotated[str, typer.Option(help="替代哪一版 the revision it stands in place of", show_default=False)] = "",
    because: Annotated[str, typer.Option(help="修订理由，会公示；或办法为何没有了 why it was revised, which is published; or why the rules are lost", show_default=False)] = "",
    by: Annotated[str, typer.Option(help="由谁封存，记入工作记录 who seals, for the journal", show_default=False)] = "",
    sign: Annotated[list[Path] | None, typer.Option(help="用这把密钥签名，可多次给出 sign with this key, may be repeated", exists=True, dir_okay=False)] = None,
    language: LanguageOption = "zh",
) -> None:
    """执行全部笔记本，把本届封存为一个封存包。 Execute the notebooks and write the sealed bag."""
    from toolkit.minutes.adoption import told_as_entered
    from toolkit.minutes.journal import read_journal
    from toolkit.minutes.objections import read_objections
    from toolkit.publication.english import problems_told
    from toolkit.publication.extract import unfit_to_publish, unpublishable
    from toolkit.sealing.bag import read_bag_info
    from toolkit.sealing.kernels import one_reading
    from toolkit.sealing.parts import SEAL_LATER, Seal, sealed_early
    from toolkit.sealing.revisions import refuse_revision, stands_alone, untold_seals
    from toolkit.sealing.rules import enter_rules_lost
    from toolkit.sealing.seals import seal_edition, seal_rules
    from toolkit.sealing.signatures import SIGNERS, read_signers, signing

    if [rules, rules_lost, bool(revision)].count(True) != 1 or (not revision and revises) or (rules and because):
        raise wrong_use(ONE_OF, language)
    with refusals(language):
        keys = [unlocked(path, language) for path in sign or []]
        for key in keys:
            signing(key, read_signers(folder / SIGNERS), "")
        if rules_lost:
            enter_rules_lost(folder, by=by, because=because)
            say(language, RULES_LOST)
            return
        if rules:
            _tell_sealed(seal_rules(folder, by=by), keys, language)
            return
        refuse_revision(folder, revision)  # before minutes go into reading what it would be made of
        with one_reading():
            before = len(read_journal(folder).entries)
            edition, evaluation, problems = evaluated(folder, language)
            with steps() as step:
                bag = seal_edition(folder, revision, revises=revises, because=because, by=by, evaluated=(edition, evaluation), progress=step, language=language_of(language))
        refused, without = unfit_to_publish(evaluation.scheme), unpublishable(evaluation.scheme)
        if not without:
            say(language, _named(bag))
        if refused:
            why = NOT_PUBLIC if without else NOT_TO_PUBLISH
            say(language, Phrase(*(f"{why.into(each)}\n{refused.text(each)}" for each in ("zh", "en"))))
        _tell_sealed(bag, keys, language)
        early = sealed_early(Seal.of(read_bag_info(bag)), evaluation.scheme, "warning", SEAL_LATER)
        if doubts := Problems((*early, *stands_alone(folder, revision), *read_objections(folder).unheld)):
            say(language, Phrase(doubts.text("zh"), doubts.text("en")))
        if gone := untold_seals(folder):
            say(language, Phrase(gone.text("zh"), gone.text("en")))
        entered, others = told_as_entered(problems, folder, before)
        if entered:
            typer.echo(entered.text(language_of(language)))
        tell_gravest(problems_told(others, evaluation.scheme, language), language, Phrase("全部见封存包的 problems.csv", "all of them are in the bag's problems.csv"))


def _tell_sealed(bag: Path, keys: list[Ed25519PrivateKey], language: str) -> None:
    """Where the bag is, and who signed it at once."""
    from toolkit.sealing.verification import sign_bag

    say(language, phrase("已封存：{bag}", "Sealed: {bag}", bag=bag))
    for key in keys:
        _tell_signed(sign_bag(bag, key), bag, language)


def verify(
    bag: Bag,
    *,
    replay: Annotated[bool, typer.Option("--replay", help="重新计算一遍 compute everything again")] = False,
    signers: Annotated[Path | None, typer.Option(help="只认这份名册中的签名人，不认包内所列 trust these signers only, and not those the bag lists", exists=True, dir_okay=False)] = None,
    tsa: Annotated[Path | None, typer.Option("--tsa", help="时间戳机构的证书：核对时间戳 the certificate of a timestamp authority", exists=True, dir_okay=False)] = None,
    fingerprint: Annotated[str, typer.Option(help="开放包：公示页面所列的指纹 of an open bag: its fingerprint on the notice", show_default=False)] = "",
    language: LanguageOption = "zh",
) -> None:
    """核对封存包或开放包；--replay 重新计算并逐项比较。 Check the digests of a sealed or an open bag; with --replay the whole computation."""
    from toolkit.sealing.parts import is_open_bag
    from toolkit.sealing.verification import verify_bag

    with refusals(language):
        _refuse_edition(bag)
        if is_open_bag(bag):
            _verify_open(bag, replay=replay, fingerprint=fingerprint, language=language)
            return
        if fingerprint:
            raise refuse(NO_OPEN_BAG, Phrase("请去掉 --fingerprint，或指明开放包", "leave out --fingerprint, or name the open bag"), file=bag.name)
        with steps() as step:
            problems = verify_bag(bag, replay=replay, signers=signers, authority=tsa, progress=step, language=language_of(language))
        finish(problems, language, _well(bag, replay=replay) if not problems.errors else WHOLE)


def _verify_open(bag: Path, *, replay: bool, fingerprint: str, language: str) -> None:
    """An open bag: what is wrong with it, and the fingerprint to hold against the notice."""
    from toolkit.publication.card_proofs import read_root
    from toolkit.reports.wording import last_listed
    from toolkit.sealing.agreement import disagreements, open_opinions, told
    from toolkit.sealing.open_bag import fingerprint_of, read_open, verify_open
    from toolkit.sealing.open_readme import told_of

    wanted = read_root(fingerprint, NO_PRINT) if fingerprint else ""
    with steps() as step:
        problems = verify_open(bag, replay=replay, fingerprint=wanted, step=lambda words: step(worded(language, words)))
    if replay and not problems.errors:
        with working(language, Phrase("正在用网页程序核对", "checking with the page's script")):
            found = list(open_opinions(bag))
        problems += disagreements(found)
        for line in told(found):
            say(language, line)
    well = OPEN_WHOLE
    if not problems.errors:
        rows = read_open(bag / "data")
        say(language, told_of(rows))
        say(language, phrase(*(SAME_PRINT if wanted else PRINT), fingerprint=fingerprint_of(bag)))
        well = last_listed(OPEN_RECOMPUTED, rows.scheme) if replay else OPEN_WHOLE
    finish(problems, language, well)


def _well(bag: Path, *, replay: bool) -> Phrase:
    """What is said of a bag that is well: of rules alone nothing was computed, what stands for it where nothing was, and without a timestamp its date is only said."""
    from toolkit.sealing.bag import read_bag_info
    from toolkit.sealing.parts import EXAMINATION, RULES, Seal
    from toolkit.sealing.timestamps import UNSTAMPED, stamps
    from toolkit.sealing.verification import vouched

    alone = REEXAMINED if (bag / "data" / EXAMINATION).is_dir() else RULES_ALONE
    well = (alone if Seal.of(read_bag_info(bag)).revision == RULES else RECOMPUTED) if replay else WHOLE
    return joined((well, *(() if replay else vouched(bag)), *(() if stamps(bag) else (UNSTAMPED,))), "", " ")


def key(
    action: Annotated[Literal["new"], typer.Argument(metavar="new", help="做一把新密钥 make a new key", show_default=False)],
    file: Annotated[Path, typer.Argument(metavar="密钥文件 FILE", help="私钥写到这里，公钥写在旁边 where the private key goes; the public one is written beside it", dir_okay=False)],
    language: LanguageOption = "zh",
) -> None:
    """做一把签名用的密钥，口令现场输入两次。 Make a key to sign with; its passphrase is asked twice."""
    from toolkit.sealing.signatures import SIGNERS, Signer, new_key

    assert action == "new"
    with refusals(language):
        public = new_key(file, _passphrase(NEW_PASSPHRASE, language, confirm=True))
        say(language, phrase("私钥：{file}（只由本人保管，不外传）", "Private key: {file} (keep it to yourself)", file=file))
        say(language, phrase("公钥：{file}（{form} 格式，交给秘书处登记）", "Public key: {file} (in the format of {form}, for the secretariat to list)", file=f"{file}.pub", form="OpenSSH"))
        say(language, phrase("同一公钥：{file}（{form} 格式，不用本程序也能核对签名）", "The same: {file} (in the format of {form}, to check signatures without this software)", file=f"{file}.pem", form="OpenSSL"))
        say(language, phrase(*LIST_IT, file=SIGNERS))
        say(language, Phrase(*(Signer(role, public, name).line for role, name in (("职务", "姓名"), ("ROLE", "NAME")))))


def sign(
    bag: Bag,
    file: Annotated[Path, typer.Option("--key", help="私钥文件 the private key", exists=True, dir_okay=False)],
    role: Annotated[str, typer.Option(help="以什么职务签名 in what role", show_default=False)] = "",
    name: Annotated[str, typer.Option(help="签名人姓名；已登记的以登记为准 who signs, where the key is not listed", show_default=False)] = "",
    language: LanguageOption = "zh",
) -> None:
    """给封存包签名：签名放在包旁的清单之外，不改动包的内容。 Sign a sealed bag; nothing in it changes."""
    from toolkit.sealing.verification import sign_bag

    with refusals(language):
        _refuse_edition(bag)
        _tell_signed(sign_bag(bag, unlocked(file, language), role, name=name), bag, language)


def unlocked(file: Path, language: str) -> Ed25519PrivateKey:
    """The private key in a file; its passphrase is asked for where it has one."""
    from toolkit.sealing.signatures import is_locked, load_key

    return load_key(file, _passphrase(PASSPHRASE, language, file=file.name) if is_locked(file) else None)


def _passphrase(words: Phrase, language: str, *, confirm: bool = False, file: str = "") -> str:
    """A passphrase as it is typed, unseen, or as it comes through a pipe; where it is asked for twice, until it is the same twice."""
    asked = phrase(words.zh, words.en, file=file).into(language_of(language))
    while True:
        given = _typed(asked)
        if given and (not confirm or _typed(AGAIN.into(language_of(language))) == given):
            return given
        typer.echo((UNLIKE if given else NO_PASSPHRASE).into(language_of(language)), err=True)


def _typed(asked: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{asked}: ")
    typer.echo(f"{asked}: ", err=True)
    if not (line := sys.stdin.readline()):
        raise refuse(NO_INPUT, TYPE_IT)
    return line.rstrip("\r\n")


def _tell_signed(signer: Signer, bag: Path, language: str) -> None:
    """Who signed as what, and that the bag does not list the key where it does not."""
    from toolkit.scheme import role_in_words
    from toolkit.sealing.signatures import SIGNERS, read_signers

    role = role_in_words(signer.role)
    say(language, phrase("已签名：{role.zh} {name} {key}", "Signed: {role.en} {name} {key}", role=role, name=signer.name, key=signer.fingerprint))
    if signer.key not in {listed.key for listed in read_signers(bag / "data" / "edition" / SIGNERS)}:
        say(language, phrase(*UNLISTED_KEY, line=signer.line))


def serve(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="文件夹 DIR", help="封存包或届次文件夹 sealed bags or edition folders")] = None,
    *,
    port: Annotated[int, typer.Option(min=1, max=65_000, help="端口 the port")] = 8866,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="打开浏览器 open a browser")] = False,
    begins: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="公示起始日，工作记录没有写明时用 the day of publication, where the minutes do not say it")] = None,
    viewers: Annotated[int, typer.Option(min=1, max=1000, help="同时打开筛选页的人数上限，每人约占 25 MB；其余各页不限 how many may have the page with filters open, of 25 MB each; the others have no bound")] = 40,
    path: Annotated[str, typer.Option(help="网址中的路径（如 /2018/） the path of all addresses, such as /2018/", show_default=False)] = "/",
    cards: Annotated[Path | None, typer.Option(exists=True, file_okay=False, metavar="文件夹 FOLDER", help="publish --cards-at 写到的文件夹：其中加密的得分单一并提供，函件里的 https 网址由前面的网页服务器提供 the folder that publish --cards-at wrote into: its cards under lock are served too, at the https address of the letters, which a web server in front has", show_default=False)] = None,
    nginx: Annotated[Path | None, typer.Option(file_okay=False, help="在此文件夹写出 nginx 的配置：nginx 用 --port，各页用其后的端口 write a configuration of nginx there: it has --port, the pages the next ones")] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="nginx 之后的进程数 processes behind nginx")] = 1,
    language: LanguageOption = "zh",
) -> None:
    """把公示网站以只读方式提供浏览：各页与 publish 写出的相同（加密的得分单要加 --cards），另有可筛选的名单。 The site that publish writes, with its cards under lock where --cards names them, read-only, and the list with filters."""
    from toolkit.ground.resources import house_folder
    from toolkit.publication.server import SITE, Settings, path_of, write_nginx
    from toolkit.publication.server import serve as serve_pages
    from toolkit.sealing.cards import cards_as_sent
    from toolkit.sealing.site import fresh_site
    from toolkit.sealing.verification import verify_bag

    def site(bag: Path, place: Path) -> Period:
        with working(language, Phrase("正在写出公示网站", "writing the site")):
            period = fresh_site(bag, place, begins and begins.date(), date.today(), sent=sent)  # noqa: DTZ011 - the wall's date
        if bag not in told:
            told.add(bag)
            tell_begun(bag, period.begins, language)
        return period

    sent, told = None, set[Path]()
    with refusals(language):
        bags = [bag for folder in folders or [house_folder("data/demo")] for bag in _bags(folder)]
        for bag in bags:
            _tell_older(bag, language)
        settings = Settings(most_viewers=viewers, path=path_of(path), site=site, kept=nginx and nginx / SITE)
        if cards is not None and len(bags) > 1:
            raise wrong_use(ONE_REVISION, language)
        sent = cards_as_sent(cards, bags[0], path_of(path)) if cards is not None else None
        if (nginx is None and processes > 1) or (nginx is not None and len(bags) > 1):
            raise wrong_use(ONE_SITE, language)
        if nginx is not None:
            bags, ports = bags * processes, range(port + 1, port + 1 + processes)
            command = write_nginx(nginx, port, ports, settings.path)
            say(language, phrase(*BEHIND, port=port, path=settings.path, command=shlex.join(command)))
            port += 1
        serve_pages(bags, port=port, open_browser=open_browser, settings=settings, language=language_of(language), verify=verify_bag)


def demo(
    into: Annotated[Path, typer.Option(file_okay=False, help="演示文件夹 where the demo goes")] = PLACE,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="最后打开公示页面 serve the page at the end")] = True,  # noqa: FBT002
    port: Annotated[int, typer.Option(min=1, max=65_000, help="端口 the port")] = 8866,
    judged: Annotated[bool, typer.Option("--panel", help="专家评分的例子：十二家会员，七位专家 the example of a panel: twelve members, seven experts")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """在虚构的演示数据上把全流程走一遍。 All of it on the invented demo edition; prints the address to open."""
    from toolkit.ground.resources import house_folder

    if judged:
        _demo_of_a_panel(PLACE.with_name("panel") if into == PLACE else into, language)
        return
    with refusals(language):
        _copy_edition(house_folder("data/demo"), into)
    check(into, language=language)
    evaluate(into, into / "results", language=language)
    sensitivity(into, into / "results", language=language)
    seal(into, "r1", language=language)
    verify(into / "sealed" / "r1", language=language)
    tell_program(language)
    if serving:
        serve([into], port=port, open_browser=False, language=language)


def _demo_of_a_panel(into: Path, language: Language) -> None:
    """The example of a panel: an edition begun from its template, with all that came back, checked and shown to the panel's chair."""
    from toolkit.commands.experts import panel
    from toolkit.forms.new_edition import begun_edition
    from toolkit.ground.resources import house_folder

    with refusals(language):
        _refuse_other(into)
        _clear(into)
        begun_edition(into, "expert_panel", _named_for_show)
        shutil.copytree(house_folder("data/panel"), into, dirs_exist_ok=True, ignore=MAKING)
        (into / DEMO).touch()
    check(into, language=language)
    panel(into, language=language)
    say(language, phrase(*PANEL_NEXT, folder=into, copied=copied(into), page=house_folder("docs") / ("panel.zh-CN.md" if language == "zh" else "panel.md")))
    tell_program(language)


def _named_for_show(folder: Path) -> None:
    """The papers of an example bear the name of nobody's federation."""
    from toolkit.edition import load_plan
    from toolkit.scheme.writing import write_scheme

    scheme, _ = load_plan(folder)
    papers = scheme.papers.model_copy(update={"organisation": "公共资源交易联合会（演示）", "authority": "业务主管部门（演示）"})
    write_scheme(scheme.model_copy(update={"papers": papers}), folder / "scheme.toml")


def _named(bag: Path) -> Phrase:
    """How many of the winners the public list names, and how many not."""
    from toolkit.publication.extract import read_extract

    notice = read_extract(bag / "data" / "public").notice
    return phrase(*(NAMED if notice["unnamed"] else ALL_NAMED), named=notice["named"], unnamed=notice["unnamed"])


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

    newest = newest_bag(bag.parent) if bag.parent.name == "sealed" and bag.name != "rules" else None
    if newest is not None and newest.name != bag.name:
        say(language, phrase(*OLDER, bag=bag, newest=newest, copied=copied(newest)))


def copied_demo() -> Path:
    """The demonstration edition where the demonstration puts it; a copy that is there already stays as it is."""
    from toolkit.ground.resources import house_folder

    if not (PLACE / DEMO).is_file():
        _copy_edition(house_folder("data/demo"), PLACE)
    return PLACE


def _copy_edition(source: Path, target: Path) -> None:
    """A fresh copy of an edition, in place of an earlier copy; any other folder is left alone."""
    from toolkit.ground.writing import refusing

    _refuse_other(target)
    with refusing(target):
        copied_anew(source, target)


def _refuse_other(target: Path) -> None:
    if target.exists() and not (target / DEMO).is_file():
        rule = Phrase("文件夹已存在，且不是演示文件夹", "the folder exists and is no demo")
        raise refuse(rule, Phrase("请用 --into 另指一个文件夹", "name another one with --into"), file=str(target))


def copied_anew(source: Path, target: Path) -> None:
    """A copy of an edition without what was made of it, in place of an earlier copy."""
    _clear(target)
    shutil.copytree(source, target, ignore=MAKING)
    (target / DEMO).touch()


def _clear(target: Path) -> None:
    """Take an earlier copy away, read-only bags too."""
    if target.exists():
        for path in (target, *target.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IWRITE)
        shutil.rmtree(target)
