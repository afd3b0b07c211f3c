"""Send the rows of the signal log to webhooks and commands."""
