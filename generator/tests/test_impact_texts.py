"""The document of `impact` as text and as Markdown: what is said, and that names stay data."""

from __future__ import annotations

import copy
import io
import re
from html import unescape
from typing import Any

import pytest
from markdown_it import MarkdownIt
from ozmeta_dbt.impact import texts
from ozmeta_dbt.impact.compare import Known, definitions_of, group_of, told
from ozmeta_dbt.impact.texts import FIRST_RUN, MARK, code, markdown, show
from rich.console import Console
from test_literals import NASTY

Row = dict[str, Any]
CHANGE = {"row_count": 3, "object_count": 2}
EMPTY: Row = {"rows": 0, "objects": 0, "groups": [], "first": []}


def counted(*groups: Row) -> Row:
    rows = sum(group["row_count"] for group in groups)
    return {"rows": rows, "objects": 2, "groups": list(groups), "first": []}


def document(sla: str = "Work", role: str | None = "Lead", **more: Any) -> Row:
    """One binding with a group of each kind, as the warehouse answers it."""
    level = {"SL_Code": sla, "EQ_SignalCode": "SLA.Breached", "EQ_Level": 2}
    was, becomes = (
        {f"{side}_severity": "Critical", f"{side}_role": role, f"{side}_principal": None}
        | {f"{side}_status": "Open"}
        for side in ("before", "after")
    )
    shift = {"least_shift": -90_000_000, "greatest_shift": 3_600_000_000}
    signal = {"RS_SignalCode": "SLA.Warned", "SL_Code": sla, "RS_Level": None}
    event = {"EJ_EventType": "X", "before_effect": "Applied", "before_mark": None}
    event |= {"before_state": "Busy", "after_effect": "Nothing", "after_state": None}
    kinds = {
        "cycles_changed": counted(
            {"SL_Code": sla, "before_status": "Running", "before_outcome": None}
            | {"after_status": "Stopped", "after_outcome": "Missed"}
            | CHANGE
        ),
        "cycles_added": counted(
            {"SL_Code": sla, "after_status": "Cancelled", "after_outcome": "Cancelled"} | CHANGE
        ),
        "cycles_removed": EMPTY,
        "due_moved": counted(
            {"SL_Code": sla, "later": 2, "earlier": 1, "now_known": 0, "no_longer_known": 0}
            | shift
            | CHANGE
        ),
        "escalations_raised": counted(level | becomes | CHANGE),
        "escalations_retracted": counted(level | was | CHANGE),
        "escalations_changed": counted(level | was | becomes | {"after_role": None} | CHANGE),
        "escalations_moved": counted(level | shift | CHANGE),
        "signals_raised": counted(signal | {"after_status": "Backfilled"} | CHANGE),
        "signals_retracted": counted(signal | {"RS_Level": 1} | CHANGE),
        "rounds_changed": counted(
            {"AF_Code": "Release", "before_status": "Pending", "before_step": "Check"}
            | {"after_status": "Approved", "after_step": None}
            | CHANGE
        ),
        "states_changed": counted({"before_state": "Open", "after_state": None} | CHANGE),
        "events_changed": counted(event | {"after_mark": "UnknownTransition"} | CHANGE),
    }
    codes = {
        "before": {"slas": ["Old"], "levels": [["Old", "SLA.Breached", 1]]},
        "after": {"slas": [sla], "levels": [[sla, "SLA.Breached", 2]]},
    }
    entry = {"batch": 3, "as_of": 0, "models": {"sla_cycle": ["d", "s", "a", "case_sla_cycle"]}}
    table = {"rows": 9, "differing_rows": 4, "differing_objects": 2, "columns": {}}
    found = {
        "objects": 40,
        "waiting": 1,
        "left_out": ["case_backlog"],
        "kinds": kinds,
        "tables": {"sla_cycle": table},
        "codes": codes,
        "gone": {"case_approval_step": 7},
        "told": [],
        "facts": {},
    }
    binding = told("case", entry, found, Known({sla}, {(sla, "SLA.Breached", 2)}))
    story = {"object": "o1", "tenant": "t1", "kinds": ["cycles_changed", "due_moved"]}
    story |= {"before": ["00:00 X (a): starts"], "after": [], "columns": []}
    binding["stories"] = [story | more]
    return {
        "schema": "ozmeta.impact.v1",
        "changes": True,
        "first_run": False,
        "sample": {"share": 1.0, "salt": "", "objects": []},
        "bindings": [binding],
        "bindings_gone": [{"object_type": "Invoice", "objects": 1}],
    }


