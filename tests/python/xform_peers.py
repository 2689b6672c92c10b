"""What independent programs make of Minyi's XForms.

    xform_peers.py make FOLDER       writes questionnaires with one of everything that both pyxform and Minyi read
    xform_peers.py judge FOLDER      for each NAME.xml beside its NAME.xlsx: whether ODK Validate accepts it, and in what
                                     it differs from the XForm that pyxform makes of the same workbook; JSON

Forms are compared by meaning: expressions as trees, words by language, instances and controls in order. Minyi's may say
more than pyxform's where the meaning asks for it, and the comparison allows exactly this:
- a computed question that is shown is read-only, and a note is never required;
- an earlier answer in words is shown as the choice's words (`jr:choice-name`);
- a language without words of its own has the usual ones, where pyxform writes "-" or nothing.
What Minyi writes in another way is in OWN, which only ODK Validate judges. Where a name is not of ASCII signs pyxform's form is one that ODK Validate refuses; there is nothing to compare.
"""
import io
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import openpyxl
from pyxform.errors import PyXFormError
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
from pyxform.xls2xform import convert

XF = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"
ORX = "{http://openrosa.org/xforms}"

# Languages that a workbook names without a code, which Minyi writes with it.
CODES = {"English": "en"}

ACTIONS = ("setvalue", "setgeopoint", "recordaudio")

ZH, EN = "::中文 (zh)", "::English (en)"


def row(type_name, name=None, zh=None, en=None, **cells):
    """A row of the survey; `hint=("zh", "en")` fills a column in both languages."""
    found = {"type": type_name, "name": name, "label" + ZH: zh, "label" + EN: en}
    for column, cell in cells.items():
        column = column.replace("image", "media::image")
        if isinstance(cell, tuple):
            found |= {column + ZH: cell[0], column + EN: cell[1]}
        else:
            found[column] = cell
    return found


SURVEY = [
    row("start", "began"),
    row("end", "ended"),
    row("today", "day"),
    row("deviceid", "device"),
    row("text", "first-name.2", "您贵姓？", "Your surname?", appearance="multiline"),
    row("begin_group", "home", "家里", "At home", relevant="${first-name.2} != ''", appearance="field-list"),
    row(
        "integer", "age", "几岁？", "How old?", hint=("周岁", "In years"), guidance_hint=("读两遍", "Read it twice"),
        constraint=". >= 0 and (. <= 120 or ${first-name.2} = 'x')", constraint_message=("请再看一下", "Look again"),
        required="yes", required_message=("要答", "Please answer"), default="7", image=("a.png", "b.png"),
    ),
    row("note", "said", "您 ${age} 岁", "You are ${age} years old"),
    row("begin_group", "inner", "里面", "Inside", relevant="${age} > 3"),
    row("decimal", "height", "身高", "Height", constraint=". > 0.5", constraint_message=("太矮", "Too small")),
    row("end_group"),
    row("end_group"),
    row("date", "born", "生日", "Birthday", constraint=". <= today() and . > '1900-01-01'"),
    row("select_one yn", "works", "工作吗？", "Do you work?", required="${age} >= 16", appearance="likert"),
    row(
        "select_multiple area", "needs", "需要什么？", "What do you need?", appearance="minimal",
        constraint="count-selected(.) <= 2 or not(selected(., 'a'))", constraint_message=("太多", "Too many"),
        choice_filter="kind = ${works} or name = 'a'",
    ),
    row("range", "pain", "多疼？", "How much pain?", parameters="start=0 end=10 step=0.5"),
    row("range", "days", "几天？", "How many days?", parameters="start=1 end=7 step=1"),
    row("calculate", "total", calculation="if(selected(${needs}, 'a'), (${age} + 1) * 2 - ${pain}, -${age} div 2)"),
    row("text", "shown", "算出来", "Computed", calculation="concat('~', ${total}, \"it's\")"),
    row("note", "again", "您说${works}", "You said ${works}"),
    row("decimal", "fixed", "固定", "Fixed", default="1.5", read_only="yes"),
    row("begin_group", "table", "表", "Table", appearance="table-list"),
    row("select_one yn", "bus", "公交", "Bus"),
    row("select_one yn", "shop", "商店 & <店>", "Shop"),
    row("end_group"),
    row("text", "code", "编号", "Code", constraint="regex(., '[A-Z]{2}\\d+') and string-length(.) < 9"),
    row(
        "text", "why", "原因", "Why",
        relevant="(${works} = 'n' or ${bus} = 'n') and coalesce(${code}, 'x') != 'x' and ${day} >= '2026-01-01'",
    ),
]


