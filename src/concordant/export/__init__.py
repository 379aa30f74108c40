"""The guideline in the languages of other systems, so that they come to the same decision by themselves."""
