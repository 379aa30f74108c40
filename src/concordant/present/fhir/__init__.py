"""FHIR R4 (4.0.1): what guidelines say as definitions, the answer for a patient as a plan of care; `frame` is what all share."""
