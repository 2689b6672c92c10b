//! E-mail: composing a summary as one MIME message, and handing messages to an SMTP server.
//!
//! Nothing is sent from a request or a command: messages go to the outbox (`store/outbox.rs`) and the worker
//! (`jobs/send_mail.rs`) takes them from there. This module knows neither.

pub mod compose;
pub mod dkim;
pub mod transport;
