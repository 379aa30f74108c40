"""The names that the contract fixes and that are features of the knowledge too; no other file of the program has them."""

from __future__ import annotations

from typing import Literal

# Section 1, the case file.
AGE = "age"
Sex = Literal["sex"]  # `patient`: its first word, of which there are codes
PatientWord = Literal[Sex, "menopausal_status"]  # `patient`: its two words
SEX: Sex = "sex"
MENOPAUSAL_STATUS: PatientWord = "menopausal_status"
NUMBERS_OF_PATIENT = ("weight", "height", "ecog")  # `patient`: told without a date
BRAIN_METASTASES = "brain_metastases"  # `disease`: an event says so in a key of its own
BRAIN = "brain"  # the site of that key
DISEASE_EXTENT = "disease_extent"  # `stated`, and the words of `extent` of an event
DISEASE_STATUS = "disease_status"  # `stated`: an observation that is no event
CANCER_TYPE = "cancer_type"  # `stated`: told by a code of the diagnosis
OTHER_CANCER = "other"  # the cancer that is none of those that the knowledge is about

# Section 4, the answer.
LINE_OF_THERAPY = "line_of_therapy"  # the line that the next new regimen would be