def choice(list_name, name, zh, en, **cells):
    return row(None, name, zh, en, list_name=list_name, **cells)


CHOICES = [
    choice("yn", "y", "是", "Yes", image=("y.png", "y.png")),
    choice("yn", "n", "否", "No"),
    choice("yn", "dk", "说不清", "Don't know", missing="dont_know"),
    choice("area", "a", "康复", "Rehabilitation", kind="y"),
    choice("area", "b", "托养", "Care", kind="n"),
]
# Each function of Minyi's as a calculation: JavaRosa computes them all when it opens the form.
FUNCTIONS = """
selected(${m}, 'a') | selected-at(${m}, 0) | count-selected(${m}) | if(${n} > 1, 'a', 'b') | coalesce(${t}, 'x')
once(${t}) | not(${n} = 1) | true() | false() | boolean(${n}) | boolean-from-string(${t}) | string(${n})
string-length(${t}) | concat(${t}, 'a', ${n}) | join(',', ${t}, 'b') | contains(${t}, 'a') | starts-with(${t}, 'a')
ends-with(${t}, 'a') | substr(${t}, 0, 1) | substring-before(${t}, 'a') | substring-after(${t}, 'a')
normalize-space(${t}) | regex(${t}, '[0-9]+') | number(${t}) | int(${n}) | round(${n}, 1)
abs(${n}) | sqrt(${n}) | pow(${n}, 2) | exp(${n}) | log(${n}) | log10(${n}) | min(${n}, 2) | max(${n}, 2) | sum(${n})
count-non-empty(${n}) | checklist(1, 2, ${n} = 1, ${n} = 2) | today() | date('2026-01-01')
-(${n}) * 2 | ${n} - 1 - (2 - ${n}) | (${n} + 1) * (${n} mod 2) | ${n} div 2 != 1 | 1 <= ${n} and (${n} < 2 or ${n} >= 3)
"""
# Those that JavaRosa has not, or only of repeated questions: Minyi spells them out, and pyxform's form is refused.
ONLY_MINYI = """
floor(${n}) | count(${k}) | ceiling(-${n} div 2) | sum(${n}, 2, ${k}) | count(${n}, ${k}) | count-non-empty(${n}, ${t}, 1)
"""


def computing(expressions):
    rows = [
        row("integer", "n", "数", "Number", default="7"),
        row("integer", "k", "数", "Number"),
        row("text", "t", "文", "Text"),
        row("select_multiple area", "m", "多选", "Several"),
    ]
    for at, one in enumerate(re.split(r" \| |\n", expressions.strip())):
        rows.append(row("calculate", f"c{at}", calculation=one))
    return rows


