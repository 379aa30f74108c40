"""Guideline-concordant cancer care: the front door."""

__version__ = "0.2.0"
