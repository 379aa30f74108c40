"""What is proved of the knowledge."""
