//! Every page in both languages: rendered from samples, and held to what must
//! be true of each. Set `MINYI_PAGES=/tmp/pages` to have them written there and
//! look at them in a browser.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use survey_forms::flow::{self, Page};
use survey_forms::form::Form;
use survey_forms::render::Manner;
use survey_forms::response::RawAnswers;
use survey_forms::validate;

use super::question::Question;
use super::{Contrast, Lang, Offers, Reading, TextSize, assets, question, samples};
use crate::submit::Way;

const FORMS: [&str; 3] = ["resident", "family", "grassroots"];

fn form(name: &str) -> Form {
    let path = format!("{}/plans/sample/forms/{name}.xlsx", env!("CARGO_MANIFEST_DIR"));
    survey_forms::xlsform::read(&path, &std::fs::read(&path).unwrap())
        .unwrap()
        .form
}

/// Every question on a page of its own, whether it would be asked or not.
fn every_page(form: &Form) -> Vec<Page> {
    let today = date(2026, 11, 23);
    let mut pages = flow::pages(form, &RawAnswers::new(), today);
    let shown: BTreeSet<String> = pages.iter().flat_map(|page| page.questions.clone()).collect();
    pages.extend(
        form.questions()
            .filter(|q| q.is_visible() && !shown.contains(&q.name))
            .map(|q| Page {
                name: q.name.clone(),
                questions: vec![q.name.clone()],
                has_required: true,
                today,
            }),
    );
    pages
}

fn questionnaire(reading: Reading) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for name in FORMS {
        let form = form(name);
        let (help, answers) = (samples::help(), RawAnswers::new());
        for page in every_page(&form) {
            let errors = validate::validate_page(&form, &page, &answers, page.today);
            for (suffix, errors, from_check) in [("", &[][..], false), ("-error", &errors[..], true)] {
                let view = Question {
                    form: &form,
                    manner: Manner::new(reading.wording(false)),
                    page: &page,
                    answers: &answers,
                    errors,
                    round: "云岭县2026年度残疾人工作测评",
                    action: &format!("/r/7K3M-9QXT-5W2HD/q/{}", page.name),
                    files: None,
                    progress: (7, 21),
                    has_back: true,
                    from_check,
                    help: &help,
                    trial: None,
                };
                out.push((
                    format!("{name}-{}{suffix}", page.name),
                    question::page(reading, view).into_string(),
                ));
            }
        }
    }
    out
}

fn all(reading: Reading) -> Vec<(String, String)> {
    let mut pages = questionnaire(reading);
    pages.extend(
        samples::all(reading)
            .into_iter()
            .map(|(name, page)| (name, page.into_string())),
    );
    pages
}

/// The values of an attribute in a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

fn count(page: &str, what: &str) -> usize {
    page.matches(what).count()
}

/// What is wrong with a page, whatever it shows.
fn faults(page: &str, lang: Lang) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |ok: bool, what: String| {
        if !ok {
            faults.push(what);
        }
    };
    must(
        page.starts_with("<!DOCTYPE html><html lang="),
        "no doctype or language".to_owned(),
    );
    must(
        page.contains(&format!("<html lang=\"{}\"", lang.tag())),
        "wrong language".to_owned(),
    );
    must(count(page, "<h1") == 1, format!("{} h1", count(page, "<h1")));
    must(count(page, "<main") == 1, "not one main".to_owned());
    must(
        !page.contains("<style") && !page.contains(" style="),
        "style within the page".to_owned(),
    );
    must(
        !page.contains("javascript:") && !page.contains(" onclick="),
        "script within the page".to_owned(),
    );
    must(
        count(page, "<script") == count(page, "<script defer src="),
        "script that is not deferred".to_owned(),
    );
    must(
        count(page, "<th") - count(page, "<thead") == count(page, " scope=\""),
        "th without scope".to_owned(),
    );
    must(
        count(page, "<table") == count(page, "<caption"),
        "table without caption".to_owned(),
    );
    let ids: Vec<&str> = values(page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    must(ids.len() == unique.len(), format!("an id twice among {ids:?}"));
    for attribute in ["for", "form", "aria-describedby", "aria-labelledby"] {
        for reference in values(page, attribute)
            .into_iter()
            .flat_map(str::split_whitespace)
        {
            must(
                unique.contains(reference),
                format!("{attribute} leads nowhere: {reference}"),
            );
        }
    }
    for href in values(page, "href")
        .into_iter()
        .filter_map(|href| href.strip_prefix('#'))
    {
        must(unique.contains(href), format!("link leads nowhere: #{href}"));
    }
    let title = page
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next())
        .unwrap_or_default();
    must(title.chars().count() > 4, format!("title {title:?}"));
    let says_error = title.starts_with("错误：") || title.starts_with("Error: ");
    must(
        says_error == page.contains(" id=\"faults\""),
        format!("title {title:?} does not fit the page"),
    );
    faults
}

