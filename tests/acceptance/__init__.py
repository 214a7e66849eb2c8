"""Real processes, spoken to from outside as their users do."""
