"""A Word template and its fields make a Word file: the same fields, the same bytes.

A template is the secretariat's, edited in Word, and may hold anything: it is filled in a sandbox that runs no code of its own, a field that
is not known is refused by its name, and what stands in the data is text, whatever signs it holds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase

UNREADABLE = Phrase("不是 Word 文件（.docx），或已损坏", "is no Word file (.docx), or damaged")
FROM_HOUSE = Phrase("请用 Word 另存为 .docx，或删去它，改用随软件的模板", "save it as .docx in Word, or remove it, and the template that came with the program is used")
UNKNOWN = Phrase("模板里有不认识的字段：{name}", "the template asks for a field that there is not: {name}")
KNOWN = Phrase("请改为下列字段之一：{names}", "it may ask for {names}")
WRONG = Phrase("模板的标记写错了：{why}", "a sign of the template is wrong: {why}")
MEND = Phrase("请对照随软件的同名模板改正", "compare it with the template of that name that came with the program")
FORBIDDEN = Phrase("模板里有不允许的指令", "the template holds a forbidden instruction")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def filled(template: Path, fields: Mapping[str, Any]) -> bytes:
    """The Word file that a template becomes with these fields.

    Parameters
    ----------
    template
        A .docx with signs of Jinja, as `{{ 联合会 }}`.
    fields
        Texts, numbers, lists and tables of them, by their names in the template.

    Raises
    ------
    Refused
        Where the template cannot be read, asks for what there is not, or holds signs that are wrong or forbidden.
    """
    import jinja2
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate

    environment = _sandbox()
    try:
        document = DocxTemplate(template)
        document.render(dict(fields), environment)
        content = io.BytesIO()
        document.save(content)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, OSError) as error:
        raise refuse(UNREADABLE, FROM_HOUSE, file=template.name) from error
    except jinja2.exceptions.SecurityError as error:
        raise refuse(FORBIDDEN, MEND, file=template.name) from error
    except jinja2.UndefinedError as error:
        raise Refused(Problems(tuple(_unknown(template, fields, environment)) or (_wrong(template, error),))) from error
    except Exception as error:  # a template may do anything
        raise Refused(Problems((_wrong(template, error),))) from error
    return settled(content.getvalue())


@cache
def _sandbox() -> Any:
    """The environment all templates are filled in: one that is filled many times is compiled once."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment: Any = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)
    environment.from_string = cache(environment.from_string)
    return environment


def _unknown(template: Path, fields: Mapping[str, Any], environment: Any) -> list[Problem]:
    from docxtpl import DocxTemplate

    asked = DocxTemplate(template).get_undeclared_template_variables(environment)
    names = "、".join(sorted(fields))
    mend = phrase(KNOWN.zh, KNOWN.en, names=names)
    return [Problem("error", phrase(UNKNOWN.zh, UNKNOWN.en, name=name), mend, file=template.name) for name in sorted(asked - set(fields))]


def _wrong(template: Path, error: Exception) -> Problem:
    return Problem("error", phrase(WRONG.zh, WRONG.en, why=str(error).splitlines()[0][:120]), MEND, file=template.name)


def settled(content: bytes) -> bytes:
    """A Word file whose parts bear no time of their writing."""
    anew = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, FIRST_DAY), old.read(name), zipfile.ZIP_DEFLATED)
    return anew.getvalue()
