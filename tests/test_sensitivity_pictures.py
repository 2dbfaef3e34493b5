from __future__ import annotations

import re

import pytest

from tests.test_firmness import sure
from tests.test_firmness_tables import half
from tests.test_stability import two
from toolkit.sensitivity.firmness import Firmness, firmness
from toolkit.sensitivity.firmness_tables import bottom_line
from toolkit.sensitivity.pictures import firmness_picture
from toolkit.text import Language


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_says_the_bottom_line_and_the_names(language: Language) -> None:
    picture = firmness_picture(two(), half(), language)
    assert picture.alt == bottom_line(half()).into(language)
    for said in ("m0", "m1", "first", {"zh": "系于一线：m0", "en": "On a hair: m0"}[language]):
        assert said in picture.svg


def test_a_box_for_each_place_and_each_who_just_missed() -> None:
    def boxes(found: Firmness) -> int:
        return len(re.findall(r'<g id="patch_', firmness_picture(two(), found).svg))

    legend = 4
    assert boxes(half()) - boxes(firmness(two(), sure(two()))) == 1
    assert boxes(firmness(two(), sure(two()))) >= legend + 1


def test_many_names_are_wrapped_and_many_places_made_smaller() -> None:
    from toolkit.drawing import text_width
    from toolkit.sensitivity.pictures import BOX, LEFT, RIGHT, SMALL, _unit, _wrapped

    lines = _wrapped("系于一线：", [f"广东某某招标代理有限公司{n}" for n in range(20)], "、")
    assert len(lines) > 1
    assert all(text_width(line, SMALL) <= RIGHT - LEFT for line in lines)
    assert "".join(lines).count("、") == 19
    assert _unit([{"awarded": 2, "contenders": 0}]) == BOX
    assert 200 * _unit([{"awarded": 150, "contenders": 50}]) <= RIGHT - LEFT
