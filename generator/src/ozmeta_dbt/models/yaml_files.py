"""YAML as the generated properties files have it."""

from __future__ import annotations

from typing import Any

import yaml

HEADER = "Written by ozmeta-dbt from MetaDB; change the metadata and generate again."


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def block_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    """Several lines stand as several lines, so that a diff shows the one that changed."""
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


Dumper.add_representer(str, block_text)


def dumped(document: dict[str, Any]) -> str:
    return f"# {HEADER}\n" + yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=160
    )
