"""What each selector claims of a record: one module a subject."""