def shown(given: Row) -> list[str]:
    out = Console(file=io.StringIO(), width=200, highlight=False, soft_wrap=True)
    show(given, out)
    return [" ".join(line.split()) for line in out.file.getvalue().splitlines() if line.strip()]


def test_the_counts_come_first_and_then_the_examples() -> None:
    assert shown(document()) == [
        "the metadata would change the tables",
        "Invoice: the binding is gone. Its tables stay as they are, with 1 object",
        "case: 40 objects as of 1970-01-01 00:00:00: 3 cycles would have a different outcome,"
        " 3 cycles would appear, 3 due times would move, 3 escalations would be raised,"
        " 3 escalations would be retracted, 3 escalations would differ, 3 escalations would be"
        " raised at another time, 3 signals would be raised, 3 signals would be retracted,"
        " 3 approval rounds would have a different outcome, 3 current states would differ,"
        " 3 events would have a different effect",
        "SLAs with cycles for the first time: Work",
        "SLAs that are gone, with their cycles: Old",
        "levels that are raised for the first time: SLA.Breached level 2 of Work",
        "levels that are gone: SLA.Breached level 1 of Old",
        "tables that no run would keep up to date any more: case_approval_step (7 rows)",
        "1 object left out: events arrived that no run has read",
        "left out, since they count all objects, and not all of them are compared: case_backlog",
        "Cycles",
        "SLA before after cycles objects",
        "Work Running Stopped, Missed 3 2",
        "Work none Cancelled 3 2",
        "Due times",
        "SLA by later earlier now known no longer known cycles objects",
        "Work -1 min 30 s to +1 h 2 1 0 0 3 2",
        "Escalations",
        "SLA level before after rows objects",
        "Work SLA.Breached level 2 none Critical to role Lead, Open 3 2",
        "Work SLA.Breached level 2 Critical to role Lead, Open retracted 3 2",
        "Work SLA.Breached level 2 Critical to role Lead, Open Critical to nobody, Open 3 2",
        "Work SLA.Breached level 2 raised raised -1 min 30 s to +1 h 3 2",
        "Signals",
        "signal SLA the next run logs it as rows objects",
        "SLA.Warned Work Backfilled 3 2",
        "SLA.Warned level 1 Work Retracted 3 2",
        "Approval rounds",
        "flow before after rounds objects",
        "Release Pending at Check Approved 3 2",
        "Current states",
        "before after objects",
        "Open none 2",
        "Events",
        "event type before after events objects",
        "X moves to Busy moves nothing, UnknownTransition 3 2",
        "Rows that differ, in any column",
        "table rows rows that differ",
        "case_sla_cycle 9 4",
        "case o1 of tenant t1 (example of: cycle would have a different outcome, due time would"
        " move)",
        "- 00:00 X (a): starts",
    ]


def test_a_group_has_the_keys_of_the_documented_schema() -> None:
    (due,) = document()["bindings"][0]["kinds"]["due_moved"]["groups"]
    assert due == {
        "sla": "Work",
        "later": 2,
        "earlier": 1,
        "now_known": 0,
        "no_longer_known": 0,
        "least_shift_seconds": -90,
        "greatest_shift_seconds": 3600,
        "rows": 3,
        "objects": 2,
    }
    signal = {"RS_SignalCode": "S", "after_status": "Raised", "row_count": 1, "object_count": 1}
    assert group_of("signals_raised", signal)["kind"] == "Raised"


def test_definitions_that_are_first_or_gone() -> None:
    codes = {
        "before": {"slas": ["Old", "Kept"], "levels": [["Kept", "SLA.Warned", 1]]},
        "after": {"slas": ["Kept"], "levels": []},
    }
    known = Known({"Kept"}, {("Kept", "SLA.Warned", 1)})
    # a level that is only not raised any more is not gone
    assert definitions_of(codes, known) == {
        "slas_first": [],
        "slas_gone": ["Old"],
        "levels_first": [],
        "levels_gone": [],
    }
    # the whole table is gone, which its own note says
    nothing: Row = {"slas": None, "levels": None}
    assert not any(definitions_of(codes | {"after": nothing}, Known()).values())