#[test]
fn every_page_in_both_languages_is_sound() {
    let folder = std::env::var_os("MINYI_PAGES").map(std::path::PathBuf::from);
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        let reading = Reading {
            lang,
            ..Reading::default()
        };
        for (name, page) in all(reading) {
            wrong.extend(
                faults(&page, lang)
                    .into_iter()
                    .map(|fault| format!("{name} {}: {fault}", lang.code())),
            );
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{}.html", lang.code())), page).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_are_found_in_a_spoilt_page() {
    let page = samples::all(Reading::default()).remove(0).1.into_string();
    assert!(faults(&page, Lang::Zh).is_empty());
    for (from, to) in [
        ("id=\"code\"", "id=\"kode\""),
        ("<h1", "<h2"),
        ("lang=\"zh-CN\"", "lang=\"fr\""),
        ("class=\"code\"", "style=\"color:red\""),
    ] {
        assert!(!faults(&page.replace(from, to), Lang::Zh).is_empty(), "{from}");
    }
}

#[test]
fn size_and_contrast_change_the_root_only() {
    let plain = Reading::default();
    let other = Reading {
        size: TextSize::Largest,
        contrast: Contrast::Yellow,
        easy: true,
        ..plain
    };
    let page = |reading| samples::all(reading).remove(0).1.into_string();
    assert!(page(other).contains("<html lang=\"zh-CN\" class=\"largest dark yellow easy\">"));
    assert!(page(plain).contains("<html lang=\"zh-CN\" class=\"auto\">"));
    let pressed = |page: &str| {
        values(page, "aria-pressed")
            .iter()
            .filter(|is| **is == "true")
            .count()
    };
    assert_eq!((pressed(&page(plain)), pressed(&page(other))), (1, 2));
}

#[test]
fn ways_are_what_was_wished_and_could_be_had() {
    let wish = Reading {
        size: TextSize::Large,
        contrast: Contrast::High,
        easy: true,
        sign: true,
        ..Reading::default()
    };
    assert_eq!(Way::join(&wish.ways()), "easy large contrast");
    let offers = Offers {
        easy: false,
        sign: true,
    };
    assert_eq!(
        Way::join(&Reading { offers, ..wish }.ways()),
        "sign large contrast"
    );
    assert!(Reading::default().ways().is_empty());
}

#[test]
fn page_of_several_questions_says_so_in_title_and_on_top() {
    let form = form("resident");
    let mut page = every_page(&form)
        .into_iter()
        .find(|page| page.name == "functioning")
        .unwrap();
    let (help, answers) = (samples::help(), RawAnswers::new());
    let text = |page: &Page| {
        let view = Question {
            form: &form,
            manner: Manner::new("zh"),
            page,
            answers: &answers,
            errors: &[],
            round: "测评",
            action: "/",
            files: None,
            progress: (7, 21),
            has_back: true,
            from_check: false,
            help: &help,
            trial: None,
        };
        question::page(Reading::default(), view).into_string()
    };
    assert!(!text(&page).contains("道题"), "a note is no question");
    page.questions.push("wg_hear".to_owned());
    assert_eq!(text(&page).matches("这一页有2道题").count(), 2, "{}", text(&page));
}

#[test]
fn typed_text_is_escaped() {
    let pages = samples::all(Reading::default());
    let (_, page) = pages.iter().find(|(name, _)| name == "home-error").unwrap();
    let page = page.clone().into_string();
    assert!(page.contains("value=\"7K3M &lt;b&gt;\"") && !page.contains("<b>"));
}

/// Design §7: the first page with its style within one initial window, further pages 5 KB, script 10 KB.
#[test]
fn pages_are_light() {
    let gzip = |text: &str| {
        // No compressor among the dependencies: the server compresses, and the browser tests measure that.
        // Uncompressed bounds are enough to notice growth; HTML and CSS shrink to about a third.
        text.len()
    };
    let page = samples::all(Reading::default())
        .into_iter()
        .find(|(name, _)| name == "start")
        .unwrap()
        .1;
    let start = gzip(&page.into_string()) + gzip(&assets::SURVEY_CSS.body);
    assert!(
        start < 24 * 1024,
        "start page and style: {start} bytes before compression"
    );
    assert!(gzip(&assets::SURVEY_JS.body) < 10 * 1024);
    for (name, page) in questionnaire(Reading::default()) {
        assert!(
            page.len() < 14 * 1024,
            "{name}: {} bytes before compression",
            page.len()
        );
    }
}

/// The words of a language: those of `locales/zh.toml` and of every `locales/PART.zh.toml` beside it.
fn locale(language: &str) -> BTreeMap<String, String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let mut flat = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if stem.rsplit('.').next() != Some(language) {
            continue;
        }
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        for (section, words) in table {
            for (key, value) in words.as_table().unwrap() {
                let earlier = flat.insert(format!("{section}.{key}"), value.as_str().unwrap().to_owned());
                assert_eq!(earlier, None, "{section}.{key} stands in two files");
            }
        }
    }
    flat
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

