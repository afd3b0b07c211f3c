"""Read MetaDB: a snapshot, a folder or a database as checked rows."""
