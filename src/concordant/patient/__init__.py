"""What a patient is: events, facts with their reasons, the account of a record."""
