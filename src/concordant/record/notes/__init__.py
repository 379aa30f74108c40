"""A clinical note as a source: what it says, what is to be asked, what was not understood."""
