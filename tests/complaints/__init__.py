"""What people are told when a case file is wrong: bad files beside their messages."""
