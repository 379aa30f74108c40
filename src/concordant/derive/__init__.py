"""Events to facts: one selector per feature, then rules, then what silence means."""
