"""The dose of each drug in words, and beside it what lowers it, what is to be known first and why it waits."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.answer.parts import Dose
from concordant.answer.phrases import capitalize_first
from concordant.answer.schema import Option
from concordant.present.page.document import Point
from concordant.present.sentences import Sentences, cite_claim


def iter_dose_points(option: Option, sentences: Sentences) -> Iterator[Point]:
    """Yield a list item for each dose of the option, followed by the remarks about that dose. A remark shared by several
    doses is listed once.
    """
    beside: set[Point] = set()
    for dose in option.dose:
        yield _make_amount_point(dose, sentences)
        for point in _iter_remark_points(dose, sentences):
            if point not in beside:
                beside.add(point)
                yield point


def _make_amount_point(dose: Dose, sentences: Sentences) -> Point:
    phase = f" ({sentences.language.say(f'dose.{dose.phase}')})" if dose.phase != "every" else ""
    milligrams = "" if dose.adjusted else sentences.describe_milligrams(dose)  # the lower dose below is the one to give
    note = f" ({dose.note})" if dose.note else ""
    between = "" if not milligrams else " " if dose.unit == "mg" else ": "
    refs = {(ref.n, ref.at): ref for ref in (*dose.refs, *dose.basis_refs, *dose.pack_refs)}
    text = f"{sentences.describe_amount(dose)}{between}{milligrams}{note}"
    return Point(cite_claim(text, list(refs.values())), lead=f"{capitalize_first(dose.drug)}{phase}")


def _iter_remark_points(dose: Dose, sentences: Sentences) -> Iterator[Point]:
    """What the label lowers it to, what it would lower it for and nobody knows, when it is loaded again, why it waits."""

    def make_lead(key: str) -> str:
        return sentences.language.say(f"dose.{key}", drug=capitalize_first(dose.drug))

    yield from (
        Point(cite_claim(sentences.describe_lowered_dose(remark), remark.refs), lead=make_lead("lower"))
        for remark in dose.adjusted
    )
    yield from (Point(cite_claim(remark.says, remark.refs), lead=make_lead("asks")) for remark in dose.asks)
    yield from (Point(cite_claim(remark.says, remark.refs), lead=make_lead("again")) for remark in dose.loaded_again)
    if dose.held and not dose.adjusted:
        yield Point(cite_claim(dose.held, dose.held_refs), lead=make_lead("held"))
