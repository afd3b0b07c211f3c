"""`ozmeta-dbt init --example`: a small metadata folder and a journal of 20 rows, in an existing dbt
project.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from ozmeta_dbt.problems import FileProblem
from ozmeta_dbt.user_project import declarations

HERE = Path(__file__).parent
ENDINGS = (".yml", ".csv")
STEPS = ("dbt seed", "ozmeta-dbt generate", "dbt run", "dbt test")


def files(folder: Path) -> dict[str, str]:
    """{path in the dbt project: text}. The journal goes where that project keeps its seeds."""
    project = declarations.read_yaml(folder / declarations.PROJECT_FILE)
    seeds = (declarations.paths(project, "seed") or ["seeds"])[0]
    output = declarations.output_in(project)
    found = {}
    for path in sorted(path for path in HERE.rglob("*") if path.suffix in ENDINGS):
        place, text = path.relative_to(HERE), path.read_text(encoding="utf-8")
        name = Path(seeds, *place.parts[1:]) if place.parts[0] == "seeds" else place
        found[name.as_posix()] = (
            text.replace("output: models/ozmeta ", f"output: {output} ")
            if name.name == "ozmeta.yml"
            else text
        )
    return found


def write(folder: Path) -> list[str]:
    """Write all of the files or none, and return what was written. FileProblem if one of them
    exists.
    """
    wanted = files(folder)
    there = [name for name in wanted if os.path.lexists(folder / name)]
    if any((folder / "metadb").glob("*")) and not any(name.startswith("metadb/") for name in there):
        there.append("metadb/")  # its files would be read as metadata, too
    if there:
        raise FileProblem(
            f"{', '.join(there)} in {folder}: there already, so nothing was written. The example"
            " needs a project without them"
        )
    done: list[Path] = []
    try:
        for name, text in wanted.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                done.append(path)
                file.write(text)
    except OSError as error:
        for path in done:
            with suppress(OSError):
                path.unlink()
        raise FileProblem(
            f"{error.filename or folder} can't be written: {error.strerror or error}. Nothing was"
            " written"
        ) from None
    return list(wanted)


def steps(folder: Path) -> list[str]:
    """The commands to run next, to be pasted into a shell."""
    here = folder.resolve() == Path.cwd().resolve()
    return [step if here else f"{step} --project-dir {shlex.quote(str(folder))}" for step in STEPS]
