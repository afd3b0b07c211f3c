"""The user's own dbt project: what it declares outside the output folder."""