def test_what_is_said_if_nothing_changes_and_of_a_sample() -> None:
    same = document()
    binding = same["bindings"][0]
    for kind in binding["kinds"].values():
        kind |= {"rows": 0, "groups": []}
    binding |= {"stories": [], "tables_gone": [], "tables": [], "objects_left_out": 0}
    binding |= {"tables_left_out": [], "definitions": {key: [] for key in binding["definitions"]}}
    same |= {"changes": False, "bindings_gone": []}
    assert shown(same) == [
        "nothing would change",
        "case: 40 objects as of 1970-01-01 00:00:00: no row would differ",
    ]
    sample = {"share": 0.05, "salt": "b", "objects": []}
    assert shown(same | {"sample": sample})[0] == (
        "nothing would change, as far as 0.05 of the objects show, drawn by 'b'"
    )
    named = markdown(same | {"sample": sample | {"objects": ["<o>", "p"]}})
    assert "Nothing would change, as far as <code>&#60;o&#62;, p show</code>." in named
    first = same | {"first_run": True, "bindings": []}
    assert shown(first) == [FIRST_RUN]
    assert markdown(first).startswith(f"{MARK}\n### What the metadata would do to the tables\n")


HOSTILE = [
    *NASTY,
    "@everyone",
    "#1 and owner/repo#2",
    "</code></details><img src=x onerror=alert(1)>",
    "| --- | **bold** _it_ ~~no~~ `x`",
    "[a](http://example.com) www.example.com a@example.com",
    "\x1b[31mred\x07",
    "-->\n\n# heading",
    ":smile: &lt; &#64;",
]
TAGS = {
    *("!--", "h3", "/h3", "p", "/p", "ul", "/ul", "li", "/li", "strong", "/strong"),
    *("code", "/code", "table", "/table", "thead", "/thead", "tbody", "/tbody", "tr", "/tr"),
    *("th", "/th", "td", "/td", "details", "/details", "summary", "/summary"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_data_in_markdown(name: str) -> None:
    given = document(name, name, object=name, tenant=name, before=[name], after=[name])
    given["bindings_gone"][0]["object_type"] = name
    given["bindings"][0]["binding"] = name
    given["sample"] = {"share": 0.5, "salt": name, "objects": []}
    text = markdown(given)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert set(re.findall(r"<(/?[a-zA-Z0-9!-]+)", html)) <= TAGS
    plain = markdown(document())
    cells = [len(re.findall(r"(?m)^\|.*$", each)) for each in (text, plain)]
    assert cells[0] == cells[1]
    assert html.count("<td") == MarkdownIt("gfm-like", {"linkify": False}).render(plain).count(
        "<td"
    )
    outside = unescape(re.sub(r"(?s)<code>.*?</code>", "", html))
    assert not re.search(r"@|://|#\d|onerror|smile|heading", outside)
    assert not re.search(r"(?i)www\.|://|@", re.sub(r"&#\d+;", "", text))
    in_code = [unescape(found) for found in re.findall(r"(?s)<code>(.*?)</code>", html)]
    seen = texts.visible(name)
    assert not seen or texts.shortened(seen, 200) in in_code


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_data_in_a_terminal(name: str) -> None:
    out = Console(file=io.StringIO(), width=2000, highlight=False, force_terminal=False)
    show(document(name, name, object=name), out)
    said = out.file.getvalue()
    assert "\x1b" not in said and "\x07" not in said
    assert texts.visible(name)[:60] in said


def test_code() -> None:
    assert code("a_b|c.d (e): f") == "<code>a&#95;b&#124;c.d (e): f</code>"
    assert code("WWW.x") == "<code>WWW&#46;x</code>"
    assert code("") == ""
    assert len(unescape(code("x" * 500))) == len("<code></code>") + 200


def test_a_comment_is_not_too_long() -> None:
    given = document(before=["x" * 190] * 12)
    binding = given["bindings"][0]
    binding["stories"] = [copy.deepcopy(binding["stories"][0]) for _ in range(100)]
    text = markdown(given)
    assert 50_000 < len(text) < 65_536
    kept = int(re.search(r"<summary>(\d+) examples", text)[1])  # type: ignore[index]
    assert f"and {100 - kept} more, see `ozmeta-dbt impact --json`" in text
    assert text.rstrip().endswith("</details>")
    given["bindings"] = [binding | {"stories": []}] * 200
    text = markdown(given)
    assert len(text) < 65_536 and text.rstrip().endswith("see `ozmeta-dbt impact --json`.")


def test_the_groups_that_a_table_leaves_out_are_counted() -> None:
    given = document()
    states = given["bindings"][0]["kinds"]["states_changed"]
    states["groups"] = states["groups"] * 15
    assert "and 3 more, see --json" in shown(given)
    assert "\nand 3 more\n" in markdown(given)
