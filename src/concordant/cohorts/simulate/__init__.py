"""Made-up patients: histories drawn from documented distributions, as facts, events, OMOP or FHIR, and the truth."""
