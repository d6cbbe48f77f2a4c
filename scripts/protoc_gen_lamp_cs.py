"""A protoc plugin that writes dependency-free C# for the Unity package: ``protoc --plugin=protoc-gen-lamp-cs=THIS``.

One file per message or enum, in C# 9 without reflection. Nested enums come to the top with their message's name before
theirs. What the wire contract does not use (maps, groups, bytes, fixed and zig-zag integers) is refused.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

Field = FieldDescriptorProto
HEADER = "// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.\n#nullable enable\n"
OWN_NAMES = {
    "Clear",
    "ComputeSize",
    "WriteTo",
    "MergeFrom",
    "CachedSize",
    "Parse",
    "ToBytes",
}  # of every message
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class Kind:
    """A scalar type. read, write, size: C# expressions; {v} is the value."""

    name: str
    wire: int
    read: str
    write: str
    size: str
    is_set: str
    none: str


def _varint(name: str, read: str, value: str) -> Kind:
    none = "false" if name == "bool" else "0"
    is_set = "{v}" if name == "bool" else "{v} != 0"
    return Kind(name, VARINT, read, f"writer.Varint({value})", f"WireWriter.SizeOf({value})", is_set, none)


KINDS = {
    Field.TYPE_BOOL: _varint("bool", "reader.ReadVarint() != 0", "{v} ? 1UL : 0UL"),
    Field.TYPE_UINT32: _varint("uint", "(uint)reader.ReadVarint()", "{v}"),
    Field.TYPE_UINT64: _varint("ulong", "reader.ReadVarint()", "{v}"),
    Field.TYPE_INT32: _varint("int", "(int)reader.ReadVarint()", "(ulong)(long){v}"),
    Field.TYPE_INT64: _varint("long", "(long)reader.ReadVarint()", "(ulong){v}"),
    Field.TYPE_FLOAT: Kind(
        "float", FIXED32, "reader.ReadFloat()", "writer.Float({v})", "4",
        "System.BitConverter.SingleToInt32Bits({v}) != 0", "0f",
    ),
    Field.TYPE_DOUBLE: Kind(
        "double", FIXED64, "reader.ReadDouble()", "writer.Double({v})", "8",
        "System.BitConverter.DoubleToInt64Bits({v}) != 0", "0d",
    ),
    Field.TYPE_STRING: Kind(
        "string", LENGTH, "reader.ReadString()", "writer.String({v})", "WireWriter.SizeOf({v})",
        "{v}.Length > 0", "string.Empty",
    ),
}  # fmt: skip


def main() -> int:
    """The plugin: a request on standard input, the answer on standard output."""
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    try:
        for name, content in generate(request.proto_file).items():
            response.file.add(name=name, content=content)
    except ValueError as error:
        response.error = str(error)
    sys.stdout.buffer.write(response.SerializeToString())
    return 0


def generate(files: Iterable[FileDescriptorProto]) -> dict[str, str]:
    """File name to C#, for every message and enum. ``ValueError`` names what cannot be written."""
    made: dict[str, str] = {}
    messages: list[str] = []
    for file in files:
        comments = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}
        for i, enum in enumerate(file.enum_type):
            made[f"{enum.name}.cs"] = enum_code(enum.name, enum, comments, (5, i))
        for i, message in enumerate(file.message_type):
            if message.nested_type:
                raise ValueError(f"{message.name}: nested messages are not supported; put them at the top")
            messages.append(message.name)
            made[f"{message.name}.cs"] = message_code(message, comments, (4, i))
            for k, enum in enumerate(message.enum_type):
                name = message.name + enum.name
                made[f"{name}.cs"] = enum_code(name, enum, comments, (4, i, 4, k))
    made["LampMessages.cs"] = registry_code(messages)
    return made


# -- names and comments -----------------------------------------------------------------------------------------------


def pascal(name: str) -> str:
    """``start_time_s`` to ``StartTimeS``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def member(message: str, field: FieldDescriptorProto) -> str:
    """Name of a member; C# wants another one than the class's, and than those every message has."""
    name = pascal(field.name)
    if name in OWN_NAMES:
        return f"{name}Field"
    return f"{name}List" if name == message else name


def type_name(full: str) -> str:
    """``.lamp.v1.Notice.Code`` to ``NoticeCode``."""
    return "".join(part for part in full.split(".") if part[:1].isupper())


