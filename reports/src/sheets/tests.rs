use super::*;

fn notice(lang: Lang) -> Notice {
    Notice {
        lang,
        round: "yunxi-2026".to_owned(),
        title: lang
            .pick("云溪县2026年度残疾人工作社会测评", "Yunxi County 2026 survey")
            .to_owned(),
        organiser: "云溪县残疾人联合会考核评价办公室".to_owned(),
        contact: Some("云溪县残联考评办，电话 0000-1234567（工作日 8:30—17:30）".to_owned()),
        until: lang.pick("2026年12月31日", "31 December 2026").to_owned(),
        address: "minyi.yunxi.example".to_owned(),
    }
}

fn member(number: u32, name: Option<&str>, audience: Audience) -> Member {
    Member {
        number: format!("c-{number:06}"),
        name: name.map(str::to_owned),
        audience,
        code: "7K3M-9QXT-5W2H-D".to_owned(),
        url: format!("https://minyi.yunxi.example/r/7K3M-9QXT-5W2H-{number}"),
    }
}

fn village(households: &[usize]) -> Village {
    let names = ["王秀英", "李建国", "张𰻞", "赵小明", "孙丽"];
    let household = |count: &usize| Household {
        address: Some("东街村3组12号".to_owned()),
        members: (0..*count)
            .map(|at| {
                let audience = if at == 1 {
                    Audience::Family
                } else {
                    Audience::Resident
                };
                member(at as u32 + 1, Some(names[at]), audience)
            })
            .collect(),
    };
    Village {
        name: "城关镇 东街村".to_owned(),
        households: households.iter().map(household).collect(),
    }
}

/// Writes sheets to look at where `MINYI_SHEETS` names a folder.
fn keep(name: &str, printed: &Printed) {
    if let Ok(dir) = std::env::var("MINYI_SHEETS") {
        std::fs::write(format!("{dir}/{name}.pdf"), &printed.pdf).unwrap();
    }
}

#[test]
fn every_household_of_up_to_four_fills_one_page_and_each_village_has_its_list() {
    for lang in [Lang::Zh, Lang::En] {
        let villages = [village(&[1, 2, 3, 4]), village(&[1])];
        let printed = invitations(&notice(lang), &villages, Layout::Letter).unwrap();
        keep(&format!("letter-{}", lang.code()), &printed);
        assert_eq!(printed.pages, 5 + 2, "{lang:?}");
    }
}

#[test]
fn labels_are_twelve_a_page() {
    let printed = invitations(&notice(Lang::Zh), &[village(&[1; 13])], Layout::Labels).unwrap();
    keep("labels", &printed);
    assert_eq!(printed.pages, 1 + 2);
}

#[test]
fn sheets_without_names_say_numbers() {
    let mut nameless = village(&[1, 2]);
    for household in &mut nameless.households {
        household.address = None;
        for member in &mut household.members {
            member.name = None;
        }
    }
    let printed = invitations(&notice(Lang::Zh), &[nameless], Layout::Letter).unwrap();
    keep("letter-numbers", &printed);
    assert_eq!(printed.pages, 3);
}

#[test]
fn posters_are_one_a_page_and_tagged() {
    let poster = |site: &str| Poster {
        site: site.to_owned(),
        audience: Audience::Resident,
        url: "https://minyi.yunxi.example/o/yunxi-2026-hospital".to_owned(),
        address: "minyi.yunxi.example/o/yunxi-2026-hospital".to_owned(),
    };
    let printed = posters(
        &notice(Lang::Zh),
        &[poster("云溪县人民医院"), poster("政务大厅 #1 *$x$")],
    )
    .unwrap();
    keep("poster", &printed);
    assert_eq!(printed.pages, 2);
    let text = String::from_utf8_lossy(&printed.pdf);
    assert!(text.contains("pdfuaid:part>1<") && text.contains("/StructTreeRoot"));
}

#[test]
fn same_sheets_give_the_same_bytes() {
    let make = || invitations(&notice(Lang::Zh), &[village(&[2])], Layout::Letter).unwrap();
    assert_eq!(make(), make());
}
