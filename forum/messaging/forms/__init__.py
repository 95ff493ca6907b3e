"""What organisers type about messages."""
