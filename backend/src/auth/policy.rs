//! One table: which role may do what. Everything not in it is forbidden.

use super::Role;

/// Something a member of staff can do in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See the list of rounds and a round's fieldwork.
    SeeRound,
    /// See computed results, unsuppressed.
    SeeResults,
    /// Start the computation.
    Compute,
    /// Download reports.
    DownloadReport,
    /// See outgoing e-mail with its addresses and failures.
    SeeOutbox,
    /// Send a failed e-mail again.
    ResendMail,
    /// See the audit log.
    SeeAudit,
    /// Print and hand out invitations and posters.
    HandOut,
    /// Send invitations by e-mail, take codes back and replace them.
    SendInvitations,
    /// See interviewers, their devices and their cases in numbers.
    SeeInterviewers,
    /// Give cases to interviewers and take them back: the office, and the third party, whose people visit.
    AssignCases,
    /// Add interviewers, report devices lost, make exceptions for those whom a judged unit employs.
    ManageInterviewers,
    /// Try held interviews again or put them aside.
    SettleHeld,
    /// See how follow-up cases are handled, in counts fit for those who may not read them.
    SeeCaseCounts,
    /// Read and handle follow-up cases; nobody whom a judged unit employs (`auth::independence`).
    HandleCases,
    /// Publish what was done about the points raised.
    PublishImprovements,
    /// Look at what may be published of the results, publish and withdraw it; nobody whom a judged unit employs.
    PublishResults,
    /// Enter, confirm and end agreements by which researchers get a round's answers.
    ManageDataAgreements,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::SeeRound,
        Self::SeeResults,
        Self::Compute,
        Self::DownloadReport,
        Self::SeeOutbox,
        Self::ResendMail,
        Self::SeeAudit,
        Self::HandOut,
        Self::SendInvitations,
        Self::SeeInterviewers,
        Self::AssignCases,
        Self::ManageInterviewers,
        Self::SettleHeld,
        Self::SeeCaseCounts,
        Self::HandleCases,
        Self::PublishImprovements,
        Self::PublishResults,
        Self::ManageDataAgreements,
    ];

    /// The roles that may do it.
    ///
    /// An evaluator sees how fieldwork goes but no results: survey figures must
    /// not steer the third party's own scores. An auditor reads, and starts nothing.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::SeeRound | Self::SeeCaseCounts => {
                &[Role::Office, Role::Evaluator, Role::Viewer, Role::Auditor]
            }
            Self::SeeResults | Self::DownloadReport => &[Role::Office, Role::Viewer, Role::Auditor],
            // Nobody whom a judged unit employs, whatever the role: see `auth::independence`.
            Self::HandOut => &[Role::Office, Role::Evaluator],
            Self::Compute
            | Self::SeeOutbox
            | Self::ResendMail
            | Self::SendInvitations
            | Self::HandleCases
            | Self::PublishImprovements
            | Self::PublishResults
            | Self::ManageDataAgreements => &[Role::Office],
            Self::SeeInterviewers => &[Role::Office, Role::Evaluator, Role::Auditor],
            Self::AssignCases => &[Role::Office, Role::Evaluator],
            Self::ManageInterviewers | Self::SettleHeld => &[Role::Office],
            Self::SeeAudit => &[Role::Office, Role::Auditor],
        }
    }
}

impl Role {
    /// Whether this role may do `action`.
    pub fn may(self, action: Action) -> bool {
        action.roles().contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rights as the office signed them off; a change here is a change of policy.
    #[test]
    fn policy_is_as_agreed() {
        let mut table = String::new();
        for action in Action::ALL {
            let row: Vec<&str> = Role::ALL
                .into_iter()
                .map(|role| if role.may(*action) { "yes" } else { "-" })
                .collect();
            table.push_str(&format!("{:14} {}\n", format!("{action:?}"), row.join(" ")));
        }
        // office, evaluator, viewer, interviewer, auditor
        assert_eq!(
            table,
            "SeeRound       yes yes yes - yes\n\
             SeeResults     yes - yes - yes\n\
             Compute        yes - - - -\n\
             DownloadReport yes - yes - yes\n\
             SeeOutbox      yes - - - -\n\
             ResendMail     yes - - - -\n\
             SeeAudit       yes - - - yes\n\
             HandOut        yes yes - - -\n\
             SendInvitations yes - - - -\n\
             SeeInterviewers yes yes - - yes\n\
             AssignCases    yes yes - - -\n\
             ManageInterviewers yes - - - -\n\
             SettleHeld     yes - - - -\n\
             SeeCaseCounts  yes yes yes - yes\n\
             HandleCases    yes - - - -\n\
             PublishImprovements yes - - - -\n\
             PublishResults yes - - - -\n\
             ManageDataAgreements yes - - - -\n"
        );
    }

    #[test]
    fn roles_survive_their_words() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Office"), None);
    }
}
