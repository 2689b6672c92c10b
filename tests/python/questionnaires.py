"""Real questionnaires as workbooks.

    questionnaires.py make       writes survey-forms/tests/fixtures/questionnaires/NAME.xlsx for every questionnaire in
                                 tests/fixtures/questionnaires
    questionnaires.py compare    in what the XForm that pyxform makes of such a workbook differs from the public one; JSON

They are public as XForms, which pyxform made of workbooks that are not. Each row of such a workbook can be told from the
XForm, and `make` writes it; that the workbook is the questionnaire is then said by pyxform, not by this file: the XForm
that it makes of the workbook must say what the public one says, node for node. What the application around a form hands in
is in FRAMES, by the form's name.
"""
import collections
import gzip
import io
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

import openpyxl
from pyxform.xls2xform import convert

from xform_peers import JR, XF, itext, local, spoken, tree

TESTS = pathlib.Path(__file__).parent.parent
FIXTURES = TESTS / "fixtures/questionnaires"
WORKBOOKS = TESTS.parent / "survey-forms/tests/fixtures/questionnaires"

# What the application around a form hands in, and what it calls that: these become hidden questions.
FRAMES = {
    "infant_child": [r"\.\./inputs/(?:\w+/)*\w+", r"instance\('contact-summary'\)/context/\w+"],
}
# Groups that only the application around a form fills.
HANDED_IN = {"infant_child": "inputs"}

TYPES = {"string": "text", "int": "integer", None: "text"}
PRELOADS = {"username": "username", "start": "start", "end": "end", "today": "today", "deviceid": "deviceid"}
# What pyxform adds to a group with `table-list`.
ADDED = re.compile(r"generated_table_list_label_\d+|reserved_name_for_field_list_labels_\d+")


