"""How this command is typed, so that what is printed can be typed, too."""

import shutil
from pathlib import Path


def typed(program: Path, here: Path, search: str | None = None) -> str:
    """Return what starts `program` from the folder `here`: its name where a shell finds it, otherwise its path.

    `search` is where the shell looks, as PATH says it; absent, PATH itself.
    """
    found = shutil.which(program.name, path=search)
    if not program.is_file() or (found and Path(found).samefile(program)):
        return program.name
    path = program.absolute()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
