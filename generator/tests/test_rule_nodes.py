"""The typed nodes that the macro rule_sql prints."""

from __future__ import annotations

from typing import Any

import pytest
from ozmeta_dbt.bindings.dsl import check_expr
from ozmeta_dbt.bindings.rule_nodes import rule_node
from ozmeta_dbt.problems import Origin, Problems

IMPACT, STATE, NOW = {"ref": "object.Impact"}, {"ref": "transition.toState"}, {"ref": "now.utc"}


def lit(value: Any, type_: str | None = None) -> dict[str, Any]:
    return {"lit": value} | ({"type": type_} if type_ else {})


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


def node(expr: dict[str, Any]) -> Any:
    problems = Problems()
    checked = check_expr(expr, Origin("rule"), problems)
    assert not problems.errors
    return rule_node({"lit": None, "type": "null"} if checked is None else checked)


def test_a_rule_about_text_needs_no_types() -> None:
    assert node(op("eq", STATE, lit("Closed"))) == op("eq", STATE, "Closed")
    assert node(op("and", op("isNull", IMPACT), op("in", STATE, lit("a"), lit("b")))) == op(
        "and", op("isNull", IMPACT), op("in", STATE, "a", "b")
    )


@pytest.mark.parametrize(
    ("args", "arg_type"),
    [
        ((IMPACT, lit("5")), None),  # a text has no type of its own
        ((IMPACT, lit(5)), "number"),
        ((lit(5), IMPACT), "number"),
        ((IMPACT | {"as": "number"}, lit("5")), "number"),
        ((lit("5"), IMPACT | {"as": "number"}), "number"),
        ((IMPACT | {"as": "uuid"}, lit(5)), None),  # the first type decides
        ((lit("x", "json"), lit(5)), None),
        ((lit(5), IMPACT | {"as": "string"}), "number"),
        ((IMPACT, lit(True)), "boolean"),
        ((NOW, lit("2026-01-01T00:00:00Z")), "datetime"),
        ((NOW | {"as": "string"}, lit(5)), None),
        ((IMPACT, lit("2026-01-01T00:00:00Z", "datetime")), "datetime"),
        ((op("isNull", IMPACT), lit("true")), "boolean"),
        ((op("add", IMPACT, lit(1)), STATE), "number"),
        ((op("dateAdd", lit("day"), lit(1), NOW), STATE), "datetime"),
        ((op("coalesce", IMPACT, lit(2)), STATE), "number"),
        ((op("coalesce", IMPACT, STATE), lit(5)), None),
    ],
)
@pytest.mark.parametrize("name", ["eq", "lte", "in"])
def test_the_first_type_decides_what_a_comparison_compares(
    name: str, args: tuple[Any, Any], arg_type: str | None
) -> None:
    assert node(op(name, *args)).get("arg_type") == arg_type


def test_null_tests_and_members_of_arrays_have_a_type() -> None:
    as_number = IMPACT | {"as": "number"}
    assert node(op("isNull", as_number)) == {"op": "isNull", "arg_type": "number"} | {
        "args": [as_number]
    }
    assert node(op("contains", IMPACT, lit(5)))["arg_type"] == "number"
    assert "arg_type" not in node(op("contains", STATE, lit(5)))  # it is no array


def test_a_value_has_its_type() -> None:
    assert node(op("gt", op("coalesce", IMPACT, lit("x")), lit("a"))) == {
        "op": "gt",
        "args": [{"op": "coalesce", "type": "text", "args": [IMPACT, "x"]}, "a"],
    }
    assert node(op("mul", IMPACT, lit(2)))["type"] == "number"
    assert node(op("dateAdd", lit("hour"), lit(2), NOW))["type"] == "datetime"
    assert node(op("dateDiffMinutes", NOW, NOW))["type"] == "number"


def test_literals_and_casts_are_as_short_as_possible() -> None:
    assert node(op("lt", IMPACT, lit(2.5))) == op("lt", IMPACT, "2.5") | {"arg_type": "number"}
    assert node(op("eq", IMPACT | {"as": "string"}, lit("a"))) == op("eq", IMPACT, "a")
    assert node(op("eq", NOW | {"as": "datetime"}, lit("a")))["args"][0] == NOW
    assert node(op("eq", NOW | {"as": "json"}, lit("a")))["args"][0] == NOW | {"as": "text"}


def test_a_rule_without_an_expression_and_one_of_null() -> None:
    assert rule_node(None) is True
    assert node(lit(None)) is False
    assert node(lit(True)) is True


def test_a_regex_has_the_patterns_of_the_dialects_that_need_another() -> None:
    assert node(op("regex", STATE, lit("^Case"))) == op("regex", STATE, "^Case")
    assert node(op("regex", STATE, lit("^C.(?s:e)"))) == op("regex", STATE, "^C.(?s:e)") | {
        "patterns": {"postgres": None, "snowflake": None, "spark": "(?d)^C.(?s:e)"}
    }
