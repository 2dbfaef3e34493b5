"""The relations of a source: the one that is meant, or why none can be read."""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.errors import nearest
from toolkit.reading.findings import Finding
from toolkit.text import Phrase, phrase


class Unreachable(Exception):  # noqa: N818 - named for what happened, as a committee would say it
    """A source or relation that cannot be read, and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule.en)
        self.finding = finding


def chosen(relation: str, known: Sequence[tuple[str, str]], home: str) -> tuple[str, str]:
    """The (schema, name) that `relation` means: a bare name in `home` goes first, then "schema.name".

    Raises
    ------
    Unreachable
        With the nearest name.
    """
    schema, dot, name = relation.partition(".")
    for candidate in ((home, relation), *([(schema, name)] if dot else [])):
        if candidate in known:
            return candidate
    names = [name if schema == home else f"{schema}.{name}" for schema, name in known]
    raise Unreachable(_no_relation(relation, names))


def missing_extra(name: str) -> Finding:
    """A driver that is not installed."""
    rule = phrase("读取这种数据来源需要附加组件 {name}", "this source needs the extra `{name}`", name=name)
    mend = phrase(
        "请运行 pip install 'evaluation-committee-toolkit[{name}]'", "run pip install 'evaluation-committee-toolkit[{name}]'", name=name
    )
    return Finding(rule, mend)


def _no_relation(relation: str, known: Sequence[str]) -> Finding:
    rule = phrase("没有名为“{name}”的表或视图", "there is no table or view called `{name}`", name=relation)
    guess = nearest(relation, known)
    if guess:
        return Finding(rule, phrase("是否为“{guess}”？", "is it `{guess}`?", guess=guess))
    return Finding(rule, Phrase("请核对 relation，或确认该账号有权查看", "check `relation`, or whether the account may see it"))
