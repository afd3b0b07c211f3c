"""`ozmeta-dbt discover`: metadata to start from, found in an event journal."""
