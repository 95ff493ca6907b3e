"""Compiles the catalogues, and keeps them in step with the texts in code and templates.

`make translate` runs it: it reads every translatable text, brings both `.po` files up to date,
takes in what lies in `_parts/*.json`, compiles, and lists what still has no translation.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
PACKAGE = FOLDER.parent
ROOT = PACKAGE.parent
PARTS = FOLDER / "_parts"
# The order of the two translations in a file of `_parts`.
LOCALES = ("zh_Hant_HK", "zh_Hans")
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "sentence": None,
    "sentences": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")

Texts = dict[str, list[str]]


@dataclass
class Report:
    """What one run of `update` did, and what it leaves to people."""

    translated: int = 0
    untranslated: dict[str, list[str]] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def po_file(locale: str, folder: Path = FOLDER) -> Path:
    """Return where a language's catalogue lies."""
    return folder / locale / "LC_MESSAGES" / "messages.po"


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Write the .mo beside each .po whose content changed, and return those written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target, compiled = source.with_suffix(".mo"), io.BytesIO()
        write_mo(compiled, read(source))
        if not target.is_file() or target.read_bytes() != compiled.getvalue():
            target.write_bytes(compiled.getvalue())
            written.append(target)
    return written


def read(source: Path) -> Catalog:
    """Read one .po file; its folder names the language."""
    with source.open("rb") as stream:
        return read_po(stream, locale=source.parent.parent.name, charset="utf-8")


def extract(root: Path = ROOT) -> Catalog:
    """Return every translatable text of the package and the templates of a checkout."""
    catalogue = Catalog(project="Forum", charset="utf-8", fuzzy=False)
    places = (
        ("forum", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]),
    )
    for name, methods in places:
        found = extract_from_dir(
            root / name,
            method_map=methods,
            options_map={pattern: {"newstyle_gettext": "true"} for pattern, _ in methods},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            directory_filter=_is_worth_reading,
        )
        for filename, line, texts, comments, context in found:
            place = (f"{name}/{Path(filename).as_posix()}", line)
            catalogue.add(texts, None, [place], auto_comments=comments, context=context)
    return catalogue


def update(root: Path = ROOT, folder: Path = FOLDER) -> Report:
    """Bring both catalogues up to date with the texts, taking translations from `_parts` in."""
    template, report = extract(root), Report()
    parts = read_parts(folder / "_parts", report)
    known = {key for message in template if message.id for key in _keys(message)}
    report.unused = sorted(key for key in parts if key not in known)
    for position, locale in enumerate(LOCALES):
        target = po_file(locale, folder)
        catalogue = read(target) if target.is_file() else Catalog(locale=locale, charset="utf-8")
        catalogue.project, catalogue.fuzzy, catalogue.header_comment = "Forum", False, ""
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        for message in messages(catalogue):
            given = next((parts[key] for key in _keys(message) if key in parts), None)
            if given:
                message.string = (given[position],) if message.pluralizable else given[position]
                report.translated += 1
        report.untranslated[locale] = [_name(m) for m in messages(catalogue) if not is_done(m)]
        _write(catalogue, target)
    compile_all(folder)
    return report


def read_parts(folder: Path, report: Report) -> Texts:
    """Read all files of `_parts`; where two say different things the first by name holds."""
    parts: Texts = {}
    for path in sorted(folder.glob("*.json")):
        for key, texts in json.loads(path.read_text("utf-8")).items():
            if len(texts) != len(LOCALES):
                message = f"{path.name}: {key!r} needs {len(LOCALES)} translations."
                raise ValueError(message)
            if parts.setdefault(key, texts) != texts:
                report.contradictions.append(f"{path.name}: {key}")
    return parts


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Go through a catalogue's texts without its header."""
    return (message for message in catalogue if message.id)


def is_done(message: Message) -> bool:
    """Say whether a text has a translation in every form, none of them a guess."""
    strings = _strings(message)
    return bool(strings) and all(strings) and not message.fuzzy


def placeholders_differ(message: Message) -> bool:
    """Say whether a translation names other values than its text does."""
    source = message.id[-1] if isinstance(message.id, (list, tuple)) else message.id
    wanted = set(PLACEHOLDER.findall(source))
    return any(set(PLACEHOLDER.findall(string)) != wanted for string in _strings(message))


def main(arguments: list[str]) -> int:
    """Update the catalogues and say what is missing; 1 where something is.

    With `--compile` nothing but the .mo files is written.
    """
    if "--compile" in arguments:
        compile_all()
        return 0
    report = update()
    for locale, names in report.untranslated.items():
        sys.stdout.write(f"{locale}: {len(names)} without a translation\n")
        sys.stdout.writelines(f"  {name}\n" for name in names)
    for title, names in (
        ("Translated twice, differently (the first holds)", report.contradictions),
        ("Translated, but in no page", report.unused),
    ):
        if names:
            sys.stdout.write(f"{title}:\n" + "".join(f"  {name}\n" for name in names))
    return 1 if any(report.untranslated.values()) else 0


def _strings(message: Message) -> tuple[str, ...]:
    """Return a text's translation in each of its forms, one where it has no plural."""
    given = message.string
    return tuple(given) if isinstance(given, (list, tuple)) else (given or "",)


def _is_worth_reading(folder: str) -> bool:
    return Path(folder).name not in {
        "assets",
        "static",
        "translations",
        "migrations",
        "__pycache__",
    }


def _keys(message: Message) -> tuple[str, ...]:
    """Return the keys under which `_parts` may hold a text: with its plural, or alone."""
    if isinstance(message.id, (list, tuple)):
        return ("|".join(message.id), message.id[0])
    return (message.id,)


def _name(message: Message) -> str:
    return f"{_keys(message)[0]}  ({message.locations[0][0] if message.locations else '?'})"


def _write(catalogue: Catalog, target: Path) -> None:
    """Write a catalogue unless only its dates would change."""
    text = io.BytesIO()
    write_po(
        text, catalogue, width=100, ignore_obsolete=True, include_lineno=False, sort_by_file=True
    )
    old = target.read_bytes() if target.is_file() else b""
    if _without_dates(old) != _without_dates(text.getvalue()):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.getvalue())


def _without_dates(text: bytes) -> bytes:
    return re.sub(rb'^"(POT-Creation|PO-Revision)-Date:.*\n', b"", text, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