# What came later: kinds that devices answer, repeats, actions, orders of chance.
WIDE = [
    row("username", "who"),
    row("email", "mail"),
    row("phonenumber", "phone"),
    row("simserial", "sim"),
    row("subscriberid", "subscriber"),
    row("audit", "audit"),
    row("start-geopoint", "where"),
    row("background-audio", "recorded"),
    row("time", "clock", "几点？", "What time?", default="now()"),
    row("dateTime", "moment", "什么时候？", "When?"),
    row("rank area", "order", "排一排", "Put in order", choice_filter="kind != ''"),
    row("acknowledge", "read", "读过了", "I have read it", required="yes"),
    row("barcode", "bar", "条码", "Barcode"),
    row(
        "geopoint", "place", "在哪里？", "Where?",
        parameters="capture-accuracy=2.5 warning-accuracy=10 allow-mock-accuracy=true",
    ),
    row("image", "photo", "照片", "Photo", parameters="max-pixels=640"),
    row("audio", "voice", "录音", "Recording", parameters="quality=low"),
    row("video", "film", "录像", "Film"),
    row("file", "paper", "文件", "Paper"),
    row("hidden", "kept", default="5"),
    row("text", "long", "说说", "Tell us", parameters="rows=3"),
    row("range", "pain", "多疼？", "How much pain?", parameters="start=1 end=5 step=1"),
    row(
        "select_one area", "shuffled", "选", "Choose", parameters="randomize=true, seed=${pain}",
        choice_filter="kind != ${long}",
    ),
    row("select_multiple area", "fixed", "多选", "Several", parameters="randomize=true, seed=42"),
    row("select_multiple area", "chance", "多选", "Several", parameters="randomize=true"),
    row("integer", "n", "几个人？", "How many people?"),
    row("text", "after", "之后", "After", calculation="concat(${n}, 'x')", trigger="${n}"),
    row("calculate", "at", calculation="now()", trigger="${n}, ${long}"),
    row(
        "begin_repeat", "person", "人", "Person", relevant="${n} > 0", appearance="field-list", repeat_count="${n}",
        parameters="most=3",
    ),
    row("text", "name", "第几个？共 ${n} 个", "Which of ${n}?", default="concat('a', position(..))"),
    row("begin_group", "more", "细节", "Details", relevant="${name} != ''"),
    row(
        "integer", "age", "${name} 几岁？", "How old is ${name}?",
        constraint=". > 0 and ${name} != ''", constraint_message=("不对", "Wrong"),
    ),
    row("select_one area", "kind", "选", "Choose", choice_filter="kind = ${name} or kind = ${long}"),
    row("text", "older", "大几岁", "Older by", calculation="${age} + 1", trigger="${age}"),
    row("begin_repeat", "job", "工作", "Job", repeat_count="1 + ${age} * 0", parameters="most=2"),
    row(
        "text", "what", "${age} 岁做什么？", "What at ${age}?", relevant="${age} > 3", constraint="${name} != 'x'",
        required="${n} > 1",
    ),
    row("end_repeat"),
    row("end_group"),
    row("calculate", "jobs", calculation="join(',', ${what})"),
    row("end_repeat"),
    row("begin_repeat", "visit", "探访", "Visit", repeat_count="3"),
    row("date", "day", "哪天？", "Which day?"),
    row("end_repeat"),
    row("begin_repeat", "open", "其他", "Other", parameters="most=2"),
    row("begin_group", "inside"),
    row("integer", "much", "多少？", "How much?"),
    row("end_group"),
    row("end_repeat"),
    row("calculate", "total", calculation="sum(${age}) + count(${person}) + indexed-repeat(${age}, ${person}, 1)"),
]
# What Minyi writes in another way than pyxform: a choice "other" with words of its own, tables in the form itself and not
# beside it, a seed that is computed, the number of an instance asked for in a group in it, answers counted in a repeat.
OWN = [
    row("select_one area or_other", "s", "选", "Choose"),
    row("integer", "n", "几个？", "How many?"),
    row("select_one_from_file villages.csv", "village", "哪个村？", "Which village?", choice_filter="town = ${s}"),
    row("calculate", "people", calculation="pulldata('villages', 'people', 'name', ${village})"),
    row("select_one area", "shuffled", "选", "Choose", parameters="randomize=true, seed=${n}*7+1"),
    row("begin_repeat", "person", "人", "Person", parameters="most=3"),
    row("begin_group", "inside", "里面", "Inside"),
    row("calculate", "at", calculation="position(..)"),
    row("integer", "age", "几岁？", "How old?"),
    row("select_one yn", "kind", "选", "Choose"),
    row("note", "said", "您选了 ${kind}", "You chose ${kind}"),
    row("end_group"),
    row("end_repeat"),
    row(
        "calculate", "ages",
        calculation="count(${age}) + sum(${age}, ${n}) + max(${age}, ${n}) + count(${kind}, ${n})",
    ),
    row("calculate", "joined", calculation="concat(join('-', ${at}, ${n}), '/', concat(${kind}, 'x'))"),
]
# Lines, outlines, what is measured on them, moments, and words in base64.
PLACES = [
    row("geotrace", "road", "走哪条路？", "Which way?", parameters="allow-mock-accuracy=true"),
    row("geoshape", "plot", "哪块地？", "Which plot?", constraint="area(.) > 1", constraint_message=("太小", "Too small")),
    row("geopoint", "here", "在哪里？", "Where?"),
    row("calculate", "metres", calculation="distance(${road})"),
    row("calculate", "square", calculation="round(area(${plot}), 1)"),
    row("calculate", "said", calculation="base64-decode('5Lit5paH')"),
    row("dateTime", "moment", "什么时候？", "When?", constraint=". <= now() and date(.) >= today() - 30"),
    row("calculate", "clock", calculation="format-date-time(${moment}, '%H:%M')"),
    row("calculate", "days", calculation="decimal-date-time(${moment}) - decimal-date-time(now())"),
    row("begin_repeat", "stop", "停一站", "Stop", parameters="most=3"),
    row("geopoint", "at", "在哪里？", "Where?"),
    row("end_repeat"),
    row("calculate", "between", calculation="distance(${at})"),
]
# What Minyi writes in another way: places of a question and of a repeat in one line, and the list of select_one_external as
# an instance of the form's, where pyxform writes a file beside it and an input with a query.
ELSEWHERE = [
    row("geopoint", "here", "在哪里？", "Where?"),
    row("begin_repeat", "stop", "停一站", "Stop", parameters="most=3"),
    row("geopoint", "at", "在哪里？", "Where?"),
    row("end_repeat"),
    row("calculate", "way", calculation="distance(${here}, ${at})"),
    row("select_one area", "area", "选", "Choose"),
    row("select_one_external towns", "town", "哪个镇？", "Which town?", choice_filter="area = ${area}"),
    row("percentage", "share", "百分之几？", "What share?"),
    row("note", "said", "您选了 ${town}", "You chose ${town}"),
]
TOWNS = [
    {"list_name": "towns", "name": "t1", "label" + ZH: "东镇", "label" + EN: "East", "area": "a"},
    {"list_name": "towns", "name": "t2", "label" + ZH: "西镇", "label" + EN: "West", "area": "b"},
]
VILLAGES = [
    {"name": "v1", "label": "东村", "town": "a", "people": "320"},
    {"name": "v2", "label": "西村", "town": "b", "people": "150"},
]

