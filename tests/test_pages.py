"""The public extract holds only what may be published; the notice shows it as text; only a sealed bag is served."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import socket
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from voila.tornado.handler import TornadoVoilaHandler

from tests.altered import altered
from tests.conftest import write_small_edition
from tests.processes import free_port
from tests.sealed_page import passes, sample_extract, write_bag
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase, former_words
from toolkit.publication import notice, read_only, server
from toolkit.publication.extract import Extract, pinyin, public_extract, read_extract
from toolkit.publication.frames import well_formed
from toolkit.publication.readers import Patience, Readers
from toolkit.sealing.verification import verify_bag

DIGESTS = {"scheme": "a" * 64, "records": "b" * 64, "ranking": "c" * 64}
words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)


@cache
def small_edition() -> Edition:
    with TemporaryDirectory() as folder:
        return open_edition(write_small_edition(Path(folder) / "small"))


@cache
def small_evaluation() -> Evaluation:
    return evaluate(small_edition().scheme, small_edition().records)


def extracted(evaluation: Evaluation) -> Extract:
    return public_extract(evaluation, "r1", DIGESTS, "2019-01-25")


def test_the_extract_lists_the_awarded_and_nobody_else() -> None:
    evaluation = small_evaluation()
    awarded = evaluation.ranking[evaluation.ranking["award"] != ""]
    extract = extracted(evaluation)
    assert sorted(row["name"] for row in extract.rows) == sorted(awarded["name"])
    assert [award["count"] for award in extract.notice["awards"]] == [
        (awarded["award"] == award.id).sum() for award in evaluation.scheme.awards
    ]


def test_the_extract_holds_only_the_public_fields(tmp_path: Path) -> None:
    evaluation = small_evaluation()
    extracted(evaluation).write(tmp_path)
    heading, *_ = (tmp_path / "awards.csv").read_text("utf-8-sig").splitlines()
    assert heading == "name,class,award"
    assert (tmp_path / "awards.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert not [member for member in evaluation.members.index if f"{member}," in written]


def test_what_is_sealed_is_read_back(tmp_path: Path) -> None:
    extract = extracted(small_evaluation())
    extract.write(tmp_path)
    assert read_extract(tmp_path) == extract
    assert list(extract.awards["name"]) == [row["name"] for row in extract.rows]


@given(st.lists(st.tuples(words, words), max_size=5))
def test_any_text_is_read_back_and_none_is_a_formula(cells: list[tuple[str, str]]) -> None:
    sample = sample_extract()
    extract = replace(sample, rows=tuple({"name": a, "class": b, "award": "优秀"} for a, b in cells))
    with TemporaryDirectory() as folder:
        extract.write(Path(folder))
        assert read_extract(Path(folder)).rows == extract.rows
        with (Path(folder) / "awards.csv").open(encoding="utf-8-sig", newline="") as file:
            written = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in written if cell[:1] in {"=", "+", "@", "\t", "\r"}]


def test_names_stand_in_the_order_of_pinyin_within_award_and_class() -> None:
    evaluation = small_evaluation()
    labels = [award.label for award in evaluation.scheme.awards]
    keys = [
        (labels.index(row["award"]), pinyin(row["class"]), pinyin(row["name"]))
        for row in extracted(evaluation).rows
    ]
    assert keys == sorted(keys)


def test_the_order_of_names_says_nothing_of_rank() -> None:
    evaluation = small_evaluation()
    upside_down = altered(evaluation, ranking=evaluation.ranking.iloc[::-1])
    assert extracted(upside_down).rows == extracted(evaluation).rows


@pytest.mark.parametrize("lacking", [["approval"], ["publication"], ["publication.consent"], ["approval", "publication.consent"]])
def test_what_is_not_approved_or_has_no_consent_is_not_published_and_all_that_lacks_is_said(lacking: list[str]) -> None:
    evaluation = small_evaluation()
    scheme = evaluation.scheme.with_({place: "" if place == "approval" else None for place in lacking})
    with pytest.raises(Refused) as refused:
        extracted(replace(evaluation, scheme=scheme))
    assert [problem.column for problem in refused.value.problems] == lacking
    assert not [problem for problem in refused.value.problems if not (problem.mend.zh and problem.mend.en)]


def test_more_fields_are_shown_only_when_the_scheme_makes_them_public() -> None:
    changes = {"fields": {"public": ["total", "rank", "name"]}, "order": "rank"}
    borne = dict.fromkeys(("award", "rank", "total"), "章程第九条")
    scheme = small_edition().scheme.with_({"publication": changes | {"consent": {"obliged": borne}}})
    extract = extracted(evaluate(scheme, small_edition().records))
    assert extract.notice["fields"] == ["name", "rank", "total"]
    assert extract.notice["classes"] == []
    assert "类别" not in notice.award_list(extract, extract.rows, "zh")


def test_a_damaged_extract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="missing or damaged"):
        read_extract(tmp_path)
    sample_extract().write(tmp_path)
    for text in ("{", "[]", "null", "[" * 100_000):
        (tmp_path / "notice.json").write_text(text, "utf-8")
        with pytest.raises(Refused, match="missing or damaged"):
            read_extract(tmp_path)


OTHER = {"title": 5, "awards": [1], "fields": ["name", "phone"], "language": "fr", "digests": [], "unnamed": "3", "as_of": None}


@pytest.mark.parametrize("key", [key for key in sample_extract().notice if key != "unnamed"])
def test_a_notice_that_lacks_what_all_of_them_tell_is_refused(tmp_path: Path, key: str) -> None:
    extract = sample_extract()
    assert read_extract(written(tmp_path / "whole", extract)) == extract
    lacking = {name: told for name, told in extract.notice.items() if name != key}
    for number, told in enumerate([lacking, extract.notice | {key: OTHER.get(key, {1: 2})}] if key != "obliged" else [lacking]):
        folder = written(tmp_path / str(number), extract)
        (folder / "notice.json").write_text(json.dumps(told), "utf-8")
        with pytest.raises(Refused, match="missing or damaged"):
            read_extract(folder)


@pytest.mark.parametrize("rows", ["name,class\n甲,乙\n", "name,class,award\n甲\n", "甲,乙,丙\n丁,戊,己\n"])
def test_a_list_without_what_its_notice_says_it_shows_is_refused(tmp_path: Path, rows: str) -> None:
    (written(tmp_path, sample_extract()) / "awards.csv").write_text(rows, "utf-8-sig")
    with pytest.raises(Refused, match="missing or damaged"):
        read_extract(tmp_path)


def written(folder: Path, extract: Extract) -> Path:
    extract.write(folder)
    return folder


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_becomes_an_element(text: str) -> None:
    shown = notice.element("td", text, css=text, title=text)
    assert shown.count("<") == shown.count(">") == 2


def test_words_and_class_choose() -> None:
    extract = sample_extract()
    assert notice.matching(extract) == extract.rows
    assert [row["name"] for row in notice.matching(extract, "采购人", "广州 恒")] == ["广州市恒达采购中心"]
    assert notice.matching(extract, "招标代理机构", "广州") == ()


def test_where_all_who_won_are_named_no_more_is_said_of_a_name_that_is_not_found_and_earlier_pages_had_other_words() -> None:
    extract = sample_extract()
    named = replace(extract, notice=extract.notice | {"unnamed": 0})
    assert [("不表示没有获奖" in notice.award_list(one, (), "zh"), "名单中没有符合条件的会员" in notice.award_list(one, (), "zh")) for one in (extract, named)] == [(True, True), (False, True)]
    with former_words("0.6.0"):
        said = " ".join(sentence.en for sentence in notice.result_in_words(extract))
    assert "3 优秀会员 (outstanding) and 6 先进会员 (advanced) were selected" in said


def test_the_page_answers_its_controls() -> None:
    page = notice.NoticePage(sample_extract())
    page.words.value = "SCRIPT"
    assert "&lt;script&gt;" in page.list.value
    assert "显示 1 家" in page.count.value
    page.language.value = "en"
    assert "1 of 6 members" in page.count.value
    page.class_.value = "采购人"
    assert "No member" in page.list.value
    page.language.value = "zh"
    assert page.class_.value == "采购人"


def test_a_failure_is_told_without_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    page = notice.NoticePage(sample_extract())
    monkeypatch.setattr(notice, "award_list", lambda *_: 1 / 0)
    page.words.value = "x"
    assert page.list.value == notice.element(
        "p",
        "页面暂时无法显示，请刷新后重试。 The page cannot be shown just now; please reload it.",
        css="none",
    )


def test_the_page_of_the_house_reads_its_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = house_folder("notebooks") / "pages"
    assert read_extract(folder / "public").notice["edition"] == "sample"
    cells = json.loads((folder / "results.ipynb").read_text("utf-8"))["cells"]
    assert [cell["cell_type"] for cell in cells].count("markdown") == 3
    assert cells[-1]["outputs"]


def test_a_folder_that_is_not_sealed_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not a sealed bag"):
        server.serve([tmp_path], verify=passes)
    (tmp_path / "bagit.txt").touch()
    with pytest.raises(Refused, match="no public page"):
        server.serve([tmp_path], verify=passes)


def test_a_bag_that_does_not_verify_is_not_served_and_all_are_told_at_once(tmp_path: Path) -> None:
    changed = Problem(
        "error", Phrase("文件已被改动", "a file was changed"), Phrase("", "seal it again"), file="x.csv"
    )
    bags = [write_bag(tmp_path / "a"), tmp_path / "nothing"]
    with pytest.raises(Refused) as refused:
        server.serve(bags, verify=lambda _: Problems((changed,)))
    assert [problem.file for problem in refused.value.problems] == ["x.csv", str(tmp_path / "nothing")]


def test_a_real_check_refuses_the_stub(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        server.serve([write_bag(tmp_path / "stub")], free_port(), verify=verify_bag)


def test_passwords_of_the_environment_stay_out_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "JUPYTER_TOKEN", "JUPYTER_CONFIG_PATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in server._environment(Path("folder")).values()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="is taken"):
            server.serve([write_bag(tmp_path / "bag")], taken.getsockname()[1], verify=passes)


@pytest.mark.parametrize(("first", "told"), [("zh", [server.IN_CHINESE]), ("en", [])])
def test_a_reader_of_english_is_told_of_a_page_that_opens_in_chinese(first: str, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    page = SimpleNamespace(title="T", address="http://x/", bag=tmp_path)
    monkeypatch.setattr(server, "served", lambda *_, **__: contextlib.nullcontext([page]))
    monkeypatch.setattr(server, "read_extract", lambda _: SimpleNamespace(notice={"language": first}))
    monkeypatch.setattr("time.sleep", Mock(side_effect=KeyboardInterrupt))
    server.serve([tmp_path], language="en", say=done.append, verify=passes)
    assert done == ["T\n  http://x/", *told, "Press Ctrl-C to stop."]


@pytest.mark.parametrize("of_its_own", [False, True])
def test_pages_are_made_anew_on_a_new_day_until_somebody_ends_it(of_its_own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """A program that embeds it may serve in a thread of its own, where no signal comes."""
    done: list[object] = []
    page = SimpleNamespace(title="T", address="http://x/", process=SimpleNamespace(poll=lambda: None))
    monkeypatch.setattr(server, "served", lambda *_, **__: contextlib.nullcontext([page]))
    monkeypatch.setattr(server, "dt", SimpleNamespace(date=Mock(today=Mock(side_effect=[1, 1, 2, 2]))))
    monkeypatch.setattr(server, "renew", lambda pages, *_: done.append(pages))
    monkeypatch.setattr("webbrowser.open", done.append)
    monkeypatch.setattr("time.sleep", Mock(side_effect=[None, None, KeyboardInterrupt]))
    serving = partial(server.serve, [tmp_path], open_browser=True, say=done.append, verify=passes)
    if of_its_own:
        (thread := Thread(target=serving)).start()
        thread.join()
    else:
        serving()
    assert done == ["T\n  http://x/", "按 Ctrl-C 停止。", "http://x/", [page]]


def test_a_channel_in_another_protocol_is_hung_up_on_and_a_page_whose_kernel_does_not_start_is_the_list_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    channel = read_only.PageSocket.__new__(read_only.PageSocket)
    monkeypatch.setattr(read_only.PageSocket, "selected_subprotocol", "other")
    monkeypatch.setattr(read_only.PageSocket, "hang_up", lambda _, *why: said.append(why))
    asyncio.run(channel.open("k"))
    assert said == [(1002, "another protocol")]
    page, ended = read_only.Page.__new__(read_only.Page), Mock(end=AsyncMock())
    page.application = Mock(settings={"readers": Readers(4, Patience()), "starting": asyncio.Lock(), "kernel_manager": ended})
    page.request = Mock(remote_ip="127.0.0.1", headers={})
    for name in ("begin", "finish", "log"):
        monkeypatch.setattr(read_only.Page, name, Mock())
    monkeypatch.setattr(TornadoVoilaHandler, "get", AsyncMock(side_effect=OSError))
    asyncio.run(page.get())
    assert (ended.end.await_count, page.finish.call_count) == (1, 1)


def test_what_an_extract_lacks_to_be_shown_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is incomplete"), server._shown(tmp_path):
        raise KeyError


def test_frames_are_weighed_before_they_are_read() -> None:
    places = [8 * 7, 61, 63, 65, 67, 69]
    true = b"".join(number.to_bytes(8, "little") for number in (6, *places)) + b"shell{}{}{}{}"
    assert well_formed(true)
    assert not well_formed(true[:-1])
    assert not well_formed(b"\xff" * 8 + true[8:])
    assert not well_formed(b"")


def test_nothing_of_a_missing_house_is_guessed() -> None:
    with pytest.raises(Refused, match="incomplete"):
        house_folder("no such room")
