//! Blindness by comparison: two servers that differ in nothing but what one scorer wrote, and everybody else's replies
//! from every route, which must be the same to the last byte.

use super::*;

const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

/// What the scorer `e1` wrote in a world.
struct Wrote {
    mark: f64,
    remark: &'static str,
}

const WORLDS: [Wrote; 2] = [
    Wrote {
        mark: 4.0,
        remark: "甲乙丙丁红色记号",
    },
    Wrote {
        mark: 1.0,
        remark: "完全不同的另一句话",
    },
];

/// A world with everyone who could look: `e1` has sealed the first unit and begun the second, `e2` marks both as well,
/// `e3` is engaged and has not declared.
struct World {
    team: Team,
    cards: Vec<Card>,
    files: Vec<Uuid>,
}

impl World {
    async fn of(wrote: &Wrote) -> Self {
        let mut team = Team::of(2).await;
        team.draw(1).await.unwrap();
        let e3 = team.server.named_account("e3", Role::Evaluator, None).await;
        people::engage(&team.server.base, &team.plan, "test", e3, None)
            .await
            .unwrap();
        team.people.insert(e3, "e3".to_owned());
        for role in [Role::Office, Role::Viewer, Role::Auditor, Role::Interviewer] {
            team.server.account(role).await;
        }
        for (login, role) in [("judged", Role::Office), ("judged-evaluator", Role::Evaluator)] {
            team.server.named_account(login, role, Some(FIRST_UNIT)).await;
        }
        let second = &team.plan.scored_units()[1].code;
        let mine = [team.card("e1", FIRST_UNIT).await, team.card("e1", second).await];
        for card in &mine {
            team.write(card, wrote.mark, wrote.remark).await;
        }
        team.seal(&mine[0]).await.unwrap();
        let theirs = team.card("e2", FIRST_UNIT).await;
        team.write(&theirs, 2.0, "第二位评分人").await;
        let ids: Vec<Uuid> = mine.iter().map(|card| card.id).collect();
        let files = cards::evidence(&team.server.base.db, &ids).await.unwrap();
        Self {
            cards: [&mine[..], &[theirs]].concat(),
            files: files.into_iter().map(|file| file.id).take(2).collect(),
            team,
        }
    }

    /// Every address that a route can have here.
    fn addresses(&self) -> Vec<String> {
        let mut found = Vec::new();
        for route in routes() {
            let filled = route
                .replace("{id}", ROUND)
                .replace("{round}", ROUND)
                .replace("{unit}", FIRST_UNIT)
                .replace("{slug}", "yunxi-2026-resident")
                .replace("{form}", "resident")
                .replace("{code}", "0000-0000-00000");
            let mut variants = vec![filled];
            for (hole, values) in [
                (
                    "{card}",
                    self.cards.iter().map(|card| card.id).collect::<Vec<_>>(),
                ),
                ("{file}", self.files.clone()),
            ] {
                let fill = |address: String| {
                    let values = values.clone();
                    match address.contains(hole) {
                        true => values
                            .into_iter()
                            .map(|value| address.replace(hole, &value.to_string()))
                            .collect(),
                        false => vec![address],
                    }
                };
                variants = variants.into_iter().flat_map(fill).collect();
            }
            found.extend(variants.into_iter().map(fill_rest));
        }
        let report = format!("/console/rounds/{ROUND}/report/download?format=");
        found.extend(["html", "xlsx"].map(|format| format!("{report}{format}")));
        found
    }

    /// Everything that `login` (nobody, where it is none) gets to see: address and reply.
    async fn seen_by(&self, login: Option<&str>) -> Vec<(String, String)> {
        let mut browser = self.team.server.browser();
        let mut csrf = String::new();
        if let Some(login) = login {
            browser.sign_in_as(login).await;
            let console = browser.get("/console").await;
            let tokens = console.attributes("name=\"csrf\"", "value");
            csrf = tokens.first().cloned().unwrap_or_default();
        }
        let mut seen = Vec::new();
        for address in self.addresses() {
            let reply = browser.get(&address).await;
            let text = format!("{} {} {}", reply.status, reply.location(), reply.text);
            seen.push((address, hashes_out(&text)));
        }
        // What forms answer, refused or not.
        let card = self.cards[0].id.to_string();
        let acting = matches!(login, Some("e2" | "office" | "judged"));
        let forms = self
            .addresses()
            .into_iter()
            .filter(|address| acting && is_third_party(address));
        for address in &forms.collect::<Vec<_>>() {
            for go in ["approve", "return", "third", "save"] {
                let fields = [
                    ("csrf", csrf.as_str()),
                    ("go", go),
                    ("card", &card),
                    ("hash", "x"),
                    ("seed", "1"),
                ];
                let reply = browser.post(address, &fields).await;
                let text = format!("{} {} {}", reply.status, reply.location(), reply.text);
                seen.push((format!("POST {go} {address}"), hashes_out(&text)));
            }
        }
        seen
    }
}

