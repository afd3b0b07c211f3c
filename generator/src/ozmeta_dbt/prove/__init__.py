"""Proof from the user's own warehouse: `explain` one object, `verify` the incremental tables
against the journal.
"""
