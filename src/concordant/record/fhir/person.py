"""The Patient resource."""

from __future__ import annotations

from concordant.logic.dates import PartialDate
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import Reference
from concordant.record.fhir.resources import Resource

SEXES = {"female": "female", "male": "male", "F": "female", "M": "male"}


def read_patient(resource: Resource, chart: Chart) -> None:
    """Sex and birth date; death is noticed. Of several Patients about one person each tells what it knows."""
    at_birth = [SEXES.get(e.valueCode or "") for e in resource.extension or () if (e.url or "").endswith("us-core-birthsex")]
    sexes = [sex for sex in (SEXES.get(resource.gender or ""), *at_birth) if sex]
    born, wrong = chart.parse_date(resource.birthDate)
    if sexes:
        chart.tell_sex(sexes[0])
    if born is not None and (chart.born is None or _is_narrower(born, chart.born)):
        chart.born, chart.born_at = born, chart.place
    died, _ = chart.parse_date(resource.deceasedDateTime)
    if resource.deceasedBoolean or died is not None:
        chart.tell_death(f"The record says that the patient has died ({chart.place}).", died)
    if site := _name_site(resource.managingOrganization):
        chart.sites.add(site)
    if wrong:
        chart.mark_set_aside(f"birth date: {wrong}")
    else:
        chart.mark_used("patient")


def _name_site(organization: Reference | None) -> str:
    """The id of the organization that keeps the record; its name where it has none."""
    if organization is None:
        return ""
    return (organization.reference or "").rpartition("/")[2] or organization.display or ""


def _is_narrower(date: PartialDate, other: PartialDate) -> bool:
    """Whether it is the same date told more exactly."""
    return other.first <= date.first and date.last <= other.last