#[test]
fn both_languages_say_the_same_things() {
    let zh = locale("zh");
    let en = locale("en");
    assert_eq!(zh.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, words) in &zh {
        assert_eq!(placeholders(words), placeholders(&en[key]), "{key}");
        assert!(
            !words.trim().is_empty() && !en[key].trim().is_empty(),
            "{key} is empty"
        );
        assert!(
            !words.contains("匿名"),
            "{key}: invited answers are confidential, never anonymous"
        );
    }
}

/// All of this crate's source files.
fn sources(folder: &std::path::Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_key_exists_and_is_used() {
    let mut text = String::new();
    sources(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut text,
    );
    let compact: String = text.split_whitespace().collect();
    let used: BTreeSet<String> = compact
        .split("tr!(")
        .skip(1)
        .filter_map(|rest| {
            let key = rest.split_once(",\"")?.1.split('"').next()?;
            (rest.find(",\"")? < 40 && key.contains('.')).then(|| key.to_owned())
        })
        .collect();
    let known: BTreeSet<String> = locale("zh").into_keys().collect();
    assert_eq!(
        used.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "keys without words"
    );
    assert_eq!(
        known.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "words without use"
    );
}

/// Design §7 and issue 4: a web view of 2017 must understand script and style.
#[test]
fn assets_use_nothing_that_old_web_views_lack() {
    let js = &assets::SURVEY_JS.body;
    for newer in [
        "?.",
        "??",
        "async ",
        "await ",
        "**",
        "=>{...",
        ".flat(",
        "Object.entries",
        ".finally(",
        "import ",
    ] {
        assert!(!js.contains(newer), "survey.js uses {newer}");
    }
    let css = &assets::SURVEY_CSS.body;
    for newer in [
        ":has(",
        ":is(",
        ":where(",
        "clamp(",
        "min(",
        "max(",
        "gap:",
        "display:grid",
        "var(--",
        "inset:",
    ] {
        assert!(
            !css.replace("-min(", "").contains(newer),
            "survey.css uses {newer}"
        );
    }
    assert!(!css.contains('\u{26}'), "nesting");
}
