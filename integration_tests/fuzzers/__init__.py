"""The parts of `make fuzz`: hostile inputs for each reader of texts, and what must hold for each.

docs/operations/hostile-input.md says what a hostile text can do and what it can't.
"""
