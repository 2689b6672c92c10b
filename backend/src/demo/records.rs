//! The round's records in the demo: two revisions of administrative series, a register of service institutions, and a
//! newer frame, all by the same acts that an office takes. Nothing here moves a score: figures that indicators count on
//! keep their values for the round's year, and weights stay calibrated to the frame that the sample was drawn from.

use analysis::plan::Plan;
use anyhow::{Context, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::ACTOR;
use crate::app::Base;
use crate::records::{Upload, frames, series, services};

/// Keeps the numbers drawn here apart from those of the county and its fieldwork.
const STREAM: u64 = 0x0072_6563_6f72_6473;

/// Makes the records; `frame` is the file that the plan came with.
pub(super) async fn store(base: &Base, plan: &Plan, frame: &[u8], seed: u64) -> Result<()> {
    revise(base, plan).await?;
    let upload = Upload {
        name: "services.csv".to_owned(),
        bytes: register(plan)?,
    };
    services::import(base, plan, upload, ACTOR).await?;
    let upload = Upload {
        name: "frame-2026-11.csv".to_owned(),
        bytes: newer_frame(plan, frame, seed)?,
    };
    let version = frames::propose(base, plan, upload, ACTOR).await?;
    frames::apply(
        base,
        plan,
        version,
        "按11月持证库更新，补新办证和去世注销的人",
        ACTOR,
    )
    .await?;
    Ok(())
}

async fn revise(base: &Base, plan: &Plan) -> Result<()> {
    let first = "unit,period,code,value,source\n\
        990101003,2025-Q4,hardship_visits,84.9,县残联入户访视台账（复核）\n\
        990101011,2025-Q4,hardship_visits,66.2,县残联入户访视台账（复核）\n";
    let second = "unit,period,code,value,source\n990101,2026,office_disabled,14.6,县残联人事台账\n";
    for (name, rows, why) in [
        ("访视复核.csv", first, "复核上年台账，两个乡镇各有几户重复登记"),
        ("人事更正.csv", second, "本年新录用一名残疾人干部，补报"),
    ] {
        let upload = Upload {
            name: name.to_owned(),
            bytes: rows.as_bytes().to_vec(),
        };
        series::import(base, plan, upload, (why, false), ACTOR).await?;
    }
    Ok(())
}

/// An institution of every township, and those of the county, under the columns of the register.
fn register(plan: &Plan) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(services::COLUMNS)?;
    let county = plan.county().code.as_str();
    for [code, zh, en, areas, zh_what, en_what, phone, yes, no] in OF_COUNTY {
        let address = ["云溪县城关镇人民路", "Renmin Road, Chengguan Town"];
        out.write_record([
            code, zh, en, county, areas, zh_what, en_what, address[0], address[1], phone, HOURS[0], HOURS[1],
            yes, no, "no",
        ])?;
    }
    for (nth, unit) in plan.units.of_level("township").into_iter().enumerate() {
        let (zh, en) = (unit.name.get("zh"), unit.name.get("en"));
        let kinds = OF_TOWNSHIP.iter().filter(|kind| nth.is_multiple_of(kind.every));
        for (place, kind) in kinds.enumerate() {
            let number = nth * 10 + place;
            let missing = if nth.is_multiple_of(3) { "lift" } else { "" };
            out.write_record([
                &format!("{}-{:02}", kind.code, nth + 1),
                &format!("{zh}{}", kind.zh),
                &format!("{en} {}", kind.en),
                unit.code.as_str(),
                kind.areas,
                kind.what[0],
                kind.what[1],
                &format!("{zh}政府院内{}号", place + 1),
                &format!("{en} government yard, no. {}", place + 1),
                &format!("0000-13{number:05}"),
                HOURS[0],
                HOURS[1],
                kind.yes[nth % kind.yes.len()],
                missing,
                "no",
            ])?;
        }
    }
    out.into_inner()
        .map_err(|error| error.into_error())
        .context("the register")
}

const HOURS: [&str; 2] = [
    "工作日 8:30—12:00，14:30—17:30",
    "working days, 8:30–12:00 and 14:30–17:30",
];

