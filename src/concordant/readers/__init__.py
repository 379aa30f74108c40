"""Conditions on facts: the answer and why, as one tree."""
