"""Made-up patients: histories drawn from documented distributions, written as facts, events, OMOP or FHIR, with the truth beside."""
