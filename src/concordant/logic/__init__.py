"""Three truths, intervals, calendar dates, conditions: nothing of medicine, nothing of a patient."""
