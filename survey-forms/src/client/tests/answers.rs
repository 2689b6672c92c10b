//! Answers to the samples and to an odd form, by hand and at random.

use super::*;

fn any_answers(fields: Vec<&'static str>, values: Vec<&'static str>) -> impl Strategy<Value = RawAnswers> {
    let count = fields.len();
    prop::collection::btree_map(
        proptest::sample::select(fields).prop_map(str::to_owned),
        proptest::sample::select(values).prop_map(str::to_owned),
        0..count,
    )
}

fn random_answers(count: usize, fields: &[&'static str], values: &[&'static str]) -> Vec<RawAnswers> {
    let mut runner = TestRunner::deterministic();
    let strategy = any_answers(fields.to_vec(), values.to_vec());
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// Answers of which one is another.
fn with(good: &RawAnswers, name: &str, value: &str) -> RawAnswers {
    let mut all = good.clone();
    all.insert(name.to_owned(), value.to_owned());
    all
}

pub(super) fn sample_answers() -> Vec<RawAnswers> {
    let good = answers(&[
        ("age", " ３０ "),
        ("town", "a"),
        ("village", "a2"),
        ("need", "care rehab care"),
        ("sat", "4"),
        ("hours", "7.50"),
        ("income", "0.0"),
        ("wish", "多来看看\r\n我们"),
    ]);
    let changed = |name: &str, value: &str| with(&good, name, value);
    let mut all = vec![RawAnswers::new(), good.clone()];
    for (name, value) in [
        ("age", "15"),
        ("age", "121"),
        ("age", "十"),
        ("age", "1234567890123456"),
        ("age", "+031"),
        ("age", "30.0"),
        ("age", "30.5"),
        ("village", "b1"),
        ("village", ""),
        ("since", "2026-01-01"),
        ("hours", "7.3"),
        ("hours", "24.5"),
        ("hours", "-0"),
        ("income", "很多"),
        ("income", "5。5"),
        ("income", "．５"),
        ("agee", "1"),
        ("welcome", "x"),
        ("about", "x"),
        ("need", "none rehab"),
        ("need", "rehab dk"),
        ("need", "dk"),
        ("need", "rehab gone"),
        ("sat", ""),
        ("sat", "9"),
        ("score", "999"),
        ("start", "2026-01-01T00:00:00"),
        ("wish", "\u{feff}x"),
        ("wish", "\u{85} y \u{3000}"),
        ("age", "70"),
        ("town", "b"),
    ] {
        all.push(changed(name, value));
    }
    for since in [
        "2026年11月23日",
        "2026/11/3",
        "2026-11-24",
        "20261103",
        "２０２６．１１．０３",
        "2026-02-30",
        "26-1-1",
        "昨天",
        "2026-11",
        "2026-11-1-1",
        "+026-1-1",
        "2026- 1 -１",
        "2026-111-1",
        "1899-12-31",
        "2026年11月23号",
    ] {
        let mut with_income = changed("income", "5");
        with_income.insert("since".to_owned(), since.to_owned());
        all.push(with_income);
    }
    all.push(changed("wish", &"字".repeat(10_001)));
    all.push(changed("wish", &"𠮷".repeat(10_000)));
    let fields = [
        "age", "town", "village", "need", "sat", "hours", "income", "since", "wish", "score", "about",
    ];
    let values = [
        "",
        " ",
        "5",
        "30",
        "12",
        "a",
        "b",
        "a1",
        "b1",
        "rehab",
        "rehab care",
        "care  rehab",
        "none",
        "dk",
        "rf",
        "2026-01-01",
        "2026年12月1日",
        "x y",
        "９",
        "𠮷",
        "-1",
        "0.5",
        "24",
        "7.25",
        "yes",
    ];
    all.extend(random_answers(150, &fields, &values));
    all
}

pub(super) fn odd_answers() -> Vec<RawAnswers> {
    let good = answers(&[
        ("called", "王小·明"),
        ("helped", "yes"),
        ("helpers", "3"),
        ("who", "儿子\r家人"),
        ("kin", "wife son"),
        ("visit", "2026年11月20日"),
        ("pain", "０"),
        ("share", "0.5"),
        ("money", "30"),
        ("first", "旧-1"),
    ]);
    let changed = |name: &str, value: &str| with(&good, name, value);
    let mut all = vec![RawAnswers::new(), good.clone()];
    for (name, value) in [
        ("called", "Bob"),
        ("called", "王"),
        ("helped", "no"),
        ("helped", "rf"),
        ("helpers", "1"),
        ("helpers", "2"),
        ("helpers", "0"),
        ("helpers", "10"),
        ("helpers", "x"),
        ("who", ""),
        ("kin", "none"),
        ("kin", "none son"),
        ("kin", "son wife other"),
        ("visit", "2025-11-22"),
        ("visit", "2025-11-23"),
        ("visit", "2026-11-24"),
        ("visit", "2026-11-22"),
        ("visit", ""),
        ("pain", "11"),
        ("pain", "1.5"),
        ("pain", ""),
        ("share", "0.3"),
        ("share", "0.2"),
        ("share", "1.1"),
        ("office", "别处"),
        ("money", ""),
        ("money", "-1"),
        ("mean", "1"),
        ("day", "x"),
        ("inner", "x"),
        ("thanks", "x"),
        ("bye", "x"),
        ("ago", "99"),
    ] {
        all.push(changed(name, value));
    }
    let fields = [
        "called", "helped", "helpers", "who", "kin", "visit", "pain", "share", "money", "first", "mean",
        "ago",
    ];
    let values = [
        "",
        "王明",
        "Bob",
        "yes",
        "no",
        "rf",
        "1",
        "2",
        "3",
        "9",
        "0.3",
        "0.5",
        "son",
        "wife son",
        "other",
        "none",
        "2026-11-20",
        "2026-11-22",
        "2025-11-23",
        "2020-01-01",
        "x y",
        "-1",
        "１",
    ];
    all.extend(random_answers(150, &fields, &values));
    all
}

pub(super) fn wide_answers() -> Vec<RawAnswers> {
    let good = answers(&[
        ("meta/instanceID", "uuid:1"),
        ("meta/now", "2026-11-23T14:05:06.789+08:00"),
        ("device", "phone 7"),
        ("begun", "2026-11-23T14:00:00.000+08:00"),
        ("read", "OK"),
        ("wakes", "６：30"),
        ("visited", "2026-11-20T9:5"),
        ("place", "38.25, 116.50"),
        ("code", "６９０１"),
        ("order", "care rehab job"),
        ("first", "other"),
        ("first_other", "修路"),
        ("towns", "d b"),
        ("seed", "42"),
        ("members", "2"),
        ("called[1]", "小明"),
        ("age[1]", "30"),
        ("work[1][1]", "种地"),
        ("work[1][2]", "打工"),
        ("called[2]", "小红"),
        ("age[2]", "17"),
        ("work[2][1]", "上学"),
        ("pet_more[1]", "yes"),
        ("kind[1]", "猫"),
        ("pet_more[2]", "no"),
        ("street", "s2"),
    ]);
    let changed = |name: &str, value: &str| with(&good, name, value);
    let mut all = vec![RawAnswers::new(), good.clone()];
    for (name, value) in [
        ("meta/instanceID", "uuid:2"),
        ("read", ""),
        ("read", "yes"),
        ("read", "no"),
        ("wakes", "14:30"),
        ("wakes", "25:00"),
        ("wakes", "06:30:00.000+08:00"),
        ("wakes", ""),
        ("visited", "2026-11-24T09:00"),
        ("visited", "2026-11-23 14点05分"),
        ("visited", "2026-11-20"),
        ("visited", "2026-11-23T09:30:00.000+08:00"),
        ("visited", "2026-11-23T01:30Z"),
        ("visited", "2026-11-23T23:30:00.000-05:00"),
        ("meta/offset", "-03:30"),
        ("meta/offset", "x"),
        ("meta/now", "2026-11-23T14:05"),
        ("meta/files", "no"),
        ("hamlet", "h1"),
        ("hamlet", "h2"),
        ("hamlet", "h3"),
        ("road", "38.25 116.5"),
        ("road", "38.25,116.5\n38.26，116.51 2 3"),
        ("road", "38.25 116.5;39.25 116.5"),
        ("road", "38.25 116.5；91 0"),
        ("plot", "38.25 116.5;38.26 116.5;38.26 116.51"),
        ("plot", "38.25 116.5;38.26 116.5;38.26 116.51;38.25 116.5 3 4"),
        ("plot", "1 1;1 1;1 1"),
        ("plot", "1 1;2 2"),
        ("place", "91 0"),
        ("place", "38.25"),
        ("place", "38.25 116.5 12.50 4"),
        ("code", "690"),
        ("order", "job care rehab"),
        ("order", "care rehab"),
        ("order", "care care job"),
        ("order", "1:care 1:rehab 2:job"),
        ("order", "1:care 2:rehab"),
        ("order", "care rehab dk"),
        ("order", ""),
        ("first", "rehab"),
        ("first", "gone"),
        ("towns", "a b"),
        ("seed", "43"),
        ("seed", "-7"),
        ("seed", ""),
        ("seed", "x"),
        ("source", "typed"),
        ("chance", "0.25"),
        ("guess", "自己写的"),
        ("guess/trigger", "42"),
        ("guess/trigger", "41"),
        ("stamp/trigger", "６９０１\u{1f}42"),
        ("noted/trigger", "x"),
        ("gone/trigger", "x"),
        ("photo", "1700000000000.jpg"),
        ("photo", "../x.jpg"),
        ("members", "0"),
        ("members", "3"),
        ("members", "4"),
        ("members", ""),
        ("called[2]", ""),
        ("called[4]", "x"),
        ("age[1]", "12"),
        ("age[2]", "-1"),
        ("work[2][2]", "x"),
        ("kind[2]", "狗"),
        ("pet_more[1]", "no"),
        ("pet_more[2]", "yes"),
        ("member[1]", "x"),
        ("street", "s1"),
        ("street", "s3"),
    ] {
        all.push(changed(name, value));
    }
    // Where nothing says what time it is there.
    for offset in ["+08:00", "Z", ""] {
        for visited in [
            "2026-11-22T20:00-05:00",
            "2026-11-20T09:05",
            "2026-11-23T23:30:00.000-05:00",
        ] {
            let mut given = changed("visited", visited);
            given.remove("meta/now");
            given.insert("meta/offset".to_owned(), offset.to_owned());
            all.push(given);
        }
    }
    let mut typed_over = changed("guess", "自己写的");
    typed_over.insert("guess/trigger".to_owned(), "42".to_owned());
    all.push(typed_over);
    let mut moved_on = changed("guess", "42号");
    moved_on.insert("guess/trigger".to_owned(), "41".to_owned());
    all.push(moved_on);
    let fields = [
        "meta/instanceID",
        "read",
        "wakes",
        "visited",
        "place",
        "code",
        "order",
        "first",
        "first_other",
        "towns",
        "seed",
        "guess",
        "members",
        "called[1]",
        "age[1]",
        "work[1][1]",
        "work[1][2]",
        "called[2]",
        "age[2]",
        "pet_more[1]",
        "kind[1]",
        "pet_more[2]",
        "chance",
        "guess/trigger",
    ];
    let values = [
        "",
        "OK",
        "6:30",
        "2026-11-01T08:00",
        "1 2",
        "6901234",
        "care rehab job",
        "job rehab care",
        "other",
        "care",
        "b c",
        "1",
        "2",
        "3",
        "42",
        "17",
        "30",
        "yes",
        "no",
        "猫",
        "小明",
    ];
    all.extend(random_answers(150, &fields, &values));
    all
}
