"""A cohort as a report: figures, tables and sentences, for the screen, for print and for other programs."""
