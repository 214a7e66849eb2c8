"""What a stranger may try: against the listeners, the logs, the files, and the time of others."""
