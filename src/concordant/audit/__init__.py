"""A written answer checked claim by claim against the compiled knowledge: what is right, what is not, and what cannot be told."""