SETTINGS = [{"form_title": "样样都有", "form_id": "everything", "version": "3", "default_language": "中文 (zh)"}]


def make(folder):
    write(SURVEY, pathlib.Path(folder) / "everything.xlsx")
    write(computing(FUNCTIONS), pathlib.Path(folder) / "functions.xlsx")
    write(computing(ONLY_MINYI), pathlib.Path(folder) / "spelled.xlsx")
    write(WIDE, pathlib.Path(folder) / "wide.xlsx")
    write(OWN, pathlib.Path(folder) / "own.xlsx", [("villages.csv", VILLAGES)])
    write(PLACES, pathlib.Path(folder) / "places.xlsx")
    write(ELSEWHERE, pathlib.Path(folder) / "elsewhere.xlsx", [("external_choices", TOWNS)])


def write(survey, path, tables=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in [("survey", survey), ("choices", CHOICES), ("settings", SETTINGS), *tables]:
        sheet = book.create_sheet(name)
        used = {key: None for one in rows for key, cell in one.items() if cell is not None}
        columns = list(used)
        sheet.append(columns)
        for one in rows:
            sheet.append([one.get(column) for column in columns])
    book.save(path)


# --- expressions as trees ---------------------------------------------------------------------------------------------

TOKEN = re.compile(
    # A look into an instance is a leaf, as a path is.
    r"""\s*(?:(?P<look>instance\('[^']*'\)/root/item\[[^\]]*\]/[^\s(),=<>!+*'"]+)"""
    r"""|(?P<text>'[^']*'|"[^"]*")|(?P<number>\d+(?:\.\d*)?|\.\d+)"""
    r"""|(?P<symbol>!=|<=|>=|[=<>+*(),]|-)|(?P<name>\.\.?(?![\d])(?:/[^\s(),=<>!+*'"]+)*|[^\s(),=<>!+*'"]+))"""
)
STRENGTH = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6}


def tree(source):
    """XPath 1.0's operators, all of which group to the left, with calls, literals and paths as leaves."""
    tokens, at = [], 0
    source = source.strip().replace("current()/", "current/")
    while at < len(source):
        match = TOKEN.match(source, at)
        if not match:
            raise ValueError(f"{source!r} at {at}")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    place = 0

    def peek():
        return tokens[place] if place < len(tokens) else (None, None)

    def take():
        nonlocal place
        place += 1
        return tokens[place - 1]

    def operand():
        kind, word = take()
        if word == "-":
            return ("negate", operand())
        if word == "(":
            inside = expression(0)
            assert take()[1] == ")", source
            return inside
        if kind == "text":
            return ("text", word[1:-1])
        if kind == "number":
            return ("number", float(word))
        if peek()[1] == "(":
            take()
            arguments = []
            while peek()[1] != ")":
                arguments.append(expression(0))
                if peek()[1] == ",":
                    take()
            take()
            # Enketo reads both; JavaRosa has only the one that Minyi writes.
            return ("call", "date" if word == "date-time" else word, *arguments)
        return ("name", word)

    def expression(floor):
        left = operand()
        while STRENGTH.get(peek()[1], 0) > floor:
            operator = take()[1]
            left = (operator, left, expression(STRENGTH[operator]))
        return left

    whole = expression(0)
    assert place == len(tokens), source
    return whole


