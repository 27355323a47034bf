"""The harness alone, as its documentation has it: its own client, its own loop. Writes its result table.

python by_hand.py URL API TASK DIRECTORY [model arguments as JSON]
"""

import json
import sys

from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager

if __name__ == "__main__":
    url, api, task, directory = sys.argv[1:5]
    more = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    chat = api == "Chat"
    results = simple_evaluate(
        model="local-chat-completions" if chat else "local-completions",
        model_args={"model": "m", "base_url": url + ("/chat/completions" if chat else "/completions")} | more,
        tasks=[task],
        task_manager=TaskManager(include_path=directory, include_defaults=False),
        apply_chat_template=chat,
    )
    sys.stdout.write(json.dumps(results["results"]) + "\n")
