//! Staff accounts, by whoever holds the machine: the first one of an installation cannot come from anywhere else.
//! Each act is one transaction with its audit entry. Interviewers' accounts are closed and opened as the console does
//! it: their devices are wiped and their cases freed, and who comes back gets a new password.

use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use super::notices::{self, Kind, Owner};
use super::password::{self, PasswordError, Unfit};
use super::{MAX_NAME, Role, is_login};
use crate::app::{Base, PlanCache};
use crate::field::accounts::{self as interviewers, AccountError};
use crate::store::staff::{self, Staff};
use crate::store::{StoreError, begin, second_factors, sessions, units};

/// Why an act on an account is refused.
#[derive(Debug, Error)]
pub enum StaffError {
    /// The login has other characters than it may, or too many.
    #[error("not a login")]
    Login,
    /// No name, or too long a one.
    #[error("not a name")]
    Name,
    /// The login is taken.
    #[error("the login is taken")]
    Taken,
    /// No round has this unit.
    #[error("no such unit")]
    NoUnit,
    /// There is no such account.
    #[error("no such account")]
    Nobody,
    /// The account is closed.
    #[error("the account is closed")]
    Closed,
    /// The account is open.
    #[error("the account is open")]
    Open,
    /// The account has no second factor.
    #[error("no second factor")]
    NoSecondFactor,
    /// The password will not do.
    #[error("unfit password")]
    Unfit(Unfit),
    /// argon2 failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for StaffError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Taken => Self::Taken,
            AccountError::NoUnit => Self::NoUnit,
            AccountError::Nobody => Self::Nobody,
            AccountError::Password(error) => Self::Password(error),
            AccountError::Store(error) => Self::Store(error),
        }
    }
}

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Login.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Code of the unit that employs them; none for the office and the third party.
    pub employer: Option<String>,
}

/// Hashes a password that somebody chose, after looking at it.
async fn hashed(base: &Base, login: &str, password: &str) -> Result<String, StaffError> {
    password::fitness(password, "", login).map_err(StaffError::Unfit)?;
    Ok(password::hash_soon(password.to_owned(), &base.entropy).await?)
}

