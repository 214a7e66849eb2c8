"""From `auth:` in the settings to credentials that sign requests."""
