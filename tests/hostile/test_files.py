"""Spoilt files of `conf/`: accepted as meant or refused in one line with file and key; nothing is ever executed."""

import random
import shutil
import sys

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from sim.history import catalogue, inventory, strict_yaml
from sim.history.compiled import build
from sim.history.records import policy_of
from sim.numerics import strict_yaml as written
from sim.numerics.errors import CatalogueError, UserError
from sim.numerics.locations import CONF
from tests.hostile.examples import examples

FOLDERS = ("scenario", "policy", "event", "destination", "history")
FILES = sorted(f"{folder}/{path.name}" for folder in FOLDERS for path in (CONF / folder).glob("*.yaml"))
TEXTS = {file: (CONF / file).read_text(encoding="utf-8") for file in FILES}
CONTENTS = {file: yaml.safe_load(text) for file, text in TEXTS.items()}


def policy_alone(conf, file, shock):
    """A policy as it is read without the parameters that it changes."""
    with strict_yaml.within(f"conf/{file}.yaml"):
        content = written.source(conf / f"{file}.yaml")
        return policy_of(file.split("/")[1], written.document(content), shock)


READERS = {
    "scenario": lambda conf, name: catalogue.load_scenario(name, conf),
    "policy": lambda conf, name: policy_alone(conf, f"policy/{name}", False),
    "event": lambda conf, name: policy_alone(conf, f"event/{name}", True),
    "destination": lambda conf, name: inventory.load_destinations(conf),
    "history": lambda conf, name: inventory.load_parameters(conf),
}
ENACTING = {
    f"policy/{name}.yaml": file.split("/")[1].removesuffix(".yaml")
    for file, content in CONTENTS.items()
    if file.startswith("scenario/")
    for name in content["enact"]
}
"""A scenario that enacts a policy: only then is its file judged."""
PYTHON = "!!python/object/apply:canary_in_the_mine.sing [1]"
NASTY = (
    *(
        "",
        "~",
        "null",
        "yes",
        "no",
        "on",
        "true",
        "0",
        "-1",
        "1",
        "2",
        ".5",
        "1e5",
        "1e400",
        "1.0e+400",
        ".inf",
        "-.inf",
    ),
    *(".nan", "010", "0x1F", "1:30", "1_000", "9" * 400, "9" * 5000, "2021-02-30", "2021-01-01", "2021-01-01 12:00:00"),
    *(
        "2021-01-01T12:00:00Z",
        "0000-01-01",
        "9999-12-31",
        "[]",
        "{}",
        "[a, b]",
        "{a: b}",
        "{value: 1}",
        "'a\nb'",
        '"\\0"',
    ),
    *(
        '"\\ud800"',
        '"\\u202e"',
        '"\\e[31m"',
        "'  '",
        "й",
        "сlosed",
        "../../etc/passwd",
        "a/b",
        "x" * 5000,
        "[" * 50 + "]" * 50,
    ),
    *(
        "[" * 5000,
        "{a: " * 30 + "1" + "}" * 30,
        PYTHON,
        "!!python/name:os.system",
        "!!python/module:canary_in_the_mine",
    ),
    *(
        "!!binary aGk=",
        "!!set {a, b}",
        "!x y",
        "&a [*a]",
        "*a",
        "<<",
        "=",
        "? a",
        "|",
        ">\n  a",
        "%",
        "@a",
        "`a`",
        "a: b",
        "- a",
    ),
    *(
        "_target_: canary_in_the_mine.sing",
        "${oc.env:HOME}",
        "{_target_: canary_in_the_mine.sing}",
        "#",
        "a #b",
        "'",
        '"',
    ),
)
LINES = (
    *("<<: {a: 1}", "a: &x 1", "b: *x", f"x: {PYTHON}", "_target_: canary_in_the_mine.sing", "no: 1", "1: 2", "~: 1"),
    *("? [a, b]\n: 1", "2021-01-01: 1", "'': 1", "\tx: 1", "---", "...", "%YAML 1.1", "- a", "{", "}", "!!map {a: 1}"),
    *("x" * 3000, "еvents: {}", "\x00", "\x85", "\u2028x: 1", "a: 1\na: 1", "&a a: 1", "*a : 1"),
)
OTHER = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        1e308,
        float("inf"),
        float("nan"),
        10**30,
        "",
        " ",
        "x",
        "a\nb",
        "\x1b",
        "е",
        [],
        {},
        [[]],
    ),
    *([None], {"a": 1}, {"value": 1}, {1: 2}, ["a", "a"], {"_target_": "canary_in_the_mine.sing"}, [1, 2], [0, 10**9]),
)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A folder for `conf/` of one spoilt file, and one of all the others; a module that must not be imported."""
    folder = tmp_path_factory.mktemp("files")
    for name in FOLDERS:
        (folder / "one" / name).mkdir(parents=True)
    shutil.copytree(CONF, folder / "all")
    (folder / "lib").mkdir()
    (folder / "lib" / "canary_in_the_mine.py").write_text(
        f"open({str(folder / 'dead')!r}, 'w')\ndef sing(*a, **k):\n    open({str(folder / 'dead')!r}, 'w')\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder / "lib"))
        yield folder


def read(room, file, content):
    """What is made of a file's bytes: None if all is well, else the lines of refusal, one a fault."""
    folder, name = file.split("/")
    one, whole = room / "one" / file, room / "all" / file
    if folder != "history":  # which says what destinations offer
        one.write_bytes(content)
    before, modules = sorted(room.rglob("*")), set(sys.modules)
    try:
        READERS[folder](room / "one", name.removesuffix(".yaml"))
        whole.write_bytes(content)
        scenario = name.removesuffix(".yaml") if folder == "scenario" else ENACTING.get(file, "historical")
        build(catalogue.load_history(scenario, room / "all"), inventory.load_destinations(room / "all"), 84)
        said = None
    except UserError as error:
        said = str(error)
        assert len(error.faults) <= written.MOST + 1
        for fault in error.faults:
            assert fault.isprintable() and fault.strip() == fault != "" and len(fault) < 2500, fault
    finally:
        one.unlink(missing_ok=True)
        whole.write_bytes((CONF / file).read_bytes())
    assert set(sys.modules) - modules <= {"encodings.utf_8_sig"}
    assert sorted(room.rglob("*")) == [path for path in before if path != one] and not (room / "dead").exists()
    return said


