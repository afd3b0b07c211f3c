"""How the current metadata would change the tables."""
