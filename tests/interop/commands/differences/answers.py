"""Differences of commands that answer questions: `job`, `find`, `schema` and their like."""

from interop.commands.listing import NOTHING, Listed

LISTED = (
    Listed(
        "bad-removed-status",
        {"rc": "^0$", "stdout": "^Jobs: +7$", "stderr": NOTHING},
        "`status` is a command here",
    ),
    Listed(
        "debug-error",
        {"1:stderr": r"^Error: [^\n]+\ntraceback: signac.errors.JobNotFoundError: [^\n]+\Z"},
        "one traceback is shown, not three for one error",
    ),
    Listed(
        "outside-shell outside-shell-command outside-shell-file shell-typed-outside",
        {"stdout": r"\Asignac <version>\nNo project within this directory\.\n.*signac init"},
        "the third line is a hint, worded otherwise",
    ),
    Listed(
        "cache-damaged-job find-damaged-filter schema-damaged",
        {"rc": "^0$", "stderr": "^log ERROR: 3 damaged jobs are left out"},
        "damaged jobs are left out of searches, and told of in the log",
    ),
    Listed(
        "cache-damaged-job",
        {"tree": "statepoint_cache.json.gz: 644 now cache"},
        "damaged jobs are left out of searches, and told of in the log",
    ),
    Listed(
        "find-damaged-filter schema-damaged",
        {"stdout": r"^(7f9fb369851609ce9cb91404549393f3| 'a': 'int\(\[0, 1\], 2\)',)$"},
        "damaged jobs are left out of searches, and told of in the log",
    ),
    Listed(
        "statepoint-damaged-all find-damaged-sp",
        {"stderr": r"Error: .*\nError: .*\nError: .*\n3 damaged job"},
        "what can be read is shown, then each damaged job is an error",
    ),
    Listed(
        "statepoint-damaged-all find-damaged-sp",
        {"stdout": r"(\"a\"|'a'): 1"},
        "what can be read is shown, then each damaged job is an error",
        always=False,
    ),
    Listed(
        "diff-damaged",
        {"2:stdout": r"\A7f9fb369851609ce9cb91404549393f3\n{}\n\Z"},
        "what can be read is shown, then each damaged job is an error",
    ),
    Listed(
        "job-number job-list job-text",
        {"rc": "^1$", "stdout": NOTHING, "stderr": "^Error: a state point is a mapping"},
        "a state point is a mapping; the id of anything else is of no use",
    ),
    Listed(
        "job-dotted",
        {"rc": "^1$", "stdout": NOTHING, "stderr": r"^Error: .*'a\.b' holds a dot"},
        "such a job cannot be made, so its id is of no use",
    ),
    Listed(
        "job-create-dotted",
        {
            "stderr": r"\AError: .*'a\.b' holds a dot",
            "tree": "0a302989049d1542d3050b4bbd723b53: missing",
        },
        "nothing is left of a job that cannot be made",
    ),
    Listed(
        "job-create-not-a-number",
        {"stderr": "^log WARNING: .* not standard JSON"},
        "no search finds NaN, so a new state point with one is told of",
    ),
    Listed(
        "job-in-stdin-lines",
        {"rc": "^0$", "stdout": r"\A386b19932c82f3f9749dd6611e846293\n\Z", "stderr": NOTHING},
        "the whole of stdin is read, so a state point may take several lines",
    ),
    Listed(
        "job-in-stdin-two",
        {"rc": "^1$", "stdout": NOTHING, "stderr": "Error: .*Extra data"},
        "the whole of stdin is read, and two state points are not one",
    ),
    Listed(
        "job-in-stdin-empty job-without-stdin",
        {"stderr": r"\Aline: Error while reading state point: ''\nError: "},
        "nothing in stdin is told of like anything else that is not JSON",
    ),
    Listed(
        "statepoint-unknown-second document-unknown-second",
        {"stdout": NOTHING},
        "all ids are looked up before anything is done",
    ),
    Listed(
        "find-no-reader",
        {"rc": "^0$", "stderr": NOTHING},
        "a reader that has gone is no error, also for a short answer",
    ),
    Listed(
        "find-old-inside-new migrate-inner",
        {"1:rc": "^1$", "1:stdout": NOTHING, "1:stderr": "Error: .*/inner: .* version 1"},
        "a project that must be migrated is not passed over for one further up",
    ),
    Listed(
        "filter-mixed-mapping",
        {"rc": "^0$", "stdout": "^6dabb30e750da9de7cda9d1619d65174$", "stderr": r"\A[^\n]*\Z"},
        "a stored value that cannot be compared does not match",
    ),
    Listed(
        "filter-mixed-word-and-json filter-nested-inner-missing",
        {"stderr": "^log WARNING: no job has the key .*; similar keys are"},
        "a key that no job has is told of where another one is alike",
    ),
    Listed(
        "diff-wide",
        {"rc": "^0$", "stdout": "^ 'third': {}}$", "stderr": NOTHING},
        "empty mappings are values like others",
    ),
    Listed(
        "schema-wide",
        {"rc": "^0$", "stdout": "^ 'third': {", "stderr": NOTHING},
        "keys with an empty mapping in one job and more in another have a nested schema",
    ),
)
