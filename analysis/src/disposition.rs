//! What became of each invited case, and the response rates that follow.
//!
//! Codes and rates are those of the American Association for Public Opinion Research, so
//! that a rate means the same here as in any published survey.
//!
//! # Complete, partial, broken off
//! AAPOR leaves it to each survey to say, beforehand, which share of the essential questions makes an interview
//! complete, partial or broken off. Here the essential questions are those that the form requires, and an answer is
//! accepted only with all of them: every accepted response is **complete** (1.1), is weighted, and counts in every
//! rate; questions that may be left out are item non-response, not partial interviews. What was begun and never handed
//! in has no answers that anyone could use: it is in no estimate, and when fieldwork is over it is a **break-off**
//! (2.12, counted with refusals). **Partial** (1.2) is therefore temporary: interviewed, as an interviewer says, and
//! the answers have not come in; see [`Disposition::at_close`]. So RR2 equals RR1 once fieldwork is over.
//!
//! A response that its giver takes back is a refusal (2.11): no answers are left, no weight is given, and RR1 has it in
//! the denominator alone, in the monitor as in the report.
//!
//! # Source
//! AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th edition.
//! Chapter "In-Person Household Surveys" and its table of codes (8th edition: p. 22), "Calculating Outcome Rates" (8th
//! edition: response p. 52, cooperation p. 54, refusal p. 55, contact p. 56). Codes compared with the table as the
//! Chilean household survey Casen 2015 prints it; rates with the R package outcomerate 1.1.0.

use serde::{Deserialize, Serialize};

mod outcome;

pub use outcome::{OUTCOMES, Outcome};

/// Final disposition of a case.
///
/// # Source
/// AAPOR (2023), Standard Definitions, 10th edition; the letters are those of its formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// 1.1 Complete interview (I).
    Complete,
    /// 1.2 Partial interview (P).
    Partial,
    /// 2.1 Refusal and break-off (R).
    Refusal,
    /// 2.2 Non-contact (NC).
    NonContact,
    /// 2.3 Other eligible non-interview: died since fieldwork began, unable, no common language (O).
    Other,
    /// 3.1 Unknown whether the household or address exists or is occupied (UH).
    UnknownHousehold,
    /// 3.2 and 3.9 Other unknown eligibility: nothing ever heard (UO).
    UnknownOther,
    /// 4 Not eligible when fieldwork began: died before it, moved out of the county, wrongly listed.
    NotEligible,
}

impl Disposition {
    /// All dispositions, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Complete,
        Self::Partial,
        Self::Refusal,
        Self::NonContact,
        Self::Other,
        Self::UnknownHousehold,
        Self::UnknownOther,
        Self::NotEligible,
    ];

    /// The word under which a disposition is stored and listed: `complete`, `non_contact`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Refusal => "refusal",
            Self::NonContact => "non_contact",
            Self::Other => "other",
            Self::UnknownHousehold => "unknown_household",
            Self::UnknownOther => "unknown_other",
            Self::NotEligible => "not_eligible",
        }
    }

    /// The code in the Standard Definitions.
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "1.1",
            Self::Partial => "1.2",
            Self::Refusal => "2.1",
            Self::NonContact => "2.2",
            Self::Other => "2.3",
            Self::UnknownHousehold => "3.1",
            Self::UnknownOther => "3.2",
            Self::NotEligible => "4.0",
        }
    }

    /// What the codes of the Standard Definitions that belong here begin with: `2.1` stands for 2.11, 2.12 and so on.
    pub fn families(self) -> &'static [&'static str] {
        match self {
            Self::Complete => &["1.1"],
            Self::Partial => &["1.2"],
            Self::Refusal => &["2.1"],
            Self::NonContact => &["2.2"],
            Self::Other => &["2.3"],
            Self::UnknownHousehold => &["3.1"],
            Self::UnknownOther => &["3.2", "3.9"],
            Self::NotEligible => &["4"],
        }
    }

    /// The disposition of a stored word or of a code of the Standard Definitions, however fine.
    ///
    /// ```
    /// use analysis::disposition::Disposition;
    /// assert_eq!(Disposition::parse("2.11"), Some(Disposition::Refusal));
    /// assert_eq!(Disposition::parse("refusal"), Some(Disposition::Refusal));
    /// assert_eq!(Disposition::parse("3.9"), Some(Disposition::UnknownOther));
    /// assert_eq!(Disposition::parse("9"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let family = |disposition: &Self| {
            let mut rests = disposition
                .families()
                .iter()
                .filter_map(|family| text.strip_prefix(family));
            rests.any(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        };
        let found = |disposition: &Self| disposition.word() == text || family(disposition);
        Self::ALL.into_iter().find(found)
    }

    /// Whether it settles a case until somebody converts it: an interview, a refusal, another reason of the person's,
    /// or not being eligible. Nobody met and nothing known settle nothing.
    pub fn settles(self) -> bool {
        !matches!(
            self,
            Self::NonContact | Self::UnknownHousehold | Self::UnknownOther
        )
    }

    /// What a case counts as, out of all that is known of it.
    ///
    /// - `received`: whether a complete response has come in.
    /// - `office`: what the office noted.
    /// - `settled`: the latest attempt whose disposition [settles](Self::settles) the case.
    /// - `latest`: the latest attempt of all.
    ///
    /// A refusal followed by nobody at home stays a refusal; an interview that an interviewer reports counts as
    /// partial until its answers have come in; without any word a case is of unknown eligibility.
    ///
    /// # Source
    /// AAPOR (2023), Standard Definitions, 10th edition, "Converting temporary to final disposition codes": contact
    /// and refusal take precedence over later non-contact, and a final code rests on the best information.
    pub fn settle(received: bool, office: Option<Self>, settled: Option<Self>, latest: Option<Self>) -> Self {
        if received {
            return Self::Complete;
        }
        let office = office.filter(|noted| *noted != Self::Complete);
        match office.or(settled).or(latest) {
            Some(Self::Complete) => Self::Partial,
            Some(known) => known,
            None => Self::UnknownOther,
        }
    }

    /// What a case that [settled](Self::settle) so counts as once fieldwork is over.
    ///
    /// - `attempt`: code of the latest attempt that settles the case.
    /// - `begun`: whether the person began to answer on the web without handing anything in.
    ///
    /// An interview that was reported as complete and never came in is lost: 2.36, another reason that is not the
    /// person's. One reported as partial, and what was begun on the web, is a break-off: 2.12, the person was reached
    /// and stopped.
    pub fn at_close(self, attempt: Option<&str>, begun: bool) -> Self {
        match self {
            Self::Partial if attempt == Some("1.1") => Self::Other,
            Self::Partial => Self::Refusal,
            unsettled if begun && !unsettled.settles() => Self::Refusal,
            known => known,
        }
    }
}

