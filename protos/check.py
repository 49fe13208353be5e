"""Check that the committed code is what `make protos` makes, and that no rpc or field of main was broken."""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import HERE, OUTPUT, generate


def files(root: Path) -> set[str]:
    """Return every generated file below `root`, relative to it."""
    return {str(path.relative_to(root)) for path in root.rglob("*_pb2*") if "__pycache__" not in path.parts}


def stale() -> list[str]:
    """Return the generated files that differ from a fresh generation."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        names = sorted(files(OUTPUT) | files(Path(folder)))
        _, different, missing = filecmp.cmpfiles(OUTPUT, folder, names, shallow=False)
        return [*different, *missing]


def breaking() -> int:
    """Run buf's check against main, where main is known to this clone and has a contract."""
    main = next((ref for ref in ("origin/main", "main") if known(f"{ref}:protos/buf.yaml")), None)
    if main is None:
        print("breaking: no main with a contract to compare with")
        return 0
    buf = Path(sys.executable).parent / "buf"
    against = f"../.git#ref={main},subdir=protos"
    return subprocess.run([buf, "breaking", "--against", against], cwd=HERE, check=False).returncode


def known(name: str) -> bool:
    """Return whether git knows the object `name`."""
    return subprocess.run(["git", "cat-file", "-e", name], cwd=HERE, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    if old := stale():
        sys.exit(f"stale generated code, run `make protos`: {', '.join(old)}")
    sys.exit(breaking())
