"""The version, apart from the front door so that inner rooms can read it."""

__version__ = "0.2.0"
