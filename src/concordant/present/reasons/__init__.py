"""Why: the tree of reasons in words."""
