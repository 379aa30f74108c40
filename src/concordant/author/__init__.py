"""Knowledge files to compiled knowledge: read, parse sentences, compile, lint."""
