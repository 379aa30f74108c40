"""Short lines that several renderers share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from concordant.answer.model import Option, Reference
from concordant.answer.parts import RefAt
from concordant.answer.phrases import ROLES, grade_words, sentence_case
from concordant.answer.references import brackets
from concordant.dates import exactly, words

CHECKED = {
    "primary": "read in the document itself",
    "secondary": "read in a restatement",
    "recalled": "RECALLED, nobody has checked it",
    "choice": "choice of the project, to be signed off",
}


def cited(text: str, refs: Iterable[RefAt]) -> str:
    """The text and its references."""
    return f"{text}{brackets(refs)}"


def own_grade(option: Option) -> str:
    """How sure the guideline is of this option; for a derived one, where it comes from."""
    if option.derived_because:
        return sentence_case(option.derived_because)
    return grade_words(option.grade)


def option_line(option: Option) -> str:
    """One option in one paragraph: name, role, authority, label fit."""
    first = option.chain[0].refs if option.chain else []
    check = " Only after the checks below." if option.status == "applies_if_checked" else ""
    label = {"on": "", "off": f" Outside the label: {option.label.because}", "unknown": f" Label: {option.label.because}"}
    fit = (
        ""
        if option.role == "continue"
        else cited(label[option.label.fit].rstrip("."), option.label.refs) + ("." if option.label.fit != "on" else "")
    )
    return f"{sentence_case(option.name)}. {ROLES[option.role]}. {cited(own_grade(option), first)}.{check}{fit}"


def rest_of_chain(option: Option) -> list[str]:
    """The other statements that lead to the option, each with its own grade; grades are never merged."""
    links = [link for link in option.chain[1:] if not (option.derived_because and link.statement == option.statements[1])]
    return [cited(f"{link.title}: {grade_words(link.grade).lower()}", link.refs) for link in links]


def reference_line(reference: Reference) -> str:
    """The citation and how far it was checked."""
    return f"{reference.citation} ({CHECKED[reference.checked]})"


def day_words(day: str) -> str:
    """An ISO day as people write it: 20 Sep 2022."""
    return words(exactly(dt.date.fromisoformat(day)))


def range_words(cell: str) -> str:
    """A cell for people: `12 months or less`, `more than 12 months`, `under 40 %`, `40 % or more`."""
    if found := re.fullmatch(r"(<=|>=|<|>) (.+)", cell):
        sign, rest = found.groups()
        if found := re.fullmatch(r"(\S+) to (.+)", rest):
            return f"more than {found[1]}, up to {found[2].replace('< ', 'under ')}"
        return {"<=": f"{rest} or less", ">=": f"{rest} or more", "<": f"under {rest}", ">": f"more than {rest}"}[sign]
    return cell
