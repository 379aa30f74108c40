"""The decision as a library of CQL, and as the ELM of it; `library` is where it begins."""
