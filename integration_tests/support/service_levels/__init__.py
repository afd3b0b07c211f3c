"""Service levels in plain Python, one step of the contract per module:

- calendar: when a desk is open, in UTC
- policy: the options of a policy, and what counts for one cycle
- marks: which events start, stop or cancel
- cycles: the cycles of an object, and when the clock of each is paused
- clock: running time
- thresholds: when a cycle was warned and breached
- ladder: which levels were raised
- status: what a table shows of a cycle

It shares nothing with the generator or the macros.
"""
