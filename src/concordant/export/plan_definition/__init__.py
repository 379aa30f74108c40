"""The decision as a bundle of FHIR R4: the library, and plan definitions after CPG on FHIR; `bundle` is where it begins."""
