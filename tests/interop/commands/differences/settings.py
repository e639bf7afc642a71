"""Differences of `config` and `migrate`."""

from interop.commands.listing import NOTHING, Listed

ABSENT = r"\Aline: Did not find a global configuration file\.\Z"
INVENTED = "no version is made up for files that have none"

LISTED = (
    Listed(
        "outside-config-set config-set-outside",
        {"stderr": r"\AError: Unable to find project at path '<root>/place'"},
        "it is said that there is no project, and nothing is said to be updated",
    ),
    Listed(
        "config-show-global config-show-global-long config-show-key-global",
        {"stdout": NOTHING, "stderr": ABSENT},
        INVENTED,
    ),
    Listed("config-show-damaged", {"3:stdout": NOTHING, "3:stderr": ABSENT}, INVENTED),
    Listed("config-show-plain", {"3:stdout": NOTHING, "3:stderr": ABSENT}, INVENTED),
    Listed("config-show-merged", {"2:stdout": r"\Aauthor = user\neditor = vi\n\[flow\]"}, INVENTED),
    Listed("config-show-home", {"stdout": r"\Aauthor = user\n\Z"}, INVENTED),
    Listed("config-set-global", {"2:stdout": r"\Akey = value\n\Z"}, INVENTED),
    Listed("config-set-global-again", {"2:stdout": r"\Aauthor = me\neditor = vi\n\["}, INVENTED),
    Listed("config-set-global-outside", {"stdout": r"\Akey = value\n\Z"}, INVENTED),
    Listed("config-verify-global", {"stderr": ABSENT}, "no file is verified that is not there"),
    Listed(
        "config-show-below-local",
        {"stderr": "^line: The project is at '<root>/place'; without -l"},
        "the next step is named",
    ),
    Listed(
        "config-set-unicode config-set-unicode-key",
        {
            "1:rc": "^0$",
            "1:stderr": r"\Aline: Updated value .*\nline: Writing configuration to .*\Z",
            "2:stdout": "^(key = é|é = x)$",
            "tree": r"\\xc3\\xa9",
        },
        "keys and values may be written in any script",
    ),
    Listed(
        "config-set-over-section",
        {
            "1:rc": "^1$",
            "1:stderr": "^Error: .*flow is a section, and all that is in it would be lost",
            "2:stdout": r"^\[flow\]$",
            "tree": "644 1000000000.0 ",
        },
        "a section is not lost for one value, unless by force",
    ),
    Listed(
        "config-set-below config-set-below-local",
        {
            "rc": "^0$",
            "stderr": "^line: Writing configuration to '<root>/place/.signac/config'",
            "tree": r"\\nkey = value\\n\[flow\]",
        },
        "the project is found from below, as by all commands",
    ),
    Listed(
        "config-set-newer",
        {
            "1:rc": "^1$",
            "1:stderr": "^Error: .* schema version 3.*Nothing was written",
            "2:rc": "^0$",
            "2:stdout": "^7f9fb369851609ce9cb91404549393f3$",
            "2:stderr": NOTHING,
            "tree": r"b'schema_version = 2\\n'",
        },
        "a project is not made unreadable, unless by force",
    ),
    Listed(
        "config-verify-word",
        {"rc": "^1$", "stderr": "^line: <root>/place: schema_version 'two' is not a whole number"},
        "a version that no command can read is a problem",
    ),
    Listed(
        "config-verify-damaged",
        {"2:stderr": r"\Aline: Verification of config file '.signac/config'\.\nError: "},
        "the file that is verified is named first, also where it is damaged",
    ),
    Listed(
        "migrate-blocked",
        {"stderr": r"\AError: workspace_dir in .* exists already"},
        "what stands in the way is found, and named, before anything is begun",
    ),
    Listed(
        "migrate-newer",
        {"rc": "^1$", "stderr": "^Error: <root>/place: .* schema version 9999.* up to 2"},
        "a failure has the exit code of a failure",
    ),
)
