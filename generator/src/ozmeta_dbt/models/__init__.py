"""Describe the generated models and render them as the files of a dbt project."""
