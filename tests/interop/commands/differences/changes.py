"""Differences of `rm`, `move`, `clone`, `view` and `export`."""

from interop.commands.listing import NOTHING, Listed

FIRST = "place/workspace/7f9fb369851609ce9cb91404549393f3"
OLDER = "^Error: <root>/place/older: the project has schema version 1"

LISTED = (
    Listed(
        "rm-twice",
        {"rc": "^0$", "stderr": NOTHING},
        "a job that is named twice is removed once",
    ),
    Listed(
        "rm-unknown-last rm-unknown-between rm-clear-unknown",
        {"tree": f"^{FIRST}/data.txt: 644 1000000000.0 b'first"},
        "all ids are looked up before anything is done",
    ),
    Listed(
        "move-unknown clone-unknown",
        {"2:stderr": r"\AError: [^\n]*'zz'[^\n]*\Z", "tree": "other/workspace/7f9f[^/]*: missing"},
        "all ids are looked up before anything is done",
    ),
    Listed(
        "rm-clear rm-clear-abbreviated rm-ask-clear-[yY]* rm-verbose rm-damaged-clear",
        {"tree": r"\A[^\n]*/signac_job_document.json: missing\Z"},
        "clearing a job makes no document",
    ),
    Listed(
        "rm-a-path rm-a-path-clear",
        {
            "rc": "^1$",
            "stderr": r"^Error: there is no job with id '\.\./other/",
            "tree": "^place/other/.signac/config: 644",
        },
        "an id never leads out of the workspace",
    ),
    Listed(
        "move-to-older clone-to-older",
        {"rc": "^1$", "stderr": OLDER},
        "a project that must be migrated is not passed over for one further up",
    ),
    Listed(
        "move-damaged",
        {"2:rc": "^0$", "2:stderr": "^line: Moved 'd48f81ad571306570e2eb9fe7920cd3c'"},
        "a job is moved by its id, whatever its files hold",
    ),
    Listed(
        "view-outside-template",
        {
            "rc": "^1$",
            "stderr": "^Error: the path of job .* would leave the target",
            "tree": "place/0/job: missing",
        },
        "links never leave the directory of the view",
    ),
    Listed(
        "view-no-match",
        {"tree": "^place/view/job: missing$"},
        "where nothing is selected nothing is linked",
    ),
    Listed(
        "view-damaged",
        {
            "stderr": r"^log ERROR: 3 damaged jobs .*\n(log ERROR.*\n)?Error: ",
            "tree": "^place/view/7f9fb369851609ce9cb91404549393f3/job: -> ",
        },
        "the links of all other jobs are made, then the damaged ones are an error",
    ),
    Listed(
        "export-path-not-unique-zip",
        {"tree": "^place/out.zip: missing$"},
        "nothing is written before it is known that all can be",
    ),
    Listed(
        "export-again-tar",
        {"tree": r"\Aplace/out.tar: 644 now tar\n  b/0/a/0 directory\n  b/0/a/0/data.txt"},
        "a job that is exported again to a tar archive is replaced",
    ),
    Listed(
        "export-one",
        {"rc": "^0$", "stderr": r"\Aline: Exported 1 job", "tree": "^place/out/out.txt: 644"},
        "a single job is exported to a relative directory as to an absolute one",
    ),
    Listed(
        "export-damaged",
        {"tree": "^place/out/a/0/b/0/signac_statepoint.json: 644"},
        "all other jobs are exported, then the damaged ones are an error",
    ),
)
