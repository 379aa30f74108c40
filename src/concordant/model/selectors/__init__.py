"""The ways in which a feature is read from a record: one struct each, with its parameters and what each of them names.

From the struct follows what else is known of a feature: which features it reads (so that they are derived first), without which
words of a record it claims nothing, and in which block it looks. What it claims is made in `derive/selectors/registry.py`.
"""

from __future__ import annotations

from concordant.model.selectors.courses import (
    AccountsForLine,
    AdvancedNamed,
    AllNamed,
    DiseaseStatus,
    LineDeclared,
    LinesProgressed,
    MonthsToRecurrence,
    ProgressedOn,
    Received,
    ReceivedEarly,
    RegimensInAnySetting,
    RegimensReceived,
    Running,
    Started,
    StoppedForToxicity,
    Unavailable,
)
from concordant.model.selectors.disease import (
    AdvancedCourse,
    Brain,
    CoursesListed,
    EventsListed,
    Extent,
    GrewElsewhere,
    MonthsBetween,
    Presentation,
    SiteSeen,
)
from concordant.model.selectors.entries import (
    AgainstLimit,
    Age,
    ConditionGrade,
    ConditionStatus,
    Earliest,
    Fall,
    FromFormula,
    Latest,
    LatestOrCalculated,
    Lowest,
    MarkerPart,
    MedicationTaken,
    PersonField,
    SpecimenTested,
    StatedAny,
    UnreadEntry,
    WholeRecord,
)

AnySelector = (
    Latest
    | Earliest
    | Lowest
    | Fall
    | AgainstLimit
    | LatestOrCalculated
    | FromFormula
    | Age
    | PersonField
    | WholeRecord
    | StatedAny
    | ConditionStatus
    | ConditionGrade
    | MedicationTaken
    | UnreadEntry
    | MarkerPart
    | SpecimenTested
    | Extent
    | Presentation
    | GrewElsewhere
    | Brain
    | SiteSeen
    | EventsListed
    | MonthsBetween
    | AdvancedCourse
    | CoursesListed
    | Received
    | StoppedForToxicity
    | Unavailable
    | ReceivedEarly
    | MonthsToRecurrence
    | Running
    | Started
    | DiseaseStatus
    | AllNamed
    | AdvancedNamed
    | ProgressedOn
    | LineDeclared
    | LinesProgressed
    | AccountsForLine
    | RegimensReceived
    | RegimensInAnySetting
)
