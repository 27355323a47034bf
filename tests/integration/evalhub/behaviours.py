"""What users of EvalHub rely on, and which tests show that it is so: a list that nobody has to keep in mind.

By hand and not by a marker on each test: here one sees at a glance what is shown once and what from several sides.
`test_behaviours.py` fails when one has no test, or names one that is gone.
"""

from dataclasses import dataclass

_HERE = "integration/evalhub"
_SDK = "integration/gateway/evalhub"
_GATEWAY = "integration/gateway"
SIDE_BY_SIDE = f"{_HERE}/test_side_by_side.py::test_what_differs_is_listed_and_nothing_else_does"
_COMMAND = f"{_HERE}/test_the_published_command.py"
_RUN = f"{_SDK}/test_a_run_as_the_sdk_sees_it.py"
_CANCEL = f"{_SDK}/test_cancelling_with_the_sdk.py"
_READ = f"{_SDK}/test_reading_jobs_with_the_sdk.py"
_SUBMIT = f"{_SDK}/test_submitting_with_the_sdk.py"
_CATALOGUE = f"{_GATEWAY}/test_evalhub_catalogue_with_the_sdk.py"
_EVENTS = f"{_GATEWAY}/test_evalhub_events.py"
_ADAPTERS = "e2e/test_evalhub_adapters.py"
_EXPORTS = "e2e/test_evalhub_adapters_data_and_exports.py"
_JOB_SPEC = "contract/hosting/test_job_spec_as_the_server_writes_it.py::test_it_is_the_servers_key_by_key"
_SAYS = "unit/gateway/evalhub/test_what_a_job_says_of_itself.py"


@dataclass(frozen=True)
class Behaviour:
    """One thing that somebody relies on."""

    number: int
    sentence: str
    shown_by: tuple[str, ...]
    """Tests, below `tests/`; a file alone where it is a measurement."""


def _all(*entries: tuple[str, tuple[str, ...]]) -> tuple[Behaviour, ...]:
    return tuple(Behaviour(number, *entry) for number, entry in enumerate(entries, start=1))


