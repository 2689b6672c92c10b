//! What a card holder answers to the residents' questionnaire.

use super::answers::{Answer, Sink};
use super::county::{Category, Population, Theme};
use super::draw::{Draw, Topic, logistic};
use super::experience::{Experience, opinion, yes_no};
use crate::submit::Answering;

/// Satisfaction and refusal questions of each service area, in the order of [`AREAS`](super::AREAS).
const SATISFIED: [&str; 10] = [
    "sat_rehab",
    "sat_care",
    "sat_education",
    "sat_employment",
    "sat_poverty",
    "sat_medical",
    "sat_access",
    "sat_culture",
    "sat_cert",
    "sat_rights",
];
const WHY_NOT: [&str; 10] = [
    "why_rehab",
    "why_care",
    "why_education",
    "why_employment",
    "why_poverty",
    "why_medical",
    "why_access",
    "why_culture",
    "why_cert",
    "why_rights",
];
/// How well each area is liked.
const LIKED: [f64; 10] = [0.15, 0.10, 0.20, -0.25, 0.05, 0.10, 0.25, 0.00, 0.30, -0.20];
const FUNCTIONING: [&str; 6] = [
    "wg_see",
    "wg_hear",
    "wg_walk",
    "wg_remember",
    "wg_selfcare",
    "wg_communicate",
];
/// The five process questions and how each stands.
pub(super) const PROCESS: [(&str, f64); 5] = [
    ("sat_attitude", 0.35),
    ("sat_speed", -0.10),
    ("sat_trips", 0.00),
    ("sat_fair", -0.20),
    ("sat_clear", 0.05),
];
/// What the person's own trait adds to an opinion, and the noise of one item: with the village's 0.175 they make
/// a variance of about 1 within a township.
const TRAIT: f64 = 0.55;
const NOISE: f64 = 0.82;

const WISHES: [&str; 24] = [
    "希望康复训练离家近一点。",
    "轮椅坏了没地方修，希望有人上门修。",
    "办证能不能在村里办，少跑几趟。",
    "希望多一些能在家做的活。",
    "护理补贴到账时间不固定，希望提前说一声。",
    "村口的坡太陡，轮椅上不去。",
    "希望有人教怎么用手机办事。",
    "盼着乡里的文化站修个无障碍厕所。",
    "药费太贵，希望多报一点。",
    "希望专职委员多来看看。",
    "申请低保一直没有回话。",
    "希望开会的时候有手语翻译。",
    "孩子上学接送困难。",
    "希望评残的医生能下乡。",
    "培训内容听不懂，能不能讲慢一点。",
    "家里老人照顾不动了，想找个托养的地方。",
    "补助名单能不能贴在村里。",
    "希望活动通知早一点。",
    "辅助器具申请等了大半年。",
    "办事的人态度好，谢谢。",
    "没有什么要改的，挺好。",
    "希望有法律方面的人可以问。",
    "希望残疾人就业工资按时发。",
    "多关心精神残疾人的家庭。",
];

/// Puts the answers of the person at this position.
pub(super) fn answer(county: &Population, index: usize, sink: &mut impl Sink) {
    let experience = Experience::of(county, index);
    let person = &county.persons[index];
    let village = county.village_of(person);
    let township = &county.townships[village.township];
    let draw = &mut county.streams.of(Topic::Views, index);
    let own_views = experience.answering != Answering::Proxy;
    let mood = village.effect + TRAIT * experience.contentment;

    sink.code("answering", experience.answering.as_str());
    if !own_views {
        let relation = person.relative.unwrap_or("relative");
        sink.code("relation", if draw.chance(0.03) { "carer" } else { relation });
        sink.code("proxy_reason", person.proxy_reason().unwrap_or("asked"));
    }
    sink.code("staff_present", present(draw, township.watched(0.07)));
    functioning(person.category, person.grade, person.age, draw, sink);
    experience.put_needs(sink);
    for area in 0..10 {
        if experience.got(area) && own_views {
            let partly = if experience.received[area] == "partly" {
                -0.5
            } else {
                0.15
            };
            let mean = LIKED[area] + partly + 0.27 * township.area(area) + mood;
            sink.code(SATISFIED[area], opinion(draw, mean, NOISE));
        } else if experience.received[area] == "no" {
            sink.code(WHY_NOT[area], why_not(draw));
        }
    }
    experience.put_contact(sink);
    if experience.took_part == "none" {
        let reasons = [
            ("unknown", 0.30),
            ("health", 0.24),
            ("far", 0.12),
            ("barrier", 0.04),
            ("company", 0.09),
            ("time", 0.08),
            ("interest", 0.06),
            ("unwelcome", 0.03),
            ("other", 0.02),
            ("dk", 0.01),
            ("rf", 0.01),
        ];
        sink.code("kept_away", draw.pick(&reasons).unwrap_or_default());
    }
    let contact = township.theme(Theme::Contact) + 2.0 * village.effect;
    if own_views {
        sink.code(
            "knows_whom",
            yes_no(
                draw,
                logistic(0.95 + 0.4 * contact + 0.2 * experience.contentment),
            ),
        );
    }
    sink.code("seen_lists", yes_no(draw, logistic(0.5 + 0.4 * contact)));
    sink.code("asked_opinion", yes_no(draw, logistic(0.15 + 0.45 * contact)));
    petition(county, index, &experience, draw, sink);
    if own_views {
        let process = township.theme(Theme::Process);
        for (question, standing) in PROCESS {
            let never = draw.chance(0.05);
            let answer = opinion(draw, standing + 0.26 * process + mood, NOISE);
            sink.code(question, if never { "na" } else { answer });
        }
        let poorer = if person.in_hardship() { -0.1 } else { 0.0 };
        sink.code(
            "life_change",
            opinion(draw, poorer - 0.15 + 0.18 * township.quality + mood, NOISE),
        );
        sink.code(
            "sat_overall",
            opinion(draw, 0.10 + 0.30 * township.quality + mood, NOISE),
        );
    }
    closing(draw, sink);
}

