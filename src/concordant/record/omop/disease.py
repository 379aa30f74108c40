"""The disease in coded rows: primary cancers, metastases and stages as findings, the trend as events."""

from __future__ import annotations

from concordant.logic.dates import PartialDate
from concordant.patient.events import HAPPENINGS, PROGRESSION, DiseaseEvent, match_word
from concordant.record.builder import RecordBuilder
from concordant.record.findings import UNSPECIFIED, CancerStage, PrimaryCancer, SecondaryCancer

SILENT = ("no_disease", "undetermined")
OTHER_STAGES = ("M0",)


def keep_primary(record: RecordBuilder, cancer: str, date: PartialDate | None, wrong: str) -> None:
    """A primary cancer."""
    _keep_finding(record, PrimaryCancer(record.entry, cancer, date), "diagnosis", wrong)


def keep_spread(record: RecordBuilder, site: str, date: PartialDate | None, wrong: str) -> None:
    """A secondary cancer, with its site as far as it is told."""
    _keep_finding(record, SecondaryCancer(record.entry, "" if site == UNSPECIFIED else site, date), "metastasis", wrong)


def keep_stage(record: RecordBuilder, stage: str, date: PartialDate | None, wrong: str) -> None:
    """A stage; a word that is none is not understood."""
    if record.rules.normalize_stage(stage) not in record.rules.stages and stage not in OTHER_STAGES:
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
