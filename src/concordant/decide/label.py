"""Whether the label covers a regimen for this patient: on, off or unknown, with the limb that fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from concordant.logic.truth import FALSE, TRUE, Truth, judge_all
from concordant.model.drugs import Drug, Indication, Regimen
from concordant.model.sources import Cite
from concordant.patient.facts import Facts, Reason
from concordant.readers.explain import explain

Fit = Literal["on", "off", "unknown"]


class LabelFit(msgspec.Struct, frozen=True):
    """The fit of a regimen, in words, with the places of the label."""

    fit: Fit
    because: str
    sources: tuple[Cite, ...] = ()


class _IndicationMatch(msgspec.Struct, frozen=True):
    drug: Drug
    indication: Indication
    truth: Truth
    limbs: tuple[Reason, ...]


def judge_label_fit(regimen: Regimen, drugs: Iterable[Drug], facts: Facts, as_of: dt.date) -> LabelFit:
    """Judge the indications that name the regimen and were known on the date; the best one counts."""
    read = [
        _match_indication(drug, use, facts)
        for drug in drugs
        for use in drug.indications
        if regimen.id in use.regimens and use.known_from <= as_of
    ]
    if not read:
        note = regimen.label_note or "no US label known here names this combination"
        return LabelFit("off", note)
    for truth in (TRUE, None, FALSE):
        for matched in read:
            if matched.truth is truth or (truth is None and matched.truth not in (TRUE, FALSE)):
                return _make_label_fit(matched)
    return _make_label_fit(read[0])


def _match_indication(drug: Drug, use: Indication, facts: Facts) -> _IndicationMatch:
    limbs = tuple(explain(limb.if_, facts) for limb in use.limbs)
    return _IndicationMatch(drug, use, judge_all(limb.truth for limb in limbs), limbs)


def _make_label_fit(matched: _IndicationMatch) -> LabelFit:
    sources = (matched.indication.source,)
    if matched.truth is TRUE:
        return LabelFit("on", f"the {matched.drug.name} label covers it: {matched.indication.says}", sources)
    wanted = FALSE if matched.truth is FALSE else None
    failing = [
        limb.says
        for limb, reason in zip(matched.indication.limbs, matched.limbs, strict=True)
        if reason.truth is wanted or (wanted is None and reason.truth not in (TRUE, FALSE))
    ]
    if matched.truth is FALSE:
        return LabelFit("off", f"the {matched.drug.name} label asks for {'; '.join(failing)}, which is not met", sources)
    return LabelFit("unknown", f"the {matched.drug.name} label asks for {'; '.join(failing)}, which is not known", sources)
