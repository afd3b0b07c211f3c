-- What a PostgreSQL needs to stand in for Redshift, for tests on loopback only. Each means what Redshift's
-- documentation says of its namesake.
create schema redshift;
create domain redshift.super as jsonb;

create function redshift.getdate() returns timestamp language sql stable
as $$ select (now() at time zone 'utc')::timestamp $$;
create function redshift.convert_timezone(a text, b text, t timestamp) returns timestamp language sql stable
as $$ select (t at time zone a) at time zone b $$;
create function redshift.len(t text) returns int language sql immutable as $$ select length(t) $$;
create function redshift.sha2(t text, n int) returns text language sql immutable as $$ select case n when 256
    then encode(sha256(convert_to(t, 'UTF8')), 'hex') end $$;
create function redshift.strtol(t text, b int) returns bigint language sql immutable as $$ select case b when 16
    then ('x' || lpad(t, 16, '0'))::bit(64)::bigint end $$;

-- JSON. A SUPER keeps numbers by their value; json_serialize writes no blanks.
create function redshift.is_valid_json(t text) returns boolean language plpgsql immutable
as $$ begin
  perform pg_catalog.regexp_replace(t, E'(?<!\\\\)((\\\\\\\\)*)\\\\u0000', E'\\1', 'g')::jsonb;
  return t::json is json object;
exception when others then return false;
end $$;
create function redshift.json_parse(t text) returns jsonb language sql immutable as $$ select t::jsonb $$;
create function redshift.written(j jsonb) returns text language sql immutable as $$
  select case jsonb_typeof(j)
    when 'array' then '[' || coalesce((select string_agg(redshift.written(e), ',' order by n)
        from jsonb_array_elements(j) with ordinality as m(e, n)), '') || ']'
    when 'object' then '{' || coalesce((select string_agg(to_json(k)::text || ':' || redshift.written(v), ',')
        from jsonb_each(j) as m(k, v)), '') || '}'
    else j::text end $$;
create function redshift.json_serialize(j jsonb) returns text language sql immutable
as $$ select redshift.written(j) $$;
create function redshift.super_at(j jsonb, path text[]) returns text language plpgsql immutable as $$
declare k text;
begin
  foreach k in array path loop
    if jsonb_typeof(j) is distinct from 'object' then return null; end if;
    j := j -> k;
  end loop;
  return redshift.written(j);
end $$;
create function redshift.json_extract_path_text(t text,
    variadic p text[]) returns text language sql immutable as $$ select coalesce(t::jsonb #>> p, '') $$;
create function redshift.json_array_length(t text) returns int language sql immutable
as $$ select jsonb_array_length(t::jsonb) $$;
create function redshift.json_extract_array_element_text(t text,
    n int) returns text language sql immutable as $$ select t::jsonb ->> n $$;

-- REGEXP_INSTR with 'p': Perl's regexes. PostgreSQL's own differ in \b, and in whether a dot is a line feed.
create function redshift.regexp_instr(t text, p text, pos int, occurrence int, opt int,
    flags text) returns int language sql immutable as
$$ select pg_catalog.regexp_instr(t collate "C",
    replace(regexp_replace(p, E'\\(\\?P<[A-Za-z0-9_]+>', '(', 'g'), E'\\b', E'\\y'), pos, occurrence, opt, 'p') $$;

-- REGEXP_SUBSTR with 'e': what the first group matched; an empty text, not null, if nothing matched
create function redshift.regexp_substr(t text, p text, pos int, occurrence int,
    flags text) returns text language sql immutable as
$$ select coalesce(pg_catalog.regexp_substr(t collate "C", p, pos, occurrence, '', (flags like '%e%')::int), '') $$;

-- REGEXP_REPLACE with 'p': a group is $1 in what replaces it, and a backslash there escapes
create function redshift.regexp_replace(t text, p text, by text, pos int,
    flags text) returns text language sql immutable as
$$ select pg_catalog.regexp_replace(t collate "C", p, regexp_replace(by, E'[$]([0-9])', E'\\\\\\1', 'g'), 'g') $$;

-- LAST_VALUE(x IGNORE NULLS), by the shim
create function redshift.latter(a anyelement,
    b anyelement) returns anyelement language sql immutable strict as $$ select b $$;
create aggregate redshift.last_known(anyelement) (sfunc = redshift.latter, stype = anyelement);

-- DATEADD and DATEDIFF: the latter counts boundaries crossed
create function redshift.dateadd(p text, n bigint,
    t timestamp) returns timestamp language sql immutable as $$ select t + (n || ' ' || p)::interval $$;
create function redshift.datediff(p text, a timestamp, b timestamp) returns bigint language sql immutable as $$
  select case p when 'microsecond' then (extract(epoch from b) * 1000000)::bigint - (extract(epoch
      from a) * 1000000)::bigint
    else ((extract(epoch from date_trunc(p, b)) - extract(epoch from date_trunc(p, a))) / case p when 'day' then 86400
        when 'hour' then 3600 when 'minute' then 60 when 'second' then 1 end)::bigint end $$;

-- What dbt-redshift looks at
create function redshift.pg_get_late_binding_view_cols() returns setof record language sql as $$ select null::name,
null::name, null::name, null::varchar, null::int where false $$;
create view redshift.svv_external_columns as select null::text schemaname, null::text tablename, null::text columnname,
null::text external_type, null::int columnnum, 'true'::text is_nullable, null::int part_key where false;
create view redshift.svv_external_tables as select null::text schemaname, null::text tablename,
null::text location where false;
create view redshift.svv_external_schemas as select null::text schemaname, null::text databasename where false;
create view redshift.svv_tables as select table_catalog, table_schema, table_name, table_type
    from information_schema.tables;
create view redshift.svv_columns as select * from information_schema.columns;
create view redshift.stv_mv_info as select null::text db_name, null::text as schema, null::text as name where false;
create view redshift.svv_table_info as select current_database()::text as database, schemaname as schema,
tablename as "table", 'EVEN'::text diststyle, null::text sortkey1, 0::bigint size, 0::bigint tbl_rows from pg_tables;