/// How many cases ended in each disposition. Counts, or sums of base weights.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct DispositionCounts {
    counts: [f64; 8],
}

impl DispositionCounts {
    /// Counts cases.
    pub fn of(cases: impl IntoIterator<Item = Disposition>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.add(case, 1.0);
        }
        counts
    }

    /// Sums base weights: the rates that follow are weighted.
    ///
    /// ```
    /// use analysis::disposition::{Disposition::*, DispositionCounts};
    /// let counts = DispositionCounts::weighted([(Complete, 3.0), (Refusal, 1.0)]);
    /// assert_eq!(counts.rr1(), 0.75);
    /// ```
    pub fn weighted(cases: impl IntoIterator<Item = (Disposition, f64)>) -> Self {
        let mut counts = Self::default();
        for (case, weight) in cases {
            counts.add(case, weight);
        }
        counts
    }

    /// Adds a case, or its weight.
    pub fn add(&mut self, disposition: Disposition, amount: f64) {
        self.counts[disposition as usize] += amount;
    }

    /// Adds the counts of another set of cases.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    /// The count of one disposition.
    pub fn count(&self, disposition: Disposition) -> f64 {
        self.counts[disposition as usize]
    }

    /// Eligible non-respondents known as such: R + NC + O.
    fn known_nonresponse(&self) -> f64 {
        self.count(Disposition::Refusal)
            + self.count(Disposition::NonContact)
            + self.count(Disposition::Other)
    }

    fn unknown(&self) -> f64 {
        self.count(Disposition::UnknownHousehold) + self.count(Disposition::UnknownOther)
    }

    /// The share of the cases of known eligibility that are eligible: the usual estimate
    /// of `e`, for the cases of unknown eligibility.
    pub fn eligibility(&self) -> f64 {
        let eligible = self.interviews() + self.known_nonresponse();
        eligible / (eligible + self.count(Disposition::NotEligible))
    }

    fn interviews(&self) -> f64 {
        self.count(Disposition::Complete) + self.count(Disposition::Partial)
    }

    /// Numerator and denominator with a share `e` of the unknown counted as eligible.
    fn rate(&self, numerator: f64, e: f64) -> f64 {
        let unknown = if e == 0.0 { 0.0 } else { e * self.unknown() };
        numerator / (self.interviews() + self.known_nonresponse() + unknown)
    }

    /// RR1: complete ÷ all that are or may be eligible. The lowest rate, and the one published.
    ///
    /// ```
    /// use analysis::disposition::{Disposition, DispositionCounts};
    /// let counts = DispositionCounts::of([
    ///     Disposition::Complete, Disposition::Partial, Disposition::UnknownOther, Disposition::NotEligible,
    /// ]);
    /// assert_eq!((counts.rr1(), counts.rr2()), (1.0 / 3.0, 2.0 / 3.0));
    /// ```
    pub fn rr1(&self) -> f64 {
        self.rate(self.count(Disposition::Complete), 1.0)
    }

    /// RR2: as RR1, partial interviews counted as respondents.
    pub fn rr2(&self) -> f64 {
        self.rate(self.interviews(), 1.0)
    }

    /// RR3: as RR1, with only the estimated eligible share `e` of the unknown cases.
    pub fn rr3(&self, e: f64) -> f64 {
        self.rate(self.count(Disposition::Complete), e)
    }

    /// RR4: as RR2, with only the estimated eligible share `e` of the unknown cases.
    pub fn rr4(&self, e: f64) -> f64 {
        self.rate(self.interviews(), e)
    }

    /// RR5: as RR1, no unknown case counted as eligible.
    pub fn rr5(&self) -> f64 {
        self.rate(self.count(Disposition::Complete), 0.0)
    }

    /// RR6: as RR2, no unknown case counted as eligible. The highest rate.
    pub fn rr6(&self) -> f64 {
        self.rate(self.interviews(), 0.0)
    }

    /// I + P + R + O.
    fn contacted(&self) -> f64 {
        self.interviews() + self.count(Disposition::Refusal) + self.count(Disposition::Other)
    }

    /// I + P + R: contacted and able to answer.
    fn asked(&self) -> f64 {
        self.interviews() + self.count(Disposition::Refusal)
    }

    /// COOP1: complete ÷ those contacted (I + P + R + O).
    pub fn coop1(&self) -> f64 {
        self.count(Disposition::Complete) / self.contacted()
    }

    /// COOP2: as COOP1, partial interviews counted as respondents.
    pub fn coop2(&self) -> f64 {
        self.interviews() / self.contacted()
    }

    /// COOP3: complete ÷ those contacted who were able to answer (I + P + R).
    pub fn coop3(&self) -> f64 {
        self.count(Disposition::Complete) / self.asked()
    }

    /// COOP4: as COOP3, partial interviews counted as respondents.
    pub fn coop4(&self) -> f64 {
        self.interviews() / self.asked()
    }

    /// REF1: refusals and break-offs ÷ all that are or may be eligible. The lowest refusal rate.
    pub fn ref1(&self) -> f64 {
        self.rate(self.count(Disposition::Refusal), 1.0)
    }

    /// REF2: as REF1, with only the estimated eligible share `e` of the unknown cases.
    pub fn ref2(&self, e: f64) -> f64 {
        self.rate(self.count(Disposition::Refusal), e)
    }

    /// REF3: as REF1, no unknown case counted as eligible. The highest refusal rate.
    pub fn ref3(&self) -> f64 {
        self.rate(self.count(Disposition::Refusal), 0.0)
    }

    /// CON1: contacted (I + P + R + O) ÷ all that are or may be eligible. The lowest contact rate.
    pub fn con1(&self) -> f64 {
        self.rate(self.contacted(), 1.0)
    }

    /// CON2: as CON1, with only the estimated eligible share `e` of the unknown cases.
    pub fn con2(&self, e: f64) -> f64 {
        self.rate(self.contacted(), e)
    }

    /// CON3: as CON1, no unknown case counted as eligible. The highest contact rate.
    pub fn con3(&self) -> f64 {
        self.rate(self.contacted(), 0.0)
    }

    /// Every rate of the Standard Definitions, with [`eligibility`](Self::eligibility) for `e`.
    pub fn rates(&self) -> OutcomeRates {
        let e = self.eligibility();
        OutcomeRates {
            e,
            response: [
                self.rr1(),
                self.rr2(),
                self.rr3(e),
                self.rr4(e),
                self.rr5(),
                self.rr6(),
            ],
            cooperation: [self.coop1(), self.coop2(), self.coop3(), self.coop4()],
            refusal: [self.ref1(), self.ref2(e), self.ref3()],
            contact: [self.con1(), self.con2(e), self.con3()],
        }
    }
}

