"""Differences of `sync` and `import`."""

from interop.commands.listing import NOTHING, Listed

DRY = r"^line: Would create \d+ and change \d+ job\(s\), and leave \d+ as they are\.$"
EXISTS = r"^line: Destination '[0-9a-f]{32}' already exists\.$"
FAILED = "a failure has the exit code of a failure"
OLDER = r"\AError: <root>/place/older: the project has schema version 1"
ON = "a conflict does not stop the others, and each file with one is named"

LISTED = (
    Listed(
        "outside-sync outside-sync-two",
        {"stderr": "^line: WARNING: The destination does not appear to be a project path"},
        "the destination is opened first",
    ),
    Listed(
        "sync-no-source",
        {"2:stderr": "^Error: .*: source and destination are the same project"},
        "an empty path is the current directory",
    ),
    Listed(
        "sync-exclude-bad",
        {"stderr": r"\AError: Illegal regular expression '\('"},
        "patterns are looked at before anything is begun",
    ),
    Listed(
        "sync-files sync-files-stats sync-files-verbose sync-files-debug sync-yes",
        {"1:stderr": r"^line: <root>/place/here/workspace/42b.*/f.txt\nline: <root>.*/f.txt$"},
        ON,
    ),
    Listed(
        "sync-directories-conflict",
        {"stderr": "^line: <root>/place/here/workspace/.*/both/x.txt$"},
        ON,
    ),
    Listed(
        "sync-documents",
        {
            "stderr": r"^line: k \(<root>/place/here/signac_project_document.json\)$",
            "tree": '/signac_job_document.json: 644 now json {"new": 1}$',
        },
        ON,
    ),
    Listed("sync-job-documents", {"stderr": r"^line: differs, nested.a \(<root>/place/here"}, ON),
    Listed(
        "sync-deep-ignore-times",
        {"stdout": "transferred: 2$", "tree": r"/same_time.txt: 644 now b'aaa\\n'"},
        "`-I` compares contents",
    ),
    Listed(
        "sync-clash",
        {"rc": "^1$", "stderr": "^line: .*/x: this is a file at the source, a directory at the"},
        "a file that meets a directory is a conflict",
    ),
    Listed(
        "sync-clash",
        {"2:stdout": NOTHING},
        "a file that meets a directory is a conflict",
    ),
    Listed(
        "sync-values sync-values-filter",
        {"stderr": "^line: The keys are the same; '--check-schema keys' compares no values"},
        "the next step is named",
    ),
    Listed(
        "sync-dry-run sync-dry-run-long sync-dry-run-conflict sync-dry-run-documents",
        {"stderr": DRY},
        "a dry run says what would be done",
    ),
    Listed(
        "sync-dry-run-new-job sync-dry-run-new-files sync-dry-run-files",
        {"1:rc": "^0$", "1:stderr": DRY},
        "a dry run changes nothing, and says what would be done",
    ),
    Listed(
        "sync-dry-run-new-job",
        {"2:stdout": NOTHING, "tree": "^place/here/workspace/[0-9a-f]{32}: missing$"},
        "a dry run changes nothing, and says what would be done",
    ),
    Listed(
        "sync-dry-run-new-files sync-dry-run-files",
        {"stdout": r"\(dry run\)\n\nNumber of files transferred: 2\n"},
        "a dry run changes nothing, and says what would be done",
    ),
    Listed(
        "sync-dry-run-documents",
        {"tree": "/signac_job_document.json: 644 1000000000.0 json"},
        "a dry run changes nothing, and says what would be done",
    ),
    Listed(
        "sync-filter-new-jobs",
        {"stdout": "transferred: 4$", "tree": "^place/here/workspace/9bfd.*/f.txt: 644 now"},
        "a filter selects from the jobs of the source too",
    ),
    Listed(
        "sync-job-abbreviated",
        {"stdout": "transferred: 2$", "tree": "^place/here/workspace/42b7.*/f.txt: 644 now"},
        "ids may be abbreviated, as everywhere",
    ),
    Listed(
        "sync-job-unknown",
        {"stderr": r"\Aline: There is no job 'zz'"},
        "an id of no job is told of",
    ),
    Listed(
        "sync-yes",
        {
            "2:rc": "^0$",
            "2:stdout": NOTHING,
            "2:stderr": "^line: Done",
            "tree": r"/f.txt: 644 now b'from the source\\n'",
        },
        "`-y` before the command answers questions",
    ),
    Listed(
        "sync-older",
        {"stderr": OLDER},
        "a project that must be migrated is not passed over for one further up",
    ),
    Listed(
        "import-loose-no-field import-loose-unbalanced import-loose-bad-key",
        {"rc": "^1$", "stderr": "^Error: the schema '.*' has no field"},
        "a pattern without a field gives no state point, so it is an error",
    ),
    Listed(
        "import-loose-again import-again import-again-zip import-exists import-exists-zip "
        "import-exists-tar import-exists-sync import-exists-sync-zip export-and-import",
        {"rc": "^1$"},
        FAILED,
    ),
    Listed(
        "import-loose-again import-again",
        {"2:stderr": EXISTS},
        "of several jobs that exist one is named",
        always=False,
    ),
    Listed(
        "import-exists",
        {"tree": "^place/workspace/d48f[^/]*/out.txt: missing$"},
        "nothing is imported if something cannot be",
        always=False,
    ),
    Listed(
        "import-exists-sync import-exists-sync-zip",
        {"stderr": "^line: Synchronization failed with error: the two projects have different"},
        "the reason is worded otherwise",
    ),
    Listed(
        "import-exists-move",
        {
            "rc": "^1$",
            "stderr": EXISTS,
            "tree": r"^place/workspace/386b19932c82f3f9749dd6611e846293/1: missing$",
        },
        "a job that exists is never put into, and nothing is moved if something cannot be",
    ),
    Listed(
        "import-damaged",
        {"rc": "^0$", "stderr": "^line: Nothing to import"},
        "the jobs of the project itself are passed over, whatever their files hold",
    ),
    Listed(
        "import-exported-interactive import-exported-interactive-[!m]* "
        "import-exported-sync-abbreviated",
        {"stderr": r"^line: 3 job\(s\) are in 'tmp_project'\."},
        "the prompt is introduced otherwise",
    ),
)
