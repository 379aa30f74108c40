"""Single administrations, prescriptions and statements, put together to courses of treatment."""