def summary(text: str, indent: str) -> str:
    """An XML comment of a .proto comment."""
    lines = [html.escape(line.strip(), quote=False) for line in text.strip().splitlines()]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{indent}/// <summary>{lines[0]}</summary>\n"
    body = "".join(f"{indent}/// {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/// <summary>\n{body}{indent}/// </summary>\n"


# -- enums and the list of messages -----------------------------------------------------------------------------------


def enum_code(
    name: str, enum: EnumDescriptorProto, comments: dict[tuple[int, ...], str], path: tuple[int, ...]
) -> str:
    """An enum; values lose the prefix that repeats its name."""
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.name).upper() + "_"
    values = "".join(
        summary(comments.get((*path, 2, i), ""), "        ")
        + f"        {pascal(value.name.removeprefix(prefix).lower())} = {value.number},\n"
        for i, value in enumerate(enum.value)
    )
    head = summary(comments.get(path, ""), "    ")
    return f"{HEADER}namespace Lamp.Protocol\n{{\n{head}    public enum {name}\n    {{\n{values}    }}\n}}\n"


def registry_code(messages: list[str]) -> str:
    """A new message by its name."""
    cases = "".join(
        f'                case "{name}":\n                    return new {name}();\n' for name in messages
    )
    return (
        f"{HEADER}namespace Lamp.Protocol\n{{\n    /// <summary>All messages by name.</summary>\n"
        "    public static class LampMessages\n    {\n"
        "        /// <summary>A new message; null for an unknown name.</summary>\n"
        "        public static LampMessage? Create(string name)\n        {\n            switch (name)\n            {\n"
        f"{cases}                default:\n                    return null;\n            }}\n        }}\n    }}\n}}\n"
    )


# -- messages ---------------------------------------------------------------------------------------------------------


def message_code(
    message: DescriptorProto, comments: dict[tuple[int, ...], str], path: tuple[int, ...]
) -> str:
    """A class with its fields, and how it is cleared, measured, written and read."""
    fields = [Member.of(message, i) for i in range(len(message.field))]
    oneofs = [
        Oneof(pascal(one.name), [f for f in fields if f.oneof == i])
        for i, one in enumerate(message.oneof_decl)
        if any(f.oneof == i for f in fields)
    ]
    declared = "\n".join(
        summary(comments.get((*path, 2, i), ""), "        ") + "\n".join(field.declaration())
        for i, field in enumerate(fields)
    )
    ordered = sorted(fields, key=lambda field: field.number)
    parts = [
        declared,
        *("\n".join(one.declaration()) for one in oneofs),
        _method("public override void Clear()", [s for f in fields for s in f.clear()]),
        _method(
            "public override int ComputeSize()",
            ["int size = 0;", *(s for f in ordered for s in f.size()), "CachedSize = size;", "return size;"],
        ),
        _method("public override void WriteTo(WireWriter writer)", [s for f in ordered for s in f.write()]),
        _method("public override void MergeFrom(ref WireReader reader)", _merge(ordered)),
    ]
    body = "\n\n".join(part for part in parts if part.strip())
    head = summary(comments.get(path, ""), "    ")
    return (
        f"{HEADER}namespace Lamp.Protocol\n{{\n{head}    public sealed class {message.name} : LampMessage\n    {{\n"
        f"{body}\n    }}\n}}\n"
    )


def _method(signature: str, statements: list[str]) -> str:
    body = "\n".join(f"            {line}" for line in statements)
    return (
        f"        {signature}\n        {{\n{body}\n        }}"
        if body
        else f"        {signature}\n        {{\n        }}"
    )


def _merge(fields: list[Member]) -> list[str]:
    if not fields:
        return ["reader.SkipRest();"]
    lines = ["uint tag;", "while ((tag = reader.ReadTag()) != 0)", "{", "    switch (tag)", "    {"]
    for field in fields:
        for tag, statements in field.read():
            lines.append(f"        case {tag}: // {field.name}")
            lines += [f"            {statement}" for statement in statements]
            lines.append("            break;")
    return [*lines, "        default:", "            reader.Skip(tag);", "            break;", "    }", "}"]