class Questionnaire:
    """A form that pyxform made, read back."""

    def __init__(self, xform):
        self.root = ElementTree.fromstring(xform)
        self.model = next(self.root.iter(f"{XF}model"))
        self.body = next(child for child in self.root if local(child) == "body")
        self.data = self.model.find(f"{XF}instance")[0]
        self.name = local(self.data)
        self.binds = {bind.get("nodeset"): bind for bind in self.model.findall(f"{XF}bind")}
        self.translations = self.model.findall(f"{XF}itext/{XF}translation")
        self.languages = [one.get("lang") for one in self.translations]
        self.default = next((one.get("lang") for one in self.translations if one.get("default")), self.languages[0])
        self.texts = collections.defaultdict(dict)
        for translation in self.translations:
            for text in translation:
                for value in text:
                    said = self.in_names(value)
                    if said not in ("", "-"):
                        self.texts[text.get("id")][translation.get("lang"), value.get("form")] = said
        self.frame, self.lists = {}, {}
        self.rows, self.choices = [], []

    def named(self, expression):
        """An expression with names for paths."""
        for pattern in FRAMES.get(self.name, ()):
            expression = re.sub(pattern, lambda found: self.handed_in(found[0]), expression)
        return re.sub(rf" ?/{re.escape(self.name)}((?:/[\w.-]+)+) ?", lambda path: "${%s}" % path[1].split("/")[-1], expression)

    def handed_in(self, words):
        name = "given_" + re.sub(r"^\.\./inputs/|^instance\('contact-summary'\)/context/", "", words).replace("/", "_")
        self.frame[name] = words
        return "${%s}" % name

    def in_names(self, value):
        """The words of a value as a cell has them."""
        parts = [value.text or ""]
        for output in value:
            parts += [self.named(output.get("value")), output.tail or ""]
        return "".join(parts)

    def worded(self, cells, column, reference):
        """Columns of a text in all languages, and of what is shown or played with it."""
        found = re.fullmatch(r"jr:itext\('(.*)'\)", reference or "")
        if not found:
            cells |= {column: reference} if reference else {}
            return
        for (language, form), said in self.texts.get(found[1], {}).items():
            name = column if form is None else f"media::{form}"
            cells[f"{name}::{language}"] = re.sub(r"^jr://\w+/", "", said)

    def row(self, path, kind, control=None):
        bind = self.binds.get(path)
        cells = {"type": kind, "name": path.split("/")[-1]}
        for child in control if control is not None else ():
            if local(child) in ("label", "hint"):
                self.worded(cells, local(child), child.get("ref") or child.text)
        for attribute, column in [("relevant", "relevant"), ("constraint", "constraint"), ("required", "required"), ("calculate", "calculation")]:
            if bind is not None and bind.get(attribute):
                cells[column] = self.named(bind.get(attribute))
        if bind is not None:
            self.worded(cells, "constraint_message", bind.get(f"{JR}constraintMsg"))
            self.worded(cells, "required_message", bind.get(f"{JR}requiredMsg"))
        if control is not None and control.get("appearance"):
            cells["appearance"] = control.get("appearance")
        if bind is not None and bind.get("readonly") == "true()" and kind not in ("note", "calculate"):
            cells["read_only"] = "yes"
        return cells

    def kind(self, control, path):
        """The type of an answered question, with its list."""
        bind = self.binds.get(path)
        if local(control) in ("select1", "select"):
            items = []
            for item in control.findall(f"{XF}item"):
                cells = {"name": item.find(f"{XF}value").text}
                self.worded(cells, "label", item.find(f"{XF}label").get("ref"))
                items.append(cells)
            key = json.dumps(items)
            if key not in self.lists:
                name = "of_" + path.split("/")[-1]
                self.lists[key] = f"{name}_{len(self.lists)}" if name in self.lists.values() else name
                self.choices += [{"list_name": self.lists[key], **cells} for cells in items]
            word = "select_one" if local(control) == "select1" else "select_multiple"
            return f"{word} {self.lists[key]}"
        is_read_only = bind.get("readonly") == "true()"
        if is_read_only and not bind.get("calculate") and bind.get("type") == "string":
            return "note"
        return TYPES.get(bind.get("type"), bind.get("type"))

    def workbook(self):
        """Rows in the order of the instance, which is that of the workbook."""
        controls = {element.get("ref"): element for element in self.body.iter() if element.get("ref") and local(element) not in ("label", "hint")}

        def walk(node, path):
            name = local(node)
            if name == HANDED_IN.get(self.name) or name == "meta" or ADDED.fullmatch(name):
                return
            control, bind = controls.get(path), self.binds.get(path)
            if control is None:
                preload = bind.get(f"{JR}preloadParams")
                self.rows.append(self.row(path, PRELOADS[preload] if preload else "calculate"))
            elif local(control) == "group":
                is_table = any(ADDED.fullmatch(local(child)) for child in node)
                cells = self.row(path, "begin group", control)
                if is_table:
                    cells["appearance"] = "table-list"
                self.rows.append(cells)
                before = len(self.rows)
                for child in node:
                    walk(child, f"{path}/{local(child)}")
                for inside in self.rows[before:] if is_table else ():
                    if inside.get("appearance") == "list-nolabel":
                        del inside["appearance"]
                self.rows.append({"type": "end group", "name": name})
            else:
                self.rows.append(self.row(path, self.kind(control, path), control))

        for child in self.data:
            walk(child, f"/{self.name}/{local(child)}")
        self.rows = [{"type": "hidden", "name": name} for name in self.frame] + self.rows
        settings = {
            "form_title": next(self.root.iter("{http://www.w3.org/1999/xhtml}title")).text,
            "form_id": self.data.get("id"),
            "version": self.data.get("version"),
            "default_language": self.default,
        }
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in [("survey", self.rows), ("choices", self.choices), ("settings", [settings])]:
            sheet = book.create_sheet(name)
            columns = list({key: None for one in rows for key in one})
            sheet.append(columns)
            for one in rows:
                sheet.append([one.get(column) for column in columns])
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


