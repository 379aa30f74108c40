"""The names that the contract fixes and the reading of a record has to know: features, a value, a site."""

from __future__ import annotations

AGE = "age"
CANCER_TYPE = "cancer_type"
DISEASE_EXTENT = "disease_extent"
LINE_OF_THERAPY = "line_of_therapy"
MENOPAUSAL_STATUS = "menopausal_status"
OTHER_CANCER = "other"  # the value of the cancer's type for one that the knowledge is not about
BRAIN = "brain"  # the site that an event of a case file has a key of its own for
