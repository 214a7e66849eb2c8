"""Reading what shops answer."""
