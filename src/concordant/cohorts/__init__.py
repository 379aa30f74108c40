"""Many patients over time: who was treated as a guideline says, who was not and why, and where the record is too thin to tell."""
