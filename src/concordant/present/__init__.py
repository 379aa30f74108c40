"""An answer for people and for other systems: terminal and JSON."""
