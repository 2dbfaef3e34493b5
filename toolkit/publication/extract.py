"""The public extract: the only part of a sealed edition that a public page ever sees.

It is two files, `notice.json` and `awards.csv`, so that whatever serves them needs neither scheme nor records:
what may not be seen is not there. Reading them loads nothing but the standard library.

Who permits what is decided here, once, when the edition is sealed; of whoever does not permit to be named, a number is left.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from toolkit import __version__
from toolkit.ground.problems import Problem, Problems, Refused, Severity, refuse
from toolkit.ground.text import Phrase, discreet, is_reachable, personal_numbers, phrase
from toolkit.ground.writing import guarded

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Publication, Scheme
    from toolkit.scheme.outcomes import Consent

NOTICE, AWARDS = "notice.json", "awards.csv"
FIELDS = ("name", "class", "award", "grade", "rank", "total")
DAMAGED = (
    Phrase("缺少公开摘要，或其内容已损坏", "the public extract is missing or damaged"),
    Phrase("请重新封存并发布", "seal and publish the edition again"),
)
KINDS = {
    **dict.fromkeys(("title", "edition", "revision", "approval", "as_of", "contact", "language", "order", "sealed_on", "toolkit_version"), str),
    **dict.fromkeys(("working_days", "members", "applied"), int),
    **dict.fromkeys(("fields", "awards", "classes"), list),
    "digests": dict,
}
"""What every notice tells, and of what kind it is."""
AWARD_KINDS = {"id": str, "label": str, "count": int}
ASKED_KINDS, ASKED_AWARD_KINDS = {"named": int, "unnamed": int, "obliged": dict}, {"unnamed": int}
"""What a notice tells besides, and each of its awards, where members were asked."""
LACKING = {
    "publication": (
        Phrase("评选办法没有规定公布事项", "the scheme does not say what may be published"),
        Phrase("请在 scheme.toml 中填写 [publication]", "fill in [publication] in scheme.toml"),
    ),
    "approval": (
        Phrase("评选结果没有批准文号，不能公布", "without an approval the result cannot be published"),
        Phrase("请在 scheme.toml 中填写 approval", "fill in approval in scheme.toml"),
    ),
    "publication.consent": (
        Phrase("评选办法没有写明会员是否同意公开，不能公布", "the scheme does not say how members agree to be named: it cannot be published"),
        Phrase("请在 scheme.toml 中填写 [publication.consent]", "fill in [publication.consent] in scheme.toml"),
    ),
}

ARTICLES = {
    "publication.consent": Phrase("依据：行动方案任务（四）“在承诺书许可的范围内公开”，《个人信息保护法》第二十五条", "by task (4) of the action plan, within what the pledge permits, and art. 25 of the Personal Information Protection Law"),
    "approval": Phrase("依据：粤民函〔2020〕830号，未经批准不得开展评比达标表彰", "by letter 830 (2020) of the Guangdong Department of Civil Affairs: no award without approval"),
    "members.applied": Phrase(
        "依据：《广东省优化营商环境条例》第二十五条，不得强制或变相强制会员参加评比、表彰，须由会员自愿申报",
        "by art. 25 of the Guangdong Regulations on the Business Environment: no member is made to take part in a selection, each applies of its own will",
    ),
    "fee": Phrase("依据：粤民函〔2020〕830号，评比表彰的事前、事中、事后均不得收费，也不以赞助、捐赠为条件", "by letter 830 (2020) of the Guangdong Department of Civil Affairs: no fee before, during or after an award, and no sponsoring or donating for it"),
    "publication": Phrase("依据：行动方案任务（四），公开的渠道和范围须先定明", "by task (4) of the action plan: what is published, and where, is decided first"),
}
UNASKED = Phrase("办法设有奖项，而没有写明会员是否自愿申报，不能公布", "the scheme gives awards and does not say who applied of its own will: the result cannot be published")
ASK_WHO = Phrase("请在 [members] 中写 applied：自愿申报登记在哪张表、哪一列；已封存的，另封一版", "name in [members] applied where it is entered who applied; what is sealed needs another revision")
CHARGES = re.compile(r"(?:评审|参评|评选|报名|申报|认证|认定|牌匾|奖牌|证书|宣传)(?:服务)?费|工本费|(?:entry|application|review|award) fee", re.IGNORECASE)
FEES = re.compile(rf"{CHARGES.pattern}|赞助|捐赠|捐款|捐资|出资(?:者|单位|优先)|sponsor|donat", re.IGNORECASE)
FEE = phrase("评选办法以缴费、赞助或捐赠作为条件或计分", "the scheme asks for a fee, a sponsoring or a donation, or gives points for it")
NO_FEE = Phrase("请删去这一项，已封存的另封一版；按时缴纳会费属于会员义务，可以计分", "remove it; what is sealed needs another revision; paying one's dues in time is a member's duty, and may count")

NOWHERE = (
    Phrase("公示、异议书和得分单上没有受理单位的地址，也没有电话或邮箱，异议无处可送", "notice, forms and score cards name no address, telephone or e-mail of the office: nobody knows where to object"),
    Phrase("请在 [publication] 中写 address、telephone 或 email（办公的，不写个人的），接待时间写 hours", "write address, telephone or email of the office, no person's own, in [publication], and its hours"),
)
OWN_NUMBER = (
    Phrase("像是个人的手机、身份证或银行卡号码，会原样印在公示、异议书和得分单上", "looks like a mobile, identity or bank card number of a person, and stands as it is on notice, forms and score cards"),
    Phrase("请改为办公电话；确是单位公开的号码，可以不改", "write the office's telephone instead; a number that the office makes public itself may stay"),
)

NoticeRow = dict[str, str]


@dataclass(frozen=True)
class Extract:
    """What the public may read of one sealed edition.

    Parameters
    ----------
    notice
        The facts of the notice: title, edition, revision, approval, as_of, working_days, contact, language, order,
        fields, awards (id, label, count, unnamed; english where the scheme says it), named and unnamed (members awarded), obliged (item and article),
        classes, members, applied, digests, sealed_on, toolkit_version; where there are such, revises and because (the revision
        in whose place it stands, and why), journal (the head of the committee's journal) and reached (the office's address, telephone, email, hours), english (what names are in English). One sealed before consent was
        asked for has no named, unnamed and obliged.
    rows
        One for each award of each member that is named, in the order of publication: award, class, then
        `notice["order"]`. The keys are `notice["fields"]`, the values text as printed; empty where the member does not
        permit it.
    """

    notice: dict[str, Any]
    rows: tuple[NoticeRow, ...]

    @property
    def asked(self) -> bool:
        """Whether members were asked before they were named, or have to bear it."""
        return "unnamed" in self.notice

    @property
    def awards(self) -> pd.DataFrame:
        """The rows as a frame of text, columns `notice["fields"]`."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=self.notice["fields"], dtype="str")

    def write(self, folder: Path) -> None:
        """Write `notice.json` and `awards.csv` (UTF-8 with BOM, for Excel) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.notice, ensure_ascii=False, indent=2) + "\n"
        (folder / NOTICE).write_text(text, encoding="utf-8", newline="\n")
        with (folder / AWARDS).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.notice["fields"])
            writer.writerows([_guarded(row[field]) for field in self.notice["fields"]] for row in self.rows)


def read_extract(folder: Path) -> Extract:
    """The extract written into `folder`.

    Raises
    ------
    Refused
        If a file is missing or cannot be read as one written by `Extract.write`.
    """
    try:
        notice = json.loads((folder / NOTICE).read_text(encoding="utf-8"))
        with (folder / AWARDS).open(encoding="utf-8-sig", newline="") as file:
            rows = tuple(
                {field: unguarded(cell) for field, cell in row.items()} for row in csv.DictReader(file)
            )
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise refuse(*DAMAGED, file=folder.name) from error
    if not (_is_notice(notice) and all(isinstance(row.get(field), str) for row in rows for field in notice["fields"])):
        raise refuse(*DAMAGED, file=folder.name)
    return Extract(notice, rows)


def _is_notice(notice: object) -> bool:
    """Whether all is there that a notice tells, and of its kind, so that whatever shows it need not ask."""
    asked = isinstance(notice, dict) and "unnamed" in notice
    return (
        _holds(notice, KINDS | (ASKED_KINDS if asked else {}))
        and all(_holds(award, AWARD_KINDS | (ASKED_AWARD_KINDS if asked else {})) and isinstance(award.get("english", ""), str) for award in notice["awards"])
        and all(field in FIELDS for field in notice["fields"])
        and notice["language"] in {"zh", "en"}
        and _are_words(notice.get("reached", {}))
        and _are_words(notice.get("english", {}))
    )


def _are_words(told: object) -> bool:
    return isinstance(told, dict) and all(isinstance(word, str) for word in told.values())


def _holds(told: object, kinds: Mapping[str, type]) -> TypeGuard[dict[str, Any]]:
    return isinstance(told, dict) and all(isinstance(told.get(key), kind) for key, kind in kinds.items())


def public_extract(
    evaluation: Evaluation, revision: str, digests: Mapping[str, str], sealed_on: dt.date | str, history: Mapping[str, str] | None = None
) -> Extract:
    """The awarded members that permit to be named, with no more about each than it and the scheme's `publication` permit.

    Parameters
    ----------
    evaluation
        The sealed evaluation.
    revision
        Its revision, as "r1".
    digests
        Fingerprints a reader can recompute, by what they are of: "scheme", "records", "ranking".
    sealed_on
        The day of the seal.
    history
        What else the notice says of the seal: revises, because, journal.

    Raises
    ------
    Refused
        With all that the scheme lacks: publication, approval, consent. Then it can be computed, not published.
    """
    scheme = evaluation.scheme
    publication, consent = _publication(scheme)
    fields = [field for field in FIELDS if field in publication.shown]
    order = publication.order if publication.order != "rank" or consent.says("rank") else "name"
    places = _places(evaluation, order)
    named = [place for place in places if place["_named"]]
    members = evaluation.members
    notice = {
        "title": scheme.title,
        "edition": scheme.edition,
        "revision": revision,
        "approval": scheme.approval,
        "as_of": scheme.as_of.isoformat(),
        "working_days": publication.working_days,
        "contact": publication.contact,
        **({"reached": publication.reached} if publication.reached else {}),
        **({"english": dict(scheme.english)} if scheme.english else {}),
        "language": scheme.language,
        "order": order,
        "fields": fields,
        "awards": [_counted(award.id, award.label, places, scheme.english.get(award.label, "")) for award in scheme.awards],
        "named": len({place["_member"] for place in named}),
        "unnamed": len({place["_member"] for place in places if not place["_named"]}),
        "obliged": dict(consent.obliged),
        "classes": list(dict.fromkeys(sorted((place["class"] for place in named), key=pinyin)))
        if "class" in fields
        else [],
        "members": len(members),
        "applied": int(members["applied"].sum()),
        "digests": dict(digests),
        "sealed_on": str(sealed_on),
        "toolkit_version": __version__,
        **(history or {}),
    }
    return Extract(notice, tuple({field: place[field] for field in fields} for place in named))


def unpublishable(scheme: Scheme) -> Problems:
    """What the scheme lacks for its result to be published; empty when it lacks nothing."""
    lacking = {
        "publication": scheme.publication is None,
        "approval": not scheme.approval.strip(),
        "publication.consent": scheme.publication is not None and scheme.consent is None,
    }
    return Problems(tuple(
        Problem("error", *LACKING[key], file="scheme.toml", column=key) for key, lacks in lacking.items() if lacks
    ))  # fmt: skip


def unfit_to_publish(scheme: Scheme) -> Problems:
    """Why nothing that comes of a scheme may be published, each with what demands it."""
    lacking = (*unpublishable(scheme), *_forced(scheme), *_paid(scheme))
    return Problems(tuple(replace(problem, mend=phrase("{mend.zh}（{article.zh}）", "{mend.en} ({article.en})", mend=problem.mend, article=_article(problem))) for problem in lacking))


def _article(problem: Problem) -> Phrase:
    return ARTICLES["fee" if problem.rule == FEE else problem.column]


def told_early(scheme: Scheme) -> Iterator[Problem]:
    """What `publish` will refuse, for `check`, beside what it says of the scheme in any case; a note where nothing is to be published as yet."""
    severity: Severity = "warning" if scheme.publication is not None else "note"
    for problem in unfit_to_publish(scheme):
        if problem.column != "publication.consent":
            yield replace(problem, severity=severity, rule=phrase("{rule.zh}（committee publish 会拒绝）", "{rule.en} (committee publish will refuse it)", rule=problem.rule))
    yield from unreachable(scheme)


def unreachable(scheme: Scheme) -> Iterator[Problem]:
    """A warning where whoever objects is not told where to, or by a number that is a person's own: neither keeps a result from being published."""
    if (told := scheme.publication) is None:
        return
    if not is_reachable(told.contact, told.reached):
        yield Problem("warning", *NOWHERE, file="scheme.toml", column="publication.contact", value=told.contact)
    for key, said in {"contact": told.contact, **told.reached}.items():
        if personal_numbers(said):
            yield Problem("warning", *OWN_NUMBER, file="scheme.toml", column=f"publication.{key}", value=discreet(said))


