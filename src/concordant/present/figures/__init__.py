"""The figures of an answer: the record in time, doses, effects."""
