"""What each key says that a committee writes, in both languages: for editors, for pages of documentation and for messages.

The words stand in ``keys.toml``, where whoever corrects them needs no Python.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from toolkit.ground.text import Phrase

ANY = "any"


def key_words(model: str, key: str) -> Phrase | None:
    """What a key of a model says; None where nobody has written it down.

    Parameters
    ----------
    model
        The name of the model's class, as its JSON Schema has it for a title.
    key
        As it is written in the file.

    Examples
    --------
    >>> key_words("Award", "by").zh, key_words("Award", "label") == key_words("Veto", "label"), key_words("Award", "bye")
    ('按哪个得分排先后；不写即 total', True, None)
    """
    return _all_words().get(model, {}).get(key) or _all_words()[ANY].get(key)


@cache
def _all_words() -> Mapping[str, Mapping[str, Phrase]]:
    written = tomllib.loads(Path(__file__).with_name("keys.toml").read_text("utf-8"))
    return {model: {key: Phrase(*both) for key, both in keys.items()} for model, keys in written.items()}
