"""How many: whole-number counts that add and subtract."""
