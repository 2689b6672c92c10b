//! `minyi demo`: makes the sample round, then serves it.

use std::path::{Path, PathBuf};

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{say, serve};
use crate::app::Base;
use crate::config::Config;
use crate::demo::{self, DemoFile, Options};

/// Make the sample round with a synthetic population and responses, compute, write reports, then serve.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The folder to make it in; an earlier demo there is replaced.
    #[arg(long, default_value = "minyi-demo")]
    pub dir: PathBuf,
    /// The port to serve on.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Completed answers to invitations, over all groups.
    #[arg(long, default_value_t = 3000)]
    pub respondents: usize,
    /// Another seed gives another county and another sample.
    #[arg(long, default_value_t = 20_261_123)]
    pub seed: u64,
}

/// Steps of the demo, for the progress bar.
const STEPS: u64 = 10;
/// The server is on its own machine: it answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the round, serves it, and writes `demo.json` once `/readyz` answers.
///
/// # Errors
/// When the folder is not a demo's, the port is taken, or the round cannot be made.
pub async fn run(mut config: Config, arguments: DemoArgs) -> Result<()> {
    let begun = Instant::now();
    let from_environment = !config.database_url.starts_with("sqlite:");
    config.key_file = arguments.dir.join("minyi.key");
    config.listen = ([127, 0, 0, 1], arguments.port).into();
    config.base_url = format!("http://{}", config.listen);
    if !from_environment {
        config.database_url = format!("sqlite://{}", arguments.dir.join("minyi.db").display());
    }
    config.data_dir = arguments.dir.clone();
    // Taken first: a minute of work for a port that is in use would be wasted.
    let listener = serve::bind(config.listen).await?;
    clear(&arguments.dir)?;
    let base = Base::open(config).await?;
    let bar = progress_bar();
    let step = |message: &str| {
        bar.inc(1);
        bar.set_message(message.to_owned());
        if bar.is_hidden() {
            eprintln!("[{:>5.1} s] {message}", begun.elapsed().as_secs_f64());
        }
    };
    let options = Options {
        respondents: arguments.respondents,
        seed: arguments.seed,
    };
    let file = demo::make(&base, options, &step).await?;
    bar.finish_and_clear();

    let address = base.config.listen;
    let server = tokio::spawn(serve::serve(base, listener, serve::stop_signal()));
    wait_until_ready(address).await?;
    demo::write_json(&arguments.dir.join("demo.json"), &file)?;
    say(&announcement(&file, &arguments.dir));
    eprintln!("[{:>5.1} s] ready", begun.elapsed().as_secs_f64());
    server.await?
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar
}

async fn wait_until_ready(address: std::net::SocketAddr) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if is_ready(address).await {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!(
        "the server on {address} was not ready within {} s",
        PATIENCE.as_secs()
    )
}

async fn is_ready(address: std::net::SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return false;
    };
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).await.is_ok()
        && stream.read_to_string(&mut answer).await.is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// What an earlier demo left in its folder.
const LEFT_BEHIND: [&str; 8] = [
    "demo.json",
    "truth.json",
    "results.json",
    "minyi.db",
    "minyi.db-wal",
    "minyi.db-shm",
    "minyi.key",
    "demo.json.part",
];

/// Empties the folder of an earlier demo. A folder that holds anything else is left alone.
///
/// # Errors
/// When the folder holds a database that no demo made.
pub fn clear(dir: &Path) -> Result<()> {
    let is_a_demo = dir.join("demo.json").is_file() || dir.join(".minyi-demo").is_file();
    if dir.join("minyi.db").exists() && !is_a_demo {
        bail!(
            "{} holds a database that no demo made; give --dir another folder",
            dir.display()
        );
    }
    for name in LEFT_BEHIND {
        let path = dir.join(name);
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    for name in ["reports", "datasets"] {
        let path = dir.join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| path.display().to_string())?;
        }
    }
    std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    // Marks the folder from the first moment, so that a demo that was interrupted can be made again.
    let mark = dir.join(".minyi-demo");
    std::fs::write(&mark, "made by minyi demo; its contents may be replaced\n")
        .with_context(|| mark.display().to_string())
}

/// What to open, for people.
pub fn announcement(demo: &DemoFile, dir: &Path) -> String {
    let base = &demo.base_url;
    let mut text = format!(
        "\n民意演示已就绪 · The demo is ready\n\n  数据文件夹 data folder   {}\n",
        dir.display()
    );
    text.push_str("\n答卷 Answer a questionnaire\n");
    for (group, link) in &demo.open_links {
        let code = demo
            .invitations
            .get(group)
            .and_then(|codes| codes.first())
            .map_or("-", String::as_str);
        text.push_str(&format!("  {group:<11} 邀请码 code {code}   {base}/r/{code}\n"));
        text.push_str(&format!("  {:<11} 开放链接 open link    {base}{link}\n", ""));
    }
    text.push_str(&format!("\n管理后台 Console          {base}/console\n"));
    for login in &demo.logins {
        text.push_str(&format!(
            "  {:<11} {:<12} {}\n",
            login.role, login.user, login.password
        ));
    }
    text.push_str(&format!(
        "\n入户访问 Interviews        {base}/field   (interviewer)\n"
    ));
    text.push_str(&format!(
        "\n公开结果 Public results    {base}/results/{}\n",
        demo.round
    ));
    text.push_str(&format!(
        "报告 Reports              {}\n",
        dir.join("reports").display()
    ));
    text.push_str("\n按 Ctrl-C 结束 · Ctrl-C ends it\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_somebody_s_database_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("minyi.db"), b"precious").unwrap();
        assert!(clear(dir.path()).is_err());
        assert!(dir.path().join("minyi.db").exists());
    }

    #[test]
    fn an_earlier_or_interrupted_demo_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        clear(dir.path()).unwrap();
        std::fs::write(dir.path().join("minyi.db"), b"half").unwrap();
        clear(dir.path()).unwrap();
        assert!(!dir.path().join("minyi.db").exists());
        std::fs::write(dir.path().join("notes.txt"), b"mine").unwrap();
        clear(dir.path()).unwrap();
        assert!(dir.path().join("notes.txt").exists());
    }
}
