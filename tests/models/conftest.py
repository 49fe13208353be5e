"""The recipe isn't installed with the models, so that torch stays out of everything else."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

sys.path[:0] = [str(HERE), str(HERE.parents[1] / "models" / "recipe")]