@pytest.mark.parametrize("file", ["destination/armenia.yaml", "destination/poland.yaml"])
def test_a_mark_of_the_order_of_bytes_changes_nothing(room, file):
    content = (CONF / file).read_bytes()
    assert read(room, file, b"\xef\xbb\xbf" + content) == read(room, file, content)


@examples(20)
@given(
    st.sampled_from(FILES), st.randoms(use_true_random=False), st.sampled_from(NASTY), st.sampled_from(LINES), st.data()
)
def test_a_file_with_a_spoilt_line_is_accepted_or_refused_in_one_line(room, file, luck, value, line, data):
    lines = TEXTS[file].splitlines()
    at = luck.randrange(len(lines))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    kind = data.draw(
        st.sampled_from(("value", "value", "line", "twice", "cut", "bytes", "lookalike", "tab", "drop", "bom"))
    )
    if kind == "value":
        lines[at] = f"{lines[at].partition(': ')[0]}: {value}"
    elif kind == "line":
        lines.insert(at, indent + line)
    elif kind == "twice":
        lines.insert(at, lines[at])
    elif kind == "lookalike":
        lines[at] = lines[at].replace("e", "е", 1).replace("a", "а", 1)
    elif kind == "tab":
        lines[at] = lines[at].replace("  ", "\t", 1)
    elif kind == "drop":
        del lines[at]
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    if kind == "cut":
        content = content[: luck.randrange(len(content))]
    elif kind == "bytes":
        where = luck.randrange(len(content))
        content = content[:where] + data.draw(st.binary(min_size=1, max_size=3)) + content[where:]
    elif kind == "bom":
        content = b"\xef\xbb\xbf" + content
    said = read(room, file, content)
    event(f"{kind}: {'accepted' if said is None else 'refused'}")
    if said is not None and "not YAML" in said:
        assert "line " in said
    if kind == "bom":  # a file that stands alone may want others; a mark before it changes nothing
        assert said == read(room, file, content.removeprefix(b"\xef\xbb\xbf"))
    assert (
        kind not in ("twice", "tab")
        or said is None
        or f"conf/{file}" in said
        or file.startswith(("destination", "event"))
    )


def places(content, path=()):
    """Every path into a nested content."""
    yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


PLACES = {file: list(places(content)) for file, content in CONTENTS.items()}


def spoilt(content, path, fault, value):
    """A copy of a nested content with one place replaced, removed or renamed."""
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    key, *rest = path
    if rest:
        copy[key] = spoilt(copy[key], rest, fault, value)
    elif fault == "remove":
        del copy[key]
    elif fault == "rename" and isinstance(copy, dict):
        copy["other"] = copy.pop(key)
    else:
        copy[key] = value
    return copy


