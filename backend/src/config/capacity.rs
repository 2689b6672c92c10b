//! How much a server takes on at once.

use std::time::Duration;

use super::ConfigError;

/// Descriptors kept for the database, files, logs and mail when connections are counted.
const RESERVED_DESCRIPTORS: usize = 192;
/// However few descriptors there are, so many people are served at once.
const FEWEST_CONNECTIONS: usize = 64;

/// What a server takes on at once; whoever comes beyond it is told to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Open connections (`MINYI_MAX_CONNECTIONS`).
    pub connections: usize,
    /// Requests worked on at once (`MINYI_MAX_REQUESTS`).
    pub requests: usize,
    /// Longest wait for the head of a request, and for the next request of an idle connection
    /// (`MINYI_IDLE_SECONDS`).
    pub idle: Duration,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            connections: 12_000,
            requests: 512,
            idle: Duration::from_secs(30),
        }
    }
}

impl Capacity {
    /// Reads what the environment says; the rest is usual.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] for what is no positive number.
    pub(super) fn load(var: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let number = |name: &'static str| match var(name) {
            None => Ok(None),
            Some(value) => match value.trim().parse::<u32>() {
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => Err(ConfigError::BadValue {
                    name,
                    value,
                    expected: "a positive number",
                }),
            },
        };
        let mut capacity = Self::default();
        if let Some(connections) = number("MINYI_MAX_CONNECTIONS")? {
            capacity.connections = connections as usize;
        }
        if let Some(requests) = number("MINYI_MAX_REQUESTS")? {
            capacity.requests = requests as usize;
        }
        if let Some(seconds) = number("MINYI_IDLE_SECONDS")? {
            capacity.idle = Duration::from_secs(seconds.into());
        }
        Ok(capacity)
    }

    /// The same with no more connections than the process has descriptors for: running out of those would take the
    /// database and the mail down with the connections. `descriptors` is the soft limit, where it is known.
    #[must_use]
    pub fn within(mut self, descriptors: Option<usize>) -> Self {
        if let Some(limit) = descriptors {
            let room = limit.saturating_sub(RESERVED_DESCRIPTORS).max(FEWEST_CONNECTIONS);
            self.connections = self.connections.min(room);
        }
        self
    }
}

/// The soft limit on open files in the text of `/proc/self/limits`; none where there is none or it cannot be read.
pub fn descriptors(proc_limits: &str) -> Option<usize> {
    let line = proc_limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_stay_within_the_descriptors() {
        let usual = Capacity::default();
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n\
                    Max processes             95681                95681                processes \n\
                    Max open files            1024                 524288               files     \n";
        assert_eq!(descriptors(text), Some(1_024));
        assert_eq!(descriptors("Max open files unlimited unlimited files"), None);
        assert_eq!(usual.within(descriptors(text)).connections, 832);
        assert_eq!(usual.within(Some(10)).connections, FEWEST_CONNECTIONS);
        assert_eq!(usual.within(Some(65_536)), usual);
        assert_eq!(usual.within(None), usual);
    }

    #[test]
    fn what_is_no_positive_number_is_named() {
        let with = |name: &'static str, value: &'static str| {
            Capacity::load(&move |asked: &str| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(with("MINYI_MAX_REQUESTS", "8").unwrap().requests, 8);
        assert_eq!(
            with("MINYI_IDLE_SECONDS", "2").unwrap().idle,
            Duration::from_secs(2)
        );
        for bad in ["0", "-1", "many"] {
            let error = with("MINYI_MAX_CONNECTIONS", bad).unwrap_err().to_string();
            assert!(
                error.contains("MINYI_MAX_CONNECTIONS") && error.contains(bad),
                "{error}"
            );
        }
    }
}