/// Code, names, areas, what it does, telephone, what is barrier-free and what is known not to be.
const OF_COUNTY: [[&str; 9]; 4] = [
    [
        "county-hospital",
        "县人民医院康复科",
        "County Hospital, rehabilitation",
        "rehab medical",
        "康复评定和训练，辅具适配",
        "assessment, therapy, assistive devices",
        "0000-1200001",
        "entrance lift toilet parking",
        "sign",
    ],
    [
        "legal-aid",
        "县法律援助中心",
        "County Legal Aid Centre",
        "rights",
        "免费法律咨询和代理",
        "free advice and representation",
        "0000-1200002",
        "entrance toilet sign",
        "tactile",
    ],
    [
        "employment",
        "县残疾人就业服务所",
        "County Employment Service for Disabled People",
        "employment education",
        "求职登记、技能培训、岗位推荐",
        "job search, training, placements",
        "0000-1200003",
        "entrance lift toilet hearing",
        "",
    ],
    [
        "library",
        "县图书馆盲人阅览室",
        "County Library, reading room for the blind",
        "culture education",
        "盲文书、有声书、电影讲解",
        "Braille and audio books, described films",
        "0000-1200004",
        "entrance toilet tactile",
        "",
    ],
];

/// A kind of institution that townships have.
struct Kind {
    code: &'static str,
    every: usize,
    zh: &'static str,
    en: &'static str,
    areas: &'static str,
    what: [&'static str; 2],
    yes: [&'static str; 3],
}

const OF_TOWNSHIP: [Kind; 3] = [
    Kind {
        code: "window",
        every: 1,
        zh: "残联服务窗口",
        en: "Federation counter",
        areas: "poverty access cert rights",
        what: ["办证、补贴、无障碍改造申请", "cards, allowances, home adaptation"],
        yes: ["entrance home_visits", "entrance toilet", ""],
    },
    Kind {
        code: "rehab",
        every: 2,
        zh: "社区康复站",
        en: "community rehabilitation station",
        areas: "rehab",
        what: ["日常康复训练，辅具借用", "daily therapy, loan of devices"],
        yes: ["entrance toilet parking", "entrance home_visits", "entrance"],
    },
    Kind {
        code: "care",
        every: 4,
        zh: "阳光家园托养中心",
        en: "day-care centre",
        areas: "care culture",
        what: ["日间照料，手工和文体活动", "day care, crafts and sport"],
        yes: ["entrance toilet", "entrance toilet easy_read", "entrance"],
    },
];

/// The frame a few weeks on: some died, left or moved, some have another grade or category, some are new.
fn newer_frame(plan: &Plan, frame: &[u8], seed: u64) -> Result<Vec<u8>> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed ^ STREAM);
    let villages: Vec<&str> = plan
        .units
        .of_level("village")
        .into_iter()
        .map(|unit| unit.code.as_str())
        .collect();
    let frame = frame.strip_prefix("\u{feff}".as_bytes()).unwrap_or(frame);
    let mut reader = csv::Reader::from_reader(frame);
    let head = reader.headers()?.clone();
    let at = |name: &str| {
        head.iter()
            .position(|column| column == name)
            .context("a column of the frame")
    };
    let (id, unit, category, grade) = (at("person_id")?, at("unit")?, at("category")?, at("grade")?);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(head.iter().chain(["status"]))?;
    let mut new = 0;
    for row in reader.records() {
        let mut cells: Vec<String> = row?.iter().map(str::to_owned).collect();
        let mut status = "";
        // A person has a category; relatives follow whom they belong to, bodies stay.
        if !cells[category].is_empty() {
            match chance.random_range(0..1000) {
                0..4 => status = "deceased",
                4..6 => status = "left",
                6..9 => villages[chance.random_range(0..villages.len())].clone_into(&mut cells[unit]),
                9..12 => {
                    let other = if cells[grade] == "1" { "2" } else { "1" };
                    other.clone_into(&mut cells[grade]);
                }
                12..13 => "multiple".clone_into(&mut cells[category]),
                13..18 => {
                    new += 1;
                    let mut more = cells.clone();
                    more[id] = format!("N{new:06}");
                    out.write_record(more.iter().map(String::as_str).chain([""]))?;
                }
                _ => {}
            }
        }
        out.write_record(cells.iter().map(String::as_str).chain([status]))?;
    }
    out.into_inner()
        .map_err(|error| error.into_error())
        .context("the newer frame")
}
