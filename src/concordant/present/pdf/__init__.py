"""The answer as a PDF, set by Typst."""
