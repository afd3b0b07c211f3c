"""What is wrong with a statement for an engine, as far as the text shows. sqlglot must parse it,
and these checks refuse what sqlglot wrongly accepts, according to the vendors' documentation.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

logging.getLogger("sqlglot").setLevel(
    logging.ERROR
)  # commands it does not know, which are problems here

# Functions that may be called: sqlglot takes any name. What all of these engines have, then each
# one's own.
COMMON = (
    "abs cast coalesce count dense_rank first_value floor greatest lag last_value lead least lower"
    " max md5 min nullif power rank replace row_number sum upper"
)
FUNCTIONS = {
    dialect: set((COMMON + " " + own).split())
    for dialect, own in {
        "duckdb": (
            """contains epoch_us ends_with isfinite json_extract json_extract_string json_valid len
            list_contains list_count list_transform length ltrim make_timestamp mod printf
            array_to_string concat_ws decode epoch_ns hex list list_sort json_type regexp_extract
            rpad struct_extract try regexp_full_match regexp_matches regexp_replace sha256
            starts_with strftime strpos substr to_json try_cast concat range generate_series
            unnest"""
        ),
        "postgres": (
            """array_agg btrim cardinality concat convert_to date_trunc encode extract isfinite
            concat_ws json_array_elements json_typeof length ln lpad mod regexp_replace rpad sha256
            split_part string_agg strpos substr substring json_strip_nulls pg_typeof to_char to_hex
            to_json to_jsonb translate bool_or hashtextextended pg_advisory_xact_lock to_regclass"""
        ),
        "redshift": (
            """chr convert_timezone dateadd datediff getdate is_valid_json listagg json_array_length
            json_extract_array_element_text json_extract_path_text is_varchar json_parse
            json_serialize regexp_substr length ln lpad ltrim mod regexp_instr regexp_replace rpad
            rtrim sha2 split_part strpos substr substring to_char to_hex translate"""
        ),
        "bigquery": (
            """concat countif current_timestamp datetime datetime_add datetime_diff div ends_with
            format format_timestamp is_inf is_nan json_query_array json_type json_value length mod
            parse_json array_to_string rpad regexp_contains regexp_extract regexp_replace safe_add
            safe_cast safe_divide safe_multiply safe_subtract sha256 string_agg strpos substr
            timestamp timestamp_add timestamp_micros timestamp_trunc to_hex to_json_string
            unix_micros unnest generate_array range_bucket"""
        ),
        "databricks": (
            """array array_join array_sort collect_list concat concat_ws contains
            date_from_unix_date date_trunc element_at endswith exists explode hex isnan length lpad
            rpad map mod pmod rand regexp_extract regexp_replace schema_of_variant sequence sha2
            substr timestamp_micros timestampadd timestampdiff to_json to_utc_timestamp transform
            translate try_cast try_element_at try_parse_json try_variant_get unix_micros"""
        ),
        "snowflake": (
            """array_size contains convert_timezone date_part dateadd datediff endswith filter get
            length listagg lpad ltrim mod regexp_instr regexp_substr rpad regexp_like regexp_replace
            rtrim sha2 substr to_char to_json to_number to_timestamp_ntz to_variant try_parse_json
            try_to_double try_to_number try_to_timestamp_tz typeof"""
        ),
        "tsql": (
            """charindex concat concat_ws convert dateadd datediff_big hashbytes isjson datepart
            left len log openjson patindex right rtrim string_agg string_escape stuff substring
            switchoffset sysutcdatetime try_cast"""
        ),
    }.items()
}


def words(text: str) -> set[str]:
    return set(text.split())


TYPES_OR_WORDS = words(
    """decimal numeric varchar nvarchar char binary datetime2 datetimeoffset timestamp_ntz time in
    as on and or not when then else case over values exists select from where with insert filter
    join using options option update set by union all distinct having end recursive table partition
    cluster into any some interval return by key sortkey distkey tblproperties group"""
)  # what may stand before a bracket, too

# Words that have to be quoted where they name something. Only those that a name of ours might be.
RESERVED = {
    "tsql": (
        """add all alter and any as asc authorization backup begin between break browse bulk by
        cascade case check checkpoint close clustered coalesce collate column commit compute
        constraint contains containstable continue convert create cross current cursor database
        dbcc deallocate declare default delete deny desc disk distinct distributed double drop dump
        else end errlvl escape except exec execute exists exit external fetch file fillfactor for
        foreign freetext from full function goto grant group having holdlock identity if in index
        inner insert intersect into is join key kill left like lineno load merge national nocheck
        nonclustered not null nullif of off offsets on open option or order outer over percent
        pivot plan precision primary print proc procedure public raiserror read readtext
        reconfigure references replication restore restrict return revert revoke right rollback
        rowcount rule save schema select set setuser shutdown some statistics table tablesample
        textsize then to top tran transaction trigger truncate tsequal union unique unpivot update
        updatetext use user values varying view waitfor when where while with within writetext"""
    ),
    "bigquery": (
        """all and any array as asc at between by case cast collate contains create cross cube
        current default define desc distinct else end enum escape except exclude exists extract
        false fetch following for from full group grouping groups hash having if ignore in inner
        intersect interval into is join lateral left like limit lookup merge natural new no not
        null nulls of on or order outer over partition preceding proto qualify range recursive
        respect right rollup rows select set some struct tablesample then to treat true unbounded
        union unnest using when where window with within"""
    ),
    "redshift": (
        """aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization
        backup between binary both bytedict case cast check collate column connect constraint
        create cross current_date current_time current_timestamp current_user default deferrable
        deflate defrag delta desc disable distinct do else encode encrypt end except explicit false
        for foreign freeze from full grant group gzip having identity ignore ilike in initially
        inner intersect interval into is isnull join language leading left like limit localtime
        localtimestamp lun luns minus natural new not notnull null nulls off offline offset oid old
        on only open or order outer overlaps parallel partition percent permissions pivot placing
        primary raw readratio recover references respect rejectlog resort restore right select
        session_user similar snapshot some sysdate system table tag tdes text255 text32k then
        timestamp to top trailing true truncatecolumns union unique unnest using verbose wallet
        when where with without"""
    ),
    "snowflake": (
        """all alter and any as between by case cast check column connect connection constraint
        create cross current current_date current_time current_timestamp current_user database
        delete distinct drop else exists false following for from full grant group gscluster having
        ilike in increment inner insert intersect into is issue join lateral left like localtime
        localtimestamp minus natural not null of on or order organization qualify regexp revoke
        right rlike row rows sample schema select set some start table tablesample then to trigger
        true try_cast union unique update using values view when whenever where with"""
    ),
    "postgres": (
        """all analyse analyze and any array as asc asymmetric both case cast check collate column
        constraint create current_date current_role current_time current_timestamp current_user
        default deferrable desc distinct do else end except false fetch for foreign from grant
        group having in initially intersect into lateral leading limit localtime localtimestamp not
        null offset on only or order placing primary references returning select session_user some
        symmetric table then to trailing true union unique user using variadic when where window
        with"""
    ),
}
RESERVED_WORDS = {dialect: set(words.split()) for dialect, words in RESERVED.items()}

# A text's pieces that an engine does not have: {what to say: regex on the statement without its
# literals and comments}.
DENIED = {
    "tsql": {
        "LIMIT": r"\blimit\s+\d",
        "'::'": r"::",
        "'||'": r"\|\|",
        "create or replace": r"\bcreate\s+or\s+replace\b",
        "true and false": r"\b(true|false)\b",
        "nulls first": r"\bnulls\s+(first|last)\b",
        "ignore nulls in the brackets": r"\bignore\s+nulls\s*\)",
        "recursive": r"\brecursive\b",
        "a type it lacks": r"\bas\s+(text|string|timestamp|boolean|bool|double|float64|int64)\b",
        "using": r"\bjoin\s+\S+(\s+as\s+\S+)?\s+using\b",
        "interval": r"\binterval\s",
        "qualify": r"\bqualify\b",
        "is distinct from, before 2022": r"\bis\s+(not\s+)?distinct\s+from\b",
        "a filter clause": r"\bfilter\s*\(",
        "lateral": r"\blateral\b",
        "a date literal": r"\b(date|timestamp)\s+''",
        "an nvarchar column, on Fabric": r"(?<!\bcast \( )\bstring_escape\b",
        "a null in concat, which is no text there": r"\blen\s*\(\s*concat\b",
    },
    "redshift": {
        "distinct on": r"\bdistinct\s+on\b",
        "a filter clause": r"\bfilter\s*\(",
        "lateral": r"\blateral\b",
        "Postgres' collations": r"\bcollate\b",
        "arrays": r"\barray\s*\[|\]\s*\[|\w\[\s*\d|\barray_agg\b",
        "JSON operators": r"->|#>",
        "TEXT, which is cut at 256 bytes": r"\bas\s+text\b",
        "a multiplied interval": r"\*\s*interval\b",
        "with ordinality": r"\bordinality\b",
        "regexes of Postgres' own": (
            r"\bregexp_(match|matches|split_to_array|split_to_table|count)\b"
        ),
        "numeric without a precision": r"\bas\s+numeric\s*\)",
        "on conflict": r"\bon\s+conflict\b",
    },
    "bigquery": {
        "a set operation without all or distinct": (
            r"\b(union|intersect|except)\b(?!\s+(all|distinct)\b)(?!\s*\()"
        ),
        "'::'": r"::",
        "'%'": r"%",
        "a type it lacks": r"\bas\s+(text|varchar|double|double\s+precision|real|character)\b",
        "'->'": r"->",
        "distinct on": r"\bdistinct\s+on\b",
        "a filter clause": r"\bfilter\s*\(",
        "collate": r"\bcollate\b",
        "ilike": r"\bilike\b",
        "lateral": r"\blateral\b",
    },
    "databricks": {
        "ignore nulls in the brackets": r"\bignore\s+nulls\s*\)",
        "float, which has 32 bits": r"\bas\s+float\b",
        "varchar without a length": r"\bas\s+varchar\b(?!\s*\()",
        "text": r"\bas\s+text\b",
        "distinct on": r"\bdistinct\s+on\b",
        "JSON operators": r"->>|#>",
        "collate": r"\bcollate\b",
    },
    "snowflake": {
        "distinct on": r"\bdistinct\s+on\b",
        "a filter clause": r"\)\s*filter\s*\(",
        "JSON operators": r"->>|#>",
        "collate": r"\bcollate\b",
        "arrays": r"\barray\s*\[",
        "a multiplied interval": r"\*\s*interval\b",
        "'~'": r"~",
        "with ordinality": r"\bordinality\b",
        "update with an alias": r"\bupdate\s+\S+\s+as\s",
        "one meaning of timestamp": r"\bas\s+timestamp\b",
    },
    "postgres": {
        "ignore nulls": r"\bignore\s+nulls\b",
        "qualify": r"\bqualify\b",
        "create or replace table": r"\bcreate\s+or\s+replace\s+table\b",
        "safe casts": r"\b(try_cast|safe_cast)\b",
    },
    "duckdb": {},
}
# Of a table by a statement, where a CTE is run once for each of its uses. Most read one three
# times. Tables that were made of CTEs count, too: one is read for each threshold of a cycle.
MOST_READS = {"bigquery": 12, "databricks": 12, "tsql": 15}
BACKSLASH_ESCAPES = (
    "bigquery",
    "databricks",
    "snowflake",
)  # a literal's backslash takes what follows with it

# Statements of the adapters' own, on catalogues and settings: none of this package's doing.
OWN = re.compile(
    r"\b(sys\.|information_schema|sp_rename|pg_catalog|pg_class|pg_namespace|pg_depend|svv_"
    r"|object_definition|dm_exec_)"
    r"|^\s*(use|show|describe|drop|alter|set|begin|commit|analyze|optimize|comment|refresh)\b",
    re.I,
)
RELATIONSHIPS = re.compile(
    r"\bwith\s+child\s+as\s*\(", re.I
)  # dbt's own test, which dbt-fabric makes a CTE within a CTE
EXECUTED = re.compile(r"\bexec\s*\(\s*N?'((?:[^']|'')*)'\s*\)\s*;?", re.I)
# right by the vendor's grammar, and unknown to sqlglot
UNKNOWN_TO_SQLGLOT = {
    "databricks": [r"\bmax\s+recursion\s+level\s+\d+"],
    "tsql": [r"\boption\s*\(\s*label\s*=\s*'[^']*'\s*\)"],
    "redshift": [],
    "postgres": [],
    "bigquery": [],
    "snowflake": [],
    "duckdb": [],
}

CONDITION = (exp.And, exp.Or, exp.Not, exp.Paren)
PREDICATE = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.In,
    exp.Is,
    exp.Exists,
    exp.Between,
    exp.And,
    exp.Or,
    exp.Not,
)


def statements(sql: str, dialect: str) -> Iterator[str]:
    """The statements of this package among those that were sent, including a text that T-SQL
    executes.
    """
    if dialect == "tsql":
        for found in EXECUTED.finditer(sql):
            yield from statements(found.group(1).replace("''", "'"), dialect)
        sql = re.sub(r"^\s*(use\s+\S+\s*;\s*)+", "", EXECUTED.sub("", sql), flags=re.I)
        sql = re.sub(r"^\s*if\s+object_id\s*\([^)]*\)\s+is\s+not\s+null\b", "", sql, flags=re.I)
    bare = re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)+", "", sql, flags=re.S)
    if bare.strip(" ;\n\t") and not OWN.search(bare) and not RELATIONSHIPS.search(bare):
        yield bare


def problems(sql: str, dialect: str) -> list[str]:
    for pattern in UNKNOWN_TO_SQLGLOT[dialect]:
        sql = re.sub(pattern, " ", sql, flags=re.I)
    try:
        tokens = sqlglot.tokenize(sql, dialect=dialect)
        trees = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree]
    except sqlglot.errors.SqlglotError as error:
        return [f"sqlglot: {str(error)[:500]}"]
    found = [
        f"sqlglot does not know {tree.sql()[:80]!r}"
        for tree in trees
        if isinstance(tree, exp.Command)
    ]
    found += [
        f"{dialect} has no {what}"
        for what, pattern in DENIED[dialect].items()
        if re.search(pattern, plain(sql, tokens), re.I)
    ]
    found += sorted(
        {f"function {name}()" for name in called(tokens) if name not in FUNCTIONS[dialect]}
    )
    found += literals(sql, tokens, dialect)
    for tree in trees:
        found += sorted(
            {
                f"the word {i.name!r} unquoted"
                for i in tree.find_all(exp.Identifier)
                if not i.quoted and i.name.lower() in RESERVED_WORDS.get(dialect, ())
            }
        )
        if dialect == "tsql":
            found += tsql(tree)
        if dialect == "bigquery":
            found += bigquery(tree)
        found += [
            f"{table} is read {times} times: a CTE that is named more than once needs"
            " `materialize_cte`"
            for table, times in reads(tree).items()
            if times > MOST_READS.get(dialect, times)
        ]
    return found


def reads(tree: exp.Expression) -> Counter[str]:
    """How often each table is read if a CTE runs once for each of its uses. CTEs that
    `materialize_cte` ends run once: GoogleSQL runs a CTE with a self-reference only once, and Spark
    one with rand(). Functions that return tables have no name, and are not counted.
    """
    ctes = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
    found: Counter[str] = Counter()
    kept: set[str] = set()

    def run(part: exp.Expression, within: str = "") -> None:
        for table in part.find_all(exp.Table):
            if (table.find_ancestor(exp.CTE) and not within) or table.name == within:
                continue
            if table.name not in ctes or table.db:
                found[table.name] += 1 if table.name else 0
            elif table.name not in kept:
                body = ctes[table.name]
                if any(body.find_all(exp.Rand)) or any(
                    inner.name == table.name for inner in body.find_all(exp.Table)
                ):
                    kept.add(table.name)
                run(body, table.name)

    run(tree)
    return found


def plain(sql: str, tokens: list[Token]) -> str:
    """The statement with every literal as '', and without comments and quoted names."""
    words = {TokenType.STRING: "''", TokenType.RAW_STRING: "''"}
    quoted = {'"', "[", "`"}
    return " ".join(
        (
            "x"
            if sql[t.start : t.start + 1] in quoted and t.token_type == TokenType.IDENTIFIER
            else words.get(t.token_type, t.text)
        )
        for t in tokens
    )


def called(tokens: list[Token]) -> Iterator[str]:
    """The names before brackets, except for aliases and CTEs, whose columns follow in brackets."""
    for i, (token, after) in enumerate(itertools.pairwise(tokens)):
        first = i  # of a name such as db.schema.table
        while first > 1 and tokens[first - 1].text == ".":
            first -= 2
        name, before = token.text.lower(), tokens[first - 1].text.lower() if first else ""
        if (
            after.token_type != TokenType.L_PAREN
            or not re.fullmatch(r"[a-z_]\w*", name)
            or token.token_type == TokenType.IDENTIFIER
            or name in TYPES_OR_WORDS
        ):
            continue
        if before in ("as", "into", "table", "index", "using") or (
            before in (",", "recursive", "with") and names_columns(tokens, i + 1)
        ):
            continue
        yield name


def names_columns(tokens: list[Token], opening: int) -> bool:
    """Whether `as (` follows the bracket: the columns of a CTE."""
    depth = 0
    for i in range(opening, len(tokens)):
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(tokens[i].token_type, 0)
        if depth == 0:
            return (
                i + 2 < len(tokens)
                and tokens[i + 1].text.lower() == "as"
                and tokens[i + 2].token_type == TokenType.L_PAREN
            )
    return False


def literals(sql: str, tokens: list[Token], dialect: str) -> list[str]:
    found = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=False):
        if token.token_type != TokenType.STRING:
            continue
        written = sql[token.start : token.end + 1]
        if dialect in BACKSLASH_ESCAPES and re.search(
            r"\\(?!\\)(?=[^nrtbf0'\"`?%_uUxav])", re.sub(r"\\\\", "", written)
        ):
            found.append(f"a backslash that escapes: {written[:60]}")
        if dialect == "bigquery" and "\n" in written:
            found.append(f"a line feed in a literal: {written[:60]}")
        if (
            dialect in ("bigquery", "databricks")
            and after is not None
            and after.token_type == TokenType.STRING
            and after.start == token.end + 1
        ):
            found.append(f"a doubled quote, which is two literals: {written[:60]}")
    return found


def stands_as_condition(node: exp.Expression) -> bool:
    """Whether the place of a node is a condition's."""
    parent, child = node.parent, node
    while isinstance(parent, CONDITION):
        parent, child = parent.parent, parent
    if isinstance(parent, exp.If):
        case = parent.parent
        return parent.args.get("this") is child and not (
            isinstance(case, exp.Case) and case.args.get("this")
        )
    if isinstance(parent, exp.Merge):
        return parent.args.get("on") is child
    if isinstance(parent, exp.When):
        return parent.args.get("condition") is child
    return isinstance(parent, (exp.Where, exp.Having)) or (
        isinstance(parent, exp.Join) and parent.args.get("on") is child
    )


