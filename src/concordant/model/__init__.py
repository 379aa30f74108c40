"""What a guideline is: the knowledge as plain records."""
