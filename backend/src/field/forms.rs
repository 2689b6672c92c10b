//! Questionnaires as devices take them: the model with its expressions as trees, and every page as HTML.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use survey_forms::client;
use survey_forms::form::Form;

/// A questionnaire ready to be sent.
#[derive(Debug)]
pub struct ClientForm {
    /// The model; see `survey_forms::client::model`.
    pub model: Value,
    /// Pages by language and name.
    pub pages: Value,
    /// Fingerprint of both: a newer program may make other pages of the same version.
    pub digest: String,
}

/// Questionnaires made ready, by version. A version is a hash, so that entries never grow stale.
#[derive(Clone, Debug, Default)]
pub struct ClientForms {
    by_version: Arc<RwLock<HashMap<String, Arc<ClientForm>>>>,
}

impl ClientForms {
    /// The form ready to be sent; made at the first call.
    pub fn of(&self, form: &Form) -> Arc<ClientForm> {
        let known = self.by_version.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.get(&form.version) {
            return Arc::clone(made);
        }
        drop(known);
        let made = Arc::new(make(form));
        let mut known = self.by_version.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(form.version.clone(), Arc::clone(&made));
        made
    }
}

fn make(form: &Form) -> ClientForm {
    let model = client::model(form);
    // Wordings are asked for by who answers and how; in both at once where a form has two of a language.
    let mut tags: Vec<String> = ["zh", "en"].map(str::to_owned).to_vec();
    tags.extend(form.wordings.iter().map(|tag| tag.as_str().to_owned()));
    for language in ["zh", "en"] {
        let has = |word: &str| tags.contains(&format!("{language}-x-{word}"));
        if has("proxy") && has("easy") {
            tags.push(format!("{language}-x-proxy-easy"));
        }
    }
    let pages: Map<String, Value> = tags
        .into_iter()
        .map(|tag| {
            let pages = json!(client::fragments(form, &tag));
            (tag, pages)
        })
        .collect();
    let pages = Value::Object(pages);
    let mut hash = Sha256::new();
    hash.update(model.to_string());
    hash.update(pages.to_string());
    ClientForm {
        model,
        pages,
        digest: hex::encode(hash.finalize()),
    }
}
