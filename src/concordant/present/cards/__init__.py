"""The answer as cards of CDS Hooks 2.0, for systems in which the doctor works; `answered` and `ordered` make them."""
