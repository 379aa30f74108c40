"""Pages built by hand, one of each shape: what a renderer must show does not depend on what the program decides."""

from __future__ import annotations

import datetime as dt

from concordant.present.page.document import (
    Document,
    ForestPlot,
    ForestRow,
    PageReference,
    Paragraph,
    Point,
    PointList,
    ScreenLine,
    Section,
    Shape,
    Table,
    Timeline,
    TimelineCourse,
    TimelineEvent,
    TimelineInterval,
    Tone,
)

WORDS = {
    "done": "done",
    "missing": "missing",
    "unmet": "not met",
    "skip_to_references": "Skip to the references",
    "folded_not_printed": "folded, not printed",
}
SOURCES = (
    PageReference(
        1, "A Society. Systemic therapy of an advanced disease. J Ex 2022;40(23):2612-2635", "read elsewhere", "secondary"
    ),
    PageReference(
        2, "Drug one, prescribing information, a maker, revision of May 2022", "read in the document itself", "primary"
    ),
    PageReference(
        3, "Author AB. Drug one against drug two. N Ex Med 2022;386:1143", "RECALLED, nobody has checked it", "recalled"
    ),
    PageReference(4, "The choices of the project", "choice of the project, to be signed off", "choice"),
)
CHECKS = PointList(
    (
        Point("62 % (4 Jan 2023) [4: low ejection fraction]", "Ejection fraction", "done"),
        Point("not on record [2: boxed warning, 5.1]", "Lung history and chest imaging", "missing"),
        Point("38 10*9/L on 4 Jan 2023, at least 50 is asked [2: 5.2]", "Platelets", "unmet"),
    )
)
OPTIONS = PointList((Point("Preferred [1: 2.1].", "Drug one"), Point("If it cannot be given [1: 2.0].", "Drug two")))
EVIDENCE = Table(
    ("analysis, data cut", "endpoint", "result", "effect (95 % CI)", "read by"),
    (
        ("first interim, May 2021 [3]", "median PFS", "not reached v 6.8 months", "HR 0.28 (0.22-0.37)", "central review"),
        ("", "OS at 12 months", "94 v 86 %", "HR 0.55 (0.36-0.86)", ""),
        ("second interim, Jul 2022 [3]", "median PFS", "28.8 v 6.8 months", "HR 0.33 (0.26-0.43)", "central review"),
    ),
    "TRIAL-1, drug one v drug two, n = 524 [3]",
    "The trial took relapse within 6 months; this patient relapsed at 7.7.",
)
BRANCHES = Table(
    ("if the answer is", "then"),
    (
        ("12 months or less, or during treatment", "second line: drug one 5.4 mg/kg every 3 weeks [1: 5.0, 2.1]"),
        ("more than 12 months", "first line: drug two + drug three + drug four [1: 5.1, 1.1]"),
    ),
)
TIMELINE = Timeline(
    "The record in time",
    (TimelineCourse("drug three", dt.date(2021, 8, 1), dt.date(2022, 5, 12), "early"),),
    (
        TimelineEvent("diagnosis", dt.date(2021, 6, 1), "diagnosis"),
        TimelineEvent("recurrence", dt.date(2023, 1, 2), "recurrence"),
        TimelineEvent("asked", dt.date(2023, 1, 12), "question"),
    ),
    (TimelineInterval("7.7 months", dt.date(2022, 5, 12), dt.date(2023, 1, 2)),),
    "Diagnosis 1 Jun 2021, drug three Aug 2021 to 12 May 2022, recurrence 2 Jan 2023 after 7.7 months.",
    ("A course of drug four without dates",),
)
FOREST = ForestPlot(
    "Hazard ratios, progression or death",
    (
        ForestRow("TRIAL-1, May 2021", 0.28, 0.22, 0.37, "0.28 (0.22-0.37)", "after drug three", "Relapse at 7.7 months"),
        ForestRow("TRIAL-2, Jul 2022", 1.06, 0.9, 1.24, "1.06 (0.90-1.24)", "after drug one", "No imaging on file"),
    ),
    "favours drug one",
    "favours drug two",
)


def document(
    shape: Shape, verdict: str, first: dict[str, str], *sections: Section, tones: dict[str, Tone] | None = None, name: str = ""
) -> Document:
    return Document(
        language="en",
        shape=shape,
        title=f"Recommendation for one patient: {name or shape}",
        over="advanced disease, second line · as of 12 Jan 2023 · A Society 2022",
        verdict=verdict,
        first=tuple(ScreenLine(title, text, (tones or {}).get(title, "")) for title, text in first.items()),
        sections=sections,
        references_title="References",
        references=SOURCES,
        footer=("Supports a clinician's judgement; does not replace it.", "Knowledge 0123456789ab, reviewed by nobody yet."),
        words=WORDS,
    )


def recommendation(name: str = "") -> Document:
    return document(
        "recommendation",
        "Drug one, but first: platelets 38 10*9/L",
        {
            "Danger": "Platelets 38 10*9/L: at least 50 is asked before the first dose [2: 5.2].",
            "How sure": "Preferred. Strong recommendation, moderate-quality evidence [1: 2.1]. As of 12 Jan 2023.",
            "Why": "Marker 3+ (primary, 1 Jun 2021); recurrence 2 Jan 2023, 7.7 months after the last dose [1: 5.0].",
            "Missing": "lung history",
            "If different": "more than 12 months: drug two + drug three + drug four.",
        },
        Section("checks", "Before the first dose", (CHECKS,)),
        Section("record", "The record in time", (TIMELINE,)),
        Section(
            "options", "Options", (PointList((Point("Preferred [1: 2.1].", "Drug one"), Point("If not [1: 2.0].", "Drug two"))),)
        ),
        Section("evidence", "Evidence, each figure with its data cut", (EVIDENCE, FOREST), folded=True),
        Section("hold", "When to hold, lower or stop", (Paragraph("Interrupt until grade 0 [2: 2.3]."),), folded=True),
        tones={"Danger": "danger", "Missing": "missing"},
        name=name,
    )


def question() -> Document:
    return document(
        "question",
        "Cannot decide until this is known: interval from the last dose to the recurrence",
        {
            "Known": "Marker positive; disease metastatic [1: 5.0].",
            "Missing": "ejection fraction, lung history",
        },
        Section("question", "How long after the last dose did it come back?", (BRANCHES, Paragraph("Cycles do not settle it."))),
        Section("checks", "Either way, before the first dose", (CHECKS,)),
    )


def refusal() -> Document:
    return document(
        "refusal",
        "Outside this guideline. The disease is not advanced.",
        {"What to do": "Ask a guideline for early disease.", "Why": "No metastasis is on record [1: scope]."},
    )


def conflict() -> Document:
    return document(
        "continue",
        "Continue drug three, no change",
        {"In conflict": "The record states 8 months; its dates give 14.", "Why": "The disease is stable [1: 4.0]."},
        Section("watch", "Watch", (PointList((Point("Ejection fraction every 3 months [2: 5.3]."),)),)),
        tones={"In conflict": "danger"},
    )


SAMPLES = {one.shape: one for one in (recommendation(), question(), refusal(), conflict())}
