//! Fragments of pages.

use super::*;

#[test]
fn fragments__hold_every_question_and_choice_once() {
    for (form, _) in forms() {
        for lang in ["zh", "en"] {
            let pages = fragments(&form, lang);
            for page in flow::every_page(&form, TODAY) {
                let html = &pages[&page.name];
                assert_eq!(html.matches("<h1").count(), 1, "{html}");
                assert_eq!(
                    html.matches("class=\"q\"").count(),
                    page.questions.len(),
                    "{html}"
                );
                for question in page.questions.iter().filter_map(|name| form.question(name)) {
                    let is_rank = matches!(question.kind, crate::form::QuestionKind::Rank { .. });
                    let choices = form.choices(question).iter();
                    for choice in choices.filter(|choice| !is_rank || choice.missing.is_none()) {
                        let id = format!("id=\"{}-{}\"", question.name, choice.name);
                        assert_eq!(html.matches(&id).count(), 1, "{id} in {html}");
                    }
                }
            }
            assert!(!pages.contains_key("score"), "a calculation is on no page");
        }
    }
}

#[test]
fn page_vectors__fragments__are_what_clients_fit_to_answers() {
    let mut out = serde_json::Map::new();
    for (form, _) in forms() {
        let pages = json!({ "zh": fragments(&form, "zh"), "en": fragments(&form, "en") });
        let mut all = serde_json::Map::new();
        all.insert("model".to_owned(), model(&form));
        all.insert("pages".to_owned(), pages);
        out.insert(form.id, Json::Object(all));
    }
    settle("pages.json", &Json::Object(out));
}

#[test]
fn fragments__earlier_answers__are_names_between_marks() {
    let pages = fragments(&form(ODD), "zh");
    assert!(
        pages["inner"].contains("\u{e000}called\u{e001}，都是谁？"),
        "{}",
        pages["inner"]
    );
    assert!(
        pages["inner"].contains("class=\"q-required\""),
        "what may be required is marked"
    );
}
