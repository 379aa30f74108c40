"""The names that the contract fixes and the reading of a record has to know: keys of a case file, features, a value, a site."""

from __future__ import annotations

AGE = "age"
BRAIN_METASTASES = "brain_metastases"
CANCER_TYPE = "cancer_type"
DISEASE_EXTENT = "disease_extent"
DISEASE_STATUS = "disease_status"
LINE_OF_THERAPY = "line_of_therapy"
MENOPAUSAL_STATUS = "menopausal_status"
SEX = "sex"
NUMBERS_OF_PATIENT = ("weight", "height", "ecog")  # of the patient block, told without a date
OTHER_CANCER = "other"  # the value of the cancer's type for one that the knowledge is not about
BRAIN = "brain"  # the site that an event of a case file has a key of its own for