def chosen_from(nodeset):
    """The list, the filter and the order of an itemset."""
    order = re.fullmatch(r"randomize\((.*?\](?=[,)])|instance[^,]*?item)(?:,(.*))?\)", nodeset, re.S)
    chance = order and ("chance", order[2] and tree(order[2]))
    name, condition = re.fullmatch(r"instance\('(.+?)'\)/root/item(?:\[(.*)\])?", order[1] if order else nodeset, re.S).groups()
    return (name, condition and tree(condition), chance)


# --- forms by meaning -------------------------------------------------------------------------------------------------


def local(element):
    return element.tag.split("}")[-1]


def words(value):
    """The words of a value with the earlier answers in them, blanks made one."""
    parts = [value.text or ""]
    for output in value:
        shown = tree(output.get("value"))
        if shown[:2] == ("call", "jr:choice-name"):
            shown = shown[2]
        parts += [f"{{{shown[1]}}}", output.tail or ""]
    # pyxform writes typographic quotation marks straight.
    joined = " ".join(" ".join(parts).translate(str.maketrans("“”‘’", "\"\"''")).split())
    return re.sub(r"\s*(\{[^}]*\})\s*", r"\1", joined)


def itext(model):
    texts = {}
    for translation in model.findall(f"{XF}itext/{XF}translation"):
        name = translation.get("lang")
        language = CODES.get(name) or re.sub(r".*\(([^()]+)\)$", r"\1", name)
        for text in translation:
            for value in text:
                said = words(value)
                if said not in ("", "-"):
                    texts.setdefault(text.get("id"), {})[language, value.get("form") or "words"] = said
    return texts


def spoken(element, texts, attribute="ref"):
    """The words that a label, hint or message stands for, by language and form; one without a language is `*`."""
    reference = element.get(attribute)
    if reference and reference.startswith("jr:itext('"):
        return texts.get(reference[len("jr:itext('") : -2], {})
    said = words(element) if attribute == "ref" else reference
    return {("*", "words"): said} if said else {}


def meaning(xform):
    root = ElementTree.fromstring(xform)
    model = next(root.iter(f"{XF}model"))
    texts = itext(model)
    primary, *others = model.findall(f"{XF}instance")
    data = primary[0]

    def shape(node):
        kind = "template" if f"{JR}template" in node.attrib else "node"
        return [local(node), (node.text or "").strip(), [shape(child) for child in node], kind]

    def action(element):
        value = element.get("value")
        return [local(element), element.get("ref"), element.get("event"), value and tree(value)]

    binds = {}
    for bind in model.findall(f"{XF}bind"):
        rules, data_type = {}, bind.get("type")
        for name, value in bind.attrib.items():
            name = name.replace(JR, "jr:")
            # What is never required is what says nothing.
            if name == "nodeset" or (name == "required" and value.strip() == "false()"):
                continue
            if name in ("relevant", "constraint", "required", "calculate", "readonly"):
                value = tree(value)
            elif name in ("jr:constraintMsg", "jr:requiredMsg"):
                value = spoken(bind, texts, next(key for key in bind.attrib if key.replace(JR, "jr:") == name))
            rules[name] = value
        if "readonly" in rules and "calculate" not in rules and data_type == "string":
            # A note, of which Minyi asks no answer.
            rules.pop("required", None)
        binds[bind.get("nodeset").replace("orx:", "")] = rules

    def item(element):
        found = {local(child): child.text or "" for child in element if local(child) not in ("itextId", "label")}
        identity = next((child.text for child in element if local(child) == "itextId"), None)
        label = next((child.text for child in element if local(child) == "label"), None)
        return [found, texts.get(identity, {}) if identity else {("*", "words"): label}]

    lists = {one.get("id"): [item(element) for element in one[0]] for one in others}

    def control(element):
        nodeset = [chosen_from(child.get("nodeset")) for child in element if local(child) == "itemset"]
        said = {local(child): spoken(child, texts) for child in element if local(child) in ("label", "hint")}
        inside = [control(c) for c in element if local(c) not in ("label", "hint", "itemset", "value", *ACTIONS)]
        said["actions"] = [action(child) for child in element if local(child) in ACTIONS]
        more = {key: value for key, value in element.attrib.items() if key not in ("ref", "nodeset", "appearance")}
        more = {key: float(value) if key in ("start", "end", "step") else value for key, value in more.items()}
        if f"{JR}count" in more:
            more[f"{JR}count"] = tree(more[f"{JR}count"])
        appearance = sorted((element.get("appearance") or "").split())
        reference = element.get("ref") or element.get("nodeset")
        return [local(element), reference, appearance, more, nodeset, said, inside]

    body = next(child for child in root if local(child) == "body")
    return {
        "title": next(root.iter("{http://www.w3.org/1999/xhtml}title")).text,
        "root": {key: data.get(key) for key in ("id", "version")},
        "instance": shape(data),
        "binds": binds,
        "actions": sorted((action(child) for child in model if local(child) in ACTIONS), key=str),
        "lists": lists,
        "body": [control(element) for element in body],
    }