BEHAVIOURS = _all(
    ("health needs nobody", ("unit/gateway/test_health.py::test_health_is_as_the_sdk_reads_it", SIDE_BY_SIDE)),
    ("a base address may end in a slash", (f"{_SUBMIT}::test_a_base_url_may_end_in_a_slash",)),
    ("a request has a name, and errors have it", (f"{_READ}::test_transactions_have_the_callers_name", SIDE_BY_SIDE)),
    ("errors have one form", ("unit/gateway/test_who_is_answered_what.py::test_a_refusal_has_one_form", SIDE_BY_SIDE)),
    ("another tenant's job does not exist", (f"{_READ}::test_other_tenants_jobs_do_not_exist",)),
    (
        "a lost answer makes no twin",
        (
            f"{_SDK}/test_no_twins.py::test_a_client_that_went_away_gets_the_same_job",
            f"{_SDK}/test_no_twins.py::test_what_is_503_is_found_by_its_repetition",
        ),
    ),
    (
        "a submit is answered with the whole job",
        (f"{_SUBMIT}::test_everything_the_sdk_can_ask_for_comes_back", SIDE_BY_SIDE),
    ),
    (
        "every benchmark is listed, and half a job is not done",
        (
            f"{_SUBMIT}::test_every_benchmark_is_listed_from_the_first_answer_on",
            f"{_RUN}::test_half_a_job_is_not_a_finished_one",
        ),
    ),
    (
        "what the SDK and the command send is taken",
        (SIDE_BY_SIDE, f"{_COMMAND}::test_a_provider_is_made_changed_and_deleted"),
    ),
    ("what is wrong with a job has EvalHub's code", (SIDE_BY_SIDE,)),
    ("what a job names and is not there has EvalHub's code", (SIDE_BY_SIDE,)),
    (
        "test data of each kind comes back, and its revision after the run",
        (SIDE_BY_SIDE, f"{_EXPORTS}::test_a_file_is_fetched_for_the_adapter_and_its_revision_stands_in_status"),
    ),
    (
        "exports, queue and experiment come back",
        (SIDE_BY_SIDE, f"{_SUBMIT}::test_an_experiment_comes_back_where_there_is_a_tracker"),
    ),
    (
        "a benchmark may be there twice",
        (f"{_SUBMIT}::test_one_benchmark_twice_is_told_apart_by_its_index", SIDE_BY_SIDE),
    ),
    ("a collection that changes changes no run", (f"{_RUN}::test_a_collections_job_keeps_what_the_collection_had",)),
    ("job.json is the server's", (_JOB_SPEC,)),
    (
        "the SDK reads a job at every stage",
        (
            f"{_RUN}::test_each_phase_is_shown_while_the_adapter_is_at_it",
            f"{_RUN}::test_failures_are_told_in_the_adapters_words",
        ),
    ),
    (
        "no answer breaks the SDK",
        (
            "unit/gateway/evalhub/test_every_document_is_one_the_sdk_reads.py::test_any_job_in_any_state",
            f"{_HERE}/test_openapi_fuzzed.py::test_every_answer_is_a_described_one",
        ),
    ),
    (
        "lists of jobs are filtered, in order, and can be walked",
        (f"{_READ}::test_a_walk_along_next_sees_each_job_once_while_others_come_and_go", SIDE_BY_SIDE),
    ),
    ("parameters are read strictly", (f"{_READ}::test_parameters_are_taken_strictly", SIDE_BY_SIDE)),
    ("lists are complete", (f"{_CATALOGUE}::test_lists_are_complete_without_a_limit_and_can_be_walked_with_one",)),
    (
        "providers and benchmarks are found",
        (f"{_HERE}/test_the_sdks_own_tests.py::test_they_pass", f"{_HERE}/test_their_examples.py::test_client_usage"),
    ),
    ("the life of a provider and of a collection", (f"{_CATALOGUE}::test_the_life_of_a_provider", SIDE_BY_SIDE)),
    ("both kinds of patch", (f"{_CATALOGUE}::test_a_json_patch_is_taken_with_evalhubs_paths", SIDE_BY_SIDE)),
    (
        "resources of a provider are kept, in either spelling",
        (
            "unit/gateway/evalhub/test_providers_on_the_wire.py::test_the_spelling_of_evalhubs_answers_is_taken_too_and_the_files_wins",
        ),
    ),
    ("what would break every list is refused", (SIDE_BY_SIDE,)),
    (
        "cancel and delete",
        (
            f"{_CANCEL}::test_a_cancel_is_a_field_of_the_resource_and_may_be_repeated",
            f"{_CANCEL}::test_a_deleted_job_is_gone_at_once",
            SIDE_BY_SIDE,
        ),
    ),
    ("a refused cancel touches nothing", (f"{_CANCEL}::test_what_is_over_cannot_be_cancelled_and_stays_as_it_is",)),
    (
        "a cancel while children are made leaves none",
        (f"{_CANCEL}::test_a_cancel_while_children_are_being_made_leaves_none_running",),
    ),
    (
        "a cancelled adapter has its grace",
        (
            "e2e/test_referee_stopping.py::test_cancel_keeps_what_the_adapter_had",
            f"{_ADAPTERS}::test_an_adapter_that_is_deaf_to_sigterm_is_cancelled_when_its_grace_is_over",
        ),
    ),
    ("events are taken", (f"{_EVENTS}::test_everything_that_the_callbacks_tell_is_kept", SIDE_BY_SIDE)),
    ("what is no event has EvalHub's code", (SIDE_BY_SIDE, f"{_EVENTS}::test_who_is_told_what")),
    (
        "the first result stands",
        (
            f"{_EVENTS}::test_the_same_results_again_change_nothing_and_others_are_not_taken",
            f"{_EVENTS}::test_running_after_the_end_is_ignored",
        ),
    ),
    ("a result has everything in it", (f"{_EVENTS}::test_everything_that_the_callbacks_tell_is_kept", SIDE_BY_SIDE)),
    ("who says so is kept", (f"{_EVENTS}::test_a_failure_keeps_who_says_so",)),
    ("the state of a job follows from its benchmarks", (f"{_SAYS}::test_every_phase_has_a_word", SIDE_BY_SIDE)),
    (
        "an adapter reports for its own benchmark",
        (
            f"{_GATEWAY}/test_events_tokens.py::test_the_token_of_another_job",
            "e2e/test_referee_tokens.py::test_a_pod_cannot_report_for_another_job",
        ),
    ),
    ("scores are computed, by index", (f"{_SAYS}::test_scores_are_by_index_and_in_double_precision", SIDE_BY_SIDE)),
    (
        "an unmodified adapter runs",
        (
            f"{_ADAPTERS}::test_a_behaving_adapter_finds_what_its_sdk_looks_for_and_its_result_counts",
            "contract/adapters/test_the_published_example.py::test_started_as_the_readme_says_it_keeps_what_can_be_seen",
        ),
    ),
    (
        "an adapter that ends badly has a reason",
        (
            f"{_ADAPTERS}::test_a_crash_at_any_point_ends_in_its_result_or_in_a_reason",
            f"{_ADAPTERS}::test_garbage_is_refused_with_a_reason_or_what_was_good_in_it_counts",
        ),
    ),
    (
        "a gateway that is away loses nothing",
        (
            "e2e/test_evalhub_adapters_without_a_gateway.py::test_a_gateway_that_comes_back_in_time_gets_the_whole_result",
            f"{_GATEWAY}/test_gateway_killed_at_every_point.py::test_with_two_replicas",
        ),
    ),
    (
        "exports reach a registry",
        (f"{_EXPORTS}::test_what_the_adapter_exports_arrives_and_it_never_sees_the_registrys_secret",),
    ),
    (
        "MLflow, and a failure of it",
        (
            f"{_EXPORTS}::test_what_the_adapter_exports_arrives_and_it_never_sees_the_registrys_secret",
            f"{_RUN}::test_failures_are_told_in_the_adapters_words",
        ),
    ),
    (
        "credentials are found, and the agent is alone",
        (
            f"{_ADAPTERS}::test_a_behaving_adapter_finds_what_its_sdk_looks_for_and_its_result_counts",
            "unit/agent/test_events_reach_the_gateway.py::test_only_loopback_is_listened_on",
        ),
    ),
    (
        "test data is there",
        (
            f"{_EXPORTS}::test_a_file_is_fetched_for_the_adapter_and_its_revision_stands_in_status",
            f"{_ADAPTERS}::test_a_behaving_adapter_finds_what_its_sdk_looks_for_and_its_result_counts",
        ),
    ),
    (
        "logs are told once",
        (
            f"{_GATEWAY}/test_logs.py::test_a_watch_over_a_retry_is_told_everything_once",
            f"{_HERE}/test_their_examples.py::test_watch_job_logs",
            SIDE_BY_SIDE,
        ),
    ),
    (
        "the command",
        (
            f"{_COMMAND}::test_a_job_that_is_waited_for_and_everything_about_it",
            f"{_COMMAND}::test_a_job_that_failed_ends_the_wait_with_1",
            f"{_COMMAND}::test_a_job_that_is_watched_shows_its_log_once",
        ),
    ),
    ("fifty submits at once are fifty jobs", (f"{_SUBMIT}::test_fifty_submits_at_once_are_fifty_jobs",)),
    ("a gateway that starts anew shows the same", (f"{_RUN}::test_a_gateway_that_starts_anew_shows_the_same",)),
    ("speed", ("bench/submit.py", "bench/burst.py")),
)
