"""`ozmeta-dbt report`: a page for people. The data flows through these modules:

- figures: the answer of the macro report_facts, which the warehouse aggregated, as typed rows
- breakdown, compliance, flow, forecast, trust: sums and estimates from these rows
- stories: what happened to the objects that the report lists
- document: the whole report as a document, which `--format json` prints
- tables, page: the document as one HTML file
"""
