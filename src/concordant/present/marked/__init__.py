"""A text with marks in it and a table beside it, for a terminal, as HTML and as Markdown: no colour without a sign."""
