"""The guideline as a picture: key decisions, and the regimens to which they lead."""
