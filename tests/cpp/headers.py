"""A small stand-in for UnrealHeaderTool: checks its rules in a plugin's headers, writes the generated ones for stubs.

Knows only what the plugin of this repository uses: UCLASS, UENUM, UPROPERTY and UFUNCTION on lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

VALUES = {"bool", "float", "double", "int32", "uint8", "FString", "FName", "FText", "FVector", "FRotator", "FTransform",
          "FFilePath"}  # fmt: skip
CLASS = re.compile(r"^class (?:\w+_API )?(\w+)(?: final)? : public (\w+)")
MEMBER = re.compile(r"^(?P<type>[\w:]+(?:<.*>)?)(?P<pointer> ?\*)? (?P<name>\w+)(?: = .*)?;$")
FUNCTION = re.compile(r"^(?:virtual )?(?P<type>[^(]+?) (?P<name>\w+)\((?P<parameters>.*)\)")


class BrokenRule(Exception):
    """A header UnrealHeaderTool would refuse, or that would not compile once it has run; says where and why."""


def generate(headers: list[Path], out: Path) -> list[str]:
    """Write ``NAME.generated.h`` into ``out`` for headers with reflected types; the classes. Raises BrokenRule."""
    text = {path: path.read_text(encoding="utf8") for path in headers}
    enums = {
        name for body in text.values() for name in re.findall(r"UENUM\(.*\)\nenum class (\w+) : uint8", body)
    }
    delegates = {
        name for body in text.values() for name in re.findall(r"DECLARE_DYNAMIC_\w*DELEGATE\w*\((\w+)", body)
    }
    classes = []
    for path, body in text.items():
        if "UCLASS(" in body or "UENUM(" in body:
            found = _check(path, body.splitlines(), VALUES | enums, delegates)
            (out / f"{path.stem}.generated.h").write_text(_generated(path.stem, found), encoding="utf8")
            classes += [name for _, name, _ in found]
    return classes


def _generated(stem: str, bodies: list[tuple[int, str, str]]) -> str:
    lines = [f"#undef CURRENT_FILE_ID\n#define CURRENT_FILE_ID {stem}_h"]
    for line, name, base in bodies:
        lines.append(
            f"#define {stem}_h_{line}_GENERATED_BODY public: using Super = {base}; using ThisClass = {name}; "
            "static UClass* StaticClass(); private:"
        )
    return "\n".join(lines) + "\n"


def _check(path: Path, lines: list[str], values: set[str], delegates: set[str]) -> list[tuple[int, str, str]]:
    """Line of GENERATED_BODY, class and base of every UCLASS."""

    def broken(number: int, what: str) -> BrokenRule:
        return BrokenRule(f"{path.name}:{number + 1}: {what}")

    includes = [line for line in lines if line.startswith("#include")]
    if includes[-1:] != [f'#include "{path.stem}.generated.h"']:
        raise broken(0, f"the last include must be {path.stem}.generated.h")
    found = []
    for number, line in enumerate(lines):
        word = line.strip()
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if word.startswith("UCLASS("):
            declared = CLASS.match(following)
            if not declared:
                raise broken(number, "UCLASS is not followed by a class with a public base")
            body = next((i for i in range(number, len(lines)) if "GENERATED_BODY()" in lines[i]), None)
            if body != number + 3:
                raise broken(number, "a UCLASS begins with GENERATED_BODY()")
            found.append((body + 1, declared[1], declared[2]))
        elif word.startswith("UPROPERTY("):
            _check_property(following, values, delegates, lambda what, n=number: broken(n, what))
        elif word.startswith("UFUNCTION("):
            _check_function(following, values, lambda what, n=number: broken(n, what))
    return found


def _check_property(
    line: str, values: set[str], delegates: set[str], broken: Callable[[str], BrokenRule]
) -> None:
    member = MEMBER.match(line)
    if not member:
        raise broken(f"UPROPERTY is not followed by a member: {line}")
    kind = member["type"]
    if member["pointer"] or not (kind in delegates or _reflected(kind, values)):
        raise broken(f"{line}: {kind} cannot be a property; objects are TObjectPtr")


def _check_function(line: str, values: set[str], broken: Callable[[str], BrokenRule]) -> None:
    function = FUNCTION.match(line)
    if not function:
        raise broken(f"UFUNCTION is not followed by a function: {line}")
    types = [re.sub(r" \w+( = .*)?$", "", part) for part in _parted(function["parameters"])]
    for kind in [function["type"], *types]:
        bare = kind.removeprefix("const ").removesuffix("&").strip()
        if not (bare == "void" or _reflected(bare, values) or re.fullmatch(r"[UA][A-Z]\w*\*", bare)):
            raise broken(f"{line}: {kind} cannot be in a function for blueprints")


def _reflected(kind: str, values: set[str]) -> bool:
    inside = re.fullmatch(r"(TArray|TMap|TObjectPtr)<(.*)>", kind)
    if not inside:
        return kind in values
    if inside[1] == "TObjectPtr":
        return bool(re.fullmatch(r"[UA][A-Z]\w*", inside[2]))
    return all(_reflected(part, values) for part in _parted(inside[2]))


def _parted(text: str) -> list[str]:
    """Divided by the commas outside of <>."""
    parts = [part.strip() for part in re.split(r",(?![^<]*>)", text)]
    return [part for part in parts if part]
