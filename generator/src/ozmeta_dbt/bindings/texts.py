"""MetaDB's texts for people about tables, states, SLAs and approval flows (SPEC 10.9)."""

from __future__ import annotations

from ozmeta_dbt.config import FILE_NAME, Config
from ozmeta_dbt.metadb.rows import Language, ProjectLanguage, Row, TextKey, TextTranslation
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import did_you_mean, nearest

MAX_LENGTH = 500


class Texts:
    """The texts of rows in one language."""

    def __init__(self, rows: MetaRows, config: Config, problems: Problems):
        self.rows, self.problems = rows, problems
        self.language = self.chosen(config.language)
        self.keys: dict[str, TextKey] = {}  # by id, and by code
        for key in reversed(rows.of(TextKey)):
            self.keys |= {key.code: key} if key.code else {}
        for key in reversed(rows.of(TextKey)):
            self.keys |= {key.id: key} if key.id else {}
        self.translations = {
            self.name_of(row.text_key): row.text
            for row in reversed(rows.of(TextTranslation))
            if row.language == self.language and row.text_key and one_line(row.text)
        }

    def of(self, row: Row) -> str:
        """The translation, else the key's own text, else the description, else the notes."""
        named, description, notes = (
            getattr(row, field, None) for field in ("text_key_id", "description", "notes")
        )
        key = self.keys.get(named) if named else None
        translated = self.translations.get(self.name_of(named)) if named else None
        for text in (translated, key.text if key else None, description, notes):
            if line := one_line(text):
                return line
        return ""

    def name_of(self, text_key: str) -> str:
        """The id of a text key that a row may name by its code."""
        key = self.keys.get(text_key)
        return (key.id if key else None) or text_key

    def chosen(self, wanted: str | None) -> str | None:
        """The language in ozmeta.yml, else the project's default, else that of all projects."""
        of_project: list[ProjectLanguage | Language] = [*self.rows.of(ProjectLanguage)]
        every: list[ProjectLanguage | Language] = [*self.rows.of(Language)]
        named = [row.code for row in of_project + every]
        named += [row.language for row in self.rows.of(TextTranslation)]
        known = {code for code in named if code}
        if wanted is not None:
            if wanted not in known:
                self.problems.error(
                    Origin(FILE_NAME).at("language"),
                    f"MetaDB has no language {wanted!r}",
                    nearest_language(wanted, known),
                )
            return wanted
        defaults = [row for row in of_project if row.is_default and row.code] or [
            row for row in every if row.is_default and row.code
        ]
        codes = sorted({row.code or "" for row in defaults})
        if len(codes) > 1:
            self.problems.warn(
                defaults[1].at("is_default"),
                f"several languages are the default: {', '.join(codes)}. Texts are in {codes[0]}",
                f"set `language` in {FILE_NAME}",
            )
        return codes[0] if codes else next(iter(known)) if len(known) == 1 else None


def nearest_language(wanted: str, known: set[str]) -> str:
    """A hint: a similar code, or else one of the same language, or else the existing codes."""
    if not known:
        return "it has no languages: leave it out"
    same = sorted(code for code in known if code[:2].casefold() == wanted[:2].casefold())
    near = nearest(wanted, known) or (same[0] if same else None)
    return f"did you mean {near!r}?" if near else did_you_mean(wanted, known)


def one_line(text: str | None) -> str:
    """A text on one line, cut if it is long."""
    line = " ".join((text or "").split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"
