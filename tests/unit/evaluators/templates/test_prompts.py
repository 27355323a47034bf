"""What the model is asked of a datapoint, and what is refused before it is asked anything."""

from typing import Any

import pytest

from referee.core.evaluation.datapoint import Datapoint
from referee_adapter import Failure, Model
from referee_adapter.spec import Application
from referee_evaluators.spec import Prompt
from referee_evaluators.templates.prompt import Asking
from referee_evaluators.templates.template import NotRendered

FRANCE = Datapoint("1", input={"country": "France", "size": 7}, target="Paris", metadata={"language": "fr"})
CHAT = Model("http://m/v1", "m")
COMPLETIONS = Model("http://m/v1", "m", api="Completions")
HISTORY = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "{{ Yo }}"}]


def chat(*contents: str, role: str = "user") -> Prompt:
    return Prompt(messages=tuple({"role": role, "content": content} for content in contents))


def application(body: Any) -> Model:
    return Model("http://app/ask", "app", api="HTTP", http=Application(body=body))


def asked(prompt: Prompt, datapoint: Datapoint = FRANCE, model: Model = CHAT) -> dict[str, Any]:
    return Asking(prompt, model, [datapoint]).request(datapoint)


@pytest.mark.parametrize(
    "content",
    [
        "Capital of {{ input.country }}?",
        "Capital of {{ country }}?",
        "Capital of {{ inputs.country }}?",
        "Capital of {input.country}?",
        "Capital of {country}?",
        "Capital of {{ input['country'] }}?",
    ],
)
def test_a_prompt_is_filled_with_the_datapoint(content: str) -> None:
    assert asked(chat(content)) == {"messages": [{"role": "user", "content": "Capital of France?"}]}


def test_without_a_prompt_the_datapoints_messages_are_sent_as_they_are() -> None:
    assert asked(Prompt(), Datapoint("1", input="x", messages=HISTORY)) == {"messages": HISTORY}


@pytest.mark.parametrize(
    ("given", "content"), [("Hi {{ x }}", "Hi {{ x }}"), ({"a": "é"}, '{"a": "é"}'), (4, "4"), ("", "")]
)
def test_else_its_input_is_one_message(given: Any, content: str) -> None:
    assert asked(Prompt(), Datapoint("1", input=given)) == {"messages": [{"role": "user", "content": content}]}


def test_recorded_messages_can_stand_between_messages_of_the_prompt() -> None:
    prompt = chat("Be brief, in {{ metadata.language }}.", "{{ messages }}", role="system")
    datapoint = Datapoint("1", messages=HISTORY, metadata={"language": "fr"})
    assert asked(prompt, datapoint)["messages"] == [{"role": "system", "content": "Be brief, in fr."}, *HISTORY]


def test_tools_of_the_datapoint_win_over_those_of_the_prompt() -> None:
    one, other = {"type": "function", "function": {"name": "a"}}, {"type": "function", "function": {"name": "b"}}
    prompt = Prompt(tools=(one,), response_format={"type": "json_object"})
    assert asked(prompt, Datapoint("1", input="x"))["tools"] == [one]
    assert asked(prompt, Datapoint("1", input="x", tools=[other]))["tools"] == [other]
    assert asked(prompt, Datapoint("1", input="x"))["response_format"] == {"type": "json_object"}


def test_completions_are_asked_with_one_text() -> None:
    prompt = Prompt(template="Q: {{ input.country }}\nA:")
    assert asked(prompt, model=COMPLETIONS) == {"prompt": "Q: France\nA:"}
    assert asked(Prompt(), Datapoint("1", input="Once"), COMPLETIONS) == {"prompt": "Once"}


def test_an_application_is_asked_with_a_body_of_its_own() -> None:
    body = {
        "question": "Capital of {{ input.country }}?",
        "size": "{{ input.size }}",
        "text": "{{ input.size | string }}",
        "all": ["{{ input }}", 1, None],
        "history": "{{ messages }}",
        "id": "{{ id }}",
    }
    assert asked(Prompt(), model=application(body)) == {
        "body": {
            "question": "Capital of France?",
            "size": 7,
            "text": "7",
            "all": [{"country": "France", "size": 7}, 1, None],
            "history": None,
            "id": "1",
        }
    }
    assert asked(Prompt(), model=application(None)) == {"body": None}


def test_an_applications_messages_are_the_prompts_where_it_has_any() -> None:
    request = asked(chat("Capital of {{ country }}?"), model=application({"messages": "{{ messages }}"}))
    assert request == {"body": {"messages": [{"role": "user", "content": "Capital of France?"}]}}


@pytest.mark.parametrize(
    ("prompt", "model", "said"),
    [
        (chat("{{ input.contry }}"), CHAT, "unknown placeholder 'input.contry'; did you mean 'input.country'?"),
        (chat("{{ contry }}"), CHAT, "unknown placeholder 'contry'; did you mean 'country'?"),
        (chat("{{ metadata.lang.code }}"), CHAT, "unknown placeholder 'metadata.lang.code'"),
        (chat("{{ messages.first.x }}"), CHAT, "no datapoint has 'messages'"),
        (chat("{{ target }}"), CHAT, "the model is not shown the expected answer"),
        (chat("{{ output }}"), CHAT, "unknown placeholder 'output'"),
        (chat("{% set a = 1 %}"), CHAT, "assign is not allowed in a prompt"),
        (Prompt(template="x"), CHAT, "a template belongs to api Completions"),
        (chat("x"), COMPLETIONS, "messages belong to api Chat"),
        (Prompt(template="{{ ipnut }}"), COMPLETIONS, "did you mean 'input'?"),
        (Prompt(), application({"q": ["{{ qestion }}"]}), "unknown placeholder 'qestion'"),
        (Prompt(), application({"q": "{{ input.question }}"}), "unknown placeholder 'input.question'"),
    ],
)
def test_a_prompt_that_no_datapoint_can_fill_is_refused_before_the_first_call(
    prompt: Prompt, model: Model, said: str
) -> None:
    with pytest.raises(Failure) as refused:
        Asking(prompt, model, [FRANCE, FRANCE])
    assert said in refused.value.message
    assert refused.value.message.startswith("evaluation.prompt: ")
    assert (refused.value.reason, refused.value.retryable) == ("PromptInvalid", False)


def test_a_row_that_alone_lacks_a_field_is_that_rows_error() -> None:
    other = Datapoint("2", input={"city": "Rome"})
    asking = Asking(chat("{{ input.country }}"), CHAT, [other, FRANCE])
    assert asking.request(FRANCE)["messages"][0]["content"] == "France"
    with pytest.raises(NotRendered, match="country"):
        asking.request(other)


@pytest.mark.parametrize("model", [CHAT, COMPLETIONS])
def test_a_datapoint_with_nothing_to_ask_is_its_own_error(model: Model) -> None:
    with pytest.raises(NotRendered, match=r"no input|neither messages nor input"):
        asked(Prompt(), Datapoint("1"), model)