/// Adds an account.
///
/// # Errors
/// [`StaffError`].
pub async fn add(base: &Base, actor: &str, new: &NewAccount, password: &str) -> Result<(), StaffError> {
    if !is_login(&new.login) {
        return Err(StaffError::Login);
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(StaffError::Name);
    }
    if let Some(employer) = &new.employer
        && !units::is_known(&base.db, employer).await?
    {
        return Err(StaffError::NoUnit);
    }
    let password_hash = hashed(base, &new.login, password).await?;
    let row = Staff {
        id: base.entropy.uuid(),
        login: new.login.clone(),
        display_name: name.to_owned(),
        role: new.role.as_str().to_owned(),
        password_hash,
        failed: 0,
        locked_until: None,
        disabled: false,
        created_at: base.clock.now_ms(),
        employer_unit: new.employer.clone(),
    };
    let tx = begin(&base.db).await?;
    if staff::by_login(&tx, &new.login).await?.is_some() {
        return Err(StaffError::Taken);
    }
    staff::insert(&tx, row).await?;
    let detail = json!({ "role": new.role.as_str(), "employer": new.employer });
    base.record(&tx, actor, "staff.add", &new.login, detail).await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

/// Gives an open account another password; it is signed out of the console. An interviewer's devices go on: what leaves
/// a device is reported lost, not locked out.
///
/// # Errors
/// [`StaffError::Nobody`], [`StaffError::Closed`], [`StaffError::Unfit`].
pub async fn set_password(base: &Base, actor: &str, login: &str, password: &str) -> Result<(), StaffError> {
    let password_hash = hashed(base, login, password).await?;
    let tx = begin(&base.db).await?;
    let row = account(&tx, login).await?;
    if row.disabled {
        return Err(StaffError::Closed);
    }
    let id = row.id;
    let row = Staff {
        password_hash,
        failed: 0,
        locked_until: None,
        ..row
    };
    staff::update(&tx, row).await?;
    sessions::delete_of(&tx, id).await?;
    base.record(&tx, actor, "staff.password", login, json!({}))
        .await?;
    let owner = Owner { id, login };
    notices::tell(base, &tx, owner, Kind::PasswordSet, "").await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

async fn account(conn: &impl sea_orm::ConnectionTrait, login: &str) -> Result<Staff, StaffError> {
    staff::by_login(conn, login).await?.ok_or(StaffError::Nobody)
}

/// Closes an account: nobody signs in with it. An interviewer's devices are told to delete everything, and its open
/// cases are free again.
///
/// # Errors
/// [`StaffError::Nobody`], [`StaffError::Closed`].
pub async fn close(base: &Base, actor: &str, login: &str, reason: &str) -> Result<(), StaffError> {
    let row = account(&base.db, login).await?;
    if row.disabled {
        return Err(StaffError::Closed);
    }
    if Role::parse(&row.role) == Some(Role::Interviewer) {
        interviewers::close(base, &PlanCache::default(), actor, row.id, reason).await?;
        return Ok(());
    }
    switch(
        base,
        (actor, "staff.close", login),
        row.id,
        true,
        json!({ "reason": reason }),
    )
    .await
}

/// Opens a closed account again. The password is the one it had; an interviewer gets a new initial one, which is
/// returned.
///
/// # Errors
/// [`StaffError::Nobody`], [`StaffError::Open`].
pub async fn reopen(base: &Base, actor: &str, login: &str) -> Result<Option<String>, StaffError> {
    let row = account(&base.db, login).await?;
    if !row.disabled {
        return Err(StaffError::Open);
    }
    if Role::parse(&row.role) == Some(Role::Interviewer) {
        let (_, initial) = interviewers::reopen(base, actor, row.id).await?;
        return Ok(Some(initial));
    }
    let act = (actor, "staff.reopen", login);
    switch(base, act, row.id, false, json!({})).await?;
    Ok(None)
}

/// Takes the second factor of an account away whose owner has neither phone nor recovery codes any more; it is signed out
/// everywhere. Open or closed.
///
/// # Errors
/// [`StaffError::Nobody`], [`StaffError::NoSecondFactor`].
pub async fn remove_second_factor(
    base: &Base,
    actor: &str,
    login: &str,
    reason: &str,
) -> Result<(), StaffError> {
    let tx = begin(&base.db).await?;
    let row = account(&tx, login).await?;
    if !second_factors::delete(&tx, row.id).await? {
        return Err(StaffError::NoSecondFactor);
    }
    sessions::delete_of(&tx, row.id).await?;
    let detail = json!({ "reason": reason });
    base.record(&tx, actor, "staff.second_factor_reset", login, detail)
        .await?;
    let owner = Owner { id: row.id, login };
    notices::tell(base, &tx, owner, Kind::SecondFactorReset, "").await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

async fn switch(
    base: &Base,
    (actor, action, login): (&str, &str, &str),
    id: Uuid,
    disabled: bool,
    detail: Value,
) -> Result<(), StaffError> {
    let tx = begin(&base.db).await?;
    let row = account(&tx, login).await?;
    // Somebody else was faster.
    match (row.disabled, disabled) {
        (true, true) => return Err(StaffError::Closed),
        (false, false) => return Err(StaffError::Open),
        _ => {}
    }
    staff::update(&tx, Staff { disabled, ..row }).await?;
    sessions::delete_of(&tx, id).await?;
    base.record(&tx, actor, action, login, detail).await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::Server;
    use crate::store::audit;

    const PASSWORD: &str = "a long enough sentence";

    fn new(login: &str, role: Role) -> NewAccount {
        NewAccount {
            login: login.to_owned(),
            name: "王主任".to_owned(),
            role,
            employer: None,
        }
    }

    #[tokio::test]
    async fn added_account_signs_in_until_it_is_closed_and_again_once_it_is_open() {
        let server = Server::start().await;
        let base = &server.base;
        add(base, "cli", &new("wang", Role::Office), PASSWORD)
            .await
            .unwrap();
        let mut browser = server.browser();
        let fields = [("login", "wang"), ("password", PASSWORD)];
        assert_eq!(
            browser.post("/console/login", &fields).await.location(),
            "/console"
        );
        close(base, "cli", "wang", "left").await.unwrap();
        assert_eq!(browser.get("/console").await.status.as_u16(), 303);
        assert_eq!(browser.post("/console/login", &fields).await.status.as_u16(), 422);
        let closed = close(base, "cli", "wang", "left").await;
        assert!(matches!(closed, Err(StaffError::Closed)));
        let refused = set_password(base, "cli", "wang", "another long sentence").await;
        assert!(matches!(refused, Err(StaffError::Closed)));
        assert_eq!(reopen(base, "cli", "wang").await.unwrap(), None);
        let open = reopen(base, "cli", "wang").await;
        assert!(matches!(open, Err(StaffError::Open)));
        let unknown = reopen(base, "cli", "nobody").await;
        assert!(matches!(unknown, Err(StaffError::Nobody)));
        set_password(base, "cli", "wang", "another long sentence")
            .await
            .unwrap();
        assert_eq!(browser.post("/console/login", &fields).await.status.as_u16(), 422);
        let fields = [("login", "wang"), ("password", "another long sentence")];
        assert_eq!(
            browser.post("/console/login", &fields).await.location(),
            "/console"
        );
        let acts = audit::of_subject(&base.db, "wang").await.unwrap();
        let acts: Vec<&str> = acts.iter().map(|row| row.action.as_str()).collect();
        let expected = [
            "staff.add",
            "staff.login",
            "staff.close",
            "staff.reopen",
            "staff.password",
            "staff.login",
        ];
        assert_eq!(acts, expected);
    }

    #[tokio::test]
    async fn interviewer_who_comes_back_gets_a_new_password() {
        let server = Server::start().await;
        let base = &server.base;
        add(base, "cli", &new("zhang", Role::Interviewer), PASSWORD)
            .await
            .unwrap();
        close(base, "cli", "zhang", "").await.unwrap();
        let initial = reopen(base, "cli", "zhang").await.unwrap().unwrap();
        let mut browser = server.browser();
        for (password, status) in [(PASSWORD, 422), (&*initial, 303)] {
            let fields = [("login", "zhang"), ("password", password)];
            assert_eq!(
                browser.post("/console/login", &fields).await.status.as_u16(),
                status
            );
        }
    }

    #[tokio::test]
    async fn what_cannot_be_an_account_is_refused_and_leaves_nothing() {
        let server = Server::start().await;
        let base = &server.base;
        let refused = |account: NewAccount, password: &'static str| async move {
            add(base, "cli", &account, password)
                .await
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(new("Wang Li", Role::Office), PASSWORD).await,
            "not a login"
        );
        assert_eq!(
            refused(new("wang", Role::Office), "short").await,
            "unfit password"
        );
        assert_eq!(
            refused(new("a-long-login-name", Role::Office), "a-long-login-name").await,
            "unfit password"
        );
        let nameless = NewAccount {
            name: " ".to_owned(),
            ..new("wang", Role::Office)
        };
        assert_eq!(refused(nameless, PASSWORD).await, "not a name");
        let employed = NewAccount {
            employer: Some("nowhere".to_owned()),
            ..new("wang", Role::Interviewer)
        };
        assert_eq!(refused(employed, PASSWORD).await, "no such unit");
        assert!(staff::list(&base.db).await.unwrap().is_empty());
        add(base, "cli", &new("wang", Role::Viewer), PASSWORD)
            .await
            .unwrap();
        assert_eq!(
            refused(new("wang", Role::Office), PASSWORD).await,
            "the login is taken"
        );
    }
}
