"""What a hostile shop sends."""
