"""Plain tables, read by a small mapping file that says which column tells what."""