def nodes(xform, frame):
    """What a form says of each node, whatever way its choices are written in."""
    root = ElementTree.fromstring(xform)
    model = next(root.iter(f"{XF}model"))
    body = next(child for child in root if local(child) == "body")
    data = model.find(f"{XF}instance")[0]
    root_path = "/" + local(data)
    texts = itext(model)
    lists = {
        one.get("id"): [
            (item.find(f"{XF}name").text, texts.get(item.findtext(f"{XF}itextId"), {}) or {("*", "words"): item.findtext(f"{XF}label")})
            for item in one[0]
        ]
        for one in model.findall(f"{XF}instance")[1:]
        if len(one)
    }

    def meant(expression):
        for name, words in frame.items():
            expression = re.sub(rf" ?{re.escape(root_path)}/{name} ?", words, expression)
        # Leaves of the application's frame have no tree.
        for at, words in enumerate(sorted(set(frame.values()), key=len, reverse=True)):
            expression = expression.replace(words, f"/frame/{re.sub('[^a-z_]+', '.', words)}")
        return tree(expression)

    found = {}

    def at(path):
        return found.setdefault(path.replace(root_path, "", 1), {})

    for bind in model.findall(f"{XF}bind"):
        node = at(bind.get("nodeset"))
        for name, value in bind.attrib.items():
            name = name.replace(JR, "jr:")
            if name in ("relevant", "constraint", "calculate"):
                node[name] = meant(value)
            elif name in ("required", "readonly") and value != "false()":
                node[name] = meant(value)
            elif name in ("jr:constraintMsg", "jr:requiredMsg"):
                node[name] = spoken(bind, texts, next(key for key in bind.attrib if key.replace(JR, "jr:") == name))
            elif name == "type":
                node[name] = {"select1": "string", "select": "string"}.get(value, value)
            elif name == "jr:preloadParams":
                node[name] = value
    for element in body.iter():
        path = element.get("ref")
        if not path or local(element) in ("label", "hint", "value"):
            continue
        node = at(path)
        node["control"] = local(element)
        node["appearance"] = sorted((element.get("appearance") or "").split())
        for child in element:
            if local(child) in ("label", "hint"):
                node[local(child)] = spoken(child, texts)
        items = [(item.findtext(f"{XF}value"), spoken(item.find(f"{XF}label"), texts)) for item in element.findall(f"{XF}item")]
        for itemset in element.findall(f"{XF}itemset"):
            items = lists[re.fullmatch(r"instance\('(.+)'\)/root/item", itemset.get("nodeset"))[1]]
        node["choices"] = [(value, {key: said for key, said in words.items() if said}) for value, words in items]
    return found


def differences(public, made, name, frame):
    """Where the form that pyxform makes of our workbook is not the public one."""
    theirs, ours = nodes(public, frame), nodes(made, frame)
    handed_in = HANDED_IN.get(name)

    def is_of_the_questionnaire(path):
        first, last = path.split("/")[1], path.split("/")[-1]
        return first not in (handed_in, "meta", *frame) and not ADDED.fullmatch(last)

    out = []
    for path in sorted(set(theirs) | set(ours)):
        if is_of_the_questionnaire(path) and theirs.get(path) != ours.get(path):
            one, other = theirs.get(path) or {}, ours.get(path) or {}
            out += [f"{path} {key}: {other.get(key)!r} is not {one.get(key)!r}" for key in sorted(set(one) | set(other)) if one.get(key) != other.get(key)]
    return out


def public():
    for file in sorted(FIXTURES.glob("*.xml.gz")):
        xform = gzip.decompress(file.read_bytes()).decode()
        yield WORKBOOKS / file.name.replace(".xml.gz", ".xlsx"), xform, Questionnaire(xform)


def make():
    for path, _, questionnaire in public():
        path.write_bytes(questionnaire.workbook())


def compare():
    said = {}
    for path, xform, questionnaire in public():
        # Fills the frame.
        questionnaire.workbook()
        made = convert(xlsform=path.read_bytes(), file_type=".xlsx", form_name=questionnaire.name, validate=False).xform
        said[path.stem] = {
            "nodes": len(nodes(xform, questionnaire.frame)),
            "differences": differences(xform, made, questionnaire.name, questionnaire.frame),
        }
    print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    {"make": make, "compare": compare}[sys.argv[1]]()