def _forced(scheme: Scheme) -> Iterator[Problem]:
    """Where awards are given to members of whom nobody knows whether they applied."""
    if scheme.awards and not scheme.members.applied:
        yield Problem("error", UNASKED, ASK_WHO, file="scheme.toml", column="members.applied")


def _paid(scheme: Scheme) -> Iterator[Problem]:
    """Whatever of a scheme asks for money."""
    parts = {"indicator": scheme.indicators, "adjustment": scheme.adjustments, "condition": scheme.conditions, "veto": scheme.vetoes, "award": scheme.awards}
    for kind, items in parts.items():
        yield from (_fee(f"{kind}[{item.id}]", item.label) for item in items if FEES.search(f"{item.id} {item.label}"))
    yield from (_fee(place, said) for place, said in _public_words(scheme) if FEES.search(said))
    if CHARGES.search(scheme.papers.organisation):  # its name may be that of a foundation
        yield _fee("papers.organisation", scheme.papers.organisation)


def _public_words(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """What pages and papers say beside the parts of the rules, with where it stands."""
    yield "title", scheme.title
    if scheme.publication is not None:
        yield from ((f"publication.{key}", said) for key, said in {"contact": scheme.publication.contact, **scheme.publication.reached}.items())
    for phase in scheme.phases:
        yield f"phase[{phase.id}]", phase.label
        yield f"phase[{phase.id}].work", "；".join(phase.work)
        yield from ((f"phase[{phase.id}].asks[{n}]", demand.label) for n, demand in enumerate(phase.asks, 1))


def _fee(place: str, said: str) -> Problem:
    return Problem("error", FEE, NO_FEE, file="scheme.toml", column=place, value=said)


def pinyin(text: str) -> tuple[bytes, str]:
    """A sorting key: common Chinese characters by their pronunciation, as in a list without ranks.

    GB 18030 keeps the 3,755 common characters of GB 2312 in the order of pinyin, so no dictionary is needed; rarer
    ones follow by radical and strokes, and one with several readings stands under its commonest.

    Examples
    --------
    >>> sorted(["中山公司", "东莞公司", "广州公司", "佛山公司"], key=pinyin)
    ['东莞公司', '佛山公司', '广州公司', '中山公司']
    """
    return unicodedata.normalize("NFKC", text).casefold().encode("gb18030", "replace"), text


def _publication(scheme: Scheme) -> tuple[Publication, Consent]:
    if (publication := scheme.publication) is None or (consent := scheme.consent) is None or not scheme.approval.strip():
        raise Refused(unpublishable(scheme))
    return publication, consent


def _counted(id_: str, label: str, places: list[NoticeRow], english: str) -> dict[str, Any]:
    """How many an award was given to, and how many of them are not named."""
    given = [place["_named"] for place in places if place["_award"] == id_]
    return {"id": id_, "label": label, "count": len(given), "unnamed": given.count("")} | ({"english": english} if english else {})


def _places(evaluation: Evaluation, order: str) -> list[NoticeRow]:
    """One row for each award of each member, all fields as text as far as the member permits, in the order of publication."""
    from toolkit.publication.disclosures import seen_by

    scheme = evaluation.scheme
    labels = {award.id: award.label for award in scheme.awards}
    awards = evaluation.ranking.drop(columns="award").reset_index()
    awarded = awards.merge(evaluation.awards[["award", "member"]], on="member", how="inner")
    seen = seen_by(evaluation, "public").to_dict("index")
    rows = []
    for place in awarded.to_dict("records"):
        permits = seen[place["member"]]
        standing = {
            "grade": _word(place["grade"]),
            "rank": _word(place["rank"]),
            "total": f"{place['total']:.{scheme.decimals}f}",
        }
        rows.append({
            "_award": str(place["award"]),
            "_member": str(place["member"]),
            "_named": "yes" if permits["award"] else "",
            "name": str(place["name"]),
            "class": discreet(_word(place["class"])),
            "award": labels[str(place["award"])],
            **{field: text if permits[field] else "" for field, text in standing.items()},
        })  # fmt: skip
    turns = list(labels)
    return sorted(rows, key=lambda row: (turns.index(row["_award"]), pinyin(row["class"]), *_turn(row, order)))


def _turn(row: NoticeRow, order: str) -> tuple[Any, ...]:
    """Where a row stands within its class: by name, or in the ranking's own order, and who permits no rank last."""
    if order != "rank":
        return (pinyin(row["name"]),)
    return (False, int(row["rank"])) if row["rank"] else (True, pinyin(row["name"]))


def _word(value: object) -> str:
    """The value as text; empty where there is none, which pandas says in three ways."""
    text = str(value)
    return "" if value is None or text in {"nan", "<NA>"} else text


def _guarded(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula; numbers stay numbers."""
    return cell if cell.lstrip("-").replace(".", "", 1).isdigit() else guarded(cell)


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that kept a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" else cell
