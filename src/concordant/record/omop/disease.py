"""The disease in coded rows: primary cancers, metastases and stages as findings, the trend as events."""

from __future__ import annotations

from collections.abc import Collection

from concordant.logic.dates import PartialDate
from concordant.patient.events import HAPPENINGS, PROGRESSION, Comorbidity, DiseaseEvent, match_word
from concordant.record.builder import RecordBuilder
from concordant.record.condition_events import make_open_finding
from concordant.record.findings import UNCLEAR, UNSPECIFIED, CancerStage, PrimaryCancer, SecondaryCancer
from concordant.record.omop.codes import CodedColumn
from concordant.record.rules import normalize_stage
from concordant.terminology.codes import CodeableConcept

SILENT = ("no_disease", "undetermined")
OTHER_STAGES = ("M0",)


def keep_primary(record: RecordBuilder, cancer: str, date: PartialDate | None, wrong: str, side: str = "") -> None:
    """A primary cancer, with its side where that is told."""
    _keep_finding(record, PrimaryCancer(record.entry, cancer, date, side=side), "diagnosis", wrong)


def find_side(record: RecordBuilder, coded: CodedColumn, meaning: CodeableConcept) -> str:
    """The side that a diagnosis tells, by the words or the codes of its columns."""
    names, codes = [name for _, _, name in coded.met], [code for _, code, _ in coded.met]
    return record.rules.find_side([coded.text, coded.value, meaning.display, *names], [*codes, coded.value])


def keep_spread(record: RecordBuilder, site: str, date: PartialDate | None, wrong: str, *, coded: bool = False) -> None:
    """A secondary cancer, with its site as far as it is told."""
    known = "" if site == UNSPECIFIED else site
    _keep_finding(record, SecondaryCancer(record.entry, known, date, coded=coded and bool(known)), "metastasis", wrong)


def leave_disease_open(record: RecordBuilder, kinds: Collection[str], name: str) -> None:
    """What a row that contradicts itself may have said of the disease: a cancer, a metastasis. Neither is silence."""
    if "secondary" in kinds:
        record.found += (Comorbidity(record.entry, None, name, None, None), make_open_finding(record.entry, name, None))
    if "cancer" in kinds:
        record.found.append(PrimaryCancer(record.entry, UNCLEAR, None))


def keep_stage(record: RecordBuilder, stage: str, date: PartialDate | None, wrong: str) -> None:
    """A stage; a word that is none is not understood."""
    if normalize_stage(stage) not in record.rules.stages and stage not in OTHER_STAGES:
        record.record_unmapped("stage", stage)
        record.mark_ignored("its stage is not understood")
    else:
        _keep_finding(record, CancerStage(record.entry, stage, record.rules.find_extent(stage), date), "stage", wrong)


def keep_status(record: RecordBuilder, status: str, date: PartialDate | None, wrong: str, site: str = "") -> None:
    """An event that the source names itself, with the site that it is about."""
    kind = match_word(status, HAPPENINGS)
    if status in SILENT or kind is None:
        record.mark_ignored("it does not say how the disease goes")
    else:
        keep_event(record, kind, date, wrong, site=site)


def keep_event(
    record: RecordBuilder, kind: str, date: PartialDate | None, wrong: str, *, site: str = "", procedure: str = ""
) -> None:
    """An event of the disease; a blank one where its date is none."""
    happening = match_word(kind, HAPPENINGS) or PROGRESSION
    sites = (site,) if site and site != UNSPECIFIED else ()
    event = DiseaseEvent(record.entry, happening, date, None, sites, None, procedure)
    if wrong:
        record.mark_set_aside(wrong)
        record.keep_blank([event])
    else:
        record.add_event(event)


def _keep_finding(record: RecordBuilder, finding: PrimaryCancer | SecondaryCancer | CancerStage, label: str, wrong: str) -> None:
    """A finding; of one that is set aside, because its date is none, it stays open how the disease went."""
    if wrong:
        record.mark_set_aside(wrong)
        record.keep_blank([DiseaseEvent(record.entry, PROGRESSION, None, None, (), None, "")])
    else:
        record.found.append(finding)
        record.mark_used(label)
