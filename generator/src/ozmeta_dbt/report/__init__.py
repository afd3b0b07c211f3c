"""`ozmeta-dbt report`: what people look at. The way of the data:

- figures: the answer of the macro report_facts, which the warehouse aggregated, as typed rows
- breakdown, compliance, flow, forecast, trust: sums and estimates from these rows
- stories: what happened to the objects that the report lists
- document: the whole report as a document, which `--format json` prints
- tables, page: the document as one HTML file
"""
