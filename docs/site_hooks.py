"""What the site has beside the pages of docs/.

- The demo's report and its dbt docs, which `make docs` makes first.
- Links that lead out of docs/, into the repository. The site has no copy of those files. With
  `repo_url` in mkdocs.yml such a link leads there, without it the text stays and the link goes. A
  link to a file that does not exist stops the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
INLINE = re.compile(r"\[([^\]]+)\]\((\.\.?/[^)\s#]+)(#[^)]*)?\)")
DEFINITION = re.compile(r"^\[([^\]]+)\]: (\.\.?/\S+)$", re.M)

# {address in the site: file of the demo}
DEMO = {
    "demo/report.html": ".demo/target/ozmeta_report.html",
    "demo/dbt-docs.html": ".demo/target/static_index.html",
}


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File  # only the environment of `make docs` has it

    for address, name in DEMO.items():
        if not (REPOSITORY / name).is_file():
            raise FileNotFoundError(f"there is no {name}: build the site with `make docs`")
        files.append(File.generated(config, address, abs_src_path=str(REPOSITORY / name)))
    return files


def outside(target: str, folder: Path) -> str | None:
    """The path in the repository of what a link leads to, if that is not in docs/."""
    path = (folder / target).resolve()
    if path.is_relative_to(REPOSITORY / "docs"):
        return None
    if not path.exists():
        raise FileNotFoundError(f"a page in {folder} links to {target}, which does not exist")
    return path.relative_to(REPOSITORY).as_posix()


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    folder = Path(page.file.abs_src_path).parent
    base = (config.repo_url or "").rstrip("/")

    def inline(match: re.Match[str]) -> str:
        path = outside(match[2], folder)
        if path is None:
            return match[0]
        return f"[{match[1]}]({base}/blob/main/{path}{match[3] or ''})" if base else match[1]

    def definition(match: re.Match[str]) -> str:
        path = outside(match[2], folder)
        if path is None:
            return match[0]
        return f"[{match[1]}]: {base}/blob/main/{path}" if base else ""

    return DEFINITION.sub(definition, INLINE.sub(inline, markdown))
