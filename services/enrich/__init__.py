"""What articles name and are about."""
