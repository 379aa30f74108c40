"""FHIR R4, with what is left of DSTU2 and STU3 in real records, to events."""
