"""The answer as one HTML file."""
