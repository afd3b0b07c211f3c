"""Resolve rows into runtime bindings, and check what they say."""
