"""`python -m referee_lm_eval`: one benchmark of lm-evaluation-harness."""

import sys

from referee_adapter import run
from referee_lm_eval.evaluate import evaluate

if __name__ == "__main__":
    sys.exit(run(evaluate))
