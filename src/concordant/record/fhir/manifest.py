"""The manifest of a bulk export: which files the server made, and whether they are all here."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from concordant.errors import quote_word
from concordant.record.fhir.elements import Element
from concordant.record.fhir.pages import PageLink

HINT = b'"transactionTime"'


class ManifestFile(Element):
    """One file that the server made."""

    type: str | None = None
    url: str | None = None


class Manifest(Element):
    """What a bulk export came to: files of resources, of what went wrong, and of what was deleted since the last one."""

    transactionTime: str | None = None  # noqa: N815
    resourceType: str | None = None  # noqa: N815
    output: list[ManifestFile] | None = None
    error: list[ManifestFile] | None = None
    deleted: list[ManifestFile] | None = None
    link: list[PageLink] | None = None


MANIFEST = msgspec.json.Decoder(Manifest)
PACKED = (".gz",)


def read_manifest(data: bytes) -> Manifest | None:
    """The manifest that a document is; None where it is something else."""
    if HINT not in data:
        return None
    try:
        manifest = MANIFEST.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return manifest if manifest.output is not None and manifest.resourceType is None else None


def describe_missing_files(manifest: Manifest, names: Collection[str]) -> list[str]:
    """What of an export is missing among files of these names, a sentence each."""
    here = {_strip_packing(name.rpartition("/")[2]).lower() for name in names}
    output = manifest.output or ()
    renamed = not any(_is_here(file, here) for file in output)
    missing = [file for file in output if not (_is_here(file, here) or (renamed and _is_here_by_type(file, here)))]
    sentences = [f"The export made a file of {_name(file)}, which is not among what was read." for file in missing]
    if manifest.error:
        sentences.append("The server could not export everything: the manifest names files of errors.")
    gone = [file for file in manifest.deleted or () if not _is_here(file, here)]
    sentences += [f"The export tells of deleted entries in {_name(file)}, which is not among what was read." for file in gone]
    if any(link.relation == "next" for link in manifest.link or ()):
        sentences.append("The manifest of the export has a next page.")
    return list(dict.fromkeys(sentences))


def _is_here(file: ManifestFile, here: Collection[str]) -> bool:
    return _file_name(file).lower() in here


def _is_here_by_type(file: ManifestFile, here: Iterable[str]) -> bool:
    """Whether a file is here under another name than the server gave it: one that names its type."""
    return bool(file.type) and any(str(file.type).lower() in name for name in here)


def _file_name(file: ManifestFile) -> str:
    return _strip_packing((file.url or "").partition("?")[0].rstrip("/").rpartition("/")[2])


def _strip_packing(name: str) -> str:
    return next((name.removesuffix(end) for end in PACKED if name.endswith(end)), name)


def _name(file: ManifestFile) -> str:
    return f"{file.type or 'resources'} ({quote_word(_file_name(file))})"
