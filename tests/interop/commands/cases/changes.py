"""`rm`, `move` and `clone`."""

from interop.commands.case import Line, case

CASES = [
    case("rm", "plain", "rm <p0>", "find", order="lines"),
    case("rm-abbreviated", "plain", "rm <p0:4>", "rm <p0>", "find", order="lines"),
    case("rm-several", "plain", "rm <p0> <p1:5> <p2>", "find", order="lines"),
    case("rm-twice", "plain", "rm <p0> <p0>", "find", order="lines"),
    case("rm-unknown", "plain", "rm zz", "rm 00000000000000000000000000000000", "rm 7f9g"),
    case("rm-unknown-first", "plain", "rm zz <p0>", "find a 0"),
    case("rm-unknown-last", "plain", "rm <p0> zz"),
    case("rm-unknown-between", "plain", "rm <p0> zz <p1>"),
    case("rm-ambiguous", "plain", "rm d", "rm ''"),
    case("rm-ambiguous-alike", "alike", "rm <k0:7>", "rm <k0:8>", "find"),
    case("rm-empty-id-one", "alone", "rm ''", "find"),
    case("rm-clear", "plain", "rm -c <p0>", "find a 0", "rm --clear <p2>", "find a 2 --doc"),
    case("rm-clear-abbreviated", "plain", "rm --cle <p0:5>", "rm <p2> -c"),
    case("rm-clear-unknown", "plain", "rm -c zz", "rm -c <p0> zz"),
    *[
        case(f"rm-{name}-{answer or 'blank'}", "plain", f"rm {option} <p0>", stdin=f"{answer}\n")
        for name, option in (("ask", "-i"), ("ask-clear", "-ci"), ("ask-long", "--interactive"))
        for answer in ("y", "n", "yes", "Y", "", "maybe")
        if name != "ask-long" or answer == "y"
    ],
    case("rm-ask-several", "plain", "rm -i <p0> <p1> <p2>", stdin="y\nn\ny\n"),
    case("rm-ask-again", "plain", "rm -i <p0>", stdin="what\nno idea\ny\n"),
    case("rm-ask-end", "plain", "rm -i <p0>", stdin=""),
    case("rm-ask-no-stdin", "plain", "rm -i <p0>", "rm -ci <p0> <p1>"),
    case("rm-ask-end-in-the-middle", "plain", "rm -i <p0> <p1>", stdin="y\n"),
    case("rm-ask-interrupt", "plain", Line("rm -i <p0> <p1>", interrupt=True)),
    case("rm-ask-interrupt-clear", "plain", Line("-v rm -ci <p0>", interrupt=True)),
    case("rm-ask-interrupt-debug", "plain", Line("--debug rm -i <p0>", interrupt=True)),
    case("rm-ask-unknown", "plain", "rm -i zz", stdin="y\n"),
    case("rm-ask-abbreviated", "plain", "rm -i <p0:6>", stdin="y\n"),
    case("rm-verbose", "plain", "-v rm <p0>", "-vv rm -c <p1>"),
    case("rm-damaged", "damaged", "rm <p2>", "rm <p3>", "rm <p4>", "find", order="lines"),
    case("rm-damaged-clear", "damaged", "rm -c <p0>", "rm -c <p2>"),
    case("rm-below", "plain", Line("rm <p0>", cwd="sub"), "find a 0"),
    case("rm-inside", "plain", Line("rm <p0>", cwd="workspace/7f9fb369851609ce9cb91404549393f3")),
    case("rm-a-path", "with_destination", 'rm "../other///////////////////////////////////////"'),
    case(
        "rm-a-path-clear", "with_destination", 'rm -c "../other/////////////////////////////////"'
    ),
    case("rm-a-short-path", "with_destination", "rm ../other", "rm ."),
    case("rm-cached", "plain", "update-cache", "rm <p0>", "find a 0", "statepoint <p0>", "rm <p0>"),
    case(
        "move",
        "with_destination",
        "move other <p0>",
        "find a 0",
        Line("find", cwd="other"),
        order="lines",
    ),
    case("move-several", "with_destination", "move other <p0> <p2:5> <p3>"),
    case("move-present", "with_destination", "move other <p1>", "find a 1"),
    case("move-some-present", "with_destination", "move other <p0> <p1> <p2>"),
    case("move-unknown", "with_destination", "move other zz", "move other <p0> zz <p2>"),
    case("move-ambiguous", "with_destination", "move other d"),
    case(
        "move-nowhere", "with_destination", "move nothing <p0>", "move sub <p0>", "move sub/x <p0>"
    ),
    case("move-to-itself", "with_destination", "move . <p0>", "find a 0"),
    case("move-to-older", "with_destination", "move older <p0>"),
    case("move-absolute", "with_destination", "move <root>/place/other <p0>"),
    case("move-below", "with_destination", Line("move ../other <p0>", cwd="sub")),
    case("move-to-below-project", "with_destination", "move other/workspace <p0>"),
    case("move-twice", "with_destination", "move other <p0>", "move other <p0>"),
    case("move-twice-named", "with_destination", "move other <p0> <p0>"),
    case("move-option", "with_destination", "move -y other <p0>"),
    case("move-damaged", "damaged", Line("init", cwd="workspace/.."), "move . <p2>"),
    case(
        "move-outside-id", "with_destination", 'move other "../sub///////////////////////////////"'
    ),
    case(
        "clone", "with_destination", "clone other <p0>", "find a 0", Line("find a 0", cwd="other")
    ),
    case("clone-several", "with_destination", "clone other <p0> <p2:5> <p3>"),
    case("clone-present", "with_destination", "clone other <p1>"),
    case("clone-some-present", "with_destination", "clone other <p0> <p1> <p2>"),
    case("clone-unknown", "with_destination", "clone other zz", "clone other <p0> zz <p2>"),
    case("clone-ambiguous", "with_destination", "clone other d"),
    case("clone-nowhere", "with_destination", "clone nothing <p0>", "clone sub <p0>"),
    case("clone-to-itself", "with_destination", "clone . <p0>"),
    case("clone-to-older", "with_destination", "clone older <p0>"),
    case("clone-absolute", "with_destination", "clone <root>/place/other <p0>"),
    case("clone-below", "with_destination", Line("clone ../other <p0>", cwd="sub")),
    case("clone-twice", "with_destination", "clone other <p0>", "clone other <p0>"),
    case("clone-verbose", "with_destination", "-v clone other <p0>", "-v move other <p2>"),
    case(
        "clone-outside-id", "with_destination", 'clone other "../sub//////////////////////////////"'
    ),
]