/// Complaints: more from the discontented, and how they fared by how well the township handles them.
fn petition(
    county: &Population,
    index: usize,
    experience: &Experience,
    draw: &mut Draw,
    sink: &mut impl Sink,
) {
    let person = &county.persons[index];
    let township = county.township_of(person);
    let raised = yes_no(draw, logistic(-1.55 - 0.35 * experience.contentment));
    sink.code("raised", raised);
    if raised != "yes" {
        return;
    }
    let handling = township.theme(Theme::Process);
    let answered = yes_no(draw, logistic(1.55 + 0.45 * handling));
    sink.code("raised_answered", answered);
    if answered == "yes" {
        let on_time = yes_no(draw, logistic(1.25 + 0.4 * handling));
        sink.code("raised_on_time", if draw.chance(0.12) { "na" } else { on_time });
    }
    let solved = match (answered, yes_no(draw, logistic(1.0 + 0.4 * handling))) {
        ("yes", "yes") if draw.chance(0.35) => "partly",
        ("yes", other) => other,
        // Without an answer hardly anything is solved.
        (_, "yes") if draw.chance(0.8) => "no",
        (_, other) => other,
    };
    sink.code("raised_solved", solved);
    if experience.answering != Answering::Proxy {
        let outcome = match solved {
            "yes" => 0.5,
            "partly" => -0.2,
            _ => -1.0,
        };
        let village = county.village_of(person);
        let mean = outcome + 0.2 * handling + village.effect + TRAIT * experience.contentment;
        sink.code("sat_handling", opinion(draw, mean, NOISE));
    }
}

/// The Washington Group's six questions by category and grade; age adds its own.
fn functioning(category: Category, grade: u8, age: u8, draw: &mut Draw, sink: &mut impl Sink) {
    let own = |question: usize| match category {
        Category::Vision => question == 0,
        Category::Hearing => question == 1,
        Category::Speech => question == 5,
        Category::Physical => matches!(question, 2 | 4),
        Category::Intellectual => matches!(question, 3 | 5),
        Category::Mental => matches!(question, 3 | 5),
        Category::Multiple => true,
    };
    for (question, name) in FUNCTIONING.into_iter().enumerate() {
        let aged = f64::from(age.saturating_sub(55)) / 28.0;
        let x = if own(question) {
            3.9 - 0.62 * f64::from(grade)
        } else {
            0.55
        } + aged
            + 0.65 * draw.normal();
        let answer = match x {
            x if x < 1.3 => "1",
            x if x < 2.3 => "2",
            x if x < 3.3 => "3",
            _ => "4",
        };
        sink.code(
            name,
            if draw.chance(0.012) {
                if draw.chance(0.5) { "dk" } else { "rf" }
            } else {
                answer
            },
        );
    }
}

/// Whether staff of the judged unit are there while answering.
pub(super) fn present(draw: &mut Draw, share: f64) -> &'static str {
    match draw.uniform() {
        u if u < 0.01 => "",
        u if u < 0.02 => "rf",
        _ if draw.chance(share) => "yes",
        _ => "no",
    }
}

/// The last page: what should change, and whether to follow it up.
pub(super) fn closing(draw: &mut Draw, sink: &mut impl Sink) {
    let wish = draw.chance(0.2);
    let which = draw.below(WISHES.len());
    if wish {
        sink.put("first_change", Answer::Borrowed(WISHES[which]));
    }
    let follow_up = match draw.uniform() {
        u if u < 0.12 => "",
        _ if draw.chance(if wish { 0.25 } else { 0.04 }) => "yes",
        _ => "no",
    };
    sink.code("follow_up", follow_up);
}

fn why_not(draw: &mut Draw) -> &'static str {
    let reasons = [
        ("unknown", 0.27),
        ("apply", 0.16),
        ("refused", 0.12),
        ("far", 0.09),
        ("cost", 0.11),
        ("company", 0.06),
        ("waiting", 0.13),
        ("other", 0.03),
        ("dk", 0.02),
        ("rf", 0.005),
        ("", 0.005),
    ];
    draw.pick(&reasons).unwrap_or_default()
}