def tsql(tree: exp.Expression) -> list[str]:
    found = []
    for node in tree.find_all(*PREDICATE):
        assigns = isinstance(node, exp.EQ) and isinstance(node.parent, exp.Update)  # `set a = b`
        if not isinstance(node.parent, CONDITION) and not stands_as_condition(node) and not assigns:
            found.append(f"a condition as a value: {node.sql('tsql')[:100]}")
    for node in tree.find_all(exp.Column, exp.Literal, exp.Cast, exp.Case, exp.Func):
        if isinstance(node, (PREDICATE, exp.If)):
            continue
        parent, child = node.parent, node
        if isinstance(parent, exp.Paren):
            while isinstance(parent, exp.Paren):
                parent, child = parent.parent, parent
        if isinstance(parent, (exp.And, exp.Or, exp.Not)) or stands_as_condition(child):
            found.append(f"a value as a condition: {node.sql('tsql')[:100]}")
    for node in tree.find_all(exp.With):
        above = node.parent
        while above is not None and not isinstance(above, (exp.CTE, exp.Subquery)):
            above = above.parent
        if above is not None:
            found.append("a CTE within a subquery")
    for node in tree.find_all(exp.AggFunc):
        if not isinstance(node.parent, exp.Window) and node.find(exp.Select):
            found.append(f"a subquery in an aggregate: {node.sql('tsql')[:100]}")
    for node in tree.find_all(exp.Order):
        if (
            isinstance(node.parent, exp.Select)
            and node.find_ancestor(exp.Subquery, exp.CTE, exp.Create)
            and not node.parent.args.get("limit")
        ):
            found.append("order by in a subquery")
    for node in tree.find_all(exp.CTE, exp.Subquery, exp.Create):
        if isinstance(node, exp.Subquery) and not isinstance(node.parent, (exp.From, exp.Join)):
            continue
        if node.args.get("alias") and node.args["alias"].args.get("columns"):
            continue
        select = node.this if not isinstance(node, exp.Create) else node.expression
        while isinstance(select, (exp.SetOperation, exp.Subquery)):
            select = select.this
        if isinstance(select, exp.Select):
            found += [
                f"a column without a name: {p.sql('tsql')[:100]}"
                for p in select.expressions
                if not p.alias_or_name and not p.find(exp.Star)
            ]
    return found


def bigquery(tree: exp.Expression) -> list[str]:
    found = [
        "a where without a from"
        for select in tree.find_all(exp.Select)
        if select.args.get("where") and not (select.args.get("from") or select.args.get("from_"))
    ]
    for create in tree.find_all(exp.Create):
        select = create.expression
        if isinstance(select, exp.Select):
            found += [
                f"a null without a type: {p.sql()}"
                for p in select.expressions
                if isinstance(p.unalias(), exp.Null)
            ]
    for union in tree.find_all(exp.Union):
        if isinstance(union.parent, exp.Union):
            continue
        branches = flat(union)
        if all(isinstance(branch, exp.Select) for branch in branches):
            found += [
                f"a null without a type in every branch: column {i + 1}"
                for i, column in enumerate(zip(*(b.expressions for b in branches), strict=False))
                if all(isinstance(p.unalias(), exp.Null) for p in column)
            ]
    return found


def flat(node: exp.Expression) -> list[exp.Expression]:
    return [*flat(node.this), *flat(node.expression)] if isinstance(node, exp.Union) else [node]