@dataclass(frozen=True)
class Oneof:
    """Which of several messages is set."""

    name: str
    members: list[Member]

    def declaration(self) -> Iterator[str]:
        """Number of the field that is set."""
        terms = [f"{m.name} != null ? {m.number}" for m in self.members]
        yield f"        /// <summary>Number of the field of {self.name} that is set; 0: none.</summary>"
        yield f"        public int {self.name}Case => {' : '.join(terms)} : 0;"


@dataclass(frozen=True)
class Member:
    """One field of a class."""

    name: str
    number: int
    type: str  # of one value, in C#
    kind: Kind | None  # None: a message
    repeated: bool
    optional: bool
    oneof: int | None
    others: tuple[str, ...]  # members that setting this one unsets

    @classmethod
    def of(cls, message: DescriptorProto, index: int) -> Member:
        """From the descriptor. ``ValueError`` for types that are not supported."""
        field = message.field[index]
        oneof = field.oneof_index if field.HasField("oneof_index") and not field.proto3_optional else None
        others = tuple(
            member(message.name, f)
            for f in message.field
            if oneof is not None and f.HasField("oneof_index") and f.oneof_index == oneof and f is not field
        )
        kind = _kind(message.name, field)
        if oneof is not None and kind is not None:
            raise ValueError(f"{message.name}.{field.name}: only messages are supported in a oneof")
        name = type_name(field.type_name) if kind is None else kind.name
        repeated = field.label == Field.LABEL_REPEATED
        if repeated and kind is not None and kind.wire == VARINT and name != "uint":
            raise ValueError(f"{message.name}.{field.name}: repeated {name} is not supported")
        return cls(
            member(message.name, field),
            field.number,
            name,
            kind,
            repeated,
            field.proto3_optional,
            oneof,
            others,
        )

    def _tag(self, wire: int) -> int:
        return self.number << 3 | wire

    @property
    def _tag_size(self) -> int:
        return len(_varint_bytes(self._tag(0)))

    @property
    def _packed(self) -> bool:
        return self.repeated and self.kind is not None and self.kind.wire != LENGTH

    def declaration(self) -> Iterator[str]:
        """The public member, and what helps to fill it."""
        if self.repeated:
            group = "RepeatedMessage" if self.kind is None else "RepeatedValue"
            yield f"        public readonly {group}<{self.type}> {self.name} = new {group}<{self.type}>();"
        elif self.kind is None:
            yield f"        public {self.type}? {self.name};"
            yield f"        private {self.type}? _spare{self.name};"
            yield ""
            yield f"        /// <summary>Sets {self.name} and gives it, to be filled.</summary>"
            yield f"        public {self.type} Set{self.name}()"
            yield "        {"
            for line in self._unset_others():
                yield f"            {line}"
            yield f"            if ({self.name} == null)"
            yield "            {"
            yield f"                {self.name} = _spare{self.name} ?? (_spare{self.name} = new {self.type}());"
            yield f"                {self.name}.Clear();"
            yield "            }"
            yield f"            return {self.name};"
            yield "        }"
        else:
            initial = " = string.Empty" if self.type == "string" else ""
            yield f"        public {self.type} {self.name}{initial};"
            if self.optional:
                yield f"        public bool Has{self.name};"

    def _unset_others(self) -> list[str]:
        return [f"{other} = null;" for other in self.others]

    def clear(self) -> Iterator[str]:
        """Statements that unset it."""
        if self.repeated:
            yield f"{self.name}.Clear();"
        elif self.kind is None:
            yield f"{self.name} = null;"
        else:
            yield f"{self.name} = {self.kind.none};"
            if self.optional:
                yield f"Has{self.name} = false;"

    def _guarded(self, statements: list[str]) -> list[str]:
        assert self.kind is not None
        test = f"Has{self.name}" if self.optional else self.kind.is_set.format(v=self.name)
        return [f"if ({test})", "{", *(f"    {line}" for line in statements), "}"]

    def size(self) -> list[str]:
        """Statements that add its bytes to ``size``."""
        n, tag = self.name, self._tag_size
        if self.kind is None:
            one = "{v}.ComputeSize()"
            if self.repeated:
                return [
                    f"for (int i = 0; i < {n}.Count; i++)", "{", f"    int nested = {n}[i].ComputeSize();",
                    f"    size += {tag} + WireWriter.SizeOf((ulong)nested) + nested;", "}",
                ]  # fmt: skip
            return [
                f"if ({n} != null)", "{", f"    int nested = {one.format(v=n)};",
                f"    size += {tag} + WireWriter.SizeOf((ulong)nested) + nested;", "}",
            ]  # fmt: skip
        if self._packed:
            return [
                f"if ({n}.Count > 0)", "{", f"    int packed = {self._packed_size()};",
                f"    size += {tag} + WireWriter.SizeOf((ulong)packed) + packed;", "}",
            ]  # fmt: skip
        if self.repeated:
            return [
                f"for (int i = 0; i < {n}.Count; i++)",
                "{",
                f"    size += {tag} + {self._value('size', n + '[i]')};",
                "}",
            ]
        return self._guarded([f"size += {tag} + {self._value('size', n)};"])

    def _packed_size(self) -> str:
        assert self.kind is not None
        if self.kind.wire == FIXED32:
            return f"4 * {self.name}.Count"
        if self.kind.wire == FIXED64:
            return f"8 * {self.name}.Count"
        return f"WireWriter.SizeOf({self.name})"

    def _value(self, what: str, value: str) -> str:
        assert self.kind is not None
        return str(getattr(self.kind, what)).format(v=value)

    def write(self) -> list[str]:
        """Statements that write it."""
        n = self.name
        tag = f"writer.Varint({self._tag(LENGTH if self.kind is None or self._packed else self.kind.wire)});"
        if self.kind is None:
            each = f"{n}[i]" if self.repeated else n
            inner = [tag, f"writer.Varint((ulong){each}.CachedSize);", f"{each}.WriteTo(writer);"]
            head = f"for (int i = 0; i < {n}.Count; i++)" if self.repeated else f"if ({n} != null)"
            return [head, "{", *(f"    {line}" for line in inner), "}"]
        if self._packed:
            loop = [
                f"for (int i = 0; i < {n}.Count; i++)",
                "{",
                f"    {self._value('write', n + '[i]')};",
                "}",
            ]
            inner = [tag, f"writer.Varint((ulong)({self._packed_size()}));", *loop]
            return [f"if ({n}.Count > 0)", "{", *(f"    {line}" for line in inner), "}"]
        if self.repeated:
            inner = [tag, f"{self._value('write', n + '[i]')};"]
            return [f"for (int i = 0; i < {n}.Count; i++)", "{", *(f"    {line}" for line in inner), "}"]
        return self._guarded([tag, f"{self._value('write', n)};"])

    def read(self) -> Iterator[tuple[int, list[str]]]:
        """Tags it may come with, and statements that read it."""
        n = self.name
        if self.kind is None:
            into = f"{n}.Add()" if self.repeated else f"Set{n}()"
            nested = f"reader.ReadElement({n}.Count)" if self.repeated else "reader.ReadNested()"
            yield (
                self._tag(LENGTH),
                [
                    "{",
                    f"    WireReader nested = {nested};",
                    f"    {into}.MergeFrom(ref nested);",
                    "}",
                ],
            )
            return
        if not self.repeated:
            has = [f"Has{n} = true;"] if self.optional else []
            yield self._tag(self.kind.wire), [f"{n} = {self.kind.read};", *has]
            return
        yield self._tag(self.kind.wire), [f"{n}.Add({self.kind.read});"]
        if self._packed and self.type == "float":
            yield self._tag(LENGTH), [f"reader.ReadPackedFloats({n});"]
        elif self._packed:
            value = self.kind.read.replace("reader.", "packed.")
            yield (
                self._tag(LENGTH),
                ["{", "    WireReader packed = reader.ReadNested();", "    while (!packed.AtEnd)", "    {",
                 f"        {n}.Add({value});", "    }", "}"],
            )  # fmt: skip


def _kind(message: str, field: FieldDescriptorProto) -> Kind | None:
    if field.type == Field.TYPE_MESSAGE:
        return None
    if field.type == Field.TYPE_ENUM:
        name = type_name(field.type_name)
        return Kind(
            name, VARINT, f"({name})(int)reader.ReadVarint()", "writer.Varint((ulong)(long){v})",
            "WireWriter.SizeOf((ulong)(long){v})", "{v} != 0", "0",
        )  # fmt: skip
    if field.type not in KINDS:
        raise ValueError(
            f"{message}.{field.name}: type {field.type} is not supported by scripts/protoc_gen_lamp_cs.py"
        )
    return KINDS[field.type]


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


if __name__ == "__main__":
    sys.exit(main())
