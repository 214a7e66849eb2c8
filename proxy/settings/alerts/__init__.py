"""What settings may say about alerts."""
