{#
The select of a CTE with the users of a history: user_id, user_name, user_role. One row per id.

macro: as for history_columns
users: {relation, key, name?, role?}, or none for no rows
#}
{% macro history_users(macro, users) %}
  {%- set text = ozmeta_runtime.type_text() -%}
  {%- if not users -%}
    {{ ozmeta_runtime.literal_rows([['user_id', text], ['user_name', text], ['user_role', text]], []) }}
  {%- else -%}
    {%- set key = ozmeta_runtime.history_column(macro, users.relation, users.key, "users.key") -%}
    select {{ key.sql }} as user_id
    {%- for part in ['name', 'role'] %},
        {% if users.get(part) -%}
          {{ ozmeta_runtime.min_text(ozmeta_runtime.history_column(
              macro, users.relation, users[part], "users." ~ part).sql) }}
        {%- else -%}
          cast(null as {{ text }})
        {%- endif %} as user_{{ part }}
    {%- endfor %}
    from {{ users.relation }}
    group by {{ key.sql }}
  {%- endif -%}
{% endmacro %}
