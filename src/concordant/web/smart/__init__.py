"""SMART on FHIR: a token for the server's own reads, and the page launched with the record of a patient."""
