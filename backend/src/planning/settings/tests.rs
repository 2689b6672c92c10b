//! `plan.toml` changed key by key.

use super::*;

fn sample() -> Settings {
    Settings::read(&crate::synthetic::sample_plan()["plan.toml"]).unwrap()
}

#[test]
fn the_sample_plan_is_written_as_it_was_read() {
    let bytes = &crate::synthetic::sample_plan()["plan.toml"];
    assert_eq!(sample().to_string().as_bytes(), bytes.as_slice());
}

#[test]
fn a_value_changes_in_its_line_alone() {
    let before = sample().to_string();
    let mut settings = sample();
    assert_eq!(settings.get("groups[1].name.zh"), "亲友");
    assert_eq!(settings.get("mail.leadership[2].email"), "partner@yunxi.example");
    assert_eq!(settings.get("round.opens_on"), "2026-10-12");
    settings.set("groups[1].weight", Shape::Number, "22.5").unwrap();
    settings.set("round.closes_on", Shape::Day, "2027-01-05").unwrap();
    settings
        .set("mail.leadership[0].name", Shape::Words, "组长")
        .unwrap();
    settings.set("sampling.seed", Shape::Whole, "20261012").unwrap();
    let after = settings.to_string();
    let changed: Vec<(&str, &str)> = before
        .lines()
        .zip(after.lines())
        .filter(|(before, after)| before != after)
        .collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(
        changed.iter().map(|(_, after)| *after).collect::<Vec<_>>(),
        [
            "closes_on = 2027-01-05",
            "weight = 22.5",
            "  { name = \"组长\", email = \"leader@yunxi.example\", language = \"zh\" },",
        ]
    );
}

#[test]
fn lists_grow_and_shrink_and_sections_are_made() {
    let mut settings = sample();
    settings.push("mail.leadership");
    settings
        .set("mail.leadership[3].email", Shape::Words, "new@yunxi.example")
        .unwrap();
    settings.push("grades");
    settings.set("grades[4].name.zh", Shape::Words, "差").unwrap();
    settings.remove("grades", 0);
    settings.set("follow_up.days", Shape::Whole, "").unwrap();
    settings
        .set("invitations.sms.zh", Shape::Sentence, "短信")
        .unwrap();
    let again = Settings::read(settings.to_string().as_bytes()).unwrap();
    assert_eq!(again.get("mail.leadership[3].email"), "new@yunxi.example");
    assert_eq!(again.get("grades[3].name.zh"), "差");
    assert_eq!(
        (again.count("grades"), again.get("follow_up.days").as_str()),
        (4, "")
    );
    let mut bare = Settings::read(b"[round]\nid = \"x\"\n").unwrap();
    bare.set("mail.note", Shape::Words, "y").unwrap();
    bare.push("grades");
    bare.set("grades[0].name.zh", Shape::Words, "好").unwrap();
    let bare = Settings::read(bare.to_string().as_bytes()).unwrap();
    assert_eq!(
        (
            bare.get("mail.note").as_str(),
            bare.get("grades[0].name.zh").as_str()
        ),
        ("y", "好")
    );
}

#[test]
fn what_has_another_shape_is_refused() {
    let mut settings = sample();
    let mut set = |path: &str, shape, text: &str| settings.set(path, shape, text).unwrap_err();
    assert_eq!(
        set("groups[0].weight", Shape::Number, "四十"),
        SettingFault::NotANumber
    );
    assert_eq!(set("sampling.seed", Shape::Whole, "1.5"), SettingFault::NotWhole);
    assert_eq!(
        set("round.opens_on", Shape::Day, "10月12日"),
        SettingFault::NotADay
    );
    assert_eq!(Settings::read(b"[round\n").unwrap_err(), SettingFault::Syntax);
}

#[test]
fn lists_words_and_yes_are_written_as_the_plan_reads_them() {
    let mut settings = sample();
    settings.set("mail.attach", Shape::List, "pdf， xlsx").unwrap();
    settings.set("mail.final", Shape::YesNo, "false").unwrap();
    let days = Shape::OneOf(&["monday", "friday"]);
    settings.set("mail.weekly.weekday", days, "friday").unwrap();
    settings.set("mail.weekly.hour", Shape::Whole, "7").unwrap();
    let text = settings.to_string();
    assert!(text.contains("attach = [\"pdf\", \"xlsx\"]"), "{text}");
    assert!(
        text.contains("weekly = { weekday = \"friday\", hour = 7 }"),
        "{text}"
    );
    assert!(text.contains("final = false"), "{text}");
    assert_eq!(
        (
            settings.get("mail.attach").as_str(),
            settings.get("mail.final").as_str()
        ),
        ("pdf, xlsx", "false")
    );
    for (shape, word) in [(days, "someday"), (Shape::YesNo, "maybe")] {
        let fault = settings.set("mail.weekly.weekday", shape, word).unwrap_err();
        assert_eq!(fault, SettingFault::NotOffered);
    }
}

#[test]
fn flat_keys_name_what_lists_hold() {
    let flat = sample().flat();
    let of = |key: &str| {
        flat.iter()
            .find(|(path, _)| path == key)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(of("groups[family].weight"), Some("20"));
    assert_eq!(of("grades[优秀].from"), Some("85"));
    assert_eq!(
        of("weighting.margins"),
        Some("[township], [category], [grade], [sex, age_band]")
    );
    assert_eq!(of("mail.leadership[leader@yunxi.example].language"), Some("zh"));
}
