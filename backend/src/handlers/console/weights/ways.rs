//! The ways to weights, gathered from the plan, the experts and the last round, and worded for the page.

use crate::app::AppState;
use crate::handlers::console::overview::Stored;
use crate::handlers::weigh::contradiction_words;
use crate::middleware::problems::PageError;
use crate::pages::weights::{ExpertLine, Way};
use crate::pages::{Lang, tr};
use crate::planning::sheet::Sheet;
use crate::store::weighing as store;
use crate::store::{StoreError, results, rounds};
use crate::weighing::comparisons::{self, Gap, Said, Voice};
use crate::weighing::entropy::{self, NoEntropy};
use crate::weighing::{self, Points, Tree, Weighed};

/// A name in the page's language.
pub(in crate::handlers) fn name(lang: Lang, node: &Weighed) -> String {
    match lang {
        Lang::En if !node.name_en.is_empty() => node.name_en.clone(),
        _ => node.name_zh.clone(),
    }
}

/// What experts of a round said.
async fn voices(state: &AppState, round: &str) -> Result<Vec<Voice>, StoreError> {
    let mut voices = Vec::new();
    for expert in store::of_round(&state.db, round).await? {
        let rows = store::judgements(&state.db, expert.id).await?;
        voices.push(Voice {
            said: Said::of(&rows),
            expert,
        });
    }
    Ok(voices)
}

fn group_name(lang: Lang, tree: &Tree, key: &str) -> String {
    match tree.iter().find(|node| node.code == key) {
        Some(node) => format!("{} {}", node.code, name(lang, node)),
        None => tr!(lang, "weights.top").into_owned(),
    }
}

fn gap_words(lang: Lang, tree: &Tree, gap: &Gap) -> String {
    match gap {
        Gap::NotCompared { group } => tr!(
            lang,
            "weights.not_compared",
            group = group_name(lang, tree, group)
        )
        .into_owned(),
        Gap::Contradictory {
            group,
            expert,
            cr,
            worst,
        } => {
            let who = match expert {
                Some(number) => format!("E{number}"),
                None => tr!(lang, "weights.together").into_owned(),
            };
            let said = contradiction_words(lang, tree, *cr, worst);
            format!("{who} · {} · {said}", group_name(lang, tree, group))
        }
    }
}

/// Figures of the latest earlier round that was computed.
async fn earlier(state: &AppState, round: &rounds::Round) -> Result<Option<Stored>, StoreError> {
    for other in rounds::list(&state.db).await? {
        let is_earlier = other.id != round.id && other.opens_on < round.opens_on;
        if is_earlier && let Some((_, stored)) = results::get::<Stored>(&state.db, &other.id).await? {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// The ways beside the weights as they stand, with their points where they have some.
pub(super) struct Ways {
    pub(super) tree: Tree,
    pub(super) voices: Vec<Voice>,
    gaps: Vec<Gap>,
    ahp: Option<Points>,
    entropy: Result<Points, NoEntropy>,
    equal: Points,
}

impl Ways {
    pub(super) async fn of(
        state: &AppState,
        round: &rounds::Round,
        sheet: &Sheet,
    ) -> Result<Self, PageError> {
        let tree = Tree::of(sheet);
        let voices = voices(state, &round.id).await?;
        let gaps = comparisons::gaps(&voices, &tree);
        let any = tree
            .groups()
            .iter()
            .any(|group| comparisons::joint(&voices, group).is_some());
        let entropy = match earlier(state, round).await? {
            Some(stored) => entropy::points(&tree, &stored.results),
            None => Err(NoEntropy::NoRound),
        };
        Ok(Self {
            ahp: any.then(|| comparisons::points(&voices, &tree)),
            equal: weighing::equal(&tree),
            gaps,
            entropy,
            voices,
            tree,
        })
    }

    /// The points of a way that can be taken over.
    pub(super) fn taken(&self, way: &str) -> Option<&Points> {
        match way {
            "equal" => Some(&self.equal),
            "ahp" if self.gaps.is_empty() => self.ahp.as_ref(),
            "entropy" => self.entropy.as_ref().ok(),
            _ => None,
        }
    }

    pub(super) fn shown(&self, lang: Lang) -> Vec<Way> {
        let column = |points: Option<&Points>| match points {
            None => Vec::new(),
            Some(points) => {
                let cell = |node: &Weighed| points.get(&node.code).map(|value| format!("{value:.2}"));
                self.tree
                    .iter()
                    .map(|node| cell(node).unwrap_or_default())
                    .collect()
            }
        };
        let no_entropy = match &self.entropy {
            Ok(_) => Vec::new(),
            Err(NoEntropy::NoRound) => vec![tr!(lang, "weights.no_round").into_owned()],
            Err(NoEntropy::Missing(codes)) => {
                vec![tr!(lang, "weights.no_value", codes = codes.join(" ")).into_owned()]
            }
            Err(NoEntropy::NothingTold) => vec![tr!(lang, "weights.no_difference").into_owned()],
        };
        vec![
            Way {
                name: "ahp",
                title: tr!(lang, "weights.ahp").into_owned(),
                against: self
                    .gaps
                    .iter()
                    .map(|gap| gap_words(lang, &self.tree, gap))
                    .collect(),
                points: column(self.ahp.as_ref()),
            },
            Way {
                name: "entropy",
                title: tr!(lang, "weights.entropy").into_owned(),
                against: no_entropy,
                points: column(self.entropy.as_ref().ok()),
            },
            Way {
                name: "equal",
                title: tr!(lang, "weights.equal").into_owned(),
                against: Vec::new(),
                points: column(Some(&self.equal)),
            },
        ]
    }

    pub(super) fn experts(&self, lang: Lang) -> Vec<ExpertLine> {
        let line = |voice: &Voice| {
            let progress = self
                .tree
                .groups()
                .iter()
                .map(|group| voice.said.progress(group))
                .fold((0, 0), |(said, all), (more_said, more)| {
                    (said + more_said, all + more)
                });
            let own = self.gaps.iter().filter(
                |gap| matches!(gap, Gap::Contradictory { expert: Some(seq), .. } if *seq == voice.expert.seq),
            );
            ExpertLine {
                id: voice.expert.id.to_string(),
                number: format!("E{}", voice.expert.seq),
                name: voice.expert.name.clone(),
                state: voice.expert.state.clone(),
                progress,
                contradictions: own.map(|gap| gap_words(lang, &self.tree, gap)).collect(),
            }
        };
        self.voices.iter().map(line).collect()
    }
}
