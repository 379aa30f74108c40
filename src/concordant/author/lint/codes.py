"""Codes of terminologies: the form of each system, its check digit, and one thing for one code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from concordant.author.places import Node, PlaceIndex
from concordant.errors import Complaint, suggest_word


class CodeForm(NamedTuple):
    """How the codes of a system are written, in a pattern and in words."""

    pattern: str
    words: str


SYSTEMS = {
    "ajcc": CodeForm(r"[cp]?[0-4][A-C]?|[cp]?M[01]", "a stage such as 3A, or a category such as cM1"),
    "atc": CodeForm(r"[A-Z]\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?", "a letter, two digits, two letters, two digits"),
    "cpt": CodeForm(r"\d{4}[0-9AFTU]", "five signs, the last a digit or a letter"),
    "cvx": CodeForm(r"\d{1,3}", "up to three digits"),
    "hcpcs": CodeForm(r"[A-Z]\d{4}", "a letter and four digits"),
    "icd10": CodeForm(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?", "such as X12.3: a letter, two signs, a point, up to four signs"),
    "hl7-interpretation": CodeForm(r"[A-Z]{1,3}", "up to three capitals"),
    "loinc": CodeForm(r"\d{1,7}-\d|LA\d{1,6}-\d", "digits, a hyphen and a check digit"),
    "mii-course": CodeForm(r"[A-Z]", "one capital"),
    "mii-course-metastases": CodeForm(r"[A-Z]", "one capital"),
    "mii-ecog": CodeForm(r"[0-4U]", "0 to 4, or U"),
    "mii-end": CodeForm(r"[A-Z]", "one capital"),
    "mii-status-obds": CodeForm(r"[PNU]", "P, N or U"),
    "mii-status-guideline": CodeForm(r"[a-z]+", "a word in small letters"),
    "mii-intent": CodeForm(r"[A-Z]", "one capital"),
    "mii-metastases": CodeForm(r"[A-Z]{3}", "three capitals"),
    "mii-position": CodeForm(r"[A-Z]", "one capital"),
    "mii-receptor": CodeForm(r"[a-z]+(?:-[a-z]+)*", "words in small letters, joined by hyphens"),
    "mii-therapy": CodeForm(r"[A-Z]{2,3}", "two or three capitals"),
    "mopa": CodeForm(r"[a-z]+(?:-[a-z]+)*", "words joined by hyphens"),
    "mopa-line": CodeForm(r"\dL(?:-plus)?|maintenance", "such as 2L"),
    "ncit": CodeForm(r"C\d+", "the letter C and digits"),
    "ndc": CodeForm(r"\d{4,5}-\d{3,4}(?:-\d{1,2})?|\d{11}", "labeler-product-package, or eleven digits"),
    "omop": CodeForm(r"\d+", "digits"),
    "rxnorm": CodeForm(r"\d+", "digits"),
    "snomed": CodeForm(r"[1-9]\d{5,17}", "6 to 18 digits"),
    "uicc": CodeForm(r"M[01][a-d]?|0|I{1,3}[ABC]?|IV[AB]?", "a stage such as IIIA, or a category such as M1"),
    "unii": CodeForm(r"[0-9A-Z]{10}", "ten letters and digits"),
}


def check_codes(places: PlaceIndex) -> Iterator[Complaint]:
    """An unknown system, a code of the wrong form, a wrong check digit, a code of two things."""
    first: dict[tuple[str, str], tuple[str, Node]] = {}
    for node in places.nodes:
        if not {"system", "code"} <= set(node.value):
            continue
        yield from _check_code(node)
        key = str(node.value["system"]), str(node.value["code"]).upper()
        owner = _find_owner(node)
        other, there = first.setdefault(key, (owner, node))
        if other != owner:
            says = f"the code {' '.join(key)} stands for '{owner}', and for '{other}' ({there.format_location()})"
            yield node.make_complaint(("code",), says, "A code stands for one thing")


def _check_code(node: Node) -> Iterator[Complaint]:
    system, code = str(node.value["system"]), str(node.value["code"])
    if system not in SYSTEMS:
        yield node.make_complaint(("system",), f"the code system '{system}' is not known", suggest_word(system, SYSTEMS))
    elif not re.fullmatch(SYSTEMS[system].pattern, code):
        yield node.make_complaint(("code",), f"'{code}' is no code of {system}", f"Write {SYSTEMS[system].words}")
    elif code[0].isdigit() and system in CHECKED and not CHECKED[system](code):  # answers of LOINC have another scheme
        yield node.make_complaint(("code",), f"the check digit of the {system} code '{code}' is wrong", "Copy the code again")


def _find_owner(node: Node) -> str:
    """The name of the drug or term that the code belongs to: the nearest `id` or `name` around it."""
    value = node.text.value
    owner = node.text.file
    for step in node.place:
        if isinstance(value, dict):
            owner = str(value.get("id") or value.get("name") or owner)
        value = value[step]
    return owner


def is_luhn_valid(code: str) -> bool:
    """Whether the last digit makes the weighted sum a multiple of ten (hyphens are passed over)."""
    digits = [int(sign) for sign in reversed(code) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


# The group of the pentagon's turns and mirrors, and the step of its permutation for each position.
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _multiply_symmetries(a: int, b: int) -> int:
    turned = (a + b) % 5 if a < 5 else (a - b) % 5
    return turned + (5 if (a < 5) != (b < 5) else 0)


def is_verhoeff_valid(code: str) -> bool:
    """Whether the last digit is the check digit of the ones before it, by Verhoeff's scheme."""
    total = 0
    for position, sign in enumerate(reversed(code)):
        digit = int(sign)
        for _ in range(position % 8):
            digit = _STEP[digit]
        total = _multiply_symmetries(total, digit)
    return total == 0


CHECKED: dict[str, Callable[[str], bool]] = {"loinc": is_luhn_valid, "snomed": is_verhoeff_valid}
