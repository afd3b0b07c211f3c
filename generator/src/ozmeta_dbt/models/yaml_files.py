"""The YAML of the generated properties files."""

from __future__ import annotations

from typing import Any

import yaml

HEADER = "Written by ozmeta-dbt from MetaDB; change the metadata and generate again."


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def block_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    """A text with several lines is a block, so that a diff shows the line that changed."""
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


class OneLine(dict[str, Any]):
    """A mapping that is written on one line."""


def one_line(dumper: Dumper, entry: OneLine) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", entry, flow_style=True)


def list_of_names(dumper: Dumper, items: list[Any]) -> yaml.SequenceNode:
    """A list of texts is written on as few lines as it needs."""
    is_flat = all(isinstance(item, str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_flat)


Dumper.add_representer(str, block_text)
Dumper.add_representer(OneLine, one_line)
Dumper.add_representer(list, list_of_names)


def dumped(document: dict[str, Any]) -> str:
    return f"# {HEADER}\n" + yaml.dump(
        document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120
    )
