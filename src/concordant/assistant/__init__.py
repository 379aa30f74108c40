"""The door for assistants (MCP): the API as tools, answers that fit a context window, words of a record as data."""
