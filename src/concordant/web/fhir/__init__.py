"""FHIR R4: what is asked (`parameters`), how it is written (`formats`), what there is (`capability`); `door` has the routes."""
