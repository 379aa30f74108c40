"""The decision as one query of SQL over a table of facts. Needs the extra `sql`; `script` is where it begins."""
