"""Histories: the tables of systems that keep a history of their objects, as EventJournals."""
