"""Calendars: reading and checking them, and the small lists from which the warehouse makes UTC."""