/// All outcome rates, as fractions of 1; NaN where there is no case to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRates {
    /// Estimated share of eligible cases among those of unknown eligibility: proportional allocation (CASRO).
    pub e: f64,
    /// RR1 to RR6.
    pub response: [f64; 6],
    /// COOP1 to COOP4.
    pub cooperation: [f64; 4],
    /// REF1 to REF3.
    pub refusal: [f64; 3],
    /// CON1 to CON3.
    pub contact: [f64; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> DispositionCounts {
        let mut counts = DispositionCounts::default();
        for (disposition, amount) in Disposition::ALL
            .into_iter()
            .zip([400.0, 50.0, 100.0, 80.0, 20.0, 30.0, 70.0, 50.0])
        {
            counts.add(disposition, amount);
        }
        counts
    }

    #[test]
    fn words_are_those_of_the_json() {
        for disposition in Disposition::ALL {
            assert_eq!(serde_json::to_value(disposition).unwrap(), disposition.word());
        }
    }

    #[test]
    fn every_disposition_is_found_by_word_and_code_and_nothing_else_is() {
        for disposition in Disposition::ALL {
            assert_eq!(Disposition::parse(disposition.word()), Some(disposition));
            assert_eq!(Disposition::parse(disposition.code()), Some(disposition));
        }
        for nonsense in ["", "2", "2.", "5.1", "1.1x", "Refusal"] {
            assert_eq!(Disposition::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn refusal_outlives_nobody_home_and_only_an_answer_completes_a_case() {
        use Disposition::*;
        let settle = Disposition::settle;
        assert_eq!(settle(false, None, Some(Refusal), Some(NonContact)), Refusal);
        assert_eq!(settle(false, None, None, Some(NonContact)), NonContact);
        assert_eq!(
            settle(false, Some(NotEligible), Some(Refusal), Some(Refusal)),
            NotEligible
        );
        assert_eq!(settle(false, Some(Complete), None, None), UnknownOther);
        assert_eq!(settle(false, None, Some(Complete), Some(Complete)), Partial);
        assert_eq!(settle(true, Some(Refusal), Some(Refusal), None), Complete);
    }

    #[test]
    fn when_fieldwork_is_over_nothing_without_answers_is_an_interview() {
        use Disposition::*;
        assert_eq!(Partial.at_close(Some("1.1"), false), Other, "reported and lost");
        assert_eq!(Partial.at_close(Some("1.2"), false), Refusal, "stopped half-way");
        assert_eq!(UnknownOther.at_close(None, true), Refusal, "begun on the web");
        assert_eq!(NonContact.at_close(None, true), Refusal);
        assert_eq!(Other.at_close(Some("2.32"), true), Other, "a settled case stays");
        for known in Disposition::ALL.into_iter().filter(|known| *known != Partial) {
            assert_eq!(known.at_close(None, false), known);
        }
    }

    #[test]
    fn merged_counts_give_the_rates_of_all_cases_together() {
        let mut all = DispositionCounts::of([Disposition::Complete, Disposition::Refusal]);
        all.merge(&DispositionCounts::of([
            Disposition::Complete,
            Disposition::NonContact,
        ]));
        assert_eq!((all.rr1(), all.ref1(), all.con1()), (0.5, 0.25, 0.75));
    }

    #[test]
    fn rates_follow_the_standard_definitions_by_hand() {
        let counts = counts();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        close(counts.rr1(), 400.0 / 750.0);
        close(counts.rr2(), 450.0 / 750.0);
        close(counts.eligibility(), 650.0 / 700.0);
        close(counts.rr3(0.5), 400.0 / 700.0);
        close(counts.rr4(0.5), 450.0 / 700.0);
        close(counts.rr5(), 400.0 / 650.0);
        close(counts.rr6(), 450.0 / 650.0);
        close(counts.coop1(), 400.0 / 570.0);
        close(counts.ref1(), 100.0 / 750.0);
        close(counts.con1(), 570.0 / 750.0);
        close(counts.coop2(), 450.0 / 570.0);
        close(counts.coop3(), 400.0 / 550.0);
        close(counts.coop4(), 450.0 / 550.0);
        close(counts.ref2(0.5), 100.0 / 700.0);
        close(counts.ref3(), 100.0 / 650.0);
        close(counts.con2(0.5), 570.0 / 700.0);
        close(counts.con3(), 570.0 / 650.0);
        let rates = counts.rates();
        assert_eq!(rates.response[2], counts.rr3(rates.e));
        assert_eq!(rates.refusal[1], counts.ref2(rates.e));
    }

    #[test]
    fn weighted_rates_count_weights_and_without_unknown_cases_the_variants_agree() {
        let weighted = DispositionCounts::weighted([
            (Disposition::Complete, 4.0),
            (Disposition::Partial, 0.5),
            (Disposition::Refusal, 1.5),
            (Disposition::Complete, 2.0),
        ]);
        assert_eq!(weighted.rr1(), 0.75);
        let rates = weighted.rates();
        assert_eq!(rates.response[0], rates.response[4]);
        assert_eq!(rates.refusal, [1.5 / 8.0; 3]);
        assert_eq!(rates.contact, [1.0; 3]);
        assert_eq!(rates.e, 1.0);
    }

    #[test]
    fn rates_without_any_case_are_nan() {
        assert!(DispositionCounts::default().rr1().is_nan());
        assert!(DispositionCounts::default().rates().contact[1].is_nan());
    }
}