def compare(ours, theirs, path, out):
    """Every place where ours is not theirs."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if theirs and all(isinstance(key, tuple) for key in theirs):
            # Words: theirs may be in no language; ours may be in more.
            for (language, form), said in theirs.items():
                if language == "*":
                    if said not in ours.values():
                        out.append(f"{path}: {said!r} is not among {ours}")
                elif ours.get((language, form)) != said:
                    out.append(f"{path}/{language}/{form}: {ours.get((language, form))!r} is not {said!r}")
            return
        for key in theirs.keys() | ours.keys():
            if isinstance(key, tuple):
                continue
            is_computed = key == "readonly" and "calculate" in ours
            if key not in theirs and not is_computed and ours[key] != {}:
                out.append(f"{path}/{key}: only ours, {ours[key]!r}")
            elif key not in ours and theirs[key] != {}:
                out.append(f"{path}/{key}: only theirs, {theirs[key]!r}")
            elif key in theirs and key in ours:
                compare(ours[key], theirs[key], f"{path}/{key}", out)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for at, (one, other) in enumerate(zip(ours, theirs)):
            compare(one, other, f"{path}/{at}", out)
    elif ours != theirs:
        out.append(f"{path}: {ours!r} is not {theirs!r}")


def of_pyxform(path):
    """pyxform knows one title and no captions of films."""
    book = openpyxl.load_workbook(path)
    if "settings" in book:
        for cell in book["settings"][1]:
            if cell.value and cell.value.startswith("form_title"):
                is_first = "::" not in cell.value or "(zh)" in cell.value
                cell.value = "form_title" if is_first else None
    buffer = io.BytesIO()
    book.save(buffer)
    return convert(xlsform=buffer.getvalue(), file_type=".xlsx", form_name=None, validate=False).xform


def without_table_notes(form):
    """pyxform repeats a table's label as a note of its own inside; the label says it already."""

    def is_note(name):
        return name.startswith("generated_table_list_label_")

    def prune(node):
        return [node[0], node[1], [prune(child) for child in node[2] if not is_note(child[0])], node[3]]

    def controls(elements):
        kept = []
        for element in elements:
            if is_note(element[1].split("/")[-1]):
                continue
            notes = [child for child in element[6] if is_note(child[1].split("/")[-1])]
            said = element[5] | {"label": notes[0][5]["label"]} if notes else element[5]
            kept.append(element[:5] + [said, controls(element[6])])
        return kept

    form["instance"] = prune(form["instance"])
    form["binds"] = {path: rules for path, rules in form["binds"].items() if not is_note(path.split("/")[-1])}
    form["body"] = controls(form["body"])
    return form


def judge(folder):
    verdicts = {}
    forms = sorted(pathlib.Path(folder).glob("*.xml"))
    for form in forms:
        ours = meaning(form.read_text())
        differences = []
        try:
            theirs = without_table_notes(meaning(of_pyxform(form.with_suffix(".xlsx"))))
            compare(ours, theirs, "", differences)
        except PyXFormError as error:
            differences.append(str(error))
        size = len(ours["binds"]) + sum(len(items) for items in ours["lists"].values())
        verdicts[form.stem] = {"compared": size, "differences": differences}
    for form in forms:
        # One process each: the program's word is its exit code, and it has one for all files together.
        ran = subprocess.run(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-jar", ODK_VALIDATE_PATH, str(form)], capture_output=True, text=True)
        verdicts[form.stem]["is_valid"] = ran.returncode == 0
        verdicts[form.stem]["said"] = ran.stderr.strip()
    print(json.dumps(verdicts, ensure_ascii=False))


if __name__ == "__main__":
    {"make": make, "judge": judge}[sys.argv[1]](sys.argv[2])
