"""What the answers mean: indicators, 0-10 scales and composites under one form."""
