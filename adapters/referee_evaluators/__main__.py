"""`python -m referee_evaluators`: one evaluation."""

import sys

from referee_adapter import run
from referee_evaluators.run import evaluate

if __name__ == "__main__":
    sys.exit(run(evaluate))
