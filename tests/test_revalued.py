"""One member measured otherwise: the same as the whole evaluation of it."""

from __future__ import annotations

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.straight import straight
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import rounded_points
from toolkit.sensitivity.tipping.lines import decided
from toolkit.sensitivity.tipping.one_value import Field, Revalued

QUICK = settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))


@QUICK
@given(straight() | contested(), st.data())
def test_its_own_scores_give_what_stands(asked: Evaluation, data: st.DataObject) -> None:
    points = rounded_points(asked.scheme, asked.scores.loc[asked.members.index])
    for contest in decided(asked):
        field, place = Field.of(asked, None), data.draw(st.integers(0, len(contest.positions) - 1))
        position = int(contest.positions[place])
        own = {node: float(points[node].iloc[position]) for node in field.points}
        assert field.given(contest, position, own) == contest.given[place]


@QUICK
@given(straight(), st.data())
def test_a_class_by_itself_decides_as_all_together(asked: Evaluation, data: st.DataObject) -> None:
    revalued = Revalued.of(asked)
    for contest in decided(asked):
        position = int(data.draw(st.sampled_from(contest.positions.tolist())))
        few, all_ = revalued.field(contest), Field.of(asked, None)
        scores = {node: data.draw(st.sampled_from([0.0, 40.0, 55.5, 100.0])) for node in all_.points}
        assert few.given(contest, position, scores) == all_.given(contest, position, scores)


@QUICK
@given(straight(), st.data())
def test_the_raw_value_it_has_gives_the_scores_it_has(asked: Evaluation, data: st.DataObject) -> None:
    revalued = Revalued.of(asked)
    item = data.draw(st.sampled_from(list(asked.resolved.indicators)))
    position = data.draw(st.integers(0, len(asked.members) - 1))
    raw = float(asked.indicators[item.id].iloc[position])
    (found,) = revalued.scores([(position, item, np.array([raw, raw]))])
    for node, own in found.items():
        stands = rounded_points(asked.scheme, asked.scores.loc[asked.members.index])[node].iloc[position]
        assert own.tolist() == [stands, stands]
