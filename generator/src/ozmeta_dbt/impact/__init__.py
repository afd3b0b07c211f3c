"""What the metadata as it stands now would do to the tables."""
