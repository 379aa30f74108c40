"""The page and the JSON API: one small application that keeps nothing. All that it says comes from the public API."""