fn is_third_party(address: &str) -> bool {
    address.contains("/scoring") || address.contains("/marking")
}

/// The holes that are left: nobody's.
fn fill_rest(address: String) -> String {
    let mut out = String::new();
    let mut rest = address.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str(NOBODY);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

/// Every route in the router's source: literals, and those that are put together from a base.
fn routes() -> Vec<String> {
    let source = include_str!("../../router.rs");
    let bases = [
        "/r/{code}",
        "/o/{slug}",
        "/receipt/again",
        "/console/rounds/{id}/invitations",
    ];
    let mut found = Vec::new();
    for text in source.split('"').skip(1).step_by(2) {
        let text = text.replace("{{", "{").replace("}}", "}");
        match text.strip_prefix("{base}") {
            Some(rest) => found.extend(bases.iter().map(|base| format!("{base}{rest}"))),
            // What the process counts is not of one server.
            None if text.starts_with('/') && text != "/metrics" => found.push(text),
            None => {}
        }
    }
    assert!(found.len() > 60, "{found:?}");
    assert!(found.iter().any(|route| route.ends_with("/marking/cards/{card}")));
    found
}

/// Hashes are salted or keyed: they differ between the worlds and tell nothing. The audit trail shows the first half
/// of a half of each.
fn hashes_out(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        match run.len() {
            16 | 64 => out.push('#'),
            _ => out.push_str(&run),
        }
        run.clear();
        out.push(c);
    }
    out
}

#[tokio::test]
async fn nobody_gets_anything_from_any_route_that_depends_on_what_a_scorer_wrote_before_all_have_sealed() {
    let worlds = [World::of(&WORLDS[0]).await, World::of(&WORLDS[1]).await];
    assert_eq!(
        worlds[0].cards[0].id, worlds[1].cards[0].id,
        "the worlds are alike otherwise"
    );
    let everyone = [
        None,
        Some("e2"),
        Some("e3"),
        Some("office"),
        Some("viewer"),
        Some("auditor"),
        Some("interviewer"),
        Some("judged"),
        Some("judged-evaluator"),
    ];
    for login in everyone {
        let [a, b] = [worlds[0].seen_by(login).await, worlds[1].seen_by(login).await];
        assert_eq!(a.len(), b.len());
        for ((address, one), (_, other)) in a.iter().zip(&b) {
            assert!(one == other, "{login:?} {address}: {one} <<>> {other}");
            for wrote in &WORLDS {
                assert!(!one.contains(wrote.remark), "{login:?} {address}");
            }
        }
        let opened = a.iter().filter(|(_, text)| text.starts_with("200")).count();
        assert!(opened >= 5, "{login:?} sees only {opened} pages");
    }
    for world in &worlds {
        assert!(
            scores::list(&world.team.server.base.db, ROUND)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn once_both_have_sealed_the_office_sees_both_and_the_scorers_still_only_their_own() {
    let worlds = [World::of(&WORLDS[0]).await, World::of(&WORLDS[1]).await];
    for world in &worlds {
        world.team.seal(&world.cards[2]).await.unwrap();
    }
    // The test can tell the worlds apart where they may be told apart.
    let unit = format!("/console/rounds/{ROUND}/scoring/units/{FIRST_UNIT}");
    for (world, wrote) in worlds.iter().zip(&WORLDS) {
        let (mut office, _) = world.team.browser("office").await;
        let page = office.get(&unit).await.text;
        assert!(page.contains(wrote.remark) && page.contains("第二位评分人"));
    }
    for login in ["e2", "e3", "viewer", "judged"] {
        let [a, b] = [
            worlds[0].seen_by(Some(login)).await,
            worlds[1].seen_by(Some(login)).await,
        ];
        for ((address, one), (_, other)) in a.iter().zip(&b) {
            assert!(one == other, "{login} {address}");
        }
    }
}
