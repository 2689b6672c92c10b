//! How many threads serve.

use url::{Host, Url};

/// How many threads serve on so many processors.
///
/// PostgreSQL on the same machine works in processes of its own while a response waits for it: half of the processors are
/// left to it, and no thread is woken on one that it needs. (Measured on two processors: a sixth more responses a second over
/// one connection, a twentieth more over thirty-two; with SQLite all threads take a fifth more than half of them.) Estimates,
/// reports, charts, sheets, registers and passwords, which take long, have threads of their own in any case; the hashing of a
/// day's new leaves, once a day, has none.
pub(super) fn of_server(database_url: &str, processors: usize) -> usize {
    match is_beside(database_url) {
        true => (processors / 2).max(1),
        false => processors,
    }
}

/// Whether a PostgreSQL runs on this machine.
fn is_beside(database_url: &str) -> bool {
    let Ok(url) = Url::parse(database_url) else {
        return false;
    };
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return false;
    }
    // A socket's folder stands in the query, or in place of the host with its slashes escaped.
    let named = url.query_pairs().find(|(name, _)| name == "host");
    if let Some((_, host)) = named {
        return host.starts_with('/') || host == "localhost";
    }
    match url.host() {
        None => true,
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // The scheme is not one of the web's, so that an address of digits is not read as one.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.to_ascii_lowercase().starts_with("%2f")
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_processors_are_left_to_a_database_beside() {
        for url in [
            "postgres://minyi@127.0.0.1:5432/minyi",
            "postgresql://minyi:secret@localhost/minyi",
            "postgres://[::1]/minyi",
            "postgres://%2Fvar%2Frun%2Fpostgresql/minyi",
            "postgres:///minyi?host=/var/run/postgresql",
            "postgres:///minyi",
        ] {
            let threads = [1, 2, 3, 8].map(|processors| of_server(url, processors));
            assert_eq!(threads, [1, 1, 1, 4], "{url}");
        }
        for url in [
            "sqlite:///srv/minyi/minyi.db",
            "postgres://minyi@10.0.0.7/minyi",
            "postgres://minyi@db.example.org/minyi",
            "postgres:///minyi?host=db.example.org",
            "not an address",
        ] {
            let threads = [1, 2, 8].map(|processors| of_server(url, processors));
            assert_eq!(threads, [1, 2, 8], "{url}");
        }
    }
}
