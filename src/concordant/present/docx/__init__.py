"""The answer as a Word document."""
