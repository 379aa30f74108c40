"""The words of a described statement; a committee reads it in the language of its guideline."""

from __future__ import annotations

from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.sources import BarEffect, Checked, Kind

APPLIES: dict[Truth, str] = {TRUE: "applies", FALSE: "does not apply", UNKNOWN: "cannot be told"}
EFFECTS: dict[BarEffect, str] = {"precludes": "rules it out", "holds": "waits until it is settled", "caution": "is told"}
NOW = "as it is"
IMPOSSIBLE = "no patient can have it"
UNSIGNED = (
    "Nobody has signed this statement. To sign it, add your name, the day and the digest {digest} to its file (reviewed_by)."
)
SIGNED = "{name} on {day}, as it stands (digest {digest})"
LAPSED = "{name} signed on {day} what has changed since: to be signed anew (digest {digest})"
NO_STORY = "No story at hand in which it applies."
STORY = "Taken from the story {story}: each fact by itself, all else as it is."
ADVISES_NOTHING = "No regimen of its own: it decides with others, or says what is done beside."
FOOT = (
    "In our own words; the publisher's are in the source. Made from the conditions that answers are computed with; what rules a "
    "regimen out is told by the words beside its condition, and a signature does not cover it."
)
NO_CHANGE = "No patient is answered differently"
SAME_REGIMENS = "No patient was found who is advised another regimen; the answers may differ in what is named here"
SHOWN_BY = "One patient for each way in which the answer can differ, told by what matters; the whole case: --format json."
CHANGED_FOOT = "Found among all complete patients by a solver; each patient here was answered again by both versions."
HERE = " ✓"
NOT_TOLD = "cannot be told"
TURNS = "Each fact by itself, all else as in the story {story}, whose own values have a ✓."
MORE = "and {n} more"
LEFT = "The full page has it (concordant describe {id} --full): {parts}."
LEFT_OUT = {
    "turns": "{n} more facts that turn it",
    "rules": "the {n} rules by which what it asks is worked out",
    "bars": "why each of {n} findings rules a regimen out",
    "dangers": "{n} dangers for which the first dose of many drugs waits",
    "cautions": "{n} cautions in full",
    "silence": "what silence of a record means for {n} facts",
}
GENERAL = "A drug of it {ways}"
WAYS: dict[Kind, str] = {
    "already_failed": "has failed",
    "stopped_for_toxicity": "was stopped for toxicity",
    "unavailable": "cannot be had",
    "patient_choice": "is declined",
}
UNTOLD_PARTS = "sources, bars or what is done beside"
STAYS = "{n} that both advise"
ALL_OF_THEM = "All patients here: {facts}"
IN_TABLE = "other patients of the table"
CHECKED: dict[Checked, str] = {
    "primary": "read",
    "secondary": "read second-hand",
    "recalled": "from memory, nobody has checked it",
    "choice": "choice of the project, to be signed off",
}
THE_DRUG = "the drug"
THEN = ", then "
FOR_WHOM = "for whom: one patient each"
PART_OF = "Statement {number}, {part}"
IN_TABLE_OF = "so many of {n} go this way"
ONLY_IN = "{sign} Only in {name}: {told}"
MORE_ROWS = "{n} more changes{patients} have no room here; the page has them all (--format html)."
MORE_PATIENTS = " of {n} patients in the table"
LEGEND = "− only the old version says it; + only the new one; = both."
