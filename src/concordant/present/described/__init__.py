"""A statement of a guideline as a page for a committee, and the table of all of them."""
