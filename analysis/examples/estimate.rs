//! `minyi estimate` without the rest of Minyi: `cargo run --release -p analysis --example estimate -- REQUEST.json`

use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = std::env::args().nth(1).ok_or("usage: estimate REQUEST.json")?;
    let folder = Path::new(&request).parent().unwrap_or(Path::new("."));
    match analysis::request::run(&std::fs::read_to_string(&request)?, folder) {
        Ok(answer) => serde_json::to_writer(std::io::stdout().lock(), &answer)?,
        Err(faults) => {
            let mut out = std::io::stderr().lock();
            for fault in faults {
                writeln!(out, "{}", fault.to_line("en"))?;
            }
            std::process::exit(1);
        }
    }
    Ok(())
}
