"""The answer as a page of data, which every format renders."""
