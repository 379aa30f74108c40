"""What a code or a word stands for."""
