"""Facts to decision: which statements hold, which regimens they offer, what is still open."""
