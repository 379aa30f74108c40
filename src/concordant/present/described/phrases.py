"""The words of a described statement; a committee reads it in the language of its guideline."""

from __future__ import annotations

from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth
from concordant.model.sources import BarEffect

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
FOOT = "In our own words; the publisher's are in the source. Made from the conditions that answers are computed with."
NO_CHANGE = "No patient is answered differently"
SAME_REGIMENS = "No patient was found who is advised another regimen; the answers may differ in what is named here"
SHOWN_BY = "One patient for each way in which the answer can differ, told by what matters; the whole case: --format json."
CHANGED_FOOT = "Found among all complete patients by a solver; each patient here was answered again by both versions."