@examples(30)
@given(
    st.data(),
    st.sampled_from(FILES),
    st.sampled_from(("replace", "replace", "remove", "rename")),
    st.sampled_from(OTHER),
)
def test_a_file_with_one_wrong_place_is_accepted_or_refused_with_the_file_and_the_key(room, data, file, fault, value):
    path = data.draw(st.sampled_from(PLACES[file]))
    changed = spoilt(CONTENTS[file], path, fault, value)
    said = read(room, file, yaml.safe_dump(changed, allow_unicode=True).encode("utf-8"))
    event("accepted" if said is None else "refused")
    if said is None:
        return
    keys = [str(key) for key in path if isinstance(key, str)] or ["not a mapping", "missing"]
    was = CONTENTS[file]
    for key in path:
        was = was[key]
    keys += [was] if isinstance(was, str) else []  # who misses what stood there
    keys += ["not YAML", "line ", "unknown key", "key '"]  # the line, or the key that stands there instead
    spoken = [*keys, *(key.removesuffix("s") for key in keys if len(key) > 4)]  # "has no event"
    assert any(key in said for key in spoken), (path, said)
    if "conf/" in said:
        assert f"conf/{file}" in said or f"conf/{file.split('/')[0]}" in said or "conf" in said.split(":")[0], said


EMPTY = (b"", b"\n", b"[]", b"a", b"null", b"\xff\xfe", b"\xff\xfea\x00", b"\x00", b"\xef\xbb\xbf", b"- a\n- b\n")
BOMBS = (b"a: [" * 100_000, b"{" * 100_000, b"- " * 100_000, b"a: " + b"9" * 100_000, b"x" * 2_000_000, b"? " * 5000)
ODD = (
    b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    b"%YAML 9.9\n---\na: 1",
    b"a:\n" + b" \n" * 50_000 + b"\tb: 1\n",
    b"---\na: 1\n---\nb: 2\n",
)


@pytest.mark.parametrize("content", EMPTY + BOMBS + ODD, ids=lambda content: repr(content[:16]))
@pytest.mark.parametrize(
    "file", ["scenario/no_war.yaml", "policy/lithuania_visa_ban.yaml", "destination/lithuania.yaml"]
)
def test_what_is_no_such_file_at_all_is_refused_by_name(room, file, content):
    said = read(room, file, content)
    assert said is not None and f"conf/{file}" in said


@pytest.mark.parametrize(
    "content", [PYTHON, f"a: {PYTHON}", "a: !!python/name:canary_in_the_mine.sing", "!!python/module:x {}"]
)
def test_a_tag_of_python_makes_nothing(room, content):
    with pytest.raises(CatalogueError, match="line 1: tag"):
        strict_yaml.parse(content)
    assert not (room / "dead").exists() and "canary_in_the_mine" not in sys.modules


@pytest.mark.parametrize("name", ["..yaml", "TEMPLATE.yaml", "a\nb.yaml", "é.yaml", "a;b.yaml", "x" * 220 + ".yaml"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_with_an_odd_name_is_named_and_no_file_of_ours(room, folder, name, monkeypatch, capfd):
    monkeypatch.setenv("VYRAJ_TOLD", "")
    path = room / "all" / folder / name
    path.write_text(TEXTS["policy/lithuania_visa_ban.yaml"], encoding="utf-8")
    try:
        assert path.stem not in catalogue.scenario_names(room / "all")
        catalogue.load_history("historical", room / "all")
        said = capfd.readouterr().err
        shown = name.replace("\n", r"\n")
        assert (
            (said == "")
            if name.startswith((".", "T"))
            else said.startswith(f"vyraj: conf/{folder}/{shown}: not read: ")
        )
        assert said.count("\n") <= 1
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "name", ["../policy/lithuania_visa_ban", "/etc/passwd", "no_war/", "./no_war", "", ".", "..", "NO_WAR"]
)
def test_a_scenario_is_a_name_and_no_path(room, name):
    with pytest.raises(CatalogueError, match="no scenario '.*' in conf/scenario or policy in conf/policy; known: "):
        catalogue.load_history(name, room / "all")


@examples(150)
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from((*NASTY, *LINES)), max_size=6), st.text(max_size=30))
def test_any_text_is_read_or_refused_in_one_line(luck, pieces, text):
    parts = [*pieces, text]
    luck.shuffle(parts)
    try:
        strict_yaml.parse("\n".join(random.Random(1).choice(("", "a: ", "- ", "  ")) + part for part in parts))
    except CatalogueError as error:
        assert all(fault.isprintable() and len(fault) < 1000 for fault in error.faults)
