"""A source of patient data to events; what could not be understood is kept and named."""
