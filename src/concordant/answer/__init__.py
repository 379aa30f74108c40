"""A decision as claims in reading order, each with its sources: what every renderer shows."""
