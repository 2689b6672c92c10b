use super::*;
use crate::pages::Lang;

/// What a program that does `script` tells.
async fn of(script: &str) -> (Vec<CountySums>, Result<(), String>) {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let started = start(command).unwrap();
    let (send, mut lines) = mpsc::channel(WAITING);
    let told = tokio::task::spawn_blocking(move || told(started, b"{}", &send));
    let mut found = Vec::new();
    while let Some(sums) = lines.recv().await {
        found.push(sums);
    }
    (found, told.await.unwrap())
}

const LINE: &str = r#"{"county":"330127","perspective":"persons","rows":13,"faulty":0,"figures":[{"name":"satisfaction:1.1:","n":12,"y":900.5,"x":12.0,"centre":75.0,"a":2.0,"b":0.5,"c":4.0,"units":5,"strata":2,"root":1.0}]}"#;

#[tokio::test]
async fn lines_of_the_program_are_sums_and_its_complaint_is_the_reason() {
    let (found, told) = of(&format!(
        "cat >/dev/null; echo noise >&2; echo '{LINE}'; echo '{LINE}'"
    ))
    .await;
    assert_eq!(told, Ok(()));
    assert_eq!((found.len(), found[0].rows), (2, 13));
    let moments = found[0].cells()[0].moments;
    assert_eq!((moments.n, moments.df, moments.xx), (12, 3.0, 4.0));

    let (found, told) = of(&format!("echo '{LINE}'; echo 'no executor' >&2; exit 1")).await;
    assert_eq!((found.len(), told), (1, Err("no executor".to_owned())));
    let (_, told) = of("exit 7").await;
    assert!(told.unwrap_err().contains('7'));
    let (found, told) = of("echo '{\"county\":1}'; cat >/dev/null").await;
    assert!(found.is_empty() && told.unwrap_err().contains("line 1"));
}

#[tokio::test]
async fn nobody_waits_for_a_program_whose_sums_nobody_takes() {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("while echo '{LINE}'; do :; done")]);
    let started = start(command).unwrap();
    let (send, mut lines) = mpsc::channel(1);
    let told = tokio::task::spawn_blocking(move || told(started, b"{}", &send));
    assert!(lines.recv().await.is_some());
    drop(lines);
    assert!(told.await.unwrap().is_err());
}

#[test]
fn an_engine_is_this_machine_or_the_address_of_a_scheduler() {
    assert_eq!(Engine::read("polars").unwrap(), Engine::Here);
    for address in ["10.0.0.1:50050", "scheduler.local:50050", "[::1]:50050"] {
        let read = Engine::read(&format!("ballista://{address}")).unwrap();
        assert_eq!(read, Engine::Ballista(address.to_owned()));
    }
    for other in [
        "spark",
        "ballista://",
        "ballista://host",
        "ballista://:50050",
        "ballista://a:b@host:99999",
    ] {
        let error = Engine::read(other).unwrap_err();
        assert!(
            error
                .told(Lang::En)
                .is_some_and(|told| told.contains("ballista://HOST:PORT")),
            "{other}"
        );
        assert!(!error.is_environment());
    }
}
