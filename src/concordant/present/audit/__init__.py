"""A checked answer for people: the text as given, with a verdict in the margin of every claim."""
