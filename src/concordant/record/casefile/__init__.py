"""The case file: read, edited, written, and its schema."""
