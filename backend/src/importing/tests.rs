use super::*;
use crate::app::Background;
use crate::handlers::testing::{ROUND, Server, sample_case};
use crate::store::{audit, responses, sample};

struct Import {
    server: Server,
    state: AppState,
    _background: Background,
    round: Round,
}

impl Import {
    async fn start() -> Self {
        let server = Server::start().await;
        let base = &server.base;
        let ids = ["resident-000001", "resident-000002"];
        let cases = ids.map(|id| sample_case(id, "resident", "990101002001"));
        sample::replace(&base.db, ROUND, cases.into()).await.unwrap();
        let invited = ids.map(|id| ("resident".to_owned(), id.to_owned()));
        invitations::issue(&base.db, &base.keys, &base.entropy, ROUND, &invited)
            .await
            .unwrap();
        let round = rounds::find(&base.db, ROUND).await.unwrap().unwrap();
        let (state, _background) = base.clone().into_state();
        Self {
            server,
            state,
            _background,
            round,
        }
    }

    async fn import(&self, csv: &str) -> Result<Imported, Vec<Diagnostic>> {
        let done = import(&self.state, &self.round, "paper.csv", csv.as_bytes(), "test").await;
        done.map_err(|error| match error {
            ImportError::Faults(faults) => faults,
            other => panic!("{other}"),
        })
    }

    async fn count(&self) -> u64 {
        responses::count(&self.server.base.db, ROUND).await.unwrap()
    }
}

#[tokio::test]
async fn paper_becomes_responses_once() {
    let import = Import::start().await;
    let code = {
        let base = &import.server.base;
        let invited = invitations::of_cases(&base.db, ROUND, &["resident-000002".to_owned()]).await;
        Code::of_invitation(&base.keys, invited.unwrap()[0].id)
    };
    let table = format!(
        "\u{feff}case_id,code,consents,need,took_part,first_change,wg_see\n\
         resident-000001,,,none,none,\"修路，还有坡道\",4\n\
         ,{code},sensitive,none,none,,4\n"
    );
    let stored = import
        .import(&table)
        .await
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(stored, Imported { stored: 2, known: 0 });
    let again = import.import(&table).await.unwrap();
    assert_eq!(again, Imported { stored: 0, known: 2 });
    assert_eq!(import.count().await, 2);
    let db = &import.server.base.db;
    let mut answers = Vec::new();
    for case in ["resident-000001", "resident-000002"] {
        let invited = invitations::of_cases(db, ROUND, &[case.to_owned()])
            .await
            .unwrap();
        let row = responses::find(db, id_of(&invited[0])).await.unwrap().unwrap();
        assert_eq!((row.mode.as_str(), row.answering.as_str()), ("paper", "self"));
        answers.push(row.answers);
    }
    // What was said about health counts with a consent of its own.
    assert!(
        answers[0].contains("修路，还有坡道") && !answers[0].contains("\"wg_see\":\"4\""),
        "{}",
        answers[0]
    );
    assert!(answers[1].contains("\"wg_see\":\"4\""), "{}", answers[1]);
    let acts = audit::latest(db, 10).await.unwrap();
    assert_eq!(
        acts.iter().filter(|row| row.action == "responses.import").count(),
        2
    );
    // Other answers of the same person are not taken in its place.
    let other = table.replace(",none,none,,4", ",rehab,none,,4");
    let faults = import.import(&other).await.unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(import.count().await, 2);
}

#[tokio::test]
async fn table_with_faults_stores_nothing_and_names_them_all() {
    let import = Import::start().await;
    let faults = import
        .import(
            "case_id,mode,answering,id,need,took_part,no_such\n\
             resident-000001,paper,self,,none,none,\n\
             resident-000009,,,,none,none,\n\
             \n\
             resident-000002,telepathy,nobody,7,nothing,none,1\n",
        )
        .await
        .unwrap_err();
    let places: Vec<(u32, String)> = faults
        .iter()
        .map(|fault| {
            (
                fault.place.row.unwrap(),
                fault.place.column.clone().unwrap_or_default(),
            )
        })
        .collect();
    let has = |row: u32, column: &str| places.contains(&(row, column.to_owned()));
    assert!(has(3, "case_id"), "{places:?}");
    for column in ["mode", "answering", "id", "need", "no_such"] {
        assert!(has(5, column), "{column}: {places:?}");
    }
    assert!(!places.iter().any(|(row, _)| *row == 2), "{places:?}");
    assert_eq!(import.count().await, 0);

    let faults = import.import("need,need\nnone,none\n").await.unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(import.import("").await.is_err());
}
