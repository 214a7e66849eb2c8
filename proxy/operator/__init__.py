"""What an operator asks and does: how stores stand, which deliveries are meant, since when."""
