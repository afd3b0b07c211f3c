"""ozmeta-dbt: from OZMetaDB metadata to a dbt project of live workflow state, SLA timers and
escalation queues.
"""

__version__ = "0.1.0"
